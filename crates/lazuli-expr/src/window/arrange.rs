//! Functions that put the values of a partition in another order: `sort`, `sort_by`, `arg_sort`, `arg_sort_by`,
//! `reverse`.
//!
//! The value that comes first stands in the row that is first in the window's order, and so on.

use std::ops::Range;

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
use lazuli_kernels::sort::SortKey;
use lazuli_kernels::{KernelError, fields, take_column};

use super::rank::sorted;
use super::{Partitions, WindowFunction};
use crate::function::options::list;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};

/// The values of a partition in another order, or where in the partition they come from.
#[derive(Debug)]
pub struct Arrange {
    pub(super) name: &'static str,
    pub(super) by: By,
}

/// What the order goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The values.
    Value,
    /// The values; places come out, from 0.
    Place,
    /// Another column.
    Other,
    /// The fields of a struct, one after the other; places come out, from 0.
    Fields,
    /// The last row comes first.
    Reverse,
}

impl Arrange {
    fn expected(&self) -> &'static str {
        match self.by {
            By::Reverse => "one column",
            By::Other => {
                "a column, one to sort it by, and maybe whether the greatest comes first, and whether nulls do"
            }
            By::Fields => {
                "a struct, and maybe a list of whether the greatest of each field comes first, and one of whether nulls do"
            }
            By::Value | By::Place => {
                "one column, and maybe whether the greatest comes first, and whether nulls do"
            }
        }
    }

    /// For each key whether the greatest comes first, and whether nulls do.
    fn directions(&self, arguments: &[Argument<'_>]) -> Result<Vec<(bool, bool)>, SignatureError> {
        if self.by != By::Fields {
            return Ok(vec![self.direction(arguments)?]);
        }
        let mut options = Options::behind(1, arguments, self.expected())?;
        let DataType::Struct(fields) = arguments[0].data_type else { return Err(options.wrong()) };
        let mut flags = || -> Result<Vec<bool>, SignatureError> {
            let Some(value) = options.value()? else { return Ok(vec![false; fields.len()]) };
            let items = list(Some(value)).filter(|items| items.len() == fields.len());
            let items = items.ok_or_else(|| options.wrong())?;
            let flag = |row| match items.get(row) {
                Scalar::Boolean(flag) => Ok(flag),
                _ => Err(options.wrong()),
            };
            (0..items.len()).map(flag).collect()
        };
        let (descending, nulls_first) = (flags()?, flags()?);
        options.end()?;
        Ok(descending.into_iter().zip(nulls_first).collect())
    }

    /// Whether the greatest comes first, and whether nulls do.
    fn direction(&self, arguments: &[Argument<'_>]) -> Result<(bool, bool), SignatureError> {
        let mut options = Options::behind(self.num_columns(), arguments, self.expected())?;
        let mut direction = (false, false);
        if self.by != By::Reverse {
            direction = (options.boolean(false)?, options.boolean(false)?);
        }
        options.end()?;
        Ok(direction)
    }
}

impl WindowFunction for Arrange {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        self.directions(arguments)?;
        let output = match self.by {
            By::Place | By::Fields => DataType::Int64,
            _ => arguments[0].data_type.clone(),
        };
        Ok(Signature::unchanged(arguments, output))
    }

    fn num_columns(&self) -> usize {
        if self.by == By::Other { 2 } else { 1 }
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let directions = self.directions(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let mut sources = vec![0u32; partitions.num_rows()];
        if self.by == By::Reverse {
            for rows in partitions.iter() {
                for (&to, &from) in rows.iter().zip(rows.iter().rev()) {
                    sources[to as usize] = from;
                }
            }
            return Ok(take_column(&inputs[0], &sources));
        }
        let columns: Vec<Column> = match self.by {
            By::Fields => (0..directions.len())
                .map(|index| fields::field(&inputs[0], index))
                .collect::<Result<_, _>>()?,
            _ => vec![inputs[inputs.len() - 1].clone()],
        };
        let keys: Vec<SortKey<'_>> = columns
            .iter()
            .zip(directions)
            .map(|(column, (descending, nulls_first))| SortKey { column, descending, nulls_first })
            .collect();
        let by_value = sorted(&keys, partitions)?;
        let arranged = partitions.reordered(&by_value);
        for (rows, arranged) in partitions.iter().zip(arranged.iter()) {
            for (&to, &from) in rows.iter().zip(arranged) {
                sources[to as usize] = from;
            }
        }
        if !matches!(self.by, By::Place | By::Fields) {
            return Ok(take_column(&inputs[0], &sources));
        }
        let mut places = vec![0i64; sources.len()];
        partitions.visit(0i64, |place, row| {
            places[row] = *place;
            *place += 1;
        });
        let of_rows: Vec<i64> = sources.iter().map(|&row| places[row as usize]).collect();
        Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(of_rows)))
    }

    fn is_by_range(&self, _: &[Argument<'_>]) -> bool {
        self.by == By::Reverse
    }

    fn evaluate_range(
        &self,
        inputs: &[Column],
        _: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        // As many from the end as the range lies from the start.
        let part = inputs[0].sliced(inputs[0].len() - range.end, range.len());
        let backward: Vec<u32> = (0..range.len() as u32).rev().collect();
        Ok(take_column(&part, &backward))
    }
}
