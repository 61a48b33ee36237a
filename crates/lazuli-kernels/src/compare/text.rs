//! Comparison of strings in all mixes of plain, dictionary and constant, and of bytes.
//!
//! Text is UTF-8, so the order of its bytes is the order of its characters.

use std::sync::Arc;

use lazuli_array::{
    Array, BinaryArray, Bitmap, Code, DataType, Dictionary, DictionaryArray, StringArray, dispatch_codes,
};

use super::{Relation, relate_sides};
use crate::Result;
use crate::arity;
use crate::datum::{Datum, Side};
use crate::dictionary::position_map;

/// One row of text or bytes at a time.
trait ByRow {
    fn bytes(&self, row: usize) -> &[u8];
}

impl ByRow for &StringArray {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        self.value_bytes(row)
    }
}

impl ByRow for &BinaryArray {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        self.value(row)
    }
}

impl ByRow for &DictionaryArray {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        match self.dictionary().is_empty() {
            true => &[], // every row is null
            false => self.dictionary().values().value_bytes(self.stored_codes().value(row) as usize),
        }
    }
}

/// The same text in each row.
struct Same<'a>(&'a [u8]);

impl ByRow for Same<'_> {
    #[inline]
    fn bytes(&self, _row: usize) -> &[u8] {
        self.0
    }
}

#[inline]
fn holds(relation: Relation, left: &[u8], right: &[u8]) -> bool {
    match relation {
        Relation::Equal => left == right,
        Relation::Less => left < right,
    }
}

fn by_row(relation: Relation, rows: usize, left: impl ByRow, right: impl ByRow) -> Bitmap {
    match relation {
        Relation::Equal => Bitmap::from_fn(rows, |row| left.bytes(row) == right.bytes(row)),
        Relation::Less => Bitmap::from_fn(rows, |row| left.bytes(row) < right.bytes(row)),
    }
}

/// Text of any forms; `Enum` against the same `Enum` by the order of its categories.
pub(super) fn relate_text(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Result<Bitmap> {
    let by_category = relation == Relation::Less
        && matches!((left.data_type(), right.data_type()), (DataType::Enum(_), DataType::Enum(_)));
    if by_category {
        return Ok(relate_sides(relation, code_side(left), code_side(right)));
    }
    Ok(match (left, right) {
        (Datum::Constant(constant), Datum::Column(column)) => {
            let text = constant_text(constant.as_column().array());
            match column.array() {
                Array::Dictionary(array) => by_entry(array, |entry| holds(relation, &text, entry)),
                other => by_row(relation, other.len(), Same(&text), plain(other)),
            }
        }
        (Datum::Column(column), Datum::Constant(constant)) => {
            let text = constant_text(constant.as_column().array());
            match column.array() {
                Array::Dictionary(array) => by_entry(array, |entry| holds(relation, entry, &text)),
                other => by_row(relation, other.len(), plain(other), Same(&text)),
            }
        }
        (left, right) => match (left.array(), right.array()) {
            (Array::Dictionary(left), Array::Dictionary(right)) => relate_dictionaries(relation, left, right),
            (Array::Dictionary(left), right) => by_row(relation, left.len(), left, plain(right)),
            (left, Array::Dictionary(right)) => by_row(relation, right.len(), plain(left), right),
            (left, right) => by_row(relation, left.len(), plain(left), plain(right)),
        },
    })
}

/// Bytes against bytes.
pub(super) fn relate_binary(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Bitmap {
    match (left, right) {
        (Datum::Constant(_), _) => {
            let right = binary(right);
            by_row(relation, right.len(), Same(binary(left).value(0)), right)
        }
        (_, Datum::Constant(_)) => {
            let left = binary(left);
            by_row(relation, left.len(), left, Same(binary(right).value(0)))
        }
        _ => by_row(relation, binary(left).len(), binary(left), binary(right)),
    }
}

fn plain(array: &Array) -> &StringArray {
    let Array::String(array) = array else { unreachable!("text is plain or a dictionary") };
    array
}

fn binary(datum: Datum<'_>) -> &BinaryArray {
    let Array::Binary(array) = datum.array() else { unreachable!("both sides were matched as Binary") };
    array
}

fn code_side(datum: Datum<'_>) -> Side<'_, u32> {
    let Array::Dictionary(array) = datum.array() else { unreachable!("Enum columns are dictionaries") };
    match datum {
        Datum::Column(_) => Side::Rows(array.codes().values()),
        Datum::Constant(_) => Side::Constant(array.stored_codes().value(0)),
    }
}

/// The text of a constant, which is not null.
fn constant_text(array: &Array) -> Vec<u8> {
    match array {
        Array::Dictionary(array) => array.bytes(0).to_vec(),
        other => plain(other).value_bytes(0).to_vec(),
    }
}

/// Asks once for each entry of the dictionary, then looks codes up; row by row when the dictionary is the longer one.
fn by_entry(array: &DictionaryArray, holds: impl Fn(&[u8]) -> bool) -> Bitmap {
    let dictionary = array.dictionary();
    if dictionary.len() > array.len() {
        return Bitmap::from_fn(array.len(), |row| holds(array.bytes(row)));
    }
    let mut answers: Vec<bool> =
        (0..dictionary.len()).map(|code| holds(dictionary.values().value_bytes(code))).collect();
    let mut yes = answers.iter().enumerate().filter(|(_, answer)| **answer);
    match (yes.next(), yes.next()) {
        (None, _) => Bitmap::filled(false, array.len()),
        // One entry, as with `==`: no look-up, just codes against a code.
        (Some((code, _)), None) => dispatch_codes!(array.stored_codes(), |codes| {
            arity::predicate_of(codes.values(), |other| other.index() == code)
        }),
        _ => {
            answers.resize(answers.len().max(1), false); // null rows of an empty dictionary have code 0
            dispatch_codes!(array.stored_codes(), |codes| {
                arity::predicate_of(codes.values(), |code| answers[code.index()])
            })
        }
    }
}

fn relate_dictionaries(relation: Relation, left: &DictionaryArray, right: &DictionaryArray) -> Bitmap {
    let rows = left.len();
    let (left_codes, right_codes) = (Side::Rows(left.codes().values()), right.codes().values());
    if relation == Relation::Less {
        return by_row(relation, rows, left, right);
    }
    if Arc::ptr_eq(left.dictionary(), right.dictionary()) {
        return relate_sides(relation, left_codes, Side::Rows(right_codes));
    }
    if left.dictionary().len() + right.dictionary().len() > rows {
        return by_row(relation, rows, left, right);
    }
    // Codes of one side in terms of the other: strings are compared once for each distinct value.
    let mapped = codes_within(right.dictionary(), left.dictionary());
    let right_codes: Vec<u32> =
        right_codes.iter().map(|&code| mapped.get(code as usize).copied().unwrap_or(NO_CODE)).collect();
    relate_sides(relation, left_codes, Side::Rows(&right_codes))
}

/// No entry has this code: dictionaries have at most `u32::MAX` entries.
const NO_CODE: u32 = u32::MAX;

fn codes_within(dictionary: &Dictionary, other: &Dictionary) -> Vec<u32> {
    let known = position_map(other);
    dictionary.values().iter().map(|text| known.get(text).copied().unwrap_or(NO_CODE)).collect()
}
