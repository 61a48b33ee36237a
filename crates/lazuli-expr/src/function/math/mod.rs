//! Functions of numbers: roots, logarithms, rounding, angles, bits.

mod abs;
mod bitwise; // and, or, xor, not, counts of bits
mod clip;
mod of_float_pairs; // arctan2, hypot, log
pub(super) mod of_floats; // roots, powers of e, logarithms, angles
mod rounding; // floor, ceil, round, sign
mod wrapping; // arithmetic that wraps

pub(crate) use bitwise::of_operator as bitwise_of_operator;
pub use of_floats::{
    ARCCOS, ARCCOSH, ARCSIN, ARCSINH, ARCTAN, ARCTANH, CBRT, COS, COSH, COT, DEGREES, EXP, EXPM1, LN, LOG1P,
    LOG2, LOG10, RADIANS, SIN, SINH, SQRT, TAN, TANH,
};

use lazuli_kernels::{ArithmeticOp, BitCount, BitwiseOp, Rounding};

use super::{Argument, FunctionRef, Signature, SignatureError};
use crate::supertype;
use bitwise::{Bitwise, BitwiseNot, CountBits};
use of_float_pairs::OfFloatPair;
use rounding::{Digits, Whole};
use wrapping::{Wrapping, WrappingCast};

/// The distance from 0.
pub const ABS: FunctionRef = FunctionRef::Builtin(&abs::Abs);
/// The angle of a point.
pub const ARCTAN2: FunctionRef =
    FunctionRef::Builtin(&OfFloatPair { name: "arctan2", compute: f64::atan2, alone: None });
/// Bits that are set in both integers.
pub const BITWISE_AND: FunctionRef = FunctionRef::Builtin(&Bitwise(BitwiseOp::And));
/// Bits that are set in one of two integers or both.
pub const BITWISE_OR: FunctionRef = FunctionRef::Builtin(&Bitwise(BitwiseOp::Or));
/// Bits that are set in just one of two integers.
pub const BITWISE_XOR: FunctionRef = FunctionRef::Builtin(&Bitwise(BitwiseOp::Xor));
/// All bits turned over.
pub const BITWISE_NOT: FunctionRef = FunctionRef::Builtin(&BitwiseNot);
/// The number of set bits.
pub const BITWISE_COUNT_ONES: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_count_ones", what: BitCount::Ones });
/// The number of unset bits.
pub const BITWISE_COUNT_ZEROS: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_count_zeros", what: BitCount::Zeros });
/// The number of set bits from the highest on.
pub const BITWISE_LEADING_ONES: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_leading_ones", what: BitCount::LeadingOnes });
/// The number of unset bits from the highest on.
pub const BITWISE_LEADING_ZEROS: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_leading_zeros", what: BitCount::LeadingZeros });
/// The number of set bits from the lowest on.
pub const BITWISE_TRAILING_ONES: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_trailing_ones", what: BitCount::TrailingOnes });
/// The number of unset bits from the lowest on.
pub const BITWISE_TRAILING_ZEROS: FunctionRef =
    FunctionRef::Builtin(&CountBits { name: "bitwise_trailing_zeros", what: BitCount::TrailingZeros });
/// The nearest whole number above or at a number.
pub const CEIL: FunctionRef = FunctionRef::Builtin(&Whole { name: "ceil", rounding: Rounding::Up });
/// A value between bounds.
pub const CLIP: FunctionRef = FunctionRef::Builtin(&clip::Clip);
/// The nearest whole number below or at a number.
pub const FLOOR: FunctionRef = FunctionRef::Builtin(&Whole { name: "floor", rounding: Rounding::Down });
/// The length of a hypotenuse.
pub const HYPOT: FunctionRef =
    FunctionRef::Builtin(&OfFloatPair { name: "hypot", compute: f64::hypot, alone: None });
/// The logarithm of a base, of e if none is given.
pub const LOG: FunctionRef =
    FunctionRef::Builtin(&OfFloatPair { name: "log", compute: of_float_pairs::log, alone: Some(f64::ln) });
/// A number with fewer digits.
pub const ROUND: FunctionRef =
    FunctionRef::Builtin(&Digits { name: "round", rounding: Rounding::HalfToEven, has_modes: true });
/// A number with fewer significant digits.
pub const ROUND_SIG_FIGS: FunctionRef = FunctionRef::Builtin(&rounding::RoundSigFigs);
/// The sign of a number.
pub const SIGN: FunctionRef = FunctionRef::Builtin(&rounding::Sign);
/// A number whose last digits are cut off.
pub const TRUNCATE: FunctionRef =
    FunctionRef::Builtin(&Digits { name: "truncate", rounding: Rounding::ToZero, has_modes: false });
/// A sum that wraps.
pub const WRAPPING_ADD: FunctionRef = FunctionRef::Builtin(&Wrapping(ArithmeticOp::WrappingAdd));
/// Integers of another type that wrap.
pub const WRAPPING_CAST: FunctionRef = FunctionRef::Builtin(&WrappingCast);
/// A product that wraps.
pub const WRAPPING_MUL: FunctionRef = FunctionRef::Builtin(&Wrapping(ArithmeticOp::WrappingMul));
/// A difference that wraps.
pub const WRAPPING_SUB: FunctionRef = FunctionRef::Builtin(&Wrapping(ArithmeticOp::WrappingSub));

/// Two integers become the integer type that holds both, and so does the result.
fn two_integers(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    let common = match arguments {
        [left, right] => supertype(left.data_type, right.data_type),
        _ => None,
    };
    match common {
        Some(common) if common.is_integer() => {
            Ok(Signature { inputs: vec![common.clone(); 2], output: common })
        }
        _ => Err(SignatureError::Expected("two integers that one integer type holds".into())),
    }
}

/// The functions of this family, but for those of [`of_floats`].
pub(super) static FUNCTIONS: &[FunctionRef] = &[
    ABS,
    ARCTAN2,
    BITWISE_AND,
    BITWISE_COUNT_ONES,
    BITWISE_COUNT_ZEROS,
    BITWISE_LEADING_ONES,
    BITWISE_LEADING_ZEROS,
    BITWISE_NOT,
    BITWISE_OR,
    BITWISE_TRAILING_ONES,
    BITWISE_TRAILING_ZEROS,
    BITWISE_XOR,
    CEIL,
    CLIP,
    FLOOR,
    HYPOT,
    LOG,
    ROUND,
    ROUND_SIG_FIGS,
    SIGN,
    TRUNCATE,
    WRAPPING_ADD,
    WRAPPING_CAST,
    WRAPPING_MUL,
    WRAPPING_SUB,
];
