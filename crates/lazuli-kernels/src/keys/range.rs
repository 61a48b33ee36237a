//! The range of a column's integers: one pass, by vector instructions where there are no nulls.

use lazuli_array::{Array, Bitmap, Native, PhysicalType, PrimitiveArray};

use crate::level::{Level, by_level};
use crate::wide::widened;

/// An integer of any width.
pub(crate) trait Integer: Native + Ord {
    /// The value, exactly.
    fn wide(self) -> i128;

    /// The low 64 bits of the value, its sign carried on.
    fn low_bits(self) -> u64;

    /// The value that lies so far above a base. It is one of the type.
    fn from_code(base: i128, code: u64) -> Self;
}

macro_rules! integer {
    ($($type:ty),+) => {$(
        #[allow(clippy::unnecessary_cast, clippy::cast_lossless, reason = "one body for all widths")]
        impl Integer for $type {
            #[inline(always)]
            fn wide(self) -> i128 {
                self as i128
            }

            #[inline(always)]
            fn low_bits(self) -> u64 {
                self as i64 as u64
            }

            #[inline(always)]
            fn from_code(base: i128, code: u64) -> Self {
                (base as Self).wrapping_add(code as Self)
            }
        }
    )+};
}
integer!(i8, i16, i32, i64, u8, u16, u32, u64, i128);

/// The least and the greatest value of an integer type.
pub(crate) fn range_of_type(physical: PhysicalType) -> (i128, i128) {
    match physical {
        PhysicalType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        PhysicalType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        PhysicalType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        PhysicalType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        PhysicalType::UInt8 => (0, u8::MAX.into()),
        PhysicalType::UInt16 => (0, u16::MAX.into()),
        PhysicalType::UInt32 => (0, u32::MAX.into()),
        PhysicalType::UInt64 => (0, u64::MAX.into()),
        _ => (i128::MIN, i128::MAX),
    }
}

/// The least and the greatest integer of an array, nulls apart; `None` if there is none.
pub(crate) fn range_of_values(array: &Array) -> Option<(i128, i128)> {
    match array {
        Array::Int32(array) => range_of(array),
        Array::Int64(array) => range_of(array),
        Array::UInt32(array) => range_of(array),
        Array::UInt64(array) => range_of(array),
        Array::Int128(array) => range_of(array),
        small => match &*widened(small) {
            Array::Int32(array) => range_of(array),
            _ => None,
        },
    }
}

fn range_of<T: Integer>(array: &PrimitiveArray<T>) -> Option<(i128, i128)> {
    let values = array.values();
    let range = match array.validity() {
        None => (!values.is_empty()).then(|| range(Level::best(), values)),
        Some(validity) => range_of_valid(values, validity),
    };
    range.map(|(min, max)| (min.wide(), max.wide()))
}

fn range_of_valid<T: Integer>(values: &[T], validity: &Bitmap) -> Option<(T, T)> {
    let mut rows = validity.ones();
    let first = values[rows.next()?];
    let (mut min, mut max) = (first, first);
    for row in rows {
        min = min.min(values[row]);
        max = max.max(values[row]);
    }
    Some((min, max))
}

by_level! {
    /// The least and the greatest of some values, at least one.
    fn range<T: Integer>(values: &[T]) -> (T, T) = range_body;
}

#[inline(always)]
fn range_body<T: Integer>(values: &[T]) -> (T, T) {
    let first = values[0];
    let (mut min, mut max) = (first, first);
    for &value in values {
        min = min.min(value);
        max = max.max(value);
    }
    (min, max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies::any_column;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_match_a_plain_loop(values in prop::collection::vec(any::<i32>(), 1..200)) {
            let expected = (*values.iter().min().expect("one value"), *values.iter().max().expect("one value"));
            for level in Level::available() {
                prop_assert_eq!(range(level, &values), expected);
            }
        }

        #[test]
        fn nulls_do_not_count(column in any_column(0..100)) {
            let Some((min, max)) = range_of_values(column.array()) else { return Ok(()) };
            let mut found = (i128::MAX, i128::MIN);
            lazuli_array::dispatch_integer!(column.array(), |array| {
                for value in array.iter().flatten() {
                    found = (found.0.min(value.wide()), found.1.max(value.wide()));
                }
            }, else found = (min, max));
            prop_assert_eq!((min, max), found);
        }
    }
}
