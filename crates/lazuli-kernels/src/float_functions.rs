//! Functions of floats: any function of one or two numbers, row by row.
//!
//! A function that takes some nanoseconds, as sines and logarithms do, is called through a pointer: one loop serves all of
//! them, and the call is lost beside the work. Values of 32 bits are computed in 64 and rounded once, which is at least as
//! near to the exact value as a function of 32 bits. What the machine has an instruction for has a loop of its own.

use lazuli_array::{Array, BooleanArray, Column};

use crate::arity::{binary_slow, predicate_slow, unary};
use crate::datum::{Datum, both_valid, paired};
use crate::{KernelError, Result};

/// `function` of each float; null where the row is null.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a float.
///
/// ```
/// use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
/// use lazuli_kernels::map_floats;
///
/// let column = Column::new(DataType::Float64, PrimitiveArray::from_iter([Some(8.0), None]));
/// assert_eq!(map_floats("cbrt", &column, f64::cbrt)?.get(0), Scalar::Float64(2.0));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn map_floats(operation: &'static str, column: &Column, function: fn(f64) -> f64) -> Result<Column> {
    let array: Array = match column.array() {
        Array::Float32(array) => unary(array, |value| function(value.into()) as f32).into(),
        Array::Float64(array) => unary(array, function).into(),
        _ => return Err(KernelError::unsupported(operation, [column.data_type()])),
    };
    Ok(Column::new(column.data_type().clone(), array))
}

/// `function` of each pair of floats of one width; null where either side is. Two constants give one row.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a float, [`KernelError::LengthMismatch`].
pub fn map_float_pairs(
    operation: &'static str,
    left: Datum<'_>,
    right: Datum<'_>,
    function: fn(f64, f64) -> f64,
) -> Result<Column> {
    let (left, right, rows) = paired(operation, left, right)?;
    let data_type = left.data_type().clone();
    if left.is_all_null() || right.is_all_null() {
        return Ok(Column::new_null(data_type, rows));
    }
    let valid = both_valid(left, right);
    let array: Array = if let (Some(left), Some(right)) = (left.side::<f64>(), right.side::<f64>()) {
        binary_slow(left, right, valid, function).into()
    } else if let (Some(left), Some(right)) = (left.side::<f32>(), right.side::<f32>()) {
        binary_slow(left, right, valid, |left, right| function(left.into(), right.into()) as f32).into()
    } else {
        return Err(KernelError::unsupported(operation, [left.data_type(), right.data_type()]));
    };
    Ok(Column::new(data_type, array))
}

/// The square root of each float; NaN for negative ones.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a float.
pub fn sqrt(column: &Column) -> Result<Column> {
    let array: Array = match column.array() {
        Array::Float32(array) => unary(array, f32::sqrt).into(),
        Array::Float64(array) => unary(array, f64::sqrt).into(),
        _ => return Err(KernelError::unsupported("sqrt", [column.data_type()])),
    };
    Ok(Column::new(column.data_type().clone(), array))
}

/// How near two floats must be to count as close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// The difference that is allowed in any case.
    pub absolute: f64,
    /// The difference that is allowed as a share of the larger one.
    pub relative: f64,
    /// Whether two NaN are close.
    pub nans_equal: bool,
}

impl Tolerance {
    /// As `math.isclose` of Python: infinite values are close to themselves only.
    fn accepts(self, left: f64, right: f64) -> bool {
        if left == right {
            return true;
        }
        if left.is_nan() || right.is_nan() {
            return self.nans_equal && left.is_nan() && right.is_nan();
        }
        if left.is_infinite() || right.is_infinite() {
            return false;
        }
        let allowed = (self.relative * left.abs().max(right.abs())).max(self.absolute);
        (left - right).abs() <= allowed
    }
}

/// Whether each pair of 64-bit floats is as near as `tolerance` says; null where either side is. Two constants give one
/// row.
///
/// # Errors
/// [`KernelError::Unsupported`], [`KernelError::LengthMismatch`].
pub fn is_close(left: Datum<'_>, right: Datum<'_>, tolerance: Tolerance) -> Result<BooleanArray> {
    let (left, right, rows) = paired("is_close", left, right)?;
    if left.is_all_null() || right.is_all_null() {
        return Ok(std::iter::repeat_n(None, rows).collect());
    }
    let (Some(left_side), Some(right_side)) = (left.side::<f64>(), right.side::<f64>()) else {
        return Err(KernelError::unsupported("is_close", [left.data_type(), right.data_type()]));
    };
    let bits = predicate_slow(left_side, right_side, |left, right| tolerance.accepts(left, right));
    Ok(BooleanArray::new(bits, both_valid(left, right)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use lazuli_array::{DataType, Scalar};
    use proptest::prelude::*;

    fn as_f64(value: Scalar) -> Option<f64> {
        match value {
            Scalar::Float32(value) => Some(value.into()),
            Scalar::Float64(value) => Some(value),
            _ => None,
        }
    }

    fn of_type(value: Option<f64>, data_type: &DataType) -> Scalar {
        match (value, data_type) {
            (None, _) => Scalar::Null,
            (Some(value), DataType::Float32) => Scalar::Float32(value as f32),
            (Some(value), _) => Scalar::Float64(value),
        }
    }

    proptest! {
        #[test]
        fn functions_match_naive(
            columns in strategies::one_of(vec![DataType::Float32, DataType::Float64])
                .prop_flat_map(|t| strategies::columns_of(&[t.clone(), t], 0..90)),
        ) {
            let (left, right) = (&columns[0], &columns[1]);
            let data_type = left.data_type();
            let ones = [("sqrt", f64::sqrt as fn(f64) -> f64), ("exp", f64::exp)];
            for (name, function) in ones {
                let found = map_floats(name, left, function).unwrap();
                for row in 0..left.len() {
                    prop_assert_eq!(found.get(row), of_type(as_f64(left.get(row)).map(function), data_type));
                }
            }
            prop_assert_eq!(sqrt(left).unwrap(), map_floats("sqrt", left, f64::sqrt).unwrap());
            let found = map_float_pairs("hypot", left.into(), right.into(), f64::hypot).unwrap();
            for row in 0..left.len() {
                let pair = as_f64(left.get(row)).zip(as_f64(right.get(row)));
                prop_assert_eq!(found.get(row), of_type(pair.map(|(left, right)| left.hypot(right)), data_type));
            }
        }
    }

    #[test]
    fn closeness() {
        let near = |absolute, relative, nans_equal| Tolerance { absolute, relative, nans_equal };
        let cases = [
            (1.0, 1.0, near(0.0, 0.0, false), true),
            (1.0, 1.1, near(0.0, 0.0, false), false),
            (1.0, 1.1, near(0.2, 0.0, false), true),
            (100.0, 101.0, near(0.0, 0.01, false), true),
            (f64::NAN, f64::NAN, near(9.0, 9.0, false), false),
            (f64::NAN, f64::NAN, near(0.0, 0.0, true), true),
            (f64::NAN, 1.0, near(9.0, 9.0, true), false),
            (f64::INFINITY, f64::INFINITY, near(0.0, 0.0, false), true),
            (f64::INFINITY, 1.0, near(9.0, 9.0, false), false),
        ];
        for (left, right, tolerance, expected) in cases {
            assert_eq!(tolerance.accepts(left, right), expected, "{left} {right} {tolerance:?}");
        }
    }
}
