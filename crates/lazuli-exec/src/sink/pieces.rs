//! Files of pieces, such as row groups and record batches: rows are put together until they are one.
//!
//! That happens in order, and so does what each piece needs of those before it; encoding a piece is the work, and whichever
//! thread comes by next does it, beside others that do the next ones. A piece that is done waits for those before it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lazuli_array::Batch;
use lazuli_plan::{Encoded, SinkWriter, SourceError};

use super::new_file::NewFile;

/// How rows become the pieces of a format.
pub(super) trait PieceFormat: Send + Sync {
    /// What a piece needs of those before it.
    type Before: Send;
    /// The rows of a piece, with all that encoding them takes.
    type Rows: Send;
    /// A piece as bytes, with what the end of the file tells of it.
    type Piece: Send;
    /// What the end of the file tells.
    type Footer: Send;

    /// A piece has at least so many rows, the last one apart.
    fn piece_rows(&self) -> usize;

    /// The rows of the next piece; called in order.
    fn cut(&self, batches: Vec<Batch>, before: &mut Self::Before) -> Self::Rows;

    /// A piece as bytes; called by any thread.
    fn encode(&self, rows: &Self::Rows) -> Result<Self::Piece, SourceError>;

    /// What is written of a piece.
    fn bytes(piece: &Self::Piece) -> &[u8];

    /// A piece has been written; called in order.
    fn push(footer: &mut Self::Footer, piece: Self::Piece);

    /// The bytes behind the last piece.
    fn end(&self, footer: Self::Footer, before: Self::Before) -> Result<Vec<u8>, SourceError>;
}

/// A file that is being written.
pub(super) struct PiecesFile<F: PieceFormat> {
    format: F,
    file: NewFile,
    rows: Mutex<Waiting<F>>,
    written: Mutex<Written<F>>,
}

/// Rows that are not encoded yet.
struct Waiting<F: PieceFormat> {
    /// The piece that is being put together.
    open: Vec<Batch>,
    open_rows: usize,
    before: F::Before,
    /// Pieces that wait for a thread, with their numbers.
    full: VecDeque<(usize, F::Rows)>,
    next: usize,
}

/// Pieces that are encoded.
struct Written<F: PieceFormat> {
    footer: F::Footer,
    /// The number of the next to be written.
    next: usize,
    /// Those whose turn has not come.
    early: BTreeMap<usize, F::Piece>,
}

impl<F: PieceFormat> PiecesFile<F> {
    /// A file whose head has been written.
    pub(super) fn new(format: F, file: NewFile, before: F::Before, footer: F::Footer) -> Self {
        let rows = Waiting { open: Vec::new(), open_rows: 0, before, full: VecDeque::new(), next: 0 };
        let written = Written { footer, next: 0, early: BTreeMap::new() };
        Self { format, file, rows: Mutex::new(rows), written: Mutex::new(written) }
    }

    /// Ends the piece that is being put together.
    fn close(&self, rows: &mut Waiting<F>) {
        let cut = self.format.cut(std::mem::take(&mut rows.open), &mut rows.before);
        rows.open_rows = 0;
        rows.full.push_back((rows.next, cut));
        rows.next += 1;
    }

    /// Encodes a piece that waits, if there is one, and writes what has its turn. Whether there was one.
    fn encode_one(&self) -> Result<bool, SourceError> {
        let next = lock(&self.rows).full.pop_front();
        let Some((number, rows)) = next else { return Ok(false) };
        let piece = self.format.encode(&rows)?;
        let mut written = lock(&self.written);
        written.early.insert(number, piece);
        loop {
            let next = written.next;
            let Some(piece) = written.early.remove(&next) else { return Ok(true) };
            self.file.write(F::bytes(&piece))?;
            F::push(&mut written.footer, piece);
            written.next += 1;
        }
    }
}

impl<F: PieceFormat> SinkWriter for PiecesFile<F> {
    fn encode(&self, batch: &Batch) -> Result<Encoded, SourceError> {
        self.encode_one()?;
        Ok(Encoded::Rows(batch.clone()))
    }

    fn write(&self, encoded: Encoded) -> Result<(), SourceError> {
        let Encoded::Rows(batch) = encoded else { return Err("bytes that are of no piece of rows".into()) };
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut rows = lock(&self.rows);
        rows.open_rows += batch.num_rows();
        rows.open.push(batch);
        if rows.open_rows >= self.format.piece_rows().max(1) {
            self.close(&mut rows);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), SourceError> {
        {
            let mut rows = lock(&self.rows);
            if rows.open_rows > 0 {
                self.close(&mut rows);
            }
        }
        while self.encode_one()? {}
        let Self { format, file, rows, written } = *self;
        let before = rows.into_inner().unwrap_or_else(PoisonError::into_inner).before;
        let footer = written.into_inner().unwrap_or_else(PoisonError::into_inner).footer;
        file.write(&format.end(footer, before)?)?;
        Ok(file.finish()?)
    }
}

/// A worker that panics holds no lock while it does harm: what is behind the locks stays whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
