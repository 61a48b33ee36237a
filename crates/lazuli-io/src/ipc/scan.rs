//! A scan in progress: what workers share, and the one call they make.
//!
//! A batch that is not compressed is read in pieces, by several workers at once: of a range of rows each buffer has a range
//! of bytes. One that is compressed is read as a whole by one worker, who leaves the pieces for others.

use super::body::Body;
use super::decode::{Cursor, Rows, array};
use super::file::BatchPlace;
use super::message::BatchHead;
use super::table::Part;
use super::{IpcError, IpcErrorKind, IpcTable, Result};
use crate::files::{LimitTracker, Origin, ScanOptions};
use crate::filter::{ColumnFacts, GroupFacts};
use lazuli_array::{Array, Batch, Column, SchemaRef};
use lazuli_kernels::filter_column;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The rows of a table in batches. Any number of threads call [`IpcScan::next`].
///
/// Memory: each thread holds the wanted columns of one batch, or of a piece of it where it is not compressed.
pub struct IpcScan {
    table: Arc<IpcTable>,
    options: ScanOptions,
    projection: Vec<usize>,
    output: SchemaRef,
    filter_schema: SchemaRef,
    units: Vec<Unit>,
    state: Mutex<State>,
    limit: Option<LimitTracker>,
    failed: AtomicBool,
    bytes_done: AtomicU64,
    rows_done: AtomicU64,
}

/// A batch of a file to be read.
struct Unit {
    part: usize,
    batch: usize,
    /// The first rows, as far as they are wanted.
    num_rows: usize,
    /// Number of its first piece.
    first_number: u64,
    num_pieces: usize,
}

#[derive(Default)]
struct State {
    unit: usize,
    piece: usize,
    /// Pieces of batches that were read as a whole.
    ready: VecDeque<(u64, Batch)>,
}

/// What a worker is to read.
struct Task {
    unit: usize,
    number: u64,
    rows: Rows,
    /// Pieces that the rows are to be cut into.
    num_pieces: usize,
}

impl IpcScan {
    /// Begins a scan. Files of which the filter can tell by their folders that they have no row to keep are not read.
    ///
    /// # Panics
    /// If the projection or the filter names a column that the table does not have.
    pub fn open(table: Arc<IpcTable>, options: ScanOptions) -> Self {
        let schema = table.schema();
        let projection = options.projection.clone().unwrap_or_else(|| (0..schema.len()).collect());
        let output = match projection.iter().copied().eq(0..schema.len()) {
            true => schema.clone(),
            false => Arc::new(schema.project(&projection)),
        };
        let filter_schema = match &options.filter {
            Some(filter) => Arc::new(schema.project(filter.columns())),
            None => output.clone(),
        };
        let batch_rows = options.batch_rows.max(1);
        let mut rows_left = match options.limit {
            Some(limit) if options.filter.is_none() || limit == 0 => limit,
            _ => usize::MAX,
        };
        let mut units = Vec::new();
        let mut first_number = 0;
        for (part_index, part) in table.parts.iter().enumerate() {
            for (index, batch) in part.file.batches.iter().enumerate() {
                let num_rows = batch.num_rows.min(rows_left);
                let facts = PartBatch { part, batch };
                if num_rows == 0 || options.filter.as_ref().is_some_and(|filter| !filter.may_keep(&facts)) {
                    continue;
                }
                rows_left -= num_rows;
                // Under a limit every call must know the rows of its own number.
                let is_whole = batch.is_compressed && options.limit.is_some();
                let num_pieces = if is_whole { 1 } else { num_rows.div_ceil(batch_rows) };
                units.push(Unit { part: part_index, batch: index, num_rows, first_number, num_pieces });
                first_number += num_pieces as u64;
            }
        }
        Self {
            projection,
            output,
            filter_schema,
            units,
            state: Mutex::default(),
            limit: options.limit.map(LimitTracker::new),
            failed: AtomicBool::new(false),
            bytes_done: AtomicU64::new(0),
            rows_done: AtomicU64::new(0),
            options,
            table,
        }
    }

