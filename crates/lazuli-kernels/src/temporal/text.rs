//! Columns of dates and times as texts of a form, and texts of a form as columns.

use lazuli_array::calendar::{NANOS_PER_SECOND, split_ticks};
use lazuli_array::{Array, Column, DataType, PrimitiveArray, StringArray, TimeUnit};

use super::format::{Moment, TimeFormat};
use super::values::{local_ticks, unsupported, zone_of};
use super::zone::Walk;
use crate::cast::CastMode;
use crate::parse::{Misfit, TimePattern};
use crate::text_rows::TextRows;
use crate::{KernelError, Result};

/// Each row as a text of a form; null for null. Datetimes with a zone show its wall clock.
///
/// # Errors
/// [`KernelError::Unsupported`] unless dates, datetimes or times.
pub fn format(column: &Column, format: &TimeFormat) -> Result<Column> {
    const OPERATION: &str = "dt.strftime";
    let mut out = TextRows::new(column.len(), column.validity(), 16);
    match (column.data_type(), column.array()) {
        (DataType::Date, Array::Int32(days)) => out.each(|row, text| {
            let days = days.values()[row].into();
            format.write(text, &Moment { days, nanos: 0, offset: 0, abbreviation: "UTC" });
        }),
        (DataType::Time, Array::Int64(nanos)) => out.each(|row, text| {
            let nanos = nanos.values()[row];
            format.write(text, &Moment { days: 0, nanos, offset: 0, abbreviation: "UTC" });
        }),
        (DataType::Datetime(..), Array::Int64(instants)) => {
            let (locals, unit) = local_ticks(OPERATION, column)?;
            let zone = zone_of(OPERATION, column.data_type())?;
            let mut walk = Walk::new(&zone);
            let per_second = unit.per_second();
            let (mut named_from, mut abbreviation) = (None, String::new());
            out.each(|row, text| {
                let (days, nanos) = split_ticks(locals.values()[row], unit);
                let second = instants.values()[row].div_euclid(per_second);
                let offset = walk.offset_at(second);
                if named_from != Some(walk.span_start()) {
                    (named_from, abbreviation) = (Some(walk.span_start()), zone.abbreviation_at(second));
                }
                format.write(text, &Moment { days, nanos, offset, abbreviation: &abbreviation });
            });
        }
        _ => return Err(unsupported(OPERATION, column)),
    }
    Ok(Column::new(DataType::String, out.finish()))
}

/// How durations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationForm {
    /// ISO 8601: `P1DT2H3M4.5S`.
    Iso,
    /// `1d 2h 3m 4s 500ms`.
    Units,
}

/// Each duration as text; null for null.
///
/// # Errors
/// [`KernelError::Unsupported`] unless durations.
pub fn format_duration(column: &Column, form: DurationForm) -> Result<Column> {
    let (DataType::Duration(unit), Array::Int64(ticks)) = (column.data_type(), column.array()) else {
        return Err(unsupported("dt.to_string", column));
    };
    let mut out = TextRows::new(column.len(), column.validity(), 16);
    out.each(|row, text| match form {
        DurationForm::Iso => write_iso(text, ticks.values()[row], *unit),
        DurationForm::Units => write_units(text, ticks.values()[row], *unit),
    });
    Ok(Column::new(DataType::String, out.finish()))
}

fn write_iso(out: &mut String, ticks: i64, unit: TimeUnit) {
    let per_second = unit.per_second().unsigned_abs();
    let magnitude = ticks.unsigned_abs();
    let (seconds, fraction) = (magnitude / per_second, magnitude % per_second);
    out.push_str(if ticks < 0 { "-P" } else { "P" });
    if seconds >= 86_400 {
        out.push_str(&format!("{}D", seconds / 86_400));
    }
    let rest = seconds % 86_400;
    if rest > 0 || fraction > 0 || seconds == 0 {
        out.push('T');
    }
    for (amount, letter) in [(rest / 3_600, 'H'), (rest / 60 % 60, 'M')] {
        if amount > 0 {
            out.push_str(&format!("{amount}{letter}"));
        }
    }
    if fraction > 0 {
        let digits = format!("{:09}", fraction * (NANOS_PER_SECOND.unsigned_abs() / per_second));
        out.push_str(&format!("{}.{}S", rest % 60, digits.trim_end_matches('0')));
    } else if rest % 60 > 0 || magnitude == 0 {
        out.push_str(&format!("{}S", rest % 60));
    }
}

