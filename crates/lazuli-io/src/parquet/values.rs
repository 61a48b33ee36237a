//! The values of a column chunk while they are read: dense at first, then with a slot for each null.

use super::delta;
use super::hybrid::Hybrid;
use super::schema::{Leaf, Meaning, Physical};
use super::{ParquetError, ParquetErrorKind, Result};
use lazuli_array::{Bitmap, BitmapBuilder, DataType, memory};

/// Values of one kind, in order.
#[derive(Debug)]
pub(super) enum Values {
    Boolean(BitmapBuilder),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    /// Bytes, and where each value begins: one place more than values, the first is 0.
    Bytes {
        offsets: Vec<i64>,
        bytes: Vec<u8>,
    },
    /// So many bytes a value.
    Fixed {
        width: usize,
        bytes: Vec<u8>,
    },
    /// Decimals that lie in a file as integers. Widened as they are read, entries of a dictionary once.
    Decimal {
        digits: Digits,
        values: Vec<i128>,
    },
}

/// What decimals of a column may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    precision: u8,
    scale: u8,
    /// Bytes of a value in the file: 4 or 8.
    width: usize,
}

impl Digits {
    /// The value, if it has no more digits than the type.
    fn check(self, value: i64) -> Result<i128> {
        if value.unsigned_abs() < self.limit() {
            return Ok(value.into());
        }
        let data_type = DataType::Decimal { precision: self.precision, scale: self.scale };
        Err(ParquetError::new(ParquetErrorKind::OutOfRange { data_type, value: value.to_string() }))
    }

    /// No 64 bits hold 20 digits.
    fn limit(self) -> u64 {
        10u64.pow(u32::from(self.precision.min(19)))
    }
}

/// A number of the file, in its own bytes.
pub(super) trait Number: Copy + Default {
    const BYTES: usize;
    fn of(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($type:ty),+) => {$(impl Number for $type {
        const BYTES: usize = size_of::<$type>();
        #[inline(always)]
        fn of(bytes: &[u8]) -> Self {
            // Callers hand over chunks of `BYTES`.
            bytes.try_into().map_or_else(|_| Self::default(), Self::from_le_bytes)
        }
    })+};
}
number!(i32, i64, f32, f64);

impl Values {
    /// No values of this kind, with room for about `rows`.
    pub(super) fn new(physical: Physical, rows: usize) -> Self {
        match physical {
            Physical::Boolean => Self::Boolean(BitmapBuilder::with_capacity(rows)),
            Physical::Int32 => Self::Int32(memory::with_capacity(rows)),
            Physical::Int64 => Self::Int64(memory::with_capacity(rows)),
            Physical::Float => Self::Float(memory::with_capacity(rows)),
            Physical::Double => Self::Double(memory::with_capacity(rows)),
            Physical::Bytes => {
                let mut offsets = memory::with_capacity(rows.saturating_add(1));
                offsets.push(0);
                Self::Bytes { offsets, bytes: Vec::new() }
            }
            Physical::Fixed(width) => {
                Self::Fixed { width, bytes: memory::with_capacity(rows.saturating_mul(width.min(64))) }
            }
        }
    }

    /// No values of a leaf, with room for about `rows`.
    pub(super) fn of_leaf(leaf: &Leaf, rows: usize) -> Self {
        let width = match leaf.physical {
            Physical::Int32 => 4,
            Physical::Int64 => 8,
            _ => return Self::new(leaf.physical, rows),
        };
        match (leaf.meaning, &leaf.data_type) {
            (Meaning::Decimal, DataType::Decimal { precision, scale }) => {
                let digits = Digits { precision: *precision, scale: *scale, width };
                Self::Decimal { digits, values: memory::with_capacity(rows) }
            }
            _ => Self::new(leaf.physical, rows),
        }
    }

