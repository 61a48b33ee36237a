//! Packed keys by group id, and the way back from a key to its id.

use super::id_table::{IdTable, MAX_IDS};
use super::layout::Layout;
use crate::hash::hash_words;
use crate::{KernelError, Result};

/// What a row without a group has for an id.
pub(crate) const NO_GROUP: u32 = u32::MAX;

#[derive(Debug, Clone)]
pub(crate) struct PackedTable {
    num_words: usize,
    /// Keys in order of their ids, `num_words` each.
    keys: Vec<u64>,
    index: Index,
}

#[derive(Debug, Clone)]
enum Index {
    /// Small keys are places themselves: id plus one, 0 where there is no group. As long as the largest key so far.
    Dense(Vec<u32>),
    Hashed(IdTable),
}

impl PackedTable {
    pub(crate) fn new(layout: &Layout) -> Self {
        let index = if layout.dense { Index::Dense(Vec::new()) } else { Index::Hashed(IdTable::new()) };
        Self { num_words: layout.num_words, keys: Vec::new(), index }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len() / self.num_words
    }

    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Appends the id of each key, new ones in order.
    pub(crate) fn insert(&mut self, words: &[u64], ids: &mut Vec<u32>) -> Result<()> {
        let Self { num_words, keys, index } = self;
        match index {
            Index::Dense(places) => insert_dense(places, keys, words, ids),
            Index::Hashed(table) => match num_words {
                1 => insert_fixed::<1>(table, keys, words, ids),
                2 => insert_fixed::<2>(table, keys, words, ids),
                wide => insert_wide(table, keys, words, *wide, ids),
            },
        }
    }

    /// Appends the id of each key, [`NO_GROUP`] where there is none.
    pub(crate) fn find(&self, words: &[u64], ids: &mut Vec<u32>) {
        let Self { num_words, keys, index } = self;
        match index {
            Index::Dense(places) => ids.extend(
                words.iter().map(|&key| places.get(key as usize).map_or(NO_GROUP, |id| id.wrapping_sub(1))),
            ),
            Index::Hashed(table) => match num_words {
                1 => find_fixed::<1>(table, keys, words, ids),
                2 => find_fixed::<2>(table, keys, words, ids),
                wide => ids.extend(words.chunks_exact(*wide).map(|key| {
                    table
                        .find(hash_words(key), |id| keys[id as usize * wide..][..*wide] == *key)
                        .unwrap_or(NO_GROUP)
                })),
            },
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let index = match &self.index {
            Index::Dense(places) => places.capacity() * 4,
            Index::Hashed(table) => table.memory_bytes(),
        };
        self.keys.capacity() * 8 + index
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        match &mut self.index {
            Index::Dense(places) => places.clear(),
            Index::Hashed(table) => table.clear(),
        }
    }
}

fn insert_dense(places: &mut Vec<u32>, keys: &mut Vec<u64>, words: &[u64], ids: &mut Vec<u32>) -> Result<()> {
    let largest = words.iter().copied().max().unwrap_or(0) as usize;
    if largest >= places.len() {
        places.resize((largest + 1).next_power_of_two(), 0);
    }
    for &key in words {
        let place = &mut places[key as usize];
        if *place == 0 {
            if keys.len() >= MAX_IDS {
                return Err(KernelError::TooManyGroups { limit: MAX_IDS });
            }
            keys.push(key);
            *place = keys.len() as u32;
        }
        ids.push(*place - 1);
    }
    Ok(())
}

fn insert_fixed<const N: usize>(
    table: &mut IdTable,
    keys: &mut Vec<u64>,
    words: &[u64],
    ids: &mut Vec<u32>,
) -> Result<()> {
    for key in words.as_chunks::<N>().0 {
        let known = keys.as_chunks::<N>().0;
        let (id, new) = table.find_or_insert(hash_words(key), |id| known[id as usize] == *key)?;
        if new {
            keys.extend_from_slice(key);
        }
        ids.push(id);
    }
    Ok(())
}

fn find_fixed<const N: usize>(table: &IdTable, keys: &[u64], words: &[u64], ids: &mut Vec<u32>) {
    let known = keys.as_chunks::<N>().0;
    ids.extend(
        words
            .as_chunks::<N>()
            .0
            .iter()
            .map(|key| table.find(hash_words(key), |id| known[id as usize] == *key).unwrap_or(NO_GROUP)),
    );
}

fn insert_wide(
    table: &mut IdTable,
    keys: &mut Vec<u64>,
    words: &[u64],
    width: usize,
    ids: &mut Vec<u32>,
) -> Result<()> {
    for key in words.chunks_exact(width) {
        let (id, new) =
            table.find_or_insert(hash_words(key), |id| keys[id as usize * width..][..width] == *key)?;
        if new {
            keys.extend_from_slice(key);
        }
        ids.push(id);
    }
    Ok(())
}
