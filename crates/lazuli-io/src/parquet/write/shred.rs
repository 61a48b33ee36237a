//! Columns to their leaves: the values that are there, and levels that say where ("record shredding", Melnik et al.,
//! "Dremel", 2010).

use lazuli_array::{Array, Bitmap};
use lazuli_kernels::{filter, take};

/// A leaf of a column.
pub(super) struct Shredded {
    /// The values that are there, in order, without nulls.
    pub values: Array,
    pub levels: LeafLevels,
    /// Entries: values, nulls, empty lists.
    pub num_entries: usize,
}

/// The levels of a leaf's entries.
pub(super) enum LeafLevels {
    /// All are there, at this definition level, and none repeats.
    Full(u8),
    /// Of a column without others inside: which are there.
    Validity(Bitmap),
    /// One of each an entry.
    Entries { definitions: Vec<u8>, repetitions: Vec<u8> },
}

/// The leaves of a column, in the order of its fields.
pub(super) fn shred(array: &Array, out: &mut Vec<Shredded>) {
    match array {
        Array::List(_) | Array::Struct(_) => {
            let entries = (0..array.len() as u32)
                .map(|row| Entry { repetition: 0, definition: 0, row: Some(row) })
                .collect();
            shred_entries(array, entries, 0, out);
        }
        _ => {
            let num_entries = array.len();
            out.push(match array.validity().filter(|validity| validity.count_zeros() > 0) {
                None if array.null_count() == 0 => {
                    Shredded { values: array.clone(), levels: LeafLevels::Full(1), num_entries }
                }
                None => {
                    let validity = Bitmap::filled(false, num_entries);
                    Shredded {
                        values: array.sliced(0, 0),
                        levels: LeafLevels::Validity(validity),
                        num_entries,
                    }
                }
                Some(validity) => Shredded {
                    values: filter(array, &validity),
                    levels: LeafLevels::Validity(validity),
                    num_entries,
                },
            });
        }
    }
}

/// A place on the way down: a value of the array at hand, or the end of the way.
#[derive(Clone, Copy)]
struct Entry {
    repetition: u8,
    definition: u8,
    row: Option<u32>,
}

/// `repetition`: that of the innermost list around the array.
fn shred_entries(array: &Array, mut entries: Vec<Entry>, repetition: u8, out: &mut Vec<Shredded>) {
    let validity = array.validity();
    let is_null = |row: u32| match array {
        Array::Null(_) => true,
        _ => validity.as_ref().is_some_and(|validity| !validity.get(row as usize)),
    };
    // What is there is one level deeper.
    for entry in &mut entries {
        if let Some(row) = entry.row {
            if is_null(row) {
                entry.row = None;
            } else {
                entry.definition += 1;
            }
        }
    }
    match array {
        Array::Struct(structs) => {
            for field in structs.fields() {
                shred_entries(field, entries.clone(), repetition, out);
            }
        }
        Array::List(lists) => {
            let offsets = lists.offsets();
            let mut items = Vec::with_capacity(entries.len());
            for entry in entries {
                let range = entry.row.map_or(0..0, |row| offsets[row as usize]..offsets[row as usize + 1]);
                if range.is_empty() {
                    items.push(Entry { row: None, ..entry });
                    continue;
                }
                let first = range.start;
                items.extend(range.map(|item| Entry {
                    repetition: if item == first { entry.repetition } else { repetition + 1 },
                    definition: entry.definition + 1,
                    row: Some(item as u32),
                }));
            }
            shred_entries(lists.values(), items, repetition + 1, out);
        }
        _ => {
            let rows: Vec<u32> = entries.iter().filter_map(|entry| entry.row).collect();
            out.push(Shredded {
                values: take(array, &rows),
                num_entries: entries.len(),
                levels: LeafLevels::Entries {
                    definitions: entries.iter().map(|entry| entry.definition).collect(),
                    repetitions: entries.iter().map(|entry| entry.repetition).collect(),
                },
            });
        }
    }
}
