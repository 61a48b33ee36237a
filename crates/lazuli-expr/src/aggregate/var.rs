//! `var`.

use lazuli_array::DataType;

use crate::aggregate::signature::{numbers_as, one_to_one, only};
use crate::aggregate::variance::variance_accumulator;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The sample variance (divided by n - 1) of the values that are not null, as Float64; null for fewer than two values.
///
/// Numbers and booleans. The result does not depend on the order of rows to the last bit; NaN and infinities give NaN.
#[derive(Debug)]
pub struct Var;

const EXPECTED: &str = "one column of numbers or booleans";

impl Aggregate for Var {
    fn name(&self) -> &'static str {
        "var"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = numbers_as(only(arguments, EXPECTED)?);
        if !input.is_numeric() && input != DataType::Boolean {
            return Err(SignatureError::Expected(EXPECTED.into()));
        }
        Ok(one_to_one(&input, DataType::Float64))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        variance_accumulator(arguments[0].data_type, |variance| variance)
    }
}
