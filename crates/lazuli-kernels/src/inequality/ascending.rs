//! Row numbers in ascending order: few by comparing them, many by setting a bit for each.

/// So many are compared: sorting them is cheaper than reading the bits back.
const FEW: usize = 64;

/// Words of the upper level that may be read for each number: about what comparing numbers costs for each of them.
const WORDS_A_NUMBER: usize = 4;

/// Sorts sets of row numbers, one set after the other in the same memory.
#[derive(Debug, Default)]
pub struct Ascending {
    /// A bit for each row; all are 0 in between.
    bits: Vec<u64>,
    /// A bit for each word of `bits` that is not 0.
    words: Vec<u64>,
}

impl Ascending {
    /// Sorts numbers below `num_rows`, none of which comes twice.
    ///
    /// O(k log k) for few numbers; O(k + `num_rows` / 4096) for many.
    pub fn sort(&mut self, numbers: &mut Vec<u32>, num_rows: usize) {
        let num_words = num_rows.div_ceil(64);
        if numbers.len() <= FEW || numbers.len() < num_words / 64 / WORDS_A_NUMBER {
            numbers.sort_unstable();
            return;
        }
        if self.bits.len() < num_words {
            self.bits.resize(num_words, 0);
            self.words.resize(num_words.div_ceil(64), 0);
        }
        for &number in &*numbers {
            let word = number as usize / 64;
            self.bits[word] |= 1 << (number % 64);
            self.words[word / 64] |= 1 << (word % 64);
        }
        numbers.clear();
        for (index, words) in self.words.iter_mut().enumerate() {
            let mut words = std::mem::take(words);
            while words != 0 {
                let word = index * 64 + words.trailing_zeros() as usize;
                words &= words - 1;
                let mut bits = std::mem::take(&mut self.bits[word]);
                while bits != 0 {
                    numbers.push((word * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Bytes that sorting numbers below this takes at most.
    pub fn needed_bytes(num_rows: usize) -> usize {
        num_rows / 8 + num_rows / 512 + 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_come_out_in_order(sets in prop::collection::vec(prop::collection::hash_set(0u32..30_000, 0..900), 1..4)) {
            let mut ascending = Ascending::default();
            for set in sets {
                let mut numbers: Vec<u32> = set.iter().copied().collect();
                ascending.sort(&mut numbers, 30_000);
                let mut sorted: Vec<u32> = set.into_iter().collect();
                sorted.sort_unstable();
                prop_assert_eq!(numbers, sorted);
            }
        }
    }
}
