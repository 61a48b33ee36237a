//! Rounding: to whole numbers, to digits after or before the point, to significant digits; and signs.
//!
//! Integers and decimals are exact or an error. Floats are scaled by a power of ten, rounded and scaled back, as users know
//! it from other engines: 1.005 at two digits is 1.0, since the float lies below 1.005. A float whose scaled value has no
//! digits after the point any more stays as it is, to the last bit.

use std::ops::Sub;

use lazuli_array::{
    Array, Column, DataType, Native, PrimitiveArray, Scalar, dispatch_integer, dispatch_wide_integer,
};

use crate::arity::{try_unary, unary};
use crate::level::{Level, by_level};
use crate::wide::{narrow_column, wide_column};
use crate::{KernelError, Result};

/// Which neighbour a number is rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// The nearer one; of two equally near ones the even one.
    HalfToEven,
    /// The nearer one; of two equally near ones the one further from 0.
    HalfAwayFromZero,
    /// The one nearer to 0.
    ToZero,
    /// The lower one.
    Down,
    /// The upper one.
    Up,
}

/// From this size on, 64-bit floats have no digits after the point.
const WHOLE_F64: f64 = (1u64 << 52) as f64;

/// Decimals have at most this many digits; no integer has more.
const MAX_DIGITS: u32 = 38;

/// Each number rounded to `digits` digits after the point, before it if negative. The result has the column's type, or
/// `to`, a decimal type of the same scale.
///
/// # Errors
/// [`KernelError::Overflow`] for an integer or decimal that its type can't hold any more, [`KernelError::Unsupported`] for
/// what is not a number.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues, Scalar};
/// use lazuli_kernels::{Rounding, round};
///
/// let column = Column::from_values([2.5, 1.25].into_iter());
/// let whole = round("round", &column, 0, Rounding::HalfToEven, &DataType::Float64)?;
/// assert_eq!((whole.get(0), whole.get(1)), (Scalar::Float64(2.0), Scalar::Float64(1.0)));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn round(
    operation: &'static str,
    column: &Column,
    digits: i32,
    rounding: Rounding,
    to: &DataType,
) -> Result<Column> {
    let overflow = |row| overflow(operation, column, row, to);
    let array: Array = match (column.array(), to) {
        (Array::Null(_), _) => return Ok(column.clone()),
        (Array::Float64(array), DataType::Float64) => {
            let values = match digits {
                0 => whole_f64(Level::best(), array.values(), rounding),
                _ => array.values().iter().map(|&value| scaled(value, digits, rounding)).collect(),
            };
            PrimitiveArray::new(values.into(), array.validity().cloned()).into()
        }
        (Array::Float32(array), DataType::Float32) => {
            let values = match digits {
                0 => whole_f32(Level::best(), array.values(), rounding),
                _ => array.values().iter().map(|&value| scaled_f32(value, digits, rounding)).collect(),
            };
            PrimitiveArray::new(values.into(), array.validity().cloned()).into()
        }
        (Array::Int128(array), DataType::Decimal { precision, scale }) => {
            let dropped = i32::from(*scale).saturating_sub(digits);
            let limit = 10i128.pow((*precision).into());
            match dropped {
                ..=0 => array.clone().into(),
                _ => try_unary(array, |value| {
                    let rounded = to_multiple(value, dropped.unsigned_abs(), rounding);
                    (rounded, rounded.unsigned_abs() >= limit.unsigned_abs())
                })
                .map_err(overflow)?
                .into(),
            }
        }
        (_, data_type) if data_type.is_integer() && digits >= 0 => return Ok(column.clone()),
        (array, data_type) if data_type.is_integer() => {
            integers(array, &|value| Some(to_multiple(value, digits.unsigned_abs(), rounding)))
                .map_err(overflow)?
        }
        (_, data_type) => return Err(KernelError::unsupported(operation, [data_type])),
    };
    Ok(Column::new(to.clone(), array))
}

