//! `shift`.

use lazuli_array::Column;
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
        let n = Options::behind(1, arguments, EXPECTED)
            .and_then(|mut options| options.integer())
            .map_err(|_| unchecked(self.name(), arguments))?
            .unwrap_or(1);
        let fill = arguments.get(2).and_then(|fill| fill.literal).map(|fill| fill.value.clone());
        let fill = fill.filter(|fill| !fill.is_null());
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
