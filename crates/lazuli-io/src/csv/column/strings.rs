//! Plain strings: offsets and bytes, copied field by field.

use super::super::records::Fields;
use super::{FieldRules, Rows, text_of};
use lazuli_array::{BinaryArray, Bitmap, BitmapBuilder, StringArray};
use std::convert::Infallible;

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
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    offsets.push(0);
    let mut bytes = Vec::with_capacity(text_bytes(fields, rows));
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    let mut scratch = Vec::new();
    let Ok(()) = rows.try_each::<Infallible>(|row| {
        let text = text_of(fields, row, rules, &mut scratch);
        bytes.extend_from_slice(text.unwrap_or(&[]));
        validity.push(text.is_some());
        offsets.push(bytes.len() as i64);
        Ok(())
    });
    (offsets, bytes, validity.finish_validity())
}

/// An upper bound for the bytes of all texts.
fn text_bytes(fields: Fields<'_>, rows: Rows<'_>) -> usize {
    let mut total = 0;
    let Ok(()) = rows.try_each::<Infallible>(|row| {
        let (start, end) = fields.span(row);
        total += end.saturating_sub(start);
        Ok(())
    });
    total
}
