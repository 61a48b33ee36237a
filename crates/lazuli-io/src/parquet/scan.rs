//! A scan in progress: what workers share, and the one call they make.
//!
//! A row group is read as tasks: the columns of the filter first, if there is one, then every other column by itself.
//! Workers take tasks in order, so that a file of one row group is read by several at once. Batches are handed out in
//! the order of their numbers; a worker for whom there is neither a batch nor a task waits for those who have some.

use super::assemble::{decide_column, read_column};
use super::bloom::{self, Bloom};
use super::chunk::{Buffers, Selection, bits_where};
use super::metadata::{Chunk, Group};
use super::page_index::candidates;
use super::schema::{Leaf, Node};
use super::statistics;
use super::table::{ParquetTable, Part};
use super::{ParquetError, ParquetErrorKind, ParquetScanOptions, Result};
use crate::files::Origin;
use crate::filter::{ColumnFacts, GroupFacts, RowFilter};
use lazuli_array::{Batch, Bitmap, Column, DataType, DictionaryArray, Scalar, SchemaRef};
use lazuli_kernels::cast::{CastMode, cast};
use lazuli_kernels::{filter_column, spread_mask};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Chunks of more bytes than this are not kept for reuse.
const KEPT_BYTES: usize = 64 << 20;

/// The rows of a table in batches. Any number of threads call [`ParquetScan::next`].
///
/// Memory: the columns of as many row groups as there are threads, and one more, if there is room for so many.
pub struct ParquetScan {
    table: Arc<ParquetTable>,
    options: ParquetScanOptions,
    projection: Vec<usize>,
    output: SchemaRef,
    units: Vec<Unit>,
    state: Mutex<State>,
    changed: Condvar,
    spare: Mutex<Vec<Buffers>>,
    bytes_done: AtomicU64,
    rows_done: AtomicU64,
    groups_skipped: usize,
    rows_skipped: u64,
    rows_left_out: AtomicU64,
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
    /// About what it takes in memory, compressed and as arrays.
    memory_bytes: usize,
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
    /// What those take in memory, as far as it was granted.
    held: BTreeMap<usize, usize>,
    ready: BTreeMap<u64, Ready>,
    next_batch: u64,
    rows_out: usize,
    /// Nothing more is handed out.
    is_over: bool,
}

