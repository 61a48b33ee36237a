//! Packed keys by group id, and the way back from a key to its id.
//!
//! Few bits index an array; other keys of one word have a table of keys and ids; wider ones a table of ids whose keys
//! are looked at where they lie. Sorted or clustered keys are looked up once a run.

use super::id_table::{IdTable, MAX_IDS};
use super::layout::{DENSE_BITS, Layout};
use super::word_table::WordTable;
use super::{PREFETCH_DISTANCE, RUN_ROWS};
use crate::hash::{hash_all_words, hash_words};
use crate::level::{Level, by_level};
use crate::{KernelError, Result};

/// What a row without a group has for an id.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// Keys of so many bits always index an array: 256 KiB of it.
const SMALL_DENSE_BITS: u32 = 16;

/// Larger arrays pay when so many slots, and no more, come on one row: a slot takes an eighth of what a hash table needs
/// for a key.
const DENSE_SLOTS_A_ROW: usize = 8;

#[derive(Debug, Clone)]
pub(crate) struct PackedTable {
    num_words: usize,
    /// Keys in order of their ids, `num_words` each.
    keys: Vec<u64>,
    index: Index,
    /// Scratch: hashes of a block.
    hashes: Vec<u64>,
}

#[derive(Debug, Clone)]
enum Index {
    /// Small keys are places themselves: id plus one, 0 where there is no group. `2^bits` of them.
    Dense(Vec<u32>),
    Word(WordTable),
    Wide(IdTable),
}

impl Index {
    fn new(layout: &Layout, rows: usize, ids: usize) -> Self {
        match layout.num_words {
            1 if is_dense(layout, rows) => {
                Self::Dense(lazuli_array::memory::filled_with_zeros(1 << layout.num_bits))
            }
            1 => Self::Word(WordTable::with_capacity(ids)),
            _ => Self::Wide(IdTable::new()),
        }
    }
}

fn is_dense(layout: &Layout, rows: usize) -> bool {
    let bits = layout.num_bits;
    layout.num_words == 1
        && (bits <= SMALL_DENSE_BITS
            || bits <= DENSE_BITS && 1 << bits <= rows.saturating_mul(DENSE_SLOTS_A_ROW))
}

