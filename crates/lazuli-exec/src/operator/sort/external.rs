//! Sorting more rows than fit in memory: a file of buckets, each of which does.
//!
//! ```text
//! a sample of rows ─▶ splitters s0 < s1 < ..
//! buckets:  0: below s0 | 1: equal to s0 | 2: between s0 and s1 | 3: equal to s1 | ..
//! ```
//! Rows of an even bucket are sorted when they are read; those of an odd one are equal and in order as they are, however many
//! there are: a key that most rows have does no harm. An even bucket that is too large is split once more.
//!
//! No merge of sorted runs: buckets are sorted side by side by the kernel that sorts in memory, and read as soon as the first of
//! them is. Rows keep the place of their morsel, and buckets are put together by place, so that equal rows stay in order.

use std::collections::HashMap;
use std::sync::Arc;

use lazuli_array::{Batch, Column};
use lazuli_kernels::sort::{SortKey, sort_indices};
use lazuli_kernels::{concat_batches, concat_columns, take_batch, take_column};

use super::{BYTES_A_ROW, OPERATOR, Order};
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::MorselIndex;
use crate::operator::collect::Kept;
use crate::source::Pieces;
use crate::spill::buckets::{self, Buckets, Filling, with_small_dictionaries, with_small_dictionary};
use crate::spill::{SpillFile, Spilled};
use crate::{ExecError, Result};

/// Rows of the sample for each splitter: enough that the largest bucket is about twice the middle one.
const SAMPLE_ROWS: usize = 24;

/// More splitters make parts of a morsel that are too short to be worth it.
const MOST_SPLITTERS: usize = 255;

/// A bucket larger than this would leave other threads without work.
const MOST_BUCKET_BYTES: usize = 64 << 20;

/// A bucket is split again at most so often: each time a quarter of it or less is left, save for a poor sample.
const DEEPEST: usize = 16;

/// Distinct values of the keys, in order.
struct Splitters {
    /// A column for each key.
    keys: Vec<Column>,
    count: usize,
}

impl Splitters {
    /// About so many, from rows of these batches.
    fn of<'a>(order: &Order, batches: impl Iterator<Item = &'a Batch>, count: usize) -> Result<Self> {
        let batches: Vec<&Batch> = batches.collect();
        let num_rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
        let step = (num_rows / (count * SAMPLE_ROWS)).max(1);
        let mut columns: Vec<Vec<Column>> = order.keys.iter().map(|_| Vec::new()).collect();
        for batch in batches {
            let rows: Vec<u32> = (0..batch.num_rows() as u32).skip(step / 2).step_by(step).collect();
            for (key, columns) in order.keys.iter().zip(&mut columns) {
                let column = with_small_dictionary(batch.column(key.position));
                columns.push(take_column(&column, &rows));
            }
        }
        let concat = |(key, columns): (&super::Key, &Vec<Column>)| {
            let columns: Vec<&Column> = columns.iter().collect();
            concat_columns(order.schema.field(key.position).data_type(), &columns)
        };
        let sample: Vec<Column> = order.keys.iter().zip(&columns).map(concat).collect();
        let rows = sample.first().map_or(0, Column::len);
        let sorted = order.sorted(&sample, rows)?;
        let step = rows.div_ceil(count + 1).max(1);
        let chosen: Vec<u32> = sorted.into_iter().skip(step).step_by(step).collect();
        let keys: Vec<Column> = sample.iter().map(|column| take_column(column, &chosen)).collect();
        Self { keys, count: chosen.len() }.distinct(order)
    }

    /// The first of each run of equal ones.
    fn distinct(self, order: &Order) -> Result<Self> {
        // Beside a copy of themselves equal ones are a run of several before it ends.
        let twice: Vec<Column> =
            self.keys.iter().map(|key| concat_columns(key.data_type(), &[key, key])).collect();
        let (mut begun, mut ended) = (0, 0);
        let mut chosen = Vec::new();
        for row in order.sorted(&twice, 2 * self.count)? {
            if (row as usize) < self.count {
                if begun == ended {
                    chosen.push(row);
                }
                begun += 1;
            } else {
                ended += 1;
            }
        }
        let keys = self.keys.iter().map(|column| take_column(column, &chosen)).collect();
        Ok(Self { keys, count: chosen.len() })
    }

    fn num_buckets(&self) -> usize {
        2 * self.count + 1
    }

    /// The numbers of a batch's rows by bucket, in their order within each, and where each bucket ends.
    fn scatter(&self, order: &Order, batch: &Batch) -> Result<(Vec<u32>, Vec<usize>)> {
        // Sorted among two copies of the splitters, one before and one behind the rows: since equal rows stay in order, rows
        // equal to a splitter come between its two.
        let among = |(key, splitters): (&super::Key, &Column)| {
            concat_columns(splitters.data_type(), &[splitters, batch.column(key.position), splitters])
        };
        let keys: Vec<Column> = order.keys.iter().zip(&self.keys).map(among).collect();
        let num_rows = batch.num_rows();
        let mut rows = Vec::with_capacity(num_rows);
        let mut ends = Vec::with_capacity(self.num_buckets());
        for row in order.sorted(&keys, num_rows + 2 * self.count)? {
            // Numbers of splitters are below those of rows, or above.
            match (row as usize).checked_sub(self.count) {
                Some(row) if row < num_rows => rows.push(row as u32),
                _ => ends.push(rows.len()),
            }
        }
        ends.push(rows.len());
        let mut start = 0;
        for &end in &ends {
            rows[start..end].sort_unstable();
            start = end;
        }
        Ok((rows, ends))
    }
}

