//! A text cut at record ends: the serial part of a scan.
//!
//! Reads about `chunk_bytes`, looks for the last record end (one pass over masks, some 0.1 ms per MiB) and keeps what
//! lies behind it for the next chunk. Everything else happens outside, chunk by chunk. A source can be any `Read`: files
//! here, pipes and decompressors alike.

use super::records::Layout;
use super::{CsvError, CsvErrorKind, Place, Result};
use lazuli_kernels::text::{self, RecordScan};
use std::io::Read;

/// Whole records, in order, and where they come from.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Starts at a record's start, ends with a line end outside quotes.
    pub bytes: Vec<u8>,
    /// Place of the chunk among all, from 0, without gaps.
    pub sequence: u64,
    /// Place of the first byte in the file.
    pub start: Place,
    /// Quotes stand where the grammar wants them.
    pub lawful: bool,
}

impl Chunk {
    /// The place in the file of a byte of this chunk.
    pub(super) fn place_of(&self, at: usize, newline: u8) -> Place {
        self.start.behind(&self.bytes[..at], newline)
    }
}

/// How to cut.
#[derive(Clone, Debug)]
pub(super) struct ChunkRules {
    pub layout: Layout,
    pub chunk_bytes: usize,
    pub max_record_bytes: usize,
}

impl ChunkRules {
    /// Where the last record of `bytes`, which start at a record's start, ends.
    pub(super) fn scan(&self, bytes: &[u8]) -> RecordScan {
        let marks = self.layout.marks;
        if self.layout.comment.is_none() && marks.escape.is_none() {
            let scan = text::scan_records(bytes, marks);
            if scan.lawful {
                return scan;
            }
        }
        RecordScan {
            lawful: false,
            ..text::scan_records_by_byte(bytes, marks, self.layout.comment.as_deref())
        }
    }

    /// Where the first record of `bytes` ends; `lawful` as [`ChunkRules::scan`] found it.
    pub(super) fn first_record_end(&self, bytes: &[u8], lawful: bool) -> Option<usize> {
        let marks = self.layout.marks;
        let mut ends = Vec::new();
        if lawful {
            text::index(bytes, marks, &mut ends);
        } else {
            text::index_by_byte(bytes, marks, self.layout.comment.as_deref(), &mut ends);
        }
        ends.into_iter().map(|end| end as usize).find(|&end| bytes[end] == marks.newline).map(|end| end + 1)
    }

    /// Where the quote opens that does not close within `bytes`.
    pub(super) fn open_quote(&self, bytes: &[u8]) -> Option<usize> {
        text::open_quote(bytes, self.layout.marks, self.layout.comment.as_deref())
    }
}

/// Cuts a source into chunks.
#[derive(Debug)]
pub(super) struct ChunkReader<R> {
    source: R,
    rules: ChunkRules,
    /// Bytes behind the last record end.
    rest: Vec<u8>,
    /// Place of the first byte of `rest`.
    next: Place,
    sequence: u64,
    source_ended: bool,
    /// Bytes that the source had at first.
    expected_bytes: u64,
}

impl<R: Read> ChunkReader<R> {
    /// `source` stands at a record's start, `start` is its place, `expected_bytes` the size of the whole file.
    pub(super) fn new(source: R, rules: ChunkRules, start: Place, expected_bytes: u64) -> Self {
        Self {
            source,
            rules,
            rest: Vec::new(),
            next: start,
            sequence: 0,
            source_ended: false,
            expected_bytes,
        }
    }

    /// Chunks are numbered from here on.
    pub(super) fn counted_from(self, sequence: u64) -> Self {
        Self { sequence, ..self }
    }

    /// The number of the next chunk.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The next chunk, in `buffer`'s memory; `None` at the end. After an error there is no more.
    pub(super) fn next_chunk(&mut self, buffer: Vec<u8>) -> Result<Option<Chunk>> {
        let sequence = self.sequence;
        let chunk = self.cut_next(buffer);
        if chunk.is_err() {
            self.source_ended = true;
            self.rest.clear();
        }
        chunk.map_err(|error| error.in_chunk(sequence))
    }

    fn cut_next(&mut self, mut bytes: Vec<u8>) -> Result<Option<Chunk>> {
        bytes.clear();
        bytes.append(&mut self.rest);
        let mut wanted = bytes.len() + self.rules.chunk_bytes.max(1);
        let scan = loop {
            self.fill(&mut bytes, wanted)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let scan = self.rules.scan(&bytes);
            if scan.complete_bytes > 0 {
                break scan;
            }
            if self.source_ended {
                break self.close_last_record(&mut bytes, scan)?;
            }
            if bytes.len() > self.rules.max_record_bytes {
                return Err(self.too_long(&bytes));
            }
            wanted = (2 * bytes.len()).min(self.rules.max_record_bytes + 1);
        };
        self.rest.extend_from_slice(&bytes[scan.complete_bytes..]);
        bytes.truncate(scan.complete_bytes);
        let chunk = Chunk { start: self.next, sequence: self.sequence, lawful: scan.lawful, bytes };
        self.next =
            Place { line: self.next.line + scan.lines, byte: self.next.byte + scan.complete_bytes as u64 };
        self.sequence += 1;
        Ok(Some(chunk))
    }

