//! `bottom_k`.

use crate::aggregate::top_values::{num_values, top_accumulator, top_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The `k` least values, least first, as a list; all of them if there are fewer. Nulls come last and only as far as there
/// is room; NaN is the greatest value, -0.0 comes out as 0.0. `k` is a constant.
#[derive(Debug)]
pub struct BottomK;

impl Aggregate for BottomK {
    fn name(&self) -> &'static str {
        "bottom_k"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        top_signature(arguments)
    }

    fn gives_rows(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        top_accumulator(arguments[0].data_type, num_values(&arguments[1]), true)
    }
}