impl Order {
    /// The numbers of rows in order, by columns of the keys.
    fn sorted(&self, keys: &[Column], rows: usize) -> Result<Vec<u32>> {
        let keys: Vec<SortKey<'_>> = self.keys.iter().zip(keys).map(|(key, column)| key.of(column)).collect();
        sort_indices(&keys, rows).map_err(ExecError::kernel(OPERATOR))
    }
}

/// How many rows are of which morsel, one after the other.
type Parts = Vec<(MorselIndex, usize)>;

/// Of rows that were taken out of those of `parts`, in their order, how many are of which morsel.
fn parts_of(parts: &[(MorselIndex, usize)], rows: &[u32]) -> Parts {
    let mut taken = Parts::new();
    let (mut left, mut end) = (rows, 0);
    for &(index, length) in parts {
        end += length;
        let (own, later) = left.split_at(left.partition_point(|&row| (row as usize) < end));
        if !own.is_empty() {
            taken.push((index, own.len()));
        }
        left = later;
    }
    taken
}

/// Rows of one bucket that were written together: parts of morsels.
type Block = buckets::Block<(MorselIndex, usize)>;

/// Buckets that are being filled.
pub(super) struct External {
    order: Arc<Order>,
    splitters: Splitters,
    buckets: Arc<Buckets<(MorselIndex, usize)>>,
}

