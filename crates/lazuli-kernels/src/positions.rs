//! Positions: where in a set of values each value is.

use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use lazuli_array::{Array, BinaryArray, Bitmap, Code, Column, dispatch_codes};

use crate::arity::each;
use crate::take::NO_ROW;
use crate::wide::widened;
use crate::width::bits_of;
use crate::{KernelError, Result};

/// Sets of at most this many numbers are looked through one by one, which is faster than a hash table then.
const FEW_VALUES: usize = 8;

/// The row of `set` that holds each value, the first if there are several; [`NO_ROW`] if there is none. Null is a value
/// here, and NaN equals NaN.
///
/// Both are of one type, which is not nested.
///
/// # Errors
/// [`KernelError::Unsupported`].
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::{NO_ROW, positions_in};
///
/// let column = |values: [Option<&'static str>; 3]| Column::from_values(values.into_iter());
/// let found = positions_in(&column([Some("b"), None, Some("z")]), &column([Some("a"), Some("b"), None]))?;
/// assert_eq!(found, [1, 2, NO_ROW]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn positions_in(column: &Column, set: &Column) -> Result<Vec<u32>> {
    let of_null = (0..set.len()).find(|&row| !set.array().is_valid(row)).map_or(NO_ROW, |row| row as u32);
    let rows = column.len();
    if set.is_empty() || column.null_count() == rows {
        return Ok(vec![of_null; rows]);
    }
    let mut positions = match (&*widened(column.array()), &*widened(set.array())) {
        (Array::Float64(array), Array::Float64(set)) => {
            numbers(&each(array.values(), float_key), &each(set.values(), float_key), set.validity())
        }
        (Array::Int32(array), Array::Int32(set)) => {
            numbers(bits_of(array.values()), bits_of(set.values()), set.validity())
        }
        (Array::Int64(array), Array::Int64(set)) => {
            numbers(bits_of(array.values()), bits_of(set.values()), set.validity())
        }
        (Array::UInt64(array), Array::UInt64(set)) => numbers(array.values(), set.values(), set.validity()),
        (Array::Int128(array), Array::Int128(set)) => numbers(array.values(), set.values(), set.validity()),
        (Array::Boolean(array), Array::Boolean(set)) => {
            let position =
                |wanted| set.iter().position(|value| value == Some(wanted)).map_or(NO_ROW, |row| row as u32);
            let positions = [position(false), position(true)];
            (0..rows).map(|row| positions[usize::from(array.values().get(row))]).collect()
        }
        (Array::Binary(array), Array::Binary(set)) => {
            let table = table(set.iter());
            (0..rows).map(|row| found(&table, BinaryArray::value(array, row))).collect()
        }
        (Array::String(_) | Array::Dictionary(_), Array::String(set)) => {
            texts(column.array(), &mut set.iter())
        }
        (Array::String(_) | Array::Dictionary(_), Array::Dictionary(set)) => {
            texts(column.array(), &mut set.iter())
        }
        _ => return Err(KernelError::unsupported("positions_in", [column.data_type(), set.data_type()])),
    };
    if let Some(validity) = column.validity() {
        for (row, position) in positions.iter_mut().enumerate() {
            if !validity.get(row) {
                *position = of_null;
            }
        }
    }
    Ok(positions)
}

/// The bits of a float, such that equal values have equal bits: one NaN, one zero.
fn float_key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Positions of numbers by keys that are equal when they are; of `set` those that are valid.
fn numbers<K: Copy + Hash + Eq>(keys: &[K], set: &[K], valid: Option<&Bitmap>) -> Vec<u32> {
    let mut known: Vec<(K, u32)> = Vec::with_capacity(set.len());
    for (row, &key) in set.iter().enumerate() {
        if valid.is_none_or(|valid| valid.get(row)) {
            known.push((key, row as u32));
        }
    }
    if known.len() <= FEW_VALUES {
        return each(keys, |wanted| {
            known.iter().find(|(key, _)| *key == wanted).map_or(NO_ROW, |(_, row)| *row)
        });
    }
    let mut table: HashMap<K, u32, RandomState> = HashMap::default();
    for (key, row) in known {
        table.entry(key).or_insert(row);
    }
    each(keys, |key| table.get(&key).copied().unwrap_or(NO_ROW))
}

fn texts(array: &Array, set: &mut dyn Iterator<Item = Option<&str>>) -> Vec<u32> {
    let table: HashMap<&str, u32, RandomState> = table(set);
    let of = |text: &str| table.get(text).copied().unwrap_or(NO_ROW);
    match array {
        Array::String(array) => (0..array.len()).map(|row| of(array.value(row))).collect(),
        Array::Dictionary(array) if array.dictionary().len() > array.len() => {
            array.iter().map(|text| text.map_or(NO_ROW, of)).collect()
        }
        Array::Dictionary(array) => {
            // A null row of an empty dictionary has a code without an entry.
            let entries: Vec<u32> = array.dictionary().values().iter().map(of).chain([NO_ROW]).collect();
            dispatch_codes!(array.stored_codes(), |codes| {
                each(codes.values(), |code| entries[code.index()])
            })
        }
        _ => unreachable!("text is plain or a dictionary"),
    }
}

/// The first row of each value.
fn table<K: Hash + Eq>(set: impl Iterator<Item = Option<K>>) -> HashMap<K, u32, RandomState> {
    let mut table = HashMap::default();
    for (value, row) in set.zip(0..) {
        if let Some(value) = value {
            table.entry(value).or_insert(row);
        }
    }
    table
}

fn found<K: Hash + Eq>(table: &HashMap<K, u32, RandomState>, key: K) -> u32 {
    table.get(&key).copied().unwrap_or(NO_ROW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_match_naive(
            (column, set) in strategies::one_of(strategies::flat_types())
                .prop_flat_map(|t| (strategies::column(&t, 0..70), strategies::column(&t, 0..25))),
        ) {
            let found = positions_in(&column, &set).unwrap();
            prop_assert_eq!(found.len(), column.len());
            for (row, &position) in found.iter().enumerate() {
                let expected = (0..set.len()).find(|&other| set.get(other) == column.get(row));
                prop_assert_eq!((position != NO_ROW).then_some(position as usize), expected);
            }
        }
    }
}
