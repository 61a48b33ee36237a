//! `cum_max`.

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use super::cumulative::reversed;
use super::running_extreme::{running_extreme, running_extreme_signature};
use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// The greatest value so far, of any type with an order; NaN only where no other value came before. Null where the value
/// is null.
#[derive(Debug)]
pub struct CumMax;

impl WindowFunction for CumMax {
    fn name(&self) -> &'static str {
        "cum_max"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        running_extreme_signature(arguments)
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let reverse = reversed(self.name(), arguments)?;
        Ok(partitions.directed(reverse, |partitions| running_extreme::<true>(&inputs[0], partitions)))
    }
}
