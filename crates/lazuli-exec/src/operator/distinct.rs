//! Distinct: one row of each kind, in the input's order.

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Column, DataType, SchemaRef};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{filter_batch, take_column};
use lazuli_plan::Keep;

use super::collect::{Share, Shares};
use super::project::Choose;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::{ExecError, Result};

const OPERATOR: &str = "unique";

/// One row of each kind.
///
/// The first of each kind: workers drop what they have met before, the finish drops what an earlier worker's row has
/// met. The last, or those that are alone: all rows are kept until the end.
pub(crate) struct Distinct {
    pub(crate) keep: Keep,
    /// Positions of the columns that make rows equal.
    pub(crate) keys: Vec<usize>,
    /// The columns that come in.
    pub(crate) schema: SchemaRef,
    /// The columns that go out.
    pub(crate) output: Choose,
    pub(crate) shares: Shares,
    pub(crate) stored: Arc<Stored>,
}

impl Distinct {
    fn keeps_first(&self) -> bool {
        matches!(self.keep, Keep::First | Keep::Any)
    }

    fn table(&self) -> GroupTable {
        let types: Vec<DataType> =
            self.keys.iter().map(|&key| self.schema.field(key).data_type().clone()).collect();
        GroupTable::new(&types)
    }

    fn keys_of(&self, batch: &Batch) -> Vec<Column> {
        self.keys.iter().map(|&key| batch.column(key).clone()).collect()
    }
}

impl Sink for Distinct {
    fn describe(&self) -> Description {
        Description::of_columns(OPERATOR, &self.keys, &self.schema)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        Box::new(DistinctWorker {
            sink: self,
            share: Share::new(OPERATOR, context),
            met: self.keeps_first().then(|| Met::new(self, context)),
        })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let shares = self.shares.take();
        let is_distinct = self.keeps_first() && shares.len() <= 1;
        shares.into_iter().for_each(|share| self.shares.add(share));
        let (morsels, reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let kept = match self.keep {
            _ if is_distinct => batches,
            Keep::First | Keep::Any => {
                let mut met = Met::new(self, context);
                let mut kept = Vec::with_capacity(batches.len());
                for batch in &batches {
                    context.check_cancelled()?;
                    kept.extend(met.new_rows(&self.keys_of(batch), batch)?);
                }
                kept
            }
            Keep::Last => self.last_rows(&batches, context)?,
            Keep::None => self.lonely_rows(&batches, context)?,
        };
        let kept = kept.iter().map(|batch| self.output.choose(batch)).collect();
        self.stored.set(kept, reservation);
        Ok(())
    }
}

impl Distinct {
    /// Seen from the end, the last row of each kind is the first.
    fn last_rows(&self, batches: &[Batch], context: &QueryContext) -> Result<Vec<Batch>> {
        let mut met = Met::new(self, context);
        let mut kept = Vec::with_capacity(batches.len());
        for batch in batches.iter().rev() {
            context.check_cancelled()?;
            let backwards: Vec<u32> = (0..batch.num_rows() as u32).rev().collect();
            let keys: Vec<Column> =
                self.keys.iter().map(|&key| take_column(batch.column(key), &backwards)).collect();
            let is_new = met.are_new(&keys, batch.num_rows())?;
            let forwards = Bitmap::from_fn(is_new.len(), |row| is_new.get(is_new.len() - 1 - row));
            kept.extend(filtered(batch, &forwards));
        }
        kept.reverse();
        Ok(kept)
    }

    /// The rows that are the only ones of their kind.
    fn lonely_rows(&self, batches: &[Batch], context: &QueryContext) -> Result<Vec<Batch>> {
        let mut met = Met::new(self, context);
        let mut counts: Vec<u32> = Vec::new();
        let mut ids_of = Vec::with_capacity(batches.len());
        for batch in batches {
            context.check_cancelled()?;
            met.insert(&self.keys_of(batch), batch.num_rows())?;
            counts.resize(met.table.len(), 0);
            for &id in &met.ids {
                let count = &mut counts[id as usize];
                *count = count.saturating_add(1);
            }
            ids_of.push(met.ids.clone());
        }
        let rows = batches.iter().zip(&ids_of);
        Ok(rows
            .filter_map(|(batch, ids)| {
                filtered(batch, &Bitmap::from_fn(ids.len(), |row| counts[ids[row] as usize] == 1))
            })
            .collect())
    }
}

/// The rows of a batch where a mask is set; `None` if there are none.
fn filtered(batch: &Batch, mask: &Bitmap) -> Option<Batch> {
    match mask.count_ones() {
        0 => None,
        kept if kept == batch.num_rows() => Some(batch.clone()),
        _ => Some(filter_batch(batch, mask)),
    }
}

/// The kinds of rows that were met.
struct Met {
    table: GroupTable,
    ids: Vec<u32>,
    reservation: Reservation,
}

impl Met {
    fn new(sink: &Distinct, context: &QueryContext) -> Self {
        Self { table: sink.table(), ids: Vec::new(), reservation: context.memory.reservation(OPERATOR) }
    }

    /// Writes the kind of each row to `ids`.
    fn insert(&mut self, keys: &[Column], num_rows: usize) -> Result<()> {
        self.table.insert(keys, num_rows, &mut self.ids).map_err(ExecError::kernel(OPERATOR))?;
        self.reservation.grow_to(self.table.memory_bytes())
    }

    /// Which rows are of a kind that was not met before them.
    fn are_new(&mut self, keys: &[Column], num_rows: usize) -> Result<Bitmap> {
        let mut known = self.table.len();
        self.insert(keys, num_rows)?;
        Ok(Bitmap::from_fn(num_rows, |row| {
            let is_new = self.ids[row] as usize == known;
            known += usize::from(is_new);
            is_new
        }))
    }

    /// The rows of a kind that was not met before them; `None` if there are none.
    fn new_rows(&mut self, keys: &[Column], batch: &Batch) -> Result<Option<Batch>> {
        let is_new = self.are_new(keys, batch.num_rows())?;
        Ok(filtered(batch, &is_new))
    }
}

struct DistinctWorker<'a> {
    sink: &'a Distinct,
    share: Share,
    /// `None` if all rows are kept until the end.
    met: Option<Met>,
}

impl SinkWorker for DistinctWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let kept = match &mut self.met {
            None => Some(input.batch),
            Some(met) => met.new_rows(&self.sink.keys_of(&input.batch), &input.batch)?,
        };
        if let Some(batch) = kept {
            self.share.keep(input.index, batch)?;
        }
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.add(self.share);
        Ok(())
    }
}
