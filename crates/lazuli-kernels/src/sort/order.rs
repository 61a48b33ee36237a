//! Order: rows by the steps of a plan.
//!
//! Many rows are split into buckets (see [`super::split`]), few are sorted by their words in cache; rows of equal words are
//! told apart by the next step, all tied rows of a bucket together. Buckets are tasks; one that holds a large part of all
//! rows is split once more by all tasks.
//!
//! Rows with equal words are always in the order of their numbers before the next step, which makes every sort stable.

use std::ops::Range;

use lazuli_array::memory::filled_with_zeros;

use super::RowComparator;
use super::integers;
use super::piece::{Rows, Word};
use super::plan::{Plan, Step};
use super::split::{Bucket, Entry, Feed, Split, WordRange, split};
use crate::join::Stopped;
use crate::tasks::{AnyTasks, Tasks, one_by_one};

/// Rows that are sorted at once: their entries fit half of a second-level cache of 1 MiB.
const LEAF_ROWS: usize = 32 * 1024;

/// Rows of a task of small buckets.
const TASK_ROWS: usize = 16 * 1024;

/// Rows that are worth all tasks.
const SHARED_ROWS: usize = 128 * 1024;

/// Which rows to sort.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// The first so many.
    All(usize),
    /// These, ascending.
    Some(&'a [u32]),
}

impl Input<'_> {
    fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Some(rows) => rows.len(),
        }
    }

    fn rows(&self, start: usize, length: usize) -> Rows<'_> {
        match self {
            Self::All(_) => Rows::From(start),
            Self::Some(rows) => Rows::At(&rows[start..start + length]),
        }
    }

    fn numbers(&self, start: usize, target: &mut [u32]) {
        match self {
            Self::All(_) => target.iter_mut().zip(start as u32..).for_each(|(slot, row)| *slot = row),
            Self::Some(rows) => target.copy_from_slice(&rows[start..start + target.len()]),
        }
    }
}

/// Rows with words that are made when they are read.
pub(super) struct Words<'a> {
    pub word: &'a Word<'a>,
    pub input: Input<'a>,
}

impl Feed for Words<'_> {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn words(&self, start: usize, target: &mut [u64]) {
        self.word.read(self.input.rows(start, target.len()), target);
    }

    fn numbers(&self, start: usize, target: &mut [u32]) {
        self.input.numbers(start, target);
    }
}

/// Rows with words that were made once.
struct ReadWords<'a> {
    words: &'a [u64],
    input: Input<'a>,
}

impl Feed for ReadWords<'_> {
    fn len(&self) -> usize {
        self.words.len()
    }

    fn words(&self, start: usize, target: &mut [u64]) {
        target.copy_from_slice(&self.words[start..start + target.len()]);
    }

    fn numbers(&self, start: usize, target: &mut [u32]) {
        self.input.numbers(start, target);
    }
}

/// Rows that have been split before.
struct Entries<'a, E> {
    entries: &'a [E],
    row_bits: u32,
}

impl<E: Entry> Feed for Entries<'_, E> {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn words(&self, start: usize, target: &mut [u64]) {
        let entries = &self.entries[start..start + target.len()];
        target.iter_mut().zip(entries).for_each(|(slot, entry)| *slot = entry.word(self.row_bits));
    }

    fn numbers(&self, start: usize, target: &mut [u32]) {
        let entries = &self.entries[start..start + target.len()];
        target.iter_mut().zip(entries).for_each(|(slot, entry)| *slot = entry.number(self.row_bits));
    }
}

/// The words of all rows.
fn read_in_tasks(word: &Word<'_>, input: Input<'_>, tasks: &AnyTasks<'_>) -> Result<Vec<u64>, Stopped> {
    let mut words = filled_with_zeros(input.len());
    let mut rest = words.as_mut_slice();
    let mut parts = Vec::new();
    for range in tasks.ranges(input.len(), TASK_ROWS) {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(range.len());
        rest = others;
        parts.push((range.start, part));
    }
    tasks.run_on(parts, |(start, part): (usize, &mut [u64])| {
        word.read_all(input.rows(start, part.len()), part);
    })?;
    Ok(words)
}

/// Writes the numbers of rows in the order of the steps from `step` on.
pub(super) fn order(
    plan: &Plan<'_>,
    step: usize,
    input: Input<'_>,
    target: &mut [u32],
    tasks: &AnyTasks<'_>,
) -> Result<(), Stopped> {
    match plan.steps.get(step) {
        None => {
            input.numbers(0, target);
            Ok(())
        }
        Some(Step::Compare(rows)) => {
            input.numbers(0, target);
            sort_by_comparison(rows, target);
            Ok(())
        }
        Some(Step::Word(word)) => {
            let last = match input {
                Input::All(rows) => rows.saturating_sub(1) as u32,
                Input::Some(rows) => rows.last().copied().unwrap_or(0),
            };
            let row_bits = u32::BITS - last.leading_zeros();
            let sorting = Sorting { plan, step, row_bits };
            if word.bits + row_bits <= u64::BITS {
                sorting.words::<u64>(word, input, target, tasks)
            } else {
                sorting.words::<(u64, u32)>(word, input, target, tasks)
            }
        }
    }
}

