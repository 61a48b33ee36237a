//! Plain strings: offsets and bytes, copied value by value.

use super::super::records::Values;
use super::{RowMisfit, Rows, string_of};
use crate::validity::Validity;
use lazuli_array::{Array, Bitmap, StringArray, memory};
use lazuli_kernels::parse::Misfit;
use lazuli_kernels::strings::{Encoding, decode};

pub(super) fn parse_strings(values: Values<'_>, rows: Rows<'_>) -> StringArray {
    let (offsets, bytes, validity) = copy_texts(values, rows);
    StringArray::try_new(offsets.into(), bytes.into(), validity)
        .expect("records were checked to be UTF-8, and values are cut at ASCII bytes")
}

/// What a String column has of a value: the inside of a string, or the value as it is written.
#[inline(always)]
pub(super) fn text_of<'a>(values: Values<'a>, row: usize, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let span = values.span(row);
    if span.is_null() {
        return None;
    }
    if values.text[span.start()] == b'"' {
        string_of(values.text, span, scratch)
    } else {
        Some(span.of(values.text))
    }
}

fn copy_texts(values: Values<'_>, rows: Rows<'_>) -> (Vec<i64>, Vec<u8>, Option<Bitmap>) {
    let mut offsets = memory::with_capacity(rows.len() + 1);
    offsets.push(0);
    let spans = rows.iter().map(|row| values.span(row));
    let mut bytes = memory::with_capacity(spans.map(|span| span.end() - span.start()).sum());
    let mut validity = Validity::with_capacity(rows.len());
    let mut scratch = Vec::new();
    for row in rows.iter() {
        match text_of(values, row, &mut scratch) {
            Some(text) => {
                bytes.extend_from_slice(text);
                validity.push_valid();
            }
            None => validity.push_null(offsets.len() - 1),
        }
        offsets.push(bytes.len() as i64);
    }
    (offsets, bytes, validity.finish())
}

/// Bytes in base64.
pub(super) fn parse_binary(values: Values<'_>, rows: Rows<'_>, lenient: bool) -> Result<Array, RowMisfit> {
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    offsets.push(0);
    let mut bytes = Vec::new();
    let mut validity = Validity::with_capacity(rows.len());
    let mut scratch = Vec::new();
    let mut other = None;
    for row in rows.iter() {
        let span = values.span(row);
        match string_of(values.text, span, &mut scratch) {
            Some(text) => {
                bytes.extend_from_slice(text);
                validity.push_valid();
            }
            None if span.is_null() || lenient => validity.push_null(offsets.len() - 1),
            None => {
                other = Some(row);
                break;
            }
        }
        offsets.push(bytes.len() as i64);
    }
    let texts = StringArray::try_new(offsets.into(), bytes.into(), validity.finish())
        .expect("records were checked to be UTF-8, and values are cut at ASCII bytes");
    let decoded = decode((&texts).into(), Encoding::Base64, !lenient);
    let failed = decoded.as_ref().err().map(|&place| rows.at(place)).or(other);
    match (decoded, failed) {
        (Ok(decoded), None) => Ok(decoded.into()),
        (_, failed) => Err(RowMisfit { row: failed.unwrap_or(0), reason: Misfit::NotBase64 }),
    }
}
