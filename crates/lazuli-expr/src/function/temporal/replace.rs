//! `dt.replace`.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Ambiguous};

use super::TemporalNamespace;
use super::arguments::{
    MICROSECONDS, Options, checked, expected, input_type, is_date_or_datetime, map_all, text,
};
use super::zone::ambiguous_word;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

/// Each date or datetime with some parts replaced: year, month, day, hour, minute, second, microsecond, in this order. Null
/// leaves a part as it is, and so do arguments that are left out. A last text says what becomes of a time that the zone's
/// clock shows twice.
///
/// A day that the calendar lacks is an error. The new microsecond is the whole fraction of the second; of a date, what is
/// below the day is left alone.
#[derive(Debug)]
pub struct Replace;

const EXPECTED: &str =
    "a date or datetime, and whole numbers or null: year, month, day, hour, minute, second, microsecond";

impl ScalarFunction for Replace {
    fn name(&self) -> &str {
        "dt.replace"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((value, parts)) = arguments.split_first().filter(|(_, parts)| parts.len() <= 8) else {
            return expected(EXPECTED);
        };
        let input = input_type(value, is_date_or_datetime, MICROSECONDS, EXPECTED)?;
        let mut inputs = vec![input.clone()];
        for (position, part) in parts.iter().enumerate() {
            let is_null = part.literal.is_some_and(|literal| literal.value.is_null());
            match position {
                7 => inputs.push(part.data_type.clone()),
                _ if is_null || part.data_type.is_integer() || *part.data_type == DataType::Null => {
                    inputs.push(DataType::Int64);
                }
                _ => return expected(EXPECTED),
            }
        }
        Options::of_arguments(arguments).ambiguous(8)?;
        Ok(Signature { inputs, output: input })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let ambiguous = checked("dt.replace", Options::of_values(inputs).ambiguous(8))?;
        map_all(&inputs[..inputs.len().min(8)], num_rows, |columns| {
            let parts: [Option<Column>; 7] = std::array::from_fn(|part| columns.get(part + 1).cloned());
            temporal::replace_parts(&columns[0], &parts, ambiguous)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

/// Parts of a date or datetime that take the place of others; those that are `None` stay.
///
/// ```
/// use lazuli_expr::{NewParts, col};
///
/// let parts = NewParts { day: Some(1.into()), hour: Some(col("hour")), ..NewParts::default() };
/// assert_eq!(col("at").dt().replace(parts).to_string(), "dt.replace(at, null, null, 1, hour)");
/// ```
#[derive(Debug, Clone, Default)]
pub struct NewParts {
    /// The year.
    pub year: Option<Expr>,
    /// The month, 1 to 12.
    pub month: Option<Expr>,
    /// The day of the month.
    pub day: Option<Expr>,
    /// The hour, 0 to 23.
    pub hour: Option<Expr>,
    /// The minute.
    pub minute: Option<Expr>,
    /// The second.
    pub second: Option<Expr>,
    /// Microseconds since the second.
    pub microsecond: Option<Expr>,
    /// What becomes of a time that the zone's clock shows twice.
    pub ambiguous: Ambiguous,
}

impl TemporalNamespace {
    /// Each date or datetime with some parts replaced.
    pub fn replace(self, parts: NewParts) -> Expr {
        let NewParts { year, month, day, hour, minute, second, microsecond, ambiguous } = parts;
        let mut inputs: Vec<Option<Expr>> = vec![year, month, day, hour, minute, second, microsecond];
        if ambiguous != Ambiguous::Raise {
            inputs.push(Some(text(ambiguous_word(ambiguous))));
        }
        while inputs.last().is_some_and(Option::is_none) {
            inputs.pop();
        }
        let null = || Expr::Literal(Literal::flexible(Scalar::Null));
        self.0.call_with(super::REPLACE, inputs.into_iter().map(|input| input.unwrap_or_else(null)))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::PrimitiveArray;
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn parts_by_position() {
        let dates =
            Column::new(DataType::Date, [Some(45), None].into_iter().collect::<PrimitiveArray<i32>>());
        let number =
            |value: Option<i64>| Value::Constant(Constant::try_new(&DataType::Int64, value.into()).unwrap());
        let inputs = [dates.into(), number(Some(2024)), number(None), number(Some(29))];
        let rows = Replace.evaluate(&inputs, 2).unwrap().into_column(2);
        assert_eq!((rows.get(0).to_string(), rows.get(1)), ("2024-02-29".into(), Scalar::Null));
        let date = Argument { data_type: &DataType::Date, literal: None };
        let text = Argument { data_type: &DataType::String, literal: None };
        assert!(Replace.signature(&[date, text]).is_err());
        assert!(Replace.signature(&[date]).is_ok());
    }
}
