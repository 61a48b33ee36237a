//! Sort keys as integers in the same order, packed into as few bits as their values span.
//!
//! Each key column gives a code a row, from 0: the value less the smallest (the largest less the value when descending),
//! one code more for null at the end that the key says. Codes of several keys lie side by side, the first key on top.
//!
//! Texts give the eight bytes after what all of them have in common (fewer and their length, if that says all);
//! dictionaries whose strings are not many more than the rows give ranks. (Compressed keys: DuckDB's compressed
//! materialisation; key prefixes: Graefe 2006, "Implementing Sorting in Database Systems".)

use lazuli_array::{Array, Bitmap, DataType, DictionaryArray, dispatch_integer};

use super::{SortKey, dictionary_ranks};
use crate::hash::canonical_bits;

/// Sort keys as integers.
pub(super) struct PackedKeys {
    pub(super) keys: Packed,
    /// How many low bits of the integers are in use.
    pub(super) bits: u32,
    /// How many of the first keys the integers stand for in full: rows equal in the integers are equal in those.
    pub(super) num_exact: usize,
}

pub(super) enum Packed {
    Narrow(Vec<u64>),
    Wide(Vec<u128>),
}

/// Packs as many of the first keys as 128 bits hold.
pub(super) fn pack(keys: &[SortKey<'_>], rows: usize) -> PackedKeys {
    let mut packed = PackedKeys { keys: Packed::Narrow(Vec::new()), bits: 0, num_exact: 0 };
    let mut is_first = true;
    for key in keys {
        if packed.bits == 128 {
            break;
        }
        let codes = codes(key);
        if packed.bits + codes.bits > 128 {
            break;
        }
        if is_first {
            packed.keys = codes.keys;
            is_first = false;
        } else {
            packed.keys = append(packed.keys, packed.bits, codes.keys, codes.bits);
        }
        packed.bits += codes.bits;
        if !codes.is_exact {
            break;
        }
        packed.num_exact += 1;
    }
    if is_first {
        packed.keys = Packed::Narrow(vec![0; rows]);
    }
    packed
}

/// Puts the codes of a further key below those of the keys before it.
fn append(high: Packed, high_bits: u32, low: Packed, low_bits: u32) -> Packed {
    if high_bits + low_bits <= 64 {
        let (Packed::Narrow(mut high), Packed::Narrow(low)) = (high, low) else {
            unreachable!("few bits are narrow")
        };
        for (high, low) in high.iter_mut().zip(low) {
            // A key of 64 bits is followed by keys of none, which have nothing to add.
            *high = high.checked_shl(low_bits).unwrap_or(0) | low;
        }
        return Packed::Narrow(high);
    }
    let wide = |packed| match packed {
        Packed::Narrow(values) => values.into_iter().map(u128::from).collect(),
        Packed::Wide(values) => values,
    };
    let (mut high, low) = (wide(high), wide(low));
    for (high, low) in high.iter_mut().zip(low) {
        *high = high.checked_shl(low_bits).unwrap_or(0) | low;
    }
    Packed::Wide(high)
}

/// The codes of one key.
struct Codes {
    keys: Packed,
    bits: u32,
    /// Whether equal codes mean equal values.
    is_exact: bool,
}

const SIGN: u64 = 1 << 63;

#[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
fn codes(key: &SortKey<'_>) -> Codes {
    let array = key.column.array();
    let integers = |values: Vec<u64>| narrow(values, array.validity(), key, true);
    match array {
        Array::UInt64(array) => integers(array.values().to_vec()),
        Array::Float32(array) => integers(array.values().iter().map(|&value| order_bits_32(value)).collect()),
        Array::Float64(array) => integers(array.values().iter().map(|&value| order_bits(value)).collect()),
        Array::Boolean(array) => integers(array.values().iter().map(u64::from).collect()),
        Array::Int128(values) => {
            let values = values.values().iter().map(|&value| value as u128 ^ (1 << 127)).collect();
            wide(values, array.validity(), key)
        }
        Array::Dictionary(values) => dictionary(values, key),
        Array::String(values) => {
            texts((0..values.len()).map(|row| values.value_bytes(row)), array.validity(), key)
        }
        Array::Binary(values) => texts((0..values.len()).map(|row| values.value(row)), array.validity(), key),
        // Only nulls are told apart.
        Array::Null(_) | Array::List(_) | Array::Struct(_) => {
            narrow(vec![0; array.len()], array.validity(), key, matches!(array, Array::Null(_)))
        }
        other => dispatch_integer!(
            other,
            |array| integers(array.values().iter().map(|&value| (value as i64 as u64) ^ SIGN).collect()),
            else unreachable!("all other arrays are matched above")
        ),
    }
}

/// The bits of a float in the order of floats: NaN one value above all, both zeros one.
fn order_bits(value: f64) -> u64 {
    let bits = canonical_bits(value);
    if bits & SIGN == 0 { bits ^ SIGN } else { !bits }
}

/// As [`order_bits`], in 32 bits.
fn order_bits_32(value: f32) -> u64 {
    const SIGN: u32 = 1 << 31;
    let bits = if value.is_nan() { f32::NAN.to_bits() & !SIGN } else { (value + 0.0).to_bits() };
    u64::from(if bits & SIGN == 0 { bits ^ SIGN } else { !bits })
}

fn dictionary(array: &DictionaryArray, key: &SortKey<'_>) -> Codes {
    let (codes, dictionary) = (array.codes().values(), array.dictionary());
    let validity = array.validity().cloned();
    if matches!(key.column.data_type(), DataType::Enum(_)) {
        return narrow(codes.iter().map(|&code| code.into()).collect(), validity, key, true);
    }
    if dictionary.len() <= codes.len().max(64) {
        let ranks = dictionary_ranks(dictionary);
        let rank = |&code: &u32| ranks.get(code as usize).map_or(0, |&rank| rank.into());
        return narrow(codes.iter().map(rank).collect(), validity, key, true);
    }
    let values = dictionary.values();
    texts(codes.iter().map(|&code| values.value_bytes(code as usize)), validity, key)
}

fn texts<'a>(
    values: impl Iterator<Item = &'a [u8]> + Clone,
    validity: Option<Bitmap>,
    key: &SortKey<'_>,
) -> Codes {
    let valid = values.clone().enumerate().filter_map(|(row, value)| {
        validity.as_ref().is_none_or(|validity| validity.get(row)).then_some(value)
    });
    let (common, longest) = common_prefix(valid);
    if longest - common < 8 {
        // Seven bytes and the length after the common ones: the length tells "a" from "a\0".
        let codes = values.map(|value| {
            let rest = value.get(common..).unwrap_or_default();
            prefix(rest) & !0xFF | rest.len().min(8) as u64
        });
        narrow(codes.collect(), validity, key, true)
    } else {
        narrow(
            values.map(|value| prefix(value.get(common..).unwrap_or_default())).collect(),
            validity,
            key,
            false,
        )
    }
}

