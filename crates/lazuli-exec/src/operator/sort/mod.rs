//! Sort: rows in the order of keys, stable.

mod external; // more rows than fit in memory

use std::borrow::Cow;
use std::sync::Arc;

use lazuli_array::{Batch, Column, SchemaRef, Sortedness};
use lazuli_kernels::sort::{self, Buckets, SortedRows, sort_indices, sort_rows_in_tasks, top_k_indices};
use lazuli_kernels::{Tasks, concat_columns, take_batch, take_column};

use self::external::{Buffer, External};
use super::collect::{Kept, Share, Shares, rejoined};
use super::project::Choose;
use crate::context::QueryContext;
use crate::memory::Reservation;
use crate::morsel::{Flow, Morsel, MorselIndex};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::spill::Begun;
use crate::{ExecError, Result};

const OPERATOR: &str = "sort";

/// What sorting needs for each row beside the rows as they came and in order: its number, and twice its number with a
/// word of its keys.
const BYTES_A_ROW: usize = 36;

/// Rows of a batch that comes out: enough for long runs of writing, few enough for all threads to have some.
const BATCH_ROWS: usize = 64 * 1024;

/// From so many morsels on, values are moved together with the rows: then a column is some ten MiB, not far beyond a
/// third-level cache.
const BUCKET_MORSELS: usize = 64;

/// One column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its position among the columns that come in.
    pub(crate) position: usize,
    /// Greatest first.
    pub(crate) descending: bool,
    /// Nulls before all values.
    pub(crate) nulls_first: bool,
}

impl Key {
    /// The key, by the values of its column.
    fn of<'a>(&self, column: &'a Column) -> sort::SortKey<'a> {
        sort::SortKey { column, descending: self.descending, nulls_first: self.nulls_first }
    }
}

/// What rows are sorted by, and what is left of them.
pub(crate) struct Order {
    /// The keys in order of weight.
    pub(crate) keys: Vec<Key>,
    /// The columns that come in.
    pub(crate) schema: SchemaRef,
    /// The columns that go out.
    pub(crate) output: Choose,
}

impl Order {
    /// Where the keys are among the columns that come in.
    pub(crate) fn positions(&self) -> Vec<usize> {
        self.keys.iter().map(|key| key.position).collect()
    }

    /// A batch's rows, in order.
    fn sort(&self, batch: Batch, context: &QueryContext) -> Result<Vec<Batch>> {
        let keys = keys_of(&self.keys, &batch);
        let bucket_rows = BUCKET_MORSELS.saturating_mul(context.morsel_rows);
        match sort_rows_in_tasks(&keys, batch.num_rows(), bucket_rows, &context.tasks(OPERATOR))? {
            SortedRows::Rows(indices) => {
                let output = self.output.choose(&batch);
                drop(batch);
                if indices.iter().zip(0..).all(|(&row, place)| row == place) {
                    return Ok(vec![output]);
                }
                take_batches_in_parallel(&output, &indices, context)
            }
            SortedRows::Buckets(buckets) => self.sort_buckets(batch, buckets, context),
        }
    }

    /// A batch's rows in order, a bucket of them at a time.
    fn sort_buckets(&self, batch: Batch, buckets: Buckets, context: &QueryContext) -> Result<Vec<Batch>> {
        let tasks = context.tasks(OPERATOR);
        let mut parts: Vec<Vec<Part<'_>>> = buckets.rows().iter().map(|_| Vec::new()).collect();
        let mut numbers = None;
        for column in batch.columns() {
            match buckets.scatter(column, &tasks)? {
                Some(moved) => {
                    parts.iter_mut().zip(moved).for_each(|(part, moved)| part.push(Cow::Owned(moved)))
                }
                None => {
                    if numbers.is_none() {
                        numbers = Some(buckets.row_numbers(&tasks)?);
                    }
                    parts.iter_mut().for_each(|part| part.push(Cow::Borrowed(column)));
                }
            }
        }
        let numbers = numbers.unwrap_or_else(|| vec![Vec::new(); parts.len()]);
        let items = buckets.rows().iter().zip(parts).zip(numbers);
        let items = items.map(|((&rows, parts), numbers)| (rows, parts, numbers)).collect();
        drop(buckets);
        let sorted = tasks.run_on(items, |(rows, parts, numbers): (usize, Vec<Part<'_>>, Vec<u32>)| {
            let keys: Vec<sort::SortKey<'_>> =
                self.keys.iter().map(|key| key.of(&parts[key.position])).collect();
            let order = sort_indices(&keys, rows).map_err(ExecError::kernel(OPERATOR))?;
            drop(keys);
            let numbers: Vec<u32> = match numbers.is_empty() {
                true => numbers,
                false => order.iter().map(|&row| numbers[row as usize]).collect(),
            };
            // Each column's memory goes back as soon as it is gathered, and serves the next one.
            let columns = parts.into_iter().map(|part| match part {
                Cow::Owned(column) => take_column(&column, &order),
                Cow::Borrowed(column) => take_column(column, &numbers),
            });
            Ok(self.output.choose(&Batch::new(self.schema.clone(), columns.collect(), rows)))
        })?;
        sorted.into_iter().collect()
    }

