//! One text of a table: its input, its header, and what its fields say of types.

use super::chunk::{ChunkReader, ChunkRules};
use super::column::{FieldRules, Rows, parse_column};
use super::field::ColumnNulls;
use super::head::Head;
use super::infer::Inference;
use super::records::{Layout, Positions, Records};
use super::{CsvOptions, DictionaryStrings, InferMode, OnMisfit, OnRagged, Place, Result};
use crate::input::{Input, Text};
use crate::place::first_bad_byte;
use lazuli_array::{DataType, Name};
use lazuli_kernels::parse::TimePattern;
use lazuli_kernels::text::Marks;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one sample.
const SAMPLE_BYTES: usize = 64 << 10;
/// Samples over a file, the head included; a file no larger than all of them is read in full.
const NUM_SAMPLES: u64 = 8;

/// A text, before any row of it is wanted.
#[derive(Debug)]
pub(super) struct CsvFile {
    pub input: Input,
    /// Names of its columns, made distinct.
    pub names: Vec<Name>,
    pub rules: ChunkRules,
    pub data_start: Place,
}

/// A type that the caller has given to a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GivenType {
    pub data_type: DataType,
    pub pattern: Option<Arc<TimePattern>>,
}

/// What is to be found out about each column of a file.
pub(super) struct Question<'a> {
    /// The types that are given.
    pub given: &'a [Option<GivenType>],
    pub nulls: &'a ColumnNulls,
    pub options: &'a CsvOptions,
}

impl Question<'_> {
    fn is_widening(&self) -> bool {
        self.options.on_misfit == OnMisfit::Widen
    }

    /// The columns whose texts are to be looked at.
    fn wanted(&self) -> Vec<bool> {
        self.given.iter().map(|given| given.is_none() || self.is_widening()).collect()
    }
}

/// What the fields of a file say of its columns' types.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub inference: Inference,
    /// The given type holds every text. Only asked where misfits widen.
    pub fits: Vec<bool>,
    /// Not all of the file was looked at.
    pub is_sample: bool,
}

impl Evidence {
    fn new(columns: usize) -> Self {
        Self { inference: Inference::new(columns), fits: vec![true; columns], is_sample: false }
    }

    fn merge(&mut self, other: &Self) {
        self.inference.merge(&other.inference);
        self.fits.iter_mut().zip(&other.fits).for_each(|(mine, other)| *mine &= other);
    }
}

impl CsvFile {
    pub(super) fn open(path: &Path, options: &CsvOptions) -> Result<Self> {
        let input = Input::find(path, options.encoding)?;
        let head = Head::read(&mut input.open_at(0, None)?, options)?;
        let names = head.names(options)?;
        let Head { mut rules, data_start, .. } = head;
        rules.layout.columns = names.len();
        Ok(Self { input, names, rules, data_start })
    }

    /// A reader of the file's chunks, for the scan. `sequence`: the number of the first.
    pub(super) fn chunks(&self, sequence: u64, counter: Arc<AtomicU64>) -> Result<ChunkReader<Text>> {
        let text = self.input.open_for_good(self.data_start.byte, counter)?;
        Ok(ChunkReader::new(text, self.rules.clone(), self.data_start, self.expected_bytes())
            .counted_from(sequence))
    }

    fn chunks_of(&self, chunk_bytes: usize) -> Result<ChunkReader<Text>> {
        let text = self.input.open_at(self.data_start.byte, None)?;
        let rules = ChunkRules { chunk_bytes, ..self.rules.clone() };
        Ok(ChunkReader::new(text, rules, self.data_start, self.expected_bytes()))
    }

    /// Bytes that the text must have; only known of plain files.
    fn expected_bytes(&self) -> u64 {
        if self.input.is_plain() { self.input.file_bytes } else { 0 }
    }

    /// Bytes of the records, if they can be told without reading them.
    pub(super) fn data_bytes(&self) -> Option<u64> {
        self.input.is_plain().then(|| self.input.file_bytes.saturating_sub(self.data_start.byte))
    }

