//! How many rows a group has, with and without nulls.

use lazuli_array::Bitmap;

use super::for_each_valid;

/// Adds the number of rows of each group.
pub fn grouped_count_rows(group_ids: &[u32], counts: &mut [i64]) {
    for &group in group_ids {
        counts[group as usize] += 1;
    }
}

/// Adds the number of rows of each group that hold a value.
pub fn grouped_count(validity: Option<&Bitmap>, group_ids: &[u32], counts: &mut [i64]) {
    match validity {
        None => grouped_count_rows(group_ids, counts),
        Some(validity) => {
            for_each_valid(group_ids.len(), validity, |row| counts[group_ids[row] as usize] += 1)
        }
    }
}
