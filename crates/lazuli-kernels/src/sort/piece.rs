//! Pieces: what one sort key gives to a word, row by row, as an integer in the order of the key.
//!
//! Values are read a chunk of rows at a time, so that keys need no memory of their own: a pass over all rows makes the
//! integers anew, which for numbers is as fast as reading them.

use std::sync::Arc;

use lazuli_array::{
    Array, BinaryArray, Bitmap, Code, Codes, Entries, StringArray, dispatch_codes, dispatch_integer,
};

use crate::hash::CANONICAL_NAN;
use crate::level::{Level, by_level};

/// Rows whose integers are made at a time: small enough for two runs of words to stay in the first-level cache.
pub(super) const CHUNK_ROWS: usize = 1024;

/// Which rows to read, as many as there are slots to fill.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// From this one on.
    From(usize),
    /// Those of these numbers.
    At(&'a [u32]),
}

impl Rows<'_> {
    /// The row for a slot.
    #[inline]
    pub fn row(&self, slot: usize) -> usize {
        match self {
            Self::From(start) => start + slot,
            Self::At(rows) => rows[slot] as usize,
        }
    }
}

/// Texts or byte strings, plain or by code.
#[derive(Debug, Clone, Copy)]
pub(super) enum Texts<'a> {
    Plain { offsets: &'a [i64], bytes: &'a [u8] },
    Coded { codes: &'a Codes, entries: &'a Entries },
}

impl<'a> Texts<'a> {
    pub fn strings(array: &'a StringArray) -> Self {
        Self::Plain { offsets: array.offsets(), bytes: array.bytes() }
    }

    pub fn binary(array: &'a BinaryArray) -> Self {
        Self::Plain { offsets: array.offsets(), bytes: array.bytes() }
    }

    /// The bytes of a row.
    #[inline]
    pub fn value(&self, row: usize) -> &'a [u8] {
        match self {
            Self::Plain { offsets, bytes } => &bytes[offsets[row] as usize..offsets[row + 1] as usize],
            // A null row over an empty dictionary has a code without an entry.
            Self::Coded { entries, .. } if entries.is_empty() => &[],
            Self::Coded { codes, entries } => entries.value_bytes(codes.value(row) as usize),
        }
    }
}

/// The first eight bytes as an integer in their order, filled up with zeros.
#[inline]
fn prefix(value: &[u8]) -> u64 {
    if let Some(chunk) = value.first_chunk() {
        return u64::from_be_bytes(*chunk);
    }
    let length = value.len();
    if let (Some(first), Some(last)) = (value.first_chunk(), value.last_chunk()) {
        // Two halves that overlap.
        let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(*last));
        return u64::from(first) << 32 | u64::from(last) << (64 - 8 * length);
    }
    value.iter().enumerate().fold(0, |word, (index, &byte)| word | u64::from(byte) << (56 - 8 * index))
}

