//! Delimited files as data sources.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Bitmap, SchemaRef};
use lazuli_expr::evaluate::Predicates;
use lazuli_io::csv::{CsvError, CsvOptions, CsvScan, CsvTable, FilterError, RowFilter};
use lazuli_plan::{BatchError, BatchReader, DataSource, ScanRequest, SourceError};

/// A delimited file. Opened when its columns are first asked for, and then known: a file that changes later keeps the
/// columns that it had.
///
/// Only wanted columns are parsed; predicates are applied while parsing, before the other columns are.
#[derive(Debug)]
pub struct CsvSource {
    path: PathBuf,
    options: CsvOptions,
    /// Set at the first call that succeeds.
    table: Mutex<Option<Arc<CsvTable>>>,
}

impl CsvSource {
    /// The file at `path`. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>, options: CsvOptions) -> Self {
        Self { path: path.into(), options, table: Mutex::default() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's header, types and statistics.
    ///
    /// # Errors
    /// Anything that shows when the file is opened and its types are inferred.
    pub fn table(&self) -> Result<Arc<CsvTable>, CsvError> {
        // Held while the file is opened, so that two who ask at once do not both infer.
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = &*table {
            return Ok(table.clone());
        }
        let opened = Arc::new(CsvTable::open(&self.path, &self.options)?);
        *table = Some(opened.clone());
        Ok(opened)
    }
}

impl DataSource for CsvSource {
    fn name(&self) -> String {
        format!("csv {}", self.path.display())
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.table().map_err(CsvError::without_path)?.schema().clone())
    }

    fn applies_predicates(&self) -> bool {
        true
    }

    fn estimated_rows(&self) -> Option<usize> {
        let rows = self.table().ok()?.estimated_rows()?;
        usize::try_from(rows).ok()
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let table = self.table().map_err(CsvError::without_path)?;
        let filter = (!request.predicates.is_empty()).then(|| -> Arc<dyn RowFilter> {
            Arc::new(ExprFilter::new(&request.predicates, table.schema()))
        });
        let scan = CsvScan::open(table, Some(request.projection), filter, request.limit)
            .map_err(CsvError::without_path)?;
        Ok(Box::new(CsvReader(scan)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct CsvReader(CsvScan);

impl BatchReader for CsvReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        self.0.next().map_err(|error| BatchError {
            batch: error.sequence().unwrap_or(0),
            source: error.without_path().into(),
        })
    }

    fn progress(&self) -> Option<(u64, u64)> {
        Some((self.0.bytes_done(), self.0.table().file_bytes()))
    }

    fn rows_read(&self) -> Option<u64> {
        Some(self.0.rows_done())
    }

    fn bytes_read(&self) -> Option<u64> {
        Some(self.0.bytes_done())
    }
}

/// Predicates over the columns that they read.
struct ExprFilter {
    columns: Vec<usize>,
    predicates: Predicates,
}

impl ExprFilter {
    fn new(predicates: &[lazuli_expr::Expr], schema: &SchemaRef) -> Self {
        let columns = Predicates::new(predicates, schema).columns();
        let predicates = Predicates::new(predicates, &schema.project(&columns));
        Self { columns, predicates }
    }
}

impl RowFilter for ExprFilter {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        let kept = self.predicates.select(batch)?;
        Ok(kept.unwrap_or_else(|| Bitmap::filled(true, batch.num_rows())))
    }
}
