//! Window: a value for each row, made of all rows of its partition.
//!
//! All rows are kept. When they are there, partitions are numbered once for each list of keys, and rows put in order of
//! partition once for each list of keys and order that something needs. An aggregate takes in the rows where they are,
//! as a group-by does, and its results are gathered by the rows' partitions; a function that depends on order gets its
//! columns in one piece.

use std::ops::Range;
use std::sync::Arc;

use lazuli_array::{Batch, Column, DataType, SchemaRef};
use lazuli_expr::function::Argument;
use lazuli_expr::window::{Partitions, WindowFunctionRef};
use lazuli_expr::{Accumulator, AggregateRef, Groups, Literal, RowOrder};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::sort::{SortKey, sort_indices_in_tasks};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column};

use super::collect::Shares;
use super::sort::Key;
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation};
use crate::pipeline::{Sink, SinkWorker};
use crate::profile::{Description, Leaves};
use crate::source::Stored;
use crate::{ExecError, Result};

/// What errors call it.
pub(crate) const OPERATOR: &str = "window";

/// An aggregate is computed in one part a thread if there are so many times more rows than partitions; else merging the
/// parts would cost what they save.
const ROWS_A_PARTITION: usize = 16;

/// What is computed, of which columns. Positions are those of the columns that come in.
pub(crate) struct WindowSpec {
    pub(crate) layouts: Vec<Layout>,
    pub(crate) calls: Vec<Call>,
    /// So many of the columns that come in, from the first, go out.
    pub(crate) num_kept: usize,
    /// The columns that come in.
    pub(crate) input: SchemaRef,
    /// The kept columns, then one for each call.
    pub(crate) schema: SchemaRef,
}

/// Which rows are together, and in which order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    /// None: all rows are one partition.
    pub(crate) keys: Vec<usize>,
    /// None: in the order of the rows.
    pub(crate) order: Vec<Key>,
}

/// One window.
pub(crate) struct Call {
    pub(crate) step: Step,
    /// Types of all arguments, and their values where they are constants.
    pub(crate) arguments: Vec<(DataType, Option<Literal>)>,
    /// Positions of the arguments that are columns.
    pub(crate) columns: Vec<usize>,
    /// Which of the layouts.
    pub(crate) layout: usize,
    /// As text, for messages.
    pub(crate) text: String,
}

/// What is made of a partition.
pub(crate) enum Step {
    /// One value for all of its rows.
    Aggregate(AggregateRef),
    /// A value for each row.
    Function(WindowFunctionRef),
}

/// The sink.
pub(crate) struct Window {
    spec: WindowSpec,
    shares: Shares,
    stored: Arc<Stored>,
}

impl Window {
    pub(crate) fn new(spec: WindowSpec, stored: Arc<Stored>) -> Self {
        Self { spec, shares: Shares::default(), stored }
    }
}

impl Sink for Window {
    fn describe(&self) -> Description {
        let calls: Vec<&str> = self.spec.calls.iter().map(|call| call.text.as_str()).collect();
        Description::new(OPERATOR, calls.join(", "))
    }

    fn leaves(&self) -> Leaves<'_> {
        Leaves::Rows(&self.stored)
    }

    fn worker<'a>(&'a self, context: &'a QueryContext) -> Box<dyn SinkWorker + 'a> {
        self.shares.worker(OPERATOR, context)
    }

    fn finish(&self, context: &QueryContext) -> Result<()> {
        let (morsels, mut reservation) = self.shares.take_in_order(OPERATOR, context);
        let rows = Rows::new(morsels.into_iter().map(|(_, batch)| batch).collect())?;
        if rows.num_rows == 0 {
            self.stored.set(Vec::new(), reservation);
            return Ok(());
        }
        let results = self.spec.results(&rows, context, &mut reservation)?;
        let kept: Vec<usize> = (0..self.spec.num_kept).collect();
        let mut batches = Vec::with_capacity(rows.batches.len());
        for (number, batch) in rows.batches.iter().enumerate() {
            let mut columns = batch.project(&kept).into_columns();
            columns.extend(results.iter().map(|result| result.of_batch(number, &rows)));
            batches.push(Batch::new(self.spec.schema.clone(), columns, batch.num_rows()));
        }
        let footprint: Footprint = batches.iter().collect();
        reservation.grow_to(footprint.bytes())?;
        reservation.shrink_to(footprint.bytes());
        self.stored.set(batches, reservation);
        Ok(())
    }
}