    /// Whether somebody has found out before that the rows are in order.
    fn is_known(&self, batch: &Batch) -> bool {
        let [key] = self.keys.as_slice() else { return self.keys.is_empty() };
        batch.column(key.position).cached_statistics().is_some_and(|statistics| {
            // Sortedness leaves nulls out.
            statistics.null_count == 0
                && statistics.sortedness
                    == if key.descending { Sortedness::Descending } else { Sortedness::Ascending }
        })
    }
}

/// A column's values of one bucket: owned where they were moved, borrowed where they are among those of all buckets.
type Part<'a> = Cow<'a, Column>;

/// Numbers of the first rows of a batch, in order.
pub(crate) fn first_rows(keys: &[Key], batch: &Batch, limit: usize) -> Result<Vec<u32>> {
    top_k_indices(&keys_of(keys, batch), batch.num_rows(), limit).map_err(ExecError::kernel(OPERATOR))
}

/// The coarse order of a batch's rows by the first key.
pub(crate) fn coarse_order<'a>(keys: &[Key], batch: &'a Batch) -> Option<sort::CoarseOrder<'a>> {
    sort::CoarseOrder::new(keys_of(keys, batch).first()?)
}

fn keys_of<'a>(keys: &[Key], batch: &'a Batch) -> Vec<sort::SortKey<'a>> {
    keys.iter().map(|key| key.of(batch.column(key.position))).collect()
}

/// All rows in order.
pub(crate) struct Sort {
    order: Arc<Order>,
    shares: Shares,
    /// Where rows go since they are too many for the budget.
    external: Begun<External>,
    stored: Arc<Stored>,
}

impl Sort {
    pub(crate) fn new(order: Order, stored: Arc<Stored>) -> Self {
        Self { order: Arc::new(order), shares: Shares::default(), external: Begun::default(), stored }
    }

    /// Where rows go since they are too many, if they are.
    fn external(&self) -> Option<Arc<External>> {
        self.external.get()
    }

    /// As [`Sort::external`]; from now on, if they were not before. The rows are a sample of them.
    fn begin_external<'a>(
        &self,
        sample: impl Iterator<Item = &'a Batch>,
        context: &QueryContext,
    ) -> Result<Arc<External>> {
        self.external.get_or_begin(|| External::new(self.order.clone(), sample, context))
    }
}

impl Sink for Sort {
    fn describe(&self) -> Description {
        Description::of_columns("sort", &self.order.positions(), &self.order.schema)
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        let share = Share::new(OPERATOR, context);
        Box::new(SortWorker { sink: self, context, share, buffer: None })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        if self.external().is_some() {
            return self.finish_external(morsels, reservation, context);
        }
        let batches = rejoined(morsels.iter().map(|(_, batch)| batch.clone()).collect());
        let known = match batches.as_slice() {
            [] => true,
            [only] => self.order.is_known(only),
            _ => false,
        };
        if known {
            let batches = batches.iter().map(|batch| self.order.output.choose(batch)).collect();
            self.stored.set(batches, reservation);
            return Ok(());
        }
        let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
        let rows_bytes = reservation.bytes();
        let room = rows_bytes.saturating_mul(2).saturating_add(num_rows.saturating_mul(BYTES_A_ROW));
        if !reservation.try_grow_with_room(room) {
            drop(batches);
            return self.finish_external(morsels, reservation, context);
        }
        drop(morsels);
        let whole = concat_in_parallel(&self.order.schema, batches, context)?;
        let sorted = self.order.sort(whole, context)?;
        reservation.shrink_to(rows_bytes);
        self.stored.set(sorted, reservation);
        Ok(())
    }
}

