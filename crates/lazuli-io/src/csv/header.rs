//! The head of a text: what to skip, the first record, the names of columns.

use super::chunk::ChunkRules;
use super::field::field_text;
use lazuli_array::Name;
use lazuli_kernels::text::{self, Marks};
use std::collections::HashSet;
use std::ops::Range;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes before the first line that counts: the byte order mark and the lines to skip. `None`: they do not end in
/// `head`.
pub(super) fn skipped_bytes(head: &[u8], skip_lines: usize, newline: u8) -> Option<usize> {
    let mut skipped = if head.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
    for _ in 0..skip_lines {
        skipped += memchr::memchr(newline, &head[skipped..])? + 1;
    }
    Some(skipped)
}

/// The first record that is neither blank nor a comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FirstRecord {
    /// Its fields, without the line end.
    pub fields: Vec<Range<usize>>,
    /// Where the next record starts.
    pub end: usize,
}

/// Looks for the first record in `bytes`, which end with a line end if the text ends there. `None`: it does not end in
/// `bytes`.
pub(super) fn first_record(bytes: &[u8], rules: &ChunkRules) -> Option<FirstRecord> {
    let layout = &rules.layout;
    // Most headers are short: look at a little first.
    let mut looked_at = 1 << 10;
    loop {
        let prefix = &bytes[..bytes.len().min(looked_at)];
        let mut ends = Vec::new();
        text::index_by_byte(prefix, layout.marks, layout.comment.as_deref(), &mut ends);
        let mut record_start = 0;
        let mut field_start = 0;
        let mut fields = Vec::new();
        for end in ends {
            let end = end as usize;
            fields.push(field_start..end);
            field_start = end + 1;
            if prefix[end] != layout.marks.newline {
                continue;
            }
            if let Some(last) = fields.last_mut() {
                let has_cr = layout.marks.newline == b'\n' && prefix[last.clone()].ends_with(b"\r");
                last.end -= usize::from(has_cr);
            }
            let is_comment =
                layout.comment.as_ref().is_some_and(|prefix| bytes[record_start..].starts_with(prefix));
            let is_blank = fields.len() == 1 && fields[0].is_empty();
            if !is_comment && !is_blank {
                return Some(FirstRecord { fields, end: field_start });
            }
            record_start = field_start;
            fields.clear();
        }
        if prefix.len() == bytes.len() {
            return None;
        }
        looked_at *= 8;
    }
}

/// The texts of a header's fields.
///
/// # Errors
/// The first field that is not UTF-8.
pub(super) fn texts(
    bytes: &[u8],
    fields: &[Range<usize>],
    marks: Marks,
) -> Result<Vec<String>, Range<usize>> {
    let mut names = Vec::with_capacity(fields.len());
    let mut scratch = Vec::new();
    for field in fields {
        let text = field_text(&bytes[field.clone()], marks.quote, marks.escape, &mut scratch);
        let text = std::str::from_utf8(text).map_err(|_| field.clone())?;
        names.push(text.to_owned());
    }
    Ok(names)
}

/// Names for a text without header.
pub(super) fn numbered_names(columns: usize) -> Vec<Name> {
    (0..columns).map(|column| format!("column_{column}").into()).collect()
}

/// Names made distinct: `a`, `a_duplicated_0`, `a_duplicated_1`.
pub(super) fn distinct(names: Vec<String>) -> Vec<Name> {
    let written: HashSet<String> = names.iter().cloned().collect();
    let mut used: HashSet<String> = HashSet::with_capacity(names.len());
    let mut counts: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    names
        .into_iter()
        .map(|name| {
            if used.insert(name.clone()) {
                return name.into();
            }
            // A made name must not take one that the file itself has.
            let count = counts.entry(name.clone()).or_insert(0);
            loop {
                let made = format!("{name}_duplicated_{count}");
                *count += 1;
                if !written.contains(&made) && used.insert(made.clone()) {
                    return made.into();
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_distinct() {
        let names = |text: &str| distinct(text.split(',').map(Into::into).collect()).join(",");
        for (header, expected) in [
            ("a,b", "a,b"),
            ("a,a,a", "a,a_duplicated_0,a_duplicated_1"),
            ("a,a,a_duplicated_0", "a,a_duplicated_1,a_duplicated_0"),
            ("a,,", "a,,_duplicated_0"),
        ] {
            assert_eq!(names(header), expected);
        }
    }

    #[test]
    fn lines_are_skipped_after_the_mark() {
        assert_eq!(skipped_bytes(b"\xEF\xBB\xBFa\nb\n", 1, b'\n'), Some(5));
        assert_eq!(skipped_bytes(b"a\nb", 2, b'\n'), None);
    }
}
