//! Integers: exact, or wrapping where asked for by name.
//!
//! Overflow is found without branches, so that loops turn into vector code: each operation gives its wrapped result and
//! whether it overflowed, and the driver looks once a block.

use lazuli_array::{Bitmap, Column, Native, PrimitiveArray, Scalar};

use super::{ArithmeticOp, Operands, with_divisor};
use crate::arity::{
    binary, binary_slow, pairwise, pairwise_commutative, try_binary, try_binary_slow, try_commutative,
};
use crate::datum::{Side, both_valid};
use crate::width::{of_bits, side_bits};
use crate::{KernelError, Result};

/// Integers of up to 64 bits. Operations that can fail say so beside their wrapped result.
pub(super) trait Integer: Native + Eq {
    fn plus(self, other: Self) -> (Self, bool);
    fn minus(self, other: Self) -> (Self, bool);
    fn times(self, other: Self) -> (Self, bool);
    /// The quotient rounded down; 0 for a divisor of 0.
    fn floor_quotient(self, divisor: Self) -> (Self, bool);
    /// The remainder with the sign of the divisor; 0 for a divisor of 0.
    fn floor_remainder(self, divisor: Self) -> Self;
    /// `self` to a power; negative exponents fail.
    fn power(self, exponent: Self) -> (Self, bool);
    fn negate(self) -> (Self, bool);
    fn absolute(self) -> (Self, bool);
    fn is_negative(self) -> bool;
    fn to_f64(self) -> f64;
}

/// What signed and unsigned integers have in common. `$wide` holds every product.
macro_rules! integer_operations {
    ($wide:ty) => {
        #[inline(always)]
        fn times(self, other: Self) -> (Self, bool) {
            let product = (self as $wide) * (other as $wide);
            (product as Self, (product as Self) as $wide != product)
        }

        fn power(self, exponent: Self) -> (Self, bool) {
            match (u32::try_from(exponent), self) {
                (Ok(exponent), base) => base.overflowing_pow(exponent),
                (Err(_), _) if Integer::is_negative(exponent) => (0, true),
                // A huge exponent: only bases that stay small have a result.
                (Err(_), base @ (0 | 1)) => (base, false),
                (Err(_), base) if base.wrapping_add(1) == 0 && Integer::is_negative(base) => {
                    (if exponent % 2 == 0 { 1 } else { base }, false)
                }
                (Err(_), base) => (base, true),
            }
        }

        #[inline(always)]
        fn to_f64(self) -> f64 {
            self as f64
        }
    };
}

macro_rules! signed {
    ($type:ty, $wide:ty) => {
        impl Integer for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> (Self, bool) {
                let sum = self.wrapping_add(other);
                // Overflow: both operands have the sign that the sum has not.
                (sum, ((self ^ sum) & (other ^ sum)) < 0)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> (Self, bool) {
                let difference = self.wrapping_sub(other);
                (difference, ((self ^ other) & (self ^ difference)) < 0)
            }

            #[inline]
            fn floor_quotient(self, divisor: Self) -> (Self, bool) {
                if divisor == 0 {
                    return (0, false);
                }
                let (quotient, overflow) = self.overflowing_div(divisor);
                let down = self.wrapping_rem(divisor) != 0 && (self ^ divisor) < 0;
                (quotient.wrapping_sub(<$type>::from(down)), overflow)
            }

            #[inline]
            fn floor_remainder(self, divisor: Self) -> Self {
                if divisor == 0 {
                    return 0;
                }
                let remainder = self.wrapping_rem(divisor);
                if remainder != 0 && (remainder ^ divisor) < 0 { remainder + divisor } else { remainder }
            }

            #[inline(always)]
            fn negate(self) -> (Self, bool) {
                (self.wrapping_neg(), self == Self::MIN)
            }

            #[inline(always)]
            fn absolute(self) -> (Self, bool) {
                (self.wrapping_abs(), self == Self::MIN)
            }

            #[inline(always)]
            fn is_negative(self) -> bool {
                self < 0
            }

            integer_operations!($wide);
        }
    };
}

macro_rules! unsigned {
    ($type:ty, $wide:ty) => {
        impl Integer for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> (Self, bool) {
                let sum = self.wrapping_add(other);
                (sum, sum < self)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> (Self, bool) {
                (self.wrapping_sub(other), self < other)
            }

            #[inline]
            fn floor_quotient(self, divisor: Self) -> (Self, bool) {
                (self.checked_div(divisor).unwrap_or(0), false)
            }

            #[inline]
            fn floor_remainder(self, divisor: Self) -> Self {
                self.checked_rem(divisor).unwrap_or(0)
            }

            #[inline(always)]
            fn negate(self) -> (Self, bool) {
                (self.wrapping_neg(), self != 0)
            }

            #[inline(always)]
            fn absolute(self) -> (Self, bool) {
                (self, false)
            }

            #[inline(always)]
            fn is_negative(self) -> bool {
                false
            }

            integer_operations!($wide);
        }
    };
}