impl Sort {
    /// Leaves rows that wait in files; `morsels`, which `reservation` covers, are not there yet.
    fn finish_external(
        &self,
        morsels: Vec<(MorselIndex, Batch)>,
        reservation: Reservation,
        context: &QueryContext,
    ) -> Result<()> {
        let external = self.begin_external(morsels.iter().map(|(_, batch)| batch), context)?;
        external.take_all(&Kept::new(morsels, reservation), context)?;
        self.stored.set_waiting(external.finish(context)?);
        Ok(())
    }
}

struct SortWorker<'a> {
    sink: &'a Sort,
    context: &'a QueryContext,
    share: Share,
    /// Instead of the share, since rows are too many.
    buffer: Option<Buffer>,
}

impl SortWorker<'_> {
    /// Where rows go that there is no room for. The first time all that was kept goes there.
    fn buffer(&mut self, latest: &Batch) -> Result<&mut Buffer> {
        if self.buffer.is_none() {
            let kept = self.share.morsels.iter().map(|(_, batch)| batch).chain([latest]);
            let external = self.sink.begin_external(kept, self.context)?;
            let mut buffer = Buffer::new(external, self.context);
            let share = std::mem::replace(&mut self.share, Share::new(OPERATOR, self.context));
            buffer.add_all(&Kept::new(share.morsels, share.reservation), self.context)?;
            self.buffer = Some(buffer);
        }
        Ok(self.buffer.as_mut().expect("made above"))
    }
}

impl SinkWorker for SortWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Morsel { index, batch, .. } = input;
        // When one worker has no room, the others give back what they have.
        let is_external = self.buffer.is_some() || self.sink.external().is_some();
        if is_external || !self.share.has_room(&batch) {
            self.buffer(&batch)?.add(&[(index, batch.num_rows())], &batch)?;
        } else {
            self.share.morsels.push((index, batch));
        }
        Ok(Flow::More)
    }

    fn combine(mut self: Box<Self>) -> Result<()> {
        if let Some(buffer) = &mut self.buffer {
            buffer.flush()?;
        }
        self.sink.shares.add(self.share);
        Ok(())
    }
}

/// The rows of all batches as one, a task a column.
pub(crate) fn concat_in_parallel(
    schema: &SchemaRef,
    batches: Vec<Batch>,
    context: &QueryContext,
) -> Result<Batch> {
    if let [only] = batches.as_slice() {
        return Ok(only.clone());
    }
    let num_rows = batches.iter().map(Batch::num_rows).sum();
    let columns = context.run_tasks(schema.len(), |position| {
        let columns: Vec<&Column> = batches.iter().map(|batch| batch.column(position)).collect();
        Ok(concat_columns(schema.field(position).data_type(), &columns))
    })?;
    Ok(Batch::new(schema.clone(), columns, num_rows))
}

/// Rows of a batch by number in batches, a task for each column of each.
fn take_batches_in_parallel(batch: &Batch, indices: &[u32], context: &QueryContext) -> Result<Vec<Batch>> {
    /// Rows that are not worth a task.
    const FEW_ROWS: usize = 4096;
    if indices.len() <= FEW_ROWS {
        return Ok(vec![take_batch(batch, indices)]);
    }
    let runs: Vec<&[u32]> = indices.chunks(BATCH_ROWS).collect();
    // All of one column, then all of the next: what one task has read, the next may read again.
    let columns = context.run_tasks(batch.num_columns() * runs.len(), |task| {
        Ok(take_column(batch.column(task / runs.len()), runs[task % runs.len()]))
    })?;
    let batches = runs.iter().enumerate().map(|(run, rows)| {
        let columns = columns.iter().skip(run).step_by(runs.len()).cloned().collect();
        Batch::new(batch.schema().clone(), columns, rows.len())
    });
    Ok(batches.collect())
}
