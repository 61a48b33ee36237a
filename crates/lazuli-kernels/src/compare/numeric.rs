//! Comparison of numbers: one loop for equal types, exact comparison by worth for different ones.

use std::cmp::Ordering;

use lazuli_array::{Array, Bitmap, DataType, Native, PrimitiveArray, Scalar, dispatch_wide};

use super::{Relation, relate_sides};
use crate::arity;
use crate::datum::{Constant, Datum, Side};
use crate::wide::wide_value;
use crate::{KernelError, Result};

/// Numbers of any two types, except decimals against floats.
pub(super) fn relate(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Result<Bitmap> {
    let (left_scale, right_scale) = (scale_of(left.data_type()), scale_of(right.data_type()));
    if left_scale.is_some() || right_scale.is_some() {
        return relate_decimals(
            relation,
            left,
            right,
            left_scale.unwrap_or_default(),
            right_scale.unwrap_or_default(),
        );
    }
    if left.array().physical() == right.array().physical() {
        return relate_equal_types(relation, left, right);
    }
    // A constant that the column's own type can hold makes this a comparison of equal types: the common case, as in
    // `float_column > 1000`.
    if let Some(constant) = constant_as(right, left.data_type()) {
        return relate_equal_types(relation, left, Datum::Constant(&constant));
    }
    if let Some(constant) = constant_as(left, right.data_type()) {
        return relate_equal_types(relation, Datum::Constant(&constant), right);
    }
    Ok(relate_widened(relation, &widen(left)?, &widen(right)?))
}

fn relate_equal_types(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Result<Bitmap> {
    fn same<T: Native>(
        _: &PrimitiveArray<T>,
        relation: Relation,
        left: Datum<'_>,
        right: Datum<'_>,
    ) -> Result<Bitmap> {
        relate_same::<T>(relation, left, right)
    }
    dispatch_wide!(left.array(), |array| same(array, relation, left, right), else match left.array() {
        Array::UInt32(array) => same(array, relation, left, right),
        Array::Float32(array) => same(array, relation, left, right),
        _ => match (wide_value(left), wide_value(right)) {
            (Some(left), Some(right)) => relate_equal_types(relation, left.as_datum(), right.as_datum()),
            _ => Err(KernelError::unsupported("comparison", [left.data_type(), right.data_type()])),
        }
    })
}

/// Both sides are of width `T`.
pub(super) fn relate_same<T: Native>(
    relation: Relation,
    left: Datum<'_>,
    right: Datum<'_>,
) -> Result<Bitmap> {
    match (left.side::<T>(), right.side::<T>()) {
        (Some(left), Some(right)) => Ok(relate_sides(relation, left, right)),
        _ => Err(KernelError::unsupported("comparison", [left.data_type(), right.data_type()])),
    }
}

/// A constant as a constant of another number type, if that one can hold it exactly.
fn constant_as(datum: Datum<'_>, data_type: &DataType) -> Option<Constant> {
    fn integer(value: i128, data_type: &DataType) -> Option<Scalar> {
        Some(match data_type {
            DataType::Int8 => Scalar::Int8(value.try_into().ok()?),
            DataType::Int16 => Scalar::Int16(value.try_into().ok()?),
            DataType::Int32 => Scalar::Int32(value.try_into().ok()?),
            DataType::Int64 => Scalar::Int64(value.try_into().ok()?),
            DataType::UInt8 => Scalar::UInt8(value.try_into().ok()?),
            DataType::UInt16 => Scalar::UInt16(value.try_into().ok()?),
            DataType::UInt32 => Scalar::UInt32(value.try_into().ok()?),
            DataType::UInt64 => Scalar::UInt64(value.try_into().ok()?),
            DataType::Float32 if (value as f32) as i128 == value => Scalar::Float32(value as f32),
            DataType::Float64 if (value as f64) as i128 == value => Scalar::Float64(value as f64),
            _ => return None,
        })
    }
    if !datum.is_constant() {
        return None;
    }
    let float = |value: f64| match data_type {
        DataType::Float64 => Some(Scalar::Float64(value)),
        DataType::Float32 if value.is_nan() || f64::from(value as f32) == value => {
            Some(Scalar::Float32(value as f32))
        }
        DataType::Float32 => None,
        // Whole and far from the ends of i128; the cast back then shows whether it is exact.
        integer_type if value.abs() < 1e30 && value.trunc() == value => integer(value as i128, integer_type),
        _ => None,
    };
    let value = match datum.get(0) {
        Scalar::Int8(value) => integer(value.into(), data_type),
        Scalar::Int16(value) => integer(value.into(), data_type),
        Scalar::Int32(value) => integer(value.into(), data_type),
        Scalar::Int64(value) => integer(value.into(), data_type),
        Scalar::UInt8(value) => integer(value.into(), data_type),
        Scalar::UInt16(value) => integer(value.into(), data_type),
        Scalar::UInt32(value) => integer(value.into(), data_type),
        Scalar::UInt64(value) => integer(value.into(), data_type),
        Scalar::Float32(value) => float(value.into()),
        Scalar::Float64(value) => float(value),
        _ => None,
    }?;
    Some(Constant::from_scalar(&value))
}

/// An operand in the widest type of its kind, without loss: three kinds instead of ten.
enum Widened {
    Signed(Vec<i64>, bool),
    Unsigned(Vec<u64>, bool),
    Float(Vec<f64>, bool),
}

/// Widens an operand. Copies a column: different types meet here only when the caller did not cast, and a column of
/// integers against one of floats has no common type to cast to.
fn widen(datum: Datum<'_>) -> Result<Widened> {
    fn all<T: Native, W>(array: &PrimitiveArray<T>, widen: impl Fn(T) -> W) -> Vec<W> {
        array.values().iter().map(|&value| widen(value)).collect()
    }
    let constant = datum.is_constant();
    Ok(match datum.array() {
        Array::Int8(array) => Widened::Signed(all(array, i64::from), constant),
        Array::Int16(array) => Widened::Signed(all(array, i64::from), constant),
        Array::Int32(array) => Widened::Signed(all(array, i64::from), constant),
        Array::Int64(array) => Widened::Signed(all(array, |value| value), constant),
        Array::UInt8(array) => Widened::Signed(all(array, i64::from), constant),
        Array::UInt16(array) => Widened::Signed(all(array, i64::from), constant),
        Array::UInt32(array) => Widened::Signed(all(array, i64::from), constant),
        Array::UInt64(array) => Widened::Unsigned(all(array, |value| value), constant),
        Array::Float32(array) => Widened::Float(all(array, f64::from), constant),
        Array::Float64(array) => Widened::Float(all(array, |value| value), constant),
        _ => return Err(KernelError::unsupported("comparison", [datum.data_type()])),
    })
}

fn relate_widened(relation: Relation, left: &Widened, right: &Widened) -> Bitmap {
    use Widened::{Float, Signed, Unsigned};
    match (left, right) {
        (Signed(l, lc), Signed(r, rc)) => relate_sides(relation, side_of(l, *lc), side_of(r, *rc)),
        (Unsigned(l, lc), Unsigned(r, rc)) => relate_sides(relation, side_of(l, *lc), side_of(r, *rc)),
        (Float(l, lc), Float(r, rc)) => relate_sides(relation, side_of(l, *lc), side_of(r, *rc)),
        _ => relate_mixed(relation.order(), left, right),
    }
}

fn side_of<T: Copy>(values: &[T], constant: bool) -> Side<'_, T> {
    if constant { Side::Constant(values[0]) } else { Side::Rows(values) }
}

/// Two operands of different kinds.
fn relate_mixed(wanted: Ordering, left: &Widened, right: &Widened) -> Bitmap {
    use Widened::{Float, Signed, Unsigned};
    match (left, right) {
        (Signed(l, lc), Unsigned(r, rc)) => {
            by_order(wanted, side_of(l, *lc), side_of(r, *rc), |l, r| i128::from(l).cmp(&i128::from(r)))
        }
        (Signed(l, lc), Float(r, rc)) => {
            by_order(wanted, side_of(l, *lc), side_of(r, *rc), |l, r| integer_to_float(l.into(), r))
        }
        (Unsigned(l, lc), Float(r, rc)) => {
            by_order(wanted, side_of(l, *lc), side_of(r, *rc), |l, r| integer_to_float(l.into(), r))
        }
        (Unsigned(..), Signed(..)) | (Float(..), Signed(..) | Unsigned(..)) => {
            relate_mixed(wanted.reverse(), right, left)
        }
        (Signed(..), Signed(..)) | (Unsigned(..), Unsigned(..)) | (Float(..), Float(..)) => {
            unreachable!("equal kinds have a loop of their own")
        }
    }
}

/// Whether two values stand in an order to each other, by a function that takes long.
fn by_order<L: Copy, R: Copy>(
    wanted: Ordering,
    left: Side<'_, L>,
    right: Side<'_, R>,
    order: impl Fn(L, R) -> Ordering,
) -> Bitmap {
    arity::predicate_slow(left, right, |left, right| order(left, right) == wanted)
}

/// The exact order of an integer of at most 64 bits and a float.
#[inline]
fn integer_to_float(integer: i128, float: f64) -> Ordering {
    if float.is_nan() {
        return Ordering::Less;
    }
    // `as` saturates, and both ends of i128 are far beyond 64 bits, so infinities fall into place.
    let whole = float.trunc();
    integer.cmp(&(whole as i128)).then_with(|| {
        // Equal whole parts: the fraction decides, and it has the sign of the float.
        if float > whole {
            Ordering::Less
        } else if float < whole {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    })
}

fn scale_of(data_type: &DataType) -> Option<u8> {
    match data_type {
        DataType::Decimal { scale, .. } => Some(*scale),
        _ => None,
    }
}

/// Decimals of any scales, and integers, which are decimals of scale 0.
fn relate_decimals(
    relation: Relation,
    left: Datum<'_>,
    right: Datum<'_>,
    left_scale: u8,
    right_scale: u8,
) -> Result<Bitmap> {
    let (left, right) = (digits_of(left)?, digits_of(right)?);
    let (left_side, right_side) = (left.side(), right.side());
    let wanted = relation.order();
    let scaled = |up: u8, wanted, value, other| {
        let factor = 10i128.pow(u32::from(up));
        by_order(wanted, value, other, |value, other| scaled_order(value, factor, other))
    };
    Ok(match left_scale.cmp(&right_scale) {
        Ordering::Equal => relate_sides(relation, left_side, right_side),
        Ordering::Less => scaled(right_scale - left_scale, wanted, left_side, right_side),
        Ordering::Greater => scaled(left_scale - right_scale, wanted.reverse(), right_side, left_side),
    })
}

/// The order of `value * factor` and `other`. A product beyond 128 bits is beyond every other value on its side of 0.
#[inline]
fn scaled_order(value: i128, factor: i128, other: i128) -> Ordering {
    match value.checked_mul(factor) {
        Some(scaled) => scaled.cmp(&other),
        None if value > 0 => Ordering::Greater,
        None => Ordering::Less,
    }
}

/// The digits of a decimal operand, or the widened values of an integer one.
enum Digits<'a> {
    Own(Side<'a, i128>),
    Widened(Vec<i128>, bool),
}

impl Digits<'_> {
    fn side(&self) -> Side<'_, i128> {
        match self {
            Self::Own(Side::Rows(rows)) => Side::Rows(rows),
            Self::Own(Side::Constant(value)) => Side::Constant(*value),
            Self::Widened(values, true) => Side::Constant(values[0]),
            Self::Widened(values, false) => Side::Rows(values),
        }
    }
}

