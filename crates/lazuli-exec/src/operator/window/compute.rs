//! The results of windows over rows in memory.
//!
//! Partitions are numbered once for each list of keys, and rows put in order of partition once for each list of keys and order that
//! something needs. An aggregate takes in the rows where they are, as a group-by does, and its results are gathered by the rows'
//! partitions; a function that depends on order gets its columns in one piece.

use std::ops::{Deref, Range};

use lazuli_array::{Batch, Column, DataType};
use lazuli_expr::window::{Partitions, WindowFunctionRef};
use lazuli_expr::{Accumulator, AggregateRef, Groups, RowOrder};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::sort::{SortKey, sort_indices_in_tasks};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column};

use super::{Call, OPERATOR, Step, WindowSpec};
use crate::context::QueryContext;
use crate::memory::{Footprint, Reservation, bytes_with, inserted_rows};
use crate::operator::sort::Key;
use crate::{ExecError, Result};

/// An aggregate is computed in one part a thread if there are so many times more rows than partitions; else merging the
/// parts would cost what they save.
const ROWS_A_PARTITION: usize = 16;

/// Where memory for results comes from.
pub(super) struct Memory<'a> {
    pub(super) context: &'a QueryContext,
    /// Whether rows can go to files when it is refused: then a part of it is left to others.
    pub(super) can_spill: bool,
}

impl Memory<'_> {
    fn reservation(&self) -> Reservation {
        self.context.memory.reservation(OPERATOR)
    }

    fn reserve(&self, bytes: usize) -> Result<Reservation> {
        let mut reservation = self.reservation();
        self.grow(&mut reservation, bytes)?;
        Ok(reservation)
    }

    pub(super) fn grow(&self, reservation: &mut Reservation, bytes: usize) -> Result<()> {
        if self.can_spill { reservation.grow_with_room(bytes) } else { reservation.grow_to(bytes) }
    }
}

/// Why there are no results.
pub(super) enum Failure {
    /// A call has none.
    Call { call: usize, place: Place, error: KernelError },
    /// The query can't go on, or not in memory.
    Other(ExecError),
}

/// What a call has failed at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A row.
    Row(usize),
    /// A partition.
    Partition(usize),
    Unknown,
}

impl Place {
    fn of_row(error: &KernelError) -> Self {
        error.row().map_or(Self::Unknown, Self::Row)
    }
}

impl From<ExecError> for Failure {
    fn from(error: ExecError) -> Self {
        Self::Other(error)
    }
}

/// All rows, in order.
pub(super) struct Rows {
    pub(super) batches: Vec<Batch>,
    /// Number of the first row of each batch.
    starts: Vec<usize>,
    pub(super) num_rows: usize,
}

impl Rows {
    pub(super) fn new(batches: Vec<Batch>) -> Result<Self> {
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
    pub(super) fn range(&self, batch: usize) -> Range<usize> {
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

    /// What these columns take once more in one piece.
    fn whole_bytes(&self, positions: impl Iterator<Item = usize>) -> usize {
        if self.batches.len() == 1 {
            return 0;
        }
        let of_column = |position| {
            let columns = self.batches.iter().map(move |batch| batch.column(position));
            let mut footprint = Footprint::default();
            columns.for_each(|column| footprint.add_column(column));
            footprint.bytes()
        };
        positions.map(of_column).sum()
    }
}

/// The partition of each row.
pub(super) struct Numbered {
    /// Empty if there is but one partition.
    pub(super) ids: Vec<u32>,
    pub(super) num_partitions: usize,
}

impl Numbered {
    /// By partition its first row.
    pub(super) fn first_rows(&self) -> impl Iterator<Item = usize> + '_ {
        let mut next = 0;
        let firsts = self.ids.iter().enumerate().filter(move |(_, id)| {
            let is_first = **id == next;
            next += u32::from(is_first);
            is_first
        });
        let only = self.ids.is_empty().then_some(0);
        firsts.map(|(row, _)| row).chain(only)
    }

    fn groups(&self, rows: Range<usize>) -> Groups<'_> {
        if self.ids.is_empty() { Groups::One { num_rows: rows.len() } } else { Groups::Ids(&self.ids[rows]) }
    }
}

/// What came of a call.
pub(super) enum Results {
    /// A value for each row.
    Whole(Column),
    /// Values for the rows of each batch.
    Batches(Vec<Column>),
}