/// All rows, in order.
struct Rows {
    batches: Vec<Batch>,
    /// Number of the first row of each batch.
    starts: Vec<usize>,
    num_rows: usize,
}

impl Rows {
    fn new(batches: Vec<Batch>) -> Result<Self> {
        let mut starts = Vec::with_capacity(batches.len());
        let mut num_rows = 0;
        for batch in &batches {
            starts.push(num_rows);
            num_rows += batch.num_rows();
        }
        if num_rows >= NO_ROW as usize {
            let error = KernelError::TooLong { operation: OPERATOR, rows: num_rows };
            return Err(ExecError::kernel(OPERATOR)(error));
        }
        Ok(Self { batches, starts, num_rows })
    }

    /// Numbers of the rows of a batch.
    fn range(&self, batch: usize) -> Range<usize> {
        self.starts[batch]..self.starts[batch] + self.batches[batch].num_rows()
    }

    /// A column in one piece.
    fn whole(&self, position: usize) -> Column {
        let parts: Vec<&Column> = self.batches.iter().map(|batch| batch.column(position)).collect();
        match parts.as_slice() {
            [only] => (*only).clone(),
            parts => concat_columns(parts[0].data_type(), parts),
        }
    }
}

/// The partition of each row.
struct Numbered {
    /// Empty if there is but one partition.
    ids: Vec<u32>,
    num_partitions: usize,
}

impl Numbered {
    fn groups(&self, rows: Range<usize>) -> Groups<'_> {
        if self.ids.is_empty() { Groups::One { num_rows: rows.len() } } else { Groups::Ids(&self.ids[rows]) }
    }
}

/// What came of a call.
enum Results {
    /// A value for each row.
    Whole(Column),
    /// Values for the rows of each batch.
    Batches(Vec<Column>),
}

impl Results {
    fn of_batch(&self, batch: usize, rows: &Rows) -> Column {
        match self {
            Self::Whole(column) => {
                let range = rows.range(batch);
                column.sliced(range.start, range.len())
            }
            Self::Batches(columns) => columns[batch].clone(),
        }
    }
}

impl WindowSpec {
    fn results(
        &self,
        rows: &Rows,
        context: &QueryContext,
        reservation: &mut Reservation,
    ) -> Result<Vec<Results>> {
        // Equal keys are numbered once, whatever order goes with them.
        let keys = distinct(self.layouts.iter().map(|layout| &layout.keys));
        let laid_out: Vec<usize> =
            (0..self.layouts.len()).filter(|&layout| self.needs_order(layout)).collect();
        let orders = distinct(laid_out.iter().map(|&layout| &self.layouts[layout].order));
        // Numbers and places of rows; the finish of a sort takes more, while it runs.
        let row_numbers = keys.len() + 2 * orders.len() + laid_out.len() + self.calls.len();
        let scratch = rows.num_rows.saturating_mul(row_numbers * size_of::<u64>());
        let bytes = reservation.bytes();
        reservation.grow_to(bytes.saturating_add(scratch))?;

        let numbered = context.run_tasks(keys.len(), |index| self.number(keys[index], rows))?;
        let numbered_of = |layout: usize| {
            let of = &self.layouts[layout].keys;
            &numbered[keys.iter().position(|keys| *keys == of).expect("each list of keys is there")]
        };
        // One after the other: each sort uses all threads.
        let sorted = orders.iter().map(|order| sorted(order, rows, context)).collect::<Result<Vec<_>>>()?;
        let partitions: Vec<Partitions<'_>> = laid_out
            .iter()
            .map(|&layout| {
                let of = &self.layouts[layout].order;
                let order = orders.iter().position(|order| *order == of).expect("each order is there");
                let numbered = numbered_of(layout);
                match (numbered.ids.as_slice(), sorted[order].as_deref()) {
                    ([], order) => Partitions::one(rows.num_rows, order),
                    (ids, order) => Partitions::new(ids, numbered.num_partitions, order),
                }
            })
            .collect();
        let partitions_of = |layout: usize| {
            let index = laid_out.iter().position(|known| *known == layout);
            &partitions[index.expect("what needs an order was laid out")]
        };

        let mut results = Vec::with_capacity(self.calls.len());
        // One after the other where a call uses all threads by itself; the others side by side.
        let needs_one = |call: &usize| !self.is_split(*call) && !self.is_by_range(*call);
        let alone: Vec<usize> = (0..self.calls.len()).filter(needs_one).collect();
        let mut side_by_side = context
            .run_tasks(alone.len(), |index| {
                let call = &self.calls[alone[index]];
                let (numbered, partitions) = (numbered_of(call.layout), partitions_of(call.layout));
                match &call.step {
                    Step::Aggregate(aggregate) => call.in_order(aggregate, rows, numbered, partitions),
                    Step::Function(function) => call.function(function, rows, partitions),
                }
            })?
            .into_iter();
        for (index, call) in self.calls.iter().enumerate() {
            let result = match &call.step {
                Step::Aggregate(aggregate) if self.is_split(index) => {
                    call.aggregate(aggregate, rows, numbered_of(call.layout), context)?
                }
                Step::Function(function) if self.is_by_range(index) => {
                    call.by_range(function, rows, context)?
                }
                _ => side_by_side.next().expect("a result for each of them"),
            };
            results.push(result);
        }
        Ok(results)
    }

