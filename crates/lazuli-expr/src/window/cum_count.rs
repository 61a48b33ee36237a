//! `cum_count`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::KernelError;

use super::cumulative::{is_reversed, reversed};
use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// The number of values so far that are not null, of any type; an Int64, never null.
#[derive(Debug)]
pub struct CumCount;

impl WindowFunction for CumCount {
    fn name(&self) -> &'static str {
        "cum_count"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        is_reversed(arguments)?;
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let validity = inputs[0].validity();
        let mut counts = vec![0i64; partitions.num_rows()];
        partitions.directed(reversed(self.name(), arguments)?, |partitions| {
            partitions.visit(0i64, |count, row| {
                *count += i64::from(validity.as_ref().is_none_or(|validity| validity.get(row)));
                counts[row] = *count;
            });
        });
        Ok(Column::new(DataType::Int64, PrimitiveArray::from_vec(counts)))
    }
}
