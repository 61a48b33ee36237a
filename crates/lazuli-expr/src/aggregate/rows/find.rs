//! Where values are: `arg_min`, `arg_true`, `index_of`, `search_sorted` and their like. Places count from 0.

use lazuli_array::{Array, BooleanArray, Column, DataType, PrimitiveArray};
use lazuli_kernels::keys::GroupTable;
use lazuli_kernels::sort::{RowComparator, SortKey};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns};

use super::pick::best_rows;
use super::select::first_of_equals;
use super::{Evaluate, RowGroups, RowsAggregate, list_of};
use crate::aggregate::MAX;
use crate::aggregate::signature::only;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::supertype::supertype;
use crate::typing::adapted_type;

/// Where the least value is, the first of equal ones; null and NaN as for `min`.
pub(in crate::aggregate) const ARG_MIN: RowsAggregate = RowsAggregate {
    name: "arg_min",
    num_columns: 1,
    gives_rows: false,
    signature: extreme_signature,
    evaluate: Evaluate::Column(|rows, _| Ok(places_of(rows, &best_rows(rows, 0, false)?))),
};

/// Where the greatest value is, the first of equal ones; null and NaN as for `max`.
pub(in crate::aggregate) const ARG_MAX: RowsAggregate = RowsAggregate {
    name: "arg_max",
    num_columns: 1,
    gives_rows: false,
    signature: extreme_signature,
    evaluate: Evaluate::Column(|rows, _| Ok(places_of(rows, &best_rows(rows, 0, true)?))),
};

/// The places of the rows that are true.
pub(in crate::aggregate) const ARG_TRUE: RowsAggregate = RowsAggregate {
    name: "arg_true",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| match only(arguments, "one Boolean column")? {
        DataType::Boolean | DataType::Null => {
            Ok(Signature { inputs: vec![DataType::Boolean], output: list_of(&DataType::Int64) })
        }
        _ => Err(SignatureError::Expected("one Boolean column".into())),
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let Array::Boolean(array) = rows.columns[0].array() else {
            return Err(unchecked("arg_true", arguments));
        };
        let mask = array.true_mask();
        Ok(places_where(rows, |row| mask.get(row)))
    }),
};

/// The places of the first row of each value.
pub(in crate::aggregate) const ARG_UNIQUE: RowsAggregate = RowsAggregate {
    name: "arg_unique",
    num_columns: 1,
    gives_rows: true,
    signature: |arguments| {
        only(arguments, "one column")?;
        Ok(Signature::unchanged(arguments, list_of(&DataType::Int64)))
    },
    evaluate: Evaluate::Column(|rows, _| {
        let first = first_of_equals(rows)?;
        Ok(places_where(rows, |row| first[row]))
    }),
};

/// The place of the first row that equals a constant, null and NaN too; null if there is none.
pub(in crate::aggregate) const INDEX_OF: RowsAggregate = RowsAggregate {
    name: "index_of",
    num_columns: 1,
    gives_rows: false,
    signature: |arguments| match arguments {
        [_, _] => needle_signature(arguments),
        _ => Err(SignatureError::Expected(NEEDLE.into())),
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let needle = needle_of(arguments).ok_or_else(|| unchecked("index_of", arguments))??;
        let mut table = GroupTable::new(&[rows.columns[0].data_type().clone()]);
        let mut ids = Vec::new();
        table.insert(&[needle], 1, &mut ids)?;
        let needle = ids[0];
        table.insert(&rows.columns[..1], rows.columns[0].len(), &mut ids)?;
        let found: Vec<u32> = rows
            .ranges()
            .map(|mut range| range.find(|&row| ids[row] == needle).map_or(NO_ROW, |row| row as u32))
            .collect();
        Ok(places_of(rows, &found))
    }),
};

