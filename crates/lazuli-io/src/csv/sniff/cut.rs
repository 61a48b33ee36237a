//! One way to cut a text into records and fields, and how well it fits.

use super::super::field::field_text;
use super::super::infer::Candidates;
use super::Finding;
use lazuli_array::DataType;
use lazuli_kernels::text::{self, Marks};
use std::collections::HashSet;
use std::ops::Range;

/// Separators that are tried, and how much is thought of them before anything is seen.
const SEPARATORS: [(u8, f64); 6] =
    [(b',', 1.0), (b';', 1.0), (b'\t', 1.0), (b'|', 0.98), (b':', 0.7), (b' ', 0.5)];

/// Lines before the header that may be no records.
const MOST_SKIPPED: usize = 20;

/// A way to cut a text.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub marks: Marks,
    pub comment: Option<&'static str>,
    /// Lines before the first record.
    pub skip_lines: usize,
    /// Whether the first record is a header, and why.
    pub header: (bool, String),
    /// Fields of most records.
    columns: usize,
    /// Records in all, and those that have so many fields.
    records: (usize, usize),
    /// Part of the fields that are numbers, dates, times or booleans, or empty.
    typed: f64,
    /// A field is in quotes.
    any_quoted: bool,
    score: f64,
}

/// The best way to cut `text`; `None` if there is no record.
pub(super) fn best_cut(text: &[u8], newline: u8, is_whole: bool) -> Option<Cut> {
    let has = |bytes: &[u8]| memchr::memmem::find(text, bytes).is_some();
    let starts_line = |byte: u8| text.first() == Some(&byte) || has(&[newline, byte]);
    let mut quotes = vec![Some(b'"')];
    if has(b"'") {
        quotes.push(Some(b'\''));
    }
    if has(b"\"") {
        quotes.push(None);
    }
    let comments: &[Option<&'static str>] = if starts_line(b'#') { &[None, Some("#")] } else { &[None] };
    let mut best: Option<Cut> = None;
    for &quote in &quotes {
        let escapes: &[Option<u8>] = match quote {
            Some(quote) if has(&[b'\\', quote]) => &[None, Some(b'\\')],
            _ => &[None],
        };
        for &escape in escapes {
            for &comment in comments {
                for (separator, trust) in SEPARATORS {
                    let marks = Marks { separator, quote, newline, escape };
                    let Some(mut cut) = try_cut(text, marks, comment, is_whole) else { continue };
                    // Other than usual only where it fits better; quotes that no field has fit nothing. An escape is
                    // tried where it stands before quotes: if the records agree as well with it, it is meant.
                    let is_usual = quote == Some(b'"') && comment.is_none();
                    let is_idle = quote == Some(b'\'') && !cut.any_quoted;
                    cut.score *= trust * if is_usual { 1.0 } else { 0.97 };
                    cut.score *= if is_idle { 0.5 } else { 1.0 };
                    cut.score *= if escape.is_some() { 1.01 } else { 1.0 };
                    if best.as_ref().is_none_or(|best| cut.score > best.score) {
                        best = Some(cut);
                    }
                }
            }
        }
    }
    best
}

/// Records of a text, as ranges of fields.
fn records(
    text: &[u8],
    marks: Marks,
    comment: Option<&str>,
    is_whole: bool,
) -> Option<Vec<Vec<Range<usize>>>> {
    let mut text = text.to_vec();
    if is_whole && text.last().is_some_and(|&last| last != marks.newline) {
        text.push(marks.newline);
    }
    let mut ends = Vec::new();
    let summary = text::index_by_byte(&text, marks, comment.map(str::as_bytes), &mut ends);
    // A quote that never closes: the wrong quote, or none at all.
    if summary.open && is_whole {
        return None;
    }
    let mut records = Vec::new();
    let mut fields = Vec::new();
    let mut start = 0;
    for end in ends {
        let end = end as usize;
        fields.push(start..end);
        start = end + 1;
        if text[end] == marks.newline {
            if let Some(last) = fields.last_mut()
                && marks.newline == b'\n'
                && text[last.clone()].ends_with(b"\r")
            {
                last.end -= 1;
            }
            records.push(std::mem::take(&mut fields));
        }
    }
    Some(records)
}

fn try_cut(bytes: &[u8], marks: Marks, comment: Option<&'static str>, is_whole: bool) -> Option<Cut> {
    let all = records(bytes, marks, comment, is_whole)?;
    let is_comment = |record: &[Range<usize>]| {
        comment.is_some_and(|prefix| bytes[record[0].start..].starts_with(prefix.as_bytes()))
    };
    let is_blank = |record: &[Range<usize>]| record.len() == 1 && record[0].is_empty();
    let kept: Vec<&Vec<Range<usize>>> =
        all.iter().filter(|record| !is_blank(record) && !is_comment(record)).collect();
    let columns = most_frequent(kept.iter().map(|record| record.len()))?;
    // Lines before the first record of the usual length, if they are few and all shorter.
    let first = kept.iter().position(|record| record.len() == columns)?;
    let is_preamble = first <= MOST_SKIPPED && kept[..first].iter().all(|record| record.len() < columns);
    let (kept, skip_lines) = match is_preamble && first > 0 {
        true => {
            let before = &bytes[..kept[first][0].start];
            (&kept[first..], memchr::memchr_iter(marks.newline, before).count())
        }
        false => (&kept[..], 0),
    };
    let agreeing: Vec<&Vec<Range<usize>>> =
        kept.iter().copied().filter(|record| record.len() == columns).collect();
    let mut scratch = Vec::new();
    let mut text_of = |field: &Range<usize>| {
        let raw = bytes.get(field.clone()).unwrap_or(&[]);
        String::from_utf8_lossy(field_text(raw, marks.quote, marks.escape, &mut scratch)).into_owned()
    };
    let texts: Vec<Vec<String>> =
        agreeing.iter().map(|record| record.iter().map(&mut text_of).collect()).collect();
    let body = if texts.len() > 1 { &texts[1..] } else { &texts[..] };
    let cells = body.len() * columns;
    let typed = body.iter().flatten().filter(|text| text.is_empty() || is_typed(text)).count();
    let typed = typed as f64 / cells.max(1) as f64;
    let agreement = agreeing.len() as f64 / (kept.len() + skip_lines) as f64;
    let any_quoted = agreeing.iter().any(|record| {
        record.iter().any(|field| {
            let raw = bytes.get(field.clone()).unwrap_or(&[]);
            raw.len() > 1 && raw.first().copied() == marks.quote && raw.last().copied() == marks.quote
        })
    });
    // One column is what every text has under a separator that is not there.
    let width = if columns > 1 { 1.0 } else { 0.3 };
    let score = width * agreement * agreement * (0.5 + typed);
    let header = header(&texts);
    let records = (kept.len(), agreeing.len());
    Some(Cut { marks, comment, skip_lines, header, columns, records, typed, any_quoted, score })
}

/// The most frequent number, the greatest of several.
fn most_frequent(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match counts.iter_mut().find(|(known, _)| *known == number) {
            Some((_, count)) => *count += 1,
            None => counts.push((number, 1)),
        }
    }
    counts.into_iter().max_by_key(|&(number, count)| (count, number)).map(|(number, _)| number)
}

