//! Split: rows into buckets of neighbouring words, by counting and one scatter.
//!
//! The range of the words is cut into many cells of equal width and the rows of each are counted; runs of cells become
//! buckets of about equal numbers of rows, so that skewed words (floats are: half of them share an exponent) still give
//! even buckets, and a cell that holds many rows is a bucket of its own. Rows keep their order within a bucket.
//!
//! Ranges of rows are counted and scattered as tasks: each owns its part of every bucket.

use std::ops::Range;
use std::slice::IterMut;

use lazuli_array::memory::advise_huge;

use super::piece::CHUNK_ROWS;
use crate::join::Stopped;
use crate::tasks::{AnyTasks, Tasks};

/// A row with its word.
pub(super) trait Entry: Copy + Send + Sync + Ord {
    /// No row in particular; all zero bytes.
    const ZERO: Self;

    /// The row `number` with its word. `row_bits`: how many bits row numbers take.
    fn new(word: u64, number: u32, row_bits: u32) -> Self;

    /// The word.
    fn word(self, row_bits: u32) -> u64;

    /// The row's number.
    fn number(self, row_bits: u32) -> u32;
}

/// Both in 64 bits: for words that leave room for row numbers.
impl Entry for u64 {
    const ZERO: Self = 0;

    #[inline(always)]
    fn new(word: u64, number: u32, row_bits: u32) -> Self {
        word << row_bits | u64::from(number)
    }

    #[inline(always)]
    fn word(self, row_bits: u32) -> u64 {
        self >> row_bits
    }

    #[inline(always)]
    fn number(self, row_bits: u32) -> u32 {
        (self & ((1 << row_bits) - 1)) as u32
    }
}

impl Entry for (u64, u32) {
    const ZERO: Self = (0, 0);

    #[inline(always)]
    fn new(word: u64, number: u32, _: u32) -> Self {
        (word, number)
    }

    #[inline(always)]
    fn word(self, _: u32) -> u64 {
        self.0
    }

    #[inline(always)]
    fn number(self, _: u32) -> u32 {
        self.1
    }
}

/// Where rows and their words come from. Asked once a chunk of rows, so it is a `dyn`.
pub(super) trait Feed: Sync {
    /// Number of rows.
    fn len(&self) -> usize;

    /// The words of the rows from `start` on, at most [`CHUNK_ROWS`].
    fn words(&self, start: usize, target: &mut [u64]);

    /// Their numbers.
    fn numbers(&self, start: usize, target: &mut [u32]);
}

/// Words from `base` on, of which the low `bits` bits differ: `word - base < 2^bits`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WordRange {
    pub base: u64,
    pub bits: u32,
}

/// Rows by bucket. A bucket has fewer rows than what was split, or its words differ in fewer bits.
pub(super) struct Split<E> {
    pub entries: Vec<E>,
    pub buckets: Vec<Bucket>,
}

/// Rows whose words lie in a range.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bucket {
    pub rows: Range<usize>,
    pub words: WordRange,
}

/// Buckets of one split: as many as a first-level cache has lines to write to at once.
pub(super) const MAX_BUCKETS: usize = 256;

/// Fewer rows than these are not worth a bucket.
const BUCKET_ROWS: usize = 1024;

/// Cells at most, so that counts of a task and the map from cells to buckets stay in the second-level cache.
const MAX_CELL_BITS: u32 = 14;

/// Rows of a task.
const TASK_ROWS: usize = 32 * 1024;

/// Buckets of even numbers of rows, and how many rows of each part of the feed are in each.
pub(super) struct Layout {
    /// Rows of a task each.
    pub ranges: Vec<Range<usize>>,
    pub buckets: Vec<Bucket>,
    /// Rows by range, then bucket.
    pub counts: Vec<Vec<u32>>,
    words: WordRange,
    shift: u32,
    bucket_of: Vec<u8>,
}

