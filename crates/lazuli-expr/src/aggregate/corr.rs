//! `corr`.

use crate::aggregate::co_moments::{pair_accumulator, pair_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// Pearson's correlation of two columns, as Float64, from -1 to 1, over the rows where neither is null.
///
/// NaN if a value is NaN or infinite, for fewer than two rows, and where one column has a single value throughout. Pairs
/// of integers are summed exactly, floats so that the result does not depend on the order of rows, to the last bit.
#[derive(Debug)]
pub struct Corr;

const EXPECTED: &str = "two columns of numbers or booleans";

impl Aggregate for Corr {
    fn name(&self) -> &'static str {
        "corr"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [left, right] => pair_signature(left, right, &[], EXPECTED),
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn num_columns(&self) -> usize {
        2
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        pair_accumulator(arguments[0].data_type, |spreads| Some(spreads.correlation()))
    }
}