impl External {
    /// Buckets for rows of which these are a sample.
    pub(super) fn new<'a>(
        order: Arc<Order>,
        sample: impl Iterator<Item = &'a Batch>,
        context: &QueryContext,
    ) -> Result<Self> {
        let file = Arc::new(SpillFile::create(OPERATOR, order.schema.clone(), context)?);
        Self::in_file(file, order, sample, context)
    }

    fn in_file<'a>(
        file: Arc<SpillFile>,
        order: Arc<Order>,
        sample: impl Iterator<Item = &'a Batch>,
        context: &QueryContext,
    ) -> Result<Self> {
        let count = buckets::worthwhile_buckets(context).clamp(3, MOST_SPLITTERS);
        let splitters = Splitters::of(&order, sample, count)?;
        let buckets = Buckets::new(OPERATOR, order.schema.clone(), file, splitters.num_buckets(), context);
        Ok(Self { order, splitters, buckets: Arc::new(buckets) })
    }

    /// Takes in what was kept, by several threads.
    pub(super) fn take_all(self: &Arc<Self>, kept: &Kept, context: &QueryContext) -> Result<()> {
        context.run_tasks(context.threads(), |_| {
            let mut buffer = Buffer::new(self.clone(), context);
            buffer.add_all(kept, context)?;
            buffer.flush()
        })?;
        Ok(())
    }

    /// What was taken in, in order.
    pub(super) fn finish(&self, context: &QueryContext) -> Result<Sorted> {
        let mut sorted = Sorted { order: self.order.clone(), pieces: Vec::new(), num_rows: Vec::new() };
        let budget = context.memory.limit_bytes().saturating_sub(context.memory.used_bytes());
        let most_bytes = (budget / (8 * context.threads())).clamp(1, MOST_BUCKET_BYTES);
        self.add_pieces(&mut sorted, most_bytes, DEEPEST, context)?;
        sorted.num_rows = sorted.pieces.iter().map(Piece::num_rows).collect();
        context.memory.reservation(OPERATOR).note_spilled(0, sorted.pieces.len() as u64);
        Ok(sorted)
    }

    fn add_pieces(
        &self,
        sorted: &mut Sorted,
        most_bytes: usize,
        deepest: usize,
        context: &QueryContext,
    ) -> Result<()> {
        for (number, blocks) in self.buckets.take().into_iter().enumerate() {
            context.check_cancelled()?;
            let bytes: usize = blocks.iter().map(|block| block.batch.memory_bytes()).sum();
            let are_equal = number % 2 == 1 || self.order.keys.is_empty();
            if bytes > most_bytes && !are_equal && deepest > 0 {
                self.split(&blocks, context)?.add_pieces(sorted, most_bytes, deepest - 1, context)?;
            } else {
                let most_bytes = if are_equal { most_bytes } else { usize::MAX };
                sorted.pieces.extend(pieces_of(self.buckets.file(), &blocks, are_equal, most_bytes));
            }
        }
        Ok(())
    }

    /// A bucket as buckets of its own.
    fn split(&self, blocks: &[Block], context: &QueryContext) -> Result<Arc<Self>> {
        /// Blocks that are read for a sample.
        const SAMPLE_BLOCKS: usize = 8;
        let step = blocks.len().div_ceil(SAMPLE_BLOCKS).max(1);
        let sample = blocks.iter().step_by(step).map(|block| self.buckets.file().read(block.batch));
        let sample = sample.collect::<Result<Vec<Batch>>>()?;
        let split =
            Arc::new(Self::in_file(self.buckets.file().clone(), self.order.clone(), sample.iter(), context)?);
        drop(sample);
        let tasks = context.threads();
        context.run_tasks(tasks, |task| {
            let mut buffer = Buffer::new(split.clone(), context);
            for block in blocks.iter().skip(task).step_by(tasks) {
                context.check_cancelled()?;
                buffer.add(&block.notes, &self.buckets.file().read(block.batch)?)?;
            }
            buffer.flush()
        })?;
        Ok(split)
    }
}

/// What a worker has for the buckets and has not written yet.
pub(super) struct Buffer {
    external: Arc<External>,
    filling: Filling<(MorselIndex, usize)>,
}

impl Buffer {
    pub(super) fn new(external: Arc<External>, context: &QueryContext) -> Self {
        let filling = Filling::new(external.buckets.clone(), context);
        Self { external, filling }
    }

    /// Takes in rows of one morsel or several.
    pub(super) fn add(&mut self, parts: &[(MorselIndex, usize)], batch: &Batch) -> Result<()> {
        let External { order, splitters, .. } = &*self.external;
        let batch = with_small_dictionaries(batch);
        let (rows, ends) = splitters.scatter(order, &batch)?;
        self.filling.add(&take_batch(&batch, &rows), ends, |run| parts_of(parts, &rows[run]))
    }

