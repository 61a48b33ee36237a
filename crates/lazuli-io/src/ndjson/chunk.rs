//! A text cut at record ends: the serial part of a scan.
//!
//! Lines are cut at line ends, which JSON cannot have within a string: nothing needs to be known of what stands before. Of an
//! array the items are found by their brackets and strings, which says where each ends and not whether it is JSON.

use super::{JsonLayout, NdjsonError, NdjsonErrorKind, Result};
use crate::files::Place;
use crate::input::InputError;
use std::io::Read;

/// Whole records, in order, and where they come from.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Starts at a record's start; lines end with their line end, the last of a text perhaps without.
    pub bytes: Vec<u8>,
    /// Start and end of each record, if line ends do not say it.
    pub items: Option<Vec<(u32, u32)>>,
    /// Place of the chunk among all, from 0, without gaps.
    pub sequence: u64,
    /// Place of the first byte in the file.
    pub start: Place,
}

impl Chunk {
    /// The place in the file of a byte of this chunk.
    pub(super) fn place_of(&self, at: usize) -> Place {
        self.start.behind(&self.bytes[..at.min(self.bytes.len())], b'\n')
    }
}

/// How to cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkRules {
    pub chunk_bytes: usize,
    pub max_record_bytes: usize,
    /// Most records of one chunk: a table of very many columns would need more memory for short records than they have
    /// bytes.
    pub max_records: usize,
}

/// Bytes cut off: how many, how many lines they are, and their records if they are no lines.
struct Cut {
    bytes: usize,
    lines: u64,
    items: Option<Vec<(u32, u32)>>,
}

/// Cuts a source into chunks.
#[derive(Debug)]
pub(super) struct ChunkReader<R> {
    source: R,
    rules: ChunkRules,
    layout: JsonLayout,
    /// Where in an array the next byte is.
    state: Between,
    /// Bytes behind the last record end.
    rest: Vec<u8>,
    /// Place of the first byte of `rest`.
    next: Place,
    sequence: u64,
    is_at_head: bool,
    source_ended: bool,
    /// Bytes that the source had at first.
    expected_bytes: u64,
}

/// Where between the items of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    /// Before the opening bracket, or any value.
    Start,
    /// Behind the opening bracket.
    First,
    /// Behind an item.
    Item,
    /// Behind a comma.
    Comma,
    /// Behind the closing bracket.
    End,
    /// In values one after the other, without an array around them.
    Loose,
}

impl<R: Read> ChunkReader<R> {
    /// `source` stands at a record's start, `start` is its place, `expected_bytes` the size of the whole file.
    pub(super) fn new(
        source: R,
        layout: JsonLayout,
        rules: ChunkRules,
        start: Place,
        expected_bytes: u64,
    ) -> Self {
        Self {
            source,
            rules,
            layout,
            state: Between::Start,
            rest: Vec::new(),
            next: start,
            sequence: 0,
            is_at_head: start.byte == 0,
            source_ended: false,
            expected_bytes,
        }
    }

    /// Chunks are numbered from here on.
    pub(super) fn counted_from(self, sequence: u64) -> Self {
        Self { sequence, ..self }
    }

