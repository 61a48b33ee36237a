//! More groups than fit in memory: their states in files, by the hash of their keys, merged partition by partition.
//!
//! A worker that is refused memory writes the states that it has and starts anew with an empty table, which from then on is
//! kept small. A key that most rows have is one state a table: it does no harm. A partition whose groups do not fit either is
//! split. What comes of partitions is put in order of the groups' first rows by number ([`RowsByNumber`]), as in memory.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, Column, DataType, Field, Schema, SchemaRef};

use super::AggregateSpec;
use super::groups::{GroupStates, Keys};
use super::order::order_of;
use super::partitions::Failure;
use crate::context::QueryContext;
use crate::spill::buckets::buffer_bytes;
use crate::spill::{HashFilling, HashPartitions, OrderFilling, Ordered, Partition, RowNumbers, RowsByNumber};
use crate::{ExecError, Result};

/// Groups that are written, or given out, at a time.
const SLICE_GROUPS: usize = 32 * 1024;

/// A worker's table has this part of what it may keep before it writes: what it writes is made of that.
const TABLE_PART: usize = 4;

/// The part of the budget that groups of partitions may have, those of all threads: others need theirs to be read and written.
const PARTITIONS_PART: usize = 2;

/// States of groups, in files.
pub(super) struct External {
    spec: Arc<AggregateSpec>,
    /// Keys, then the columns of states of each call that keeps some.
    schema: SchemaRef,
    /// How many columns each of these calls has.
    widths: Vec<usize>,
    partitions: Arc<HashPartitions>,
}

impl External {
    pub(super) fn new(spec: &Arc<AggregateSpec>, context: &QueryContext) -> Result<Self> {
        let none = GroupStates::new(spec, context);
        let states = none.states(0..0)?;
        let widths = states.iter().map(Vec::len).collect();
        let types: Vec<DataType> = spec.key_types.iter().cloned().chain(types_of(&states)).collect();
        let field = |(place, data_type): (usize, DataType)| Field::new(place.to_string(), data_type);
        let fields = types.into_iter().enumerate().map(field).collect();
        let schema: SchemaRef = Arc::new(Schema::try_new(fields).expect("numbers are different names"));
        let keys = (0..spec.keys.len()).collect();
        let partitions = Arc::new(HashPartitions::new(spec.operator, schema.clone(), keys, context)?);
        Ok(Self { spec: spec.clone(), schema, widths, partitions })
    }

    /// What one worker writes.
    pub(super) fn filling(self: &Arc<Self>, context: &QueryContext) -> StateFilling {
        StateFilling {
            filling: HashFilling::new(self.partitions.clone(), context),
            external: self.clone(),
            most_bytes: buffer_bytes(context) / TABLE_PART,
        }
    }

    /// Some groups as rows.
    fn batch(&self, keys: &[Column], groups: &GroupStates, range: Range<usize>) -> Result<Batch> {
        let num_groups = range.len();
        let mut columns: Vec<Column> = keys.iter().map(|key| key.sliced(range.start, num_groups)).collect();
        columns.extend(groups.states(range)?.into_iter().flatten());
        Ok(Batch::new(self.schema.clone(), columns, num_groups))
    }

    /// The groups of all that was written, in order of their first rows.
    pub(super) fn finish(&self, numbers: &RowNumbers, context: &QueryContext) -> Result<Ordered> {
        let Self { spec, partitions, .. } = self;
        let rows = RowsByNumber::new(spec.operator, spec.schema.clone(), numbers.num_rows(), context)?;
        let rows = Arc::new(rows);
        let failures = Mutex::new(Vec::new());
        let written: Vec<Partition> = partitions.take();
        context.memory.reservation(spec.operator).note_spilled(0, written.len() as u64);
        let failed = |failure| failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        rows.fill(written.len(), context, |number, filling| {
            self.merge(&written[number], numbers, filling, &failed, context)
        })?;
        let ordered = rows.finish(context)?;
        let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failures.into_iter().min_by_key(|failure| (failure.call, failure.first_row)) {
            let row = rows.rows_below(&ordered, failure.first_row)?;
            return Err(spec.calls[failure.call].failed()(failure.error.with_row(|_| row)));
        }
        Ok(ordered)
    }

