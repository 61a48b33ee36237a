//! A scan in progress: what workers share, and the one call they make.
//!
//! A row group is read as tasks: the columns of the filter first, if there is one, then every other column by itself.
//! Workers take tasks in order, so that a file of one row group is read by several at once. Batches are handed out in
//! the order of their numbers; a worker for whom there is neither a batch nor a task waits for those who have some.

use super::assemble::read_column;
use super::chunk::{Buffers, Selection};
use super::metadata::Group;
use super::statistics;
use super::table::{ParquetTable, Part};
use super::{ParquetError, ParquetErrorKind, ParquetScanOptions, Result};
use crate::files::Origin;
use crate::filter::{ColumnFacts, GroupFacts};
use lazuli_array::{Batch, Bitmap, Column, DataType, DictionaryArray, SchemaRef};
use lazuli_kernels::filter_column;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Chunks of more bytes than this are not kept for reuse.
const KEPT_BYTES: usize = 64 << 20;

/// The rows of a table in batches. Any number of threads call [`ParquetScan::next`].
///
/// Memory: the columns of as many row groups as there are threads, and one more.
pub struct ParquetScan {
    table: Arc<ParquetTable>,
    options: ParquetScanOptions,
    projection: Vec<usize>,
    output: SchemaRef,
    filter_schema: SchemaRef,
    units: Vec<Unit>,
    state: Mutex<State>,
    changed: Condvar,
    spare: Mutex<Vec<Buffers>>,
    bytes_done: AtomicU64,
    rows_done: AtomicU64,
    groups_skipped: usize,
}

/// A row group to be read.
struct Unit {
    part: usize,
    group: usize,
    /// The first rows, as far as they are wanted.
    num_rows: usize,
    /// Number of its first batch.
    first_batch: u64,
    num_batches: usize,
}

#[derive(Default)]
struct State {
    /// The next unit that nobody has begun.
    next_unit: usize,
    tasks: VecDeque<Task>,
    /// Units that are being read.
    open: BTreeMap<usize, Progress>,
    /// Units begun whose last batch has not been handed out.
    in_flight: usize,
    ready: BTreeMap<u64, Ready>,
    next_batch: u64,
    rows_out: usize,
    /// Nothing more is handed out.
    is_over: bool,
}

struct Ready {
    batch: Result<Batch>,
    is_last_of_unit: bool,
}

struct Task {
    unit: usize,
    what: What,
    mask: Option<Arc<Bitmap>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// The columns of the filter, and what it says.
    Filter,
    /// The wanted column at this position of the output.
    Column(usize),
}

struct Progress {
    columns: Vec<Option<Column>>,
    num_rows: usize,
    tasks_left: usize,
    /// The first by place.
    error: Option<(usize, ParquetError)>,
}

/// What a task has found.
enum Found {
    Column(usize, Result<Column>),
    /// The rows that stay, and those wanted columns that the filter has read.
    Filtered {
        mask: Bitmap,
        columns: Vec<(usize, Column)>,
    },
    FilterFailed(ParquetError),
}

impl ParquetScan {
    /// Begins a scan. Row groups of which the filter says that they have no row to keep are not read.
    ///
    /// # Panics
    /// If the projection or the filter names a column that the table does not have.
    pub fn open(table: Arc<ParquetTable>, options: ParquetScanOptions) -> Self {
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
        let mut units = Vec::new();
        let mut groups_skipped = 0;
        let mut first_batch = 0;
        let mut rows_left = match options.limit {
            Some(limit) if options.filter.is_none() || limit == 0 => limit,
            _ => usize::MAX,
        };
        for (part_index, part) in table.parts.iter().enumerate() {
            for (index, group) in part.file.row_groups.iter().enumerate() {
                let num_rows = group.num_rows.min(rows_left);
                let facts = PartGroup { part, group };
                if num_rows == 0 {
                    continue;
                }
                if options.filter.as_ref().is_some_and(|filter| !filter.may_keep(&facts)) {
                    groups_skipped += 1;
                    continue;
                }
                rows_left -= num_rows;
                let num_batches = num_rows.div_ceil(options.batch_rows.max(1));
                units.push(Unit { part: part_index, group: index, num_rows, first_batch, num_batches });
                first_batch += num_batches as u64;
            }
        }
        Self {
            projection,
            output,
            filter_schema,
            units,
            state: Mutex::default(),
            changed: Condvar::new(),
            spare: Mutex::default(),
            bytes_done: AtomicU64::new(0),
            rows_done: AtomicU64::new(0),
            groups_skipped,
            options,
            table,
        }
    }

