//! `dt.combine`.

use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal;

use super::TemporalNamespace;
use super::arguments::{
    Options, checked, expected, input_type, inputs_as, is_date_or_datetime, map_all, unit_text,
};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Each date at a time of day, as a datetime in the unit of the third argument (`'us'` if there is none), in the zone of
/// the first; null where either is.
///
/// A time that is not a whole number of the unit's ticks is an error, and so is one that the zone's clock shows twice or
/// never.
#[derive(Debug)]
pub struct Combine;

const EXPECTED: &str = "a date or datetime, a time, and maybe the unit of the result";

impl ScalarFunction for Combine {
    fn name(&self) -> &str {
        "dt.combine"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (date, time) = match arguments {
            [date, time] | [date, time, _] => (date, time),
            _ => return expected(EXPECTED),
        };
        let date = input_type(date, is_date_or_datetime, DataType::Date, EXPECTED)?;
        let time = match time.literal {
            // Beside a datetime a bare text was not read as a time.
            Some(literal) if literal.flexible && *time.data_type == DataType::String => DataType::Time,
            _ => input_type(time, |data_type| *data_type == DataType::Time, DataType::Time, EXPECTED)?,
        };
        let unit = unit(&Options::of_arguments(arguments))?;
        let zone = if let DataType::Datetime(_, zone) = &date { zone.clone() } else { None };
        Ok(Signature { inputs: inputs_as(arguments, &[date, time]), output: DataType::Datetime(unit, zone) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let unit = checked("dt.combine", unit(&Options::of_values(inputs)))?;
        map_all(&inputs[..2], num_rows, |columns| temporal::combine(&columns[0], &columns[1], unit))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn unit(options: &Options) -> Result<TimeUnit, SignatureError> {
    Ok(options.unit(2)?.unwrap_or(TimeUnit::Microseconds))
}

impl TemporalNamespace {
    /// Each date at a time of day, as a datetime in a unit.
    ///
    /// ```
    /// use lazuli_array::TimeUnit;
    /// use lazuli_expr::col;
    ///
    /// let at = col("day").dt().combine(col("time"), TimeUnit::Milliseconds);
    /// assert_eq!(at.to_string(), "dt.combine(day, time, 'ms')");
    /// ```
    pub fn combine(self, time: impl Into<Expr>, unit: TimeUnit) -> Expr {
        self.0.call_with(super::COMBINE, [time.into(), unit_text(unit)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn dates_at_times() {
        let dates = Column::new(
            DataType::Date,
            [Some(1), None, Some(2)].into_iter().collect::<PrimitiveArray<i32>>(),
        );
        let noon = Value::Constant(Constant::from_scalar(&Scalar::Time(43_200_000_000_000)));
        let rows = Combine.evaluate(&[dates.into(), noon], 3).unwrap().into_column(3);
        assert_eq!((rows.get(0).to_string(), rows.get(1)), ("1970-01-02 12:00:00".into(), Scalar::Null));
        assert_eq!(rows.get(2).to_string(), "1970-01-03 12:00:00");
    }
}
