//! The hybrid of runs and packed numbers that levels, codes of dictionaries and some booleans are written in.
//!
//! A run is a header and a value; its header is even: twice the number of values. Packed numbers come in groups of
//! eight; their header is odd: twice the number of groups, and one.

use super::packed::{self, number32, packed_bytes, unpack32};
use super::{ParquetError, Result};
use lazuli_array::{Bitmap, BitmapBuilder};

/// A reader of numbers of at most 32 bits.
pub(super) struct Hybrid<'a> {
    bytes: &'a [u8],
    width: u32,
    run: Run<'a>,
}

enum Run<'a> {
    Same { value: u32, left: usize },
    Packed { bytes: &'a [u8], next: usize, left: usize },
}

impl<'a> Hybrid<'a> {
    pub(super) fn new(bytes: &'a [u8], width: u32) -> Result<Self> {
        if width > 32 {
            return Err(ParquetError::corrupt(format!("numbers of {width} bits")));
        }
        Ok(Self { bytes, width, run: Run::Same { value: 0, left: 0 } })
    }

    /// Goes on to the next run that has values.
    fn advance(&mut self) -> Result<()> {
        while self.left() == 0 {
            let header = varint(&mut self.bytes)?;
            let count = usize::try_from(header >> 1).map_err(|_| too_long())?;
            if header & 1 == 0 {
                let bytes = self.width.div_ceil(8) as usize;
                let (value, rest) = self.bytes.split_at_checked(bytes).ok_or_else(ended)?;
                let mut word = [0; 4];
                word[..bytes].copy_from_slice(value);
                let value = u32::from_le_bytes(word);
                if u64::from(value) >> self.width != 0 {
                    return Err(ParquetError::corrupt(format!("{value} as a number of {} bits", self.width)));
                }
                self.bytes = rest;
                self.run = Run::Same { value, left: count };
            } else {
                let left = count.checked_mul(8).ok_or_else(too_long)?;
                // The last group may be cut short: then what is missing must not be wanted either.
                let length = packed_bytes(self.width, left).min(self.bytes.len());
                let left = match self.width {
                    0 => left,
                    width => left.min(length * 8 / width as usize),
                };
                if left == 0 && count > 0 {
                    return Err(ended());
                }
                // With what is behind it, of which nothing is taken: so the last numbers are unpacked as fast as the others.
                self.run = Run::Packed { bytes: self.bytes, next: 0, left };
                self.bytes = &self.bytes[length..];
            }
        }
        Ok(())
    }

    fn left(&self) -> usize {
        match self.run {
            Run::Same { left, .. } | Run::Packed { left, .. } => left,
        }
    }

    /// The next numbers.
    ///
    /// # Errors
    /// When there are not so many.
    pub(super) fn fill(&mut self, mut out: &mut [u32]) -> Result<()> {
        while !out.is_empty() {
            self.advance()?;
            let count = self.left().min(out.len());
            let (filled, rest) = out.split_at_mut(count);
            match &mut self.run {
                Run::Same { value, left } => {
                    filled.fill(*value);
                    *left -= count;
                }
                Run::Packed { bytes, next, left } => {
                    unpack32(bytes, self.width, *next, filled);
                    *next += count;
                    *left -= count;
                }
            }
            out = rest;
        }
        Ok(())
    }

    /// Appends those of the next numbers whose bit is set. The others are passed over, which costs next to nothing where
    /// they are packed.
    ///
    /// # Errors
    /// When there are not so many.
    pub(super) fn pick(&mut self, wanted: &Bitmap, out: &mut Vec<u32>) -> Result<()> {
        let mut done = 0;
        while done < wanted.len() {
            self.advance()?;
            let count = self.left().min(wanted.len() - done);
            let bits = wanted.sliced(done, count);
            match &mut self.run {
                Run::Same { value, left } => {
                    out.resize(out.len() + bits.count_ones(), *value);
                    *left -= count;
                }
                Run::Packed { bytes, next, left } => {
                    out.extend(bits.ones().map(|row| number32(bytes, self.width, *next + row)));
                    *next += count;
                    *left -= count;
                }
            }
            done += count;
        }
        Ok(())
    }

    /// Appends the next `count` numbers, of one bit each, and says how many are 1.
    ///
    /// # Errors
    /// When there are not so many.
    pub(super) fn bits(&mut self, mut count: usize, out: &mut BitmapBuilder) -> Result<usize> {
        debug_assert_eq!(self.width, 1, "numbers of one bit");
        let mut ones = 0;
        while count > 0 {
            self.advance()?;
            let taken = self.left().min(count);
            match &mut self.run {
                Run::Same { value, left } => {
                    out.push_many(*value == 1, taken);
                    ones += taken * *value as usize;
                    *left -= taken;
                }
                Run::Packed { bytes, next, left } => {
                    let mut done = 0;
                    while done < taken {
                        let length = (taken - done).min(56);
                        let word = bits_at(bytes, *next, length);
                        out.push_word(word, length);
                        ones += word.count_ones() as usize;
                        done += length;
                        *next += length;
                    }
                    *left -= taken;
                }
            }
            count -= taken;
        }
        Ok(ones)
    }
}

/// Up to 56 bits from a bit on.
fn bits_at(bytes: &[u8], first: usize, length: usize) -> u64 {
    let rest = &bytes[first / 8..];
    let word = match rest.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            let mut window = [0; 8];
            window[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(window)
        }
    };
    word >> (first % 8) & ((1 << length) - 1)
}

fn ended() -> ParquetError {
    ParquetError::corrupt("a page has fewer values than it announces")
}

fn too_long() -> ParquetError {
    ParquetError::corrupt("a run of more values than there can be")
}

