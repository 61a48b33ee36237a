//! JSON as a format that the engine reads.

use super::{NdjsonError, NdjsonOptions, NdjsonScan, NdjsonTable, Result};
use crate::files::{FileFormat, FileScan, OpenTable, Reject, ScanOptions};
use lazuli_array::{Batch, SchemaRef};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// JSON files, a record a line or in one array; `-` is standard input.
///
/// Files are opened when their columns are first asked for, and then known: a file that changes later keeps the columns
/// that it had. Only wanted columns are parsed; predicates are applied while parsing, before the other columns are.
#[derive(Debug)]
pub enum NdjsonFormat {}

impl FileFormat for NdjsonFormat {
    const NAME: &'static str = "ndjson";
    type Options = NdjsonOptions;
    type Table = NdjsonTable;
    type Scan = NdjsonScan;
    type Error = NdjsonError;

    fn open(paths: &[PathBuf], options: &NdjsonOptions) -> Result<NdjsonTable> {
        NdjsonTable::open_all(paths, options)
    }

    fn scan(table: Arc<NdjsonTable>, options: ScanOptions) -> Result<NdjsonScan> {
        NdjsonScan::open(table, options.projection, options.filter, options.limit)
    }

    fn sets_aside(options: &NdjsonOptions) -> bool {
        options.sets_aside()
    }
}

impl OpenTable for NdjsonTable {
    fn schema(&self) -> &SchemaRef {
        self.schema()
    }

    fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.paths().map(PathBuf::as_path)
    }

    fn file_bytes(&self) -> u64 {
        self.file_bytes()
    }

    fn estimated_rows(&self) -> Option<usize> {
        usize::try_from(self.estimated_rows()?).ok()
    }
}

impl FileScan for NdjsonScan {
    type Error = NdjsonError;

    fn next_batch(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, NdjsonError)> {
        self.next().map_err(|error| (error.sequence().unwrap_or(0), error))
    }

    fn rows_done(&self) -> u64 {
        self.rows_done()
    }

    fn bytes_done(&self) -> u64 {
        self.bytes_done()
    }

    fn reject_bytes(&self) -> usize {
        self.reject_bytes()
    }

    fn take_rejects(&self) -> Vec<Reject> {
        self.rejects()
    }
}