    /// No values of the same kind, with room for about `rows`.
    fn like(&self, rows: usize) -> Self {
        match self {
            Self::Boolean(_) => Self::new(Physical::Boolean, rows),
            Self::Int32(_) => Self::new(Physical::Int32, rows),
            Self::Int64(_) => Self::new(Physical::Int64, rows),
            Self::Float(_) => Self::new(Physical::Float, rows),
            Self::Double(_) => Self::new(Physical::Double, rows),
            Self::Bytes { .. } => Self::new(Physical::Bytes, rows),
            Self::Fixed { width, .. } => Self::new(Physical::Fixed(*width), rows),
            Self::Decimal { digits, .. } => {
                Self::Decimal { digits: *digits, values: memory::with_capacity(rows) }
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Boolean(bits) => bits.len(),
            Self::Int32(values) => values.len(),
            Self::Int64(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Bytes { offsets, .. } => offsets.len() - 1,
            Self::Fixed { width, bytes } => bytes.len() / width,
            Self::Decimal { values, .. } => values.len(),
        }
    }

    /// Appends those of `count` values that lie in a page in some encoding whose bit is set; `read` appends all of them.
    pub(super) fn read_where(
        &mut self,
        count: usize,
        wanted: &Bitmap,
        read: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let mut all = self.like(count.min(wanted.len()));
        read(&mut all)?;
        match (self, all) {
            (Self::Boolean(out), Self::Boolean(bits)) => {
                let bits = bits.finish();
                wanted.ones().for_each(|row| out.push(bits.get(row)));
            }
            (Self::Int32(out), Self::Int32(values)) => pick(&values, wanted, out),
            (Self::Int64(out), Self::Int64(values)) => pick(&values, wanted, out),
            (Self::Float(out), Self::Float(values)) => pick(&values, wanted, out),
            (Self::Double(out), Self::Double(values)) => pick(&values, wanted, out),
            (Self::Decimal { values: out, .. }, Self::Decimal { values, .. }) => pick(&values, wanted, out),
            (Self::Bytes { offsets: out_offsets, bytes: out }, Self::Bytes { offsets, bytes }) => {
                for row in wanted.ones() {
                    out.extend_from_slice(&bytes[offsets[row] as usize..offsets[row + 1] as usize]);
                    out_offsets.push(out.len() as i64);
                }
            }
            (Self::Fixed { width, bytes: out }, Self::Fixed { bytes, .. }) => {
                for row in wanted.ones() {
                    out.extend_from_slice(&bytes[row * *width..(row + 1) * *width]);
                }
            }
            _ => return Err(misplaced("a page")),
        }
        Ok(())
    }

    /// Appends those of the `count` values that lie one after the other whose bit is set: the others are not copied.
    pub(super) fn read_plain_where(&mut self, page: &[u8], count: usize, wanted: &Bitmap) -> Result<()> {
        match self {
            Self::Int32(values) => read_numbers_where(page, count, wanted, values),
            Self::Int64(values) => read_numbers_where(page, count, wanted, values),
            Self::Float(values) => read_numbers_where(page, count, wanted, values),
            Self::Double(values) => read_numbers_where(page, count, wanted, values),
            Self::Decimal { digits, values } => {
                let width = digits.width;
                let bytes = page.get(..count.checked_mul(width).ok_or_else(ended)?).ok_or_else(ended)?;
                values.reserve(wanted.count_ones());
                for row in wanted.ones() {
                    values.push(digits.check(integer(&bytes[row * width..(row + 1) * width]))?);
                }
                Ok(())
            }
            Self::Bytes { offsets, bytes } => {
                let mut rest = page;
                for is_wanted in wanted.iter().take(count) {
                    let (text, behind) = split_text(rest)?;
                    if is_wanted {
                        bytes.extend_from_slice(text);
                        offsets.push(bytes.len() as i64);
                    }
                    rest = behind;
                }
                Ok(())
            }
            Self::Boolean(_) | Self::Fixed { .. } => {
                self.read_where(count, wanted, |all| all.read_plain(page, count))
            }
        }
    }

    /// Appends `count` values that lie one after the other.
    pub(super) fn read_plain(&mut self, page: &[u8], count: usize) -> Result<()> {
        match self {
            Self::Boolean(bits) => {
                let bytes = page.get(..count.div_ceil(8)).ok_or_else(ended)?;
                let mut left = count;
                for eight in bytes.chunks(8) {
                    let mut word = [0; 8];
                    word[..eight.len()].copy_from_slice(eight);
                    let length = left.min(64);
                    bits.push_word(u64::from_le_bytes(word), length);
                    left -= length;
                }
            }
            Self::Int32(values) => read_numbers(page, count, values)?,
            Self::Int64(values) => read_numbers(page, count, values)?,
            Self::Float(values) => read_numbers(page, count, values)?,
            Self::Double(values) => read_numbers(page, count, values)?,
            Self::Bytes { offsets, bytes } => read_texts(page, count, offsets, bytes)?,
            Self::Fixed { width, bytes } => {
                let length = count.checked_mul(*width).ok_or_else(ended)?;
                bytes.extend_from_slice(page.get(..length).ok_or_else(ended)?);
            }
            Self::Decimal { digits, values } => read_decimals(page, count, *digits, values)?,
        }
        Ok(())
    }

    /// Appends `count` booleans as a hybrid with its length before it.
    pub(super) fn read_runs(&mut self, page: &[u8], count: usize) -> Result<()> {
        let Self::Boolean(bits) = self else { return Err(misplaced("RLE")) };
        let (length, rest) = page.split_first_chunk::<4>().ok_or_else(ended)?;
        let runs = rest.get(..u32::from_le_bytes(*length) as usize).ok_or_else(ended)?;
        Hybrid::new(runs, 1)?.bits(count, bits)?;
        Ok(())
    }

    /// Appends `count` integers that are written as differences.
    pub(super) fn read_differences(&mut self, mut page: &[u8], count: usize) -> Result<()> {
        match self {
            // Differences of 32 bits wrap at those; the low bits of sums of 64 are the same.
            Self::Int32(values) => delta::read_integers(&mut page, count, |value| values.push(value as i32)),
            Self::Int64(values) => delta::read_integers(&mut page, count, |value| values.push(value)),
            Self::Decimal { digits, values } => {
                let mut checked = Ok(());
                delta::read_integers(&mut page, count, |value| {
                    let value = if digits.width == 4 { i64::from(value as i32) } else { value };
                    match digits.check(value) {
                        Ok(value) => values.push(value),
                        Err(error) => checked = Err(error),
                    }
                })?;
                checked
            }
            _ => Err(misplaced("DELTA_BINARY_PACKED")),
        }
    }

    /// Appends `count` texts whose lengths come first.
    pub(super) fn read_delta_lengths(&mut self, page: &[u8], count: usize) -> Result<()> {
        let Self::Bytes { offsets, bytes } = self else { return Err(misplaced("DELTA_LENGTH_BYTE_ARRAY")) };
        delta::read_texts(page, count, bytes, offsets)
    }

    /// Appends `count` texts that share their beginnings with the ones before.
    pub(super) fn read_prefixed(&mut self, page: &[u8], count: usize) -> Result<()> {
        match self {
            Self::Bytes { offsets, bytes } => delta::read_prefixed(page, count, bytes, offsets),
            Self::Fixed { width, bytes } => {
                let mut end = bytes.len() as i64;
                let mut ends = Vec::new();
                delta::read_prefixed(page, count, bytes, &mut ends)?;
                let all_fit = ends.iter().all(|&next| {
                    let fits = next - end == *width as i64;
                    end = next;
                    fits
                });
                if all_fit { Ok(()) } else { Err(ParquetError::corrupt("a value of another length")) }
            }
            _ => Err(misplaced("DELTA_BYTE_ARRAY")),
        }
    }

    /// Appends `count` values whose bytes are apart: first all first bytes, then all second ones, and so on.
    pub(super) fn read_split(&mut self, page: &[u8], count: usize) -> Result<()> {
        let width = match self {
            Self::Int32(_) | Self::Float(_) => 4,
            Self::Int64(_) | Self::Double(_) => 8,
            Self::Fixed { width, .. } => *width,
            Self::Decimal { digits, .. } => digits.width,
            Self::Boolean(_) | Self::Bytes { .. } => return Err(misplaced("BYTE_STREAM_SPLIT")),
        };
        let length = count.checked_mul(width).ok_or_else(ended)?;
        let page = page.get(..length).ok_or_else(ended)?;
        let mut joined = vec![0u8; length];
        if count > 0 {
            for (stream, bytes) in page.chunks_exact(count).enumerate() {
                for (value, &byte) in joined.chunks_exact_mut(width).zip(bytes) {
                    value[stream] = byte;
                }
            }
        }
        self.read_plain(&joined, count)
    }

    /// Appends the values of a dictionary that `codes` name. They have been checked to be in it.
    pub(super) fn gather(&mut self, dictionary: &Self, codes: &[u32]) -> Result<()> {
        match (self, dictionary) {
            (Self::Int32(out), Self::Int32(values)) => gather(values, codes, out),
            (Self::Int64(out), Self::Int64(values)) => gather(values, codes, out),
            (Self::Float(out), Self::Float(values)) => gather(values, codes, out),
            (Self::Double(out), Self::Double(values)) => gather(values, codes, out),
            (Self::Decimal { values: out, .. }, Self::Decimal { values, .. }) => gather(values, codes, out),
            (Self::Bytes { offsets: out_offsets, bytes: out }, Self::Bytes { offsets, bytes }) => {
                for &code in codes {
                    let (start, end) = (offsets[code as usize] as usize, offsets[code as usize + 1] as usize);
                    append(out, &bytes[start..], end - start);
                    out_offsets.push(out.len() as i64);
                }
            }
            (Self::Fixed { width, bytes: out }, Self::Fixed { bytes, .. }) => {
                for &code in codes {
                    let start = code as usize * *width;
                    out.extend_from_slice(&bytes[start..start + *width]);
                }
            }
            _ => return Err(misplaced("a dictionary")),
        }
        Ok(())
    }

    /// The values from `start` on get the rows whose bit is set; other rows get some value.
    pub(super) fn spread(&mut self, start: usize, valid: &Bitmap) {
        match self {
            Self::Boolean(bits) => {
                // Rare: through a copy.
                let dense = std::mem::take(bits).finish();
                let mut out = BitmapBuilder::with_capacity(start + valid.len());
                out.extend_from(&dense.sliced(0, start));
                let mut next = start;
                for is_valid in valid.iter() {
                    out.push(is_valid && dense.get(next));
                    next += usize::from(is_valid);
                }
                *bits = out;
            }
            Self::Int32(values) => spread(values, start, valid),
            Self::Int64(values) => spread(values, start, valid),
            Self::Float(values) => spread(values, start, valid),
            Self::Double(values) => spread(values, start, valid),
            Self::Decimal { values, .. } => spread(values, start, valid),
            Self::Bytes { offsets, .. } => {
                let dense = offsets.split_off(start + 1);
                let mut last = offsets[start];
                let mut next = dense.into_iter();
                offsets.extend(valid.iter().map(|is_valid| {
                    if is_valid {
                        last = next.next().unwrap_or(last);
                    }
                    last
                }));
            }
            Self::Fixed { width, bytes } => {
                let dense = bytes.split_off(start * *width);
                let mut values = dense.chunks_exact(*width);
                for is_valid in valid.iter() {
                    match values.next_if_valid(is_valid) {
                        Some(value) => bytes.extend_from_slice(value),
                        None => bytes.resize(bytes.len() + *width, 0),
                    }
                }
            }
        }
    }
}

/// The next item where there is one to be.
trait NextIfValid: Iterator {
    fn next_if_valid(&mut self, is_valid: bool) -> Option<Self::Item> {
        if is_valid { self.next() } else { None }
    }
}

impl<I: Iterator> NextIfValid for I {}

pub(super) fn ended() -> ParquetError {
    ParquetError::corrupt("a page has fewer values than it announces")
}

fn misplaced(encoding: &str) -> ParquetError {
    ParquetError::corrupt(format!("{encoding} on values of a type that it is not for"))
}

fn read_numbers<T: Number>(page: &[u8], count: usize, out: &mut Vec<T>) -> Result<()> {
    let length = count.checked_mul(T::BYTES).ok_or_else(ended)?;
    let bytes = page.get(..length).ok_or_else(ended)?;
    out.extend(bytes.chunks_exact(T::BYTES).map(T::of));
    Ok(())
}

fn read_numbers_where<T: Number>(page: &[u8], count: usize, wanted: &Bitmap, out: &mut Vec<T>) -> Result<()> {
    let length = count.checked_mul(T::BYTES).ok_or_else(ended)?;
    let bytes = page.get(..length).ok_or_else(ended)?;
    out.reserve(wanted.count_ones());
    for row in wanted.ones() {
        out.push(T::of(&bytes[row * T::BYTES..(row + 1) * T::BYTES]));
    }
    Ok(())
}

/// An integer of 4 or 8 bytes.
fn integer(bytes: &[u8]) -> i64 {
    match bytes.len() {
        4 => i32::of(bytes).into(),
        _ => i64::of(bytes),
    }
}

fn read_decimals(page: &[u8], count: usize, digits: Digits, out: &mut Vec<i128>) -> Result<()> {
    let length = count.checked_mul(digits.width).ok_or_else(ended)?;
    let bytes = page.get(..length).ok_or_else(ended)?;
    let limit = digits.limit();
    let mut all_fit = true;
    let mut fit = |value: i64| {
        all_fit &= value.unsigned_abs() < limit;
        i128::from(value)
    };
    match digits.width {
        4 => out.extend(bytes.as_chunks::<4>().0.iter().map(|four| fit(i32::from_le_bytes(*four).into()))),
        _ => out.extend(bytes.as_chunks::<8>().0.iter().map(|eight| fit(i64::from_le_bytes(*eight)))),
    }
    if all_fit {
        return Ok(());
    }
    bytes.chunks_exact(digits.width).try_for_each(|value| digits.check(integer(value)).map(|_| ()))
}

/// The first text, and what is behind it.
fn split_text(page: &[u8]) -> Result<(&[u8], &[u8])> {
    let (length, behind) = page.split_first_chunk::<4>().ok_or_else(ended)?;
    behind.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(ended)
}

/// Appends the values whose bit is set.
pub(super) fn pick<T: Copy>(values: &[T], wanted: &Bitmap, out: &mut Vec<T>) {
    out.reserve(wanted.count_ones());
    out.extend(wanted.ones().map(|row| values[row]));
}

fn read_texts(page: &[u8], count: usize, offsets: &mut Vec<i64>, bytes: &mut Vec<u8>) -> Result<()> {
    let mut rest = page;
    // Most of what is left is text.
    bytes.reserve(page.len().saturating_sub(count.saturating_mul(4)));
    for _ in 0..count {
        let (text, behind) = split_text(rest)?;
        append(bytes, &rest[4..], text.len());
        offsets.push(bytes.len() as i64);
        rest = behind;
    }
    Ok(())
}

/// Texts of up to so many bytes are copied as so many.
const SHORT: usize = 16;

/// Appends the first `length` bytes. Short ones by a copy of a fixed length, most of which is then taken back: a call for each
/// of many short texts was half of what reading them took.
#[inline(always)]
fn append(out: &mut Vec<u8>, bytes: &[u8], length: usize) {
    match bytes.first_chunk::<SHORT>() {
        Some(window) if length <= SHORT => {
            let end = out.len() + length;
            out.extend_from_slice(window);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&bytes[..length]),
    }
}

fn gather<T: Copy>(values: &[T], codes: &[u32], out: &mut Vec<T>) {
    out.extend(codes.iter().map(|&code| values[code as usize]));
}

/// From the last to the first, in place.
pub(super) fn spread<T: Copy + Default>(values: &mut Vec<T>, start: usize, valid: &Bitmap) {
    let mut next = values.len();
    values.resize(start + valid.len(), T::default());
    for word in (0..valid.num_words()).rev() {
        let first = start + word * 64;
        let length = (valid.len() - word * 64).min(64);
        let bits = valid.word(word);
        if bits.count_ones() as usize == length {
            values.copy_within(next - length..next, first);
            next -= length;
            continue;
        }
        for bit in (0..length).rev() {
            let is_valid = bits >> bit & 1 == 1;
            next -= usize::from(is_valid);
            values[first + bit] = if is_valid { values[next] } else { T::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spread_values_stand_where_bits_are_set(
            before in prop::collection::vec(1i32..100, 0..5),
            rows in prop::collection::vec(prop::option::weighted(0.8, 1i32..100), 0..300),
        ) {
            let valid = Bitmap::from_fn(rows.len(), |row| rows[row].is_some());
            let expected: Vec<i32> =
                before.iter().copied().chain(rows.iter().map(|row| row.unwrap_or(0))).collect();
            let dense: Vec<i32> = before.iter().copied().chain(rows.iter().flatten().copied()).collect();
            let mut numbers = dense.clone();
            spread(&mut numbers, before.len(), &valid);
            prop_assert_eq!(&numbers, &expected);

            let bytes = dense.iter().flat_map(|value| value.to_le_bytes()).collect();
            let mut fixed = Values::Fixed { width: 4, bytes };
            fixed.spread(before.len(), &valid);
            let Values::Fixed { bytes, .. } = fixed else { unreachable!() };
            prop_assert_eq!(bytes, expected.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());

            let mut offsets = vec![0];
            for value in &dense {
                offsets.push(offsets[offsets.len() - 1] + i64::from(*value));
            }
            let mut texts = Values::Bytes { offsets, bytes: Vec::new() };
            texts.spread(before.len(), &valid);
            let Values::Bytes { offsets, .. } = texts else { unreachable!() };
            let lengths: Vec<i32> = offsets.windows(2).map(|pair| (pair[1] - pair[0]) as i32).collect();
            prop_assert_eq!(lengths, expected);
        }

        #[test]
        fn split_bytes_are_joined(values in prop::collection::vec(any::<i64>(), 0..50)) {
            let plain: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let split: Vec<u8> =
                (0..8).flat_map(|byte| values.iter().map(move |value| value.to_le_bytes()[byte])).collect();
            for (physical, count) in [(Physical::Int64, values.len()), (Physical::Fixed(8), values.len())] {
                let (mut read, mut expected) = (Values::new(physical, 0), Values::new(physical, 0));
                read.read_split(&split, count).expect("it is whole");
                expected.read_plain(&plain, count).expect("it is whole");
                prop_assert_eq!(format!("{read:?}"), format!("{expected:?}"));
            }
        }
    }
}
