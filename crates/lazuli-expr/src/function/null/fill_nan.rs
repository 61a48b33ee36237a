//! `fill_nan`, and the methods `is_not_nan` and `nan_to_null`.

use lazuli_array::{BooleanArray, Column, DataType};
use lazuli_kernels::{KernelError, Value, if_else, is_nan};

use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit, supertype};

/// The first argument with the second one in place of NaN; null stays null. The type holds both; a number that can't be
/// NaN stays as it is.
#[derive(Debug)]
pub struct FillNan;

impl ScalarFunction for FillNan {
    fn name(&self) -> &str {
        "fill_nan"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || SignatureError::Expected("one number and a value to fill with".into());
        let [input, value] = arguments else { return Err(expected()) };
        if !input.data_type.is_numeric() && *input.data_type != DataType::Null {
            return Err(expected());
        }
        if !value.data_type.is_numeric() && *value.data_type != DataType::Null {
            return Err(expected());
        }
        if !input.data_type.is_float() {
            return Ok(Signature::unchanged(arguments, input.data_type.clone()));
        }
        let common = supertype(input.data_type, value.data_type).ok_or_else(expected)?;
        Ok(Signature { inputs: vec![common.clone(); 2], output: common })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let [input, value] = inputs else { unreachable!("the signature asks for two arguments") };
        if !input.data_type().is_float() {
            return Ok(input.clone());
        }
        let operands = [input.as_datum(), value.as_datum()];
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let column = input.clone().into_column(rows);
        let filled = if_else(&is_nan(&column)?, operands[1], (&column).into())?;
        Ok(Value::from_result(filled, &operands))
    }
}

/// Whether each number is not NaN; null for null.
pub(super) fn is_not_nan(column: &Column) -> Result<BooleanArray, KernelError> {
    is_nan(column).map(|is_nan| lazuli_kernels::not(&is_nan))
}

impl Expr {
    /// NaN replaced by `value`; nulls stay.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("ratio").fill_nan(0.0).to_string(), "fill_nan(ratio, 0.0)");
    /// ```
    pub fn fill_nan(self, value: impl Into<Expr>) -> Self {
        self.call_with(super::FILL_NAN, [value.into()])
    }

    /// Null in place of NaN.
    pub fn nan_to_null(self) -> Self {
        self.fill_nan(lit(None::<f64>))
    }

    /// Whether the row is not NaN; null for null.
    pub fn is_not_nan(self) -> Self {
        self.call(super::IS_NOT_NAN)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn nan_is_replaced() {
        let nan = f64::NAN;
        let floats = Column::from_values([Some(1.5), None, Some(nan), Some(nan)].into_iter());
        let rows = |values: [Option<f64>; 4]| Value::Column(Column::from_values(values.into_iter()));
        let constant = |value: Scalar| Value::Constant(Constant::try_new(&DataType::Float64, value).unwrap());
        let cases = [
            (constant(Scalar::Float64(0.0)), rows([Some(1.5), None, Some(0.0), Some(0.0)])),
            (constant(Scalar::Null), rows([Some(1.5), None, None, None])),
            (rows([Some(7.0), Some(8.0), None, Some(9.0)]), rows([Some(1.5), None, None, Some(9.0)])),
        ];
        for (value, expected) in cases {
            assert_eq!(FillNan.evaluate(&[floats.clone().into(), value], 4), Ok(expected));
        }
        let both = [constant(Scalar::Float64(nan)), constant(Scalar::Float64(2.0))];
        assert_eq!(FillNan.evaluate(&both, 4), Ok(constant(Scalar::Float64(2.0))));
        let integers = Value::Column(Column::from_values([Some(1i64), None].into_iter()));
        assert_eq!(FillNan.evaluate(&[integers.clone(), constant(Scalar::Null)], 2), Ok(integers));
    }

    #[test]
    fn types_hold_both() {
        let output = |left: &DataType, right: &DataType| {
            let arguments = [left, right].map(|data_type| Argument { data_type, literal: None });
            FillNan.signature(&arguments).map(|types| types.output)
        };
        assert_eq!(output(&DataType::Float32, &DataType::Float64), Ok(DataType::Float64));
        assert_eq!(output(&DataType::Float32, &DataType::Float32), Ok(DataType::Float32));
        assert_eq!(output(&DataType::Int8, &DataType::Float64), Ok(DataType::Int8));
        assert!(output(&DataType::String, &DataType::Float64).is_err());
        assert!(output(&DataType::Float64, &DataType::String).is_err());
    }
}
