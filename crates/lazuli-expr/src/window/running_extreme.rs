//! Least and greatest values so far: the row that has it, for each row.

use std::cmp::Ordering;

use lazuli_array::{Column, dispatch_float, dispatch_integer};
use lazuli_kernels::sort::{RowComparator, SortKey};
use lazuli_kernels::{NO_ROW, take_column_optional};

use super::Partitions;
use super::cumulative::is_reversed;
use crate::aggregate::MAX;
use crate::function::{Argument, Signature, SignatureError};

/// What `max` takes, unchanged.
pub(super) fn running_extreme_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    is_reversed(arguments)?;
    let output = MAX.signature(&arguments[..1])?.output;
    Ok(Signature::unchanged(arguments, output))
}

pub(super) fn running_extreme<const GREATEST: bool>(column: &Column, partitions: &Partitions<'_>) -> Column {
    let array = column.array();
    let is_better = |order: Ordering| if GREATEST { order.is_gt() } else { order.is_lt() };
    let best = dispatch_integer!(
        array,
        |array| {
            let values = array.values();
            best_rows(column, partitions, |new, old| is_better(values[new].cmp(&values[old])))
        },
        else dispatch_float!(
            array,
            |array| {
                let values = array.values();
                best_rows(column, partitions, |new, old| {
                    let (new, old) = (values[new], values[old]);
                    // A number is better than NaN; two zeros are equal, so the first stays.
                    match new.partial_cmp(&old) {
                        Some(order) => is_better(order),
                        None => old.is_nan() && !new.is_nan(),
                    }
                })
            },
            else {
                let key = SortKey { column, descending: false, nulls_first: false };
                let comparator = RowComparator::new(&[key]);
                best_rows(column, partitions, |new, old| is_better(comparator.compare(new, old)))
            }
        )
    );
    take_column_optional(column, &best)
}

/// For each row that is not null, the best row so far of its partition; [`NO_ROW`] for null rows.
fn best_rows(
    column: &Column,
    partitions: &Partitions<'_>,
    is_better: impl Fn(usize, usize) -> bool,
) -> Vec<u32> {
    let validity = column.validity();
    let mut best_rows = vec![NO_ROW; column.len()];
    partitions.visit(NO_ROW, |best, row| {
        if validity.as_ref().is_none_or(|validity| validity.get(row)) {
            if *best == NO_ROW || is_better(row, *best as usize) {
                *best = row as u32;
            }
            best_rows[row] = *best;
        }
    });
    best_rows
}
