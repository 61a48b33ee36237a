//! Tests of single values: null, NaN, infinite. The answers about null are never null.

use lazuli_array::{Array, Bitmap, BooleanArray, Column, Native, PrimitiveArray, dispatch_float};

use crate::arity::predicate_of;
use crate::{KernelError, Result};

/// Whether each row is null.
pub fn is_null(array: &Array) -> BooleanArray {
    let bits = match array.validity() {
        None => Bitmap::filled(false, array.len()),
        Some(validity) => validity.not(),
    };
    BooleanArray::new(bits, None)
}

/// Whether each row holds a value.
pub fn is_not_null(array: &Array) -> BooleanArray {
    let bits = array.validity().unwrap_or_else(|| Bitmap::filled(true, array.len()));
    BooleanArray::new(bits, None)
}

/// Whether each value is NaN; null where the row is null, false for numbers that can't be NaN.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a number.
pub fn is_nan(column: &Column) -> Result<BooleanArray> {
    float_test("is_nan", column, false, f64::is_nan)
}

/// Whether each value is neither NaN nor infinite; null where the row is null.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a number.
pub fn is_finite(column: &Column) -> Result<BooleanArray> {
    float_test("is_finite", column, true, f64::is_finite)
}

/// Whether each value is infinite; null where the row is null.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is not a number.
pub fn is_infinite(column: &Column) -> Result<BooleanArray> {
    float_test("is_infinite", column, false, f64::is_infinite)
}

/// `test` of each float, `otherwise` for each other number. Widening a 32-bit float changes no answer.
fn float_test(
    operation: &'static str,
    column: &Column,
    otherwise: bool,
    test: impl Fn(f64) -> bool,
) -> Result<BooleanArray> {
    fn bits<T: Native + Into<f64>>(array: &PrimitiveArray<T>, test: impl Fn(f64) -> bool) -> Bitmap {
        predicate_of(array.values(), |value| test(value.into()))
    }
    if !column.data_type().is_numeric() && column.null_count() != column.len() {
        return Err(KernelError::unsupported(operation, [column.data_type()]));
    }
    let bits = dispatch_float!(
        column.array(),
        |array| bits(array, test),
        else Bitmap::filled(otherwise, column.len())
    );
    Ok(BooleanArray::new(bits, column.validity()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use lazuli_array::Scalar;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn null_tests_match_naive(column in strategies::any_column(0..150)) {
            let nulls: Vec<Option<bool>> = (0..column.len()).map(|row| Some(column.get(row).is_null())).collect();
            prop_assert_eq!(is_null(column.array()).iter().collect::<Vec<_>>(), nulls.clone());
            let not: Vec<Option<bool>> = nulls.iter().map(|null| null.map(|null| !null)).collect();
            prop_assert_eq!(is_not_null(column.array()).iter().collect::<Vec<_>>(), not);
        }

        #[test]
        fn float_tests_match_naive(
            column in strategies::one_of(strategies::numeric_types()).prop_flat_map(|t| strategies::column(&t, 0..150)),
        ) {
            let expect = |test: fn(f64) -> bool| -> Vec<Option<bool>> {
                (0..column.len())
                    .map(|row| match column.get(row) {
                        Scalar::Null => None,
                        Scalar::Float32(value) => Some(test(value.into())),
                        Scalar::Float64(value) => Some(test(value)),
                        _ => Some(test(1.0)),
                    })
                    .collect()
            };
            prop_assert_eq!(is_nan(&column).unwrap().iter().collect::<Vec<_>>(), expect(f64::is_nan));
            prop_assert_eq!(is_finite(&column).unwrap().iter().collect::<Vec<_>>(), expect(f64::is_finite));
            prop_assert_eq!(is_infinite(&column).unwrap().iter().collect::<Vec<_>>(), expect(f64::is_infinite));
        }
    }

    #[test]
    fn text_has_no_nan() {
        let column = Column::from_scalars(&lazuli_array::DataType::String, [Scalar::from("NaN")]).unwrap();
        assert!(is_nan(&column).is_err());
    }
}
