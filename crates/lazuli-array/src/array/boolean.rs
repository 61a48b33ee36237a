//! Booleans as bits.

use crate::{Array, Bitmap, BitmapBuilder, buffer_validity};

/// Bits with validity.
#[derive(Debug, Clone)]
pub struct BooleanArray {
    values: Bitmap,
    validity: Option<Bitmap>,
}

impl BooleanArray {
    /// Bits and which of them count. A validity without unset bits is dropped.
    ///
    /// Panics if the lengths differ.
    pub fn new(values: Bitmap, validity: Option<Bitmap>) -> Self {
        let validity = buffer_validity(validity, values.len());
        Self { values, validity }
    }

    /// The bits; those of null rows mean nothing.
    pub fn values(&self) -> &Bitmap {
        &self.values
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a row. Panics out of bounds.
    pub fn get(&self, row: usize) -> Option<bool> {
        let value = self.values.get(row);
        self.validity.as_ref().is_none_or(|validity| validity.get(row)).then_some(value)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<bool>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The rows that are true: values that are set and valid.
    pub fn true_mask(&self) -> Bitmap {
        match &self.validity {
            None => self.values.clone(),
            Some(validity) => self.values.and(validity),
        }
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
        self.values.memory_bytes() + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

impl FromIterator<Option<bool>> for BooleanArray {
    fn from_iter<I: IntoIterator<Item = Option<bool>>>(iter: I) -> Self {
        let (mut values, mut validity) = (BitmapBuilder::default(), BitmapBuilder::default());
        for value in iter {
            values.push(value.unwrap_or(false));
            validity.push(value.is_some());
        }
        Self::new(values.finish(), validity.finish_validity())
    }
}

impl From<BooleanArray> for Array {
    fn from(array: BooleanArray) -> Self {
        Self::Boolean(array)
    }
}
