//! Reading and writing Parquet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_array::{DataFrame, Name, SchemaRef};
use lazuli_exec::{ExecError, ParquetSink, ParquetSource};
use lazuli_io::parquet::{ParquetOptions, ParquetWriteOptions};
use lazuli_plan::DataSource;

use crate::{LazyFrame, Result, scan};

pub use lazuli_io::parquet::{
    ExtraColumns, MissingColumns, ParquetCompression, ParquetError, ParquetErrorKind,
};

/// A query over a Parquet file. A path with wildcards (`data/*.parquet`, `data/**/part-?.parquet`) stands for all files
/// that there are, in the order of their names, a folder for all `.parquet` files in it: see [`scan_parquet_files`].
/// [`ParquetOptions::hive_partitioning`] makes columns of folders that are named `key=value`.
///
/// Nothing but the footer is read before the query runs. Columns that it does not need are never read; row groups are
/// left out whose statistics say that no row passes its filters, and pages of other columns without a row that does.
///
/// Rows come in the order of the file. Strings that repeat stay codes of a dictionary, as they are in the file.
///
/// ```
/// use lazuli::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("lazuli-doc-scan-{}.parquet", std::process::id()));
/// let sales = df! { "category" => ["tools", "toys", "tools"], "amount" => [1500.0, 800.0, 2500.0] }?;
/// sales.write_parquet(&path)?;
/// let out = scan_parquet(&path).filter(col("amount").gt(1000)).select([col("category")]).collect()?;
/// assert_eq!(out, df! { "category" => ["tools", "tools"] }?);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn scan_parquet(path: impl AsRef<Path>) -> LazyFrame {
    scan_parquet_with(path, ParquetOptions::default())
}

/// As [`scan_parquet`], with options.
#[track_caller]
pub fn scan_parquet_with(path: impl AsRef<Path>, options: ParquetOptions) -> LazyFrame {
    scan(Arc::new(ParquetSource::new(path.as_ref(), options)))
}

/// A query over several Parquet files as one table: their rows one file after the other. Columns are those of the first
/// file, found by name in the others, where they must have the same types.
#[track_caller]
pub fn scan_parquet_files(
    paths: impl IntoIterator<Item = impl Into<PathBuf>>,
    options: ParquetOptions,
) -> LazyFrame {
    scan(Arc::new(ParquetSource::of_files(paths, options)))
}

/// A Parquet file as a frame: [`scan_parquet`] and `collect`.
///
/// # Errors
/// What is wrong with the file, with column and row group.
#[track_caller]
pub fn read_parquet(path: impl AsRef<Path>) -> Result<DataFrame> {
    scan_parquet(path).collect()
}

/// Names and types of the columns of a Parquet file, from its footer.
///
/// # Errors
/// What is wrong with the footer.
#[track_caller]
pub fn read_parquet_schema(path: impl AsRef<Path>) -> Result<SchemaRef> {
    scan_parquet(path).collect_schema()
}

/// What the footer of a Parquet file says besides its columns: the keys and values that its writer has put there, in
/// their order. Files of pandas and Arrow have their schema there; most others have nothing.
///
/// # Errors
/// What is wrong with the footer.
pub fn read_parquet_metadata(path: impl AsRef<Path>) -> Result<Vec<(Name, Option<String>)>> {
    let source = ParquetSource::new(path.as_ref(), ParquetOptions::default());
    let failed =
        |error: ParquetError| ExecError::Source { name: source.name(), error: error.without_path().into() };
    let table = source.table().map_err(failed)?;
    Ok(table.key_value_metadata().map(|(key, value)| (key.into(), value.map(str::to_owned))).collect())
}

impl LazyFrame {
    /// Runs the query and writes its rows to a Parquet file, in order, in bounded memory: a row group for each thread.
    ///
    /// Pages are compressed with Snappy; [`LazyFrame::sink_parquet_with`] says how to have it otherwise. Columns whose
    /// values repeat get a dictionary, integers that ascend are written as differences, and every row group has its
    /// bounds, so that filters of a later scan can leave it out. `Enum` columns are read back as `String`.
    ///
    /// The file appears under its name only when it is whole; a query that fails leaves an older file as it was.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], whatever the disk says, and a struct without fields, which has no place in a file.
    #[track_caller]
    pub fn sink_parquet(self, path: impl Into<PathBuf>) -> Result<()> {
        self.sink_parquet_with(path, ParquetWriteOptions::default())
    }

    /// As [`LazyFrame::sink_parquet`], with options.
    ///
    /// ```
    /// use lazuli::parquet::ParquetCompression;
    /// use lazuli::prelude::*;
    /// use lazuli::{ParquetWriteOptions, read_parquet};
    ///
    /// # let path = std::env::temp_dir().join(format!("lazuli-doc-sink-{}.parquet", std::process::id()));
    /// let frame = df! { "n" => [1, 2, 3] }?;
    /// let options = ParquetWriteOptions { compression: ParquetCompression::Zstd, ..ParquetWriteOptions::default() };
    /// frame.lazy().filter(col("n").gt(1)).sink_parquet_with(&path, options)?;
    /// assert_eq!(read_parquet(&path)?, df! { "n" => [2, 3] }?);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::sink_parquet`].
    #[track_caller]
    pub fn sink_parquet_with(self, path: impl Into<PathBuf>, options: ParquetWriteOptions) -> Result<()> {
        self.sink(Arc::new(ParquetSink::new(path.into(), options)))
    }
}