/// In one place, for a sort is a lot of code.
fn sort_by_comparison(rows: &RowComparator<'_>, target: &mut [u32]) {
    target.sort_by(|&left, &right| rows.compare(left as usize, right as usize));
}

/// One step.
#[derive(Clone, Copy)]
struct Sorting<'a> {
    plan: &'a Plan<'a>,
    step: usize,
    row_bits: u32,
}

/// A bucket and where the numbers of its rows go.
struct Part<'a, E> {
    entries: &'a mut [E],
    words: WordRange,
    target: &'a mut [u32],
}

impl Sorting<'_> {
    fn words<E: Entry>(
        &self,
        word: &Word<'_>,
        input: Input<'_>,
        target: &mut [u32],
        tasks: &AnyTasks<'_>,
    ) -> Result<(), Stopped> {
        let words = WordRange { base: 0, bits: word.bits };
        if input.len() > LEAF_ROWS {
            let split = if word.is_costly() {
                let read = read_in_tasks(word, input, tasks)?;
                split::<E>(&ReadWords { words: &read, input }, words, self.row_bits, tasks)?
            } else {
                split::<E>(&Words { word, input }, words, self.row_bits, tasks)?
            };
            return self.split_rows(split, target, tasks);
        }
        let mut read = vec![0; input.len()];
        word.read_all(input.rows(0, input.len()), &mut read);
        input.numbers(0, target);
        let entry = |(&word, &number): (&u64, &u32)| E::new(word, number, self.row_bits);
        let mut entries: Vec<E> = read.iter().zip(&*target).map(entry).collect();
        self.leaf(
            Part { entries: &mut entries, words, target },
            &mut Scratch { words: read, ..Scratch::default() },
        );
        Ok(())
    }

    /// Sorts buckets, as tasks.
    fn split_rows<E: Entry>(
        &self,
        mut split: Split<E>,
        target: &mut [u32],
        tasks: &AnyTasks<'_>,
    ) -> Result<(), Stopped> {
        let rows = split.entries.len();
        let is_shared = |rows_of: usize| {
            tasks.width() > 1 && rows_of > SHARED_ROWS && rows_of > rows / (2 * tasks.width())
        };
        let mut shared = Vec::new();
        let mut groups: Vec<Vec<Part<'_, E>>> = Vec::new();
        let mut gathered = usize::MAX;
        let mut entries_left = split.entries.as_mut_slice();
        let mut target_left = target;
        for Bucket { rows, words } in split.buckets {
            let (entries, others) = std::mem::take(&mut entries_left).split_at_mut(rows.len());
            entries_left = others;
            let (target, others) = std::mem::take(&mut target_left).split_at_mut(rows.len());
            target_left = others;
            let part = Part { entries, words, target };
            if is_shared(rows.len()) {
                shared.push(part);
                continue;
            }
            if gathered >= TASK_ROWS {
                groups.push(Vec::new());
                gathered = 0;
            }
            gathered += rows.len();
            groups.last_mut().expect("made for the first part").push(part);
        }
        tasks.run_on(groups, |parts| {
            let mut scratch = Scratch::default();
            parts.into_iter().for_each(|part| self.part(part, &mut scratch));
        })?;
        for part in shared {
            self.shared_part(part, tasks)?;
        }
        Ok(())
    }

    /// Sorts a bucket of many rows by all tasks.
    fn shared_part<E: Entry>(&self, part: Part<'_, E>, tasks: &AnyTasks<'_>) -> Result<(), Stopped> {
        if part.words.bits > 0 {
            let feed = Entries { entries: part.entries, row_bits: self.row_bits };
            let split = split::<E>(&feed, part.words, self.row_bits, tasks)?;
            return self.split_rows(split, part.target, tasks);
        }
        self.write_numbers(part.entries, part.target);
        if self.step + 1 < self.plan.steps.len() {
            let rows = part.target.to_vec();
            order(self.plan, self.step + 1, Input::Some(&rows), part.target, tasks)?;
        }
        Ok(())
    }

    /// Sorts a bucket.
    fn part<E: Entry>(&self, part: Part<'_, E>, scratch: &mut Scratch) {
        if part.entries.len() <= LEAF_ROWS {
            return self.leaf(part, scratch);
        }
        one_by_one(|tasks| self.shared_part(part, tasks));
    }

    fn write_numbers<E: Entry>(&self, entries: &[E], target: &mut [u32]) {
        target.iter_mut().zip(entries).for_each(|(slot, entry)| *slot = entry.number(self.row_bits));
    }

    /// Sorts few rows.
    fn leaf<E: Entry>(&self, part: Part<'_, E>, scratch: &mut Scratch) {
        let Part { entries, words, target } = part;
        let mut ties = Ties { has_next: self.step + 1 < self.plan.steps.len(), runs: Vec::new() };
        let position_bits = usize::BITS - entries.len().saturating_sub(1).leading_zeros();
        if words.bits == 0 || entries.len() < 2 {
            self.write_numbers(entries, target);
            ties.add(0..target.len());
        } else {
            // The word above the row's place in the bucket: one integer a row, all different. Low bits of words that find
            // no room are looked at where the others are equal.
            let dropped = (words.bits + position_bits).saturating_sub(u64::BITS);
            let packed = &mut scratch.words;
            let pack = |(entry, place): (&E, u64)| {
                (entry.word(self.row_bits) - words.base) >> dropped << position_bits | place
            };
            packed.clear();
            packed.extend(entries.iter().zip(0..).map(pack));
            integers::sort(packed, position_bits, words.bits - dropped, &mut scratch.spare);
            let mask = (1 << position_bits) - 1;
            let entry = |packed: u64| entries[(packed & mask) as usize];
            if dropped > 0 {
                for run in
                    packed.chunk_by_mut(|&left, &right| left >> position_bits == right >> position_bits)
                {
                    // Entries of one word are in the order of their rows, and so are their places.
                    run.sort_by_key(|&packed| entry(packed).word(self.row_bits));
                }
            }
            target
                .iter_mut()
                .zip(&*packed)
                .for_each(|(slot, &packed)| *slot = entry(packed).number(self.row_bits));
            if dropped > 0 {
                ties.find(packed, |packed| entry(packed).word(self.row_bits));
            } else {
                ties.find(packed, |packed| packed >> position_bits);
            }
        }
        refine(self.plan, self.step + 1, ties.runs, target);
    }
}

