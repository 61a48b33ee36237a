//! Loops over the rows that count, each with the state of its group.
//!
//! Hot loops of all aggregates; decisions (one group or many, nulls or none) are made here once a batch.

use std::borrow::Cow;

use lazuli_array::{Array, Bitmap, PrimitiveArray};
use lazuli_kernels::wide::widened;

use crate::Groups;

/// The group of each row; `None` if all belong to the first.
pub(super) fn ids_of(groups: Groups<'_>) -> Option<&[u32]> {
    match groups {
        Groups::One { .. } => None,
        Groups::Ids(ids) => Some(ids),
    }
}

/// Calls `visit` with every row that holds a value, in order.
#[inline]
pub(super) fn for_each_valid(validity: Option<&Bitmap>, num_rows: usize, mut visit: impl FnMut(usize)) {
    // All rows are a run as whole words are, so that `visit` is compiled twice and not three times.
    let mut run = if validity.is_none() { 0..num_rows } else { 0..0 };
    let mut words = validity.map(|validity| validity.words().enumerate());
    loop {
        for row in run {
            visit(row);
        }
        let Some((index, mut word)) = words.as_mut().and_then(Iterator::next) else { return };
        let start = index * 64;
        run = if word == u64::MAX { start..start + 64 } else { 0..0 };
        if word != u64::MAX {
            while word != 0 {
                visit(start + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }
}

/// Calls `add` with the state of its group for every value that counts.
#[inline]
pub(super) fn update_states<S: Copy, V: Copy>(
    states: &mut [S],
    values: &[V],
    validity: Option<&Bitmap>,
    groups: Groups<'_>,
    mut add: impl FnMut(&mut S, V),
) {
    if values.is_empty() {
        return;
    }
    match (groups, validity) {
        (Groups::One { .. }, validity) => {
            // A local state can live in registers.
            let mut state = states[0];
            for_each_valid(validity, values.len(), |row| add(&mut state, values[row]));
            states[0] = state;
        }
        (Groups::Ids(ids), None) => {
            for (&id, &value) in ids.iter().zip(values) {
                add(&mut states[id as usize], value);
            }
        }
        (Groups::Ids(ids), validity) => {
            for_each_valid(validity, values.len(), |row| add(&mut states[ids[row] as usize], values[row]));
        }
    }
}

/// The array in one of the types of `dispatch_wide!`: small numbers in wider ones, booleans as the numbers 0 and 1, untyped
/// nulls as null numbers. Accumulators have loops for those alone: what a small type costs is a pass over the batch.
pub(super) fn as_numbers(array: &Array) -> Cow<'_, Array> {
    match array {
        Array::Boolean(bits) => {
            let values = bits.values().iter().map(i32::from).collect();
            Cow::Owned(PrimitiveArray::new(values, bits.validity().cloned()).into())
        }
        Array::Null(nulls) => {
            Cow::Owned(PrimitiveArray::<i64>::from_iter((0..nulls.len()).map(|_| None)).into())
        }
        other => widened(other),
    }
}
