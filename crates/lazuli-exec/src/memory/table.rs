//! What a table of keys weighs before it does: tables double.

use lazuli_array::{Array, Column};
use lazuli_kernels::keys::GroupTable;

/// What a table takes for a key at most, beside the values of it: slots, at most half of which are taken, and what packed keys are
/// rounded up to.
pub(crate) const BYTES_A_KEY: usize = 96;

/// What a table may weigh while the keys of so many rows are put in.
pub(crate) fn bytes_with(table: &GroupTable, keys: &[Column], num_rows: usize) -> usize {
    let (held, groups) = (table.memory_bytes(), table.len());
    // Slots and keys double from a power of two on, and are there twice while they move.
    let doubles = (groups + num_rows).next_power_of_two() > groups.next_power_of_two();
    // So do the texts of one column of several, at counts of their own.
    let grown = if doubles { held.saturating_mul(3) } else { held + held / 2 };
    let values = keys.iter().map(|key| match key.array() {
        // Its dictionary is taken over or looked up once, and counted with the rows.
        Array::Dictionary(array) => array.code_bytes(),
        _ => key.memory_bytes(),
    });
    grown.saturating_add(values.sum::<usize>()).saturating_add(num_rows.saturating_mul(BYTES_A_KEY))
}

/// Keys of so many rows are put into a table at a time, or of as many as it has keys: what it may grow by stays in proportion.
const INSERTED_ROWS: std::ops::RangeInclusive<usize> = 1024..=16 * 1024;

/// Of how many rows the keys are put into a table at a time, at most.
pub(crate) fn inserted_rows(table: &GroupTable, keys: &[Column]) -> usize {
    // All texts of a dictionary are looked up each time.
    let entries = keys.iter().map(|key| match key.array() {
        Array::Dictionary(array) => array.dictionary().len(),
        _ => 0,
    });
    table.len().clamp(*INSERTED_ROWS.start(), *INSERTED_ROWS.end()).max(entries.max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{DataType, FromValues};

    #[test]
    fn a_table_weighs_no_more() {
        let types = [DataType::Int64, DataType::String];
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        for start in 0..40i64 {
            let rows = start * 1000..(start + 1) * 1000 - start;
            let num_rows = (rows.end - rows.start) as usize;
            let texts = rows.clone().map(|row| format!("text {}", row / 3));
            let keys = [Column::from_values(rows.clone().map(|row| row * 7919)), Column::from_values(texts)];
            let bytes = bytes_with(&table, &keys, num_rows);
            table.insert(&keys, num_rows, &mut ids).expect("few keys");
            assert!(table.memory_bytes() <= bytes, "{} of {bytes} bytes", table.memory_bytes());
        }
    }
}
