//! Key columns as one 64-bit number a row, by the ranges of the built side's values.
//!
//! ```text
//! key = (a - min a) + (b - min b) * |a| + (c - min c) * |a| * |b|          |x| = max x - min x + 1
//! ```
//! Ranges are exact, so a probing value outside of them matches nothing, and keys of narrow columns are so small that
//! they can index an array. Two rows have the same key exactly if they are equal as frames see it: texts by their
//! number among the built side's ([`super::texts`]), floats by canonical bits.

use std::ops::Range;

use lazuli_array::{Array, Bitmap, Column, Native, dispatch_float};

use super::NO_KEY;
use super::lists::MAX_ROWS;
use super::tasks::{self, RunTasks, Stopped};
use super::texts::{Finder, TextKeys};
use crate::hash::canonical_bits;
use crate::keys::{for_each_null, range_of_values};
use crate::level::{Level, by_level};
use crate::wide::widened;
use crate::width::bits_of;

/// What is known of the built side's key columns before anything is built.
pub(super) struct KeyRanges {
    columns: Vec<ColumnRange>,
    /// How many keys there can be.
    pub(super) num_keys: u64,
}

#[derive(Debug, Clone, Copy)]
enum ColumnRange {
    /// No row has a value.
    Empty,
    Boolean,
    /// `min` cut to 64 bits, and how far the largest value is from it.
    Integer {
        min: u64,
        span: u64,
    },
    Wide {
        min: i128,
        span: u64,
    },
    /// Of canonical bits.
    Float {
        min: u64,
        span: u64,
    },
    Text {
        domain: usize,
    },
}

impl ColumnRange {
    /// How many values there can be.
    fn num_values(self) -> u128 {
        match self {
            Self::Empty => 1,
            Self::Boolean => 2,
            Self::Integer { span, .. } | Self::Wide { span, .. } | Self::Float { span, .. } => {
                u128::from(span) + 1
            }
            Self::Text { domain } => domain.max(1) as u128,
        }
    }
}

impl KeyRanges {
    /// The ranges of key columns; `None` for types that have none, and where there could be more keys than 64-bit
    /// numbers.
    pub(super) fn of(keys: &[Column], num_rows: usize, run: RunTasks<'_>) -> Result<Option<Self>, Stopped> {
        let mut columns = Vec::with_capacity(keys.len());
        let mut num_keys = 1u128;
        for key in keys {
            let Some(range) = column_range(key.array(), num_rows, run)? else { return Ok(None) };
            num_keys = num_keys.saturating_mul(range.num_values());
            columns.push(range);
        }
        // One number stands for rows without a key.
        let num_keys = u64::try_from(num_keys).ok().filter(|&num_keys| num_keys < NO_KEY);
        Ok(num_keys.map(|num_keys| Self { columns, num_keys }))
    }
}

fn column_range(array: &Array, rows: usize, run: RunTasks<'_>) -> Result<Option<ColumnRange>, Stopped> {
    let of_integers = |(min, max): (i128, i128)| {
        let span = max.checked_sub(min).and_then(|span| u64::try_from(span).ok())?;
        Some(ColumnRange::Integer { min: min as u64, span })
    };
    Ok(match array {
        Array::Null(_) => Some(ColumnRange::Empty),
        Array::Boolean(_) => Some(ColumnRange::Boolean),
        Array::List(_) | Array::Struct(_) => None,
        Array::String(_) | Array::Binary(_) | Array::Dictionary(_) => {
            // A dictionary may have more texts than there are rows.
            let domain = TextKeys::domain(array).filter(|&domain| domain <= MAX_ROWS);
            domain.map(|domain| ColumnRange::Text { domain })
        }
        _ => {
            let ranges = tasks::row_ranges(rows);
            let found = tasks::map(run, ranges.len(), |task| values_range(array, ranges[task].clone()))?;
            let widen = |(min, max): (i128, i128), (low, high): (i128, i128)| (min.min(low), max.max(high));
            match (found.into_iter().flatten().reduce(widen), array) {
                (None, _) => Some(ColumnRange::Empty),
                (Some((min, max)), Array::Int128(_)) => {
                    let span = max.checked_sub(min).and_then(|span| u64::try_from(span).ok());
                    span.map(|span| ColumnRange::Wide { min, span })
                }
                (Some((min, max)), Array::Float32(_) | Array::Float64(_)) => {
                    Some(ColumnRange::Float { min: min as u64, span: (max - min) as u64 })
                }
                (Some(range), _) => of_integers(range),
            }
        }
    })
}

/// The least and the greatest value of some rows, of floats the canonical bits; `None` if all are null.
fn values_range(array: &Array, rows: Range<usize>) -> Option<(i128, i128)> {
    let array = array.sliced(rows.start, rows.len());
    dispatch_float!(
        &array,
        |array| {
            let range = bits_range(array.values(), array.validity());
            range.map(|(min, max)| (i128::from(min), i128::from(max)))
        },
        else range_of_values(&array)
    )
}

