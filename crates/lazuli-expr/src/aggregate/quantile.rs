//! `quantile`.

use lazuli_array::{DataType, Scalar};

use crate::aggregate::quantile_state::quantile_accumulator;
use crate::aggregate::signature::{between, numbers_as};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The value at share `q` of the way from the least to the greatest value that is not null; null of nothing.
///
/// Between two values it is interpolated linearly, so `quantile(0.5)` is `median`. Types and NaN are those of
/// [`super::median::Median`]. `q` is a constant from 0 to 1.
#[derive(Debug)]
pub struct Quantile;

const EXPECTED: &str = "one column of numbers, booleans, dates or times, and a constant from 0 to 1";

impl Aggregate for Quantile {
    fn name(&self) -> &'static str {
        "quantile"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || SignatureError::Expected(EXPECTED.into());
        let [input, q] = arguments else { return Err(expected()) };
        let output = between(input.data_type).ok_or_else(expected)?;
        let q = share(q).ok_or_else(expected)?;
        if !(0.0..=1.0).contains(&q) {
            return Err(SignatureError::InvalidArgument(format!(
                "the quantile must lie from 0 to 1, not at {q}"
            )));
        }
        Ok(Signature { inputs: vec![numbers_as(input.data_type), DataType::Float64], output })
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let q = share(&arguments[1]).expect("the signature found a constant");
        quantile_accumulator(arguments[0].data_type, q)
    }
}

/// The constant, if it is a number.
fn share(argument: &Argument<'_>) -> Option<f64> {
    match argument.literal?.value {
        Scalar::Float64(value) => Some(value),
        Scalar::Float32(value) => Some(value.into()),
        Scalar::Int64(value) => Some(value as f64),
        Scalar::Int32(value) => Some(value.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{Column, FromValues};

    use crate::Literal;
    use crate::aggregate::QUANTILE;
    use crate::aggregate::tests::check;

    #[test]
    fn quantiles() {
        let cases = [(0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.9, 3.7), (1.0, 4.0)];
        for (q, expected) in cases {
            let column = Column::from_values([Some(3i32), Some(1), None, Some(4), Some(2)].into_iter());
            check(
                &QUANTILE,
                &[Literal::typed(Scalar::Float64(q))],
                &[
                    (column, Scalar::Float64(expected)),
                    (Column::from_values([5.0].into_iter()), Scalar::Float64(5.0)),
                    (Column::new_null(DataType::Float64, 2), Scalar::Null),
                ],
            );
        }
    }

    #[test]
    fn the_share_is_a_constant_from_0_to_1() {
        let column = Argument { data_type: &DataType::Int64, literal: None };
        let signature = |literal: &Literal| {
            Quantile.signature(&[column, Argument { data_type: &literal.data_type, literal: Some(literal) }])
        };
        for q in [-0.1, 1.5, f64::NAN] {
            let result = signature(&Literal::typed(Scalar::Float64(q)));
            assert!(matches!(result, Err(SignatureError::InvalidArgument(_))), "{q}");
        }
        assert!(signature(&Literal::flexible(Scalar::Int32(1))).is_ok());
        assert!(signature(&Literal::typed(Scalar::from("0.5"))).is_err());
        assert!(Quantile.signature(&[column]).is_err());
        assert!(Quantile.signature(&[column, column]).is_err());
    }
}
