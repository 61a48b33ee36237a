//! Durations as numbers: `dt.total_days` to `dt.total_nanoseconds`.

use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal;

use super::TemporalNamespace;
use super::arguments::{Options, checked, expected, input_type, inputs_as};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// How many of a unit each duration has: whole ones, towards zero, Int64; with `true` as second argument with the fraction,
/// Float64.
#[derive(Debug)]
pub struct Total {
    name: &'static str,
    unit_nanos: i64,
}

const EXPECTED: &str = "a duration, and maybe true for the fraction";

impl ScalarFunction for Total {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (1 | 2, Some(duration)) = (arguments.len(), arguments.first()) else { return expected(EXPECTED) };
        let is_duration = |data_type: &DataType| matches!(data_type, DataType::Duration(_));
        let input = input_type(duration, is_duration, DataType::Duration(TimeUnit::Microseconds), EXPECTED)?;
        let is_fractional = Options::of_arguments(arguments).flag(1, false)?;
        let output = if is_fractional { DataType::Float64 } else { DataType::Int64 };
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let is_fractional = checked(self.name, Options::of_values(inputs).flag(1, false))?;
        map_rows(&inputs[0], |column| match is_fractional {
            true => temporal::total_fractional(self.name, column, self.unit_nanos),
            false => temporal::total(self.name, column, self.unit_nanos),
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

macro_rules! totals {
    ($($(#[$doc:meta])* $method:ident, $fractional:ident, $constant:ident, $nanos:expr;)*) => {
        $(
            $(#[$doc])*
            pub const $constant: FunctionRef =
                FunctionRef::Builtin(&Total { name: concat!("dt.", stringify!($method)), unit_nanos: $nanos });
        )*

        impl TemporalNamespace {
            $(
                $(#[$doc])*
                pub fn $method(self) -> Expr {
                    self.0.call($constant)
                }

                #[doc = concat!("As [`TemporalNamespace::", stringify!($method), "`] with the fraction, Float64.")]
                pub fn $fractional(self) -> Expr {
                    self.0.call_with($constant, [lit(true)])
                }
            )*
        }
    };
}

totals! {
    /// Whole days of a duration, towards zero.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("wait").dt().total_days().to_string(), "dt.total_days(wait)");
    /// assert_eq!(col("wait").dt().total_days_fractional().to_string(), "dt.total_days(wait, true)");
    /// ```
    total_days, total_days_fractional, TOTAL_DAYS, 86_400_000_000_000;
    /// Whole hours of a duration, towards zero.
    total_hours, total_hours_fractional, TOTAL_HOURS, 3_600_000_000_000;
    /// Whole minutes of a duration, towards zero.
    total_minutes, total_minutes_fractional, TOTAL_MINUTES, 60_000_000_000;
    /// Whole seconds of a duration, towards zero.
    total_seconds, total_seconds_fractional, TOTAL_SECONDS, 1_000_000_000;
    /// Whole milliseconds of a duration, towards zero.
    total_milliseconds, total_milliseconds_fractional, TOTAL_MILLISECONDS, 1_000_000;
    /// Whole microseconds of a duration, towards zero.
    total_microseconds, total_microseconds_fractional, TOTAL_MICROSECONDS, 1_000;
    /// Nanoseconds of a duration.
    total_nanoseconds, total_nanoseconds_fractional, TOTAL_NANOSECONDS, 1;
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn whole_and_with_a_fraction() {
        let array: PrimitiveArray<i64> = [Some(-90_000_000), None, Some(1)].into_iter().collect();
        let column = Column::new(DataType::Duration(TimeUnit::Milliseconds), array);
        for (function, whole, fraction) in [
            (TOTAL_DAYS, -1, -1.041_666_666_666_666_7),
            (TOTAL_HOURS, -25, -25.0),
            (TOTAL_MINUTES, -1_500, -1_500.0),
            (TOTAL_SECONDS, -90_000, -90_000.0),
            (TOTAL_MILLISECONDS, -90_000_000, -90_000_000.0),
            (TOTAL_MICROSECONDS, -90_000_000_000, -90_000_000_000.0),
            (TOTAL_NANOSECONDS, -90_000_000_000_000, -90_000_000_000_000.0),
        ] {
            let rows = function.evaluate(&[column.clone().into()], 3).unwrap().into_column(3);
            assert_eq!((rows.get(0), rows.get(1)), (Scalar::Int64(whole), Scalar::Null));
            let fractional = Value::Constant(Constant::from_scalar(&true.into()));
            let rows = function.evaluate(&[column.clone().into(), fractional], 3).unwrap().into_column(3);
            assert_eq!((rows.get(0), rows.get(1)), (Scalar::Float64(fraction), Scalar::Null));
        }
        let date = Argument { data_type: &DataType::Date, literal: None };
        assert!(TOTAL_DAYS.signature(&[date]).is_err());
    }
}
