//! Texts of a least length, in characters.

use lazuli_array::StringArray;

use super::writer::rewrite;

/// Where a text is filled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it.
    Start,
    /// Behind it.
    End,
}

/// Each text with as many `fill` at one side as it needs to have `length` characters; longer ones stay as they are.
pub fn pad(texts: &StringArray, length: usize, fill: char, side: Side) -> StringArray {
    rewrite(texts, |text, out| {
        if side == Side::End {
            out.push_str(text);
        }
        push_missing(text, length, fill, out);
        if side == Side::Start {
            out.push_str(text);
        }
    })
}

/// Each text with as many zeros in front as it needs to have `length` characters, behind the sign if it has one.
pub fn zfill(texts: &StringArray, length: usize) -> StringArray {
    rewrite(texts, |text, out| {
        let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
        out.push_str(sign);
        push_missing(text, length, '0', out);
        out.push_str(digits);
    })
}

fn push_missing(text: &str, length: usize, fill: char, out: &mut String) {
    // A text of so many bytes may have fewer characters, but one of fewer bytes never has more.
    let count = if text.is_ascii() { text.len() } else { text.chars().count() };
    out.extend(std::iter::repeat_n(fill, length.saturating_sub(count)));
}
