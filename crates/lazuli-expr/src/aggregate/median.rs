//! `median`.

use crate::aggregate::quantile_state::{QuantileMethod, quantile_accumulator};
use crate::aggregate::signature::{between, numbers_as, one_to_one, only};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The middle of the values that are not null, the mean of two for an even count; null of nothing. NaN is the largest
/// value.
///
/// Float64 for numbers and booleans, decimals too; Datetime in microseconds for dates; the same type for datetimes,
/// durations and times, to the nearest tick, halves to the even one.
#[derive(Debug)]
pub struct Median;

pub(super) const EXPECTED: &str = "one column of numbers, booleans, dates or times";

impl Aggregate for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, EXPECTED)?;
        let output = between(input).ok_or_else(|| SignatureError::Expected(EXPECTED.into()))?;
        Ok(one_to_one(&numbers_as(input), output))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        quantile_accumulator(arguments[0].data_type, 0.5, QuantileMethod::Linear)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar, TimeUnit};

    use crate::aggregate::MEDIAN;
    use crate::aggregate::tests::{check, refuses};

    fn column(values: &[Scalar]) -> Column {
        Column::from_scalars(&values[0].data_type(), values.iter().cloned()).unwrap()
    }

    #[test]
    fn medians() {
        let decimal = |value| Scalar::Decimal { value, precision: 10, scale: 2 };
        check(
            &MEDIAN,
            &[],
            &[
                (Column::new_null(DataType::Null, 2), Scalar::Null),
                (Column::from_values([7i8].into_iter()), Scalar::Float64(7.0)),
                (Column::from_values([Some(4i64), None, Some(1)].into_iter()), Scalar::Float64(2.5)),
                (Column::from_values([i64::MAX, i64::MAX - 1].into_iter()), Scalar::Float64(i64::MAX as f64)),
                (Column::from_values([u64::MAX, 1, 5].into_iter()), Scalar::Float64(5.0)),
                (Column::from_values([1.0, f64::NAN, 3.0].into_iter()), Scalar::Float64(3.0)),
                (Column::from_values([-0.0, 0.0, -0.0].into_iter()), Scalar::Float64(0.0)),
                (Column::from_values([true, false].into_iter()), Scalar::Float64(0.5)),
                (column(&[decimal(105), decimal(106)]), Scalar::Float64(1.055)),
                (
                    column(&[Scalar::Date(3), Scalar::Date(0)]),
                    Scalar::Datetime(129_600_000_000, TimeUnit::Microseconds, None),
                ),
                (column(&[Scalar::Time(1), Scalar::Time(2), Scalar::Null]), Scalar::Time(2)),
            ],
        );
        assert!(refuses(&MEDIAN, &DataType::String));
    }
}