/// Where a constant would be put among values that are in order, nulls last: before its equals, or behind them.
pub(in crate::aggregate) const SEARCH_SORTED: RowsAggregate = RowsAggregate {
    name: "search_sorted",
    num_columns: 1,
    gives_rows: false,
    signature: |arguments| {
        search_options(arguments)?;
        needle_signature(arguments)
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let (behind, descending) =
            search_options(arguments).map_err(|_| unchecked("search_sorted", arguments))?;
        let needle = needle_of(arguments).ok_or_else(|| unchecked("search_sorted", arguments))??;
        let place = rows.columns[0].len();
        let column = concat_columns(needle.data_type(), &[&rows.columns[0], &needle]);
        let comparator = RowComparator::new(&[SortKey { column: &column, descending, nulls_first: false }]);
        let places = rows.ranges().map(|range| {
            let (mut low, mut high) = (range.start, range.end);
            while low < high {
                let middle = low + (high - low) / 2;
                let order = comparator.compare(middle, place);
                if order.is_lt() || (behind && order.is_eq()) { low = middle + 1 } else { high = middle }
            }
            (low - range.start) as i64
        });
        Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(places.collect())))
    }),
};

/// Whether the values are in order, nulls last.
pub(in crate::aggregate) const IS_SORTED: RowsAggregate = RowsAggregate {
    name: "is_sorted",
    num_columns: 1,
    gives_rows: false,
    signature: |arguments| {
        direction(arguments)?;
        MAX.signature(&arguments[..1])?;
        Ok(Signature::unchanged(arguments, DataType::Boolean))
    },
    evaluate: Evaluate::Column(|rows, arguments| {
        let (descending, nulls_first) =
            direction(arguments).map_err(|_| unchecked("is_sorted", arguments))?;
        let key = SortKey { column: &rows.columns[0], descending, nulls_first };
        let comparator = RowComparator::new(&[key]);
        let sorted = rows.ranges().map(|range| {
            (range.start + 1..range.end.max(range.start + 1))
                .all(|row| comparator.compare(row - 1, row).is_le())
        });
        Ok(Column::new(DataType::Boolean, BooleanArray::new(sorted.collect(), None)))
    }),
};

const NEEDLE: &str = "a column and a constant of its type";

fn extreme_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    MAX.signature(arguments)?;
    Ok(Signature::unchanged(arguments, DataType::Int64))
}

/// The column and the constant behind it as their common type.
fn needle_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    let wrong = || SignatureError::Expected(NEEDLE.into());
    let [column, needle, rest @ ..] = arguments else { return Err(wrong()) };
    needle.literal.ok_or_else(wrong)?;
    let common = supertype(column.data_type, &adapted_type(needle, column.data_type)).ok_or_else(wrong)?;
    let rest = rest.iter().map(|argument| argument.data_type.clone());
    Ok(Signature {
        inputs: [common.clone(), common].into_iter().chain(rest).collect(),
        output: DataType::Int64,
    })
}

/// The constant as a column of one row.
fn needle_of(arguments: &[Argument<'_>]) -> Option<Result<Column, KernelError>> {
    let value = arguments.get(1)?.literal?.value.clone();
    Some(Column::from_scalars(arguments[0].data_type, [value]).map_err(KernelError::from))
}

/// Whether equals come first, and whether the greatest do.
fn search_options(arguments: &[Argument<'_>]) -> Result<(bool, bool), SignatureError> {
    let expected = "a column, a constant of its type, and maybe a side (any, left, right) and whether the greatest \
                    comes first";
    let mut options = Options::behind(2, arguments, expected)?;
    let behind = options.word(&[("any", false), ("left", false), ("right", true)], "side")?;
    let descending = options.boolean(false)?;
    options.end()?;
    Ok((behind, descending))
}

fn direction(arguments: &[Argument<'_>]) -> Result<(bool, bool), SignatureError> {
    let expected = "one column, and maybe whether the greatest comes first, and whether nulls do";
    let mut options = Options::behind(1, arguments, expected)?;
    let direction = (options.boolean(false)?, options.boolean(false)?);
    options.end()?;
    Ok(direction)
}

/// The places of one row of each group; null where there is none.
fn places_of(rows: &RowGroups<'_>, picked: &[u32]) -> Column {
    let places = rows
        .ranges()
        .zip(picked)
        .map(|(range, &row)| (row != NO_ROW).then(|| i64::from(row) - range.start as i64));
    Column::new(DataType::Int64, places.collect::<PrimitiveArray<i64>>())
}

/// The places of the rows for which `property` is true.
fn places_where(rows: &RowGroups<'_>, property: impl Fn(usize) -> bool) -> Column {
    rows.numbers(|range, numbers| {
        let start = range.start;
        numbers.extend(range.filter(|&row| property(row)).map(|row| (row - start) as i64));
    })
}
