//! The full grammar of delimited text, a byte at a time: the slow, obvious twin of the block kernels, and the way
//! through texts whose quotes stand in odd places or that have comment lines.
//!
//! The grammar is that of the `csv` crate: a quote opens only as the first byte of a field; inside, a doubled quote is a
//! quote; after the closing quote the field goes on as an unquoted one; elsewhere a quote is an ordinary byte.

use super::{IndexSummary, Marks, RecordScan};

/// Where in the grammar the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Unquoted,
    Quoted,
    QuoteInQuoted,
    Comment,
    EscapedInQuoted,
    Escaped,
}

impl State {
    /// The state after `byte`, and whether `byte` ends a field or record.
    fn step(self, byte: u8, marks: Marks) -> (State, bool) {
        match self {
            State::EscapedInQuoted => (State::Quoted, false),
            State::Escaped => (State::Unquoted, false),
            State::Quoted if Some(byte) == marks.escape => (State::EscapedInQuoted, false),
            State::Quoted => {
                (if Some(byte) == marks.quote { State::QuoteInQuoted } else { State::Quoted }, false)
            }
            State::Comment if byte == marks.newline => (State::RecordStart, true),
            State::Comment => (State::Comment, false),
            _ if Some(byte) == marks.escape => (State::Escaped, false),
            _ if byte == marks.newline => (State::RecordStart, true),
            _ if byte == marks.separator => (State::FieldStart, true),
            State::RecordStart | State::FieldStart | State::QuoteInQuoted if Some(byte) == marks.quote => {
                (State::Quoted, false)
            }
            _ => (State::Unquoted, false),
        }
    }

    /// A quote has opened and not closed.
    fn is_quoted(self) -> bool {
        matches!(self, State::Quoted | State::EscapedInQuoted)
    }

    /// A record that begins with the comment prefix is a comment up to the line's end, quotes or not.
    fn enter(self, rest: &[u8], comment: Option<&[u8]>) -> State {
        match comment {
            Some(prefix) if self == State::RecordStart && rest.starts_with(prefix) => State::Comment,
            _ => self,
        }
    }
}

/// As [`index`](super::index), for any text. A comment line counts as a record of one field.
pub fn index_by_byte(
    text: &[u8],
    marks: Marks,
    comment: Option<&[u8]>,
    positions: &mut Vec<u32>,
) -> IndexSummary {
    assert!(u32::try_from(text.len()).is_ok(), "positions are 32-bit");
    let mut state = State::RecordStart;
    let mut records = 0;
    for (i, &byte) in text.iter().enumerate() {
        let (next, ends) = state.enter(&text[i..], comment).step(byte, marks);
        if ends {
            positions.push(i as u32);
            records += usize::from(byte == marks.newline);
        }
        state = next;
    }
    IndexSummary { records, lawful: true, open: state.is_quoted() }
}

/// As [`scan_records`](super::scan_records), for any text.
pub fn scan_records_by_byte(text: &[u8], marks: Marks, comment: Option<&[u8]>) -> RecordScan {
    let mut state = State::RecordStart;
    let mut scan = RecordScan { complete_bytes: 0, lines: 0, quotes: false, lawful: true, open: false };
    let mut lines = 0;
    for (i, &byte) in text.iter().enumerate() {
        let (next, ends) = state.enter(&text[i..], comment).step(byte, marks);
        lines += u64::from(byte == marks.newline);
        scan.quotes |= Some(byte) == marks.quote;
        if ends && byte == marks.newline {
            (scan.complete_bytes, scan.lines) = (i + 1, lines);
        }
        state = next;
    }
    scan.open = state.is_quoted();
    scan
}

/// Where the quote opens that has not closed at the end of `text`; `None` if the text does not end inside quotes.
///
/// ```
/// use lazuli_kernels::text::{Marks, open_quote};
/// let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };
/// assert_eq!(open_quote(b"a,\"b\"\"c\n", marks, None), Some(2));
/// ```
pub fn open_quote(text: &[u8], marks: Marks, comment: Option<&[u8]>) -> Option<usize> {
    let mut state = State::RecordStart;
    let mut opened = 0;
    for (i, &byte) in text.iter().enumerate() {
        let entered = state.enter(&text[i..], comment);
        let (next, _) = entered.step(byte, marks);
        if next == State::Quoted && matches!(entered, State::RecordStart | State::FieldStart) {
            opened = i;
        }
        state = next;
    }
    state.is_quoted().then_some(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_of_the_csv_crate() {
        let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };
        for (text, expected) in [
            ("a\"b,c\"d\n", &[3, 7][..]),
            ("\"a\"b\",c\n", &[5, 7]),
            ("\"a\"\"b,\",c\n", &[7, 9]),
            (" \"a,b\"\n", &[3, 6]),
            ("#x,\"y\n1,2\n", &[5, 7, 9]),
            ("1,#\"\n", &[1, 4]),
        ] {
            let mut positions = Vec::new();
            index_by_byte(text.as_bytes(), marks, Some(b"#"), &mut positions);
            assert_eq!(positions, expected, "{text:?}");
        }
    }

    #[test]
    fn an_escape_hides_what_follows() {
        let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: Some(b'\\') };
        for (text, expected, open) in [
            ("a\\,b,c\n", &[4, 6][..], false),
            ("\"a\\\",\",c\n", &[6, 8], false),
            ("a\\\nb\n", &[4], false),
            ("\"a\\\\\",c\n", &[5, 7], false),
            ("\\\"a,b\n", &[3, 5], false),
            ("\"a\\\"\n", &[], true),
        ] {
            let mut positions = Vec::new();
            let summary = index_by_byte(text.as_bytes(), marks, None, &mut positions);
            assert_eq!((positions.as_slice(), summary.open), (expected, open), "{text:?}");
            assert_eq!(scan_records_by_byte(text.as_bytes(), marks, None).open, open, "{text:?}");
        }
    }

    #[test]
    fn open_means_inside_quotes() {
        let marks = Marks { separator: b',', quote: Some(b'"'), newline: b'\n', escape: None };
        for (text, open) in [("\"a", true), ("\"a\"", false), ("\"a\"\"", true), ("a\"", false), ("", false)]
        {
            assert_eq!(scan_records_by_byte(text.as_bytes(), marks, None).open, open, "{text:?}");
        }
    }
}
