//! Integers of 8 and 16 bits: in 64 bits, where every sum, difference and product of theirs fits, and back with a look at
//! the range.
//!
//! They are stored for their size and seldom computed with. Loops of their own for four more types would be half of what
//! the compiler has to do for all of integer arithmetic; this way a row costs about a nanosecond instead of a tenth.

use lazuli_array::{Column, PrimitiveArray};

use super::integer::{Integer, finished, is_zero, quotients, wrapped};
use super::{ArithmeticOp, Operands, with_divisor};
use crate::Result;
use crate::arity::{binary_slow, each, try_unary};
use crate::datum::{Side, both_valid};
use crate::width::{of_bits, side_bits};

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
    let wide = match compute_wide(left_wide, right_wide, &operands)? {
        Wide::Done(column) => return Ok(column),
        Wide::Values(wide) => wide,
    };
    let wraps = matches!(
        operands.op,
        ArithmeticOp::WrappingAdd | ArithmeticOp::WrappingSub | ArithmeticOp::WrappingMul
    );
    let result = try_unary(&wide, |wide| {
        let narrow = T::of_low_bits(wide);
        (narrow, !wraps & (narrow.into() != wide))
    });
    finished(result, right, &operands)
}

/// What came out in 64 bits.
enum Wide {
    /// All that was asked for.
    Done(Column),
    /// Results, beyond the narrow type where they do not fit it.
    Values(PrimitiveArray<i64>),
}

/// Compiled once for all narrow types.
fn compute_wide(left: Side<'_, i64>, right: Side<'_, i64>, operands: &Operands<'_>) -> Result<Wide> {
    /// Beyond every narrow type, as a power that 64 bits do not hold and one that there is not are.
    const BEYOND: i64 = i64::MAX;
    let valid = both_valid(operands.left, operands.right);
    Ok(Wide::Values(match operands.op {
        ArithmeticOp::Div => return Ok(Wide::Done(operands.column(quotients(left, right, valid)))),
        ArithmeticOp::FloorDiv | ArithmeticOp::Rem if is_zero(right) => {
            return Ok(Wide::Done(operands.all_null()));
        }
        ArithmeticOp::FloorDiv => {
            binary_slow(left, right, with_divisor(valid, right), |left, right| left.floor_quotient(right).0)
        }
        ArithmeticOp::Rem => binary_slow(left, right, with_divisor(valid, right), i64::floor_remainder),
        ArithmeticOp::Pow => binary_slow(left, right, valid, |left, right| match left.power(right) {
            (power, false) => power,
            (_, true) => BEYOND,
        }),
        op => match wrapped(op, side_bits(left), side_bits(right)) {
            Some(bits) => PrimitiveArray::new(of_bits::<i64>(bits).into(), valid),
            None => return Err(operands.unsupported()),
        },
    }))
}

fn widened<T: Narrow>(side: Side<'_, T>) -> Vec<i64> {
    each(side.rows_and_mask().0, T::into)
}

fn side_of<'a, T: Narrow>(narrow: Side<'_, T>, wide: &'a [i64]) -> Side<'a, i64> {
    match narrow {
        Side::Rows(_) => Side::Rows(wide),
        Side::Constant(value) => Side::Constant(value.into()),
    }
}
