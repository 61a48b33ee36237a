//! States as columns, and back.

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType, Native, PrimitiveArray};

/// All values. As `collect`, which is a dozen functions for the compiler, and each state has several columns.
pub(super) fn gathered<T>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::with_capacity(values.size_hint().0);
    for value in values {
        all.push(value);
    }
    all
}

/// A column of 128-bit integers.
pub(super) fn int128_column(values: impl Iterator<Item = i128>) -> Column {
    let array: PrimitiveArray<i128> = PrimitiveArray::from_vec(gathered(values));
    Column::new(DataType::Decimal { precision: 38, scale: 0 }, array)
}

/// A column of 64-bit integers.
pub(super) fn int64_column(values: impl Iterator<Item = i64>) -> Column {
    let array: PrimitiveArray<i64> = PrimitiveArray::from_vec(gathered(values));
    Column::new(DataType::Int64, array)
}

/// A column of floats.
pub(super) fn float64_column(values: impl Iterator<Item = f64>) -> Column {
    let array: PrimitiveArray<f64> = PrimitiveArray::from_vec(gathered(values));
    Column::new(DataType::Float64, array)
}

/// A column of results, null where a group has none: `num_groups` of them, by number.
pub(super) fn result_column<T: Native>(
    data_type: DataType,
    num_groups: usize,
    has_result: impl Fn(usize) -> bool,
    result: impl Fn(usize) -> T,
) -> Column {
    let value = |group| if has_result(group) { result(group) } else { T::default() };
    let values: Vec<T> = gathered((0..num_groups).map(value));
    let validity = Bitmap::from_fn(num_groups, has_result);
    Column::new(data_type, PrimitiveArray::new(values.into(), Some(validity)))
}

/// A column of booleans.
pub(super) fn boolean_column(values: impl Iterator<Item = bool>) -> Column {
    Column::new(DataType::Boolean, BooleanArray::new(values.collect(), None))
}

/// The values of a column that a `*_column` function made.
pub(super) fn values_of<T: Native>(column: &Column) -> &[T] {
    T::unwrap(column.array()).expect("state columns have the types that state() gave them").values()
}

/// The bits of a column that [`boolean_column`] made.
pub(super) fn bits_of(column: &Column) -> impl Iterator<Item = bool> + '_ {
    let Array::Boolean(array) = column.array() else {
        unreachable!("state columns have the types that state() gave them")
    };
    array.values().iter()
}
