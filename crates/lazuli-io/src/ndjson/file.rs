//! One text of a table: its input, and what its records say of columns and their types.

use super::chunk::{Chunk, ChunkReader, ChunkRules};
use super::column::{Rows, ValueRules, parse_values};
use super::infer::Members;
use super::keys::{Keys, OnUnknownKey};
use super::records::{Positions, Records};
use super::syntax::{MAX_DEPTH, skip_space, skip_value};
use super::{JsonLayout, NdjsonOptions, Result};
use crate::files::Place;
use crate::input::{Input, Text};
use crate::place::first_bad_byte;
use crate::policy::{InferMode, OnMisfit};
use lazuli_array::{DataType, Name};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one sample.
const SAMPLE_BYTES: usize = 64 << 10;
/// Samples over a file, the head included; a file no larger than all of them is read in full.
const NUM_SAMPLES: u64 = 8;
/// Values that a chunk may have, those left out included; see [`ChunkRules::max_records`].
const MAX_CELLS: usize = 1 << 20;

/// A text, before any row of it is wanted.
#[derive(Debug)]
pub(super) struct NdjsonFile {
    pub input: Input,
}

/// What is to be found out about a file.
pub(super) struct Question<'a> {
    /// The types that are given, by name.
    pub given: &'a [(Name, DataType)],
    pub options: &'a NdjsonOptions,
}

/// What the records of a file say.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub members: Members,
    /// The given type holds every value. Only asked where misfits widen.
    pub fits: Vec<bool>,
    /// Not all of the file was looked at.
    pub is_sample: bool,
    pub records: u64,
    pub bytes: u64,
}

impl Evidence {
    pub(super) fn new(given: usize) -> Self {
        Self { members: Members::default(), fits: vec![true; given], is_sample: false, records: 0, bytes: 0 }
    }

    /// Adds what another has seen, as if it came later.
    pub(super) fn merge(&mut self, other: &Self) {
        self.members.merge(&other.members);
        self.fits.iter_mut().zip(&other.fits).for_each(|(mine, other)| *mine &= other);
        self.is_sample |= other.is_sample;
        self.records += other.records;
        self.bytes += other.bytes;
    }
}

/// Most records of a chunk for columns of these types.
pub(super) fn max_records<'a>(types: impl Iterator<Item = &'a DataType>) -> usize {
    (MAX_CELLS / types.map(cells).sum::<usize>().max(1)).max(1)
}

/// Values of one row, as far as they are not in lists.
fn cells(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => 1 + fields.iter().map(|field| cells(field.data_type())).sum::<usize>(),
        _ => 1,
    }
}

impl NdjsonFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self { input: Input::find(path, NdjsonOptions::ENCODING)? })
    }

    /// A reader of the file's chunks, for the scan. `sequence`: the number of the first.
    pub(super) fn chunks(
        &self,
        options: &NdjsonOptions,
        max_records: usize,
        sequence: u64,
        counter: Arc<AtomicU64>,
    ) -> Result<ChunkReader<Text>> {
        let text = self.input.open_for_good(0, counter)?;
        let rules = ChunkRules { max_records, ..rules(options, options.chunk_bytes) };
        let reader = ChunkReader::new(text, options.layout, rules, Place::START, self.expected_bytes());
        Ok(reader.counted_from(sequence))
    }

    fn chunks_of(&self, question: &Question<'_>, chunk_bytes: usize) -> Result<ChunkReader<Text>> {
        let text = self.input.open_at(0, None)?;
        let max_records = max_records(question.given.iter().map(|(_, data_type)| data_type));
        let rules = ChunkRules { max_records, ..rules(question.options, chunk_bytes) };
        Ok(ChunkReader::new(text, question.options.layout, rules, Place::START, self.expected_bytes()))
    }

    /// Bytes that the text must have; only known of plain files.
    fn expected_bytes(&self) -> u64 {
        if self.input.is_plain() { self.input.file_bytes } else { 0 }
    }

    /// What the records say of columns and types.
    ///
    /// # Errors
    /// What reading runs into at the head; what is wrong further on is told when it is read.
    pub(super) fn evidence(&self, question: &Question<'_>) -> Result<Evidence> {
        let all_bytes = NUM_SAMPLES * SAMPLE_BYTES as u64;
        if question.options.on_misfit == OnMisfit::Widen {
            return self.evidence_of_all(question);
        }
        if question.options.infer_schema_length.is_some() {
            return self.evidence_of_head(u64::MAX, question);
        }
        match question.options.infer {
            InferMode::Full => self.evidence_of_all(question),
            InferMode::Never | InferMode::Sample => {
                if self.input.is_plain() && self.input.file_bytes > all_bytes {
                    self.evidence_of_samples(question)
                } else {
                    self.evidence_of_head(all_bytes, question)
                }
            }
        }
    }

    fn evidence_of_all(&self, question: &Question<'_>) -> Result<Evidence> {
        let reader = Mutex::new(self.chunks_of(question, question.options.chunk_bytes)?);
        // Put together in order, since keys stand in the order in which they appear.
        let parts = Mutex::new(Vec::new());
        let work = || {
            let mut positions = Positions::default();
            let mut buffer = Vec::new();
            loop {
                let next = reader
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .next_chunk(std::mem::take(&mut buffer));
                // A file that breaks off says so when it is read.
                let Ok(Some(chunk)) = next else { break };
                let mut evidence = Evidence::new(question.given.len());
                evidence.observe(&chunk, question, &mut positions);
                parts.lock().unwrap_or_else(PoisonError::into_inner).push((chunk.sequence, evidence));
                buffer = chunk.bytes;
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..question.options.infer_threads() {
                scope.spawn(work);
            }
            work();
        });
        let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        parts.sort_by_key(|(sequence, _)| *sequence);
        let mut total = Evidence::new(question.given.len());
        parts.iter().for_each(|(_, part)| total.merge(part));
        Ok(total)
    }

    /// About the first `bytes` bytes of records, or the first so many records: small files, and texts that can't be read
    /// from the middle.
    fn evidence_of_head(&self, bytes: u64, question: &Question<'_>) -> Result<Evidence> {
        let mut evidence = Evidence::new(question.given.len());
        let mut positions = Positions::default();
        let mut reader = self.chunks_of(question, SAMPLE_BYTES)?;
        let most = question.options.infer_schema_length.map_or(u64::MAX, |length| length as u64);
        // A file that breaks off says so when it is read.
        while let Ok(Some(chunk)) = reader.next_chunk(Vec::new()) {
            evidence.observe(&chunk, question, &mut positions);
            if evidence.bytes > bytes || evidence.records >= most {
                evidence.is_sample = true;
                break;
            }
        }
        Ok(evidence)
    }

    fn evidence_of_samples(&self, question: &Question<'_>) -> Result<Evidence> {
        let mut evidence = Evidence::new(question.given.len());
        let mut positions = Positions::default();
        // The head through the chunk reader, which reads on until there is a whole record.
        let mut reader = self.chunks_of(question, SAMPLE_BYTES)?;
        if let Some(chunk) = reader.next_chunk(Vec::new())? {
            if reader.layout() != JsonLayout::Lines {
                // Where in the middle of an array its items begin is not known.
                return self.evidence_of_all(question);
            }
            evidence.observe(&chunk, question, &mut positions);
        }
        evidence.is_sample = true;
        let mut file = self.input.open_plain()?;
        for index in 1..NUM_SAMPLES {
            let mut bytes = Vec::with_capacity(SAMPLE_BYTES);
            file.seek(SeekFrom::Start(self.input.file_bytes * index / NUM_SAMPLES))?;
            (&mut file).take(SAMPLE_BYTES as u64).read_to_end(&mut bytes)?;
            let newline = |found: Option<usize>| found.map(|newline| newline + 1);
            let start = newline(memchr::memchr(b'\n', &bytes));
            let end = newline(memchr::memrchr(b'\n', &bytes));
            if let (Some(start), Some(end)) = (start, end)
                && start < end
            {
                bytes.truncate(end);
                bytes.drain(..start);
                let chunk = Chunk { bytes, items: None, sequence: index, start: Place::START };
                evidence.observe(&chunk, question, &mut positions);
            }
        }
        Ok(evidence)
    }
}

