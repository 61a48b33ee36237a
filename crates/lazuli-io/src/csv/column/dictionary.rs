//! Strings as codes into a dictionary made on the way, while values repeat.

use super::super::records::Fields;
use super::strings::parse_strings;
use super::{FieldRules, Rows};
use crate::text_table::TextTable;
use crate::validity::Validity;
use lazuli_array::{Array, Dictionary, DictionaryArray, PrimitiveArray, memory};
use std::sync::Arc;

/// Rows before the first look at whether values repeat; then at every doubling.
const FIRST_LOOK_ROWS: usize = 1024;

/// Codes, if at most half of the values are distinct; else plain strings.
pub(super) fn parse_if_repeating(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> Array {
    match code_texts(fields, rows, rules, 2) {
        Some(array) => array.into(),
        None => parse_strings(fields, rows, rules).into(),
    }
}

/// Codes, however many distinct values there are.
pub(super) fn parse_dictionary(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> DictionaryArray {
    code_texts(fields, rows, rules, 0).expect("without a limit the dictionary is never given up")
}

/// `None` when more than one in `rows_per_value` values is distinct.
fn code_texts(
    fields: Fields<'_>,
    rows: Rows<'_>,
    rules: FieldRules<'_>,
    rows_per_value: usize,
) -> Option<DictionaryArray> {
    match rows {
        Rows::First(count) => code_rows(fields, 0..count, rules, rows_per_value),
        Rows::These(rows) => code_rows(fields, rows.iter().map(|&row| row as usize), rules, rows_per_value),
    }
}

fn code_rows(
    fields: Fields<'_>,
    rows: impl ExactSizeIterator<Item = usize>,
    rules: FieldRules<'_>,
    rows_per_value: usize,
) -> Option<DictionaryArray> {
    let mut table = TextTable::new();
    let mut codes: Vec<u32> = memory::with_capacity(rows.len());
    let mut validity = Validity::with_capacity(rows.len());
    let mut scratch = Vec::new();
    let mut next_look = FIRST_LOOK_ROWS;
    let repeats = |values: usize, rows: usize| values * rows_per_value <= rows;
    let bytes = fields.bytes;
    // No byte is 256: then no field is quoted.
    let quote = rules.quote.map_or(256, u32::from);
    let is_slow = rules.is_slow();
    for row in rows {
        let (start, end) = fields.span(row);
        let code = if start >= end {
            None
        } else if is_slow || u32::from(bytes[start]) == quote {
            code_slowly(&bytes[start..end], rules, &mut scratch, &mut table)
        } else {
            Some(table.code(bytes, start, end))
        };
        if let Some(code) = code {
            codes.push(code);
            validity.push_valid();
        } else {
            validity.push_null(codes.len());
            codes.push(0);
        }
        if codes.len() == next_look {
            next_look *= 2;
            if !repeats(table.len(), codes.len()) {
                return None;
            }
        }
    }
    if !repeats(table.len(), codes.len()) {
        return None;
    }
    let codes = PrimitiveArray::new(codes.into(), validity.finish());
    let strings =
        table.into_strings().expect("the chunk was checked to be UTF-8, and fields are cut at ASCII bytes");
    let dictionary = Arc::new(Dictionary::new(strings));
    Some(DictionaryArray::try_new(codes, dictionary).expect("codes come from the table"))
}

/// The code of a field that is quoted, or that may be a null text.
#[inline(never)]
fn code_slowly(
    raw: &[u8],
    rules: FieldRules<'_>,
    scratch: &mut Vec<u8>,
    table: &mut TextTable,
) -> Option<u32> {
    rules.text(raw, scratch).map(|text| table.code(text, 0, text.len()))
}
