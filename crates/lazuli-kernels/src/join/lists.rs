//! Rows of keys that several rows have, and the number that stands for a key's rows in a table's slot.
//!
//! ```text
//! slot    0 free | row + 1 | HIGH + place of a list          lists   … | 3 | row | row | row | 2 | row | row | …
//! ```
//! Rows in a list ascend.

use std::sync::{Mutex, PoisonError};

use lazuli_array::memory::filled_with_zeros;

use super::tasks::{self, RunTasks, Stopped};

const HIGH: u32 = 1 << 31;

/// Rows that a table can tell apart: a list for every two of them still has a place below [`HIGH`].
pub(super) const MAX_ROWS: usize = 1 << 30;

/// What a table keeps of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// The slot of a key that only this row has.
    #[inline]
    pub(super) fn row(row: u32) -> Self {
        Self(row + 1)
    }
}

/// Whether no place is that of a list.
pub(super) fn are_single(places: &[u32]) -> bool {
    // No early end: without one the loop is vector instructions.
    !places.iter().fold(false, |any, &place| any | (place >= HIGH && place != super::NO_ROWS))
}

/// All lists, one after the other.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<u32>);

impl Lists {
    /// Whether no key has several rows.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.0.len() * 4
    }

    /// The rows of a slot, ascending.
    #[inline]
    pub(super) fn rows<'a>(&'a self, place: &'a u32) -> &'a [u32] {
        if *place < HIGH {
            return std::slice::from_ref(place);
        }
        if *place == super::NO_ROWS {
            return &[];
        }
        // Places are slots less one.
        let start = (*place - HIGH + 1) as usize;
        &self.0[start + 1..=start + self.0[start] as usize]
    }

    /// The rows of each list.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        // The first number is nobody's.
        let mut rest = self.0.get(1..).unwrap_or(&[]);
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (rows, after) = after.split_at(length as usize);
            rest = after;
            Some(rows)
        })
    }

    /// Lists of these lengths in parts; `fill` opens and fills those of one part.
    pub(super) fn fill(
        lengths: &[ListLengths],
        run: RunTasks<'_>,
        fill: impl Fn(usize, &mut PartLists<'_>) + Sync,
    ) -> Result<Self, Stopped> {
        // One number in front, so that no list lies at 0.
        let total: usize = 1 + lengths.iter().map(|part| part.0).sum::<usize>();
        let mut numbers = filled_with_zeros::<u32>(total);
        let mut start = 1u32;
        let parts = tasks::split(&mut numbers[1..], lengths.iter().map(|part| part.0));
        let parts = parts.into_iter().map(|numbers| {
            let part = PartLists { start, end: 0, numbers };
            start += part.numbers.len() as u32;
            Mutex::new(part)
        });
        let parts: Vec<Mutex<PartLists<'_>>> = parts.collect();
        run(parts.len(), &|part| {
            fill(part, &mut parts[part].lock().unwrap_or_else(PoisonError::into_inner));
        })?;
        drop(parts);
        Ok(Self(numbers))
    }
}

/// How many numbers the lists of a part take.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListLengths(usize);

impl ListLengths {
    /// For keys of so many rows each.
    pub(super) fn of(counts: impl Iterator<Item = usize>) -> Self {
        Self(counts.map(|count| if count > 1 { count + 1 } else { 0 }).sum())
    }
}

/// The lists of one part, while they are filled.
pub(super) struct PartLists<'a> {
    /// Where the part lies among all lists.
    start: u32,
    /// Where the next list starts in the part.
    end: u32,
    numbers: &'a mut [u32],
}

impl PartLists<'_> {
    /// The slot of a key that will have so many rows.
    #[inline]
    pub(super) fn open(&mut self, count: u32) -> Slot {
        if count <= 1 {
            return Slot(0);
        }
        let place = self.start + self.end;
        self.end += count + 1;
        Slot(HIGH + place)
    }

    /// The slot after one more row.
    #[inline]
    pub(super) fn add(&mut self, slot: Slot, row: u32) -> Slot {
        if slot.0 < HIGH {
            return Slot::row(row);
        }
        let list = &mut self.numbers[(slot.0 - HIGH - self.start) as usize..];
        let length = list[0] + 1;
        list[0] = length;
        list[length as usize] = row;
        slot
    }
}
