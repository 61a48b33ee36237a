//! Bins: which of several intervals each number lies in.
//!
//! Integers are compared with breaks exactly: `v > 2.5` is `v >= 3`. So every bin is told by numbers from which on a value
//! is beyond a break, and floats get the next float after a break that belongs to the bin before it.

use lazuli_array::{Array, Column, Native, PrimitiveArray, dispatch_wide_integer};

use crate::wide::widened;
use crate::{KernelError, Result, arity};

/// At most this many breaks are compared with one by one; more of them are searched by halving.
const FEW_BREAKS: usize = 16;

/// How many of the ascending `breaks` each value lies beyond: above them if `right_closed`, else above or at them. NaN is
/// beyond all, rows that are null have a number without meaning.
///
/// `breaks` is a Float64 column for numbers, else one of the column's own type, a type of whole ticks. It has no nulls
/// and no NaN.
///
/// # Errors
/// [`KernelError::Unsupported`].
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::bins;
///
/// let (column, breaks) = (Column::from_values([0i64, 1, 2].into_iter()), Column::from_values([0.5, 1.0].into_iter()));
/// assert_eq!(bins(&column, &breaks, true)?, [0, 1, 2]);
/// assert_eq!(bins(&column, &breaks, false)?, [0, 2, 2]);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn bins(column: &Column, breaks: &Column, right_closed: bool) -> Result<Vec<u32>> {
    let unsupported = || KernelError::unsupported("bins", [column.data_type(), breaks.data_type()]);
    match (&*widened(column.array()), breaks.array()) {
        (Array::Float64(array), Array::Float64(breaks)) => {
            Ok(numbered(array.values(), |value| value, &float_limits(breaks.values(), right_closed)))
        }
        (array, Array::Float64(breaks)) if column.data_type().is_integer() => {
            let whole = |&value: &f64| {
                // Beyond the range of 128 bits is beyond every integer; the cast keeps it at the ends.
                if right_closed { (value.floor() as i128).saturating_add(1) } else { value.ceil() as i128 }
            };
            let limits: Vec<i128> = breaks.values().iter().map(whole).collect();
            integers(array, &limits).ok_or_else(unsupported)
        }
        (array, breaks) if column.data_type().is_temporal() => {
            let mut limits = ticks(breaks).ok_or_else(unsupported)?;
            if right_closed {
                limits.iter_mut().for_each(|limit| *limit += 1);
            }
            integers(array, &limits).ok_or_else(unsupported)
        }
        _ => Err(unsupported()),
    }
}

fn ticks(array: &Array) -> Option<Vec<i128>> {
    match array {
        Array::Int32(array) => Some(array.values().iter().map(|&value| value.into()).collect()),
        Array::Int64(array) => Some(array.values().iter().map(|&value| value.into()).collect()),
        _ => None,
    }
}

fn integers(array: &Array, limits: &[i128]) -> Option<Vec<u32>> {
    fn each<T: Native + Into<i128>>(array: &PrimitiveArray<T>, limits: &[i128]) -> Option<Vec<u32>> {
        Some(numbered(array.values(), T::into, limits))
    }
    dispatch_wide_integer!(array, |array| each(array, limits), else None)
}

/// From where on a float is beyond each break. NaN for a break that none is beyond.
fn float_limits(breaks: &[f64], right_closed: bool) -> Vec<f64> {
    let limit = |&value: &f64| match value {
        value if !right_closed => value,
        f64::INFINITY => f64::NAN,
        value => value.next_up(),
    };
    breaks.iter().map(limit).collect()
}

fn numbered<T: Copy, K: Copy + PartialOrd>(values: &[T], key: impl Fn(T) -> K, limits: &[K]) -> Vec<u32> {
    #[allow(
        clippy::neg_cmp_op_on_partial_ord,
        clippy::eq_op,
        reason = "NaN is beyond every break, and differs from itself"
    )]
    let beyond = |value: K, limit: &K| value >= *limit || value != value;
    let number = |value: K| -> u32 {
        if limits.len() <= FEW_BREAKS {
            limits.iter().map(|limit| u32::from(beyond(value, limit))).sum()
        } else {
            limits.partition_point(|limit| beyond(value, limit)) as u32
        }
    };
    arity::each(values, |value| number(key(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use crate::{Constant, gt, gt_eq};
    use lazuli_array::{FromValues, Scalar};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bins_match_naive(
            column in strategies::one_of(strategies::numeric_types()).prop_flat_map(|t| strategies::column(&t, 0..60)),
            breaks in prop::collection::btree_set(-40i32..40, 0..30),
            scale in prop::sample::select(vec![0.25, 1.0, 1e17, f64::MAX]),
            right_closed in any::<bool>(),
        ) {
            let breaks: Vec<f64> = breaks.into_iter().map(|value| f64::from(value) * scale).collect();
            let found = bins(&column, &Column::from_values(breaks.iter().copied()), right_closed).unwrap();
            for (row, &number) in found.iter().enumerate() {
                let value = column.sliced(row, 1);
                if value.null_count() > 0 {
                    continue;
                }
                let is_beyond = |&limit: &f64| {
                    let limit = Constant::from_scalar(&Scalar::Float64(limit));
                    let relation = if right_closed { gt } else { gt_eq };
                    relation((&value).into(), (&limit).into()).unwrap().get(0) == Some(true)
                };
                prop_assert_eq!(number as usize, breaks.iter().filter(|limit| is_beyond(limit)).count());
            }
        }
    }
}
