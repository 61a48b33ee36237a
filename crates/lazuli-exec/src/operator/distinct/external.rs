//! Distinct rows that are too many for memory: by kind into partitions, and of each partition what is kept.
//!
//! A partition is read block by block, in any order. Whenever there is enough in memory, rows that can't be kept whatever comes
//! later are dropped: all but the first of a kind, or the last; where only those that are alone are wanted, all but two. So a
//! kind that most rows are of takes no more room than any other. Only a partition with too many kinds is split.

use lazuli_array::Batch;
use lazuli_kernels::{NO_ROW, concat_batches, take_batch};
use lazuli_plan::Keep;

use super::{Distinct, Met, OPERATOR, filtered};
use crate::context::QueryContext;
use crate::memory::{BYTES_A_KEY, Reservation};
use crate::operator::external::{External, Output};
use crate::spill::{Ordered, Partition, buckets};
use crate::{ExecError, Result};

/// What the kinds that a worker has just met may take, as a part of what it has for rows that it is about to write.
const FRONT_PART: usize = 4;

/// What drops less than one row in so many is not worth its time.
const WORTH_ONE_IN: usize = 8;

/// Where less than one part in so many of what rows weigh was dropped, more of them would not be worth reading.
const WORTH_GOING_ON: usize = 2;

impl Distinct {
    /// The rows that are kept of all those that went to partitions, in order.
    pub(super) fn finish_external(&self, external: &External, context: &QueryContext) -> Result<Ordered> {
        external.written().finish(self.output.schema().clone(), context, |partition, output| {
            output.split_if_refused(partition, &|partition, output| self.finish_partition(partition, output))
        })
    }

    fn finish_partition(&self, partition: &Partition, output: &mut Output<'_>) -> Result<()> {
        let room_bytes = output.room_bytes();
        let mut candidates = Candidates::new(self, output.context);
        for &block in &partition.blocks {
            output.context.check_cancelled()?;
            if candidates.reserve(block.memory_bytes(), block.num_rows()).is_err() {
                candidates.reduce(false)?;
                candidates.reserve(block.memory_bytes(), block.num_rows())?;
            }
            let (batch, mut numbers) = output.partitions.read(block)?;
            output.numbers.replace(&mut numbers);
            candidates.add(batch, numbers);
            if candidates.bytes > room_bytes {
                candidates.reduce(false)?;
                if candidates.bytes > room_bytes / WORTH_GOING_ON && partition.can_be_split() {
                    drop(candidates);
                    return output.split(partition, &|part, output| self.finish_partition(part, output));
                }
            }
        }
        candidates.reduce(true)?;
        let Candidates { batches, numbers, .. } = candidates;
        match batches.as_slice() {
            [] => Ok(()),
            batches => output.put(&self.output.choose(&concat_batches(&self.schema, batches)), numbers),
        }
    }
}

/// Rows of a partition that may be kept, with their numbers.
struct Candidates<'a> {
    sink: &'a Distinct,
    batches: Vec<Batch>,
    numbers: Vec<u64>,
    /// What they weigh.
    bytes: usize,
    reservation: Reservation,
}

impl<'a> Candidates<'a> {
    fn new(sink: &'a Distinct, context: &QueryContext) -> Self {
        let reservation = context.memory.reservation(OPERATOR);
        Self { sink, batches: Vec::new(), numbers: Vec::new(), bytes: 0, reservation }
    }

    /// Makes room for so many rows more.
    fn reserve(&mut self, bytes: usize, num_rows: usize) -> Result<()> {
        self.reservation.grow_to(self.needed_bytes(bytes, num_rows))
    }

    /// What the rows and so much more take, until some of them are dropped.
    fn needed_bytes(&self, bytes: usize, num_rows: usize) -> usize {
        // Once more in one piece, and once as keys of a table.
        let bytes = (self.bytes + bytes).saturating_mul(3);
        bytes.saturating_add((self.numbers.len() + num_rows) * BYTES_A_KEY)
    }