    /// What the fields say of types.
    ///
    /// # Errors
    /// What reading runs into at the head; what is wrong further on is told when it is read.
    pub(super) fn evidence(&self, question: &Question<'_>) -> Result<Evidence> {
        let all_bytes = NUM_SAMPLES * SAMPLE_BYTES as u64;
        if question.is_widening() {
            return self.evidence_of_all(question);
        }
        match question.options.infer {
            InferMode::Never => Ok(Evidence::new(self.names.len())),
            InferMode::Full => self.evidence_of_all(question),
            InferMode::Sample => match self.data_bytes() {
                Some(bytes) if bytes > all_bytes => self.evidence_of_samples(bytes, question),
                _ => self.evidence_of_head(all_bytes, question),
            },
        }
    }

    fn evidence_of_all(&self, question: &Question<'_>) -> Result<Evidence> {
        let reader = Mutex::new(self.chunks_of(self.rules.chunk_bytes)?);
        let total = Mutex::new(Evidence::new(self.names.len()));
        let work = || {
            let mut evidence = Evidence::new(self.names.len());
            let mut positions = Positions::default();
            let mut buffer = Vec::new();
            loop {
                let next = reader
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .next_chunk(std::mem::take(&mut buffer));
                // A file that breaks off says so when it is read.
                let Ok(Some(chunk)) = next else { break };
                self.observe(&chunk.bytes, chunk.lawful, question, &mut positions, &mut evidence);
                buffer = chunk.bytes;
            }
            total.lock().unwrap_or_else(PoisonError::into_inner).merge(&evidence);
        };
        std::thread::scope(|scope| {
            for _ in 1..question.options.infer_threads() {
                scope.spawn(work);
            }
            work();
        });
        Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// About the first `bytes` bytes of records: small files, and texts that can't be read from the middle.
    fn evidence_of_head(&self, bytes: u64, question: &Question<'_>) -> Result<Evidence> {
        let mut evidence = Evidence::new(self.names.len());
        let mut positions = Positions::default();
        let mut reader = self.chunks_of(SAMPLE_BYTES)?;
        let mut seen = 0;
        // A file that breaks off says so when it is read.
        while let Ok(Some(chunk)) = reader.next_chunk(Vec::new()) {
            self.observe(&chunk.bytes, chunk.lawful, question, &mut positions, &mut evidence);
            seen += chunk.bytes.len() as u64;
            if seen > bytes {
                evidence.is_sample = true;
                break;
            }
        }
        Ok(evidence)
    }

    fn evidence_of_samples(&self, data_bytes: u64, question: &Question<'_>) -> Result<Evidence> {
        let mut evidence = Evidence { is_sample: true, ..Evidence::new(self.names.len()) };
        let mut positions = Positions::default();
        // The head through the chunk reader, which reads on until there is a whole record.
        if let Some(chunk) = self.chunks_of(SAMPLE_BYTES)?.next_chunk(Vec::new())? {
            self.observe(&chunk.bytes, chunk.lawful, question, &mut positions, &mut evidence);
        }
        let mut file = self.input.open_plain()?;
        // A quote in front, so that the sample can be read as if it began inside quotes.
        let quote = self.rules.layout.marks.quote.unwrap_or(b'"');
        let mut sample = Vec::with_capacity(1 + SAMPLE_BYTES);
        for index in 1..NUM_SAMPLES {
            sample.clear();
            sample.push(quote);
            file.seek(SeekFrom::Start(self.data_start.byte + data_bytes * index / NUM_SAMPLES))?;
            (&mut file).take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
            if let Some(start) = self.record_start(&sample, &mut positions) {
                let records = &sample[start..];
                let scan = self.rules.scan(records);
                let records = &records[..scan.complete_bytes];
                self.observe(records, scan.lawful, question, &mut positions, &mut evidence);
            }
        }
        Ok(evidence)
    }

    fn observe(
        &self,
        bytes: &[u8],
        lawful: bool,
        question: &Question<'_>,
        positions: &mut Positions,
        evidence: &mut Evidence,
    ) {
        // Ragged records that are set aside do not count; of the others reading tells, by place.
        let on_ragged = match question.options.on_ragged {
            OnRagged::Reject => OnRagged::Reject,
            _ => OnRagged::Truncate,
        };
        let layout = Layout { on_ragged, ..self.rules.layout.clone() };
        let records = Records::cut(bytes, &layout, Some(lawful), positions);
        evidence.inference.observe(&records, &question.wanted(), layout.marks, question.nulls);
        if !question.is_widening() {
            return;
        }
        // Of bytes that are no text reading tells; the records before them must fit all the same.
        let are_texts: Option<Vec<u32>> = first_bad_byte(bytes).map(|_| {
            let is_text = |&row: &u32| first_bad_byte(records.text_of(row as usize)).is_none();
            (0..records.rows() as u32).filter(is_text).collect()
        });
        let rows = are_texts.as_ref().map_or(Rows::First(records.rows()), |rows| Rows::These(rows));
        for (column, given) in question.given.iter().enumerate() {
            let Some(GivenType { data_type, pattern }) = given.as_ref().filter(|_| evidence.fits[column])
            else {
                continue;
            };
            if *data_type == DataType::String {
                continue;
            }
            let rules = FieldRules {
                quote: layout.marks.quote,
                escape: layout.marks.escape,
                null_texts: question.nulls.of(column),
                on_misfit: OnMisfit::Fail,
                dictionary_strings: DictionaryStrings::Never,
                pattern: pattern.as_deref(),
            };
            evidence.fits[column] = parse_column(records.column(column), rows, data_type, rules).is_ok();
        }
    }

    /// Where a record starts in bytes from the middle of the file, if that can be told. `sample` has a quote in front.
    ///
    /// The middle may be inside quotes or not. Either guess puts every record end somewhere; a guess is believed if all
    /// records then have the right number of fields. When both are, the one wins whose quotes all stand between a
    /// separator and a text, which the guess "inside" must show in any case. If that does not decide, the sample is not
    /// used: a type inferred from fewer samples is better than one from wrong fields.
    fn record_start(&self, sample: &[u8], positions: &mut Positions) -> Option<usize> {
        let marks = self.rules.layout.marks;
        let outside = self.start_if_believed(sample, 1, positions);
        let inside = match marks.quote {
            Some(quote) if are_quotes_tidy(sample, quote, marks) => {
                self.start_if_believed(sample, 0, positions)
            }
            _ => None,
        };
        match (outside, inside) {
            (Some(start), None) | (None, Some(start)) => Some(start),
            (Some(_), Some(start)) if !are_quotes_tidy(&sample[1..], sample[0], marks) => Some(start),
            _ => None,
        }
    }

    /// The end of the first record, when all records behind it have the right number of fields.
    fn start_if_believed(&self, sample: &[u8], from: usize, positions: &mut Positions) -> Option<usize> {
        let bytes = &sample[from..];
        let scan = self.rules.scan(bytes);
        let start = self.rules.first_record_end(bytes, scan.lawful)?;
        let layout = Layout { on_ragged: OnRagged::Fail, ..self.rules.layout.clone() };
        let records = Records::cut(&bytes[start..scan.complete_bytes], &layout, Some(scan.lawful), positions);
        (records.rows() > 0 && records.ragged.is_none()).then_some(from + start)
    }
}

/// Every opening quote follows a separator, a line end or the start; every closing quote precedes a separator, a line
/// end or the end; or they are doubled. Files that programs write are like that.
fn are_quotes_tidy(bytes: &[u8], quote: u8, marks: Marks) -> bool {
    let mut inside = false;
    memchr::memchr_iter(quote, bytes).all(|at| {
        inside = !inside;
        let neighbour =
            if inside { at.checked_sub(1).map(|before| bytes[before]) } else { bytes.get(at + 1).copied() };
        neighbour.is_none_or(|byte| [marks.separator, marks.newline, quote, b'\r'].contains(&byte))
    })
}
