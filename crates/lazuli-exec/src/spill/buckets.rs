//! Rows by bucket in a file: what an operator with too many rows fills, and reads again bucket by bucket.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use lazuli_array::{Array, Batch, Column, DataType, Field, PrimitiveArray, Schema, SchemaRef};
use lazuli_kernels::concat_batches;

use super::file::{SpillFile, Spilled};
use crate::Result;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::operator::free_name;

/// A worker writes when it has so much for each bucket: the disk is not asked for crumbs.
const BLOCK_BYTES: usize = 128 << 10;

/// A block is read as a whole, also by whoever needs a part of it.
const MOST_BLOCK_BYTES: usize = 1 << 20;

/// A worker does not keep more than this before it writes, however much memory there is.
const MOST_BUFFER_BYTES: usize = 64 << 20;

/// Texts of a dictionary with more entries are written out: parts of morsels that have dictionaries of their own are put
/// together for each bucket, and each time these would have to be merged.
const MOST_ENTRIES: usize = 256;

/// What a worker keeps before it writes.
pub(crate) fn buffer_bytes(context: &QueryContext) -> usize {
    (context.memory.limit_bytes() / (4 * context.threads())).min(MOST_BUFFER_BYTES)
}

/// How many buckets get blocks that are worth writing out of such a buffer.
pub(crate) fn worthwhile_buckets(context: &QueryContext) -> usize {
    buffer_bytes(context) / BLOCK_BYTES
}

/// Rows of one bucket that were written together, with notes about them.
pub(crate) struct Block<T = ()> {
    pub(crate) batch: Spilled,
    /// Of all the pieces that it was put together from.
    pub(crate) notes: Vec<T>,
}

/// Rows by bucket, written by several threads, each through a [`Filling`] of its own.
pub(crate) struct Buckets<T = ()> {
    operator: &'static str,
    schema: SchemaRef,
    file: Arc<SpillFile>,
    blocks: Mutex<Vec<Vec<Block<T>>>>,
    buffer_bytes: usize,
}

impl<T> Buckets<T> {
    /// Empty buckets in a file of these columns; `operator` is named by errors.
    pub(crate) fn new(
        operator: &'static str,
        schema: SchemaRef,
        file: Arc<SpillFile>,
        count: usize,
        context: &QueryContext,
    ) -> Self {
        let blocks = Mutex::new((0..count).map(|_| Vec::new()).collect());
        Self { operator, schema, file, blocks, buffer_bytes: buffer_bytes(context) }
    }

    pub(crate) fn file(&self) -> &Arc<SpillFile> {
        &self.file
    }

    /// All that was written, by bucket. Of what one thread wrote blocks are in that order.
    pub(crate) fn take(&self) -> Vec<Vec<Block<T>>> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = (0..blocks.len()).map(|_| Vec::new()).collect();
        std::mem::replace(&mut *blocks, empty)
    }
}

/// Rows of a bucket that a worker has not written yet, with notes about them.
type Waiting<T> = Vec<(Vec<T>, Batch)>;

/// What a worker has for the buckets and has not written yet.
pub(crate) struct Filling<T = ()> {
    buckets: Arc<Buckets<T>>,
    /// By bucket.
    rows: Vec<Waiting<T>>,
    footprint: Footprint,
    reservation: Reservation,
}

impl<T> Filling<T> {
    pub(crate) fn new(buckets: Arc<Buckets<T>>, context: &QueryContext) -> Self {
        let count = buckets.blocks.lock().unwrap_or_else(PoisonError::into_inner).len();
        let reservation = context.memory.reservation(buckets.operator);
        Self {
            rows: (0..count).map(|_| Vec::new()).collect(),
            buckets,
            footprint: Footprint::default(),
            reservation,
        }
    }