    /// Whether a call takes in the rows where they are, in parts.
    fn is_split(&self, call: usize) -> bool {
        let call = &self.calls[call];
        match &call.step {
            Step::Aggregate(aggregate) => {
                !aggregate.is_ordered() || self.layouts[call.layout].order.is_empty()
            }
            Step::Function(_) => false,
        }
    }

    /// Whether the rows of each batch are computed by themselves.
    fn is_by_range(&self, call: usize) -> bool {
        let call = &self.calls[call];
        let layout = &self.layouts[call.layout];
        match &call.step {
            Step::Function(function) => {
                layout.keys.is_empty() && layout.order.is_empty() && function.is_by_range(&call.arguments())
            }
            Step::Aggregate(_) => false,
        }
    }

    fn needs_order(&self, layout: usize) -> bool {
        let needs = |call: usize| !self.is_split(call) && !self.is_by_range(call);
        (0..self.calls.len()).any(|call| self.calls[call].layout == layout && needs(call))
    }

    fn number(&self, keys: &[usize], rows: &Rows) -> Result<Numbered> {
        if keys.is_empty() {
            return Ok(Numbered { ids: Vec::new(), num_partitions: 1 });
        }
        let types: Vec<DataType> =
            keys.iter().map(|&key| self.input.field(key).data_type().clone()).collect();
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        let mut all = Vec::new();
        for batch in &rows.batches {
            let keys: Vec<Column> = keys.iter().map(|&key| batch.column(key).clone()).collect();
            table.insert(&keys, batch.num_rows(), &mut ids).map_err(ExecError::kernel(OPERATOR))?;
            match rows.batches.len() {
                1 => std::mem::swap(&mut all, &mut ids),
                _ => all.extend_from_slice(&ids),
            }
        }
        Ok(Numbered { ids: all, num_partitions: table.len() })
    }
}

/// Each value once, in order of first appearance.
fn distinct<'a, T: PartialEq>(values: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut distinct: Vec<&T> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

/// Rows in order of keys; `None` if there are no keys.
fn sorted(order: &[Key], rows: &Rows, context: &QueryContext) -> Result<Option<Vec<u32>>> {
    if order.is_empty() {
        return Ok(None);
    }
    let columns: Vec<Column> = order.iter().map(|key| rows.whole(key.position)).collect();
    let keys: Vec<SortKey<'_>> = order
        .iter()
        .zip(&columns)
        .map(|(key, column)| SortKey { column, descending: key.descending, nulls_first: key.nulls_first })
        .collect();
    sort_indices_in_tasks(&keys, rows.num_rows, &context.tasks(OPERATOR)).map(Some)
}