fn rules(options: &NdjsonOptions, chunk_bytes: usize) -> ChunkRules {
    ChunkRules {
        chunk_bytes,
        max_record_bytes: options.max_record_bytes.min(i32::MAX as usize / 2),
        max_records: usize::MAX,
    }
}

impl Evidence {
    fn observe(&mut self, chunk: &Chunk, question: &Question<'_>, positions: &mut Positions) {
        let bytes = &chunk.bytes;
        let is_text = first_bad_byte(bytes).is_none();
        let most = match question.options.infer_schema_length {
            Some(length) if question.options.on_misfit != OnMisfit::Widen => length as u64,
            _ => u64::MAX,
        };
        self.bytes += bytes.len() as u64;
        match &chunk.items {
            Some(items) => {
                for &(start, end) in items {
                    if self.records < most {
                        self.observe_record::<false>(&bytes[..end as usize], start as usize, is_text);
                    }
                }
            }
            None => {
                let mut start = 0;
                while start < bytes.len() && self.records < most {
                    let length = memchr::memchr(b'\n', &bytes[start..]);
                    let end = length.map_or(bytes.len(), |length| start + length);
                    self.observe_record::<true>(&bytes[..end], start, is_text);
                    start = end + 1;
                }
            }
        }
        if question.options.on_misfit == OnMisfit::Widen && !question.given.is_empty() {
            let names =
                question.given.iter().enumerate().map(|(slot, (name, _))| (name.as_str(), Some(slot)));
            let mut keys = Keys::new(names, OnUnknownKey::Ignore);
            let records = Records::cut(chunk, &mut keys, question.given.len(), true, positions);
            for (slot, (_, data_type)) in question.given.iter().enumerate() {
                if self.fits[slot] && *data_type != DataType::String {
                    let rows = Rows::First(records.rows());
                    let parsed = parse_values(
                        records.column(slot),
                        rows,
                        data_type,
                        ValueRules::strict(question.options),
                    );
                    self.fits[slot] = parsed.is_ok();
                }
            }
        }
    }

    /// A record that is malformed says nothing: reading tells of it, or sets it aside.
    fn observe_record<const LINES: bool>(&mut self, text: &[u8], start: usize, is_text: bool) {
        let start = skip_space::<LINES>(text, start);
        if text.get(start) != Some(&b'{') || !is_text && first_bad_byte(&text[start..]).is_some() {
            return;
        }
        let is_whole = skip_value::<LINES>(text, start, MAX_DEPTH)
            .is_ok_and(|(_, end)| skip_space::<LINES>(text, end) == text.len());
        if is_whole && self.members.observe::<LINES>(text, start).is_ok() {
            self.records += 1;
        }
    }
}
