//! Order and equality of values.

use std::cmp::Ordering;

use lazuli_array::{DataType, Scalar};

/// A number in the widest form of its kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
    /// Digits and scale.
    Decimal(i128, u8),
}

/// The number that a value is; booleans and times are none.
pub(super) fn number(value: &Scalar) -> Option<Number> {
    Some(match value {
        Scalar::Float32(value) => Number::Float((*value).into()),
        Scalar::Float64(value) => Number::Float(*value),
        Scalar::Decimal { value, scale, .. } => Number::Decimal(*value, *scale),
        _ => Number::Integer(integer(value)?),
    })
}

/// The integer that a value is; booleans and times are none.
pub(super) fn integer(value: &Scalar) -> Option<i128> {
    Some(match value {
        Scalar::Int8(value) => (*value).into(),
        Scalar::Int16(value) => (*value).into(),
        Scalar::Int32(value) => (*value).into(),
        Scalar::Int64(value) => (*value).into(),
        Scalar::UInt8(value) => (*value).into(),
        Scalar::UInt16(value) => (*value).into(),
        Scalar::UInt32(value) => (*value).into(),
        Scalar::UInt64(value) => (*value).into(),
        _ => return None,
    })
}

/// The ticks that a date or time is, in its own unit.
pub(super) fn ticks(value: &Scalar) -> Option<i128> {
    Some(match value {
        Scalar::Date(days) => (*days).into(),
        Scalar::Datetime(ticks, ..) | Scalar::Duration(ticks, _) | Scalar::Time(ticks) => (*ticks).into(),
        _ => return None,
    })
}

/// Whether two values, none of them null, are equal: numbers by value across types, NaN equals NaN, 0.0 equals -0.0.
pub(super) fn equal(left: &Scalar, right: &Scalar) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => compare_numbers(left, right) == Ordering::Equal,
        _ => left == right,
    }
}

/// The order of two values, none of them null; `data_type` tells the order of an Enum's texts.
pub(super) fn compare(left: &Scalar, right: &Scalar, data_type: &DataType) -> Ordering {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return compare_numbers(left, right);
    }
    if let (Some(left), Some(right)) = (ticks(left), ticks(right)) {
        return left.cmp(&right);
    }
    match (left, right, data_type) {
        (Scalar::String(left), Scalar::String(right), DataType::Enum(categories)) => {
            categories.position(left).cmp(&categories.position(right))
        }
        (Scalar::String(left), Scalar::String(right), _) => left.as_bytes().cmp(right.as_bytes()),
        (Scalar::Binary(left), Scalar::Binary(right), _) => left.cmp(right),
        (Scalar::Boolean(left), Scalar::Boolean(right), _) => left.cmp(right),
        // Item by item, null above all items; then the shorter one first.
        (Scalar::List(left), Scalar::List(right), DataType::List(item)) => {
            let items = (0..left.len().min(right.len())).map(|row| (left.get(row), right.get(row)));
            items
                .map(|(left, right)| match (left.is_null(), right.is_null()) {
                    (false, false) => compare(&left, &right, item),
                    (left, right) => left.cmp(&right),
                })
                .find(|order| order.is_ne())
                .unwrap_or(left.len().cmp(&right.len()))
        }
        _ => panic!("no order between {left:?} and {right:?}"),
    }
}

fn compare_numbers(left: Number, right: Number) -> Ordering {
    use Number::{Decimal, Float, Integer};
    match (left, right) {
        (Integer(left), Integer(right)) => left.cmp(&right),
        (Float(left), Float(right)) => compare_floats(left, right),
        (Integer(left), Float(right)) => compare_integer_float(left, right),
        (Float(left), Integer(right)) => compare_integer_float(right, left).reverse(),
        (Decimal(left, scale), Decimal(right, other)) if scale == other => left.cmp(&right),
        _ => panic!("resolving brings {left:?} and {right:?} to one type"),
    }
}

/// NaN is the largest number and equals itself.
pub(super) fn compare_floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// Exact: the float's integral part has a value as an integer wherever it lies in the range of 64 bits.
fn compare_integer_float(left: i128, right: f64) -> Ordering {
    if right.is_nan() || right >= 1e30 {
        return Ordering::Less;
    }
    if right <= -1e30 {
        return Ordering::Greater;
    }
    let floor = right.floor();
    left.cmp(&(floor as i128)).then(if right > floor { Ordering::Less } else { Ordering::Equal })
}
