//! Lists: `i64` offsets into another array.

use std::sync::Arc;

use crate::array::string::check_offsets;
use crate::buffer::assert_slice;
use crate::{Array, Bitmap, Buffer, Result, buffer_validity};

/// Lists with validity. Row `i` is the values from `offsets[i]` to `offsets[i + 1]`.
#[derive(Debug, Clone)]
pub struct ListArray {
    offsets: Buffer<i64>,
    values: Arc<Array>,
    validity: Option<Bitmap>,
}

impl ListArray {
    /// Lists from their parts, checked.
    ///
    /// # Errors
    /// [`crate::ArrayError::InvalidOffsets`].
    pub fn try_new(offsets: Buffer<i64>, values: Array, validity: Option<Bitmap>) -> Result<Self> {
        check_offsets(&offsets, values.len())?;
        let validity = buffer_validity(validity, offsets.len() - 1);
        Ok(Self { offsets, values: Arc::new(values), validity })
    }

    /// As [`ListArray::try_new`], for parts made here. Panics if they do not fit.
    pub fn new(offsets: Buffer<i64>, values: Array, validity: Option<Bitmap>) -> Self {
        Self::try_new(offsets, values, validity).expect("the caller made offsets for these values")
    }

    /// One offset more than rows; the first need not be 0.
    pub fn offsets(&self) -> &[i64] {
        &self.offsets
    }

    /// The values that offsets point into; slices see the whole of them.
    pub fn values(&self) -> &Array {
        &self.values
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The list of a row. Panics out of bounds.
    pub fn get(&self, row: usize) -> Option<Array> {
        let (start, end) = (self.offsets[row] as usize, self.offsets[row + 1] as usize);
        self.validity
            .as_ref()
            .is_none_or(|validity| validity.get(row))
            .then(|| self.values.sliced(start, end - start))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<Array>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.len());
        Self {
            offsets: self.offsets.sliced(offset, length + 1),
            values: self.values.clone(),
            validity: buffer_validity(
                self.validity.as_ref().map(|validity| validity.sliced(offset, length)),
                length,
            ),
        }
    }

    /// Bytes of memory that the rows refer to: of a slice, those of its own items.
    pub fn memory_bytes(&self) -> usize {
        let (start, end) = (self.offsets[0] as usize, self.offsets[self.len()] as usize);
        self.offsets.len() * 8
            + self.values.sliced(start, end - start).memory_bytes()
            + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

impl From<ListArray> for Array {
    fn from(array: ListArray) -> Self {
        Self::List(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PrimitiveArray;

    /// What holds many slices of one array adds up their bytes: were each to count all items, a query over a column in
    /// pieces would look as if it took as many times its memory as there are pieces.
    #[test]
    fn slices_count_their_own_items() {
        let offsets: Vec<i64> = (0..=100).map(|row| 10 * row).collect();
        let list = ListArray::new(offsets.into(), PrimitiveArray::from_vec(vec![0i64; 1000]).into(), None);
        assert_eq!(list.memory_bytes(), 8 * 101 + 8 * 1000);
        let pieces: usize = (0..10).map(|piece| list.sliced(10 * piece, 10).memory_bytes()).sum();
        assert_eq!(pieces, 10 * 8 * 11 + 8 * 1000);
        assert_eq!(list.sliced(5, 0).memory_bytes(), 8);
    }
}
