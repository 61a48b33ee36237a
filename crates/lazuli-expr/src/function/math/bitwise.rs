//! Bits of integers: `bitwise_and`, `bitwise_or`, `bitwise_xor`, `bitwise_not`, and counts of bits.
//!
//! The signs `&`, `|`, `^` and `!` of two integers, or of one, mean these; of booleans they are Kleene's logic.

use lazuli_array::DataType;
use lazuli_kernels::{BitCount, BitwiseOp, KernelError, bitwise, bitwise_not, count_bits};

use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{BinaryOperator, Expr};

/// The bits of two integers combined, of the integer type that holds both; null where either is.
#[derive(Debug)]
pub struct Bitwise(pub(super) BitwiseOp);

impl ScalarFunction for Bitwise {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        super::two_integers(arguments)
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let operands = [inputs[0].as_datum(), inputs[1].as_datum()];
        Ok(Value::from_result(bitwise(self.0, operands[0], operands[1])?, &operands))
    }
}

/// All bits of an integer turned over.
#[derive(Debug)]
pub struct BitwiseNot;

impl ScalarFunction for BitwiseNot {
    fn name(&self) -> &str {
        "bitwise_not"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [argument] if argument.data_type.is_integer() => {
                Ok(Signature::unchanged(arguments, argument.data_type.clone()))
            }
            _ => Err(SignatureError::Expected("one integer".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], bitwise_not)
    }
}

/// A count of the bits of an integer, as Int64; those of a negative number as they lie in memory.
#[derive(Debug)]
pub struct CountBits {
    pub(super) name: &'static str,
    pub(super) what: BitCount,
}

impl ScalarFunction for CountBits {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [argument] if argument.data_type.is_integer() => {
                Ok(Signature::unchanged(arguments, DataType::Int64))
            }
            _ => Err(SignatureError::Expected("one integer".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| count_bits(self.what, column))
    }
}

/// The function of bits that a logical operator is for integers.
pub(crate) fn of_operator(operator: BinaryOperator) -> Option<FunctionRef> {
    match operator {
        BinaryOperator::And => Some(super::BITWISE_AND),
        BinaryOperator::Or => Some(super::BITWISE_OR),
        BinaryOperator::Xor => Some(super::BITWISE_XOR),
        _ => None,
    }
}

impl Expr {
    /// The number of bits that are set.
    pub fn bitwise_count_ones(self) -> Self {
        self.call(super::BITWISE_COUNT_ONES)
    }

    /// The number of bits that are not set.
    pub fn bitwise_count_zeros(self) -> Self {
        self.call(super::BITWISE_COUNT_ZEROS)
    }

    /// The number of set bits from the highest on.
    pub fn bitwise_leading_ones(self) -> Self {
        self.call(super::BITWISE_LEADING_ONES)
    }

    /// The number of unset bits from the highest on.
    pub fn bitwise_leading_zeros(self) -> Self {
        self.call(super::BITWISE_LEADING_ZEROS)
    }

    /// The number of set bits from the lowest on.
    pub fn bitwise_trailing_ones(self) -> Self {
        self.call(super::BITWISE_TRAILING_ONES)
    }

    /// The number of unset bits from the lowest on.
    pub fn bitwise_trailing_zeros(self) -> Self {
        self.call(super::BITWISE_TRAILING_ZEROS)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, Field, FromValues, Scalar, Schema};
    use lazuli_kernels::Constant;

    use super::super::{BITWISE_AND, BITWISE_COUNT_ONES, BITWISE_NOT, BITWISE_OR, BITWISE_XOR};
    use super::*;
    use crate::col;
    use crate::typing::{Context, resolve};

    #[test]
    fn rows_of_bits() {
        let column = Value::Column(Column::from_values([Some(6i16), None, Some(-1)].into_iter()));
        let three = Value::Constant(Constant::from_scalar(&Scalar::Int16(3)));
        let rows = |values: [Option<i16>; 3]| Ok(Value::Column(Column::from_values(values.into_iter())));
        let both = [column.clone(), three];
        assert_eq!(BITWISE_AND.evaluate(&both, 3), rows([Some(2), None, Some(3)]));
        assert_eq!(BITWISE_OR.evaluate(&both, 3), rows([Some(7), None, Some(-1)]));
        assert_eq!(BITWISE_XOR.evaluate(&both, 3), rows([Some(5), None, Some(-4)]));
        assert_eq!(BITWISE_NOT.evaluate(&both[..1], 3), rows([Some(-7), None, Some(0)]));
        let counts = Value::Column(Column::from_values([Some(2i64), None, Some(16)].into_iter()));
        assert_eq!(BITWISE_COUNT_ONES.evaluate(&[column], 3), Ok(counts));
    }

    #[test]
    fn signs_between_integers_mean_their_bits() {
        let fields = [("a", DataType::Int8), ("u", DataType::UInt8), ("b", DataType::Boolean)];
        let fields = fields.map(|(name, data_type)| Field::new(name, data_type)).to_vec();
        let schema = Schema::try_new(fields).unwrap();
        let text = |expr: Expr| {
            resolve(&expr, &schema, Context::RowByRow("a test"))
                .map(|typed| (typed.expr.to_string(), typed.data_type))
                .ok()
        };
        let bits = |text: &str, data_type| Some((text.to_string(), data_type));
        assert_eq!(text(col("a") & 3), bits("bitwise_and(a, 3)", DataType::Int8));
        assert_eq!(
            text(col("a") ^ col("u")),
            bits("bitwise_xor(cast(a as Int16), cast(u as Int16))", DataType::Int16)
        );
        assert_eq!(text(!col("u")), bits("bitwise_not(u)", DataType::UInt8));
        assert_eq!(text(col("b") & col("b")), bits("b and b", DataType::Boolean));
        assert_eq!(text(col("a") | col("b")), None);
    }
}
