//! Delimited files as data sinks.

use std::path::{Path, PathBuf};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::csv::{CsvWriteOptions, CsvWriter};
use lazuli_plan::{DataSink, Encoded, SinkWriter, SourceError};

use super::new_file::NewFile;

/// A delimited file to be written. It appears, or replaces what was there, when it is whole.
#[derive(Debug, Clone)]
pub struct CsvSink {
    path: PathBuf,
    options: CsvWriteOptions,
}

impl CsvSink {
    /// The file at `path`. Nothing is written yet.
    pub fn new(path: impl Into<PathBuf>, options: CsvWriteOptions) -> Self {
        Self { path: path.into(), options }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl DataSink for CsvSink {
    fn name(&self) -> String {
        format!("csv {}", self.path.display())
    }

    fn open(&self, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SourceError> {
        let format = CsvWriter::try_new(schema, self.options.clone())?;
        let file = NewFile::create(&self.path)?;
        let mut header = Vec::new();
        format.format_header(&mut header);
        file.write(&header)?;
        Ok(Box::new(CsvFile { format, file }))
    }
}

struct CsvFile {
    format: CsvWriter,
    file: NewFile,
}

impl SinkWriter for CsvFile {
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError> {
        let mut text = Vec::new();
        self.format.format_batch(batch, &mut text);
        Ok(Encoded::Bytes(text))
    }

    fn write(&self, encoded: Encoded) -> Result<(), SourceError> {
        match encoded {
            Encoded::Bytes(text) => Ok(self.file.write(&text)?),
            Encoded::Rows(_) => Err("rows that were not encoded".into()),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), SourceError> {
        Ok(self.file.finish()?)
    }
}
