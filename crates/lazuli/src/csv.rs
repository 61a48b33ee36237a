//! Reading and writing CSV.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_exec::{CsvSink, CsvSource};
use lazuli_io::csv::{CsvOptions, CsvWriteOptions};

use crate::{LazyFrame, Result, scan};

/// A query over a CSV file with a header, separated by commas. Types are inferred from samples across the file.
///
/// Nothing is read before a schema is asked for; columns that the query does not need are never parsed, and rows that
/// its filters remove are parsed only as far as the filters need.
///
/// ```no_run
/// use lazuli::prelude::*;
///
/// let out = scan_csv("sales.csv")
///     .filter(col("amount").gt(1000))
///     .group_by("category")
///     .agg([col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
///     .collect()?;
/// println!("{out}");
/// # Ok::<(), lazuli::Error>(())
/// ```
#[track_caller]
pub fn scan_csv(path: impl AsRef<Path>) -> LazyFrame {
    scan_csv_with(path, CsvOptions::default())
}

/// As [`scan_csv`], with options.
#[track_caller]
pub fn scan_csv_with(path: impl AsRef<Path>, options: CsvOptions) -> LazyFrame {
    scan(Arc::new(CsvSource::new(path.as_ref(), options)))
}

impl LazyFrame {
    /// Runs the query and writes its rows to a CSV file with a header, in order, in bounded memory.
    ///
    /// The file appears under its name only when it is whole; a query that fails leaves an older file as it was.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], and whatever the disk says.
    #[track_caller]
    pub fn sink_csv(self, path: impl Into<PathBuf>) -> Result<()> {
        self.sink_csv_with(path, CsvWriteOptions::default())
    }

    /// As [`LazyFrame::sink_csv`], with options.
    ///
    /// # Errors
    /// As [`LazyFrame::sink_csv`].
    #[track_caller]
    pub fn sink_csv_with(self, path: impl Into<PathBuf>, options: CsvWriteOptions) -> Result<()> {
        self.sink(Arc::new(CsvSink::new(path.into(), options)))
    }
}
