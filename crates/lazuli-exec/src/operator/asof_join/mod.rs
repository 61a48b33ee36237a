//! As-of join: each row beside the row of another table whose key is nearest.
//!
//! The right side is built: its rows, the groups of its `by` keys, and the keys of each group in order. The left side
//! passes by morsel by morsel and keeps its order; neither side need be sorted.
//!
//! If the right side does not fit in memory, and there are `by` keys, both sides go to files by these: see [`external`]. Then left
//! rows come out of a lane of their own, behind those that they came in by.

mod external; // more right rows than fit in memory

use std::sync::{Arc, OnceLock};

use lazuli_array::{Batch, Column, DataType, SchemaRef};
use lazuli_kernels::asof::{AsofTable, Matching};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{NO_ROW, take_column, take_column_optional};

use self::external::Sides;
pub(crate) use self::external::matched_in_files;
use super::collect::{Kept, Shares, in_morsels, in_one_piece};
use super::external::Overflow;
use super::join::OutputColumn;
use super::project::Choose;
use crate::context::QueryContext;
use crate::memory::{Reservation, bytes_with, inserted_rows};
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pipeline::{Operator, Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves, Link};
use crate::{ExecError, Result};

const OPERATOR: &str = "join_asof";

/// The right side, once its pipeline has run.
#[derive(Default)]
pub(crate) struct AsofSlot(OnceLock<RightSide>);

enum RightSide {
    Built {
        built: Box<Built>,
        _reservation: Reservation,
    },
    /// In files, where left rows go, too.
    Waiting(Box<Sides>),
}

impl AsofSlot {
    fn right(&self) -> Result<&RightSide> {
        self.0.get().ok_or_else(|| ExecError::Internal {
            place: "an as-of join".into(),
            message: "it was probed before it was built".into(),
        })
    }

    fn set(&self, right: RightSide) {
        let first = self.0.set(right).is_ok();
        debug_assert!(first, "a table is built once");
    }
}

/// Right rows that can be looked up.
struct Built {
    /// Groups by their keys; not asked without `by` keys.
    groups: GroupTable,
    table: AsofTable,
    payload: Batch,
}

/// What is built of right rows.
#[derive(Clone)]
pub(crate) struct AsofBuilding {
    /// Position of the key that is compared by order, among the columns that come in.
    pub(crate) on: usize,
    /// Positions of the keys that must be equal.
    pub(crate) by: Vec<usize>,
    pub(crate) by_types: Vec<DataType>,
    /// The columns that come in.
    pub(crate) schema: SchemaRef,
    /// The columns that the result needs.
    pub(crate) payload: Choose,
}

impl AsofBuilding {
    /// The table of these rows. `reservation` covers them, and then the table, too; `can_spill`: a part of the memory is left to
    /// others.
    fn build(
        &self,
        whole: &Batch,
        reservation: &mut Reservation,
        can_spill: bool,
        context: &QueryContext,
    ) -> Result<Built> {
        let rows_bytes = reservation.bytes();
        let num_rows = whole.num_rows();
        let mut grow = |bytes: usize| match can_spill {
            true => reservation.grow_with_room(rows_bytes.saturating_add(bytes)),
            false => reservation.grow_to(rows_bytes.saturating_add(bytes)),
        };
        // Group, order and key of each row.
        const BYTES_A_ROW: usize = 4 + 8 + 16;
        let scratch_bytes = num_rows.saturating_mul(BYTES_A_ROW);
        grow(scratch_bytes)?;
        let mut groups = GroupTable::new(&self.by_types);
        let mut ids = Vec::with_capacity(num_rows);
        if self.by.is_empty() {
            ids.resize(num_rows, 0);
        }
        let mut part_ids = Vec::new();
        let by = whole.project(&self.by).into_columns();
        while ids.len() < num_rows {
            context.check_cancelled()?;
            let start = ids.len();
            let rows = inserted_rows(&groups, &by).min(num_rows - start);
            let by: Vec<Column> = by.iter().map(|key| key.sliced(start, rows)).collect();
            grow(scratch_bytes.saturating_add(bytes_with(&groups, &by, rows)))?;
            groups.insert(&by, rows, &mut part_ids).map_err(ExecError::kernel(OPERATOR))?;
            ids.extend_from_slice(&part_ids);
        }
        let num_groups = if self.by.is_empty() { 1 } else { groups.len() };
        context.check_cancelled()?;
        // A null among the `by` keys is a group that no left row looks up.
        let table = AsofTable::new(whole.column(self.on), &ids, num_groups);
        let table = table.map_err(ExecError::kernel(OPERATOR))?;
        drop(ids);
        let payload = self.payload.choose(whole);
        let built_bytes = table.memory_bytes() + groups.memory_bytes();
        grow(built_bytes)?;
        reservation.shrink_to(rows_bytes + built_bytes);
        Ok(Built { groups, table, payload })
    }
}

