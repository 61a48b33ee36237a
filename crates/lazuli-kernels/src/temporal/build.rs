//! Dates, datetimes, times and durations made of numbers, and with some of their numbers replaced.

use lazuli_array::calendar::{
    NANOS_PER_DAY, NANOS_PER_SECOND, civil_from_wide_days, join_ticks, split_ticks, wide_days_from_civil,
};
use lazuli_array::{Array, Column, DataType, PrimitiveArray, Scalar, TimeUnit};

use super::values::{choose, local_ticks, no_instant, overflow, unsupported, zone_of};
use super::zone::{self, Ambiguous, NonExistent};
use crate::{KernelError, Result};

/// Columns of Int64, row by row.
struct Rows<'a> {
    columns: Vec<&'a PrimitiveArray<i64>>,
    len: usize,
}

impl<'a> Rows<'a> {
    fn new(operation: &'static str, columns: &'a [Column]) -> Result<Self> {
        let arrays = columns.iter().map(|column| match column.array() {
            Array::Int64(array) => Ok(array),
            _ => Err(unsupported(operation, column)),
        });
        let arrays: Vec<_> = arrays.collect::<Result<_>>()?;
        Ok(Self { len: arrays.first().map_or(0, |array| array.len()), columns: arrays })
    }

    /// `value` of each row in which all columns have one.
    fn map<const N: usize>(
        &self,
        value: impl Fn(usize, [i64; N]) -> Result<i64>,
    ) -> Result<PrimitiveArray<i64>> {
        let mut failure = None;
        let values = (0..self.len)
            .map(|row| {
                let mut numbers = [0; N];
                for (number, column) in numbers.iter_mut().zip(&self.columns) {
                    *number = column.get(row)?;
                }
                match value(row, numbers) {
                    Ok(value) => Some(value),
                    Err(error) => {
                        failure.get_or_insert(error);
                        None
                    }
                }
            })
            .collect();
        failure.map_or(Ok(values), Err)
    }
}

fn no_such(operation: &'static str, row: usize, text: String, expected: &'static str) -> KernelError {
    KernelError::InvalidOperand { operation, row, value: Scalar::from(text), expected }
}

fn day_of(operation: &'static str, row: usize, [year, month, day]: [i64; 3]) -> Result<i64> {
    let small = |number: i64| u32::try_from(number).ok();
    let days = small(month).zip(small(day)).and_then(|(month, day)| wide_days_from_civil(year, month, day));
    days.ok_or_else(|| {
        no_such(operation, row, format!("{year}-{month:02}-{day:02}"), "a day of the calendar")
    })
}

