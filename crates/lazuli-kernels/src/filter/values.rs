//! Fixed-width values of the kept rows, by width alone: a float moves as an integer of its size.
//!
//! AVX-512 moves the kept lanes of a vector to its front in a register (`vpcompress`; its form that writes memory is slow
//! on some machines) and stores the whole vector, of which the next store overwrites what is too much. AVX2 does the same
//! with permutations from a table. Elsewhere values are copied bit by bit when few of a word are kept, and without
//! branches when many are.
#![allow(unsafe_code, reason = "machine instructions and unwritten memory; every block is argued")]

use std::mem::MaybeUninit;

use lazuli_array::Native;
use lazuli_array::memory::{Written, written};

use super::selection::Selection;
use crate::level::{Level, by_level};

/// Slots beyond the last value that loops may write: one word of rows, or one vector.
const SPARE: usize = 64;

/// Words with at least this many bits set are compacted without branches, others by a walk over their bits. A walk costs
/// about 0.9 ns a set bit, the compaction 0.65 ns a row whether set or not (`i64`, cache-resident, SSE2 code), so they
/// meet near three rows in four.
const DENSE_WORD_BITS: u32 = 48;

/// The values of the kept rows. Panics if there are too few values.
pub(super) fn filter_values<T: Native>(values: &[T], selection: &Selection<'_>) -> Vec<T> {
    assert_eq!(values.len(), selection.rows(), "a mask has one bit for each row");
    written(selection.kept(), SPARE, |slots| {
        let (rows, level, words) = (values.len(), selection.level(), selection.words());
        macro_rules! at_width {
            ($width:ty, $compact:ident) => {{
                // SAFETY: `Native` values are integers and floats without padding, and an unsigned integer of their size has
                // their alignment (both sides are in the same memory as before).
                let values = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<$width>(), rows) };
                let num_slots = slots.len();
                // SAFETY: as above; any bits are a value of every `Native` type.
                let slots = unsafe {
                    std::slice::from_raw_parts_mut(
                        slots.as_mut_ptr().cast::<MaybeUninit<$width>>(),
                        num_slots,
                    )
                };
                $compact(level, values, words, slots)
            }};
        }
        let count = match size_of::<T>() {
            1 => at_width!(u8, compact_8),
            2 => at_width!(u16, compact_16),
            4 => at_width!(u32, compact_32),
            8 => at_width!(u64, compact_64),
            _ => at_width!(u128, compact_128),
        };
        assert_eq!(count, selection.kept(), "the number of set bits is known");
        // SAFETY: the loops write slot after slot and return how many they wrote.
        unsafe { Written::first(count) }
    })
}

/// What all loops do: copies the values whose bit is set to the front of `slots` and returns their number. May write the
/// 63 slots behind them. Panics if there are fewer slots than that.
macro_rules! compact {
    ($name:ident, $width:ty, $portable:ident, $avx2:ident, $avx512:ident) => {
        by_level! {
            fn $portable(values: &[$width], words: &[u64], slots: &mut [MaybeUninit<$width>]) -> usize
                = compact_portable::<$width>;
        }

        fn $name(level: Level, values: &[$width], words: &[u64], slots: &mut [MaybeUninit<$width>]) -> usize {
            match level.here() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `here` names only what this machine has.
                Level::Avx512 => unsafe { super::x86::$avx512(values, words, slots) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Level::Avx2 => unsafe { super::x86::$avx2(values, words, slots) },
                level => $portable(level, values, words, slots),
            }
        }
    };
}
compact!(compact_8, u8, portable_8, avx2_8, avx512_8);
compact!(compact_16, u16, portable_16, avx2_16, avx512_16);
compact!(compact_32, u32, portable_32, avx2_32, avx512_32);
compact!(compact_64, u64, portable_64, avx2_64, avx512_64);
compact!(compact_128, u128, portable_128, avx2_128, avx512_128);

/// The loop without vectors, from which the compiler makes what it can.
#[inline(always)]
pub(super) fn compact_portable<T: Copy>(values: &[T], words: &[u64], slots: &mut [MaybeUninit<T>]) -> usize {
    let mut end = 0;
    for (block, &word) in values.chunks(64).zip(words) {
        if word == 0 {
            continue;
        }
        let set = word.count_ones();
        if set as usize == block.len() {
            slots[end..end + block.len()].write_copy_of_slice(block);
        } else if set < DENSE_WORD_BITS || block.len() < 64 {
            end += compact_walk(block, word, &mut slots[end..]);
            continue;
        } else {
            let slots = slots[end..].first_chunk_mut::<64>().expect("room for a word beyond the end");
            let mut next = 0usize;
            for (bit, &value) in block.iter().enumerate() {
                slots[next & 63].write(value);
                next += (word >> bit) as usize & 1;
            }
        }
        end += set as usize;
    }
    end
}

/// The values of one word, bit by bit.
#[inline(always)]
pub(super) fn compact_walk<T: Copy>(block: &[T], mut word: u64, slots: &mut [MaybeUninit<T>]) -> usize {
    let mut next = 0;
    while word != 0 {
        slots[next].write(block[word.trailing_zeros() as usize]);
        word &= word - 1;
        next += 1;
    }
    next
}
