//! A chunk to records: where each is, where its wanted values are, and what is wrong with those that are none.

use super::chunk::Chunk;
use super::keys::Keys;
use super::syntax::{Fault, MAX_DEPTH, Span, Syntax, fault, skip_space, skip_value};
use crate::place::first_bad_byte;

/// Positions of one chunk, in memory that the next can use again.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// Start and end of each record that is well-formed.
    lines: Vec<(u32, u32)>,
    /// Of each of these, a value for each wanted column.
    spans: Vec<Span>,
}

impl Positions {
    pub(super) fn capacity_bytes(&self) -> usize {
        size_of::<Span>() * (self.spans.capacity() + self.lines.capacity())
    }
}

/// What is wrong with a record as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Syntax(Fault),
    InvalidUtf8,
}

/// A record that is malformed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Malformed {
    pub start: usize,
    pub end: usize,
    /// Well-formed records before it.
    pub row: usize,
    /// The byte at fault.
    pub at: usize,
    pub flaw: Flaw,
}

/// The records of a chunk.
pub(super) struct Records<'a> {
    pub bytes: &'a [u8],
    lines: &'a [(u32, u32)],
    spans: &'a [Span],
    width: usize,
    pub malformed: Vec<Malformed>,
}

impl<'a> Records<'a> {
    /// Walks the records of a chunk; `width` values are wanted of each. Stops at the first that is malformed, unless
    /// `all` are wanted.
    pub(super) fn cut(
        chunk: &'a Chunk,
        keys: &mut Keys,
        width: usize,
        all: bool,
        positions: &'a mut Positions,
    ) -> Self {
        positions.lines.clear();
        positions.spans.clear();
        let mut cut = Cut {
            bytes: &chunk.bytes,
            is_text: first_bad_byte(&chunk.bytes).is_none(),
            width,
            all,
            positions,
            malformed: Vec::new(),
        };
        match &chunk.items {
            None => cut.lines(keys),
            Some(items) => cut.items(items, keys),
        }
        let malformed = cut.malformed;
        Self { bytes: &chunk.bytes, lines: &positions.lines, spans: &positions.spans, width, malformed }
    }

    /// Number of records that are well-formed.
    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn start_of(&self, row: usize) -> usize {
        self.lines[row].0 as usize
    }

    pub(super) fn text_of(&self, row: usize) -> &'a [u8] {
        let (start, end) = self.lines[row];
        &self.bytes[start as usize..end as usize]
    }

    /// The values of one wanted column.
    pub(super) fn column(&self, slot: usize) -> Values<'a> {
        Values { text: self.bytes, spans: self.spans, width: self.width, slot }
    }
}

/// Values of one column: every so many spans one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    pub text: &'a [u8],
    pub spans: &'a [Span],
    pub width: usize,
    pub slot: usize,
}

impl Values<'_> {
    #[inline(always)]
    pub(super) fn span(&self, row: usize) -> Span {
        self.spans[row * self.width + self.slot]
    }
}

struct Cut<'a> {
    bytes: &'a [u8],
    /// All of the bytes are UTF-8.
    is_text: bool,
    width: usize,
    all: bool,
    positions: &'a mut Positions,
    malformed: Vec<Malformed>,
}

impl Cut<'_> {
    fn lines(&mut self, keys: &mut Keys) {
        let bytes = self.bytes;
        let mut start = 0;
        while start < bytes.len() {
            if self.is_text && bytes[start] == b'{' {
                // The usual way: the record ends where its object does, with the line.
                let row = self.room();
                let walked = keys.walk::<true>(bytes, start, MAX_DEPTH - 1, row);
                if let Ok(end) = walked
                    && bytes.get(end) == Some(&b'\n')
                {
                    self.positions.lines.push((start as u32, end as u32));
                    start = end + 1;
                    continue;
                }
                self.give_back();
            }
            let line_end =
                memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            let end = trimmed_end(bytes, start, line_end);
            let first = skip_space::<true>(&bytes[..end], start);
            if first < end && !self.record::<true>(first, end, keys) {
                return;
            }
            start = line_end + 1;
        }
    }

    fn items(&mut self, items: &[(u32, u32)], keys: &mut Keys) {
        for &(start, end) in items {
            if !self.record::<false>(start as usize, end as usize, keys) {
                return;
            }
        }
    }

    /// A record, the careful way. Whether to go on.
    fn record<const LINES: bool>(&mut self, start: usize, end: usize, keys: &mut Keys) -> bool {
        let bytes = &self.bytes[..end];
        let bad_byte = if self.is_text { None } else { first_bad_byte(&bytes[start..]) };
        let (at, flaw) = if let Some(at) = bad_byte {
            (start + at, Flaw::InvalidUtf8)
        } else {
            let row = self.room();
            match walk_whole::<LINES>(bytes, start, keys, row) {
                Ok(()) => {
                    self.positions.lines.push((start as u32, end as u32));
                    return true;
                }
                Err(error) => (error.at.min(end), Flaw::Syntax(error.fault)),
            }
        };
        if bad_byte.is_none() {
            self.give_back();
        }
        let row = self.positions.lines.len();
        self.malformed.push(Malformed { start, end, row, at, flaw });
        self.all
    }

    #[inline(always)]
    fn room(&mut self) -> &mut [Span] {
        let spans = &mut self.positions.spans;
        let length = spans.len();
        spans.resize(length + self.width, Span::NULL);
        &mut spans[length..]
    }

    fn give_back(&mut self) {
        let spans = &mut self.positions.spans;
        spans.truncate(spans.len() - self.width);
    }
}

/// One object, and nothing behind it.
fn walk_whole<const LINES: bool>(
    bytes: &[u8],
    start: usize,
    keys: &mut Keys,
    row: &mut [Span],
) -> Syntax<()> {
    if bytes[start] != b'{' {
        let (_, end) = skip_value::<LINES>(bytes, start, MAX_DEPTH)?;
        let end = skip_space::<LINES>(bytes, end);
        return fault(start, if end == bytes.len() { Fault::NotObject } else { Fault::Trailing });
    }
    let end = keys.walk::<LINES>(bytes, start, MAX_DEPTH - 1, row)?;
    match skip_space::<LINES>(bytes, end) {
        end if end == bytes.len() => Ok(()),
        end => fault(end, Fault::Trailing),
    }
}

fn trimmed_end(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && matches!(bytes[end - 1], b' ' | b'\t' | b'\r') {
        end -= 1;
    }
    end
}