    /// Takes the next piece and reads it: its number (from 0, without gaps) and its rows, which may be none. `None`: there
    /// are no more.
    ///
    /// # Errors
    /// What is wrong with the piece of this number. After an error every later call gives `None`, while calls that run at
    /// the time finish; of several errors the one with the smallest number is the first in the files.
    pub fn next(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, IpcError)> {
        let task = match self.take() {
            Taken::Ready(number, batch) => return Ok(Some((number, batch))),
            Taken::Task(task) => task,
            Taken::Nothing => return Ok(None),
        };
        let claim = self.limit.as_ref().map(|limit| limit.claim(task.number));
        match self.read(&task) {
            Ok(batch) => {
                self.rows_done.fetch_add(task.rows.length as u64, Ordering::Relaxed);
                let useful = claim.map_or(batch.num_rows(), |claim| claim.finish(batch.num_rows()));
                Ok(Some((task.number, self.cut(&task, batch.sliced(0, useful)))))
            }
            // The mistake lies behind the last row wanted.
            Err(_) if claim.as_ref().is_some_and(|claim| claim.is_enough(0)) => Ok(None),
            Err(error) => {
                self.failed.store(true, Ordering::Release);
                let unit = &self.units[task.unit];
                let path = &self.table.parts[unit.part].file.path;
                Err((task.number, error.in_batch(unit.batch).in_file(path)))
            }
        }
    }

    fn take(&self) -> Taken {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, batch)) = state.ready.pop_front() {
            return Taken::Ready(number, batch);
        }
        if self.failed.load(Ordering::Acquire) || self.limit.as_ref().is_some_and(LimitTracker::is_reached) {
            return Taken::Nothing;
        }
        let Some(unit) = self.units.get(state.unit) else { return Taken::Nothing };
        let index = state.unit;
        if self.table.parts[unit.part].file.batches[unit.batch].is_compressed {
            state.unit += 1;
            let rows = Rows { start: 0, length: unit.num_rows };
            let num_pieces = unit.num_pieces;
            return Taken::Task(Task { unit: index, number: unit.first_number, rows, num_pieces });
        }
        let batch_rows = self.options.batch_rows.max(1);
        let start = state.piece * batch_rows;
        let number = unit.first_number + state.piece as u64;
        state.piece += 1;
        if state.piece == unit.num_pieces {
            (state.unit, state.piece) = (state.unit + 1, 0);
        }
        let rows = Rows { start, length: batch_rows.min(unit.num_rows - start) };
        Taken::Task(Task { unit: index, number, rows, num_pieces: 1 })
    }

    /// The first piece of what was read; the others are left for whoever asks next.
    fn cut(&self, task: &Task, batch: Batch) -> Batch {
        if task.num_pieces == 1 {
            return batch;
        }
        // Rows that the filter removed leave fewer, and pieces must be as many as were announced.
        let batch_rows = self.options.batch_rows.max(1);
        let piece = |index: usize| {
            let start = (index * batch_rows).min(batch.num_rows());
            batch.sliced(start, batch_rows.min(batch.num_rows() - start))
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ready.extend((1..task.num_pieces).map(|index| (task.number + index as u64, piece(index))));
        piece(0)
    }

    fn read(&self, task: &Task) -> Result<Batch> {
        let unit = &self.units[task.unit];
        let part = &self.table.parts[unit.part];
        let batch = &part.file.batches[unit.batch];
        let head = part.file.head(batch)?;
        let reader = PartReader::new(part, batch, &head, task.rows)?;
        let columns = self.columns(&reader);
        self.bytes_done.fetch_add(reader.body.bytes_read(), Ordering::Relaxed);
        columns
    }
}

enum Taken {
    Ready(u64, Batch),
    Task(Task),
    Nothing,
}