struct Ready {
    batch: Result<Batch>,
    /// The unit, if this is its last.
    ends: Option<usize>,
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
        let mut units = Vec::new();
        let mut groups_skipped = 0;
        let mut rows_skipped = 0;
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
                    rows_skipped += num_rows as u64;
                    continue;
                }
                rows_left -= num_rows;
                let num_batches = num_rows.div_ceil(options.batch_rows.max(1));
                let memory_bytes = memory_of(part, group, num_rows, &projection, options.filter.as_deref());
                let part = part_index;
                units.push(Unit { part, group: index, num_rows, first_batch, num_batches, memory_bytes });
                first_batch += num_batches as u64;
            }
        }
        Self {
            projection,
            output,
            units,
            state: Mutex::default(),
            changed: Condvar::new(),
            spare: Mutex::default(),
            bytes_done: AtomicU64::new(0),
            rows_done: AtomicU64::new(0),
            groups_skipped,
            rows_skipped,
            rows_left_out: AtomicU64::new(0),
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
            if state.in_flight <= self.options.threads
                && state.next_unit < self.units.len()
                && self.has_room(&mut state)
            {
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
        if let Some(unit) = ready.ends {
            state.in_flight -= 1;
            // Fewer bytes are never refused.
            if state.held.remove(&unit).is_some() {
                self.hold(state.held.values().sum());
            }
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

    fn hold(&self, bytes: usize) -> bool {
        self.options.hold.as_ref().is_none_or(|hold| hold(bytes))
    }

    /// Whether there is memory for the next unit. With none in flight there has to be: then it is the one wanted next.
    fn has_room(&self, state: &mut State) -> bool {
        let unit = state.next_unit;
        let bytes = self.units[unit].memory_bytes;
        let is_granted = self.hold(state.held.values().sum::<usize>().saturating_add(bytes));
        if is_granted {
            state.held.insert(unit, bytes);
        }
        is_granted || state.in_flight == 0
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
            state.ready.insert(unit.first_batch, Ready { batch: Err(error), ends: Some(index) });
            return;
        }
        let columns: Vec<Column> = progress.columns.into_iter().flatten().collect();
        let whole = Batch::new(self.output.clone(), columns, progress.num_rows);
        let batch_rows = self.options.batch_rows.max(1);
        for piece in 0..unit.num_batches {
            let start = (piece * batch_rows).min(progress.num_rows);
            let length = batch_rows.min(progress.num_rows - start);
            let batch = Ok(whole.sliced(start, length));
            let ends = (piece + 1 == unit.num_batches).then_some(index);
            state.ready.insert(unit.first_batch + piece as u64, Ready { batch, ends });
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

    /// The rows that the filter keeps: what is said of pages first, then step by step.
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
        let facts = WithBlooms { group: PartGroup { part, group }, known: RefCell::default() };
        let has_bloom = |&position: &usize| {
            chunk_of(part, group, position).is_some_and(|(chunk, _)| chunk.bloom_filter.is_some())
        };
        // Without Bloom filters it was asked before the scan began.
        let candidates = if filter.columns().iter().any(has_bloom) && !filter.may_keep(&facts) {
            Some(Bitmap::filled(false, group.num_rows))
        } else {
            candidates(&part.file, &**filter, &facts, |position| chunk_of(part, group, position))
        };
        let mut rows = Rows { mask: candidates, columns: Vec::new(), num_rows: group.num_rows };
        self.rows_left_out.fetch_add((group.num_rows - rows.count()) as u64, Ordering::Relaxed);
        let whole = std::slice::from_ref(filter);
        let steps = if filter.steps().is_empty() { whole } else { filter.steps() };
        for (index, step) in steps.iter().enumerate() {
            if rows.count() == 0 {
                break;
            }
            if let Some(kept) = self.look_up(part, group, &**step, &rows, buffers)? {
                rows.keep_of_all(kept);
                continue;
            }
            let wanted = Selection { mask: rows.mask.as_ref(), ..selection };
            let columns = step
                .columns()
                .iter()
                .map(|&position| match rows.column(position) {
                    Some(column) => Ok(column.clone()),
                    None => self.read(part, group, position, wanted, buffers),
                })
                .collect::<Result<Vec<_>>>()?;
            let schema = Arc::new(self.table.schema().project(step.columns()));
            let batch = Batch::new(schema, columns, rows.count());
            let kept = keep(&**step, &batch)?;
            for (&position, column) in step.columns().iter().zip(batch.columns()) {
                let is_wanted = self.projection.contains(&position)
                    || steps[index + 1..].iter().any(|step| step.columns().contains(&position));
                if is_wanted && rows.column(position).is_none() {
                    rows.columns.push((position, column.clone()));
                }
            }
            rows.keep(&kept);
        }
        let outputs = self.projection.iter().enumerate();
        let columns =
            outputs.filter_map(|(output, &position)| Some((output, rows.column(position)?.clone())));
        let columns = if rows.count() == 0 { Vec::new() } else { columns.collect() };
        let mask = rows.mask.unwrap_or_else(|| Bitmap::filled(true, group.num_rows));
        Ok(Found::Filtered { mask, columns })
    }

    /// What a step says of the rows by the entries of its column's dictionary; `None` where that can't be asked.
    fn look_up(
        &self,
        part: &Part,
        group: &Group,
        step: &dyn RowFilter,
        rows: &Rows,
        buffers: &mut Buffers,
    ) -> Result<Option<Bitmap>> {
        let &[position] = step.columns() else { return Ok(None) };
        if !step.is_infallible() || rows.column(position).is_some() {
            return Ok(None);
        }
        let field = self.table.schema().field(position);
        let Some((chunk, leaf)) = chunk_of(part, group, position) else { return Ok(None) };
        // Texts that are declared as categories are made such only in whole columns.
        if leaf.data_type != *field.data_type() {
            return Ok(None);
        }
        let schema = Arc::new(self.table.schema().project(&[position]));
        let mut decide = |column: Column| {
            let num_rows = column.len();
            keep(step, &Batch::new(schema.clone(), vec![column], num_rows))
        };
        decide_column(
            &part.file,
            chunk,
            leaf,
            rows.mask.as_ref(),
            buffers,
            &|bytes| self.count_bytes(bytes),
            &mut decide,
        )
        .map_err(|error| error.in_column(field.name()))
    }

    fn count_bytes(&self, bytes: usize) {
        self.bytes_done.fetch_add(bytes as u64, Ordering::Relaxed);
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
                let count = |bytes: usize| self.count_bytes(bytes);
                let node = &part.file.schema.nodes[*column];
                let array = read_column(&part.file, group, node, selection, buffers, &count)
                    .map_err(|error| error.in_column(field.name()))?;
                if !part.casts.contains(&position) {
                    return Ok(column_of(field.data_type(), array));
                }
                let own = column_of(part.file.schema.fields[*column].data_type(), array);
                cast(&own, field.data_type(), CastMode::Strict)
                    .map_err(|error| ParquetError::unsupported(error.to_string()).in_column(field.name()))
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

    /// Rows of these row groups.
    pub fn rows_skipped(&self) -> u64 {
        self.rows_skipped
    }

    /// Rows of the row groups read so far that were not looked at, since the filter could tell that it keeps none of their
    /// pages.
    pub fn rows_left_out(&self) -> u64 {
        self.rows_left_out.load(Ordering::Relaxed)
    }
}

/// About what the wanted columns of a row group take: their bytes in the file, and arrays of all rows.
fn memory_of(
    part: &Part,
    group: &Group,
    num_rows: usize,
    projection: &[usize],
    filter: Option<&dyn RowFilter>,
) -> usize {
    let of_filter = filter.map_or(&[][..], RowFilter::columns).iter();
    let columns: BTreeSet<usize> = of_filter.chain(projection).copied().collect();
    let mut bytes = 0usize;
    for position in columns {
        let Origin::Column(column) = &part.origins[position] else { continue };
        part.file.schema.nodes[*column].for_leaves(&mut |leaf| {
            let (chunk, leaf) = (&group.chunks[leaf], &part.file.schema.leaves[leaf]);
            let rows = if leaf.max_repetition > 0 { chunk.num_values } else { num_rows };
            let arrays = rows.saturating_mul(leaf.row_bytes()).saturating_add(chunk.text_bytes(leaf));
            bytes = bytes.saturating_add(chunk.length).saturating_add(arrays);
        });
    }
    bytes
}

/// The rows of a row group that a filter has kept so far, and those of its columns that are needed again.
struct Rows {
    /// A bit for each row; `None` is all.
    mask: Option<Bitmap>,
    /// By position in the table.
    columns: Vec<(usize, Column)>,
    num_rows: usize,
}

impl Rows {
    fn count(&self) -> usize {
        self.mask.as_ref().map_or(self.num_rows, Bitmap::count_ones)
    }

    fn column(&self, position: usize) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| *known == position).map(|(_, column)| column)
    }

    /// Leaves out rows, by a bit for each that is left.
    fn keep(&mut self, kept: &Bitmap) {
        self.columns.iter_mut().for_each(|(_, column)| *column = filter_column(column, kept));
        self.mask = Some(match &self.mask {
            Some(mask) => spread_mask(kept, mask),
            None => kept.clone(),
        });
    }

    /// Leaves out rows, by a bit for each that the row group has.
    fn keep_of_all(&mut self, kept: Bitmap) {
        match &self.mask {
            Some(mask) => {
                let of_left = bits_where(&kept, mask);
                self.keep(&of_left);
            }
            None => self.keep(&kept),
        }
    }
}

fn keep(filter: &dyn RowFilter, batch: &Batch) -> Result<Bitmap> {
    filter.keep(batch).map_err(|error| ParquetError::new(ParquetErrorKind::Filter(error)))
}

/// The chunk of a column of the table that is one of the file's without others inside.
fn chunk_of<'a>(part: &'a Part, group: &'a Group, position: usize) -> Option<(&'a Chunk, &'a Leaf)> {
    let Origin::Column(column) = &part.origins[position] else { return None };
    if part.casts.contains(&position) {
        return None;
    }
    let Node::Leaf { leaf } = &part.file.schema.nodes[*column] else { return None };
    Some((&group.chunks[*leaf], &part.file.schema.leaves[*leaf]))
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
                let node = &self.part.file.schema.nodes[*column];
                let facts = statistics::facts(&self.part.file, self.group, node);
                match self.part.casts.contains(&position) {
                    // Its bounds are of another type.
                    true => ColumnFacts { null_count: facts.null_count, ..ColumnFacts::UNKNOWN },
                    false => facts,
                }
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

/// A row group with its Bloom filters, read as they are asked for.
struct WithBlooms<'a> {
    group: PartGroup<'a>,
    /// By position of the column; `None` has none.
    known: RefCell<BTreeMap<usize, Option<Bloom>>>,
}

impl GroupFacts for WithBlooms<'_> {
    fn num_rows(&self) -> usize {
        self.group.num_rows()
    }

    fn column(&self, position: usize) -> ColumnFacts {
        self.group.column(position)
    }

    fn may_have(&self, position: usize, value: &Scalar) -> bool {
        let PartGroup { part, group } = &self.group;
        let Some((chunk, leaf)) = chunk_of(part, group, position) else { return true };
        let Some(hash) = bloom::hash_of(leaf, value) else { return true };
        let mut known = self.known.borrow_mut();
        let bloom = known.entry(position).or_insert_with(|| Bloom::read(&part.file, chunk));
        bloom.as_ref().is_none_or(|bloom| bloom.may_have(hash))
    }
}
