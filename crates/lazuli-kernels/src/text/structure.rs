//! The two passes over the masks: positions for the columnar parser, record ends for the chunk reader.
#![allow(unsafe_code, reason = "machine instructions and unwritten memory; every block is argued")]

use super::block::{Blocks, Masks, Portable};
use super::{IndexSummary, Marks, RecordScan};
use crate::Level;
use std::mem::MaybeUninit;

/// Appends to `positions` the place of every separator and line end outside quotes. `text` starts at a record's start
/// and is shorter than 4 GiB.
///
/// ```
/// use lazuli_kernels::text::{Marks, index};
/// let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };
/// let mut positions = Vec::new();
/// let summary = index(b"a,\"b,\nc\"\n", marks, &mut positions);
/// assert_eq!(positions, [1, 8]);
/// assert!(summary.lawful && !summary.open && summary.records == 1);
/// ```
pub fn index(text: &[u8], marks: Marks, positions: &mut Vec<u32>) -> IndexSummary {
    index_with(Level::best(), text, marks, positions)
}

/// [`index`] at a level of the caller's choice; a level that the machine lacks runs as the best one below it.
pub fn index_with(level: Level, text: &[u8], marks: Marks, positions: &mut Vec<u32>) -> IndexSummary {
    assert!(u32::try_from(text.len()).is_ok(), "positions are 32-bit");
    match level.here() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Level::here` names only what this machine has.
        Level::Avx2 => unsafe { index_avx2(text, marks, positions) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx512 => unsafe { index_avx512(text, marks, positions) },
        _ => index_blocks(Portable::new(marks), text, positions),
    }
}

/// Finds the last record end and counts lines. `text` starts at a record's start.
///
/// ```
/// use lazuli_kernels::text::{Marks, scan_records};
/// let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };
/// let scan = scan_records(b"1\n\"a\nb\"\nrest", marks);
/// assert_eq!((scan.complete_bytes, scan.lines), (8, 3));
/// ```
pub fn scan_records(text: &[u8], marks: Marks) -> RecordScan {
    scan_records_with(Level::best(), text, marks)
}

/// [`scan_records`] at a level of the caller's choice; a level that the machine lacks runs as the best one below it.
pub fn scan_records_with(level: Level, text: &[u8], marks: Marks) -> RecordScan {
    match level.here() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Level::here` names only what this machine has.
        Level::Avx2 => unsafe { scan_avx2(text, marks) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx512 => unsafe { scan_avx512(text, marks) },
        _ => scan_blocks(Portable::new(marks), text, marks),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq")]
fn index_avx2(text: &[u8], marks: Marks, positions: &mut Vec<u32>) -> IndexSummary {
    // SAFETY: this function enables what `Avx2` needs.
    index_blocks(unsafe { super::x86::Avx2::new(marks) }, text, positions)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq,avx512f,avx512bw,avx512vbmi2")]
fn index_avx512(text: &[u8], marks: Marks, positions: &mut Vec<u32>) -> IndexSummary {
    // SAFETY: this function enables what `Avx512` needs.
    index_blocks(unsafe { super::x86::Avx512::new(marks) }, text, positions)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq")]
fn scan_avx2(text: &[u8], marks: Marks) -> RecordScan {
    // SAFETY: this function enables what `Avx2` needs.
    scan_blocks(unsafe { super::x86::Avx2::new(marks) }, text, marks)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,pclmulqdq,avx512f,avx512bw,avx512vbmi2")]
fn scan_avx512(text: &[u8], marks: Marks) -> RecordScan {
    // SAFETY: this function enables what `Avx512` needs.
    scan_blocks(unsafe { super::x86::Avx512::new(marks) }, text, marks)
}

/// What one block leaves to the next.
struct Carry {
    /// All ones inside quotes, else zero.
    inside: u64,
    /// 1 if the byte before the block allows a quote to open.
    may_open: u64,
    /// A quote opened where none may.
    unlawful: u64,
}

impl Carry {
    const RECORD_START: Self = Self { inside: 0, may_open: 1, unlawful: 0 };

    /// Bits of the block that are inside quotes (opening quote included, closing quote not).
    #[inline(always)]
    fn inside(&mut self, blocks: impl Blocks, masks: &Masks) -> u64 {
        let before_opening = masks.separator | masks.newline | masks.quote;
        let may_open = (before_opening << 1) | self.may_open;
        self.may_open = before_opening >> 63;
        if masks.quote == 0 {
            return self.inside;
        }
        let inside = blocks.prefix_xor(masks.quote) ^ self.inside;
        self.unlawful |= masks.quote & inside & !may_open;
        self.inside = ((inside as i64) >> 63) as u64;
        inside
    }
}

/// The last, unfinished block, filled up; and which of its bits count.
#[inline(always)]
fn filled_block(tail: &[u8]) -> ([u8; 64], u64) {
    let mut block = [0; 64];
    block[..tail.len()].copy_from_slice(tail);
    (block, (1 << tail.len()) - 1)
}

#[inline(always)]
fn valid_masks(blocks: impl Blocks, block: &[u8; 64], valid: u64) -> Masks {
    let masks = blocks.masks(block);
    // The filling may look like a mark when a mark is NUL.
    Masks { separator: masks.separator & valid, newline: masks.newline & valid, quote: masks.quote & valid }
}

/// Positions are made room for in steps of so many, so that the check for room is rare.
const ROOM: usize = 4096;

// No closures below: the code of one would be compiled without the instructions of the function it ends up in, and the
// kernels of the level would be calls instead of instructions.

#[inline(always)]
fn index_blocks(blocks: impl Blocks, text: &[u8], positions: &mut Vec<u32>) -> IndexSummary {
    let mut carry = Carry::RECORD_START;
    let mut records = 0;
    let (whole, tail) = text.as_chunks::<64>();
    for (i, block) in whole.iter().enumerate() {
        records += index_block(blocks, blocks.masks(block), (64 * i) as u32, &mut carry, positions);
    }
    if !tail.is_empty() {
        let (block, valid) = filled_block(tail);
        let masks = valid_masks(blocks, &block, valid);
        records += index_block(blocks, masks, (64 * whole.len()) as u32, &mut carry, positions);
    }
    IndexSummary { records, lawful: carry.unlawful == 0, open: carry.inside != 0 }
}

#[inline(always)]
fn index_block(
    blocks: impl Blocks,
    masks: Masks,
    base: u32,
    carry: &mut Carry,
    positions: &mut Vec<u32>,
) -> usize {
    let outside = !carry.inside(blocks, &masks);
    let newlines = masks.newline & outside;
    push_positions(blocks, (masks.separator & outside) | newlines, base, positions);
    newlines.count_ones() as usize
}

#[inline(always)]
fn push_positions(blocks: impl Blocks, mask: u64, base: u32, positions: &mut Vec<u32>) {
    let len = positions.len();
    if positions.capacity() - len < 64 {
        positions.reserve(ROOM);
    }
    let room: &mut [MaybeUninit<u32>; 64] =
        positions.spare_capacity_mut().first_chunk_mut().expect("64 slots were reserved");
    blocks.flatten(mask, base, room);
    // SAFETY: `flatten` wrote the first `count_ones` of the 64 reserved slots.
    unsafe { positions.set_len(len + mask.count_ones() as usize) };
}

#[inline(always)]
fn scan_blocks(blocks: impl Blocks, text: &[u8], marks: Marks) -> RecordScan {
    let mut carry = Carry::RECORD_START;
    let mut scan = RecordScan { complete_bytes: 0, lines: 0, quotes: false, lawful: true, open: false };
    let (whole, tail) = text.as_chunks::<64>();
    for (i, block) in whole.iter().enumerate() {
        scan_block(blocks, blocks.masks(block), 64 * i, &mut carry, &mut scan);
    }
    if !tail.is_empty() {
        let (block, valid) = filled_block(tail);
        scan_block(blocks, valid_masks(blocks, &block, valid), 64 * whole.len(), &mut carry, &mut scan);
    }
    // Lines of the unfinished rest belong to the next chunk.
    scan.lines -= text[scan.complete_bytes..].iter().filter(|&&byte| byte == marks.newline).count() as u64;
    RecordScan { lawful: carry.unlawful == 0, open: carry.inside != 0, ..scan }
}

#[inline(always)]
fn scan_block(blocks: impl Blocks, masks: Masks, base: usize, carry: &mut Carry, scan: &mut RecordScan) {
    let newlines = masks.newline & !carry.inside(blocks, &masks);
    if newlines != 0 {
        scan.complete_bytes = base + 64 - newlines.leading_zeros() as usize;
    }
    scan.lines += u64::from(masks.newline.count_ones());
    scan.quotes |= masks.quote != 0;
}

#[cfg(test)]
mod tests {
    use super::super::{index_by_byte, scan_records_by_byte};
    use super::*;
    use proptest::prelude::*;

    const MARKS: Marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };

    /// Every level against the byte-at-a-time twin; `true` if the text is lawful.
    fn check(text: &[u8], marks: Marks) -> bool {
        let mut expected = Vec::new();
        let twin = index_by_byte(text, marks, None, &mut expected);
        let twin_scan = scan_records_by_byte(text, marks, None);
        let mut lawful = true;
        for level in Level::available() {
            let mut positions = vec![7];
            let summary = index_with(level, text, marks, &mut positions);
            let scan = scan_records_with(level, text, marks);
            assert_eq!(summary.lawful, scan.lawful);
            lawful = summary.lawful;
            if lawful {
                assert_eq!(positions[1..], expected, "{level:?} {:?}", text.escape_ascii().to_string());
                assert_eq!((summary.records, summary.open), (twin.records, twin.open));
                assert_eq!(scan, RecordScan { lawful: true, ..twin_scan });
            }
        }
        lawful
    }

    #[test]
    fn lawful_texts_are_lawful() {
        for text in [
            "",
            "a,b\n",
            "\"\"",
            "\"a\"\"b\",\n\"\n\"\n",
            "\"\"\"\"\n",
            "a,\"b\"c\n",
            "\"open",
            "\n\n",
            "\"a\"\r\n\"b\"",
        ] {
            assert!(check(text.as_bytes(), MARKS), "{text:?}");
        }
        for text in ["a\"", "a\"b\"", "\"a\"b\"c\"", " \"a\"", "a,b\"\n"] {
            assert!(!check(text.as_bytes(), MARKS), "{text:?}");
        }
    }

    #[test]
    fn the_filling_of_the_last_block_is_no_mark() {
        check(b"a\0b\0", Marks { separator: 0, quote: Some(1), newline: b'\n', escape: None });
        check(b"a\0b\0", Marks { separator: b',', quote: Some(0), newline: b'\n', escape: None });
        check(b"a\0b\0", Marks { separator: b',', quote: None, newline: 0, escape: None });
    }

    #[test]
    fn without_quoting_a_quote_is_a_character() {
        assert!(check(b"a\",\"b\n", Marks { quote: None, ..MARKS }));
        let mut positions = Vec::new();
        index(b"\",\"\n", Marks { quote: None, ..MARKS }, &mut positions);
        assert_eq!(positions, [1, 3]);
    }

    proptest! {
        #[test]
        fn all_levels_match_the_twin_on_soup(text in "[ab,\"\n\r]{0,300}") { check(text.as_bytes(), MARKS); }

        #[test]
        fn all_levels_match_the_twin_on_documents(
            fields in prop::collection::vec(("[a-z]{0,9}|\"([a-z,\n]|\"\"){0,40}\"", prop::sample::select(vec![",", "\n", "\r\n"])), 0..80)
        ) {
            let text: String = fields.iter().map(|(field, end)| format!("{field}{end}")).collect();
            prop_assert!(check(text.as_bytes(), MARKS));
        }

        #[test]
        fn all_levels_match_the_twin_on_bytes(text in prop::collection::vec(any::<u8>(), 0..300), separator: u8) {
            check(&text, Marks { separator, quote: Some(b'"'), newline: b'\n', escape: None });
        }

        #[test]
        fn dense_blocks_flatten(text in "[,\n]{0,300}") { prop_assert!(check(text.as_bytes(), MARKS)); }
    }
}
