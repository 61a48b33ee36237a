//! Integers as differences from the one before, packed in blocks; and what is built from them: texts with their lengths
//! first, texts that share their beginning with the one before.

use super::hybrid::{varint, write_varint};
use super::packed::{self, MAX_WIDTH, for_each64, packed_bytes};
use super::{ParquetError, Result};

fn corrupt(reason: &'static str) -> ParquetError {
    ParquetError::corrupt(reason)
}

fn zigzag(bytes: &mut &[u8]) -> Result<i64> {
    let value = varint(bytes)?;
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

fn write_zigzag(value: i64, out: &mut Vec<u8>) {
    write_varint((value << 1 ^ value >> 63) as u64, out);
}

/// Reads the `count` integers at the beginning of `bytes`, and leaves what is behind them.
///
/// Sums wrap, as the format has it: writers take differences that way.
///
/// # Errors
/// When there are not so many, or what describes them makes no sense.
pub(super) fn read_integers(bytes: &mut &[u8], count: usize, mut take: impl FnMut(i64)) -> Result<()> {
    let block = varint(bytes)?;
    let miniblocks = varint(bytes)?;
    let total = varint(bytes)?;
    let first = zigzag(bytes)?;
    if total != count as u64 {
        return Err(ParquetError::corrupt(format!("{total} integers where there are {count} values")));
    }
    if miniblocks == 0
        || block % miniblocks != 0
        || (block / miniblocks) % 8 != 0
        || block > u64::from(u32::MAX)
    {
        return Err(corrupt("blocks of integers of an odd size"));
    }
    let per_miniblock = (block / miniblocks) as usize;
    if count == 0 {
        return Ok(());
    }
    if per_miniblock == 0 {
        return Err(corrupt("blocks of no integers"));
    }
    take(first);
    let mut value = first;
    let mut left = count - 1;
    while left > 0 {
        let least = zigzag(bytes)?;
        let widths = usize::try_from(miniblocks).map_err(|_| corrupt("too many blocks"))?;
        let (widths, rest) =
            bytes.split_at_checked(widths).ok_or_else(|| corrupt("a block of integers is cut off"))?;
        *bytes = rest;
        for &width in widths {
            // The widths of what is not there mean nothing.
            if left == 0 {
                break;
            }
            let width = u32::from(width);
            if width > MAX_WIDTH {
                return Err(corrupt("differences of more than 64 bits"));
            }
            let taken = left.min(per_miniblock);
            let whole = packed_bytes(width, per_miniblock);
            if bytes.len() < packed_bytes(width, taken) {
                return Err(corrupt("a block of integers is cut off"));
            }
            for_each64(bytes, width, taken, |difference| {
                value = value.wrapping_add(least).wrapping_add(difference as i64);
                take(value);
            });
            *bytes = &bytes[whole.min(bytes.len())..];
            left -= taken;
        }
    }
    Ok(())
}

/// Lengths: integers that are none below zero and together at most `limit`.
fn read_lengths(bytes: &mut &[u8], count: usize, limit: usize) -> Result<Vec<usize>> {
    // Each takes no bits at least, so their number is bounded by the caller.
    let mut lengths = Vec::new();
    let mut sum = 0usize;
    let mut is_sound = true;
    read_integers(bytes, count, |length| match usize::try_from(length) {
        Ok(length) if sum.checked_add(length).is_some_and(|sum| sum <= limit) => {
            sum += length;
            lengths.push(length);
        }
        _ => is_sound = false,
    })?;
    if is_sound { Ok(lengths) } else { Err(corrupt("texts longer than their page")) }
}

/// Reads `count` texts whose lengths come first: appends their bytes, and where each ends.
pub(super) fn read_texts(
    mut bytes: &[u8],
    count: usize,
    out: &mut Vec<u8>,
    ends: &mut Vec<i64>,
) -> Result<()> {
    let limit = bytes.len();
    let lengths = read_lengths(&mut bytes, count, limit)?;
    let total: usize = lengths.iter().sum();
    let texts = bytes.get(..total).ok_or_else(|| corrupt("texts longer than their page"))?;
    let mut end = out.len();
    out.extend_from_slice(texts);
    ends.extend(lengths.iter().map(|length| {
        end += length;
        end as i64
    }));
    Ok(())
}

/// The most that texts of a page which share beginnings may grow to: a few bytes can else stand for any number.
const MAX_PAGE_TEXT: usize = 1 << 31;

/// Reads `count` texts, each the beginning of the one before and something new: appends their bytes, and where each
/// ends.
pub(super) fn read_prefixed(
    mut bytes: &[u8],
    count: usize,
    out: &mut Vec<u8>,
    ends: &mut Vec<i64>,
) -> Result<()> {
    let prefixes = read_lengths(&mut bytes, count, MAX_PAGE_TEXT)?;
    let all = bytes.len();
    let suffixes = read_lengths(&mut bytes, count, all)?;
    let mut last = out.len()..out.len();
    for (prefix, suffix) in prefixes.into_iter().zip(suffixes) {
        if prefix > last.len() {
            return Err(corrupt("a text begins with more of the one before than that has"));
        }
        let (new, rest) =
            bytes.split_at_checked(suffix).ok_or_else(|| corrupt("texts longer than their page"))?;
        bytes = rest;
        let start = out.len();
        out.extend_from_within(last.start..last.start + prefix);
        out.extend_from_slice(new);
        last = start..out.len();
        ends.push(out.len() as i64);
    }
    Ok(())
}

/// Integers of a block when we write, and of its parts.
const BLOCK: usize = 128;
const MINIBLOCK: usize = 32;

/// Appends integers as differences.
pub(super) fn write_integers(values: &[i64], out: &mut Vec<u8>) {
    write_varint(BLOCK as u64, out);
    write_varint((BLOCK / MINIBLOCK) as u64, out);
    write_varint(values.len() as u64, out);
    let Some((&first, _)) = values.split_first() else { return write_zigzag(0, out) };
    write_zigzag(first, out);
    let differences: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for block in differences.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        write_zigzag(least, out);
        let above = |&difference: &i64| difference.wrapping_sub(least) as u64;
        let widths = block.chunks(MINIBLOCK).map(|part| {
            let all = part.iter().map(above).fold(0, |all, value| all | value);
            MAX_WIDTH - all.leading_zeros()
        });
        let widths: Vec<u32> = widths.collect();
        out.extend((0..BLOCK / MINIBLOCK).map(|part| widths.get(part).map_or(0, |&width| width as u8)));
        for (part, &width) in block.chunks(MINIBLOCK).zip(&widths) {
            let mut values: Vec<u64> = part.iter().map(above).collect();
            values.resize(MINIBLOCK, 0);
            packed::pack(&values, width, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write_prefixed(texts: &[Vec<u8>], out: &mut Vec<u8>) {
        let mut last: &[u8] = &[];
        let (mut prefixes, mut suffixes, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            let prefix = text.iter().zip(last).take_while(|(a, b)| a == b).count();
            prefixes.push(prefix as i64);
            suffixes.push((text.len() - prefix) as i64);
            bytes.extend_from_slice(&text[prefix..]);
            last = text;
        }
        write_integers(&prefixes, out);
        write_integers(&suffixes, out);
        out.extend_from_slice(&bytes);
    }

    fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(0u8..3, 0..12), 0..200)
    }

    fn rows(bytes: &[u8], ends: &[i64]) -> Vec<Vec<u8>> {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, &end)| bytes[start as usize..end as usize].to_vec()).collect()
    }

    proptest! {
        #[test]
        fn integers_come_back(
            values in prop::collection::vec(prop_oneof![any::<i64>(), -5i64..5, Just(i64::MIN)], 0..500),
        ) {
            let mut bytes = Vec::new();
            write_integers(&values, &mut bytes);
            bytes.extend_from_slice(b"rest");
            let mut rest = bytes.as_slice();
            let mut out = Vec::new();
            read_integers(&mut rest, values.len(), |value| out.push(value)).expect("they are whole");
            prop_assert_eq!(out, values);
            prop_assert_eq!(rest, b"rest");
        }

        #[test]
        fn texts_come_back(texts in texts()) {
            let mut bytes = Vec::new();
            write_integers(&texts.iter().map(|text| text.len() as i64).collect::<Vec<_>>(), &mut bytes);
            bytes.extend(texts.concat());
            let (mut out, mut ends) = (Vec::new(), Vec::new());
            read_texts(&bytes, texts.len(), &mut out, &mut ends).expect("they are whole");
            prop_assert_eq!(rows(&out, &ends), texts.clone());

            let mut bytes = Vec::new();
            write_prefixed(&texts, &mut bytes);
            let (mut out, mut ends) = (Vec::new(), Vec::new());
            read_prefixed(&bytes, texts.len(), &mut out, &mut ends).expect("they are whole");
            prop_assert_eq!(rows(&out, &ends), texts);
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0u8..9], 0..120), count in 0usize..50) {
            let (mut out, mut ends) = (Vec::new(), Vec::new());
            let _ = read_prefixed(&bytes, count, &mut out, &mut ends);
            let _ = read_texts(&bytes, count, &mut out, &mut ends);
        }
    }
}
