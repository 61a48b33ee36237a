//! Parquet files as data sinks: pieces are row groups.

use std::path::{Path, PathBuf};

use lazuli_array::{Batch, SchemaRef};
use lazuli_io::parquet::{EncodedRowGroup, ParquetFooter, ParquetWriteOptions, ParquetWriter};
use lazuli_plan::{DataSink, SinkWriter, SourceError};

use super::new_file::NewFile;
use super::pieces::{PieceFormat, PiecesFile};

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
        Ok(Box::new(PiecesFile::new(format, file, (), ParquetFooter::default())))
    }
}

impl PieceFormat for ParquetWriter {
    /// Row groups know nothing of each other.
    type Before = ();
    type Rows = Vec<Batch>;
    type Piece = EncodedRowGroup;
    type Footer = ParquetFooter;

    fn piece_rows(&self) -> usize {
        self.options().row_group_size
    }

    fn cut(&self, batches: Vec<Batch>, (): &mut ()) -> Vec<Batch> {
        batches
    }

    fn encode(&self, rows: &Vec<Batch>) -> Result<EncodedRowGroup, SourceError> {
        Ok(self.encode_row_group(rows)?)
    }

    fn bytes(piece: &EncodedRowGroup) -> &[u8] {
        piece.bytes()
    }

    fn push(footer: &mut ParquetFooter, piece: EncodedRowGroup) {
        footer.push(piece);
    }

    fn end(&self, footer: ParquetFooter, (): ()) -> Result<Vec<u8>, SourceError> {
        Ok(self.encode_footer(footer)?)
    }
}
