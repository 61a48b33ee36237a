//! Snappy: blocks back to their bytes.
//!
//! A block is the length of what it stands for, then elements: literals, which are bytes as they are, and copies of bytes
//! that are already out. The format is Google's, <https://github.com/google/snappy/blob/main/format_description.txt>; the
//! two choices of `decode_inside` are those of its decoder, the rest is our own (docs/bench/parquet.md has the figures).
//!
//! Nothing of a block is believed: whatever its bytes are, no byte outside of the two slices is touched, and what does not
//! come out at exactly the length of the output is an error.
//!
//! Not here: memory for the output, which is the caller's, and the framing format, which Parquet does not use.
#![allow(
    unsafe_code,
    reason = "one check of room for many bytes in place of one an element; each block is argued"
)]

use std::fmt;
use std::hint::select_unpredictable;

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnappyError {
    /// It ends in the middle of an element.
    Ended,
    /// It is more bytes than there is room for.
    TooLong,
    /// It is fewer bytes than it should be.
    TooShort,
    /// A copy of what is before the first byte.
    OutOfBounds,
}

impl fmt::Display for SnappyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "it ends in the middle of an element",
            Self::TooLong => "it is longer than it should be",
            Self::TooShort => "it is shorter than it should be",
            Self::OutOfBounds => "it copies bytes from before its first",
        })
    }
}

impl std::error::Error for SnappyError {}

/// How many bytes a block says that it stands for, and what is behind that.
///
/// # Errors
/// [`SnappyError::Ended`] if there is no number of 32 bits at its beginning.
pub fn announced_length(block: &[u8]) -> Result<(u32, &[u8]), SnappyError> {
    let mut length = 0u64;
    for (index, &byte) in block.iter().take(5).enumerate() {
        length |= u64::from(byte & 0x7F) << (7 * index);
        if byte < 0x80 {
            let length = u32::try_from(length).map_err(|_| SnappyError::TooLong)?;
            return Ok((length, &block[index + 1..]));
        }
    }
    Err(SnappyError::Ended)
}

/// Puts what the elements stand for in `out`, which they fill: `elements` is a block behind its length.
///
/// # Errors
/// Elements that are cut short, or that stand for more bytes or fewer. What `out` has then is not told.
///
/// ```
/// use lazuli_kernels::snappy;
/// // Three bytes as they are, then six copied from three before.
/// let block = [9, 2 << 2, b'a', b'b', b'c', 5 << 2 | 2, 3, 0];
/// let (length, elements) = snappy::announced_length(&block)?;
/// let mut out = vec![0; length as usize];
/// snappy::decompress(elements, &mut out)?;
/// assert_eq!(out, b"abcabcabc");
/// # Ok::<(), snappy::SnappyError>(())
/// ```
pub fn decompress(elements: &[u8], out: &mut [u8]) -> Result<(), SnappyError> {
    let mut place = Place { read: 0, written: 0 };
    while place.read < elements.len() {
        place = decode_inside(elements, out, place);
        if place.read < elements.len() {
            place = decode_one(elements, out, place)?;
        }
    }
    if place.written == out.len() { Ok(()) } else { Err(SnappyError::TooShort) }
}

/// How far a block has been read, and its output written.
#[derive(Clone, Copy, Debug)]
struct Place {
    read: usize,
    written: usize,
}

