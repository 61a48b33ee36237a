//! Keys as words before there is a table: what several workers share whose rows meet later.

use std::sync::Arc;

use lazuli_array::{Array, Column, DataType, Dictionary};

use super::encode::{Ids, decode, encode};
use super::interner::Interner;
use super::layout::{Codec, Shape};
use super::recode::recode;
use super::table::PackedTable;
use super::{GroupTable, KeyHashes};
use crate::Result;
use crate::hash::hash_all_words;

/// How keys become words, the same for all who hold it: equal keys have equal words, and words have a hash.
///
/// There is one as long as texts come as codes of one dictionary and there are no other interned values. It holds the
/// values that were seen when it was made and some more; before encoding, ask [`KeyPlan::widened`].
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues};
/// use lazuli_kernels::keys::GroupTable;
///
/// let keys = [Column::from_values([3i64, 1, 3].into_iter())];
/// let mut table = GroupTable::new(&[DataType::Int64]);
/// table.insert(&keys, 3, &mut Vec::new())?;
/// let plan = table.plan().expect("integers need no interning");
/// let mut words = Vec::new();
/// plan.encode(&keys, 3, &mut words);
/// assert_eq!(words[0], words[2]);
/// assert_eq!(plan.decode(&words, 3)?, keys);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeyPlan {
    shape: Shape,
    /// One of a dictionary for each interned column.
    interners: Vec<Interner>,
}

impl GroupTable {
    /// The plan of this table's keys with as much room for other values as comes for free; `None` if keys have interned
    /// values that are not codes of one dictionary.
    pub fn plan(&self) -> Option<KeyPlan> {
        let dictionaries: Option<Vec<&Arc<Dictionary>>> =
            self.interners.iter().map(Interner::dictionary).collect();
        let interners =
            dictionaries?.into_iter().map(|dictionary| Interner::of(dictionary.clone())).collect();
        Some(KeyPlan { shape: self.shape.roomy(), interners })
    }

    /// The keys of all groups, in order of their ids, as words of a plan that holds them.
    pub fn words_of(&self, plan: &KeyPlan) -> Vec<u64> {
        let same = vec![None; plan.interners.len()];
        recode(&self.shape.layout, &plan.shape.layout, &same, self.table.keys())
    }

    /// The keys of all groups as words of the plan that the table was made of, [`KeyPlan::num_words`] each.
    pub fn into_words(self) -> Vec<u64> {
        self.table.into_keys()
    }

    /// As [`GroupTable::insert`], of words of the plan that the table was made of.
    ///
    /// # Errors
    /// [`crate::KernelError::TooManyGroups`] as there.
    pub fn insert_words(&mut self, words: &[u64], ids: &mut Vec<u32>) -> Result<()> {
        ids.clear();
        ids.reserve(words.len() / self.shape.layout.num_words);
        for block in words.chunks(super::BLOCK_ROWS * self.shape.layout.num_words) {
            self.table.insert(block, ids)?;
        }
        Ok(())
    }
}

impl KeyPlan {
    /// Words in a key.
    pub fn num_words(&self) -> usize {
        self.shape.layout.num_words
    }

    /// Whether these rows have keys in this plan or in a wider one. Not if texts have another form than those that the
    /// plan was made of.
    pub fn is_for(&self, keys: &[Column]) -> bool {
        self.shape.layout.columns.iter().zip(keys).all(|(key, column)| match key.codec {
            Codec::Interned { interner } => self.interners[interner].codes(column.array()).is_some(),
            _ => true,
        })
    }

    /// A plan that holds these rows too; `None` if this one does. The rows are such that [`KeyPlan::is_for`] holds.
    pub fn widened(&self, keys: &[Column]) -> Option<Self> {
        if self.shape.holds(keys) {
            return None;
        }
        let shape = self.shape.clone().admit(keys, &self.num_ids())?;
        Some(Self { shape: shape.roomy(), interners: self.interners.clone() })
    }

    /// A plan that holds the keys of a table too; `None` if this one does. Panics if the table's texts have another form:
    /// whoever has its plan knows.
    pub fn widened_by(&self, table: &GroupTable) -> Option<Self> {
        let shape = self.shape.clone().admit_shape(&table.shape, &self.num_ids())?;
        Some(Self { shape: shape.roomy(), interners: self.interners.clone() })
    }

    /// Whether the table's texts are codes of this plan's dictionaries.
    pub fn is_for_table(&self, table: &GroupTable) -> bool {
        self.interners.iter().zip(&table.interners).all(|(mine, theirs)| {
            match (mine.dictionary(), theirs.dictionary()) {
                (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
                _ => theirs.len() == 0,
            }
        })
    }

    fn num_ids(&self) -> Vec<usize> {
        self.interners.iter().map(Interner::len).collect()
    }

    /// Writes the keys of `rows` rows, which the plan holds, to `words`, which is cleared first.
    pub fn encode(&self, keys: &[Column], rows: usize, words: &mut Vec<u64>) {
        let ids = self.ids(keys);
        encode(&self.shape.layout, keys, &ids, 0..rows, words);
    }

    fn ids<'a>(&self, keys: &'a [Column]) -> Vec<Ids<'a>> {
        let columns = self.shape.layout.columns.iter().zip(keys);
        columns
            .filter_map(|(key, column)| match (key.codec, column.array()) {
                (Codec::Interned { .. }, Array::Dictionary(array)) => Some(Ids::Codes(array)),
                _ => None,
            })
            .collect()
    }

    /// Writes the hash of each key to `hashes`, which is cleared first. Partitions take the low bits, tables the high
    /// ones.
    pub fn hash(&self, words: &[u64], hashes: &mut KeyHashes) {
        hash_all_words(words, self.num_words(), hashes);
    }

    /// Keys of this plan as keys of a wider one.
    pub fn recode(&self, words: &[u64], to: &Self) -> Vec<u64> {
        recode(&self.shape.layout, &to.shape.layout, &vec![None; self.interners.len()], words)
    }

    /// The columns of these keys. `num_keys`: how many there are in all, if these are a part: whether texts stay a
    /// dictionary goes by that.
    ///
    /// # Errors
    /// None for words that [`KeyPlan::encode`] made.
    pub fn decode(&self, words: &[u64], num_keys: usize) -> Result<Vec<Column>> {
        let layout = &self.shape.layout;
        layout.columns.iter().map(|key| decode(layout, key, &self.interners, words, num_keys)).collect()
    }

    /// An empty table for words of this plan.
    pub fn table(&self) -> GroupTable {
        GroupTable {
            shape: self.shape.clone(),
            interners: self.interners.clone(),
            table: PackedTable::new(&self.shape.layout),
            num_rows: 0,
            interned: vec![Vec::new(); self.interners.len()],
            words: Vec::new(),
        }
    }

    /// The types of the key columns.
    pub fn key_types(&self) -> &[DataType] {
        &self.shape.types
    }
}
