//! `dot`.

use std::ops::Range;

use lazuli_array::{Column, DataType};
use lazuli_kernels::{ArithmeticOp, KernelError, mul};

use crate::aggregate::SUM;
use crate::function::{Argument, Signature, SignatureError};
use crate::supertype;
use crate::{Accumulator, Aggregate, Groups, RowOrder};

/// The sum of the products of two columns, over the rows where neither is null; 0 of nothing.
///
/// Integers are multiplied in 64 bits and floats in Float64; a product or a sum that does not fit is an error. Types of the
/// result are those of `sum`.
#[derive(Debug)]
pub struct Dot;

/// The type that products are made in, and that of the products.
fn products(arguments: &[Argument<'_>]) -> Option<(Vec<DataType>, DataType)> {
    let [left, right] = arguments else { return None };
    let number = |data_type: &DataType| data_type.is_numeric() || *data_type == DataType::Null;
    if !number(left.data_type) || !number(right.data_type) {
        return None;
    }
    let both = |data_type: DataType| Some((vec![data_type.clone(); 2], data_type));
    match supertype(left.data_type, right.data_type)? {
        DataType::Null => both(DataType::Int64),
        integer if integer.is_signed_integer() => both(DataType::Int64),
        integer if integer.is_unsigned_integer() => both(DataType::UInt64),
        float if float.is_float() => both(DataType::Float64),
        decimal => {
            // Each keeps its own digits, so that the product has no more than it must.
            let own = |data_type: &DataType| match data_type {
                DataType::Decimal { .. } => data_type.clone(),
                DataType::Null => decimal.clone(),
                _ => DataType::Decimal { precision: 20, scale: 0 },
            };
            let sides = [own(left.data_type), own(right.data_type)];
            let product = ArithmeticOp::Mul.result_type(&sides[0], &sides[1])?;
            Some((sides.into(), product))
        }
    }
}

impl Aggregate for Dot {
    fn name(&self) -> &'static str {
        "dot"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (inputs, product) =
            products(arguments).ok_or_else(|| SignatureError::Expected("two columns of numbers".into()))?;
        let output = SUM.signature(&[Argument { data_type: &product, literal: None }])?.output;
        Ok(Signature { inputs, output })
    }

    fn num_columns(&self) -> usize {
        2
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let (_, product) = products(arguments).expect("the signature accepted the arguments");
        Box::new(Products(SUM.accumulator(&[Argument { data_type: &product, literal: None }])))
    }
}

/// Sums of products.
struct Products(Box<dyn Accumulator>);

impl Accumulator for Products {
    fn resize(&mut self, num_groups: usize) {
        self.0.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, order: RowOrder) -> Result<(), KernelError> {
        let products = mul((&inputs[0]).into(), (&inputs[1]).into())?;
        self.0.update(&[products], groups, order)
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        self.0.state(groups)
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.0.merge(state, groups)
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        self.0.finish(groups)
    }

    fn memory_bytes(&self) -> usize {
        self.0.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};

    use super::*;
    use crate::aggregate::DOT;

    fn dot(left: &Column, right: &Column) -> Result<Scalar, KernelError> {
        let arguments = [left, right].map(|column| Argument { data_type: column.data_type(), literal: None });
        let mut states = DOT.accumulator(&arguments);
        states.resize(1);
        let num_rows = left.len();
        states.update(&[left.clone(), right.clone()], Groups::One { num_rows }, RowOrder(0))?;
        let mut others = DOT.accumulator(&arguments);
        others.resize(1);
        others.merge(&states.state(0..1)?, Groups::Ids(&[0]))?;
        Ok(others.finish(0..1)?.get(0))
    }

    #[test]
    fn products_are_summed() {
        let left = Column::from_values([Some(1i64), None, Some(3), Some(4)].into_iter());
        let right = Column::from_values([Some(10i64), Some(20), None, Some(-1)].into_iter());
        assert_eq!(dot(&left, &right), Ok(Scalar::Int64(6)));
        let large = Column::from_values([i64::MAX].into_iter());
        assert_eq!(dot(&large, &large).unwrap_err().row(), Some(0));
        let floats = Column::from_values([1e200, 1.0, -1e200].into_iter());
        let ones = Column::from_values([1.0; 3].into_iter());
        assert_eq!(dot(&floats, &ones), Ok(Scalar::Float64(1.0)));
    }

    #[test]
    fn types() {
        let output = |left: &DataType, right: &DataType| {
            let arguments = [left, right].map(|data_type| Argument { data_type, literal: None });
            DOT.signature(&arguments).map(|types| types.output).ok()
        };
        use DataType::{Float32, Float64, Int8, Int64, Null, String, UInt8, UInt64};
        assert_eq!(output(&Int8, &Int8), Some(Int64));
        assert_eq!(output(&UInt8, &UInt64), Some(UInt64));
        assert_eq!(output(&Float32, &Int8), Some(Float64));
        assert_eq!(output(&Null, &Null), Some(Int64));
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        assert_eq!(output(&decimal(10, 2), &Int8), Some(decimal(38, 2)));
        assert_eq!(output(&String, &Int8), None);
    }
}
