//! Sums of floats in two doubles, about 106 bits, so that the last bit of the sum does not depend on who added what
//! first.
//!
//! The running sum keeps its rounding errors, which are exact (Knuth's TwoSum), in a second double (Neumaier 1974; as
//! cascades: Ogita, Rump, Oishi 2005). The honest limit: terms that cancel by more than some 2^50, and sums that leave
//! the range of a double on the way. NaN and infinities poison as in plain addition.

use lazuli_array::{Array, Bitmap, Column, dispatch_float};

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::running_sum::RunningSum;
use crate::aggregate::state_column::{float64_column, values_of};
use crate::aggregate::valid_rows::{for_each_valid, update_states};

/// The sum of two doubles as their rounded sum and what rounding lost (Knuth, TAOCP 2, 4.2.2).
#[inline]
pub(super) fn two_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let right_part = sum - left;
    let left_part = sum - right_part;
    (sum, (left - left_part) + (right - right_part))
}

/// A sum: `high` as plain addition would have it, `low` what its roundings lost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    /// Adds a value.
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        let (high, error) = two_sum(self.high, value);
        self.high = high;
        self.low += error;
    }

    /// The sum, rounded once.
    pub(super) fn value(self) -> f64 {
        // Errors of infinite sums are NaN and mean nothing.
        if self.high.is_finite() { self.high + self.low } else { self.high }
    }

    /// The sum of two sums.
    #[inline]
    fn plus(mut self, other: Self) -> Self {
        self.add(other.high);
        self.low += other.low;
        self
    }
}

/// Independent running sums, so that an addition need not wait for the one before it.
const LANES: usize = 4;

/// The sum of the values that count, and how many they are.
fn sum_slice<T: Copy + Into<f64>>(values: &[T], validity: Option<&Bitmap>) -> (DoubleDouble, usize) {
    let mut lanes = [DoubleDouble::default(); LANES];
    let Some(validity) = validity else {
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, &value) in lanes.iter_mut().zip(chunk) {
                lane.add(value.into());
            }
        }
        for (lane, &value) in lanes.iter_mut().zip(rest) {
            lane.add(value.into());
        }
        return (sum_lanes(lanes), values.len());
    };
    for_each_valid(Some(validity), values.len(), |row| lanes[row % LANES].add(values[row].into()));
    (sum_lanes(lanes), validity.count_ones())
}

fn sum_lanes(lanes: [DoubleDouble; LANES]) -> DoubleDouble {
    lanes.into_iter().fold(DoubleDouble::default(), DoubleDouble::plus)
}

impl RunningSum for DoubleDouble {
    type Value = f64;

    #[allow(clippy::useless_conversion, reason = "one arm of the dispatch is f64 already")]
    fn update<S: Copy>(
        states: &mut [S],
        input: &Array,
        groups: Groups<'_>,
        add: impl Fn(&mut S, f64),
        add_many: impl Fn(&mut S, Self, usize),
    ) {
        dispatch_float!(input, |array| {
            if let Groups::One { .. } = groups {
                let (sum, count) = sum_slice(array.values(), array.validity());
                if count > 0 {
                    add_many(&mut states[0], sum, count);
                }
            } else {
                update_states(states, array.values(), array.validity(), groups, |state, value| add(state, value.into()));
            }
        }, else unreachable!("the signature casts to a float"))
    }

    #[inline]
    fn add_value(&mut self, value: f64) {
        self.add(value);
    }
}

impl GroupState for DoubleDouble {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        <Self as RunningSum>::update(states, input, groups, Self::add, |state, sum, _| state.merge(sum));
    }

    fn merge(&mut self, other: Self) {
        *self = self.plus(other);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            float64_column(states.iter().map(|state| state.high)),
            float64_column(states.iter().map(|state| state.low)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = values_of(&columns[0]).iter().zip(values_of(&columns[1]));
        pairs.map(|(&high, &low)| Self { high, low }).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(values: &[f64]) -> f64 {
        sum_slice(values, None).0.value()
    }

    #[test]
    fn sums_of_known_values() {
        let cases: &[(&[f64], f64)] = &[
            (&[], 0.0),
            (&[0.1; 10], 1.0),
            (&[1e20, 1.0, -1e20], 1.0),
            (&[f64::INFINITY, 1.0, 2.0, 3.0, 4.0], f64::INFINITY),
            (&[f64::NEG_INFINITY, 1.0], f64::NEG_INFINITY),
            (&[f64::MAX, f64::MAX], f64::INFINITY),
        ];
        for (values, expected) in cases {
            assert_eq!(sum(values), *expected, "{values:?}");
        }
        assert!(sum(&[f64::INFINITY, 1.0, 1.0, 1.0, f64::NEG_INFINITY]).is_nan());
        assert!(sum(&[1.0, f64::NAN]).is_nan());
    }

    proptest! {
        /// Multiples of 2^-20 up to 2^40: the exact sum is known from integers.
        #[test]
        fn sums_are_rounded_once(values in proptest::collection::vec(-(1i64 << 60)..1 << 60, 0..200)) {
            let scale = f64::from(1 << 20);
            let floats: Vec<f64> = values.iter().map(|&value| value as f64 / scale).collect();
            let exact: i128 = floats.iter().map(|&value| (value * scale) as i128).sum();
            prop_assert_eq!(sum(&floats), exact as f64 / scale);
            let (mut left, right) = floats.split_at(floats.len() / 3);
            let mut total = sum_slice(right, None).0;
            while let [value, rest @ ..] = left {
                total.add(*value);
                left = rest;
            }
            prop_assert_eq!(total.value(), exact as f64 / scale);
        }
    }
}
