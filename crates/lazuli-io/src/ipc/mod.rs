//! Arrow IPC: files with an index at their end (also called Feather), and streams; read by several threads, and written.
//!
//! Reading, bottom up:
//!
//! | file | what | I/O |
//! |---|---|---|
//! | `flat` | tables of metadata | no |
//! | `schema` | types, and how their values lie in batches | no |
//! | `message` | where the buffers of a batch are | no |
//! | `compression` | a buffer's bytes | no |
//! | `body` | buffers by place | yes |
//! | `decode`, `views` | buffers to arrays | no |
//! | `dictionary` | what codes stand for | no |
//! | `file` | where batches and dictionaries are in a file | yes |
//! | `table` | one file or several as one schema: [`IpcTable`] | yes |
//! | `scan` | what workers share: [`IpcScan`] | yes |
//! | `stream` | a stream as it comes: [`IpcStreamReader`] | yes |
//!
//! Writing is `write`: batches to messages, as bytes ([`IpcWriter`], [`IpcStreamWriter`]).
//!
//! Nothing in a file is believed: see `decode`. What is wrong or not read is an [`IpcError`] with file, column and batch.
//!
//! | Arrow | here |
//! |---|---|
//! | null, bool, int8 to int64, uint8 to uint64, float32, float64 | the same |
//! | float16 | `Float32` |
//! | decimals of 32 to 256 bits, of at most 38 digits | `Decimal` |
//! | utf8, large utf8, utf8 views; the same of bytes; fixed-size binary | `String`, `Binary` |
//! | date32; date64 | `Date`; `Datetime(ms)` |
//! | time32, time64 | `Time`, in nanoseconds |
//! | timestamp, duration in ms, us, ns | `Datetime`, `Duration` of that unit |
//! | timestamp, duration in s | in milliseconds; an overflow is an error |
//! | dictionary of text, any width of codes | `Categorical`, or `Enum` when ordered; equal entries become one, null entries null rows |
//! | dictionary of other flat values | those values |
//! | list, large list, fixed-size list, struct | `List`, `Struct` |
//! | map | a list of structs |
//! | intervals, unions, run ends, list views, dictionaries of nested values | refused by name |
//!
//! ```
//! use std::sync::Arc;
//! use lazuli_io::ipc::{IpcOptions, IpcScan, IpcTable};
//!
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/ipc/types.arrow");
//! let table = Arc::new(IpcTable::open(path, &IpcOptions::default())?);
//! println!("{} rows of {}", table.num_rows(), table.schema());
//! let scan = IpcScan::open(table, Default::default());
//! while let Some((number, batch)) = scan.next().map_err(|(_, error)| error)? {
//!     println!("{number}: {} rows", batch.num_rows());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body; // buffers by place
mod compression; // buffers and their bytes
mod decode; // buffers to arrays
mod dictionary; // what codes stand for
mod error; // what can be wrong with a file
mod file; // where batches are
mod flat; // tables of metadata
mod format; // what the engine asks for
mod message; // what stands before a batch
mod scan; // what workers share
mod schema; // types and layouts
mod stream; // batches as they come
mod table; // files and their schema
mod views; // texts that lie elsewhere
mod write; // batches to files

pub use compression::IpcCompression;
pub use error::{IpcError, IpcErrorKind};
pub use format::IpcFormat;
pub use scan::IpcScan;
pub use stream::IpcStreamReader;
pub use table::{IpcOptions, IpcTable};
pub use write::{
    EncodedBatch, IpcDictionaries, IpcFooter, IpcStreamWriter, IpcWriteOptions, IpcWriter, RecodedBatch,
};

pub use crate::files::{ExtraColumns, MissingColumns};

/// The result of reading or writing Arrow files and streams.
pub type Result<T> = std::result::Result<T, IpcError>;

#[cfg(test)]
mod tests;
