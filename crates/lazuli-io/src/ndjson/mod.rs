//! JSON, a record a line (NDJSON, JSON Lines) or in one array: read in parallel chunks with bounded memory, and written.
//!
//! Reading, bottom up:
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `options` | what to make of the text | no |
//! | `syntax` | where a value ends, and whether it is JSON | no |
//! | `keys` | members of an object to columns, foreseen from the object before | no |
//! | `records` | a chunk to records and the positions of their values | no |
//! | `column` | one column's values to one array, a loop per type; lists and structs are columns within | no |
//! | `decode` | a chunk to a batch: filter columns first, first error by place | no |
//! | `infer` | values to types | no |
//! | `set_aside` | the same where misfits are set aside: which records | no |
//! | `chunk` | a text cut at record ends | yes |
//! | `file` | a text, and what it says of columns and types | yes |
//! | `table` | one file or several as one schema: [`NdjsonTable`] | yes |
//! | `scan` | what workers share: [`NdjsonScan`] | yes |
//!
//! Writing is `writer`: batches to text, [`NdjsonWriter`].
//!
//! Only `chunk` runs under a lock: it reads about a mebibyte, finds the last line end, and hands the bytes out. All else is
//! per chunk and needs no other chunk. Chunk size never changes an answer.
//!
//! What a file means:
//! * A record is a JSON object (RFC 8259); a line that is anything else is malformed. Blank lines are skipped, lines end with
//!   LF or CRLF, a byte order mark is no part of the first.
//! * Every byte is checked, those of columns that nobody wants too: which records are malformed is a matter of the file.
//! * A key that a record lacks is null, as is one whose value is `null`; of a key that is there twice the last value counts.
//! * Numbers are exact or refused: an integer column takes no fraction, exponent or value out of its range, a float column
//!   takes what the nearest float is for, and nothing past all floats. Strings are never read as numbers.
//! * A String column takes any value: a string as what it says, anything else as it is written.
//!
//! ```
//! use std::sync::Arc;
//! use lazuli_io::ndjson::{NdjsonOptions, NdjsonScan, NdjsonTable};
//!
//! # let path = std::env::temp_dir().join(format!("lazuli-doc-{}.ndjson", std::process::id()));
//! std::fs::write(&path, "{\"city\": \"Rio\", \"at\": [-22.9, -43.2]}\n{\"city\": \"Ulm\", \"people\": 126329}\n")?;
//! let table = Arc::new(NdjsonTable::open(&path, &NdjsonOptions::default())?);
//! assert_eq!(table.schema().to_string(), "city: String, at: List(Float64), people: Int64");
//! let scan = NdjsonScan::open(table, None, None, None)?;
//! while let Some((sequence, batch)) = scan.next()? {
//!     println!("{sequence}: {} rows", batch.num_rows());
//! }
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunk; // a text, cut at record ends
mod column; // values to arrays
mod decode; // a chunk to a batch
mod error; // what can be wrong with a file
mod file; // one text and what it says of types
mod format; // what the engine asks for
mod infer; // values to types
mod keys; // keys to columns
mod options; // what to make of the text
mod records; // bytes to positions
mod scan; // what workers share
mod set_aside; // which records of a chunk go
mod syntax; // the grammar of JSON
mod table; // files and their schema
mod writer; // batches to text

pub use error::{NdjsonError, NdjsonErrorKind};
pub use format::NdjsonFormat;
pub use keys::OnUnknownKey;
pub use options::{JsonLayout, NdjsonOptions};
pub use scan::NdjsonScan;
pub use table::NdjsonTable;
pub use writer::NdjsonWriter;

/// The result of reading or writing JSON.
pub type Result<T> = std::result::Result<T, NdjsonError>;

#[cfg(test)]
mod tests;
