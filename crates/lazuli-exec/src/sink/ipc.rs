//! Arrow IPC files as data sinks.
//!
//! Rows are put together until they are a record batch. That happens in order, and so does numbering their codes anew, since a
//! file has one dictionary for a column; encoding a batch is the work, and whichever thread comes by next does it, beside
//! others that do the next ones. A batch that is done waits for those before it.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::ipc::{EncodedBatch, IpcDictionaries, IpcFooter, IpcWriteOptions, IpcWriter, RecodedBatch};
use lazuli_plan::{DataSink, Encoded, SinkWriter, SourceError};

use super::new_file::NewFile;

/// An Arrow IPC file to be written. It appears, or replaces what was there, when it is whole.
#[derive(Debug, Clone)]
pub struct IpcSink {
    path: PathBuf,
    options: IpcWriteOptions,
}

impl IpcSink {
    /// The file at `path`. Nothing is written yet.
    pub fn new(path: impl Into<PathBuf>, options: IpcWriteOptions) -> Self {
        Self { path: path.into(), options }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl DataSink for IpcSink {
    fn name(&self) -> String {
        format!("ipc {}", self.path.display())
    }

    fn open(&self, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SourceError> {
        let format = IpcWriter::try_new(schema, self.options.clone())?;
        let (head, footer) = format.head()?;
        let file = NewFile::create(&self.path)?;
        file.write(&head)?;
        let rows = Rows {
            open: Vec::new(),
            open_rows: 0,
            dictionaries: format.dictionaries(),
            full: VecDeque::new(),
            next: 0,
        };
        let written = Written { footer, next: 0, early: BTreeMap::new() };
        Ok(Box::new(IpcFile { format, file, rows: Mutex::new(rows), written: Mutex::new(written) }))
    }
}

struct IpcFile {
    format: IpcWriter,
    file: NewFile,
    rows: Mutex<Rows>,
    written: Mutex<Written>,
}

/// Rows that are not encoded yet.
struct Rows {
    /// The record batch that is being put together.
    open: Vec<Batch>,
    open_rows: usize,
    dictionaries: IpcDictionaries,
    /// Record batches that wait for a thread, with their numbers.
    full: VecDeque<(usize, RecodedBatch)>,
    next: usize,
}

/// Record batches that are encoded.
struct Written {
    footer: IpcFooter,
    /// The number of the next to be written.
    next: usize,
    /// Those whose turn has not come.
    early: BTreeMap<usize, EncodedBatch>,
}

impl Rows {
    /// Ends the record batch that is being put together.
    fn close(&mut self) {
        let recoded = self.dictionaries.recode(&std::mem::take(&mut self.open));
        self.open_rows = 0;
        self.full.push_back((self.next, recoded));
        self.next += 1;
    }
}

impl IpcFile {
    /// Encodes a record batch that waits, if there is one, and writes what has its turn. Whether there was one.
    fn encode_one(&self) -> Result<bool, SourceError> {
        let next = lock(&self.rows).full.pop_front();
        let Some((number, rows)) = next else { return Ok(false) };
        let batch = self.format.encode_batch(&rows)?;
        let mut written = lock(&self.written);
        written.early.insert(number, batch);
        loop {
            let next = written.next;
            let Some(batch) = written.early.remove(&next) else { return Ok(true) };
            self.file.write(batch.bytes())?;
            written.footer.push(&batch);
            written.next += 1;
        }
    }
}

impl SinkWriter for IpcFile {
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError> {
        self.encode_one()?;
        Ok(Encoded::Rows(batch.clone()))
    }

    fn write(&self, encoded: Encoded) -> Result<(), SourceError> {
        let Encoded::Rows(batch) = encoded else { return Err("bytes that are of no record batch".into()) };
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut rows = lock(&self.rows);
        rows.open_rows += batch.num_rows();
        rows.open.push(batch);
        if rows.open_rows >= self.format.options().record_batch_size.max(1) {
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
        let Self { format, file, rows, written } = *self;
        let rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        let footer = written.into_inner().unwrap_or_else(PoisonError::into_inner).footer;
        file.write(&format.encode_end(footer, rows.dictionaries)?)?;
        Ok(file.finish()?)
    }
}

/// A worker that panics holds no lock while it does harm: what is behind the locks stays whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
