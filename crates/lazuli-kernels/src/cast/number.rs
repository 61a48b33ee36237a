//! Booleans, integers and floats, one as another.

use std::borrow::Cow;

use lazuli_array::{
    Array, Bitmap, BooleanArray, DataType, PhysicalType, PrimitiveArray, dispatch_float, dispatch_integer,
    dispatch_wide, dispatch_wide_integer,
};

use super::Cast;
use crate::Result;
use crate::arity::unary;
use crate::wide::widened;

pub(super) fn cast_number(cast: &Cast<'_>) -> Result<Array> {
    match cast.to {
        DataType::Boolean => Ok(to_boolean(cast.array)),
        DataType::Float64 => Ok(to_f64(cast.array).into()),
        DataType::Float32 => to_f32(cast),
        to => to_integer(cast, to.physical()),
    }
}

/// Whether each value is not zero.
fn to_boolean(array: &Array) -> Array {
    fn not_zero<T: lazuli_array::Native>(array: &PrimitiveArray<T>) -> BooleanArray {
        let values = array.values();
        let bits = Bitmap::from_fn(values.len(), |row| values[row] != T::default());
        BooleanArray::new(bits, array.validity().cloned())
    }
    dispatch_wide!(
        &*widened(array),
        |array| not_zero(array).into(),
        else unreachable!("numbers only, decimals apart")
    )
}

/// The nearest float of each value.
#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    reason = "one body for all widths: for one of them it does nothing"
)]
pub(super) fn to_f64(array: &Array) -> PrimitiveArray<f64> {
    dispatch_integer!(
        array,
        |array| unary(array, |value| value as f64),
        else dispatch_float!(
            array,
            |array| unary(array, f64::from),
            else match array {
                Array::Boolean(array) => zero_or_one(array),
                _ => unreachable!("numbers only, decimals apart"),
            }
        )
    )
}

fn zero_or_one(array: &BooleanArray) -> PrimitiveArray<f64> {
    let values: Vec<f64> = array.values().iter().map(|value| f64::from(u8::from(value))).collect();
    PrimitiveArray::new(values.into(), array.validity().cloned())
}

#[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
fn to_f32(cast: &Cast<'_>) -> Result<Array> {
    // Integers are rounded once, not by way of doubles.
    dispatch_wide_integer!(
        &*widened(cast.array),
        |array| Ok(unary(array, |value| value as f32).into()),
        else {
            let wide = to_f64(cast.array);
            let values = wide.values();
            cast.primitive(|row| {
                let narrow = values[row] as f32;
                (narrow.is_finite() || !values[row].is_finite()).then_some(narrow)
            })
        }
    )
}

fn to_integer(cast: &Cast<'_>, physical: PhysicalType) -> Result<Array> {
    match cast.array {
        Array::Float32(_) | Array::Float64(_) => {
            let wide = to_f64(cast.array);
            let values = wide.values();
            cast.integer(physical, |row| truncated(values[row]))
        }
        Array::UInt64(array) => {
            let values = array.values();
            cast.integer(physical, |row| Some(values[row].into()))
        }
        other => {
            // All others fit 64 bits with a sign, and mostly that is all that is asked for.
            let wide = to_i64(other);
            if physical == PhysicalType::Int64 {
                return Ok(wide.into());
            }
            let values = wide.values();
            cast.integer_of_i64(physical, |row| Some(values[row]))
        }
    }
}

/// Integers and booleans in 64 bits with a sign; what needs all 64 without one keeps its bits.
#[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
pub(super) fn to_i64(array: &Array) -> PrimitiveArray<i64> {
    dispatch_integer!(
        array,
        |array| unary(array, |value| value as i64),
        else match array {
            Array::Boolean(array) => {
                let values: Vec<i64> = array.values().iter().map(i64::from).collect();
                PrimitiveArray::new(values.into(), array.validity().cloned())
            }
            _ => unreachable!("integers and booleans only"),
        }
    )
}

/// A float without its digits after the point; `None` if it is no number or needs more than 64 bits and a sign.
pub(super) fn truncated(value: f64) -> Option<i128> {
    const LIMIT: f64 = 18_446_744_073_709_551_616.0; // 2^64
    (value.abs() < LIMIT).then_some(value as i128)
}

/// The values of an integer array in 64 bits and a sign; `None` for other arrays.
pub(super) fn integers(array: &Array) -> Option<Cow<'_, [i128]>> {
    dispatch_wide_integer!(
        &*widened(array),
        |array| Some(Cow::Owned(array.values().iter().map(|&value| i128::from(value)).collect())),
        else match array {
            Array::Int128(array) => Some(Cow::Borrowed(array.values())),
            _ => None,
        }
    )
}