    /// Adds rows; there is room for them.
    fn add(&mut self, batch: Batch, numbers: Vec<u64>) {
        self.bytes += batch.memory_bytes() + numbers.len() * size_of::<u64>();
        self.batches.push(batch);
        self.numbers.extend(numbers);
    }

    /// Drops rows that can't be kept; `is_all`: no others will come.
    fn reduce(&mut self, is_all: bool) -> Result<()> {
        let chosen = self.chosen(is_all)?;
        if chosen.len() == self.numbers.len() {
            return Ok(());
        }
        let whole = concat_batches(&self.sink.schema, &std::mem::take(&mut self.batches));
        let batch = take_batch(&whole, &chosen);
        self.numbers = chosen.iter().map(|&row| self.numbers[row as usize]).collect();
        self.bytes = batch.memory_bytes() + self.numbers.len() * size_of::<u64>();
        self.batches.push(batch);
        self.reservation.shrink_to(self.needed_bytes(0, 0));
        Ok(())
    }

    /// Which rows may still be kept.
    fn chosen(&self, is_all: bool) -> Result<Vec<u32>> {
        let Self { sink, numbers, .. } = self;
        let mut table = sink.table();
        let mut ids = Vec::new();
        // By kind. Only where those that are alone are wanted, another row matters.
        let (mut best, mut another): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut row = 0;
        for batch in &self.batches {
            table
                .insert(&sink.keys_of(batch), batch.num_rows(), &mut ids)
                .map_err(ExecError::kernel(OPERATOR))?;
            for &kind in &ids {
                let kind = kind as usize;
                if kind == best.len() {
                    best.push(row);
                    another.push(NO_ROW);
                } else {
                    let (number, known) = (numbers[row as usize], numbers[best[kind] as usize]);
                    match sink.keep {
                        Keep::First | Keep::Any if number < known => best[kind] = row,
                        Keep::Last if number > known => best[kind] = row,
                        Keep::First | Keep::Any | Keep::Last => {}
                        Keep::None => another[kind] = row,
                    }
                }
                row += 1;
            }
        }
        match sink.keep {
            Keep::First | Keep::Any | Keep::Last => Ok(best),
            Keep::None if is_all => Ok(best
                .iter()
                .zip(&another)
                .filter(|(_, other)| **other == NO_ROW)
                .map(|(row, _)| *row)
                .collect()),
            Keep::None => {
                best.extend(another.iter().filter(|&&row| row != NO_ROW));
                Ok(best)
            }
        }
    }
}

/// The kinds that a worker has just met: their first rows were written, or will be, so that others need not be.
pub(super) struct Front {
    /// `None` if there is nothing to drop.
    met: Option<Met>,
    /// The table begins anew beyond this.
    most_bytes: usize,
    /// Rows that came since it began, and those of them that were dropped.
    num_rows: usize,
    num_dropped: usize,
}

impl Front {
    pub(super) fn new(sink: &Distinct, context: &QueryContext) -> Self {
        let met = sink.keeps_first().then(|| Met::new(sink, context));
        Self { met, most_bytes: buckets::buffer_bytes(context) / FRONT_PART, num_rows: 0, num_dropped: 0 }
    }

    /// The rows of a batch without those that were met.
    pub(super) fn pass(&mut self, sink: &Distinct, batch: Batch) -> Result<Batch> {
        let Some(met) = &mut self.met else { return Ok(batch) };
        let (keys, num_rows) = (sink.keys_of(&batch), batch.num_rows());
        if met.table.memory_bytes() > self.most_bytes || !met.has_room(&keys, num_rows) {
            if self.num_dropped < self.num_rows / WORTH_ONE_IN {
                self.met = None;
                return Ok(batch);
            }
            (self.num_rows, self.num_dropped) = (0, 0);
            met.begin_anew(sink);
            if !met.has_room(&keys, num_rows) {
                return Ok(batch);
            }
        }
        let new = filtered(&batch, &met.are_new(&keys, num_rows)?);
        self.num_rows += num_rows;
        self.num_dropped += num_rows - new.num_rows();
        Ok(new)
    }
}
