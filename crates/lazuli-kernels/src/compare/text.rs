//! Comparison of strings in all mixes of plain, dictionary and constant, and of bytes.
//!
//! Text is UTF-8, so the order of its bytes is the order of its characters.

use std::sync::Arc;

use lazuli_array::{Array, Bitmap, Code, DataType, Dictionary, DictionaryArray, dispatch_codes};

use super::{Relation, relate_sides};
use crate::Result;
use crate::arity;
use crate::datum::{Datum, Side};
use crate::dictionary::position_map;

/// One row of text or bytes at a time.
trait ByRow {
    fn bytes(&self, row: usize) -> &[u8];
}

/// Texts or bytes one after the other.
#[derive(Clone, Copy)]
struct Plain<'a> {
    offsets: &'a [i64],
    bytes: &'a [u8],
}

impl ByRow for Plain<'_> {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }
}

/// The same text in each row.
#[derive(Clone, Copy)]
struct Same<'a>(&'a [u8]);

impl ByRow for Same<'_> {
    #[inline]
    fn bytes(&self, _row: usize) -> &[u8] {
        self.0
    }
}

/// Text in any form, for mixes that are seldom: which one is asked row by row, instead of a loop for each pair.
#[derive(Clone, Copy)]
enum Any<'a> {
    Plain(Plain<'a>),
    Same(Same<'a>),
    Encoded(&'a DictionaryArray),
}

impl ByRow for Any<'_> {
    #[inline]
    fn bytes(&self, row: usize) -> &[u8] {
        match self {
            Self::Plain(rows) => rows.bytes(row),
            Self::Same(rows) => rows.bytes(row),
            Self::Encoded(array) if array.dictionary().is_empty() => &[], // every row is null
            Self::Encoded(array) => {
                array.dictionary().values().value_bytes(array.stored_codes().value(row) as usize)
            }
        }
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

fn by_any_row(relation: Relation, rows: usize, left: Any<'_>, right: Any<'_>) -> Bitmap {
    Bitmap::from_fn(rows, |row| holds(relation, left.bytes(row), right.bytes(row)))
}

/// A column and a constant.
fn by_row_and_constant(relation: Relation, rows: usize, left: Plain<'_>, right: &[u8]) -> Bitmap {
    by_row(relation, rows, left, Same(right))
}

/// A constant and a column.
fn by_constant_and_row(relation: Relation, rows: usize, left: &[u8], right: Plain<'_>) -> Bitmap {
    match relation {
        Relation::Equal => by_row_and_constant(relation, rows, right, left),
        Relation::Less => by_any_row(relation, rows, Any::Same(Same(left)), Any::Plain(right)),
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
                Array::Dictionary(array) => by_entry(array, &|entry| holds(relation, &text, entry)),
                other => by_constant_and_row(relation, other.len(), &text, plain(other)),
            }
        }
        (Datum::Column(column), Datum::Constant(constant)) => {
            let text = constant_text(constant.as_column().array());
            match column.array() {
                Array::Dictionary(array) => by_entry(array, &|entry| holds(relation, entry, &text)),
                other => by_row_and_constant(relation, other.len(), plain(other), &text),
            }
        }
        (left, right) => match (left.array(), right.array()) {
            (Array::Dictionary(left), Array::Dictionary(right)) => relate_dictionaries(relation, left, right),
            (Array::Dictionary(left), right) => {
                by_any_row(relation, left.len(), Any::Encoded(left), Any::Plain(plain(right)))
            }
            (left, Array::Dictionary(right)) => {
                by_any_row(relation, right.len(), Any::Plain(plain(left)), Any::Encoded(right))
            }
            (left, right) => by_row(relation, left.len(), plain(left), plain(right)),
        },
    })
}

/// Bytes against bytes.
pub(super) fn relate_binary(relation: Relation, left: Datum<'_>, right: Datum<'_>) -> Bitmap {
    let rows = if left.is_constant() { right.array().len() } else { left.array().len() };
    let (left_rows, right_rows) = (binary(left), binary(right));
    match (left, right) {
        (Datum::Constant(_), _) => by_constant_and_row(relation, rows, left_rows.bytes(0), right_rows),
        (_, Datum::Constant(_)) => by_row_and_constant(relation, rows, left_rows, right_rows.bytes(0)),
        _ => by_row(relation, rows, left_rows, right_rows),
    }
}

fn plain(array: &Array) -> Plain<'_> {
    let Array::String(array) = array else { unreachable!("text is plain or a dictionary") };
    Plain { offsets: array.offsets(), bytes: array.bytes() }
}

fn binary(datum: Datum<'_>) -> Plain<'_> {
    let Array::Binary(array) = datum.array() else { unreachable!("both sides were matched as Binary") };
    Plain { offsets: array.offsets(), bytes: array.bytes() }
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
        Array::Dictionary(array) => Any::Encoded(array).bytes(0).to_vec(),
        other => plain(other).bytes(0).to_vec(),
    }
}

/// Asks once for each entry of the dictionary, then looks codes up; row by row when the dictionary is the longer one.
fn by_entry(array: &DictionaryArray, holds: &dyn Fn(&[u8]) -> bool) -> Bitmap {
    let dictionary = array.dictionary();
    if dictionary.len() > array.len() {
        return Bitmap::from_fn(array.len(), |row| holds(Any::Encoded(array).bytes(row)));
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
        return by_any_row(relation, rows, Any::Encoded(left), Any::Encoded(right));
    }
    if Arc::ptr_eq(left.dictionary(), right.dictionary()) {
        return relate_sides(relation, left_codes, Side::Rows(right_codes));
    }
    if left.dictionary().len() + right.dictionary().len() > rows {
        return by_any_row(relation, rows, Any::Encoded(left), Any::Encoded(right));
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
