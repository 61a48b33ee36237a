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
//!
//! Cargo features, none of them on by default, each adding packages and nothing else: `compression` reads gzip and zstd
//! files; `parquet` reads and writes Parquet files, with `brotli` those compressed with Brotli, too; `ipc` reads and writes
//! Arrow IPC files and streams; `ndjson` reads and writes JSON; `regex` is regular expressions and several texts at once in
//! functions of strings; `unicode` is `str.reverse` and `str.normalize`; `linalg` is `lazuli::matrix`, matrices of Float64
//! and linear algebra; `ndarray` is arrays of that crate, of columns and of frames; `arrow-array` is record batches of that
//! crate. A query that needs one that is missing says so before it runs.

#![forbid(unsafe_code)]

pub mod arrow; // queries to and from other libraries
mod asof; // as-of join arguments
mod build_info; // what this build is
mod concat; // frames after one another, or side by side
pub mod csv; // reading and writing CSV
mod describe; // a summary of every column
mod dynamic; // windows of time
mod eager; // the verbs on frames in memory
mod error; // the one error type
mod fit; // what a query finds, applied to other rows
mod group_by; // group_by().agg()
#[cfg(feature = "ipc")]
pub mod ipc; // reading and writing Arrow IPC
mod join; // join arguments
mod lazy; // the lazy frame and its verbs
#[cfg(feature = "ndjson")]
pub mod ndjson; // reading and writing JSON
#[cfg(feature = "parquet")]
pub mod parquet; // reading and writing Parquet
mod pivot; // values to columns
pub mod prelude; // what most programs import
mod range;
pub mod rows; // Rust structs as rows
mod series; // columns in memory
mod table_format; // how tables are drawn, as JSON
pub mod testing; // frames compared
mod verb; // verbs made up of others // dates, times, numbers from one to another