/// The least and the greatest canonical bits of the floats that are valid.
fn bits_range<T: Copy + Into<f64>>(values: &[T], valid: Option<&Bitmap>) -> Option<(u64, u64)> {
    let mut range = None;
    for (row, &value) in values.iter().enumerate() {
        if valid.is_none_or(|valid| valid.get(row)) {
            let bits = canonical_bits(value.into());
            range = Some(range.map_or((bits, bits), |(min, max)| (bits.min(min), bits.max(max))));
        }
    }
    range
}

/// Integers of those widths that keys often have; others are brought to one of them.
trait Integer: Native + Ord {
    /// The value in 64 bits, its sign carried on.
    fn bits(self) -> u64;
}

macro_rules! integer {
    ($($type:ty),+) => {$(
        impl Integer for $type {
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "one body for all widths")]
            fn bits(self) -> u64 {
                self as i64 as u64
            }
        }
    )+};
}
integer!(i32, u32, u64);

by_level! {
    /// Writes how far each value is from `min`, [`NO_KEY`] if farther than `span`.
    fn offsets<T: Integer>(values: &[T], min: u64, span: u64, keys: &mut [u64]) = offsets_body;
    /// Adds how far each value is from `min`, times `stride`; [`NO_KEY`] if farther than `span`, and stays.
    fn add_offsets<T: Integer>(values: &[T], min: u64, span: u64, stride: u64, keys: &mut [u64])
        = add_offsets_body;
}

#[inline(always)]
fn offsets_body<T: Integer>(values: &[T], min: u64, span: u64, keys: &mut [u64]) {
    for (key, value) in keys.iter_mut().zip(values) {
        let offset = value.bits().wrapping_sub(min);
        *key = if offset <= span { offset } else { NO_KEY };
    }
}

#[inline(always)]
fn add_offsets_body<T: Integer>(values: &[T], min: u64, span: u64, stride: u64, keys: &mut [u64]) {
    for (key, value) in keys.iter_mut().zip(values) {
        let offset = value.bits().wrapping_sub(min);
        let fits = offset <= span && *key != NO_KEY;
        *key = if fits { key.wrapping_add(offset.wrapping_mul(stride)) } else { NO_KEY };
    }
}

/// Makes keys.
#[derive(Debug)]
pub(super) struct KeyMaker {
    parts: Vec<KeyPart>,
}

#[derive(Debug)]
struct KeyPart {
    codec: Codec,
    stride: u64,
}

#[derive(Debug)]
enum Codec {
    Empty,
    Boolean,
    Integer { min: u64, span: u64 },
    Wide { min: i128, span: u64 },
    Float { min: u64, span: u64 },
    Text(TextKeys),
}

/// What is needed of one column's texts to make keys of its rows.
pub(super) enum TextRows<'a> {
    /// The column has no texts.
    None,
    /// The number of each row.
    Known(Vec<u32>),
    /// Numbers are looked up.
    Found(Finder<'a>),
}

impl KeyMaker {
    /// Makes keys of rows of the built side and of the probing side, and the numbers of the built side's texts.
    pub(super) fn build(
        ranges: KeyRanges,
        keys: &[Column],
        run: RunTasks<'_>,
    ) -> Result<(Self, Vec<Option<Vec<u32>>>), Stopped> {
        let (mut parts, mut numbers) = (Vec::new(), Vec::new());
        let mut stride = 1u64;
        for (range, key) in ranges.columns.into_iter().zip(keys) {
            let mut rows = None;
            let codec = match range {
                ColumnRange::Empty => Codec::Empty,
                ColumnRange::Boolean => Codec::Boolean,
                ColumnRange::Integer { min, span } => Codec::Integer { min, span },
                ColumnRange::Wide { min, span } => Codec::Wide { min, span },
                ColumnRange::Float { min, span } => Codec::Float { min, span },
                ColumnRange::Text { .. } => {
                    let (texts, found) = TextKeys::build(key.array(), run)?;
                    rows = found;
                    Codec::Text(texts)
                }
            };
            parts.push(KeyPart { codec, stride });
            numbers.push(rows);
            // All of them multiplied fit, see `KeyRanges::of`.
            stride = stride.wrapping_mul(range.num_values() as u64);
        }
        Ok((Self { parts }, numbers))
    }

