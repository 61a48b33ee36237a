//! Decimals: 128-bit integers with a power of ten, exact in both directions wherever the other type is.

use lazuli_array::{Array, DataType, decimal::write_decimal};

use super::Cast;
use super::number::{integers, to_f64};
use crate::Result;
use crate::double_double::DoubleDouble;
use crate::parse::{parse_decimal, parse_f32, parse_f64};

/// Powers of ten that a float holds exactly go up to this exponent.
const EXACT_POWERS_F64: u32 = 22;
/// Integers up to this are exact as floats.
const EXACT_F64: u128 = 1 << f64::MANTISSA_DIGITS;

pub(super) fn from_decimal(cast: &Cast<'_>, scale: u8) -> Result<Array> {
    let Array::Int128(array) = cast.array else { unreachable!("decimals lie as i128") };
    let values = array.values();
    let one = power(scale.into());
    match cast.to {
        DataType::Boolean => cast.boolean(|row| Some(values[row] != 0)),
        DataType::Decimal { precision, scale: to } => {
            let (limit, to) = (power((*precision).into()), *to);
            if to >= scale {
                let factor = power((to - scale).into());
                cast.primitive(|row| in_limit(values[row].checked_mul(factor)?, limit))
            } else {
                let divisor = power((scale - to).into());
                cast.primitive(|row| in_limit(divided(values[row], divisor), limit))
            }
        }
        DataType::Float64 => cast.primitive(|row| Some(to_float(values[row], scale))),
        DataType::Float32 => cast.primitive(|row| {
            let narrow = parse_f32(text(values[row], scale).as_bytes()).ok()?;
            narrow.is_finite().then_some(narrow)
        }),
        to => cast.integer(to.physical(), |row| Some(values[row] / one)),
    }
}

pub(super) fn to_decimal(cast: &Cast<'_>, precision: u8, scale: u8) -> Result<Array> {
    let (factor, limit) = (power(scale.into()), power(precision.into()));
    if let Some(values) = integers(cast.array) {
        return cast.primitive(|row| in_limit(values[row].checked_mul(factor)?, limit));
    }
    if let Array::Boolean(array) = cast.array {
        return cast.primitive(|row| in_limit(i128::from(array.values().get(row)) * factor, limit));
    }
    let floats = to_f64(cast.array);
    let values = floats.values();
    cast.primitive(|row| in_limit(scaled(values[row], scale)?, limit))
}

/// 10^`exponent`, for exponents up to 38.
fn power(exponent: u32) -> i128 {
    10i128.checked_pow(exponent).expect("decimals have at most 38 digits")
}

fn in_limit(value: i128, limit: i128) -> Option<i128> {
    (value.unsigned_abs() < limit.unsigned_abs()).then_some(value)
}

/// The nearest integer to `value / divisor`, ties to even; `divisor` is a power of ten above 1.
fn divided(value: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    let half = divisor / 2;
    let up = rest.abs() > half || (rest.abs() == half && quotient % 2 != 0);
    if up { quotient + value.signum() } else { quotient }
}

fn text(value: i128, scale: u8) -> String {
    let mut text = String::new();
    write_decimal(&mut text, value, scale).expect("a string takes any text");
    text
}

/// The nearest float of a decimal.
fn to_float(value: i128, scale: u8) -> f64 {
    if value.unsigned_abs() <= EXACT_F64 && u32::from(scale) <= EXACT_POWERS_F64 {
        return value as f64 / 10f64.powi(scale.into());
    }
    parse_f64(text(value, scale).as_bytes()).expect("a decimal is a number")
}

/// The nearest integer to `value * 10^scale`, ties to even, of the exact value of the float; `None` if there is none or
/// it is out of range.
fn scaled(value: f64, scale: u8) -> Option<i128> {
    if u32::from(scale) <= EXACT_POWERS_F64 {
        let (product, error) = DoubleDouble::ZERO.add_product(value, 10f64.powi(scale.into())).parts();
        if product.abs() < EXACT_F64 as f64 / 2.0 {
            let floor = product.floor();
            // Multiples of the product's last place, which the error is at most half of: it only decides ties.
            let above_half = (product - floor) - 0.5;
            let up = if above_half != 0.0 {
                above_half > 0.0
            } else {
                error > 0.0 || (error == 0.0 && floor % 2.0 != 0.0)
            };
            return Some(floor as i128 + i128::from(up));
        }
    }
    if !value.is_finite() {
        return None;
    }
    // The standard library writes the exact value, rounded once with ties to even.
    parse_decimal(format!("{value:.*}", usize::from(scale)).as_bytes(), 38, scale.into()).ok()
}
