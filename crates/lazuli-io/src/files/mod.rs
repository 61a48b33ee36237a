//! What formats of files share: how one is opened and scanned, and how several files are one table.
//!
//! A format implements [`FileFormat`]: its options, its table (which knows names and types once it is open) and its scan
//! (which workers ask for batches). Whoever runs queries knows only that trait.
//!
//! Several files are one table by the names of their columns: those of the first file, found by name in the others, then
//! those that folders named `key=value` give, then the path of the file. A format whose files say their types makes its
//! table with [`FileTable::join`]; one that finds types out from all files matches names first (see `columns`).

mod columns; // which column of a table is where in a file
mod error; // how files of a table can differ
mod format; // what a format is
mod hive; // keys of folders
mod limit; // when enough rows have been read
mod reject; // records set aside
mod table; // files that say their types, as one table

pub(crate) use columns::{Extra, Matched, match_names};
pub use columns::{ExtraColumns, MissingColumns, Origin};
pub use error::{FileError, FilesError};
pub use format::{FileFormat, FileScan, OpenTable, ScanOptions};
pub(crate) use limit::LimitTracker;
pub use reject::{Place, Reject};
pub(crate) use reject::{RejectLog, SetAside, raw_text};
pub use table::{FileTable, FilesOptions, Part, TypedFile};
