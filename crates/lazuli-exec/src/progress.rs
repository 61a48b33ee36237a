//! How far a query has come.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

/// How far a query has come in reading its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of files that were read.
    pub bytes_done: u64,
    /// Bytes of all files that the query reads; 0 if it reads none, or standard input.
    pub bytes_total: u64,
    /// Rows that were read, those that filters removed included.
    pub rows_done: u64,
}

/// A function that is told how far a query has come. Clones are the same function.
///
/// It is called by worker threads, by one at a time and with numbers that never fall, about once a chunk of a file (a
/// mebibyte): it should return soon. The last call comes when all sources have been read.
#[derive(Clone)]
pub struct OnProgress(Arc<dyn Fn(Progress) + Send + Sync>);

impl OnProgress {
    /// Tells this function.
    pub fn new(function: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }
}

impl fmt::Debug for OnProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnProgress")
    }
}

/// Counts for one query and passes on.
#[derive(Debug, Default)]
pub(crate) struct ProgressMeter {
    listener: Option<OnProgress>,
    sum: Mutex<Progress>,
    /// Held by the worker that tells, with what it told last.
    told: Mutex<Progress>,
}

impl ProgressMeter {
    pub(crate) fn new(listener: Option<OnProgress>) -> Self {
        Self { listener, ..Self::default() }
    }

    pub(crate) fn add_total(&self, bytes: u64) {
        self.sum.lock().unwrap_or_else(PoisonError::into_inner).bytes_total += bytes;
    }

    /// A source has read so much more. `is_last`: its end must be told even if another worker is telling something.
    pub(crate) fn add(&self, bytes: u64, rows: u64, is_last: bool) {
        let Some(OnProgress(listener)) = &self.listener else { return };
        {
            let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.bytes_done += bytes;
            sum.rows_done += rows;
        }
        let mut told = match self.told.try_lock() {
            Ok(told) => told,
            Err(TryLockError::Poisoned(told)) => told.into_inner(),
            // Whoever tells now is followed by others soon.
            Err(TryLockError::WouldBlock) if !is_last => return,
            Err(TryLockError::WouldBlock) => self.told.lock().unwrap_or_else(PoisonError::into_inner),
        };
        // Read under the lock, so that numbers never fall.
        let now = *self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != now {
            *told = now;
            listener(now);
        }
    }
}
