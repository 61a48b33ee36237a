//! The groups that one worker has met: their keys, their first rows, their states.

use std::sync::Arc;

use lazuli_array::{Batch, Column};
use lazuli_expr::{Accumulator, Groups, RowOrder};
use lazuli_kernels::keys::GroupTable;

use super::AggregateSpec;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::{ExecError, Result};

/// Groups by number: number `g` of the table, of `first_rows` and of each accumulator are the same group.
pub(super) struct GroupStates {
    pub(super) spec: Arc<AggregateSpec>,
    /// Not used without keys: the one group has number 0.
    pub(super) table: GroupTable,
    /// The place of each group's first row. Without keys it is not known, and nobody asks.
    pub(super) first_rows: Vec<i128>,
    pub(super) accumulators: Vec<Box<dyn Accumulator>>,
    pub(super) reservation: Reservation,
    /// Scratch: the group of each row.
    ids: Vec<u32>,
}

impl GroupStates {
    pub(super) fn new(spec: &Arc<AggregateSpec>, context: &QueryContext) -> Self {
        let mut accumulators: Vec<_> = spec.calls.iter().map(super::Call::accumulator).collect();
        let mut first_rows = Vec::new();
        if spec.keys.is_empty() {
            accumulators.iter_mut().for_each(|accumulator| accumulator.resize(1));
            first_rows.push(0);
        }
        Self {
            spec: spec.clone(),
            table: GroupTable::new(&spec.key_types),
            first_rows,
            accumulators,
            reservation: context.memory.reservation(spec.operator),
            ids: Vec::new(),
        }
    }

    pub(super) fn num_groups(&self) -> usize {
        self.first_rows.len()
    }

    /// Takes in rows; `order` is the place of the first. Places ascend from call to call.
    pub(super) fn update(&mut self, batch: &Batch, order: RowOrder) -> Result<()> {
        let num_rows = batch.num_rows();
        if !self.spec.keys.is_empty() {
            let keys: Vec<Column> = self.spec.keys.iter().map(|&key| batch.column(key).clone()).collect();
            self.number(&keys, num_rows, |row| order.row(row))?;
        }
        let groups = match self.spec.keys.is_empty() {
            true => Groups::One { num_rows },
            false => Groups::Ids(&self.ids),
        };
        for (accumulator, call) in self.accumulators.iter_mut().zip(&self.spec.calls) {
            let inputs: Vec<Column> =
                call.columns.iter().map(|&column| batch.column(column).clone()).collect();
            let updated = accumulator.update(&inputs, groups, order);
            updated.map_err(|error| ExecError::Aggregate { expr: call.text.clone(), error })?;
        }
        self.reserve()
    }

    /// Takes in groups of another worker: their keys, first rows, and the states of each call.
    pub(super) fn merge(
        &mut self,
        keys: &[Column],
        first_rows: &[i128],
        states: &[Vec<Column>],
    ) -> Result<()> {
        let num_rows = first_rows.len();
        if !self.spec.keys.is_empty() {
            self.number(keys, num_rows, |row| first_rows[row])?;
            for (&id, &first_row) in self.ids.iter().zip(first_rows) {
                let known = &mut self.first_rows[id as usize];
                *known = first_row.min(*known);
            }
        }
        let groups = match self.spec.keys.is_empty() {
            true => Groups::One { num_rows },
            false => Groups::Ids(&self.ids),
        };
        for ((accumulator, state), call) in self.accumulators.iter_mut().zip(states).zip(&self.spec.calls) {
            let merged = accumulator.merge(state, groups);
            merged.map_err(|error| ExecError::Aggregate { expr: call.text.clone(), error })?;
        }
        self.reserve()
    }

    /// What [`GroupStates::merge`] takes: keys and the states of each call.
    pub(super) fn parts(&self) -> Result<(Vec<Column>, Vec<Vec<Column>>)> {
        let keys = match self.spec.keys.is_empty() {
            true => Vec::new(),
            false => self.table.keys().map_err(ExecError::kernel(self.spec.operator))?,
        };
        let mut states = Vec::with_capacity(self.accumulators.len());
        for (accumulator, call) in self.accumulators.iter().zip(&self.spec.calls) {
            let state = accumulator.state(0..self.num_groups());
            states.push(state.map_err(|error| ExecError::Aggregate { expr: call.text.clone(), error })?);
        }
        Ok((keys, states))
    }

    /// Writes the group of each row to `ids`, and makes room for new groups.
    fn number(&mut self, keys: &[Column], num_rows: usize, place: impl Fn(usize) -> i128) -> Result<()> {
        self.table.insert(keys, num_rows, &mut self.ids).map_err(ExecError::kernel(self.spec.operator))?;
        let num_groups = self.table.len();
        if num_groups == self.first_rows.len() {
            return Ok(());
        }
        for (row, &id) in self.ids.iter().enumerate() {
            // A row starts a group exactly when its number is the next one.
            if id as usize == self.first_rows.len() {
                self.first_rows.push(place(row));
            }
        }
        self.accumulators.iter_mut().for_each(|accumulator| accumulator.resize(num_groups));
        Ok(())
    }

    fn reserve(&mut self) -> Result<()> {
        let states: usize = self.accumulators.iter().map(|accumulator| accumulator.memory_bytes()).sum();
        let places = self.first_rows.capacity() * size_of::<i128>();
        self.reservation.grow_to(self.table.memory_bytes() + places + states)
    }
}