pub use asof::{AsofArgs, AsofKey};
pub use build_info::{BuildInfo, build_info, index_type};
pub use concat::{
    concat, concat_align, concat_diagonal, concat_diagonal_relaxed, concat_horizontal,
    concat_horizontal_extend, concat_relaxed, concat_with, union,
};
pub use csv::{scan_csv, scan_csv_files, scan_csv_with};
pub use dynamic::{DynamicArgs, LazyDynamicGroupBy, LazyRolling, RollingArgs, StartBy, WindowLabel};
pub use eager::{EagerFrame, IntoLazy};
pub use error::{Error, ErrorKind, Result};
pub use fit::{DummyEncoder, FittedDummies, FittedScaler, MinMaxScaler, StandardScaler, UnknownCategory};
pub use group_by::LazyGroupBy;
#[cfg(feature = "ipc")]
pub use ipc::{read_ipc, read_ipc_schema, read_ipc_stream, scan_ipc, scan_ipc_files, scan_ipc_with};
pub use join::{JoinArgs, JoinValidation};
#[doc(hidden)] // for `lz`, whose numbers look like those of profiles
pub use lazuli_array::grouped;
pub use lazuli_array::{
    Alignment, Batch, Column, DataFrame, DataType, Field, FloatFormat, FromValues, Name, Scalar, Schema,
    SchemaRef, Series, TableFormat, TableStyle, TimeUnit, TimeZone, df,
};
#[cfg(feature = "derive")]
pub use lazuli_derive::Row;
pub use lazuli_exec::{
    CancelFlag, CsvSink, CsvSource, Difference, Engine, ExecError, ExecOptions, FileSource, FrameSource,
    OnProgress, OnceSource, OperatorKind, OperatorProfile, PlansDiffer, Profile, Profiler, Progress,
    ReadCounters, Rejects, ValueDifference, discard_unfinished_files,
};
#[cfg(feature = "ipc")]
pub use lazuli_exec::{IpcSink, IpcSource};
#[cfg(feature = "ndjson")]
pub use lazuli_exec::{NdjsonSink, NdjsonSource};
#[cfg(feature = "parquet")]
pub use lazuli_exec::{ParquetSink, ParquetSource};
pub use lazuli_expr::function::{
    CutOptions, FillStrategy, QcutOptions, all_horizontal, any_horizontal, count_horizontal, cum_fold,
    cum_reduce, cum_sum_horizontal, even_quantiles, fold, map_batches, max_horizontal, mean_horizontal,
    min_horizontal, reduce, sum_horizontal,
};
pub use lazuli_expr::functions;
pub use lazuli_expr::{
    Ambiguous, BinaryOperator, BusinessWeek, Closed, DatetimeForm, DatetimeParts, Decay, DurationParts, Expr,
    FunctionRef, Interval, IntoExpr, IntoExprs, IntoSortKeys, Letters, Literal, ManyOptions, NamePart,
    NewParts, NonExistent, Roll, Rolling, RollingBy, ScalarFunction, Selector, SortKey, TypeKind, When,
    WhenThen, Window, WindowFunction, WindowFunctionRef, WindowMapping, all, arg_sort_by, arg_where, as_list,
    as_struct, business_day_count, coalesce, col, cols, concat_list, concat_str, corr, cov, date,
    date_ranges, datetime, datetime_ranges, duration, element, field, format_str, from_epoch, int_ranges,
    len, linear_spaces, lit, ones, random_int, random_normal, random_sample, random_share, random_uniform,
    repeat, repeat_as, row_index, row_number, selectors, spearman_rank_corr, time, time_ranges, when, zeros,
};
pub use lazuli_io::csv::{
    CsvOptions, CsvWriteOptions, CsvWriter, Dialect, Encoding, FileColumns, InferMode, OnMisfit, OnRagged,
};
pub use lazuli_io::files::FilesError;
#[cfg(feature = "ipc")]
pub use lazuli_io::ipc::{IpcCompression, IpcOptions, IpcWriteOptions};
#[cfg(feature = "ndjson")]
pub use lazuli_io::ndjson::{JsonLayout, NdjsonOptions, NdjsonWriter};
#[cfg(feature = "parquet")]
pub use lazuli_io::parquet::{ParquetOptions, ParquetWriteOptions};
#[cfg(any(feature = "linalg", feature = "ndarray"))]
pub use lazuli_matrix as matrix;
pub use lazuli_plan::{
    AsofStrategy, BatchError, BatchReader, Caller, DataSink, DataSource, Encoded, JoinType, Keep,
    LogicalPlan, OptimizerOptions, RejectedRecord, RuleId, ScanMemory, ScanRequest, SinkWriter, SourceError,
    UnionMode,
};
pub use lazy::{
    DummiesArgs, FillNull, LazyFrame, MatchSchema, SampleArgs, SchemaMismatch, TransposeArgs, UnstackOrder,
    UpdateArgs, UpdateHow, collect_all, explain_all, scan, scan_as, select, train_test_split,
};
#[cfg(feature = "ndjson")]
pub use ndjson::{read_json, read_json_with, read_ndjson, scan_ndjson, scan_ndjson_files, scan_ndjson_with};
#[cfg(feature = "parquet")]
pub use parquet::{
    read_parquet, read_parquet_metadata, read_parquet_schema, scan_parquet, scan_parquet_files,
    scan_parquet_with,
};
pub use pivot::LazyPivot;
pub use range::{date_range, datetime_range, int_range, linear_space, time_range};
pub use rows::Row;
pub use series::EagerSeries;
pub use table_format::{TableFormatError, TableFormatJson};

/// A query that runs: see [`LazyFrame::start`].
pub type QueryHandle<T> = lazuli_exec::QueryHandle<T, Error>;

/// The examples of the README, run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The same of the pages for people who come from elsewhere.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/coming-from-polars.md")]
#[doc = include_str!("../../../docs/coming-from-pandas.md")]
struct ComingFrom;
