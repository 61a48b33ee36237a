//! `cum_sum`.

use lazuli_array::{Array, Column, DataType, Native, PrimitiveArray, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::double_double::DoubleDouble;

use super::cumulative::{is_reversed, reversed};
use super::{Partitions, WindowFunction};
use crate::aggregate::SUM;
use crate::function::{Argument, Signature, SignatureError};
use crate::options::with_columns;

/// The sum of the values so far; null where the value is null, which the sum passes over.
///
/// Types are those of `sum`, and the last value is what `sum` gives: integers exact or an error, floats in double-double.
#[derive(Debug)]
pub struct CumSum;

impl WindowFunction for CumSum {
    fn name(&self) -> &'static str {
        "cum_sum"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        is_reversed(arguments)?;
        let output = SUM.signature(&arguments[..1])?.output;
        Ok(with_columns(arguments, std::slice::from_ref(&output), output.clone()))
    }

    fn evaluate(
        &self,
        inputs: &[Column],
        arguments: &[Argument<'_>],
        partitions: &Partitions<'_>,
    ) -> Result<Column, KernelError> {
        let data_type = inputs[0].data_type();
        let overflow = |row: usize, left: i128, right: i128| {
            let scale = if let DataType::Decimal { scale, .. } = data_type { *scale } else { 0 };
            let operand = |value| Scalar::Decimal { value, precision: 38, scale };
            let (left, right) = (operand(left), operand(right));
            KernelError::Overflow { operation: "cum_sum", row, left, right, data_type: data_type.clone() }
        };
        let sums =
            partitions.directed(reversed(self.name(), arguments)?, |partitions| match inputs[0].array() {
                Array::Int64(array) => running(array, partitions, 0i64, |sum, value, row| {
                    *sum =
                        sum.checked_add(value).ok_or_else(|| overflow(row, (*sum).into(), value.into()))?;
                    Ok(*sum)
                })
                .map(Array::from),
                Array::UInt64(array) => running(array, partitions, 0u64, |sum, value, row| {
                    *sum =
                        sum.checked_add(value).ok_or_else(|| overflow(row, (*sum).into(), value.into()))?;
                    Ok(*sum)
                })
                .map(Array::from),
                Array::Int128(array) => {
                    const LIMIT: u128 = 10u128.pow(38);
                    running(array, partitions, 0i128, |sum, value, row| {
                        let next = sum.checked_add(value).filter(|next| next.unsigned_abs() < LIMIT);
                        *sum = next.ok_or_else(|| overflow(row, *sum, value))?;
                        Ok(*sum)
                    })
                    .map(Array::from)
                }
                Array::Float64(array) => {
                    running(array, partitions, DoubleDouble::default(), |sum, value, _| {
                        *sum = sum.add_f64(value);
                        Ok(sum.to_f64())
                    })
                    .map(Array::from)
                }
                _ => Err(KernelError::unsupported("cum_sum", [data_type])),
            })?;
        Ok(Column::new(data_type.clone(), sums))
    }
}

/// A value for each value, made of a state that starts anew with each partition; null for null.
///
/// Of several partitions that fail, the one whose first failing row is the first of the frame is named.
pub(super) fn running<T: Native, S: Copy>(
    array: &PrimitiveArray<T>,
    partitions: &Partitions<'_>,
    start: S,
    mut add: impl FnMut(&mut S, T, usize) -> Result<T, KernelError>,
) -> Result<PrimitiveArray<T>, KernelError> {
    let values = array.values();
    let validity = array.validity();
    let mut results = vec![T::default(); values.len()];
    let visited = match validity {
        None => partitions.try_visit(start, |state, row| {
            results[row] = add(state, values[row], row)?;
            Ok::<(), KernelError>(())
        }),
        Some(validity) => partitions.try_visit(start, |state, row| {
            if validity.get(row) {
                results[row] = add(state, values[row], row)?;
            }
            Ok::<(), KernelError>(())
        }),
    };
    if let Err(error) = visited {
        let failures = partitions.iter().filter_map(|rows| {
            let mut state = start;
            let mut rows = rows.iter().map(|&row| row as usize);
            rows.find_map(|row| {
                let is_valid = validity.is_none_or(|validity| validity.get(row));
                if is_valid { add(&mut state, values[row], row).err() } else { None }
            })
        });
        return Err(failures.min_by_key(KernelError::row).unwrap_or(error));
    }
    Ok(PrimitiveArray::new(results.into(), validity.cloned()))
}
