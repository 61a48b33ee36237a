//! Collect: all rows, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_kernels::concat_batches;

use super::sort::concat_in_parallel;
use crate::Result;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;

/// Batches that are on average shorter than this are put together, so that a selective filter does not leave crumbs.
const CRUMB_ROWS: usize = 4096;

/// Keeps all rows.
pub(crate) struct Collect {
    operator: &'static str,
    /// Whether short batches are put together; otherwise rows keep the memory that they came in.
    compact: Option<SchemaRef>,
    shares: Shares,
    stored: Arc<Stored>,
}

/// Rows that workers have kept, with their places.
#[derive(Default)]
pub(crate) struct Shares(Mutex<Vec<Share>>);

/// What one worker has kept.
pub(crate) struct Share {
    pub(crate) morsels: Vec<(MorselIndex, Batch)>,
    footprint: Footprint,
    pub(crate) reservation: Reservation,
}

impl Share {
    pub(crate) fn new(operator: &'static str, context: &QueryContext) -> Self {
        let reservation = context.memory.reservation(operator);
        Self { morsels: Vec::new(), footprint: Footprint::default(), reservation }
    }

    /// Reserves a batch's bytes if the budget has them, and some more: for those who can write rows to files instead.
    pub(crate) fn has_room(&mut self, batch: &Batch) -> bool {
        let bytes = self.footprint.add(batch);
        self.reservation.try_grow_with_room(bytes)
    }

    /// Keeps a morsel, after reserving its bytes.
    pub(crate) fn keep(&mut self, index: MorselIndex, batch: Batch) -> Result<()> {
        self.footprint.add(&batch);
        self.reservation.grow_to(self.footprint.bytes())?;
        self.morsels.push((index, batch));
        Ok(())
    }

    /// Replaces all that is kept by one batch, which stands at `index`.
    pub(crate) fn replace(&mut self, index: MorselIndex, batch: Batch) -> Result<()> {
        self.footprint = Footprint::default();
        self.morsels.clear();
        self.keep(index, batch)?;
        self.reservation.shrink_to(self.footprint.bytes());
        Ok(())
    }
}

impl Shares {
    pub(crate) fn add(&self, share: Share) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(share);
    }

    /// A worker that keeps all rows: for sinks whose work is in their finish.
    pub(crate) fn worker<'a>(
        &'a self,
        operator: &'static str,
        context: &QueryContext,
    ) -> Box<dyn SinkWorker + 'a> {
        Box::new(KeepingWorker { shares: self, share: Share::new(operator, context) })
    }

    /// All that was kept, by worker.
    pub(crate) fn take(&self) -> Vec<Share> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All that was kept, in order of place, and the reservation for it.
    pub(crate) fn take_in_order(
        &self,
        operator: &'static str,
        context: &QueryContext,
    ) -> (Vec<(MorselIndex, Batch)>, Reservation) {
        let mut reservation = context.memory.reservation(operator);
        let mut morsels = Vec::new();
        for share in self.take() {
            morsels.extend(share.morsels);
            reservation.absorb(share.reservation);
        }
        morsels.sort_unstable_by_key(|&(index, _)| index);
        (morsels, reservation)
    }
}

/// Rows that were kept in memory as long as there was room, on their way into files.
pub(crate) struct Kept {
    left: Mutex<(VecDeque<(MorselIndex, Batch)>, Reservation)>,
    /// What a morsel weighs, about.
    morsel_bytes: usize,
}

impl Kept {
    /// `reservation` covers the rows.
    pub(crate) fn new(morsels: Vec<(MorselIndex, Batch)>, reservation: Reservation) -> Self {
        let morsel_bytes = reservation.bytes() / morsels.len().max(1);
        Self { left: Mutex::new((morsels.into(), reservation)), morsel_bytes }
    }

    /// Takes a morsel out. Its room is free for the buffer that it goes to, which would be written for each morsel otherwise.
    pub(crate) fn next(&self) -> Option<(MorselIndex, Batch)> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (morsels, reservation) = &mut *left;
        let morsel = morsels.pop_front();
        reservation.shrink_to(morsels.len() * self.morsel_bytes);
        morsel
    }
}

/// Rows in one piece as morsels again.
pub(crate) fn in_morsels(whole: &Batch, context: &QueryContext) -> Vec<(MorselIndex, Batch)> {
    let starts = (0..whole.num_rows()).step_by(context.morsel_rows);
    let morsel = |(morsel, start): (u64, usize)| {
        let num_rows = context.morsel_rows.min(whole.num_rows() - start);
        (MorselIndex { morsel, ..MorselIndex::default() }, whole.sliced(start, num_rows))
    };
    (0..).zip(starts).map(morsel).collect()
}

struct KeepingWorker<'a> {
    shares: &'a Shares,
    share: Share,
}

impl SinkWorker for KeepingWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        self.share.keep(input.index, input.batch)?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.shares.add(self.share);
        Ok(())
    }
}

impl Collect {
    /// Keeps all rows for the answer, or for an operator that reads them once more.
    pub(crate) fn new(operator: &'static str, stored: Arc<Stored>) -> Self {
        Self { operator, compact: None, shares: Shares::default(), stored }
    }