fn write_units(out: &mut String, ticks: i64, unit: TimeUnit) {
    let per_second = unit.per_second().unsigned_abs();
    let (sign, magnitude) = (if ticks < 0 { "-" } else { "" }, ticks.unsigned_abs());
    let (seconds, fraction) = (magnitude / per_second, magnitude % per_second);
    // The fraction of a second in the coarsest unit that says all of it.
    let nanos = fraction * (NANOS_PER_SECOND.unsigned_abs() / per_second);
    let (amount, name) = match nanos {
        nanos if nanos % 1_000_000 == 0 => (nanos / 1_000_000, "ms"),
        nanos if nanos % 1_000 == 0 => (nanos / 1_000, "µs"),
        nanos => (nanos, "ns"),
    };
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (amount, name),
    ];
    let start = out.len();
    for (amount, name) in parts {
        if amount > 0 {
            let separator = if out.len() == start { "" } else { " " };
            out.push_str(&format!("{separator}{sign}{amount}{name}"));
        }
    }
    if out.len() == start {
        out.push_str(match unit {
            TimeUnit::Milliseconds => "0ms",
            TimeUnit::Microseconds => "0µs",
            TimeUnit::Nanoseconds => "0ns",
        });
    }
}

/// Texts of a form as dates, datetimes or times. The form must have what the type needs. Texts that name an offset become
/// instants, for a type with a zone; where the type has none, the form must read none.
///
/// # Errors
/// [`KernelError::CastFailed`] with the first row that is not of the form, in [`CastMode::Strict`];
/// [`KernelError::Unsupported`] for other columns than texts.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues, Scalar};
/// use lazuli_kernels::cast::CastMode;
/// use lazuli_kernels::parse::TimePattern;
/// use lazuli_kernels::temporal::parse_column;
///
/// let texts = Column::from_values(["02/01/1970"].into_iter());
/// let pattern = TimePattern::try_new("%d/%m/%Y").expect("a good pattern");
/// assert_eq!(parse_column(&texts, &DataType::Date, &pattern, CastMode::Strict)?.get(0), Scalar::Date(1));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn parse_column(column: &Column, to: &DataType, pattern: &TimePattern, mode: CastMode) -> Result<Column> {
    let failed = |row: usize| KernelError::CastFailed {
        row,
        value: column.get(row).to_string(),
        from: column.data_type().clone(),
        to: to.clone(),
    };
    let (values, failure) = match column.array() {
        Array::String(texts) => read_rows(texts, to, pattern),
        Array::Dictionary(texts) if texts.dictionary().len() <= texts.len() => {
            // Each distinct text once; that one fails matters only if a row has it.
            let (by_code, _) = read_rows(&texts.dictionary().values().to_array(), to, pattern);
            let values: PrimitiveArray<i64> =
                texts.codes().iter().map(|code| by_code.get(code? as usize)).collect();
            let is_failure = |row: &usize| texts.codes().get(*row).is_some() && values.get(*row).is_none();
            let failure =
                if by_code.validity().is_some() { (0..values.len()).find(is_failure) } else { None };
            (values, failure)
        }
        Array::Dictionary(texts) => read_rows(&texts.to_plain(), to, pattern),
        _ => return Err(unsupported("str.strptime", column)),
    };
    match (failure, mode) {
        (Some(row), CastMode::Strict) => Err(failed(row)),
        _ if *to == DataType::Date => {
            Ok(Column::new(to.clone(), crate::arity::unary(&values, |day| day as i32)))
        }
        _ => Ok(Column::new(to.clone(), values)),
    }
}

