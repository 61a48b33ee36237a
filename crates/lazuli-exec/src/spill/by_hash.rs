//! Rows by the hash of their keys: rows with equal keys are in one partition, which fits in memory where all rows do not.

use std::sync::Arc;

use lazuli_array::{Batch, Column, SchemaRef};
use lazuli_kernels::hash::{hash_rows, hash_u64};
use lazuli_kernels::partition::Partitions;
use lazuli_kernels::{concat_batches, take_batch};

use super::buckets::{
    self, Buckets, Filling, numbered_schema, numbers_of, order_unless_sorted, with_numbers, without_numbers,
};
use super::file::{SpillFile, Spilled};
use super::places::RowNumbers;
use crate::Result;
use crate::context::QueryContext;
use crate::memory::Reservation;

/// Partitions at most, as bits: more of them get blocks too short to be worth writing.
const MOST_BITS: u32 = 8;

/// A partition is split again at most so often: what is too large then has few keys, and no split makes them fewer.
const DEEPEST: u32 = 6;

/// As often a split may leave nearly all rows together: it may be two keys that have them, not one.
const MOST_VAIN: u32 = 2;

/// Rows by the hash of their keys, each with its place (see [`Places`](super::places::Places)) or its number. Written by several
/// threads, each through a [`HashFilling`] of its own.
pub(crate) struct HashPartitions {
    operator: &'static str,
    /// Positions of the keys.
    keys: Vec<usize>,
    /// The columns of rows.
    schema: SchemaRef,
    /// And their places.
    stored: SchemaRef,
    buckets: Arc<Buckets>,
    bits: u32,
    level: u32,
    nulls: NullKeys,
}

/// Which partition rows are in that have a null among their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NullKeys {
    /// Those with equal keys are in one, as a null equals a null.
    Together,
    /// Any: they match nothing, so they may as well be spread, however many there are.
    Apart,
}

/// Rows whose hashes are alike, in files.
pub(crate) struct Partition {
    pub(crate) blocks: Vec<Spilled>,
    /// How often rows were split to get here.
    level: u32,
    /// And how often nearly all of them stayed together.
    vain: u32,
}

impl Partition {
    /// What its rows weigh in memory, about.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.blocks.iter().map(Spilled::memory_bytes).sum()
    }

    pub(crate) fn num_rows(&self) -> usize {
        self.blocks.iter().map(Spilled::num_rows).sum()
    }

    /// Whether it makes sense to split it.
    pub(crate) fn can_be_split(&self) -> bool {
        self.level < DEEPEST && self.vain < MOST_VAIN && self.num_rows() > 1
    }
}

impl HashPartitions {
    /// Partitions for rows of these columns, in a file of their own; `operator` is named by errors. Rows of two sides of a join
    /// are in partitions of the same number if their keys are equal, as long as both are made with one context.
    pub(crate) fn new(
        operator: &'static str,
        schema: SchemaRef,
        keys: Vec<usize>,
        context: &QueryContext,
    ) -> Result<Self> {
        let stored = numbered_schema(&schema);
        let file = Arc::new(SpillFile::create(operator, stored.clone(), context)?);
        Ok(Self::in_file(file, operator, schema, stored, keys, 0, context))
    }

    /// The same partitions, empty yet, with rows whose keys have nulls where this says.
    pub(crate) fn with_nulls(self, nulls: NullKeys) -> Self {
        Self { nulls, ..self }
    }

    fn in_file(
        file: Arc<SpillFile>,
        operator: &'static str,
        schema: SchemaRef,
        stored: SchemaRef,
        keys: Vec<usize>,
        level: u32,
        context: &QueryContext,
    ) -> Self {
        let bits = buckets::worthwhile_buckets(context).max(2).ilog2().min(MOST_BITS);
        let buckets = Arc::new(Buckets::new(operator, stored.clone(), file, 1 << bits, context));
        Self { operator, keys, schema, stored, buckets, bits, level, nulls: NullKeys::Together }
    }

    /// All that was written, by partition; some may be empty.
    pub(crate) fn take(&self) -> Vec<Partition> {
        let of_bucket = |blocks: Vec<buckets::Block>| {
            let blocks = blocks.into_iter().map(|block| block.batch).collect();
            Partition { blocks, level: self.level, vain: 0 }
        };
        self.buckets.take().into_iter().map(of_bucket).collect()
    }

