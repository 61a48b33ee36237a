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
#[derive(Clone)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morsel::MorselIndex;
    use crate::spill::Places;
    use crate::{CancelFlag, ExecOptions, MemoryBudget};
    use lazuli_array::{Array, DataType, DictionaryArray, FromValues};
    use std::collections::{BTreeSet, HashMap};

    fn context(memory_bytes: usize) -> QueryContext {
        let memory = MemoryBudget::new(memory_bytes);
        QueryContext::new(&ExecOptions::default(), memory, None, CancelFlag::default())
    }

    /// A float and a text that make the key, in forms that differ by morsel, and the number of the row.
    fn batch(rows: std::ops::Range<u64>, is_coded: bool) -> Batch {
        let float = |row: u64| match row % 7 {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(if row.is_multiple_of(2) { 0.0 } else { -0.0 }),
            _ => Some((row % 50) as f64),
        };
        let text = |row: u64| (!row.is_multiple_of(5)).then(|| format!("text {}", row % 3));
        let texts: Vec<Option<String>> = rows.clone().map(text).collect();
        let texts = match is_coded {
            true => {
                let codes: DictionaryArray = texts.iter().map(Option::as_deref).collect();
                Column::new(DataType::String, codes)
            }
            false => Column::from_values(texts.into_iter()),
        };
        Batch::from_columns(vec![
            ("x".into(), Column::from_values(rows.clone().map(float))),
            ("t".into(), texts),
            ("row".into(), Column::from_values(rows)),
        ])
        .expect("equal lengths")
    }

    /// The key of each row, one text for equal ones.
    fn keys(batch: &Batch) -> Vec<String> {
        let key = |row| {
            let float = match batch.column(0).get(row) {
                lazuli_array::Scalar::Float64(value) => (value + 0.0).to_string(),
                other => format!("{other:?}"),
            };
            format!("{float} {:?}", batch.column(1).get(row))
        };
        (0..batch.num_rows()).map(key).collect()
    }

    fn numbers(column: &Column) -> Vec<u64> {
        match column.array() {
            Array::UInt64(numbers) => numbers.values().to_vec(),
            other => panic!("numbers of rows, not {:?}", other.physical()),
        }
    }

    /// Partitions of 3000 rows that came in 30 morsels, every other one first, by two threads' worth of fillings.
    fn filled(context: &QueryContext) -> (Arc<HashPartitions>, RowNumbers) {
        let schema = batch(0..1, false).schema().clone();
        let partitions =
            Arc::new(HashPartitions::new("unique", schema, vec![0, 1], context).expect("a temporary folder"));
        let places = Places::default();
        for parity in [1, 0] {
            let mut filling = HashFilling::new(partitions.clone(), context);
            for morsel in (0..30).filter(|morsel| morsel % 2 == parity) {
                let index = MorselIndex { morsel, ..MorselIndex::default() };
                let first = Places::first_of(places.enter(index, 100));
                let batch = batch(morsel * 100..(morsel + 1) * 100, morsel % 3 == 0);
                filling.add(&batch, (first..first + 100).collect()).expect("a disk");
            }
            filling.flush().expect("a disk");
        }
        (partitions, places.numbers())
    }

    /// Looks at all rows of partitions: in order in each, all there, equal keys together. How many partitions have some.
    fn check(
        partitions: &HashPartitions,
        parts: &[Partition],
        row_numbers: &RowNumbers,
        context: &QueryContext,
    ) -> (BTreeSet<u64>, usize) {
        let mut seen = BTreeSet::new();
        let mut homes: HashMap<String, usize> = HashMap::new();
        let mut used = 0;
        for (home, part) in parts.iter().enumerate().filter(|(_, part)| part.num_rows() > 0) {
            used += 1;
            let (rows, found, reservation) =
                partitions.read_in_order(part, row_numbers, context).expect("enough memory");
            assert_eq!(rows.num_rows(), part.num_rows());
            assert!(found.is_sorted() && reservation.bytes() >= rows.memory_bytes());
            assert_eq!(numbers(rows.column(2)), found);
            let wanted: Vec<Batch> = found.iter().map(|&row| batch(row..row + 1, false)).collect();
            assert_eq!(rows, concat_batches(rows.schema(), &wanted));
            for key in keys(&rows) {
                assert_eq!(*homes.entry(key).or_insert(home), home, "equal keys are together");
            }
            seen.extend(found);
        }
        (seen, used)
    }

    #[test]
    fn equal_keys_are_together_and_in_order() {
        // Enough for blocks of several morsels; so little that each morsel is written.
        for memory_bytes in [64 << 20, 400_000] {
            let context = context(memory_bytes);
            let (partitions, numbers) = filled(&context);
            let parts = partitions.take();
            let (seen, used) = check(&partitions, &parts, &numbers, &context);
            assert!(seen.into_iter().eq(0..3000));
            assert!(used > 1);
            assert!(partitions.take().iter().all(|part| part.num_rows() == 0), "taken once");
        }
    }

    #[test]
    fn a_split_has_the_same_rows() {
        let context = context(1 << 20);
        let (partitions, numbers) = filled(&context);
        let mut parts = partitions.take();
        parts.retain(|part| part.num_rows() > 0);
        let mut deepest = 0;
        for part in &parts {
            let (rows, _) = check(&partitions, std::slice::from_ref(part), &numbers, &context);
            let smaller = partitions.split(part, &context).expect("a disk");
            let (again, used) = check(&partitions, &smaller, &numbers, &context);
            assert_eq!(again, rows);
            assert!(used > 1, "other bits than those before");
            let next: Vec<Partition> =
                smaller.iter().flat_map(|part| partitions.split(part, &context).expect("a disk")).collect();
            assert_eq!(check(&partitions, &next, &numbers, &context).0, rows);
            deepest = deepest.max(next.iter().map(|part| part.level).max().unwrap_or(0));
        }
        assert_eq!(deepest, 2);
    }

    #[test]
    fn one_key_is_not_split_for_ever() {
        let context = context(1 << 20);
        let schema = batch(0..1, false).schema().clone();
        let partitions =
            HashPartitions::new("unique", schema, Vec::new(), &context).expect("a temporary folder");
        let partitions = Arc::new(partitions);
        let mut filling = HashFilling::new(partitions.clone(), &context);
        filling.add(&batch(0..100, false), (0..100).collect()).expect("a disk");
        filling.flush().expect("a disk");
        let mut parts = partitions.take();
        let mut splits = 0;
        loop {
            parts.retain(|part| part.num_rows() > 0);
            let [part] = parts.as_slice() else { panic!("rows without keys are all equal") };
            if !part.can_be_split() {
                break;
            }
            parts = partitions.split(part, &context).expect("a disk");
            splits += 1;
        }
        assert_eq!(splits, MOST_VAIN);
    }
}
