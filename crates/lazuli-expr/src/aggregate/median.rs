//! `median`.

use crate::aggregate::quantile_state::quantile_accumulator;
use crate::aggregate::signature::{between, numbers_as, one_to_one, only};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The middle of the values that are not null, the mean of two for an even count; null of nothing. NaN is the largest
/// value.
///
/// Float64 for numbers and booleans, decimals too; Datetime in microseconds for dates; the same type for datetimes,
/// durations and times, to the nearest tick, halves to the even one.
#[derive(Debug)]
pub struct Median;

pub(super) const EXPECTED: &str = "one column of numbers, booleans, dates or times";

impl Aggregate for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, EXPECTED)?;
        let output = between(input).ok_or_else(|| SignatureError::Expected(EXPECTED.into()))?;
        Ok(one_to_one(&numbers_as(input), output))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        quantile_accumulator(arguments[0].data_type, 0.5)
    }
}
