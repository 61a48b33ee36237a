//! `len`.

use lazuli_array::DataType;

use crate::aggregate::counter::{Counted, Counter};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The number of rows, nulls included, as Int64; 0 of nothing. Takes no argument, or one whose values are never read.
#[derive(Debug)]
pub struct Len;

impl Aggregate for Len {
    fn name(&self) -> &'static str {
        "len"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        if arguments.len() > 1 {
            return Err(SignatureError::Expected("nothing or one column".into()));
        }
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn num_columns(&self) -> usize {
        0
    }

    fn accumulator(&self, _: &[Argument<'_>]) -> Box<dyn Accumulator> {
        Box::new(Counter::new(Counted::Rows))
    }
}
