//! How often values occur: `mode`, `value_counts`, `unique_counts`, `rle`.

use lazuli_array::{Array, Column, DataType, Field, PrimitiveArray, StructArray};
use lazuli_kernels::{KernelError, take_column};

use super::{Evaluate, RowGroups, RowsAggregate, list_column, list_of};
use crate::aggregate::signature::only;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::window::value_ids;

/// The most frequent values, all that are as frequent, in the order of first appearance. Null is no value.
pub(in crate::aggregate) const MODE: RowsAggregate = RowsAggregate {
    name: "mode",
    num_columns: 1,
    gives_rows: true,
    signature: one_column,
    evaluate: Evaluate::Column(|rows, _| mode(rows, false)),
};

/// As [`MODE`], null being a value like others.
pub(in crate::aggregate) const MODE_WITH_NULLS: RowsAggregate = RowsAggregate {
    name: "mode_with_nulls",
    num_columns: 1,
    gives_rows: true,
    signature: one_column,
    evaluate: Evaluate::Column(|rows, _| mode(rows, true)),
};

/// How often each value occurs, null too, in the order of first appearance.
pub(in crate::aggregate) const UNIQUE_COUNTS: RowsAggregate = RowsAggregate {
    name: "unique_counts",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| {
        only(arguments, "one column")?;
        Ok(Signature::unchanged(arguments, list_of(&DataType::Int64)))
    },
    evaluate: Evaluate::Column(|rows, _| {
        let counted = Counted::new(rows)?;
        Ok(rows.numbers(|range, numbers| {
            numbers.extend(range.filter(|&row| counted.is_first(row)).map(|row| counted.of(row)));
        }))
    }),
};

/// Each value and how often it occurs, null too, as structs of `value` and `count`, in the order of first appearance, or
/// the most frequent first; instead of the count the share of it (`proportion`).
pub(in crate::aggregate) const VALUE_COUNTS: RowsAggregate = RowsAggregate {
    name: "value_counts",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| {
        let (_, normalize) = value_count_options(arguments)?;
        let fields = value_count_fields(arguments[0].data_type, normalize);
        Ok(Signature::unchanged(arguments, list_of(&fields)))
    },
    evaluate: Evaluate::Column(value_counts),
};

/// Runs of equal values, as structs of `len` and `value`.
pub(in crate::aggregate) const RLE: RowsAggregate = RowsAggregate {
    name: "rle",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| {
        let value = only(arguments, "one column")?;
        Ok(Signature::unchanged(arguments, list_of(&run_fields(value))))
    },
    evaluate: Evaluate::Column(|rows, _| {
        let (ids, _) = value_ids(&rows.columns[0], &rows.partitions())?;
        let (mut firsts, mut lengths) = (Vec::new(), Vec::new());
        let mut offsets = vec![0i64];
        for range in rows.ranges() {
            let mut start = range.start;
            for row in range.clone() {
                if row + 1 == range.end || ids[row + 1] != ids[row] {
                    firsts.push(start as u32);
                    lengths.push((row + 1 - start) as i64);
                    start = row + 1;
                }
            }
            offsets.push(firsts.len() as i64);
        }
        let values = take_column(&rows.columns[0], &firsts);
        let data_type = run_fields(values.data_type());
        let fields = vec![PrimitiveArray::from_vec(lengths).into(), values.into_array()];
        Ok(list_column(offsets, Column::new(data_type, StructArray::new(firsts.len(), fields, None))))
    }),
};

fn one_column(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    let value = only(arguments, "one column")?;
    Ok(Signature::unchanged(arguments, list_of(value)))
}

fn run_fields(value: &DataType) -> DataType {
    DataType::Struct([Field::new("len", DataType::Int64), Field::new("value", value.clone())].into())
}

fn value_count_fields(value: &DataType, normalize: bool) -> DataType {
    let count = match normalize {
        true => Field::new("proportion", DataType::Float64),
        false => Field::new("count", DataType::Int64),
    };
    DataType::Struct([Field::new("value", value.clone()), count].into())
}

/// Whether the most frequent come first, and whether shares are given.
fn value_count_options(arguments: &[Argument<'_>]) -> Result<(bool, bool), SignatureError> {
    let expected = "one column, and maybe whether the most frequent come first, and whether shares are given";
    let mut options = Options::behind(1, arguments, expected)?;
    let found = (options.boolean(false)?, options.boolean(false)?);
    options.end()?;
    Ok(found)
}

fn value_counts(rows: &RowGroups<'_>, arguments: &[Argument<'_>]) -> Result<Column, KernelError> {
    let (sort, normalize) =
        value_count_options(arguments).map_err(|_| unchecked("value_counts", arguments))?;
    let counted = Counted::new(rows)?;
    let (mut firsts, mut counts, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let mut offsets = vec![0i64];
    for range in rows.ranges() {
        let len = range.len();
        let mut values: Vec<usize> = range.filter(|&row| counted.is_first(row)).collect();
        if sort {
            values.sort_by_key(|&row| std::cmp::Reverse(counted.of(row)));
        }
        for row in values {
            firsts.push(row as u32);
            counts.push(counted.of(row));
            shares.push(counted.of(row) as f64 / len as f64);
        }
        offsets.push(firsts.len() as i64);
    }
    let values = take_column(&rows.columns[0], &firsts);
    let data_type = value_count_fields(values.data_type(), normalize);
    let counts: Array = match normalize {
        true => PrimitiveArray::from_vec(shares).into(),
        false => PrimitiveArray::from_vec(counts).into(),
    };
    let structs = StructArray::new(firsts.len(), vec![values.into_array(), counts], None);
    Ok(list_column(offsets, Column::new(data_type, structs)))
}

fn mode(rows: &RowGroups<'_>, counts_nulls: bool) -> Result<Column, KernelError> {
    let counted = Counted::new(rows)?;
    let validity = rows.columns[0].validity();
    let counts = |row: usize| counts_nulls || validity.as_ref().is_none_or(|validity| validity.get(row));
    Ok(rows.picked(|range, picked| {
        let most = range.clone().filter(|&row| counts(row)).map(|row| counted.of(row)).max();
        let is_mode = |row: &usize| counted.is_first(*row) && counts(*row) && Some(counted.of(*row)) == most;
        picked.extend(range.filter(is_mode).map(|row| row as u32));
    }))
}

/// How often the value of each row occurs in its group.
struct Counted {
    ids: Vec<u32>,
    counts: Vec<i64>,
    /// The first row with each value.
    firsts: Vec<u32>,
}

impl Counted {
    fn new(rows: &RowGroups<'_>) -> Result<Self, KernelError> {
        let (ids, num_values) = value_ids(&rows.columns[0], &rows.partitions())?;
        let mut counts = vec![0i64; num_values];
        let mut firsts = vec![u32::MAX; num_values];
        for (row, &id) in (0..).zip(&ids) {
            counts[id as usize] += 1;
            firsts[id as usize] = firsts[id as usize].min(row);
        }
        Ok(Self { ids, counts, firsts })
    }

    fn of(&self, row: usize) -> i64 {
        self.counts[self.ids[row] as usize]
    }

    fn is_first(&self, row: usize) -> bool {
        self.firsts[self.ids[row] as usize] as usize == row
    }
}
