//! Frames in memory as data sources.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli_array::{Batch, DataFrame, SchemaRef};
use lazuli_plan::{BatchError, BatchReader, DataSource, ScanRequest, SourceError};

/// The rows of a frame, without copying them.
#[derive(Debug, Clone)]
pub struct FrameSource {
    frame: DataFrame,
}

impl FrameSource {
    /// The rows of this frame.
    pub fn new(frame: DataFrame) -> Self {
        Self { frame }
    }

    /// The frame.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The columns at these positions, batch by batch.
    pub(crate) fn project(&self, positions: &[usize]) -> Vec<Batch> {
        self.frame.batches().iter().map(|batch| batch.project(positions)).collect()
    }
}

impl DataSource for FrameSource {
    fn name(&self) -> String {
        let (rows, columns) = self.frame.shape();
        format!("frame of {rows} rows, {columns} columns")
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.frame.schema().clone())
    }

    fn estimated_rows(&self) -> Option<usize> {
        Some(self.frame.height())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        Ok(Box::new(FrameReader { batches: self.project(&request.projection), next: AtomicUsize::new(0) }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// For those who read a frame as they read any source; the engine cuts frames into morsels by itself.
struct FrameReader {
    batches: Vec<Batch>,
    next: AtomicUsize,
}

impl BatchReader for FrameReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(self.batches.get(index).map(|batch| (index as u64, batch.clone())))
    }
}
