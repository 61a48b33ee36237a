//! Row numbers that were looked at once: which rows `take` gathers, known to be in bounds.
//!
//! One vectorised pass finds the greatest number; after it the loops read without looking, and a whole batch needs it only
//! once. Prefetching and hardware gathers were measured and lost or won little: independent loads keep the machine's
//! queues full by themselves (`docs/bench/kernels.md`).
#![allow(unsafe_code, reason = "reads at numbers that were checked together; every block is argued")]

use lazuli_array::memory::{Written, written};
use lazuli_array::{Bitmap, Native};

use crate::gather::ByteRows;
use crate::level::{Level, by_level};
use crate::take::NO_ROW;

/// Rows of something of `rows` rows, in any order; with `OPTIONAL`, [`NO_ROW`] may be among them.
///
/// Invariant: every number is below `rows`, or [`NO_ROW`] if `OPTIONAL`.
#[derive(Clone, Copy)]
pub(crate) struct Picks<'a, const OPTIONAL: bool> {
    indices: &'a [u32],
    rows: usize,
    level: Level,
}

impl<'a, const OPTIONAL: bool> Picks<'a, OPTIONAL> {
    /// Panics if a number is out of bounds.
    pub fn new(indices: &'a [u32], rows: usize, level: Level) -> Self {
        let in_bounds = match OPTIONAL {
            // One more than each, so that `NO_ROW` counts as 0.
            true => greatest_after(level, indices) as usize <= rows,
            false => indices.is_empty() || (greatest(level, indices) as usize) < rows,
        };
        assert!(in_bounds, "row index out of bounds");
        Self { indices, rows, level }
    }

