//! Bits of integers: `and`, `or`, `xor` row by row, the complement, and counts of bits.

use lazuli_array::{
    Array, Bitmap, Column, DataType, Native, PrimitiveArray, dispatch_integer, dispatch_wide_integer,
};

use crate::arity::binary_slow;
use crate::boolean::not;
use crate::datum::{Datum, both_valid, paired};
use crate::wide::{narrow_column, wide_value};
use crate::width::{bits_of, of_bits};
use crate::{KernelError, Result};

/// What is made of two rows of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitwiseOp {
    /// Bits that are set in both.
    And,
    /// Bits that are set in one of them or both.
    Or,
    /// Bits that are set in just one of them.
    Xor,
}

impl BitwiseOp {
    /// The name that messages use.
    pub fn name(self) -> &'static str {
        match self {
            Self::And => "bitwise_and",
            Self::Or => "bitwise_or",
            Self::Xor => "bitwise_xor",
        }
    }
}

/// What is counted in the bits of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitCount {
    /// Bits that are set.
    Ones,
    /// Bits that are not set.
    Zeros,
    /// Set bits from the highest on.
    LeadingOnes,
    /// Unset bits from the highest on.
    LeadingZeros,
    /// Set bits from the lowest on.
    TrailingOnes,
    /// Unset bits from the lowest on.
    TrailingZeros,
}

/// Integers as rows of bits.
trait Bits: Native {
    fn and(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn complement(self) -> Self;
    fn count(self, what: BitCount) -> u32;
}

macro_rules! bits {
    ($($type:ty),+) => {$(
        impl Bits for $type {
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }

            #[inline(always)]
            fn complement(self) -> Self {
                !self
            }

            #[inline(always)]
            fn count(self, what: BitCount) -> u32 {
                match what {
                    BitCount::Ones => self.count_ones(),
                    BitCount::Zeros => self.count_zeros(),
                    BitCount::LeadingOnes => self.leading_ones(),
                    BitCount::LeadingZeros => self.leading_zeros(),
                    BitCount::TrailingOnes => self.trailing_ones(),
                    BitCount::TrailingZeros => self.trailing_zeros(),
                }
            }
        }
    )+};
}
bits!(i32, i64, u8, u16, u32, u64);

/// Combines the bits of two integers of one type, row by row; null where either side is. Two constants give one row.
///
/// # Errors
/// [`KernelError::Unsupported`], [`KernelError::LengthMismatch`].
pub fn bitwise(op: BitwiseOp, left: Datum<'_>, right: Datum<'_>) -> Result<Column> {
    fn each<T: Bits>(
        _: &PrimitiveArray<T>,
        op: BitwiseOp,
        left: Datum<'_>,
        right: Datum<'_>,
        valid: Option<Bitmap>,
    ) -> Option<Array> {
        // Or is what is set in both, and what is set in one. One loop for all three.
        let (common, different) = match op {
            BitwiseOp::And => (true, false),
            BitwiseOp::Or => (true, true),
            BitwiseOp::Xor => (false, true),
        };
        let mask = |keep: bool| if keep { T::default().complement() } else { T::default() };
        let (common, different) = (mask(common), mask(different));
        let array = binary_slow(left.side::<T>()?, right.side::<T>()?, valid, |left, right| {
            left.and(right).and(common).xor(left.xor(right).and(different))
        });
        Some(array.into())
    }
    let unsupported = || KernelError::unsupported(op.name(), [left.data_type(), right.data_type()]);
    let (left, right, rows) = paired(op.name(), left, right)?;
    if !left.data_type().is_integer() || left.data_type() != right.data_type() {
        return Err(unsupported());
    }
    if left.is_all_null() || right.is_all_null() {
        return Ok(Column::new_null(left.data_type().clone(), rows));
    }
    if let (Some(left_wide), Some(right_wide)) = (wide_value(left), wide_value(right)) {
        // The bits that are more are copies of the sign and stay so.
        let wide = bitwise(op, left_wide.as_datum(), right_wide.as_datum())?;
        return narrow_column(&wide, left.data_type());
    }
    let valid = both_valid(left, right);
    let array = dispatch_wide_integer!(left.array(), |array| each(array, op, left, right, valid), else None);
    Ok(Column::new(left.data_type().clone(), array.ok_or_else(unsupported)?))
}

