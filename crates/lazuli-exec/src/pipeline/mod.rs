//! Pipelines: a source, a chain of operators, a sink; several workers run it side by side.
//!
//! ```text
//!            lane 0: source ─▶ operator ─▶ operator ─┐
//!            lane 1: source ─▶ operator ─────────────┼─▶ sink ─finish─▶ next pipeline's source
//! ```
//! * Lanes run one after the other: that is the order of their rows. A union is several lanes, an operator above it is
//!   in each of them.
//! * Each worker takes a morsel from the lane's source, pushes it depth first through the operators into its own
//!   [`SinkWorker`], and takes the next. No queues: in flight is one morsel a worker.
//! * An operator that needs the rows in order waits for its turn ([`Task::wait_for_turn`]).
//! * The first error by place is the query's: see [`lane_run`].
//!
//! Morsel-driven parallelism: Leis et al. 2014; push with per-worker sink states: DuckDB.

mod lane_run; // turns, errors and stops of one lane
mod run; // worker loops

use std::sync::Arc;

use lazuli_array::{Batch, SchemaRef};
use lazuli_plan::LogicalPlan;

use crate::context::{QueryContext, SourceSize};
use crate::morsel::{Flow, Morsel};
use crate::operator::join::JoinTable;
use crate::profile::{Description, Leaves, Scanned};
use crate::{ExecError, Result};

pub(crate) use run::{Task, Turn, is_in_loop, run};

/// What reaches one sink.
pub(crate) struct Pipeline {
    pub(crate) lanes: Vec<Lane>,
    pub(crate) sink: Arc<dyn Sink>,
}

/// One source and what happens to its rows.
pub(crate) struct Lane {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) operators: Vec<Arc<dyn Operator>>,
    /// Where the rows come from, if that is a scan.
    pub(crate) scan: Option<ScanLane>,
}

/// What a lane over a scan reads.
pub(crate) struct ScanLane {
    /// The scan.
    pub(crate) plan: LogicalPlan,
    /// The columns that leave the source, of the scan's names.
    pub(crate) schema: SchemaRef,
    /// How many of the first operators are filters over these columns.
    pub(crate) num_filters: usize,
}

impl Lane {
    /// The rows of a source as they are.
    pub(crate) fn new(source: impl Source + 'static) -> Self {
        Self { source: Arc::new(source), operators: Vec::new(), scan: None }
    }
}

/// Puts an operator behind each of the lanes.
pub(crate) fn push_operator(lanes: &mut [Lane], operator: Arc<dyn Operator>) {
    for lane in lanes {
        lane.operators.push(operator.clone());
    }
}

/// Where morsels come from; asked by all workers of a lane.
pub(crate) trait Source: Send + Sync {
    /// What errors call it.
    fn name(&self) -> String;

    /// What a profile says of it.
    fn describe(&self) -> Description;

    /// What it has gone through, once its lane has run; `None` if that is what it gave.
    fn scanned(&self) -> Option<Scanned> {
        None
    }

    /// Asks for the rows alone whose keys, the columns at these positions, are in a table that will have been built when this
    /// is opened. False if the source gives all rows all the same.
    fn filter_by_keys(&mut self, _keys: &[usize], _table: &Arc<JoinTable>) -> bool {
        false
    }

    /// Whether it has no rows, so that its lane need not run: known when the pipeline starts.
    fn is_idle(&self) -> bool {
        false
    }

    /// Called once before the workers start.
    fn open(&self, context: &QueryContext) -> Result<()>;

    /// The next morsel. Numbers start at 0, have no gaps and are given out in order.
    fn next(&self, context: &QueryContext) -> std::result::Result<Option<SourceMorsel>, SourceFailure>;

    /// How much there is, once open.
    fn size(&self) -> SourceSize;

    /// Bytes that reading all of it takes, if known; asked before anything is read.
    fn total_bytes(&self) -> u64 {
        0
    }

    /// Called once after the workers have ended without an error.
    fn close(&self, _context: &QueryContext) -> Result<()> {
        Ok(())
    }
}

/// Rows of a source, with their number.
pub(crate) struct SourceMorsel {
    pub(crate) number: u64,
    pub(crate) batch: Batch,
    /// Number of the first row in the source, if known.
    pub(crate) first_row: Option<u64>,
}

/// An error of a source, with the number of the morsel that has it.
pub(crate) struct SourceFailure {
    pub(crate) number: u64,
    pub(crate) error: ExecError,
}

/// What happens to morsels on their way: parameters in the struct, no state of a worker.
pub(crate) trait Operator: Send + Sync {
    /// What a profile says of it.
    fn describe(&self) -> Description;

    /// Takes in a morsel and emits what becomes of it, in the order of its rows. Passes on what `emit` says.
    fn execute(
        &self,
        input: Morsel,
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow>;

    /// Whether some row may be an error, memory and files aside.
    fn is_fallible(&self) -> bool {
        true
    }

    /// Whether no further morsel can change anything, so that later lanes need not run.
    fn is_satisfied(&self) -> bool {
        false
    }
}

/// Where morsels end.
pub(crate) trait Sink: Send + Sync {
    /// What a profile says of it.
    fn describe(&self) -> Description;

    /// What it leaves once it is finished.
    fn leaves(&self) -> Leaves<'_>;

    /// The state of one worker.
    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a>;

    /// Called once, after all workers have combined.
    fn finish(&self, context: &QueryContext) -> Result<()>;
}

/// One worker's share of a sink.
pub(crate) trait SinkWorker: Send {
    /// Takes in a morsel; the places of one worker's morsels ascend.
    fn consume(&mut self, input: Morsel, task: &Task<'_>) -> Result<Flow>;

    /// Hands the share over to the sink.
    fn combine(self: Box<Self>) -> Result<()>;
}
