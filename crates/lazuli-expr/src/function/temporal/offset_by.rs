//! `dt.offset_by`.

use lazuli_array::{Array, Column, DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Interval, Steps};

use super::TemporalNamespace;
use super::arguments::{
    MICROSECONDS, Options, checked, expected, input_type, inputs_as, invalid, is_date_or_datetime, map_all,
};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

/// Each date or datetime moved by an interval, as `'1mo'`, `'-1y'` or `'1d12h'`: months first, where a day that the month
/// lacks becomes its last, then days of the calendar, then time that passes. The clock is that of the column's zone: `1d`
/// keeps the time of day when clocks change, `24h` does not.
///
/// The interval is a constant or a column of texts. A constant one with a part of a day makes datetimes of dates.
#[derive(Debug)]
pub struct OffsetBy;

const EXPECTED: &str = "a date or datetime, and intervals such as '1mo'";

impl ScalarFunction for OffsetBy {
    fn name(&self) -> &str {
        "dt.offset_by"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [value, by] = arguments else { return expected(EXPECTED) };
        let input = input_type(value, is_date_or_datetime, DataType::Date, EXPECTED)?;
        let mut output = input.clone();
        if by.literal.is_some() {
            if let Some(interval) = constant(&Options::of_arguments(arguments))? {
                output = moved_type(&input, &interval)?;
            }
        } else if !by.data_type.is_text() {
            return expected(EXPECTED);
        }
        let by = if by.data_type.is_text() { DataType::String } else { by.data_type.clone() };
        Ok(Signature { inputs: inputs_as(arguments, &[input, by]), output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        if inputs[1].is_constant() {
            return match checked("dt.offset_by", constant(&Options::of_values(inputs)))? {
                Some(interval) => {
                    map_rows(&inputs[0], |column| temporal::offset_by(column, Steps::Same(interval)))
                }
                None => map_rows(&inputs[0], |column| {
                    Ok(Column::new_null(column.data_type().clone(), column.len()))
                }),
            };
        }
        map_all(inputs, num_rows, |columns| {
            temporal::offset_by(&columns[0], Steps::Rows(&intervals(&columns[1])?))
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn constant(options: &Options) -> Result<Option<Interval>, SignatureError> {
    options.text(1)?.map(super::arguments::read_interval).transpose()
}

/// The type of values moved by an interval, which must be a whole number of their ticks.
fn moved_type(input: &DataType, by: &Interval) -> Result<DataType, SignatureError> {
    let moved = if *input == DataType::Date && by.has_time() { MICROSECONDS } else { input.clone() };
    let unit = match moved {
        DataType::Datetime(unit, _) => unit,
        _ => TimeUnit::Nanoseconds,
    };
    let time = Interval { nanos: by.nanos, ..Interval::default() };
    if time.ticks(unit).is_none() {
        return invalid(format!("{by} is not a whole number of {unit}, the unit of {moved}"));
    }
    Ok(moved)
}

/// The interval of each row; equal neighbours are read once.
fn intervals(column: &Column) -> Result<Vec<Option<Interval>>, KernelError> {
    let mut last: (String, Interval) = Default::default();
    let mut read = |row: usize, text: Option<&str>| -> Result<Option<Interval>, KernelError> {
        let Some(text) = text else { return Ok(None) };
        if text != last.0 {
            let interval = text.parse().map_err(|_| KernelError::InvalidOperand {
                operation: "dt.offset_by",
                row,
                value: column.get(row),
                expected: "an interval such as 1h30m or 1mo",
            })?;
            last = (text.into(), interval);
        }
        Ok(Some(last.1))
    };
    match column.array() {
        Array::String(texts) => (0..texts.len()).map(|row| read(row, texts.get(row))).collect(),
        Array::Dictionary(texts) => (0..texts.len()).map(|row| read(row, texts.get(row))).collect(),
        _ => Err(KernelError::unsupported("dt.offset_by", [column.data_type()])),
    }
}

impl TemporalNamespace {
    /// Each row moved by an interval, such as `1mo`, `-1y` or `1d12h`; or by that of a column of texts.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("sold").dt().offset_by("1mo").to_string(), "dt.offset_by(sold, '1mo')");
    /// assert_eq!(col("sold").dt().offset_by(col("wait")).to_string(), "dt.offset_by(sold, wait)");
    /// ```
    pub fn offset_by(self, by: impl Into<Expr>) -> Expr {
        let by = match by.into() {
            // Not a date, though it stands beside one.
            Expr::Literal(literal) => Expr::Literal(Literal { flexible: false, ..literal }),
            other => other,
        };
        self.0.call_with(super::OFFSET_BY, [by])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{DictionaryArray, FromValues, PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    fn dates() -> Column {
        Column::new(DataType::Date, [Some(30), None, Some(30)].into_iter().collect::<PrimitiveArray<i32>>())
    }

    #[test]
    fn by_a_constant_and_by_columns() {
        let by = |text: &str| Value::Constant(Constant::from_scalar(&Scalar::from(text)));
        let rows = OffsetBy.evaluate(&[dates().into(), by("1mo")], 3).unwrap().into_column(3);
        assert_eq!((rows.get(0), rows.get(1)), (Scalar::Date(58), Scalar::Null));
        let texts = [Some("1mo"), Some("1d"), None];
        let coded: DictionaryArray = texts.into_iter().collect();
        for texts in [Column::from_values(texts.into_iter()), Column::new(DataType::String, coded)] {
            let rows = OffsetBy.evaluate(&[dates().into(), texts.into()], 3).unwrap().into_column(3);
            assert_eq!(
                (rows.get(0), rows.get(1), rows.get(2)),
                (Scalar::Date(58), Scalar::Null, Scalar::Null)
            );
        }
        let wrong = Column::from_values(["1mo", "1mo", "soon"].into_iter());
        let error = OffsetBy.evaluate(&[dates().into(), wrong.into()], 3).unwrap_err();
        assert_eq!(error.row(), Some(2));
    }

    #[test]
    fn a_part_of_a_day_makes_datetimes() {
        let literal = Literal::typed(Scalar::from("12h"));
        let date = Argument { data_type: &DataType::Date, literal: None };
        let by = Argument { data_type: &DataType::String, literal: Some(&literal) };
        assert_eq!(OffsetBy.signature(&[date, by]).unwrap().output, MICROSECONDS);
        let milliseconds = DataType::Datetime(TimeUnit::Milliseconds, None);
        let literal = Literal::typed(Scalar::from("1us"));
        let by = Argument { data_type: &DataType::String, literal: Some(&literal) };
        assert!(OffsetBy.signature(&[Argument { data_type: &milliseconds, literal: None }, by]).is_err());
    }
}
