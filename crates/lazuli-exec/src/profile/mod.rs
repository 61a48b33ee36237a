//! What each operator of a query did: rows, bytes, time, waiting, memory.
//!
//! ```text
//! Profiler ──▶ a meter for each operator ──▶ Profile: typed rows ──▶ frame, table, JSON, HTML
//! (options)    (workers add to it)
//! ```
//! Measured only for queries whose options have a [`Profiler`]: others pay one branch for each morsel and operator. A
//! worker counts for itself and hands over when it leaves; it reads the clock as it enters an operator and as it leaves
//! ([`meter`]), so times are those of the operators themselves, not of what stands behind them.
//!
//! Not here: what operators are called ([`Description`] is theirs to give).

mod clock; // time at work, time that was waited
mod description; // what operators say of themselves
mod html; // a picture and a table, for a browser
mod json; // for programs
mod meter; // what is counted while a query runs
mod profiler; // what the queries of one user did
mod table; // for a terminal, and as a frame

use std::fmt;
use std::time::Duration;

pub(crate) use clock::wait;
pub(crate) use description::{Description, Leaves, Link, Scanned};
pub(crate) use meter::{Joint, OperatorMeter, WorkerMeter, here};
pub(crate) use profiler::PipelineMeters;
pub use profiler::Profiler;

/// What a query did, operator by operator, in the order in which they ran.
///
/// ```
/// use lazuli_array::{Column, DataFrame, FromValues};
/// use lazuli_exec::{Engine, ExecOptions, FrameSource};
/// use lazuli_expr::col;
/// use lazuli_plan::{Caller, Filter, LogicalPlan, Node, Scan};
/// use std::sync::Arc;
///
/// let frame = DataFrame::from_columns(vec![("a".into(), Column::from_values([1i64, 5, 3].into_iter()))])?;
/// let input = LogicalPlan::new(Node::Scan(Scan::new(Arc::new(FrameSource::new(frame)))), Caller::Engine);
/// let plan = input.with_node(Node::Filter(Filter { input: input.clone(), predicates: vec![col("a").gt(2)] }));
/// let (answer, profile) = Engine::global().execute_profiled(&plan, &ExecOptions::default())?;
/// assert_eq!(answer.height(), 2);
/// let filter = profile.operators.iter().find(|row| row.operator == "filter").expect("there is one");
/// assert_eq!((filter.rows_in, filter.rows_out), (3, 2));
/// assert_eq!(profile.to_frame().height(), profile.operators.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Profile {
    /// One row for each operator.
    pub operators: Vec<OperatorProfile>,
    /// From the first pipeline's start to the last one's end, planning left out. Of several queries, such as one that first
    /// looks for the columns of a pivot, the sum.
    pub time: Duration,
    /// Threads that the query had.
    pub threads: usize,
    /// The most that all operators held together.
    pub peak_memory_bytes: usize,
}

/// What an operator does in its pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorKind {
    /// Gives rows: a scan, or what reads the rows that an earlier pipeline has left.
    Source,
    /// Works on rows as they pass by.
    Operator,
    /// Takes all rows in; what it makes of them is read by a later pipeline, or is the answer.
    Sink,
}

impl OperatorKind {
    /// `source`, `operator` or `sink`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Operator => "operator",
            Self::Sink => "sink",
        }
    }
}

impl fmt::Display for OperatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What one operator did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OperatorProfile {
    /// Its place among the operators of the profile.
    pub id: usize,
    /// The pipeline that it belongs to, from 0. Pipelines run one after the other.
    pub pipeline: usize,
    /// Source, operator or sink.
    pub kind: OperatorKind,
    /// Its name: `scan`, `filter`, `select`, `join`, `group_by`, `sort` ...
    pub operator: String,
    /// What it works on: a file, predicates, keys.
    pub detail: String,
    /// The operators whose rows come in, or whose tables are looked up.
    pub inputs: Vec<usize>,
    /// Rows that came in; of a scan, those of the source that it went through, rows that it could skip included.
    pub rows_in: u64,
    /// Rows that went out; of a sink that leaves a table or writes, those that it took in.
    pub rows_out: u64,
    /// Batches that went out.
    pub batches: u64,
    /// Bytes of the values that went out. Dictionaries of texts, which batches share, are not counted.
    pub bytes_out: u64,
    /// Time at work, of all threads together, waiting left out; of a sink, its finish included.
    pub time: Duration,
    /// The same by thread; the first is the one that the query runs on.
    pub time_per_thread: Vec<Duration>,
    /// Of all threads together, the time spent waiting: for rows that come before, for whoever takes the answer, for other
    /// threads' share of a finish.
    pub wait: Duration,
    /// How long the finish of a sink took, by the clock on the wall; zero for others.
    pub finish_time: Duration,
    /// The most that it held of the query's memory, in use or left for others to read.
    pub peak_memory_bytes: usize,
    /// Bytes that it wrote to disk since memory was short.
    pub spilled_bytes: u64,
    /// How many parts it wrote to disk.
    pub spilled_partitions: u64,
    /// Of a scan, rows that were removed by filters pushed down into it. If a limit stops the scan, rows that were read and
    /// not asked for count, too.
    pub rows_pruned: u64,
    /// Of a scan, groups of rows that were not read since their statistics ruled them out.
    pub row_groups_pruned: u64,
}

impl OperatorProfile {
    /// The time of the thread that was busiest.
    pub fn time_max_thread(&self) -> Duration {
        self.time_per_thread.iter().copied().max().unwrap_or_default()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