impl Results {
    pub(super) fn of_batch(&self, batch: usize, rows: &Rows) -> Column {
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
    /// The results of all calls, and the reservation that covers them. `numbers_of`: what the partitions of a list of keys are
    /// called, where not all rows are here.
    pub(super) fn results(
        &self,
        rows: &Rows,
        numbers_of: &dyn Fn(&[usize], &Numbered) -> Result<Option<Vec<u32>>>,
        memory: &Memory<'_>,
    ) -> std::result::Result<(Vec<Results>, Reservation), Failure> {
        let context = memory.context;
        // Equal keys are numbered once, whatever order goes with them.
        let keys = distinct(self.layouts.iter().map(|layout| &layout.keys));
        let laid_out: Vec<usize> =
            (0..self.layouts.len()).filter(|&layout| self.needs_order(layout)).collect();
        let orders = distinct(laid_out.iter().map(|&layout| &self.layouts[layout].order));
        // Numbers and places of rows; the finish of a sort takes more, while it runs.
        let row_numbers = keys.len() + 2 * orders.len() + laid_out.len() + self.calls.len();
        let _scratch = memory.reserve(rows.num_rows.saturating_mul(row_numbers * size_of::<u64>()))?;

        let numbered = context.run_tasks(keys.len(), |index| self.number(keys[index], rows, memory))?;
        let of_keys = |layout: usize| {
            let of = &self.layouts[layout].keys;
            keys.iter().position(|keys| *keys == of).expect("each list of keys is there")
        };
        let numbered_of = |layout: usize| &numbered[of_keys(layout)];
        let numbers = keys.iter().zip(&numbered).map(|(keys, numbered)| numbers_of(keys, numbered));
        let numbers = numbers.collect::<Result<Vec<_>>>()?;
        // One after the other: each sort uses all threads.
        let sorted = orders.iter().map(|order| sorted(order, rows, memory)).collect::<Result<Vec<_>>>()?;
        let partitions: Vec<Partitions<'_>> = laid_out
            .iter()
            .map(|&layout| {
                let of = &self.layouts[layout].order;
                let order = orders.iter().position(|order| *order == of).expect("each order is there");
                let numbered = numbered_of(layout);
                let partitions = match (numbered.ids.as_slice(), sorted[order].as_deref()) {
                    ([], order) => Partitions::one(rows.num_rows, order),
                    (ids, order) => Partitions::new(ids, numbered.num_partitions, order),
                };
                match &numbers[of_keys(layout)] {
                    Some(numbers) => partitions.numbered(numbers),
                    None => partitions,
                }
            })
            .collect();
        let partitions_of = |layout: usize| {
            let index = laid_out.iter().position(|known| *known == layout);
            &partitions[index.expect("what needs an order was laid out")]
        };

        let mut results = Vec::with_capacity(self.calls.len());
        let mut reservation = memory.reservation();
        // One after the other where a call uses all threads by itself; the others side by side.
        let first = self.side_by_side();
        let mut side_by_side = in_tasks(context, first.len(), |index| {
            let call = self.with_number(first[index]);
            let (numbered, partitions) = (numbered_of(call.layout), partitions_of(call.layout));
            match &call.step {
                Step::Aggregate(aggregate) => call.in_order(aggregate, rows, numbered, partitions, memory),
                Step::Function(function) => call.function(function, rows, partitions, memory),
            }
        })?
        .into_iter();
        for index in 0..self.calls.len() {
            let call = self.with_number(index);
            let (result, covering) = match &call.step {
                Step::Aggregate(aggregate) if self.is_split(index) => {
                    call.aggregate(aggregate, rows, numbered_of(call.layout), memory)?
                }
                Step::Function(function) if self.is_by_range(index) => {
                    call.by_range(function, rows, memory)?
                }
                _ => side_by_side.next().expect("a result for each of them"),
            };
            results.push(result);
            reservation.absorb(covering);
        }
        Ok((results, reservation))
    }

    /// The calls that are computed first, side by side; the others follow one by one.
    fn side_by_side(&self) -> Vec<usize> {
        (0..self.calls.len()).filter(|&call| !self.is_split(call) && !self.is_by_range(call)).collect()
    }

    /// Which of the calls is computed when.
    pub(super) fn turn_of(&self, call: usize) -> (bool, usize) {
        (self.is_split(call) || self.is_by_range(call), call)
    }

    fn with_number(&self, number: usize) -> NumberedCall<'_> {
        NumberedCall { call: &self.calls[number], number }
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

    /// The partition of each row, in order of first appearance.
    pub(super) fn number(&self, keys: &[usize], rows: &Rows, memory: &Memory<'_>) -> Result<Numbered> {
        if keys.is_empty() {
            return Ok(Numbered { ids: Vec::new(), num_partitions: 1 });
        }
        let mut table = self.table(keys);
        let mut reservation = memory.reservation();
        let mut ids = Vec::new();
        let mut all = Vec::with_capacity(rows.num_rows);
        for batch in &rows.batches {
            let keys = batch.project(keys).into_columns();
            let mut start = 0;
            while start < batch.num_rows() {
                memory.context.check_cancelled()?;
                let num_rows = inserted_rows(&table, &keys).min(batch.num_rows() - start);
                let keys: Vec<Column> = keys.iter().map(|key| key.sliced(start, num_rows)).collect();
                memory.grow(&mut reservation, bytes_with(&table, &keys, num_rows))?;
                table.insert(&keys, num_rows, &mut ids).map_err(ExecError::kernel(OPERATOR))?;
                reservation.shrink_to(table.memory_bytes());
                all.extend_from_slice(&ids);
                start += num_rows;
            }
        }
        Ok(Numbered { ids: all, num_partitions: table.len() })
    }

    /// A table for these keys.
    pub(super) fn table(&self, keys: &[usize]) -> GroupTable {
        let types: Vec<DataType> =
            keys.iter().map(|&key| self.input.field(key).data_type().clone()).collect();
        GroupTable::new(&types)
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
fn sorted(order: &[Key], rows: &Rows, memory: &Memory<'_>) -> Result<Option<Vec<u32>>> {
    if order.is_empty() {
        return Ok(None);
    }
    let _whole = memory.reserve(rows.whole_bytes(order.iter().map(|key| key.position)))?;
    let columns: Vec<Column> = order.iter().map(|key| rows.whole(key.position)).collect();
    let keys: Vec<SortKey<'_>> = order
        .iter()
        .zip(&columns)
        .map(|(key, column)| SortKey { column, descending: key.descending, nulls_first: key.nulls_first })
        .collect();
    sort_indices_in_tasks(&keys, rows.num_rows, &memory.context.tasks(OPERATOR)).map(Some)
}

/// A call, and which of the operator's it is.
struct NumberedCall<'a> {
    call: &'a Call,
    number: usize,
}

impl Deref for NumberedCall<'_> {
    type Target = Call;

    fn deref(&self) -> &Call {
        self.call
    }
}

/// What came of a call, and the reservation that covers it.
type Computed = std::result::Result<(Results, Reservation), Failure>;

impl NumberedCall<'_> {
    fn failed(&self, place: Place) -> impl Fn(KernelError) -> Failure {
        let call = self.number;
        move |error| Failure::Call { call, place, error }
    }

