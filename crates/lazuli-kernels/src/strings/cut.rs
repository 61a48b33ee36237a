//! Parts of texts: so many characters from a place on, and what is left when the ends are stripped.

use lazuli_array::{BinaryArray, StringArray};

use super::writer::{is_valid, rewrite, used_bytes};

/// Which ends of a text are stripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The beginning.
    Start,
    /// The end.
    End,
    /// Both of them.
    Both,
}

/// Which part of a text, or of bytes. What lies outside is not there, so a part may be shorter than asked for, or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// At most `length`, or all, from `offset` on; a negative offset counts from the end.
    Slice {
        /// Where it begins.
        offset: i64,
        /// How many at most.
        length: Option<u64>,
    },
    /// So many first ones, or all but so many last ones for a negative number.
    Head(i64),
    /// So many last ones, or all but so many first ones for a negative number.
    Tail(i64),
}

impl Part {
    /// The range of it among `count` things.
    fn bounds(self, count: usize) -> (usize, usize) {
        let all = count as i128;
        let (start, end) = match self {
            Self::Slice { offset, length } => {
                let start = if offset < 0 { all + i128::from(offset) } else { i128::from(offset) };
                (start, length.map_or(all, |length| start + i128::from(length)))
            }
            Self::Head(n) => (0, if n < 0 { all + i128::from(n) } else { n.into() }),
            Self::Tail(n) => (if n < 0 { -i128::from(n) } else { all - i128::from(n) }, all),
        };
        let (start, end) = (start.clamp(0, all), end.clamp(0, all));
        (start as usize, end.max(start) as usize)
    }

    /// The part of a text, by characters.
    ///
    /// ```
    /// use lazuli_kernels::strings::Part;
    ///
    /// assert_eq!(Part::Tail(2).of("naïve"), "ve");
    /// assert_eq!(Part::Slice { offset: 2, length: Some(2) }.of("naïve"), "ïv");
    /// ```
    pub fn of(self, text: &str) -> &str {
        // Characters behind the part need not be counted.
        let (start, length) = self.without_end().unwrap_or_else(|| {
            let (start, end) = self.bounds(text.chars().count());
            (start, end - start)
        });
        let rest = &text[place_of(text, start)..];
        &rest[..place_of(rest, length)]
    }

    /// As a place from the beginning and a number, if the end does not matter to where it lies.
    fn without_end(self) -> Option<(usize, usize)> {
        let (offset, length) = match self {
            Self::Slice { offset: offset @ 0.., length } => (offset.unsigned_abs(), length),
            Self::Head(n @ 0..) => (0, Some(n.unsigned_abs())),
            Self::Tail(n @ ..0) => (n.unsigned_abs(), None),
            _ => return None,
        };
        let number = |wide: u64| usize::try_from(wide).unwrap_or(usize::MAX);
        Some((number(offset), length.map_or(usize::MAX, number)))
    }
}

/// A part of each text, by characters; null for null.
pub fn slice_text(texts: &StringArray, part: Part) -> StringArray {
    if used_bytes(texts).is_ascii() {
        return rewrite(texts, |text, out| {
            let (start, end) = part.bounds(text.len());
            out.push_str(&text[start..end]);
        });
    }
    rewrite(texts, |text, out| out.push_str(part.of(text)))
}

/// A part of each run of bytes; null for null.
pub fn slice_bytes(rows: &BinaryArray, part: Part) -> BinaryArray {
    let parts = (0..rows.len()).map(|row| {
        is_valid(rows.validity(), row).then(|| {
            let value = rows.value(row);
            let (start, end) = part.bounds(value.len());
            &value[start..end]
        })
    });
    parts.collect()
}

/// The byte at which the character number `index` begins; the length if there are fewer.
fn place_of(text: &str, index: usize) -> usize {
    if index >= text.len() {
        return text.len();
    }
    text.char_indices().nth(index).map_or(text.len(), |(place, _)| place)
}

/// Each text without the characters of `set` at its ends, or without whitespace.
pub fn strip_characters(texts: &StringArray, set: Option<&str>, ends: Ends) -> StringArray {
    fn strip(text: &str, ends: Ends, is_stripped: impl Fn(char) -> bool) -> &str {
        let text = if ends == Ends::End { text } else { text.trim_start_matches(&is_stripped) };
        if ends == Ends::Start { text } else { text.trim_end_matches(&is_stripped) }
    }
    match set {
        None => rewrite(texts, |text, out| out.push_str(strip(text, ends, char::is_whitespace))),
        Some(set) => rewrite(texts, |text, out| {
            out.push_str(strip(text, ends, |letter| set.contains(letter)));
        }),
    }
}

/// Each text without `prefix`, once, where it begins with it.
pub fn strip_prefix(texts: &StringArray, prefix: &str) -> StringArray {
    rewrite(texts, |text, out| out.push_str(text.strip_prefix(prefix).unwrap_or(text)))
}

/// Each text without `suffix`, once, where it ends with it.
pub fn strip_suffix(texts: &StringArray, suffix: &str) -> StringArray {
    rewrite(texts, |text, out| out.push_str(text.strip_suffix(suffix).unwrap_or(text)))
}
