//! A decision about the rows that a filter kept, as one about all rows.

use lazuli_array::Bitmap;

/// The set bits of `mask`, each replaced by the next of `bits`; the others stay unset. What `filter` does to a bitmap,
/// undone. Panics unless there is a bit for each set one.
///
/// ```
/// use lazuli_array::Bitmap;
/// use lazuli_kernels::spread_mask;
///
/// let mask = Bitmap::from_iter([true, false, true, true]);
/// let spread = spread_mask(&Bitmap::from_iter([false, true, true]), &mask);
/// assert!(spread.iter().eq([false, false, true, true]));
/// ```
pub fn spread_mask(bits: &Bitmap, mask: &Bitmap) -> Bitmap {
    assert_eq!(bits.len(), mask.count_ones(), "a bit for each set one");
    let (words, offset) = bits.words_from();
    let mut next = offset;
    // The 64 bits from `next` on; what is behind the last does not matter.
    let bits_at = |next: usize| {
        let (index, shift) = (next / 64, next % 64);
        let word = |index: usize| words.get(index).map_or(0, |&word| u64::from_le(word));
        word(index) >> shift | (word(index + 1) << 1) << (63 - shift)
    };
    let spread = mask.words().map(|word| {
        let bits = bits_at(next);
        next += word.count_ones() as usize;
        if word == u64::MAX { bits } else { deposit(bits, word) }
    });
    let words: Vec<u64> = spread.collect();
    Bitmap::from_words(words, mask.len())
}

/// The low bits of `bits` at the places of those of `mask`.
#[inline]
fn deposit(mut bits: u64, mut mask: u64) -> u64 {
    let mut out = 0;
    while mask != 0 {
        let lowest = mask & mask.wrapping_neg();
        out |= lowest & (bits & 1).wrapping_neg();
        bits >>= 1;
        mask ^= lowest;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_stand_where_the_mask_is_set(
            mask in prop::collection::vec(prop_oneof![4 => any::<bool>(), 1 => Just(true)], 0..300),
            bits in prop::collection::vec(any::<bool>(), 310),
            from in 0usize..10,
            all in any::<bool>(),
        ) {
            let mask: Bitmap = mask.into_iter().map(|bit| bit || all).collect();
            let bits: Bitmap = bits.into_iter().collect();
            let bits = bits.sliced(from, mask.count_ones());
            let spread = spread_mask(&bits, &mask);
            let mut next = bits.iter();
            let expected: Vec<bool> = mask.iter().map(|bit| bit && next.next() == Some(true)).collect();
            prop_assert!(spread.iter().eq(expected));
        }
    }
}
