//! Reading and writing JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_array::DataFrame;
use lazuli_exec::{NdjsonSink, NdjsonSource};
use lazuli_io::ndjson::{JsonLayout, NdjsonOptions};

use crate::{LazyFrame, Result, scan};

pub use lazuli_io::ndjson::{NdjsonError, NdjsonErrorKind, OnUnknownKey};

/// A query over a file of JSON, a record a line (NDJSON, JSON Lines). Columns are the keys of the records; their types,
/// nested ones too, are inferred from samples across the file.
///
/// A path with wildcards (`data/*.ndjson`, `data/**/part-?.jsonl`) stands for all files that there are, in the order of their
/// names: see [`scan_ndjson_files`]. `-` is standard input. gzip and zstd files are told by their content, if Lazuli is
/// built with the feature `compression`.
///
/// Nothing is read before a schema is asked for. Every record is checked to be JSON; columns that the query does not need are
/// not parsed, and rows that its filters remove are parsed only as far as the filters need. A key that no sample has is in no
/// column, and an error that says where it is: [`NdjsonOptions::infer`] reads all first, [`NdjsonOptions::on_unknown_key`] has
/// such keys left out.
///
/// ```
/// use lazuli::prelude::*;
///
/// # let path = std::env::temp_dir().join(format!("lazuli-doc-scan-{}.ndjson", std::process::id()));
/// std::fs::write(&path, r#"{"name": "hammer", "price": 12.5, "tags": ["steel", "wood"]}
/// {"name": "nail", "price": 1}
/// "#)?;
/// let out = scan_ndjson(&path).filter(col("price").gt(2)).select([col("name"), col("tags").list().len()]).collect()?;
/// assert_eq!(out, df! { "name" => ["hammer"], "tags" => [2_i64] }?);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn scan_ndjson(path: impl AsRef<Path>) -> LazyFrame {
    scan_ndjson_with(path, NdjsonOptions::default())
}

/// As [`scan_ndjson`], with options.
#[track_caller]
pub fn scan_ndjson_with(path: impl AsRef<Path>, options: NdjsonOptions) -> LazyFrame {
    scan(Arc::new(NdjsonSource::new(path.as_ref(), options)))
}

/// A query over several files of JSON as one table: their rows one file after the other. Columns are the keys of all files,
/// and their types hold for all files.
#[track_caller]
pub fn scan_ndjson_files(
    paths: impl IntoIterator<Item = impl Into<PathBuf>>,
    options: NdjsonOptions,
) -> LazyFrame {
    scan(Arc::new(NdjsonSource::of_files(paths, options)))
}

/// A file of JSON, a record a line, as a frame: [`scan_ndjson`] and `collect`.
///
/// # Errors
/// What is wrong with the file, with line, byte and column.
#[track_caller]
pub fn read_ndjson(path: impl AsRef<Path>) -> Result<DataFrame> {
    scan_ndjson(path).collect()
}

/// A file that is one JSON array of records, or records one after the other, over any number of lines, as a frame. Types are
/// inferred from all of it.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::read_json;
///
/// # let path = std::env::temp_dir().join(format!("lazuli-doc-read-{}.json", std::process::id()));
/// std::fs::write(&path, r#"[
///   { "city": "Rio", "at": { "lat": -22.9 } },
///   { "city": "Ulm" }
/// ]"#)?;
/// let frame = read_json(&path)?;
/// assert_eq!(frame.schema().to_string(), "city: String, at: Struct(lat: Float64)");
/// frame.write_json(&path)?;
/// assert_eq!(read_json(&path)?, frame);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What is wrong with the file, with line, byte and column.
#[track_caller]
pub fn read_json(path: impl AsRef<Path>) -> Result<DataFrame> {
    read_json_with(path, NdjsonOptions::default())
}

/// As [`read_json`], with options.
///
/// # Errors
/// As [`read_json`].
#[track_caller]
pub fn read_json_with(path: impl AsRef<Path>, options: NdjsonOptions) -> Result<DataFrame> {
    scan_ndjson_with(path, NdjsonOptions { layout: JsonLayout::Array, ..options }).collect()
}

impl LazyFrame {
    /// Runs the query and writes its rows to a file of JSON, a record a line, in order, in bounded memory.
    ///
    /// Every record has all columns. NaN and the infinities, which JSON does not have, are null; decimals, dates, times and
    /// spans of time are strings, bytes are strings of base64: read with their types given, they are the same values.
    ///
    /// The file appears under its name only when it is whole; a query that fails leaves an older file as it was.
    ///
    /// ```
    /// use lazuli::prelude::*;
    ///
    /// # let path = std::env::temp_dir().join(format!("lazuli-doc-sink-{}.ndjson", std::process::id()));
    /// df! { "n" => [1, 2, 3] }?.lazy().filter(col("n").gt(1)).sink_ndjson(&path)?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "{\"n\":2}\n{\"n\":3}\n");
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], and whatever the disk says.
    #[track_caller]
    pub fn sink_ndjson(self, path: impl Into<PathBuf>) -> Result<()> {
        self.sink(Arc::new(NdjsonSink::new(path, JsonLayout::Lines)))
    }

    /// As [`LazyFrame::sink_ndjson`], but the records are the items of one array.
    ///
    /// # Errors
    /// As [`LazyFrame::sink_ndjson`].
    #[track_caller]
    pub fn sink_json(self, path: impl Into<PathBuf>) -> Result<()> {
        self.sink(Arc::new(NdjsonSink::new(path, JsonLayout::Array)))
    }
}
