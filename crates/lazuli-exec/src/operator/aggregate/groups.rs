//! Groups that are numbered: their keys, their first rows, their states.

use std::ops::Range;
use std::sync::Arc;

use lazuli_array::{Batch, Column};
use lazuli_expr::{Accumulator, Groups, RowOrder};
use lazuli_kernels::KernelError;
use lazuli_kernels::keys::GroupTable;

use super::AggregateSpec;
use super::order::{Place, PlaceOf};
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::{ExecError, Result};

/// Groups by number: number `g` of the table, of `first_rows` and of each accumulator are the same group.
pub(super) struct GroupStates {
    pub(super) spec: Arc<AggregateSpec>,
    /// Not used without keys: the one group has number 0.
    pub(super) table: GroupTable,
    /// Each group's first row: its place among those of the worker, in the end its number among all rows. Without keys it
    /// is not known, and nobody asks.
    pub(super) first_rows: Vec<u64>,
    /// One a call; those of calls whose states another one keeps stay empty.
    pub(super) accumulators: Vec<Box<dyn Accumulator>>,
    pub(super) reservation: Reservation,
    /// Scratch: the group of each row.
    ids: Vec<u32>,
}

impl GroupStates {
    pub(super) fn new(spec: &Arc<AggregateSpec>, context: &QueryContext) -> Self {
        Self::with_table(spec, GroupTable::new(&spec.key_types), context)
    }

    /// As [`GroupStates::new`], over an empty table.
    pub(super) fn with_table(spec: &Arc<AggregateSpec>, table: GroupTable, context: &QueryContext) -> Self {
        let mut accumulators: Vec<_> = spec.calls.iter().map(super::Call::accumulator).collect();
        let mut first_rows = Vec::new();
        if spec.keys.is_empty() {
            spec.owners().for_each(|call| accumulators[call].resize(1));
            first_rows.push(0);
        }
        Self {
            spec: spec.clone(),
            table,
            first_rows,
            accumulators,
            reservation: context.memory.reservation(spec.operator),
            ids: Vec::new(),
        }
    }

    /// Forgets all groups, and lets go of their memory.
    pub(super) fn clear(&mut self) {
        self.table = GroupTable::new(&self.spec.key_types);
        self.first_rows = Vec::new();
        self.accumulators = self.spec.calls.iter().map(super::Call::accumulator).collect();
        self.reservation.shrink_to(0);
    }

    pub(super) fn num_groups(&self) -> usize {
        self.first_rows.len()
    }

    /// Takes in the rows of morsel `number`; `order` is the place of the first. Places ascend from call to call. What the groups
    /// take then is to be reserved.
    pub(super) fn update(&mut self, batch: &Batch, number: u32, order: RowOrder) -> Result<()> {
        let num_rows = batch.num_rows();
        if !self.spec.keys.is_empty() {
            let keys: Vec<Column> = self.spec.keys.iter().map(|&key| batch.column(key).clone()).collect();
            let inserted = self.table.insert(&keys, num_rows, &mut self.ids);
            inserted.map_err(ExecError::kernel(self.spec.operator))?;
            self.make_room(&Place::in_morsel(number));
        }
        let groups = match self.spec.keys.is_empty() {
            true => Groups::One { num_rows },
            false => Groups::Ids(&self.ids),
        };
        for index in self.spec.owners() {
            let call = &self.spec.calls[index];
            let inputs: Vec<Column> =
                call.columns.iter().map(|&column| batch.column(column).clone()).collect();
            self.accumulators[index].update(&inputs, groups, order).map_err(call.failed())?;
        }
        Ok(())
    }

    /// Numbers rows by their keys, without taking in their values. `places`: where they are.
    pub(super) fn insert(&mut self, keys: Keys<'_>, places: &[u64]) -> Result<()> {
        let inserted = match keys {
            Keys::Words(words) => self.table.insert_words(words, &mut self.ids),
            Keys::Columns(columns) => self.table.insert(columns, places.len(), &mut self.ids),
        };
        inserted.map_err(ExecError::kernel(self.spec.operator))?;
        self.make_room(&places);
        Ok(())
    }

