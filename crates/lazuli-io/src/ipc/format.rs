//! Arrow IPC as a format that the engine reads.

use super::{IpcError, IpcOptions, IpcScan, IpcTable, Result};
use crate::files::{FileFormat, FileScan, OpenTable, ScanOptions};
use lazuli_array::{Batch, SchemaRef};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arrow IPC files, and streams that lie in files.
///
/// The heads of batches are read when columns are first asked for, and then known: a file that changes later is read by
/// those that it had. Only the buffers of wanted columns are read; with predicates those of their columns first, and the
/// others only where a row is left.
#[derive(Debug)]
pub enum IpcFormat {}

impl FileFormat for IpcFormat {
    const NAME: &'static str = "ipc";
    const FOLDER_EXTENSIONS: &'static [&'static str] = &["arrow", "ipc", "feather"];
    type Options = IpcOptions;
    type Table = IpcTable;
    type Scan = IpcScan;
    type Error = IpcError;

    fn open(paths: &[PathBuf], options: &IpcOptions) -> Result<IpcTable> {
        IpcTable::open_all(paths, options)
    }

    fn scan(table: Arc<IpcTable>, options: ScanOptions) -> Result<IpcScan> {
        Ok(IpcScan::open(table, options))
    }
}

impl OpenTable for IpcTable {
    fn schema(&self) -> &SchemaRef {
        self.schema()
    }

    fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.paths()
    }

    fn file_bytes(&self) -> u64 {
        self.file_bytes()
    }

    fn estimated_rows(&self) -> Option<usize> {
        Some(self.num_rows())
    }
}

impl FileScan for IpcScan {
    type Error = IpcError;

    fn next_batch(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, IpcError)> {
        self.next()
    }

    fn rows_done(&self) -> u64 {
        self.rows_done()
    }

    fn bytes_done(&self) -> u64 {
        self.bytes_done()
    }
}
