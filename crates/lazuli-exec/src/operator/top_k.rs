//! Top k: the first rows in the order of keys, without sorting the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lazuli_array::{Batch, Column, DataType, Field, PrimitiveArray, Schema, SchemaRef};
use lazuli_kernels::{concat_batches, take_batch};

use super::collect::{Share, Shares};
use super::sort::{Key, Order, coarse_order, first_rows};
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::profile::{Description, Leaves};
use crate::source::Stored;

const OPERATOR: &str = "top k";

/// A worker cuts back what it keeps when it holds this many times the rows that are wanted.
const SLACK: usize = 2;

/// It holds at least so many rows before it does.
const LEAST_ROWS: usize = 4096;

/// The first `limit` rows in order.
///
/// Each worker keeps candidates, with the place of each row as a last column and last key: ties are won by the row that
/// came first, whoever met it.
///
/// Once some worker knows `limit` rows, no row that comes after all of them is wanted: a bound on the coarse order of the
/// first key, shared by all workers, leaves most rows out before anything is copied. Which rows a worker meets before
/// the bound is there depends on time, the first rows do not.
pub(crate) struct TopK {
    order: Order,
    /// The keys, then the place.
    keys: Vec<Key>,
    /// The columns that come in, then the place.
    schema: SchemaRef,
    limit: usize,
    /// Rows whose first key is above this in coarse order are not among the first.
    bound: AtomicU64,
    shares: Shares,
    stored: Arc<Stored>,
}

impl TopK {
    pub(crate) fn new(order: Order, limit: usize, stored: Arc<Stored>) -> Self {
        let place = DataType::Decimal { precision: 38, scale: 0 };
        let mut fields = order.schema.fields().to_vec();
        fields.push(Field::new(super::free_name(&order.schema, "place"), place));
        let schema = Schema::try_new(fields).expect("a name that is free");
        let mut keys = order.keys.clone();
        keys.push(Key { position: order.schema.len(), descending: false, nulls_first: false });
        let bound = AtomicU64::new(u64::MAX);
        Self { order, keys, schema: Arc::new(schema), limit, bound, shares: Shares::default(), stored }
    }

    /// The first rows of candidates, in order.
    fn first_rows(&self, candidates: &Batch) -> Result<Batch> {
        let indices = first_rows(&self.keys, candidates, self.limit)?;
        Ok(take_batch(candidates, &indices))
    }

    /// Lowers the bound to the last of some rows in order, if they are as many as are wanted.
    fn lower_bound(&self, first: &Batch) {
        if first.num_rows() == self.limit
            && let Some(last) = first.num_rows().checked_sub(1)
            && let Some(coarse) = coarse_order(&self.order.keys, first)
        {
            self.bound.fetch_min(coarse.at(last), Ordering::Relaxed);
        }
    }
}

impl Sink for TopK {
    fn describe(&self) -> Description {
        let keys = Description::of_columns("top_k", &self.order.positions(), &self.order.schema);
        Description { detail: format!("{} by {}", self.limit, keys.detail), ..keys }
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        let share = Share::new(OPERATOR, context);
        let cut_back_rows = self.limit.saturating_mul(SLACK).max(LEAST_ROWS);
        Box::new(TopKWorker { sink: self, share, kept_rows: 0, cut_back_rows })
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, reservation) = self.shares.take_in_order(OPERATOR, context);
        let batches: Vec<Batch> = morsels.into_iter().map(|(_, batch)| batch).collect();
        let first = self.first_rows(&concat_batches(&self.schema, &batches))?;
        self.stored.set(vec![self.order.output.choose(&first)], reservation);
        Ok(())
    }
}

struct TopKWorker<'a> {
    sink: &'a TopK,
    share: Share,
    kept_rows: usize,
    cut_back_rows: usize,
}

impl SinkWorker for TopKWorker<'_> {
    fn consume(&mut self, input: Morsel, _: &Task<'_>) -> Result<Flow> {
        let Morsel { index, batch, .. } = input;
        let sink = self.sink;
        // Which rows may be among the first; `None` for all.
        let mut rows: Option<Vec<u32>> = None;
        let bound = sink.bound.load(Ordering::Relaxed);
        if bound < u64::MAX
            && let Some(coarse) = coarse_order(&sink.order.keys, &batch)
        {
            rows = Some(coarse.rows_up_to(bound)).filter(|rows| rows.len() < batch.num_rows());
        }
        let mut candidates = match &rows {
            Some(rows) if rows.is_empty() => return Ok(Flow::More),
            Some(rows) => take_batch(&batch, rows),
            None => batch.clone(),
        };
        if candidates.num_rows() > sink.limit {
            let indices = first_rows(&sink.order.keys, &candidates, sink.limit)?;
            candidates = take_batch(&candidates, &indices);
            let first = match rows {
                None => indices,
                Some(rows) => indices.iter().map(|&index| rows[index as usize]).collect(),
            };
            sink.lower_bound(&candidates);
            rows = Some(first);
        }
        let first_place = index.row_order();
        let places: Vec<i128> = match &rows {
            Some(rows) => rows.iter().map(|&row| first_place.row(row as usize)).collect(),
            None => (0..candidates.num_rows()).map(|row| first_place.row(row)).collect(),
        };
        self.kept_rows += places.len();
        let num_rows = places.len();
        let mut columns = candidates.into_columns();
        let data_type = self.sink.schema.field(columns.len()).data_type().clone();
        columns.push(Column::new(data_type, PrimitiveArray::from_vec(places)));
        self.share.keep(index, Batch::new(self.sink.schema.clone(), columns, num_rows))?;
        if self.kept_rows > self.cut_back_rows {
            let batches: Vec<Batch> = self.share.morsels.iter().map(|(_, batch)| batch.clone()).collect();
            let first = self.sink.first_rows(&concat_batches(&self.sink.schema, &batches))?;
            self.kept_rows = first.num_rows();
            self.sink.lower_bound(&first);
            self.share.replace(index, first)?;
        }
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.add(self.share);
        Ok(())
    }
}
