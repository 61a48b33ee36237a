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
