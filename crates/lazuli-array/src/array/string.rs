//! Plain strings: `i64` offsets into UTF-8 bytes.

use crate::buffer::assert_slice;
use crate::{Array, ArrayError, Bitmap, BitmapBuilder, Buffer, Result, buffer_validity};

/// Strings with validity. Row `i` is the bytes from `offsets[i]` to `offsets[i + 1]`.
///
/// Invariant, checked by [`StringArray::try_new`] and kept by everything else: there is one offset more than rows,
/// offsets ascend and end within the bytes, and the bytes of every row, null or not, are UTF-8.
#[derive(Debug, Clone)]
pub struct StringArray {
    offsets: Buffer<i64>,
    bytes: Buffer<u8>,
    validity: Option<Bitmap>,
}

impl StringArray {
    /// Strings from their parts, all checked.
    ///
    /// # Errors
    /// [`ArrayError::InvalidOffsets`], [`ArrayError::InvalidUtf8`] or [`ArrayError::LengthMismatch`].
    pub fn try_new(offsets: Buffer<i64>, bytes: Buffer<u8>, validity: Option<Bitmap>) -> Result<Self> {
        check_offsets(&offsets, bytes.len())?;
        let rows = offsets.len() - 1;
        if let Some(validity) = &validity
            && validity.len() != rows
        {
            return Err(ArrayError::LengthMismatch {
                what: "validity".into(),
                expected: rows,
                found: validity.len(),
            });
        }
        let used = &bytes[offsets[0] as usize..offsets[rows] as usize];
        // One pass over all bytes; then every offset must fall on the start of a character.
        if std::str::from_utf8(used).is_err()
            || offsets.iter().any(|&offset| {
                bytes.get(offset as usize).is_some_and(|byte| offset < offsets[rows] && (*byte as i8) < -0x40)
            })
        {
            let row = offsets
                .windows(2)
                .position(|pair| std::str::from_utf8(&bytes[pair[0] as usize..pair[1] as usize]).is_err())
                .unwrap_or(rows);
            return Err(ArrayError::InvalidUtf8 { row });
        }
        Ok(Self { offsets, bytes, validity: buffer_validity(validity, rows) })
    }

    /// Strings from parts that the caller knows to be right.
    ///
    /// # Safety
    /// The invariant of [`StringArray`] must hold. Debug builds check it.
    #[allow(
        unsafe_code,
        reason = "kernels that copy whole rows of valid strings need not look at the bytes again"
    )]
    pub unsafe fn new_unchecked(offsets: Buffer<i64>, bytes: Buffer<u8>, validity: Option<Bitmap>) -> Self {
        debug_assert!(Self::try_new(offsets.clone(), bytes.clone(), validity.clone()).is_ok());
        let validity = buffer_validity(validity, offsets.len() - 1);
        Self { offsets, bytes, validity }
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
    #[inline]
    pub fn offsets(&self) -> &[i64] {
        &self.offsets
    }

    /// The bytes that offsets point into; slices see the whole of them.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The parts: offsets, bytes, validity.
    pub fn into_parts(self) -> (Buffer<i64>, Buffer<u8>, Option<Bitmap>) {
        (self.offsets, self.bytes, self.validity)
    }

    /// Which rows hold a value; `None` when all do.
    #[inline]
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Number of rows.
    #[inline]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The string of a row, whether or not it counts. Panics out of bounds.
    #[inline]
    #[allow(
        unsafe_code,
        reason = "checking UTF-8 again at every access would double the cost of string kernels"
    )]
    pub fn value(&self, row: usize) -> &str {
        let bytes = self.value_bytes(row);
        // SAFETY: the type's invariant: the bytes of every row are UTF-8, checked in `try_new`.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// The bytes of a row, whether or not it counts. Panics out of bounds.
    #[inline]
    pub fn value_bytes(&self, row: usize) -> &[u8] {
        &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The string of a row. Panics out of bounds.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.validity.as_ref().is_none_or(|validity| validity.get(row)).then(|| self.value(row))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The same strings with another validity. Panics if the lengths differ.
    pub fn with_validity(&self, validity: Option<Bitmap>) -> Self {
        Self {
            offsets: self.offsets.clone(),
            bytes: self.bytes.clone(),
            validity: buffer_validity(validity, self.len()),
        }
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
        let text = self.offsets[self.len()] - self.offsets[0];
        self.offsets.len() * 8 + text as usize + self.validity.as_ref().map_or(0, Bitmap::memory_bytes)
    }
}

pub(crate) fn check_offsets(offsets: &[i64], values: usize) -> Result<()> {
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else {
        return Err(ArrayError::InvalidOffsets { index: 0 });
    };
    if *first < 0 {
        return Err(ArrayError::InvalidOffsets { index: 0 });
    }
    if let Some(index) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
        return Err(ArrayError::InvalidOffsets { index: index + 1 });
    }
    if *last as u64 > values as u64 {
        return Err(ArrayError::InvalidOffsets { index: offsets.len() - 1 });
    }
    Ok(())
}

impl<S: AsRef<str>> FromIterator<Option<S>> for StringArray {
    fn from_iter<I: IntoIterator<Item = Option<S>>>(iter: I) -> Self {
        let mut builder = StringBuilder::default();
        for value in iter {
            builder.push(value.as_ref().map(AsRef::as_ref));
        }
        builder.finish()
    }
}

impl From<StringArray> for Array {
    fn from(array: StringArray) -> Self {
        Self::String(array)
    }
}

/// A growing run of strings.
#[derive(Debug, Clone)]
pub struct StringBuilder {
    offsets: Vec<i64>,
    bytes: Vec<u8>,
    validity: BitmapBuilder,
    nulls: usize,
}

impl Default for StringBuilder {
    fn default() -> Self {
        Self::with_capacity(0, 0)
    }
}

impl StringBuilder {
    /// An empty builder with room for `rows` strings of `bytes` bytes in all.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            offsets,
            bytes: Vec::with_capacity(bytes),
            validity: BitmapBuilder::with_capacity(rows),
            nulls: 0,
        }
    }

    /// Appends a string or a null.
    #[inline]
    pub fn push(&mut self, value: Option<&str>) {
        if let Some(text) = value {
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.nulls += 1;
        }
        self.validity.push(value.is_some());
        self.offsets.push(self.bytes.len() as i64);
    }

    /// Number of strings so far.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no strings so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of text so far.
    pub fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// A string that was pushed; empty for a null. Panics out of bounds.
    #[inline]
    #[allow(unsafe_code, reason = "what was pushed as text need not be checked again")]
    pub fn value(&self, row: usize) -> &str {
        let bytes = &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize];
        // SAFETY: offsets lie between pushed strings, so these are the bytes of one of them, or none.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// Gives back memory that was set aside for more strings.
    pub fn shrink_to_fit(&mut self) {
        self.offsets.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    /// The strings.
    pub fn finish(self) -> StringArray {
        let validity = if self.nulls > 0 { Some(self.validity.finish()) } else { None };
        StringArray { offsets: self.offsets.into(), bytes: self.bytes.into(), validity }
    }
}
