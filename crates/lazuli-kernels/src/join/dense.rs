//! A table that keys index: one number a key, no hash and no comparison.
//!
//! Engine-notes 4.2, J1. Filled by all tasks at once with plain stores: two rows of one key overwrite each other, which
//! is found out by counting the keys that are there. Only then rows are brought together by ranges of keys and each range
//! is filled by one task, which lists the rows of keys that have several.

use std::sync::atomic::{AtomicU32, Ordering};

use lazuli_array::memory::filled_with_zeros;

use super::lists::{ListLengths, Lists, Slot};
use super::partition::{MakeKeys, for_each_key, partition};
use super::tasks::{self, RunTasks, Stopped};

/// A bitmap of the keys stands before the slots where it is in a nearer cache than they are and turns most rows away:
/// for tables of at least this many slots, of which at most one in [`SPARSE`] is taken.
const BITMAP_FROM_SLOTS: usize = 1 << 17;
const SPARSE: usize = 3;
/// Slots that one task looks through.
const TASK_SLOTS: usize = 1 << 18;
const MAX_PARTS: usize = 256;

#[derive(Debug)]
pub(super) struct DenseTable {
    slots: Vec<u32>,
    /// Which slots are taken.
    bitmap: Option<Vec<u64>>,
}

impl DenseTable {
    /// Bytes of a table of so many keys, and at most so many rows.
    pub(super) fn bytes(num_keys: usize) -> usize {
        num_keys * 4 + num_keys / 8
    }

    /// A table of keys below `num_keys`.
    pub(super) fn build(
        num_keys: usize,
        num_rows: usize,
        make_keys: MakeKeys<'_>,
        run: RunTasks<'_>,
    ) -> Result<(Self, Lists), Stopped> {
        let mut slots = filled_with_zeros::<u32>(num_keys);
        let shared = shared(&mut slots);
        let ranges = tasks::row_ranges(num_rows);
        let keyed = tasks::map(run, ranges.len(), |task| {
            let mut keyed = 0;
            for_each_key(ranges[task].clone(), make_keys, |key, row| {
                shared[key as usize].store(Slot::row(row as u32).0, Ordering::Relaxed);
                keyed += 1;
            });
            keyed
        })?;
        let keyed: usize = keyed.into_iter().sum();
        let words = tasks::map(run, num_keys.div_ceil(TASK_SLOTS), |task| {
            let start = task * TASK_SLOTS;
            taken(&slots[start..(start + TASK_SLOTS).min(num_keys)])
        })?;
        let words: Vec<u64> = words.concat();
        let num_taken: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        let bitmap = (num_keys >= BITMAP_FROM_SLOTS && num_taken <= num_keys / SPARSE).then_some(words);
        let lists = match num_taken == keyed {
            true => Lists::default(),
            false => fill_with_lists(&mut slots, num_rows, make_keys, run)?,
        };
        Ok((Self { slots, bitmap }, lists))
    }

    /// Appends the slot of each key; a free one for keys that are out of range.
    pub(super) fn find(&self, keys: &[u64], slots: &mut Vec<u32>) {
        let end = self.slots.len() as u64;
        let slot = |key: u64| if key < end { self.slots[key as usize] } else { 0 };
        match &self.bitmap {
            None => slots.extend(keys.iter().map(|&key| slot(key))),
            Some(bitmap) => {
                let bit = |key: u64| key < end && bitmap[(key / 64) as usize] >> (key % 64) & 1 == 1;
                for keys in keys.chunks(64) {
                    let hits = keys
                        .iter()
                        .enumerate()
                        .fold(0u64, |hits, (row, &key)| hits | u64::from(bit(key)) << row);
                    let start = slots.len();
                    slots.resize(start + keys.len(), 0);
                    let mut left = hits;
                    while left != 0 {
                        let row = left.trailing_zeros() as usize;
                        slots[start + row] = self.slots[keys[row] as usize];
                        left &= left - 1;
                    }
                }
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.slots.len() * 4 + self.bitmap.as_ref().map_or(0, |bitmap| bitmap.len() * 8)
    }
}

/// Which slots are taken, a bit each.
fn taken(slots: &[u32]) -> Vec<u64> {
    let word = |slots: &[u32]| {
        slots.iter().enumerate().fold(0u64, |word, (bit, &slot)| word | u64::from(slot != 0) << bit)
    };
    slots.chunks(64).map(word).collect()
}

/// Fills all slots anew, with lists of rows for keys that have several.
fn fill_with_lists(
    slots: &mut [u32],
    num_rows: usize,
    make_keys: MakeKeys<'_>,
    run: RunTasks<'_>,
) -> Result<Lists, Stopped> {
    let num_keys = slots.len();
    // Each part a range of keys, all of the same length, a power of two.
    let part_keys = num_keys.div_ceil(MAX_PARTS).next_power_of_two().max(1 << 12);
    let num_parts = num_keys.div_ceil(part_keys);
    let shift = part_keys.trailing_zeros();
    let parts = partition(num_rows, num_parts, make_keys, |key| (key >> shift) as usize, run)?;

    let lengths = (0..num_parts).map(|part| part_keys.min(num_keys - part * part_keys));
    let regions = tasks::split(slots, lengths);
    let regions: Vec<_> = regions.into_iter().map(std::sync::Mutex::new).collect();
    let region = |part: usize| regions[part].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let lengths = tasks::map(run, num_parts, |part| {
        let mut region = region(part);
        region.fill(0);
        for &key in parts.part(part).0 {
            region[key as usize & (part_keys - 1)] += 1;
        }
        ListLengths::of(region.iter().map(|&count| count as usize))
    })?;
    Lists::fill(&lengths, run, |part, lists| {
        let mut region = region(part);
        let (keys, rows) = parts.part(part);
        for slot in region.iter_mut() {
            *slot = lists.open(*slot).0;
        }
        for (&key, &row) in keys.iter().zip(rows) {
            let slot = &mut region[key as usize & (part_keys - 1)];
            *slot = lists.add(Slot(*slot), row).0;
        }
    })
}

/// The slots as numbers that several tasks may store.
#[allow(unsafe_code, reason = "std has this cast for one number only, so far")]
fn shared(slots: &mut [u32]) -> &[AtomicU32] {
    const { assert!(align_of::<AtomicU32>() == align_of::<u32>()) };
    // SAFETY: `AtomicU32` has the size and the bit validity of `u32`, and by the assertion its alignment; the borrow is
    // exclusive for as long as the result lives, so all access goes through the atomics.
    unsafe { &*(std::ptr::from_mut(slots) as *const [AtomicU32]) }
}
