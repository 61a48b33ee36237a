//! Copies of whole rows of variable length: the parts that filter, take and concat share.
#![allow(unsafe_code, reason = "unwritten memory, and whole rows of valid strings; every block is argued")]

use std::mem::MaybeUninit;

use lazuli_array::memory::with_capacity;
use lazuli_array::{Array, BinaryArray, Bitmap, StringArray};

use crate::concat::concat;
use crate::take::take;

/// Bytes that a short row is copied as, whatever its length: one vector or two instead of a call.
const SHORT: usize = 32;

/// Rows of bytes that are being put together from whole rows of other arrays.
pub(crate) struct ByteRows {
    offsets: Vec<i64>,
    bytes: Vec<u8>,
}

impl ByteRows {
    /// No rows, with room for `rows` rows of `bytes` bytes in all.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, bytes: with_capacity(bytes + SHORT) }
    }

    /// Exactly `rows` rows of `bytes` bytes in all, which `write` pushes. Panics if it pushes others.
    pub fn written(rows: usize, bytes: usize, write: impl FnOnce(&mut ByteSlots<'_>)) -> Self {
        let mut this = Self::with_capacity(rows, bytes);
        this.append(rows, bytes, write);
        this
    }

    /// Appends exactly `rows` rows of `bytes` bytes in all, which `write` pushes. Panics if it pushes others.
    #[inline]
    pub fn append(&mut self, rows: usize, bytes: usize, write: impl FnOnce(&mut ByteSlots<'_>)) {
        self.offsets.reserve(rows);
        self.bytes.reserve(bytes + SHORT);
        let mut slots = ByteSlots {
            before: self.bytes.len() as i64,
            offsets: &mut self.offsets.spare_capacity_mut()[..rows],
            bytes: &mut self.bytes.spare_capacity_mut()[..bytes + SHORT],
            rows: 0,
            end: 0,
        };
        write(&mut slots);
        assert_eq!((slots.rows, slots.end), (rows, bytes), "other rows than announced");
        // SAFETY: `ByteSlots` writes offset after offset and byte after byte and counts them, and it counted these; the
        // slices that it had are the room behind the vectors' ends.
        unsafe {
            self.offsets.set_len(self.offsets.len() + rows);
            self.bytes.set_len(self.bytes.len() + bytes);
        }
    }

    /// Appends one row.
    #[inline]
    pub fn push(&mut self, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.offsets.push(self.bytes.len() as i64);
    }

    /// Appends a run of neighbouring rows: one offset more than rows, into `bytes`.
    pub fn push_run(&mut self, offsets: &[i64], bytes: &[u8]) {
        let total = offsets[offsets.len() - 1] - offsets[0];
        self.append(offsets.len() - 1, total as usize, |slots| slots.push_run(bytes, offsets));
    }
}

/// Unwritten rows, written in order.
pub(crate) struct ByteSlots<'a> {
    /// Bytes of the rows before these.
    before: i64,
    /// The end of each row. Those below `rows` are written.
    offsets: &'a mut [MaybeUninit<i64>],
    /// Bytes below `end` are written; from there on, there is room for `SHORT` bytes more than will be used.
    bytes: &'a mut [MaybeUninit<u8>],
    rows: usize,
    end: usize,
}

impl ByteSlots<'_> {
    /// Appends the row of `bytes` from `first` to `last`. Panics if there is no such row, or no room.
    #[inline(always)]
    pub fn push(&mut self, bytes: &[u8], first: i64, last: i64) {
        let (first, last) = (first as usize, last as usize);
        let length = last.wrapping_sub(first);
        let short = match length <= SHORT {
            true => bytes.get(first..).and_then(|from| from.first_chunk::<SHORT>()),
            false => None,
        };
        let room = self.bytes.get_mut(self.end..).and_then(|room| room.first_chunk_mut::<SHORT>());
        match (short, room) {
            (Some(from), Some(room)) => {
                room.write_copy_of_slice(from);
            }
            _ => {
                self.bytes[self.end..self.end + length].write_copy_of_slice(&bytes[first..last]);
            }
        }
        self.end += length;
        self.offsets[self.rows].write(self.before + self.end as i64);
        self.rows += 1;
    }

    /// Appends neighbouring rows: one offset more than rows, into `bytes`. Panics if there are no such rows, or no room.
    #[inline(always)]
    pub fn push_run(&mut self, bytes: &[u8], offsets: &[i64]) {
        let rows = offsets.len() - 1;
        let (first, last) = (offsets[0], offsets[rows]);
        let shift = self.before + self.end as i64 - first;
        for (slot, offset) in self.offsets[self.rows..self.rows + rows].iter_mut().zip(&offsets[1..]) {
            slot.write(offset + shift);
        }
        let from = &bytes[first as usize..last as usize];
        self.bytes[self.end..self.end + from.len()].write_copy_of_slice(from);
        self.end += from.len();
        self.rows += rows;
    }
}

/// Strings from rows that were copied whole from string arrays (or are empty): whole rows of valid strings need no second
/// look at their bytes.
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
