//! When enough rows have been read, although chunks finish in any order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts the rows of finished chunks that have no unfinished one before them.
#[derive(Debug)]
pub(super) struct LimitTracker {
    limit: usize,
    reached: AtomicBool,
    finished: Mutex<Finished>,
}

#[derive(Debug, Default)]
struct Finished {
    /// All chunks before this one are finished.
    next: u64,
    /// Rows of those.
    rows: usize,
    /// Rows of chunks behind a gap.
    ahead: BTreeMap<u64, usize>,
}

impl LimitTracker {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, reached: AtomicBool::new(limit == 0), finished: Mutex::default() }
    }

    /// Whether the chunks read so far surely hold the first `limit` rows.
    pub(super) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Acquire)
    }

    /// Notes a finished chunk; how many of its rows can matter.
    pub(super) fn finish(&self, sequence: u64, rows: usize) -> usize {
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        let useful =
            if sequence == finished.next { self.limit.saturating_sub(finished.rows) } else { self.limit };
        finished.ahead.insert(sequence, rows);
        let mut next = finished.next;
        while let Some(rows) = finished.ahead.remove(&next) {
            next += 1;
            finished.next = next;
            finished.rows = finished.rows.saturating_add(rows);
        }
        if finished.rows >= self.limit {
            self.reached.store(true, Ordering::Release);
        }
        useful.min(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_without_a_gap_count() {
        let tracker = LimitTracker::new(10);
        assert_eq!(tracker.finish(1, 100), 10);
        assert!(!tracker.is_reached());
        assert_eq!(tracker.finish(0, 4), 4);
        assert!(tracker.is_reached());
        assert_eq!(tracker.finish(2, 5), 0);
        assert!(LimitTracker::new(0).is_reached());
    }
}