/// How many first bytes all values share, and the length of the longest.
fn common_prefix<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> (usize, usize) {
    let Some(first) = values.next() else { return (0, 0) };
    let (mut common, mut longest) = (first.len(), first.len());
    for value in values {
        longest = longest.max(value.len());
        if !value.starts_with(&first[..common]) {
            common = first.iter().zip(value).take_while(|(left, right)| left == right).count();
        }
    }
    (common, longest)
}

/// The first eight bytes as an integer in the same order, filled up with zeros.
fn prefix(value: &[u8]) -> u64 {
    match value.first_chunk() {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => value
            .iter()
            .enumerate()
            .fold(0, |word, (index, &byte)| word | u64::from(byte) << (56 - 8 * index)),
    }
}

/// Codes of values that are in the right order already.
fn narrow(mut values: Vec<u64>, validity: Option<Bitmap>, key: &SortKey<'_>, is_exact: bool) -> Codes {
    let (min, max) = range(&values, validity.as_ref());
    let has_nulls = validity.is_some();
    if has_nulls && max - min == u64::MAX {
        let codes = wide(values.into_iter().map(u128::from).collect(), validity, key);
        return Codes { is_exact, ..codes };
    }
    let first = u64::from(has_nulls && key.nulls_first);
    if key.descending {
        values.iter_mut().for_each(|value| *value = max.wrapping_sub(*value).wrapping_add(first));
    } else {
        values.iter_mut().for_each(|value| *value = value.wrapping_sub(min).wrapping_add(first));
    }
    let mut largest = max - min;
    if let Some(validity) = validity {
        largest += 1;
        let null = if key.nulls_first { 0 } else { largest };
        fill_nulls(&mut values, &validity, null);
    }
    Codes { keys: Packed::Narrow(values), bits: u64::BITS - largest.leading_zeros(), is_exact }
}

/// As [`narrow`], for values that need more than 64 bits, and as narrow as they turn out to be.
fn wide(values: Vec<u128>, validity: Option<Bitmap>, key: &SortKey<'_>) -> Codes {
    let (min, max) = range(&values, validity.as_ref());
    let has_nulls = validity.is_some();
    if max - min <= u128::from(u64::MAX) - u128::from(has_nulls) {
        let values = values.into_iter().map(|value| value.wrapping_sub(min) as u64).collect();
        return narrow(values, validity, key, true);
    }
    // A decimal has at most 38 digits, which leaves room for one code more.
    assert!(!has_nulls || max - min < u128::MAX, "decimals of at most 38 digits");
    let first = u128::from(has_nulls && key.nulls_first);
    let mut values: Vec<u128> = values
        .into_iter()
        .map(|value| if key.descending { max.wrapping_sub(value) } else { value.wrapping_sub(min) })
        .map(|value| value.wrapping_add(first))
        .collect();
    let mut largest = max - min;
    if let Some(validity) = validity {
        largest += 1;
        let null = if key.nulls_first { 0 } else { largest };
        fill_nulls(&mut values, &validity, null);
    }
    Codes { keys: Packed::Wide(values), bits: u128::BITS - largest.leading_zeros(), is_exact: true }
}

/// The smallest and the largest value of the valid rows; zeros if there are none.
fn range<T: Ord + Copy + Default>(values: &[T], validity: Option<&Bitmap>) -> (T, T) {
    let widen = |(min, max): (T, T), value: T| (value.min(min), value.max(max));
    let Some(validity) = validity else {
        let Some(&first) = values.first() else { return (T::default(), T::default()) };
        return values.iter().fold((first, first), |range, &value| widen(range, value));
    };
    let mut valid = validity.ones().map(|row| values[row]);
    let Some(first) = valid.next() else { return (T::default(), T::default()) };
    valid.fold((first, first), widen)
}

fn fill_nulls<T: Copy>(values: &mut [T], validity: &Bitmap, null: T) {
    crate::keys::for_each_null(validity, 0..values.len(), |row| values[row] = null);
}