/// Each number rounded to `digits` significant digits, at least one; halves away from 0. The result has the column's type,
/// or `to`, a decimal type of the same scale.
///
/// # Errors
/// As [`round`].
pub fn round_significant(column: &Column, digits: u32, to: &DataType) -> Result<Column> {
    const OPERATION: &str = "round_sig_figs";
    let whole = |value: i128| {
        let length = value.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1);
        to_multiple(value, length.saturating_sub(digits), Rounding::HalfAwayFromZero)
    };
    let float = |value: f64| {
        if value == 0.0 || !value.is_finite() {
            return value;
        }
        let magnitude = value.abs().log10().floor() as i32;
        let digits = i32::try_from(digits).unwrap_or(i32::MAX);
        scaled(value, digits.saturating_sub(magnitude).saturating_sub(1), Rounding::HalfAwayFromZero)
    };
    let overflow = |row| overflow(OPERATION, column, row, to);
    let array: Array = match (column.array(), to) {
        (Array::Null(_), _) => return Ok(column.clone()),
        (Array::Float64(array), _) => unary(array, float).into(),
        (Array::Float32(array), _) => unary(array, |value| float(value.into()) as f32).into(),
        (Array::Int128(array), DataType::Decimal { precision, .. }) => {
            let limit = 10u128.pow((*precision).into());
            try_unary(array, |value| {
                let rounded = whole(value);
                (rounded, rounded.unsigned_abs() >= limit)
            })
            .map_err(overflow)?
            .into()
        }
        (array, data_type) if data_type.is_integer() => {
            integers(array, &|value| Some(whole(value))).map_err(overflow)?
        }
        (_, data_type) => return Err(KernelError::unsupported(OPERATION, [data_type])),
    };
    Ok(Column::new(to.clone(), array))
}

/// The sign of each number, as 1, 0 or -1 of its type, or of `to`, a decimal type of the same scale; NaN for NaN.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a number.
pub fn sign(column: &Column, to: &DataType) -> Result<Column> {
    fn whole<T: Native + From<bool> + Sub<Output = T>>(array: &PrimitiveArray<T>) -> Array {
        unary(array, |value| T::from(value > T::default()) - T::from(value < T::default())).into()
    }
    if let Some(wide) = wide_column(column) {
        return narrow_column(&sign(&wide, wide.data_type())?, to);
    }
    let array: Array = match (column.array(), to) {
        (Array::Null(_), _) => return Ok(column.clone()),
        (Array::Float64(array), _) => unary(array, |value| {
            if value > 0.0 {
                1.0
            } else if value < 0.0 {
                -1.0
            } else {
                value
            }
        })
        .into(),
        (Array::Int128(array), DataType::Decimal { scale, .. }) => {
            let one = 10i128.pow((*scale).into());
            unary(array, |value| value.signum() * one).into()
        }
        (array, data_type) if data_type.is_integer() => dispatch_wide_integer!(
            array,
            |array| whole(array),
            else return Err(KernelError::unsupported("sign", [data_type]))
        ),
        (_, data_type) => return Err(KernelError::unsupported("sign", [data_type])),
    };
    Ok(Column::new(to.clone(), array))
}

fn overflow(operation: &'static str, column: &Column, row: usize, to: &DataType) -> KernelError {
    let (left, right) = (column.get(row), Scalar::Null);
    KernelError::Overflow { operation, row, left, right, data_type: to.clone() }
}

/// `op` of each integer of at most 64 bits, computed in 128, which takes longer than to call it.
///
/// # Errors
/// The first row whose result its type can't hold.
fn integers(array: &Array, op: &dyn Fn(i128) -> Option<i128>) -> std::result::Result<Array, usize> {
    fn each<T: Native + Into<i128> + TryFrom<i128>>(
        array: &PrimitiveArray<T>,
        op: &dyn Fn(i128) -> Option<i128>,
    ) -> std::result::Result<Array, usize> {
        let result =
            try_unary(array, |value| match op(value.into()).and_then(|value| T::try_from(value).ok()) {
                Some(value) => (value, false),
                None => (T::default(), true),
            });
        result.map(Array::from)
    }
    dispatch_integer!(array, |array| each(array, op), else Ok(array.clone()))
}

