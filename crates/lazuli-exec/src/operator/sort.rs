//! Sort: rows in the order of keys, stable.

use std::sync::Arc;

use lazuli_array::{Batch, Column, SchemaRef};
use lazuli_kernels::sort::{self, sort_indices, top_k_indices};
use lazuli_kernels::{concat_columns, take_column};

use super::collect::{Share, Shares};
use super::project::Choose;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::source::Stored;
use crate::{ExecError, Result};

const OPERATOR: &str = "sort";

/// One column to sort by.
#[derive(Debug, Clone, Copy)]
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
    pub(crate) fn sort(&self, batch: &Batch) -> Result<Vec<u32>> {
        sort_indices(&keys_of(&self.keys, batch), batch.num_rows()).map_err(ExecError::kernel(OPERATOR))
    }
}

/// Numbers of the first rows of a batch, in order.
pub(crate) fn first_rows(keys: &[Key], batch: &Batch, limit: usize) -> Result<Vec<u32>> {
    top_k_indices(&keys_of(keys, batch), batch.num_rows(), limit).map_err(ExecError::kernel(OPERATOR))
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
        Box::new(SortWorker { sink: self, share: Share::new(OPERATOR, context) })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let num_rows: usize = batches.iter().map(Batch::num_rows).sum();
        // The rows in one piece and then in order; row numbers and a prefix of the first key for each.
        const BYTES_A_ROW: usize = 16;
        let rows_bytes = reservation.bytes();
        reservation
            .grow_to(rows_bytes.saturating_mul(2).saturating_add(num_rows.saturating_mul(BYTES_A_ROW)))?;
        let whole = concat_in_parallel(&self.order.schema, batches, context)?;
        let indices = self.order.sort(&whole)?;
        let sorted = take_in_parallel(&self.order.output.choose(&whole), &indices, context)?;
        drop((whole, indices));
        reservation.shrink_to(rows_bytes);
        self.stored.set(vec![sorted], reservation);
        Ok(())
    }
}

struct SortWorker<'a> {
    sink: &'a Sort,
    share: Share,
}

impl SinkWorker for SortWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        self.share.keep(input.index, input.batch)?;
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
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

/// Rows of a batch by number, a task a column.
pub(crate) fn take_in_parallel(batch: &Batch, indices: &[u32], context: &QueryContext) -> Result<Batch> {
    let columns = context
        .run_tasks(batch.num_columns(), |position| Ok(take_column(batch.column(position), indices)))?;
    Ok(Batch::new(batch.schema().clone(), columns, indices.len()))
}