    /// How to find the texts of the built side itself, with the numbers that [`KeyMaker::build`] gave.
    pub(super) fn own_texts<'a>(
        &'a self,
        keys: &'a [Column],
        numbers: Vec<Option<Vec<u32>>>,
    ) -> Vec<TextRows<'a>> {
        let texts = numbers.into_iter().zip(self.texts(keys));
        texts.map(|(numbers, found)| numbers.map_or(found, TextRows::Known)).collect()
    }

    /// How to find the texts of probing columns.
    pub(super) fn texts<'a>(&'a self, keys: &'a [Column]) -> Vec<TextRows<'a>> {
        let rows = |(part, key): (&'a KeyPart, &'a Column)| match &part.codec {
            Codec::Text(texts) => TextRows::Found(texts.finder(key.array())),
            _ => TextRows::None,
        };
        self.parts.iter().zip(keys).map(rows).collect()
    }

    /// Writes the keys of some rows over `keys`; [`NO_KEY`] for rows that match nothing.
    #[allow(
        clippy::useless_conversion,
        reason = "one body for both widths of floats: for one it does nothing"
    )]
    pub(super) fn make(
        &self,
        columns: &[Column],
        texts: &[TextRows<'_>],
        rows: Range<usize>,
        keys: &mut Vec<u64>,
    ) {
        keys.clear();
        keys.resize(rows.len(), 0);
        for (position, ((part, column), texts)) in self.parts.iter().zip(columns).zip(texts).enumerate() {
            let (array, stride, is_first) = (column.array(), part.stride, position == 0);
            match &part.codec {
                Codec::Empty => keys.fill(NO_KEY),
                Codec::Boolean => {
                    let Array::Boolean(array) = array else { mismatch(array) };
                    add(keys, stride, |row| array.values().get(rows.start + row).into());
                }
                &Codec::Integer { min, span } => {
                    let offset = IntegerOffsets { min, span, stride, is_first };
                    match array {
                        Array::Int32(array) => offset.write(&array.values()[rows.clone()], keys),
                        Array::UInt32(array) => offset.write(&array.values()[rows.clone()], keys),
                        Array::Int64(array) => offset.write(bits_of(&array.values()[rows.clone()]), keys),
                        Array::UInt64(array) => offset.write(&array.values()[rows.clone()], keys),
                        small => match &*widened(&small.sliced(rows.start, rows.len())) {
                            Array::Int32(array) => offset.write(array.values(), keys),
                            _ => mismatch(array),
                        },
                    }
                }
                &Codec::Wide { min, span } => {
                    let Array::Int128(array) = array else { mismatch(array) };
                    let values = &array.values()[rows.clone()][..keys.len()];
                    add(keys, stride, |row| match u64::try_from(values[row].wrapping_sub(min) as u128) {
                        Ok(offset) if values[row] >= min && offset <= span => offset,
                        _ => NO_KEY,
                    });
                }
                &Codec::Float { min, span } => dispatch_float!(
                    array,
                    |array| {
                        let values = &array.values()[rows.clone()][..keys.len()];
                        add(keys, stride, |row| {
                            let offset = canonical_bits(f64::from(values[row])).wrapping_sub(min);
                            if offset <= span { offset } else { NO_KEY }
                        });
                    },
                    else mismatch(array)
                ),
                Codec::Text(_) => match texts {
                    TextRows::Known(numbers) => {
                        let numbers = &numbers[rows.clone()][..keys.len()];
                        add(keys, stride, |row| numbers[row].into());
                    }
                    TextRows::Found(finder) => finder.add(rows.clone(), stride, keys),
                    TextRows::None => unreachable!("made for these columns"),
                },
            }
            if let Some(validity) = array.validity() {
                for_each_null(&validity, rows.clone(), |row| keys[row] = NO_KEY);
            }
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let bytes = |part: &KeyPart| match &part.codec {
            Codec::Text(texts) => texts.memory_bytes(),
            _ => 0,
        };
        self.parts.iter().map(bytes).sum()
    }
}

/// How keys are made of one column's integers.
struct IntegerOffsets {
    min: u64,
    span: u64,
    stride: u64,
    /// Whether no column wrote to the keys before.
    is_first: bool,
}

impl IntegerOffsets {
    fn write<T: Integer>(&self, values: &[T], keys: &mut [u64]) {
        let (level, &Self { min, span, stride, is_first }) = (Level::best(), self);
        match is_first {
            true => offsets(level, values, min, span, keys),
            false => add_offsets(level, values, min, span, stride, keys),
        }
    }
}

/// Adds the number of each row times `stride`; [`NO_KEY`] of either stays.
#[inline]
pub(super) fn add(keys: &mut [u64], stride: u64, number: impl Fn(usize) -> u64) {
    let mut row = 0;
    while row < keys.len() {
        let (key, number) = (&mut keys[row], number(row));
        let fits = number != NO_KEY && *key != NO_KEY;
        *key = if fits { key.wrapping_add(number.wrapping_mul(stride)) } else { NO_KEY };
        row += 1;
    }
}

fn mismatch(array: &Array) -> ! {
    panic!(
        "a key column over a {} array: lowering gives both sides of a join one type",
        array.physical_name()
    )
}
