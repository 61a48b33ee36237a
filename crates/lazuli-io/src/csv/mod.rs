//! Delimited text: CSV and its relatives, read in parallel chunks with bounded memory, and written.
//!
//! Reading, bottom up:
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `dialect`, `options` | how the text is built, what to make of it | no |
//! | `records` | bytes to record and field positions | no |
//! | `field` | quotes off, null texts | no |
//! | `column` | one column's fields to one array, a loop per type | no |
//! | `decode` | a chunk to a batch: filter columns first, first error by place | no |
//! | `infer` | fields to types | no |
//! | `set_aside` | the same where misfits are set aside: which records | no |
//! | `chunk` | a text cut at record ends | yes |
//! | `head`, `file` | a text's header, and what it says of types | yes |
//! | `table` | one file or several as one schema: [`CsvTable`] | yes |
//! | `scan` | what workers share: [`CsvScan`] | yes |
//!
//! Only `chunk` runs under a lock: it reads about a mebibyte, finds the last record end, and hands the bytes out. All
//! else is per chunk and needs no other chunk. Chunk size never changes an answer.
//!
//! What a file means:
//! * A quote opens only as the first byte of a field; doubled inside, it is a quote; elsewhere it is a character.
//! * An unquoted empty field is null. A quoted empty field is the empty string, and null in columns of other types.
//! * Blank lines are skipped; in a table of one column each is a null row.
//! * Records end with LF or CRLF (or CR in files that have no LF).
//! * A field is never trimmed: `" 1"` is no integer.
//! * Two names alike become `a`, `a_duplicated_0`, ...; without header columns are `column_0`, `column_1`, ...
//!
//! ```
//! use std::sync::Arc;
//! use lazuli_io::csv::{CsvOptions, CsvScan, CsvTable};
//!
//! # let path = std::env::temp_dir().join(format!("lazuli-doc-{}.csv", std::process::id()));
//! std::fs::write(&path, "city,people\nMa\"in\",1\n\"Rio,\nthe\",\n")?;
//! let table = Arc::new(CsvTable::open(&path, &CsvOptions::default())?);
//! assert_eq!(table.schema().to_string(), "city: String, people: Int64");
//! let scan = CsvScan::open(table, None, None, None)?;
//! while let Some((sequence, batch)) = scan.next()? {
//!     println!("{sequence}: {} rows", batch.num_rows());
//! }
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunk; // a file, cut at record ends
mod column; // fields to arrays
mod decode; // a chunk to a batch
mod dialect; // how the text is built
mod error; // what can be wrong with a file
mod field; // one field's text
mod file; // one text: header and evidence of types
mod format; // what the engine asks for
mod head; // the beginning of a text
mod header; // names of columns
mod infer; // fields to types
mod options; // what to make of the text
mod records; // bytes to positions
mod scan; // what workers share
mod set_aside; // which records of a chunk go
mod sniff; // what a file seems to be
mod table; // files and their schema
mod writer; // batches to text

pub use dialect::{Dialect, LineEnd};
pub use error::{CsvError, CsvErrorKind};
pub use format::CsvFormat;
pub use options::{CsvOptions, FileColumns, OnRagged};
pub use scan::CsvScan;
pub use sniff::{Finding, Sniffed, sniff};
pub use table::CsvTable;
pub use writer::{CsvWriteOptions, CsvWriter};

pub use crate::files::{Place, Reject as CsvReject};
pub use crate::filter::{FilterError, RowFilter};
pub use crate::input::{Compression, Encoding};
pub use crate::policy::{DictionaryStrings, InferMode, OnMisfit};

/// The result of reading or writing delimited text.
pub type Result<T> = std::result::Result<T, CsvError>;

#[cfg(test)]
mod tests;
