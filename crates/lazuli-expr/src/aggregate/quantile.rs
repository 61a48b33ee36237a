//! `quantile`.

use crate::aggregate::quantile_state::{QuantileMethod, quantile_accumulator};
use crate::aggregate::signature::{between, numbers_as};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::{Options, with_columns};
use crate::{Accumulator, Aggregate};

/// The value at share `q` of the way from the least to the greatest value that is not null; null of nothing.
///
/// Between two values it is interpolated linearly, so `quantile(0.5)` is `median`, unless another method is named: `nearest`,
/// `lower`, `higher`, `midpoint`, `equiprobable`. Types and NaN are those of
/// [`super::median::Median`]. `q` is a constant from 0 to 1.
#[derive(Debug)]
pub struct Quantile;

const EXPECTED: &str =
    "one column of numbers, booleans, dates or times, a constant from 0 to 1, and maybe the name of a method";

/// The share and the method.
fn constants(arguments: &[Argument<'_>]) -> Result<(f64, QuantileMethod), SignatureError> {
    let mut options = Options::behind(1, arguments, EXPECTED)?;
    let share = options.number()?.ok_or_else(|| options.wrong())?;
    let method = options.word(&QuantileMethod::WORDS, "method of quantile")?;
    options.end()?;
    if !(0.0..=1.0).contains(&share) {
        let reason = format!("the quantile must lie from 0 to 1, not at {share}");
        return Err(SignatureError::InvalidArgument(reason));
    }
    Ok((share, method))
}

impl Aggregate for Quantile {
    fn name(&self) -> &'static str {
        "quantile"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        constants(arguments)?;
        let input = arguments[0].data_type;
        let output = between(input).ok_or_else(|| SignatureError::Expected(EXPECTED.into()))?;
        Ok(with_columns(arguments, &[numbers_as(input)], output))
    }

    fn skips_nulls(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let (share, method) = constants(arguments).expect("the signature read the constants");
        quantile_accumulator(arguments[0].data_type, share, method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::{Column, DataType, FromValues, Scalar};

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