signed!(i8, i16);
signed!(i16, i32);
signed!(i32, i64);
signed!(i64, i128);
unsigned!(u8, u16);
unsigned!(u16, u32);
unsigned!(u32, u64);
unsigned!(u64, u128);

/// Both operands are of the width of `_array`, whose values are not looked at.
pub(super) fn compute<T: Integer<Bits: Integer>>(
    _array: &PrimitiveArray<T>,
    operands: Operands<'_>,
) -> Result<Column> {
    let (Some(left), Some(right)) = (operands.left.side::<T>(), operands.right.side::<T>()) else {
        return Err(operands.unsupported());
    };
    let valid = both_valid(operands.left, operands.right);
    let result = match operands.op {
        ArithmeticOp::Add => try_commutative(left, right, valid, T::plus),
        ArithmeticOp::Sub => try_binary(left, right, valid, T::minus),
        ArithmeticOp::Mul => try_commutative(left, right, valid, T::times),
        ArithmeticOp::Div => return Ok(operands.column(quotients(left, right, valid))),
        op => match wrapped(op, side_bits(left), side_bits(right)) {
            // The low bits of a result are the same with a sign and without.
            Some(bits) => Ok(PrimitiveArray::new(of_bits::<T>(bits).into(), valid)),
            None => return compute_divided(left, right, operands),
        },
    };
    finished(result, right, &operands)
}

/// The result of a loop, or the error of the row that failed.
pub(super) fn finished<T: Integer>(
    result: std::result::Result<PrimitiveArray<T>, usize>,
    right: Side<'_, T>,
    operands: &Operands<'_>,
) -> Result<Column> {
    match result {
        Ok(array) => Ok(operands.column(array)),
        Err(row) => Err(failure::<T>(operands, right, row)),
    }
}

pub(super) fn quotients<T: Integer>(
    left: Side<'_, T>,
    right: Side<'_, T>,
    valid: Option<Bitmap>,
) -> PrimitiveArray<f64> {
    binary(left, right, valid, |left, right| left.to_f64() / right.to_f64())
}

/// Sums, differences and products modulo 2 to the number of bits; `None` for other operations.
pub(super) fn wrapped<T: Integer>(op: ArithmeticOp, left: Side<'_, T>, right: Side<'_, T>) -> Option<Vec<T>> {
    Some(match op {
        ArithmeticOp::Add | ArithmeticOp::WrappingAdd => {
            pairwise_commutative(left, right, |left, right| left.plus(right).0)
        }
        ArithmeticOp::Sub | ArithmeticOp::WrappingSub => {
            pairwise(left, right, |left, right| left.minus(right).0)
        }
        ArithmeticOp::Mul | ArithmeticOp::WrappingMul => {
            pairwise_commutative(left, right, |left, right| left.times(right).0)
        }
        _ => return None,
    })
}

/// `//`, `%` and powers: operations that take long, whatever the width.
fn compute_divided<T: Integer>(
    left: Side<'_, T>,
    right: Side<'_, T>,
    operands: Operands<'_>,
) -> Result<Column> {
    let valid = both_valid(operands.left, operands.right);
    if matches!(operands.op, ArithmeticOp::FloorDiv | ArithmeticOp::Rem) && is_zero(right) {
        return Ok(operands.all_null());
    }
    let result = match operands.op {
        ArithmeticOp::FloorDiv => try_binary_slow(left, right, with_divisor(valid, right), T::floor_quotient),
        ArithmeticOp::Rem => Ok(binary_slow(left, right, with_divisor(valid, right), T::floor_remainder)),
        ArithmeticOp::Pow => try_binary_slow(left, right, valid, T::power),
        _ => return Err(operands.unsupported()),
    };
    finished(result, right, &operands)
}

/// Whether every row's divisor is 0.
pub(super) fn is_zero<T: Integer>(divisor: Side<'_, T>) -> bool {
    matches!(divisor, Side::Constant(divisor) if divisor == T::default())
}

#[cold]
fn failure<T: Integer>(operands: &Operands<'_>, right: Side<'_, T>, row: usize) -> KernelError {
    let exponent = match right {
        Side::Rows(rows) => rows[row],
        Side::Constant(value) => value,
    };
    if operands.op == ArithmeticOp::Pow && exponent.is_negative() {
        return KernelError::InvalidOperand {
            operation: operands.op.symbol(),
            row,
            value: match operands.right.get(row) {
                Scalar::Null => unreachable!("null rows do not fail"),
                value => value,
            },
            expected: "an exponent of at least 0 for an integer",
        };
    }
    operands.overflow(row)
}
