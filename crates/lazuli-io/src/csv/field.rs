//! One field's text: quotes taken off, null texts recognised.

/// The text of a field that begins with a quote. Borrows from `raw` when nothing inside is doubled, else from `scratch`.
///
/// After the closing quote the rest of the field, if any, counts as it stands.
#[inline]
pub(super) fn unquote<'a>(raw: &'a [u8], quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    match inside_quotes(raw, quote) {
        Some(inner) => inner,
        None => undouble(raw, quote, scratch),
    }
}

/// What a field says: quotes off, escapes resolved.
pub(super) fn field_text<'a>(
    raw: &'a [u8],
    quote: Option<u8>,
    escape: Option<u8>,
    scratch: &'a mut Vec<u8>,
) -> &'a [u8] {
    match (raw.first(), escape) {
        (Some(_), Some(escape)) if memchr::memchr(escape, raw).is_some() => {
            unescape(raw, quote, escape, scratch)
        }
        (Some(&first), _) if Some(first) == quote => unquote(raw, first, scratch),
        _ => raw,
    }
}

/// A field that has escapes: the byte behind one counts as it stands.
#[inline(never)]
fn unescape<'a>(raw: &[u8], quote: Option<u8>, escape: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let mut is_quoted = quote.is_some_and(|quote| raw[0] == quote);
    let mut rest = if is_quoted { &raw[1..] } else { raw };
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == escape
            && let Some((&escaped, after)) = rest.split_first()
        {
            scratch.push(escaped);
            rest = after;
        } else if is_quoted && Some(byte) == quote {
            match rest.split_first() {
                Some((&next, after)) if next == byte => {
                    scratch.push(byte);
                    rest = after;
                }
                // Behind the closing quote the rest counts as it stands.
                _ => is_quoted = false,
            }
        } else {
            scratch.push(byte);
        }
    }
    scratch
}

/// What stands between the first and the last byte, if both are quotes and no other is.
#[inline]
pub(super) fn inside_quotes(raw: &[u8], quote: u8) -> Option<&[u8]> {
    debug_assert_eq!(raw.first(), Some(&quote));
    match raw {
        [_, inner @ .., last] if *last == quote && memchr::memchr(quote, inner).is_none() => Some(inner),
        _ => None,
    }
}

/// The general case of [`unquote`].
#[inline(never)]
pub(super) fn undouble<'a>(raw: &[u8], quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let mut rest = &raw[1..];
    while let Some(at) = memchr::memchr(quote, rest) {
        scratch.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.split_first() {
            Some((&next, after)) if next == quote => {
                scratch.push(quote);
                rest = after;
            }
            _ => break,
        }
    }
    scratch.extend_from_slice(rest);
    scratch
}

/// The texts that mean null.
#[derive(Clone, Debug, Default)]
pub(super) struct NullTexts(Vec<Box<[u8]>>);

impl NullTexts {
    pub(super) fn new(texts: &[String]) -> Self {
        Self(texts.iter().map(|text| text.as_bytes().into()).collect())
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.0.iter().any(|null| **null == *text)
    }
}

/// The texts that mean null, by column.
#[derive(Clone, Debug)]
pub(super) struct ColumnNulls {
    everywhere: NullTexts,
    /// Those of columns that have some of their own, the others included; sorted by column.
    own: Vec<(usize, NullTexts)>,
}

impl ColumnNulls {
    /// `everywhere`, and more texts for some columns.
    pub(super) fn new(everywhere: &[String], own: Vec<(usize, &[String])>) -> Self {
        let mut own: Vec<_> = own
            .into_iter()
            .map(|(column, texts)| (column, NullTexts::new(&[everywhere, texts].concat())))
            .collect();
        own.sort_by_key(|(column, _)| *column);
        Self { everywhere: NullTexts::new(everywhere), own }
    }

    /// The same for other positions: at each the column it stands for, if any.
    pub(super) fn at(&self, columns: &[Option<usize>]) -> Self {
        let own = columns.iter().enumerate().filter_map(|(position, column)| {
            let at = self.own.binary_search_by_key(&(*column)?, |(column, _)| *column).ok()?;
            Some((position, self.own[at].1.clone()))
        });
        Self { everywhere: self.everywhere.clone(), own: own.collect() }
    }

    /// The texts that mean null in a column.
    pub(super) fn of(&self, column: usize) -> &NullTexts {
        match self.own.binary_search_by_key(&column, |(column, _)| *column) {
            Ok(at) => &self.own[at].1,
            Err(_) => &self.everywhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_come_off() {
        for (raw, text) in [
            ("\"\"", ""),
            ("\"a\"", "a"),
            ("\"a\"\"b\"", "a\"b"),
            ("\"\"\"\"", "\""),
            ("\"\"\"a\"\"\"", "\"a\""),
            ("\"a\"b", "ab"),
            ("\"a\"b\"c\"", "ab\"c\""),
            ("\"a\" ", "a "),
            ("\"a\"\"", "a\""),
            ("\"a", "a"),
            ("\"", ""),
        ] {
            assert_eq!(unquote(raw.as_bytes(), b'"', &mut Vec::new()), text.as_bytes(), "{raw}");
        }
    }

    #[test]
    fn escapes_are_resolved() {
        for (raw, text) in [
            ("a\\,b", "a,b"),
            ("\"a\\\"b\"", "a\"b"),
            ("\"a\"\"b\\\\\"", "a\"b\\"),
            ("\\\"a\"", "\"a\""),
            ("\"a\" \\\"b\"", "a \"b\""),
            ("\\N", "N"),
            ("plain", "plain"),
        ] {
            let mut scratch = Vec::new();
            let found = field_text(raw.as_bytes(), Some(b'"'), Some(b'\\'), &mut scratch);
            assert_eq!(found, text.as_bytes(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn as_the_csv_crate_has_it(raw in "\"[a\"]{0,12}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(raw.as_bytes());
            let record = reader.byte_records().next().expect("one record").expect("memory does not fail");
            let mut scratch = Vec::new();
            prop_assert_eq!(unquote(raw.as_bytes(), b'"', &mut scratch), &record[0]);
        }
    }
}
