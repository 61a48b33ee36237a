//! Integers in order, in cache.
//!
//! Few digits are counted and scattered, least significant first; else the comparison sort of the standard library is
//! faster (numbers below).

const DIGIT_BITS: u32 = 8;
const BUCKETS: usize = 1 << DIGIT_BITS;

/// Sorts integers whose `bits` bits from `shift` on count; the lower ones ascend already, the higher ones are zero.
/// `spare` is memory to use.
pub(super) fn sort(values: &mut Vec<u64>, shift: u32, bits: u32, spare: &mut Vec<u64>) {
    if counting_wins(values.len(), bits) {
        sort_digits(values, shift, bits, spare);
    } else {
        values.sort_unstable();
    }
}

/// Whether counting digits is faster than comparing. Measured on 64-bit words, ns a row, comparing against counting:
///
/// | rows | comparing | 1 digit | 2 | 3 | 4 | 5 |
/// |--:|--:|--:|--:|--:|--:|--:|
/// | 256 | 5 | 2 | 4 | 5 | 7 | 8 |
/// | 4,096 | 8 | 2 | 4 | 5 | 6 | 8 |
/// | 262,144 | 14 | 7 | 9 | 11 | 13 | 15 |
fn counting_wins(rows: usize, bits: u32) -> bool {
    let digits = bits.div_ceil(DIGIT_BITS);
    rows >= BUCKETS && digits <= if rows >= 2048 { 4 } else { 2 }
}

/// Sorts by the `bits` bits from `shift` on, keeping the order of values that are equal in them.
fn sort_digits(values: &mut Vec<u64>, shift: u32, bits: u32, spare: &mut Vec<u64>) {
    let num_digits = bits.div_ceil(DIGIT_BITS) as usize;
    let digit = |value: u64, index: usize| (value >> (shift + index as u32 * DIGIT_BITS)) as usize % BUCKETS;
    let mut counts = [[0u32; BUCKETS]; 8];
    let counts = &mut counts[..num_digits];
    for &value in values.iter() {
        for (index, counts) in counts.iter_mut().enumerate() {
            counts[digit(value, index)] += 1;
        }
    }
    spare.clear();
    spare.resize(values.len(), 0);
    for (index, counts) in counts.iter_mut().enumerate() {
        if counts[digit(values[0], index)] as usize == values.len() {
            continue; // One digit for all.
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for &value in values.iter() {
            let place = &mut counts[digit(value, index)];
            spare[*place as usize] = value;
            *place += 1;
        }
        std::mem::swap(values, spare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_are_sorted_as_std_does(
            seed in any::<u64>(),
            rows in prop::sample::select(vec![1usize, 2, 255, 256, 300, 2048, 5000]),
            bits in 1..53u32,
        ) {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            let shift = 13;
            let mut values: Vec<u64> =
                (0..rows as u64).map(|row| (next() & ((1 << bits) - 1)) << shift | row).collect();
            let mut expected = values.clone();
            expected.sort();
            sort(&mut values, shift.min(63 - bits), bits + shift - shift.min(63 - bits), &mut Vec::new());
            prop_assert_eq!(&values, &expected);
        }
    }
}
