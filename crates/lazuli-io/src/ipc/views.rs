//! Texts and bytes as views: 16 bytes a value, short ones in themselves, long ones somewhere in one of several buffers.
//!
//! Many views may show the same bytes, so a small batch may stand for any amount of text. Texts that are much longer than
//! what they show become codes of a dictionary; what is still too long is refused.

use super::body::Body;
use super::decode::{Rows, text};
use super::{IpcError, Result};
use crate::text_table::TextTable;
use lazuli_array::{Array, BinaryArray, Bitmap, Dictionary, DictionaryArray, PrimitiveArray};
use std::sync::Arc;

/// Views of at most so many bytes hold them.
const INLINE_BYTES: usize = 12;

/// A view of bytes that lie elsewhere.
#[derive(Clone, Copy)]
struct Far {
    buffer: usize,
    start: usize,
    end: usize,
}

/// A part of a buffer.
#[derive(Clone, Default)]
struct Shown {
    start: usize,
    end: usize,
    bytes: Vec<u8>,
}

/// Values of views. `buffer` is that of the views; `count` others follow it.
pub(super) fn array(
    body: &Body<'_>,
    buffer: usize,
    count: usize,
    rows: Rows,
    validity: Option<Bitmap>,
    is_text: bool,
) -> Result<Array> {
    let too_long = || IpcError::corrupt("more values than memory has room for");
    let first = rows.start.checked_mul(16).ok_or_else(too_long)?;
    let views = body.bytes(buffer, first, rows.length.checked_mul(16).ok_or_else(too_long)?)?;
    let (views, _) = views.as_chunks::<16>();
    let is_valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.get(row));
    let length_of = |view: &[u8; 16]| u32::from_le_bytes([view[0], view[1], view[2], view[3]]) as usize;
    // First only what is shown of each buffer, so that a part of the rows costs a part of the bytes.
    let mut shown: Vec<Shown> = Vec::new();
    let mut total: u64 = 0;
    for (row, view) in views.iter().enumerate().filter(|&(row, _)| is_valid(row)) {
        total += length_of(view) as u64;
        if length_of(view) > INLINE_BYTES {
            let far = far(view);
            // Room is made up to the number, and `count` is only a number so far.
            if far.buffer >= count.min(body.head.buffers.len()) {
                return Err(IpcError::corrupt(format!("row {row} is in a buffer that is not there")));
            }
            if shown.len() <= far.buffer {
                shown.resize(far.buffer + 1, Shown { start: usize::MAX, ..Shown::default() });
            }
            let shown = &mut shown[far.buffer];
            (shown.start, shown.end) = (shown.start.min(far.start), shown.end.max(far.end));
        }
    }
    let mut shown_bytes = 16 * views.len() as u64;
    for (index, shown) in shown.iter_mut().enumerate().filter(|(_, shown)| shown.start < shown.end) {
        let place = buffer.checked_add(1 + index).ok_or_else(too_long)?;
        shown.bytes = body.bytes(place, shown.start, shown.end - shown.start)?;
        shown_bytes += shown.bytes.len() as u64;
    }
    let value = |view: &[u8; 16]| -> (usize, usize, Option<usize>) {
        match length_of(view) {
            length @ 0..=INLINE_BYTES => (4, 4 + length, None),
            _ => {
                let far = far(view);
                let start = shown[far.buffer].start;
                (far.start - start, far.end - start, Some(far.buffer))
            }
        }
    };
    if is_text && total > 2 * shown_bytes {
        return coded(body, views, &validity, &shown, value);
    }
    if total > 2 * shown_bytes {
        body.allow(total)?;
    }
    let mut offsets: Vec<i64> = Vec::with_capacity(views.len() + 1);
    offsets.push(0);
    let mut bytes: Vec<u8> = Vec::with_capacity(usize::try_from(total).map_err(|_| too_long())?);
    for (row, view) in views.iter().enumerate() {
        if is_valid(row) {
            let (start, end, far) = value(view);
            bytes.extend_from_slice(match far {
                None => &view[start..end],
                Some(buffer) => &shown[buffer].bytes[start..end],
            });
        }
        offsets.push(bytes.len() as i64);
    }
    match is_text {
        true => Ok(text(offsets, bytes, validity)?.into()),
        false => Ok(BinaryArray::try_new(offsets.into(), bytes.into(), validity)?.into()),
    }
}

fn far(view: &[u8; 16]) -> Far {
    let number =
        |at: usize| u32::from_le_bytes([view[at], view[at + 1], view[at + 2], view[at + 3]]) as usize;
    let start = number(12);
    // Both are below 2^32.
    Far { buffer: number(8), start, end: start + number(0) }
}

/// Distinct texts, and which of them each view is.
fn coded(
    body: &Body<'_>,
    views: &[[u8; 16]],
    validity: &Option<Bitmap>,
    shown: &[Shown],
    value: impl Fn(&[u8; 16]) -> (usize, usize, Option<usize>),
) -> Result<Array> {
    let mut table = TextTable::new();
    let mut codes: Vec<u32> = Vec::with_capacity(views.len());
    for (row, view) in views.iter().enumerate() {
        if validity.as_ref().is_some_and(|validity| !validity.get(row)) {
            codes.push(0);
            continue;
        }
        let (start, end, far) = value(view);
        let before = table.len();
        codes.push(match far {
            None => table.code(view, start, end),
            Some(buffer) => table.code(&shown[buffer].bytes, start, end),
        });
        if table.len() > before {
            body.allow((end - start) as u64)?;
        }
    }
    let codes = PrimitiveArray::new(codes.into(), validity.clone());
    let dictionary = Arc::new(Dictionary::new(table.into_strings()?));
    Ok(DictionaryArray::try_new(codes, dictionary)?.into())
}
