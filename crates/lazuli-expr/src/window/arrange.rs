//! Functions that put the values of a partition in another order: `sort`, `sort_by`, `arg_sort`, `reverse`.
//!
//! The value that comes first stands in the row that is first in the window's order, and so on.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::sort::SortKey;
use lazuli_kernels::{KernelError, take_column};

use super::rank::sorted;
use super::{Partitions, WindowFunction};
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
            By::Value | By::Place => {
                "one column, and maybe whether the greatest comes first, and whether nulls do"
            }
        }
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
        self.direction(arguments)?;
        let output = match self.by {
            By::Place => DataType::Int64,
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
        let (descending, nulls_first) =
            self.direction(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let mut sources = vec![0u32; partitions.num_rows()];
        if self.by == By::Reverse {
            for rows in partitions.iter() {
                for (&to, &from) in rows.iter().zip(rows.iter().rev()) {
                    sources[to as usize] = from;
                }
            }
            return Ok(take_column(&inputs[0], &sources));
        }
        let key = SortKey { column: &inputs[inputs.len() - 1], descending, nulls_first };
        let by_value = sorted(&key, partitions)?;
        let arranged = match partitions.ids() {
            [] => Partitions::one(sources.len(), Some(&by_value)),
            ids => Partitions::new(ids, partitions.num_partitions(), Some(&by_value)),
        };
        for (rows, arranged) in partitions.iter().zip(arranged.iter()) {
            for (&to, &from) in rows.iter().zip(arranged) {
                sources[to as usize] = from;
            }
        }
        if self.by != By::Place {
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
}
