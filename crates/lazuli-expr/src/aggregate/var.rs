//! `var`.

use lazuli_array::DataType;

use crate::aggregate::signature::numbers_as;
use crate::aggregate::variance::{ddof, variance_accumulator};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::with_columns;
use crate::{Accumulator, Aggregate};

/// The variance of the values that are not null, as Float64, dividing by their number less a constant, 1 by default (that
/// of a sample); null for no more values than that.
///
/// Numbers and booleans. The result does not depend on the order of rows to the last bit; NaN and infinities give NaN.
#[derive(Debug)]
pub struct Var;

const EXPECTED: &str = "one column of numbers or booleans, and maybe what the divisor is less";

impl Aggregate for Var {
    fn name(&self) -> &'static str {
        "var"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        ddof(arguments, EXPECTED)?;
        let input = numbers_as(arguments[0].data_type);
        if !input.is_numeric() && input != DataType::Boolean {
            return Err(SignatureError::Expected(EXPECTED.into()));
        }
        Ok(with_columns(arguments, &[input], DataType::Float64))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let ddof = ddof(arguments, EXPECTED).unwrap_or(1);
        variance_accumulator(arguments[0].data_type, ddof, |variance| variance)
    }
}
