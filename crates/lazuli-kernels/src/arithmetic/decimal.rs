//! Decimals: digits in 128 bits, exact where an exact result exists.
//!
//! | operation | scale of the result | |
//! |---|---|---|
//! | `+` `-` | the larger one | exact |
//! | `*` | the sum of both; more than 38 is refused | exact |
//! | `/` | the larger one, at least 6 | rounded half to even |
//! | `//` | 0 | floor of the exact quotient |
//! | `%` | the larger one | exact, with the sign of the divisor |
//!
//! A result of more than 38 digits is an overflow, a divisor of 0 an error. Values that can't be brought to a common scale
//! within 128 bits count as an overflow too, even where the result of `+`, `-` or `%` would be small again.

use lazuli_array::{Column, DataType};

use super::{ArithmeticOp, Operands};
use crate::arity::{try_binary, try_binary_slow};
use crate::datum::{Side, both_valid};
use crate::{KernelError, Result};

/// Digits that a decimal can have.
const MAX_PRECISION: u8 = 38;
/// Digits after the point that a quotient has at least.
const QUOTIENT_SCALE: u8 = 6;

/// The type of the result for operands of these `(precision, scale)`.
pub(super) fn result_type(op: ArithmeticOp, left: (u8, u8), right: (u8, u8)) -> Option<DataType> {
    let ((left_precision, left_scale), (right_precision, right_scale)) = (left, right);
    let (left_whole, right_whole) =
        (left_precision.saturating_sub(left_scale), right_precision.saturating_sub(right_scale));
    let scale = left_scale.max(right_scale);
    let (whole, scale) = match op {
        ArithmeticOp::Add | ArithmeticOp::Sub => (left_whole.max(right_whole) + 1, scale),
        ArithmeticOp::Mul => (left_whole + right_whole, left_scale + right_scale),
        ArithmeticOp::Div => (left_whole + right_scale, scale.max(QUOTIENT_SCALE)),
        // One digit more, since rounding down may carry: -99 // 10 of 1 digit is -10.
        ArithmeticOp::FloorDiv => (left_whole + right_scale + 1, 0),
        ArithmeticOp::Rem => (right_whole, scale),
        _ => return None,
    };
    if scale > MAX_PRECISION {
        return None;
    }
    Some(DataType::Decimal { precision: (whole + scale).clamp(1, MAX_PRECISION), scale })
}

pub(super) fn compute(operands: Operands<'_>) -> Result<Column> {
    let (Some(left), Some(right)) = (operands.left.side::<i128>(), operands.right.side::<i128>()) else {
        return Err(operands.unsupported());
    };
    let (DataType::Decimal { scale: left_scale, .. }, DataType::Decimal { scale: right_scale, .. }) =
        (operands.left.data_type(), operands.right.data_type())
    else {
        return Err(operands.unsupported());
    };
    let DataType::Decimal { precision, scale } = operands.data_type else {
        return Err(operands.unsupported());
    };
    let (left_scale, right_scale) = (*left_scale, *right_scale);
    let limit = 10i128.pow(u32::from(precision));
    let checked = |value: Option<i128>| match value {
        Some(value) if -limit < value && value < limit => (value, false),
        _ => (0, true),
    };
    let common = left_scale.max(right_scale);
    let (left_factor, right_factor) = (power(common - left_scale), power(common - right_scale));
    let scaled = |value: i128, factor: i128| if factor == 1 { Some(value) } else { product(value, factor) };
    let aligned = |left: i128, right: i128| Some((scaled(left, left_factor)?, scaled(right, right_factor)?));
    let valid = both_valid(operands.left, operands.right);
    let result = match operands.op {
        ArithmeticOp::Add => try_binary(left, right, valid, |left, right| {
            checked(aligned(left, right).and_then(|(left, right)| left.checked_add(right)))
        }),
        ArithmeticOp::Sub => try_binary(left, right, valid, |left, right| {
            checked(aligned(left, right).and_then(|(left, right)| left.checked_sub(right)))
        }),
        ArithmeticOp::Mul => {
            try_binary(left, right, valid, |left, right: i128| checked(product(left, right)))
        }
        ArithmeticOp::Div => {
            let shift = i32::from(scale) + i32::from(right_scale) - i32::from(left_scale);
            try_binary_slow(left, right, valid, |left, right| {
                checked(quotient(left, right, shift, Rounding::HalfEven))
            })
        }
        ArithmeticOp::FloorDiv => {
            let shift = i32::from(right_scale) - i32::from(left_scale);
            try_binary_slow(left, right, valid, |left, right| {
                checked(quotient(left, right, shift, Rounding::Floor))
            })
        }
        ArithmeticOp::Rem => try_binary_slow(left, right, valid, |left, right| {
            checked(aligned(left, right).and_then(|(left, right)| floor_remainder(left, right)))
        }),
        _ => return Err(operands.unsupported()),
    };
    match result {
        Ok(array) => Ok(operands.column(array)),
        Err(row) => Err(failure(&operands, right, row)),
    }
}

