//! As-of join: each row beside the row of another table whose key is nearest.
//!
//! The right side is built: its rows, the groups of its `by` keys, and the keys of each group in order. The left side
//! passes by morsel by morsel and keeps its order; neither side need be sorted.

use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Column, DataType, SchemaRef};
use lazuli_kernels::asof::{AsofTable, Matching};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{NO_ROW, take_column, take_column_optional};

use super::collect::{Shares, in_one_piece};
use super::join::OutputColumn;
use super::project::Choose;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Operator, Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves, Link};
use crate::{ExecError, Result};

const OPERATOR: &str = "join_asof";

/// The right side, once its pipeline has run.
#[derive(Default)]
pub(crate) struct AsofSlot(OnceLock<Built>);

struct Built {
    /// Groups by their keys; not asked without `by` keys.
    groups: GroupTable,
    table: AsofTable,
    payload: Batch,
    /// Held as long as the table is.
    _reservation: Reservation,
}

/// Builds the right side.
pub(crate) struct AsofBuild {
    /// Position of the key that is compared by order, among the columns that come in.
    pub(crate) on: usize,
    /// Positions of the keys that must be equal.
    pub(crate) by: Vec<usize>,
    pub(crate) by_types: Vec<DataType>,
    /// The columns that come in.
    pub(crate) schema: SchemaRef,
    /// The columns that the result needs.
    pub(crate) payload: Choose,
    pub(crate) shares: Shares,
    pub(crate) slot: Arc<AsofSlot>,
}

impl Sink for AsofBuild {
    fn describe(&self) -> Description {
        Description::of_columns("join_asof build", &[&[self.on], self.by.as_slice()].concat(), &self.schema)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Table(Link::to(&self.slot))
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(OPERATOR, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let rows_bytes = reservation.bytes();
        let whole = in_one_piece(&self.schema, batches, &mut reservation, context)?;
        let num_rows = whole.num_rows();
        // Group, order and key of each row.
        const BYTES_A_ROW: usize = 4 + 8 + 16;
        reservation.grow_to(rows_bytes.saturating_add(num_rows * BYTES_A_ROW))?;
        let by: Vec<Column> = self.by.iter().map(|&position| whole.column(position).clone()).collect();
        let mut groups = GroupTable::new(&self.by_types);
        let (ids, num_groups) = match by.is_empty() {
            true => (vec![0; num_rows], 1),
            false => {
                let mut ids = Vec::new();
                groups.insert(&by, num_rows, &mut ids).map_err(ExecError::kernel(OPERATOR))?;
                (ids, groups.len())
            }
        };
        context.check_cancelled()?;
        // A null among the `by` keys is a group that no left row looks up.
        let table = AsofTable::new(whole.column(self.on), &ids, num_groups);
        let table = table.map_err(ExecError::kernel(OPERATOR))?;
        drop(ids);
        let payload = self.payload.choose(&whole);
        reservation.shrink_to(rows_bytes);
        reservation.grow_to(rows_bytes + table.memory_bytes() + groups.memory_bytes())?;
        let built = Built { groups, table, payload, _reservation: reservation };
        let first = self.slot.0.set(built).is_ok();
        debug_assert!(first, "a table is built once");
        Ok(())
    }
}

/// Looks left rows up.
pub(crate) struct AsofProbe {
    /// Position of the key that is compared by order.
    pub(crate) on: usize,
    /// Positions of the keys that must be equal.
    pub(crate) by: Vec<usize>,
    pub(crate) matching: Matching,
    /// Where each column of the result comes from.
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) schema: SchemaRef,
    pub(crate) slot: Arc<AsofSlot>,
}

impl Operator for AsofProbe {
    fn describe(&self) -> Description {
        Description::new(OPERATOR, "").reading(Link::to(&self.slot))
    }

    fn is_fallible(&self) -> bool {
        false
    }

    fn execute(
        &self,
        input: Morsel,
        _: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        let built = self.slot.0.get().ok_or_else(|| ExecError::Internal {
            place: "an as-of join".into(),
            message: "it was probed before it was built".into(),
        })?;
        let num_rows = input.num_rows();
        let groups = match self.by.is_empty() {
            true => vec![0; num_rows],
            false => {
                let by: Vec<Column> =
                    self.by.iter().map(|&position| input.batch.column(position).clone()).collect();
                let mut groups = Vec::new();
                built.groups.lookup(&by, num_rows, false, &mut groups);
                groups
            }
        };
        let rows = built.table.find(input.batch.column(self.on), &groups, &self.matching);
        let all_found = !rows.contains(&NO_ROW);
        let column = |column: &OutputColumn| match *column {
            OutputColumn::Probe(position) | OutputColumn::Either { probe: position, .. } => {
                input.batch.column(position).clone()
            }
            OutputColumn::Build(position) if all_found => take_column(built.payload.column(position), &rows),
            OutputColumn::Build(position) => take_column_optional(built.payload.column(position), &rows),
        };
        let columns = self.columns.iter().map(column).collect();
        emit(input.with_columns(Batch::new(self.schema.clone(), columns, num_rows)))
    }
}
