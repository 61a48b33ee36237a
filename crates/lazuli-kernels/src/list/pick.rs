//! Some of the items: by place, or by a mask.

use std::ops::Range;

use lazuli_array::{Bitmap, Column, Scalar};

use super::{Lists, Numbers};
use crate::datum::Datum;
use crate::{KernelError, NO_ROW, Result, take_column_optional};

/// The items from `offset` on, at most `length` of them (all if there is none); a negative offset counts from the end.
/// Null where a number is null.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a negative length.
pub fn slice(lists: &Lists, offset: Datum<'_>, length: Option<Datum<'_>>) -> Result<Column> {
    let (offset, length) = (Numbers::new(offset), length.map(Numbers::new));
    lists.picked("list.slice", |row, range, picks| {
        let Some(offset) = offset.get(row) else { return Ok(false) };
        let length = match &length {
            None => i64::MAX,
            Some(length) => match length.get(row) {
                None => return Ok(false),
                Some(length) if length < 0 => return Err(negative("list.slice", row, length)),
                Some(length) => length,
            },
        };
        picks.extend(part(range, offset, length));
        Ok(true)
    })
}

/// The first `n` items; for a negative `n` all but the last.
///
/// # Errors
/// None for lists that were accepted.
pub fn head(lists: &Lists, n: Datum<'_>) -> Result<Column> {
    ends("list.head", lists, n, |count, n| if n < 0 { (0, count.saturating_add(n).max(0)) } else { (0, n) })
}

/// The last `n` items; for a negative `n` all but the first.
///
/// # Errors
/// None for lists that were accepted.
pub fn tail(lists: &Lists, n: Datum<'_>) -> Result<Column> {
    ends("list.tail", lists, n, |count, n| {
        if n < 0 { (n.saturating_neg(), i64::MAX) } else { (count.saturating_sub(n).max(0), n) }
    })
}

/// `cut` gives offset and length for a number of items and `n`.
fn ends(
    operation: &'static str,
    lists: &Lists,
    n: Datum<'_>,
    cut: impl Fn(i64, i64) -> (i64, i64),
) -> Result<Column> {
    let n = Numbers::new(n);
    lists.picked(operation, |row, range, picks| {
        let Some(n) = n.get(row) else { return Ok(false) };
        let (offset, length) = cut(range.len() as i64, n);
        picks.extend(part(range, offset, length));
        Ok(true)
    })
}

/// The numbers of the items of a slice.
fn part(range: Range<usize>, offset: i64, length: i64) -> Range<u32> {
    let count = range.len() as i64;
    let start = if offset < 0 { count.saturating_add(offset) } else { offset };
    let end = start.saturating_add(length).clamp(0, count);
    let start = start.clamp(0, end);
    (range.start as i64 + start) as u32..(range.start as i64 + end) as u32
}

fn negative(operation: &'static str, row: usize, value: i64) -> KernelError {
    KernelError::InvalidOperand { operation, row, value: Scalar::Int64(value), expected: "a number from 0" }
}

/// The number of the item at `place` of a list, from the end if negative.
fn place_of(range: &Range<usize>, place: i64) -> Option<u32> {
    let count = range.len() as i64;
    let place = if place < 0 { place.checked_add(count)? } else { place };
    (0..count).contains(&place).then(|| (range.start as i64 + place) as u32)
}

fn out_of_bounds(operation: &'static str, row: usize, place: i64) -> KernelError {
    KernelError::InvalidOperand {
        operation,
        row,
        value: Scalar::Int64(place),
        expected: "a place in the list; null_on_oob gives null beyond its ends",
    }
}

/// The item at a place, from 0, or from the end if negative; null for a null list or place.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a place beyond the ends, unless `or_null`.
pub fn get(lists: &Lists, place: Datum<'_>, or_null: bool) -> Result<Column> {
    let places = Numbers::new(place);
    let mut picks = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let pick = match places.get(row) {
            Some(place) if lists.is_valid(row) => match place_of(&lists.range(row), place) {
                None if !or_null => return Err(out_of_bounds("list.get", row, place)),
                pick => pick,
            },
            _ => None,
        };
        picks.push(pick.unwrap_or(NO_ROW));
    }
    Ok(take_column_optional(&lists.items, &picks))
}

/// The only item of each list; null for an empty one if `allow_empty`.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a list of another length.
pub fn item(lists: &Lists, allow_empty: bool) -> Result<Column> {
    let mut picks = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let range = lists.range(row);
        picks.push(match range.len() {
            1 => range.start as u32,
            0 if allow_empty || !lists.is_valid(row) => NO_ROW,
            count => {
                return Err(KernelError::InvalidOperand {
                    operation: "list.item",
                    row,
                    value: Scalar::Int64(count as i64),
                    expected: "a list of 1 item",
                });
            }
        });
    }
    Ok(take_column_optional(&lists.items, &picks))
}

/// The items at the places that `places` lists, in that order; null for a null place, null where a list of places is.
/// Panics unless there is a list of Int64 for each row.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a place beyond the ends, unless `or_null`.
pub fn gather(lists: &Lists, places: &Lists, or_null: bool) -> Result<Column> {
    assert_eq!(lists.len(), places.len(), "a list of places for each row");
    let numbers = Numbers::new(Datum::Column(&places.items));
    lists.picked("list.gather", |row, range, picks| {
        if !places.is_valid(row) {
            return Ok(false);
        }
        for item in places.range(row) {
            let pick = match numbers.get(item) {
                None => None,
                Some(place) => match place_of(&range, place) {
                    None if !or_null => return Err(out_of_bounds("list.gather", row, place)),
                    pick => pick,
                },
            };
            picks.push(pick.unwrap_or(NO_ROW));
        }
        Ok(true)
    })
}

/// Every `n`-th item from place `offset` on; null where a number is null.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for an `n` below 1 or a negative offset.
pub fn gather_every(lists: &Lists, n: Datum<'_>, offset: Datum<'_>) -> Result<Column> {
    let (steps, offsets) = (Numbers::new(n), Numbers::new(offset));
    lists.picked("list.gather_every", |row, range, picks| {
        let (Some(step), Some(offset)) = (steps.get(row), offsets.get(row)) else { return Ok(false) };
        if step < 1 {
            return Err(negative("list.gather_every", row, step));
        }
        if offset < 0 {
            return Err(negative("list.gather_every", row, offset));
        }
        let start = (range.start as i64).saturating_add(offset);
        if start < range.end as i64 {
            picks.extend(
                (start as u32..range.end as u32).step_by(usize::try_from(step).unwrap_or(usize::MAX)),
            );
        }
        Ok(true)
    })
}

/// The items whose bit is set; `mask` has one for each of [`Lists::items`].
///
/// # Errors
/// None for lists that were accepted.
pub fn filter(lists: &Lists, mask: &Bitmap) -> Result<Column> {
    assert_eq!(mask.len(), lists.items.len(), "a bit for each item");
    lists.picked("list.filter", |_, range, picks| {
        picks.extend(range.filter(|&item| mask.get(item)).map(|item| item as u32));
        Ok(true)
    })
}

/// The items that are not null.
///
/// # Errors
/// None for lists that were accepted.
pub fn drop_nulls(lists: &Lists) -> Result<Column> {
    match lists.items.validity() {
        None => Ok(lists.with_items(lists.items.clone())),
        Some(validity) => filter(lists, &validity),
    }
}
