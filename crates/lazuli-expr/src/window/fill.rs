//! `forward_fill` and `backward_fill`.

use lazuli_array::Column;
use lazuli_kernels::{KernelError, NO_ROW, take_column_optional};

use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, unchecked};

/// Nulls replaced by the value before, or after, of any type; at most `limit` nulls on end, if it is given.
#[derive(Debug)]
pub struct Fill {
    pub(super) name: &'static str,
    pub(super) backward: bool,
}

fn limit(arguments: &[Argument<'_>]) -> Result<usize, SignatureError> {
    let mut options = Options::behind(1, arguments, "one column, and maybe the most nulls on end to fill")?;
    let limit = options.count()?.unwrap_or(usize::MAX);
    options.end()?;
    Ok(limit)
}

impl WindowFunction for Fill {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        limit(arguments)?;
        Ok(Signature::unchanged(arguments, arguments[0].data_type.clone()))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let limit = limit(arguments).map_err(|_| unchecked(self.name, arguments))?;
        let Some(validity) = inputs[0].validity() else { return Ok(inputs[0].clone()) };
        let mut sources = vec![NO_ROW; validity.len()];
        partitions.directed(self.backward, |partitions| {
            // The last row with a value, and how many nulls have come since.
            partitions.visit((NO_ROW, 0usize), |(last, nulls), row| {
                if validity.get(row) {
                    (*last, *nulls) = (row as u32, 0);
                } else {
                    *nulls += 1;
                }
                if *nulls <= limit {
                    sources[row] = *last;
                }
            });
        });
        Ok(take_column_optional(&inputs[0], &sources))
    }
}
