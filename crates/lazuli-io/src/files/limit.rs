//! When enough rows have been read, although chunks finish in any order, and whether a mistake lies behind them.
//!
//! With a limit, what is wrong behind the last wanted row must not be told: otherwise the answer would depend on chunk
//! size and threads. So a chunk with a mistake waits until the chunks before it have said how many rows they have.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Counts the rows of finished chunks that have no unfinished one before them.
#[derive(Debug)]
pub(crate) struct LimitTracker {
    limit: usize,
    reached: AtomicBool,
    finished: Mutex<Finished>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Finished {
    /// All chunks before this one are finished.
    next: u64,
    /// Rows of those.
    rows: usize,
    /// Rows of chunks behind a gap.
    ahead: BTreeMap<u64, usize>,
    /// The first chunk that ended in an error: it will never be finished.
    failed: Option<u64>,
}

impl LimitTracker {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            reached: AtomicBool::new(limit == 0),
            finished: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Whether the chunks read so far surely hold the first `limit` rows.
    pub(crate) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Acquire)
    }

    /// Takes on a chunk: it must be finished in the end, and counts as failed if it is not.
    pub(crate) fn claim(&self, sequence: u64) -> Claim<'_> {
        Claim { tracker: self, sequence, is_finished: false }
    }

    fn lock(&self) -> MutexGuard<'_, Finished> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A chunk being parsed under a limit.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    tracker: &'a LimitTracker,
    sequence: u64,
    is_finished: bool,
}

impl Claim<'_> {
    /// The chunk has so many rows. How many of them can matter.
    pub(crate) fn finish(mut self, rows: usize) -> usize {
        self.is_finished = true;
        let tracker = self.tracker;
        let mut finished = tracker.lock();
        let is_next = self.sequence == finished.next;
        let useful = if is_next { tracker.limit.saturating_sub(finished.rows) } else { tracker.limit };
        finished.ahead.insert(self.sequence, rows);
        let mut next = finished.next;
        while let Some(rows) = finished.ahead.remove(&next) {
            next += 1;
            finished.next = next;
            finished.rows = finished.rows.saturating_add(rows);
        }
        if finished.rows >= tracker.limit {
            tracker.reached.store(true, Ordering::Release);
        }
        tracker.changed.notify_all();
        useful.min(rows)
    }

    /// Whether the first `rows` rows of this chunk and the chunks before it are enough. Waits for those; they are being
    /// parsed and wait for nobody behind them.
    pub(crate) fn is_enough(&self, rows: usize) -> bool {
        let mut finished = self.tracker.lock();
        loop {
            if finished.rows >= self.tracker.limit {
                return true;
            }
            if finished.next == self.sequence {
                return finished.rows.saturating_add(rows) >= self.tracker.limit;
            }
            if finished.failed.is_some_and(|failed| failed < self.sequence) {
                return false;
            }
            finished = self.tracker.changed.wait(finished).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Not finished: an error, or a panic on the way. Who waits must hear of it.
impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.is_finished {
            let mut finished = self.tracker.lock();
            finished.failed = Some(finished.failed.map_or(self.sequence, |failed| failed.min(self.sequence)));
            self.tracker.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_without_a_gap_count() {
        let tracker = LimitTracker::new(10);
        assert_eq!(tracker.claim(1).finish(100), 10);
        assert!(!tracker.is_reached());
        assert_eq!(tracker.claim(0).finish(4), 4);
        assert!(tracker.is_reached());
        assert_eq!(tracker.claim(2).finish(5), 0);
        assert!(LimitTracker::new(0).is_reached());
    }

    #[test]
    fn a_mistake_waits_for_what_lies_before_it() {
        for (rows_before, enough) in [(Some(6), true), (Some(5), false), (None, false)] {
            let tracker = LimitTracker::new(10);
            let first = tracker.claim(0);
            std::thread::scope(|scope| {
                let second = scope.spawn(|| tracker.claim(1).is_enough(4));
                match rows_before {
                    Some(rows) => drop(first.finish(rows)),
                    None => drop(first),
                }
                assert_eq!(second.join().expect("no panic"), enough);
            });
        }
    }
}
