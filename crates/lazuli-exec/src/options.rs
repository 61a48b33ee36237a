//! How to run a query: one struct, handed down, read by whoever needs it. Nothing is read from the environment.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use lazuli_plan::optimizer::OptimizerOptions;

use crate::{Engine, OnProgress, Profiler, Rejects};

/// How to run a query. The answer does not depend on any of it.
#[derive(Debug, Clone)]
pub struct ExecOptions {
    /// Whose threads and memory the query has: those of [`Engine::global`] if `None`. For who runs queries by an engine, that
    /// one is meant already.
    pub engine: Option<Engine>,
    /// Worker threads; the machine's if `None`.
    pub threads: Option<usize>,
    /// What the operators of the query may hold in memory; most of what is free when the query starts if `None`.
    ///
    /// Where that is not enough, sorts, distinct rows, windows and as-of joins go on in files. Windows do if there is a key that all
    /// windows of the step are partitioned by, as-of joins if they have `by` keys; of these, what has one key has to fit: the rows of a
    /// window's partition, the right rows of a join. All else that does not fit is
    /// [`ExecError::MemoryBudget`](crate::ExecError::MemoryBudget).
    pub memory_bytes: Option<usize>,
    /// What they may hold before those that can go on in temporary files do so; three quarters of `memory_bytes` if `None`. With
    /// 0, everything that can be in files is.
    pub spill_bytes: Option<usize>,
    /// Where operators put rows that do not fit in memory; the system's folder for temporary files if `None`.
    pub temp_dir: Option<PathBuf>,
    /// What these files may take together; as much as there is if `None`.
    pub max_temp_bytes: Option<u64>,
    /// Rows that operators work on at a time.
    pub morsel_rows: usize,
    /// Sources of at most so many rows are read by the calling thread: waking others would take longer.
    pub single_thread_rows: usize,
    /// Which rules the optimizer applies.
    pub optimizer: OptimizerOptions,
    /// Ends the query with [`crate::ExecError::Cancelled`] soon after it is set.
    pub cancel: CancelFlag,
    /// Ends the query with [`crate::ExecError::Deadline`] soon after this moment, if it still runs.
    pub deadline: Option<Instant>,
    /// What the query has read from its sources, counted as each of them ends.
    pub counters: ReadCounters,
    /// Is told how far the query has come.
    pub on_progress: Option<OnProgress>,
    /// Measures what each operator does. Without it nothing is measured.
    pub profiler: Option<Profiler>,
    /// Takes the records that sources set aside. A query that reads such a source without it is an error: no record
    /// disappears unseen.
    pub rejects: Option<Rejects>,
}

impl ExecOptions {
    /// A morsel of eight 8-byte columns is 2 MiB, about an L2 cache; a virtual call a morsel costs nothing.
    pub const DEFAULT_MORSEL_ROWS: usize = 32 * 1024;

    /// At some 20 ns a row, so many rows take a few times as long as waking a thread does.
    pub const DEFAULT_SINGLE_THREAD_ROWS: usize = 16 * 1024;
}

impl Default for ExecOptions {
    fn default() -> Self {
        Self {
            engine: None,
            threads: None,
            memory_bytes: None,
            spill_bytes: None,
            temp_dir: None,
            max_temp_bytes: None,
            morsel_rows: Self::DEFAULT_MORSEL_ROWS,
            single_thread_rows: Self::DEFAULT_SINGLE_THREAD_ROWS,
            optimizer: OptimizerOptions::default(),
            cancel: CancelFlag::default(),
            deadline: None,
            counters: ReadCounters::default(),
            on_progress: None,
            profiler: None,
            rejects: None,
        }
    }
}

/// Rows and bytes that queries have read. Clones are the same counters; queries that share them add up.
#[derive(Debug, Clone, Default)]
pub struct ReadCounters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl ReadCounters {
    /// Rows of all sources that have ended, those that filters removed included.
    pub fn rows_read(&self) -> u64 {
        self.0.rows.load(Ordering::Relaxed)
    }

    /// Bytes of all files that have ended.
    pub fn bytes_read(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, rows: u64, bytes: u64) {
        self.0.rows.fetch_add(rows, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Stops a running query from another thread. Clones are the same flag.
///
/// ```
/// use lazuli_exec::CancelFlag;
///
/// let flag = CancelFlag::default();
/// let seen_by_the_query = flag.clone();
/// flag.cancel();
/// assert!(seen_by_the_query.is_cancelled());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<Flag>);

#[derive(Debug, Default)]
struct Flag {
    is_set: AtomicBool,
    /// Counts for this one, too.
    parent: Option<CancelFlag>,
}

impl CancelFlag {
    /// Sets the flag, for good.
    pub fn cancel(&self) {
        self.0.is_set.store(true, Ordering::Relaxed);
    }

    /// Whether the flag is set, or one that it is a child of.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_set.load(Ordering::Relaxed) || self.0.parent.as_ref().is_some_and(Self::is_cancelled)
    }

    /// A flag that is set with this one, and can be set alone.
    pub fn child(&self) -> Self {
        Self(Arc::new(Flag { is_set: AtomicBool::new(false), parent: Some(self.clone()) }))
    }
}
