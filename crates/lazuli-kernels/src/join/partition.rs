//! Keys with their rows, brought together by ranges of hashes or of keys, so that one task can work on each range alone.
//!
//! Two passes over the rows, in tasks: how many keys each range has, then every key to its place. Stable: within a range
//! the rows ascend. Keys are made anew in both passes, which is cheaper than keeping them.

use std::marker::PhantomData;
use std::ops::Range;

use lazuli_array::memory::filled_with_zeros;

use super::NO_KEY;
use super::tasks::{self, RunTasks, Stopped};

/// Rows whose keys are made at a time, so that they stay in the nearest cache.
pub(super) const BLOCK_ROWS: usize = 2048;

/// Writes the keys of some rows over a vector; [`NO_KEY`] for rows that have none.
pub(super) type MakeKeys<'a> = &'a (dyn Fn(Range<usize>, &mut Vec<u64>) + Sync);

/// Keys and their rows, part after part.
pub(super) struct Partitioned {
    pub(super) keys: Vec<u64>,
    pub(super) rows: Vec<u32>,
    /// Where each part starts, and the number of keys.
    pub(super) starts: Vec<usize>,
}

impl Partitioned {
    pub(super) fn part(&self, part: usize) -> (&[u64], &[u32]) {
        let range = self.starts[part]..self.starts[part + 1];
        (&self.keys[range.clone()], &self.rows[range])
    }

    pub(super) fn num_parts(&self) -> usize {
        self.starts.len() - 1
    }
}

/// Brings the keys of `0..num_rows` to their parts; `part_of` says which of `num_parts` it is.
pub(super) fn partition(
    num_rows: usize,
    num_parts: usize,
    make_keys: MakeKeys<'_>,
    part_of: impl Fn(u64) -> usize + Sync,
    run: RunTasks<'_>,
) -> Result<Partitioned, Stopped> {
    let ranges = tasks::row_ranges(num_rows);
    let mut places = tasks::map(run, ranges.len(), |task| {
        let mut counts = vec![0usize; num_parts];
        for_each_key(ranges[task].clone(), make_keys, |key, _| counts[part_of(key)] += 1);
        counts
    })?;
    let mut starts = Vec::with_capacity(num_parts + 1);
    let mut end = 0;
    for part in 0..num_parts {
        starts.push(end);
        for counts in &mut places {
            let count = counts[part];
            counts[part] = end;
            end += count;
        }
    }
    starts.push(end);

    let (mut keys, mut rows) = (filled_with_zeros::<u64>(end), filled_with_zeros::<u32>(end));
    let (key_slots, row_slots) = (DisjointSlots::new(&mut keys), DisjointSlots::new(&mut rows));
    tasks::each(run, places, |task, mut places| {
        for_each_key(ranges[task].clone(), make_keys, |key, row| {
            let place = &mut places[part_of(key)];
            key_slots.write(*place, key);
            row_slots.write(*place, row as u32);
            *place += 1;
        });
    })?;
    Ok(Partitioned { keys, rows, starts })
}

/// Calls `each` with the key and the number of every row that has one, in order.
#[inline]
pub(super) fn for_each_key(rows: Range<usize>, make_keys: MakeKeys<'_>, mut each: impl FnMut(u64, usize)) {
    let mut keys = Vec::with_capacity(BLOCK_ROWS);
    for start in rows.clone().step_by(BLOCK_ROWS) {
        let block = start..(start + BLOCK_ROWS).min(rows.end);
        make_keys(block, &mut keys);
        for (index, &key) in keys.iter().enumerate() {
            if key != NO_KEY {
                each(key, start + index);
            }
        }
    }
}

/// A slice that several tasks write to.
struct DisjointSlots<'a, T> {
    start: *mut T,
    length: usize,
    borrow: PhantomData<&'a mut [T]>,
}

#[allow(unsafe_code, reason = "tasks write to one vector, each to places of its own")]
// SAFETY: the only access is `write`, whose callers in this file give each place to one task: the ranges that counting
// and summing up make do not overlap, and each is counted through by the one task that counted it.
unsafe impl<T: Send> Sync for DisjointSlots<'_, T> {}

impl<'a, T: Copy> DisjointSlots<'a, T> {
    fn new(values: &'a mut [T]) -> Self {
        Self { start: values.as_mut_ptr(), length: values.len(), borrow: PhantomData }
    }

    #[inline]
    #[allow(unsafe_code, reason = "see the type")]
    fn write(&self, place: usize, value: T) {
        assert!(place < self.length, "a key more than was counted");
        // SAFETY: inside the slice by the assertion; nobody else touches this place, see above.
        unsafe { self.start.add(place).write(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_key_comes_to_its_part_in_order(
            keys in prop::collection::vec(prop_oneof![4 => 0u64..50, 1 => Just(NO_KEY)], 0..400),
            repeats in 1usize..400,
            num_parts in 1usize..9,
        ) {
            let keys = keys.repeat(repeats);
            let make: MakeKeys<'_> = &|rows, out| { out.clear(); out.extend_from_slice(&keys[rows]) };
            let part_of = |key: u64| key as usize % num_parts;
            let found = partition(keys.len(), num_parts, make, part_of, &tasks::one_by_one).unwrap();
            prop_assert_eq!(found.num_parts(), num_parts);
            for part in 0..num_parts {
                let rows = (0..keys.len()).filter(|&row| keys[row] != NO_KEY && part_of(keys[row]) == part);
                let (expected_keys, expected_rows): (Vec<u64>, Vec<u32>) = rows.map(|row| (keys[row], row as u32)).unzip();
                prop_assert_eq!(found.part(part), (expected_keys.as_slice(), expected_rows.as_slice()));
            }
        }
    }
}
