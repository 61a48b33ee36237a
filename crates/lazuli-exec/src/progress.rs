//! How far a query has come.

use std::fmt;
use std::ops::Add;
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
    /// Steps of the query that have ended: each reads sources, or what an earlier one has collected.
    pub pipelines_done: usize,
    /// All of these steps, as far as they are known.
    pub pipelines_total: usize,
}

impl Progress {
    /// How much of the files was read, from 0 to 1; if there are none, how many of the steps have ended. `None` before
    /// anything is known.
    pub fn fraction(&self) -> Option<f64> {
        let of = |done: f64, total: f64| (total > 0.0).then(|| (done / total).min(1.0));
        of(self.bytes_done as f64, self.bytes_total as f64)
            .or_else(|| of(self.pipelines_done as f64, self.pipelines_total as f64))
    }
}

impl Add for Progress {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            bytes_done: self.bytes_done + other.bytes_done,
            bytes_total: self.bytes_total + other.bytes_total,
            rows_done: self.rows_done + other.rows_done,
            pipelines_done: self.pipelines_done + other.pipelines_done,
            pipelines_total: self.pipelines_total + other.pipelines_total,
        }
    }
}

/// A function that is told how far a query has come. Clones are the same function.
///
/// It is called by worker threads, by one at a time and with numbers that never fall, about once a chunk of a file (a
/// mebibyte) and after each step of the query: it should return soon. The last call comes when all is done.
#[derive(Clone)]
pub struct OnProgress(Arc<dyn Fn(Progress) + Send + Sync>);

impl OnProgress {
    /// Tells this function.
    pub fn new(function: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    pub(crate) fn call(&self, progress: Progress) {
        (self.0)(progress);
    }

    /// A listener for queries that run one after the other, which tells this one what they have done together: those that find
    /// out the columns of a pivot, and then the query itself.
    pub(crate) fn of_all(&self) -> Self {
        let (listener, sum) = (self.clone(), Mutex::new((Progress::default(), Progress::default())));
        Self::new(move |progress| {
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            let (ended, last) = &mut *sum;
            // A query that has ended has told of a pipeline, and one that begins has none.
            if progress.pipelines_done < last.pipelines_done {
                *ended = *ended + *last;
            }
            *last = progress;
            listener.call(*ended + progress);
        })
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

    /// There are so many more bytes to read, and pipelines to run.
    pub(crate) fn add_total(&self, bytes: u64, pipelines: usize) {
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.bytes_total += bytes;
        sum.pipelines_total += pipelines;
    }

    /// A pipeline has ended.
    pub(crate) fn end_pipeline(&self) {
        self.tell(true, |sum| sum.pipelines_done += 1);
    }

    /// A source has read so much more. `is_last`: its end must be told even if another worker is telling something.
    pub(crate) fn add(&self, bytes: u64, rows: u64, is_last: bool) {
        self.tell(is_last, |sum| {
            sum.bytes_done += bytes;
            sum.rows_done += rows;
        });
    }

    fn tell(&self, is_last: bool, add: impl FnOnce(&mut Progress)) {
        let Some(listener) = &self.listener else { return };
        add(&mut self.sum.lock().unwrap_or_else(PoisonError::into_inner));
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
            listener.call(now);
        }
    }
}
