//! Groups by their first rows, which is the order they come out in.
//!
//! Workers note first rows by morsel and row; when all morsels are known, these become numbers among all rows. Numbers
//! that are all different are put in order without comparing them: a bit for each, and how many bits are set before it.

use crate::morsel::MorselIndex;

/// The place of a row among those of one worker: the worker's morsel in the high half, the row in the low one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(pub(super) u64);

impl Place {
    /// Places of the rows of a morsel.
    pub(super) fn in_morsel(number: u32) -> Self {
        Self(u64::from(number) << 32)
    }

    /// The place of a row, from that of its morsel.
    pub(super) fn of_row(self, row: u32) -> u64 {
        self.0 + u64::from(row)
    }

    /// The number among all rows, from those of the first rows of the worker's morsels.
    pub(super) fn number(self, starts: &[u64]) -> u64 {
        starts[(self.0 >> 32) as usize] + (self.0 & u64::from(u32::MAX))
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

/// The number of each morsel's first row among all rows, by worker.
pub(super) struct RowNumbers {
    starts: Vec<Vec<u64>>,
}

impl RowNumbers {
    /// `workers`: places and lengths of the morsels of each.
    pub(super) fn new<'a>(workers: impl Iterator<Item = &'a [(MorselIndex, usize)]>) -> Self {
        let mut all = Vec::new();
        let mut starts = Vec::new();
        for (worker, morsels) in workers.enumerate() {
            starts.push(vec![0; morsels.len()]);
            all.extend(
                morsels.iter().enumerate().map(|(number, &(index, rows))| (index, worker, number, rows)),
            );
        }
        all.sort_unstable_by_key(|&(index, ..)| index);
        let mut next = 0;
        for (_, worker, number, rows) in all {
            starts[worker][number] = next;
            next += rows as u64;
        }
        Self { starts }
    }

    /// By worker.
    pub(super) fn starts(&self) -> &[Vec<u64>] {
        &self.starts
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

    #[test]
    fn rows_are_numbered_through_all_workers() {
        let index = |lane, morsel, part| MorselIndex { lane, morsel, part };
        let first = [(index(0, 0, 0), 10), (index(0, 2, 1), 3), (index(1, 0, 0), 5)];
        let second = [(index(0, 1, 0), 4), (index(0, 2, 0), 2)];
        let numbers = RowNumbers::new([first.as_slice(), second.as_slice(), &[]].into_iter());
        assert_eq!(numbers.starts(), [vec![0, 16, 19], vec![10, 14], vec![]]);
        assert_eq!(Place(Place::in_morsel(1).place_of(2)).number(&numbers.starts()[0]), 18);
    }
}
