//! A mask to the positions of its set bits.

use std::mem::MaybeUninit;

/// Writes `base + i` for every set bit i, ascending; may write rubbish behind them.
///
/// Eight at a time without asking whether there are so many: the branch on the count is then nearly always the same
/// (Langdale and Lemire 2019, section 3.1.3).
#[inline(always)]
pub(super) fn flatten(mut mask: u64, base: u32, out: &mut [MaybeUninit<u32>; 64]) {
    let count = mask.count_ones() as usize;
    let mut done = 0;
    while done < count {
        for slot in &mut out[done..done + 8] {
            slot.write(base.wrapping_add(mask.trailing_zeros()));
            mask &= mask.wrapping_sub(1);
        }
        done += 8;
    }
}
