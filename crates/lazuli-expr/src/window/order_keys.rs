//! Values of any ordered type as integers that compare as they do.

use lazuli_array::{Array, Column, dispatch_float, dispatch_integer};
use lazuli_kernels::KernelError;
use lazuli_kernels::aggregate::float_key;
use lazuli_kernels::sort::{SortKey, sort_indices};

use super::rank::value_numbers;

/// A key for each row: the better the value, the greater the key, where better is greater or, if not `greatest`, less.
/// NaN is worse than any number. What null rows have means nothing.
#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    reason = "one arm of each dispatch is wide already"
)]
pub(crate) fn order_keys(column: &Column, greatest: bool) -> Result<Vec<i64>, KernelError> {
    // All bits turned reverses the order.
    let turn = if greatest { 0 } else { -1 };
    Ok(dispatch_float!(
        column.array(),
        |array| array
            .values()
            .iter()
            .map(|&value| match value.is_nan() {
                true => i64::MIN,
                false => (float_key(f64::from(value)) ^ 1 << 63).cast_signed() ^ turn,
            })
            .collect(),
        else match column.array() {
            Array::UInt64(array) => {
                array.values().iter().map(|&value| (value ^ 1 << 63).cast_signed() ^ turn).collect()
            }
            array => dispatch_integer!(
                array,
                |array| array.values().iter().map(|&value| value as i64 ^ turn).collect(),
                else {
                    let key = SortKey { column, descending: false, nulls_first: false };
                    let by_value = sort_indices(&[key], column.len())?;
                    let numbers = value_numbers(&key, &by_value);
                    numbers.into_iter().map(|number| i64::from(number) ^ turn).collect()
                }
            ),
        }
    ))
}
