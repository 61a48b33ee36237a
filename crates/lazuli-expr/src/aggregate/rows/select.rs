//! Some of the rows of a group: `unique`, `head`, `filter` and their like.

use lazuli_array::{Array, Column, DataType, dispatch_float};
use lazuli_kernels::sort::{RowComparator, SortKey};
use lazuli_kernels::{KernelError, NO_ROW, take_column_optional};

use super::{Evaluate, RowGroups, RowsAggregate, list_column, list_of};
use crate::aggregate::signature::only;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::window::value_ids;

/// All values as a list, nulls too, in the order of rows.
pub(in crate::aggregate) const IMPLODE: RowsAggregate = RowsAggregate {
    name: "implode",
    num_columns: 1,
    gives_rows: false,
    signature: one_column,
    evaluate: Evaluate::Column(|rows, _| Ok(list_column(rows.offsets.to_vec(), rows.columns[0].clone()))),
};

/// Each value once, in the order of first appearance. Null and NaN are values too.
pub(in crate::aggregate) const UNIQUE: RowsAggregate = RowsAggregate {
    name: "unique",
    num_columns: 1,
    gives_rows: true,
    signature: one_column,
    evaluate: Evaluate::Column(|rows, _| {
        let first = first_of_equals(rows)?;
        Ok(rows.kept(|row| first[row]))
    }),
};

/// The values that are not null.
pub(in crate::aggregate) const DROP_NULLS: RowsAggregate = RowsAggregate {
    name: "drop_nulls",
    num_columns: 1,
    gives_rows: true,
    signature: one_column,
    evaluate: Evaluate::Column(|rows, _| {
        let validity = rows.columns[0].validity();
        Ok(rows.kept(|row| validity.as_ref().is_none_or(|validity| validity.get(row))))
    }),
};

/// The values that are not NaN, nulls too.
pub(in crate::aggregate) const DROP_NANS: RowsAggregate = RowsAggregate {
    name: "drop_nans",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| match one_column(arguments)? {
        signature if arguments[0].data_type.is_numeric() || *arguments[0].data_type == DataType::Null => {
            Ok(signature)
        }
        _ => Err(SignatureError::Expected("one column of numbers".into())),
    },
    evaluate: Evaluate::Column(|rows, _| {
        let column = &rows.columns[0];
        let validity = column.validity();
        let is_valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.get(row));
        Ok(dispatch_float!(
            column.array(),
            |array| {
                let values = array.values();
                rows.kept(|row| !is_valid(row) || !values[row].is_nan())
            },
            else rows.kept(|_| true)
        ))
    }),
};

/// The first rows, 10 by default.
pub(in crate::aggregate) const HEAD: RowsAggregate = RowsAggregate {
    name: "head",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| num_rows(arguments).and_then(|_| unchanged(arguments)),
    evaluate: Evaluate::Column(|rows, arguments| {
        let count = num_rows(arguments).map_err(|_| unchecked("head", arguments))?;
        Ok(rows.picked(|range, rows| rows.extend(range.take(count).map(|row| row as u32))))
    }),
};

/// The last rows, 10 by default.
pub(in crate::aggregate) const TAIL: RowsAggregate = RowsAggregate {
    name: "tail",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| num_rows(arguments).and_then(|_| unchanged(arguments)),
    evaluate: Evaluate::Column(|rows, arguments| {
        let count = num_rows(arguments).map_err(|_| unchecked("tail", arguments))?;
        Ok(rows.picked(|range, rows| {
            let start = range.end.saturating_sub(count).max(range.start);
            rows.extend((start..range.end).map(|row| row as u32));
        }))
    }),
};