/// The values of texts, null for what is not of the form, and the first such row.
fn read_rows(
    texts: &StringArray,
    to: &DataType,
    pattern: &TimePattern,
) -> (PrimitiveArray<i64>, Option<usize>) {
    let mut failure = None;
    let values = (0..texts.len())
        .map(|row| {
            texts.get(row)?;
            let read = read(texts.value_bytes(row), to, pattern);
            if read.is_err() && failure.is_none() {
                failure = Some(row);
            }
            read.ok()
        })
        .collect();
    (values, failure)
}

fn read(text: &[u8], to: &DataType, pattern: &TimePattern) -> std::result::Result<i64, Misfit> {
    match to {
        // A form with a time may be read as a date: the caller asked for that part of it.
        DataType::Date => pattern.parse_datetime(text).map(|read| read.days.into()),
        DataType::Time => pattern.parse_time(text),
        DataType::Datetime(unit, _) => {
            pattern.parse_datetime(text).and_then(|read| read.ticks(*unit, pattern.has_zone()))
        }
        _ => Err(Misfit::NotOfPattern),
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DictionaryArray, FromValues, Scalar};

    use super::*;

    #[test]
    fn columns_of_texts() {
        let zone = DataType::Datetime(TimeUnit::Milliseconds, Some("Europe/Paris".into()));
        let array: PrimitiveArray<i64> = [Some(1_719_878_400_500), None, Some(0)].into_iter().collect();
        let form = TimeFormat::try_new("%F %T%.f %Z%:z").unwrap();
        let texts = format(&Column::new(zone, array), &form).unwrap();
        let expected =
            [Some("2024-07-02 02:00:00.500 CEST+02:00"), None, Some("1970-01-01 01:00:00 CET+01:00")];
        assert_eq!(texts, Column::from_values(expected.into_iter()));
        assert!(format(&texts, &form).is_err());
    }

    #[test]
    fn durations() {
        let column =
            |ticks: i64, unit| Column::new(DataType::Duration(unit), PrimitiveArray::from_vec(vec![ticks]));
        for (ticks, iso, units) in [
            (93_784_500_000, "P1DT2H3M4.5S", "1d 2h 3m 4s 500ms"),
            (0, "PT0S", "0µs"),
            (-90_000_000_000, "-P1DT1H", "-1d -1h"),
            (3_456_000_000_000, "P40D", "40d"),
            (1, "PT0.000001S", "1µs"),
            (-1, "-PT0.000001S", "-1µs"),
        ] {
            let column = column(ticks, TimeUnit::Microseconds);
            let text = |form| format_duration(&column, form).unwrap().get(0);
            assert_eq!(text(DurationForm::Iso), Scalar::from(iso));
            assert_eq!(text(DurationForm::Units), Scalar::from(units));
        }
        let least = format_duration(&column(i64::MIN, TimeUnit::Nanoseconds), DurationForm::Iso).unwrap();
        assert_eq!(least.get(0), Scalar::from("-P106751DT23H47M16.854775808S"));
    }

    #[test]
    fn texts_of_a_form() {
        let values = [Some("2/1/1970"), None, Some("x"), Some("2/1/1970")];
        let plain = Column::from_values(values.into_iter());
        let coded: DictionaryArray = values.into_iter().collect();
        let coded = Column::new(DataType::String, coded);
        let pattern = TimePattern::try_new("%d/%m/%Y").unwrap();
        for column in [&plain, &coded, &coded.sliced(1, 3)] {
            let error = parse_column(column, &DataType::Date, &pattern, CastMode::Strict).unwrap_err();
            assert_eq!(error.row(), Some(column.len() - 2));
            let read = parse_column(column, &DataType::Date, &pattern, CastMode::Lenient).unwrap();
            assert_eq!(read.null_count(), 2);
            assert_eq!(read.get(read.len() - 1), Scalar::Date(1));
        }
        let empty = plain.sliced(0, 0);
        assert_eq!(parse_column(&empty, &DataType::Date, &pattern, CastMode::Strict).unwrap().len(), 0);
    }
}
