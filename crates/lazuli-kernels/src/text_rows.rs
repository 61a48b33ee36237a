//! Texts written row by row: one buffer that is used again, null where the input is.

use lazuli_array::{Bitmap, StringArray, StringBuilder};

/// Texts of as many rows as the input has.
pub(crate) struct TextRows {
    rows: usize,
    validity: Option<Bitmap>,
    texts: StringBuilder,
}

impl TextRows {
    /// No text yet. `bytes`: about what one takes.
    pub(crate) fn new(rows: usize, validity: Option<Bitmap>, bytes: usize) -> Self {
        Self { rows, validity, texts: StringBuilder::with_capacity(rows, rows * bytes) }
    }

    /// Calls `write` for every row that holds a value, with an empty text.
    pub(crate) fn each(&mut self, mut write: impl FnMut(usize, &mut String)) {
        let mut text = String::new();
        for row in 0..self.rows {
            if self.validity.as_ref().is_some_and(|validity| !validity.get(row)) {
                self.texts.push(None);
                continue;
            }
            text.clear();
            write(row, &mut text);
            self.texts.push(Some(&text));
        }
    }

    /// The texts.
    pub(crate) fn finish(self) -> StringArray {
        self.texts.finish()
    }
}
