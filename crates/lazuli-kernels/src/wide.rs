//! Small number types in the wider ones that hold all their values.
//!
//! Numbers of 8 and 16 bits, UInt32 and Float32 are stored for their size and seldom computed with. A kernel whose result is
//! the same in a wider type casts them, runs, and casts back: a pass over the rows more, and loops for five types instead of
//! eleven, which is most of what the compiler has to do for such a kernel. Int32 has loops of its own: dates are stored as
//! such.

use std::borrow::Cow;

use lazuli_array::{Array, Column, DataType, Native, PrimitiveArray};

use crate::Result;
use crate::arity::unary;
use crate::cast::{CastMode, cast};
use crate::datum::{Datum, Value};

/// The values of an array in Int32, Int64 or Float64, if they are of a smaller type that this one holds; else the array.
/// Null rows stay null.
///
/// ```
/// use lazuli_array::{Array, PrimitiveArray};
/// use lazuli_kernels::wide::widened;
///
/// let array = Array::from(PrimitiveArray::from_iter([Some(-1i8), None]));
/// assert_eq!(*widened(&array), Array::from(PrimitiveArray::from_iter([Some(-1i32), None])));
/// ```
pub fn widened(array: &Array) -> Cow<'_, Array> {
    fn to<T: Native, W: Native + From<T>>(array: &PrimitiveArray<T>) -> Cow<'_, Array> {
        Cow::Owned(W::wrap(unary(array, W::from)))
    }
    match array {
        Array::Int8(array) => to::<_, i32>(array),
        Array::Int16(array) => to::<_, i32>(array),
        Array::UInt8(array) => to::<_, i32>(array),
        Array::UInt16(array) => to::<_, i32>(array),
        Array::UInt32(array) => to::<_, i64>(array),
        Array::Float32(array) => to::<_, f64>(array),
        other => Cow::Borrowed(other),
    }
}

/// The type that [`widened`] gives values of this type; `None` if they stay as they are.
pub(crate) fn wide_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => Some(DataType::Int32),
        DataType::UInt32 => Some(DataType::Int64),
        DataType::Float32 => Some(DataType::Float64),
        _ => None,
    }
}

/// The column in its [`wide_type`]; `None` if it stays as it is.
pub(crate) fn wide_column(column: &Column) -> Option<Column> {
    let wide = wide_type(column.data_type())?;
    Some(Column::new(wide, widened(column.array()).into_owned()))
}

/// An operand in its [`wide_type`]; `None` if it stays as it is.
pub(crate) fn wide_value(operand: Datum<'_>) -> Option<Value> {
    Some(Value::from_result(wide_column(operand.one_or_all())?, &[operand]))
}

/// A column of numbers that `data_type` holds, such as [`wide_column`] made, in that type.
pub(crate) fn narrow_column(column: &Column, data_type: &DataType) -> Result<Column> {
    cast(column, data_type, CastMode::Strict)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategies;

    proptest! {
        #[test]
        fn wide_values_are_the_same_and_come_back(
            column in strategies::one_of(strategies::numeric_types())
                .prop_flat_map(|data_type| strategies::column(&data_type, 0..70)),
        ) {
            let Some(wide) = wide_column(&column) else {
                prop_assert!(matches!(widened(column.array()), Cow::Borrowed(_)));
                return Ok(());
            };
            let (naive, narrow) = (
                cast(&column, wide.data_type(), CastMode::Strict).expect("a wider type holds all values"),
                narrow_column(&wide, column.data_type()).expect("the values are of this type"),
            );
            prop_assert_eq!(&wide, &naive);
            prop_assert_eq!(narrow, column);
        }
    }
}
