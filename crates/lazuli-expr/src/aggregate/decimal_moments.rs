//! Moments of decimals, exact: squares of 38 digits need 253 bits.

use lazuli_array::{Array, Column};
use lazuli_kernels::aggregate::DecimalSum;

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::moment_state::{Moments, exact_parts, variance};
use crate::aggregate::state_column::{gathered, int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::update_states;

/// The count, the sum and the sum of squares of decimals, as integers of their digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DecimalMoments {
    count: i64,
    sum: DecimalSum,
    squares: WideSquares,
}

/// A sum of squares: the low half, the high half, and how often that one went over.
#[derive(Debug, Clone, Copy, Default)]
struct WideSquares {
    low: u128,
    high: u128,
    overflows: i64,
}

impl WideSquares {
    #[inline]
    fn add(&mut self, other: Self) {
        let (low, carry) = self.low.overflowing_add(other.low);
        let (high, overflowed) = self.high.overflowing_add(other.high);
        let (high, carried_over) = high.overflowing_add(carry.into());
        let overflows = self.overflows + other.overflows + i64::from(overflowed) + i64::from(carried_over);
        *self = Self { low, high, overflows };
    }

    /// The square of a number, by halves: (a 2^64 + b)^2 = a^2 2^128 + 2 a b 2^64 + b^2.
    #[inline]
    fn square(value: u128) -> Self {
        let (upper, lower) = (value >> 64, value & u128::from(u64::MAX));
        // `upper` has 63 bits, since `value` is the magnitude of a signed number, or it is 2^63 and `lower` is 0.
        let middle = 2 * (upper * lower);
        let mut square = Self { low: lower * lower, high: upper * upper, overflows: 0 };
        square.add(Self { low: middle << 64, high: middle >> 64, overflows: 0 });
        square
    }
}

impl DecimalMoments {
    #[inline]
    fn add(&mut self, value: i128) {
        self.count += 1;
        self.sum += value;
        self.squares.add(WideSquares::square(value.unsigned_abs()));
    }
}

impl GroupState for DecimalMoments {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let Array::Int128(array) = input else { unreachable!("other numbers have moments of their own") };
        update_states(states, array.values(), array.validity(), groups, Self::add);
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares.add(other.squares);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        let mut columns = DecimalSum::to_columns(&states.iter().map(|state| state.sum).collect::<Vec<_>>());
        columns.extend([
            int64_column(states.iter().map(|state| state.count)),
            int128_column(states.iter().map(|state| state.squares.low.cast_signed())),
            int128_column(states.iter().map(|state| state.squares.high.cast_signed())),
            int64_column(states.iter().map(|state| state.squares.overflows)),
        ]);
        columns
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let (counts, overflows) = (values_of::<i64>(&columns[2]), values_of::<i64>(&columns[5]));
        let (lows, highs) = (values_of::<i128>(&columns[3]), values_of::<i128>(&columns[4]));
        let sums = DecimalSum::from_columns(&columns[..2]);
        gathered((0..counts.len()).map(|row| Self {
            count: counts[row],
            sum: sums[row],
            squares: WideSquares {
                low: lows[row].cast_unsigned(),
                high: highs[row].cast_unsigned(),
                overflows: overflows[row],
            },
        }))
    }
}

impl Moments for DecimalMoments {
    fn count(&self) -> i64 {
        self.count
    }

    fn variance(&self, ddof: i64) -> f64 {
        let scaled = |value: u128, factor: f64| exact_parts(value).map(|part| part * factor);
        let (high, low) = self.sum.parts();
        let sign = if high < 0 { -1.0 } else { 1.0 };
        let sum = [scaled(low, 1.0), scaled(high.unsigned_abs(), sign * 2f64.powi(64))].concat();
        let mut squares = [scaled(self.squares.low, 1.0), scaled(self.squares.high, 2f64.powi(128))].concat();
        squares.push(self.squares.overflows as f64 * 2f64.powi(256));
        variance(self.count, ddof, &sum, &squares)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The twin: digits of 32 bits, multiplied as on paper.
        #[test]
        fn squares_are_exact(value in any::<i128>()) {
            let magnitude = value.unsigned_abs();
            let digit = |index: usize| magnitude >> (32 * index) & 0xFFFF_FFFF;
            let mut digits = [0u128; 8];
            for (left, right) in (0..4).flat_map(|left| (0..4).map(move |right| (left, right))) {
                let mut carry = digit(left) * digit(right);
                for slot in &mut digits[left + right..] {
                    let sum = *slot + carry;
                    *slot = sum & 0xFFFF_FFFF;
                    carry = sum >> 32;
                }
            }
            let half = |digits: &[u128]| digits.iter().rev().fold(0, |value, digit| value << 32 | digit);
            let square = WideSquares::square(magnitude);
            prop_assert_eq!((square.low, square.high), (half(&digits[..4]), half(&digits[4..])));
        }

        #[test]
        fn sums_of_squares_carry(values in proptest::collection::vec(any::<(u128, u128)>(), 0..20)) {
            let mut sum = WideSquares::default();
            let mut halves = [0u128; 5];
            for (low, high) in values {
                sum.add(WideSquares { low, high, overflows: 0 });
                for (slot, part) in halves.iter_mut().zip([low, low >> 64, high, high >> 64]) {
                    *slot += part & u128::from(u64::MAX);
                }
            }
            for index in 0..4 {
                halves[index + 1] += halves[index] >> 64;
                halves[index] &= u128::from(u64::MAX);
            }
            prop_assert_eq!(sum.low, halves[0] | halves[1] << 64);
            prop_assert_eq!(sum.high, halves[2] | halves[3] << 64);
            prop_assert_eq!(sum.overflows as u128, halves[4]);
        }
    }
}
