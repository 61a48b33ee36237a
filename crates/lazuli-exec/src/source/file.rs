//! Files of any format as a data source.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::files::{FileError, FileFormat, FileScan, OpenTable, Reject, ScanOptions};
use lazuli_io::{RowFilter, glob};
use lazuli_plan::{BatchError, BatchReader, DataSource, RejectedRecord, ScanRequest, SourceError};

use super::keyed_filter::AllFilters;
use super::row_filter::ExprFilter;

/// A file of a format, or several as one table. Opened when its columns are first asked for, and then known: see the
/// format.
pub struct FileSource<F: FileFormat> {
    paths: Vec<PathBuf>,
    options: F::Options,
    /// Set at the first call that succeeds.
    table: Mutex<Option<Arc<F::Table>>>,
}

impl<F: FileFormat> FileSource<F> {
    /// The file at `path`; the files if it has wildcards (see [`lazuli_io::glob`]); all files of the format in it if it is a
    /// folder and the format reads folders. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>, options: F::Options) -> Self {
        Self::of_files([path], options)
    }

    /// The files at these paths, one after the other; each may have wildcards.
    pub fn of_files(paths: impl IntoIterator<Item = impl Into<PathBuf>>, options: F::Options) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), options, table: Mutex::default() }
    }

    /// The paths as they were given.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The files, open.
    ///
    /// # Errors
    /// Anything that shows when the files are opened and their types are found.
    pub fn table(&self) -> Result<Arc<F::Table>, F::Error> {
        // Held while files are opened, so that two who ask at once do not both read.
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = &*table {
            return Ok(table.clone());
        }
        let mut files = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            match path.is_dir() && !F::FOLDER_EXTENSIONS.is_empty() {
                true => files.extend(files_of_folder(path, F::FOLDER_EXTENSIONS)?),
                false => files.extend(glob::expand(path)?),
            }
        }
        let opened = Arc::new(F::open(&files, &self.options)?);
        *table = Some(opened.clone());
        Ok(opened)
    }

    /// The error without its file where the name of the source says which.
    fn told(&self, error: F::Error) -> F::Error {
        match self.paths.as_slice() {
            [path] if error.path().is_none_or(|file| file == path) => error.without_path(),
            _ => error,
        }
    }
}

/// The files with one of these extensions, sorted by path.
fn files_of_folder(folder: &Path, extensions: &[&str]) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for extension in extensions {
        files.extend(glob::expand(&folder.join(format!("**/*.{extension}")))?);
    }
    files.sort();
    Ok(files)
}

impl<F: FileFormat> fmt::Debug for FileSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { paths, options, table: _ } = self;
        f.debug_struct("FileSource")
            .field("format", &F::NAME)
            .field("paths", paths)
            .field("options", options)
            .finish_non_exhaustive()
    }
}

impl<F: FileFormat> DataSource for FileSource<F> {
    fn name(&self) -> String {
        let format = F::NAME;
        match self.paths.as_slice() {
            [] => format!("{format} of no file"),
            [path] => format!("{format} {}", path.display()),
            [path, others @ ..] => format!("{format} {} and {} more", path.display(), others.len()),
        }
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.table().map_err(|error| self.told(error))?.schema().clone())
    }

    fn applies_predicates(&self) -> bool {
        true
    }

    fn applies_key_filters(&self) -> bool {
        F::SKIPS_ROWS
    }

    fn estimated_rows(&self) -> Option<usize> {
        self.table().ok()?.estimated_rows()
    }

    fn sets_aside(&self) -> bool {
        F::sets_aside(&self.options)
    }

    fn total_bytes(&self) -> Option<u64> {
        Some(self.table().ok()?.file_bytes())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let table = self.table().map_err(|error| self.told(error))?;
        let filter = (!request.predicates.is_empty()).then(|| -> Arc<dyn RowFilter> {
            Arc::new(ExprFilter::new(&request.predicates, table.schema()))
        });
        let filter = match request.key_filters.is_empty() {
            true => filter,
            false => Some(Arc::new(AllFilters::new(filter, request.key_filters)) as Arc<dyn RowFilter>),
        };
        let is_named = self.paths.len() == 1 && table.paths().eq(self.paths.iter().map(PathBuf::as_path));
        let options = ScanOptions {
            projection: Some(request.projection),
            filter,
            limit: request.limit,
            batch_rows: request.batch_rows,
            threads: request.threads,
            hold: request.memory.map(|memory| -> Arc<dyn Fn(usize) -> bool + Send + Sync> {
                Arc::new(move |bytes| memory.hold(bytes))
            }),
        };
        let scan = F::scan(table, options).map_err(|error| self.told(error))?;
        Ok(Box::new(FileReader { scan, is_named }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct FileReader<S> {
    scan: S,
    /// The name of the source is that of the file.
    is_named: bool,
}

impl<S: FileScan<Error: FileError>> BatchReader for FileReader<S> {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        self.scan.next_batch().map_err(|(batch, error)| {
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

    fn rows_skipped(&self) -> u64 {
        self.scan.rows_skipped()
    }

    fn row_groups_skipped(&self) -> u64 {
        self.scan.row_groups_skipped()
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
        self.scan.take_rejects().into_iter().map(told).collect()
    }
}
