//! `top_k`.

use crate::aggregate::top_values::{num_values, top_accumulator, top_signature};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate};

/// The `k` greatest values, greatest first, as a list; all of them if there are fewer. Nulls come last and only as far as
/// there is room; NaN is the greatest value, -0.0 comes out as 0.0. `k` is a constant.
#[derive(Debug)]
pub struct TopK;

impl Aggregate for TopK {
    fn name(&self) -> &'static str {
        "top_k"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        top_signature(arguments)
    }

    fn gives_rows(&self) -> bool {
        true
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        top_accumulator(arguments[0].data_type, num_values(&arguments[1]), false)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};

    use crate::Literal;
    use crate::aggregate::tests::{check, refuses};
    use crate::aggregate::{BOTTOM_K, TOP_K};

    fn list(items: Column) -> Scalar {
        Scalar::List(Box::new(items))
    }

    #[test]
    fn ends_of_groups() {
        let nan = f64::NAN;
        let numbers = Column::from_values([Some(3i32), Some(1), None, Some(5), Some(3)].into_iter());
        let floats = Column::from_values([nan, 1.0, f64::INFINITY, -0.0].into_iter());
        let texts = Column::from_values([Some("b"), None, Some("bananas"), Some("")].into_iter());
        let three = |numbers: [i32; 3]| list(Column::from_values(numbers.into_iter()));
        let cases = [
            (3, &numbers, three([5, 3, 3]), three([1, 3, 3])),
            (
                9,
                &numbers,
                list(Column::from_values([Some(5i32), Some(3), Some(3), Some(1), None].into_iter())),
                list(Column::from_values([Some(1i32), Some(3), Some(3), Some(5), None].into_iter())),
            ),
            (
                2,
                &floats,
                list(Column::from_values([nan, f64::INFINITY].into_iter())),
                list(Column::from_values([0.0, 1.0].into_iter())),
            ),
            (
                2,
                &texts,
                list(Column::from_values(["bananas", "b"].into_iter())),
                list(Column::from_values(["", "b"].into_iter())),
            ),
            (0, &texts, list(texts.sliced(0, 0)), list(texts.sliced(0, 0))),
        ];
        for (k, column, greatest, least) in cases {
            let k = [Literal::flexible(Scalar::Int32(k))];
            check(&TOP_K, &k, &[(column.clone(), greatest)]);
            check(&BOTTOM_K, &k, &[(column.clone(), least)]);
        }
        let nothing = Column::new_null(DataType::Null, 2);
        let one = [Literal::typed(Scalar::Int64(1))];
        check(&TOP_K, &one, &[(nothing.clone(), list(nothing.sliced(0, 1)))]);
    }

    #[test]
    fn the_number_of_values_is_a_constant() {
        assert!(refuses(&TOP_K, &DataType::Int64));
        let column = crate::function::Argument { data_type: &DataType::Int64, literal: None };
        let accepts = |literal: Literal| {
            let k = crate::function::Argument { data_type: &literal.data_type, literal: Some(&literal) };
            TOP_K.signature(&[column, k]).is_ok()
        };
        assert!(accepts(Literal::flexible(Scalar::Int32(2))) && accepts(Literal::typed(Scalar::UInt8(0))));
        assert!(
            !accepts(Literal::flexible(Scalar::Int32(-1))) && !accepts(Literal::typed(Scalar::from("2")))
        );
    }
}