    /// An aggregate whose rows may come in any order, or in that of the frame.
    fn aggregate(
        &self,
        aggregate: &AggregateRef,
        rows: &Rows,
        numbered: &Numbered,
        memory: &Memory<'_>,
    ) -> Computed {
        let context = memory.context;
        let num_partitions = numbered.num_partitions;
        let arguments = self.arguments();
        let mut parts = context.threads().min(rows.batches.len());
        if num_partitions.saturating_mul(ROWS_A_PARTITION) > rows.num_rows {
            parts = 1;
        }
        let share = rows.batches.len().div_ceil(parts.max(1));
        let part = |part: usize| {
            let mut reservation = memory.reservation();
            let mut accumulator = aggregate.accumulator(&arguments);
            accumulator.resize(num_partitions);
            for number in part * share..rows.batches.len().min((part + 1) * share) {
                context.check_cancelled()?;
                let batch = &rows.batches[number];
                let inputs = batch.project(&self.columns).into_columns();
                let order = RowOrder((number as u128) << 32);
                let updated = accumulator.update(&inputs, numbered.groups(rows.range(number)), order);
                updated.map_err(self.failed(Place::Unknown))?;
                memory.grow(&mut reservation, accumulator.memory_bytes())?;
            }
            Ok((accumulator, reservation))
        };
        let mut accumulators = in_tasks(context, parts, part)?.into_iter();
        let (mut accumulator, mut reservation) = accumulators.next().expect("at least one part");
        let all: Vec<u32> = (0..num_partitions as u32).collect();
        for (mut other, covering) in accumulators {
            reservation.absorb(covering);
            let failed = self.failed(Place::Unknown);
            if accumulator.absorb(&mut *other).map_err(&failed)? {
                continue;
            }
            let state = other.state(0..num_partitions).map_err(&failed)?;
            accumulator.merge(&state, Groups::Ids(&all)).map_err(&failed)?;
        }
        let values = self.values(&*accumulator, num_partitions)?;
        let states_bytes = accumulator.memory_bytes();
        memory.grow(&mut reservation, states_bytes.saturating_add(values.memory_bytes()))?;
        drop(accumulator);
        self.spread(&values, rows, numbered, reservation, memory)
    }

