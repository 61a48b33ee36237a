//! File formats: bytes to batches and back.
//!
//! Each format is a pure core that takes bytes and gives positions and values, and a thin shell that reads files. A
//! format knows projections, limits and a mask over rows ([`RowFilter`]); it knows no expressions, plans or threads
//! of its own: a scan is a shared object that any number of workers ask for the next piece.
#![forbid(unsafe_code)]

pub mod csv; // delimited text
mod decimal; // decimal numbers as text
pub mod files; // what formats share, and several files as one table
mod filter; // rows to keep, decided while reading
pub mod glob; // paths with wildcards
#[cfg(any(feature = "parquet", feature = "ipc"))]
mod half; // floats of 16 bits
mod input; // what a path stands for
#[cfg(feature = "ipc")]
pub mod ipc; // Arrow IPC files and streams
#[cfg(feature = "ndjson")]
pub mod ndjson; // JSON, a record a line
#[cfg(feature = "parquet")]
pub mod parquet; // Parquet files
mod place; // places in texts
mod policy; // what does not fit its type
#[cfg(all(test, any(feature = "ipc", feature = "parquet")))]
mod strategies; // types and values at random
mod temporal; // dates and times as text
mod text_table; // distinct texts and their codes
mod validity; // which rows have a value

pub use files::{Place, Reject};
pub use filter::{ColumnFacts, FilterError, GroupFacts, RowFilter};
pub use input::{Compression, Encoding, InputError};
pub use policy::{DictionaryStrings, InferMode, OnMisfit};
