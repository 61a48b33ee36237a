//! Is-in: whether each value is one of a set.
//!
//! A null value gives null, and a null in the set matches nothing; [`is_in_missing`] takes null for a value that may be
//! in the set. A few values are looked for one after the other, more of them by a hash table; text in a dictionary is
//! looked up once for each distinct value.

use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashSet;
use lazuli_array::{
    Array, BinaryArray, Bitmap, BooleanArray, Code, Column, DataType, Native, PrimitiveArray, dispatch_codes,
};

use crate::arity::{each, predicate_of};
use crate::compare::{CompareOp, eq};
use crate::datum::{Constant, Datum};
use crate::wide::widened;
use crate::width::bits_of;
use crate::{KernelError, Result};

/// Sets of at most this many values are compared with value by value: each is one pass of vector code over the column,
/// about 0.3 ns a row, against some 3 ns a row for a hash table.
const FEW_VALUES: usize = 8;

/// Whether each value is in `set`; null where the value is null. Nulls in the set match nothing.
///
/// Both are of one type, or numbers or text that compare with each other; see [`CompareOp::accepts`].
///
/// # Errors
/// [`KernelError::Unsupported`] for types that do not compare.
///
/// ```
/// use lazuli_array::{Column, DataType, PrimitiveArray};
/// use lazuli_kernels::is_in;
///
/// let column = |values: [Option<i64>; 3]| Column::new(DataType::Int64, PrimitiveArray::from_iter(values));
/// let found = is_in(&column([Some(1), None, Some(3)]), &column([Some(3), Some(4), None]))?;
/// assert_eq!(found.iter().collect::<Vec<_>>(), [Some(false), None, Some(true)]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn is_in(column: &Column, set: &Column) -> Result<BooleanArray> {
    Ok(BooleanArray::new(find(column, set)?, column.validity()))
}

/// As [`is_in`], where null is a value: a null row is in the set if the set has a null. Never null.
///
/// # Errors
/// As [`is_in`].
pub fn is_in_missing(column: &Column, set: &Column) -> Result<BooleanArray> {
    let found = find(column, set)?;
    let bits = match column.validity() {
        None => found,
        Some(validity) if set.null_count() > 0 => found.or(&validity.not()),
        Some(validity) => found.and(&validity),
    };
    Ok(BooleanArray::new(bits, None))
}

/// One bit a row: whether the value is in the set; those of null rows mean nothing.
fn find(column: &Column, set: &Column) -> Result<Bitmap> {
    if !CompareOp::Eq.accepts(column.data_type(), set.data_type()) {
        return Err(KernelError::unsupported("is_in", [column.data_type(), set.data_type()]));
    }
    let values = set.len() - set.null_count();
    if values == 0 || column.null_count() == column.len() {
        return Ok(Bitmap::filled(false, column.len()));
    }
    if column.data_type().is_text() {
        return Ok(find_text(column, set));
    }
    if values > FEW_VALUES
        && let Some(found) = find_hashed(column, set)
    {
        return Ok(found);
    }
    // Few values, numbers of different types, booleans or nested values.
    let mut found = Bitmap::filled(false, column.len());
    for row in (0..set.len()).filter(|&row| set.array().is_valid(row)) {
        let value = Constant::from_column(set.sliced(row, 1));
        found = found.or(eq(Datum::Column(column), (&value).into())?.values());
    }
    Ok(found)
}

/// By a hash table, for types with a key that is equal when values are.
fn find_hashed(column: &Column, set: &Column) -> Option<Bitmap> {
    let same_scale = match (column.data_type(), set.data_type()) {
        (DataType::Decimal { scale: left, .. }, DataType::Decimal { scale: right, .. }) => left == right,
        _ => true,
    };
    match (&*widened(column.array()), &*widened(set.array())) {
        (Array::Float64(array), Array::Float64(set)) => {
            Some(find_keys(array.values(), &each(set.values(), float_key), set.validity(), float_key))
        }
        (Array::Int32(array), Array::Int32(set)) => Some(find_bits(array, set)),
        (Array::Int64(array), Array::Int64(set)) => Some(find_bits(array, set)),
        (Array::UInt64(array), Array::UInt64(set)) => Some(find_bits(array, set)),
        (Array::Int128(array), Array::Int128(set)) if same_scale => Some(find_bits(array, set)),
        (Array::Binary(array), Array::Binary(set)) => Some(find_bytes(array, set)),
        _ => None,
    }
}

