//! Arrow IPC files as data sinks: pieces are record batches.
//!
//! A file has one dictionary for a column, so codes are numbered anew before a batch is encoded, in order.

use std::path::{Path, PathBuf};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::ipc::{EncodedBatch, IpcDictionaries, IpcFooter, IpcWriteOptions, IpcWriter, RecodedBatch};
use lazuli_plan::{DataSink, SinkWriter, SourceError};

use super::new_file::NewFile;
use super::pieces::{PieceFormat, PiecesFile};

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
        let dictionaries = format.dictionaries();
        Ok(Box::new(PiecesFile::new(format, file, dictionaries, footer)))
    }
}

impl PieceFormat for IpcWriter {
    type Before = IpcDictionaries;
    type Rows = RecodedBatch;
    type Piece = EncodedBatch;
    type Footer = IpcFooter;

    fn piece_rows(&self) -> usize {
        self.options().record_batch_size
    }

    fn cut(&self, batches: Vec<Batch>, before: &mut IpcDictionaries) -> RecodedBatch {
        before.recode(&batches)
    }

    fn encode(&self, rows: &RecodedBatch) -> Result<EncodedBatch, SourceError> {
        Ok(self.encode_batch(rows)?)
    }

    fn bytes(piece: &EncodedBatch) -> &[u8] {
        piece.bytes()
    }

    fn push(footer: &mut IpcFooter, piece: EncodedBatch) {
        footer.push(&piece);
    }

    fn end(&self, footer: IpcFooter, before: IpcDictionaries) -> Result<Vec<u8>, SourceError> {
        Ok(self.encode_end(footer, before)?)
    }
}
