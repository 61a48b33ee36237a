//! Structs: one array a field, side by side.

use std::sync::Arc;

use crate::{Array, Bitmap, buffer_validity};

/// Arrays of equal length, one a field, with a validity of their own: a null struct is not a struct of nulls.
#[derive(Debug, Clone)]
pub struct StructArray {
    length: usize,
    fields: Arc<[Array]>,
    validity: Option<Bitmap>,
}

impl StructArray {
    /// Structs of `length` rows.
    ///
    /// Panics if a field or the validity has another length.
    pub fn new(length: usize, fields: Vec<Array>, validity: Option<Bitmap>) -> Self {
        assert!(fields.iter().all(|field| field.len() == length), "fields of different length");
        Self { length, fields: fields.into(), validity: buffer_validity(validity, length) }
    }

    /// One array a field.
    pub fn fields(&self) -> &[Array] {
        &self.fields
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert!(offset + length <= self.length, "slice {offset}+{length} of {}", self.length);
        Self {
            length,
            fields: self.fields.iter().map(|field| field.sliced(offset, length)).collect(),
            validity: buffer_validity(
                self.validity.as_ref().map(|validity| validity.sliced(offset, length)),
                length,
            ),
        }
    }

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        self.fields.iter().map(Array::memory_bytes).sum::<usize>()
            + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

impl PartialEq for StructArray {
    fn eq(&self, other: &Self) -> bool {
        let valid =
            |array: &Self, row: usize| array.validity.as_ref().is_none_or(|validity| validity.get(row));
        self.length == other.length
            && self.fields.len() == other.fields.len()
            && (0..self.length).all(|row| match (valid(self, row), valid(other, row)) {
                (true, true) => self
                    .fields
                    .iter()
                    .zip(other.fields.iter())
                    .all(|(left, right)| left.sliced(row, 1) == right.sliced(row, 1)),
                (left, right) => left == right,
            })
    }
}

impl From<StructArray> for Array {
    fn from(array: StructArray) -> Self {
        Self::Struct(array)
    }
}