fn type_of<'a>(texts: impl Iterator<Item = &'a String>) -> DataType {
    let mut candidates = Candidates::NEW;
    texts.filter(|text| !text.is_empty()).for_each(|text| candidates.observe(text.as_bytes()));
    candidates.data_type()
}

fn is_typed(text: &String) -> bool {
    type_of(std::iter::once(text)) != DataType::String
}

/// Whether the first record names the columns, and why.
fn header(texts: &[Vec<String>]) -> (bool, String) {
    let Some((first, body)) = texts.split_first() else {
        return (true, "there is nothing to tell by".into());
    };
    if let Some(cell) = first.iter().find(|cell| is_typed(cell)) {
        return (false, format!("the first record has a value, {cell:?}"));
    }
    if body.is_empty() {
        return (true, "it is the only record, and has no value".into());
    }
    let columns = first.len();
    for (column, name) in first.iter().enumerate() {
        let data_type = type_of(body.iter().filter_map(|record| record.get(column)));
        if data_type != DataType::String {
            return (true, format!("{name:?} is no {data_type}, and the texts below it are"));
        }
    }
    let distinct: HashSet<&String> = first.iter().collect();
    if distinct.len() < columns {
        return (false, "the texts of the first record repeat".into());
    }
    for (column, name) in first.iter().enumerate() {
        if !name.is_empty() && body.iter().any(|record| record.get(column) == Some(name)) {
            return (false, format!("{name:?} stands in the first record and below it"));
        }
    }
    (true, "the texts of the first record differ from each other and from those below; a guess".into())
}

impl Cut {
    /// What is told of the cut.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let (records, agreeing) = self.records;
        let mut findings = Vec::new();
        let mut add =
            |aspect, value: String, reason: String| findings.push(Finding { aspect, value, reason });
        let letter = |byte: u8| format!("{:?}", char::from(byte));
        if self.columns > 1 {
            let (columns, typed) = (self.columns, (self.typed * 100.0).round());
            let reason = format!(
                "{agreeing} of {records} records have {columns} fields; {typed}% of them are values or empty"
            );
            add("separator", letter(self.marks.separator), reason);
        } else {
            add("separator", letter(self.marks.separator), "no separator gives more than one column".into());
        }
        match self.marks.quote {
            Some(quote) if self.any_quoted => {
                add("quote", letter(quote), "fields begin and end with it".into());
            }
            Some(_) => add("quote", letter(b'"'), "the usual one; no field has any".into()),
            None => add("quote", "none".into(), "with quotes the text does not come out even".into()),
        }
        if let Some(escape) = self.marks.escape {
            add("escape", letter(escape), "it stands before quotes".into());
        }
        if let Some(comment) = self.comment {
            add("comment", comment.into(), "lines begin with it that are no records".into());
        }
        if self.skip_lines > 0 {
            let reason = format!("lines before the first record of {} fields", self.columns);
            add("skipped lines", self.skip_lines.to_string(), reason);
        }
        add("header", if self.header.0 { "yes" } else { "no" }.into(), self.header.1.clone());
        if agreeing < records {
            let reason = "set aside, pad or cut them: on_ragged".into();
            add("ragged records", format!("{} of {records} seen", records - agreeing), reason);
        }
        findings
    }
}