/// The bits of a float, such that equal values have equal bits: one NaN, one zero.
fn float_key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Integers, which are equal when their bits are.
fn find_bits<T: Native<Bits: Eq + Hash>>(array: &PrimitiveArray<T>, set: &PrimitiveArray<T>) -> Bitmap {
    find_keys(bits_of(array.values()), bits_of(set.values()), set.validity(), |bits| bits)
}

/// `set` holds keys, of which those that are valid count.
fn find_keys<T: Copy + Default, K: Copy + Hash + Eq>(
    values: &[T],
    set: &[K],
    valid: Option<&Bitmap>,
    key: impl Fn(T) -> K,
) -> Bitmap {
    let mut keys: HashSet<K, RandomState> = HashSet::default();
    for (row, &key) in set.iter().enumerate() {
        if valid.is_none_or(|valid| valid.get(row)) {
            keys.insert(key);
        }
    }
    predicate_of(values, |value| keys.contains(&key(value)))
}

fn find_bytes(array: &BinaryArray, set: &BinaryArray) -> Bitmap {
    let keys: HashSet<&[u8], RandomState> = set.iter().flatten().collect();
    Bitmap::from_fn(array.len(), |row| keys.contains(array.value(row)))
}

fn find_text(column: &Column, set: &Column) -> Bitmap {
    let texts: HashSet<&str, RandomState> = match set.array() {
        Array::String(set) => set.iter().flatten().collect(),
        Array::Dictionary(set) => set.iter().flatten().collect(),
        _ => unreachable!("text is plain or a dictionary"),
    };
    match column.array() {
        Array::String(array) => Bitmap::from_fn(array.len(), |row| texts.contains(array.value(row))),
        Array::Dictionary(array) if array.dictionary().len() > array.len() => {
            Bitmap::from_fn(array.len(), |row| array.get(row).is_some_and(|text| texts.contains(text)))
        }
        Array::Dictionary(array) => {
            let entries = array.dictionary().values().iter().map(|text| texts.contains(text));
            // A null row of an empty dictionary has a code without an entry.
            let entries: Vec<bool> = entries.chain([false]).collect();
            dispatch_codes!(array.stored_codes(), |codes| {
                predicate_of(codes.values(), |code| entries[code.index()])
            })
        }
        _ => unreachable!("text is plain or a dictionary"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{naive, strategies};
    use proptest::prelude::*;

    fn check(column: &Column, set: &Column) -> std::result::Result<(), TestCaseError> {
        let found = |missing: bool| -> Array {
            (0..column.len())
                .map(|row| {
                    let value = column.get(row);
                    if value.is_null() {
                        return missing.then(|| set.null_count() > 0);
                    }
                    let one = column.sliced(row, 1);
                    Some((0..set.len()).any(|other| {
                        naive::compare(CompareOp::Eq, &one, &set.sliced(other, 1)).get(0) == Some(true)
                    }))
                })
                .collect::<BooleanArray>()
                .into()
        };
        prop_assert_eq!(Array::from(is_in(column, set).unwrap()), found(false));
        prop_assert_eq!(Array::from(is_in_missing(column, set).unwrap()), found(true));
        Ok(())
    }

    proptest! {
        #[test]
        fn is_in_matches_naive(
            (column, set) in strategies::one_of(strategies::all_types())
                .prop_flat_map(|t| (strategies::column(&t, 0..70), strategies::column(&t, 0..25))),
        ) {
            check(&column, &set)?;
        }

        #[test]
        fn numbers_of_different_types_match_naive(
            (column, set) in (strategies::one_of(strategies::numeric_types()), strategies::one_of(strategies::numeric_types()))
                .prop_flat_map(|(l, r)| (strategies::column(&l, 0..40), strategies::column(&r, 0..15))),
        ) {
            check(&column, &set)?;
        }
    }
}
