//! Texts with an argument of their own in each row: for the functions whose arguments often are columns.

use lazuli_array::{Array, Bitmap, BitmapBuilder, BooleanArray, StringArray};

use super::writer::TextWriter;
use crate::datum::{Datum, Side};

/// The text of a row, a constant's in every row; `None` for null, and for what is no text.
pub(super) fn text_of(operand: Datum<'_>, row: usize) -> Option<&str> {
    let row = if operand.is_constant() { 0 } else { row };
    match operand.array() {
        Array::String(texts) => texts.get(row),
        Array::Dictionary(codes) => codes.get(row),
        _ => None,
    }
}

/// A test of the two texts of each row; null where either is.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::strings::test_pairs;
///
/// let texts = Column::from_values(["abc", "abc"].into_iter());
/// let prefixes = Column::from_values(["ab", "b"].into_iter());
/// let found = test_pairs((&texts).into(), (&prefixes).into(), 2, |text, prefix| text.starts_with(prefix));
/// assert_eq!(found.iter().collect::<Vec<_>>(), [Some(true), Some(false)]);
/// ```
pub fn test_pairs(
    left: Datum<'_>,
    right: Datum<'_>,
    num_rows: usize,
    test: fn(&str, &str) -> bool,
) -> BooleanArray {
    let mut validity = BitmapBuilder::with_capacity(num_rows);
    let bits = Bitmap::from_fn(num_rows, |row| {
        let pair = text_of(left, row).zip(text_of(right, row));
        validity.push(pair.is_some());
        pair.is_some_and(|(left, right)| test(left, right))
    });
    BooleanArray::new(bits, validity.finish_validity())
}

/// A part of the first text of each row, by the other; null where either is.
pub fn parts_by_text(
    texts: Datum<'_>,
    others: Datum<'_>,
    num_rows: usize,
    part: for<'a> fn(&'a str, &str) -> &'a str,
) -> StringArray {
    parts(num_rows, |row| Some(part(text_of(texts, row)?, text_of(others, row)?)))
}

/// A part of the text of each row, by the number in it; null where either is. Panics if the numbers are no Int64.
pub fn parts_by_number(
    texts: Datum<'_>,
    numbers: Datum<'_>,
    num_rows: usize,
    part: for<'a> fn(&'a str, i64) -> &'a str,
) -> StringArray {
    let validity = numbers.array().validity();
    let side: Side<'_, i64> = numbers.side().expect("numbers are Int64");
    let (values, mask) = side.rows_and_mask();
    parts(num_rows, |row| {
        let is_number = validity.as_ref().is_none_or(|validity| validity.get(row & mask));
        if is_number { Some(part(text_of(texts, row)?, values[row & mask])) } else { None }
    })
}

fn parts<'a>(num_rows: usize, part: impl Fn(usize) -> Option<&'a str>) -> StringArray {
    let mut writer = TextWriter::with_capacity(num_rows, 0);
    let mut validity = BitmapBuilder::with_capacity(num_rows);
    for row in 0..num_rows {
        let part = part(row);
        writer.push(part.unwrap_or_default());
        validity.push(part.is_some());
    }
    writer.finish(validity.finish_validity())
}
