//! Values in ascending order, and where values of another side would stand among them.

use std::hint::select_unpredictable;

use lazuli_array::{Array, Code, Column, DataType, PrimitiveArray, dispatch_codes};

use crate::take_column;

/// Searches that go on side by side: each waits for memory, and the processor waits for all of them at once.
const SIDE_BY_SIDE: usize = 16;

/// Values of one type in ascending order, without nulls.
#[derive(Debug)]
pub(super) enum SortedValues {
    /// What fits 64 bits, as numbers in the same order.
    Words(Vec<u64>),
    /// Decimals.
    Wide(Vec<i128>),
    /// Texts and bytes.
    Texts(Column),
}

impl SortedValues {
    /// The values of these rows, which are in their order.
    pub(super) fn new(column: &Column, rows: &[u32]) -> Self {
        match values_of(column) {
            Values::Words(words) => Self::Words(picked(&words, rows)),
            Values::Wide(wide) => Self::Wide(picked(wide.values(), rows)),
            Values::Texts(_) => Self::Texts(take_column(column, rows)),
        }
    }

    /// For each value of another column how many values here are less, or (`after_equal`) not greater. Of null rows
    /// anything.
    pub(super) fn places(&self, column: &Column, after_equal: bool) -> Vec<u32> {
        match (self, values_of(column)) {
            (Self::Words(values), Values::Words(wanted)) => places_among(values, &wanted, after_equal),
            (Self::Wide(values), Values::Wide(wanted)) => places_among(values, wanted.values(), after_equal),
            (Self::Texts(values), Values::Texts(wanted)) => {
                let Values::Texts(values) = values_of(values) else { unreachable!("texts stay texts") };
                (0..wanted.len())
                    .map(|row| {
                        let wanted = wanted.bytes(row);
                        values.partition_point(
                            |value| if after_equal { value <= wanted } else { value < wanted },
                        )
                    })
                    .collect()
            }
            _ => panic!("values of one type on both sides"),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        match self {
            Self::Words(words) => words.capacity() * 8,
            Self::Wide(wide) => wide.capacity() * 16,
            Self::Texts(column) => text_bytes(column),
        }
    }

    /// Bytes that the sorted values of a column need, those of words while they are made included.
    pub(super) fn needed_bytes(column: &Column) -> usize {
        match column.array() {
            Array::Int128(array) => array.len() * 16,
            Array::String(_) | Array::Binary(_) => text_bytes(column),
            Array::Dictionary(array) if !matches!(column.data_type(), DataType::Enum(_)) => array.len() * 4,
            other => other.len() * 8 * 2,
        }
    }
}

fn text_bytes(column: &Column) -> usize {
    match column.array() {
        Array::String(array) => {
            array.len() * 8 + (0..array.len()).map(|row| array.value_bytes(row).len()).sum::<usize>()
        }
        Array::Binary(array) => {
            array.len() * 8 + (0..array.len()).map(|row| array.value(row).len()).sum::<usize>()
        }
        other => other.len() * 4,
    }
}

/// The values of a column by the way they compare.
enum Values<'a> {
    Words(Vec<u64>),
    Wide(&'a PrimitiveArray<i128>),
    Texts(Texts<'a>),
}

/// Texts or bytes by row.
struct Texts<'a> {
    array: &'a Array,
}

impl Texts<'_> {
    fn len(&self) -> usize {
        self.array.len()
    }

    /// The bytes of a row; of null rows anything.
    fn bytes(&self, row: usize) -> &[u8] {
        match self.array {
            Array::String(array) => array.value_bytes(row),
            Array::Binary(array) => array.value(row),
            Array::Dictionary(array) => match array.dictionary().is_empty() {
                true => &[], // Every row is null.
                false => dispatch_codes!(array.stored_codes(), |codes| {
                    array.dictionary().values().value_bytes(codes.values()[row].index())
                }),
            },
            _ => unreachable!("only text is read as text"),
        }
    }

