//! The beginning of a text: how its lines end, where its header is, where its records start.

use super::chunk::ChunkRules;
use super::header::{self, FirstRecord};
use super::records::Layout;
use super::{CsvError, CsvErrorKind, CsvOptions, Place, Result};
use crate::place::excerpt;
use lazuli_array::Name;
use std::io::Read;

/// Bytes read first, and eight times as many again until the header has ended.
const HEAD_BYTES: usize = 64 << 10;

/// What the beginning of a text says.
pub(super) struct Head {
    pub rules: ChunkRules,
    /// Where the first record of data starts.
    pub data_start: Place,
    bytes: Vec<u8>,
    /// The records of the header, or the first record of data, each behind so many bytes.
    records: Vec<(usize, FirstRecord)>,
    /// Bytes before the first line that counts.
    skipped: usize,
}

impl Head {
    /// Reads as much as the header needs.
    ///
    /// # Errors
    /// What reading runs into; a header longer than a record may be.
    pub(super) fn read(text: &mut dyn Read, options: &CsvOptions) -> Result<Self> {
        let mut bytes = Vec::new();
        let mut wanted = HEAD_BYTES;
        let num_records = if options.dialect.has_header { options.dialect.header_rows.max(1) } else { 1 };
        loop {
            let missing = wanted - bytes.len();
            let read = (&mut *text).take(missing as u64).read_to_end(&mut bytes)?;
            let ended = read < missing;
            let marks = options.dialect.marks(&bytes);
            let layout = Layout::new(&options.dialect, marks, 0, options.on_ragged);
            let rules = ChunkRules {
                layout,
                chunk_bytes: options.chunk_bytes,
                max_record_bytes: options.max_record_bytes.min(i32::MAX as usize),
            };
            let text_bytes = bytes.len();
            if ended && bytes.last().is_some_and(|&last| last != marks.newline) {
                bytes.push(marks.newline);
            }
            let skipped = header::skipped_bytes(&bytes, options.dialect.skip_lines, marks.newline);
            let records = skipped.map(|skipped| first_records(&bytes, skipped, num_records, &rules));
            let records = records.unwrap_or_default();
            if records.len() == num_records || ended {
                let skipped = skipped.unwrap_or(bytes.len());
                let header_end = match records.last() {
                    Some((before, last)) if options.dialect.has_header => before + last.end,
                    _ => skipped,
                };
                let header_end = header_end.min(text_bytes);
                let data_start = Place::START.behind(&bytes[..header_end], marks.newline);
                return Ok(Self { rules, data_start, bytes, records, skipped });
            }
            if bytes.len() > rules.max_record_bytes {
                let limit = rules.max_record_bytes;
                let kind = CsvErrorKind::RecordTooLong { limit, open_quote_line: None };
                return Err(CsvError::new(kind).at(Place::START));
            }
            wanted = 8 * bytes.len();
        }
    }

    /// The names of the columns: given, of the header, or numbers.
    ///
    /// # Errors
    /// A text without a record, a header that is no UTF-8, another number of names than the header has.
    pub(super) fn names(&self, options: &CsvOptions) -> Result<Vec<Name>> {
        let Some((_, first)) = self.records.first() else { return Err(self.nothing_there()) };
        let columns = self.records.iter().map(|(_, record)| record.fields.len()).max().unwrap_or(0);
        if let Some(names) = &options.column_names {
            if options.dialect.has_header && names.len() != columns {
                let (given, found) = (names.len(), columns);
                return Err(CsvError::new(CsvErrorKind::NumNames { given, found }));
            }
            return Ok(header::distinct(names.iter().map(ToString::to_string).collect()));
        }
        if !options.dialect.has_header {
            return Ok(match &options.schema {
                Some(schema) => schema.names().cloned().collect(),
                None => header::numbered_names(first.fields.len()),
            });
        }
        let marks = self.rules.layout.marks;
        let mut names = vec![String::new(); columns];
        for (before, record) in &self.records {
            let texts = header::texts(&self.bytes[*before..], &record.fields, marks).map_err(|field| {
                let kind = CsvErrorKind::InvalidUtf8 {
                    column: None,
                    text: excerpt(&self.bytes[before + field.start..before + field.end]),
                };
                CsvError::new(kind).at(self.place_of(before + field.start))
            })?;
            // Names of several rows are joined, empty ones left out.
            for (name, text) in names.iter_mut().zip(texts).filter(|(_, text)| !text.is_empty()) {
                if !name.is_empty() {
                    name.push('_');
                }
                name.push_str(&text);
            }
        }
        Ok(header::distinct(names))
    }

    /// Either nothing is there, or a quote opens and never closes.
    fn nothing_there(&self) -> CsvError {
        match self.rules.open_quote(&self.bytes[self.skipped..]) {
            Some(at) => CsvError::new(CsvErrorKind::UnclosedQuote).at(self.place_of(self.skipped + at)),
            None => CsvError::new(CsvErrorKind::Empty),
        }
    }

    fn place_of(&self, at: usize) -> Place {
        Place::START.behind(&self.bytes[..at], self.rules.layout.marks.newline)
    }
}

/// Up to so many records behind the first `skipped` bytes, fewer if `bytes` end before.
fn first_records(
    bytes: &[u8],
    skipped: usize,
    num_records: usize,
    rules: &ChunkRules,
) -> Vec<(usize, FirstRecord)> {
    let mut records = Vec::new();
    let mut before = skipped;
    while records.len() < num_records
        && let Some(record) = header::first_record(&bytes[before..], rules)
    {
        let end = record.end;
        records.push((before, record));
        before += end;
    }
    records
}
