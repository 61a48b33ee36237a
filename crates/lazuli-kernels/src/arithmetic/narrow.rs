//! Integers of 8 and 16 bits: in 64 bits, where every sum, difference and product of theirs fits, and back with a look at
//! the range.
//!
//! They are stored for their size and seldom computed with. Loops of their own for four more types would be half of what
//! the compiler has to do for all of integer arithmetic; this way a row costs about a nanosecond instead of a tenth.

use lazuli_array::{Column, PrimitiveArray};

use super::integer::{Integer, compute_divided, finished, quotients, wrapped};
use super::{ArithmeticOp, Operands};
use crate::Result;
use crate::arity::{try_unary, unary};
use crate::datum::{Side, both_valid};

/// Integers of 8 or 16 bits.
pub(super) trait Narrow: Integer + Into<i64> {
    /// The lowest bits of a wide integer.
    fn of_low_bits(wide: i64) -> Self;
}

macro_rules! narrow {
    ($($type:ty),+) => {$(
        impl Narrow for $type {
            #[inline(always)]
            fn of_low_bits(wide: i64) -> Self {
                wide as $type
            }
        }
    )+};
}
narrow!(i8, i16, u8, u16);

/// Both operands are of the width of `_array`, whose values are not looked at.
pub(super) fn compute<T: Narrow>(_array: &PrimitiveArray<T>, operands: Operands<'_>) -> Result<Column> {
    let (Some(left), Some(right)) = (operands.left.side::<T>(), operands.right.side::<T>()) else {
        return Err(operands.unsupported());
    };
    let (left_values, right_values) = (widened(left), widened(right));
    let (left_wide, right_wide) = (side_of(left, &left_values), side_of(right, &right_values));
    let valid = both_valid(operands.left, operands.right);
    if operands.op == ArithmeticOp::Div {
        return Ok(operands.column(quotients(left_wide, right_wide, valid)));
    }
    let Some(wide) = wrapped(operands.op, left_wide, right_wide, valid) else {
        return compute_divided(left, right, operands);
    };
    let result = match operands.op {
        ArithmeticOp::WrappingAdd | ArithmeticOp::WrappingSub | ArithmeticOp::WrappingMul => {
            Ok(unary(&wide, T::of_low_bits))
        }
        _ => try_unary(&wide, |wide| {
            let narrow = T::of_low_bits(wide);
            (narrow, narrow.into() != wide)
        }),
    };
    finished(result, right, &operands)
}

fn widened<T: Narrow>(side: Side<'_, T>) -> Vec<i64> {
    side.rows_and_mask().0.iter().map(|&value| value.into()).collect()
}

fn side_of<'a, T: Narrow>(narrow: Side<'_, T>, wide: &'a [i64]) -> Side<'a, i64> {
    match narrow {
        Side::Rows(_) => Side::Rows(wide),
        Side::Constant(value) => Side::Constant(value.into()),
    }
}
