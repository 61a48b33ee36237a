//! Aggregates that look at all rows of a group at once.
//!
//! Their states are the rows themselves, kept in order by [`lists`]; what is made of them is a function of whole columns,
//! in which the rows of each group stand together. Some give one value a group, others rows: a list for each group, which
//! `select` spreads out to rows (`docs/decisions/many-aggregates.md`).

mod append; // append, extend_constant
mod count_values; // mode, value_counts, unique_counts, rle
mod find; // places of values
mod lists; // rows of groups in order
mod pick; // one row
mod select; // some of the rows

use std::ops::Range;

use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};
use lazuli_kernels::{KernelError, take_column};

use crate::function::{Argument, Signature, SignatureError};
use crate::window::Partitions;
use crate::{Accumulator, Aggregate, Literal};

pub(super) use append::{APPEND, EXTEND_CONSTANT, MOST_ROWS};
pub(super) use count_values::{MODE, MODE_WITH_NULLS, RLE, UNIQUE_COUNTS, VALUE_COUNTS};
pub(super) use find::{ARG_MAX, ARG_MIN, ARG_TRUE, ARG_UNIQUE, INDEX_OF, IS_SORTED, SEARCH_SORTED};
pub(super) use pick::{GET, ITEM, MAX_BY, MIN_BY};
pub(super) use select::{
    BOTTOM_K_BY, DROP_NANS, DROP_NULLS, EXPLODE, FILTER, GATHER, GATHER_EVERY, HEAD, IMPLODE, SLICE, TAIL,
    TOP_K_BY, UNIQUE,
};

/// An aggregate of rows, as a table entry.
pub struct RowsAggregate {
    name: &'static str,
    num_columns: usize,
    gives_rows: bool,
    signature: fn(&[Argument<'_>]) -> Result<Signature, SignatureError>,
    evaluate: Evaluate,
}

/// What is made of the rows.
#[derive(Clone, Copy)]
enum Evaluate {
    /// A value, or a list, for each group.
    Column(fn(&RowGroups<'_>, &[Argument<'_>]) -> Result<Column, KernelError>),
    /// One row of each group, or none. A row that is not picked among some is not picked among more, so batches are cut
    /// down to such rows as they come.
    Best(fn(&RowGroups<'_>) -> Result<Vec<u32>, KernelError>),
}

impl std::fmt::Debug for RowsAggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Aggregate for RowsAggregate {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        (self.signature)(arguments)
    }

    fn num_columns(&self) -> usize {
        self.num_columns
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(lists::RowLists::new(self.name, self.num_columns, self.evaluate, arguments))
    }

    fn is_ordered(&self) -> bool {
        true
    }

    fn gives_rows(&self) -> bool {
        self.gives_rows
    }
}

/// Arguments that outlive the plan's.
#[derive(Debug, Clone)]
struct OwnedArguments(Vec<(DataType, Option<Literal>)>);

impl OwnedArguments {
    fn new(arguments: &[Argument<'_>]) -> Self {
        let owned = |argument: &Argument<'_>| (argument.data_type.clone(), argument.literal.cloned());
        Self(arguments.iter().map(owned).collect())
    }

    fn borrowed(&self) -> Vec<Argument<'_>> {
        self.0.iter().map(|(data_type, literal)| Argument { data_type, literal: literal.as_ref() }).collect()
    }
}

/// Columns in which the rows of each group stand together, in order.
struct RowGroups<'a> {
    columns: &'a [Column],
    /// The rows of group `i` are `offsets[i]..offsets[i + 1]`.
    offsets: &'a [i64],
    /// The group of each row.
    ids: Vec<u32>,
}

impl<'a> RowGroups<'a> {
    fn new(columns: &'a [Column], offsets: &'a [i64]) -> Self {
        if offsets.len() == 2 {
            return Self { columns, offsets, ids: Vec::new() };
        }
        let mut ids = Vec::with_capacity(offsets.last().map_or(0, |&end| end as usize));
        for (id, pair) in (0..).zip(offsets.windows(2)) {
            ids.extend(std::iter::repeat_n(id, (pair[1] - pair[0]) as usize));
        }
        Self { columns, offsets, ids }
    }

    fn num_groups(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The rows of each group.
    fn ranges(&self) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        self.offsets.windows(2).map(|pair| pair[0] as usize..pair[1] as usize)
    }

    fn partitions(&self) -> Partitions<'_> {
        match self.num_groups() {
            1 => Partitions::one(self.columns[0].len(), None),
            num_groups => Partitions::new(&self.ids, num_groups, None),
        }
    }

    /// For each group, rows of the first column: those that `pick` pushes for the group's range.
    fn picked(&self, mut pick: impl FnMut(Range<usize>, &mut Vec<u32>)) -> Column {
        let mut rows = Vec::new();
        let mut offsets = vec![0i64];
        for range in self.ranges() {
            pick(range, &mut rows);
            offsets.push(rows.len() as i64);
        }
        list_column(offsets, take_column(&self.columns[0], &rows))
    }

    /// For each group, the rows of the first column for which `keep` is true.
    fn kept(&self, keep: impl Fn(usize) -> bool) -> Column {
        self.picked(|range, rows| {
            for row in range {
                if keep(row) {
                    rows.push(row as u32);
                }
            }
        })
    }

    /// For each group, whole numbers: those that `pick` pushes for the group's range.
    fn numbers(&self, mut pick: impl FnMut(Range<usize>, &mut Vec<i64>)) -> Column {
        let mut numbers = Vec::new();
        let mut offsets = vec![0i64];
        for range in self.ranges() {
            pick(range, &mut numbers);
            offsets.push(numbers.len() as i64);
        }
        list_column(offsets, Column::new(DataType::Int64, PrimitiveArray::from_vec(numbers)))
    }
}

/// Lists of the items between offsets.
fn list_column(offsets: Vec<i64>, items: Column) -> Column {
    let data_type = list_of(items.data_type());
    Column::new(data_type, ListArray::new(offsets.into(), items.into_array(), None))
}

fn list_of(item: &DataType) -> DataType {
    DataType::List(Box::new(item.clone()))
}

/// The items of all lists, null lists having none.
fn items_of(lists: &ListArray) -> Array {
    let (start, end) = (lists.offsets()[0] as usize, lists.offsets()[lists.len()] as usize);
    lists.values().sliced(start, end - start)
}
