//! Strings as codes into a dictionary made on the way, while values repeat.

use super::super::records::Values;
use super::Rows;
use super::strings::{parse_strings, text_of};
use crate::text_table::TextTable;
use crate::validity::Validity;
use lazuli_array::{Array, Dictionary, DictionaryArray, PrimitiveArray, memory};
use std::sync::Arc;

/// Rows before the first look at whether values repeat; then at every doubling. As CSV has it.
const FIRST_LOOK_ROWS: usize = 1024;

/// Codes, if at most half of the values are distinct; else plain strings.
pub(super) fn parse_if_repeating(values: Values<'_>, rows: Rows<'_>) -> Array {
    match code_texts(values, rows, 2) {
        Some(array) => array.into(),
        None => parse_strings(values, rows).into(),
    }
}

/// Codes, however many distinct values there are.
pub(super) fn parse_dictionary(values: Values<'_>, rows: Rows<'_>) -> DictionaryArray {
    code_texts(values, rows, 0).expect("without a limit the dictionary is never given up")
}

/// `None` when more than one in `rows_per_value` values is distinct.
fn code_texts(values: Values<'_>, rows: Rows<'_>, rows_per_value: usize) -> Option<DictionaryArray> {
    match rows {
        Rows::First(count) => code_rows(values, 0..count, rows_per_value),
        Rows::These(rows) => code_rows(values, rows.iter().map(|&row| row as usize), rows_per_value),
    }
}

fn code_rows(
    values: Values<'_>,
    rows: impl ExactSizeIterator<Item = usize>,
    rows_per_value: usize,
) -> Option<DictionaryArray> {
    let mut table = TextTable::new();
    let mut codes: Vec<u32> = memory::with_capacity(rows.len());
    let mut validity = Validity::with_capacity(rows.len());
    let mut scratch = Vec::new();
    let mut next_look = FIRST_LOOK_ROWS;
    let repeats = |distinct: usize, rows: usize| distinct * rows_per_value <= rows;
    for row in rows {
        let span = values.span(row);
        if span.is_null() {
            validity.push_null(codes.len());
            codes.push(0);
        } else {
            let code = if values.text[span.start()] == b'"' && !span.is_escaped() {
                table.code(values.text, span.start() + 1, span.end() - 1)
            } else {
                code_slowly(values, row, &mut scratch, &mut table)
            };
            codes.push(code);
            validity.push_valid();
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
        table.into_strings().expect("records were checked to be UTF-8, and values are cut at ASCII bytes");
    let dictionary = Arc::new(Dictionary::new(strings));
    Some(DictionaryArray::try_new(codes, dictionary).expect("codes come from the table"))
}

/// The code of a string with escapes, or of a value that is no string.
#[inline(never)]
fn code_slowly(values: Values<'_>, row: usize, scratch: &mut Vec<u8>, table: &mut TextTable) -> u32 {
    let text = text_of(values, row, scratch).unwrap_or_default();
    table.code(text, 0, text.len())
}
