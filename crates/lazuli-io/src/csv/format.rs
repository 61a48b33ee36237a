//! Delimited text as a format that the engine reads.

use super::{CsvError, CsvOptions, CsvReject, CsvScan, CsvTable, Result};
use crate::files::{FileFormat, FileScan, OpenTable, ScanOptions};
use lazuli_array::{Batch, SchemaRef};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Delimited files; `-` is standard input.
///
/// Files are opened when their columns are first asked for, and then known: a file that changes later keeps the columns
/// that it had. Only wanted columns are parsed; predicates are applied while parsing, before the other columns are.
#[derive(Debug)]
pub enum CsvFormat {}

impl FileFormat for CsvFormat {
    const NAME: &'static str = "csv";
    type Options = CsvOptions;
    type Table = CsvTable;
    type Scan = CsvScan;
    type Error = CsvError;

    fn open(paths: &[PathBuf], options: &CsvOptions) -> Result<CsvTable> {
        CsvTable::open_all(paths, options)
    }

    fn scan(table: Arc<CsvTable>, options: ScanOptions) -> Result<CsvScan> {
        CsvScan::open(table, options.projection, options.filter, options.limit)
    }

    fn sets_aside(options: &CsvOptions) -> bool {
        options.sets_aside()
    }
}

impl OpenTable for CsvTable {
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

impl FileScan for CsvScan {
    type Error = CsvError;

    fn next_batch(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, CsvError)> {
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

    fn take_rejects(&self) -> Vec<CsvReject> {
        self.rejects()
    }
}
