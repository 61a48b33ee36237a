//! A hash table of keys: open addressing in regions, each filled by one task.
//!
//! Engine-notes 4.2, J2: rows are brought together by the top bits of their keys' hashes, so a task writes to memory of
//! its own that fits its cache; no atomics. A slot has the key itself beside the rows: one cache line a lookup.

use std::sync::{Mutex, PoisonError};

use lazuli_array::memory::filled_with_zeros;

use super::lists::{ListLengths, Lists, Slot};
use super::partition::{MakeKeys, partition};
use super::regions::{Region, Regions};
use super::tasks::{self, RunTasks, Stopped};
use crate::hash::hash_u64;

/// Tables of more bytes than this are prefetched.
const PREFETCH_FROM_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct HashedTable {
    regions: Regions,
    /// [`Entry`]s.
    slots: Vec<u128>,
}

/// `| count: 32 | slot: 32 | key: 64 |`, all zeros where it is free: zeroed memory comes from the system untouched.
#[derive(Debug, Clone, Copy)]
struct Entry(u128);

impl Entry {
    #[inline]
    fn new(key: u64, slot: u32, count: u32) -> Self {
        Self(u128::from(key) | u128::from(slot) << 64 | u128::from(count) << 96)
    }

    #[inline]
    fn key(self) -> u64 {
        self.0 as u64
    }

    #[inline]
    fn slot(self) -> u32 {
        (self.0 >> 64) as u32
    }

    /// While the table is built: how many rows have the key.
    #[inline]
    fn count(self) -> u32 {
        (self.0 >> 96) as u32
    }

    /// Whether a search for a key ends here.
    #[inline]
    fn ends(self, key: u64) -> bool {
        self.slot() == 0 || self.key() == key
    }
}

impl HashedTable {
    /// Bytes of a table of so many rows, and those that are needed while it is built.
    pub(super) fn bytes(num_rows: usize) -> usize {
        Regions::max_slots(num_rows) * size_of::<u128>() + num_rows * 12
    }

    pub(super) fn build(
        num_rows: usize,
        make_keys: MakeKeys<'_>,
        run: RunTasks<'_>,
    ) -> Result<(Self, Lists), Stopped> {
        let bits = Regions::bits(num_rows);
        let parts = partition(num_rows, 1 << bits, make_keys, |key| Regions::part(bits, hash_u64(key)), run)?;
        let num_parts = parts.num_parts();
        let regions = Regions::new(bits, (0..num_parts).map(|part| parts.part(part).0.len()));
        let mut slots = filled_with_zeros::<u128>(regions.num_slots());
        let places: Vec<_> =
            tasks::split(&mut slots, regions.lengths()).into_iter().map(Mutex::new).collect();
        let place = |part: usize| places[part].lock().unwrap_or_else(PoisonError::into_inner);
        let lengths = tasks::map(run, num_parts, |part| {
            let (region, mut entries) = (regions.region(part), place(part));
            let (keys, rows) = parts.part(part);
            let mut several = false;
            for (&key, &row) in keys.iter().zip(rows) {
                let entry = entry_of(region, &mut entries, key);
                let count = Entry(*entry).count() + 1;
                several |= count > 1;
                *entry = Entry::new(key, Slot::row(row).0, count).0;
            }
            several.then(|| ListLengths::of(entries.iter().map(|&entry| Entry(entry).count() as usize)))
        })?;
        let lists = if lengths.iter().any(Option::is_some) {
            let lengths: Vec<ListLengths> = lengths
                .into_iter()
                .map(|length| length.unwrap_or_else(|| ListLengths::of(std::iter::empty())))
                .collect();
            Lists::fill(&lengths, run, |part, lists| {
                let (region, mut entries) = (regions.region(part), place(part));
                for entry in entries.iter_mut() {
                    let (key, count) = (Entry(*entry).key(), Entry(*entry).count());
                    if count > 1 {
                        *entry = Entry::new(key, lists.open(count).0, count).0;
                    }
                }
                let (keys, rows) = parts.part(part);
                for (&key, &row) in keys.iter().zip(rows) {
                    let entry = entry_of(region, &mut entries, key);
                    let slot = lists.add(Slot(Entry(*entry).slot()), row);
                    *entry = Entry::new(key, slot.0, Entry(*entry).count()).0;
                }
            })?
        } else {
            Lists::default()
        };
        drop(places);
        Ok((Self { regions, slots }, lists))
    }

    /// Appends the slot of each key; a free one for keys that are not there.
    pub(super) fn find(&self, keys: &[u64], slots: &mut Vec<u32>) {
        const AT_A_TIME: usize = 64;
        let prefetches = self.slots.len() * size_of::<u128>() > PREFETCH_FROM_BYTES;
        let mut first = [0usize; AT_A_TIME];
        for keys in keys.chunks(AT_A_TIME) {
            for (first, &key) in first.iter_mut().zip(keys) {
                (_, *first) = self.regions.first_slot(hash_u64(key));
                if prefetches {
                    prefetch(&self.slots[*first]);
                }
            }
            slots.extend(keys.iter().zip(&first).map(|(&key, &first)| {
                let entry = Entry(self.slots[first]);
                if entry.ends(key) { entry.slot() } else { self.find_behind(key, first) }
            }));
        }
    }

    /// The slot of a key that is not where its search starts.
    fn find_behind(&self, key: u64, mut at: usize) -> u32 {
        let (region, _) = self.regions.first_slot(hash_u64(key));
        loop {
            at = region.after(at);
            let entry = Entry(self.slots[at]);
            if entry.ends(key) {
                return entry.slot();
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.slots.len() * size_of::<u128>()
    }
}

/// The entry of a key in its region, or the free one where it belongs.
#[inline]
fn entry_of(region: Region, entries: &mut [u128], key: u64) -> &mut u128 {
    let mut at = region.offset(hash_u64(key));
    while !Entry(entries[at]).ends(key) {
        at = if at + 1 == entries.len() { 0 } else { at + 1 };
    }
    &mut entries[at]
}

/// Asks for the cache line of a value that will be looked at soon.
#[inline(always)]
#[allow(unsafe_code, reason = "a hint to the processor")]
pub(super) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect on anything but caches, and the address is that of a value.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
