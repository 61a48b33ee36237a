//! `shift`.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::{KernelError, NO_ROW, concat_columns, take_column, take_column_optional};

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};
use crate::supertype::supertype;

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
        let expected = || SignatureError::Expected(EXPECTED.into());
        let (input, n, fill) = match arguments {
            [input, n] => (input, n, None),
            [input, n, fill] => (input, n, Some(fill)),
            _ => return Err(expected()),
        };
        if !n.data_type.is_integer() || n.literal.is_none_or(|literal| literal.value.is_null()) {
            return Err(expected());
        }
        let Some(fill) = fill else {
            let output = input.data_type.clone();
            return Ok(Signature { inputs: vec![output.clone(), DataType::Int64], output });
        };
        fill.literal.ok_or_else(expected)?;
        let common = supertype(input.data_type, fill.data_type).ok_or_else(expected)?;
        Ok(Signature { inputs: vec![common.clone(), DataType::Int64, common.clone()], output: common })
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let input = &inputs[0];
        let Some(Scalar::Int64(n)) = arguments[1].literal.map(|literal| &literal.value) else {
            return Err(KernelError::unsupported("shift", [arguments[1].data_type]));
        };
        let fill = arguments.get(2).and_then(|fill| fill.literal).map(|fill| fill.value.clone());
        let fill = fill.filter(|fill| !fill.is_null());
        // The row behind the last holds the fill.
        let outside = if fill.is_some() { input.len() as u32 } else { NO_ROW };
        let mut sources = vec![outside; input.len()];
        let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
        match n {
            0 => (0..).zip(&mut sources).for_each(|(row, source)| *source = row),
            // Next neighbours need only the row before.
            1 => partitions.visit(outside, |before, row| {
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
                    let (from, to) = if *n >= 0 { (early, late) } else { (late, early) };
                    for (&from, &to) in from.iter().zip(to) {
                        sources[to as usize] = from;
                    }
                }
            }
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