    /// The next batch and its number: from 0, without gaps, in order. A batch may have no rows. `None`: there are no
    /// more.
    ///
    /// # Errors
    /// What is wrong with the batch of this number, which is the first in the files that anything is wrong with. After
    /// an error every later call gives `None`.
    pub fn next(&self) -> std::result::Result<Option<(u64, Batch)>, (u64, ParquetError)> {
        let mut state = self.lock();
        loop {
            let next = state.next_batch;
            if let Some(ready) = state.ready.remove(&next) {
                return self.hand_out(&mut state, next, ready);
            }
            if state.is_over || (state.in_flight == 0 && state.next_unit == self.units.len()) {
                return Ok(None);
            }
            if let Some(task) = state.tasks.pop_front() {
                drop(state);
                let guard = Guard { scan: self, is_armed: true };
                let found = self.run(&task);
                guard.disarm();
                state = self.lock();
                self.take_in(&mut state, task.unit, found);
                self.changed.notify_all();
                continue;
            }
            if state.in_flight <= self.options.threads && state.next_unit < self.units.len() {
                self.begin(&mut state);
                continue;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn hand_out(
        &self,
        state: &mut State,
        number: u64,
        ready: Ready,
    ) -> std::result::Result<Option<(u64, Batch)>, (u64, ParquetError)> {
        state.next_batch += 1;
        if ready.is_last_of_unit {
            state.in_flight -= 1;
        }
        match &ready.batch {
            Ok(batch) => {
                state.rows_out += batch.num_rows();
                state.is_over |= self.options.limit.is_some_and(|limit| state.rows_out >= limit);
            }
            Err(_) => state.is_over = true,
        }
        if state.is_over {
            state.ready.clear();
            state.tasks.clear();
        }
        self.changed.notify_all();
        ready.batch.map(|batch| Some((number, batch))).map_err(|error| (number, error))
    }

    /// Begins the next unit.
    fn begin(&self, state: &mut State) {
        let index = state.next_unit;
        state.next_unit += 1;
        state.in_flight += 1;
        let num_rows = self.units[index].num_rows;
        let columns = vec![None; self.projection.len()];
        state.open.insert(index, Progress { columns, num_rows, tasks_left: 1, error: None });
        match self.options.filter {
            Some(_) => state.tasks.push_back(Task { unit: index, what: What::Filter, mask: None }),
            None => self.spread_columns(state, index, &None),
        }
    }

    /// Makes tasks of the columns of a unit that are not there yet; with none left, the unit is done.
    fn spread_columns(&self, state: &mut State, unit: usize, mask: &Option<Arc<Bitmap>>) {
        let Some(progress) = state.open.get_mut(&unit) else { return };
        let missing: Vec<usize> =
            (0..progress.columns.len()).filter(|&position| progress.columns[position].is_none()).collect();
        progress.tasks_left = missing.len();
        // Before those of later units.
        for &position in missing.iter().rev() {
            let what = What::Column(position);
            state.tasks.push_front(Task { unit, what, mask: mask.clone() });
        }
        if missing.is_empty() {
            self.complete(state, unit);
        }
    }

    fn take_in(&self, state: &mut State, unit: usize, found: Found) {
        let Some(progress) = state.open.get_mut(&unit) else { return };
        match found {
            Found::Column(position, column) => {
                progress.tasks_left -= 1;
                match column {
                    Ok(column) => progress.columns[position] = Some(column),
                    Err(error) => {
                        if progress.error.as_ref().is_none_or(|&(known, _)| position < known) {
                            progress.error = Some((position, error));
                        }
                    }
                }
                if progress.tasks_left == 0 {
                    self.complete(state, unit);
                }
            }
            Found::Filtered { mask, columns } => {
                progress.num_rows = mask.count_ones();
                for (position, column) in columns {
                    progress.columns[position] = Some(column);
                }
                if progress.num_rows == 0 {
                    for (column, field) in progress.columns.iter_mut().zip(self.output.fields()) {
                        *column = Some(Column::new_null(field.data_type().clone(), 0));
                    }
                }
                self.spread_columns(state, unit, &Some(Arc::new(mask)));
            }
            Found::FilterFailed(error) => {
                progress.error = Some((0, error));
                self.complete(state, unit);
            }
        }
    }

    /// Cuts a unit that has been read into its batches.
    fn complete(&self, state: &mut State, index: usize) {
        let Some(progress) = state.open.remove(&index) else { return };
        let unit = &self.units[index];
        self.rows_done.fetch_add(unit.num_rows as u64, Ordering::Relaxed);
        if state.is_over {
            return;
        }
        if let Some((_, error)) = progress.error {
            let error = error.in_row_group(unit.group).in_file(&self.table.parts[unit.part].file.path);
            state.ready.insert(unit.first_batch, Ready { batch: Err(error), is_last_of_unit: true });
            return;
        }
        let columns: Vec<Column> = progress.columns.into_iter().flatten().collect();
        let whole = Batch::new(self.output.clone(), columns, progress.num_rows);
        let batch_rows = self.options.batch_rows.max(1);
        for piece in 0..unit.num_batches {
            let start = (piece * batch_rows).min(progress.num_rows);
            let length = batch_rows.min(progress.num_rows - start);
            let batch = Ok(whole.sliced(start, length));
            let is_last_of_unit = piece + 1 == unit.num_batches;
            state.ready.insert(unit.first_batch + piece as u64, Ready { batch, is_last_of_unit });
        }
    }

    fn run(&self, task: &Task) -> Found {
        let mut buffers = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let unit = &self.units[task.unit];
        let part = &self.table.parts[unit.part];
        let group = &part.file.row_groups[unit.group];
        let selection = Selection { first_rows: unit.num_rows, mask: task.mask.as_deref() };
        let found = match task.what {
            What::Column(position) => Found::Column(
                position,
                self.read(part, group, self.projection[position], selection, &mut buffers),
            ),
            What::Filter => {
                self.run_filter(part, group, selection, &mut buffers).unwrap_or_else(Found::FilterFailed)
            }
        };
        if buffers.chunk.capacity() <= KEPT_BYTES {
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(buffers);
        }
        found
    }

    fn run_filter(
        &self,
        part: &Part,
        group: &Group,
        selection: Selection<'_>,
        buffers: &mut Buffers,
    ) -> Result<Found> {
        let Some(filter) = &self.options.filter else {
            return Ok(Found::Filtered { mask: Bitmap::filled(true, group.num_rows), columns: Vec::new() });
        };
        let columns = filter
            .columns()
            .iter()
            .map(|&position| self.read(part, group, position, selection, buffers))
            .collect::<Result<Vec<_>>>()?;
        let batch = Batch::new(self.filter_schema.clone(), columns, group.num_rows);
        let mask = filter.keep(&batch).map_err(|error| ParquetError::new(ParquetErrorKind::Filter(error)))?;
        let wanted = self.projection.iter().enumerate().filter_map(|(output, position)| {
            let index = filter.columns().iter().position(|column| column == position)?;
            Some((output, filter_column(batch.column(index), &mask)))
        });
        let columns = if mask.count_ones() == 0 { Vec::new() } else { wanted.collect() };
        Ok(Found::Filtered { mask, columns })
    }

    /// Reads a column of the table.
    fn read(
        &self,
        part: &Part,
        group: &Group,
        position: usize,
        selection: Selection<'_>,
        buffers: &mut Buffers,
    ) -> Result<Column> {
        let field = self.table.schema().field(position);
        let num_rows = selection.mask.map_or(selection.first_rows, Bitmap::count_ones);
        match &part.origins[position] {
            Origin::Column(column) => {
                let count = |bytes: usize| {
                    self.bytes_done.fetch_add(bytes as u64, Ordering::Relaxed);
                };
                let node = &part.file.schema.nodes[*column];
                let array = read_column(&part.file, group, node, selection, buffers, &count)
                    .map_err(|error| error.in_column(field.name()))?;
                Ok(column_of(field.data_type(), array))
            }
            made => {
                let array = made.made_array(field.data_type(), &part.file.path, num_rows);
                Ok(Column::new(field.data_type().clone(), array))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names and types of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.output
    }

    /// The table.
    pub fn table(&self) -> &Arc<ParquetTable> {
        &self.table
    }

    /// Bytes of columns read so far, of [`ParquetTable::file_bytes`].
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// Rows of the row groups read so far, those that the filter removed included.
    pub fn rows_done(&self) -> u64 {
        self.rows_done.load(Ordering::Relaxed)
    }

    /// Row groups that were not read, since the filter could tell that it keeps none of their rows.
    pub fn row_groups_skipped(&self) -> usize {
        self.groups_skipped
    }
}

/// An array as a column; a text that is declared as categorical is made one.
fn column_of(data_type: &DataType, array: lazuli_array::Array) -> Column {
    match (data_type, &array) {
        (DataType::Categorical, lazuli_array::Array::String(texts)) => {
            Column::new(data_type.clone(), texts.iter().collect::<DictionaryArray>())
        }
        _ => Column::new(data_type.clone(), array),
    }
}

/// A worker that panics leaves a task undone: others must not wait for it.
struct Guard<'a> {
    scan: &'a ParquetScan,
    is_armed: bool,
}

impl Guard<'_> {
    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.is_armed {
            self.scan.lock().is_over = true;
            self.scan.changed.notify_all();
        }
    }
}

/// A row group, as a filter sees it.
struct PartGroup<'a> {
    part: &'a Part,
    group: &'a Group,
}

impl GroupFacts for PartGroup<'_> {
    fn num_rows(&self) -> usize {
        self.group.num_rows
    }

    fn column(&self, position: usize) -> ColumnFacts {
        match &self.part.origins[position] {
            Origin::Column(column) => {
                statistics::facts(&self.part.file, self.group, &self.part.file.schema.nodes[*column])
            }
            Origin::Key(value) => {
                let null_count = if value.is_null() { self.group.num_rows } else { 0 };
                ColumnFacts { min: value.clone(), max: value.clone(), null_count: Some(null_count) }
            }
            Origin::Missing => ColumnFacts { null_count: Some(self.group.num_rows), ..ColumnFacts::UNKNOWN },
            Origin::Path => ColumnFacts::UNKNOWN,
        }
    }
}
