//! `mean`.

use lazuli_array::{Column, DataType, PrimitiveArray};

use crate::aggregate::double_double_state::DoubleDouble;
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::quotient::{decimal_quotient, quotient, rounded_quotient};
use crate::aggregate::running_sum::{CountedSum, IntegerSum, WideSum};
use crate::aggregate::signature::{between, numbers_as, one_to_one, only, ticks_per_unit};
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

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let input = arguments[0].data_type;
        match input {
            float if float.is_float() => FixedStates::boxed(|states: &[CountedSum<DoubleDouble>]| {
                Ok(floats(states, |sum, count| sum.value() / count as f64))
            }),
            DataType::Decimal { scale, .. } => {
                let scale = *scale;
                FixedStates::boxed(move |states: &[CountedSum<WideSum>]| {
                    Ok(floats(states, |sum, count| match sum.value() {
                        Some(value) => decimal_quotient(value, scale, count as u64),
                        None => sum.to_f64() / count as f64 / 10f64.powi(scale.into()),
                    }))
                })
            }
            temporal if temporal.is_temporal() => {
                let (output, ticks) =
                    (between(temporal).expect("times have means"), ticks_per_unit(temporal));
                FixedStates::boxed(move |states: &[CountedSum<IntegerSum>]| {
                    Ok(instants(states, ticks, &output))
                })
            }
            _ => FixedStates::boxed(|states: &[CountedSum<IntegerSum>]| {
                Ok(floats(states, |sum, count| quotient(sum, count as u128)))
            }),
        }
    }
}

/// Means as floats; null of nothing.
fn floats<S: Copy>(states: &[CountedSum<S>], mean: impl Fn(S, i64) -> f64) -> Column {
    let means = states.iter().map(|state| (state.count > 0).then(|| mean(state.sum, state.count)));
    Column::new(DataType::Float64, means.collect::<PrimitiveArray<f64>>())
}

/// Means of points or spans of time, in units of which `ticks` make one unit of the sums; null of nothing.
fn instants(states: &[CountedSum<IntegerSum>], ticks: i128, output: &DataType) -> Column {
    let means = states.iter().map(|state| {
        (state.count > 0).then(|| {
            // A mean lies between values that are 64-bit ticks, or 32-bit days of 2^37 microseconds.
            i64::try_from(rounded_quotient(state.sum * ticks, i128::from(state.count)))
                .expect("a mean lies between the values")
        })
    });
    Column::new(output.clone(), means.collect::<PrimitiveArray<i64>>())
}
