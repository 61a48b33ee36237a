//! `count`.

use lazuli_array::DataType;

use crate::aggregate::counter::{Counted, Counter};
use crate::aggregate::signature::{one_to_one, only};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The number of rows that are not null, as Int64; 0 of nothing.
#[derive(Debug)]
pub struct Count;

impl Aggregate for Count {
    fn name(&self) -> &'static str {
        "count"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        Ok(one_to_one(only(arguments, "one column")?, DataType::Int64))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, _: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(Counter::new(Counted::Values))
    }
}
