//! `wrapping_add`, `wrapping_sub`, `wrapping_mul`, `wrapping_cast`: what does not fit is left out, asked for by name.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::cast::{can_wrap, wrapping_cast};
use lazuli_kernels::{ArithmeticOp, KernelError, arithmetic};

use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, Literal};

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

/// Integers and booleans as the integers of the type of the second argument, modulo 2 to the number of its bits; null where
/// the first is null. Floats have no lowest bits: cast them to an integer that holds them first.
#[derive(Debug)]
pub struct WrappingCast;

impl ScalarFunction for WrappingCast {
    fn name(&self) -> &str {
        "wrapping_cast"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [value, to] if can_wrap(value.data_type, to.data_type) => {
                Ok(Signature::unchanged(arguments, to.data_type.clone()))
            }
            _ => Err(SignatureError::Expected("integers or booleans, and a value of an integer type".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| wrapping_cast(column, inputs[1].data_type()))
    }

    fn adapts_constants(&self) -> bool {
        false
    }
}

impl Expr {
    /// Integers and booleans as integers of another type; what does not fit is left out, where [`Expr::cast`] is an error:
    /// 300 as UInt8 is 44, -1 is 255. Floats are refused, for they have no lowest bits (Polars takes the nearest number
    /// that fits, and 0 for NaN).
    ///
    /// ```
    /// use lazuli_array::DataType;
    /// use lazuli_expr::col;
    ///
    /// let byte = col("checksum").wrapping_cast(DataType::UInt8);
    /// assert_eq!(byte.to_string(), "wrapping_cast(checksum, null)");
    /// ```
    pub fn wrapping_cast(self, to: DataType) -> Self {
        let of_type = Self::Literal(Literal { value: Scalar::Null, data_type: to, flexible: false });
        self.call_with(super::WRAPPING_CAST, [of_type])
    }

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

    use super::super::{WRAPPING_ADD, WRAPPING_CAST, WRAPPING_MUL, WRAPPING_SUB};
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

    #[test]
    fn casts_wrap() {
        let to = Value::Constant(Constant::from_scalar(&Scalar::UInt8(0)));
        let wide = Value::Column(Column::from_values([Some(300i64), None, Some(-1)].into_iter()));
        let narrow = Value::Column(Column::from_values([Some(44u8), None, Some(255)].into_iter()));
        assert_eq!(WRAPPING_CAST.evaluate(&[wide, to.clone()], 3), Ok(narrow));
        let constant = Value::Constant(Constant::from_scalar(&Scalar::Int64(256)));
        let expected = Value::Constant(Constant::from_scalar(&Scalar::UInt8(0)));
        assert_eq!(WRAPPING_CAST.evaluate(&[constant, to], 3), Ok(expected));
        fn argument(data_type: &DataType) -> Argument<'_> {
            Argument { data_type, literal: None }
        }
        for (from, to, fits) in [
            (DataType::Boolean, DataType::Int8, true),
            (DataType::Null, DataType::Int8, true),
            (DataType::Float64, DataType::Int8, false),
            (DataType::Int64, DataType::Float32, false),
            (DataType::String, DataType::Int8, false),
        ] {
            let signature = WRAPPING_CAST.signature(&[argument(&from), argument(&to)]);
            assert_eq!(signature.map(|signature| signature.output).ok(), fits.then_some(to), "{from}");
        }
    }
}