fn digits_of(datum: Datum<'_>) -> Result<Digits<'_>> {
    if let Some(side) = datum.side::<i128>() {
        return Ok(Digits::Own(side));
    }
    Ok(match widen(datum)? {
        Widened::Signed(values, constant) => {
            Digits::Widened(values.into_iter().map(i128::from).collect(), constant)
        }
        Widened::Unsigned(values, constant) => {
            Digits::Widened(values.into_iter().map(i128::from).collect(), constant)
        }
        Widened::Float(..) => return Err(KernelError::unsupported("comparison", [datum.data_type()])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly() {
        let cases = [
            (1 << 53, 9_007_199_254_740_992.0, Ordering::Equal),
            ((1 << 53) + 1, 9_007_199_254_740_992.0, Ordering::Greater),
            (i128::from(i64::MAX), 9_223_372_036_854_775_808.0, Ordering::Less),
            (i128::from(u64::MAX), 1.844_674_407_370_955_2e19, Ordering::Less),
            (i128::from(i64::MIN), -9_223_372_036_854_775_808.0, Ordering::Equal),
            (0, -0.0, Ordering::Equal),
            (0, 1e-300, Ordering::Less),
            (0, -1e-300, Ordering::Greater),
            (-2, -2.5, Ordering::Greater),
            (2, 2.5, Ordering::Less),
            (0, f64::NAN, Ordering::Less),
            (0, f64::INFINITY, Ordering::Less),
            (0, f64::NEG_INFINITY, Ordering::Greater),
        ];
        for (integer, float, expected) in cases {
            assert_eq!(integer_to_float(integer, float), expected, "{integer} against {float}");
        }
    }

    #[test]
    fn scaling_beyond_128_bits_still_orders() {
        assert_eq!(scaled_order(i128::MAX / 5, 10, i128::MAX), Ordering::Greater);
        assert_eq!(scaled_order(i128::MIN / 5, 10, i128::MIN), Ordering::Less);
        assert_eq!(scaled_order(15, 100, 1500), Ordering::Equal);
    }
}
