//! Rows by number: what partitions give in any order comes out in the order of numbers, read piece by piece.
//!
//! A bucket has the rows of a range of numbers. Rows of one number keep the order in which a thread has put them in; they have to
//! come from one thread.

use std::sync::Arc;

use lazuli_array::{Batch, SchemaRef};
use lazuli_kernels::{concat_batches, take_batch};

use super::buckets::{
    self, Buckets, Filling, numbered_schema, numbers_of, order_unless_sorted, with_numbers, without_numbers,
};
use super::file::{SpillFile, Spilled};
use crate::Result;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::source::Pieces;

/// Ranges at most: more of them get blocks too short to be worth writing.
const MOST_RANGES: usize = 256;

/// A piece larger than this would leave other threads without work.
const MOST_PIECE_BYTES: usize = 64 << 20;

/// What putting a row in order takes beside the row, twice.
const BYTES_A_ROW: usize = 16;

/// Rows with numbers, written by several threads, each through an [`OrderFilling`] of its own.
pub(crate) struct RowsByNumber {
    operator: &'static str,
    schema: SchemaRef,
    /// And their numbers.
    stored: SchemaRef,
    /// The numbers there may be.
    first: u64,
    count: u64,
    /// Numbers of a bucket.
    step: u64,
    buckets: Arc<Buckets>,
}

impl RowsByNumber {
    /// For rows of these columns with numbers below `count`; `operator` is named by errors.
    pub(crate) fn new(
        operator: &'static str,
        schema: SchemaRef,
        count: u64,
        context: &QueryContext,
    ) -> Result<Self> {
        let stored = numbered_schema(&schema);
        let file = Arc::new(SpillFile::create(operator, stored.clone(), context)?);
        Ok(Self::in_file(file, operator, schema, stored, (0, count), context))
    }

    fn in_file(
        file: Arc<SpillFile>,
        operator: &'static str,
        schema: SchemaRef,
        stored: SchemaRef,
        (first, count): (u64, u64),
        context: &QueryContext,
    ) -> Self {
        let ranges = buckets::worthwhile_buckets(context).clamp(4, MOST_RANGES) as u64;
        let step = count.div_ceil(ranges).max(1);
        let ranges = count.div_ceil(step).max(1) as usize;
        let buckets = Arc::new(Buckets::new(operator, stored.clone(), file, ranges, context));
        Self { operator, schema, stored, first, count, step, buckets }
    }

    /// How many rows have numbers below this one.
    pub(crate) fn rows_below(&self, blocks: &Ordered, number: u64) -> Result<usize> {
        let mut below = 0;
        for &block in blocks.pieces.iter().flat_map(|piece| &piece.blocks) {
            let batch = self.buckets.file().read(block)?;
            below += numbers_of(&batch).iter().filter(|&&known| known < number).count();
        }
        Ok(below)
    }

    /// What was put in, in order.
    pub(crate) fn finish(&self, context: &QueryContext) -> Result<Ordered> {
        let budget = context.memory.limit_bytes().saturating_sub(context.memory.used_bytes());
        let most_bytes = (budget / (16 * context.threads())).clamp(1, MOST_PIECE_BYTES);
        let mut pieces = Vec::new();
        self.add_pieces(&mut pieces, most_bytes, context)?;
        let num_rows = pieces.iter().map(Piece::num_rows).collect();
        Ok(Ordered {
            operator: self.operator,
            schema: self.schema.clone(),
            stored: self.stored.clone(),
            file: self.buckets.file().clone(),
            pieces,
            num_rows,
        })
    }

    fn add_pieces(&self, pieces: &mut Vec<Piece>, most_bytes: usize, context: &QueryContext) -> Result<()> {
        for (range, blocks) in self.buckets.take().into_iter().enumerate() {
            context.check_cancelled()?;
            let blocks: Vec<Spilled> = blocks.into_iter().map(|block| block.batch).collect();
            if blocks.is_empty() {
                continue;
            }
            let bytes: usize = blocks.iter().map(Spilled::memory_bytes).sum();
            if bytes <= most_bytes {
                pieces.push(Piece { blocks, is_sorted: false });
            } else if self.step == 1 {
                // All of one number, and in order: however many there are.
                let runs = blocks.into_iter().map(|block| Piece { blocks: vec![block], is_sorted: true });
                pieces.extend(runs);
            } else {
                let first = range as u64 * self.step;
                let count = self.step.min(self.count - first);
                self.split(&blocks, (self.first + first, count), context)?
                    .add_pieces(pieces, most_bytes, context)?;
            }
        }
        Ok(())
    }

