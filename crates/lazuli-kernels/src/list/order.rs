//! Items in another order or place.

use lazuli_array::{Column, DataType, PrimitiveArray};

use super::{Lists, Numbers};
use crate::datum::Datum;
use crate::sort::{SortKey, sort_indices};
use crate::{ArithmeticOp, KernelError, NO_ROW, Result, arithmetic, take_column};

/// The items of each list in order, stable. All lists are sorted at once, their row being the first key.
///
/// # Errors
/// None for lists that were accepted.
pub fn sort(lists: &Lists, descending: bool, nulls_first: bool) -> Result<Column> {
    let rows = Column::new(DataType::UInt32, PrimitiveArray::from_vec(lists.item_rows()));
    let keys = [
        SortKey { column: &rows, descending: false, nulls_first: false },
        SortKey { column: &lists.items, descending, nulls_first },
    ];
    let order = sort_indices(&keys, lists.items.len())?;
    Ok(lists.with_items(take_column(&lists.items, &order)))
}

/// The items of each list from the last to the first.
///
/// # Errors
/// None for lists that were accepted.
pub fn reverse(lists: &Lists) -> Result<Column> {
    lists.picked("list.reverse", |_, range, picks| {
        picks.extend(range.rev().map(|item| item as u32));
        Ok(true)
    })
}

/// The items of each list `n` places further on, null where none comes; back for a negative `n`. Null for a null `n`.
///
/// # Errors
/// None for lists that were accepted.
pub fn shift(lists: &Lists, n: Datum<'_>) -> Result<Column> {
    let distances = Numbers::new(n);
    lists.picked("list.shift", |row, range, picks| {
        let Some(n) = distances.get(row) else { return Ok(false) };
        let missing = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX).min(range.len());
        let nulls = std::iter::repeat_n(NO_ROW, missing);
        let (start, end) = (range.start as u32, range.end as u32);
        if n < 0 {
            picks.extend(start + missing as u32..end);
            picks.extend(nulls);
        } else {
            picks.extend(nulls);
            picks.extend(start..end - missing as u32);
        }
        Ok(true)
    })
}

/// Each item less the one `n` places before; null where there is none.
///
/// # Errors
/// [`KernelError::Overflow`] with the list's row.
pub fn diff(lists: &Lists, n: i64) -> Result<Column> {
    let n = Column::new(DataType::Int64, PrimitiveArray::from_vec(vec![n]));
    let n = crate::Constant::from_column(n);
    let earlier = Lists::new("list.diff", &shift(lists, Datum::Constant(&n))?)?;
    let at_row = |error: KernelError| lists.error_at_row(error);
    let (items, earlier) = (Datum::Column(&lists.items), Datum::Column(&earlier.items));
    Ok(lists.with_items(arithmetic(ArithmeticOp::Sub, items, earlier).map_err(at_row)?))
}
