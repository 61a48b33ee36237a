//! `std`.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;

use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::moment_state::IntegerMoments;
use crate::aggregate::signature::numbers_as;
use crate::aggregate::variance::{ddof, variance_accumulator, variances};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::with_columns;
use crate::{Accumulator, Aggregate};

/// The standard deviation of the values that are not null, dividing by their number less a constant, 1 by default (that of
/// a sample); null for no more values than that.
///
/// Float64 for numbers and booleans; Duration for durations, to the nearest tick. The result does not depend on the order
/// of rows to the last bit; NaN and infinities give NaN.
#[derive(Debug)]
pub struct Std;

const EXPECTED: &str = "one column of numbers, booleans or durations, and maybe what the divisor is less";

impl Aggregate for Std {
    fn name(&self) -> &'static str {
        "std"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        ddof(arguments, EXPECTED)?;
        let input = numbers_as(arguments[0].data_type);
        let output = match &input {
            DataType::Duration(_) => input.clone(),
            DataType::Boolean => DataType::Float64,
            number if number.is_numeric() => DataType::Float64,
            _ => return Err(SignatureError::Expected(EXPECTED.into())),
        };
        Ok(with_columns(arguments, &[input], output))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let ddof = ddof(arguments, EXPECTED).unwrap_or(1);
        match arguments[0].data_type {
            duration @ DataType::Duration(_) => {
                let output = duration.clone();
                FixedStates::boxed(move |states: &[IntegerMoments]| durations(states, ddof, &output))
            }
            number => variance_accumulator(number, ddof, f64::sqrt),
        }
    }
}

/// Deviations of ticks, to the nearest one. Values at both ends of 64 bits can deviate by more than fits.
fn durations(states: &[IntegerMoments], ddof: i64, output: &DataType) -> Result<Column, KernelError> {
    let mut ticks = Vec::with_capacity(states.len());
    for (row, variance) in variances(states, ddof).enumerate() {
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

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar, TimeUnit};
    use lazuli_kernels::KernelError;

    use crate::aggregate::tests::{check, refuses, result_of};
    use crate::aggregate::{STD, VAR};

    #[test]
    fn deviations() {
        let duration = |ticks| Scalar::Duration(ticks, TimeUnit::Milliseconds);
        let durations = |ticks: &[i64]| {
            Column::from_scalars(
                &DataType::Duration(TimeUnit::Milliseconds),
                ticks.iter().map(|&ticks| duration(ticks)),
            )
        };
        check(
            &STD,
            &[],
            &[
                (Column::new_null(DataType::Null, 2), Scalar::Null),
                (Column::from_values([Some(1.5), None].into_iter()), Scalar::Null),
                (Column::from_values([Some(1i64), None, Some(3), Some(2)].into_iter()), Scalar::Float64(1.0)),
                (Column::from_values([1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0].into_iter()), Scalar::Float64(1.0)),
                (Column::from_values([0.1f32; 9].into_iter()), Scalar::Float64(0.0)),
                (Column::from_values([1.0, f64::NAN].into_iter()), Scalar::Float64(f64::NAN)),
                (durations(&[10, 20, 30]).unwrap(), duration(10)),
            ],
        );
        check(
            &VAR,
            &[],
            &[
                (Column::new_null(DataType::Boolean, 0), Scalar::Null),
                (Column::from_values([1.0, 3.0].into_iter()), Scalar::Float64(2.0)),
                (Column::from_values([true, false].into_iter()), Scalar::Float64(0.5)),
            ],
        );
        let error = result_of(&STD, &[], &durations(&[i64::MIN, i64::MAX]).unwrap());
        assert!(matches!(error, Err(KernelError::Overflow { .. })));
        assert!(refuses(&VAR, &DataType::Duration(TimeUnit::Milliseconds)) && refuses(&STD, &DataType::Date));
    }
}