/// The rows from a place on, counted from the end if it is negative; so many of them, or all.
pub(in crate::aggregate) const SLICE: RowsAggregate = RowsAggregate {
    name: "slice",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| slice_of(arguments).and_then(|_| unchanged(arguments)),
    evaluate: Evaluate::Column(|rows, arguments| {
        let (offset, length) = slice_of(arguments).map_err(|_| unchecked("slice", arguments))?;
        Ok(rows.picked(|range, rows| {
            let first = range.start as i64;
            let len = range.len() as i64;
            // A start before the first row takes what of the length lies behind it.
            let start = if offset < 0 { len.saturating_add(offset) } else { offset };
            let end = length.map_or(len, |length| start.saturating_add(length)).clamp(0, len);
            rows.extend((start.clamp(0, len)..end).map(|row| (first + row) as u32));
        }))
    }),
};

/// Every n-th row, from a place on.
pub(in crate::aggregate) const GATHER_EVERY: RowsAggregate = RowsAggregate {
    name: "gather_every",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| stride(arguments).and_then(|_| unchanged(arguments)),
    evaluate: Evaluate::Column(|rows, arguments| {
        let (stride, offset) = stride(arguments).map_err(|_| unchecked("gather_every", arguments))?;
        Ok(rows.picked(|range, rows| {
            rows.extend(range.skip(offset).step_by(stride).map(|row| row as u32));
        }))
    }),
};

/// The rows at places that are constants, negative ones counted from the end; a null place gives null.
pub(in crate::aggregate) const GATHER: RowsAggregate = RowsAggregate {
    name: "gather",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| places(arguments).and_then(|_| unchanged(arguments)),
    evaluate: Evaluate::Column(|rows, arguments| {
        let places = places(arguments).map_err(|_| unchecked("gather", arguments))?;
        let mut picked = Vec::new();
        let mut offsets = vec![0i64];
        for range in rows.ranges() {
            for place in &places {
                picked.push(match place {
                    None => NO_ROW,
                    Some(place) => super::pick::at(&range, *place).ok_or(KernelError::OutOfBounds {
                        operation: "gather",
                        index: place.unsigned_abs() as usize,
                        rows: range.len(),
                    })?,
                });
            }
            offsets.push(picked.len() as i64);
        }
        Ok(list_column(offsets, take_column_optional(&rows.columns[0], &picked)))
    }),
};

/// The rows for which the predicate is true.
pub(in crate::aggregate) const FILTER: RowsAggregate = RowsAggregate {
    name: "filter",
    num_columns: 2,
    gives_rows: true,
    signature: |arguments| match arguments {
        [column, predicate] if matches!(predicate.data_type, DataType::Boolean | DataType::Null) => {
            let inputs = vec![column.data_type.clone(), DataType::Boolean];
            Ok(Signature { inputs, output: list_of(column.data_type) })
        }
        _ => Err(SignatureError::Expected("a column and a Boolean predicate".into())),
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let Array::Boolean(predicate) = rows.columns[1].array() else {
            return Err(unchecked("filter", arguments));
        };
        let keep = predicate.true_mask();
        Ok(rows.kept(|row| keep.get(row)))
    }),
};

/// The items of lists; null for a list that is null or empty.
pub(in crate::aggregate) const EXPLODE: RowsAggregate = RowsAggregate {
    name: "explode",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| match only(arguments, "one column of lists")? {
        list @ DataType::List(_) => Ok(Signature { inputs: vec![list.clone()], output: list.clone() }),
        _ => Err(SignatureError::Expected("one column of lists".into())),
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let (Array::List(lists), DataType::List(item)) =
            (rows.columns[0].array(), rows.columns[0].data_type())
        else {
            return Err(unchecked("explode", arguments));
        };
        let mut picked = Vec::new();
        let mut offsets = vec![0i64];
        for range in rows.ranges() {
            for row in range {
                let (start, end) = (lists.offsets()[row], lists.offsets()[row + 1]);
                let is_null = lists.validity().is_some_and(|validity| !validity.get(row));
                match is_null || start == end {
                    true => picked.push(NO_ROW),
                    false => picked.extend((start..end).map(|item| item as u32)),
                }
            }
            offsets.push(picked.len() as i64);
        }
        let items = Column::new((**item).clone(), lists.values().clone());
        Ok(list_column(offsets, take_column_optional(&items, &picked)))
    }),
};