    /// Puts short batches together at the end, if there is memory for both.
    pub(crate) fn compacting(self, schema: SchemaRef) -> Self {
        Self { compact: Some(schema), ..self }
    }
}

impl Sink for Collect {
    fn describe(&self) -> Description {
        match self.operator {
            "collect" => Description::new("collect", ""),
            operator => Description::new("collect", format!("for {operator}")),
        }
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(self.operator, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(self.operator, context);
        let mut batches = rejoined(morsels.into_iter().map(|(_, batch)| batch).collect());
        if let Some(schema) = &self.compact {
            let bytes = reservation.bytes();
            if reservation.try_grow_to(bytes.saturating_mul(2)) {
                batches = compacted(schema, batches, context)?;
                reservation.shrink_to(bytes);
            }
        }
        self.stored.set(batches, reservation);
        Ok(())
    }
}

/// The same rows, where neighbours in a batch that was cut into morsels are one again.
pub(crate) fn rejoined(batches: Vec<Batch>) -> Vec<Batch> {
    if let Some(whole) = Batch::rejoined(&batches) {
        return vec![whole];
    }
    let are_apart = |pair: &[Batch]| Batch::rejoined(pair).is_none();
    if batches.windows(2).all(are_apart) {
        return batches;
    }
    batches
        .chunk_by(|left, right| !are_apart(&[left.clone(), right.clone()]))
        .map(|run| Batch::rejoined(run).expect("each of them continues the one before it"))
        .collect()
}

/// The same rows as one batch: without a copy if they were cut from one, else the copy is reserved while it is made.
pub(crate) fn in_one_piece(
    schema: &SchemaRef,
    batches: Vec<Batch>,
    reservation: &mut Reservation,
    context: &QueryContext,
) -> Result<Batch> {
    if let Some(whole) = Batch::rejoined(&batches) {
        return Ok(whole);
    }
    let bytes = reservation.bytes();
    reservation.grow_to(bytes.saturating_mul(2))?;
    let whole = concat_in_parallel(schema, batches, context)?;
    reservation.shrink_to(bytes);
    Ok(whole)
}

/// The same rows in batches of about a morsel, if they came in crumbs.
fn compacted(schema: &SchemaRef, batches: Vec<Batch>, context: &QueryContext) -> Result<Vec<Batch>> {
    let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
    if batches.len() < 2 || num_rows / batches.len() >= CRUMB_ROWS {
        return Ok(batches);
    }
    let target_rows = context.morsel_rows.max(CRUMB_ROWS);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut rows = usize::MAX;
    for (position, batch) in batches.iter().enumerate() {
        if rows.saturating_add(batch.num_rows()) > target_rows {
            runs.push((position, position));
            rows = 0;
        }
        rows += batch.num_rows();
        if let Some((_, end)) = runs.last_mut() {
            *end = position + 1;
        }
    }
    context.run_tasks(runs.len(), |run| {
        let (start, end) = runs[run];
        Ok(concat_batches(schema, &batches[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelFlag, ExecOptions};
    use lazuli_array::{Column, DataFrame, FromValues};

    #[test]
    fn runs_of_slices_are_joined_again() {
        let batch = |rows: i64| {
            Batch::from_columns(vec![("a".into(), Column::from_values(0..rows))]).expect("one column")
        };
        let (one, other) = (batch(10), batch(7));
        let cut = |batch: &Batch, rows: &[(usize, usize)]| -> Vec<Batch> {
            rows.iter().map(|&(offset, length)| batch.sliced(offset, length)).collect()
        };
        let whole = rejoined(cut(&one, &[(0, 4), (4, 4), (8, 2)]));
        assert_eq!(whole, std::slice::from_ref(&one));
        let mut parts = cut(&one, &[(0, 4), (4, 4)]);
        parts.extend(cut(&other, &[(0, 1), (1, 1), (3, 1)]));
        assert_eq!(rejoined(parts), [one.sliced(0, 8), other.sliced(0, 2), other.sliced(3, 1)]);
        let apart = cut(&one, &[(4, 4), (0, 4)]);
        assert_eq!(rejoined(apart.clone()), apart);
        assert_eq!(rejoined(Vec::new()), []);
    }

    #[test]
    fn crumbs_become_batches_of_the_same_rows() {
        let context = QueryContext::new(
            &ExecOptions::default(),
            crate::MemoryBudget::unlimited(),
            None,
            CancelFlag::default(),
        );
        let batch = |start: i64, rows: i64| {
            Batch::from_columns(vec![("a".into(), Column::from_values(start..start + rows))])
                .expect("one column")
        };
        let mut start = 0;
        let mut batches = Vec::new();
        for rows in [1, 5000, 30_000, 40_000, 2, 3].into_iter().chain(std::iter::repeat_n(100, 50)) {
            batches.push(batch(start, rows));
            start += rows;
        }
        let schema = batches[0].schema().clone();
        let frame = |batches| DataFrame::from_batches(schema.clone(), batches).expect("one schema");
        let compacted = compacted(&schema, batches.clone(), &context).expect("nothing cancels");
        let lengths: Vec<usize> = compacted.iter().map(Batch::num_rows).collect();
        assert_eq!(lengths, [5001, 30_000, 40_000, 5005]);
        assert_eq!(frame(compacted), frame(batches));
    }
}
