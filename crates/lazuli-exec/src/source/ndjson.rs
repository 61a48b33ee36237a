//! JSON files as a data source.

use std::any::Any;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::ndjson::{NdjsonError, NdjsonOptions, NdjsonScan, NdjsonTable};
use lazuli_io::{Reject, RowFilter, glob};
use lazuli_plan::{BatchError, BatchReader, DataSource, RejectedRecord, ScanRequest, SourceError};

use super::row_filter::ExprFilter;

/// A JSON file, or several as one table. Opened when its columns are first asked for, and then known: a file that
/// changes later keeps the columns that it had.
///
/// Only wanted columns are parsed; predicates are applied while parsing, before the other columns are.
#[derive(Debug)]
pub struct NdjsonSource {
    paths: Vec<PathBuf>,
    options: NdjsonOptions,
    /// Set at the first call that succeeds.
    table: Mutex<Option<Arc<NdjsonTable>>>,
}

impl NdjsonSource {
    /// The file at `path`, or the files if it has wildcards (see [`lazuli_io::glob`]); `-` is standard input. Nothing is
    /// read yet.
    pub fn new(path: impl Into<PathBuf>, options: NdjsonOptions) -> Self {
        Self::of_files([path], options)
    }

    /// The files at these paths, one after the other; each may have wildcards.
    pub fn of_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: NdjsonOptions) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), options, table: Mutex::default() }
    }

    /// The paths as they were given.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Columns, types and statistics.
    ///
    /// # Errors
    /// Anything that shows when the files are opened and their types are inferred.
    pub fn table(&self) -> Result<Arc<NdjsonTable>, NdjsonError> {
        // Held while files are opened, so that two who ask at once do not both infer.
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = &*table {
            return Ok(table.clone());
        }
        let mut files = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            files.extend(glob::expand(path)?);
        }
        let opened = Arc::new(NdjsonTable::open_all(&files, &self.options)?);
        *table = Some(opened.clone());
        Ok(opened)
    }

    /// The error without its file where the name of the source says which.
    fn told(&self, error: NdjsonError) -> NdjsonError {
        match self.paths.as_slice() {
            [path] if error.path().is_none_or(|file| file == path) => error.without_path(),
            _ => error,
        }
    }
}

impl DataSource for NdjsonSource {
    fn name(&self) -> String {
        match self.paths.as_slice() {
            [] => "ndjson of no file".into(),
            [path] => format!("ndjson {}", path.display()),
            [path, others @ ..] => format!("ndjson {} and {} more", path.display(), others.len()),
        }
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.table().map_err(|error| self.told(error))?.schema().clone())
    }

    fn applies_predicates(&self) -> bool {
        true
    }

    fn estimated_rows(&self) -> Option<usize> {
        let rows = self.table().ok()?.estimated_rows()?;
        usize::try_from(rows).ok()
    }

    fn sets_aside(&self) -> bool {
        self.options.sets_aside()
    }

    fn total_bytes(&self) -> Option<u64> {
        Some(self.table().ok()?.file_bytes())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let table = self.table().map_err(|error| self.told(error))?;
        let filter = (!request.predicates.is_empty()).then(|| -> Arc<dyn RowFilter> {
            Arc::new(ExprFilter::new(&request.predicates, table.schema()))
        });
        let scan = NdjsonScan::open(table, Some(request.projection), filter, request.limit)
            .map_err(|error| self.told(error))?;
        let is_named = self.paths.len() == 1 && scan.table().paths().eq(&self.paths);
        Ok(Box::new(NdjsonReader { scan, is_named }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct NdjsonReader {
    scan: NdjsonScan,
    /// The name of the source is that of the file.
    is_named: bool,
}

impl BatchReader for NdjsonReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        self.scan.next().map_err(|error| {
            let batch = error.sequence().unwrap_or(0);
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

    fn rejected_bytes(&self) -> usize {
        self.scan.reject_bytes()
    }

    fn take_rejected(&self) -> Vec<RejectedRecord> {
        let told = |reject: Reject| RejectedRecord {
            file: reject.file,
            line: reject.line,
            record: reject.record,
            byte_offset: reject.byte_offset,
            column: reject.column,
            raw_text: reject.raw_text,
            reason: reject.reason,
        };
        self.scan.rejects().into_iter().map(told).collect()
    }
}
