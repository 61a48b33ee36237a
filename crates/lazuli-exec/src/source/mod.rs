//! Where rows come from: frames, files, readers of the user's own, and sinks that are finished.

mod batches; // batches in memory, cut into morsels
mod csv; // delimited files
mod frame; // frames as data sources
#[cfg(feature = "ndjson")]
mod ndjson; // JSON files
#[cfg(feature = "parquet")]
mod parquet; // Parquet files
mod reader; // any data source, through its reader
mod row_filter; // predicates, as scans of files ask for them

pub(crate) use batches::{BatchesSource, Stored};
pub use csv::CsvSource;
pub use frame::FrameSource;
#[cfg(feature = "ndjson")]
pub use ndjson::NdjsonSource;
#[cfg(feature = "parquet")]
pub use parquet::ParquetSource;
pub(crate) use reader::ReaderSource;
