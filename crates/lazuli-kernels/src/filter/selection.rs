//! The rows that a filter keeps, in the form that all its loops read.

use std::borrow::Cow;

use lazuli_array::Bitmap;

use crate::level::Level;

/// A mask as clean words: made once for all columns of a batch.
pub(super) struct Selection<'a> {
    /// 64 rows each; bits past the last row are unset.
    words: Cow<'a, [u64]>,
    rows: usize,
    kept: usize,
    level: Level,
}

impl<'a> Selection<'a> {
    pub fn new(mask: &'a Bitmap, level: Level) -> Self {
        let past_the_end = match mask.len() % 64 {
            0 => 0,
            used => u64::MAX << used,
        };
        let words = match mask.whole_words() {
            Some(words) if words.last().is_none_or(|last| last & past_the_end == 0) => Cow::Borrowed(words),
            _ => Cow::Owned(mask.words().collect()),
        };
        Self { words, rows: mask.len(), kept: mask.count_ones(), level: level.here() }
    }

    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Rows that are asked about.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows that stay.
    pub fn kept(&self) -> usize {
        self.kept
    }

    pub fn level(&self) -> Level {
        self.level
    }

    /// Runs of kept rows as `(first row, number of rows)`: neighbours are one run.
    pub fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (index, &word) in self.words.iter().enumerate() {
            runs_of_word(word, |first, length| {
                let start = index * 64 + first;
                match runs.last_mut() {
                    Some((last, rows)) if *last + *rows == start => *rows += length,
                    _ => runs.push((start, length)),
                }
            });
        }
        runs
    }
}

/// Runs of set bits as `(first bit, number of bits)`.
#[inline(always)]
pub(super) fn runs_of_word(mut word: u64, mut run: impl FnMut(usize, usize)) {
    while word != 0 {
        let first = word.trailing_zeros();
        let length = (word >> first).trailing_ones();
        run(first as usize, length as usize);
        if first + length == 64 {
            return;
        }
        word &= u64::MAX << (first + length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_join_over_words() {
        let mask = Bitmap::from_fn(200, |row| (60..130).contains(&row) || row == 199);
        assert_eq!(Selection::new(&mask, Level::Portable).runs(), [(60, 70), (199, 1)]);
    }

    #[test]
    fn bits_past_the_end_are_not_kept() {
        let mask = Bitmap::filled(true, 100).sliced(0, 70);
        let selection = Selection::new(&mask, Level::Portable);
        assert_eq!((selection.words(), selection.kept()), ([u64::MAX, 0b11_1111].as_slice(), 70));
    }
}
