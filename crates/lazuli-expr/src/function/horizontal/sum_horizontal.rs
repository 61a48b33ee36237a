//! `sum_horizontal` and `mean_horizontal`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, Value, mean_horizontal as row_means, sum_horizontal as row_sums};

use crate::function::null::common_type;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs};

/// The sum of each row, nulls passed over; 0 where all are null.
///
/// As `sum` of a column: signed integers and booleans sum to Int64, unsigned ones to UInt64, exactly or with an error;
/// floats to Float64, independent of the order of columns; decimals and durations to themselves.
#[derive(Debug)]
pub struct SumHorizontal;

const EXPECTED: &str = "columns of numbers or booleans, or of durations";

/// The type that sums of these are made in.
fn sum_type(arguments: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    let expected = || SignatureError::Expected(EXPECTED.into());
    // A boolean counts as a small number, so that it meets numbers.
    let small = DataType::UInt8;
    let has_numbers = arguments.iter().any(|argument| argument.data_type.is_numeric());
    let arguments: Vec<Argument<'_>> = arguments
        .iter()
        .map(|argument| match argument.data_type {
            DataType::Boolean if has_numbers => Argument { data_type: &small, literal: None },
            _ => *argument,
        })
        .collect();
    Ok(match common_type(&arguments)? {
        DataType::Boolean | DataType::Null => DataType::Int64,
        integer if integer.is_signed_integer() => DataType::Int64,
        integer if integer.is_unsigned_integer() => DataType::UInt64,
        float if float.is_float() => DataType::Float64,
        DataType::Decimal { scale, .. } => DataType::Decimal { precision: 38, scale },
        duration @ DataType::Duration(_) => duration,
        _ => return Err(expected()),
    })
}

/// What the arguments are computed as.
fn computed_as(arguments: &[Argument<'_>], output: DataType, result: DataType) -> Signature {
    Signature { inputs: vec![output; arguments.len()], output: result }
}

impl ScalarFunction for SumHorizontal {
    fn name(&self) -> &str {
        "sum_horizontal"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = sum_type(arguments)?;
        Ok(computed_as(arguments, output.clone(), output))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let sums = row_sums(&operands, rows, inputs[0].data_type())?;
        Ok(Value::from_result(sums, &operands))
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        !arguments.iter().all(|argument| argument.data_type.is_float())
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// The mean of each row as Float64, nulls passed over; null where all are null. Numbers and booleans.
#[derive(Debug)]
pub struct MeanHorizontal;

impl ScalarFunction for MeanHorizontal {
    fn name(&self) -> &str {
        "mean_horizontal"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let computed = match sum_type(arguments)? {
            DataType::Duration(_) => {
                return Err(SignatureError::Expected("columns of numbers or booleans".into()));
            }
            DataType::Decimal { .. } => DataType::Float64,
            other => other,
        };
        Ok(computed_as(arguments, computed, DataType::Float64))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        Ok(Value::from_result(row_means(&operands, rows)?, &operands))
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// The sum of each row over these columns, nulls passed over; 0 where all are null. See [`Expr::sum`] for its type.
///
/// ```
/// use lazuli_expr::{function::sum_horizontal, lit};
///
/// assert_eq!(sum_horizontal(["a", "b"]).to_string(), "sum_horizontal(a, b)");
/// ```
pub fn sum_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::SUM_HORIZONTAL, inputs: exprs.into_exprs() }
}

/// The mean of each row over these columns, nulls passed over; null where all are null.
pub fn mean_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::MEAN_HORIZONTAL, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::super::{MEAN_HORIZONTAL, SUM_HORIZONTAL};
    use super::*;

    #[test]
    fn rows_of_integers_and_floats() {
        let integers = Value::Column(Column::from_values([Some(1i64), None, None].into_iter()));
        let two = Value::Constant(Constant::from_scalar(&Scalar::Int64(2)));
        let null = Value::Constant(Constant::null(DataType::Int64));
        let sums = |inputs: &[Value]| SUM_HORIZONTAL.evaluate(inputs, 3);
        let whole = |values: [i64; 3]| Ok(Value::Column(Column::from_values(values.into_iter())));
        assert_eq!(sums(&[integers.clone(), two.clone()]), whole([3, 2, 2]));
        assert_eq!(sums(&[integers.clone(), null.clone()]), whole([1, 0, 0]));
        assert_eq!(sums(std::slice::from_ref(&two)), Ok(two.clone()));
        let means = MEAN_HORIZONTAL.evaluate(&[integers, null], 3);
        assert_eq!(means, Ok(Value::Column(Column::from_values([Some(1.0), None, None].into_iter()))));
        let nan = Value::Column(Column::from_values([Some(f64::NAN), None, Some(0.5)].into_iter()));
        let half = Value::Constant(Constant::from_scalar(&Scalar::Float64(0.5)));
        let expected = Column::from_values([f64::NAN, 0.5, 1.0].into_iter());
        assert_eq!(sums(&[nan, half]), Ok(Value::Column(expected)));
    }

    #[test]
    fn an_overflow_is_one_by_the_result() {
        let column = |values: [i64; 2]| Value::Column(Column::from_values(values.into_iter()));
        let inputs = [column([i64::MAX, i64::MAX]), column([1, 1]), column([-1, 0])];
        let error = SUM_HORIZONTAL.evaluate(&inputs, 2).unwrap_err();
        assert_eq!(error.row(), Some(1));
    }

    #[test]
    fn types_are_those_of_sums() {
        let output = |types: &[DataType]| {
            let arguments: Vec<Argument<'_>> =
                types.iter().map(|data_type| Argument { data_type, literal: None }).collect();
            (
                SUM_HORIZONTAL.signature(&arguments).map(|types| types.output).ok(),
                MEAN_HORIZONTAL.signature(&arguments).map(|types| types.output).ok(),
            )
        };
        use DataType::{Boolean, Date, Float32, Float64, Int8, Int64, String, UInt8, UInt16, UInt64};
        let mean = Some(Float64);
        assert_eq!(output(&[Int8]), (Some(Int64), mean.clone()));
        assert_eq!(output(&[UInt8, UInt16]), (Some(UInt64), mean.clone()));
        assert_eq!(output(&[UInt8, Int8]), (Some(Int64), mean.clone()));
        assert_eq!(output(&[Boolean, Boolean]), (Some(Int64), mean.clone()));
        assert_eq!(output(&[Boolean, Float32]), (Some(Float64), mean.clone()));
        let decimal = |scale| DataType::Decimal { precision: 38, scale };
        assert_eq!(output(&[decimal(2), Int8]), (Some(decimal(2)), mean));
        assert_eq!(output(&[String]), (None, None));
        assert_eq!(output(&[Date, Int8]), (None, None));
        assert_eq!(output(&[]), (None, None));
    }
}
