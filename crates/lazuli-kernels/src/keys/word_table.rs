//! From a key of one word to its id: open addressing, key and id in one slot, so that a row costs one cache line.
//!
//! A slot's place is given by the top bits of the key's hash; linear probing; at most half of the slots are taken.
//! Whole blocks are hashed first; where the table is larger than the near cache, slots are fetched ahead of their turn.

use super::PREFETCH_DISTANCE;
use super::id_table::{MAX_IDS, NEAR_BYTES, prefetch};
use crate::hash::hash_u64;
use crate::{KernelError, Result};

const MIN_SLOTS: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct WordTable {
    /// A power of two.
    slots: Vec<Slot>,
    /// How far the hash is shifted to give a place.
    shift: u32,
    taken: usize,
}

/// A key and its id plus one; 0 is free.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u64,
    id: u64,
}

const FREE: Slot = Slot { key: 0, id: 0 };

impl WordTable {
    /// An empty table with room for so many ids.
    pub(crate) fn with_capacity(ids: usize) -> Self {
        let num_slots = (ids.saturating_mul(2)).next_power_of_two().max(MIN_SLOTS);
        Self { slots: free_slots(num_slots), shift: 64 - num_slots.trailing_zeros(), taken: 0 }
    }

    /// Appends the id of each key; keys that are new get the next id and are appended to `known`.
    pub(crate) fn insert(
        &mut self,
        keys: &[u64],
        hashes: &[u64],
        known: &mut Vec<u64>,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let is_far = self.slots.len() * size_of::<Slot>() > NEAR_BYTES;
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
            if slot.id == 0 {
                break;
            }
            if slot.key == key {
                return Ok((slot.id - 1) as u32);
            }
            place += 1;
        }
        if (self.taken + 1) * 2 > self.slots.len() {
            self.grow()?;
            place = self.free_place(hash);
        }
        let mask = self.slots.len() - 1;
        self.taken += 1;
        self.slots[place & mask] = Slot { key, id: self.taken as u64 };
        known.push(key);
        Ok((self.taken - 1) as u32)
    }

    /// The id of a key.
    #[inline]
    pub(crate) fn find(&self, key: u64, hash: u64) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & mask];
            if slot.id == 0 {
                return None;
            }
            if slot.key == key {
                return Some((slot.id - 1) as u32);
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
        let is_far = self.slots.len() * size_of::<Slot>() > NEAR_BYTES;
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
        while self.slots[place & mask].id != 0 {
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
        let old = std::mem::replace(&mut self.slots, free_slots(num_slots));
        self.shift = 64 - num_slots.trailing_zeros();
        // Places ascend with hashes, so the new slots are written nearly in order.
        for slot in old {
            if slot.id != 0 {
                let place = self.free_place(hash_u64(slot.key));
                self.slots[place] = slot;
            }
        }
        Ok(())
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
    }

    pub(crate) fn clear(&mut self) {
        self.slots.fill(FREE);
        self.taken = 0;
    }
}

fn free_slots(count: usize) -> Vec<Slot> {
    let mut slots = lazuli_array::memory::with_capacity(count);
    slots.resize(count, FREE);
    slots
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
