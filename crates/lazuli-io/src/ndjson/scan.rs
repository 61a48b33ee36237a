//! A scan in progress: what workers share, and the one call they make.

use super::chunk::{Chunk, ChunkReader};
use super::column::ValueRules;
use super::decode::{Decoded, Decoder, Filter};
use super::file::NdjsonFile;
use super::keys::Keys;
use super::records::Positions;
use super::{NdjsonTable, Result};
use crate::files::{LimitTracker, Reject, RejectLog};
use crate::filter::RowFilter;
use crate::input::Text;
use lazuli_array::{Batch, SchemaRef};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The rows of a table in batches, one per chunk of a file. Any number of threads call [`NdjsonScan::next`].
///
/// Memory: each thread inside `next` holds one chunk's text (the chunk size, or the longest record), the positions of
/// its values and the batch it builds; besides these only the records that are
/// set aside grow with the files.
pub struct NdjsonScan {
    table: Arc<NdjsonTable>,
    output: SchemaRef,
    /// One a file.
    decoders: Vec<Decoder>,
    reader: Mutex<Files>,
    /// Memory for reuse.
    spare: Mutex<Vec<Spare>>,
    limit: Option<LimitTracker>,
    failed: AtomicBool,
    /// Bytes of files; those of plain files count when their rows are there, those of others when they are read.
    bytes_done: Arc<AtomicU64>,
    rows_done: AtomicU64,
    rejects: RejectLog,
}

/// The file that is being read, and its reader.
struct Files {
    current: usize,
    reader: ChunkReader<Text>,
}

/// Memory that one call needs and the next can use again.
#[derive(Default)]
struct Spare {
    text: Vec<u8>,
    positions: Positions,
    /// What was learned of the keys, and whether of lines: within an array a key may stand on the next line.
    keys: Option<(bool, Keys)>,
}

impl NdjsonScan {
    /// Begins a scan.
    ///
    /// `projection`: the columns wanted, by position in the table, in the order wanted; `None` is all. Others are not
    /// parsed, so what is wrong with their types goes unseen (that they are JSON is still checked).
    /// `filter`: rows to keep. `limit`: rows wanted, after the filter: the scan stops reading when it has them, and says
    /// nothing of what is wrong behind them; batches may bring some more rows when several threads take part, so the
    /// caller still cuts. Where records are set aside there is no limit: how many they are must not depend on it.
    ///
    /// # Errors
    /// When the first file can't be opened again.
    ///
    /// # Panics
    /// If the projection or the filter names a column that the table does not have.
    pub fn open(
        table: Arc<NdjsonTable>,
        projection: Option<Vec<usize>>,
        filter: Option<Arc<dyn RowFilter>>,
        limit: Option<usize>,
    ) -> Result<Self> {
        let bytes_done = Arc::new(AtomicU64::new(0));
        let first = &table.files[0];
        let reader = first
            .chunks(table.options(), table.max_records(), 0, bytes_done.clone())
            .map_err(|error| error.in_file(&first.input.path))?;
        let projection = projection.unwrap_or_else(|| (0..table.schema().len()).collect());
        let output = match projection.iter().copied().eq(0..table.schema().len()) {
            true => table.schema().clone(),
            false => Arc::new(table.schema().project(&projection)),
        };
        let options = table.options();
        let path_column = table.path_column();
        let filtered = filter.iter().flat_map(|filter| filter.columns());
        let mut wanted: Vec<usize> = projection
            .iter()
            .chain(filtered)
            .copied()
            .filter(|&column| Some(column) != path_column)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let decoder = |file: &NdjsonFile| Decoder {
            path: file.input.path.display().to_string(),
            schema: table.schema().clone(),
            path_column,
            sampled: table.sampled().to_vec(),
            rules: ValueRules::new(options),
            projection: projection.clone(),
            wanted: wanted.clone(),
            output: output.clone(),
            filter: filter.as_ref().map(|filter| {
                let schema = Arc::new(table.schema().project(filter.columns()));
                Filter { filter: filter.clone(), schema }
            }),
        };
        Ok(Self {
            decoders: table.files.iter().map(decoder).collect(),
            output,
            reader: Mutex::new(Files { current: 0, reader }),
            spare: Mutex::default(),
            limit: limit.filter(|_| !options.sets_aside()).map(LimitTracker::new),
            failed: AtomicBool::new(false),
            bytes_done,
            rows_done: AtomicU64::new(0),
            rejects: RejectLog::default(),
            table,
        })
    }

    /// Takes the next chunk of a file and parses it: its place among all chunks (from 0, without gaps) and its rows,
    /// which may be none. `None`: there are no more.
    ///
    /// # Errors
    /// The first thing by place that is wrong in the chunk. After an error every later call gives `None`, while calls
    /// that run at the time finish; of several errors the one with the smallest
    /// [`sequence`](super::NdjsonError::sequence) is the first in the files.
    pub fn next(&self) -> Result<Option<(u64, Batch)>> {
        let mut spare = lock(&self.spare).pop().unwrap_or_default();
        let result = self.next_with(&mut spare);
        if result.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        self.keep(spare);
        result
    }