    /// How many values at the beginning are so.
    fn partition_point(&self, is_before: impl Fn(&[u8]) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match is_before(self.bytes(middle)) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low as u32
    }
}

fn values_of(column: &Column) -> Values<'_> {
    fn signed<T: lazuli_array::Native + Into<i64>>(array: &PrimitiveArray<T>) -> Values<'_> {
        Values::Words(array.values().iter().map(|&value| value.into() as u64 ^ SIGN).collect())
    }
    fn unsigned<T: lazuli_array::Native + Into<u64>>(array: &PrimitiveArray<T>) -> Values<'_> {
        Values::Words(array.values().iter().map(|&value| value.into()).collect())
    }
    fn floats<T: lazuli_array::Native + Into<f64>>(array: &PrimitiveArray<T>) -> Values<'_> {
        Values::Words(array.values().iter().map(|&value| float_word(value.into())).collect())
    }
    match column.array() {
        Array::Boolean(array) => Values::Words(array.values().iter().map(u64::from).collect()),
        Array::Int8(array) => signed(array),
        Array::Int16(array) => signed(array),
        Array::Int32(array) => signed(array),
        Array::Int64(array) => signed(array),
        Array::Float32(array) => floats(array),
        Array::Float64(array) => floats(array),
        Array::Int128(array) => Values::Wide(array),
        array @ (Array::String(_) | Array::Binary(_)) => Values::Texts(Texts { array }),
        array @ Array::Dictionary(codes) => match column.data_type() {
            DataType::Enum(_) => dispatch_codes!(codes.stored_codes(), |codes| {
                Values::Words(codes.values().iter().map(|code| code.index() as u64).collect())
            }),
            _ => Values::Texts(Texts { array }),
        },
        Array::UInt8(array) => unsigned(array),
        Array::UInt16(array) => unsigned(array),
        Array::UInt32(array) => unsigned(array),
        Array::UInt64(array) => unsigned(array),
        other => panic!("no order by searching for {}", other.physical_name()),
    }
}

const SIGN: u64 = 1 << 63;

/// A number in the order of the float: NaN above all, -0.0 as 0.0.
fn float_word(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn picked<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

/// For each wanted value how many of the values are less, or (`after_equal`) not greater.
fn places_among<T: Copy + Ord>(values: &[T], wanted: &[T], after_equal: bool) -> Vec<u32> {
    match after_equal {
        true => partition_points(values, wanted, |value, wanted| value <= wanted),
        false => partition_points(values, wanted, |value, wanted| value < wanted),
    }
}

/// For each wanted value how many of the values come before it. Without branches that depend on values: nobody could guess
/// them.
fn partition_points<T: Copy>(values: &[T], wanted: &[T], is_before: impl Fn(T, T) -> bool) -> Vec<u32> {
    let mut places = Vec::with_capacity(wanted.len());
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        places.resize(wanted.len(), 0);
        return places;
    };
    for chunk in wanted.chunks(SIDE_BY_SIDE) {
        // Where few rows match, most are beyond all values.
        if chunk.iter().all(|&wanted| !is_before(first, wanted) || is_before(last, wanted)) {
            let place = |&wanted: &T| if is_before(last, wanted) { values.len() as u32 } else { 0 };
            places.extend(chunk.iter().map(place));
            continue;
        }
        let mut wanted = [first; SIDE_BY_SIDE];
        wanted[..chunk.len()].copy_from_slice(chunk);
        let mut low = [0usize; SIDE_BY_SIDE];
        let mut length = values.len();
        while length > 1 {
            let half = length / 2;
            for (low, wanted) in low.iter_mut().zip(wanted) {
                let skips = is_before(values[*low + half - 1], wanted);
                *low = select_unpredictable(skips, *low + half, *low);
            }
            length -= half;
        }
        let place = |(low, wanted): (usize, T)| (low + usize::from(is_before(values[low], wanted))) as u32;
        places.extend(low.into_iter().zip(wanted).take(chunk.len()).map(place));
    }
    places
}
