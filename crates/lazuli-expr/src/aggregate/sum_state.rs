//! Sums that do not depend on order: what `sum` and `mean` share.
//!
//! Integers of at most 64 bits in 128, which no number of rows that there can be overflows, for means beside their number;
//! decimals in 192; floats in three doubles, beside their number, so that `sum` and `mean` have one state.

use lazuli_array::{Array, Column, dispatch_float, dispatch_wide_integer};
use lazuli_kernels::aggregate::{
    CountedSum, DecimalSum, FloatSum, grouped_counted_sum_integers, grouped_sum_decimals,
    grouped_sum_integers, sum_decimals, sum_groups, sum_integers,
};
use lazuli_kernels::double_double::TripleDouble;

use crate::Groups;
use crate::aggregate::fixed_states::GroupState;
use crate::aggregate::state_column::{float64_column, gathered, int64_column, int128_column, values_of};
use crate::aggregate::valid_rows::{as_numbers, ids_of};

/// The sum of integers or booleans.
pub(super) type IntegerSum = i128;

impl GroupState for IntegerSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        if let (Array::Boolean(array), Groups::One { num_rows }) = (input, groups) {
            if num_rows > 0 {
                states[0] += array.true_mask().count_ones() as i128;
            }
            return;
        }
        dispatch_wide_integer!(&*as_numbers(input), |array| match groups {
            Groups::One { num_rows: 0 } => {}
            Groups::One { .. } => states[0] += sum_integers(array.values(), array.validity()),
            Groups::Ids(ids) => grouped_sum_integers(array.values(), array.validity(), ids, states),
        }, else unreachable!("the signature takes nothing but integers and booleans here"))
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

impl GroupState for CountedSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let Groups::Ids(ids) = groups else {
            if groups.num_rows() > 0 {
                IntegerSum::update(std::slice::from_mut(&mut states[0].sum), input, groups);
                states[0].count += (groups.num_rows() - input.null_count()) as i64;
            }
            return;
        };
        dispatch_wide_integer!(
            &*as_numbers(input),
            |array| grouped_counted_sum_integers(array.values(), array.validity(), ids, states),
            else unreachable!("the signature takes nothing but integers, booleans and times here")
        );
    }

    fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            int64_column(states.iter().map(|state| state.count)),
            int128_column(states.iter().map(|state| state.sum)),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = values_of::<i64>(&columns[0]).iter().zip(values_of::<i128>(&columns[1]));
        gathered(pairs.map(|(&count, &sum)| Self { sum, count }))
    }
}

impl GroupState for DecimalSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        let Array::Int128(array) = input else {
            unreachable!("the signature takes nothing but decimals here")
        };
        match groups {
            Groups::One { num_rows: 0 } => {}
            Groups::One { .. } => states[0] += sum_decimals(array.values(), array.validity()),
            Groups::Ids(ids) => grouped_sum_decimals(array.values(), array.validity(), ids, states),
        }
    }

    fn merge(&mut self, other: Self) {
        *self += other;
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        vec![
            int128_column(states.iter().map(|state| state.parts().0)),
            int128_column(states.iter().map(|state| state.parts().1.cast_signed())),
        ]
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let pairs = values_of::<i128>(&columns[0]).iter().zip(values_of::<i128>(&columns[1]));
        gathered(pairs.map(|(&high, &low)| Self::from_parts(high, low.cast_unsigned())))
    }
}

impl GroupState for FloatSum {
    fn update(states: &mut [Self], input: &Array, groups: Groups<'_>) {
        dispatch_float!(
            input,
            |array| sum_groups(array.values(), array.validity(), ids_of(groups), states),
            else unreachable!("the signature casts to a float")
        );
    }

    fn merge(&mut self, other: Self) {
        Self::merge(self, &other);
    }

    fn to_columns(states: &[Self]) -> Vec<Column> {
        let mut columns = vec![int64_column(states.iter().map(|state| state.count))];
        columns.extend((0..3).map(|part| float64_column(states.iter().map(|state| state.sum.parts()[part]))));
        columns
    }

    fn from_columns(columns: &[Column]) -> Vec<Self> {
        let parts: Vec<&[f64]> = columns[1..].iter().map(values_of).collect();
        let sum = |row: usize| TripleDouble::from_parts([0, 1, 2].map(|part| parts[part][row]));
        let counts = values_of::<i64>(&columns[0]).iter().enumerate();
        gathered(counts.map(|(row, &count)| Self { count, sum: sum(row) }))
    }
}