    /// The same rows in smaller partitions.
    pub(crate) fn split(&self, partition: &Partition, context: &QueryContext) -> Result<Vec<Partition>> {
        let split = Self::in_file(
            self.buckets.file().clone(),
            self.operator,
            self.schema.clone(),
            self.stored.clone(),
            self.keys.clone(),
            partition.level + 1,
            context,
        );
        let split = Arc::new(split.with_nulls(self.nulls));
        let mut filling = HashFilling::new(split.clone(), context);
        for &block in &partition.blocks {
            context.check_cancelled()?;
            let (batch, places) = self.read(block)?;
            filling.add(&batch, places)?;
        }
        filling.flush()?;
        let mut parts = split.take();
        let most_rows = partition.num_rows() - partition.num_rows() / 8;
        for part in &mut parts {
            part.vain = partition.vain + u32::from(part.num_rows() > most_rows);
        }
        Ok(parts)
    }

    /// Rows of a block, with their places.
    pub(crate) fn read(&self, block: Spilled) -> Result<(Batch, Vec<u64>)> {
        let batch = self.buckets.file().read(block)?;
        let places = numbers_of(&batch).to_vec();
        Ok((without_numbers(&batch, &self.schema), places))
    }

    /// All rows of a partition in their order, with their numbers, and the reservation that covers both.
    ///
    /// # Errors
    /// [`ExecError::MemoryBudget`](crate::ExecError::MemoryBudget) if it does not fit.
    pub(crate) fn read_in_order(
        &self,
        partition: &Partition,
        numbers: &RowNumbers,
        context: &QueryContext,
    ) -> Result<(Batch, Vec<u64>, Reservation)> {
        let bytes = Self::bytes_in_order(partition);
        let mut reservation = context.memory.reserve(self.operator, bytes)?;
        let (batch, rows) = self.read_in_order_within(partition, numbers, &mut reservation)?;
        Ok((batch, rows, reservation))
    }

    /// What reading a partition in order takes.
    pub(crate) fn bytes_in_order(partition: &Partition) -> usize {
        // Once more while rows are put together, and in order.
        partition.memory_bytes().saturating_mul(2)
    }

    /// As [`HashPartitions::read_in_order`], with a reservation of [`HashPartitions::bytes_in_order`], of which what the rows
    /// weigh is left.
    pub(crate) fn read_in_order_within(
        &self,
        partition: &Partition,
        numbers: &RowNumbers,
        reservation: &mut Reservation,
    ) -> Result<(Batch, Vec<u64>)> {
        let blocks = partition.blocks.iter().map(|&block| self.buckets.file().read(block));
        let blocks = blocks.collect::<Result<Vec<Batch>>>()?;
        let whole = concat_batches(&self.stored, &blocks);
        drop(blocks);
        let mut rows = numbers_of(&whole).to_vec();
        let mut batch = without_numbers(&whole, &self.schema);
        drop(whole);
        numbers.replace(&mut rows);
        if let Some(order) = order_unless_sorted(&rows) {
            batch = take_batch(&batch, &order);
            rows = order.iter().map(|&row| rows[row as usize]).collect();
        }
        reservation.shrink_to(partition.memory_bytes());
        Ok((batch, rows))
    }
}

/// What one worker puts into partitions.
pub(crate) struct HashFilling {
    partitions: Arc<HashPartitions>,
    filling: Filling,
    /// Scratch.
    hashes: Vec<u64>,
}

impl HashFilling {
    pub(crate) fn new(partitions: Arc<HashPartitions>, context: &QueryContext) -> Self {
        let filling = Filling::new(partitions.buckets.clone(), context);
        Self { partitions, filling, hashes: Vec::new() }
    }

    /// Takes in rows.
    pub(crate) fn add(&mut self, batch: &Batch, places: Vec<u64>) -> Result<()> {
        let HashPartitions { keys, stored, bits, level, nulls, .. } = &*self.partitions;
        let num_rows = batch.num_rows();
        let keys: Vec<Column> = keys.iter().map(|&key| batch.column(key).clone()).collect();
        hash_rows(&keys, num_rows, &mut self.hashes);
        if *nulls == NullKeys::Apart {
            for validity in keys.iter().filter_map(Column::validity) {
                validity.not().ones().for_each(|row| self.hashes[row] = hash_u64(places[row]));
            }
        }
        // Other bits at each level, and others than those that tables of these keys go by.
        for hash in &mut self.hashes {
            *hash = hash_u64(*hash ^ u64::from(*level + 1));
        }
        let (rows, starts) = Partitions::new(&self.hashes, *bits).into_parts();
        let moved = take_batch(&with_numbers(batch, places, stored), &rows);
        self.filling.add(&moved, starts[1..].iter().map(|&end| end as usize), |_| Vec::new())
    }

    /// Writes all that is left.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.filling.flush()
    }
}