/// The values of the rows with the greatest keys, greatest first; nulls last and only as far as there is room.
pub(in crate::aggregate) const TOP_K_BY: RowsAggregate = RowsAggregate {
    name: "top_k_by",
    num_columns: 2,
    gives_rows: true,
    signature: best_by_signature,
    evaluate: Evaluate::Column(|rows, arguments| best_by(rows, arguments, true)),
};

/// The values of the rows with the least keys, least first; nulls last and only as far as there is room.
pub(in crate::aggregate) const BOTTOM_K_BY: RowsAggregate = RowsAggregate {
    name: "bottom_k_by",
    num_columns: 2,
    gives_rows: true,
    signature: best_by_signature,
    evaluate: Evaluate::Column(|rows, arguments| best_by(rows, arguments, false)),
};

fn unchanged(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    Ok(Signature::unchanged(arguments, list_of(arguments[0].data_type)))
}

fn one_column(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    only(arguments, "one column")?;
    unchanged(arguments)
}

fn num_rows(arguments: &[Argument<'_>]) -> Result<usize, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column, and maybe a number of rows from 0")?;
    let count = options.count()?.unwrap_or(10);
    options.end()?;
    Ok(count)
}

fn slice_of(arguments: &[Argument<'_>]) -> Result<(i64, Option<i64>), SignatureError> {
    let mut options =
        Options::behind(1, arguments, "one column, a place, and maybe a number of rows from 0")?;
    let offset = options.integer()?.ok_or_else(|| options.wrong())?;
    let length = options.count()?.map(|length| i64::try_from(length).unwrap_or(i64::MAX));
    options.end()?;
    Ok((offset, length))
}

fn stride(arguments: &[Argument<'_>]) -> Result<(usize, usize), SignatureError> {
    let mut options =
        Options::behind(1, arguments, "one column, a number of rows from 1, and maybe a place from 0")?;
    let stride = options.count()?.filter(|stride| *stride > 0).ok_or_else(|| options.wrong())?;
    let offset = options.count()?.unwrap_or(0);
    options.end()?;
    Ok((stride, offset))
}

fn places(arguments: &[Argument<'_>]) -> Result<Vec<Option<i64>>, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column and places as constants")?;
    (1..arguments.len()).map(|_| options.integer()).collect()
}

fn num_best(arguments: &[Argument<'_>]) -> Result<usize, SignatureError> {
    let mut options =
        Options::behind(2, arguments, "a column, one to sort it by, and a number of rows from 0")?;
    let count = options.count()?.ok_or_else(|| options.wrong())?;
    options.end()?;
    Ok(count)
}

fn best_by_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    num_best(arguments)?;
    unchanged(arguments)
}

fn best_by(
    rows: &RowGroups<'_>,
    arguments: &[Argument<'_>],
    descending: bool,
) -> Result<Column, KernelError> {
    let count = num_best(arguments).map_err(|_| unchecked("top_k_by", arguments))?;
    let key = SortKey { column: &rows.columns[1], descending, nulls_first: false };
    let comparator = RowComparator::new(&[key]);
    let compare = |left: &u32, right: &u32| {
        comparator.compare(*left as usize, *right as usize).then_with(|| left.cmp(right))
    };
    Ok(rows.picked(|range, picked| {
        let mut all: Vec<u32> = range.map(|row| row as u32).collect();
        if count < all.len() {
            if count > 0 {
                all.select_nth_unstable_by(count - 1, compare);
            }
            all.truncate(count);
        }
        all.sort_unstable_by(compare);
        picked.extend(all);
    }))
}

/// Whether each row is the first of its equals in its group.
pub(super) fn first_of_equals(rows: &RowGroups<'_>) -> Result<Vec<bool>, KernelError> {
    let (ids, num_values) = value_ids(&rows.columns[0], &rows.partitions())?;
    let mut seen = vec![false; num_values];
    Ok(ids.iter().map(|&id| !std::mem::replace(&mut seen[id as usize], true)).collect())
}
