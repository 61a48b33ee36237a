//! Aggregate: one row a group, in order of the groups' first rows.
//!
//! Two phases (docs/decisions/two-phase-aggregation.md). While few of the rows start a group, each worker numbers the
//! groups that it meets and keeps their states side by side ([`groups`]). Once most rows do, a table would only cost
//! cache misses: the worker then sorts rows by the hash of their keys into partitions and keeps them ([`scatter`]).
//! The finish merges what workers have: few groups as they are ([`together`]), or by range if their states are large
//! ([`by_range`]), many of them partition by partition,
//! each small enough for the cache ([`partitions`]). Either way groups come out in order of their first rows
//! ([`order`]).
//!
//! When there is no room for groups or rows, all of them go to files as states, and are merged partition by partition
//! ([`external`]).

mod by_range; // few groups with large states
mod external; // more groups than fit in memory
mod groups; // groups of one worker
mod inputs; // the columns that aggregates read
mod kept; // rows that wait, in few bytes
mod order; // groups by their first rows
mod output; // partitions as batches in order
mod partitions; // many groups, part by part
mod scatter; // rows that wait for their partition
mod together; // few groups, all at once

use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{DataType, SchemaRef};
use lazuli_expr::function::Argument;
use lazuli_expr::{Accumulator, AggregateRef, Literal};
use lazuli_kernels::KernelError;

use self::external::{External, StateFilling};
use self::groups::GroupStates;
use self::inputs::Inputs;
use self::scatter::{KeyForm, Scatter};
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::spill::{Begun, Places};
use crate::{ExecError, Result};

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
    /// For each call the one that keeps its states: itself, or an earlier one over the same columns that keeps the same.
    owners: Vec<usize>,
    /// The keys, then the results.
    pub(crate) schema: SchemaRef,
}

impl AggregateSpec {
    pub(crate) fn new(
        operator: &'static str,
        keys: Vec<usize>,
        key_types: Vec<DataType>,
        calls: Vec<Call>,
        schema: SchemaRef,
    ) -> Self {
        let accumulators: Vec<_> = calls.iter().map(Call::accumulator).collect();
        let shares = |call: usize, other: usize| {
            calls[call].columns == calls[other].columns
                && accumulators[call].shares_states_with(&*accumulators[other])
        };
        let owners = (0..calls.len())
            .map(|call| (0..call).find(|&other| shares(call, other)).unwrap_or(call))
            .collect();
        Self { operator, keys, key_types, calls, owners, schema }
    }

    /// The calls that keep states.
    fn owners(&self) -> impl Iterator<Item = usize> {
        (0..self.calls.len()).filter(|&call| self.owners[call] == call)
    }
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

    fn failed(&self) -> impl FnOnce(KernelError) -> ExecError + '_ {
        |error| ExecError::Aggregate { expr: self.text.clone(), error }
    }
}

/// One row a group.
pub(crate) struct Aggregate {
    spec: Arc<AggregateSpec>,
    inputs: Arc<Inputs>,
    /// How the workers that scatter rows write their keys.
    form: KeyForm,
    /// The morsels that came in. Not noted without keys: the order of one group is known.
    places: Places,
    shares: Mutex<Vec<Share>>,
    /// Where groups go since they are too many for the budget.
    external: Begun<External>,
    stored: Arc<Stored>,
}

/// What one worker has.
struct Share {
    /// Groups of the rows that were aggregated at once.
    states: GroupStates,
    /// Rows that were not.
    scatter: Option<Scatter>,
}

impl Share {
    /// Writes all of it.
    fn spill(&mut self, filling: &mut StateFilling) -> Result<()> {
        if let Some(scatter) = self.scatter.take() {
            scatter.give_to(&mut self.states, |states| filling.take_large(states))?;
        }
        filling.take(&mut self.states)
    }
}

impl Aggregate {
    pub(crate) fn new(spec: AggregateSpec, stored: Arc<Stored>) -> Self {
        let inputs = Arc::new(Inputs::of(&spec));
        Self {
            spec: Arc::new(spec),
            inputs,
            form: KeyForm::default(),
            places: Places::default(),
            shares: Mutex::default(),
            external: Begun::default(),
            stored,
        }
    }

    /// Whether groups go to files.
    fn is_external(&self) -> bool {
        self.external.get().is_some()
    }

    /// Where groups go that there is no room for.
    fn external(&self, context: &QueryContext) -> Result<Arc<External>> {
        self.external.get_or_begin(|| External::new(&self.spec, context))
    }

    /// Leaves groups that wait in files; those of `shares` are not there yet.
    fn finish_external(&self, shares: Vec<Share>, context: &QueryContext) -> Result<()> {
        let external = self.external(context)?;
        let shares: Vec<Mutex<Option<Share>>> =
            shares.into_iter().map(|share| Mutex::new(Some(share))).collect();
        context.run_tasks(shares.len(), |index| {
            // Locked for the compiler's sake: each has one task.
            let share = shares[index].lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut filling = external.filling(context);
            share.expect("one task a share").spill(&mut filling)?;
            filling.flush()
        })?;
        self.stored.set_waiting(external.finish(&self.places.numbers(), context)?);
        Ok(())
    }
}

