//! Groups by their first rows, which is the order they come out in.
//!
//! Workers note first rows by place; when all morsels are known, these become numbers among all rows. Numbers
//! that are all different are put in order without comparing them: a bit for each, and how many bits are set before it.

use crate::spill::Places;

/// The place of a row, as [`Places`] knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(pub(super) u64);

impl Place {
    /// Places of the rows of a morsel.
    pub(super) fn in_morsel(number: u32) -> Self {
        Self(Places::first_of(number))
    }

    /// The place of a row, from that of its morsel.
    pub(super) fn of_row(self, row: u32) -> u64 {
        self.0 + u64::from(row)
    }
}

/// Where rows are.
pub(super) trait PlaceOf {
    /// The place of a row.
    fn place_of(&self, row: usize) -> u64;
}

impl PlaceOf for Place {
    #[inline]
    fn place_of(&self, row: usize) -> u64 {
        self.0 + row as u64
    }
}

impl PlaceOf for &[u64] {
    #[inline]
    fn place_of(&self, row: usize) -> u64 {
        self[row]
    }
}

/// Numbers further apart than this many on average are sorted instead: going over the bits between them costs more.
const MAX_SPREAD: u64 = 1024;

/// The positions of numbers that are all different, in their order.
pub(super) fn order_of(numbers: &[u64]) -> Vec<u32> {
    let mut order = vec![0; numbers.len()];
    let (Some(&least), Some(&greatest)) = (numbers.iter().min(), numbers.iter().max()) else { return order };
    let spread = greatest - least + 1;
    if spread / MAX_SPREAD > numbers.len() as u64 {
        order.iter_mut().zip(0..).for_each(|(position, index)| *position = index);
        order.sort_unstable_by_key(|&position| numbers[position as usize]);
        return order;
    }
    let ranks = Ranks::new(numbers.iter().copied(), least, spread);
    for (position, &number) in numbers.iter().enumerate() {
        order[ranks.of(number)] = position as u32;
    }
    order
}

/// How many of some numbers are below each of them.
struct Ranks {
    least: u64,
    bits: Vec<u64>,
    /// Bits set before each word.
    before: Vec<u32>,
}

impl Ranks {
    fn new(numbers: impl Iterator<Item = u64>, least: u64, spread: u64) -> Self {
        let mut bits = vec![0u64; spread.div_ceil(64) as usize];
        for number in numbers {
            let bit = number - least;
            bits[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        let mut count = 0;
        let before = bits
            .iter()
            .map(|word| {
                let before = count;
                count += word.count_ones();
                before
            })
            .collect();
        Self { least, bits, before }
    }

    #[inline]
    fn of(&self, number: u64) -> usize {
        let bit = number - self.least;
        let word = (bit / 64) as usize;
        let below = self.bits[word] & ((1 << (bit % 64)) - 1);
        (self.before[word] + below.count_ones()) as usize
    }
}

/// As [`order_of`]; `None` if they are in order.
pub(super) fn order_unless_sorted(numbers: &[u64]) -> Option<Vec<u32>> {
    (!numbers.is_sorted()).then(|| order_of(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_sorting() {
        let scrambled = |count: u64, factor: u64| -> Vec<u64> {
            (0..count).map(|number| (number * 0x9E37_79B9 % 1_000_003) * factor + 7).collect()
        };
        for numbers in [
            vec![],
            vec![5],
            vec![9, 3],
            scrambled(1000, 1),
            scrambled(5000, 3),
            scrambled(100, 1 << 40),
            scrambled(64, 1),
        ] {
            let mut expected: Vec<u32> = (0..numbers.len() as u32).collect();
            expected.sort_by_key(|&position| numbers[position as usize]);
            assert_eq!(order_of(&numbers), expected);
            let ordered: Vec<u64> = expected.iter().map(|&position| numbers[position as usize]).collect();
            assert_eq!(order_unless_sorted(&ordered), None);
        }
    }
}
