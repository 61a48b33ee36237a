//! `shift`.

use std::ops::Range;

use lazuli_array::{Column, Scalar};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column, take_column_optional};

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};
use crate::supertype::supertype;
use crate::typing::adapted_type;

/// The value `n` rows before in the partition, `n` rows after if it is negative; where there is no such row, null or the
/// constant that is given.
#[derive(Debug)]
pub struct Shift;

const EXPECTED: &str = "one column, a whole constant, and maybe a constant to fill with";

impl Shift {
    /// How many rows later values come, and what stands where none comes, if that is not null.
    fn constants(&self, arguments: &[Argument<'_>]) -> Result<(i64, Option<Scalar>), KernelError> {
        let n = Options::behind(1, arguments, EXPECTED)
            .and_then(|mut options| options.integer())
            .map_err(|_| unchecked(self.name(), arguments))?
            .unwrap_or(1);
        let fill = arguments.get(2).and_then(|fill| fill.literal).map(|fill| fill.value.clone());
        Ok((n, fill.filter(|fill| !fill.is_null())))
    }
}

impl WindowFunction for Shift {
    fn name(&self) -> &'static str {
        "shift"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let mut options = Options::behind(1, arguments, EXPECTED)?;
        options.integer()?;
        let input = arguments[0].data_type;
        let Some(fill) = arguments.get(2) else { return Ok(Signature::unchanged(arguments, input.clone())) };
        options.value()?;
        let wrong = options.wrong();
        options.end()?;
        let adapted = adapted_type(fill, input);
        let common = supertype(input, &adapted).ok_or(wrong)?;
        let inputs = vec![common.clone(), arguments[1].data_type.clone(), common.clone()];
        Ok(Signature { inputs, output: common })
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let input = &inputs[0];
        let (n, fill) = self.constants(arguments)?;
        let mut sources = sources(input.len(), n, partitions);
        if fill.is_some() {
            // The row behind the last holds the fill.
            let outside = input.len() as u32;
            sources.iter_mut().filter(|source| **source == NO_ROW).for_each(|source| *source = outside);
        }
        Ok(match fill {
            None => take_column_optional(input, &sources),
            Some(fill) => {
                let fill = Column::from_scalars(input.data_type(), [fill])?;
                take_column(&concat_columns(input.data_type(), &[input, &fill]), &sources)
            }
        })
    }

    fn is_by_range(&self, _: &[Argument<'_>]) -> bool {
        true
    }

    fn evaluate_range(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        range: Range<usize>,
    ) -> Result<Column, KernelError> {
        let (input, num_rows) = (&inputs[0], range.len());
        let (n, fill) = self.constants(arguments)?;
        let (there, before) = shifted_range(input.len(), n, range);
        let data_type = input.data_type();
        if there.len() == num_rows {
            return Ok(input.sliced(there.start, num_rows));
        }
        let outside = Column::from_scalars(data_type, [fill.unwrap_or(Scalar::Null)])?;
        let outside = |rows: usize| take_column(&outside, &vec![0; rows]);
        let (first, last) = (outside(before), outside(num_rows - before - there.len()));
        let there = input.sliced(there.start, there.len());
        Ok(concat_columns(data_type, &[&first, &there, &last]))
    }
}

/// For each row, the one `n` rows before in its partition, or after it for negative ones; [`NO_ROW`] if there is none.
pub(super) fn sources(num_rows: usize, n: i64, partitions: &Partitions<'_>) -> Vec<u32> {
    let mut sources = vec![NO_ROW; num_rows];
    let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
    match n {
        0 => (0..).zip(&mut sources).for_each(|(row, source)| *source = row),
        // Next neighbours need only the row before.
        1 => partitions.visit(NO_ROW, |before, row| {
            sources[row] = *before;
            *before = row as u32;
        }),
        -1 => partitions.visit(None, |before: &mut Option<usize>, row| {
            if let Some(before) = *before {
                sources[before] = row as u32;
            }
            *before = Some(row);
        }),
        _ => {
            for rows in partitions.iter().filter(|rows| rows.len() > distance) {
                let (early, late) = (&rows[..rows.len() - distance], &rows[distance..]);
                let (from, to) = if n >= 0 { (early, late) } else { (late, early) };
                for (&from, &to) in from.iter().zip(to) {
                    sources[to as usize] = from;
                }
            }
        }
    }
    sources
}

/// The rows that come to the rows of `range` when all come `n` rows later, and how many of `range` lie before them.
pub(super) fn shifted_range(num_rows: usize, n: i64, range: Range<usize>) -> (Range<usize>, usize) {
    let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
    if n >= 0 {
        let there = range.start.saturating_sub(distance)..range.end.saturating_sub(distance);
        let before = range.len() - there.len();
        (there, before)
    } else {
        let moved = |row: usize| row.saturating_add(distance).min(num_rows);
        (moved(range.start)..moved(range.end), 0)
    }
}