    /// Takes in rows in order of buckets: `ends` says where each bucket's end. `notes`: what is to be known of a run of them.
    pub(crate) fn add(
        &mut self,
        batch: &Batch,
        ends: impl IntoIterator<Item = usize>,
        notes: impl Fn(Range<usize>) -> Vec<T>,
    ) -> Result<()> {
        let mut start = 0;
        for (bucket, end) in self.rows.iter_mut().zip(ends) {
            if end > start {
                bucket.push((notes(start..end), batch.sliced(start, end - start)));
            }
            start = end;
        }
        let bytes = self.footprint.add(batch);
        if bytes > self.buckets.buffer_bytes || !self.reservation.try_grow_with_room(bytes) {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes all there is.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let Buckets { schema, file, blocks, buffer_bytes, .. } = &*self.buckets;
        let most_bytes = (buffer_bytes / 4).clamp(1, MOST_BLOCK_BYTES);
        for (bucket, rows) in self.rows.iter_mut().enumerate() {
            let mut written = Vec::new();
            while !rows.is_empty() {
                let mut bytes = 0;
                let is_room = |(_, batch): &&(Vec<T>, Batch)| {
                    let is_room = bytes < most_bytes;
                    bytes += batch.memory_bytes();
                    is_room
                };
                let count = rows.iter().take_while(is_room).count();
                let (notes, batches): (Vec<Vec<T>>, Vec<Batch>) = rows.drain(..count).unzip();
                let batch = file.write(&concat_batches(schema, &batches))?;
                self.reservation.note_spilled(batch.file_bytes(), 0);
                written.push(Block { batch, notes: notes.into_iter().flatten().collect() });
            }
            if !written.is_empty() {
                blocks.lock().unwrap_or_else(PoisonError::into_inner)[bucket].extend(written);
            }
        }
        self.footprint = Footprint::default();
        self.reservation.shrink_to(0);
        Ok(())
    }
}

/// The same rows, without dictionaries that would have to be merged each time.
pub(crate) fn with_small_dictionaries(batch: &Batch) -> Batch {
    let columns = batch.columns().iter().map(with_small_dictionary).collect();
    Batch::new(batch.schema().clone(), columns, batch.num_rows())
}

/// The same texts, written out unless a small dictionary has them.
pub(crate) fn with_small_dictionary(column: &Column) -> Column {
    match (column.data_type(), column.array()) {
        (DataType::String, Array::Dictionary(coded)) if coded.dictionary().len() > MOST_ENTRIES => {
            Column::new(DataType::String, coded.to_plain())
        }
        _ => column.clone(),
    }
}

/// The columns of a schema, and behind them where rows are: their places or numbers.
pub(super) fn numbered_schema(schema: &SchemaRef) -> SchemaRef {
    let mut fields = schema.fields().to_vec();
    fields.push(Field::new(free_name(schema, "row"), DataType::UInt64));
    Arc::new(Schema::try_new(fields).expect("the name is free"))
}

/// Rows with their numbers as the last column.
pub(super) fn with_numbers(batch: &Batch, numbers: Vec<u64>, stored: &SchemaRef) -> Batch {
    let mut columns: Vec<Column> = batch.columns().iter().map(with_small_dictionary).collect();
    columns.push(Column::new(DataType::UInt64, PrimitiveArray::from_vec(numbers)));
    Batch::new(stored.clone(), columns, batch.num_rows())
}

/// The numbers of rows.
pub(super) fn numbers_of(stored: &Batch) -> &[u64] {
    match stored.columns().last().map(Column::array) {
        Some(Array::UInt64(numbers)) => numbers.values(),
        _ => unreachable!("numbers are written as such"),
    }
}

/// Rows without their numbers.
pub(super) fn without_numbers(stored: &Batch, schema: &SchemaRef) -> Batch {
    Batch::new(schema.clone(), stored.columns()[..schema.len()].to_vec(), stored.num_rows())
}

/// Rows in the order of their numbers, those of one number as they are; `None` if they are in order.
pub(super) fn order_unless_sorted(numbers: &[u64]) -> Option<Vec<u32>> {
    if numbers.is_sorted() {
        return None;
    }
    let mut order: Vec<u32> = (0..numbers.len() as u32).collect();
    order.sort_by_key(|&row| numbers[row as usize]);
    Some(order)
}