impl IpcScan {
    fn columns(&self, reader: &PartReader<'_>) -> Result<Batch> {
        let all_rows = reader.rows.length;
        let Some(filter) = &self.options.filter else {
            let columns = self.projection.iter().map(|&position| self.column(reader, position));
            return Ok(Batch::new(self.output.clone(), columns.collect::<Result<_>>()?, all_rows));
        };
        let tested = filter.columns().iter().map(|&position| self.column(reader, position));
        let tested = Batch::new(self.filter_schema.clone(), tested.collect::<Result<_>>()?, all_rows);
        let mask = filter.keep(&tested).map_err(|error| IpcError::new(IpcErrorKind::Filter(error)))?;
        let kept = mask.count_ones();
        let columns = self.projection.iter().map(|position| {
            let data_type = self.table.schema().field(*position).data_type();
            if kept == 0 {
                return Ok(Column::new_null(data_type.clone(), 0));
            }
            match filter.columns().iter().position(|column| column == position) {
                Some(index) => Ok(filter_column(tested.column(index), &mask)),
                None => Ok(filter_column(&self.column(reader, *position)?, &mask)),
            }
        });
        Ok(Batch::new(self.output.clone(), columns.collect::<Result<_>>()?, kept))
    }

    /// Reads a column of the table.
    fn column(&self, reader: &PartReader<'_>, position: usize) -> Result<Column> {
        let field = self.table.schema().field(position);
        let array = match &reader.part.origins[position] {
            Origin::Column(column) => reader.array(*column).map_err(|error| error.in_column(field.name()))?,
            made => made.made_array(field.data_type(), &reader.part.file.path, reader.rows.length),
        };
        Ok(Column::try_new(field.data_type().clone(), array)?)
    }

    /// Names and types of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.output
    }

    /// The table.
    pub fn table(&self) -> &Arc<IpcTable> {
        &self.table
    }

    /// Bytes of buffers read so far, of [`IpcTable::file_bytes`].
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// Rows read so far, those that the filter removed included.
    pub fn rows_done(&self) -> u64 {
        self.rows_done.load(Ordering::Relaxed)
    }
}

/// Rows of a batch, of which columns are read one by one.
struct PartReader<'a> {
    part: &'a Part,
    batch: &'a BatchPlace,
    body: Body<'a>,
    /// Where each column of the file begins.
    cursors: Vec<Cursor>,
    rows: Rows,
}

impl<'a> PartReader<'a> {
    fn new(part: &'a Part, batch: &'a BatchPlace, head: &'a BatchHead, rows: Rows) -> Result<Self> {
        let body = Body::new(head, part.file.source(batch));
        let mut next = Cursor::default();
        let mut cursors = Vec::with_capacity(part.file.fields.len());
        for field in &part.file.fields {
            cursors.push(next);
            next.skip(field, &body)?;
        }
        Ok(Self { part, batch, body, cursors, rows })
    }

    /// The rows of the file's column at this position.
    fn array(&self, column: usize) -> Result<Array> {
        let lookup = |id: i64| self.part.file.dictionary(id, self.batch);
        let mut cursor = self.cursors[column];
        array(&self.body, &mut cursor, &self.part.file.fields[column], self.rows, &lookup)
    }
}

/// A batch, as a filter sees it: its folder's keys are all that is known.
struct PartBatch<'a> {
    part: &'a Part,
    batch: &'a BatchPlace,
}

impl GroupFacts for PartBatch<'_> {
    fn num_rows(&self) -> usize {
        self.batch.num_rows
    }

    fn column(&self, position: usize) -> ColumnFacts {
        match &self.part.origins[position] {
            Origin::Key(value) => {
                let null_count = if value.is_null() { self.batch.num_rows } else { 0 };
                ColumnFacts { min: value.clone(), max: value.clone(), null_count: Some(null_count) }
            }
            Origin::Missing => ColumnFacts { null_count: Some(self.batch.num_rows), ..ColumnFacts::UNKNOWN },
            Origin::Column(_) | Origin::Path => ColumnFacts::UNKNOWN,
        }
    }
}
