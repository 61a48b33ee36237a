//! Batches that come once, such as those of another library's stream: a data source that a query reads a single time.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_plan::{BatchError, BatchReader, DataSource, ScanRequest, SourceError};

type BoxedBatches = Box<dyn Iterator<Item = Result<Batch, SourceError>> + Send>;

/// Batches of an iterator, in its order. The query that reads them first has them; a second one, or a plan that reads its
/// source twice, is an error.
///
/// The iterator is asked by one thread at a time, and no further than the query needs.
pub struct OnceSource {
    name: String,
    schema: SchemaRef,
    batches: Mutex<Option<BoxedBatches>>,
}

impl OnceSource {
    /// Batches of these columns. `name` is what `explain` and errors call them.
    pub fn new(
        name: impl Into<String>,
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<Batch, SourceError>> + Send + 'static,
    ) -> Self {
        Self { name: name.into(), schema, batches: Mutex::new(Some(Box::new(batches))) }
    }
}

impl fmt::Debug for OnceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceSource")
            .field("name", &self.name)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl DataSource for OnceSource {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.schema.clone())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner).take();
        let batches =
            batches.ok_or("its batches come only once, and were read before: collect them first")?;
        let projection = request.projection;
        Ok(Box::new(OnceReader {
            projection,
            batches: Mutex::new((0, Some(batches))),
            rows: AtomicU64::new(0),
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct OnceReader {
    projection: Vec<usize>,
    /// The number of the next batch, and where it comes from; nothing after the end or an error.
    batches: Mutex<(u64, Option<BoxedBatches>)>,
    rows: AtomicU64,
}

impl BatchReader for OnceReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        let mut state = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, batches) = &mut *state;
        // Put back only if all went well, a panic included.
        let Some(mut taken) = batches.take() else { return Ok(None) };
        match taken.next() {
            None => Ok(None),
            Some(Err(source)) => Err(BatchError { batch: *number, source }),
            Some(Ok(batch)) => {
                *batches = Some(taken);
                *number += 1;
                self.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
                Ok(Some((*number - 1, batch.project(&self.projection))))
            }
        }
    }

    fn rows_read(&self) -> Option<u64> {
        Some(self.rows.load(Ordering::Relaxed))
    }
}
