//! JSON files as data sinks.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::ndjson::{JsonLayout, NdjsonWriter};
use lazuli_plan::{DataSink, Encoded, SinkWriter, SourceError};

use super::new_file::NewFile;

/// A JSON file to be written. It appears, or replaces what was there, when it is whole.
#[derive(Debug, Clone)]
pub struct NdjsonSink {
    path: PathBuf,
    layout: JsonLayout,
}

impl NdjsonSink {
    /// The file at `path`: a record a line, or an array of them with [`JsonLayout::Array`]. Nothing is written yet.
    pub fn new(path: impl Into<PathBuf>, layout: JsonLayout) -> Self {
        Self { path: path.into(), layout }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl DataSink for NdjsonSink {
    fn name(&self) -> String {
        format!("ndjson {}", self.path.display())
    }

    fn open(&self, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SourceError> {
        let format = NdjsonWriter::new(schema);
        let file = NewFile::create(&self.path)?;
        let is_array = self.layout == JsonLayout::Array;
        Ok(Box::new(NdjsonFile { format, file, is_array, is_begun: AtomicBool::new(false) }))
    }
}

struct NdjsonFile {
    format: NdjsonWriter,
    file: NewFile,
    is_array: bool,
    /// The array has an item.
    is_begun: AtomicBool,
}

impl SinkWriter for NdjsonFile {
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError> {
        let mut text = Vec::new();
        if self.is_array {
            self.format.format_items(batch, &mut text);
        } else {
            self.format.format_batch(batch, &mut text);
        }
        Ok(Encoded::Bytes(text))
    }

    fn write(&self, encoded: Encoded) -> Result<(), SourceError> {
        let Encoded::Bytes(mut text) = encoded else { return Err("rows that were not encoded".into()) };
        // In place of the comma before the first item. Pieces come one at a time, in order.
        if self.is_array
            && let Some(comma) = text.first_mut()
            && !self.is_begun.swap(true, Ordering::Relaxed)
        {
            *comma = b'[';
        }
        Ok(self.file.write(&text)?)
    }

    fn finish(self: Box<Self>) -> Result<(), SourceError> {
        if self.is_array {
            let end: &[u8] = if self.is_begun.load(Ordering::Relaxed) { b"\n]\n" } else { b"[]\n" };
            self.file.write(end)?;
        }
        Ok(self.file.finish()?)
    }
}
