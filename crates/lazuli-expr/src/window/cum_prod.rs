//! `cum_prod`.

use lazuli_array::{Array, Column, Scalar};
use lazuli_kernels::KernelError;

use super::cum_sum::running;
use super::cumulative::{is_reversed, reversed};
use super::{Partitions, WindowFunction};
use crate::aggregate::{FloatProduct, PRODUCT};
use crate::function::{Argument, Signature, SignatureError};
use crate::options::with_columns;

/// The product of the values so far; null where the value is null, which the product passes over.
///
/// Types are those of `product`: integers exact or an error.
#[derive(Debug)]
pub struct CumProd;

impl WindowFunction for CumProd {
    fn name(&self) -> &'static str {
        "cum_prod"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        is_reversed(arguments)?;
        let output = PRODUCT.signature(&arguments[..1])?.output;
        Ok(with_columns(arguments, std::slice::from_ref(&output), output.clone()))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let data_type = inputs[0].data_type();
        let overflow = |row: usize, left: Scalar, right: Scalar| KernelError::Overflow {
            operation: "cum_prod",
            row,
            left,
            right,
            data_type: data_type.clone(),
        };
        let reverse = reversed(self.name(), arguments)?;
        let products = partitions.directed(reverse, |partitions| match inputs[0].array() {
            Array::Int64(array) => running(array, partitions, 1i64, |product, value, row| {
                let next = product.checked_mul(value);
                *product =
                    next.ok_or_else(|| overflow(row, Scalar::Int64(*product), Scalar::Int64(value)))?;
                Ok(*product)
            })
            .map(Array::from),
            Array::UInt64(array) => running(array, partitions, 1u64, |product, value, row| {
                let next = product.checked_mul(value);
                *product =
                    next.ok_or_else(|| overflow(row, Scalar::UInt64(*product), Scalar::UInt64(value)))?;
                Ok(*product)
            })
            .map(Array::from),
            Array::Float64(array) => {
                running(array, partitions, FloatProduct::default(), |product, value, _| {
                    product.multiply(value);
                    Ok(product.to_f64())
                })
                .map(Array::from)
            }
            _ => Err(KernelError::unsupported("cum_prod", [data_type])),
        })?;
        Ok(Column::new(data_type.clone(), products))
    }
}
