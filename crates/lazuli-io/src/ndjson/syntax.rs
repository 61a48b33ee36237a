//! The grammar of JSON (RFC 8259): where a value ends, and whether it is one.
//!
//! Every byte of a record is checked, whether its values are wanted or not: which records are well-formed does not hang on
//! the columns that a query reads. Accepted is what `serde_json` accepts, with the same limit of nesting; a number too large
//! for a float is well-formed here, and it is a column's business to refuse it.
//!
//! Strings and digits are looked at eight bytes at a time. Nothing recurses: what is open is a bit in a word.

use std::fmt;

/// Deepest nesting of arrays and objects, the record itself included; as `serde_json` has it.
pub(super) const MAX_DEPTH: u32 = 127;

/// What is wrong with a text that should be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    End,
    Value,
    Key,
    Colon,
    Comma,
    Number,
    Escape,
    Surrogate,
    Control,
    Depth,
    NotObject,
    Trailing,
    UnknownKey,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "the record ends too early",
            Self::Value => "a value is expected here",
            Self::Key => "a key in quotes is expected here",
            Self::Colon => "a colon is expected here",
            Self::Comma => "a comma or a closing bracket is expected here",
            Self::Number => "not a number of JSON",
            Self::Escape => "an escape that JSON does not have",
            Self::Surrogate => "half of a surrogate pair",
            Self::Control => "a control character in a string",
            Self::Depth => "nested more than 127 deep",
            Self::NotObject => "the record is no object",
            Self::Trailing => "something stands behind the record",
            Self::UnknownKey => "no column has this key (infer from all records, or have such keys left out)",
        })
    }
}

/// What is wrong, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub at: usize,
    pub fault: Fault,
}

pub(super) type Syntax<T> = std::result::Result<T, SyntaxError>;

#[cold]
pub(super) fn fault<T>(at: usize, fault: Fault) -> Syntax<T> {
    Err(SyntaxError { at, fault })
}

/// What is wrong where something else was expected: the end, if there is nothing.
#[cold]
fn unexpected<T>(text: &[u8], at: usize, expected: Fault) -> Syntax<T> {
    match text.get(at) {
        None | Some(b'\n') => fault(at, Fault::End),
        Some(_) => fault(at, expected),
    }
}

/// A value in a text: `text[start..end]`.
///
/// What is not there, and null, is [`Span::NULL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    /// The highest bit says that a string has escapes. Texts are shorter than 2 GiB.
    end: u32,
}

impl Span {
    pub(super) const NULL: Self = Self { start: 0, end: 0 };
    const ESCAPED: u32 = 1 << 31;

    #[inline(always)]
    pub(super) fn new(start: usize, end: usize, is_escaped: bool) -> Self {
        Self { start: start as u32, end: end as u32 | if is_escaped { Self::ESCAPED } else { 0 } }
    }

    #[inline(always)]
    pub(super) fn is_null(self) -> bool {
        self.end == 0
    }

    #[inline(always)]
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    #[inline(always)]
    pub(super) fn end(self) -> usize {
        (self.end & !Self::ESCAPED) as usize
    }

    #[inline(always)]
    pub(super) fn is_escaped(self) -> bool {
        self.end & Self::ESCAPED != 0
    }

    /// The bytes; none of a null.
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start()..self.end()).unwrap_or(&[])
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

#[inline(always)]
fn word_at(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..at + 8)
        .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("the range is eight bytes long")))
}

/// The first byte at or after `at` that is not white space. A line end is white space only inside arrays of records, where
/// it ends none.
#[inline(always)]
pub(super) fn skip_space<const LINES: bool>(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(byte) if *byte > b' ' => at,
        _ => skip_space_slowly::<LINES>(text, at),
    }
}

#[inline(never)]
fn skip_space_slowly<const LINES: bool>(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = text.get(at) {
        if LINES && text[at] == b'\n' {
            break;
        }
        at += 1;
    }
    at
}