/// A number of seven bits a byte, the lowest first.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(ended)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(ParquetError::corrupt("a number of too many bytes"))
}

/// Appends a number of seven bits a byte.
pub(super) fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends numbers of `width` bits as a hybrid: runs where eight or more are equal, else packed.
pub(super) fn write_hybrid(values: &[u32], width: u32, out: &mut Vec<u8>) {
    /// Groups of eight that are packed under one header: its length is then one byte.
    const MAX_GROUPS: usize = 63;
    let run_at = |at: usize| values[at..].iter().take_while(|&&value| value == values[at]).count();
    let mut at = 0;
    let mut scratch = Vec::new();
    while at < values.len() {
        let run = run_at(at);
        if run >= 8 {
            write_varint((run as u64) << 1, out);
            out.extend_from_slice(&values[at].to_le_bytes()[..width.div_ceil(8) as usize]);
            at += run;
            continue;
        }
        // Eight by eight until a run begins at one of them.
        let mut end = at;
        while end < values.len() && end - at < MAX_GROUPS * 8 && (end == at || run_at_most(values, end) < 8) {
            end += 8;
        }
        let groups = (end - at) / 8;
        write_varint((groups as u64) << 1 | 1, out);
        let taken = end.min(values.len());
        scratch.clear();
        scratch.extend(values[at..taken].iter().map(|&value| u64::from(value)));
        scratch.resize(groups * 8, 0);
        packed::pack(&scratch, width, out);
        at = taken;
    }
}

/// How many of the eight values from `at` on are equal to the first.
fn run_at_most(values: &[u32], at: usize) -> usize {
    values[at..].iter().take(8).take_while(|&&value| value == values[at]).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Run by run, number by number, bit by bit.
    fn naive(mut bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
        let mut out = Vec::new();
        while out.len() < count {
            let header = varint(&mut bytes).ok()?;
            if header & 1 == 0 {
                let length = width.div_ceil(8) as usize;
                let value =
                    bytes.get(..length)?.iter().rev().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
                bytes = &bytes[length..];
                if value >> width != 0 {
                    return None;
                }
                for _ in 0..(header >> 1).min((count - out.len()) as u64) {
                    out.push(value as u32);
                }
            } else {
                let numbers = (header >> 1).checked_mul(8)?;
                let available = bytes.len() as u64 * 8;
                let mut read = 0u64;
                while read < numbers && (out.len() < count) {
                    if (read + 1) * u64::from(width) > available {
                        break;
                    }
                    let mut value = 0;
                    for bit in 0..u64::from(width) {
                        let place = read * u64::from(width) + bit;
                        value |= u32::from(bytes[(place / 8) as usize] >> (place % 8) & 1) << bit;
                    }
                    out.push(value);
                    read += 1;
                }
                if read == 0 && numbers > 0 {
                    return None;
                }
                bytes = &bytes[(numbers.saturating_mul(u64::from(width)).div_ceil(8)).min(bytes.len() as u64)
                    as usize..];
            }
        }
        Some(out)
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_naively(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0u8..6], 0..80),
            width in 0u32..=32,
            count in 0usize..300,
            seed in any::<u64>(),
        ) {
            let mut out = vec![0; count];
            let read = Hybrid::new(&bytes, width).and_then(|mut hybrid| hybrid.fill(&mut out)).is_ok();
            let expected = naive(&bytes, width, count);
            prop_assert_eq!(read, expected.is_some());
            let wanted = Bitmap::from_fn(count, |row| seed >> (row % 64) & 1 == 1);
            let mut picked = Vec::new();
            let is_picked = Hybrid::new(&bytes, width).and_then(|mut hybrid| hybrid.pick(&wanted, &mut picked)).is_ok();
            prop_assert_eq!(is_picked, read);
            if let Some(expected) = expected {
                let chosen: Vec<u32> = wanted.ones().map(|row| expected[row]).collect();
                prop_assert_eq!(picked, chosen);
                prop_assert_eq!(out, expected);
            }
        }

        #[test]
        fn numbers_come_back(
            runs in prop::collection::vec((any::<u32>(), 1usize..30), 0..40),
            width in 1u32..=32,
            cut in 1usize..50,
        ) {
            let values: Vec<u32> = runs
                .iter()
                .flat_map(|&(value, length)| std::iter::repeat_n((u64::from(value) & ((1 << width) - 1)) as u32, length))
                .collect();
            let mut bytes = Vec::new();
            write_hybrid(&values, width, &mut bytes);
            let mut hybrid = Hybrid::new(&bytes, width).expect("at most 32 bits");
            let mut out = vec![0; values.len()];
            for part in out.chunks_mut(cut) {
                hybrid.fill(part).expect("all of them were written");
            }
            prop_assert_eq!(&out, &values);
        }

        #[test]
        fn bits_are_numbers_of_one_bit(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0u8..6], 0..80),
            counts in prop::collection::vec(0usize..200, 1..4),
        ) {
            let count = counts.iter().sum();
            let mut expected = vec![0; count];
            let mut hybrid = Hybrid::new(&bytes, 1).expect("one bit");
            let read = hybrid.fill(&mut expected).is_ok();
            let mut hybrid = Hybrid::new(&bytes, 1).expect("one bit");
            let mut bits = BitmapBuilder::default();
            let ones: Result<usize> = counts.iter().try_fold(0, |sum, &count| Ok(sum + hybrid.bits(count, &mut bits)?));
            prop_assert_eq!(ones.is_ok(), read);
            if let Ok(ones) = ones {
                prop_assert_eq!(ones, expected.iter().filter(|&&bit| bit == 1).count());
                prop_assert!(bits.finish().iter().eq(expected.iter().map(|&bit| bit == 1)));
            }
        }
    }
}
