//! `rank`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::sort::{RowComparator, SortKey, sort_indices};
use lazuli_kernels::{KernelError, take_column};

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};

/// The place of each value among the values of its partition, from 1; null where it is null. NaN is the largest value.
///
/// | method | what equal values get |
/// |---|---|
/// | `average` | the mean of their places; a Float64 |
/// | `min`, `max` | the first, the last of their places |
/// | `dense` | one number, and the next value gets the next one |
/// | `ordinal` | their places in the order of the rows |
#[derive(Debug)]
pub struct Rank;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Average,
    Min,
    Max,
    Dense,
    Ordinal,
}

const METHODS: [(&str, Method); 5] = [
    ("average", Method::Average),
    ("min", Method::Min),
    ("max", Method::Max),
    ("dense", Method::Dense),
    ("ordinal", Method::Ordinal),
];

const EXPECTED: &str = "one column, and maybe the name of a method and whether the greatest comes first";

/// The method and whether it is descending.
fn constants(arguments: &[Argument<'_>]) -> Result<(Method, bool), SignatureError> {
    let mut options = Options::behind(1, arguments, EXPECTED)?;
    let method = options.word(&METHODS, "method of rank")?;
    let descending = options.boolean(false)?;
    options.end()?;
    Ok((method, descending))
}

impl WindowFunction for Rank {
    fn name(&self) -> &'static str {
        "rank"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (method, _) = constants(arguments)?;
        let output = if method == Method::Average { DataType::Float64 } else { DataType::Int64 };
        Ok(Signature::unchanged(arguments, output))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let Ok((method, descending)) = constants(arguments) else {
            return Err(unchecked(self.name(), arguments));
        };
        let column = &inputs[0];
        let key = SortKey { column, descending, nulls_first: false };
        let by_value = sorted(&[key], partitions)?;
        let sorted = partitions.reordered(&by_value);
        let numbers = value_numbers(&key, &by_value);
        let validity = column.validity();
        let is_valid = |row: u32| validity.as_ref().is_none_or(|validity| validity.get(row as usize));
        let mut doubled = vec![0i64; column.len()];
        for rows in sorted.iter() {
            let rows = &rows[..rows.partition_point(|&row| is_valid(row))];
            let mut dense = 0;
            let mut start = 0;
            while start < rows.len() {
                let first = numbers[rows[start] as usize];
                let is_equal = |row: u32| numbers[row as usize] == first;
                let length = 1 + rows[start + 1..].iter().take_while(|&&row| is_equal(row)).count();
                let end = start + length;
                dense += 1;
                for (&row, place) in rows[start..end].iter().zip(start + 1..) {
                    // Twice the rank, so that means are whole numbers.
                    doubled[row as usize] = match method {
                        Method::Average => (start + 1 + end) as i64,
                        Method::Min => 2 * (start + 1) as i64,
                        Method::Max => 2 * end as i64,
                        Method::Dense => 2 * dense,
                        Method::Ordinal => 2 * place as i64,
                    };
                }
                start = end;
            }
        }
        Ok(match method {
            Method::Average => {
                let ranks: Vec<f64> = doubled.into_iter().map(|twice| twice as f64 / 2.0).collect();
                Column::new(DataType::Float64, PrimitiveArray::new(ranks.into(), validity))
            }
            _ => {
                let ranks: Vec<i64> = doubled.into_iter().map(|twice| twice / 2).collect();
                Column::new(DataType::Int64, PrimitiveArray::new(ranks.into(), validity))
            }
        })
    }
}

/// The same number for rows with equal values, given the rows by value.
pub(super) fn value_numbers(key: &SortKey<'_>, by_value: &[u32]) -> Vec<u32> {
    // Neighbours lie side by side here: comparing them where they came from would wait for memory twice a row.
    let column = take_column(key.column, by_value);
    let comparator = RowComparator::new(&[SortKey { column: &column, ..*key }]);
    let mut numbers = vec![0u32; by_value.len()];
    let mut number = 0;
    for (place, &row) in by_value.iter().enumerate() {
        if place > 0 && comparator.compare(place - 1, place).is_ne() {
            number += 1;
        }
        numbers[row as usize] = number;
    }
    numbers
}

/// The rows by value; equal ones in the order that they had.
pub(super) fn sorted(keys: &[SortKey<'_>], partitions: &Partitions<'_>) -> Result<Vec<u32>, KernelError> {
    let num_rows = partitions.num_rows();
    let Some(order) = partitions.order() else { return sort_indices(keys, num_rows) };
    // In the window's order first, so that sorting, which is stable, keeps it.
    let columns: Vec<Column> = keys.iter().map(|key| take_column(key.column, order)).collect();
    let keys: Vec<SortKey<'_>> =
        keys.iter().zip(&columns).map(|(key, column)| SortKey { column, ..*key }).collect();
    let by_value = sort_indices(&keys, num_rows)?;
    Ok(by_value.into_iter().map(|position| order[position as usize]).collect())
}