impl Layout {
    /// Counts the rows of a feed in a first pass.
    pub fn new(feed: &dyn Feed, words: WordRange, tasks: &AnyTasks<'_>) -> Result<Self, Stopped> {
        let rows = feed.len();
        // About sixteen rows a cell, so that counting cells is cheap beside counting rows.
        let cell_bits = (rows / 16).max(256).ilog2().min(MAX_CELL_BITS).min(words.bits);
        let shift = words.bits - cell_bits;
        let cells = 1 << cell_bits;

        let ranges = tasks.ranges(rows, TASK_ROWS);
        let counts = tasks.run(ranges.len(), |range| {
            let mut counts = vec![0u32; cells];
            let mut chunk = [0; CHUNK_ROWS];
            for start in ranges[range].clone().step_by(CHUNK_ROWS) {
                let chunk = &mut chunk[..CHUNK_ROWS.min(ranges[range].end - start)];
                feed.words(start, chunk);
                chunk.iter().for_each(|&word| counts[cell(word, words.base, shift, cells)] += 1);
            }
            counts
        })?;
        let total = |cell: usize| counts.iter().map(|counts| counts[cell] as usize).sum::<usize>();
        let totals: Vec<usize> = (0..cells).map(total).collect();
        let (bucket_of, bounds) = buckets(&totals, rows);

        let mut first_row = 0;
        let bucket = |bounds: &[usize]| {
            let start = first_row;
            let totals = &totals[bounds[0]..bounds[1]];
            first_row += totals.iter().sum::<usize>();
            // Cells without rows at either end are left out: else many rows of one word, the only ones of their bucket, would
            // be split into a bucket of the same range for ever.
            let has_rows = |total: &usize| *total > 0;
            let first = totals.iter().position(has_rows).unwrap_or(0);
            let last = totals.iter().rposition(has_rows).unwrap_or(first);
            let spread = (last - first + 1).next_power_of_two().trailing_zeros();
            let base = words.base + (((bounds[0] + first) as u64) << shift);
            Bucket { rows: start..first_row, words: WordRange { base, bits: shift + spread } }
        };
        let buckets: Vec<Bucket> = bounds.windows(2).map(bucket).collect();
        let by_bucket = |counts: Vec<u32>| -> Vec<u32> {
            bounds.windows(2).map(|bounds| counts[bounds[0]..bounds[1]].iter().sum()).collect()
        };
        let counts = counts.into_iter().map(by_bucket).collect();
        Ok(Self { ranges, buckets, counts, words, shift, bucket_of })
    }

    /// The bucket of a word.
    #[inline(always)]
    pub fn bucket(&self, word: u64) -> u8 {
        self.bucket_of[cell(word, self.words.base, self.shift, self.bucket_of.len())]
    }
}

/// The cell of a word, of `cells`, a power of two.
#[inline(always)]
fn cell(word: u64, base: u64, shift: u32, cells: usize) -> usize {
    (word.wrapping_sub(base) >> shift) as usize & (cells - 1)
}

/// Puts the rows of a feed into buckets. `row_bits`: for [`Entry`].
pub(super) fn split<E: Entry>(
    feed: &dyn Feed,
    words: WordRange,
    row_bits: u32,
    tasks: &AnyTasks<'_>,
) -> Result<Split<E>, Stopped> {
    let layout = Layout::new(feed, words, tasks)?;
    let mut entries = vec![E::ZERO; feed.len()];
    advise_huge(&mut entries);
    // The part of each bucket that each range fills.
    let mut parts: Vec<Vec<IterMut<'_, E>>> =
        layout.ranges.iter().map(|_| Vec::with_capacity(layout.buckets.len())).collect();
    let mut rest = entries.as_mut_slice();
    for bucket in 0..layout.buckets.len() {
        for (counts, parts) in layout.counts.iter().zip(&mut parts) {
            let (part, others) = rest.split_at_mut(counts[bucket] as usize);
            rest = others;
            parts.push(part.iter_mut());
        }
    }
    let items = layout.ranges.iter().cloned().zip(parts).collect();
    tasks.run_on(items, |(range, mut parts): (Range<usize>, Vec<IterMut<'_, E>>)| {
        let (mut words, mut numbers) = ([0; CHUNK_ROWS], [0; CHUNK_ROWS]);
        for start in range.clone().step_by(CHUNK_ROWS) {
            let length = CHUNK_ROWS.min(range.end - start);
            feed.words(start, &mut words[..length]);
            feed.numbers(start, &mut numbers[..length]);
            for (&word, &number) in words[..length].iter().zip(&numbers) {
                let slot = parts[usize::from(layout.bucket(word))].next();
                *slot.expect("a feed says the same twice") = E::new(word, number, row_bits);
            }
        }
    })?;
    Ok(Split { entries, buckets: layout.buckets })
}

/// The bucket of each cell, and the first cell of each bucket, with the number of cells at the end.
fn buckets(totals: &[usize], rows: usize) -> (Vec<u8>, Vec<usize>) {
    let mut target = (rows / (MAX_BUCKETS * 4 / 5)).max(BUCKET_ROWS);
    loop {
        let mut bounds = vec![0];
        let mut gathered = 0;
        for (cell, &count) in totals.iter().enumerate() {
            // A cell of many rows stays alone: often they are rows of one word, which are in order already.
            if gathered > 0 && (gathered >= target || count >= target) {
                bounds.push(cell);
                gathered = 0;
            }
            gathered += count;
        }
        bounds.push(totals.len());
        if bounds.len() - 1 <= MAX_BUCKETS {
            let mut bucket_of = vec![0; totals.len()];
            for (bucket, bounds) in bounds.windows(2).enumerate() {
                bucket_of[bounds[0]..bounds[1]].fill(bucket as u8);
            }
            return (bucket_of, bounds);
        }
        target += target / 4;
    }
}