    /// Gives the groups of a partition to `filling`.
    fn merge(
        &self,
        partition: &Partition,
        numbers: &RowNumbers,
        filling: &mut OrderFilling,
        failed: &dyn Fn(Failure),
        context: &QueryContext,
    ) -> Result<()> {
        let Self { spec, partitions, .. } = self;
        let most_bytes = context.memory.limit_bytes() / (PARTITIONS_PART * context.threads());
        let mut merged = GroupStates::new(spec, context);
        for &block in &partition.blocks {
            context.check_cancelled()?;
            let (batch, mut first_rows) = partitions.read(block)?;
            numbers.replace(&mut first_rows);
            let (keys, mut states) = batch.columns().split_at(spec.keys.len());
            merged.insert(Keys::Columns(keys), &first_rows)?;
            // A group may be in one block several times, by several workers.
            merged.lower_first_rows(merged.num_groups(), &first_rows);
            let mut by_call = Vec::with_capacity(self.widths.len());
            for &width in &self.widths {
                let (of_call, others) = states.split_at(width);
                by_call.push(of_call.to_vec());
                states = others;
            }
            merged.merge(&by_call)?;
            // When its groups are given out, they are there as columns, too.
            let bytes = merged.memory_bytes().saturating_add(partition.memory_bytes());
            let fits = bytes <= most_bytes && merged.reservation.try_grow_with_room(bytes);
            // What few rows take at least, such as a table by the range of their keys, does not get less.
            let is_large = partition.memory_bytes() > most_bytes / 8;
            if !fits && is_large && partition.can_be_split() {
                drop(merged);
                for part in partitions.split(partition, context)? {
                    self.merge(&part, numbers, filling, failed, context)?;
                }
                return Ok(());
            }
            merged.reservation.grow_to(bytes)?;
        }
        self.give_out(merged, filling, failed, context)
    }

    /// Gives results to `filling`, and groups without one to `failed`.
    fn give_out(
        &self,
        merged: GroupStates,
        filling: &mut OrderFilling,
        failed: &dyn Fn(Failure),
        context: &QueryContext,
    ) -> Result<()> {
        let spec = &self.spec;
        let num_groups = merged.num_groups();
        let keys = merged.table.keys().map_err(ExecError::kernel(spec.operator))?;
        let mut failing = None;
        for start in (0..num_groups).step_by(SLICE_GROUPS) {
            context.check_cancelled()?;
            let range = start..num_groups.min(start + SLICE_GROUPS);
            let mut columns: Vec<Column> =
                keys.iter().map(|key| key.sliced(range.start, range.len())).collect();
            for call in 0..spec.calls.len() {
                // Groups count after a failure, too: it is named by how many come before it.
                columns.push(merged.results(call).of(range.clone()).unwrap_or_else(|_| {
                    failing = Some(failing.map_or(call, |known: usize| known.min(call)));
                    let field = &spec.schema.fields()[spec.keys.len() + call];
                    Column::new_null(field.data_type().clone(), range.len())
                }));
            }
            let batch = Batch::new(spec.schema.clone(), columns, range.len());
            filling.add(&batch, merged.first_rows[range].to_vec())?;
        }
        if let Some(call) = failing {
            let groups = order_of(&merged.first_rows);
            if let Some((place, error)) = merged.results(call).first_failure(groups.iter().copied()) {
                failed(Failure { call, first_row: merged.first_rows[groups[place] as usize], error });
            }
        }
        Ok(())
    }
}

/// What one worker writes.
pub(super) struct StateFilling {
    external: Arc<External>,
    filling: HashFilling,
    /// What the worker keeps before it writes.
    most_bytes: usize,
}

impl StateFilling {
    /// Takes groups out, all of them.
    pub(super) fn take(&mut self, groups: &mut GroupStates) -> Result<()> {
        let num_groups = groups.num_groups();
        // What is written next takes its room.
        groups.reservation.shrink_to(0);
        let keys = groups.table.keys().map_err(ExecError::kernel(self.external.spec.operator))?;
        for start in (0..num_groups).step_by(SLICE_GROUPS) {
            let range = start..num_groups.min(start + SLICE_GROUPS);
            let batch = self.external.batch(&keys, groups, range.clone())?;
            self.filling.add(&batch, groups.first_rows[range].to_vec())?;
        }
        groups.clear();
        Ok(())
    }

    /// Takes groups out if they are many.
    pub(super) fn take_large(&mut self, groups: &mut GroupStates) -> Result<()> {
        if groups.memory_bytes() > self.most_bytes || !groups.try_reserve() {
            self.take(groups)?;
        }
        Ok(())
    }

    /// Writes all that is left.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.filling.flush()
    }
}

fn types_of(states: &[Vec<Column>]) -> impl Iterator<Item = DataType> + '_ {
    states.iter().flatten().map(|column| column.data_type().clone())
}