/// The complement of each integer's bits, or of each boolean.
///
/// # Errors
/// [`KernelError::Unsupported`].
pub fn bitwise_not(column: &Column) -> Result<Column> {
    fn each<T: Native<Bits: Bits>>(array: &PrimitiveArray<T>) -> Array {
        let complements = crate::arity::each(bits_of(array.values()), T::Bits::complement);
        PrimitiveArray::new(of_bits::<T>(complements).into(), array.validity().cloned()).into()
    }
    let unsupported = || KernelError::unsupported("bitwise_not", [column.data_type()]);
    let array = match column.array() {
        Array::Boolean(array) => not(array).into(),
        _ if !column.data_type().is_integer() => return Err(unsupported()),
        array => dispatch_integer!(array, |array| each(array), else return Err(unsupported())),
    };
    Ok(Column::new(column.data_type().clone(), array))
}

/// Counts bits of each integer, as Int64; null where the row is null.
///
/// # Errors
/// [`KernelError::Unsupported`] for what is no integer.
pub fn count_bits(what: BitCount, column: &Column) -> Result<Column> {
    fn each<T: Native<Bits: Bits>>(array: &PrimitiveArray<T>, what: BitCount) -> Array {
        let counts = crate::arity::each(bits_of(array.values()), |bits| i64::from(bits.count(what)));
        PrimitiveArray::new(counts.into(), array.validity().cloned()).into()
    }
    let unsupported = || KernelError::unsupported("count of bits", [column.data_type()]);
    if !column.data_type().is_integer() {
        return Err(unsupported());
    }
    let array = dispatch_integer!(column.array(), |array| each(array, what), else return Err(unsupported()));
    Ok(Column::new(DataType::Int64, array))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Constant, strategies};
    use lazuli_array::{FromValues, Scalar};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_match_naive(
            columns in strategies::one_of(vec![DataType::Int64])
                .prop_flat_map(|t| strategies::columns_of(&[t.clone(), t], 1..90)),
        ) {
            let (left, right) = (&columns[0], &columns[1]);
            let constant = Constant::from_column(right.sliced(0, 1));
            let cases: [(BitwiseOp, fn(i64, i64) -> i64); 3] =
                [(BitwiseOp::And, |l, r| l & r), (BitwiseOp::Or, |l, r| l | r), (BitwiseOp::Xor, |l, r| l ^ r)];
            for (op, naive) in cases {
                for other in [Datum::Column(right), Datum::Constant(&constant)] {
                    let found = bitwise(op, left.into(), other).unwrap();
                    for row in 0..left.len() {
                        let expected = match (left.get(row), other.get(row)) {
                            (Scalar::Int64(left), Scalar::Int64(right)) => Scalar::Int64(naive(left, right)),
                            _ => Scalar::Null,
                        };
                        prop_assert_eq!(found.get(row), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn counts_and_complements() {
        let column = Column::from_values([Some(1i8), Some(-2), None, Some(0)].into_iter());
        for (what, expected) in [
            (BitCount::Ones, [Some(1i64), Some(7), None, Some(0)]),
            (BitCount::Zeros, [Some(7), Some(1), None, Some(8)]),
            (BitCount::LeadingOnes, [Some(0), Some(7), None, Some(0)]),
            (BitCount::LeadingZeros, [Some(7), Some(0), None, Some(8)]),
            (BitCount::TrailingOnes, [Some(1), Some(0), None, Some(0)]),
            (BitCount::TrailingZeros, [Some(0), Some(1), None, Some(8)]),
        ] {
            assert_eq!(count_bits(what, &column), Ok(Column::from_values(expected.into_iter())), "{what:?}");
        }
        let complement = Column::from_values([Some(-2i8), Some(1), None, Some(-1)].into_iter());
        assert_eq!(bitwise_not(&column), Ok(complement));
        let booleans = Column::from_values([Some(true), None].into_iter());
        assert_eq!(bitwise_not(&booleans), Ok(Column::from_values([Some(false), None].into_iter())));
        assert!(bitwise_not(&Column::from_values([1.0].into_iter())).is_err());
        assert!(count_bits(BitCount::Ones, &booleans).is_err());
    }
}