    /// The rows of a range as ranges of their own.
    fn split(&self, blocks: &[Spilled], range: (u64, u64), context: &QueryContext) -> Result<Self> {
        let split = Self::in_file(
            self.buckets.file().clone(),
            self.operator,
            self.schema.clone(),
            self.stored.clone(),
            range,
            context,
        );
        let mut filling = Filling::new(split.buckets.clone(), context);
        for &block in blocks {
            context.check_cancelled()?;
            let batch = self.buckets.file().read(block)?;
            let numbers = numbers_of(&batch).to_vec();
            split.put(&mut filling, batch, numbers)?;
        }
        filling.flush()?;
        Ok(split)
    }

    /// Puts rows with their numbers as the last column into buckets.
    fn put(&self, filling: &mut Filling, mut batch: Batch, mut numbers: Vec<u64>) -> Result<()> {
        if let Some(order) = order_unless_sorted(&numbers) {
            batch = take_batch(&batch, &order);
            numbers = order.iter().map(|&row| numbers[row as usize]).collect();
        }
        let ranges = self.count.div_ceil(self.step).max(1);
        let ends = (1..=ranges).map(|range| {
            let end = self.first + range * self.step;
            numbers.partition_point(|&number| number < end)
        });
        filling.add(&batch, ends, |_| Vec::new())
    }
}

/// What one thread puts in.
pub(crate) struct OrderFilling {
    rows: Arc<RowsByNumber>,
    filling: Filling,
}

impl OrderFilling {
    pub(crate) fn new(rows: Arc<RowsByNumber>, context: &QueryContext) -> Self {
        let filling = Filling::new(rows.buckets.clone(), context);
        Self { rows, filling }
    }

    /// Takes in rows, each with its number.
    pub(crate) fn add(&mut self, batch: &Batch, numbers: Vec<u64>) -> Result<()> {
        let stored = with_numbers(batch, numbers.clone(), &self.rows.stored);
        self.rows.put(&mut self.filling, stored, numbers)
    }

    /// Writes all that is left.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.filling.flush()
    }
}

/// Rows of a range of numbers, in files.
struct Piece {
    blocks: Vec<Spilled>,
    is_sorted: bool,
}

impl Piece {
    fn num_rows(&self) -> usize {
        self.blocks.iter().map(Spilled::num_rows).sum()
    }

    fn memory_bytes(&self) -> usize {
        self.blocks.iter().map(Spilled::memory_bytes).sum()
    }
}

/// Rows in order, put in order as they are read.
pub(crate) struct Ordered {
    operator: &'static str,
    schema: SchemaRef,
    stored: SchemaRef,
    file: Arc<SpillFile>,
    pieces: Vec<Piece>,
    num_rows: Vec<usize>,
}

impl Ordered {
    /// The rows of a piece, in order, with their numbers and the reservation that covers both.
    pub(crate) fn load_numbered(
        &self,
        piece: usize,
        context: &QueryContext,
    ) -> Result<(Batch, Vec<u64>, Reservation)> {
        let (stored, reservation) = self.load_stored(piece, context)?;
        Ok((without_numbers(&stored, &self.schema), numbers_of(&stored).to_vec(), reservation))
    }

    /// The rows of a piece, in order, with their numbers as the last column.
    fn load_stored(&self, piece: usize, context: &QueryContext) -> Result<(Batch, Reservation)> {
        let piece = &self.pieces[piece];
        let bytes = piece.memory_bytes();
        let needed = bytes.saturating_mul(2).saturating_add(piece.num_rows() * BYTES_A_ROW);
        let mut reservation = context.memory.reserve(self.operator, needed)?;
        let blocks = piece.blocks.iter().map(|&block| self.file.read(block));
        let blocks = blocks.collect::<Result<Vec<Batch>>>()?;
        let mut whole = concat_batches(&self.stored, &blocks);
        drop(blocks);
        if !piece.is_sorted
            && let Some(order) = order_unless_sorted(numbers_of(&whole))
        {
            whole = take_batch(&whole, &order);
        }
        reservation.shrink_to(bytes);
        Ok((whole, reservation))
    }
}

impl Pieces for Ordered {
    fn num_rows(&self) -> &[usize] {
        &self.num_rows
    }

    fn memory_bytes(&self, piece: usize) -> usize {
        self.pieces[piece].memory_bytes()
    }

    fn load(&self, piece: usize, context: &QueryContext) -> Result<(Batch, Reservation)> {
        let (stored, reservation) = self.load_stored(piece, context)?;
        Ok((without_numbers(&stored, &self.schema), reservation))
    }
}