/// `value` rounded to a multiple of 10^`exponent`.
fn to_multiple(value: i128, exponent: u32, rounding: Rounding) -> i128 {
    if exponent == 0 {
        return value;
    }
    if exponent > MAX_DIGITS {
        // No value has 39 digits, so it is less than half of 10^39, which no type holds.
        return match rounding {
            Rounding::Down if value < 0 => i128::MIN,
            Rounding::Up if value > 0 => i128::MAX,
            _ => 0,
        };
    }
    let unit = 10i128.pow(exponent);
    let (whole, rest) = (value / unit, value % unit);
    let left_over = rest.unsigned_abs();
    let to_next = unit.unsigned_abs() - left_over;
    let away = match rounding {
        Rounding::ToZero => false,
        Rounding::Down => rest < 0,
        Rounding::Up => rest > 0,
        Rounding::HalfAwayFromZero => left_over >= to_next,
        Rounding::HalfToEven => left_over > to_next || (left_over == to_next && whole % 2 != 0),
    };
    if away { (whole + value.signum()).saturating_mul(unit) } else { whole * unit }
}

/// A float rounded to `digits` after the point, before it if negative.
fn scaled(value: f64, digits: i32, rounding: Rounding) -> f64 {
    // Powers beyond this are no floats, and hardly a float has a digit there; on the other side of the point every float is
    // less than half of them.
    if digits > 308 || !value.is_finite() {
        return value;
    }
    let power = power_of_ten(digits.unsigned_abs().min(400));
    if digits >= 0 {
        let product = value * power;
        // Without digits after the point, or too large to tell.
        if product.abs() >= WHOLE_F64 {
            return value;
        }
        return whole(product, rounding) / power;
    }
    let quotient = value / power;
    let rounded = whole(quotient, rounding);
    if rounded == 0.0 { rounded } else { rounded * power }
}

fn scaled_f32(value: f32, digits: i32, rounding: Rounding) -> f32 {
    scaled(value.into(), digits, rounding) as f32
}

/// The float nearest to a power of ten; infinite above 10^308.
fn power_of_ten(exponent: u32) -> f64 {
    const EXACT: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    EXACT.get(exponent as usize).copied().unwrap_or_else(|| 10f64.powi(exponent as i32))
}

#[inline(always)]
fn whole(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::HalfToEven => value.round_ties_even(),
        Rounding::HalfAwayFromZero => value.round(),
        Rounding::ToZero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    }
}

by_level! {
    fn whole_f64(values: &[f64], rounding: Rounding) -> Vec<f64> = whole_f64_body;
    fn whole_f32(values: &[f32], rounding: Rounding) -> Vec<f32> = whole_f32_body;
}

#[inline(always)]
fn whole_f64_body(values: &[f64], rounding: Rounding) -> Vec<f64> {
    // One loop for each way: a match in the loop would not become vector code.
    match rounding {
        Rounding::HalfToEven => values.iter().map(|value| value.round_ties_even()).collect(),
        Rounding::HalfAwayFromZero => values.iter().map(|value| value.round()).collect(),
        Rounding::ToZero => values.iter().map(|value| value.trunc()).collect(),
        Rounding::Down => values.iter().map(|value| value.floor()).collect(),
        Rounding::Up => values.iter().map(|value| value.ceil()).collect(),
    }
}

