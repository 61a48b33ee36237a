//! The values of a leaf as they are written: bytes of pages, codes of dictionaries, bounds.

use super::super::bloom::{self, Bloom};
use super::page_index::Bounds;
use super::schema::Kind;
use crate::text_table::TextTable;
use lazuli_array::{Array, Bitmap, DictionaryArray, StringArray};

/// A dictionary is given up when it has more entries than this, or more bytes.
const MAX_ENTRIES: usize = 1 << 16;
const MAX_DICTIONARY_BYTES: usize = 1 << 20;
/// After so many values a dictionary must have shown that they repeat.
const FIRST_LOOK: usize = 1 << 14;

/// Values without nulls, in the form of the file.
pub(super) enum Dense {
    Bits(Bitmap),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes { offsets: Vec<i64>, bytes: Vec<u8> },
    Fixed { width: usize, values: Vec<i128> },
}

/// Values as codes, and what they stand for.
pub(super) struct Coded {
    pub codes: Vec<u32>,
    /// The entries, in the order of their codes.
    pub entries: Dense,
}

impl Coded {
    /// Each entry that one of the `count` codes from `start` on stands for, once.
    pub(super) fn used(&self, start: usize, count: usize) -> Dense {
        let mut is_used = vec![false; self.entries.len()];
        self.codes[start..start + count].iter().for_each(|&code| is_used[code as usize] = true);
        let used = || (0..is_used.len()).filter(|&entry| is_used[entry]);
        match &self.entries {
            Dense::Int32(entries) => Dense::Int32(used().map(|entry| entries[entry]).collect()),
            Dense::Int64(entries) => Dense::Int64(used().map(|entry| entries[entry]).collect()),
            Dense::Bytes { offsets, bytes } => {
                let (mut ends, mut out) = (vec![0], Vec::new());
                for entry in used() {
                    out.extend_from_slice(&bytes[offsets[entry] as usize..offsets[entry + 1] as usize]);
                    ends.push(out.len() as i64);
                }
                Dense::Bytes { offsets: ends, bytes: out }
            }
            Dense::Bits(_) | Dense::Float(_) | Dense::Double(_) | Dense::Fixed { .. } => {
                panic!("values of this kind have no codes")
            }
        }
    }
}

impl Dense {
    /// Panics unless the array is one of the leaf's type.
    pub(super) fn new(kind: Kind, array: &Array) -> Self {
        match (kind, array) {
            (Kind::Int32 { .. }, Array::Null(_)) => Self::Int32(Vec::new()),
            (Kind::Boolean, Array::Boolean(array)) => Self::Bits(array.values().clone()),
            (_, Array::Int8(array)) => {
                Self::Int32(array.values().iter().map(|&value| value.into()).collect())
            }
            (_, Array::Int16(array)) => {
                Self::Int32(array.values().iter().map(|&value| value.into()).collect())
            }
            (_, Array::Int32(array)) => Self::Int32(array.values().to_vec()),
            (_, Array::UInt8(array)) => {
                Self::Int32(array.values().iter().map(|&value| value.into()).collect())
            }
            (_, Array::UInt16(array)) => {
                Self::Int32(array.values().iter().map(|&value| value.into()).collect())
            }
            (_, Array::UInt32(array)) => {
                Self::Int32(array.values().iter().map(|&value| value as i32).collect())
            }
            (_, Array::Int64(array)) => Self::Int64(array.values().to_vec()),
            (_, Array::UInt64(array)) => {
                Self::Int64(array.values().iter().map(|&value| value as i64).collect())
            }
            (_, Array::Float32(array)) => Self::Float(array.values().to_vec()),
            (_, Array::Float64(array)) => Self::Double(array.values().to_vec()),
            (Kind::Int32 { .. }, Array::Int128(array)) => {
                Self::Int32(array.values().iter().map(|&value| value as i32).collect())
            }
            (Kind::Int64 { .. }, Array::Int128(array)) => {
                Self::Int64(array.values().iter().map(|&value| value as i64).collect())
            }
            (Kind::Decimal { width }, Array::Int128(array)) => {
                Self::Fixed { width, values: array.values().to_vec() }
            }
            (_, Array::String(array)) => {
                Self::Bytes { offsets: array.offsets().to_vec(), bytes: array.bytes().to_vec() }
            }
            (_, Array::Dictionary(array)) => Self::of_texts(&array.to_plain()),
            (_, Array::Binary(array)) => {
                Self::Bytes { offsets: array.offsets().to_vec(), bytes: array.bytes().to_vec() }
            }
            (kind, other) => panic!("a {kind:?} leaf of {} values", other.physical_name()),
        }
    }