impl Sink for Aggregate {
    fn describe(&self) -> Description {
        let calls: Vec<&str> = self.spec.calls.iter().map(|call| call.text.as_str()).collect();
        let calls = calls.join(", ");
        let keys = self.spec.schema.fields()[..self.spec.keys.len()].iter();
        let keys: Vec<&str> = keys.map(|field| field.name().as_str()).collect();
        let detail = if keys.is_empty() { calls } else { format!("{}: {calls}", keys.join(", ")) };
        Description::new(self.spec.operator, detail)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        let states = GroupStates::new(&self.spec, context);
        let share = Share { states, scatter: None };
        Box::new(AggregateWorker { sink: self, context, share, watch: Some(Watch::default()), filling: None })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let mut shares = std::mem::take(&mut *self.shares.lock().unwrap_or_else(PoisonError::into_inner));
        if self.is_external() || !self.has_room_to_finish(&shares, context) {
            return self.finish_external(shares, context);
        }
        let numbers = self.places.numbers();
        if !self.spec.keys.is_empty() {
            shares.iter_mut().for_each(|share| numbers.replace(&mut share.states.first_rows));
        }
        let (batches, reservation) = if partitions::are_worth_it(&shares, context) {
            partitions::finish(&self.spec, &self.inputs, &self.form, shares, &numbers, context)?
        } else {
            let shares = shares.into_iter().map(|share| share.states).collect();
            together::finish(&self.spec, shares, context)?
        };
        self.stored.set(batches, reservation);
        Ok(())
    }
}

impl Aggregate {
    /// Whether what workers have can be merged in memory, going by what that takes at most.
    fn has_room_to_finish(&self, shares: &[Share], context: &QueryContext) -> bool {
        if self.spec.keys.is_empty() {
            return true;
        }
        let states: usize = shares.iter().map(|share| share.states.bytes_to_merge()).sum();
        let rows: usize =
            shares.iter().filter_map(|share| share.scatter.as_ref()).map(Scatter::bytes_to_group).sum();
        let mut room = context.memory.reservation(self.spec.operator);
        room.try_grow_with_room(states.saturating_add(rows))
    }
}

struct AggregateWorker<'a> {
    sink: &'a Aggregate,
    context: &'a QueryContext,
    share: Share,
    /// `None` once rows are not to be scattered any more.
    watch: Option<Watch>,
    /// Where groups go that there is no room for.
    filling: Option<StateFilling>,
}

impl AggregateWorker<'_> {
    /// Writes what the worker has; later only what is many groups.
    fn spill(&mut self) -> Result<()> {
        self.watch = None;
        match &mut self.filling {
            Some(filling) => filling.take_large(&mut self.share.states),
            None => {
                let external = self.sink.external(self.context)?;
                self.share.spill(self.filling.insert(external.filling(self.context)))
            }
        }
    }
}

impl SinkWorker for AggregateWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Aggregate { spec, places, form, .. } = self.sink;
        let Share { states, scatter } = &mut self.share;
        let order = input.index.row_order();
        if spec.keys.is_empty() {
            states.update(&input.batch, 0, order)?;
            states.reserve()?;
            return Ok(Flow::More);
        }
        let number = places.enter(input.index, input.num_rows());
        if let Some(kept) = scatter
            && kept.keep(&input.batch, number, order, form)?
        {
            return Ok(Flow::More);
        }
        let is_full = scatter.is_some();
        states.update(&input.batch, number, order)?;
        // When one worker has no room, the others give back what they have.
        if is_full || self.filling.is_some() || self.sink.is_external() || !states.try_reserve() {
            self.spill()?;
        } else if let Some(watch) = &mut self.watch
            && watch.finds_many_groups(input.num_rows(), states, self.context.morsel_rows)
        {
            form.admit(&states.table);
            *scatter = Some(Scatter::new(spec, &self.sink.inputs, self.context));
        }
        Ok(Flow::More)
    }

    fn combine(mut self: Box<Self>) -> Result<()> {
        if let Some(filling) = &mut self.filling {
            self.share.spill(filling)?;
            filling.flush()?;
        }
        self.sink.shares.lock().unwrap_or_else(PoisonError::into_inner).push(self.share);
        Ok(())
    }
}

/// How many rows start a group, lately.
#[derive(Default)]
struct Watch {
    rows: usize,
    /// Groups before those rows.
    groups: usize,
}

impl Watch {
    /// Morsels between two looks. The first tell nothing: all groups are new. (DataFusion looks after 100,000 rows,
    /// DuckDB after a million.)
    const MORSELS: usize = 3;

    /// From so many new groups in ten rows on a table costs more than it saves. With groups drawn alike often, it means
    /// about as many of them as would fill a few times the near cache.
    const NEW_IN_TEN_ROWS: usize = 7;

    /// Notes rows that were put in, and tells whether nearly all of the last ones started groups.
    fn finds_many_groups(&mut self, rows: usize, states: &GroupStates, morsel_rows: usize) -> bool {
        self.rows += rows;
        if states.spec.keys.is_empty() || self.rows < Self::MORSELS * morsel_rows {
            return false;
        }
        let new = states.num_groups() - self.groups;
        let many = new * 10 > self.rows * Self::NEW_IN_TEN_ROWS;
        *self = Self { rows: 0, groups: states.num_groups() };
        many
    }
}
