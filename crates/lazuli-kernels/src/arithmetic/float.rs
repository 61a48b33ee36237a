//! Floats: IEEE 754, nothing else.

use std::ops::{Add, Div, Mul, Rem, Sub};

use lazuli_array::{Column, Native, PrimitiveArray};

use super::{ArithmeticOp, Operands};
use crate::Result;
use crate::arity::{binary, binary_slow};
use crate::datum::both_valid;

/// 32 and 64-bit floats.
pub(super) trait Float:
    Native
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    fn floor(self) -> Self;
    fn power(self, exponent: Self) -> Self;
    fn is_infinite(self) -> bool;
    /// `self` with the sign of `other`.
    fn with_sign_of(self, other: Self) -> Self;

    /// The remainder with the sign of the divisor, exact but for one rounding when signs differ: what C's `fmod` leaves,
    /// plus one divisor if the signs differ. NaN for a divisor of 0.
    ///
    /// Not `x - y * floor(x / y)`, which rounds twice and can leave more than the divisor.
    fn floor_remainder(self, divisor: Self) -> Self {
        let remainder = self % divisor;
        if remainder == Self::ZERO {
            Self::ZERO.with_sign_of(divisor)
        } else if (remainder < Self::ZERO) != (divisor < Self::ZERO) {
            remainder + divisor
        } else {
            remainder
        }
    }

    /// The floor of the exact quotient, so that `x == (x // y) * y + x % y` as far as floats can say: 1.0 // 0.1 is 9,
    /// because the float 0.1 is a little more than a tenth. As Python and NumPy have it.
    fn floor_quotient(self, divisor: Self) -> Self {
        let quotient = self / divisor;
        if divisor == Self::ZERO || self.is_infinite() {
            return quotient.floor();
        }
        // What is left after the remainder is a multiple of the divisor, up to rounding, which the last step takes out.
        let remainder = self % divisor;
        let mut exact = (self - remainder) / divisor;
        if remainder != Self::ZERO && (remainder < Self::ZERO) != (divisor < Self::ZERO) {
            exact = exact - Self::ONE;
        }
        if exact == Self::ZERO {
            return Self::ZERO.with_sign_of(quotient);
        }
        let floor = exact.floor();
        let half = Self::ONE / (Self::ONE + Self::ONE);
        if exact - floor > half { floor + Self::ONE } else { floor }
    }
}

macro_rules! float {
    ($type:ty) => {
        impl Float for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline]
            fn floor(self) -> Self {
                <$type>::floor(self)
            }

            fn power(self, exponent: Self) -> Self {
                self.powf(exponent)
            }

            #[inline]
            fn is_infinite(self) -> bool {
                <$type>::is_infinite(self)
            }

            #[inline]
            fn with_sign_of(self, other: Self) -> Self {
                self.copysign(other)
            }
        }
    };
}

float!(f32);
float!(f64);

/// Both operands are of the width of `_array`, whose values are not looked at.
pub(super) fn compute<T: Float>(_array: &PrimitiveArray<T>, operands: Operands<'_>) -> Result<Column> {
    let (Some(left), Some(right)) = (operands.left.side::<T>(), operands.right.side::<T>()) else {
        return Err(operands.unsupported());
    };
    let valid = both_valid(operands.left, operands.right);
    let result = match operands.op {
        ArithmeticOp::Add => binary(left, right, valid, T::add),
        ArithmeticOp::Sub => binary(left, right, valid, T::sub),
        ArithmeticOp::Mul => binary(left, right, valid, T::mul),
        ArithmeticOp::Div => binary(left, right, valid, T::div),
        ArithmeticOp::FloorDiv => binary_slow(left, right, valid, T::floor_quotient),
        ArithmeticOp::Rem => binary_slow(left, right, valid, T::floor_remainder),
        ArithmeticOp::Pow => binary_slow(left, right, valid, T::power),
        ArithmeticOp::WrappingAdd | ArithmeticOp::WrappingSub | ArithmeticOp::WrappingMul => {
            return Err(operands.unsupported());
        }
    };
    Ok(operands.column(result))
}
