//! What a format of files is: options, a table that knows its columns, a scan that workers ask for batches.

use super::{FileError, Reject};
use crate::filter::RowFilter;
use lazuli_array::{Batch, SchemaRef};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A format of files that tables are read from.
pub trait FileFormat: fmt::Debug + Send + Sync + 'static {
    /// What plans and errors call it.
    const NAME: &'static str;
    /// The extensions of the files that a folder stands for; with none, a folder is opened as if it were a file.
    const FOLDER_EXTENSIONS: &'static [&'static str] = &[];
    /// Whether a row filter saves reading: then also filters are worth it that are asked again later.
    const SKIPS_ROWS: bool = false;
    /// What is to be made of the files.
    type Options: fmt::Debug + Clone + Send + Sync;
    /// Files that are open.
    type Table: OpenTable;
    /// A scan of them.
    type Scan: FileScan<Error = Self::Error>;
    /// What can be wrong with them.
    type Error: FileError;

    /// Opens files as one table, as far as names and types need it.
    ///
    /// # Errors
    /// Whatever shows this early, [`FilesError::NoFiles`](super::FilesError::NoFiles) among it.
    fn open(paths: &[PathBuf], options: &Self::Options) -> Result<Self::Table, Self::Error>;

    /// Begins a scan.
    ///
    /// # Errors
    /// Whatever keeps the files from being read.
    fn scan(table: Arc<Self::Table>, options: ScanOptions) -> Result<Self::Scan, Self::Error>;

    /// Whether records can be set aside.
    fn sets_aside(_options: &Self::Options) -> bool {
        false
    }
}

/// Files that are open as one table.
pub trait OpenTable: fmt::Debug + Send + Sync {
    /// Names and types of the columns.
    fn schema(&self) -> &SchemaRef;

    /// The files, in order.
    fn paths(&self) -> impl ExactSizeIterator<Item = &Path>;

    /// Bytes of all files.
    fn file_bytes(&self) -> u64;

    /// About how many rows there are, if that is known.
    fn estimated_rows(&self) -> Option<usize>;
}

/// What is wanted of a table.
pub struct ScanOptions {
    /// The columns wanted, by position in the table, in the order wanted; `None` is all.
    pub projection: Option<Vec<usize>>,
    /// Rows to keep.
    pub filter: Option<Arc<dyn RowFilter>>,
    /// Rows wanted, after the filter. Batches may bring some more.
    pub limit: Option<usize>,
    /// Rows of a batch, where the format does not say.
    pub batch_rows: usize,
    /// Threads that will ask at once.
    pub threads: usize,
    /// Told how many bytes what is held beyond the batch at hand takes, before it does; by "no" the next waits until there
    /// is less. What is wanted next is read in any case.
    pub hold: Option<Arc<dyn Fn(usize) -> bool + Send + Sync>>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { projection: None, filter: None, limit: None, batch_rows: 32 * 1024, threads: 1, hold: None }
    }
}

/// A scan in progress. Any number of threads call [`FileScan::next_batch`].
pub trait FileScan: Send + Sync {
    /// What can be wrong.
    type Error;

    /// The next batch and its number: from 0, without gaps, in the order of the rows. A batch may have no rows. `None`:
    /// there are no more.
    ///
    /// # Errors
    /// What is wrong with a batch, and its number.
    fn next_batch(&self) -> Result<Option<(u64, Batch)>, (u64, Self::Error)>;

    /// Rows looked at so far, those that the filter removed included.
    fn rows_done(&self) -> u64;

    /// Rows that are not among [`FileScan::rows_done`] since the filter could tell that it keeps none of their group.
    fn rows_skipped(&self) -> u64 {
        0
    }

    /// How many groups these rows are.
    fn row_groups_skipped(&self) -> u64 {
        0
    }

    /// Bytes read so far, of [`OpenTable::file_bytes`].
    fn bytes_done(&self) -> u64;

    /// Bytes of memory that the records set aside so far take.
    fn reject_bytes(&self) -> usize {
        0
    }

    /// Takes the records that were set aside, in the order of the files; asked when there are no more batches.
    fn take_rejects(&self) -> Vec<Reject> {
        Vec::new()
    }
}
