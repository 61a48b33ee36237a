//! Where rows come from: frames, files, readers of the user's own, and sinks that are finished.

mod batches; // batches in memory, cut into morsels
mod csv; // delimited files
mod frame; // frames as data sources
mod reader; // any data source, through its reader

pub(crate) use batches::{BatchesSource, Stored};
pub use csv::CsvSource;
pub use frame::FrameSource;
pub(crate) use reader::ReaderSource;
