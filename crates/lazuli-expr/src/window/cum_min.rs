//! `cum_min`.

use lazuli_array::Column;
use lazuli_kernels::KernelError;

use super::cumulative::reversed;
use super::running_extreme::{running_extreme, running_extreme_signature};
use super::{Partitions, WindowFunction};
use crate::function::{Argument, Signature, SignatureError};

/// The least value so far, of any type with an order; NaN only where no other value came before. Null where the value
/// is null.
#[derive(Debug)]
pub struct CumMin;

impl WindowFunction for CumMin {
    fn name(&self) -> &'static str {
        "cum_min"
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
        Ok(partitions.directed(reverse, |partitions| running_extreme::<false>(&inputs[0], partitions)))
    }
}