/// Nanoseconds since midnight.
fn nanos_of(operation: &'static str, row: usize, [hour, minute, second, nanos]: [i64; 4]) -> Result<i64> {
    let fits = (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (0..NANOS_PER_SECOND).contains(&nanos);
    if fits {
        return Ok(((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + nanos);
    }
    let text = format!("{hour:02}:{minute:02}:{second:02} and {nanos} ns");
    Err(no_such(operation, row, text, "a time of the clock"))
}

/// Dates of year, month and day, three columns of Int64; null where one of them is.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a day that the calendar lacks, or beyond 32 bits.
pub fn dates_from_parts(parts: &[Column]) -> Result<Column> {
    const OPERATION: &str = "date";
    let days = Rows::new(OPERATION, parts)?.map(|row, [year, month, day]: [i64; 3]| {
        let days = day_of(OPERATION, row, [year, month, day])?;
        let fits = i32::try_from(days).is_ok();
        let beyond = || {
            no_such(OPERATION, row, format!("{year}-{month:02}-{day:02}"), "a date within 32 bits of days")
        };
        if fits { Ok(days) } else { Err(beyond()) }
    })?;
    Ok(Column::new(DataType::Date, crate::arity::unary(&days, |day| day as i32)))
}

/// Times of hour, minute, second and microsecond, four columns of Int64; null where one of them is.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a time that the clock lacks.
pub fn times_from_parts(parts: &[Column]) -> Result<Column> {
    const OPERATION: &str = "time";
    let nanos = Rows::new(OPERATION, parts)?.map(|row, [hour, minute, second, micros]: [i64; 4]| {
        nanos_of(OPERATION, row, [hour, minute, second, micros.saturating_mul(1_000)])
    })?;
    Ok(Column::new(DataType::Time, nanos))
}

/// Datetimes of year, month, day, hour, minute, second and microsecond, seven columns of Int64; null where one of them is.
/// With a zone, they are what its clock shows.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for what the calendar or the clock lacks, parts below the unit, or a time that the
/// zone's clock shows twice or never.
pub fn datetimes_from_parts(
    parts: &[Column],
    unit: TimeUnit,
    zone: Option<&str>,
    ambiguous: Ambiguous,
) -> Result<Column> {
    const OPERATION: &str = "datetime";
    let locals = Rows::new(OPERATION, parts)?.map(|row, numbers: [i64; 7]| {
        let [year, month, day, hour, minute, second, micros] = numbers;
        let days = day_of(OPERATION, row, [year, month, day])?;
        let nanos = nanos_of(OPERATION, row, [hour, minute, second, micros.saturating_mul(1_000)])?;
        join(OPERATION, row, days, nanos, unit)
    })?;
    to_zone(OPERATION, locals, unit, zone, ambiguous)
}

fn join(operation: &'static str, row: usize, days: i64, nanos: i64, unit: TimeUnit) -> Result<i64> {
    let beyond = || {
        let text = format!("{days} days and {nanos} ns since 1970-01-01");
        no_such(operation, row, text, "a whole number of ticks within 64 bits")
    };
    join_ticks(days, nanos, unit).ok_or_else(beyond)
}

fn to_zone(
    operation: &'static str,
    locals: PrimitiveArray<i64>,
    unit: TimeUnit,
    zone: Option<&str>,
    ambiguous: Ambiguous,
) -> Result<Column> {
    let data_type = DataType::Datetime(unit, zone.map(Into::into));
    let zone = zone_of(operation, &data_type)?;
    let instants = zone::to_instants(&locals, unit, &zone, &choose(ambiguous, NonExistent::Raise))
        .map_err(|fault| no_instant(operation, &locals, unit, fault))?;
    Ok(Column::new(data_type, instants))
}

/// Nanoseconds of the parts of a duration: weeks, days, hours, minutes, seconds, milli-, micro- and nanoseconds.
const PART_NANOS: [i64; 8] = [
    7 * NANOS_PER_DAY,
    NANOS_PER_DAY,
    3_600 * NANOS_PER_SECOND,
    60 * NANOS_PER_SECOND,
    NANOS_PER_SECOND,
    1_000_000,
    1_000,
    1,
];

/// Durations of weeks, days, hours, minutes, seconds, milliseconds, microseconds and nanoseconds, eight columns of Int64;
/// null where one of them is.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a sum beyond 64 bits of ticks, or that is not a whole number of them.
pub fn durations_from_parts(parts: &[Column], unit: TimeUnit) -> Result<Column> {
    const OPERATION: &str = "duration";
    let nanos_per_tick = i128::from(NANOS_PER_SECOND / unit.per_second());
    let ticks = Rows::new(OPERATION, parts)?.map(|row, numbers: [i64; 8]| {
        let nanos: i128 = numbers
            .iter()
            .zip(PART_NANOS)
            .map(|(number, nanos)| i128::from(*number) * i128::from(nanos))
            .sum();
        let whole = nanos % nanos_per_tick == 0;
        let ticks = i64::try_from(nanos / nanos_per_tick).ok().filter(|_| whole);
        ticks.ok_or_else(|| {
            no_such(OPERATION, row, format!("{nanos} ns"), "a whole number of ticks within 64 bits")
        })
    })?;
    Ok(Column::new(DataType::Duration(unit), ticks))
}

/// Dates and datetimes with some parts replaced: year, month, day, hour, minute, second, microsecond, each a column of Int64
/// or `None`; a null in it leaves the part as it is. The clock is that of the column's zone. Dates keep no time.
///
/// # Errors
/// As [`datetimes_from_parts`].
pub fn replace_parts(column: &Column, parts: &[Option<Column>; 7], ambiguous: Ambiguous) -> Result<Column> {
    const OPERATION: &str = "dt.replace";
    let number = |part: usize, row: usize, own: i64| match parts[part].as_ref().map(Column::array) {
        Some(Array::Int64(array)) => array.get(row).unwrap_or(own),
        _ => own,
    };
    let new_day = |row: usize, days: i64| {
        let (year, month, day) = civil_from_wide_days(days);
        let date = [number(0, row, year), number(1, row, month.into()), number(2, row, day.into())];
        day_of(OPERATION, row, date)
    };
    if let (DataType::Date, Array::Int32(days)) = (column.data_type(), column.array()) {
        let mut new = Vec::with_capacity(days.len());
        for (row, day) in days.iter().enumerate() {
            let Some(day) = day else {
                new.push(None);
                continue;
            };
            let day =
                i32::try_from(new_day(row, day.into())?).map_err(|_| overflow(OPERATION, column, row))?;
            new.push(Some(day));
        }
        return Ok(Column::new(DataType::Date, new.into_iter().collect::<PrimitiveArray<i32>>()));
    }
    let DataType::Datetime(unit, zone) = column.data_type() else {
        return Err(unsupported(OPERATION, column));
    };
    let (locals, _) = local_ticks(OPERATION, column)?;
    let mut new = Vec::with_capacity(locals.len());
    for (row, ticks) in locals.iter().enumerate() {
        let Some(ticks) = ticks else {
            new.push(None);
            continue;
        };
        let (days, nanos) = split_ticks(ticks, *unit);
        let (seconds, fraction) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
        let clock = [
            number(3, row, seconds / 3_600),
            number(4, row, seconds / 60 % 60),
            number(5, row, seconds % 60),
        ];
        // A new microsecond takes the place of the whole fraction.
        let fraction = match number(6, row, -1) {
            -1 => fraction,
            micros => micros.saturating_mul(1_000),
        };
        let nanos = nanos_of(OPERATION, row, [clock[0], clock[1], clock[2], fraction])?;
        new.push(Some(join(OPERATION, row, new_day(row, days)?, nanos, *unit)?));
    }
    to_zone(OPERATION, new.into_iter().collect(), *unit, zone.as_deref(), ambiguous)
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;

    fn ints<const N: usize>(values: [Option<i64>; N]) -> Column {
        Column::from_values(values.into_iter())
    }

    fn all(value: i64) -> Column {
        ints([Some(value), Some(value)])
    }

    #[test]
    fn from_numbers() {
        let parts = [ints([Some(2024), None]), all(2), all(29)];
        let dates = dates_from_parts(&parts).unwrap();
        assert_eq!((dates.get(0), dates.get(1)), (Scalar::Date(19_782), Scalar::Null));
        let error = dates_from_parts(&[all(2023), all(2), all(29)]).unwrap_err();
        let expected = "invalid operand of date at row 0: \"2023-02-29\"; expected a day of the calendar";
        assert_eq!(error.to_string(), expected);
        for (year, month, day) in
            [(i64::MAX, 1, 1), (10_000_000, 1, 1), (2024, 0, 1), (2024, -1, 1), (2024, 1, i64::MAX)]
        {
            assert!(dates_from_parts(&[all(year), all(month), all(day)]).is_err());
        }
        let times = times_from_parts(&[all(1), all(2), all(3), all(4)]).unwrap();
        assert_eq!(times.get(1), Scalar::Time(3_723_000_004_000));
        assert!(times_from_parts(&[all(24), all(0), all(0), all(0)]).is_err());
        assert!(times_from_parts(&[all(0), all(0), all(0), all(1_000_000)]).is_err());
        let parts = [all(1970), all(1), all(2), all(1), all(0), all(0), all(5)];
        let datetimes = |unit, zone| datetimes_from_parts(&parts, unit, zone, Ambiguous::Raise);
        let microseconds = TimeUnit::Microseconds;
        let tick = 90_000_000_005;
        assert_eq!(datetimes(microseconds, None).unwrap().get(0), Scalar::Datetime(tick, microseconds, None));
        let zoned = datetimes(microseconds, Some("+01:00")).unwrap();
        assert_eq!(zoned.get(0), Scalar::Datetime(tick - 3_600_000_000, microseconds, Some("+01:00".into())));
        assert!(datetimes(TimeUnit::Milliseconds, None).is_err());
    }

    #[test]
    fn durations() {
        let mut parts: Vec<Column> = (0..8).map(|_| all(0)).collect();
        parts[0] = all(1);
        parts[3] = all(-5);
        let weeks = durations_from_parts(&parts, TimeUnit::Milliseconds).unwrap();
        assert_eq!(weeks.get(0), Scalar::Duration(604_500_000, TimeUnit::Milliseconds));
        parts[7] = all(1);
        assert!(durations_from_parts(&parts, TimeUnit::Milliseconds).is_err());
        parts[0] = all(i64::MAX);
        assert!(durations_from_parts(&parts, TimeUnit::Nanoseconds).is_err());
    }

    #[test]
    fn replaced() {
        let none = || -> [Option<Column>; 7] { Default::default() };
        let dates = Column::new(DataType::Date, PrimitiveArray::from_iter([Some(19_762), None])); // 2024-02-09
        let mut parts = none();
        parts[0] = Some(ints([Some(2020), Some(1)]));
        parts[3] = Some(all(5));
        let new = replace_parts(&dates, &parts, Ambiguous::Raise).unwrap();
        assert_eq!((new.get(0).to_string(), new.get(1)), ("2020-02-09".into(), Scalar::Null));
        parts[2] = Some(ints([Some(31), None]));
        assert!(replace_parts(&dates, &parts, Ambiguous::Raise).is_err());
        let data_type = DataType::Datetime(TimeUnit::Milliseconds, None);
        let datetimes = Column::new(data_type, PrimitiveArray::from_vec(vec![1_707_447_909_123i64]));
        let mut parts = none();
        parts[3] = Some(ints([Some(23)]));
        parts[6] = Some(ints([Some(1_000)]));
        let new = replace_parts(&datetimes, &parts, Ambiguous::Raise).unwrap();
        assert_eq!(new.get(0).to_string(), "2024-02-09 23:05:09.001");
        parts[6] = Some(ints([None]));
        let new = replace_parts(&datetimes, &parts, Ambiguous::Raise).unwrap();
        assert_eq!(new.get(0).to_string(), "2024-02-09 23:05:09.123");
    }
}
