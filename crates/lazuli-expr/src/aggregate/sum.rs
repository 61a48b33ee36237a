//! `sum`.

use lazuli_array::{Column, DataType, Native, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::{DecimalSum, FloatSum};

use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::signature::{one_to_one, only};
use crate::aggregate::state_column::float64_column;
use crate::aggregate::sum_state::IntegerSum;
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

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        match arguments[0].data_type {
            float if float.is_float() => FixedStates::boxed(|states: &[FloatSum]| {
                Ok(float64_column(states.iter().map(|state| state.sum.total().to_f64())))
            }),
            DataType::Decimal { scale, .. } => {
                let output = DataType::Decimal { precision: 38, scale: *scale };
                FixedStates::boxed(move |states: &[DecimalSum]| decimals(states, &output))
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
    T: Native + TryFrom<i128>,
{
    let mut values = Vec::with_capacity(sums.len());
    for (row, &sum) in sums.iter().enumerate() {
        values.push(T::try_from(sum).map_err(|_| overflow(row, sum, 0, output))?);
    }
    Ok(Column::new(output.clone(), PrimitiveArray::from_vec(values)))
}

/// Decimal sums of 38 digits.
fn decimals(sums: &[DecimalSum], output: &DataType) -> Result<Column, KernelError> {
    const LIMIT: u128 = 10u128.pow(38);
    let DataType::Decimal { scale, .. } = *output else { unreachable!("decimals sum to decimals") };
    let mut values = Vec::with_capacity(sums.len());
    for (row, sum) in sums.iter().enumerate() {
        match sum.to_i128() {
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

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar, TimeUnit};

    use crate::aggregate::SUM;
    use lazuli_kernels::KernelError;

    use crate::aggregate::tests::{check, refuses, result_of};

    fn duration(ticks: i64) -> Scalar {
        Scalar::Duration(ticks, TimeUnit::Milliseconds)
    }

    fn decimal(value: i128) -> Scalar {
        Scalar::Decimal { value, precision: 38, scale: 2 }
    }

    fn column(values: &[Scalar]) -> Column {
        Column::from_scalars(&values[0].data_type(), values.iter().cloned()).unwrap()
    }

    #[test]
    fn sums() {
        let infinity = f64::INFINITY;
        let max = 10i128.pow(38) - 1;
        check(
            &SUM,
            &[],
            &[
                (Column::new_null(DataType::Null, 2), Scalar::Int64(0)),
                (Column::new_null(DataType::Int8, 0), Scalar::Int64(0)),
                (Column::new_null(DataType::Float32, 3), Scalar::Float64(0.0)),
                (Column::from_values([Some(127i8), None, Some(127)].into_iter()), Scalar::Int64(254)),
                (Column::from_values([i64::MAX, 1, -1].into_iter()), Scalar::Int64(i64::MAX)),
                (Column::from_values([u64::MAX, 0].into_iter()), Scalar::UInt64(u64::MAX)),
                (
                    Column::from_values([Some(true), None, Some(false), Some(true)].into_iter()),
                    Scalar::Int64(2),
                ),
                (Column::from_values([0.1; 10].into_iter()), Scalar::Float64(1.0)),
                (Column::from_values([1e20, 1.0, -1e20].into_iter()), Scalar::Float64(1.0)),
                (Column::from_values([-0.0].into_iter()), Scalar::Float64(0.0)),
                (Column::from_values([1.0, f64::NAN, 2.0].into_iter()), Scalar::Float64(f64::NAN)),
                (Column::from_values([1.0, infinity, 2.0].into_iter()), Scalar::Float64(infinity)),
                (Column::from_values([-infinity, infinity].into_iter()), Scalar::Float64(f64::NAN)),
                (Column::from_values([1.5f32, -0.25].into_iter()), Scalar::Float64(1.25)),
                (column(&[decimal(max), decimal(max), decimal(-max)]), decimal(max)),
                (column(&[duration(5), Scalar::Null, duration(-7)]), duration(-2)),
            ],
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let columns = [
            Column::from_values([i64::MIN, -1].into_iter()),
            Column::from_values([u64::MAX, 1].into_iter()),
            column(&[decimal(10i128.pow(38) - 1), decimal(1)]),
            column(&[duration(i64::MAX), duration(1)]),
        ];
        for column in columns {
            assert!(
                matches!(result_of(&SUM, &[], &column), Err(KernelError::Overflow { row: 0, .. })),
                "{column:?}"
            );
        }
        let message =
            result_of(&SUM, &[], &Column::from_values([i64::MAX, 1].into_iter())).unwrap_err().to_string();
        assert_eq!(
            message,
            "overflow in sum at row 0: the result does not fit Int64: sum of 9223372036854775808"
        );
    }

    #[test]
    fn texts_and_dates_have_no_sum() {
        for data_type in
            [DataType::String, DataType::Date, DataType::Time, DataType::List(Box::new(DataType::Int8))]
        {
            assert!(refuses(&SUM, &data_type), "{data_type}");
        }
    }
}
