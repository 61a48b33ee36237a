//! Distinct: one row of each kind, in the input's order.

mod external; // more rows than fit in memory

use std::sync::Arc;

use lazuli_array::{Batch, Bitmap, Column, DataType, SchemaRef};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::{filter_batch, take_column};
use lazuli_plan::Keep;

use self::external::Front;
use super::collect::{Kept, Share, Shares};
use super::external::{ExternalFilling, Overflow};
use super::project::Choose;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation, bytes_with};
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::{ExecError, Result};

const OPERATOR: &str = "unique";

/// One row of each kind.
///
/// The first of each kind: workers drop what they have met before, the finish drops what an earlier worker's row has
/// met. The last, or those that are alone: all rows are kept until the end.
///
/// Rows that are too many, or whose kinds are, go to files by kind: see [`external`].
pub(crate) struct Distinct {
    keep: Keep,
    /// Positions of the columns that make rows equal.
    keys: Vec<usize>,
    /// The columns that come in.
    schema: SchemaRef,
    /// The columns that go out.
    output: Choose,
    shares: Shares,
    overflow: Overflow,
    stored: Arc<Stored>,
}

impl Distinct {
    /// Rows of `schema`, equal if they are at `keys`; `output` of them goes out.
    pub(crate) fn new(
        keep: Keep,
        keys: Vec<usize>,
        schema: SchemaRef,
        output: Choose,
        stored: Arc<Stored>,
    ) -> Self {
        let overflow = Overflow::new(OPERATOR, schema.clone(), keys.clone());
        Self { keep, keys, schema, output, shares: Shares::default(), overflow, stored }
    }

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
            context,
            share: Share::new(OPERATOR, context),
            met: self.keeps_first().then(|| Met::new(self, context)),
            external: None,
        })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let shares = self.shares.take();
        let is_distinct = self.keeps_first() && shares.len() <= 1;
        shares.into_iter().for_each(|share| self.shares.add(share));
        let (mut morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let is_external = self.overflow.begun().is_some();
        if !is_external && (is_distinct || self.drop_others(&mut morsels, context)?) {
            let kept: Vec<Batch> = morsels.iter().map(|(_, batch)| self.output.choose(batch)).collect();
            drop(morsels);
            reservation.shrink_to(kept.iter().collect::<Footprint>().bytes());
            self.stored.set(kept, reservation);
            return Ok(());
        }
        let external = self.overflow.begin(context)?;
        external.take_all(&Kept::new(morsels, reservation), context)?;
        self.stored.set_waiting(self.finish_external(&external, context)?);
        Ok(())
    }
}

/// Morsels with their places.
type Morsels = Vec<(MorselIndex, Batch)>;

impl Distinct {
    /// Drops the rows that are not kept; `false` if memory is refused, when some may still be there.
    fn drop_others(&self, morsels: &mut Morsels, context: &QueryContext) -> Result<bool> {
        let is_done = match self.keep {
            Keep::First | Keep::Any => self.drop_later(morsels, context)?,
            Keep::Last => self.drop_earlier(morsels, context)?,
            Keep::None => self.drop_accompanied(morsels, context)?,
        };
        morsels.retain(|(_, batch)| batch.num_rows() > 0);
        Ok(is_done)
    }

    fn drop_later(&self, morsels: &mut Morsels, context: &QueryContext) -> Result<bool> {
        let mut met = Met::new(self, context);
        for (_, batch) in morsels {
            context.check_cancelled()?;
            let keys = self.keys_of(batch);
            if !met.has_room(&keys, batch.num_rows()) {
                return Ok(false);
            }
            *batch = filtered(batch, &met.are_new(&keys, batch.num_rows())?);
        }
        Ok(true)
    }

    /// Seen from the end, the last row of each kind is the first.
    fn drop_earlier(&self, morsels: &mut Morsels, context: &QueryContext) -> Result<bool> {
        let mut met = Met::new(self, context);
        for (_, batch) in morsels.iter_mut().rev() {
            context.check_cancelled()?;
            let backwards: Vec<u32> = (0..batch.num_rows() as u32).rev().collect();
            let keys: Vec<Column> =
                self.keys.iter().map(|&key| take_column(batch.column(key), &backwards)).collect();
            if !met.has_room(&keys, batch.num_rows()) {
                return Ok(false);
            }
            let is_new = met.are_new(&keys, batch.num_rows())?;
            let forwards = Bitmap::from_fn(is_new.len(), |row| is_new.get(is_new.len() - 1 - row));
            *batch = filtered(batch, &forwards);
        }
        Ok(true)
    }

