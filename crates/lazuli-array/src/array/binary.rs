//! Byte strings: `i64` offsets into bytes.

use crate::array::string::check_offsets;
use crate::buffer::assert_slice;
use crate::{Array, Bitmap, Buffer, Result, buffer_validity};

/// Byte strings with validity. Row `i` is the bytes from `offsets[i]` to `offsets[i + 1]`.
#[derive(Debug, Clone)]
pub struct BinaryArray {
    offsets: Buffer<i64>,
    bytes: Buffer<u8>,
    validity: Option<Bitmap>,
}

impl BinaryArray {
    /// Byte strings from their parts, checked.
    ///
    /// Panics if validity has another length.
    ///
    /// # Errors
    /// [`crate::ArrayError::InvalidOffsets`].
    pub fn try_new(offsets: Buffer<i64>, bytes: Buffer<u8>, validity: Option<Bitmap>) -> Result<Self> {
        check_offsets(&offsets, bytes.len())?;
        let validity = buffer_validity(validity, offsets.len() - 1);
        Ok(Self { offsets, bytes, validity })
    }

    /// `length` nulls.
    pub fn new_null(length: usize) -> Self {
        Self {
            offsets: vec![0; length + 1].into(),
            bytes: Buffer::default(),
            validity: (length > 0).then(|| Bitmap::filled(false, length)),
        }
    }

    /// One offset more than rows; the first need not be 0.
    pub fn offsets(&self) -> &[i64] {
        &self.offsets
    }

    /// The bytes that offsets point into; slices see the whole of them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The parts: offsets, bytes, validity.
    pub fn into_parts(self) -> (Buffer<i64>, Buffer<u8>, Option<Bitmap>) {
        (self.offsets, self.bytes, self.validity)
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

    /// The bytes of a row, whether or not it counts. Panics out of bounds.
    #[inline]
    pub fn value(&self, row: usize) -> &[u8] {
        &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The bytes of a row. Panics out of bounds.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.validity.as_ref().is_none_or(|validity| validity.get(row)).then(|| self.value(row))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&[u8]>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.len());
        Self {
            offsets: self.offsets.sliced(offset, length + 1),
            bytes: self.bytes.clone(),
            validity: buffer_validity(
                self.validity.as_ref().map(|validity| validity.sliced(offset, length)),
                length,
            ),
        }
    }

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        let used = self.offsets[self.len()] - self.offsets[0];
        self.offsets.len() * 8 + used as usize + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

impl<B: AsRef<[u8]>> FromIterator<Option<B>> for BinaryArray {
    fn from_iter<I: IntoIterator<Item = Option<B>>>(iter: I) -> Self {
        let (mut offsets, mut bytes, mut validity) =
            (vec![0i64], Vec::new(), crate::BitmapBuilder::default());
        for value in iter {
            if let Some(value) = &value {
                bytes.extend_from_slice(value.as_ref());
            }
            validity.push(value.is_some());
            offsets.push(bytes.len() as i64);
        }
        Self { offsets: offsets.into(), bytes: bytes.into(), validity: validity.finish_validity() }
    }
}

impl From<BinaryArray> for Array {
    fn from(array: BinaryArray) -> Self {
        Self::Binary(array)
    }
}
