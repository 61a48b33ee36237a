//! Rows that are in order already, or in the opposite one.
//!
//! The first rows say which of the two is worth looking for; then ranges of rows are looked at until one of them says no.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicBool, Ordering as Memory};

use super::RowComparator;
use super::piece::{CHUNK_ROWS, Rows};
use super::plan::{Plan, Step};
use crate::join::Stopped;
use crate::tasks::{AnyTasks, Tasks};

/// Rows of a task.
const TASK_ROWS: usize = 32 * 1024;

/// The order of rows that need no sorting.
pub(super) fn order(plan: &Plan<'_>, rows: usize, tasks: &AnyTasks<'_>) -> Result<Option<Vec<u32>>, Stopped> {
    let check = Check::new(plan);
    let first_rows = rows.min(CHUNK_ROWS);
    let wanted = if check.holds(0, first_rows, Wanted::Ascending) {
        Wanted::Ascending
    } else if check.holds(0, first_rows, Wanted::Reversed) {
        Wanted::Reversed
    } else {
        return Ok(None);
    };
    let ranges = tasks.ranges(rows, TASK_ROWS);
    let is_refuted = AtomicBool::new(false);
    tasks.run(ranges.len(), |range| {
        // Neighbouring ranges share a row.
        let range = ranges[range].start.saturating_sub(1)..ranges[range].end;
        for start in range.clone().step_by(CHUNK_ROWS - 1) {
            if is_refuted.load(Memory::Relaxed) {
                return;
            }
            if !check.holds(start, CHUNK_ROWS.min(range.end - start), wanted) {
                is_refuted.store(true, Memory::Relaxed);
            }
        }
    })?;
    if is_refuted.into_inner() {
        return Ok(None);
    }
    let rows = rows as u32;
    Ok(Some(if wanted == Wanted::Ascending { (0..rows).collect() } else { (0..rows).rev().collect() }))
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    /// Each row is at least the one before it.
    Ascending,
    /// Each row is less than the one before it, so that no ties have to be turned back.
    Reversed,
}

struct Check<'a> {
    plan: &'a Plan<'a>,
    /// Tells rows of equal first words apart; `None` if nothing does.
    comparator: Option<RowComparator<'a>>,
}

impl<'a> Check<'a> {
    fn new(plan: &'a Plan<'a>) -> Self {
        let comparator = (plan.steps.len() > 1).then(|| RowComparator::new(&plan.keys));
        Self { plan, comparator }
    }

    /// Whether at most [`CHUNK_ROWS`] rows are in order.
    fn holds(&self, start: usize, length: usize, wanted: Wanted) -> bool {
        let word = match self.plan.steps.first() {
            None => return wanted == Wanted::Ascending || length < 2,
            Some(Step::Compare(rows)) => {
                return (start + 1..start + length).all(|row| match rows.compare(row - 1, row) {
                    Ordering::Less => wanted == Wanted::Ascending,
                    Ordering::Equal => wanted == Wanted::Ascending,
                    Ordering::Greater => wanted == Wanted::Reversed,
                });
            }
            Some(Step::Word(word)) => word,
        };
        let mut words = [0; CHUNK_ROWS];
        let words = &mut words[..length];
        word.read(Rows::From(start), words);
        let holds = match wanted {
            Wanted::Ascending => words.is_sorted(),
            Wanted::Reversed => words.is_sorted_by(|left, right| left >= right),
        };
        let mut pairs = words.windows(2).zip(start..);
        holds
            && pairs.all(|(pair, row)| {
                pair[0] != pair[1]
                    || match &self.comparator {
                        None => wanted == Wanted::Ascending,
                        Some(rows) => match rows.compare(row, row + 1) {
                            Ordering::Less | Ordering::Equal => wanted == Wanted::Ascending,
                            Ordering::Greater => wanted == Wanted::Reversed,
                        },
                    }
            })
    }
}