    /// Keeps the rows that are the only ones of their kind.
    fn drop_accompanied(&self, morsels: &mut Morsels, context: &QueryContext) -> Result<bool> {
        let mut met = Met::new(self, context);
        let num_rows: usize = morsels.iter().map(|(_, batch)| batch.num_rows()).sum();
        // Kind of each row, and number of rows of each kind.
        let mut reservation = context.memory.reservation(OPERATOR);
        if !reservation.try_grow_with_room(num_rows.saturating_mul(2 * size_of::<u32>())) {
            return Ok(false);
        }
        let mut kinds = Vec::with_capacity(num_rows);
        for (_, batch) in morsels.iter() {
            context.check_cancelled()?;
            let keys = self.keys_of(batch);
            if !met.has_room(&keys, batch.num_rows()) {
                return Ok(false);
            }
            met.insert(&keys, batch.num_rows())?;
            kinds.extend_from_slice(&met.ids);
        }
        let mut counts = vec![0u32; met.table.len()];
        drop(met);
        for &kind in &kinds {
            let count = &mut counts[kind as usize];
            *count = count.saturating_add(1);
        }
        let mut kinds = kinds.as_slice();
        for (_, batch) in morsels {
            let (own, later) = kinds.split_at(batch.num_rows());
            *batch = filtered(batch, &Bitmap::from_fn(own.len(), |row| counts[own[row] as usize] == 1));
            kinds = later;
        }
        Ok(true)
    }
}

/// The rows of a batch where a mask is set.
fn filtered(batch: &Batch, mask: &Bitmap) -> Batch {
    match mask.count_ones() {
        kept if kept == batch.num_rows() => batch.clone(),
        _ => filter_batch(batch, mask),
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

    /// Forgets all kinds, and gives their memory back.
    fn begin_anew(&mut self, sink: &Distinct) {
        self.table = sink.table();
        self.reservation.shrink_to(0);
    }

    /// Reserves what the table may grow by when these keys are put in; `false` if the budget refuses that.
    fn has_room(&mut self, keys: &[Column], num_rows: usize) -> bool {
        self.reservation.try_grow_with_room(bytes_with(&self.table, keys, num_rows))
    }

    /// Writes the kind of each row to `ids`; [`Met::has_room`] was asked before.
    fn insert(&mut self, keys: &[Column], num_rows: usize) -> Result<()> {
        self.table.insert(keys, num_rows, &mut self.ids).map_err(ExecError::kernel(OPERATOR))?;
        self.reservation.shrink_to(self.table.memory_bytes());
        Ok(())
    }

    /// Which rows are of a kind that was not met before them; [`Met::has_room`] was asked before.
    fn are_new(&mut self, keys: &[Column], num_rows: usize) -> Result<Bitmap> {
        let mut known = self.table.len();
        self.insert(keys, num_rows)?;
        Ok(Bitmap::from_fn(num_rows, |row| {
            let is_new = self.ids[row] as usize == known;
            known += usize::from(is_new);
            is_new
        }))
    }
}

struct DistinctWorker<'a> {
    sink: &'a Distinct,
    context: &'a QueryContext,
    share: Share,
    /// `None` if all rows are kept until the end.
    met: Option<Met>,
    /// Instead of both, since rows are too many.
    external: Option<(Front, ExternalFilling)>,
}

impl DistinctWorker<'_> {
    /// Keeps what may be wanted of a morsel; gives back what there is no room for.
    fn keep(&mut self, index: MorselIndex, mut batch: Batch) -> Result<Option<Batch>> {
        if let Some(met) = &mut self.met {
            let keys = self.sink.keys_of(&batch);
            if !met.has_room(&keys, batch.num_rows()) {
                return Ok(Some(batch));
            }
            batch = filtered(&batch, &met.are_new(&keys, batch.num_rows())?);
        }
        if batch.num_rows() > 0 {
            if !self.share.has_room(&batch) {
                return Ok(Some(batch));
            }
            self.share.morsels.push((index, batch));
        }
        Ok(None)
    }

    /// Where rows go that there is no room for. The first time all that was kept goes there.
    fn external(&mut self) -> Result<&mut (Front, ExternalFilling)> {
        if self.external.is_none() {
            let external = self.sink.overflow.begin(self.context)?;
            self.met = None;
            let share = std::mem::replace(&mut self.share, Share::new(OPERATOR, self.context));
            let filling = ExternalFilling::of_share(external, share, self.context)?;
            self.external = Some((Front::new(self.sink, self.context), filling));
        }
        Ok(self.external.as_mut().expect("made above"))
    }
}

impl SinkWorker for DistinctWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Morsel { index, batch, .. } = input;
        // When one worker has no room, the others give back what they have.
        let is_external = self.external.is_some() || self.sink.overflow.begun().is_some();
        let left = if is_external { Some(batch) } else { self.keep(index, batch)? };
        if let Some(batch) = left {
            let sink = self.sink;
            let (front, filling) = self.external()?;
            filling.add(index, &front.pass(sink, batch)?)?;
        }
        Ok(Flow::More)
    }

    fn combine(mut self: Box<Self>) -> Result<()> {
        if let Some((_, filling)) = &mut self.external {
            filling.flush()?;
        }
        self.sink.shares.add(self.share);
        Ok(())
    }
}
