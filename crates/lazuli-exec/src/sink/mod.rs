//! Where rows go: files that are whole or not there.

mod csv; // delimited files
#[cfg(feature = "ipc")]
mod ipc; // Arrow IPC files
#[cfg(feature = "ndjson")]
mod ndjson; // JSON files
mod new_file; // a file that appears when it is whole
#[cfg(feature = "parquet")]
mod parquet; // Parquet files
#[cfg(any(feature = "ipc", feature = "parquet"))]
mod pieces; // files of pieces of rows

pub use csv::CsvSink;
#[cfg(feature = "ipc")]
pub use ipc::IpcSink;
#[cfg(feature = "ndjson")]
pub use ndjson::NdjsonSink;
pub use new_file::discard_unfinished_files;
#[cfg(feature = "parquet")]
pub use parquet::ParquetSink;
