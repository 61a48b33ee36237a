//! Items by value.

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType, PrimitiveArray};

use super::Lists;
use crate::datum::Datum;
use crate::{CompareOp, Result, compare, take_column};

/// Which items are equal to the value of their row, NaN to NaN; null to null only if `nulls_equal`.
fn matches(lists: &Lists, value: Datum<'_>, nulls_equal: bool) -> Result<Bitmap> {
    let op = if nulls_equal { CompareOp::EqMissing } else { CompareOp::Eq };
    let items = Datum::Column(&lists.items);
    let equal = match value {
        Datum::Constant(_) => compare(op, items, value)?,
        Datum::Column(column) => {
            let values = take_column(column, &lists.item_rows());
            compare(op, items, Datum::Column(&values))?
        }
    };
    Ok(equal.true_mask())
}

/// Whether one of the items is the value of the row. A null value is found as any other, or gives null unless
/// `nulls_equal`.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] for a value of another type than the items.
pub fn contains(lists: &Lists, value: Datum<'_>, nulls_equal: bool) -> Result<Column> {
    let found = matches(lists, value, nulls_equal)?;
    let mut validity = lists.validity.clone();
    if !nulls_equal {
        let values = match value {
            Datum::Column(column) => column.validity(),
            Datum::Constant(constant) => constant.is_null().then(|| Bitmap::filled(false, lists.len())),
        };
        validity = match (validity, values) {
            (Some(lists), Some(values)) => Some(lists.and(&values)),
            (one, None) | (None, one) => one,
        };
    }
    Ok(flags(lists, validity, |row| lists.range(row).any(|item| found.get(item))))
}

/// How many of the items are the value of the row, null among nulls.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] for a value of another type than the items.
pub fn count_matches(lists: &Lists, value: Datum<'_>) -> Result<Column> {
    let found = matches(lists, value, true)?;
    let count = |row| lists.range(row).filter(|&item| found.get(item)).count() as i64;
    let counts: Vec<i64> = (0..lists.len()).map(count).collect();
    Ok(Column::new(DataType::Int64, PrimitiveArray::new(counts.into(), lists.validity.clone())))
}

/// The place of the first item that is the value of the row, a column with a value for each; null where there is none or
/// the value is null.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] for a value of another type than the items.
pub fn first_match(lists: &Lists, values: &Column) -> Result<Column> {
    let found = matches(lists, Datum::Column(values), false)?;
    let place = |row| lists.range(row).position(|item| found.get(item)).map(|place| place as i64);
    let places: PrimitiveArray<i64> = (0..lists.len()).map(place).collect();
    Ok(Column::new(DataType::Int64, places))
}

/// Whether one of the items is true; null ones do not count. Panics for items that are not Boolean.
pub fn any(lists: &Lists) -> Column {
    let is_true = booleans(lists).true_mask();
    flags(lists, lists.validity.clone(), |row| lists.range(row).any(|item| is_true.get(item)))
}

/// Whether none of the items is false; null ones do not count. Panics for items that are not Boolean.
pub fn all(lists: &Lists) -> Column {
    let items = booleans(lists);
    flags(lists, lists.validity.clone(), |row| lists.range(row).all(|item| items.get(item) != Some(false)))
}

fn booleans(lists: &Lists) -> &BooleanArray {
    match lists.items.array() {
        Array::Boolean(array) => array,
        other => panic!("Boolean items over a {} array", other.physical_name()),
    }
}

fn flags(lists: &Lists, validity: Option<Bitmap>, flag: impl FnMut(usize) -> bool) -> Column {
    Column::new(DataType::Boolean, BooleanArray::new(Bitmap::from_fn(lists.len(), flag), validity))
}