/// The highest bit of each byte that is a quote, a backslash or a control character; the lowest that is set is true, those
/// above it may be false.
#[inline(always)]
fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let escape = word ^ (ONES * b'\\' as u64);
    // A flag of a byte that is none lies above a true one of the same kind.
    (quote.wrapping_sub(ONES) & !quote
        | escape.wrapping_sub(ONES) & !escape
        | word.wrapping_sub(ONES * 0x20) & !word)
        & HIGH
}

/// Bytes at the head of a text that stand in a string as they are.
#[inline(always)]
pub(super) fn plain_bytes(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = word_at(text, at) {
        let flags = special_bytes(word);
        if flags != 0 {
            return at + (flags.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let is_special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    at + text[at..].iter().position(is_special).unwrap_or(text.len() - at)
}

/// The closing quote of a string whose first byte, behind the opening quote, is at `start`; whether it has escapes.
#[inline(always)]
pub(super) fn skip_string(text: &[u8], start: usize) -> Syntax<(usize, bool)> {
    let mut at = start;
    while let Some(word) = word_at(text, at) {
        let flags = special_bytes(word);
        if flags != 0 {
            at += (flags.trailing_zeros() / 8) as usize;
            if text[at] == b'"' {
                return Ok((at, false));
            }
            break;
        }
        at += 8;
    }
    skip_string_slowly(text, at)
}

#[inline(never)]
fn skip_string_slowly(text: &[u8], mut at: usize) -> Syntax<(usize, bool)> {
    let mut is_escaped = false;
    loop {
        match text.get(at) {
            Some(b'"') => return Ok((at, is_escaped)),
            Some(b'\\') => {
                is_escaped = true;
                at = skip_escape(text, at)?;
            }
            None | Some(b'\n') => return fault(at, Fault::End),
            Some(0..=0x1F) => return fault(at, Fault::Control),
            Some(_) => at += 1,
        }
    }
}

/// The byte behind an escape.
fn skip_escape(text: &[u8], at: usize) -> Syntax<usize> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match hex_unit(text, at + 2) {
            None => fault(at, Fault::Escape),
            Some(0xDC00..=0xDFFF) => fault(at, Fault::Surrogate),
            Some(0xD800..=0xDBFF) => match (text.get(at + 6..at + 8), hex_unit(text, at + 8)) {
                (Some(b"\\u"), Some(0xDC00..=0xDFFF)) => Ok(at + 12),
                _ => fault(at, Fault::Surrogate),
            },
            Some(_) => Ok(at + 6),
        },
        _ => fault(at, Fault::Escape),
    }
}

/// The number that four hexadecimal digits write.
fn hex_unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, &digit| Some(16 * value + char::from(digit).to_digit(16)?))
}

/// Appends what the inside of a string says, which [`skip_string`] has accepted.
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let mut length = 2;
        match rest.get(at + 1) {
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'u') => {
                let first = hex_unit(rest, at + 2).unwrap_or(0);
                length = 6;
                let code = match first {
                    0xD800..=0xDBFF => {
                        length = 12;
                        let second = hex_unit(rest, at + 8).unwrap_or(0);
                        0x1_0000 + ((first & 0x3FF) << 10) + (second & 0x3FF)
                    }
                    other => other,
                };
                let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(&other) => out.push(other),
            None => {}
        }
        rest = rest.get(at + length..).unwrap_or(&[]);
    }
    out.extend_from_slice(rest);
}