/// Every whole float of 32 bits is one of 64, and rounding to whole numbers makes no other.
#[inline(always)]
fn whole_f32_body(values: &[f32], rounding: Rounding) -> Vec<f32> {
    match rounding {
        Rounding::HalfToEven => values.iter().map(|value| value.round_ties_even()).collect(),
        Rounding::HalfAwayFromZero => values.iter().map(|value| value.round()).collect(),
        Rounding::ToZero => values.iter().map(|value| value.trunc()).collect(),
        Rounding::Down => values.iter().map(|value| value.floor()).collect(),
        Rounding::Up => values.iter().map(|value| value.ceil()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use lazuli_array::FromValues;
    use proptest::prelude::*;

    const ALL: [Rounding; 5] =
        [Rounding::HalfToEven, Rounding::HalfAwayFromZero, Rounding::ToZero, Rounding::Down, Rounding::Up];

    proptest! {
        #[test]
        fn whole_floats_match_naive(column in strategies::column(&DataType::Float64, 0..150)) {
            for rounding in ALL {
                let found = round("round", &column, 0, rounding, &DataType::Float64).unwrap();
                for row in 0..column.len() {
                    let expected = match column.get(row) {
                        Scalar::Float64(value) => Scalar::Float64(whole(value, rounding)),
                        other => other,
                    };
                    prop_assert_eq!(found.get(row), expected);
                }
            }
        }

        #[test]
        fn every_level_rounds_alike(values in prop::collection::vec(any::<f64>(), 0..40)) {
            for rounding in ALL {
                let expected: Vec<u64> = values.iter().map(|&value| whole(value, rounding).to_bits()).collect();
                for level in Level::available() {
                    let found: Vec<u64> =
                        whole_f64(level, &values, rounding).into_iter().map(f64::to_bits).collect();
                    prop_assert_eq!(&found, &expected);
                }
            }
        }

        #[test]
        fn integers_round_to_the_nearest_multiple(value in any::<i64>(), exponent in 1u32..22) {
            let value = i128::from(value);
            let unit = 10i128.pow(exponent);
            for rounding in ALL {
                let found = to_multiple(value, exponent, rounding);
                prop_assert_eq!(found % unit, 0);
                prop_assert!((found - value).abs() < unit);
                match rounding {
                    Rounding::Down => prop_assert!(found <= value),
                    Rounding::Up => prop_assert!(found >= value),
                    Rounding::ToZero => prop_assert!(found.abs() <= value.abs()),
                    _ => prop_assert!(2 * (found - value).abs() <= unit),
                }
            }
        }
    }

    #[test]
    fn halves() {
        for (value, digits, even, away) in [
            (2.5, 0, 2.0, 3.0),
            (-2.5, 0, -2.0, -3.0),
            (0.125, 2, 0.12, 0.13),
            (1.005, 2, 1.0, 1.0),
            (2.675, 2, 2.68, 2.68),
            (1250.0, -2, 1200.0, 1300.0),
            (1.1, 300, 1.1, 1.1),
            (1e300, 20, 1e300, 1e300),
            (5e-324, 400, 5e-324, 5e-324),
            (1e300, -305, 0.0, 0.0),
            (1e300, -500, 0.0, 0.0),
            (f64::INFINITY, -500, f64::INFINITY, f64::INFINITY),
            (0.1, 20, 0.1, 0.1),
        ] {
            assert_eq!(scaled(value, digits, Rounding::HalfToEven), even, "{value} {digits}");
            assert_eq!(scaled(value, digits, Rounding::HalfAwayFromZero), away, "{value} {digits}");
        }
        for (value, even, away) in [(250, 200, 300), (350, 400, 400), (-250, -200, -300), (249, 200, 200)] {
            assert_eq!(to_multiple(value, 2, Rounding::HalfToEven), even);
            assert_eq!(to_multiple(value, 2, Rounding::HalfAwayFromZero), away);
        }
        assert_eq!(to_multiple(i128::from(i64::MAX), 50, Rounding::HalfAwayFromZero), 0);
        assert_eq!(to_multiple(10i128.pow(38) - 1, 39, Rounding::HalfAwayFromZero), 0);
        assert_eq!(to_multiple(10i128.pow(38) - 1, 38, Rounding::HalfAwayFromZero), 10i128.pow(38));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let column = Column::from_values([Some(1i8), None, Some(127)].into_iter());
        let error = round("round", &column, -1, Rounding::HalfToEven, &DataType::Int8).unwrap_err();
        assert_eq!(error.row(), Some(2));
        let signs = sign(&column, &DataType::Int8).unwrap();
        assert_eq!(signs, Column::from_values([Some(1i8), None, Some(1)].into_iter()));
        let column = Column::from_values([250u8, 14].into_iter());
        assert_eq!(round_significant(&column, 1, &DataType::UInt8).unwrap_err().row(), Some(0));
    }
}
