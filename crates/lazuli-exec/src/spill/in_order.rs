//! Rows by number: what partitions give in any order comes out in the order of numbers, read piece by piece.
//!
//! A bucket has the rows of a range of numbers. Rows of one number keep the order in which a thread has put them in; they have to
//! come from one thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

    /// Has several threads put in what comes of `count` pieces of work, taken one after the other.
    pub(crate) fn fill(
        self: &Arc<Self>,
        count: usize,
        context: &QueryContext,
        work: impl Fn(usize, &mut OrderFilling) -> Result<()> + Sync,
    ) -> Result<()> {
        let next = AtomicUsize::new(0);
        // A task a thread, not one a piece: what comes of several of them makes longer blocks.
        context.run_tasks(context.threads(), |_| {
            let mut filling = OrderFilling::new(self.clone(), context);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return filling.flush();
                }
                work(number, &mut filling)?;
            }
        })?;
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CancelFlag, ExecOptions, MemoryBudget};
    use lazuli_array::{Array, Column, FromValues};
    use proptest::prelude::*;

    fn context(memory_bytes: usize) -> QueryContext {
        let memory = MemoryBudget::new(memory_bytes);
        QueryContext::new(&ExecOptions::default(), memory, None, CancelFlag::default())
    }

    /// Numbers, and which of the rows of a number each is.
    fn batch(rows: &[(u64, u64)]) -> Batch {
        Batch::from_columns(vec![
            ("number".into(), Column::from_values(rows.iter().map(|row| row.0))),
            ("tie".into(), Column::from_values(rows.iter().map(|row| row.1))),
        ])
        .expect("equal lengths")
    }

    fn values(batch: &Batch, column: usize) -> Vec<u64> {
        match batch.column(column).array() {
            Array::UInt64(values) => values.values().to_vec(),
            other => panic!("numbers, not {:?}", other.physical()),
        }
    }

    /// Puts rows in by two fillings, those of even numbers by the one, and reads all.
    fn through(
        rows: &[(u64, u64)],
        count: u64,
        chunk: usize,
        context: &QueryContext,
    ) -> (Vec<(u64, u64)>, Ordered) {
        let schema = batch(&[]).schema().clone();
        let ordered = RowsByNumber::new("join", schema, count, context).expect("a temporary folder");
        let ordered = Arc::new(ordered);
        for parity in [0, 1] {
            let mut filling = OrderFilling::new(ordered.clone(), context);
            let own: Vec<(u64, u64)> = rows.iter().filter(|row| row.0 % 2 == parity).copied().collect();
            for rows in own.chunks(chunk) {
                let numbers = rows.iter().map(|row| row.0).collect();
                filling.add(&batch(rows), numbers).expect("a disk");
            }
            filling.flush().expect("a disk");
        }
        let pieces = ordered.finish(context).expect("a disk");
        let mut found = Vec::new();
        for (piece, &num_rows) in pieces.num_rows().iter().enumerate() {
            let (rows, reservation) = pieces.load(piece, context).expect("enough memory");
            assert_eq!(rows.num_rows(), num_rows);
            assert!(reservation.bytes() >= rows.memory_bytes());
            found.extend(values(&rows, 0).into_iter().zip(values(&rows, 1)));
        }
        (found, pieces)
    }

    proptest! {
        #[test]
        fn rows_come_out_by_number_and_ties_as_they_came(
            numbers in prop::collection::vec(0u64..500, 0..2000),
            beyond in 0u64..100_000,
            chunk in 1usize..300,
            memory_bytes in prop::sample::select(vec![300_000usize, 1 << 20, 64 << 20]),
        ) {
            let rows: Vec<(u64, u64)> = numbers.into_iter().zip(0..).collect();
            let count = rows.iter().map(|row| row.0 + 1).max().unwrap_or(0) + beyond;
            let (found, _) = through(&rows, count, chunk, &context(memory_bytes));
            let mut wanted = rows;
            wanted.sort_by_key(|row| row.0);
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn ranges_are_split_and_numbers_are_not() {
        // A piece has a sixteenth of the memory at most: about 700 rows.
        let context = context(300_000);
        let each: Vec<(u64, u64)> = (0..20_000).map(|row| (row * 7919 % 20_000, row)).collect();
        let (found, pieces) = through(&each, 20_000, 500, &context);
        let mut wanted = each;
        wanted.sort_by_key(|row| row.0);
        assert_eq!(found, wanted);
        assert!(pieces.pieces.len() > 16 && pieces.pieces.iter().all(|piece| !piece.is_sorted));
        drop(pieces);

        // Most rows have one number, and are read in as many parts as they were written in.
        let most: Vec<(u64, u64)> =
            (0..20_000).map(|row| (if row % 10 == 0 { row } else { 4242 }, row)).collect();
        let (found, pieces) = through(&most, 20_000, 500, &context);
        let mut wanted = most;
        wanted.sort_by_key(|row| row.0);
        assert_eq!(found, wanted);
        assert!(pieces.pieces.iter().any(|piece| piece.is_sorted));
        let largest = pieces.num_rows().iter().max().expect("pieces");
        assert!(*largest < 2000, "{largest} rows in a piece");
    }

    #[test]
    fn how_many_are_below_a_number() {
        let context = context(1 << 20);
        let schema = batch(&[]).schema().clone();
        let ordered = Arc::new(RowsByNumber::new("join", schema, 100, &context).expect("a temporary folder"));
        let mut filling = OrderFilling::new(ordered.clone(), &context);
        filling.add(&batch(&[(7, 0), (3, 0), (7, 1), (90, 0)]), vec![7, 3, 7, 90]).expect("a disk");
        filling.flush().expect("a disk");
        let pieces = ordered.finish(&context).expect("a disk");
        let below = |number| ordered.rows_below(&pieces, number).expect("a disk");
        assert_eq!([0, 4, 7, 8, 100].map(below), [0, 1, 1, 3, 4]);
    }
}
