//! Bits of the kept rows: booleans and validity.

use lazuli_array::{Bitmap, Words};

use super::selection::Selection;
use crate::level::Level;

/// The bits of the kept rows.
pub(super) fn filter_bits(bits: &Bitmap, selection: &Selection<'_>) -> Bitmap {
    assert_eq!(bits.len(), selection.rows(), "a mask has one bit for each row");
    let words = compact(selection.level(), bits.words(), selection.words(), selection.kept());
    Bitmap::from_words(words, selection.kept())
}

#[allow(unsafe_code, reason = "a call to code with more instructions enabled")]
fn compact(level: Level, bits: Words<'_>, words: &[u64], kept: usize) -> Vec<u64> {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "bmi1,bmi2,popcnt")]
        fn by_pext(bits: Words<'_>, words: &[u64], kept: usize) -> Vec<u64> {
            compact_with(bits, words, kept, |bits, mask| std::arch::x86_64::_pext_u64(bits, mask))
        }

        if level.here() >= Level::Avx2 {
            // SAFETY: `here` names only what this machine has, and that level has BMI and POPCNT.
            return unsafe { by_pext(bits, words, kept) };
        }
    }
    let _ = level;
    compact_with(bits, words, kept, extract)
}

/// The bits of each word that `extract` packs, one after the other.
#[inline(always)]
fn compact_with(bits: Words<'_>, words: &[u64], kept: usize, extract: impl Fn(u64, u64) -> u64) -> Vec<u64> {
    let mut out = Vec::with_capacity(kept.div_ceil(64) + 1);
    let (mut open, mut filled) = (0u64, 0u32);
    for (bits, &mask) in bits.zip(words) {
        let (packed, set) = (extract(bits, mask), mask.count_ones());
        open |= packed << filled;
        filled += set;
        if filled >= 64 {
            out.push(open);
            filled -= 64;
            // What did not fit: all but the first `set - filled` bits, which may be all 64.
            open = if filled == 0 { 0 } else { packed >> (set - filled) };
        }
    }
    if filled > 0 {
        out.push(open);
    }
    out
}

/// The bits of `bits` where `mask` is set, packed; what `pext` does.
#[inline(always)]
fn extract(bits: u64, mut mask: u64) -> u64 {
    if mask == u64::MAX {
        return bits;
    }
    let (mut packed, mut next) = (0u64, 0);
    while mask != 0 {
        packed |= (bits >> mask.trailing_zeros() & 1) << next;
        mask &= mask - 1;
        next += 1;
    }
    packed
}
