//! Frames as sources, and the sources of a plan.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli_array::{Batch, DataFrame, SchemaRef};
use lazuli_plan::{BatchError, BatchReader, DataSource, LogicalPlan, Node, Scan, ScanRequest, SourceError};

/// The rows of a frame, batch by batch as they are; knows nothing of predicates and limits.
#[derive(Debug, Clone)]
pub struct MemorySource {
    frame: DataFrame,
}

impl MemorySource {
    /// The rows of this frame.
    pub fn new(frame: DataFrame) -> Self {
        Self { frame }
    }

    pub(super) fn frame(&self) -> &DataFrame {
        &self.frame
    }

    pub(super) fn num_rows(&self) -> usize {
        self.frame.height()
    }
}

impl From<MemorySource> for Arc<dyn DataSource> {
    fn from(source: MemorySource) -> Self {
        Arc::new(source)
    }
}

impl DataSource for MemorySource {
    fn name(&self) -> String {
        format!("memory of {} rows", self.frame.height())
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        Ok(self.frame.schema().clone())
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        let batches = self.frame.batches().iter().map(|batch| batch.project(&request.projection)).collect();
        Ok(Box::new(MemoryReader { batches, next: AtomicUsize::new(0) }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct MemoryReader {
    batches: Vec<Batch>,
    next: AtomicUsize,
}

impl BatchReader for MemoryReader {
    fn next(&self) -> Result<Option<(u64, Batch)>, BatchError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Ok(self.batches.get(number).map(|batch| (number as u64, batch.clone())))
    }
}

/// The frames that a plan reads, in order of its scans.
pub fn frames_of(plan: &LogicalPlan) -> Vec<DataFrame> {
    match plan.node() {
        Node::Scan(scan) => {
            let source = scan.source.as_any().downcast_ref::<MemorySource>();
            vec![source.expect("generated plans read memory").frame.clone()]
        }
        _ => plan.inputs().into_iter().flat_map(frames_of).collect(),
    }
}

/// The plan with another source in the place of each [`MemorySource`].
pub fn with_sources(
    plan: &LogicalPlan,
    source: &mut impl FnMut(DataFrame) -> Arc<dyn DataSource>,
) -> LogicalPlan {
    match plan.node() {
        Node::Scan(scan) => {
            let memory = scan.source.as_any().downcast_ref::<MemorySource>();
            let frame = memory.expect("generated plans read memory").frame.clone();
            plan.with_node(Node::Scan(Scan { source: source(frame), ..scan.clone() }))
        }
        _ => {
            let inputs = plan.inputs().into_iter().map(|input| with_sources(input, source)).collect();
            plan.with_inputs(inputs)
        }
    }
}
