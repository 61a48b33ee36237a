//! `wrapping_add`, `wrapping_sub`, `wrapping_mul`: arithmetic that leaves out what does not fit, asked for by name.

use lazuli_kernels::{ArithmeticOp, KernelError, arithmetic};

use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The result modulo 2 to the number of bits of the integer type that holds both sides; null where either is.
#[derive(Debug)]
pub struct Wrapping(pub(super) ArithmeticOp);

impl ScalarFunction for Wrapping {
    fn name(&self) -> &str {
        self.0.symbol()
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        super::two_integers(arguments)
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let operands = [inputs[0].as_datum(), inputs[1].as_datum()];
        Ok(Value::from_result(arithmetic(self.0, operands[0], operands[1])?, &operands))
    }
}

impl Expr {
    /// The sum of integers; what does not fit the type is left out, where `+` is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("checksum").wrapping_add(col("byte")).to_string(), "wrapping_add(checksum, byte)");
    /// ```
    pub fn wrapping_add(self, other: impl Into<Expr>) -> Self {
        self.call_with(super::WRAPPING_ADD, [other.into()])
    }

    /// The difference of integers; what does not fit the type is left out, where `-` is an error.
    pub fn wrapping_sub(self, other: impl Into<Expr>) -> Self {
        self.call_with(super::WRAPPING_SUB, [other.into()])
    }

    /// The product of integers; what does not fit the type is left out, where `*` is an error.
    pub fn wrapping_mul(self, other: impl Into<Expr>) -> Self {
        self.call_with(super::WRAPPING_MUL, [other.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::super::{WRAPPING_ADD, WRAPPING_MUL, WRAPPING_SUB};
    use super::*;

    #[test]
    fn results_wrap() {
        let left = Value::Column(Column::from_values([Some(100i8), None, Some(-128)].into_iter()));
        let right = Value::Constant(Constant::from_scalar(&Scalar::Int8(100)));
        let rows = |values: [Option<i8>; 3]| Ok(Value::Column(Column::from_values(values.into_iter())));
        let inputs = [left, right];
        assert_eq!(WRAPPING_ADD.evaluate(&inputs, 3), rows([Some(-56), None, Some(-28)]));
        assert_eq!(WRAPPING_SUB.evaluate(&inputs, 3), rows([Some(0), None, Some(28)]));
        assert_eq!(WRAPPING_MUL.evaluate(&inputs, 3), rows([Some(16), None, Some(0)]));
        let argument = |data_type| Argument { data_type, literal: None };
        assert!(WRAPPING_ADD.signature(&[argument(&DataType::Float64), argument(&DataType::Int8)]).is_err());
        assert!(WRAPPING_ADD.signature(&[argument(&DataType::UInt64), argument(&DataType::Int8)]).is_err());
    }
}
