//! Rows with equal keys: each distinct key gets an id, in order of first appearance.
//!
//! The table behind group-by, distinct and join. Keys are packed into one, two or more 64-bit words (`layout`); texts,
//! bytes and nested values are interned first (`interner`), so every key has a fixed width. Narrow keys index an
//! array, others go through a hash table of one word a slot (`id_table`).
//!
//! Equality is that of frames: null equals null, NaN equals NaN, -0.0 equals 0.0, a text equals itself in whichever
//! physical form.
//!
//! Not here: states of aggregates, partitions, threads. One table belongs to one worker; [`GroupTable::keys`] of one
//! put into another merges them.

mod encode; // columns to packed keys and back
mod id_table; // hash to id
mod interner; // byte strings as small numbers
mod layout; // where each column lies in a packed key
mod nested; // lists and structs as bytes
mod table; // packed keys by id
#[cfg(test)]
mod tests;

use lazuli_array::{Column, DataType};

pub(crate) use self::encode::for_each_null;
use self::encode::{decode, encode};
pub(crate) use self::interner::Interner;
use self::layout::{Codec, Layout};
use self::table::{NO_GROUP, PackedTable};
use crate::Result;

/// Rows that are packed and looked up at a time, so that keys and ids stay in the nearest cache: 32 KiB of one-word keys.
const BLOCK_ROWS: usize = 4096;

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
    types: Vec<DataType>,
    /// Which columns have had a null so far.
    nullable: Vec<bool>,
    layout: Layout,
    interners: Vec<Interner>,
    table: PackedTable,
    /// Scratch: the numbers of interned columns, and the packed keys, of one block.
    interned: Vec<Vec<u32>>,
    words: Vec<u64>,
}

impl GroupTable {
    /// The id in [`GroupTable::lookup`] of a row whose key is in no group.
    pub const NO_GROUP: u32 = NO_GROUP;

    /// An empty table for keys of these types, of any kind and number. Without key columns all rows are one group.
    pub fn new(types: &[DataType]) -> Self {
        let nullable = vec![false; types.len()];
        let layout = Layout::new(types, &nullable);
        Self {
            types: types.to_vec(),
            nullable,
            interners: (0..layout.num_interners).map(|_| Interner::new()).collect(),
            table: PackedTable::new(&layout),
            interned: vec![Vec::new(); layout.num_interners],
            words: Vec::new(),
            layout,
        }
    }

    /// The types of the key columns.
    pub fn key_types(&self) -> &[DataType] {
        &self.types
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no groups.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        self.make_room_for_nulls(keys)?;
        for start in (0..rows).step_by(BLOCK_ROWS) {
            let block = start..(start + BLOCK_ROWS).min(rows);
            for (key, column) in self.layout.columns.iter().zip(keys) {
                if let Codec::Interned { interner } = key.codec {
                    let numbers = &mut self.interned[interner];
                    numbers.clear();
                    self.interners[interner].intern_rows(column.array(), block.clone(), numbers)?;
                }
            }
            encode(&self.layout, keys, &self.interned, block, &mut self.words);
            self.table.insert(&self.words, ids)?;
        }
        Ok(())
    }

    /// Writes the group id of each of `rows` rows to `ids`, which is cleared first; [`GroupTable::NO_GROUP`] where the
    /// key is in no group. A null matches the null of the table if `nulls_match`, else nothing.
    ///
    /// Panics if columns do not have the types and `rows` rows that they were promised to have.
    pub fn lookup(&self, keys: &[Column], rows: usize, nulls_match: bool, ids: &mut Vec<u32>) {
        self.check(keys, rows);
        ids.clear();
        ids.reserve(rows);
        let mut interned = vec![Vec::new(); self.interners.len()];
        let mut memos = vec![Vec::new(); self.interners.len()];
        let mut words = Vec::new();
        for start in (0..rows).step_by(BLOCK_ROWS) {
            let block = start..(start + BLOCK_ROWS).min(rows);
            for (key, column) in self.layout.columns.iter().zip(keys) {
                if let Codec::Interned { interner } = key.codec {
                    let numbers = &mut interned[interner];
                    numbers.clear();
                    let memo = &mut memos[interner];
                    self.interners[interner].find_rows(column.array(), block.clone(), memo, numbers);
                }
            }
            encode(&self.layout, keys, &interned, block, &mut words);
            self.table.find(&words, ids);
        }
        for (key, column) in self.layout.columns.iter().zip(keys) {
            if nulls_match && key.holds_null() {
                continue;
            }
            if let Some(validity) = column.validity() {
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
        let words = self.table.keys();
        self.layout.columns.iter().map(|key| decode(&self.layout, key, &self.interners, words)).collect()
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
        assert_eq!(keys.len(), self.types.len(), "one column a key");
        for (column, data_type) in keys.iter().zip(&self.types) {
            assert_eq!(column.len(), rows, "key columns of {rows} rows");
            debug_assert_eq!(column.data_type(), data_type, "lowering checked the types of keys");
        }
    }

    /// Builds the table anew with a place for nulls when the first null comes to a column that had none to spare. Ids
    /// stay, since the keys are put back in their order.
    fn make_room_for_nulls(&mut self, keys: &[Column]) -> Result<()> {
        let mut crowded = false;
        for ((nullable, key), column) in self.nullable.iter_mut().zip(&self.layout.columns).zip(keys) {
            if !*nullable && column.null_count() > 0 {
                *nullable = true;
                crowded |= !key.holds_null();
            }
        }
        if !crowded {
            return Ok(());
        }
        let old = self.keys()?;
        let num_groups = self.len();
        self.layout = Layout::new(&self.types, &self.nullable);
        self.table = PackedTable::new(&self.layout);
        let mut ids = Vec::new();
        self.insert(&old, num_groups, &mut ids)
    }
}
