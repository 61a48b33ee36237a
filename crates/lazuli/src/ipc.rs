//! Reading and writing Arrow IPC: files, also called Feather, and streams.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_array::{DataFrame, SchemaRef};
use lazuli_exec::{ExecError, IpcSink, IpcSource};
use lazuli_io::ipc::{IpcOptions, IpcStreamReader, IpcStreamWriter, IpcWriteOptions};

use crate::{LazyFrame, Result, scan};

pub use lazuli_io::ipc::{ExtraColumns, IpcCompression, IpcError, IpcErrorKind, MissingColumns};

/// A query over an Arrow IPC file, or over a stream that lies in a file. A path with wildcards (`data/*.arrow`,
/// `data/**/part-?.arrow`) stands for all files that there are, in the order of their names, a folder for all `.arrow`,
/// `.ipc` and `.feather` files in it: see [`scan_ipc_files`]. [`IpcOptions::hive_partitioning`] makes columns of folders that
/// are named `key=value`.
///
/// Nothing but the heads of batches is read before the query runs. Columns that it does not need are never read; those of
/// its filters are read first, and the others only where a row is left. Rows come in the order of the file.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::scan_ipc;
///
/// # let path = std::env::temp_dir().join(format!("lazuli-doc-scan-{}.arrow", std::process::id()));
/// let sales = df! { "category" => ["tools", "toys", "tools"], "amount" => [1500.0, 800.0, 2500.0] }?;
/// sales.write_ipc(&path)?;
/// let out = scan_ipc(&path).filter(col("amount").gt(1000)).select([col("category")]).collect()?;
/// assert_eq!(out, df! { "category" => ["tools", "tools"] }?);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn scan_ipc(path: impl AsRef<Path>) -> LazyFrame {
    scan_ipc_with(path, IpcOptions::default())
}

/// As [`scan_ipc`], with options.
#[track_caller]
pub fn scan_ipc_with(path: impl AsRef<Path>, options: IpcOptions) -> LazyFrame {
    scan(Arc::new(IpcSource::new(path.as_ref(), options)))
}

/// A query over several Arrow IPC files as one table: their rows one file after the other. Columns are those of the first
/// file, found by name in the others, where they must have the same types.
#[track_caller]
pub fn scan_ipc_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: IpcOptions) -> LazyFrame {
    scan(Arc::new(IpcSource::of_files(paths, options)))
}

/// An Arrow IPC file as a frame: [`scan_ipc`] and `collect`.
///
/// # Errors
/// What is wrong with the file, with column and batch.
#[track_caller]
pub fn read_ipc(path: impl AsRef<Path>) -> Result<DataFrame> {
    scan_ipc(path).collect()
}

/// Names and types of the columns of an Arrow IPC file.
///
/// # Errors
/// What is wrong with the file's metadata.
#[track_caller]
pub fn read_ipc_schema(path: impl AsRef<Path>) -> Result<SchemaRef> {
    scan_ipc(path).collect_schema()
}

/// What an Arrow IPC stream brings, as a frame: out of a pipe, a socket, bytes in memory. A stream that lies in a file is
/// better read with [`scan_ipc`].
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::read_ipc_stream;
///
/// let frame = df! { "n" => [1, 2, 3], "text" => ["a", "b", "a"] }?;
/// let mut bytes = Vec::new();
/// frame.write_ipc_stream(&mut bytes)?;
/// assert_eq!(read_ipc_stream(bytes.as_slice())?, frame);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What the source says; bytes that are no stream, damaged or of a kind that is not read, with column and batch.
pub fn read_ipc_stream(source: impl Read) -> Result<DataFrame> {
    let failed = |error: IpcError| ExecError::Source { name: "ipc stream".into(), error: error.into() };
    let reader = IpcStreamReader::try_new(source).map_err(failed)?;
    let schema = reader.schema().clone();
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(failed)?;
    Ok(DataFrame::from_batches(schema, batches)?)
}

/// Writes a frame as a stream.
pub(crate) fn write_stream(frame: &DataFrame, target: impl Write, options: IpcWriteOptions) -> Result<()> {
    let failed = |error: IpcError| ExecError::Sink { name: "ipc stream".into(), error: error.into() };
    let mut writer = IpcStreamWriter::try_new(target, frame.schema(), options).map_err(failed)?;
    for batch in frame.batches() {
        writer.write(batch).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(())
}

impl LazyFrame {
    /// Runs the query and writes its rows to an Arrow IPC file, in order, in bounded memory.
    ///
    /// Buffers are not compressed; [`LazyFrame::sink_ipc_with`] says how to have them so. `String` columns are large UTF-8,
    /// `Categorical` and `Enum` columns dictionaries, which are written behind the batches, when they are complete.
    ///
    /// The file appears under its name only when it is whole; a query that fails leaves an older file as it was.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`], and whatever the disk says.
    #[track_caller]
    pub fn sink_ipc(self, path: impl Into<PathBuf>) -> Result<()> {
        self.sink_ipc_with(path, IpcWriteOptions::default())
    }

    /// As [`LazyFrame::sink_ipc`], with options.
    ///
    /// ```
    /// use lazuli::prelude::*;
    /// use lazuli::{IpcCompression, IpcWriteOptions, read_ipc};
    ///
    /// # let path = std::env::temp_dir().join(format!("lazuli-doc-sink-{}.arrow", std::process::id()));
    /// let frame = df! { "n" => [1, 2, 3] }?;
    /// let options = IpcWriteOptions { compression: IpcCompression::Zstd, ..IpcWriteOptions::default() };
    /// frame.lazy().filter(col("n").gt(1)).sink_ipc_with(&path, options)?;
    /// assert_eq!(read_ipc(&path)?, df! { "n" => [2, 3] }?);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`LazyFrame::sink_ipc`].
    #[track_caller]
    pub fn sink_ipc_with(self, path: impl Into<PathBuf>, options: IpcWriteOptions) -> Result<()> {
        self.sink(Arc::new(IpcSink::new(path.into(), options)))
    }
}
