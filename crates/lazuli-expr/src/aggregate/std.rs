//! `std`.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::moment_state::IntegerMoments;
use crate::aggregate::signature::{numbers_as, one_to_one, only};
use crate::aggregate::variance::{variance_accumulator, variances};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The sample standard deviation (n - 1) of the values that are not null; null for fewer than two values.
///
/// Float64 for numbers and booleans; Duration for durations, to the nearest tick. The result does not depend on the order
/// of rows to the last bit; NaN and infinities give NaN.
#[derive(Debug)]
pub struct Std;

const EXPECTED: &str = "one column of numbers, booleans or durations";

impl Aggregate for Std {
    fn name(&self) -> &'static str {
        "std"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = numbers_as(only(arguments, EXPECTED)?);
        let output = match &input {
            DataType::Duration(_) => input.clone(),
            DataType::Boolean => DataType::Float64,
            number if number.is_numeric() => DataType::Float64,
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        };
        Ok(one_to_one(&input, output))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        match arguments[0].data_type {
            duration @ DataType::Duration(_) => {
                let output = duration.clone();
                FixedStates::boxed(move |states: &[IntegerMoments]| durations(states, &output))
            }
            number => variance_accumulator(number, f64::sqrt),
        }
    }
}

/// Deviations of ticks, to the nearest one. Values at both ends of 64 bits can deviate by more than fits.
fn durations(states: &[IntegerMoments], output: &DataType) -> Result<Column, KernelError> {
    let mut ticks = Vec::with_capacity(states.len());
    for (row, variance) in variances(states).enumerate() {
        let deviation = variance.map(|variance| variance.sqrt().round_ties_even());
        if let Some(deviation) = deviation
            && deviation >= 2f64.powi(63)
        {
            return Err(KernelError::Overflow {
                operation: "std",
                row,
                left: Scalar::Float64(deviation),
                right: Scalar::Null,
                data_type: output.clone(),
            });
        }
        ticks.push(deviation.map(|deviation| deviation as i64));
    }
    Ok(Column::new(output.clone(), ticks.into_iter().collect::<PrimitiveArray<i64>>()))
}
