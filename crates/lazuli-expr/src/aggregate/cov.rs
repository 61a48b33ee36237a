//! `cov`.

use lazuli_array::Scalar;

use crate::aggregate::co_moments::{pair_accumulator, pair_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The covariance of two columns, as Float64, over the rows where neither is null, dividing by their number less `ddof`,
/// a constant that is 1 if absent; null for `ddof` rows or fewer.
///
/// NaN if a value is NaN or infinite. Exact and independent of order as [`super::corr::Corr`].
#[derive(Debug)]
pub struct Cov;

const EXPECTED: &str = "two columns of numbers or booleans, and perhaps a constant from 0 to 255";

impl Aggregate for Cov {
    fn name(&self) -> &'static str {
        "cov"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [left, right] => pair_signature(left, right, &[], EXPECTED),
            [left, right, ddof] if divisor_offset(ddof).is_some() => {
                pair_signature(left, right, std::slice::from_ref(ddof.data_type), EXPECTED)
            }
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn num_columns(&self) -> usize {
        2
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let ddof = arguments.get(2).map_or(Some(1), divisor_offset).expect("the signature found a constant");
        pair_accumulator(arguments[0].data_type, move |spreads| spreads.covariance(ddof))
    }
}

/// The constant, if it is a small number.
fn divisor_offset(argument: &Argument<'_>) -> Option<u8> {
    match argument.literal?.value {
        Scalar::UInt8(value) => Some(value),
        Scalar::Int32(value) => value.try_into().ok(),
        Scalar::Int64(value) => value.try_into().ok(),
        _ => None,
    }
}