    /// Writes down the first rows of groups that are new, and makes room for their states.
    fn make_room(&mut self, places: &impl PlaceOf) {
        let num_groups = self.table.len();
        if num_groups == self.first_rows.len() {
            return;
        }
        for (row, &id) in self.ids.iter().enumerate() {
            // A row starts a group exactly when its number is the next one.
            if id as usize == self.first_rows.len() {
                self.first_rows.push(places.place_of(row));
            }
        }
        self.spec.owners().for_each(|call| self.accumulators[call].resize(num_groups));
    }

    /// Says that a group of those below `limit` may have met a row that comes before those it knew, for the rows that came
    /// last.
    pub(super) fn lower_first_rows(&mut self, limit: usize, places: &[u64]) {
        for (&id, &place) in self.ids.iter().zip(places) {
            if (id as usize) < limit {
                let known = &mut self.first_rows[id as usize];
                *known = place.min(*known);
            }
        }
    }

    /// Gives a call that keeps states its arguments for some of the rows that came last.
    pub(super) fn update_call(
        &mut self,
        call: usize,
        arguments: &[Column],
        rows: Range<usize>,
        order: RowOrder,
    ) -> Result<()> {
        let updated = self.accumulators[call].update(arguments, Groups::Ids(&self.ids[rows]), order);
        updated.map_err(self.spec.calls[call].failed())
    }

    /// Takes in the states of the groups that came last. What the groups take then is to be reserved.
    pub(super) fn merge(&mut self, states: &[Vec<Column>]) -> Result<()> {
        for (call, state) in self.spec.owners().zip(states) {
            let merged = self.accumulators[call].merge(state, Groups::Ids(&self.ids));
            merged.map_err(self.spec.calls[call].failed())?;
        }
        Ok(())
    }

    /// The states of some groups, of each call that keeps some.
    pub(super) fn states(&self, groups: Range<usize>) -> Result<Vec<Vec<Column>>> {
        let state = |call: usize| {
            self.accumulators[call].state(groups.clone()).map_err(self.spec.calls[call].failed())
        };
        self.spec.owners().map(state).collect()
    }

    /// The results of a call.
    pub(super) fn results(&self, call: usize) -> Results<'_> {
        Results { call: &*self.accumulators[call], owner: &*self.accumulators[self.spec.owners[call]] }
    }

    /// Reserves what the groups occupy.
    pub(super) fn reserve(&mut self) -> Result<()> {
        self.reservation.grow_to(self.memory_bytes())
    }

    /// As [`GroupStates::reserve`], if there is room, with some left.
    pub(super) fn try_reserve(&mut self) -> bool {
        let bytes = self.memory_bytes();
        self.reservation.try_grow_with_room(bytes)
    }

    /// What merging the groups with those of other workers takes at most, beside what they take.
    pub(super) fn bytes_to_merge(&self) -> usize {
        // As columns, and these by partition; merged, and the result. Hashes and places of groups come on top.
        const BYTES_A_GROUP: usize = 28;
        self.reservation.bytes().saturating_mul(3).saturating_add(self.num_groups() * BYTES_A_GROUP)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let states: usize = self.accumulators.iter().map(|accumulator| accumulator.memory_bytes()).sum();
        self.table.memory_bytes() + self.first_rows.capacity() * size_of::<u64>() + states
    }
}

/// What makes results of the states that a call, or another one for it, keeps.
#[derive(Clone, Copy)]
pub(super) struct Results<'a> {
    pub(super) call: &'a dyn Accumulator,
    pub(super) owner: &'a dyn Accumulator,
}

impl Results<'_> {
    pub(super) fn of(self, groups: Range<usize>) -> std::result::Result<Column, KernelError> {
        match std::ptr::addr_eq(self.call, self.owner) {
            true => self.owner.finish(groups),
            false => self.call.finish_of(self.owner, groups),
        }
    }

    /// The first of some groups that has no result, by its position among them.
    pub(super) fn first_failure(self, groups: impl Iterator<Item = u32>) -> Option<(usize, KernelError)> {
        let mut results = groups.map(|group| self.of(group as usize..group as usize + 1));
        results.by_ref().enumerate().find_map(|(position, result)| Some((position, result.err()?)))
    }
}

/// Keys of rows.
#[derive(Clone, Copy)]
pub(super) enum Keys<'a> {
    /// Words of the plan that the table was made of.
    Words(&'a [u64]),
    /// As they are.
    Columns(&'a [Column]),
}
