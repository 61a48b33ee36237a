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