    /// Takes in what was kept, or a share of it if others do, too.
    pub(super) fn add_all(&mut self, kept: &Kept, context: &QueryContext) -> Result<()> {
        while let Some((index, batch)) = kept.next() {
            context.check_cancelled()?;
            self.add(&[(index, batch.num_rows())], &batch)?;
        }
        Ok(())
    }

    /// Writes all there is.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.filling.flush()
    }
}

/// Rows of a file, in the order of their places.
struct Piece {
    file: Arc<SpillFile>,
    blocks: Vec<Spilled>,
    /// Block, first row in it, number of rows.
    parts: Vec<(usize, usize, usize)>,
    is_sorted: bool,
}

/// The rows of a bucket, in pieces of about so many bytes.
fn pieces_of(file: &Arc<SpillFile>, blocks: &[Block], is_sorted: bool, most_bytes: usize) -> Vec<Piece> {
    let mut parts = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let mut start = 0;
        for &(index, rows) in &block.notes {
            parts.push((index, (number, start, rows)));
            start += rows;
        }
    }
    parts.sort_unstable_by_key(|&(index, (_, start, _))| (index, start));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut bytes = 0;
    let mut numbers = HashMap::new();
    for (_, (block, start, rows)) in parts {
        let batch = blocks[block].batch;
        if pieces.is_empty() || bytes > most_bytes {
            pieces.push(Piece { file: file.clone(), blocks: Vec::new(), parts: Vec::new(), is_sorted });
            numbers.clear();
            bytes = 0;
        }
        let Some(piece) = pieces.last_mut() else { continue };
        let number = *numbers.entry(block).or_insert_with(|| {
            piece.blocks.push(batch);
            bytes += batch.memory_bytes();
            piece.blocks.len() - 1
        });
        piece.parts.push((number, start, rows));
    }
    pieces
}

impl Piece {
    fn num_rows(&self) -> usize {
        self.parts.iter().map(|(_, _, rows)| rows).sum()
    }

    fn load(&self, order: &Order, context: &QueryContext) -> Result<(Batch, Reservation)> {
        let bytes: usize = self.blocks.iter().map(Spilled::memory_bytes).sum();
        let mut reservation = context.memory.reservation(OPERATOR);
        reservation.grow_to(2 * bytes + self.num_rows() * BYTES_A_ROW)?;
        let blocks =
            self.blocks.iter().map(|block| self.file.read(*block)).collect::<Result<Vec<Batch>>>()?;
        let parts = self.parts.iter().map(|&(block, start, rows)| blocks[block].sliced(start, rows));
        let batch = concat_batches(&order.schema, &parts.collect::<Vec<_>>());
        drop(blocks);
        let sorted = match self.is_sorted {
            true => order.output.choose(&batch),
            false => {
                let keys = super::keys_of(&order.keys, &batch);
                let rows = sort_indices(&keys, batch.num_rows()).map_err(ExecError::kernel(OPERATOR))?;
                take_batch(&order.output.choose(&batch), &rows)
            }
        };
        reservation.shrink_to(bytes);
        Ok((sorted, reservation))
    }
}

/// Rows in order, sorted as they are read.
pub(super) struct Sorted {
    order: Arc<Order>,
    pieces: Vec<Piece>,
    num_rows: Vec<usize>,
}

impl Pieces for Sorted {
    fn num_rows(&self) -> &[usize] {
        &self.num_rows
    }

    fn memory_bytes(&self, piece: usize) -> usize {
        self.pieces[piece].blocks.iter().map(Spilled::memory_bytes).sum()
    }

    fn load(&self, piece: usize, context: &QueryContext) -> Result<(Batch, Reservation)> {
        self.pieces[piece].load(&self.order, context)
    }
}
