//! Parquet files as a data source.

use std::any::Any;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::parquet::{ParquetError, ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable};
use lazuli_io::{RowFilter, glob};
use lazuli_plan::{BatchError, BatchReader, DataSource, ScanRequest, SourceError};

use super::row_filter::ExprFilter;

/// A Parquet file, or several as one table. Footers are read when columns are first asked for, and then known: a file that
/// changes later is read by the footer that it had.
///
/// Only wanted columns are read. Row groups of which the footer says that no row passes the predicates are not; of the
/// others the columns of the predicates are read first, and then those pages of the other columns that have a row left.
#[derive(Debug)]
pub struct ParquetSource {
    paths: Vec<PathBuf>,
    options: ParquetOptions,
    /// Set at the first call that succeeds.
    table: Mutex<Option<Arc<ParquetTable>>>,
}

impl ParquetSource {
    /// The file at `path`; the files if it has wildcards (see [`lazuli_io::glob`]); all `.parquet` files in it if it is a
    /// folder. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>, options: ParquetOptions) -> Self {
        Self::of_files([path], options)
    }

    /// The files at these paths, one after the other; each may have wildcards.
    pub fn of_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: ParquetOptions) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), options, table: Mutex::default() }
    }

    /// The paths as they were given.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// What the footers say.
    ///
    /// # Errors
    /// Anything that shows when the files are opened.
    pub fn table(&self) -> Result<Arc<ParquetTable>, ParquetError> {
        // Held while files are opened, so that two who ask at once do not both read.
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = &*table {
            return Ok(table.clone());
        }
        let mut files = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            match path.is_dir() {
                true => files.extend(glob::expand(&path.join("**/*.parquet"))?),
                false => files.extend(glob::expand(path)?),
            }
        }
        let opened = Arc::new(ParquetTable::open_all(&files, &self.options)?);
        *table = Some(opened.clone());
        Ok(opened)
    }

    /// The error without its file where the name of the source says which.
    fn told(&self, error: ParquetError) -> ParquetError {
        match self.paths.as_slice() {
            [path] if error.path().is_none_or(|file| file == path) => error.without_path(),
            _ => error,
        }
    }
}

impl DataSource for ParquetSource {
    fn name(&self) -> String {
        match self.paths.as_slice() {
            [] => "parquet of no file".into(),
            [path] => format!("parquet {}", path.display()),
            [path, others @ ..] => format!("parquet {} and {} more", path.display(), others.len()),
        }
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.table().map_err(|error| self.told(error))?.schema().clone())
    }

    fn applies_predicates(&self) -> bool {
        true
    }

    fn estimated_rows(&self) -> Option<usize> {
        Some(self.table().ok()?.num_rows())
    }

    fn total_bytes(&self) -> Option<u64> {
        Some(self.table().ok()?.file_bytes())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let table = self.table().map_err(|error| self.told(error))?;
        let filter = (!request.predicates.is_empty()).then(|| -> Arc<dyn RowFilter> {
            Arc::new(ExprFilter::new(&request.predicates, table.schema()))
        });
        let is_named = self.paths.len() == 1 && table.paths().eq(&self.paths);
        let options = ParquetScanOptions {
            projection: Some(request.projection),
            filter,
            limit: request.limit,
            batch_rows: request.batch_rows,
            threads: request.threads,
            hold: request.memory.map(|memory| -> Arc<dyn Fn(usize) -> bool + Send + Sync> {
                Arc::new(move |bytes| memory.hold(bytes))
            }),
        };
        Ok(Box::new(ParquetReader { scan: ParquetScan::open(table, options), is_named }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct ParquetReader {
    scan: ParquetScan,
    /// The name of the source is that of the file.
    is_named: bool,
}

impl BatchReader for ParquetReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        self.scan.next().map_err(|(batch, error)| {
            let error = if self.is_named { error.without_path() } else { error };
            BatchError { batch, source: error.into() }
        })
    }

    fn rows_read(&self) -> Option<u64> {
        Some(self.scan.rows_done())
    }

    fn bytes_read(&self) -> Option<u64> {
        Some(self.scan.bytes_done())
    }
}
