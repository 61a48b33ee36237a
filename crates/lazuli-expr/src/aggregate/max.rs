//! `max`.

use crate::aggregate::extreme::{extreme_accumulator, extreme_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The greatest value that is neither null nor NaN, of any type with an order; NaN if there is no other value, null of
/// nothing.
///
/// Texts compare by bytes, those of an Enum by its declaration, `false` is below `true`.
#[derive(Debug)]
pub struct Max;

impl Aggregate for Max {
    fn name(&self) -> &'static str {
        "max"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        extreme_signature(arguments)
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        extreme_accumulator::<true>(arguments[0].data_type)
    }
}
