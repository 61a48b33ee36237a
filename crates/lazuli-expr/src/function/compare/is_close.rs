//! `is_close`.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::{KernelError, Tolerance, is_close};

use crate::evaluate::Value;
use crate::function::options::{constant, flag, literal, number};
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

/// Whether two numbers differ by at most an absolute tolerance, or by a share of the larger one; null where either is.
/// NaN is close to nothing, unless asked for; infinity to itself.
#[derive(Debug)]
pub struct IsClose;

/// The share of the larger number that counts as close if nothing is said.
const RELATIVE: f64 = 1e-9;

/// The tolerance of the constants after the first two arguments.
fn tolerance<'a>(constant: impl Fn(usize) -> Option<&'a Scalar>, given: usize) -> Option<Tolerance> {
    let bound = |index: usize, missing: f64| match (index < given).then(|| constant(index)) {
        None => Some(missing),
        Some(value) => number(value?).filter(|bound| *bound >= 0.0),
    };
    let nans_equal = if given > 4 { flag(Some(constant(4)?), false)? } else { false };
    Some(Tolerance { absolute: bound(2, 0.0)?, relative: bound(3, RELATIVE)?, nans_equal })
}

impl ScalarFunction for IsClose {
    fn name(&self) -> &str {
        "is_close"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            let text = "two numbers, maybe two constant tolerances of at least 0, absolute and relative, and whether \
                        NaN is close to NaN";
            SignatureError::Expected(text.into())
        };
        let is_number = |argument: &Argument<'_>| {
            argument.data_type.is_numeric() || *argument.data_type == DataType::Null
        };
        match arguments {
            [left, right, ..] if arguments.len() <= 5 && is_number(left) && is_number(right) => {
                tolerance(|index| literal(arguments, index), arguments.len()).ok_or_else(expected)?;
                let mut types = Signature::unchanged(arguments, DataType::Boolean);
                types.inputs[..2].fill(DataType::Float64);
                Ok(types)
            }
            _ => Err(expected()),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let constants: Vec<Option<Scalar>> = (0..inputs.len()).map(|index| constant(inputs, index)).collect();
        let tolerance = tolerance(|index| constants.get(index)?.as_ref(), inputs.len())
            .ok_or_else(|| KernelError::unsupported("is_close", inputs.iter().map(Value::data_type)))?;
        let operands = [inputs[0].as_datum(), inputs[1].as_datum()];
        let close = is_close(operands[0], operands[1], tolerance)?;
        Ok(Value::from_result(Column::new(DataType::Boolean, close), &operands))
    }
}

impl Expr {
    /// Whether this and `other` differ by at most `absolute`, or by at most the share `relative` of the larger one.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").is_close(col("b"), 0.0, 1e-9).to_string(), "is_close(a, b, 0.0, 1e-9)");
    /// ```
    pub fn is_close(self, other: impl Into<Expr>, absolute: f64, relative: f64) -> Self {
        let bound = |value| Expr::Literal(Literal::typed(Scalar::Float64(value)));
        self.call_with(super::IS_CLOSE, [other.into(), bound(absolute), bound(relative)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn near_numbers() {
        let nan = f64::NAN;
        let left = Value::Column(Column::from_values([Some(1.0), None, Some(nan), Some(100.0)].into_iter()));
        let right = Value::Column(Column::from_values([1.0 + 1e-12, 1.0, nan, 101.0].into_iter()));
        let constant = |value: Scalar| Value::Constant(Constant::from_scalar(&value));
        let cases = [
            (vec![], [Some(true), None, Some(false), Some(false)]),
            (vec![Scalar::Float64(1.0)], [Some(true), None, Some(false), Some(true)]),
            (
                vec![Scalar::Int32(0), Scalar::Float64(0.1), Scalar::Boolean(true)],
                [Some(true), None, Some(true), Some(true)],
            ),
        ];
        for (options, expected) in cases {
            let options = options.into_iter().map(constant);
            let inputs: Vec<Value> = [left.clone(), right.clone()].into_iter().chain(options).collect();
            let expected = Column::from_values(expected.into_iter());
            assert_eq!(IsClose.evaluate(&inputs, 4), Ok(expected.into()));
        }
        let number = Argument { data_type: &DataType::Int8, literal: None };
        let negative = Literal::typed(Scalar::Float64(-1.0));
        let negative = Argument { data_type: &negative.data_type, literal: Some(&negative) };
        assert!(IsClose.signature(&[number, number]).is_ok());
        assert!(IsClose.signature(&[number, number, negative]).is_err());
        assert!(IsClose.signature(&[number, number, number]).is_err());
    }
}
