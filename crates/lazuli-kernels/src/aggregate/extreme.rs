//! The least and the greatest value. NaN is ignored as long as there is any other value; -0.0 comes out as 0.0.

use std::cmp::Ordering;

use lazuli_array::{Array, Bitmap, BooleanArray, Column, Native};

use super::{for_each_valid, for_each_value};
use crate::sort::{RowComparator, SortKey};

/// The least of all values that count; `None` if there are none, NaN if there is nothing else.
///
/// ```
/// use lazuli_kernels::aggregate::{max, min};
///
/// assert_eq!(max(&[1.0, f64::NAN], None), Some(1.0));
/// assert_eq!(min::<i32>(&[], None), None);
/// ```
pub fn min<T: Native>(values: &[T], validity: Option<&Bitmap>) -> Option<T> {
    extreme(values, validity, |value, best| value < best)
}

/// The greatest of all values that count; `None` if there are none, NaN if there is nothing else.
pub fn max<T: Native>(values: &[T], validity: Option<&Bitmap>) -> Option<T> {
    extreme(values, validity, |value, best| value > best)
}

/// Lowers the least value of each group.
pub fn grouped_min<T: Native>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [Option<T>],
) {
    grouped_extreme(values, validity, group_ids, states, |value, best| value < best);
}

/// Raises the greatest value of each group.
pub fn grouped_max<T: Native>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [Option<T>],
) {
    grouped_extreme(values, validity, group_ids, states, |value, best| value > best);
}

/// Whether nothing but NaN was seen so far.
#[inline]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn is_nan<T: Native>(value: T) -> bool {
    value != value
}

/// A value with one zero.
#[inline]
fn one_zero<T: Native>(value: T) -> T {
    if value == T::default() { T::default() } else { value }
}

#[inline]
fn extreme<T: Native>(values: &[T], validity: Option<&Bitmap>, better: impl Fn(T, T) -> bool) -> Option<T> {
    /// Candidates side by side, so that comparisons do not wait for one another.
    const LANES: usize = 8;
    let pick = |best: T, value: T| if better(value, best) || is_nan(best) { value } else { best };
    let best = match validity {
        None => {
            let first = *values.first()?;
            let (blocks, rest) = values.as_chunks::<LANES>();
            let mut lanes = [first; LANES];
            for block in blocks {
                for (lane, &value) in lanes.iter_mut().zip(block) {
                    *lane = pick(*lane, value);
                }
            }
            lanes.into_iter().chain(rest.iter().copied()).fold(first, pick)
        }
        Some(validity) => {
            let mut best = None;
            for_each_valid(values.len(), validity, |row| {
                best = Some(best.map_or(values[row], |best| pick(best, values[row])));
            });
            best?
        }
    };
    Some(one_zero(best))
}

#[inline]
fn grouped_extreme<T: Native>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [Option<T>],
    better: impl Fn(T, T) -> bool,
) {
    for_each_value(values, validity, group_ids, |value, group| {
        let state = &mut states[group];
        if state.is_none_or(|best| better(value, best) || is_nan(best)) {
            *state = Some(one_zero(value));
        }
    });
}

/// Lowers the least truth value of each group: false if there is any.
pub fn grouped_min_booleans(array: &BooleanArray, group_ids: &[u32], states: &mut [Option<bool>]) {
    grouped_booleans(array, group_ids, states, |value, best| value & best);
}

/// Raises the greatest truth value of each group: true if there is any.
pub fn grouped_max_booleans(array: &BooleanArray, group_ids: &[u32], states: &mut [Option<bool>]) {
    grouped_booleans(array, group_ids, states, |value, best| value | best);
}

fn grouped_booleans(
    array: &BooleanArray,
    group_ids: &[u32],
    states: &mut [Option<bool>],
    merge: impl Fn(bool, bool) -> bool,
) {
    assert_eq!(array.len(), group_ids.len(), "one group id a row");
    for (value, &group) in array.iter().zip(group_ids) {
        if let Some(value) = value {
            let state = &mut states[group as usize];
            *state = Some(state.map_or(value, |best| merge(value, best)));
        }
    }
}

/// Lowers the least text or byte string of each group, by bytes. Panics for arrays of other values.
pub fn grouped_min_bytes(array: &Array, group_ids: &[u32], states: &mut [Option<Box<[u8]>>]) {
    grouped_bytes(array, group_ids, states, Ordering::Less);
}

/// Raises the greatest text or byte string of each group, by bytes. Panics for arrays of other values.
pub fn grouped_max_bytes(array: &Array, group_ids: &[u32], states: &mut [Option<Box<[u8]>>]) {
    grouped_bytes(array, group_ids, states, Ordering::Greater);
}

fn grouped_bytes(array: &Array, group_ids: &[u32], states: &mut [Option<Box<[u8]>>], better: Ordering) {
    fn each<'a>(
        values: impl Iterator<Item = Option<&'a [u8]>>,
        group_ids: &[u32],
        states: &mut [Option<Box<[u8]>>],
        better: Ordering,
    ) {
        for (value, &group) in values.zip(group_ids) {
            let Some(value) = value else { continue };
            let state = &mut states[group as usize];
            if state.as_deref().is_none_or(|best| value.cmp(best) == better) {
                *state = Some(value.into());
            }
        }
    }
    assert_eq!(array.len(), group_ids.len(), "one group id a row");
    match array {
        Array::String(array) => {
            each(array.iter().map(|text| text.map(str::as_bytes)), group_ids, states, better);
        }
        Array::Dictionary(array) => {
            each(array.iter().map(|text| text.map(str::as_bytes)), group_ids, states, better);
        }
        Array::Binary(array) => each(array.iter(), group_ids, states, better),
        other => panic!("texts or bytes over a {} array", other.physical_name()),
    }
}

/// The first row with the least value of a column of any type; `None` if all are null. NaN only if there is nothing else.
pub fn arg_min(column: &Column) -> Option<usize> {
    arg_extreme(column, Ordering::Less)
}

/// The first row with the greatest value of a column of any type; `None` if all are null. NaN only if there is nothing
/// else.
pub fn arg_max(column: &Column) -> Option<usize> {
    arg_extreme(column, Ordering::Greater)
}

fn arg_extreme(column: &Column, better: Ordering) -> Option<usize> {
    let rows = RowComparator::new(&[SortKey { column, descending: false, nulls_first: false }]);
    let is_nan = |row: usize| match column.array() {
        Array::Float32(array) => array.values()[row].is_nan(),
        Array::Float64(array) => array.values()[row].is_nan(),
        _ => false,
    };
    let pick = |best: usize, row: usize| match (is_nan(best), is_nan(row)) {
        (true, false) => row,
        (_, true) => best,
        (false, false) if rows.compare(row, best) == better => row,
        (false, false) => best,
    };
    match column.validity() {
        None => (0..column.len()).reduce(pick),
        Some(validity) => validity.ones().reduce(pick),
    }
}
