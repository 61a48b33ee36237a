//! Parquet files as data sinks.
//!
//! Rows are put together until they are a row group. That happens in order and copies nothing; encoding a group is the
//! work, and whichever thread comes by next does it, beside others that do the next ones. A group that is done waits for
//! those before it.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::parquet::{EncodedRowGroup, ParquetFooter, ParquetWriteOptions, ParquetWriter};
use lazuli_plan::{DataSink, Encoded, SinkWriter, SourceError};

use super::new_file::NewFile;

/// A Parquet file to be written. It appears, or replaces what was there, when it is whole.
#[derive(Debug, Clone)]
pub struct ParquetSink {
    path: PathBuf,
    options: ParquetWriteOptions,
}

impl ParquetSink {
    /// The file at `path`. Nothing is written yet.
    pub fn new(path: impl Into<PathBuf>, options: ParquetWriteOptions) -> Self {
        Self { path: path.into(), options }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl DataSink for ParquetSink {
    fn name(&self) -> String {
        format!("parquet {}", self.path.display())
    }

    fn open(&self, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SourceError> {
        let format = ParquetWriter::try_new(schema, self.options.clone())?;
        let file = NewFile::create(&self.path)?;
        file.write(ParquetWriter::HEAD)?;
        Ok(Box::new(ParquetFile { format, file, rows: Mutex::default(), groups: Mutex::default() }))
    }
}

struct ParquetFile {
    format: ParquetWriter,
    file: NewFile,
    rows: Mutex<Rows>,
    groups: Mutex<Groups>,
}

/// Rows that are not encoded yet.
#[derive(Default)]
struct Rows {
    /// The group that is being put together.
    open: Vec<Batch>,
    open_rows: usize,
    /// Groups that wait for a thread, with their numbers.
    full: VecDeque<(usize, Vec<Batch>)>,
    next_group: usize,
}

/// Groups that are encoded.
#[derive(Default)]
struct Groups {
    footer: ParquetFooter,
    /// The number of the next to be written.
    next: usize,
    /// Those whose turn has not come.
    early: BTreeMap<usize, EncodedRowGroup>,
}

impl Rows {
    /// Ends the group that is being put together.
    fn close(&mut self) {
        let batches = std::mem::take(&mut self.open);
        self.open_rows = 0;
        self.full.push_back((self.next_group, batches));
        self.next_group += 1;
    }
}

impl ParquetFile {
    /// Encodes a group that waits, if there is one, and writes what has its turn. Whether there was one.
    fn encode_one(&self) -> Result<bool, SourceError> {
        let next = lock(&self.rows).full.pop_front();
        let Some((number, batches)) = next else { return Ok(false) };
        let group = self.format.encode_row_group(&batches)?;
        let mut groups = lock(&self.groups);
        groups.early.insert(number, group);
        loop {
            let next = groups.next;
            let Some(group) = groups.early.remove(&next) else { return Ok(true) };
            self.file.write(group.bytes())?;
            groups.footer.push(group);
            groups.next += 1;
        }
    }
}

impl SinkWriter for ParquetFile {
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError> {
        self.encode_one()?;
        Ok(Encoded::Rows(batch.clone()))
    }

    fn write(&self, encoded: Encoded) -> Result<(), SourceError> {
        let Encoded::Rows(batch) = encoded else { return Err("bytes that are of no row group".into()) };
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut rows = lock(&self.rows);
        rows.open_rows += batch.num_rows();
        rows.open.push(batch);
        if rows.open_rows >= self.format.options().row_group_size.max(1) {
            rows.close();
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), SourceError> {
        {
            let mut rows = lock(&self.rows);
            if rows.open_rows > 0 {
                rows.close();
            }
        }
        while self.encode_one()? {}
        let Self { format, file, groups, .. } = *self;
        let footer = groups.into_inner().unwrap_or_else(PoisonError::into_inner).footer;
        file.write(&format.encode_footer(footer)?)?;
        Ok(file.finish()?)
    }
}

/// A worker that panics holds no lock while it does harm: what is behind the locks stays whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