/// The first byte at or after `at` that is no digit.
#[inline(always)]
fn skip_digits(text: &[u8], mut at: usize) -> usize {
    while let Some(word) = word_at(text, at) {
        let value = word ^ (ONES * b'0' as u64);
        // Exact by byte: no carry leaves one, since the highest bit is taken out first.
        let others = (((value & !HIGH) + ONES * (0x80 - 10)) | value) & HIGH;
        if others != 0 {
            return at + (others.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The byte behind a number, whose first byte is a digit or a minus. What follows is for the caller to look at: a digit
/// behind a leading zero is neither a comma nor a bracket.
#[inline(always)]
fn skip_number(text: &[u8], start: usize) -> Syntax<usize> {
    let first = start + usize::from(text[start] == b'-');
    let mut at = match text.get(first) {
        Some(b'0') => first + 1,
        Some(b'1'..=b'9') => skip_digits(text, first + 1),
        _ => return fault(start, Fault::Number),
    };
    if let Some(b'.' | b'e' | b'E') = text.get(at) {
        if text[at] == b'.' {
            let end = skip_digits(text, at + 1);
            if end == at + 1 {
                return fault(start, Fault::Number);
            }
            at = end;
        }
        if let Some(b'e' | b'E') = text.get(at) {
            let digits = at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
            at = skip_digits(text, digits);
            if at == digits {
                return fault(start, Fault::Number);
            }
        }
    }
    Ok(at)
}

#[inline(always)]
fn skip_word(text: &[u8], at: usize, word: &[u8]) -> Syntax<usize> {
    match text.get(at..at + word.len()) {
        Some(found) if found == word => Ok(at + word.len()),
        _ => fault(at, Fault::Value),
    }
}

/// The value that begins at `at`, and the byte behind it. `depth`: how many arrays and objects it may open within each other.
#[inline(always)]
pub(super) fn skip_value<const LINES: bool>(text: &[u8], at: usize, depth: u32) -> Syntax<(Span, usize)> {
    match text.get(at) {
        Some(b'"') => {
            let (quote, is_escaped) = skip_string(text, at + 1)?;
            Ok((Span::new(at, quote + 1, is_escaped), quote + 1))
        }
        Some(b'0'..=b'9' | b'-') => {
            let end = skip_number(text, at)?;
            Ok((Span::new(at, end, false), end))
        }
        Some(b't') => skip_word(text, at, b"true").map(|end| (Span::new(at, end, false), end)),
        Some(b'f') => skip_word(text, at, b"false").map(|end| (Span::new(at, end, false), end)),
        Some(b'n') => skip_word(text, at, b"null").map(|end| (Span::NULL, end)),
        Some(b'{' | b'[') => {
            let end = skip_nested::<LINES>(text, at, depth)?;
            Ok((Span::new(at, end, false), end))
        }
        _ => unexpected(text, at, Fault::Value),
    }
}

/// The key at `at`: its closing quote, whether it has escapes, and where its value begins.
pub(super) fn skip_key<const LINES: bool>(text: &[u8], at: usize) -> Syntax<(usize, bool, usize)> {
    if text.get(at) != Some(&b'"') {
        return unexpected(text, at, Fault::Key);
    }
    let (quote, is_escaped) = skip_string(text, at + 1)?;
    let colon = skip_space::<LINES>(text, quote + 1);
    if text.get(colon) != Some(&b':') {
        return unexpected(text, colon, Fault::Colon);
    }
    Ok((quote, is_escaped, skip_space::<LINES>(text, colon + 1)))
}

/// The byte behind an array or an object.
#[inline(never)]
fn skip_nested<const LINES: bool>(text: &[u8], start: usize, max_depth: u32) -> Syntax<usize> {
    // One bit for each that is open, the innermost lowest: set for objects.
    let mut kinds: u128 = 0;
    let mut depth = 0;
    let mut at = start;
    loop {
        match text.get(at) {
            Some(&opening @ (b'{' | b'[')) => {
                if depth == max_depth {
                    return fault(at, Fault::Depth);
                }
                depth += 1;
                let is_object = opening == b'{';
                kinds = (kinds << 1) | u128::from(is_object);
                at = skip_space::<LINES>(text, at + 1);
                let closing = if is_object { b'}' } else { b']' };
                if text.get(at) != Some(&closing) {
                    if is_object {
                        at = skip_key::<LINES>(text, at)?.2;
                    }
                    continue;
                }
            }
            _ => {
                at = skip_value::<LINES>(text, at, 0)?.1;
                at = skip_space::<LINES>(text, at);
            }
        }
        // Behind a value, or at the bracket that closes an empty one.
        loop {
            let is_object = kinds & 1 == 1;
            match text.get(at) {
                Some(b',') => {
                    at = skip_space::<LINES>(text, at + 1);
                    if is_object {
                        at = skip_key::<LINES>(text, at)?.2;
                    }
                    break;
                }
                Some(b'}') if is_object => {}
                Some(b']') if !is_object => {}
                _ => return unexpected(text, at, Fault::Comma),
            }
            at += 1;
            kinds >>= 1;
            depth -= 1;
            if depth == 0 {
                return Ok(at);
            }
            at = skip_space::<LINES>(text, at);
        }
    }
}

/// The items of an array that was accepted, appended to `items`.
pub(super) fn array_items(text: &[u8], start: usize, items: &mut Vec<Span>) -> Syntax<()> {
    let mut at = skip_space::<false>(text, start + 1);
    if text.get(at) == Some(&b']') {
        return Ok(());
    }
    loop {
        let (span, end) = skip_value::<false>(text, at, MAX_DEPTH)?;
        items.push(span);
        at = skip_space::<false>(text, end);
        match text.get(at) {
            Some(b',') => at = skip_space::<false>(text, at + 1),
            Some(b']') => return Ok(()),
            _ => return fault(at, Fault::Comma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_accepted(text: &[u8]) -> bool {
        let start = skip_space::<false>(text, 0);
        skip_value::<false>(text, start, MAX_DEPTH)
            .is_ok_and(|(_, end)| skip_space::<false>(text, end) == text.len())
    }

    /// What `serde_json` says; `None` of a number that no float holds, which is no question of grammar.
    fn twin(text: &[u8]) -> Option<bool> {
        match serde_json::from_slice::<serde_json::Value>(text) {
            Ok(_) => Some(true),
            Err(error) if error.to_string().contains("number out of range") => None,
            Err(_) => Some(false),
        }
    }

    fn check(text: &[u8]) {
        if std::str::from_utf8(text).is_err() {
            return;
        }
        if let Some(expected) = twin(text) {
            assert_eq!(is_accepted(text), expected, "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            " ",
            "1",
            "-",
            "-0",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e5",
            "1E+5",
            "1e-",
            "+1",
            "1 2",
            "12345678901234567890123",
            "0.12345678901234567890",
            "true",
            "tru",
            "truex",
            "null",
            "nul",
            "false",
            "\"\"",
            "\"a",
            "\"a\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"a\tb\"",
            "\"\u{7f}\"",
            "\"é\"",
            "\"12345678\\n12345678\"",
            "[]",
            "[ ]",
            "[1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "]",
            "{}",
            "{ }",
            "{\"a\":1}",
            "{\"a\" : 1 }",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[1,{\"b\":[]}]}",
            "[}",
            "{]",
            "[[]",
            "[[]]]",
            "\"01234567\"",
            "\"0123456\u{1}\"",
            "[\"\\\\\"]",
            "nan",
            "Infinity",
            "'a'",
            "[1]\n[2]",
            "\u{feff}1",
        ] {
            check(text.as_bytes());
        }
        for depth in [1, 126, 127, 128, 200] {
            check(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
            check(format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)).as_bytes());
        }
    }

    proptest! {
        #[test]
        fn soup_is_taken_as_the_twin_does(text in r#"[\[\]{},:" \\/0-9eE.+\-tfnua\n\u{1}]{0,24}"#) { check(text.as_bytes()); }

        #[test]
        fn pieces_are_taken_as_the_twin_does(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "{", "}", "[", "]", ",", ":", "\"a\"", "\"k\":", "1", "-2.5e3", "true", "null", " ", "\"\\u00e9\"", "\"x\\ny\"", "\n", "{\"a\":",
                    "[1,", "0", "\"",
                ]),
                0..14,
            ),
        ) {
            check(pieces.concat().as_bytes());
        }

        #[test]
        fn strings_say_what_the_twin_says(text in r#"("[a-zé]{0,12}|\\[nrtbf"\\/]|\\u00[0-9a-f]{2}|\\ud83d\\ude[0-9a-f]{2}){0,8}"#) {
            let quoted = format!("\"{}\"", text.replace('"', ""));
            if let Ok(expected) = serde_json::from_str::<String>(&quoted) {
                let mut out = Vec::new();
                unescape(&quoted.as_bytes()[1..quoted.len() - 1], &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
            }
        }
    }
}
