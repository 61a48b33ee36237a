//! `bitwise_and`, `bitwise_or`, `bitwise_xor`: the bits of all values combined.

use lazuli_array::{Array, Column, DataType, Native, PrimitiveArray, Scalar, dispatch_integer};
use lazuli_kernels::BitwiseOp;

use crate::aggregate::fixed_states::{FixedStates, GroupState};
use crate::aggregate::signature::{one_to_one, only};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Aggregate, Expr, Groups};

/// The bits of all values that are not null combined, of the values' own type; null of nothing. Integers and booleans.
#[derive(Debug)]
pub struct Bitwise(pub(super) BitwiseOp);

const EXPECTED: &str = "one column of integers or booleans";

const AND: u8 = 0;
const OR: u8 = 1;
const XOR: u8 = 2;

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
        let output = arguments[0].data_type.clone();
        match self.0 {
            BitwiseOp::And => FixedStates::boxed(move |states: &[Bits<AND>]| Ok(results(states, &output))),
            BitwiseOp::Or => FixedStates::boxed(move |states: &[Bits<OR>]| Ok(results(states, &output))),
            BitwiseOp::Xor => FixedStates::boxed(move |states: &[Bits<XOR>]| Ok(results(states, &output))),
        }
    }
}

/// The bits so far in 64: those of a narrow signed number with its sign carried on, which no combination changes.
#[derive(Debug, Clone, Copy, Default)]
struct Bits<const OP: u8>(Option<u64>);

impl<const OP: u8> Bits<OP> {
    fn add(&mut self, bits: u64) {
        self.0 = Some(match self.0 {
            None => bits,
            Some(before) if OP == AND => before & bits,
            Some(before) if OP == OR => before | bits,
            Some(before) => before ^ bits,
        });
    }
}

impl<const OP: u8> GroupState for Bits<OP> {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        fn each<T: Native + Into<i128>, const OP: u8>(
            states: &mut [Bits<OP>],
            array: &PrimitiveArray<T>,
            groups: Groups<'_>,
        ) {
            for (row, value) in array.iter().enumerate() {
                if let Some(value) = value {
                    states[groups.id(row)].add(Into::<i128>::into(value) as u64);
                }
            }
        }
        dispatch_integer!(input, |array| each(states, array, groups), else if let Array::Boolean(array) = input {
            for (row, value) in array.iter().enumerate() {
                if let Some(value) = value {
                    states[groups.id(row)].add(value.into());
                }
            }
        });
    }

    fn merge(&mut self, other: Self) {
        if let Some(bits) = other.0 {
            self.add(bits);
        }
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        let bits: PrimitiveArray<u64> = states.iter().map(|state| state.0).collect();
        vec![Column::new(DataType::UInt64, bits)]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        match columns[0].array() {
            Array::UInt64(array) => array.iter().map(Self).collect(),
            other => panic!("bits lie as UInt64, not as {}", other.physical_name()),
        }
    }
}

fn results<const OP: u8>(states: &[Bits<OP>], output: &DataType) -> Column {
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
    let values = states.iter().map(|state| state.0.map_or(Scalar::Null, value));
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
