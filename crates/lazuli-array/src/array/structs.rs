//! Structs: one array a field, side by side.

use std::sync::Arc;

use crate::buffer::assert_slice;
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
        assert_slice(offset, length, self.length);
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
        if self.length != other.length || self.fields.len() != other.fields.len() {
            return false;
        }
        let same_rows = |start: usize, length: usize| {
            let fields = self.fields.iter().zip(other.fields.iter());
            fields.into_iter().all(|(left, right)| left.sliced(start, length) == right.sliced(start, length))
        };
        match (&self.validity, &other.validity) {
            (None, None) => same_rows(0, self.length),
            (Some(left), Some(right)) => {
                left == right && valid_runs(left).all(|(start, length)| same_rows(start, length))
            }
            _ => false, // a validity is there only if there is a null
        }
    }
}

/// Runs of set bits, as start and length: what fields hold under a null struct does not count.
fn valid_runs(validity: &Bitmap) -> impl Iterator<Item = (usize, usize)> {
    let mut row = 0;
    std::iter::from_fn(move || {
        let start = (row..validity.len()).find(|&row| validity.get(row))?;
        let end = (start..validity.len()).find(|&row| !validity.get(row)).unwrap_or(validity.len());
        row = end;
        Some((start, end - start))
    })
}

impl From<StructArray> for Array {
    fn from(array: StructArray) -> Self {
        Self::Struct(array)
    }
}