impl PackedTable {
    pub(crate) fn new(layout: &Layout) -> Self {
        let index = Index::new(layout, 0, 0);
        Self { num_words: layout.num_words, keys: Vec::new(), index, hashes: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len() / self.num_words
    }

    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    pub(crate) fn into_keys(self) -> Vec<u64> {
        self.keys
    }

    /// Whether keys index an array.
    pub(crate) fn is_dense(&self) -> bool {
        matches!(self.index, Index::Dense(_))
    }

    /// Makes room for so many groups in all.
    pub(crate) fn expect(&mut self, groups: usize) -> Result<()> {
        if let Index::Word(table) = &mut self.index {
            table.reserve(groups)?;
        }
        Ok(())
    }

    /// Takes another layout that reads keys as they are, or makes better use of the one it has. `rows`: rows that were put
    /// in or are about to be.
    pub(crate) fn settle(&mut self, layout: &Layout, rows: usize) -> Result<()> {
        let fits = match &self.index {
            Index::Dense(places) => places.len() >= 1 << layout.num_bits.min(usize::BITS - 1),
            Index::Word(_) => !is_dense(layout, rows),
            Index::Wide(_) => true,
        };
        if fits {
            return Ok(());
        }
        let keys = std::mem::take(&mut self.keys);
        self.rebuild(layout, keys, rows)
    }

    /// These keys, all different, in the order of their ids.
    pub(crate) fn rebuild(&mut self, layout: &Layout, keys: Vec<u64>, rows: usize) -> Result<()> {
        self.num_words = layout.num_words;
        let num_ids = keys.len() / self.num_words;
        self.index = Index::new(layout, rows, num_ids + num_ids / 2);
        if let Index::Dense(places) = &mut self.index {
            for (id, &key) in keys.iter().enumerate() {
                places[key as usize] = id as u32 + 1;
            }
            self.keys = keys;
            return Ok(());
        }
        self.keys = lazuli_array::memory::with_capacity(keys.len());
        let mut ids = Vec::with_capacity(super::BLOCK_ROWS);
        for block in keys.chunks(super::BLOCK_ROWS * self.num_words) {
            ids.clear();
            self.insert(block, &mut ids)?;
        }
        debug_assert_eq!(self.keys, keys, "different keys in order get their numbers back");
        Ok(())
    }

    /// Appends the id of each key, new ones in order.
    pub(crate) fn insert(&mut self, words: &[u64], ids: &mut Vec<u32>) -> Result<()> {
        let Self { num_words, keys, index, hashes } = self;
        match index {
            Index::Dense(places) => insert_dense(places, keys, words, ids),
            Index::Word(table) => {
                if has_runs::<1>(words) {
                    let mut last = (0, 0);
                    for (row, &key) in words.iter().enumerate() {
                        if row == 0 || key != last.0 {
                            last = (key, table.find_or_insert(key, hash_words(&[key]), keys)?);
                        }
                        ids.push(last.1);
                    }
                    return Ok(());
                }
                hash_all_words(words, 1, hashes);
                table.insert(words, hashes, keys, ids)
            }
            Index::Wide(table) => match num_words {
                2 => insert_fixed::<2>(table, keys, words, hashes, ids),
                3 => insert_fixed::<3>(table, keys, words, hashes, ids),
                wide => insert_wide(table, keys, words, *wide, hashes, ids),
            },
        }
    }

    /// Appends the id of each key, [`NO_GROUP`] where there is none. `hashes`: scratch.
    pub(crate) fn find(&self, words: &[u64], hashes: &mut Vec<u64>, ids: &mut Vec<u32>) {
        let Self { num_words, keys, index, .. } = self;
        match index {
            Index::Dense(places) => {
                let start = ids.len();
                ids.resize(start + words.len(), 0);
                dense_ids(Level::best(), places, words, &mut ids[start..]);
            }
            Index::Word(table) => {
                hash_all_words(words, 1, hashes);
                table.find_all(words, hashes, ids, |id| id.unwrap_or(NO_GROUP));
            }
            Index::Wide(table) => {
                let wide = *num_words;
                hash_all_words(words, wide, hashes);
                let is_far = table.is_far();
                ids.extend(words.chunks_exact(wide).zip(hashes.iter()).enumerate().map(
                    |(row, (key, &hash))| {
                        if is_far && let Some(&ahead) = hashes.get(row + PREFETCH_DISTANCE) {
                            table.prefetch(ahead);
                        }
                        table.find(hash, |id| keys[id as usize * wide..][..wide] == *key).unwrap_or(NO_GROUP)
                    },
                ));
            }
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let index = match &self.index {
            Index::Dense(places) => places.capacity() * 4,
            Index::Word(table) => table.memory_bytes(),
            Index::Wide(table) => table.memory_bytes(),
        };
        (self.keys.capacity() + self.hashes.capacity()) * 8 + index
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        match &mut self.index {
            Index::Dense(places) => places.fill(0),
            Index::Word(table) => table.clear(),
            Index::Wide(table) => table.clear(),
        }
    }
}

fn insert_dense(places: &mut [u32], keys: &mut Vec<u64>, words: &[u64], ids: &mut Vec<u32>) -> Result<()> {
    let start = ids.len();
    ids.resize(start + words.len(), 0);
    let ids = &mut ids[start..];
    // All at once, as if there were no new keys; there rarely are.
    if dense_ids(Level::best(), places, words, ids) {
        return Ok(());
    }
    for (id, &key) in ids.iter_mut().zip(words) {
        let place = &mut places[key as usize];
        if *place == 0 {
            if keys.len() >= MAX_IDS {
                return Err(KernelError::TooManyGroups { limit: MAX_IDS });
            }
            keys.push(key);
            *place = keys.len() as u32;
        }
        *id = *place - 1;
    }
    Ok(())
}

by_level! {
    /// Writes the id of each key, [`NO_GROUP`] where there is none, and tells whether all have one. There is a power of
    /// two of places.
    fn dense_ids(places: &[u32], words: &[u64], ids: &mut [u32]) -> bool = dense_ids_body;
}

#[inline(always)]
#[allow(unsafe_code, reason = "a check of bounds at each place keeps the loop from being a vector gather")]
fn dense_ids_body(places: &[u32], words: &[u64], ids: &mut [u32]) -> bool {
    assert!(places.len().is_power_of_two());
    let mask = places.len() as u64 - 1;
    let mut missing = 0;
    for (id, &word) in ids.iter_mut().zip(words) {
        debug_assert!(word <= mask, "a key beyond the bits of its layout");
        // SAFETY: there is a place for every number up to the mask, since their count is a power of two.
        let place = unsafe { *places.get_unchecked((word & mask) as usize) };
        *id = place.wrapping_sub(1);
        missing |= u32::from(place == 0);
    }
    missing == 0
}

/// Whether neighbouring keys are the same often enough to look each run up once.
fn has_runs<const N: usize>(words: &[u64]) -> bool {
    let keys = words.as_chunks::<N>().0;
    keys.len() >= RUN_ROWS && repeats(Level::best(), words, N) * RUN_ROWS >= keys.len() * (RUN_ROWS - 1)
}

by_level! {
    /// Keys that are the same as the one before them, counted by their words: exact for one word, else at most too many.
    fn repeats(words: &[u64], width: usize) -> usize = repeats_body;
}

#[inline(always)]
fn repeats_body(words: &[u64], width: usize) -> usize {
    let same: usize = words
        .iter()
        .zip(&words[width.min(words.len())..])
        .map(|(left, right)| usize::from(left == right))
        .sum();
    same / width
}

fn insert_fixed<const N: usize>(
    table: &mut IdTable,
    keys: &mut Vec<u64>,
    words: &[u64],
    hashes: &mut Vec<u64>,
    ids: &mut Vec<u32>,
) -> Result<()> {
    let rows = words.as_chunks::<N>().0;
    let has_runs = has_runs::<N>(words);
    hash_all_words(words, N, hashes);
    let is_far = table.is_far() && !has_runs;
    for (row, (key, &hash)) in rows.iter().zip(hashes.iter()).enumerate() {
        if has_runs && row > 0 && *key == rows[row - 1] {
            ids.push(*ids.last().expect("the row before has an id"));
            continue;
        }
        if is_far && let Some(&ahead) = hashes.get(row + PREFETCH_DISTANCE) {
            table.prefetch(ahead);
        }
        let known = keys.as_chunks::<N>().0;
        let (id, new) = table.find_or_insert(hash, |id| known[id as usize] == *key)?;
        if new {
            keys.extend_from_slice(key);
        }
        ids.push(id);
    }
    Ok(())
}

fn insert_wide(
    table: &mut IdTable,
    keys: &mut Vec<u64>,
    words: &[u64],
    width: usize,
    hashes: &mut Vec<u64>,
    ids: &mut Vec<u32>,
) -> Result<()> {
    hash_all_words(words, width, hashes);
    let is_far = table.is_far();
    for (row, (key, &hash)) in words.chunks_exact(width).zip(hashes.iter()).enumerate() {
        if is_far && let Some(&ahead) = hashes.get(row + PREFETCH_DISTANCE) {
            table.prefetch(ahead);
        }
        let (id, new) = table.find_or_insert(hash, |id| keys[id as usize * width..][..width] == *key)?;
        if new {
            keys.extend_from_slice(key);
        }
        ids.push(id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dense_ids_match_a_plain_loop(
            places in prop::collection::vec(0u32..5, 16),
            words in prop::collection::vec(0u64..16, 0..100),
        ) {
            for level in Level::available() {
                let mut ids = vec![7; words.len()];
                let all = dense_ids(level, &places, &words, &mut ids);
                for (&id, &word) in ids.iter().zip(&words) {
                    let place = places[word as usize];
                    prop_assert_eq!(id, if place == 0 { NO_GROUP } else { place - 1 });
                }
                prop_assert_eq!(all, !ids.contains(&NO_GROUP));
            }
        }

        #[test]
        fn runs_are_found(lengths in prop::collection::vec(1usize..9, 1..50)) {
            let words: Vec<u64> =
                lengths.iter().enumerate().flat_map(|(run, &length)| vec![run as u64; length]).collect();
            let repeated = words.windows(2).filter(|pair| pair[0] == pair[1]).count();
            for level in Level::available() {
                prop_assert_eq!(repeats(level, &words, 1), repeated);
            }
            prop_assert_eq!(has_runs::<1>(&words), words.len() >= 4 && repeated * 4 >= words.len() * 3);
        }
    }
}
