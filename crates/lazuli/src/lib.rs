//! Lazuli: a lazy DataFrame query engine that is exact, bounded in memory and reproducible.
//!
//! A query is built lazily, checked as a whole before anything runs, optimized, and run on all cores:
//!
//! ```
//! use lazuli::prelude::*;
//!
//! let sales = df! {
//!     "category" => ["tools", "toys", "tools", "toys"],
//!     "amount" => [1500.0, 800.0, 2500.0, 1200.0],
//! }?;
//!
//! let result = sales
//!     .lazy()
//!     .filter(col("amount").gt(1000))
//!     .group_by("category")
//!     .agg([col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
//!     .sort(col("total").desc())
//!     .collect()?;
//!
//! assert_eq!(result, df! { "category" => ["tools", "toys"], "total" => [4000.0, 1200.0], "avg" => [2000.0, 1200.0] }?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same plan runs over files larger than memory: begin with [`scan_csv`] and end with [`LazyFrame::sink_csv`] or
//! [`LazyFrame::collect_batches`]. Eager methods on a frame are the lazy ones plus `collect`: see [`EagerFrame`].
//!
//! What holds for every query:
//! * integers are exact or an [`Error`], floats sum to the same bits on any number of threads;
//! * rows come in an order that depends on query and data only: groups by first appearance, joins in left order, sorts
//!   are stable;
//! * mistakes are found before data is touched, all at once, each with its line of code.

#![forbid(unsafe_code)]

mod asof; // as-of join arguments
mod concat; // frames after one another, or side by side
pub mod csv; // reading and writing CSV
mod describe; // a summary of every column
mod eager; // the verbs on frames in memory
mod error; // the one error type
mod group_by; // group_by().agg()
mod join; // join arguments
mod lazy; // the lazy frame and its verbs
mod pivot; // values to columns
pub mod prelude; // what most programs import

pub use asof::{AsofArgs, AsofKey};
pub use concat::{concat, concat_diagonal, concat_horizontal, concat_with};
pub use csv::{scan_csv, scan_csv_files, scan_csv_with};
pub use eager::{EagerFrame, IntoLazy};
pub use error::{Error, ErrorKind, Result};
pub use group_by::{LazyGroupBy, element};
pub use join::JoinArgs;
pub use lazuli_array::{
    Batch, Column, DataFrame, DataType, Field, FromValues, Name, Scalar, Schema, SchemaRef, Series, TimeUnit,
    TimeZone, df,
};
pub use lazuli_exec::{
    CancelFlag, CsvSink, CsvSource, ExecOptions, FrameSource, OnProgress, Progress, ReadCounters, Rejects,
};
pub use lazuli_expr::{
    BinaryOperator, Decay, Expr, FunctionRef, IntoExpr, IntoExprs, IntoSortKeys, Literal, Rolling, RollingBy,
    ScalarFunction, SortKey, When, WhenThen, Window, WindowFunction, WindowFunctionRef, all, coalesce, col,
    cols, corr, cov, len, lit, row_index, row_number, when,
};
pub use lazuli_io::csv::{
    CsvOptions, CsvWriteOptions, CsvWriter, Dialect, Encoding, FileColumns, InferMode, OnMisfit, OnRagged,
};
pub use lazuli_plan::{
    AsofStrategy, BatchError, BatchReader, Caller, DataSink, DataSource, JoinType, Keep, LogicalPlan,
    OptimizerOptions, RejectedRecord, RuleId, ScanRequest, SinkWriter, SourceError, UnionMode,
};
pub use lazy::{LazyFrame, scan, scan_as};
pub use pivot::LazyPivot;

/// The examples of the README, run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The same of the pages for people who come from elsewhere.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/coming-from-polars.md")]
#[doc = include_str!("../../../docs/coming-from-pandas.md")]
struct ComingFrom;
