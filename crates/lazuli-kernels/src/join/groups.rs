//! Keys of any type, nested ones too, and keys too wide for 64 bits: groups by the table of group-by, rows by group.

use lazuli_array::Column;

use super::lists::{ListLengths, Lists, Slot};
use super::tasks::{RunTasks, Stopped};
use crate::Result;
use crate::keys::GroupTable;

#[derive(Debug)]
pub(super) struct GroupedRows {
    table: GroupTable,
    /// By group.
    slots: Vec<u32>,
}

impl GroupedRows {
    /// About how many bytes it takes, of texts and nested values only what numbers them.
    pub(super) fn bytes(num_rows: usize, num_columns: usize) -> usize {
        // Ids, slots, lists; then hashes, and keys of up to two words.
        num_rows * (14 + 16 + 16 * num_columns)
    }

    /// The groups of all rows, and the group of each.
    pub(super) fn group(keys: &[Column], num_rows: usize) -> Result<(GroupTable, Vec<u32>)> {
        let types: Vec<_> = keys.iter().map(|key| key.data_type().clone()).collect();
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        table.insert(keys, num_rows, &mut ids)?;
        Ok((table, ids))
    }

    /// Rows by group.
    pub(super) fn build(
        table: GroupTable,
        ids: &[u32],
        run: RunTasks<'_>,
    ) -> std::result::Result<(Self, Lists), Stopped> {
        let mut slots = vec![0u32; table.len()];
        for &id in ids {
            slots[id as usize] += 1;
        }
        if ids.len() == table.len() {
            // A group is a row.
            let slots = (0..ids.len() as u32).map(|row| Slot::row(row).0).collect();
            return Ok((Self { table, slots }, Lists::default()));
        }
        let lengths = [ListLengths::of(slots.iter().map(|&count| count as usize))];
        let slots = std::sync::Mutex::new(slots);
        let lists = Lists::fill(&lengths, run, |_, lists| {
            let mut slots = slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for slot in slots.iter_mut() {
                *slot = lists.open(*slot).0;
            }
            for (row, &id) in ids.iter().enumerate() {
                let slot = &mut slots[id as usize];
                *slot = lists.add(Slot(*slot), row as u32).0;
            }
        })?;
        let slots = slots.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok((Self { table, slots }, lists))
    }

    /// Writes the slot of each row's key over `slots`; a free one for rows that match nothing.
    pub(super) fn find(&self, keys: &[Column], rows: usize, slots: &mut Vec<u32>) {
        self.table.lookup(keys, rows, false, slots);
        for slot in slots {
            *slot = if *slot == GroupTable::NO_GROUP { 0 } else { self.slots[*slot as usize] };
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.table.memory_bytes() + self.slots.len() * 4
    }
}
