//! `bitwise_and`, `bitwise_or`, `bitwise_xor`: the bits of all values combined.

use lazuli_array::{Array, Column, DataType, Native, PrimitiveArray, Scalar, dispatch_wide_integer};
use lazuli_kernels::BitwiseOp;

use crate::aggregate::fixed_states::{FixedStates, GroupState};
use crate::aggregate::signature::{one_to_one, only};
use crate::aggregate::state_column::{bits_of, boolean_column, gathered, int64_column, values_of};
use crate::aggregate::valid_rows::as_numbers;
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Expr, Groups};

/// The bits of all values that are not null combined, of the values' own type; null of nothing. Integers and booleans.
#[derive(Debug)]
pub struct Bitwise(pub(super) BitwiseOp);

const EXPECTED: &str = "one column of integers or booleans";

impl Aggregate for Bitwise {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = only(arguments, EXPECTED)?;
        if !input.is_integer() && *input != DataType::Boolean {
            return Err(SignatureError::Expected(EXPECTED.into()));
        }
        Ok(one_to_one(input, input.clone()))
    }

    fn accumulator(&self, arguments: &[Argument<'_>]) -> Box<dyn Accumulator> {
        let (op, output) = (self.0, arguments[0].data_type.clone());
        FixedStates::boxed(move |states: &[Bits]| Ok(results(states, op, &output)))
    }
}

/// What the bits so far give by all three operations, so that there is one state for them, and one of an input for all. In
/// 64 bits: those of a narrow signed number with its sign carried on, which no combination changes.
#[derive(Debug, Clone, Copy)]
struct Bits {
    all: u64,
    any: u64,
    odd: u64,
    is_some: bool,
}

impl Default for Bits {
    fn default() -> Self {
        Self { all: u64::MAX, any: 0, odd: 0, is_some: false }
    }
}

impl Bits {
    #[inline]
    fn add(&mut self, bits: u64) {
        self.all &= bits;
        self.any |= bits;
        self.odd ^= bits;
        self.is_some = true;
    }
}

impl GroupState for Bits {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        fn each<T: Native + Into<i128>>(states: &mut [Bits], array: &PrimitiveArray<T>, groups: Groups<'_>) {
            for (row, &value) in array.values().iter().enumerate() {
                if array.validity().is_none_or(|validity| validity.get(row)) {
                    states[groups.id(row)].add(Into::<i128>::into(value) as u64);
                }
            }
        }
        dispatch_wide_integer!(
            &*as_numbers(input),
            |array| each(states, array, groups),
            else unreachable!("the signature takes nothing but integers and booleans")
        );
    }

    fn merge(&mut self, other: Self) {
        self.all &= other.all;
        self.any |= other.any;
        self.odd ^= other.odd;
        self.is_some |= other.is_some;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            int64_column(states.iter().map(|state| state.all.cast_signed())),
            int64_column(states.iter().map(|state| state.any.cast_signed())),
            int64_column(states.iter().map(|state| state.odd.cast_signed())),
            boolean_column(states.iter().map(|state| state.is_some)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let bits = |column: usize, row: usize| values_of::<i64>(&columns[column])[row].cast_unsigned();
        gathered(bits_of(&columns[3]).enumerate().map(|(row, is_some)| Self {
            all: bits(0, row),
            any: bits(1, row),
            odd: bits(2, row),
            is_some,
        }))
    }
}

fn results(states: &[Bits], op: BitwiseOp, output: &DataType) -> Column {
    let value = |bits: u64| match output {
        DataType::Boolean => Scalar::Boolean(bits == 1),
        DataType::Int8 => Scalar::Int8(bits as i8),
        DataType::Int16 => Scalar::Int16(bits as i16),
        DataType::Int32 => Scalar::Int32(bits as i32),
        DataType::Int64 => Scalar::Int64(bits as i64),
        DataType::UInt8 => Scalar::UInt8(bits as u8),
        DataType::UInt16 => Scalar::UInt16(bits as u16),
        DataType::UInt32 => Scalar::UInt32(bits as u32),
        _ => Scalar::UInt64(bits),
    };
    let bits = |state: &Bits| match op {
        BitwiseOp::And => state.all,
        BitwiseOp::Or => state.any,
        BitwiseOp::Xor => state.odd,
    };
    let values = states.iter().map(|state| if state.is_some { value(bits(state)) } else { Scalar::Null });
    Column::from_scalars(output, values).expect("each value is of this type")
}

impl Expr {
    /// The bits that are set in all values; null of nothing.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("flags").bitwise_and().to_string(), "bitwise_and(flags)");
    /// ```
    pub fn bitwise_and(self) -> Self {
        self.aggregate(super::BITWISE_AND)
    }

    /// The bits that are set in any value; null of nothing.
    pub fn bitwise_or(self) -> Self {
        self.aggregate(super::BITWISE_OR)
    }

    /// The bits that are set in an odd number of values; null of nothing.
    pub fn bitwise_xor(self) -> Self {
        self.aggregate(super::BITWISE_XOR)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use crate::aggregate::tests::{check, refuses};
    use crate::aggregate::{BITWISE_AND, BITWISE_OR, BITWISE_XOR};

    use super::*;

    #[test]
    fn bits_of_all_values() {
        let narrow = Column::from_values([Some(-2i8), None, Some(6)].into_iter());
        let flags = Column::from_values([Some(true), Some(false), None, Some(true)].into_iter());
        let nothing = Column::new_null(DataType::UInt64, 2);
        for (aggregate, of_narrow, of_flags) in [
            (BITWISE_AND, Scalar::Int8(6), false),
            (BITWISE_OR, Scalar::Int8(-2), true),
            (BITWISE_XOR, Scalar::Int8(-8), false),
        ] {
            let cases = [
                (narrow.clone(), of_narrow),
                (flags.clone(), Scalar::Boolean(of_flags)),
                (nothing.clone(), Scalar::Null),
            ];
            check(&aggregate, &[], &cases);
        }
        assert!(refuses(&BITWISE_OR, &DataType::Float64));
    }
}