    /// How records stand in the text, as far as it was read.
    pub(super) fn layout(&self) -> JsonLayout {
        self.layout
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
            // Nor is there another error: who asks meanwhile must not be told of an array that does not end.
            self.state = Between::End;
        }
        chunk.map_err(|error| error.in_chunk(sequence))
    }

    fn cut_next(&mut self, mut bytes: Vec<u8>) -> Result<Option<Chunk>> {
        bytes.clear();
        bytes.append(&mut self.rest);
        // A byte order mark has three bytes.
        let mut wanted = self.rules.chunk_bytes.max(if self.is_at_head { 3 } else { 1 });
        let cut = loop {
            self.fill(&mut bytes, wanted)?;
            if bytes.is_empty() && self.source_ended {
                return match self.state {
                    Between::First | Between::Item | Between::Comma => {
                        Err(NdjsonError::malformed("the array does not end", &bytes).at(self.next))
                    }
                    Between::Start | Between::End | Between::Loose => Ok(None),
                };
            }
            if self.layout == JsonLayout::Detect {
                self.layout = detected(&bytes, self.source_ended);
            }
            let cut = match self.layout {
                JsonLayout::Lines => self.cut_lines(&bytes),
                JsonLayout::Array => self.cut_items(&bytes)?,
                JsonLayout::Detect => Cut { bytes: 0, lines: 0, items: None },
            };
            if cut.bytes > 0 {
                break cut;
            }
            if self.source_ended {
                return Err(NdjsonError::malformed("the record ends too early", &bytes).at(self.next));
            }
            if bytes.len() > self.rules.max_record_bytes {
                let limit = self.rules.max_record_bytes;
                return Err(NdjsonError::new(NdjsonErrorKind::RecordTooLong { limit }).at(self.next));
            }
            wanted = (2 * bytes.len()).min(self.rules.max_record_bytes + 1).max(bytes.len() + 1);
        };
        self.rest.extend_from_slice(&bytes[cut.bytes..]);
        bytes.truncate(cut.bytes);
        let chunk = Chunk { start: self.next, sequence: self.sequence, items: cut.items, bytes };
        self.next = Place { line: self.next.line + cut.lines, byte: self.next.byte + cut.bytes as u64 };
        self.sequence += 1;
        Ok(Some(chunk))
    }

    /// Reads until there are `wanted` bytes or the source ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<()> {
        if !self.source_ended && bytes.len() < wanted {
            let missing = (wanted - bytes.len()) as u64;
            let read = (&mut self.source).take(missing).read_to_end(bytes)? as u64;
            if read < missing {
                self.source_ended = true;
                let found = self.next.byte + bytes.len() as u64;
                if found < self.expected_bytes {
                    return Err(InputError::Shrunk { expected: self.expected_bytes, found }.into());
                }
            }
        }
        if self.is_at_head {
            self.is_at_head = false;
            if bytes.starts_with(b"\xEF\xBB\xBF") {
                bytes.drain(..3);
                self.next.byte = 3;
            }
        }
        Ok(())
    }

    fn cut_lines(&self, bytes: &[u8]) -> Cut {
        let end = if self.source_ended {
            bytes.len()
        } else {
            memchr::memrchr(b'\n', bytes).map_or(0, |newline| newline + 1)
        };
        let lines = memchr::memchr_iter(b'\n', &bytes[..end]).count() as u64;
        if lines <= self.rules.max_records as u64 {
            return Cut { bytes: end, lines, items: None };
        }
        let newline = memchr::memchr_iter(b'\n', bytes).nth(self.rules.max_records - 1);
        Cut {
            bytes: newline.map_or(end, |newline| newline + 1),
            lines: self.rules.max_records as u64,
            items: None,
        }
    }

    /// What is wrong between items is told when there are none before it any more.
    fn cut_items(&mut self, bytes: &[u8]) -> Result<Cut> {
        let mut items = Vec::new();
        let mut at = 0;
        let mut fault = None;
        while items.len() < self.rules.max_records {
            at += bytes[at..].iter().take_while(|byte| is_space(byte)).count();
            let Some(&byte) = bytes.get(at) else { break };
            match (self.state, byte) {
                (Between::Start, b'[') => self.state = Between::First,
                (Between::Start, _) => {
                    self.state = Between::Loose;
                    continue;
                }
                (Between::First | Between::Item, b']') => self.state = Between::End,
                (Between::Item, b',') => self.state = Between::Comma,
                (Between::Item, _) => fault = Some("a comma or a closing bracket is expected here"),
                (Between::End, _) => fault = Some("something stands behind the array"),
                (Between::First | Between::Comma, b',' | b']' | b'}') => {
                    fault = Some("a value is expected here")
                }
                (Between::First | Between::Comma | Between::Loose, _) => {
                    let Some(end) = item_end(bytes, at, self.source_ended) else { break };
                    items.push((at as u32, end as u32));
                    if self.state != Between::Loose {
                        self.state = Between::Item;
                    }
                    at = end;
                    continue;
                }
            }
            if fault.is_some() {
                break;
            }
            at += 1;
        }
        if let Some(reason) = fault
            && items.is_empty()
        {
            let place = self.next.behind(&bytes[..at], b'\n');
            // One character: how many more there are hangs on the chunk.
            return Err(NdjsonError::malformed(reason, &bytes[at..=at]).at(place));
        }
        let lines = memchr::memchr_iter(b'\n', &bytes[..at]).count() as u64;
        Ok(Cut { bytes: at, lines, items: Some(items) })
    }
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// An array begins with its bracket, and so does no record. Nothing is known of white space, if there may be more.
fn detected(bytes: &[u8], is_all: bool) -> JsonLayout {
    match bytes.iter().find(|byte| !is_space(byte)) {
        Some(b'[') => JsonLayout::Array,
        None if !is_all => JsonLayout::Detect,
        _ => JsonLayout::Lines,
    }
}

/// The byte behind the value at `start`, by its brackets and strings alone; `None` if it does not end.
fn item_end(bytes: &[u8], start: usize, is_all: bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match *bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                if depth <= 1 {
                    return Some(at + 1);
                }
                depth -= 1;
            }
            b'"' => {
                at += 1;
                loop {
                    at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ if depth > 0 => {}
            _ => {
                // A word or a number: up to what cannot be in one.
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
                let length = bytes[at..].iter().position(ends);
                return length.map(|length| at + length.max(1)).or(is_all.then_some(bytes.len()));
            }
        }
        at += 1;
    }
}
