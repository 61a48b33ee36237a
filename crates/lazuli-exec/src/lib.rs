//! The executor: resolved plans to pipelines, pipelines to rows.
//!
//! ```text
//! LogicalPlan ─prepare─▶ resolved, optimized ─lower─▶ pipelines ─run─▶ batches
//! ```
//! A pipeline is a source, a chain of operators and a sink. Worker loops pull a morsel from the source
//! and push it through the chain into a state of their own; a sink that is finished is the next pipeline's source. What
//! is in flight is one morsel a worker, so memory is bounded by construction; whoever must hold more reserves it from
//! the query's [`MemoryBudget`] first.
//!
//! Row order and every value are a function of query and data, never of threads or morsel size: each morsel carries its
//! place, and whoever holds rows puts them back by it.
//!
//! Not here: what expressions mean (`lazuli-expr`), what files look like (`lazuli-io`), rewriting plans
//! (`lazuli-plan`).

#![forbid(unsafe_code)]

mod batches; // an answer batch by batch
mod context; // what the workers of one query share
mod engine; // threads, and the way from plan to answer
mod error; // what can go wrong in a query
mod lower; // plan to pipelines
mod memory; // the budget, and what batches weigh
mod morsel; // a batch and its place
mod operator; // what happens to rows, one operator a file
mod options; // how to run a query
mod pipeline; // source, operators, sink, and how they run
mod pool; // threads that queries share
mod prepare; // resolve and optimize
mod profile; // what each operator did
mod progress; // how far a query has come
mod query; // a running query from outside
mod rejects; // records that were set aside
mod sink; // where rows go
mod source; // where rows come from
mod spill; // rows that wait in files
mod stale; // files of processes that were killed
mod verify; // two plans of one query, compared

pub use batches::Batches;
pub use engine::Engine;
pub use error::ExecError;
pub use memory::{MemoryBudget, Reservation};
pub use options::{CancelFlag, ExecOptions, ReadCounters};
pub use profile::{OperatorKind, OperatorProfile, Profile, Profiler};
pub use progress::{OnProgress, Progress};
pub use query::QueryHandle;
pub use rejects::Rejects;
#[cfg(feature = "ipc")]
pub use sink::IpcSink;
#[cfg(feature = "ndjson")]
pub use sink::NdjsonSink;
#[cfg(feature = "parquet")]
pub use sink::ParquetSink;
pub use sink::{CsvSink, discard_unfinished_files};
#[cfg(feature = "ipc")]
pub use source::IpcSource;
#[cfg(feature = "ndjson")]
pub use source::NdjsonSource;
#[cfg(feature = "parquet")]
pub use source::ParquetSource;
pub use source::{CsvSource, FileSource, FrameSource, OnceSource};
pub use verify::{Difference, PlansDiffer, ValueDifference};

/// The result of running a query, or a part of it.
pub type Result<T> = std::result::Result<T, ExecError>;
