//! One row of a group: `min_by`, `max_by`, `get`, `item`.

use std::ops::Range;

use lazuli_array::{Array, Scalar};
use lazuli_kernels::aggregate::{max, min};
use lazuli_kernels::{KernelError, NO_ROW, take_column_optional};

use super::{Evaluate, RowGroups, RowsAggregate};
use crate::aggregate::MAX;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::window::order_keys;

/// The value of the row with the least key, of the first of equal ones. Null and NaN as for `min`.
pub(in crate::aggregate) const MIN_BY: RowsAggregate = RowsAggregate {
    name: "min_by",
    num_columns: 2,
    gives_rows: false,
    signature: by_signature,
    evaluate: Evaluate::Best(|rows| best_rows(rows, 1, false)),
};

/// The value of the row with the greatest key, of the first of equal ones. Null and NaN as for `max`.
pub(in crate::aggregate) const MAX_BY: RowsAggregate = RowsAggregate {
    name: "max_by",
    num_columns: 2,
    gives_rows: false,
    signature: by_signature,
    evaluate: Evaluate::Best(|rows| best_rows(rows, 1, true)),
};

/// The value of the n-th row, from 0, or from the last row if it is negative. If there is no such row an error, or, if the
/// second constant is true, null.
pub(in crate::aggregate) const GET: RowsAggregate = RowsAggregate {
    name: "get",
    num_columns: 1,
    gives_rows: false,
    signature: |arguments| {
        place(arguments)?;
        Ok(Signature::unchanged(arguments, arguments[0].data_type.clone()))
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let (place, null_outside) = place(arguments).map_err(|_| unchecked("get", arguments))?;
        let mut picked = Vec::with_capacity(rows.num_groups());
        for range in rows.ranges() {
            picked.push(match at(&range, place) {
                Some(row) => row,
                None if null_outside => NO_ROW,
                None => {
                    let (index, rows) = (place.unsigned_abs() as usize, range.len());
                    return Err(KernelError::OutOfBounds { operation: "get", index, rows });
                }
            });
        }
        Ok(take_column_optional(&rows.columns[0], &picked))
    }),
};

/// The only value; an error if there are more, or none, unless the constant says that none is null.
pub(in crate::aggregate) const ITEM: RowsAggregate = RowsAggregate {
    name: "item",
    num_columns: 1,
    gives_rows: false,
    signature: |arguments| {
        allows_empty(arguments)?;
        Ok(Signature::unchanged(arguments, arguments[0].data_type.clone()))
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let allows_empty = allows_empty(arguments).map_err(|_| unchecked("item", arguments))?;
        let mut picked = Vec::with_capacity(rows.num_groups());
        for (group, range) in rows.ranges().enumerate() {
            picked.push(match range.len() {
                1 => range.start as u32,
                0 if allows_empty => NO_ROW,
                len => {
                    return Err(KernelError::InvalidOperand {
                        operation: "item",
                        row: group,
                        value: Scalar::Int64(len as i64),
                        expected: "one row",
                    });
                }
            });
        }
        Ok(take_column_optional(&rows.columns[0], &picked))
    }),
};

/// The row at a place of a range, counted from the end if it is negative.
pub(super) fn at(range: &Range<usize>, place: i64) -> Option<u32> {
    let len = range.len() as i64;
    let place = if place < 0 { len.checked_add(place)? } else { place };
    (0..len).contains(&place).then(|| range.start as u32 + place as u32)
}

fn place(arguments: &[Argument<'_>]) -> Result<(i64, bool), SignatureError> {
    let expected = "one column, a place, and maybe whether a place without a row gives null";
    let mut options = Options::behind(1, arguments, expected)?;
    let place = options.integer()?.ok_or_else(|| options.wrong())?;
    let null_outside = options.boolean(false)?;
    options.end()?;
    Ok((place, null_outside))
}

fn allows_empty(arguments: &[Argument<'_>]) -> Result<bool, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column, and maybe whether no row gives null")?;
    let allows_empty = options.boolean(false)?;
    options.end()?;
    Ok(allows_empty)
}

fn by_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    match arguments {
        [column, key] => {
            MAX.signature(&[*key])?;
            Ok(Signature::unchanged(arguments, column.data_type.clone()))
        }
        _ => Err(SignatureError::Expected("a column, and one of a type with an order".into())),
    }
}

/// The first row of each group with the best key; [`NO_ROW`] if all are null.
pub(super) fn best_rows(rows: &RowGroups<'_>, key: usize, greatest: bool) -> Result<Vec<u32>, KernelError> {
    let column = &rows.columns[key];
    match (column.array(), column.validity()) {
        (Array::Float64(array), None) => return Ok(best_floats(rows, array.values(), greatest)),
        (Array::Int64(array), None) => return Ok(best_integers(rows, array.values(), greatest)),
        (Array::Int32(array), None) => return Ok(best_integers(rows, array.values(), greatest)),
        _ => {}
    }
    let keys = order_keys(column, greatest)?;
    let validity = column.validity();
    let is_valid = |row: &usize| validity.as_ref().is_none_or(|validity| validity.get(*row));
    let best = rows.ranges().map(|range| {
        let better = |best: usize, row: usize| if keys[row] > keys[best] { row } else { best };
        range.filter(is_valid).reduce(better).map_or(NO_ROW, |row| row as u32)
    });
    Ok(best.collect())
}

/// The first row of each group with the best value, none of which is null.
fn best_integers<T: Copy + Ord>(rows: &RowGroups<'_>, values: &[T], greatest: bool) -> Vec<u32> {
    let of_group = |range: Range<usize>| {
        let values = &values[range.clone()];
        let best = if greatest { values.iter().max() } else { values.iter().min() }?;
        values.iter().position(|value| value == best).map(|place| (range.start + place) as u32)
    };
    rows.ranges().map(|range| of_group(range).unwrap_or(NO_ROW)).collect()
}

/// As [`best_integers`]; NaN only if there is nothing else.
fn best_floats(rows: &RowGroups<'_>, values: &[f64], greatest: bool) -> Vec<u32> {
    let of_group = |range: Range<usize>| {
        let values = &values[range.clone()];
        // As an aggregate of the same values, which has wide loops; nulls there are none.
        let best = if greatest { max(values, None) } else { min(values, None) }?;
        let is_best = |value: &f64| *value == best || best.is_nan();
        values.iter().position(is_best).map(|place| (range.start + place) as u32)
    };
    rows.ranges().map(|range| of_group(range).unwrap_or(NO_ROW)).collect()
}
