//! Strings and bytes of the kept rows: lengths first, so that the output has exactly its size, then copies.

use super::selection::{Selection, runs_of_word};
use crate::gather::{ByteRows, ByteSlots};
use crate::level::by_level;

/// Words with at least this many bits set are copied run by run, others row by row. A run costs a call of `memcpy` (5 to
/// 8 ns), a short row about 1 ns without one; at 56 of 64 bits the runs are 8 rows long on average.
const DENSE_WORD_BITS: u32 = 56;

/// The bytes of the kept rows.
pub(super) fn filter_byte_rows(offsets: &[i64], bytes: &[u8], selection: &Selection<'_>) -> ByteRows {
    assert_eq!(offsets.len(), selection.rows() + 1, "a mask has one bit for each row");
    let (level, words) = (selection.level(), selection.words());
    let total = total_bytes(level, offsets, words);
    ByteRows::written(selection.kept(), total, |out| copy_rows(level, offsets, bytes, words, out))
}

by_level! {
    fn total_bytes(offsets: &[i64], words: &[u64]) -> usize = total_bytes_body;
    fn copy_rows(offsets: &[i64], bytes: &[u8], words: &[u64], out: &mut ByteSlots<'_>) = copy_rows_body;
}

/// The offsets around the rows of a word: 65 of them, or as many as there are.
#[inline(always)]
fn around(offsets: &[i64], word_index: usize) -> &[i64] {
    &offsets[word_index * 64..(word_index * 64 + 65).min(offsets.len())]
}

#[inline(always)]
fn total_bytes_body(offsets: &[i64], words: &[u64]) -> usize {
    let mut total = 0;
    for (index, &word) in words.iter().enumerate() {
        if word == 0 {
            continue;
        }
        let around = around(offsets, index);
        match around.first_chunk::<65>() {
            Some(around) if word == u64::MAX => total += around[64] - around[0],
            Some(around) => {
                // All lengths, of which those not kept count as 0: no branches, so that vectors do it.
                total += (0..64)
                    .map(|bit| (around[bit + 1] - around[bit]) & -((word >> bit & 1) as i64))
                    .sum::<i64>();
            }
            None => runs_of_word(word, |first, length| total += around[first + length] - around[first]),
        }
    }
    total as usize
}

#[inline(always)]
fn copy_rows_body(offsets: &[i64], bytes: &[u8], words: &[u64], out: &mut ByteSlots<'_>) {
    for (index, &word) in words.iter().enumerate() {
        if word == 0 {
            continue;
        }
        let around = around(offsets, index);
        match around.first_chunk::<65>() {
            Some(around) if word.count_ones() < DENSE_WORD_BITS => {
                let mut left = word;
                while left != 0 {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    out.push(bytes, around[bit], around[bit + 1]);
                }
            }
            _ => runs_of_word(word, |first, length| out.push_run(bytes, &around[first..=first + length])),
        }
    }
}
