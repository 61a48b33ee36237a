//! Window: a value for each row, made of all rows of its partition.
//!
//! All rows are kept; what is made of them when they are there is in [`compute`]. If they are too many, they go to files by the
//! keys that all windows of the operator have, see [`external`]; if there is no such key, the query ends with
//! [`ExecError::MemoryBudget`].

mod compute; // results of rows in memory
mod external; // more rows than fit in memory

use std::sync::Arc;

use lazuli_array::{Batch, DataType, SchemaRef};
use lazuli_expr::function::Argument;
use lazuli_expr::window::WindowFunctionRef;
use lazuli_expr::{AggregateRef, Literal};
use lazuli_kernels::KernelError;

use self::compute::{Failure, Memory, Results, Rows};
use super::collect::{Kept, Shares};
use super::external::{External, Overflow};
use super::sort::Key;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::morsel::MorselIndex;
use crate::pipeline::{Sink, SinkWorker};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::{ExecError, Result};

/// What errors call it.
pub(crate) const OPERATOR: &str = "window";

/// What is computed, of which columns. Positions are those of the columns that come in.
pub(crate) struct WindowSpec {
    pub(crate) layouts: Vec<Layout>,
    pub(crate) calls: Vec<Call>,
    /// So many of the columns that come in, from the first, go out.
    pub(crate) num_kept: usize,
    /// The columns that come in.
    pub(crate) input: SchemaRef,
    /// The kept columns, then one for each call.
    pub(crate) schema: SchemaRef,
}

/// Which rows are together, and in which order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// None: all rows are one partition.
    pub(crate) keys: Vec<usize>,
    /// None: in the order of the rows.
    pub(crate) order: Vec<Key>,
}

/// One window.
pub(crate) struct Call {
    pub(crate) step: Step,
    /// Types of all arguments, and their values where they are constants.
    pub(crate) arguments: Vec<(DataType, Option<Literal>)>,
    /// Positions of the arguments that are columns.
    pub(crate) columns: Vec<usize>,
    /// Which of the layouts.
    pub(crate) layout: usize,
    /// As text, for messages.
    pub(crate) text: String,
}

/// What is made of a partition.
pub(crate) enum Step {
    /// One value for all of its rows.
    Aggregate(AggregateRef),
    /// A value for each row.
    Function(WindowFunctionRef),
}

/// The sink.
pub(crate) struct Window {
    spec: WindowSpec,
    shares: Shares,
    /// `None` if there is no key that all layouts have.
    overflow: Option<Overflow>,
    stored: Arc<Stored>,
}

impl Window {
    pub(crate) fn new(spec: WindowSpec, stored: Arc<Stored>) -> Self {
        let common = spec.common_keys();
        let overflow =
            (!common.is_empty()).then(|| Overflow::new(OPERATOR, spec.input.clone(), common.clone()));
        Self { spec, shares: Shares::default(), overflow, stored }
    }

    /// Where rows go, if they are too many.
    fn begun(&self) -> Option<Arc<External>> {
        self.overflow.as_ref()?.begun()
    }

    /// The answer for rows in memory, and the reservation that covers what was computed.
    fn in_memory(
        &self,
        morsels: &[(MorselIndex, Batch)],
        context: &QueryContext,
    ) -> std::result::Result<(Vec<Batch>, Reservation), Failure> {
        let rows = Rows::new(morsels.iter().map(|(_, batch)| batch.clone()).collect())?;
        let memory = Memory { context, can_spill: self.overflow.is_some() };
        let (results, reservation) = self.spec.results(&rows, &|_, _| Ok(None), &memory)?;
        let batches = (0..rows.batches.len()).map(|number| self.spec.output(number, &rows, &results));
        Ok((batches.collect(), reservation))
    }
}

impl WindowSpec {
    /// The keys that all layouts have: rows that differ in them are in no partition together.
    fn common_keys(&self) -> Vec<usize> {
        let Some((first, others)) = self.layouts.split_first() else { return Vec::new() };
        let mut keys: Vec<usize> = Vec::new();
        for &key in &first.keys {
            if !keys.contains(&key) && others.iter().all(|layout| layout.keys.contains(&key)) {
                keys.push(key);
            }
        }
        keys
    }

    /// The rows of a batch with the results.
    fn output(&self, number: usize, rows: &Rows, results: &[Results]) -> Batch {
        let kept: Vec<usize> = (0..self.num_kept).collect();
        let batch = &rows.batches[number];
        let mut columns = batch.project(&kept).into_columns();
        columns.extend(results.iter().map(|result| result.of_batch(number, rows)));
        Batch::new(self.schema.clone(), columns, batch.num_rows())
    }
}

impl Sink for Window {
    fn describe(&self) -> Description {
        let calls: Vec<&str> = self.spec.calls.iter().map(|call| call.text.as_str()).collect();
        Description::new(OPERATOR, calls.join(", "))
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        match &self.overflow {
            None => self.shares.worker(OPERATOR, context),
            Some(overflow) => overflow.worker(&self.shares, context),
        }
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        if self.begun().is_none() {
            if morsels.is_empty() {
                self.stored.set(Vec::new(), reservation);
                return Ok(());
            }
            match self.in_memory(&morsels, context) {
                Ok((batches, results)) => {
                    drop(morsels);
                    reservation.absorb(results);
                    let footprint: Footprint = batches.iter().collect();
                    reservation.grow_to(footprint.bytes())?;
                    reservation.shrink_to(footprint.bytes());
                    self.stored.set(batches, reservation);
                    return Ok(());
                }
                Err(Failure::Other(ExecError::MemoryBudget { .. })) if self.overflow.is_some() => {}
                Err(Failure::Other(error)) => return Err(error),
                Err(Failure::Call { call, error, .. }) => return Err(self.spec.calls[call].failed(error)),
            }
        }
        let Some(overflow) = &self.overflow else { return Ok(()) };
        let external = overflow.begin(context)?;
        external.take_all(&Kept::new(morsels, reservation), context)?;
        self.stored.set_waiting(self.spec.finish_external(&external, context)?);
        Ok(())
    }
}

impl Call {
    fn arguments(&self) -> Vec<Argument<'_>> {
        self.arguments
            .iter()
            .map(|(data_type, literal)| Argument { data_type, literal: literal.as_ref() })
            .collect()
    }

    fn failed(&self, error: KernelError) -> ExecError {
        ExecError::Aggregate { expr: self.text.clone(), error }
    }
}
