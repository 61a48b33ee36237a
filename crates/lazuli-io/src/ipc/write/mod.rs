//! Batches to files and streams, as bytes.
//!
//! The schema is a function of the logical types alone, so that all batches of a table have one: `String` is large UTF-8,
//! `Categorical` and `Enum` are dictionaries with `u32` codes, of an `Enum` marked as ordered.
//!
//! Files may have one dictionary for a column and no other later. Since batches bring dictionaries of their own, codes are
//! renumbered as batches come, and the dictionary is written when all entries are known, behind the batches: files are read
//! by their index, so its place means nothing. In a stream a batch with another dictionary is preceded by it.

mod encode; // arrays to buffers
mod file; // a file with its index
pub(super) mod flat; // tables of metadata
mod recode; // codes into one dictionary
mod schema; // names and types
mod stream; // batches as they go

pub use file::{EncodedBatch, IpcFooter, IpcWriter};
pub use recode::{IpcDictionaries, RecodedBatch};
pub use stream::IpcStreamWriter;

use super::IpcCompression;

/// How Arrow files and streams are written.
#[derive(Clone, Debug)]
pub struct IpcWriteOptions {
    /// How buffers are compressed.
    pub compression: IpcCompression,
    /// Rows of a record batch of a file: batches are put together until they have so many. In a stream they stay as they are.
    pub record_batch_size: usize,
}

impl IpcWriteOptions {
    /// Some ten buffers of a mebibyte: reading one at a place costs little more than its bytes, and batches enough are left
    /// for every worker.
    pub const DEFAULT_RECORD_BATCH_SIZE: usize = 128 << 10;
}

impl Default for IpcWriteOptions {
    fn default() -> Self {
        Self { compression: IpcCompression::default(), record_batch_size: Self::DEFAULT_RECORD_BATCH_SIZE }
    }
}
