//! Order of rows: stable sorting, the first k rows, the check for being sorted.
//!
//! Order is that of frames: NaN above all numbers, -0.0 equal to 0.0, texts by their bytes, `Enum` by declaration, lists
//! and structs item by item with nulls inside them last; null rows at the end that the key says, in both directions.
//!
//! Keys are packed into as few bits as their values span (`normal`) and sorted as integers with their row numbers
//! (`radix`). What does not fit, long texts and nested values, is compared row by row among rows that tie in the
//! packed part (`comparator`).
//!
//! Not here: moving the rows (see `take`), merging, anything larger than memory.

mod comparator; // order of two rows
mod normal; // values as integers in the same order
mod radix; // integers with row numbers
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use lazuli_array::{Column, DataType, Dictionary};

pub use self::comparator::RowComparator;
use self::normal::{Packed, pack};
use crate::{KernelError, Result};

/// One column to sort by.
#[derive(Debug, Clone, Copy)]
pub struct SortKey<'a> {
    /// The values.
    pub column: &'a Column,
    /// Whether large values come first.
    pub descending: bool,
    /// Whether null rows come first. Independent of `descending`.
    pub nulls_first: bool,
}

/// The rows in sorted order: row numbers, those of equal rows ascending (stable), so that `take` gives sorted columns.
///
/// `rows`: length of every key column. Without keys the rows stay as they are.
///
/// Panics if a key column has another length.
///
/// # Errors
/// [`KernelError::TooLong`] for more rows than 32 bits can number.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::sort::{SortKey, sort_indices};
///
/// let column = Column::from_values([Some(2.0), None, Some(f64::NAN), Some(1.0)].into_iter());
/// let key = SortKey { column: &column, descending: true, nulls_first: false };
/// assert_eq!(sort_indices(&[key], 4)?, [2, 0, 3, 1]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn sort_indices(keys: &[SortKey<'_>], rows: usize) -> Result<Vec<u32>> {
    check(keys, rows)?;
    let packed = pack(keys, rows);
    let ties = ties(keys, packed.num_exact);
    Ok(match packed.keys {
        Packed::Narrow(values) => radix::sort_narrow(values, packed.bits, ties.as_ref()),
        Packed::Wide(values) => radix::sort_wide(values, ties.as_ref()),
    })
}

/// The first `k` rows of [`sort_indices`], without sorting the others; all rows if there are no more than `k`.
///
/// Panics if a key column does not have `rows` rows.
///
/// # Errors
/// [`KernelError::TooLong`] for more rows than 32 bits can number.
pub fn top_k_indices(keys: &[SortKey<'_>], rows: usize, k: usize) -> Result<Vec<u32>> {
    /// Below this part of the rows, selecting and sorting the selected is faster than sorting all.
    const SELECT_BELOW: usize = 8;
    if k >= rows / SELECT_BELOW {
        let mut order = sort_indices(keys, rows)?;
        order.truncate(k);
        return Ok(order);
    }
    check(keys, rows)?;
    let packed = pack(keys, rows);
    let ties = ties(keys, packed.num_exact);
    Ok(match packed.keys {
        Packed::Narrow(values) => select(&values, k, ties.as_ref()),
        Packed::Wide(values) => select(&values, k, ties.as_ref()),
    })
}

/// Whether the rows are in the order that [`sort_indices`] would give them. Stops at the first that is not.
///
/// Panics if a key column does not have `rows` rows.
pub fn is_sorted(keys: &[SortKey<'_>], rows: usize) -> bool {
    assert!(keys.iter().all(|key| key.column.len() == rows), "key columns of {rows} rows");
    let comparator = RowComparator::new(keys);
    (1..rows).all(|row| comparator.compare(row - 1, row) != Ordering::Greater)
}

/// The place of each string of a dictionary in their order: `ranks[code]`, from 0.
pub fn dictionary_ranks(dictionary: &Dictionary) -> Vec<u32> {
    let values = Column::new(DataType::String, dictionary.values().to_array());
    let key = SortKey { column: &values, descending: false, nulls_first: false };
    let order = sort_indices(&[key], values.len()).expect("codes are 32 bits wide");
    let mut ranks = vec![0; order.len()];
    for (rank, &code) in order.iter().enumerate() {
        ranks[code as usize] = rank as u32;
    }
    ranks
}

fn check(keys: &[SortKey<'_>], rows: usize) -> Result<()> {
    assert!(keys.iter().all(|key| key.column.len() == rows), "key columns of {rows} rows");
    if rows > u32::MAX as usize {
        return Err(KernelError::TooLong { operation: "sort", rows });
    }
    Ok(())
}

/// The order of rows that are equal in the first keys; `None` if those are all.
fn ties<'a>(keys: &[SortKey<'a>], num_exact: usize) -> Option<RowComparator<'a>> {
    (num_exact < keys.len()).then(|| RowComparator::new(&keys[num_exact..]))
}

fn select<T: Ord + Copy>(values: &[T], k: usize, ties: Option<&RowComparator<'_>>) -> Vec<u32> {
    if k == 0 {
        return Vec::new();
    }
    let order = |left: &(T, u32), right: &(T, u32)| {
        left.0
            .cmp(&right.0)
            .then_with(|| {
                ties.map_or(Ordering::Equal, |ties| ties.compare(left.1 as usize, right.1 as usize))
            })
            .then(left.1.cmp(&right.1))
    };
    let mut rows: Vec<(T, u32)> = values.iter().copied().zip(0..).collect();
    rows.select_nth_unstable_by(k - 1, order);
    rows.truncate(k);
    rows.sort_unstable_by(order);
    rows.into_iter().map(|(_, row)| row).collect()
}
