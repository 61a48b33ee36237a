//! Order of rows: stable sorting, the first k rows, the check for being sorted.
//!
//! Order is that of frames: NaN above all numbers, -0.0 equal to 0.0, texts by their bytes, `Enum` by declaration, lists
//! and structs item by item with nulls inside them last; null rows at the end that the key says, in both directions.
//!
//! Keys are packed into words of 64 bits, as few as their values span (`plan`, made of `piece`s). Rows are split into
//! buckets by their first words (`split`), buckets are sorted in cache (`order`, `integers`), rows of equal words by the
//! next. What does not fit words, long texts and nested values, is compared row by row (`comparator`).
//!
//! From some million rows on, their values are moved to the buckets too (`buckets`), so that everything after that happens
//! in cache.
//!
//! The pieces of a sort run side by side if the caller has threads (`Tasks`).
//!
//! Not here: moving the rows (see `take`), merging, anything larger than memory.

mod buckets; // rows with their values, for large sorts
mod coarse; // integers that can be compared from batch to batch
mod comparator; // order of two rows
mod integers; // integers in cache
mod order; // rows by the words of a plan
mod piece; // values as integers in the same order
mod plan; // the words of some keys
mod presorted; // rows that are in order already
mod split; // rows into buckets
#[cfg(test)]
mod tests;
mod top; // the first rows only

use std::cmp::Ordering;

use lazuli_array::memory::filled_with_zeros;
use lazuli_array::{Column, DataType, Dictionary};

pub use self::buckets::Buckets;
pub use self::coarse::CoarseOrder;
pub use self::comparator::RowComparator;
use self::order::Input;
use self::plan::Plan;
use crate::join::Stopped;
use crate::tasks::{AnyTasks, Tasks, in_any_tasks, one_by_one};
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
    let order = one_by_one(|tasks| sorted(keys, rows, tasks));
    Ok(order)
}

/// As [`sort_indices`], with pieces of the work as tasks.
///
/// # Errors
/// Those of the tasks, and [`KernelError::TooLong`] as one of them.
pub fn sort_indices_in_tasks<T: Tasks>(
    keys: &[SortKey<'_>],
    rows: usize,
    tasks: &T,
) -> std::result::Result<Vec<u32>, T::Error> {
    check(keys, rows).map_err(|error| tasks.fail(error))?;
    in_any_tasks(tasks, |tasks| sorted(keys, rows, tasks))
}

/// What [`sort_rows_in_tasks`] has found.
#[derive(Debug)]
pub enum SortedRows {
    /// The rows in order, as [`sort_indices`] gives them.
    Rows(Vec<u32>),
    /// Many rows of fixed width: those of each bucket come before those of the next, and are not in order yet.
    Buckets(Buckets),
}

/// As [`sort_indices_in_tasks`], or only the first step of it where the rest is faster on rows that were moved together:
/// from `bucket_rows` rows on, if the keys have a fixed width and enough values. Some million rows are worth it.
///
/// # Errors
/// Those of the tasks, and [`KernelError::TooLong`] as one of them.
pub fn sort_rows_in_tasks<T: Tasks>(
    keys: &[SortKey<'_>],
    rows: usize,
    bucket_rows: usize,
    tasks: &T,
) -> std::result::Result<SortedRows, T::Error> {
    check(keys, rows).map_err(|error| tasks.fail(error))?;
    in_any_tasks(tasks, |tasks| {
        let plan = Plan::new(keys, tasks)?;
        if let Some(order) = presorted::order(&plan, rows, tasks)? {
            return Ok(SortedRows::Rows(order));
        }
        if rows >= bucket_rows
            && let Some(buckets) = Buckets::new(&plan, rows, tasks)?
        {
            return Ok(SortedRows::Buckets(buckets));
        }
        let mut target = filled_with_zeros(rows);
        order::order(&plan, 0, Input::All(rows), &mut target, tasks)?;
        Ok(SortedRows::Rows(target))
    })
}

fn sorted(keys: &[SortKey<'_>], rows: usize, tasks: &AnyTasks<'_>) -> std::result::Result<Vec<u32>, Stopped> {
    let plan = Plan::new(keys, tasks)?;
    if let Some(order) = presorted::order(&plan, rows, tasks)? {
        return Ok(order);
    }
    let mut target = filled_with_zeros(rows);
    order::order(&plan, 0, Input::All(rows), &mut target, tasks)?;
    Ok(target)
}

/// The first `k` rows of [`sort_indices`], without sorting the others; all rows if there are no more than `k`.
///
/// Panics if a key column does not have `rows` rows.
///
/// # Errors
/// [`KernelError::TooLong`] for more rows than 32 bits can number.
pub fn top_k_indices(keys: &[SortKey<'_>], rows: usize, k: usize) -> Result<Vec<u32>> {
    check(keys, rows)?;
    let plan = one_by_one(|tasks| Plan::new(keys, tasks));
    Ok(top::first_rows(&plan, rows, k))
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
    one_by_one(|tasks| ranks_in_tasks(dictionary, tasks))
}

fn ranks_in_tasks(dictionary: &Dictionary, tasks: &AnyTasks<'_>) -> std::result::Result<Vec<u32>, Stopped> {
    let values = Column::new(DataType::String, dictionary.values().to_array());
    let key = SortKey { column: &values, descending: false, nulls_first: false };
    let order = sorted(&[key], values.len(), tasks)?;
    let mut ranks = vec![0; order.len()];
    for (rank, &code) in order.iter().enumerate() {
        ranks[code as usize] = rank as u32;
    }
    Ok(ranks)
}

fn check(keys: &[SortKey<'_>], rows: usize) -> Result<()> {
    assert!(keys.iter().all(|key| key.column.len() == rows), "key columns of {rows} rows");
    if rows > u32::MAX as usize {
        return Err(KernelError::TooLong { operation: "sort", rows });
    }
    Ok(())
}