    fn of_texts(array: &StringArray) -> Self {
        Self::Bytes { offsets: array.offsets().to_vec(), bytes: array.bytes().to_vec() }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bits(bits) => bits.len(),
            Self::Int32(values) => values.len(),
            Self::Int64(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Bytes { offsets, .. } => offsets.len() - 1,
            Self::Fixed { values, .. } => values.len(),
        }
    }

    /// About how many bytes a value takes.
    pub(super) fn bytes_each(&self) -> usize {
        match self {
            Self::Bits(_) => 1,
            Self::Int32(_) | Self::Float(_) => 4,
            Self::Int64(_) | Self::Double(_) => 8,
            Self::Bytes { offsets, .. } => {
                4 + (offsets[offsets.len() - 1] - offsets[0]) as usize / (offsets.len() - 1).max(1)
            }
            Self::Fixed { width, .. } => *width,
        }
    }

    /// Whether these are integers that ascend, so that differences from one to the next are small. Over a range that the
    /// type holds: the differences themselves are written in as many bits.
    pub(super) fn ascends(&self) -> bool {
        match self {
            Self::Int32(values) => match values.as_slice() {
                [first, .., last] => last.checked_sub(*first).is_some() && values.is_sorted(),
                _ => false,
            },
            Self::Int64(values) => match values.as_slice() {
                [first, .., last] => last.checked_sub(*first).is_some() && values.is_sorted(),
                _ => false,
            },
            _ => false,
        }
    }

    /// The values from `start` on as integers of 64 bits, if they are integers.
    pub(super) fn integers(&self, start: usize, count: usize) -> Option<Vec<i64>> {
        match self {
            Self::Int32(values) => {
                Some(values[start..start + count].iter().map(|&value| i64::from(value)).collect())
            }
            Self::Int64(values) => Some(values[start..start + count].to_vec()),
            _ => None,
        }
    }

