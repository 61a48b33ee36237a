//! Rows with equal keys: each distinct key gets an id, in order of first appearance.
//!
//! The table behind group-by, distinct and join. Keys are packed into one, two or more 64-bit words (`layout`), each
//! column as wide as the range of the values that were seen; texts, bytes and nested values are interned first
//! (`interner`), so every key has a fixed width. Narrow keys index an array, others go through a hash table (`table`).
//!
//! Equality is that of frames: null equals null, NaN equals NaN, -0.0 equals 0.0, a text equals itself in whichever
//! physical form.
//!
//! Not here: states of aggregates, partitions, threads. One table belongs to one worker;
//! [`GroupTable::insert_table`] merges two, [`KeyPlan`] lets several pack keys alike.

mod encode; // columns to packed keys and back
mod id_table; // hash to id
mod interner; // byte strings as small numbers
mod layout; // where each column lies in a packed key
mod nested; // lists and structs as bytes
mod plan; // keys as words before there is a table
mod range; // the range of a column's integers
mod recode; // packed keys of one layout as those of another
mod table; // packed keys by id
#[cfg(test)]
mod tests;
mod word_table; // key of one word to id

use lazuli_array::{Column, DataType};

pub(crate) use self::encode::for_each_null;
use self::encode::{Ids, decode, encode, strangers};
pub(crate) use self::interner::Interner;
use self::layout::{Codec, Shape};
pub use self::plan::KeyPlan;
pub(crate) use self::range::range_of_values;
use self::recode::{ids_of, recode};
use self::table::{NO_GROUP, PackedTable};
use crate::Result;

/// Rows that are packed and looked up at a time, so that keys and ids stay in the nearest cache: 32 KiB of one-word keys.
const BLOCK_ROWS: usize = 4096;

/// Rows between the one that is looked up and the one whose slot is fetched: some 100 ns of work.
const PREFETCH_DISTANCE: usize = 24;

/// From runs of so many equal keys on average, each run is looked up once.
const RUN_ROWS: usize = 4;

/// One hash a key.
pub type KeyHashes = Vec<u64>;

/// Distinct keys, numbered in order of first appearance.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues};
/// use lazuli_kernels::keys::GroupTable;
///
/// let mut table = GroupTable::new(&[DataType::String]);
/// let keys = Column::from_values(["b", "a", "b"].into_iter());
/// let mut ids = Vec::new();
/// table.insert(&[keys], 3, &mut ids)?;
/// assert_eq!(ids, [0, 1, 0]);
/// assert_eq!(table.keys()?[0], Column::from_values(["b", "a"].into_iter()));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GroupTable {
    shape: Shape,
    interners: Vec<Interner>,
    table: PackedTable,
    /// Rows that were put in.
    num_rows: usize,
    /// Scratch: the numbers of interned columns whose codes are not ids, and the packed keys of one block.
    interned: Vec<Vec<u32>>,
    words: Vec<u64>,
}

impl GroupTable {
    /// The id in [`GroupTable::lookup`] of a row whose key is in no group.
    pub const NO_GROUP: u32 = NO_GROUP;

    /// An empty table for keys of these types, of any kind and number. Without key columns all rows are one group.
    pub fn new(types: &[DataType]) -> Self {
        let shape = Shape::new(types);
        let num_interners = shape.num_interners();
        Self {
            interners: (0..num_interners).map(|_| Interner::new()).collect(),
            table: PackedTable::new(&shape.layout),
            num_rows: 0,
            interned: vec![Vec::new(); num_interners],
            words: Vec::new(),
            shape,
        }
    }

