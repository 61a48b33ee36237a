//! Sort: rows in the order of keys, stable.

use std::sync::Arc;

use lazuli_array::{Batch, Column, SchemaRef, Sortedness};
use lazuli_kernels::sort::{self, sort_indices_in_tasks, top_k_indices};
use lazuli_kernels::{concat_columns, take_batch, take_column};

use super::collect::{Shares, rejoined};
use super::project::Choose;
use crate::context::QueryContext;
use crate::pipeline::{Sink, SinkWorker};
use crate::source::Stored;
use crate::{ExecError, Result};

const OPERATOR: &str = "sort";

/// What sorting needs for each row beside the rows as they came and in order: its number, and twice its number with a
/// word of its keys.
const BYTES_A_ROW: usize = 36;

/// Rows of a batch that comes out: enough for long runs of writing, few enough for all threads to have some.
const BATCH_ROWS: usize = 64 * 1024;

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
    /// Numbers of a batch's rows, in order.
    fn sort(&self, batch: &Batch, context: &QueryContext) -> Result<Vec<u32>> {
        sort_indices_in_tasks(&keys_of(&self.keys, batch), batch.num_rows(), &context.tasks(OPERATOR))
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

/// Numbers of the first rows of a batch, in order.
pub(crate) fn first_rows(keys: &[Key], batch: &Batch, limit: usize) -> Result<Vec<u32>> {
    top_k_indices(&keys_of(keys, batch), batch.num_rows(), limit).map_err(ExecError::kernel(OPERATOR))
}

/// The coarse order of a batch's rows by the first key.
pub(crate) fn coarse_order<'a>(keys: &[Key], batch: &'a Batch) -> Option<sort::CoarseOrder<'a>> {
    sort::CoarseOrder::new(keys_of(keys, batch).first()?)
}

fn keys_of<'a>(keys: &[Key], batch: &'a Batch) -> Vec<sort::SortKey<'a>> {
    let key = |key: &Key| sort::SortKey {
        column: batch.column(key.position),
        descending: key.descending,
        nulls_first: key.nulls_first,
    };
    keys.iter().map(key).collect()
}

/// All rows in order.
pub(crate) struct Sort {
    order: Order,
    shares: Shares,
    stored: Arc<Stored>,
}

impl Sort {
    pub(crate) fn new(order: Order, stored: Arc<Stored>) -> Self {
        Self { order, shares: Shares::default(), stored }
    }
}

impl Sink for Sort {
    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(OPERATOR, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches = rejoined(morsels.into_iter().map(|(_, batch)| batch).collect());
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
        reservation.grow_to(room)?;
        let whole = concat_in_parallel(&self.order.schema, batches, context)?;
        let indices = self.order.sort(&whole, context)?;
        let output = self.order.output.choose(&whole);
        drop(whole);
        let sorted = if indices.iter().zip(0..).all(|(&row, place)| row == place) {
            vec![output]
        } else {
            take_batches_in_parallel(&output, &indices, context)?
        };
        drop(indices);
        reservation.shrink_to(rows_bytes);
        self.stored.set(sorted, reservation);
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