/// Builds the right side.
pub(crate) struct AsofBuild {
    building: AsofBuilding,
    probing: AsofProbing,
    shares: Shares,
    /// `None` without `by` keys.
    overflow: Option<Overflow>,
    slot: Arc<AsofSlot>,
}

impl AsofBuild {
    /// `probing`: what will look rows up.
    pub(crate) fn new(building: AsofBuilding, probing: AsofProbing, slot: Arc<AsofSlot>) -> Self {
        let overflow = || Overflow::new(OPERATOR, building.schema.clone(), building.by.clone());
        let overflow = (!building.by.is_empty()).then(overflow);
        Self { building, probing, shares: Shares::default(), overflow, slot }
    }

    /// The right side in memory; else its rows, if there is no room and they can go to files.
    fn in_memory(
        &self,
        morsels: Vec<(MorselIndex, Batch)>,
        reservation: &mut Reservation,
        context: &QueryContext,
    ) -> Result<std::result::Result<Built, Vec<(MorselIndex, Batch)>>> {
        let can_spill = self.overflow.is_some();
        let batches = morsels.iter().map(|(_, batch)| batch.clone()).collect();
        let whole = match in_one_piece(&self.building.schema, batches, reservation, context) {
            Err(ExecError::MemoryBudget { .. }) if can_spill => return Ok(Err(morsels)),
            whole => whole?,
        };
        drop(morsels);
        match self.building.build(&whole, reservation, can_spill, context) {
            Err(ExecError::MemoryBudget { .. }) if can_spill => Ok(Err(in_morsels(&whole, context))),
            built => built.map(Ok),
        }
    }
}

impl Sink for AsofBuild {
    fn describe(&self) -> Description {
        let AsofBuilding { on, by, schema, .. } = &self.building;
        Description::of_columns("join_asof build", &[&[*on], by.as_slice()].concat(), schema)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Table(Link::to(&self.slot))
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        match &self.overflow {
            None => self.shares.worker(OPERATOR, context),
            Some(overflow) => overflow.worker(&self.shares, context),
        }
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let is_external = self.overflow.as_ref().is_some_and(|overflow| overflow.begun().is_some());
        let rows = match is_external {
            true => Err(morsels),
            false => self.in_memory(morsels, &mut reservation, context)?,
        };
        let (morsels, overflow) = match (rows, &self.overflow) {
            (Ok(built), _) => {
                self.slot.set(RightSide::Built { built: Box::new(built), _reservation: reservation });
                return Ok(());
            }
            (Err(morsels), Some(overflow)) => (morsels, overflow),
            (Err(_), None) => return Ok(()),
        };
        let right = overflow.begin(context)?;
        right.take_all(&Kept::new(morsels, reservation), context)?;
        let sides = Sides::new(self.building.clone(), right, &self.probing, context)?;
        self.slot.set(RightSide::Waiting(Box::new(sides)));
        Ok(())
    }
}

/// How left rows are looked up.
#[derive(Clone)]
pub(crate) struct AsofProbing {
    /// Position of the key that is compared by order.
    pub(crate) on: usize,
    /// Positions of the keys that must be equal.
    pub(crate) by: Vec<usize>,
    pub(crate) matching: Matching,
    /// The columns that come in.
    pub(crate) input: SchemaRef,
    /// Where each column of the result comes from.
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) schema: SchemaRef,
}

impl AsofProbing {
    /// Rows with their matches.
    fn probe(&self, batch: &Batch, built: &Built) -> Batch {
        let num_rows = batch.num_rows();
        let groups = match self.by.is_empty() {
            true => vec![0; num_rows],
            false => {
                let by = batch.project(&self.by).into_columns();
                let mut groups = Vec::new();
                built.groups.lookup(&by, num_rows, false, &mut groups);
                groups
            }
        };
        let rows = built.table.find(batch.column(self.on), &groups, &self.matching);
        let all_found = !rows.contains(&NO_ROW);
        let column = |column: &OutputColumn| match *column {
            OutputColumn::Probe(position) | OutputColumn::Either { probe: position, .. } => {
                batch.column(position).clone()
            }
            OutputColumn::Build(position) if all_found => take_column(built.payload.column(position), &rows),
            OutputColumn::Build(position) => take_column_optional(built.payload.column(position), &rows),
        };
        Batch::new(self.schema.clone(), self.columns.iter().map(column).collect(), num_rows)
    }
}

/// Looks left rows up, or puts them where right rows are.
pub(crate) struct AsofProbe {
    pub(crate) probing: AsofProbing,
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
        task: &Task<'_>,
        emit: &mut dyn FnMut(Morsel) -> Result<Flow>,
    ) -> Result<Flow> {
        match self.slot.right()? {
            RightSide::Built { built, .. } => {
                emit(input.with_columns(self.probing.probe(&input.batch, built)))
            }
            RightSide::Waiting(sides) => {
                sides.add_left(input.index, &input.batch, task.context)?;
                Ok(Flow::More)
            }
        }
    }
}
