//! Aggregate: one row a group, in order of the groups' first rows.
//!
//! Each worker numbers the groups that it meets and keeps their states side by side ([`groups`]); the finish merges
//! what workers have and puts groups in order ([`merge`]).

mod groups; // what one worker has
mod merge; // what all workers have

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{DataType, SchemaRef};
use lazuli_expr::function::Argument;
use lazuli_expr::{Accumulator, AggregateRef, Literal};

use self::groups::GroupStates;
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::source::Stored;

/// What groups are made of, and what is computed of each.
pub(crate) struct AggregateSpec {
    /// The verb, for messages.
    pub(crate) operator: &'static str,
    /// Positions of the keys among the columns that come in; none: all rows are one group, even if there are none.
    pub(crate) keys: Vec<usize>,
    /// Types of the keys.
    pub(crate) key_types: Vec<DataType>,
    /// What is computed.
    pub(crate) calls: Vec<Call>,
    /// The keys, then the results.
    pub(crate) schema: SchemaRef,
}

/// One aggregate over some of the columns.
pub(crate) struct Call {
    pub(crate) aggregate: AggregateRef,
    /// Types of all arguments, and their values where they are constants.
    pub(crate) arguments: Vec<(DataType, Option<Literal>)>,
    /// Positions of the arguments that are columns.
    pub(crate) columns: Vec<usize>,
    /// As text, for messages.
    pub(crate) text: String,
}

impl Call {
    fn accumulator(&self) -> Box<dyn Accumulator> {
        let arguments: Vec<Argument<'_>> = self
            .arguments
            .iter()
            .map(|(data_type, literal)| Argument { data_type, literal: literal.as_ref() })
            .collect();
        self.aggregate.accumulator(&arguments)
    }
}

/// One row a group.
pub(crate) struct Aggregate {
    spec: Arc<AggregateSpec>,
    shares: Mutex<Vec<GroupStates>>,
    stored: Arc<Stored>,
}

impl Aggregate {
    pub(crate) fn new(spec: AggregateSpec, stored: Arc<Stored>) -> Self {
        Self { spec: Arc::new(spec), shares: Mutex::default(), stored }
    }
}

impl Sink for Aggregate {
    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(AggregateWorker { sink: self, states: GroupStates::new(&self.spec, context) })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let shares = std::mem::take(&mut *self.shares.lock().unwrap_or_else(PoisonError::into_inner));
        let (batch, reservation) = merge::finish(&self.spec, shares, context)?;
        self.stored.set(vec![batch], reservation);
        Ok(())
    }
}

struct AggregateWorker<'a> {
    sink: &'a Aggregate,
    states: GroupStates,
}

impl SinkWorker for AggregateWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        self.states.update(&input.batch, input.index.row_order())?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.lock().unwrap_or_else(PoisonError::into_inner).push(self.states);
        Ok(())
    }
}
