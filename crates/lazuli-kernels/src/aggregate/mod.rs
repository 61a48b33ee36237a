//! Aggregates of plain values: over all rows, and into one state a group.
//!
//! The grouped forms are loops over slices: the value of row `i` goes into `states[group_ids[i]]`. Callers own the states,
//! make them as long as there are groups, and merge those of several workers; every state here gives the same result
//! whatever the order in which values and other states reach it. Null rows are left out, their slots may hold anything.
//!
//! All functions panic if lengths differ or a group id has no state: callers pass what `keys` gave them.
//! Not here: types of results, names, expressions (see `lazuli-expr`).

mod count; // how many rows hold a value
mod extreme; // least and greatest
mod few_groups; // sums in narrow states
mod moments; // sums of floats, of squares and products
mod sum; // sums of integers, decimals and floats
#[cfg(test)]
mod tests;
mod top; // the greatest few

use lazuli_array::Bitmap;

pub use self::count::{grouped_count, grouped_count_rows};
pub use self::extreme::{
    arg_max, arg_min, grouped_max, grouped_max_booleans, grouped_max_bytes, grouped_min,
    grouped_min_booleans, grouped_min_bytes, max, min,
};
pub use self::moments::{
    FloatMoments, FloatPairMoments, FloatSum, moments_of_groups, pair_moments_of_groups, sum_groups,
};
pub use self::sum::{
    CountedSum, DecimalSum, grouped_counted_sum_integers, grouped_sum_decimals, grouped_sum_integers,
    sum_decimals, sum_integers,
};
pub use self::top::{
    TopKey, TopSlots, float_key, float_of_key, signed_key, signed_of_key, signed_wide_key, signed_wide_of_key,
};

/// The greatest of group ids; 0 of none. One pass that vectorises, so that loops need not check each id.
#[inline]
fn max_id(group_ids: &[u32]) -> u32 {
    group_ids.iter().copied().fold(0, u32::max)
}

/// Calls `each` with the value and the group of every row that counts, in order.
#[inline]
fn for_each_value<T: Copy>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    mut each: impl FnMut(T, usize),
) {
    assert_eq!(values.len(), group_ids.len(), "one group id a row");
    let Some(validity) = validity else {
        for (&value, &group) in values.iter().zip(group_ids) {
            each(value, group as usize);
        }
        return;
    };
    for_each_valid(values.len(), validity, |row| each(values[row], group_ids[row] as usize));
}

/// Calls `each` with every row that counts, in order.
#[inline]
fn for_each_valid(rows: usize, validity: &Bitmap, mut each: impl FnMut(usize)) {
    assert_eq!(rows, validity.len(), "as many bits as rows");
    for (index, mut word) in validity.words().enumerate() {
        let start = index * 64;
        if word == u64::MAX {
            for row in start..start + 64 {
                each(row);
            }
            continue;
        }
        while word != 0 {
            each(start + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}
