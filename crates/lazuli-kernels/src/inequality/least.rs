//! A tree of least values over a row of ranks: all places in a range whose rank is below a limit, found without looking at
//! the others.
//!
//! ```text
//! ranks     7 3 9 4 | 8 8 6 7 | 2 5 9 9 | ...     blocks of 16 in truth
//! least       3     |    6    |    2    | ...     of each block, and again of each 16 of those
//! ```
//!
//! A block is a cache line, and one comparison of vectors tells which of its entries are below the limit. What is found
//! costs a block on each of log16 n levels at most; beside that, only the two ends of the range are looked at in vain.

use std::ops::Range;

/// Entries of a block, as a power of two: 16 of 4 bytes are a cache line.
const BLOCK_BITS: usize = 4;
const BLOCK: usize = 1 << BLOCK_BITS;

/// Behind the last entry of a level, up to a whole block: below no limit.
const ABSENT: u32 = u32::MAX;

/// Ranks by place, and the least of each block of them on the levels above.
#[derive(Debug)]
pub(super) struct LeastRanks {
    /// The ranks first, each level in whole blocks.
    levels: Vec<Vec<[u32; BLOCK]>>,
}

impl LeastRanks {
    pub(super) fn new(ranks: Vec<u32>) -> Self {
        let mut levels = vec![in_blocks(&ranks)];
        drop(ranks);
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let least = |block: &[u32; BLOCK]| block.iter().copied().min().unwrap_or(ABSENT);
            let least: Vec<u32> = below.iter().map(least).collect();
            levels.push(in_blocks(&least));
        }
        Self { levels }
    }

    /// The places in `range` whose rank is below `limit`, ascending.
    pub(super) fn below(&self, limit: u32, range: Range<usize>, mut take: impl FnMut(usize)) {
        if range.is_empty() {
            return;
        }
        let (first, last) = (range.start, range.end - 1);
        // The lowest block that has the whole range below it.
        let mut level = 0;
        while first >> (BLOCK_BITS * (level + 1)) != last >> (BLOCK_BITS * (level + 1)) {
            level += 1;
        }
        let query = Query { levels: &self.levels, limit, first, last };
        query.visit(level, first >> (BLOCK_BITS * (level + 1)), &mut take);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.levels.iter().map(|level| level.capacity() * size_of::<[u32; BLOCK]>()).sum()
    }

    /// Bytes that a tree over so many ranks needs, those of the ranks themselves while it is made included.
    pub(super) fn needed_bytes(num_ranks: usize) -> usize {
        num_ranks * 4 * 2 + num_ranks / 2
    }
}

fn in_blocks(values: &[u32]) -> Vec<[u32; BLOCK]> {
    let block = |values: &[u32]| {
        let mut block = [ABSENT; BLOCK];
        block[..values.len()].copy_from_slice(values);
        block
    };
    values.chunks(BLOCK).map(block).collect()
}

struct Query<'a> {
    levels: &'a [Vec<[u32; BLOCK]>],
    limit: u32,
    /// The first place and the last.
    first: usize,
    last: usize,
}

impl Query<'_> {
    /// Gives the places below a block of a level.
    fn visit(&self, level: usize, block: usize, take: &mut impl FnMut(usize)) {
        let mut entries = entries_below(&self.levels[level][block], self.limit);
        let start = block << BLOCK_BITS;
        let (first, last) = (self.first >> (BLOCK_BITS * level), self.last >> (BLOCK_BITS * level));
        if first > start {
            entries &= u32::MAX << (first - start);
        }
        if last < start + BLOCK - 1 {
            entries &= (2 << (last - start)) - 1;
        }
        while entries != 0 {
            let entry = start + entries.trailing_zeros() as usize;
            entries &= entries - 1;
            match level {
                0 => take(entry),
                _ => self.visit(level - 1, entry, take),
            }
        }
    }
}

/// A bit for each entry of a block: whether it is below the limit.
#[inline]
fn entries_below(block: &[u32; BLOCK], limit: u32) -> u32 {
    let mut bits = 0;
    for (place, &value) in block.iter().enumerate() {
        bits |= u32::from(value < limit) << place;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_sizes_around_whole_blocks() {
        for num_ranks in [0, 1, 15, 16, 17, 255, 256, 257, 4096, 5000] {
            let ranks: Vec<u32> = (0..num_ranks as u32).rev().collect();
            let tree = LeastRanks::new(ranks);
            let mut places = Vec::new();
            tree.below(7, 0..num_ranks, |place| places.push(place));
            let expected: Vec<usize> = (num_ranks.saturating_sub(7)..num_ranks).collect();
            assert_eq!(places, expected, "{num_ranks}");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_a_scan_finds(
            ranks in prop::collection::vec(0u32..1000, 1..1500), limit in 0u32..1100, ends in any::<(u16, u16)>(),
        ) {
            let (start, end) = (ends.0 as usize % ranks.len(), ends.1 as usize % (ranks.len() + 1));
            let range = start..end.max(start);
            let naive: Vec<usize> = range.clone().filter(|&place| ranks[place] < limit).collect();
            let mut places = Vec::new();
            LeastRanks::new(ranks).below(limit, range, |place| places.push(place));
            prop_assert_eq!(places, naive);
        }
    }
}
