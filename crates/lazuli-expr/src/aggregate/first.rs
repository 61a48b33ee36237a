//! `first`.

use crate::aggregate::positioned_values::{PositionedValues, positioned_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The value of the first row, null or not, of any type; null of nothing. If the constant behind the
/// column is true, nulls are passed over.
#[derive(Debug)]
pub struct First;

impl Aggregate for First {
    fn name(&self) -> &'static str {
        "first"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        positioned_signature(arguments)
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        PositionedValues::<false>::boxed(arguments)
    }

    fn is_ordered(&self) -> bool {
        true
    }
}