#[cold]
fn failure(operands: &Operands<'_>, right: Side<'_, i128>, row: usize) -> KernelError {
    let divisor = match right {
        Side::Rows(rows) => rows[row],
        Side::Constant(value) => value,
    };
    let divides = matches!(operands.op, ArithmeticOp::Div | ArithmeticOp::FloorDiv | ArithmeticOp::Rem);
    if divides && divisor == 0 {
        return KernelError::DivisionByZero {
            operation: operands.op.symbol(),
            row,
            data_type: operands.data_type.clone(),
        };
    }
    operands.overflow(row)
}

/// The product, if 128 bits hold it. Most decimals fit 64 bits, and then it is one multiplication.
#[inline(always)]
fn product(left: i128, right: i128) -> Option<i128> {
    match (i64::try_from(left), i64::try_from(right)) {
        (Ok(left), Ok(right)) => Some(i128::from(left) * i128::from(right)),
        _ => left.checked_mul(right),
    }
}

fn power(exponent: u8) -> i128 {
    10i128.pow(u32::from(exponent))
}

fn floor_remainder(value: i128, divisor: i128) -> Option<i128> {
    let remainder = value.checked_rem(divisor)?;
    Some(if remainder != 0 && (remainder < 0) != (divisor < 0) { remainder + divisor } else { remainder })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rounding {
    HalfEven,
    Floor,
}

/// `value / divisor * 10^shift`, rounded; `None` for a divisor of 0 or a result beyond 128 bits.
fn quotient(value: i128, divisor: i128, shift: i32, rounding: Rounding) -> Option<i128> {
    if divisor == 0 {
        return None;
    }
    let negative = (value < 0) != (divisor < 0);
    let (value, divisor) = (value.unsigned_abs(), divisor.unsigned_abs());
    let (whole, rest) = divide(value, divisor, shift)?;
    let up = match rounding {
        Rounding::Floor => negative && rest != Rest::Nothing,
        Rounding::HalfEven => match rest {
            Rest::Nothing | Rest::BelowHalf => false,
            Rest::Half => whole % 2 == 1,
            Rest::AboveHalf => true,
        },
    };
    let whole = i128::try_from(whole.checked_add(u128::from(up))?).ok()?;
    Some(if negative { -whole } else { whole })
}

/// What a division leaves, against half of the divisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Nothing,
    BelowHalf,
    Half,
    AboveHalf,
}

