//! Many groups: each partition's are numbered in a table of its own, small enough for the cache, a task a partition.
//!
//! Groups that workers had numbered before they scattered rows come in first, as states; then rows, in their order. So
//! groups of a partition are numbered nearly in the order of their first rows, and exactly so if there were no states.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column};
use lazuli_kernels::keys::{GroupTable, KeyPlan};
use lazuli_kernels::partition::Partitions;
use lazuli_kernels::{KernelError, concat_columns, take_column};

use super::groups::{GroupStates, Keys};
use super::inputs::Inputs;
use super::kept::{KeptColumn, KeptKeys};
use super::order::order_unless_sorted;
use super::output::{self, Partition, gather_words};
use super::scatter::{Chunk, Form, KeyForm, KeyRows, partition_bits};
use super::{AggregateSpec, Share};
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::spill::RowNumbers;
use crate::{ExecError, Result};

/// From so many morsels' worth of groups on, all shares together, merging side by side pays for splitting.
const SPLIT_MORSELS: usize = 8;

/// Rows of a partition that are numbered and taken in at a time.
const BLOCK_ROWS: usize = 8 * 1024;

/// Whether groups should be merged partition by partition.
pub(super) fn are_worth_it(shares: &[Share], context: &QueryContext) -> bool {
    let num_groups: usize = shares.iter().map(|share| share.states.num_groups()).sum();
    let is_scattered = shares.iter().any(|share| share.scatter.is_some());
    is_scattered || (shares.len() > 1 && num_groups > SPLIT_MORSELS.saturating_mul(context.morsel_rows))
}

/// The result, and the reservation that covers it.
pub(super) fn finish(
    spec: &Arc<AggregateSpec>,
    inputs: &Inputs,
    form: &KeyForm,
    shares: Vec<Share>,
    numbers: &RowNumbers,
    context: &QueryContext,
) -> Result<(Vec<Batch>, Reservation)> {
    for share in &shares {
        form.admit(&share.states.table);
    }
    let plan = match form.get() {
        Form::Words(plan) => Some(plan),
        Form::Columns | Form::Undecided => None,
    };
    let bits = partition_bits(context);
    let mut reservation = context.memory.reservation(spec.operator);
    let (mut states, mut chunks) = (Vec::new(), Vec::new());
    for share in shares {
        states.push(Mutex::new(Some(share.states)));
        if let Some(scatter) = share.scatter {
            let (kept, kept_reservation) = scatter.into_parts();
            reservation.absorb(kept_reservation);
            chunks
                .extend(kept.into_iter().map(|chunk| (numbers.start(chunk.morsel), Mutex::new(Some(chunk)))));
        }
    }
    chunks.sort_unstable_by_key(|&(start, _)| start);

    let groups = context.run_tasks(states.len(), |share| {
        // Locked for the compiler's sake, here and below: each has one task.
        let states = states[share].lock().unwrap_or_else(PoisonError::into_inner).take();
        SplitGroups::new(states.expect("one task a share"), plan.as_deref(), bits, context)
    })?;
    let rows = context.run_tasks(chunks.len(), |index| {
        let (start, chunk) = &chunks[index];
        let chunk = chunk.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok((*start, chunk.expect("one task a chunk").into_form(plan.as_ref(), bits)?))
    })?;
    let sources = Sources { spec, inputs, plan: plan.as_ref(), groups, rows };
    let partitions = context.run_tasks(1 << bits, |partition| sources.merge(partition, context))?;
    drop(sources);
    drop(reservation);
    let mut merged = Vec::with_capacity(partitions.len());
    let mut failures = Vec::new();
    for (partition, failure) in partitions {
        merged.push(partition);
        failures.extend(failure);
    }
    if let Some(failure) = failures.into_iter().min_by_key(|failure| (failure.call, failure.first_row)) {
        // Groups of all partitions that come before it.
        let before = |partition: &Partition| {
            partition.first_rows.partition_point(|&first_row| first_row < failure.first_row)
        };
        let row = merged.iter().map(before).sum();
        return Err(spec.calls[failure.call].failed()(failure.error.with_row(|_| row)));
    }
    output::finish(spec, plan.as_deref(), merged, context)
}

/// A group without a result.
pub(super) struct Failure {
    pub(super) call: usize,
    pub(super) first_row: u64,
    pub(super) error: KernelError,
}

/// Groups of one worker by partition.
struct SplitGroups {
    keys: KeyRows,
    first_rows: Vec<u64>,
    /// Of each call.
    states: Vec<Vec<Column>>,
    partitions: Partitions,
    /// Held as long as the columns are.
    _reservation: Reservation,
}

