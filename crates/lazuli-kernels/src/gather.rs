//! Copies of whole rows of variable length: the parts that filter, take and concat share.

use lazuli_array::{Array, BinaryArray, Bitmap, StringArray};

use crate::concat::concat;
use crate::take::take;

/// Rows of bytes that are being put together from whole rows of other arrays.
pub(crate) struct ByteRows {
    offsets: Vec<i64>,
    bytes: Vec<u8>,
}

impl ByteRows {
    /// No rows, with room for `rows` rows of `bytes` bytes in all.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, bytes: Vec::with_capacity(bytes) }
    }

    /// Appends a run of neighbouring rows: one offset more than rows, into `bytes`.
    pub fn push_run(&mut self, offsets: &[i64], bytes: &[u8]) {
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        let shift = self.bytes.len() as i64 - first;
        self.offsets.extend(offsets[1..].iter().map(|offset| offset + shift));
        self.bytes.extend_from_slice(&bytes[first as usize..last as usize]);
    }

    /// Appends one row.
    #[inline]
    pub fn push(&mut self, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.offsets.push(self.bytes.len() as i64);
    }
}

/// Strings from rows that were copied whole from string arrays (or are empty).
#[allow(unsafe_code, reason = "whole rows of valid strings need no second look at their bytes")]
pub(crate) fn string_of_whole_rows(rows: ByteRows, validity: Option<Bitmap>) -> StringArray {
    // SAFETY: `ByteRows` makes offsets that ascend and end at its last byte, and each caller pushes only rows between
    // neighbouring offsets of a `StringArray`, which are UTF-8 each by that type's invariant, or empty ones.
    unsafe { StringArray::new_unchecked(rows.offsets.into(), rows.bytes.into(), validity) }
}

/// Byte strings from rows.
pub(crate) fn binary_of_whole_rows(rows: ByteRows, validity: Option<Bitmap>) -> BinaryArray {
    BinaryArray::try_new(rows.offsets.into(), rows.bytes.into(), validity)
        .expect("rows are pushed in order, so offsets ascend and end at the last byte")
}

/// The rows of these ranges `(first row, number of rows)`, one after the other.
pub(crate) fn gather_ranges(array: &Array, ranges: &[(usize, usize)]) -> Array {
    if let [(start, rows)] = ranges {
        return array.sliced(*start, *rows);
    }
    if u32::try_from(array.len()).is_ok() {
        let total = ranges.iter().map(|(_, rows)| rows).sum();
        let mut indices = Vec::with_capacity(total);
        for &(start, rows) in ranges {
            indices.extend(start as u32..(start + rows) as u32);
        }
        return take(array, &indices);
    }
    // More values than row numbers of 32 bits can name: by slices, which is slower for many short ranges.
    let slices: Vec<Array> = ranges.iter().map(|&(start, rows)| array.sliced(start, rows)).collect();
    if slices.is_empty() {
        return array.sliced(0, 0);
    }
    concat(&slices.iter().collect::<Vec<_>>())
}
