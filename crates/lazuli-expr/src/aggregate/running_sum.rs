//! Sums that do not depend on order, one a group, with or without a count of the values: what `sum` and `mean` share.

use lazuli_array::{Array, Bitmap, Column, Native, PhysicalType, PrimitiveArray, dispatch_integer};

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::state_column::{int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::{as_numbers, for_each_valid, update_states};

/// A sum that grows.
pub(super) trait RunningSum: GroupState {
    /// What is added.
    type Value;

    /// Takes in rows for states that hold such a sum: calls `add` with values, or `add_many` with the sum and the
    /// number of several.
    fn update<S: Copy>(
        states: &mut [S],
        input: &Array,
        groups: Groups<'_>,
        add: impl Fn(&mut S, Self::Value),
        add_many: impl Fn(&mut S, Self, usize),
    );

    /// Adds one value.
    fn add_value(&mut self, value: Self::Value);
}

/// A sum and how many values it is of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CountedSum<S> {
    pub(super) sum: S,
    pub(super) count: i64,
}

impl<S: RunningSum> GroupState for CountedSum<S> {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        <S as RunningSum>::update(
            states,
            input,
            groups,
            |state, value| {
                state.sum.add_value(value);
                state.count += 1;
            },
            |state, sum, count| {
                state.sum.merge(sum);
                state.count += count as i64;
            },
        );
    }

    fn merge(&mut self, other: Self) {
        self.sum.merge(other.sum);
        self.count += other.count;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        let sums: Vec<S> = states.iter().map(|state| state.sum).collect();
        let mut columns = vec![int64_column(states.iter().map(|state| state.count))];
        columns.extend(S::to_columns(&sums));
        columns
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let counts = values_of::<i64>(&columns[0]);
        S::from_columns(&columns[1..])
            .into_iter()
            .zip(counts)
            .map(|(sum, &count)| Self { sum, count })
            .collect()
    }
}

/// A sum of integers of at most 64 bits: exact, since no machine holds the 2^64 rows that could overflow it.
pub(super) type IntegerSum = i128;

impl RunningSum for IntegerSum {
    type Value = i128;

    fn update<S: Copy>(
        states: &mut [S],
        input: &Array,
        groups: Groups<'_>,
        add: impl Fn(&mut S, i128),
        add_many: impl Fn(&mut S, Self, usize),
    ) {
        if let (Array::Boolean(array), Groups::One { num_rows }) = (input, groups) {
            if num_rows > 0 {
                let count = num_rows - array.validity().map_or(0, Bitmap::count_zeros);
                add_many(&mut states[0], array.true_mask().count_ones() as i128, count);
            }
            return;
        }
        dispatch_integer!(&*as_numbers(input), |array| {
            if let Groups::One { .. } = groups {
                let count = array.len() - array.validity().map_or(0, Bitmap::count_zeros);
                if count > 0 {
                    add_many(&mut states[0], sum_array(array), count);
                }
            } else {
                update_states(states, array.values(), array.validity(), groups, |state, value| add(state, value.into()));
            }
        }, else unreachable!("the signature takes nothing but integers and booleans here"))
    }

    #[inline]
    fn add_value(&mut self, value: i128) {
        *self += value;
    }
}

impl GroupState for IntegerSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        <Self as RunningSum>::update(
            states,
            input,
            groups,
            |state, value| *state += value,
            |state, sum, _| *state += sum,
        );
    }

    fn merge(&mut self, other: Self) {
        *self += other;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![int128_column(states.iter().copied())]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        values_of(&columns[0]).to_vec()
    }
}

/// The sum of the values that count.
fn sum_array<T: Native + Into<i128>>(array: &PrimitiveArray<T>) -> i128 {
    let values = array.values();
    match array.validity() {
        None => values.chunks(CHUNK_ROWS).map(sum_chunk).sum(),
        Some(validity) => {
            let mut sum = 0;
            for_each_valid(Some(validity), values.len(), |row| sum += values[row].into());
            sum
        }
    }
}