    /// The types of the key columns.
    pub fn key_types(&self) -> &[DataType] {
        &self.shape.types
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no groups.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether keys index an array, so that there can't be many more groups than there are slots.
    pub fn is_dense(&self) -> bool {
        self.table.is_dense()
    }

    /// Writes the group id of each of `rows` rows to `ids`, which is cleared first. A key that was not met before makes
    /// a new group, whose id is the number of groups so far: so a row starts a group exactly when its id is larger than
    /// all ids before it.
    ///
    /// Panics if columns do not have the types and `rows` rows that they were promised to have.
    ///
    /// # Errors
    /// [`crate::KernelError::TooManyGroups`] beyond 2^31 groups, or as many distinct values of one text column.
    pub fn insert(&mut self, keys: &[Column], rows: usize, ids: &mut Vec<u32>) -> Result<()> {
        self.check(keys, rows);
        ids.clear();
        ids.reserve(rows);
        self.intern(keys, rows)?;
        let num_ids = self.num_ids();
        if let Some(shape) = self.shape.admit(keys, &num_ids) {
            self.reshape(shape, rows)?;
        }
        self.num_rows += rows;
        self.table.settle(&self.shape.layout, self.num_rows)?;
        let Self { shape, interners, table, interned, words, .. } = self;
        let numbers = numbers(&shape.layout.columns, keys, interners, interned);
        for start in (0..rows).step_by(BLOCK_ROWS) {
            encode(&shape.layout, keys, &numbers, start..(start + BLOCK_ROWS).min(rows), words);
            table.insert(words, ids)?;
        }
        Ok(())
    }

    /// Puts in the keys of another table of the same types: writes the id here of each of its groups to `ids`, which is
    /// cleared first.
    ///
    /// # Errors
    /// [`crate::KernelError::TooManyGroups`] as [`GroupTable::insert`].
    pub fn insert_table(&mut self, other: &Self, ids: &mut Vec<u32>) -> Result<()> {
        assert_eq!(self.shape.types, other.shape.types, "keys of the same types");
        ids.clear();
        let (from, words) = (&other.shape.layout, other.table.keys());
        let mut new_ids = Vec::with_capacity(self.interners.len());
        for (interner, (mine, theirs)) in self.interners.iter_mut().zip(&other.interners).enumerate() {
            new_ids.push(mine.absorb(theirs, ids_of(from, interner, words))?);
        }
        let num_ids = self.num_ids();
        if let Some(shape) = self.shape.admit_shape(&other.shape, &num_ids) {
            self.reshape(shape, other.len())?;
        }
        self.num_rows += other.len();
        self.table.settle(&self.shape.layout, self.num_rows)?;
        let words = recode(from, &self.shape.layout, &new_ids, words);
        self.insert_words(&words, ids)
    }

    /// Makes room for so many groups in all, if it is not there yet.
    ///
    /// # Errors
    /// [`crate::KernelError::TooManyGroups`] as [`GroupTable::insert`].
    pub fn expect_groups(&mut self, groups: usize) -> Result<()> {
        self.table.expect(groups)
    }

    /// Writes the group id of each of `rows` rows to `ids`, which is cleared first; [`GroupTable::NO_GROUP`] where the
    /// key is in no group. A null matches the null of the table if `nulls_match`, else nothing.
    ///
    /// Panics if columns do not have the types and `rows` rows that they were promised to have.
    pub fn lookup(&self, keys: &[Column], rows: usize, nulls_match: bool, ids: &mut Vec<u32>) {
        self.check(keys, rows);
        ids.clear();
        ids.reserve(rows);
        let columns = &self.shape.layout.columns;
        let mut found = vec![Vec::new(); self.interners.len()];
        for (key, column) in columns.iter().zip(keys) {
            if let Codec::Interned { interner } = key.codec
                && self.interners[interner].codes(column.array()).is_none()
            {
                let (mut memo, numbers) = (Vec::new(), &mut found[interner]);
                self.interners[interner].find_rows(column.array(), 0..rows, &mut memo, numbers);
            }
        }
        let numbers = numbers(columns, keys, &self.interners, &found);
        let (mut words, mut hashes) = (Vec::new(), Vec::new());
        for start in (0..rows).step_by(BLOCK_ROWS) {
            encode(&self.shape.layout, keys, &numbers, start..(start + BLOCK_ROWS).min(rows), &mut words);
            self.table.find(&words, &mut hashes, ids);
        }
        for (key, column) in columns.iter().zip(keys) {
            strangers(key, column.array(), &numbers, &mut |row| ids[row] = NO_GROUP);
            if !nulls_match && let Some(validity) = column.validity() {
                for_each_null(&validity, 0..rows, |row| ids[row] = NO_GROUP);
            }
        }
    }

    /// The keys of all groups in order of their ids: one column a key, floats with one NaN and one zero. Texts come
    /// back plain or as a dictionary, whichever is smaller.
    ///
    /// # Errors
    /// None that a table made by [`GroupTable::insert`] gives.
    pub fn keys(&self) -> Result<Vec<Column>> {
        let (layout, words) = (&self.shape.layout, self.table.keys());
        let column = |key| decode(layout, key, &self.interners, words, self.len());
        layout.columns.iter().map(column).collect()
    }

    /// Bytes of memory that the table holds, with dictionaries that it keeps alive.
    pub fn memory_bytes(&self) -> usize {
        self.table.memory_bytes()
            + self.interners.iter().map(Interner::memory_bytes).sum::<usize>()
            + self.interned.iter().map(|numbers| numbers.capacity() * 4).sum::<usize>()
            + self.words.capacity() * 8
    }

    /// Forgets all groups and keeps the memory.
    pub fn clear(&mut self) {
        self.table.clear();
        self.interners.iter_mut().for_each(Interner::clear);
    }

    fn check(&self, keys: &[Column], rows: usize) {
        assert_eq!(keys.len(), self.shape.types.len(), "one column a key");
        for (column, data_type) in keys.iter().zip(&self.shape.types) {
            assert_eq!(column.len(), rows, "key columns of {rows} rows");
            debug_assert_eq!(column.data_type(), data_type, "lowering checked the types of keys");
        }
    }

    /// Gives ids to the values of interned columns whose codes are not ids.
    fn intern(&mut self, keys: &[Column], rows: usize) -> Result<()> {
        for (key, column) in self.shape.layout.columns.iter().zip(keys) {
            if let Codec::Interned { interner } = key.codec
                && self.interners[interner].adopt(column.array()).is_none()
            {
                let numbers = &mut self.interned[interner];
                numbers.clear();
                numbers.reserve(rows);
                self.interners[interner].intern_rows(column.array(), 0..rows, numbers)?;
            }
        }
        Ok(())
    }

    /// Ids that each interner has given out.
    fn num_ids(&self) -> Vec<usize> {
        self.interners.iter().map(Interner::len).collect()
    }

    /// Gives the keys another layout. Ids stay, since the keys are put back in their order. `rows`: how many are about to
    /// be put in.
    fn reshape(&mut self, shape: Shape, rows: usize) -> Result<()> {
        let old = std::mem::replace(&mut self.shape, shape);
        let (from, to) = (&old.layout, &self.shape.layout);
        if to.reads(from) {
            return self.table.settle(to, self.num_rows + rows);
        }
        let keys = recode(from, to, &vec![None; self.interners.len()], self.table.keys());
        self.table.rebuild(to, keys, self.num_rows + rows)
    }
}

/// Where the numbers of interned columns come from.
fn numbers<'a>(
    columns: &[layout::KeyColumn],
    keys: &'a [Column],
    interners: &[Interner],
    interned: &'a [Vec<u32>],
) -> Vec<Ids<'a>> {
    let mut numbers = Vec::with_capacity(interners.len());
    for (key, column) in columns.iter().zip(keys) {
        if let Codec::Interned { interner } = key.codec {
            numbers.push(match interners[interner].codes(column.array()) {
                Some(codes) => Ids::Codes(codes),
                None => Ids::Numbers(&interned[interner]),
            });
        }
    }
    numbers
}
