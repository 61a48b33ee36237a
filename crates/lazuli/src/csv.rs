//! Reading and writing CSV.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_array::DataFrame;
use lazuli_exec::{CsvSink, CsvSource, ExecOptions, Rejects};
use lazuli_io::csv::{CsvOptions, CsvWriteOptions};

use crate::{LazyFrame, Result, scan};

pub use lazuli_io::csv::{CsvError, CsvErrorKind, Finding, LineEnd, Place, Sniffed, sniff};

/// A query over a CSV file with a header, separated by commas. Types are inferred from samples across the file.
///
/// A path with wildcards (`data/*.csv`, `data/**/part-?.csv`) stands for all files that there are, in the order of their
/// names: see [`scan_csv_files`]. `-` is standard input. gzip and zstd files are told by their content, if Lazuli is
/// built with the feature `compression`.
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

/// A query over several CSV files as one table: their rows one file after the other. Columns are those of the first
/// file, found by name in the others, and their types hold for all files.
///
/// ```no_run
/// use lazuli::prelude::*;
///
/// let options = CsvOptions { include_file_paths: Some("file".into()), ..CsvOptions::default() };
/// let rows = scan_csv_files(["january.csv", "february.csv"], options).group_by("file").agg([len()]).collect()?;
/// # Ok::<(), lazuli::Error>(())
/// ```
#[track_caller]
pub fn scan_csv_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: CsvOptions) -> LazyFrame {
    scan(Arc::new(CsvSource::of_files(paths, options)))
}

impl LazyFrame {
    /// Runs the query; gives its answer, and the records that its sources set aside ([`OnMisfit::Reject`](crate::OnMisfit::Reject),
    /// [`OnRagged::Reject`](crate::OnRagged::Reject)): `file`, `line`, `record`, `byte_offset`, `column`, `raw_text`, `reason`.
    ///
    /// Rows read and records set aside are together the records of the file, whatever the query filters or limits.
    /// A record is set aside if a field of a column misfits that the query reads, after the optimizer has left out the
    /// columns that it does not need; or if the record as a whole does.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::OnMisfit;
    ///
    /// # let path = std::env::temp_dir().join(format!("lazuli-doc-rejects-{}.csv", std::process::id()));
    /// std::fs::write(&path, "day,amount\n1,20\n2,twenty\n")?;
    /// let options = CsvOptions {
    ///     schema_overrides: vec![("amount".into(), DataType::Int64)],
    ///     on_misfit: OnMisfit::Reject,
    ///     ..CsvOptions::default()
    /// };
    /// let (rows, rejects) = scan_csv_with(&path, options).collect_with_rejects()?;
    /// assert_eq!((rows.height(), rejects.height()), (1, 1));
    /// assert_eq!(rejects.column("raw_text")?.get(0).to_string(), "2,twenty");
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`].
    pub fn collect_with_rejects(self) -> Result<(DataFrame, DataFrame)> {
        let rejects = Rejects::default();
        let options = ExecOptions { rejects: Some(rejects.clone()), ..self.options().clone() };
        Ok((self.with_options(options).collect()?, rejects.frame()))
    }

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
