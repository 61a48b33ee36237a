//! Clip: values brought between two bounds.

use lazuli_array::{Array, Column, Native, PrimitiveArray, dispatch_wide};

use crate::arity::unary;
use crate::datum::{Datum, Side, Value};
use crate::if_else::fill_null;
use crate::wide::{narrow_column, wide_column, wide_value};
use crate::{KernelError, Result};

/// Each value, or the bound that it lies beyond; the lower one counts first. Null and NaN stay, since no comparison with
/// NaN holds; a bound that is null in a row does not bind there.
///
/// All are of one type, of fixed width; `column` and bounds that are columns have as many rows as each other.
///
/// # Errors
/// [`KernelError::Unsupported`], [`KernelError::LengthMismatch`].
///
/// ```
/// use lazuli_array::{Column, FromValues, Scalar};
/// use lazuli_kernels::{Constant, clip};
///
/// let column = Column::from_values([-3i64, 2, 9].into_iter());
/// let (low, high) = (Constant::from_scalar(&Scalar::Int64(0)), Constant::from_scalar(&Scalar::Int64(5)));
/// let clipped = clip(&column, Some((&low).into()), Some((&high).into()))?;
/// assert_eq!(clipped, Column::from_values([0i64, 2, 5].into_iter()));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn clip(column: &Column, lower: Option<Datum<'_>>, upper: Option<Datum<'_>>) -> Result<Column> {
    let (lower_rows, upper_rows) = (filled(column, lower)?, filled(column, upper)?);
    if let Some(wide) = wide_column(column) {
        let lower = bound(lower, &lower_rows).and_then(wide_value);
        let upper = bound(upper, &upper_rows).and_then(wide_value);
        let clipped = clip(&wide, lower.as_ref().map(Value::as_datum), upper.as_ref().map(Value::as_datum))?;
        return narrow_column(&clipped, column.data_type());
    }
    let (lower, upper) = (bound(lower, &lower_rows), bound(upper, &upper_rows));
    let array = dispatch_wide!(
        column.array(),
        |array| clipped(array, lower, upper),
        else match column.array() {
            Array::Null(_) => return Ok(column.clone()),
            _ => None,
        }
    );
    let array = array.ok_or_else(|| KernelError::unsupported("clip", [column.data_type()]))?;
    Ok(Column::new(column.data_type().clone(), array))
}

/// A bound that is a column, with the value itself where it is null: a bound that changes nothing.
fn filled(column: &Column, bound: Option<Datum<'_>>) -> Result<Option<Column>> {
    let Some(bound) = bound else { return Ok(None) };
    if bound.data_type() != column.data_type() {
        return Err(KernelError::unsupported("clip", [column.data_type(), bound.data_type()]));
    }
    match bound {
        Datum::Constant(_) => Ok(None),
        Datum::Column(rows) if rows.len() != column.len() => {
            let (left, right) = (column.len(), rows.len());
            Err(KernelError::LengthMismatch { operation: "clip", left, right })
        }
        Datum::Column(rows) => fill_null(rows, column.into()).map(Some),
    }
}

/// The bound to compare with; a null constant is none.
fn bound<'a>(bound: Option<Datum<'a>>, filled: &'a Option<Column>) -> Option<Datum<'a>> {
    match filled {
        Some(rows) => Some(Datum::Column(rows)),
        None => bound.filter(|bound| !bound.is_all_null()),
    }
}

fn clipped<T: Native>(
    array: &PrimitiveArray<T>,
    lower: Option<Datum<'_>>,
    upper: Option<Datum<'_>>,
) -> Option<Array> {
    let values = array.values();
    fn side<T: Native>(bound: Option<Datum<'_>>) -> Option<(Side<'_, T>, bool)> {
        match bound {
            None => Some((Side::Constant(T::default()), false)),
            Some(bound) => Some((bound.side::<T>()?, true)),
        }
    }
    let ((lower, has_lower), (upper, has_upper)) = (side::<T>(lower)?, side::<T>(upper)?);
    // What a missing bound is compared with does not matter: the flags are the same in all rows, so this is vector code.
    let between = |value: T, lower: T, upper: T| {
        if has_lower & (value < lower) {
            lower
        } else if has_upper & (value > upper) {
            upper
        } else {
            value
        }
    };
    if let (Side::Constant(lower), Side::Constant(upper)) = (lower, upper) {
        return Some(unary(array, |value| between(value, lower, upper)).into());
    }
    let ((lower, lower_mask), (upper, upper_mask)) = (lower.rows_and_mask(), upper.rows_and_mask());
    let rows = values.iter().enumerate();
    let clipped = rows.map(|(row, &value)| between(value, lower[row & lower_mask], upper[row & upper_mask]));
    Some(PrimitiveArray::new(clipped.collect::<Vec<T>>().into(), array.validity().cloned()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Constant, strategies};
    use lazuli_array::Scalar;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    /// By rows of one column each, compared with the engine's own comparison; NaN apart.
    fn naive(value: &Column, lower: &Column, upper: &Column) -> Scalar {
        let is_nan = |column: &Column| match column.get(0) {
            Scalar::Float32(value) => value.is_nan(),
            Scalar::Float64(value) => value.is_nan(),
            _ => false,
        };
        let compare = |left: &Column, right: &Column| {
            if left.null_count() + right.null_count() > 0 || is_nan(left) || is_nan(right) {
                return Ordering::Equal;
            }
            match crate::lt(left.into(), right.into()).unwrap().get(0) {
                Some(true) => Ordering::Less,
                _ if left.get(0) == right.get(0) => Ordering::Equal,
                _ => Ordering::Greater,
            }
        };
        if compare(value, lower).is_lt() {
            lower.get(0)
        } else if compare(value, upper).is_gt() {
            upper.get(0)
        } else {
            value.get(0)
        }
    }

    proptest! {
        #[test]
        fn clip_matches_naive(
            columns in strategies::one_of(strategies::numeric_types())
                .prop_flat_map(|t| strategies::columns_of(&[t.clone(), t.clone(), t], 0..60)),
        ) {
            let [column, lower, upper] = &columns[..] else { unreachable!() };
            let check = |found: Column, lower: &dyn Fn(usize) -> Column, upper: &dyn Fn(usize) -> Column| {
                for row in 0..column.len() {
                    prop_assert_eq!(found.get(row), naive(&column.sliced(row, 1), &lower(row), &upper(row)));
                }
                Ok(())
            };
            let one = |column: &Column, row: usize| column.sliced(row, 1);
            let nothing = Column::new_null(column.data_type().clone(), 1);
            check(clip(column, Some(lower.into()), Some(upper.into())).unwrap(), &|row| one(lower, row), &|row| one(upper, row))?;
            check(clip(column, None, Some(upper.into())).unwrap(), &|_| nothing.clone(), &|row| one(upper, row))?;
            if !column.is_empty() {
                let (low, high) = (one(lower, 0), one(upper, 0));
                let constants = [low.clone(), high.clone()].map(Constant::from_column);
                let [low_constant, high_constant] = &constants;
                check(clip(column, Some(low_constant.into()), Some(high_constant.into())).unwrap(), &|_| low.clone(), &|_| high.clone())?;
                check(clip(column, Some(low_constant.into()), None).unwrap(), &|_| low.clone(), &|_| nothing.clone())?;
            }
        }
    }
}
