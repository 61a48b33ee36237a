//! `mean`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::aggregate::{CountedSum, DecimalSum, FloatSum};
use lazuli_kernels::double_double::mean;

use crate::aggregate::counted_states::CountedStates;
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::quotient::{decimal_quotient, quotient, rounded_quotient};
use crate::aggregate::signature::{between, numbers_as, one_to_one, only, ticks_per_unit};
use crate::aggregate::state_column::result_column;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The arithmetic mean of the values that are not null; null of nothing.
///
/// Float64 for numbers and booleans, decimals too; Datetime in microseconds for dates; the same type for datetimes,
/// durations and times, to the nearest tick, halves to the even one. Integers are summed exactly, floats independent of
/// order to the last bit; NaN poisons.
#[derive(Debug)]
pub struct Mean;

const EXPECTED: &str = "one column of numbers, booleans, dates or times";

impl Aggregate for Mean {
    fn name(&self) -> &'static str {
        "mean"
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
        let input = arguments[0].data_type;
        match input {
            float if float.is_float() => FixedStates::boxed(|states: &[FloatSum]| {
                let result = |group: usize| {
                    let FloatSum { count, sum } = states[group];
                    mean(count as u64, sum.total()).expect("there are values")
                };
                Ok(result_column(DataType::Float64, states.len(), |group| states[group].count > 0, result))
            }),
            DataType::Decimal { scale, .. } => {
                let scale = *scale;
                CountedStates::boxed(move |sums: &[DecimalSum], counts| {
                    let mean = |group: usize| match sums[group].to_i128() {
                        Some(value) => decimal_quotient(value, scale, counts[group] as u64),
                        None => sums[group].to_f64() / counts[group] as f64 / 10f64.powi(scale.into()),
                    };
                    result_column(DataType::Float64, sums.len(), |group| counts[group] > 0, mean)
                })
            }
            temporal if temporal.is_temporal() => {
                let (output, ticks) =
                    (between(temporal).expect("times have means"), ticks_per_unit(temporal));
                FixedStates::boxed(move |states: &[CountedSum]| Ok(instants(states, ticks, &output)))
            }
            _ => FixedStates::boxed(|states: &[CountedSum]| {
                let mean = |group: usize| quotient(states[group].sum, states[group].count as u128);
                Ok(result_column(DataType::Float64, states.len(), |group| states[group].count > 0, mean))
            }),
        }
    }
}

/// Means of points or spans of time, in units of which `ticks` make one unit of the sums; null of nothing.
fn instants(states: &[CountedSum], ticks: i128, output: &DataType) -> Column {
    let means = states.iter().map(|&CountedSum { sum, count }| {
        // A mean lies between values that are 64-bit ticks, or 32-bit days of 2^37 microseconds.
        let mean = || i64::try_from(rounded_quotient(sum * ticks, i128::from(count)));
        (count > 0).then(|| mean().expect("a mean lies between the values"))
    });
    Column::new(output.clone(), means.collect::<PrimitiveArray<i64>>())
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar, TimeUnit};

    use crate::aggregate::MEAN;
    use crate::aggregate::tests::{check, refuses};

    fn column(values: &[Scalar]) -> Column {
        Column::from_scalars(&values[0].data_type(), values.iter().cloned()).unwrap()
    }

    #[test]
    fn means() {
        let decimal = |value| Scalar::Decimal { value, precision: 10, scale: 2 };
        let datetime = |ticks| Scalar::Datetime(ticks, TimeUnit::Microseconds, None);
        check(
            &MEAN,
            &[],
            &[
                (Column::new_null(DataType::Null, 2), Scalar::Null),
                (Column::new_null(DataType::Date, 0), Scalar::Null),
                (Column::from_values([Some(1i64), None, Some(2)].into_iter()), Scalar::Float64(1.5)),
                (Column::from_values([i64::MAX, i64::MAX].into_iter()), Scalar::Float64(i64::MAX as f64)),
                (Column::from_values([Some(true), None, Some(false)].into_iter()), Scalar::Float64(0.5)),
                (Column::from_values([0.1; 10].into_iter()), Scalar::Float64(0.1)),
                (Column::from_values([1.0, f64::NAN].into_iter()), Scalar::Float64(f64::NAN)),
                (Column::from_values([0.5f32].into_iter()), Scalar::Float64(0.5)),
                (column(&[decimal(105), decimal(106), Scalar::Null]), Scalar::Float64(1.055)),
                (column(&[Scalar::Date(0), Scalar::Date(1)]), datetime(43_200_000_000)),
                (column(&[datetime(1), datetime(2)]), datetime(2)),
                (column(&[datetime(-1), datetime(0), datetime(-1)]), datetime(-1)),
                (column(&[Scalar::Time(1), Scalar::Time(4)]), Scalar::Time(2)),
            ],
        );
        assert!(refuses(&MEAN, &DataType::String));
    }
}
