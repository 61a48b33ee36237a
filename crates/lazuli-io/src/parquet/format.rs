//! Parquet as a format that the engine reads.

use super::{ParquetError, ParquetOptions, ParquetScan, ParquetTable, Result};
use crate::files::{FileFormat, FileScan, OpenTable, ScanOptions};
use lazuli_array::{Batch, SchemaRef};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Parquet files.
///
/// Footers are read when columns are first asked for, and then known: a file that changes later is read by the footer that
/// it had. Only wanted columns are read. Row groups of which the footer says that no row passes the predicates are not; of
/// the others the columns of the predicates are read first, and then those pages of the other columns that have a row left.
#[derive(Debug)]
pub enum ParquetFormat {}

impl FileFormat for ParquetFormat {
    const NAME: &'static str = "parquet";
    const FOLDER_EXTENSIONS: &'static [&'static str] = &["parquet"];
    const SKIPS_ROWS: bool = true;
    type Options = ParquetOptions;
    type Table = ParquetTable;
    type Scan = ParquetScan;
    type Error = ParquetError;

    fn open(paths: &[PathBuf], options: &ParquetOptions) -> Result<ParquetTable> {
        ParquetTable::open_all(paths, options)
    }

    fn scan(table: Arc<ParquetTable>, options: ScanOptions) -> Result<ParquetScan> {
        Ok(ParquetScan::open(table, options))
    }
}

impl OpenTable for ParquetTable {
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

impl FileScan for ParquetScan {
    type Error = ParquetError;

    fn next_batch(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, ParquetError)> {
        self.next()
    }

    fn rows_done(&self) -> u64 {
        self.rows_done()
    }

    fn rows_skipped(&self) -> u64 {
        self.rows_skipped()
    }

    fn row_groups_skipped(&self) -> u64 {
        self.row_groups_skipped() as u64
    }

    fn bytes_done(&self) -> u64 {
        self.bytes_done()
    }
}
