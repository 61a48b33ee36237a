//! A scan in progress: what workers share, and the one call they make.

use super::chunk::{Chunk, ChunkReader};
use super::decode::{Decoded, Decoder, Filter};
use super::field::NullTexts;
use super::limit::LimitTracker;
use super::records::Positions;
use super::{CsvTable, Result, RowFilter};
use lazuli_array::{Batch, SchemaRef};
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The rows of a table in batches, one per chunk of the file. Any number of threads call [`CsvScan::next`].
///
/// Memory: each thread inside `next` holds one chunk's text (the chunk size, or the longest record), its positions (up
/// to four bytes per byte of text, mostly below one) and the batch it builds; nothing else grows with the file.
pub struct CsvScan {
    table: Arc<CsvTable>,
    decoder: Decoder,
    reader: Mutex<ChunkReader<File>>,
    /// Memory for reuse.
    spare: Mutex<Vec<Spare>>,
    limit: Option<LimitTracker>,
    failed: AtomicBool,
    bytes_done: AtomicU64,
    rows_done: AtomicU64,
}

/// Memory that one call needs and the next can use again.
#[derive(Default)]
struct Spare {
    text: Vec<u8>,
    positions: Positions,
}

impl CsvScan {
    /// Begins a scan.
    ///
    /// `projection`: the columns wanted, by position in the table, in the order wanted; `None` is all. Others are not
    /// parsed, so what is wrong with their values goes unseen (their quotes, number and encoding are still checked).
    /// `filter`: rows to keep. `limit`: rows wanted, after the filter: the scan stops reading when it has them, and says
    /// nothing of what is wrong behind them; batches may bring some more rows when several threads take part, so the
    /// caller still cuts.
    ///
    /// # Errors
    /// When the file can't be opened again.
    ///
    /// # Panics
    /// If the projection or the filter names a column that the table does not have.
    pub fn open(
        table: Arc<CsvTable>,
        projection: Option<Vec<usize>>,
        filter: Option<Arc<dyn RowFilter>>,
        limit: Option<usize>,
    ) -> Result<Self> {
        let reader = table.chunks().map_err(|error| error.in_file(table.path()))?;
        let projection = projection.unwrap_or_else(|| (0..table.schema().len()).collect());
        let output = match projection.iter().copied().eq(0..table.schema().len()) {
            true => table.schema().clone(),
            false => Arc::new(table.schema().project(&projection)),
        };
        let filter = filter.map(|filter| {
            let schema = Arc::new(table.schema().project(filter.columns()));
            Filter { filter, schema }
        });
        let options = table.options();
        let decoder = Decoder {
            layout: table.layout().clone(),
            schema: table.schema().clone(),
            sampled: table.sampled().to_vec(),
            null_texts: NullTexts::new(&options.dialect.null_values),
            on_misfit: options.on_misfit,
            dictionary_strings: options.dictionary_strings,
            projection,
            output,
            filter,
        };
        Ok(Self {
            decoder,
            reader: Mutex::new(reader),
            spare: Mutex::default(),
            limit: limit.map(LimitTracker::new),
            failed: AtomicBool::new(false),
            bytes_done: AtomicU64::new(0),
            rows_done: AtomicU64::new(0),
            table,
        })
    }

    /// Takes the next chunk of the file and parses it: its place among all chunks (from 0, without gaps) and its rows,
    /// which may be none. `None`: there are no more.
    ///
    /// # Errors
    /// The first thing by place that is wrong in the chunk. After an error every later call gives `None`, while calls
    /// that run at the time finish; of several errors the one with the smallest
    /// [`sequence`](super::CsvError::sequence) is the first in the file.
    pub fn next(&self) -> Result<Option<(u64, Batch)>> {
        let mut spare = lock(&self.spare).pop().unwrap_or_default();
        let result = self.next_with(&mut spare);
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        self.keep(spare);
        result.map_err(|error| error.in_file(self.table.path()))
    }

    fn next_with(&self, spare: &mut Spare) -> Result<Option<(u64, Batch)>> {
        let chunk = match self.next_chunk(std::mem::take(&mut spare.text)) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(None),
            Err(error) => {
                let sequence = error.sequence().unwrap_or(0);
                let is_enough = |limit: &LimitTracker| limit.claim(sequence).is_enough(0);
                // The mistake lies behind the last row wanted.
                return if self.limit.as_ref().is_some_and(is_enough) { Ok(None) } else { Err(error) };
            }
        };
        let claim = self.limit.as_ref().map(|limit| limit.claim(chunk.sequence));
        let Decoded { mut batch, records, error } = self.decoder.decode(&chunk, &mut spare.positions);
        if let Some(error) = error
            && !claim.as_ref().is_some_and(|claim| claim.is_enough(batch.num_rows()))
        {
            return Err(error.in_chunk(chunk.sequence));
        }
        self.bytes_done.fetch_add(chunk.bytes.len() as u64, Ordering::Relaxed);
        if let Some(claim) = claim {
            batch = batch.sliced(0, claim.finish(batch.num_rows()));
        }
        self.rows_done.fetch_add(records as u64, Ordering::Relaxed);
        spare.text = chunk.bytes;
        Ok(Some((chunk.sequence, batch)))
    }

    /// The serial part.
    fn next_chunk(&self, text: Vec<u8>) -> Result<Option<Chunk>> {
        let mut reader = lock(&self.reader);
        // Asked under the lock: an error or a limit reached before stops every later chunk.
        if self.failed.load(Ordering::Acquire) || self.limit.as_ref().is_some_and(LimitTracker::is_reached) {
            return Ok(None);
        }
        reader.next_chunk(text)
    }

    /// Keeps memory for reuse, unless one long record has blown it up.
    fn keep(&self, spare: Spare) {
        let usual = 4 * self.table.options().chunk_bytes.max(64 << 10);
        if spare.text.capacity() <= usual && spare.positions.capacity_bytes() <= usual {
            lock(&self.spare).push(spare);
        }
    }

    /// Names and types of the batches.
    #[expect(clippy::misnamed_getters, reason = "the decoder's own `schema` is the file's")]
    pub fn schema(&self) -> &SchemaRef {
        &self.decoder.output
    }

    /// The table.
    pub fn table(&self) -> &Arc<CsvTable> {
        &self.table
    }

    /// Bytes of the file parsed so far, of [`CsvTable::file_bytes`].
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// Records parsed so far, those that the filter removed included.
    pub fn rows_done(&self) -> u64 {
        self.rows_done.load(Ordering::Relaxed)
    }
}

/// A worker that panics holds no lock while it does harm: what is behind the locks stays whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