impl SplitGroups {
    fn new(groups: GroupStates, plan: Option<&KeyPlan>, bits: u32, context: &QueryContext) -> Result<Self> {
        // Columns of keys and states take about what the groups take, before and after they are put in order of
        // partitions; row numbers, hashes and places come on top.
        const BYTES_A_GROUP: usize = 28;
        let bytes = 2 * groups.reservation.bytes() + groups.num_groups() * BYTES_A_GROUP;
        let mut reservation = context.memory.reserve(groups.spec.operator, bytes)?;
        let keys = match plan {
            Some(plan) => KeyRows::Words(groups.table.words_of(plan)),
            None => KeyRows::Columns(groups.table.keys().map_err(ExecError::kernel(groups.spec.operator))?),
        };
        let (keys, partitions) = keys.partitioned(plan, groups.num_groups(), bits);
        let first_rows = partitions.gather_words(&groups.first_rows, 1);
        let mut states = Vec::with_capacity(groups.accumulators.len());
        for state in groups.states(0..groups.num_groups())? {
            context.check_cancelled()?;
            states.push(state.iter().map(|column| take_column(column, partitions.rows())).collect());
        }
        drop(groups);
        reservation.shrink_to(bytes / 2);
        Ok(Self { keys, first_rows, states, partitions, _reservation: reservation })
    }
}

/// What all workers have, by partition.
struct Sources<'a> {
    spec: &'a Arc<AggregateSpec>,
    inputs: &'a Inputs,
    plan: Option<&'a Arc<KeyPlan>>,
    groups: Vec<SplitGroups>,
    /// Rows of morsels, with the number of the first among all.
    rows: Vec<(u64, Chunk)>,
}

impl Sources<'_> {
    /// The groups of a partition in order of their first rows, and the first that has no result.
    fn merge(&self, partition: usize, context: &QueryContext) -> Result<(Partition, Option<Failure>)> {
        let table = self.plan.map_or_else(|| GroupTable::new(&self.spec.key_types), |plan| plan.table());
        let mut merged = GroupStates::with_table(self.spec, table, context);
        for groups in &self.groups {
            let range = groups.partitions.range(partition);
            if range.is_empty() {
                continue;
            }
            let (places, known) = (&groups.first_rows[range.clone()], merged.num_groups());
            merged.insert(groups.keys.sliced(&range, self.plan).as_keys(), places)?;
            merged.lower_first_rows(known, places);
            let sliced = |columns: &Vec<Column>| -> Vec<Column> {
                columns.iter().map(|column| column.sliced(range.start, range.len())).collect()
            };
            merged.merge(&groups.states.iter().map(sliced).collect::<Vec<_>>())?;
            merged.reserve()?;
        }
        let mut block = Block::new(self, merged.num_groups());
        let mut rows_left: usize = self.rows.iter().map(|(_, chunk)| chunk.rows.range(partition).len()).sum();
        for (start, chunk) in &self.rows {
            let range = chunk.rows.range(partition);
            if range.is_empty() {
                continue;
            }
            rows_left -= range.len();
            block.add(*start, chunk, range);
            if block.num_rows() >= BLOCK_ROWS {
                context.check_cancelled()?;
                let is_first = merged.num_groups() == block.num_early;
                let block_rows = block.num_rows();
                block.take_in(&mut merged)?;
                if is_first {
                    let new = merged.num_groups() - block.num_early;
                    let expected = merged.num_groups() + expected_groups(block_rows, new, rows_left);
                    merged.table.expect_groups(expected).map_err(ExecError::kernel(self.spec.operator))?;
                }
            }
        }
        block.take_in(&mut merged)?;
        self.finished(merged, context)
    }

    fn finished(&self, merged: GroupStates, context: &QueryContext) -> Result<(Partition, Option<Failure>)> {
        let order = order_unless_sorted(&merged.first_rows);
        let ordered = |column: Column| match &order {
            None => column,
            Some(order) => take_column(&column, order),
        };
        let num_groups = merged.num_groups();
        let mut results = Vec::with_capacity(self.spec.calls.len());
        let mut failure = None;
        for call in 0..self.spec.calls.len() {
            let of_call = merged.results(call);
            match of_call.of(0..num_groups) {
                Ok(column) => results.push(ordered(column)),
                Err(error) => {
                    // Which group is named must not depend on how workers met them: in order, the first that fails.
                    let groups: Vec<u32> = order.clone().unwrap_or_else(|| (0..num_groups as u32).collect());
                    let (place, error) = of_call.first_failure(groups.iter().copied()).unwrap_or((0, error));
                    let first_row = merged.first_rows[groups[place] as usize];
                    failure = Some(Failure { call, first_row, error });
                    break;
                }
            }
        }
        let GroupStates { table, first_rows, reservation, .. } = merged;
        let keys = match self.plan {
            Some(plan) => KeyRows::Words(match &order {
                None => table.into_words(),
                Some(order) => gather_words(&table.into_words(), plan.num_words(), order),
            }),
            None => {
                let keys = table.keys().map_err(ExecError::kernel(self.spec.operator))?;
                KeyRows::Columns(keys.into_iter().map(ordered).collect())
            }
        };
        let first_rows = match &order {
            None => first_rows,
            Some(order) => order.iter().map(|&group| first_rows[group as usize]).collect(),
        };
        let mut footprint = Footprint::default();
        results.iter().for_each(|column| footprint.add_column(column));
        let bytes = footprint.bytes() + keys.memory_bytes() + first_rows.len() * 8;
        drop(reservation);
        let reservation = context.memory.reserve(self.spec.operator, bytes)?;
        Ok((Partition { keys, first_rows, results, _reservation: reservation }, failure))
    }
}

