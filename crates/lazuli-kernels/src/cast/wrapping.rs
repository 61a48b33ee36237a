//! Integers as those of another width, modulo 2 to the number of its bits.

use lazuli_array::{Array, Column, DataType, PhysicalType};

use super::number::to_i64;
use crate::arity::unary;
use crate::{KernelError, Result};

/// Integers and booleans as integers of another type: the lowest bits that it has, read as one of its numbers. Null rows
/// stay null. Of other types there is no such cast, for a float has no lowest bits.
///
/// # Errors
/// [`KernelError::Unsupported`] for types that are no integers.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues};
/// use lazuli_kernels::cast::wrapping_cast;
///
/// let wide = Column::from_values([Some(300i64), None, Some(-1)].into_iter());
/// let narrow = Column::from_values([Some(44u8), None, Some(255)].into_iter());
/// assert_eq!(wrapping_cast(&wide, &DataType::UInt8)?, narrow);
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn wrapping_cast(column: &Column, to: &DataType) -> Result<Column> {
    let from = column.data_type();
    if !can_wrap(from, to) {
        return Err(KernelError::unsupported("wrapping_cast", [from, to]));
    }
    let array = if *from == DataType::Null {
        Array::new_null(to, column.len())
    } else {
        let wide = to_i64(column.array());
        macro_rules! lowest {
            ($type:ty) => {
                unary(&wide, |value| value as $type).into()
            };
        }
        match to.physical() {
            PhysicalType::Int8 => lowest!(i8),
            PhysicalType::Int16 => lowest!(i16),
            PhysicalType::Int32 => lowest!(i32),
            PhysicalType::UInt8 => lowest!(u8),
            PhysicalType::UInt16 => lowest!(u16),
            PhysicalType::UInt32 => lowest!(u32),
            PhysicalType::UInt64 => lowest!(u64),
            _ => wide.into(),
        }
    };
    Ok(Column::try_new(to.clone(), array)?)
}

/// Whether [`wrapping_cast`] takes these types.
pub fn can_wrap(from: &DataType, to: &DataType) -> bool {
    (from.is_integer() || matches!(from, DataType::Boolean | DataType::Null)) && to.is_integer()
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use proptest::prelude::*;

    use super::*;
    use crate::cast::{CastMode, cast};

    const INTEGERS: [(DataType, u32, bool); 8] = [
        (DataType::Int8, 8, true),
        (DataType::Int16, 16, true),
        (DataType::Int32, 32, true),
        (DataType::Int64, 64, true),
        (DataType::UInt8, 8, false),
        (DataType::UInt16, 16, false),
        (DataType::UInt32, 32, false),
        (DataType::UInt64, 64, false),
    ];

    fn whole(value: &Scalar) -> Option<i128> {
        if value.is_null() { None } else { value.to_string().parse().ok() }
    }

    /// The number from the type's least on that differs from `value` by a multiple of 2^bits.
    fn naive(value: i128, bits: u32, signed: bool) -> i128 {
        let rest = value.rem_euclid(1 << bits);
        if signed && rest >= 1 << (bits - 1) { rest - (1 << bits) } else { rest }
    }

    proptest! {
        #[test]
        fn values_differ_by_whole_turns(
            values in proptest::collection::vec(proptest::option::of(any::<i64>()), 0..80),
            small in any::<bool>(),
            offset in 0usize..5,
        ) {
            let wide = Column::from_values(
                values.iter().map(|value| value.map(|value| if small { value % 300 } else { value })),
            );
            let offset = offset.min(wide.len());
            let wide = wide.sliced(offset, wide.len() - offset);
            for (from, from_bits, from_signed) in &INTEGERS {
                let source = wrapping_cast(&wide, from).unwrap();
                for (to, bits, signed) in &INTEGERS {
                    let found = wrapping_cast(&source, to).unwrap();
                    prop_assert_eq!(found.data_type(), to);
                    for row in 0..wide.len() {
                        let start = whole(&wide.get(row)).map(|value| naive(value, *from_bits, *from_signed));
                        prop_assert_eq!(whole(&source.get(row)), start);
                        let expected = start.map(|value| naive(value, *bits, *signed));
                        prop_assert_eq!(whole(&found.get(row)), expected, "{} to {}", from, to);
                    }
                    // What fits is what a cast that may fail gives.
                    let checked = cast(&source, to, CastMode::Lenient).unwrap();
                    for row in 0..wide.len() {
                        prop_assert!(checked.get(row).is_null() || checked.get(row) == found.get(row));
                    }
                }
            }
        }
    }

    #[test]
    fn booleans_and_nulls_and_what_does_not_wrap() {
        let flags = Column::from_values([Some(true), None, Some(false)].into_iter());
        let ones = Column::from_values([Some(1i8), None, Some(0)].into_iter());
        assert_eq!(wrapping_cast(&flags, &DataType::Int8).unwrap(), ones);
        let nulls = Column::new_null(DataType::Null, 2);
        assert_eq!(wrapping_cast(&nulls, &DataType::UInt16).unwrap(), Column::new_null(DataType::UInt16, 2));
        let floats = Column::from_values([1.5].into_iter());
        let error = wrapping_cast(&floats, &DataType::Int8).unwrap_err().to_string();
        assert!(error.contains("wrapping_cast") && error.contains("Float64"), "{error}");
        assert!(!can_wrap(&DataType::Int64, &DataType::Boolean));
    }
}
