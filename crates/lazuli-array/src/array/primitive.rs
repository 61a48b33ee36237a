//! Fixed-width values: integers and floats.

use std::fmt::Debug;

use crate::{Array, Bitmap, BitmapBuilder, Buffer, PhysicalType, buffer_validity};

mod sealed {
    pub trait Sealed {}
}

/// A fixed-width value that arrays hold: `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `i128`.
///
/// Sealed: kernels may rely on the list.
pub trait Native: sealed::Sealed + Copy + Default + Debug + PartialOrd + Send + Sync + 'static {
    /// The physical type of arrays of these values.
    const PHYSICAL: PhysicalType;

    /// The integer of this size, for loops that only move values about: one loop for all types of a width.
    type Bits: Native;

    /// Equality as frames see it: NaN equals NaN, -0.0 equals 0.0.
    fn same(self, other: Self) -> bool;

    /// Order as frames see it: NaN equals NaN and is above all else, -0.0 equals 0.0.
    fn total_cmp(self, other: Self) -> std::cmp::Ordering;

    #[doc(hidden)]
    fn wrap(array: PrimitiveArray<Self>) -> Array;

    #[doc(hidden)]
    fn unwrap(array: &Array) -> Option<&PrimitiveArray<Self>>;
}

/// Fixed-width values with validity.
#[derive(Debug, Clone)]
pub struct PrimitiveArray<T: Native> {
    values: Buffer<T>,
    validity: Option<Bitmap>,
}

impl<T: Native> PrimitiveArray<T> {
    /// Values and which of them count. A validity without unset bits is dropped.
    ///
    /// Panics if the lengths differ.
    pub fn new(values: Buffer<T>, validity: Option<Bitmap>) -> Self {
        let validity = buffer_validity(validity, values.len());
        Self { values, validity }
    }

    /// Values without nulls.
    pub fn from_vec(values: Vec<T>) -> Self {
        Self { values: values.into(), validity: None }
    }

    /// The values; those of null rows are unspecified, but initialised.
    #[inline]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The shared buffer behind the values.
    pub fn buffer(&self) -> &Buffer<T> {
        &self.values
    }

    /// Which rows hold a value; `None` when all do.
    #[inline]
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// The parts: values and validity.
    pub fn into_parts(self) -> (Buffer<T>, Option<Bitmap>) {
        (self.values, self.validity)
    }

    /// Number of rows.
    #[inline]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a row. Panics out of bounds.
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        let value = self.values[row];
        self.validity.as_ref().is_none_or(|validity| validity.get(row)).then_some(value)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<T>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The same values with another validity. Panics if the lengths differ.
    pub fn with_validity(&self, validity: Option<Bitmap>) -> Self {
        Self::new(self.values.clone(), validity)
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        Self::new(
            self.values.sliced(offset, length),
            self.validity.as_ref().map(|validity| validity.sliced(offset, length)),
        )
    }

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        std::mem::size_of_val(self.values()) + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

impl<T: Native> PartialEq for PrimitiveArray<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().zip(other.iter()).all(|pair| match pair {
                (Some(left), Some(right)) => left.same(right),
                (None, None) => true,
                _ => false,
            })
    }
}

impl<T: Native> FromIterator<Option<T>> for PrimitiveArray<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(iter: I) -> Self {
        let mut validity = BitmapBuilder::default();
        let values: Vec<T> = iter
            .into_iter()
            .map(|value| {
                validity.push(value.is_some());
                value.unwrap_or_default()
            })
            .collect();
        Self::new(values.into(), validity.finish_validity())
    }
}

impl<T: Native> From<Vec<T>> for PrimitiveArray<T> {
    fn from(values: Vec<T>) -> Self {
        Self::from_vec(values)
    }
}

impl<T: Native> From<PrimitiveArray<T>> for Array {
    fn from(array: PrimitiveArray<T>) -> Self {
        T::wrap(array)
    }
}

macro_rules! native {
    ($type:ty, $variant:ident, $bits:ty, $same:expr, $cmp:expr) => {
        impl sealed::Sealed for $type {}
        impl Native for $type {
            const PHYSICAL: PhysicalType = PhysicalType::$variant;
            type Bits = $bits;

            #[inline]
            fn same(self, other: Self) -> bool {
                let same: fn($type, $type) -> bool = $same;
                same(self, other)
            }

            #[inline]
            fn total_cmp(self, other: Self) -> std::cmp::Ordering {
                let compare: fn($type, $type) -> std::cmp::Ordering = $cmp;
                compare(self, other)
            }

            fn wrap(array: PrimitiveArray<Self>) -> Array {
                Array::$variant(array)
            }

            fn unwrap(array: &Array) -> Option<&PrimitiveArray<Self>> {
                match array {
                    Array::$variant(array) => Some(array),
                    _ => None,
                }
            }
        }
    };
}

macro_rules! native_integer {
    ($type:ty, $variant:ident, $bits:ty) => {
        native!($type, $variant, $bits, |left, right| left == right, |left, right| left.cmp(&right));
    };
}

macro_rules! native_float {
    ($type:ty, $variant:ident, $bits:ty) => {
        native!(
            $type,
            $variant,
            $bits,
            |left, right| left == right || (left.is_nan() && right.is_nan()),
            |left, right| left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
        );
    };
}

native_integer!(i8, Int8, u8);
native_integer!(i16, Int16, u16);
native_integer!(i32, Int32, u32);
native_integer!(i64, Int64, u64);
native_integer!(u8, UInt8, u8);
native_integer!(u16, UInt16, u16);
native_integer!(u32, UInt32, u32);
native_integer!(u64, UInt64, u64);
native_integer!(i128, Int128, i128);
native_float!(f32, Float32, u32);
native_float!(f64, Float64, u64);