/// The one element that begins at a place, whatever it is. Where the others are decoded from the second byte on: also the
/// meaning of the format.
#[inline(never)]
fn decode_one(elements: &[u8], out: &mut [u8], place: Place) -> Result<Place, SnappyError> {
    let Place { read, written } = place;
    let (&tag, behind) = elements.get(read..).and_then(<[u8]>::split_first).ok_or(SnappyError::Ended)?;
    let number = |bytes: usize| {
        let bytes = behind.get(..bytes).ok_or(SnappyError::Ended)?;
        Ok(bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    };
    let high = usize::from(tag >> 2);
    let (length, offset, extra) = match tag & 3 {
        0 if high < 60 => (high + 1, None, 0),
        0 => (number(high - 59)?.saturating_add(1), None, high - 59),
        1 => (4 + (high & 7), Some(usize::from(tag >> 5) << 8 | number(1)?), 1),
        2 => (high + 1, Some(number(2)?), 2),
        _ => (high + 1, Some(number(4)?), 4),
    };
    let end = written.checked_add(length).filter(|&end| end <= out.len()).ok_or(SnappyError::TooLong)?;
    let mut read = read + 1 + extra;
    match offset {
        None => {
            let literal =
                behind.get(extra..).and_then(|rest| rest.get(..length)).ok_or(SnappyError::Ended)?;
            out[written..end].copy_from_slice(literal);
            read += length;
        }
        Some(offset) => {
            let source =
                written.checked_sub(offset).filter(|_| offset > 0).ok_or(SnappyError::OutOfBounds)?;
            // What is copied may be what was copied: then it repeats, twice as much each time.
            let mut to = written;
            while to < end {
                let part = (to - source).min(end - to);
                out.copy_within(source..source + part, to);
                to += part;
            }
        }
    }
    Ok(Place { read, written: end })
}

/// Bytes of a copy that are moved at once.
const STEP: usize = 16;

/// Longest literal that has its length in its tag, and longest copy.
const MAX_LENGTH: usize = 64;

/// What [`decode_inside`] reads at most for one turn: a tag and a literal, of which always whole steps are read.
const INPUT_MARGIN: usize = 1 + MAX_LENGTH;

/// What it writes at most for one turn: a copy, and a step of the literal behind it.
const OUTPUT_MARGIN: usize = MAX_LENGTH + STEP;

/// What a tag says of a copy.
#[derive(Clone, Copy)]
struct CopyTag {
    /// The bits behind the tag that are of the offset.
    mask: u32,
    /// The bits of the offset that are in the tag.
    high: u16,
    length: u16,
}

/// By tag. A copy whose offset has four bytes has a length that no offset reaches, so that it is left to others.
static COPY_TAGS: [CopyTag; 256] = {
    let mut copies = [CopyTag { mask: 0, high: 0, length: u16::MAX }; 256];
    let mut tag = 0;
    while tag < 256 {
        let high = (tag >> 2) as u16;
        match tag & 3 {
            1 => copies[tag] = CopyTag { mask: 0xFF, high: (tag as u16 >> 5) << 8, length: 4 + (high & 7) },
            2 => copies[tag] = CopyTag { mask: 0xFFFF, high: 0, length: high + 1 },
            _ => {}
        }
        tag += 1;
    }
    copies
};

/// Decodes elements until one is long or repeats itself, or an end is near: none may be. Each turn is an element, and if it is
/// a copy, the literal behind it, since most data is one after the other.
///
/// What a turn takes is the way from one tag to the next, so that is made short: the tag behind a copy is read from both
/// places where it can be, before it is known which it is.
fn decode_inside(elements: &[u8], out: &mut [u8], place: Place) -> Place {
    let Place { read, written } = place;
    let has_room = |length: usize, done: usize, margin: usize| length >= margin && done <= length - margin;
    if !has_room(elements.len(), read, INPUT_MARGIN) || !has_room(out.len(), written, OUTPUT_MARGIN) {
        return place;
    }
    let (first_read, first_written) = (elements.as_ptr(), out.as_mut_ptr());
    // What a turn may touch. A literal: 1 + 64 bytes are read, 64 are written, whole steps included, and no more is gone on by.
    // A copy: 8 bytes are read, then a step from at most 4 bytes on; at most 64 are written, then a step from at most 64
    // bytes on, and no more is gone on by. Its source is before `to` and not before `first_written`, which is compared, and
    // the last step of it that is read ends before `to` + 64.
    //
    // SAFETY: both places are before the margins, which are within their slices, as checked above. The loop checks before each
    // turn that `from` and `to` are no further than the margins, so that `INPUT_MARGIN` bytes may be read and `OUTPUT_MARGIN`
    // bytes written, which is what a turn needs. All bytes are initialized, and no reference to them is in use meanwhile.
    unsafe {
        let last_from = first_read.add(elements.len() - INPUT_MARGIN);
        let last_to = first_written.add(out.len() - OUTPUT_MARGIN);
        let (mut from, mut to) = (first_read.add(read), first_written.add(written));
        while from <= last_from && to <= last_to {
            let word = u64::from_le(from.cast::<u64>().read_unaligned());
            let tag = word as u8 as usize;
            let kind = tag & 3;
            if kind == 0 {
                let length = (tag >> 2) + 1;
                if length > 60 {
                    break;
                }
                step(from.add(1), to);
                if length > STEP {
                    steps_behind(from.add(1), to);
                }
                from = from.add(1 + length);
                to = to.add(length);
                continue;
            }
            let copy = &COPY_TAGS[tag];
            let length = usize::from(copy.length);
            let offset = (word >> 8) as usize & copy.mask as usize | usize::from(copy.high);
            if offset < length || offset > to.offset_from_unsigned(first_written) {
                break;
            }
            let source = to.sub(offset);
            step(source, to);
            if length > STEP {
                steps_behind(source, to);
            }
            to = to.add(length);
            // Volatile, or the compiler makes one shift of the two reads, and three instructions on the way to its count.
            let next_of_short = usize::from(from.add(2).read_volatile());
            let next_of_long = (word >> 24) as usize & 0xFF;
            let next = select_unpredictable(tag & 2 == 0, next_of_short, next_of_long);
            from = from.add(1 + kind);
            // A literal of up to a step.
            if next & 0b1100_0011 == 0 {
                let high = next >> 2;
                step(from.add(1), to);
                from = from.add(2 + high);
                to = to.add(1 + high);
            }
        }
        Place {
            read: from.offset_from_unsigned(first_read),
            written: to.offset_from_unsigned(first_written.cast_const()),
        }
    }
}

/// Moves a step. The two may overlap: all is read before anything is written.
///
/// # Safety
/// So many bytes may be read at `from` and written at `to`.
#[inline(always)]
unsafe fn step(from: *const u8, to: *mut u8) {
    // SAFETY: as the caller promises; neither has to be aligned.
    unsafe { to.cast::<u128>().write_unaligned(from.cast::<u128>().read_unaligned()) }
}

/// Moves the steps behind the first, up to the greatest length.
///
/// # Safety
/// [`MAX_LENGTH`] bytes may be read at `from` and written at `to`.
#[inline(always)]
unsafe fn steps_behind(from: *const u8, to: *mut u8) {
    for start in (STEP..MAX_LENGTH).step_by(STEP) {
        // SAFETY: a step from there on is among the bytes that the caller promises.
        unsafe { step(from.add(start), to.add(start)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Element by element, byte by byte.
    fn naive(elements: &[u8], length: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut rest = elements.iter().copied();
        while let Some(tag) = rest.next() {
            let mut number = |bytes: u32| {
                (0..bytes).try_fold(0, |sum, index| Some(sum | usize::from(rest.next()?) << (8 * index)))
            };
            let high = usize::from(tag >> 2);
            let (count, offset) = match tag & 3 {
                0 if high < 60 => (high + 1, None),
                0 => (number(high as u32 - 59)? + 1, None),
                1 => (4 + high % 8, Some(usize::from(tag >> 5) * 256 + number(1)?)),
                2 => (high + 1, Some(number(2)?)),
                _ => (high + 1, Some(number(4)?)),
            };
            if count > length - out.len() {
                return None;
            }
            for _ in 0..count {
                out.push(match offset {
                    None => rest.next()?,
                    Some(offset) => *out.get(out.len().checked_sub(offset)?)?,
                });
            }
        }
        (out.len() == length).then_some(out)
    }

    fn ours(elements: &[u8], length: usize) -> Option<Vec<u8>> {
        // With bytes around both that must not change: Miri and the comparison see what goes too far.
        let mut room = vec![0xA5; length + 32];
        let done = decompress(elements, &mut room[16..16 + length]).is_ok();
        assert!(room[..16].iter().chain(&room[16 + length..]).all(|&byte| byte == 0xA5));
        done.then(|| room[16..16 + length].to_vec())
    }

    fn element(kind: u8, length: usize, offset: usize, out: &mut Vec<u8>) {
        match kind {
            0 if length <= 60 => out.push((length as u8 - 1) << 2),
            0 => out.extend([60 << 2, length as u8 - 1]),
            1 => {
                out.extend([((offset >> 8) as u8 & 7) << 5 | ((length as u8 - 4) % 8) << 2 | 1, offset as u8])
            }
            2 => out.extend([(length as u8 - 1) << 2 | 2, offset as u8, (offset >> 8) as u8]),
            _ => {
                out.push((length as u8 - 1) << 2 | 3);
                out.extend((offset as u32).to_le_bytes());
            }
        }
        if kind == 0 {
            let first = out.len();
            out.extend((0..length).map(|index| (index * 7 + first) as u8));
        }
    }

    /// Elements of all kinds, of which the copies mostly stay inside, and how many bytes they are.
    fn blocks() -> impl Strategy<Value = (Vec<u8>, usize)> {
        let offset = prop_oneof![6 => 1usize..40, 3 => 1usize..3000, 1 => 0usize..70_000];
        let one =
            (prop_oneof![3 => Just(0u8), 3 => Just(1), 4 => Just(2), 1 => Just(3)], 1usize..=64, offset);
        prop::collection::vec((one, any::<bool>()), 0..120).prop_map(|parts| {
            let (mut elements, mut length) = (Vec::new(), 0);
            for ((kind, count, offset), is_tame) in parts {
                let count = match kind {
                    1 => 4 + count % 8,
                    _ => count,
                };
                let limit = if kind == 1 { 2047 } else { 65_535 };
                let offset = if is_tame && length > 0 { 1 + offset % length } else { offset };
                element(kind, count, offset.min(limit), &mut elements);
                length += count;
            }
            (elements, length)
        })
    }

    proptest! {
        #[test]
        fn blocks_are_what_their_elements_say((elements, length) in blocks(), other in -3isize..4) {
            prop_assert_eq!(ours(&elements, length), naive(&elements, length));
            let length = length.saturating_add_signed(other);
            prop_assert_eq!(ours(&elements, length), naive(&elements, length));
        }

        #[test]
        fn damaged_blocks_are_no_harm(
            (elements, length) in blocks(),
            cut in any::<prop::sample::Index>(),
            changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let mut elements = elements;
            if !elements.is_empty() {
                for (place, byte) in changed {
                    *place.get_mut(&mut elements) = byte;
                }
                elements.truncate(cut.index(elements.len()) + 1);
            }
            prop_assert_eq!(ours(&elements, length), naive(&elements, length));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..600), length in 0usize..2000) {
            prop_assert_eq!(ours(&bytes, length), naive(&bytes, length));
            if let Ok((announced, rest)) = announced_length(&bytes) {
                prop_assert!(rest.len() < bytes.len() && (announced < 128 || rest.len() + 1 < bytes.len()));
            }
        }
    }

    #[test]
    fn lengths_have_up_to_32_bits() {
        for (block, expected) in [
            (vec![], Err(SnappyError::Ended)),
            (vec![0x80], Err(SnappyError::Ended)),
            (vec![5, 9], Ok((5, &[9][..]))),
            (vec![0xFE, 0x01], Ok((254, &[][..]))),
            (vec![0xFF, 0xFF, 0xFF, 0xFF, 0x0F], Ok((u32::MAX, &[][..]))),
            (vec![0xFF, 0xFF, 0xFF, 0xFF, 0x1F], Err(SnappyError::TooLong)),
            (vec![0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], Err(SnappyError::Ended)),
        ] {
            assert_eq!(announced_length(&block), expected, "{block:?}");
        }
    }
}