/// How many groups the rest of a partition will have, going by how many of the first rows met a group again: among `d`
/// groups drawn alike often, `n` rows do so about `n^2 / 2d` times.
fn expected_groups(rows: usize, new: usize, rows_left: usize) -> usize {
    let again = rows - new.min(rows);
    let drawn_alike = (rows * rows) / (2 * again + 1);
    drawn_alike.saturating_add(drawn_alike / 8).min(rows_left)
}

/// Rows of one partition from several morsels, put together for one call of each accumulator.
struct Block<'a> {
    sources: &'a Sources<'a>,
    /// Groups that came in as states: their first rows may come later than those of rows here.
    num_early: usize,
    pieces: Vec<(&'a Chunk, Range<usize>)>,
    words: Vec<u64>,
    /// Numbers of the rows among all.
    places: Vec<u64>,
}

impl<'a> Block<'a> {
    fn new(sources: &'a Sources<'a>, num_early: usize) -> Self {
        Self { sources, num_early, pieces: Vec::new(), words: Vec::new(), places: Vec::new() }
    }

    fn num_rows(&self) -> usize {
        self.places.len()
    }

    fn add(&mut self, start: u64, chunk: &'a Chunk, range: Range<usize>) {
        chunk.rows.append_numbers(range.clone(), start, &mut self.places);
        if let Some(plan) = self.sources.plan {
            let width = plan.num_words();
            chunk.keys.append_words(range.start * width..range.end * width, &mut self.words);
        }
        self.pieces.push((chunk, range));
    }

    /// Numbers the rows, gives them to the accumulators, and forgets them.
    fn take_in(&mut self, merged: &mut GroupStates) -> Result<()> {
        if self.pieces.is_empty() {
            return Ok(());
        }
        let spec = self.sources.spec;
        if self.sources.plan.is_some() {
            merged.insert(Keys::Words(&self.words), &self.places)?;
        } else {
            let keys: Vec<Column> = (0..spec.keys.len())
                .map(|key| {
                    let pieces = self.pieces.iter().map(|(chunk, range)| match &chunk.keys {
                        KeptKeys::Columns(keys) => keys[key].sliced(range.start, range.len()),
                        _ => unreachable!("all chunks were given one form"),
                    });
                    let pieces: Vec<Column> = pieces.collect();
                    concat_columns(pieces[0].data_type(), &pieces.iter().collect::<Vec<_>>())
                })
                .collect();
            merged.insert(Keys::Columns(&keys), &self.places)?;
        }
        if self.num_early > 0 {
            merged.lower_first_rows(self.num_early, &self.places);
        }
        let inputs: Vec<Column> = (0..self.sources.inputs.len()).map(|input| self.joined(input)).collect();
        for index in spec.owners() {
            let call = &spec.calls[index];
            let arguments = self.sources.inputs.of_call(index, &inputs);
            if call.aggregate.is_ordered() {
                // Places ascend within a morsel only, so each has a call of its own.
                let mut start = 0;
                for (chunk, range) in &self.pieces {
                    let rows = start..start + range.len();
                    let arguments: Vec<Column> =
                        arguments.iter().map(|column| column.sliced(rows.start, rows.len())).collect();
                    merged.update_call(index, &arguments, rows.clone(), chunk.order)?;
                    start = rows.end;
                }
            } else {
                merged.update_call(index, &arguments, 0..self.num_rows(), self.pieces[0].0.order)?;
            }
        }
        merged.reserve()?;
        self.pieces.clear();
        self.words.clear();
        self.places.clear();
        Ok(())
    }

    /// The rows of an input of all pieces.
    fn joined(&self, input: usize) -> Column {
        let pieces: Vec<_> =
            self.pieces.iter().map(|(chunk, range)| (&chunk.columns[input], range.clone())).collect();
        KeptColumn::joined(&pieces)
    }
}