    /// Appends the `count` values from `start` on, one after the other.
    pub(super) fn write_plain(&self, start: usize, count: usize, out: &mut Vec<u8>) {
        let range = start..start + count;
        match self {
            Self::Bits(bits) => {
                let begin = out.len();
                for word in bits.sliced(start, count).words() {
                    out.extend_from_slice(&word.to_le_bytes());
                }
                out.truncate(begin + count.div_ceil(8));
            }
            Self::Int32(values) => {
                values[range].iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()))
            }
            Self::Int64(values) => {
                values[range].iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()))
            }
            Self::Float(values) => {
                values[range].iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()))
            }
            Self::Double(values) => {
                values[range].iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()))
            }
            Self::Bytes { offsets, bytes } => {
                for pair in offsets[start..=start + count].windows(2) {
                    let text = &bytes[pair[0] as usize..pair[1] as usize];
                    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    out.extend_from_slice(text);
                }
            }
            Self::Fixed { width, values } => {
                values[range]
                    .iter()
                    .for_each(|value| out.extend_from_slice(&value.to_be_bytes()[16 - width..]));
            }
        }
    }

    /// The least and the greatest of the `count` values from `start` on, as they stand in statistics; `None` where there is
    /// none, or nothing to rely on.
    pub(super) fn bounds(&self, start: usize, count: usize, kind: Kind) -> Option<Bounds> {
        let range = start..start + count;
        match (self, kind) {
            (Self::Bits(bits), _) => {
                let bits = bits.sliced(start, count);
                let bound = |is_true: bool| vec![u8::from(is_true)];
                (!bits.is_empty()).then(|| (bound(bits.count_zeros() == 0), bound(bits.count_ones() > 0)))
            }
            (Self::Int32(values), Kind::Int32 { is_unsigned: true }) => {
                extremes(values[range].iter().map(|&value| value as u32), |value| {
                    value.to_le_bytes().to_vec()
                })
            }
            (Self::Int32(values), _) => {
                extremes(values[range].iter().copied(), |value| value.to_le_bytes().to_vec())
            }
            (Self::Int64(values), Kind::Int64 { is_unsigned: true }) => {
                extremes(values[range].iter().map(|&value| value as u64), |value| {
                    value.to_le_bytes().to_vec()
                })
            }
            (Self::Int64(values), _) => {
                extremes(values[range].iter().copied(), |value| value.to_le_bytes().to_vec())
            }
            // NaN is left out, and a zero stands for both, as the format asks for.
            (Self::Float(values), _) => {
                let numbers = values[range].iter().copied().filter(|value| !value.is_nan());
                let (min, max) = numbers.fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), value| {
                    (min.min(value), max.max(value))
                });
                let (min, max) = (if min == 0.0 { -0.0 } else { min }, if max == 0.0 { 0.0 } else { max });
                (min <= max).then(|| (min.to_le_bytes().to_vec(), max.to_le_bytes().to_vec()))
            }
            (Self::Double(values), _) => {
                let numbers = values[range].iter().copied().filter(|value| !value.is_nan());
                let (min, max) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| {
                    (min.min(value), max.max(value))
                });
                let (min, max) = (if min == 0.0 { -0.0 } else { min }, if max == 0.0 { 0.0 } else { max });
                (min <= max).then(|| (min.to_le_bytes().to_vec(), max.to_le_bytes().to_vec()))
            }
            (Self::Bytes { offsets, bytes }, _) => {
                let texts = offsets[start..=start + count]
                    .windows(2)
                    .map(|pair| &bytes[pair[0] as usize..pair[1] as usize]);
                extremes(texts, <[u8]>::to_vec)
            }
            (Self::Fixed { width, values }, _) => extremes(values[range].iter().copied(), |value: i128| {
                value.to_be_bytes()[16 - width..].to_vec()
            }),
        }
    }

    /// A Bloom filter of the values, if they are of a type that readers ask for by value.
    pub(super) fn bloom(&self) -> Option<Bloom> {
        let mut bloom = Bloom::with_room(self.len());
        match self {
            Self::Int32(values) => {
                values.iter().for_each(|value| bloom.insert(bloom::hash(&value.to_le_bytes())));
            }
            Self::Int64(values) => {
                values.iter().for_each(|value| bloom.insert(bloom::hash(&value.to_le_bytes())));
            }
            Self::Bytes { offsets, bytes } => {
                let texts = offsets.windows(2).map(|pair| &bytes[pair[0] as usize..pair[1] as usize]);
                texts.for_each(|text| bloom.insert(bloom::hash(text)));
            }
            Self::Bits(_) | Self::Float(_) | Self::Double(_) | Self::Fixed { .. } => return None,
        }
        Some(bloom)
    }

    /// The values as codes, if they repeat.
    pub(super) fn coded(&self) -> Option<Coded> {
        match self {
            Self::Int32(values) => {
                let (codes, entries) = coded_numbers(values.iter().map(|&value| value as u32 as u64))?;
                Some(Coded {
                    codes,
                    entries: Self::Int32(entries.into_iter().map(|entry| entry as i32).collect()),
                })
            }
            Self::Int64(values) => {
                let (codes, entries) = coded_numbers(values.iter().map(|&value| value as u64))?;
                Some(Coded {
                    codes,
                    entries: Self::Int64(entries.into_iter().map(|entry| entry as i64).collect()),
                })
            }
            Self::Bytes { offsets, bytes } => {
                let mut table = TextTable::new();
                let mut codes = Vec::with_capacity(offsets.len() - 1);
                for pair in offsets.windows(2) {
                    codes.push(table.code(bytes, pair[0] as usize, pair[1] as usize));
                    if !is_worth_it(table.len(), codes.len()) || table.text_bytes() > MAX_DICTIONARY_BYTES {
                        return None;
                    }
                }
                let repeats = table.len() * 2 <= codes.len();
                let (offsets, bytes) = table.into_parts();
                repeats.then_some(Coded { codes, entries: Self::Bytes { offsets, bytes } })
            }
            Self::Bits(_) | Self::Float(_) | Self::Double(_) | Self::Fixed { .. } => None,
        }
    }
}

