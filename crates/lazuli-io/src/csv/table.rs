//! A delimited file before any row of it is wanted: its dialect's details, header, schema and size.

use super::chunk::{ChunkReader, ChunkRules, place_after};
use super::error::excerpt;
use super::field::NullTexts;
use super::header::{self, FirstRecord};
use super::infer::Inference;
use super::records::{Layout, Positions, Records};
use super::{CsvError, CsvErrorKind, CsvOptions, InferMode, OnRagged, Place, Result, column};
use lazuli_array::{DataType, Field, Name, Schema, SchemaRef};
use lazuli_kernels::text::Marks;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one sample.
const SAMPLE_BYTES: usize = 64 << 10;
/// Samples over a file, the head included; a file no larger than all of them is read in full.
const NUM_SAMPLES: u64 = 8;

/// A delimited file: where it is, how it is built, its schema. Reads nothing but the header and samples.
#[derive(Debug)]
pub struct CsvTable {
    path: PathBuf,
    options: CsvOptions,
    schema: SchemaRef,
    sampled: Vec<bool>,
    rules: ChunkRules,
    data_start: Place,
    file_bytes: u64,
    bytes_per_row: Option<f64>,
}

impl CsvTable {
    /// Opens a file, reads its header and finds out its columns' types.
    ///
    /// # Errors
    /// Anything of [`CsvErrorKind`] that shows this early: no such file, a directory, an empty file, another encoding, a
    /// type for an unknown column.
    pub fn open(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Self> {
        let path = path.as_ref();
        Self::open_in(path, options).map_err(|error| error.in_file(path))
    }

    fn open_in(path: &Path, options: &CsvOptions) -> Result<Self> {
        if let Some(reason) = options.dialect.fault() {
            return Err(CsvError::new(CsvErrorKind::Dialect { reason }));
        }
        let mut file = open_file(path)?;
        let file_bytes = file.metadata()?.len();
        let head = Head::read(&mut file, options)?;
        let names = head.names(options)?;
        let mut table = Self {
            path: path.to_owned(),
            options: options.clone(),
            schema: Arc::default(),
            sampled: vec![false; names.len()],
            rules: head.rules,
            data_start: head.data_start,
            file_bytes,
            bytes_per_row: None,
        };
        table.rules.layout.columns = names.len();
        table.schema = Arc::new(table.find_schema(&mut file, names)?);
        for field in table.schema.fields() {
            if !column::is_supported(field.data_type()) {
                let (column, data_type) = (field.name().clone(), field.data_type().clone());
                return Err(CsvError::new(CsvErrorKind::Unsupported { column, data_type }));
            }
        }
        Ok(table)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names and types of all columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How the file is read.
    pub fn options(&self) -> &CsvOptions {
        &self.options
    }

    /// Size of the file.
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// About how many rows there are, from the rows of the samples; `None` when nothing was sampled.
    pub fn estimated_rows(&self) -> Option<u64> {
        let data_bytes = self.file_bytes.saturating_sub(self.data_start.byte);
        self.bytes_per_row.map(|bytes_per_row| (data_bytes as f64 / bytes_per_row).ceil() as u64)
    }

    /// The type of each column comes from samples, not from the caller or the whole file.
    pub(super) fn sampled(&self) -> &[bool] {
        &self.sampled
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.rules.layout
    }

    /// A reader of the file's chunks.
    pub(super) fn chunks(&self) -> Result<ChunkReader<File>> {
        self.chunks_of(self.rules.chunk_bytes)
    }

    fn chunks_of(&self, chunk_bytes: usize) -> Result<ChunkReader<File>> {
        let mut file = open_file(&self.path)?;
        file.seek(SeekFrom::Start(self.data_start.byte))?;
        let rules = ChunkRules { chunk_bytes, ..self.rules.clone() };
        Ok(ChunkReader::new(file, rules, self.data_start, self.file_bytes))
    }

    fn find_schema(&mut self, file: &mut File, names: Vec<Name>) -> Result<Schema> {
        if let Some(schema) = &self.options.schema {
            check_header(schema, &names, self.options.dialect.has_header)?;
            return Ok((**schema).clone());
        }
        let mut given: Vec<Option<DataType>> = vec![None; names.len()];
        for (name, data_type) in &self.options.schema_overrides {
            match names.iter().position(|known| known == name) {
                Some(column) => given[column] = Some(data_type.clone()),
                None => {
                    let name = name.clone();
                    return Err(CsvError::new(CsvErrorKind::UnknownColumn { name, available: names }));
                }
            }
        }
        let wanted: Vec<bool> = given.iter().map(Option::is_none).collect();
        let data_bytes = self.file_bytes.saturating_sub(self.data_start.byte);
        let is_small = data_bytes <= NUM_SAMPLES * SAMPLE_BYTES as u64;
        let inference = match self.options.infer {
            InferMode::Never => Inference::new(names.len()),
            InferMode::Full => self.infer_from_all(&wanted, self.infer_threads())?,
            InferMode::Sample if is_small => self.infer_from_all(&wanted, 1)?,
            InferMode::Sample => {
                self.sampled = wanted.clone();
                self.infer_from_samples(file, &wanted)?
            }
        };
        self.bytes_per_row = inference.bytes_per_row();
        let fields = names
            .into_iter()
            .zip(given)
            .enumerate()
            .map(|(column, (name, given))| {
                Field::new(name, given.unwrap_or_else(|| inference.data_type(column)))
            })
            .collect();
        Ok(Schema::try_new(fields).expect("names were made distinct"))
    }

    fn infer_threads(&self) -> usize {
        match self.options.infer_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// Ragged records do not count here: reading reports them, by place.
    fn infer_from_all(&self, wanted: &[bool], threads: usize) -> Result<Inference> {
        let reader = Mutex::new(self.chunks()?);
        let total = Mutex::new(Inference::new(wanted.len()));
        let work = || {
            let mut inference = Inference::new(wanted.len());
            let mut positions = Positions::default();
            let mut buffer = Vec::new();
            loop {
                let next = reader
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .next_chunk(std::mem::take(&mut buffer));
                // A file that breaks off says so when it is read.
                let Ok(Some(chunk)) = next else { break };
                self.observe(&chunk.bytes, Some(chunk.lawful), wanted, &mut positions, &mut inference);
                buffer = chunk.bytes;
            }
            total.lock().unwrap_or_else(PoisonError::into_inner).merge(&inference);
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn infer_from_samples(&self, file: &mut File, wanted: &[bool]) -> Result<Inference> {
        let mut inference = Inference::new(wanted.len());
        let mut positions = Positions::default();
        // The head through the chunk reader, which reads on until there is a whole record.
        if let Some(chunk) = self.chunks_of(SAMPLE_BYTES)?.next_chunk(Vec::new())? {
            self.observe(&chunk.bytes, Some(chunk.lawful), wanted, &mut positions, &mut inference);
        }
        let data_bytes = self.file_bytes - self.data_start.byte;
        // A quote in front, so that the sample can be read as if it began inside quotes.
        let quote = self.rules.layout.marks.quote.unwrap_or(b'"');
        let mut sample = Vec::with_capacity(1 + SAMPLE_BYTES);
        for index in 1..NUM_SAMPLES {
            sample.clear();
            sample.push(quote);
            file.seek(SeekFrom::Start(self.data_start.byte + data_bytes * index / NUM_SAMPLES))?;
            (&mut *file).take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
            if let Some(start) = self.record_start(&sample, &mut positions) {
                let records = &sample[start..];
                let scan = self.rules.scan(records);
                let records = &records[..scan.complete_bytes];
                self.observe(records, Some(scan.lawful), wanted, &mut positions, &mut inference);
            }
        }
        Ok(inference)
    }

    fn observe(
        &self,
        bytes: &[u8],
        lawful: Option<bool>,
        wanted: &[bool],
        positions: &mut Positions,
        inference: &mut Inference,
    ) {
        let layout = Layout { on_ragged: OnRagged::Truncate, ..self.rules.layout.clone() };
        let records = Records::cut(bytes, &layout, lawful, positions);
        inference.observe(&records, wanted, &NullTexts::new(&self.options.dialect.null_values));
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

/// The beginning of a file: how lines end, what the first record is, where the data starts.
struct Head {
    rules: ChunkRules,
    bytes: Vec<u8>,
    /// Bytes before the first line that counts.
    skipped: usize,
    first: Option<FirstRecord>,
    data_start: Place,
}

impl Head {
    fn read(file: &mut File, options: &CsvOptions) -> Result<Self> {
        let mut bytes = Vec::new();
        let mut wanted = SAMPLE_BYTES;
        loop {
            let missing = wanted - bytes.len();
            let read = (&mut *file).take(missing as u64).read_to_end(&mut bytes)?;
            let ended = read < missing;
            if let Some(found) = header::foreign_encoding(&bytes) {
                return Err(CsvError::new(CsvErrorKind::Encoding { found }));
            }
            let marks = options.dialect.marks(&bytes);
            let layout = Layout::new(&options.dialect, marks, 0, options.on_ragged);
            let rules = ChunkRules {
                layout,
                chunk_bytes: options.chunk_bytes,
                max_record_bytes: options.max_record_bytes.min(i32::MAX as usize),
            };
            if ended && bytes.last().is_some_and(|&last| last != marks.newline) {
                bytes.push(marks.newline);
            }
            let skipped = header::skipped_bytes(&bytes, options.dialect.skip_lines, marks.newline);
            let first = skipped.and_then(|skipped| header::first_record(&bytes[skipped..], &rules));
            if first.is_some() || ended {
                return Ok(Self::new(rules, bytes, skipped, first, options.dialect.has_header));
            }
            if bytes.len() > rules.max_record_bytes {
                let kind =
                    CsvErrorKind::RecordTooLong { limit: rules.max_record_bytes, open_quote_line: None };
                return Err(CsvError::new(kind).at(Place { line: 1, byte: 0 }));
            }
            wanted = 8 * bytes.len();
        }
    }

    fn new(
        rules: ChunkRules,
        bytes: Vec<u8>,
        skipped: Option<usize>,
        first: Option<FirstRecord>,
        has_header: bool,
    ) -> Self {
        let skipped = skipped.unwrap_or(bytes.len());
        let data_start = match &first {
            Some(first) if has_header => skipped + first.end,
            _ => skipped,
        };
        let data_start =
            place_after(Place { line: 1, byte: 0 }, &bytes[..data_start], rules.layout.marks.newline);
        Self { rules, bytes, skipped, first, data_start }
    }

    fn names(&self, options: &CsvOptions) -> Result<Vec<Name>> {
        let Some(first) = &self.first else {
            let marks = self.rules.layout.marks;
            let bytes = &self.bytes[self.skipped..];
            // Either nothing is there, or a quote opens and never closes.
            return Err(match self.rules.open_quote(bytes) {
                Some(at) => {
                    let at = place_after(
                        Place { line: 1, byte: 0 },
                        &self.bytes[..self.skipped + at],
                        marks.newline,
                    );
                    CsvError::new(CsvErrorKind::UnclosedQuote).at(at)
                }
                None => CsvError::new(CsvErrorKind::Empty),
            });
        };
        if !options.dialect.has_header {
            return Ok(match &options.schema {
                Some(schema) => schema.names().cloned().collect(),
                None => header::numbered_names(first.fields.len()),
            });
        }
        let bytes = &self.bytes[self.skipped..];
        header::column_names(bytes, &first.fields, self.rules.layout.marks.quote).map_err(|field| {
            let at = &self.bytes[..self.skipped + field.start];
            let place = place_after(Place { line: 1, byte: 0 }, at, self.rules.layout.marks.newline);
            CsvError::new(CsvErrorKind::InvalidUtf8 { column: None, text: excerpt(&bytes[field]) }).at(place)
        })
    }
}

/// With a header, names must be those of the schema.
fn check_header(schema: &Schema, names: &[Name], has_header: bool) -> Result<()> {
    if !has_header {
        return Ok(());
    }
    for index in 0..schema.len().max(names.len()) {
        let expected = schema.fields().get(index).map(|field| field.name().clone());
        let found = names.get(index).cloned();
        if expected != found {
            return Err(CsvError::new(CsvErrorKind::Header { index, expected, found }));
        }
    }
    Ok(())
}

/// Opens what must be a regular file.
fn open_file(path: &Path) -> Result<File> {
    // Asked before opening: to open a pipe waits for somebody to write.
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(CsvError::new(CsvErrorKind::IsDirectory));
    }
    if !metadata.is_file() {
        return Err(CsvError::new(CsvErrorKind::NotAFile));
    }
    Ok(File::open(path)?)
}