    /// An aggregate whose rows come in the order of the window.
    fn in_order(
        &self,
        aggregate: &AggregateRef,
        rows: &Rows,
        numbered: &Numbered,
        partitions: &Partitions<'_>,
        memory: &Memory<'_>,
    ) -> Computed {
        let order = partitions.order().expect("without an order the rows stay where they are");
        let taken_bytes = rows.batches.iter().map(|batch| batch.project(&self.columns).memory_bytes()).sum();
        let mut inputs_reservation =
            memory.reserve(rows.whole_bytes(self.columns.iter().copied()).saturating_add(taken_bytes))?;
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
        accumulator.update(&inputs, groups, RowOrder(0)).map_err(self.failed(Place::Unknown))?;
        drop(inputs);
        inputs_reservation.shrink_to(0);
        let mut reservation = memory.reserve(accumulator.memory_bytes())?;
        let values = self.values(&*accumulator, numbered.num_partitions)?;
        drop(accumulator);
        memory.grow(&mut reservation, values.memory_bytes())?;
        self.spread(&values, rows, numbered, reservation, memory)
    }

    fn function(
        &self,
        function: &WindowFunctionRef,
        rows: &Rows,
        partitions: &Partitions<'_>,
        memory: &Memory<'_>,
    ) -> Computed {
        let whole_bytes = rows.whole_bytes(self.columns.iter().copied());
        let mut reservation = memory.reserve(whole_bytes)?;
        let inputs: Vec<Column> = self.columns.iter().map(|&column| rows.whole(column)).collect();
        let result = function.evaluate(&inputs, &self.arguments(), partitions);
        let column = result.map_err(|error| self.failed(Place::of_row(&error))(error))?;
        drop(inputs);
        let bytes = column.memory_bytes();
        memory.grow(&mut reservation, bytes)?;
        reservation.shrink_to(bytes);
        Ok((Results::Whole(column), reservation))
    }

    /// A function of rows that need few others, batch by batch.
    fn by_range(&self, function: &WindowFunctionRef, rows: &Rows, memory: &Memory<'_>) -> Computed {
        let mut reservation = memory.reserve(rows.whole_bytes(self.columns.iter().copied()))?;
        let inputs: Vec<Column> = self.columns.iter().map(|&column| rows.whole(column)).collect();
        let columns = memory.context.run_tasks(rows.batches.len(), |number| {
            Ok(function.evaluate_range(&inputs, &self.arguments(), rows.range(number)))
        })?;
        let columns = columns.into_iter().collect::<std::result::Result<Vec<Column>, _>>();
        let columns = columns.map_err(|error| self.failed(Place::of_row(&error))(error))?;
        drop(inputs);
        let bytes = columns.iter().map(Column::memory_bytes).sum();
        memory.grow(&mut reservation, bytes)?;
        reservation.shrink_to(bytes);
        Ok((Results::Batches(columns), reservation))
    }

    /// The results of all partitions.
    fn values(
        &self,
        accumulator: &dyn Accumulator,
        num_partitions: usize,
    ) -> std::result::Result<Column, Failure> {
        accumulator.finish(0..num_partitions).map_err(|error| {
            let fails = |partition: &usize| accumulator.finish(*partition..*partition + 1).is_err();
            let partition = error.row().or_else(|| (0..num_partitions).find(fails));
            self.failed(partition.map_or(Place::Unknown, Place::Partition))(error)
        })
    }

    /// The results of the partitions, to each of their rows; `reservation` covers what they were made of.
    fn spread(
        &self,
        values: &Column,
        rows: &Rows,
        numbered: &Numbered,
        mut reservation: Reservation,
        memory: &Memory<'_>,
    ) -> Computed {
        let one = vec![0; if numbered.ids.is_empty() { longest(&rows.batches) } else { 0 }];
        let columns = memory.context.run_tasks(rows.batches.len(), |number| {
            let range = rows.range(number);
            Ok(match numbered.ids.is_empty() {
                true => take_column(values, &one[..range.len()]),
                false => take_column(values, &numbered.ids[range]),
            })
        })?;
        let mut footprint = Footprint::default();
        columns.iter().for_each(|column| footprint.add_column(column));
        memory.grow(&mut reservation, footprint.bytes())?;
        reservation.shrink_to(footprint.bytes());
        Ok((Results::Batches(columns), reservation))
    }
}

fn longest(batches: &[Batch]) -> usize {
    batches.iter().map(Batch::num_rows).max().unwrap_or(0)
}

/// What tasks give, side by side. Of several failures of calls the first task's is named, as one after the other.
fn in_tasks<T: Send>(
    context: &QueryContext,
    count: usize,
    task: impl Fn(usize) -> std::result::Result<T, Failure> + Sync,
) -> std::result::Result<Vec<T>, Failure> {
    let done = context.run_tasks(count, |number| match task(number) {
        Err(Failure::Other(error)) => Err(error),
        done => Ok(done),
    })?;
    done.into_iter().collect()
}