/// The codes of an array that has a dictionary already; `None` where too many entries are used.
pub(super) fn recoded(array: &DictionaryArray) -> Option<Coded> {
    const UNUSED: u32 = u32::MAX;
    let mut new_codes = vec![UNUSED; array.dictionary().len()];
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    let mut codes = Vec::with_capacity(array.len());
    for &code in array.codes().values() {
        let new = &mut new_codes[code as usize];
        if *new == UNUSED {
            *new = (offsets.len() - 1) as u32;
            bytes.extend_from_slice(array.dictionary().value(code).as_bytes());
            offsets.push(bytes.len() as i64);
            if !is_worth_it(offsets.len() - 1, codes.len() + 1) || bytes.len() > MAX_DICTIONARY_BYTES {
                return None;
            }
        }
        codes.push(*new);
    }
    let repeats = (offsets.len() - 1) * 2 <= codes.len();
    repeats.then_some(Coded { codes, entries: Dense::Bytes { offsets, bytes } })
}

/// Whether a dictionary is to be gone on with, after so many values.
fn is_worth_it(entries: usize, values: usize) -> bool {
    entries <= MAX_ENTRIES && (values < FIRST_LOOK || entries * 2 <= values)
}

fn extremes<T: Copy + Ord>(values: impl Iterator<Item = T>, bytes: impl Fn(T) -> Vec<u8>) -> Option<Bounds> {
    let (min, max) = values.fold(None, |known: Option<(T, T)>, value| {
        Some(known.map_or((value, value), |(min, max)| (min.min(value), max.max(value))))
    })?;
    Some((bytes(min), bytes(max)))
}

/// Codes of numbers in order of first appearance: open addressing, at most half full.
fn coded_numbers(values: impl ExactSizeIterator<Item = u64>) -> Option<(Vec<u32>, Vec<u64>)> {
    let mut slots = vec![0u32; 256];
    let mut entries: Vec<u64> = Vec::new();
    let mut codes = Vec::with_capacity(values.len());
    let place = |value: u64, mask: usize| {
        let product = u128::from(value ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
        (product as u64 ^ (product >> 64) as u64) as usize & mask
    };
    for value in values {
        let mask = slots.len() - 1;
        let mut slot = place(value, mask);
        let code = loop {
            match slots[slot] {
                0 => {
                    entries.push(value);
                    slots[slot] = entries.len() as u32;
                    break entries.len() as u32 - 1;
                }
                taken if entries[taken as usize - 1] == value => break taken - 1,
                _ => slot = (slot + 1) & mask,
            }
        };
        codes.push(code);
        if !is_worth_it(entries.len(), codes.len()) {
            return None;
        }
        if entries.len() * 2 > slots.len() {
            let mask = slots.len() * 4 - 1;
            slots = vec![0; mask + 1];
            for (code, &entry) in entries.iter().enumerate() {
                let mut slot = place(entry, mask);
                while slots[slot] != 0 {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = code as u32 + 1;
            }
        }
    }
    (entries.len() * 2 <= codes.len()).then_some((codes, entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_stand_for_their_values(values in prop::collection::vec(0i64..40, 0..500), wide in 0usize..30_000) {
            let values: Vec<i64> = values.into_iter().chain((0..wide as i64).map(|value| (value % 700) << 40)).collect();
            match Dense::Int64(values.clone()).coded() {
                Some(Coded { codes, entries: Dense::Int64(entries) }) => {
                    let back: Vec<i64> = codes.iter().map(|&code| entries[code as usize]).collect();
                    prop_assert_eq!(back, values);
                }
                Some(_) => prop_assert!(false, "entries are numbers too"),
                None => {
                    let mut distinct = values.clone();
                    distinct.sort_unstable();
                    distinct.dedup();
                    prop_assert!(distinct.len() * 2 > values.len().min(FIRST_LOOK));
                }
            }
        }
    }
}