    /// Reads until there are `wanted` bytes or the source ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<()> {
        if self.source_ended || bytes.len() >= wanted {
            return Ok(());
        }
        let missing = (wanted - bytes.len()) as u64;
        let read = (&mut self.source).take(missing).read_to_end(bytes)? as u64;
        if read < missing {
            self.source_ended = true;
            let found = self.next.byte + bytes.len() as u64;
            if found < self.expected_bytes {
                return Err(CsvError::new(CsvErrorKind::Shrunk { expected: self.expected_bytes, found }));
            }
        }
        Ok(())
    }

    /// The last record, which has no line end of its own.
    fn close_last_record(&mut self, bytes: &mut Vec<u8>, scan: RecordScan) -> Result<RecordScan> {
        let newline = self.rules.layout.marks.newline;
        if scan.open {
            let at = self.rules.open_quote(bytes).unwrap_or(0);
            return Err(
                CsvError::new(CsvErrorKind::UnclosedQuote).at(self.next.behind(&bytes[..at], newline))
            );
        }
        bytes.push(newline);
        if self.rules.layout.marks.escape.is_some() && self.rules.scan(bytes).complete_bytes < bytes.len() {
            let at = bytes.len() - 2;
            let place = self.next.behind(&bytes[..at], newline);
            return Err(CsvError::new(CsvErrorKind::DanglingEscape).at(place));
        }
        let lines = memchr::memchr_iter(newline, bytes).count() as u64;
        Ok(RecordScan { complete_bytes: bytes.len(), lines, ..scan })
    }

    fn too_long(&self, bytes: &[u8]) -> CsvError {
        let newline = self.rules.layout.marks.newline;
        let open_quote_line =
            self.rules.open_quote(bytes).map(|at| self.next.behind(&bytes[..at], newline).line);
        CsvError::new(CsvErrorKind::RecordTooLong { limit: self.rules.max_record_bytes, open_quote_line })
            .at(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, OnRagged};
    use super::*;

    fn chunks(text: &str, chunk_bytes: usize, max_record_bytes: usize) -> Vec<Result<(String, Place)>> {
        let dialect = Dialect::default();
        let layout = Layout::new(&dialect, dialect.marks(text.as_bytes()), 1, OnRagged::Fail);
        let rules = ChunkRules { layout, chunk_bytes, max_record_bytes };
        let mut reader =
            ChunkReader::new(text.as_bytes(), rules, Place { line: 1, byte: 0 }, text.len() as u64);
        std::iter::from_fn(|| reader.next_chunk(Vec::new()).transpose())
            .map(|chunk| chunk.map(|chunk| (String::from_utf8(chunk.bytes).expect("UTF-8"), chunk.start)))
            .collect()
    }

    #[test]
    fn chunks_are_whole_records_with_their_places() {
        for (chunk_bytes, expected) in [
            (1, vec![("a\n", 1, 0), ("\"b\n\nc\"\n", 2, 2), ("d\n", 5, 9)]),
            (4, vec![("a\n", 1, 0), ("\"b\n\nc\"\n", 2, 2), ("d\n", 5, 9)]),
            (100, vec![("a\n\"b\n\nc\"\n", 1, 0), ("d\n", 5, 9)]),
        ] {
            let found: Vec<(String, Place)> = chunks("a\n\"b\n\nc\"\nd", chunk_bytes, 100)
                .into_iter()
                .collect::<Result<_>>()
                .expect("fine");
            let found: Vec<_> =
                found.iter().map(|(text, place)| (text.as_str(), place.line, place.byte)).collect();
            assert_eq!(found, expected, "{chunk_bytes}");
        }
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        for chunk_bytes in [1, 3, 100] {
            let mut found = chunks("a\n\"b\"\nc,\"d\n\n", chunk_bytes, 100);
            let error = found.pop().expect("something").expect_err("the quote does not close");
            assert!(matches!(error.kind(), CsvErrorKind::UnclosedQuote));
            assert_eq!(error.place(), Some(Place { line: 3, byte: 8 }));
            assert!(found.iter().all(Result::is_ok));
            assert_eq!(error.sequence(), Some(found.len() as u64));
        }
    }

    #[test]
    fn a_record_has_a_longest_length() {
        let mut found = chunks("a\n\"b\ncccccccccccccccc\"\nd\n", 2, 10);
        let error = found.pop().expect("something").expect_err("too long");
        assert!(matches!(error.kind(), CsvErrorKind::RecordTooLong { limit: 10, open_quote_line: Some(2) }));
        assert_eq!(error.place(), Some(Place { line: 2, byte: 2 }));
    }
}
