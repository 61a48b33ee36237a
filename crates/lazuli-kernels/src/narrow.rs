//! 64-bit whole numbers in fewer bytes, for columns that wait in memory.
//!
//! Most identifiers and counts are small. What is kept for later is kept in the least of 2 and 4 bytes that holds all values
//! of a piece; looking costs a pass that is a fraction of writing them.

use lazuli_array::{Array, Column, DataType, Native, PrimitiveArray};

use crate::arity::unary;

/// The column in fewer bytes a row, as `UInt16` or `UInt32`, if it is one of 64-bit whole numbers, or of times in such, none
/// of which is negative or too large. [`widened`] makes it again.
pub fn narrowed(column: &Column) -> Option<Column> {
    match column.array() {
        Array::Int64(array) => narrow(array, |value| value as u64),
        Array::UInt64(array) => narrow(array, |value| value),
        _ => None,
    }
}

/// The column of this type that [`narrowed`] was given.
pub fn widened(column: &Column, data_type: &DataType) -> Column {
    match column.array() {
        Array::UInt16(array) => widen(array, data_type),
        Array::UInt32(array) => widen(array, data_type),
        _ => column.clone(),
    }
}

/// Words in half their bytes, if no word needs more.
pub fn narrowed_words(words: &[u64]) -> Option<Vec<u32>> {
    let bits = words.iter().fold(0, |bits, word| bits | word);
    (bits <= u64::from(u32::MAX)).then(|| words.iter().map(|&word| word as u32).collect())
}

fn narrow<T: Native>(array: &PrimitiveArray<T>, bits_of: impl Fn(T) -> u64 + Copy) -> Option<Column> {
    // Slots of null rows are looked at too: whatever they hold, the worst is a column that stays as it is.
    let bits = array.values().iter().fold(0, |bits, &value| bits | bits_of(value));
    if bits <= u64::from(u16::MAX) {
        Some(Column::new(DataType::UInt16, unary(array, |value| bits_of(value) as u16)))
    } else if bits <= u64::from(u32::MAX) {
        Some(Column::new(DataType::UInt32, unary(array, |value| bits_of(value) as u32)))
    } else {
        None
    }
}

fn widen<T: Native + Into<u64>>(array: &PrimitiveArray<T>, data_type: &DataType) -> Column {
    match data_type {
        DataType::UInt64 => Column::new(DataType::UInt64, unary(array, Into::<u64>::into)),
        // What was narrowed was not negative and is so again.
        _ => Column::new(data_type.clone(), unary(array, |value: T| value.into() as i64)),
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, TimeUnit};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_type_that_holds_all() {
        let narrow = |values: &[i64]| {
            narrowed(&Column::from_values(values.iter().copied())).map(|column| column.data_type().clone())
        };
        assert_eq!(narrow(&[]), Some(DataType::UInt16));
        assert_eq!(narrow(&[0, 65_535]), Some(DataType::UInt16));
        assert_eq!(narrow(&[0, 65_536]), Some(DataType::UInt32));
        assert_eq!(narrow(&[(1 << 32) - 1]), Some(DataType::UInt32));
        assert_eq!(narrow(&[1 << 32]), None);
        assert_eq!(narrow(&[5, -1]), None);
        assert_eq!(narrowed(&Column::from_values([1.0].into_iter())), None);
        assert_eq!(narrowed(&Column::from_values([1i32].into_iter())), None);
        assert_eq!(narrowed_words(&[7, u64::from(u32::MAX)]), Some(vec![7, u32::MAX]));
        assert_eq!(narrowed_words(&[7, 1 << 32]), None);
    }

    proptest! {
        #[test]
        fn wide_again_is_what_it_was(
            values in proptest::collection::vec(proptest::option::of(any::<u64>()), 0..50),
            shift in 0u32..64,
            kind in 0usize..3,
        ) {
            let values = values.iter().map(|value| value.map(|value| value >> shift));
            let column = match kind {
                0 => Column::from_values(values),
                1 => Column::from_values(values.map(|value| value.map(|value| value as i64))),
                _ => {
                    let array: PrimitiveArray<i64> =
                        values.map(|value| value.map(|value| value as i64)).collect();
                    Column::new(DataType::Datetime(TimeUnit::Microseconds, None), array)
                }
            };
            if let Some(narrow) = narrowed(&column) {
                prop_assert_eq!(narrow.len(), column.len());
                prop_assert_eq!(&widened(&narrow, column.data_type()), &column);
            }
        }
    }
}
