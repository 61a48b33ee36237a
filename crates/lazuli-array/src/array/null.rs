//! Nothing but nulls: a length.

use crate::buffer::assert_slice;
use crate::{Array, Bitmap};

/// `len` nulls without values.
#[derive(Debug, Clone, PartialEq)]
pub struct NullArray {
    length: usize,
}

impl NullArray {
    /// `length` nulls.
    pub fn new(length: usize) -> Self {
        Self { length }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Always `None`: there is no map to borrow; every row is null all the same.
    pub fn validity(&self) -> Option<&Bitmap> {
        None
    }

    /// The `length` rows from `offset` on. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.length);
        Self { length }
    }

    /// Bytes of memory: none.
    pub fn memory_bytes(&self) -> usize {
        0
    }
}

impl From<NullArray> for Array {
    fn from(array: NullArray) -> Self {
        Self::Null(array)
    }
}
