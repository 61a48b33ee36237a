//! The least or greatest value of any ordered type: what `min` and `max` share.

use std::ops::Range;

use lazuli_array::{Column, DataType};
use lazuli_kernels::KernelError;

use crate::aggregate::byte_slots::ByteSlots;
use crate::aggregate::extreme_state::{Extreme, FloatExtreme, finish_floats, finish_integers};
use crate::aggregate::fixed_states::FixedStates;
use crate::aggregate::signature::{one_to_one, only};
use crate::function::{Argument, Signature, SignatureError};
use crate::{Accumulator, Groups, RowOrder};

const EXPECTED: &str = "one column of a type with an order";

/// Any type with an order gives itself: all but lists and structs.
pub(super) fn extreme_signature(arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
    let input = only(arguments, EXPECTED)?;
    if input.is_nested() {
        return Err(SignatureError::Expected(EXPECTED.into()));
    }
    Ok(one_to_one(input, input.clone()))
}

/// States of values of this type.
pub(super) fn extreme_accumulator<const GREATEST: bool>(data_type: &DataType) -> Box<dyn Accumulator> {
    let output = data_type.clone();
    match data_type {
        DataType::Float32 | DataType::Float64 => {
            FixedStates::boxed(move |states: &[FloatExtreme<GREATEST>]| Ok(finish_floats(states, &output)))
        }
        DataType::UInt64 | DataType::Decimal { .. } => {
            FixedStates::boxed(move |states: &[Extreme<i128, GREATEST>]| Ok(finish_integers(states, &output)))
        }
        DataType::String | DataType::Categorical | DataType::Binary => {
            Box::new(ByteExtremes::<GREATEST> { data_type: output, slots: ByteSlots::default() })
        }
        DataType::Null => Box::new(NoValues { num_groups: 0 }),
        _ => {
            FixedStates::boxed(move |states: &[Extreme<i64, GREATEST>]| Ok(finish_integers(states, &output)))
        }
    }
}

/// The least or greatest text or bytes of each group.
struct ByteExtremes<const GREATEST: bool> {
    data_type: DataType,
    slots: ByteSlots,
}

impl<const GREATEST: bool> Accumulator for ByteExtremes<GREATEST> {
    fn resize(&mut self, num_groups: usize) {
        self.slots.resize(num_groups);
    }

    fn update(&mut self, inputs: &[Column], groups: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        self.slots.update::<GREATEST>(inputs[0].array(), groups);
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![self.finish(groups)?])
    }

    fn merge(&mut self, state: &[Column], groups: Groups<'_>) -> Result<(), KernelError> {
        self.slots.update::<GREATEST>(state[0].array(), groups);
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        Ok(self.slots.to_column(groups, &self.data_type))
    }

    fn memory_bytes(&self) -> usize {
        self.slots.memory_bytes()
    }
}

/// Groups of nothing but untyped nulls.
struct NoValues {
    num_groups: usize,
}

impl Accumulator for NoValues {
    fn resize(&mut self, num_groups: usize) {
        self.num_groups = self.num_groups.max(num_groups);
    }

    fn update(&mut self, _: &[Column], _: Groups<'_>, _: RowOrder) -> Result<(), KernelError> {
        Ok(())
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<Column>, KernelError> {
        Ok(vec![self.finish(groups)?])
    }

    fn merge(&mut self, _: &[Column], _: Groups<'_>) -> Result<(), KernelError> {
        Ok(())
    }

    fn finish(&self, groups: Range<usize>) -> Result<Column, KernelError> {
        assert!(groups.end <= self.num_groups, "groups {groups:?} of {}", self.num_groups);
        Ok(Column::new_null(DataType::Null, groups.len()))
    }

    fn memory_bytes(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, Dictionary, FromValues, Scalar};

    use crate::aggregate::tests::{check, refuses};
    use crate::aggregate::{MAX, MIN};

    fn texts(data_type: &DataType, values: &[Option<&str>]) -> Column {
        Column::from_scalars(data_type, values.iter().map(|value| Scalar::from(*value))).unwrap()
    }

    #[test]
    fn extremes() {
        let nan = f64::NAN;
        let categories = Dictionary::new(["z", "a", "m"].map(Some).into_iter().collect());
        let declared = DataType::Enum(categories.into());
        let words = [Some("banana"), None, Some("b"), Some("bananas"), Some("\u{e9}")];
        let cases = [
            (Column::new_null(DataType::Null, 2), Scalar::Null, Scalar::Null),
            (Column::new_null(DataType::Float64, 0), Scalar::Null, Scalar::Null),
            (Column::new_null(DataType::String, 2), Scalar::Null, Scalar::Null),
            (Column::from_values([Some(3i8), None, Some(-3)].into_iter()), Scalar::Int8(-3), Scalar::Int8(3)),
            (Column::from_values([u64::MAX, 0].into_iter()), Scalar::UInt64(0), Scalar::UInt64(u64::MAX)),
            (Column::from_values([nan, 1.0, -2.0].into_iter()), Scalar::Float64(-2.0), Scalar::Float64(1.0)),
            (Column::from_values([Some(nan), None].into_iter()), Scalar::Float64(nan), Scalar::Float64(nan)),
            (
                Column::from_values([f64::INFINITY, nan].into_iter()),
                Scalar::Float64(f64::INFINITY),
                Scalar::Float64(f64::INFINITY),
            ),
            (Column::from_values([0.0, -0.0].into_iter()), Scalar::Float64(0.0), Scalar::Float64(0.0)),
            (Column::from_values([0.1f32, 0.2].into_iter()), Scalar::Float32(0.1), Scalar::Float32(0.2)),
            (
                Column::from_values([Some(true), None, Some(false)].into_iter()),
                Scalar::Boolean(false),
                Scalar::Boolean(true),
            ),
            (texts(&DataType::String, &words), Scalar::from("b"), Scalar::from("\u{e9}")),
            (texts(&DataType::Categorical, &words), Scalar::from("b"), Scalar::from("\u{e9}")),
            (texts(&DataType::String, &[Some(""), Some("\0")]), Scalar::from(""), Scalar::from("\0")),
            (
                texts(&declared, &[Some("m"), None, Some("a"), Some("z")]),
                Scalar::from("z"),
                Scalar::from("m"),
            ),
        ];
        for (column, least, greatest) in cases {
            check(&MIN, &[], &[(column.clone(), least)]);
            check(&MAX, &[], &[(column, greatest)]);
        }
        assert!(refuses(&MIN, &DataType::List(Box::new(DataType::Int8))));
    }
}