impl Call {
    fn arguments(&self) -> Vec<Argument<'_>> {
        self.arguments
            .iter()
            .map(|(data_type, literal)| Argument { data_type, literal: literal.as_ref() })
            .collect()
    }

    fn failed(&self) -> impl Fn(KernelError) -> ExecError + '_ {
        |error| ExecError::Aggregate { expr: self.text.clone(), error }
    }

    /// An aggregate whose rows may come in any order, or in that of the frame.
    fn aggregate(
        &self,
        aggregate: &AggregateRef,
        rows: &Rows,
        numbered: &Numbered,
        context: &QueryContext,
    ) -> Result<Results> {
        let num_partitions = numbered.num_partitions;
        let arguments = self.arguments();
        let mut parts = context.threads().min(rows.batches.len());
        if num_partitions.saturating_mul(ROWS_A_PARTITION) > rows.num_rows {
            parts = 1;
        }
        let share = rows.batches.len().div_ceil(parts.max(1));
        let mut accumulators = context
            .run_tasks(parts, |part| {
                let mut accumulator = aggregate.accumulator(&arguments);
                accumulator.resize(num_partitions);
                for number in part * share..rows.batches.len().min((part + 1) * share) {
                    context.check_cancelled()?;
                    let batch = &rows.batches[number];
                    let inputs: Vec<Column> =
                        self.columns.iter().map(|&column| batch.column(column).clone()).collect();
                    let order = RowOrder((number as u128) << 32);
                    accumulator
                        .update(&inputs, numbered.groups(rows.range(number)), order)
                        .map_err(self.failed())?;
                }
                Ok(accumulator)
            })?
            .into_iter();
        let mut accumulator = accumulators.next().expect("at least one part");
        let all: Vec<u32> = (0..num_partitions as u32).collect();
        for mut other in accumulators {
            if accumulator.absorb(&mut *other).map_err(self.failed())? {
                continue;
            }
            let state = other.state(0..num_partitions).map_err(self.failed())?;
            accumulator.merge(&state, Groups::Ids(&all)).map_err(self.failed())?;
        }
        self.spread(&*accumulator, rows, numbered, context)
    }

    /// An aggregate whose rows come in the order of the window.
    fn in_order(
        &self,
        aggregate: &AggregateRef,
        rows: &Rows,
        numbered: &Numbered,
        partitions: &Partitions<'_>,
    ) -> Result<Results> {
        let order = partitions.order().expect("without an order the rows stay where they are");
        let inputs: Vec<Column> =
            self.columns.iter().map(|&column| take_column(&rows.whole(column), order)).collect();
        let mut accumulator = aggregate.accumulator(&self.arguments());
        accumulator.resize(numbered.num_partitions);
        let ids: Vec<u32>;
        let groups = if numbered.ids.is_empty() {
            Groups::One { num_rows: rows.num_rows }
        } else {
            ids = order.iter().map(|&row| numbered.ids[row as usize]).collect();
            Groups::Ids(&ids)
        };
        accumulator.update(&inputs, groups, RowOrder(0)).map_err(self.failed())?;
        let values = accumulator.finish(0..numbered.num_partitions).map_err(self.failed())?;
        let of_rows = match numbered.ids.is_empty() {
            true => take_column(&values, &vec![0; rows.num_rows]),
            false => take_column(&values, &numbered.ids),
        };
        Ok(Results::Whole(of_rows))
    }

    fn function(
        &self,
        function: &WindowFunctionRef,
        rows: &Rows,
        partitions: &Partitions<'_>,
    ) -> Result<Results> {
        let inputs: Vec<Column> = self.columns.iter().map(|&column| rows.whole(column)).collect();
        let result = function.evaluate(&inputs, &self.arguments(), partitions);
        Ok(Results::Whole(result.map_err(self.failed())?))
    }

    /// A function of rows that need few others, batch by batch.
    fn by_range(&self, function: &WindowFunctionRef, rows: &Rows, context: &QueryContext) -> Result<Results> {
        let inputs: Vec<Column> = self.columns.iter().map(|&column| rows.whole(column)).collect();
        let columns = context.run_tasks(rows.batches.len(), |number| {
            let result = function.evaluate_range(&inputs, &self.arguments(), rows.range(number));
            result.map_err(self.failed())
        })?;
        Ok(Results::Batches(columns))
    }

    /// The results of the partitions, to each of their rows.
    fn spread(
        &self,
        accumulator: &dyn Accumulator,
        rows: &Rows,
        numbered: &Numbered,
        context: &QueryContext,
    ) -> Result<Results> {
        let values = accumulator.finish(0..numbered.num_partitions).map_err(self.failed())?;
        let one = vec![0; if numbered.ids.is_empty() { longest(&rows.batches) } else { 0 }];
        let columns = context.run_tasks(rows.batches.len(), |number| {
            let range = rows.range(number);
            Ok(match numbered.ids.is_empty() {
                true => take_column(&values, &one[..range.len()]),
                false => take_column(&values, &numbered.ids[range]),
            })
        })?;
        Ok(Results::Batches(columns))
    }
}

fn longest(batches: &[Batch]) -> usize {
    batches.iter().map(Batch::num_rows).max().unwrap_or(0)
}