/// Rows whose 32-bit halves can be summed in 64 bits.
const CHUNK_ROWS: usize = 1 << 31;

/// The sum of at most [`CHUNK_ROWS`] values: low and high halves on their own, which vectorises, while 128-bit additions
/// do not.
fn sum_chunk<T: Native + Into<i128>>(values: &[T]) -> i128 {
    let (mut low, mut high) = (0u64, 0u64);
    for &value in values {
        // Shifted up to be without sign; what was added is taken away at the end.
        let shifted = (value.into() as u64).wrapping_add(shift::<T>());
        low += shifted & 0xFFFF_FFFF;
        high += shifted >> 32;
    }
    i128::from(low) + (i128::from(high) << 32) - i128::from(shift::<T>()) * values.len() as i128
}

/// 2^63 for every type but the unsigned one of 64 bits, whose values need no shift.
fn shift<T: Native>() -> u64 {
    if T::PHYSICAL == PhysicalType::UInt64 { 0 } else { 1 << 63 }
}

/// A sum of 128-bit integers: modulo 2^128, with the number of times that it went over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WideSum {
    low: i128,
    high: i64,
}

impl WideSum {
    #[inline]
    fn add(&mut self, value: i128) {
        let (low, overflowed) = self.low.overflowing_add(value);
        self.low = low;
        if overflowed {
            self.high += if value < 0 { -1 } else { 1 };
        }
    }

    /// The sum, if it fits 128 bits.
    pub(super) fn value(self) -> Option<i128> {
        (self.high == 0).then_some(self.low)
    }

    /// The nearest double, give or take the last bit.
    pub(super) fn to_f64(self) -> f64 {
        self.high as f64 * 2f64.powi(128) + self.low as f64
    }
}

impl RunningSum for WideSum {
    type Value = i128;

    fn update<S: Copy>(
        states: &mut [S],
        input: &Array,
        groups: Groups<'_>,
        add: impl Fn(&mut S, i128),
        _: impl Fn(&mut S, Self, usize),
    ) {
        let Array::Int128(array) = input else {
            unreachable!("the signature takes nothing but decimals here")
        };
        update_states(states, array.values(), array.validity(), groups, add);
    }

    #[inline]
    fn add_value(&mut self, value: i128) {
        self.add(value);
    }
}

impl GroupState for WideSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        <Self as RunningSum>::update(states, input, groups, Self::add, |state, sum, _| state.merge(sum));
    }

    fn merge(&mut self, other: Self) {
        self.add(other.low);
        self.high += other.high;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            int128_column(states.iter().map(|state| state.low)),
            int64_column(states.iter().map(|state| state.high)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = values_of(&columns[0]).iter().zip(values_of(&columns[1]));
        pairs.map(|(&low, &high)| Self { low, high }).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn chunks_sum_exactly(
            signed in proptest::collection::vec(any::<i64>(), 0..100),
            unsigned in proptest::collection::vec(any::<u64>(), 0..100),
            narrow in proptest::collection::vec(any::<i8>(), 0..100),
        ) {
            prop_assert_eq!(sum_chunk(&signed), signed.iter().map(|&value| i128::from(value)).sum::<i128>());
            prop_assert_eq!(sum_chunk(&unsigned), unsigned.iter().map(|&value| i128::from(value)).sum::<i128>());
            prop_assert_eq!(sum_chunk(&narrow), narrow.iter().map(|&value| i128::from(value)).sum::<i128>());
        }

        #[test]
        fn wide_sums_go_over_and_come_back(values in proptest::collection::vec(any::<i128>(), 0..20)) {
            let mut sum = WideSum::default();
            for &value in values.iter().chain(&values.iter().map(|value| !value).collect::<Vec<_>>()) {
                sum.add(value);
            }
            // `!value` is `-value - 1`.
            prop_assert_eq!(sum.value(), Some(-(values.len() as i128)));
        }
    }
}
