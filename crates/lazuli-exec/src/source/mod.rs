//! Where rows come from: frames, files, readers of the user's own, and sinks that are finished.

mod batches; // batches in memory, cut into morsels
mod file; // files of any format
mod frame; // frames as data sources
mod keyed_filter; // predicates and keys of joins
mod once; // batches that come once
mod reader; // any data source, through its reader
mod row_filter; // predicates, as scans of files ask for them

pub(crate) use batches::{BatchesSource, Pieces, Stored};
pub use file::FileSource;
pub use frame::FrameSource;
pub use once::OnceSource;
pub(crate) use reader::ReaderSource;

/// Delimited files: see [`CsvFormat`](lazuli_io::csv::CsvFormat).
pub type CsvSource = FileSource<lazuli_io::csv::CsvFormat>;
/// JSON files: see [`NdjsonFormat`](lazuli_io::ndjson::NdjsonFormat).
#[cfg(feature = "ndjson")]
pub type NdjsonSource = FileSource<lazuli_io::ndjson::NdjsonFormat>;
/// Arrow IPC files, and streams that lie in files.
///
/// The heads of batches are read when columns are first asked for, and then known: a file that changes later is read by
/// those that it had. Only the buffers of wanted columns are read; with predicates those of their columns first, and the
/// others only where a row is left.
#[cfg(feature = "ipc")]
pub type IpcSource = FileSource<lazuli_io::ipc::IpcFormat>;
/// Parquet files.
///
/// Footers are read when columns are first asked for, and then known: a file that changes later is read by the footer that
/// it had. Only wanted columns are read, and only row groups that may have a row that passes the predicates.
#[cfg(feature = "parquet")]
pub type ParquetSource = FileSource<lazuli_io::parquet::ParquetFormat>;