    fn next_with(&self, spare: &mut Spare) -> Result<Option<(u64, Batch)>> {
        let (chunk, file) = match self.next_chunk(std::mem::take(&mut spare.text)) {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(None),
            Err(error) => {
                let sequence = error.sequence().unwrap_or(0);
                let is_enough = |limit: &LimitTracker| limit.claim(sequence).is_enough(0);
                // The mistake lies behind the last row wanted.
                return if self.limit.as_ref().is_some_and(is_enough) { Ok(None) } else { Err(error) };
            }
        };
        let claim = self.limit.as_ref().map(|limit| limit.claim(chunk.sequence));
        let is_lines = chunk.items.is_none();
        let decoder = &self.decoders[file];
        let keys = match &mut spare.keys {
            Some((of_lines, keys)) if *of_lines == is_lines => keys,
            keys => &mut keys.insert((is_lines, decoder.keys())).1,
        };
        let decoded = decoder.decode(&chunk, keys, &mut spare.positions);
        let Decoded { mut batch, records, rejects, error } = decoded;
        if let Some(error) = error
            && !claim.as_ref().is_some_and(|claim| claim.is_enough(batch.num_rows()))
        {
            return Err(error.in_chunk(chunk.sequence).in_file(self.path(file)));
        }
        if self.table.files[file].input.is_plain() {
            self.bytes_done.fetch_add(chunk.bytes.len() as u64, Ordering::Relaxed);
        }
        if let Some(claim) = claim {
            batch = batch.sliced(0, claim.finish(batch.num_rows()));
        }
        self.rows_done.fetch_add(records as u64, Ordering::Relaxed);
        if self.table.options().sets_aside() {
            let all_records = records as u64 + rejects.len() as u64;
            self.rejects.add(chunk.sequence, file, all_records, rejects);
        }
        spare.text = chunk.bytes;
        Ok(Some((chunk.sequence, batch)))
    }

    /// The serial part: a chunk and its file.
    fn next_chunk(&self, mut text: Vec<u8>) -> Result<Option<(Chunk, usize)>> {
        let mut files = lock(&self.reader);
        loop {
            // Asked under the lock: an error or a limit reached before stops every later chunk.
            if self.failed.load(Ordering::Acquire)
                || self.limit.as_ref().is_some_and(LimitTracker::is_reached)
            {
                return Ok(None);
            }
            let current = files.current;
            let next = files.reader.next_chunk(std::mem::take(&mut text));
            if let Some(chunk) = next.map_err(|error| error.in_file(self.path(current)))? {
                return Ok(Some((chunk, current)));
            }
            let Some(file) = self.table.files.get(current + 1) else { return Ok(None) };
            let sequence = files.reader.sequence();
            let counter = self.bytes_done.clone();
            let reader = file.chunks(self.table.options(), self.table.max_records(), sequence, counter);
            files.reader = reader.map_err(|error| error.in_chunk(sequence).in_file(&file.input.path))?;
            files.current += 1;
        }
    }

    fn path(&self, file: usize) -> &Path {
        &self.table.files[file].input.path
    }

    /// Keeps memory for reuse, unless one long record has blown it up.
    fn keep(&self, spare: Spare) {
        let usual = 4 * self.table.options().chunk_bytes.max(64 << 10);
        if spare.text.capacity() <= usual && spare.positions.capacity_bytes() <= usual {
            lock(&self.spare).push(spare);
        }
    }

    /// Names and types of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.output
    }

    /// The table.
    pub fn table(&self) -> &Arc<NdjsonTable> {
        &self.table
    }

    /// Bytes of the files read so far, of [`NdjsonTable::file_bytes`].
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// Records parsed so far, those that the filter removed included, those set aside not.
    pub fn rows_done(&self) -> u64 {
        self.rows_done.load(Ordering::Relaxed)
    }

    /// Records set aside so far.
    pub fn rows_rejected(&self) -> u64 {
        self.rejects.count()
    }

    /// Bytes of memory that those take.
    pub fn reject_bytes(&self) -> usize {
        self.rejects.memory_bytes()
    }

    /// Takes the records that were set aside, in the order of the files. Whole when [`NdjsonScan::next`] has given `None`:
    /// then the records of the files are [`NdjsonScan::rows_done`] and these.
    ///
    /// With [`OnMisfit::Reject`](crate::OnMisfit::Reject) a record is set aside, once, if it is no JSON object, if its
    /// bytes are no UTF-8, or if a value of a column misfits that the projection or the filter names.
    pub fn rejects(&self) -> Vec<Reject> {
        self.rejects.take(|file| self.path(file).display().to_string())
    }
}

/// A worker that panics holds no lock while it does harm: what is behind the locks stays whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
