//! Integers in order, in cache: sixty-four bits, all different.
//!
//! Few digits are counted and scattered, least significant first. Else one scatter by the top bits into about as many
//! cells as there are integers leaves next to nothing to do for an insertion sort, if the integers are spread evenly;
//! cells that hold many are sorted by the standard library. (Flash sort: Neubert 1998.)
//!
//! Measured on buckets of random words of 44 bits, ns a row (docs/bench/sort.md):
//!
//! | rows | standard library | cells of 1 | of 2 | of 4 | 1 digit | 2 | 3 |
//! |--:|--:|--:|--:|--:|--:|--:|--:|
//! | 256 | 7.1 | 4.8 | 6.2 | 7.9 | 2 | 4 | 5 |
//! | 4,096 | 9.1 | 4.9 | 6.2 | 8.1 | 2 | 4 | 5 |
//! | 32,768 | 11.3 | 6.4 | 7.9 | 9.3 | | | |

const DIGIT_BITS: u32 = 8;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Fewer integers than these are sorted by the standard library.
const LEAST: usize = 64;

/// Fewer are not worth counting digits.
const LEAST_COUNTED: usize = 256;

/// Digits up to which counting them is faster than cells.
const MAX_DIGITS: u32 = 2;

/// Cells with more integers than these are sorted by the standard library.
const MAX_CELL: usize = 16;

/// Memory to use again.
#[derive(Default)]
pub(super) struct Spare {
    values: Vec<u64>,
    counts: Vec<u32>,
}

/// Sorts integers whose `bits` bits from `shift` on count; the lower ones ascend already, the higher ones are zero.
pub(super) fn sort(values: &mut Vec<u64>, shift: u32, bits: u32, spare: &mut Spare) {
    if values.len() < LEAST {
        values.sort_unstable();
    } else if bits <= MAX_DIGITS * DIGIT_BITS && values.len() >= LEAST_COUNTED {
        sort_digits(values, shift, bits, spare);
    } else {
        sort_cells(values, shift, bits, spare);
    }
}

/// Sorts by digits, keeping the order of values that are equal in them.
fn sort_digits(values: &mut Vec<u64>, shift: u32, bits: u32, spare: &mut Spare) {
    let num_digits = bits.div_ceil(DIGIT_BITS) as usize;
    let digit = |value: u64, index: usize| (value >> (shift + index as u32 * DIGIT_BITS)) as usize % DIGITS;
    let mut counts = [[0u32; DIGITS]; MAX_DIGITS as usize];
    let counts = &mut counts[..num_digits];
    for &value in values.iter() {
        for (index, counts) in counts.iter_mut().enumerate() {
            counts[digit(value, index)] += 1;
        }
    }
    for (index, counts) in counts.iter_mut().enumerate() {
        if counts[digit(values[0], index)] as usize == values.len() {
            continue; // One digit for all.
        }
        scatter(values, &mut spare.values, counts, |value| digit(value, index));
    }
}

/// Sorts by cells of the top bits.
fn sort_cells(values: &mut Vec<u64>, shift: u32, bits: u32, spare: &mut Spare) {
    let cell_bits = values.len().ilog2().min(bits);
    let cells = 1 << cell_bits;
    let shift = shift + bits - cell_bits;
    let cell = |value: u64| (value >> shift) as usize & (cells - 1);
    let counts = &mut spare.counts;
    counts.clear();
    counts.resize(cells, 0);
    values.iter().for_each(|&value| counts[cell(value)] += 1);
    scatter(values, &mut spare.values, counts, cell);
    let mut start = 0;
    for &end in counts.iter() {
        let end = end as usize;
        if end - start > MAX_CELL {
            values[start..end].sort_unstable();
        }
        start = end;
    }
    insert(values);
}

/// Puts values in the order of their cells, keeping the order within a cell. Counts become the ends of the cells.
#[inline(always)]
fn scatter(values: &mut Vec<u64>, spare: &mut Vec<u64>, counts: &mut [u32], cell: impl Fn(u64) -> usize) {
    let mut start = 0;
    for count in counts.iter_mut() {
        start += std::mem::replace(count, start);
    }
    // All of it is written below.
    spare.resize(values.len(), 0);
    for &value in values.iter() {
        let place = &mut counts[cell(value)];
        spare[*place as usize] = value;
        *place += 1;
    }
    std::mem::swap(values, spare);
}

/// Insertion sort: a pass over values that are almost in order.
fn insert(values: &mut [u64]) {
    for index in 1..values.len() {
        let value = values[index];
        let mut place = index;
        while place > 0 && values[place - 1] > value {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
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
            rows in prop::sample::select(vec![1usize, 2, 63, 64, 255, 256, 300, 2048, 5000]),
            bits in 1..52u32,
            skew in 0..20u32,
        ) {
            let mut state = seed | 1;
            let mut next = || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            // Most words are small when there is skew.
            let word = |random: u64| (random & ((1 << bits) - 1)) >> (random >> 58).min(u64::from(skew));
            let shift = 13;
            let mut values: Vec<u64> = (0..rows as u64).map(|row| word(next()) << shift | row).collect();
            let mut expected = values.clone();
            expected.sort();
            sort(&mut values, shift, bits, &mut Spare::default());
            prop_assert_eq!(&values, &expected);
        }
    }
}