/// Where a piece's integers come from, ascending as the values do.
#[derive(Debug, Clone)]
pub(super) enum Source<'a> {
    /// Integers of at most 64 bits, floats, booleans.
    Numbers(&'a Array),
    /// Codes of an `Enum`.
    Codes(&'a Codes),
    /// Places of a dictionary's strings in their order.
    Ranks { codes: &'a Codes, ranks: Arc<Vec<u32>> },
    /// One half of what `i128` values are above the least one (below the greatest one when descending).
    Half { values: &'a [i128], base: i128, descending: bool, is_high: bool },
    /// Eight bytes from `from` on.
    Eight { texts: Texts<'a>, from: usize },
    /// Seven bytes from `from` on, and the length from there on if it is less than eight: says all of short texts.
    Seven { texts: Texts<'a>, from: usize },
    /// The length in bytes.
    Length { texts: Texts<'a> },
    /// Nothing: only nulls are told apart.
    Nothing,
}

impl Source<'_> {
    /// The integers of rows.
    pub fn read(&self, rows: Rows<'_>, target: &mut [u64]) {
        match self {
            Self::Numbers(array) => read_numbers(Level::best(), array, rows, target),
            Self::Codes(codes) => {
                dispatch_codes!(codes, |codes| fill(codes.values(), rows, target, |code| code.into()));
            }
            Self::Ranks { codes, ranks } => {
                // Null rows may have codes without an entry.
                let rank = |code: usize| ranks.get(code).map_or(0, |&rank| rank.into());
                dispatch_codes!(codes, |codes| fill(codes.values(), rows, target, |code| rank(code.index())));
            }
            Self::Half { values, base, descending, is_high } => fill(values, rows, target, |value| {
                let above = if *descending { base.wrapping_sub(value) } else { value.wrapping_sub(*base) };
                if *is_high { (above as u128 >> 64) as u64 } else { above as u64 }
            }),
            Self::Eight { texts, from } => {
                fill_texts(texts, rows, target, |value| prefix(value.get(*from..).unwrap_or_default()));
            }
            Self::Seven { texts, from } => fill_texts(texts, rows, target, |value| {
                let rest = value.get(*from..).unwrap_or_default();
                // The length tells "a" from "a\0".
                prefix(rest) & !0xFF | rest.len().min(8) as u64
            }),
            Self::Length { texts } => fill_texts(texts, rows, target, |value| value.len() as u64),
            Self::Nothing => target.fill(0),
        }
    }
}

const SIGN: u64 = 1 << 63;

/// The bits of a float in the order of floats: NaN one value above all, both zeros one.
#[inline(always)]
fn order_bits(value: f64) -> u64 {
    // -0.0 + 0.0 is 0.0.
    let bits = if value.is_nan() { CANONICAL_NAN } else { (value + 0.0).to_bits() };
    bits ^ (((bits as i64 >> 63) as u64) | SIGN)
}

/// As [`order_bits`], in 32 bits.
#[inline(always)]
fn order_bits_32(value: f32) -> u64 {
    const SIGN: u32 = 1 << 31;
    let bits = if value.is_nan() { f32::NAN.to_bits() & !SIGN } else { (value + 0.0).to_bits() };
    u64::from(bits ^ (((bits as i32 >> 31) as u32) | SIGN))
}

#[inline(always)]
fn fill<T: Copy>(values: &[T], rows: Rows<'_>, target: &mut [u64], code: impl Fn(T) -> u64) {
    match rows {
        Rows::From(start) => {
            let values = &values[start..start + target.len()];
            for (slot, &value) in target.iter_mut().zip(values) {
                *slot = code(value);
            }
        }
        Rows::At(rows) => {
            for (slot, &row) in target.iter_mut().zip(rows) {
                *slot = code(values[row as usize]);
            }
        }
    }
}

#[inline(always)]
fn fill_texts(texts: &Texts<'_>, rows: Rows<'_>, target: &mut [u64], code: impl Fn(&[u8]) -> u64) {
    match (texts, rows) {
        (Texts::Plain { offsets, bytes }, Rows::From(start)) => {
            let offsets = &offsets[start..=start + target.len()];
            for (target, bounds) in target.iter_mut().zip(offsets.windows(2)) {
                *target = code(&bytes[bounds[0] as usize..bounds[1] as usize]);
            }
        }
        (Texts::Plain { offsets, bytes }, Rows::At(rows)) => {
            for (target, &row) in target.iter_mut().zip(rows) {
                *target = code(&bytes[offsets[row as usize] as usize..offsets[row as usize + 1] as usize]);
            }
        }
        (Texts::Coded { .. }, rows) => {
            for (slot, target) in target.iter_mut().enumerate() {
                *target = code(texts.value(rows.row(slot)));
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
fn read_numbers_body(array: &Array, rows: Rows<'_>, target: &mut [u64]) {
    match array {
        Array::UInt64(array) => fill(array.values(), rows, target, |value| value),
        Array::Float32(array) => fill(array.values(), rows, target, order_bits_32),
        Array::Float64(array) => fill(array.values(), rows, target, order_bits),
        Array::Boolean(array) => {
            let values = array.values();
            for (slot, target) in target.iter_mut().enumerate() {
                *target = values.get(rows.row(slot)).into();
            }
        }
        other => dispatch_integer!(
            other,
            |array| fill(array.values(), rows, target, |value| (value as i64 as u64) ^ SIGN),
            else unreachable!("numbers of at most 64 bits")
        ),
    }
}

by_level! {
    /// Numbers as integers in their order.
    fn read_numbers(array: &Array, rows: Rows<'_>, target: &mut [u64]) = read_numbers_body;
    /// Integers as codes from 0.
    fn reduce(transform: &Transform, values: &mut [u64]) = reduce_body;
    /// The codes of a further piece below those of the pieces before it.
    fn append(words: &mut [u64], bits: u32, codes: &[u64]) = append_body;
    /// What values span.
    pub(super) fn span(values: &[u64]) -> Span = span_body;
}

/// How integers become codes. The bits that `runs` name are put side by side (all bits as they are if there are none);
/// then `((value - base) >> shift) + first`, or `base - value` when descending; of that, `bits` bits from `low` on.
#[derive(Debug, Clone)]
pub(super) struct Transform {
    pub runs: Vec<BitRun>,
    pub base: u64,
    pub descending: bool,
    pub shift: u32,
    pub first: u64,
    pub low: u32,
    pub bits: u32,
}

impl Transform {
    /// The low `bits` bits as they are, or their complement.
    pub fn plain(descending: bool, bits: u32) -> Self {
        let base = if descending { u64::MAX >> (64 - bits) } else { 0 };
        Self { runs: Vec::new(), base, descending, shift: 0, first: 0, low: 0, bits }
    }

    fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }
}

/// Neighbouring bits that are moved together: `value >> shift & mask`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BitRun {
    shift: u32,
    mask: u64,
}

/// More runs than these cost more to put together than their bits save.
const MAX_RUNS: usize = 8;

/// The runs that put the bits of `mask` side by side, with some others if they would be too many, and how many bits they
/// have. Bits that no two values differ in are not needed to tell their order.
pub(super) fn bit_runs(mut mask: u64) -> (Vec<BitRun>, u32) {
    let mut gap = 1;
    while (mask & !(mask << 1)).count_ones() as usize > MAX_RUNS {
        // Closes the gaps of so many bits.
        let (mut filled, mut rest) = (mask, mask);
        while rest != 0 {
            let end = rest.trailing_zeros() + (rest >> rest.trailing_zeros()).trailing_ones();
            rest = if end < 64 { rest >> end << end } else { 0 };
            if rest != 0 && rest.trailing_zeros() - end <= gap {
                filled |= (1 << rest.trailing_zeros()) - (1 << end);
            }
        }
        mask = filled;
        gap += 1;
    }
    let (mut runs, mut bits) = (Vec::new(), 0);
    while mask != 0 {
        let start = mask.trailing_zeros();
        let length = (mask >> start).trailing_ones();
        runs.push(BitRun { shift: start - bits, mask: (u64::MAX >> (64 - length)) << bits });
        bits += length;
        mask = if start + length < 64 { mask >> (start + length) << (start + length) } else { 0 };
    }
    (runs, bits)
}

#[inline(always)]
fn reduce_body(transform: &Transform, values: &mut [u64]) {
    let Transform { ref runs, base, descending, shift, first, low, .. } = *transform;
    let mask = transform.mask();
    if let Some((run, others)) = runs.split_first() {
        let mut whole = [0; CHUNK_ROWS];
        let whole = &mut whole[..values.len()];
        whole.copy_from_slice(values);
        values.iter_mut().for_each(|value| *value = *value >> run.shift & run.mask);
        for run in others {
            for (value, whole) in values.iter_mut().zip(&*whole) {
                *value |= whole >> run.shift & run.mask;
            }
        }
    }
    let code = |above: u64| ((above >> shift).wrapping_add(first) >> low) & mask;
    if descending {
        values.iter_mut().for_each(|value| *value = code(base.wrapping_sub(*value)));
    } else {
        values.iter_mut().for_each(|value| *value = code(value.wrapping_sub(base)));
    }
}

#[inline(always)]
fn append_body(words: &mut [u64], bits: u32, codes: &[u64]) {
    for (word, &code) in words.iter_mut().zip(codes) {
        *word = *word << bits | code;
    }
}

/// What values span: the least, the greatest, and the bits in which any two differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub min: u64,
    pub max: u64,
    pub differing: u64,
}

impl Span {
    /// What both span together.
    pub fn with(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            differing: self.differing | other.differing | (self.min ^ other.min),
        }
    }
}

/// Panics if there are no values.
#[inline(always)]
fn span_body(values: &[u64]) -> Span {
    let first = values[0];
    let (mut min, mut max, mut differing) = (first, first, 0);
    for &value in values {
        min = min.min(value);
        max = max.max(value);
        differing |= value ^ first;
    }
    Span { min, max, differing }
}

/// Some bits of what one key gives.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub source: Source<'a>,
    /// Present if null rows are told from others, or have values that must not count.
    pub validity: Option<Bitmap>,
    pub transform: Transform,
    /// The code of null rows, before bits are cut out.
    pub null: u64,
}

impl Piece<'_> {
    /// The upper bits of this piece, and the `low` lower ones.
    pub fn cut(self, low: u32) -> (Self, Self) {
        debug_assert!(0 < low && low < self.transform.bits, "both parts have bits");
        let (mut upper, mut lower) = (self.clone(), self);
        upper.transform.low += low;
        upper.transform.bits -= low;
        lower.transform.bits = low;
        (upper, lower)
    }

    fn read(&self, rows: Rows<'_>, target: &mut [u64]) {
        self.source.read(rows, target);
        reduce(Level::best(), &self.transform, target);
        let Some(validity) = &self.validity else { return };
        let null = (self.null >> self.transform.low) & self.transform.mask();
        match rows {
            Rows::From(start) => {
                let rows = start..start + target.len();
                crate::keys::for_each_null(validity, rows, |slot| target[slot] = null);
            }
            Rows::At(rows) => {
                for (slot, &row) in target.iter_mut().zip(rows) {
                    if !validity.get(row as usize) {
                        *slot = null;
                    }
                }
            }
        }
    }
}

/// Pieces side by side in one integer of at most 64 bits, the first on top.
#[derive(Debug, Clone, Default)]
pub(super) struct Word<'a> {
    pub pieces: Vec<Piece<'a>>,
    pub bits: u32,
}

impl Word<'_> {
    /// Whether reading the words again takes longer than keeping them.
    pub fn is_costly(&self) -> bool {
        self.pieces.iter().any(|piece| {
            !matches!(
                piece.source,
                Source::Numbers(_) | Source::Codes(_) | Source::Half { .. } | Source::Nothing
            )
        })
    }

    /// The words of rows; at most [`CHUNK_ROWS`] of them.
    pub fn read(&self, rows: Rows<'_>, target: &mut [u64]) {
        let Some((first, rest)) = self.pieces.split_first() else { return target.fill(0) };
        first.read(rows, target);
        let mut codes = [0; CHUNK_ROWS];
        for piece in rest {
            let codes = &mut codes[..target.len()];
            piece.read(rows, codes);
            append(Level::best(), target, piece.transform.bits, codes);
        }
    }

    /// The words of any number of rows.
    pub fn read_all(&self, rows: Rows<'_>, target: &mut [u64]) {
        for (index, target) in target.chunks_mut(CHUNK_ROWS).enumerate() {
            let start = index * CHUNK_ROWS;
            let rows = match rows {
                Rows::From(first) => Rows::From(first + start),
                Rows::At(rows) => Rows::At(&rows[start..start + target.len()]),
            };
            self.read(rows, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_in_runs_keep_the_order(mask in any::<u64>(), sparse in any::<u64>(), values in prop::collection::vec(any::<u64>(), 2..50)) {
            let mask = mask & sparse;
            // Values that differ in the bits of the mask only.
            let values: Vec<u64> = values.iter().map(|value| value & mask | 0x1234_5678_9ABC_DEF0 & !mask).collect();
            let (runs, bits) = bit_runs(mask);
            prop_assert!(runs.len() <= MAX_RUNS && bits >= mask.count_ones());
            prop_assume!(bits > 0);
            let mut codes = values.clone();
            for descending in [false, true] {
                codes.copy_from_slice(&values);
                let transform = Transform { runs: runs.clone(), ..Transform::plain(descending, bits) };
                reduce(Level::best(), &transform, &mut codes);
                for (left, left_code) in values.iter().zip(&codes) {
                    for (right, right_code) in values.iter().zip(&codes) {
                        let order = left_code.cmp(right_code);
                        prop_assert_eq!(left.cmp(right), if descending { order.reverse() } else { order });
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_of_digits_take_half_the_bits() {
        let (runs, bits) = bit_runs(0x0F0F_0F0F_0F0F_0F0F);
        assert_eq!((runs.len(), bits), (8, 32));
        assert_eq!(bit_runs(u64::MAX), (vec![BitRun { shift: 0, mask: u64::MAX }], 64));
        assert_eq!(bit_runs(0x5555_5555_5555_5555).1, 63);
    }

    #[test]
    fn prefixes_are_in_the_order_of_bytes() {
        assert_eq!(prefix(b""), 0);
        for length in 1..12 {
            let value: Vec<u8> = (0..length).map(|byte| 0x81 + byte).collect();
            let expected =
                value.iter().chain([0; 8].iter()).take(8).fold(0, |word, &byte| word << 8 | u64::from(byte));
            assert_eq!(prefix(&value), expected);
        }
    }
}
