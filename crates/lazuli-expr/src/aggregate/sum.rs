//! `sum`.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use crate::aggregate::double_double_state::DoubleDouble;
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::running_sum::{IntegerSum, WideSum};
use crate::aggregate::signature::{one_to_one, only};
use crate::aggregate::state_column::float64_column;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The sum of the values that are not null; 0 of nothing.
///
/// | of | gives |
/// |---|---|
/// | signed integers | Int64, exact; an error if the sum does not fit, whatever the partial sums |
/// | unsigned integers | UInt64, likewise |
/// | booleans | Int64, the number of `true` |
/// | floats | Float64, independent of order to the last bit; NaN poisons |
/// | decimals | Decimal(38, same scale), exact or an error |
/// | durations | Duration, likewise |
#[derive(Debug)]
pub struct Sum;

const EXPECTED: &str = "one column of numbers, booleans or durations";

impl Aggregate for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, EXPECTED)?;
        let output = match input {
            DataType::Null => return Ok(one_to_one(&DataType::Int64, DataType::Int64)),
            DataType::Boolean => DataType::Int64,
            integer if integer.is_signed_integer() => DataType::Int64,
            integer if integer.is_unsigned_integer() => DataType::UInt64,
            float if float.is_float() => DataType::Float64,
            DataType::Decimal { scale, .. } => DataType::Decimal { precision: 38, scale: *scale },
            DataType::Duration(_) => input.clone(),
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        };
        Ok(one_to_one(input, output))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        match arguments[0].data_type {
            float if float.is_float() => FixedStates::boxed(|states: &[DoubleDouble]| {
                Ok(float64_column(states.iter().map(|state| state.value())))
            }),
            DataType::Decimal { scale, .. } => {
                let output = DataType::Decimal { precision: 38, scale: *scale };
                FixedStates::boxed(move |states: &[WideSum]| decimals(states, &output))
            }
            unsigned if unsigned.is_unsigned_integer() => {
                FixedStates::boxed(|states: &[IntegerSum]| integers::<u64>(states, &DataType::UInt64))
            }
            signed => {
                let output = match signed {
                    DataType::Duration(_) => signed.clone(),
                    _ => DataType::Int64,
                };
                FixedStates::boxed(move |states: &[IntegerSum]| integers::<i64>(states, &output))
            }
        }
    }
}

/// Integer sums of 64 bits.
fn integers<T>(sums: &[IntegerSum], output: &DataType) -> Result<Column, KernelError>
where
    T: lazuli_array::Native + TryFrom<i128>,
{
    let mut values = Vec::with_capacity(sums.len());
    for (row, &sum) in sums.iter().enumerate() {
        values.push(T::try_from(sum).map_err(|_| overflow(row, sum, 0, output))?);
    }
    Ok(Column::new(output.clone(), PrimitiveArray::from_vec(values)))
}

/// Decimal sums of 38 digits.
fn decimals(sums: &[WideSum], output: &DataType) -> Result<Column, KernelError> {
    const LIMIT: u128 = 10u128.pow(38);
    let DataType::Decimal { scale, .. } = *output else { unreachable!("decimals sum to decimals") };
    let mut values = Vec::with_capacity(sums.len());
    for (row, sum) in sums.iter().enumerate() {
        match sum.value() {
            Some(value) if value.unsigned_abs() < LIMIT => values.push(value),
            value => return Err(overflow(row, value.unwrap_or(i128::MAX), scale, output)),
        }
    }
    Ok(Column::new(output.clone(), PrimitiveArray::from_vec(values)))
}

fn overflow(row: usize, sum: i128, scale: u8, output: &DataType) -> KernelError {
    KernelError::Overflow {
        operation: "sum",
        row,
        left: Scalar::Decimal { value: sum, precision: 38, scale },
        right: Scalar::Null,
        data_type: output.clone(),
    }
}
