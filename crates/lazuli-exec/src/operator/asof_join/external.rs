//! As-of joins whose right side does not fit in memory: both sides in partitions by the `by` keys.
//!
//! ```text
//! right rows ─▶ partitions ─┐
//!                           ├─▶ a table of each, looked up block by block ─▶ rows by number ─▶ pieces, in order
//! left rows  ─▶ partitions ─┘
//! ```
//! Only the right rows of a partition have to fit; a left key with most of the rows costs nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::Batch;

use super::{AsofBuilding, AsofProbing, AsofSlot, Built, OPERATOR, RightSide};
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::MorselIndex;
use crate::operator::external::{External, ExternalFilling, Overflow};
use crate::profile::Link;
use crate::source::{BatchesSource, Stored};
use crate::spill::{OrderFilling, Ordered, Partition, RowNumbers, RowsByNumber, Spilled};
use crate::{ExecError, Result};

/// Rows of both sides, in files.
pub(super) struct Sides {
    building: AsofBuilding,
    probing: AsofProbing,
    right: Arc<External>,
    left: Arc<External>,
    /// What workers are not filling just now: they take one, and put it back.
    fillings: Mutex<Vec<ExternalFilling>>,
}

/// The rows of both sides whose keys are alike.
struct Pair {
    left: Partition,
    right: Partition,
}

impl Pair {
    /// What left rows take that are looked up at a time, and their matches, about.
    fn block_bytes(&self) -> usize {
        self.left.blocks.iter().map(Spilled::memory_bytes).max().unwrap_or(0).saturating_mul(3)
    }
}

impl Sides {
    /// Right rows that went to files, and no left rows yet.
    pub(super) fn new(
        building: AsofBuilding,
        right: Arc<External>,
        probing: &AsofProbing,
        context: &QueryContext,
    ) -> Result<Self> {
        let probing = probing.clone();
        let left = Overflow::new(OPERATOR, probing.input.clone(), probing.by.clone()).begin(context)?;
        Ok(Self { building, probing, right, left, fillings: Mutex::default() })
    }

    /// Takes in left rows.
    pub(super) fn add_left(&self, index: MorselIndex, batch: &Batch, context: &QueryContext) -> Result<()> {
        let fillings = || self.fillings.lock().unwrap_or_else(PoisonError::into_inner);
        let filling = fillings().pop();
        let mut filling = filling.unwrap_or_else(|| ExternalFilling::new(self.left.clone(), context));
        filling.add(index, batch)?;
        fillings().push(filling);
        Ok(())
    }

    /// All left rows with their matches, in order.
    fn finish(&self, context: &QueryContext) -> Result<Ordered> {
        for mut filling in std::mem::take(&mut *self.fillings.lock().unwrap_or_else(PoisonError::into_inner))
        {
            filling.flush()?;
        }
        let numbers = (self.left.numbers(), self.right.numbers());
        let schema = self.probing.schema.clone();
        let rows = Arc::new(RowsByNumber::new(OPERATOR, schema, numbers.0.num_rows(), context)?);
        let (left, right) = (self.left.partitions().take(), self.right.partitions().take());
        let mut pairs: Vec<Pair> =
            left.into_iter().zip(right).map(|(left, right)| Pair { left, right }).collect();
        pairs.retain(|pair| pair.left.num_rows() > 0);
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.right.memory_bytes()));
        context.memory.reservation(OPERATOR).note_spilled(0, pairs.len() as u64);
        let (next, later) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let matching = |later| {
            let filling = OrderFilling::new(rows.clone(), context);
            Matching { sides: self, numbers: &numbers, filling, later, context }
        };
        context.run_tasks(context.threads().min(pairs.len()), |_| {
            let mut matching = matching(Some(&later));
            while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                matching.pair(pair)?;
            }
            matching.filling.flush()
        })?;
        let mut alone = matching(None);
        for pair in std::mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner)) {
            alone.pair(&pair)?;
        }
        alone.filling.flush()?;
        rows.finish(context)
    }
}

