//! Top k: the first rows in the order of keys, without sorting the others.

use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, Field, PrimitiveArray, Schema, SchemaRef};
use lazuli_kernels::{concat_batches, take_batch};

use super::collect::{Share, Shares};
use super::sort::{Key, Order, first_rows};
use crate::Result;
use crate::context::QueryContext;
use crate::morsel::{Flow, Morsel};
use crate::pipeline::{Sink, SinkWorker, Task};
use crate::source::Stored;

const OPERATOR: &str = "top k";

/// A worker cuts back what it keeps when it holds this many times the rows that are wanted.
const SLACK: usize = 4;

/// The first `limit` rows in order.
///
/// Each worker keeps candidates, with the place of each row as a last column and last key: ties are won by the row that
/// came first, whoever met it.
pub(crate) struct TopK {
    order: Order,
    /// The keys, then the place.
    keys: Vec<Key>,
    /// The columns that come in, then the place.
    schema: SchemaRef,
    limit: usize,
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
        Self { order, keys, schema: Arc::new(schema), limit, shares: Shares::default(), stored }
    }

    /// The first rows of candidates, in order.
    fn first_rows(&self, candidates: &Batch) -> Result<Batch> {
        let indices = first_rows(&self.keys, candidates, self.limit)?;
        Ok(take_batch(candidates, &indices))
    }
}

impl Sink for TopK {
    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        let share = Share::new(OPERATOR, context);
        let cut_back_rows = self.limit.saturating_mul(SLACK).max(context.morsel_rows);
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
        let Morsel { index, mut batch, .. } = input;
        let first_place = index.row_order();
        let places: Vec<i128> = if batch.num_rows() > self.sink.limit {
            let indices = first_rows(&self.sink.order.keys, &batch, self.sink.limit)?;
            batch = take_batch(&batch, &indices);
            indices.iter().map(|&row| first_place.row(row as usize)).collect()
        } else {
            (0..batch.num_rows()).map(|row| first_place.row(row)).collect()
        };
        self.kept_rows += places.len();
        let num_rows = places.len();
        let mut columns = batch.into_columns();
        let data_type = self.sink.schema.field(columns.len()).data_type().clone();
        columns.push(Column::new(data_type, PrimitiveArray::from_vec(places)));
        self.share.keep(index, Batch::new(self.sink.schema.clone(), columns, num_rows))?;
        if self.kept_rows > self.cut_back_rows {
            let batches: Vec<Batch> = self.share.morsels.iter().map(|(_, batch)| batch.clone()).collect();
            let first = self.sink.first_rows(&concat_batches(&self.sink.schema, &batches))?;
            self.kept_rows = first.num_rows();
            self.share.replace(index, first)?;
        }
        Ok(Flow::More)
    }

    fn combine(self: Box<Self>) -> Result<()> {
        self.sink.shares.add(self.share);
        Ok(())
    }
}
