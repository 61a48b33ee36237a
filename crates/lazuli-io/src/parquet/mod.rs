//! Parquet files, read by several threads with bounded memory, and written.
//!
//! Reading, bottom up:
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `thrift` | headers and footers to structs | no |
//! | `compression` | a page's bytes | no |
//! | `packed`, `hybrid`, `delta` | numbers of a few bits, runs of them, differences | no |
//! | `codes` | places in dictionaries | no |
//! | `values` | a page's values, for each kind and encoding | no |
//! | `page`, `chunk` | the pages of a column chunk, levels and values | no |
//! | `convert` | values to arrays of their types | no |
//! | `lookup` | decisions about rows by the entries of dictionaries | no |
//! | `schema`, `hints` | which columns a file has | no |
//! | `statistics` | bounds of a row group's values | no |
//! | `bytes`, `metadata` | a file and its footer, checked | yes |
//! | `bloom` | whether a row group may have a value | yes |
//! | `page_index` | which pages of a row group are needed | yes |
//! | `assemble` | a column of a row group, structs and lists too | yes |
//! | `table` | one file or several as one schema: [`ParquetTable`] | yes |
//! | `scan` | what workers share: [`ParquetScan`] | yes |
//!
//! Writing is `write`: batches to row groups and a footer, as bytes ([`ParquetWriter`]).
//!
//! Nothing in a file is believed: lengths are compared with the bytes that are there before room is made for them, codes
//! with their dictionary, levels with their highest. What is wrong or not read is a [`ParquetError`] with file, column
//! and row group. What takes no bytes in a file is bounded by itself: a row group has at most 2^27 rows.
//!
//! ```
//! use std::sync::Arc;
//! use lazuli_io::parquet::{ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable};
//!
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/parquet/types.parquet");
//! let table = Arc::new(ParquetTable::open(path, &ParquetOptions::default())?);
//! println!("{} rows of {}", table.num_rows(), table.schema());
//! let scan = ParquetScan::open(table, ParquetScanOptions::default());
//! while let Some((number, batch)) = scan.next().map_err(|(_, error)| error)? {
//!     println!("{number}: {} rows", batch.num_rows());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assemble; // columns of a row group
mod bloom; // whether a value may be there
mod bytes; // a file, read by place
mod chunk; // a column chunk to values
mod codes; // places in dictionaries
mod compression; // pages and their bytes
mod convert; // values to arrays
mod delta; // integers as differences
mod error; // what can be wrong with a file
mod format; // what the engine asks for
mod hints; // types that the format does not say
mod hybrid; // runs and packed numbers
mod lookup; // rows by entries of dictionaries
mod metadata; // a footer, checked
mod packed; // numbers of a few bits
mod page; // headers of pages
mod page_index; // which pages are needed
mod scan; // what workers share
mod schema; // the columns of a file
mod statistics; // bounds of values
mod table; // files and their schema
mod thrift; // how headers are written
mod values; // values while they are read
mod widen; // types that hold those of several files
mod write; // batches to files

pub use compression::ParquetCompression;
pub use error::{ParquetError, ParquetErrorKind};
pub use format::ParquetFormat;
pub use scan::ParquetScan;
pub use table::{ParquetOptions, ParquetTable};
pub use write::{EncodedRowGroup, ParquetFooter, ParquetWriteOptions, ParquetWriter};

pub use crate::files::{ExtraColumns, MissingColumns, ScanOptions as ParquetScanOptions};

/// The result of reading or writing Parquet files.
pub type Result<T> = std::result::Result<T, ParquetError>;

#[cfg(test)]
mod tests;