    pub fn indices(&self) -> &'a [u32] {
        self.indices
    }

    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// `values[index]` for each index; the default where there is no row. Panics if there are not `rows` values.
    pub fn values<T: Native>(&self, values: &[T]) -> Vec<T> {
        assert_eq!(values.len(), self.rows, "as many values as were checked for");
        if OPTIONAL && values.is_empty() {
            return vec![T::default(); self.len()]; // in bounds of nothing: all are `NO_ROW`
        }
        written(self.len(), 0, |slots| {
            for (slot, &index) in slots.iter_mut().zip(self.indices) {
                if OPTIONAL {
                    // Without branches: `NO_ROW` reads row 0, which exists, and forgets what it read.
                    let missing = index == NO_ROW;
                    let row = if missing { 0 } else { index as usize };
                    // SAFETY: the type's invariant: below `rows`, which is the number of values, or `NO_ROW`; and values are
                    // not empty.
                    let value = unsafe { *values.get_unchecked(row) };
                    slot.write(if missing { T::default() } else { value });
                } else {
                    // SAFETY: the type's invariant: below `rows`, which is the number of values.
                    slot.write(unsafe { *values.get_unchecked(index as usize) });
                }
            }
            // SAFETY: there are as many slots as indices, and each was written.
            unsafe { Written::first(self.len()) }
        })
    }

    /// The bit of each index; unset where there is no row. Panics if there are not `rows` bits.
    pub fn bits(&self, bits: &Bitmap) -> Bitmap {
        assert_eq!(bits.len(), self.rows, "as many bits as were checked for");
        if bits.is_empty() {
            return Bitmap::filled(false, self.len());
        }
        let (words, start) = bits.words_from();
        let word_of = |indices: &[u32]| {
            indices.iter().enumerate().fold(0u64, |out, (position, &index)| {
                let missing = OPTIONAL && index == NO_ROW;
                let bit = start + if missing { 0 } else { index as usize };
                debug_assert!(bit / 64 < words.len());
                // SAFETY: the type's invariant: the row is below `rows`, which is the number of bits, and `words` hold that many
                // from bit `start` on.
                let word = u64::from_le(unsafe { *words.get_unchecked(bit / 64) });
                out | (word >> (bit % 64) & u64::from(!missing)) << position
            })
        };
        let mut out = Vec::with_capacity(self.len().div_ceil(64));
        let (blocks, rest) = self.indices.as_chunks::<64>();
        for block in blocks {
            out.push(word_of(block));
        }
        if !rest.is_empty() {
            out.push(word_of(rest));
        }
        Bitmap::from_words(out, self.len())
    }

    /// Which indices are rows at all.
    pub fn present(&self) -> Option<Bitmap> {
        OPTIONAL.then(|| crate::arity::predicate_of(self.indices, |index| index != NO_ROW))
    }

    /// The bytes between neighbouring offsets; none where there is no row. Panics if there are not `rows + 1` offsets.
    ///
    /// A block's offsets are read first, which also asks for the bytes that they point to; then the bytes are copied. So two
    /// cache misses a row overlap with those of its neighbours. How many bytes come out is not known before: room is made
    /// for what rows hold on average, and grows by block.
    pub fn byte_rows(&self, offsets: &[i64], bytes: &[u8]) -> ByteRows {
        assert_eq!(offsets.len(), self.rows + 1, "as many rows as were checked for");
        let text = (offsets[self.rows] - offsets[0]) as usize;
        let average = text.div_ceil(self.rows.max(1));
        let mut out = ByteRows::with_capacity(self.len(), average * self.len() + average * self.len() / 32);
        let far = size_of_val(offsets) + text > FAR_BYTES;
        let mut ranges = [(0i64, 0i64); BLOCK_ROWS];
        for (block_index, block) in self.indices.chunks(BLOCK_ROWS).enumerate() {
            if block.len() == BLOCK_ROWS && !OPTIONAL && ascend_by_one(self.level, block) {
                let first = block[0] as usize;
                out.push_run(&offsets[first..=first + BLOCK_ROWS], bytes);
                continue;
            }
            if far {
                let ahead = &self.indices[((block_index + 1) * BLOCK_ROWS).min(self.len())..];
                for &index in ahead.iter().take(BLOCK_ROWS) {
                    prefetch(offsets, index as usize);
                }
            }
            let ranges = &mut ranges[..block.len()];
            let mut total = 0;
            for (range, &index) in ranges.iter_mut().zip(block) {
                *range = match OPTIONAL && index == NO_ROW {
                    true => (0, 0),
                    // SAFETY: the type's invariant: below `rows`, and there is one offset more.
                    false => unsafe {
                        (*offsets.get_unchecked(index as usize), *offsets.get_unchecked(index as usize + 1))
                    },
                };
                total += range.1 - range.0;
                if far {
                    prefetch(bytes, range.0 as usize);
                }
            }
            out.append(block.len(), total as usize, |slots| {
                for &(first, last) in ranges.iter() {
                    slots.push(bytes, first, last);
                }
            });
        }
        out
    }
}

/// Rows of bytes that are gathered together.
const BLOCK_ROWS: usize = 64;

/// Sources beyond this are not in the second-level cache, so that asking ahead pays.
const FAR_BYTES: usize = 1 << 20;

#[inline(always)]
fn prefetch<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing and may be asked of any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}

by_level! {
    fn greatest(indices: &[u32]) -> u32 = greatest_body;
    fn greatest_after(indices: &[u32]) -> u32 = greatest_after_body;
    fn ascend_by_one(indices: &[u32]) -> bool = ascend_by_one_body;
}

#[inline(always)]
fn greatest_body(indices: &[u32]) -> u32 {
    indices.iter().fold(0, |greatest, &index| greatest.max(index))
}

#[inline(always)]
fn greatest_after_body(indices: &[u32]) -> u32 {
    indices.iter().fold(0, |greatest, &index| greatest.max(index.wrapping_add(1)))
}

/// Whether each index is one more than the last.
#[inline(always)]
fn ascend_by_one_body(indices: &[u32]) -> bool {
    let first = indices[0];
    let last = indices[indices.len() - 1];
    // The ends tell most blocks apart; the rest is looked at without branches.
    last.wrapping_sub(first) as usize == indices.len() - 1
        && indices
            .iter()
            .zip(first..=last)
            .fold(true, |so_far, (&index, expected)| so_far & (index == expected))
}
