//! Equality of lists and structs. Nulls within them are values: `[1, null]` equals `[1, null]`.

use lazuli_array::{Array, Bitmap, Column, DataType, ListArray, StructArray};

use super::eq_missing;
use crate::datum::Datum;
use crate::take::take_column;
use crate::{KernelError, Result};

/// One bit a row: whether both hold equal values. Bits of null rows mean nothing.
pub(super) fn equal(left: Datum<'_>, right: Datum<'_>) -> Result<Bitmap> {
    let rows = match (left, right) {
        (Datum::Column(column), _) | (_, Datum::Column(column)) => column.len(),
        (Datum::Constant(_), Datum::Constant(_)) => {
            unreachable!("two constants are paired as columns of one row")
        }
    };
    // Constants of nested types are rare: expanded, they need no code of their own.
    let (left, right) = (expanded(left, rows), expanded(right, rows));
    match (left.data_type(), right.data_type(), left.array(), right.array()) {
        (
            DataType::Struct(left_fields),
            DataType::Struct(right_fields),
            Array::Struct(l),
            Array::Struct(r),
        ) => {
            let mut equal = Bitmap::filled(true, rows);
            for (index, (left_field, right_field)) in left_fields.iter().zip(right_fields.iter()).enumerate()
            {
                let left = field(left_field.data_type(), l, index);
                let right = field(right_field.data_type(), r, index);
                equal = equal.and(eq_missing((&left).into(), (&right).into())?.values());
            }
            Ok(equal)
        }
        (DataType::List(left_item), DataType::List(right_item), Array::List(l), Array::List(r)) => {
            equal_lists(left_item, right_item, l, r)
        }
        (left, right, ..) => Err(KernelError::unsupported("==", [left, right])),
    }
}

fn expanded(datum: Datum<'_>, rows: usize) -> Column {
    match datum {
        Datum::Column(column) => column.clone(),
        Datum::Constant(constant) => constant.to_column(rows),
    }
}

fn field(data_type: &DataType, array: &StructArray, index: usize) -> Column {
    Column::new(data_type.clone(), array.fields()[index].clone())
}

/// Lists of equal length are compared value by value, all rows in one call; then each row asks for its own.
fn equal_lists(
    left_item: &DataType,
    right_item: &DataType,
    left: &ListArray,
    right: &ListArray,
) -> Result<Bitmap> {
    let range = |list: &ListArray, row: usize| list.offsets()[row] as usize..list.offsets()[row + 1] as usize;
    for list in [left, right] {
        if u32::try_from(list.values().len()).is_err() {
            return Err(KernelError::TooLong { operation: "==", rows: list.values().len() });
        }
    }
    let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
    let mut ends = Vec::with_capacity(left.len()); // None: of different length
    for row in 0..left.len() {
        let (left, right) = (range(left, row), range(right, row));
        ends.push((left.len() == right.len()).then(|| {
            left_rows.extend(left.start as u32..left.end as u32);
            right_rows.extend(right.start as u32..right.end as u32);
            left_rows.len()
        }));
    }
    let left_values = take_column(&Column::new(left_item.clone(), left.values().clone()), &left_rows);
    let right_values = take_column(&Column::new(right_item.clone(), right.values().clone()), &right_rows);
    let equal = eq_missing((&left_values).into(), (&right_values).into())?;
    let mut start = 0;
    Ok(Bitmap::from_fn(left.len(), |row| match ends[row] {
        None => false,
        Some(end) => {
            let all = (start..end).all(|value| equal.values().get(value));
            start = end;
            all
        }
    }))
}
