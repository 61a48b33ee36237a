//! Outputs that grow: text that is written piece by piece, lists of texts, and the loops over rows that fill them.
#![allow(
    unsafe_code,
    reason = "text that was written as text need not be checked again; the block is argued"
)]

use lazuli_array::{Array, Bitmap, BitmapBuilder, ListArray, Native, PrimitiveArray, StringArray, memory};

/// Strings whose text is appended in pieces.
///
/// ```
/// use lazuli_kernels::strings::TextWriter;
///
/// let mut writer = TextWriter::with_capacity(2, 16);
/// writer.text().push_str("a");
/// writer.text().push('b');
/// writer.end_row();
/// writer.end_row();
/// let texts = writer.finish(None);
/// assert_eq!(texts.iter().collect::<Vec<_>>(), [Some("ab"), Some("")]);
/// ```
#[derive(Debug)]
pub struct TextWriter {
    text: String,
    offsets: Vec<i64>,
}

impl TextWriter {
    /// Room for `rows` rows of `bytes` bytes in all.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = memory::with_capacity(rows + 1);
        offsets.push(0);
        Self { text: String::with_capacity(bytes), offsets }
    }

    /// Rows that were written elsewhere: their text, and where each begins and the last one ends.
    pub(super) fn of_parts(text: String, offsets: Vec<i64>) -> Self {
        Self { text, offsets }
    }

    /// The text so far; append the next row's to it. What is taken away from it belonged to the row at hand.
    #[inline]
    pub fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// The row ends here.
    #[inline]
    pub fn end_row(&mut self) {
        self.offsets.push(self.text.len() as i64);
    }

    /// Appends a row.
    #[inline]
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.end_row();
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, with this validity. Panics if it has another length, or if text was taken away that belonged to rows before.
    pub fn finish(self, validity: Option<Bitmap>) -> StringArray {
        let ends_in_order = self.offsets.is_sorted()
            && self.offsets.iter().all(|&offset| self.text.is_char_boundary(offset as usize));
        assert!(ends_in_order, "rows that were written stay written");
        // SAFETY: there is one offset more than rows, the first is 0, and the line above checked that they ascend and fall
        // on boundaries of characters within a `String`: each row is UTF-8.
        unsafe { StringArray::new_unchecked(self.offsets.into(), self.text.into_bytes().into(), validity) }
    }
}

/// Whether a row holds a value.
pub(super) fn is_valid(validity: Option<&Bitmap>, row: usize) -> bool {
    validity.is_none_or(|validity| validity.get(row))
}

/// Bytes of text of all rows.
pub(super) fn used_bytes(texts: &StringArray) -> &[u8] {
    let offsets = texts.offsets();
    &texts.bytes()[offsets[0] as usize..offsets[texts.len()] as usize]
}

/// What `write` appends for each text; null for null.
pub(super) fn rewrite(texts: &StringArray, mut write: impl FnMut(&str, &mut String)) -> StringArray {
    let mut writer = TextWriter::with_capacity(texts.len(), used_bytes(texts).len());
    for row in 0..texts.len() {
        if is_valid(texts.validity(), row) {
            write(texts.value(row), writer.text());
        }
        writer.end_row();
    }
    writer.finish(texts.validity().cloned())
}

/// A part of each text, or null; null for null.
pub(super) fn parts_of(
    texts: &StringArray,
    mut part: impl for<'a> FnMut(&'a str) -> Option<&'a str>,
) -> StringArray {
    let mut writer = TextWriter::with_capacity(texts.len(), used_bytes(texts).len());
    let mut validity = BitmapBuilder::with_capacity(texts.len());
    for row in 0..texts.len() {
        let found = if is_valid(texts.validity(), row) { part(texts.value(row)) } else { None };
        writer.push(found.unwrap_or_default());
        validity.push(found.is_some());
    }
    writer.finish(validity.finish_validity())
}

/// A number of each text; null for null.
pub(super) fn number_of<T: Native>(
    texts: &StringArray,
    mut number: impl FnMut(&str) -> T,
) -> PrimitiveArray<T> {
    let mut values = memory::with_capacity(texts.len());
    values.extend((0..texts.len()).map(|row| number(texts.value(row))));
    PrimitiveArray::new(values.into(), texts.validity().cloned())
}

/// A number of each text, or null; null for null.
pub(super) fn number_or_null(
    texts: &StringArray,
    mut number: impl FnMut(&str) -> Option<i64>,
) -> PrimitiveArray<i64> {
    let mut validity = BitmapBuilder::with_capacity(texts.len());
    let mut values = memory::with_capacity(texts.len());
    for row in 0..texts.len() {
        let found = if is_valid(texts.validity(), row) { number(texts.value(row)) } else { None };
        values.push(found.unwrap_or_default());
        validity.push(found.is_some());
    }
    PrimitiveArray::new(values.into(), validity.finish_validity())
}

/// What `write` appends for each text as a list of texts; null for null.
pub(super) fn lists_of_texts(texts: &StringArray, mut write: impl FnMut(&str, &mut TextWriter)) -> ListArray {
    let mut items = TextWriter::with_capacity(2 * texts.len(), used_bytes(texts).len());
    let mut offsets = memory::with_capacity(texts.len() + 1);
    offsets.push(0);
    for row in 0..texts.len() {
        if is_valid(texts.validity(), row) {
            write(texts.value(row), &mut items);
        }
        offsets.push(items.len() as i64);
    }
    ListArray::new(offsets.into(), items.finish(None).into(), texts.validity().cloned())
}

/// What `write` appends for each text as a list of numbers; null for null.
pub(super) fn lists_of_numbers(texts: &StringArray, mut write: impl FnMut(&str, &mut Vec<i64>)) -> ListArray {
    let (mut items, mut offsets) = (Vec::new(), memory::with_capacity(texts.len() + 1));
    offsets.push(0);
    for row in 0..texts.len() {
        if is_valid(texts.validity(), row) {
            write(texts.value(row), &mut items);
        }
        offsets.push(items.len() as i64);
    }
    let items: Array = PrimitiveArray::from_vec(items).into();
    ListArray::new(offsets.into(), items, texts.validity().cloned())
}