/// Memory that tasks use again and again.
#[derive(Default)]
struct Scratch {
    words: Vec<u64>,
    spare: integers::Spare,
}

/// Runs of rows that the steps so far do not tell apart.
struct Ties {
    /// Whether there is a step that might.
    has_next: bool,
    runs: Vec<Range<usize>>,
}

impl Ties {
    fn add(&mut self, run: Range<usize>) {
        if self.has_next && run.len() > 1 {
            self.runs.push(run);
        }
    }

    fn find<V: Copy>(&mut self, values: &[V], word: impl Fn(V) -> u64) {
        if !self.has_next {
            return;
        }
        let mut start = 0;
        for run in values.chunk_by(|&left, &right| word(left) == word(right)) {
            self.add(start..start + run.len());
            start += run.len();
        }
    }
}

/// Orders the rows of each run, which are ascending, by the steps from `step` on.
fn refine(plan: &Plan<'_>, mut step: usize, mut runs: Vec<Range<usize>>, target: &mut [u32]) {
    while !runs.is_empty() {
        let word = match plan.steps.get(step) {
            None => return,
            Some(Step::Compare(rows)) => {
                for run in runs {
                    sort_by_comparison(rows, &mut target[run]);
                }
                return;
            }
            Some(Step::Word(word)) => word,
        };
        if let [run] = runs.as_slice() {
            // Many rows, perhaps.
            let target = &mut target[run.clone()];
            let rows = target.to_vec();
            one_by_one(|tasks| order(plan, step, Input::Some(&rows), target, tasks));
            return;
        }
        let tied: Vec<u32> = runs.iter().flat_map(|run| target[run.clone()].iter().copied()).collect();
        let mut words = vec![0; tied.len()];
        word.read_all(Rows::At(&tied), &mut words);
        let mut entries: Vec<(u64, u32)> = words.into_iter().zip(tied).collect();
        let mut ties = Ties { has_next: step + 1 < plan.steps.len(), runs: Vec::new() };
        let mut rest = entries.as_mut_slice();
        for run in runs {
            let (entries, others) = std::mem::take(&mut rest).split_at_mut(run.len());
            rest = others;
            entries.sort_unstable();
            target[run.clone()].iter_mut().zip(&*entries).for_each(|(slot, entry)| *slot = entry.1);
            if ties.has_next {
                let mut start = run.start;
                for run in entries.chunk_by(|left, right| left.0 == right.0) {
                    ties.add(start..start + run.len());
                    start += run.len();
                }
            }
        }
        runs = ties.runs;
        step += 1;
    }
}