/// The whole part of `value * 10^shift / divisor`, and what is left; `None` beyond 128 bits.
///
/// `divisor` is not 0 and both are below 2^127, as decimals are.
fn divide(value: u128, divisor: u128, shift: i32) -> Option<(u128, Rest)> {
    let factor = u8::try_from(shift.unsigned_abs()).ok().filter(|digits| *digits <= MAX_PRECISION).map(power);
    let factor = factor.map(i128::unsigned_abs);
    if shift < 0 {
        // Beyond 128 bits the divisor is more than twice any value.
        let Some(divisor) = factor.and_then(|factor| divisor.checked_mul(factor)) else {
            return Some((0, if value == 0 { Rest::Nothing } else { Rest::BelowHalf }));
        };
        return Some((value / divisor, rest_of(value % divisor, divisor)));
    }
    if let Some(value) = factor.and_then(|factor| value.checked_mul(factor)) {
        return Some((value / divisor, rest_of(value % divisor, divisor)));
    }
    // Long division, a digit at a time.
    let (mut whole, mut rest) = (value / divisor, value % divisor);
    for _ in 0..shift {
        let mut digit = 0;
        let mut scaled = 0;
        // `10 * rest` may not fit, so it is added up; both stay below 2^127, their sum below 2^128.
        for _ in 0..10 {
            scaled += rest;
            if scaled >= divisor {
                scaled -= divisor;
                digit += 1;
            }
        }
        rest = scaled;
        whole = whole.checked_mul(10)?.checked_add(digit)?;
    }
    Some((whole, rest_of(rest, divisor)))
}

fn rest_of(rest: u128, divisor: u128) -> Rest {
    use std::cmp::Ordering;
    if rest == 0 {
        return Rest::Nothing;
    }
    match rest.cmp(&(divisor - rest)) {
        Ordering::Less => Rest::BelowHalf,
        Ordering::Equal => Rest::Half,
        Ordering::Greater => Rest::AboveHalf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Long division in decimal text, the way it is done by hand.
    fn by_hand(value: u128, divisor: u128, shift: usize) -> (String, bool) {
        let digits = format!("{value}{}", "0".repeat(shift));
        let (mut rest, mut out) = (0u128, String::new());
        for digit in digits.bytes() {
            rest = rest * 10 + u128::from(digit - b'0');
            out.push(char::from(b'0' + u8::try_from(rest / divisor).unwrap()));
            rest %= divisor;
        }
        let trimmed = out.trim_start_matches('0');
        (if trimmed.is_empty() { "0".into() } else { trimmed.into() }, rest == 0)
    }

    proptest! {
        #[test]
        fn division_matches_division_by_hand(
            value in prop_oneof![0u128..1000, 0..10u128.pow(38)],
            divisor in prop_oneof![1u128..1000, 1..10u128.pow(37)],
            shift in 0usize..76,
        ) {
            let (expected, exact) = by_hand(value, divisor, shift);
            match divide(value, divisor, shift as i32) {
                Some((whole, rest)) => {
                    prop_assert_eq!(whole.to_string(), expected);
                    prop_assert_eq!(rest == Rest::Nothing, exact);
                }
                None => prop_assert!(expected.len() >= 39),
            }
        }
    }

    #[test]
    fn quotients_round_half_to_even() {
        let cases = [
            (1, 8, 2, 12), // 0.125
            (3, 8, 2, 38), // 0.375
            (-1, 8, 2, -12),
            (-3, 8, 2, -38),
            (1, 3, 2, 33),
            (2, 3, 2, 67),
            (7, 2, 0, 4),
            (5, 2, 0, 2),
            (25, 1, -1, 2),
            (26, 1, -1, 3),
        ];
        for (value, divisor, shift, expected) in cases {
            let found = quotient(value, divisor, shift, Rounding::HalfEven);
            assert_eq!(found, Some(expected), "{value} / {divisor} at {shift}");
        }
        assert_eq!(quotient(-7, 2, 0, Rounding::Floor), Some(-4));
        assert_eq!(quotient(7, -2, 0, Rounding::Floor), Some(-4));
        assert_eq!(quotient(7, 2, 0, Rounding::Floor), Some(3));
        assert_eq!(quotient(1, i128::MAX, -38, Rounding::Floor), Some(0));
        assert_eq!(quotient(-1, i128::MAX, -38, Rounding::Floor), Some(-1));
        assert_eq!(quotient(1, 0, 0, Rounding::Floor), None);
    }
}
