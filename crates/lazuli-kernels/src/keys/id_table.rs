//! From a hash to the id of the thing that has it: open addressing, one word a slot.
//!
//! ```text
//! slot   | high half of the hash, 32 bits | id + 1, 32 bits |      0 = free
//! ```
//! A slot's place is given by the top bits of the hash; linear probing; at most half of the slots are taken. The stored
//! half of the hash both rejects nearly all strangers without a look at their keys and places the slot when the table
//! grows, so growing never touches keys. Since the place grows by lower bits of the same half, growing writes nearly in
//! order. (Tagged slots: DuckDB's salted entries.)
//!
//! Not here: the keys themselves; the caller keeps them by id and says which are the same.

use crate::{KernelError, Result};

/// Ids that a table gives out: half of the slots that 32 bits of hash can tell apart.
pub(crate) const MAX_IDS: usize = 1 << 31;

const MIN_SLOTS: usize = 16;

/// Tables beyond this are looked up with slots fetched ahead: about a quarter of the second cache of a core. Below,
/// fetching costs more than it hides.
pub(crate) const NEAR_BYTES: usize = 512 << 10;

/// Has a slot brought near. One that does not exist is no harm.
#[inline(always)]
#[allow(unsafe_code, reason = "there is no safe way to say it")]
pub(crate) fn prefetch<T>(slots: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let address = slots.as_ptr().wrapping_add(index).cast::<i8>();
        // SAFETY: SSE is part of x86-64, and a prefetch reads nothing and faults nowhere, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slots, index);
}

#[derive(Debug, Clone)]
pub(crate) struct IdTable {
    /// A power of two.
    slots: Vec<u64>,
    /// How far the hash is shifted to give a place.
    shift: u32,
    taken: usize,
}

impl IdTable {
    pub(crate) fn new() -> Self {
        Self { slots: vec![0; MIN_SLOTS], shift: 64 - MIN_SLOTS.trailing_zeros(), taken: 0 }
    }

    /// The id of the key with this hash for which `same` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & mask];
            if slot == 0 {
                return None;
            }
            if (slot ^ hash) >> 32 == 0 {
                let id = slot as u32 - 1;
                if same(id) {
                    return Some(id);
                }
            }
            place += 1;
        }
    }

    /// The id of the key with this hash for which `same` holds; if there is none, the next free id and `true`. Ids
    /// count from 0 in the order in which they are given out.
    #[inline]
    pub(crate) fn find_or_insert(
        &mut self,
        hash: u64,
        mut same: impl FnMut(u32) -> bool,
    ) -> Result<(u32, bool)> {
        let mask = self.slots.len() - 1;
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & mask];
            if slot == 0 {
                break;
            }
            if (slot ^ hash) >> 32 == 0 {
                let id = slot as u32 - 1;
                if same(id) {
                    return Ok((id, false));
                }
            }
            place += 1;
        }
        if (self.taken + 1) * 2 > self.slots.len() {
            self.grow()?;
            place = free_place(&self.slots, (hash >> self.shift) as usize);
        }
        let id = self.taken as u32;
        let mask = self.slots.len() - 1;
        self.slots[place & mask] = (hash >> 32 << 32) | (u64::from(id) + 1);
        self.taken += 1;
        Ok((id, true))
    }

    #[cold]
    fn grow(&mut self) -> Result<()> {
        if self.taken >= MAX_IDS {
            return Err(KernelError::TooManyGroups { limit: MAX_IDS });
        }
        let shift = self.shift - 1;
        let mut slots = vec![0; self.slots.len() * 2];
        for &slot in &self.slots {
            if slot != 0 {
                let place = free_place(&slots, (slot >> shift) as usize);
                slots[place] = slot;
            }
        }
        self.slots = slots;
        self.shift = shift;
        Ok(())
    }

    /// Whether slots should be fetched ahead.
    pub(crate) fn is_far(&self) -> bool {
        self.slots.len() * 8 > NEAR_BYTES
    }

    /// Has the slot of a hash brought near.
    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64) {
        prefetch(&self.slots, (hash >> self.shift) as usize);
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.len() * 8
    }

    pub(crate) fn clear(&mut self) {
        self.slots.fill(0);
        self.taken = 0;
    }
}

/// The first free place from `place` on, around the end.
fn free_place(slots: &[u64], mut place: usize) -> usize {
    let mask = slots.len() - 1;
    while slots[place & mask] != 0 {
        place += 1;
    }
    place & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash_u64;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let mut table = IdTable::new();
        let mut keys: Vec<u64> = Vec::new();
        for key in (0..5_000u64).map(|number| number * number % 4_001) {
            let known = keys.iter().position(|&other| other == key);
            let (id, new) = table
                .find_or_insert(hash_u64(key), |id| keys[id as usize] == key)
                .expect("far below the limit");
            assert_eq!((id as usize, new), known.map_or((keys.len(), true), |id| (id, false)));
            if new {
                keys.push(key);
            }
        }
        for key in 0..4_100 {
            let expected = keys.iter().position(|&other| other == key).map(|id| id as u32);
            assert_eq!(table.find(hash_u64(key), |id| keys[id as usize] == key), expected);
        }
    }

    #[test]
    fn equal_hashes_of_different_keys_are_kept_apart() {
        let mut table = IdTable::new();
        for key in 0..300u32 {
            assert_eq!(table.find_or_insert(u64::MAX, |id| id == key).expect("below the limit"), (key, true));
        }
        assert!((0..300).all(|key| table.find(u64::MAX, |id| id == key) == Some(key)));
    }
}