/// A thread that works on pairs of partitions.
struct Matching<'a> {
    sides: &'a Sides,
    /// Of left rows, and of right rows.
    numbers: &'a (RowNumbers, RowNumbers),
    filling: OrderFilling,
    /// What does not fit beside that of other threads, and can't be split. `None` where there are no others.
    later: Option<&'a Mutex<Vec<Pair>>>,
    context: &'a QueryContext,
}

impl Matching<'_> {
    /// Looks up all left rows of a pair; if the right rows do not fit, part by part.
    fn pair(&mut self, pair: &Pair) -> Result<()> {
        self.context.check_cancelled()?;
        let mut built = self.build(pair);
        if let Err(ExecError::MemoryBudget { .. }) = built {
            // What waits to be written holds memory.
            self.filling.flush()?;
            built = self.build(pair);
        }
        match built {
            Ok((built, reservation)) => self.probe(pair, &built, reservation),
            Err(ExecError::MemoryBudget { .. }) if pair.right.can_be_split() => self.split(pair),
            Err(error @ ExecError::MemoryBudget { .. }) => {
                let Some(later) = self.later else { return Err(error) };
                let pair = Pair { left: pair.left.clone(), right: pair.right.clone() };
                later.lock().unwrap_or_else(PoisonError::into_inner).push(pair);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The table of the right rows, and the reservation that covers it and the left rows that are looked up at a time.
    fn build(&self, pair: &Pair) -> Result<(Built, Reservation)> {
        let Self { sides, numbers, context, .. } = self;
        let read = sides.right.partitions().read_in_order(&pair.right, &numbers.1, context)?;
        let (whole, _, mut reservation) = read;
        let built = sides.building.build(&whole, &mut reservation, false, context)?;
        reservation.grow_to(reservation.bytes().saturating_add(pair.block_bytes()))?;
        Ok((built, reservation))
    }

    fn probe(&mut self, pair: &Pair, built: &Built, mut reservation: Reservation) -> Result<()> {
        let reserved = reservation.bytes();
        let built_bytes = reserved - pair.block_bytes();
        for &block in &pair.left.blocks {
            self.context.check_cancelled()?;
            let (batch, mut row_numbers) = self.sides.left.partitions().read(block)?;
            self.numbers.0.replace(&mut row_numbers);
            let matched = self.sides.probing.probe(&batch, built);
            // More than was thought of if right rows are much longer than left ones.
            let bytes = built_bytes.saturating_add(batch.memory_bytes() + matched.memory_bytes());
            if !reservation.try_grow_to(bytes) {
                self.filling.flush()?;
                reservation.grow_to(bytes)?;
            }
            self.filling.add(&matched, row_numbers)?;
            reservation.shrink_to(reserved);
        }
        Ok(())
    }

    fn split(&mut self, pair: &Pair) -> Result<()> {
        let Sides { left, right, .. } = self.sides;
        let right_parts = right.partitions().split(&pair.right, self.context)?;
        let left_parts = left.partitions().split(&pair.left, self.context)?;
        for (left, right) in left_parts.into_iter().zip(right_parts) {
            if left.num_rows() > 0 {
                self.pair(&Pair { left, right })?;
            }
        }
        Ok(())
    }
}

/// The left rows that went to files, with their matches; none if the right side is in memory. Its lane runs behind those by which left
/// rows come in.
pub(crate) fn matched_in_files(slot: Arc<AsofSlot>) -> BatchesSource {
    let reads = vec![Link::to(&slot)];
    let leave = move |context: &QueryContext, stored: &Stored| {
        match slot.right()? {
            RightSide::Built { .. } => stored.set(Vec::new(), context.memory.reservation(OPERATOR)),
            RightSide::Waiting(sides) => stored.set_waiting(sides.finish(context)?),
        }
        Ok(())
    };
    BatchesSource::left("the rows of an as-of join in files", leave).reading(reads)
}
