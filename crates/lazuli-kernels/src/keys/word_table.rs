//! From a key of one word to its id: open addressing, key and id in one slot, so that a row costs one cache line.
//!
//! A slot's place is given by the top bits of the key's hash; linear probing; at most half of the slots are taken.
//! Whole blocks are hashed first; where the table is larger than the near cache, slots are fetched ahead of their turn.

use lazuli_array::memory::filled_with_zeros;

use super::PREFETCH_DISTANCE;
use super::id_table::{MAX_IDS, NEAR_BYTES, prefetch};
use crate::hash::hash_u64;
use crate::{KernelError, Result};

const MIN_SLOTS: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct WordTable {
    /// A power of two. The key in the low half, its id plus one in the high one; 0 is free. One number, so that the system
    /// can give large tables empty.
    slots: Vec<u128>,
    /// How far the hash is shifted to give a place.
    shift: u32,
    taken: usize,
}

/// A slot with a key and its id.
#[inline(always)]
fn slot_of(key: u64, id: u32) -> u128 {
    u128::from(key) | (u128::from(id) + 1) << 64
}

/// The key of a slot that is taken.
#[inline(always)]
fn key_of(slot: u128) -> u64 {
    slot as u64
}

/// The id of a slot; `None` if it is free.
#[inline(always)]
fn id_of(slot: u128) -> Option<u32> {
    ((slot >> 64) as u64).checked_sub(1).map(|id| id as u32)
}

impl WordTable {
    /// An empty table with room for so many ids.
    pub(crate) fn with_capacity(ids: usize) -> Self {
        let num_slots = (ids.saturating_mul(2)).next_power_of_two().max(MIN_SLOTS);
        Self { slots: filled_with_zeros(num_slots), shift: 64 - num_slots.trailing_zeros(), taken: 0 }
    }

    /// Appends the id of each key; keys that are new get the next id and are appended to `known`.
    pub(crate) fn insert(
        &mut self,
        keys: &[u64],
        hashes: &[u64],
        known: &mut Vec<u64>,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let is_far = self.slots.len() * size_of::<u128>() > NEAR_BYTES;
        for (row, (&key, &hash)) in keys.iter().zip(hashes).enumerate() {
            if is_far && let Some(&ahead) = hashes.get(row + PREFETCH_DISTANCE) {
                prefetch(&self.slots, (ahead >> self.shift) as usize);
            }
            ids.push(self.find_or_insert(key, hash, known)?);
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn find_or_insert(&mut self, key: u64, hash: u64, known: &mut Vec<u64>) -> Result<u32> {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & mask];
            let Some(id) = id_of(slot) else { break };
            if key_of(slot) == key {
                return Ok(id);
            }
            place += 1;
        }
        if (self.taken + 1) * 2 > self.slots.len() {
            self.grow()?;
            place = self.free_place(hash);
        }
        let mask = self.slots.len() - 1;
        let id = self.taken as u32;
        self.slots[place & mask] = slot_of(key, id);
        self.taken += 1;
        known.push(key);
        Ok(id)
    }

    /// The id of a key.
    #[inline]
    pub(crate) fn find(&self, key: u64, hash: u64) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & mask];
            let id = id_of(slot)?;
            if key_of(slot) == key {
                return Some(id);
            }
            place += 1;
        }
    }

    /// Appends what `id` makes of the id of each key.
    pub(crate) fn find_all(
        &self,
        keys: &[u64],
        hashes: &[u64],
        ids: &mut Vec<u32>,
        id: impl Fn(Option<u32>) -> u32,
    ) {
        let is_far = self.slots.len() * size_of::<u128>() > NEAR_BYTES;
        for (row, (&key, &hash)) in keys.iter().zip(hashes).enumerate() {
            if is_far && let Some(&ahead) = hashes.get(row + PREFETCH_DISTANCE) {
                prefetch(&self.slots, (ahead >> self.shift) as usize);
            }
            ids.push(id(self.find(key, hash)));
        }
    }

    fn free_place(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        while self.slots[place & mask] != 0 {
            place += 1;
        }
        place & mask
    }

    #[cold]
    fn grow(&mut self) -> Result<()> {
        // Small tables grow fast: four times, as long as that is next to nothing.
        let factor = if self.slots.len() < 1 << 16 { 4 } else { 2 };
        self.grow_to(self.slots.len() * factor)
    }

    /// Makes room for so many ids in all.
    pub(crate) fn reserve(&mut self, ids: usize) -> Result<()> {
        let num_slots = (ids.saturating_mul(2)).next_power_of_two();
        if num_slots > self.slots.len() { self.grow_to(num_slots) } else { Ok(()) }
    }

    fn grow_to(&mut self, num_slots: usize) -> Result<()> {
        if self.taken >= MAX_IDS {
            return Err(KernelError::TooManyGroups { limit: MAX_IDS });
        }
        let old = std::mem::replace(&mut self.slots, filled_with_zeros(num_slots));
        self.shift = 64 - num_slots.trailing_zeros();
        // Places ascend with hashes, so the new slots are written nearly in order.
        for slot in old {
            if slot != 0 {
                let place = self.free_place(hash_u64(key_of(slot)));
                self.slots[place] = slot;
            }
        }
        Ok(())
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u128>()
    }

    pub(crate) fn clear(&mut self) {
        self.slots.fill(0);
        self.taken = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let mut table = WordTable::with_capacity(0);
        let mut known = Vec::new();
        for key in (0..5_000u64).map(|number| number * number % 4_001) {
            let expected = known.iter().position(|&other| other == key).unwrap_or(known.len());
            let id = table.find_or_insert(key, hash_u64(key), &mut known).expect("far below the limit");
            assert_eq!(id as usize, expected);
        }
        for key in 0..4_100 {
            let expected = known.iter().position(|&other| other == key).map(|id| id as u32);
            assert_eq!(table.find(key, hash_u64(key)), expected);
        }
    }
}
