//! Plain strings: offsets and bytes, copied field by field.

use super::super::records::Fields;
use super::{FieldRules, Rows, text_of};
use crate::validity::Validity;
use lazuli_array::{BinaryArray, Bitmap, StringArray, memory};

pub(super) fn parse_strings(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> StringArray {
    let (offsets, bytes, validity) = copy_texts(fields, rows, rules);
    StringArray::try_new(offsets.into(), bytes.into(), validity)
        .expect("the chunk was checked to be UTF-8, and fields are cut at ASCII bytes")
}

pub(super) fn parse_binary(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> BinaryArray {
    let (offsets, bytes, validity) = copy_texts(fields, rows, rules);
    BinaryArray::try_new(offsets.into(), bytes.into(), validity)
        .expect("offsets ascend to the end of the bytes")
}

fn copy_texts(
    fields: Fields<'_>,
    rows: Rows<'_>,
    rules: FieldRules<'_>,
) -> (Vec<i64>, Vec<u8>, Option<Bitmap>) {
    let mut offsets = memory::with_capacity(rows.len() + 1);
    offsets.push(0);
    let mut bytes = memory::with_capacity(text_bytes(fields, rows));
    let mut validity = Validity::with_capacity(rows.len());
    let mut scratch = Vec::new();
    for row in rows.iter() {
        match text_of(fields, row, rules, &mut scratch) {
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

/// An upper bound for the bytes of all texts.
fn text_bytes(fields: Fields<'_>, rows: Rows<'_>) -> usize {
    let spans = rows.iter().map(|row| fields.span(row));
    spans.map(|(start, end)| end.saturating_sub(start)).sum()
}
