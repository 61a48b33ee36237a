//! Sums: integers in 128 bits, decimals in 192 (floats are in `moments`).
//!
//! Wide enough that no partial sum overflows: whether a sum fits its type is decided once, by the result.

use std::ops::AddAssign;

use lazuli_array::{Bitmap, Native};

use super::{few_groups, for_each_valid, for_each_value};

/// The sum of all integers that count; 0 if there are none.
///
/// ```
/// use lazuli_kernels::aggregate::sum_integers;
///
/// assert_eq!(sum_integers(&[i64::MAX, i64::MAX], None), 2 * i128::from(i64::MAX));
/// ```
pub fn sum_integers<T: Native + Into<i128>>(values: &[T], validity: Option<&Bitmap>) -> i128 {
    let mut sum = 0;
    match validity {
        None => values.iter().for_each(|&value| sum += value.into()),
        Some(validity) => for_each_valid(values.len(), validity, |row| sum += values[row].into()),
    }
    sum
}

/// Adds integers of at most 64 bits to the sums of their groups.
pub fn grouped_sum_integers<T: Native + Into<i128>>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    sums: &mut [i128],
) {
    add_by_group(
        values,
        validity,
        group_ids,
        sums,
        |total, sum, _| *total += i128::from(sum),
        |total, value| *total += value,
    );
}

/// The sum of integers and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountedSum {
    /// The sum.
    pub sum: i128,
    /// Number of values.
    pub count: i64,
}

/// Adds integers of at most 64 bits to the sums and numbers of their groups.
pub fn grouped_counted_sum_integers<T: Native + Into<i128>>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [CountedSum],
) {
    let add_block = |state: &mut CountedSum, sum: i64, count: i64| {
        state.sum += i128::from(sum);
        state.count += count;
    };
    let add = |state: &mut CountedSum, value: i128| {
        state.sum += value;
        state.count += 1;
    };
    add_by_group(values, validity, group_ids, states, add_block, add);
}

/// Takes integers into the states of their groups: if there are few, by their sum and number in a block, else one by one.
fn add_by_group<T: Native + Into<i128>, S>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [S],
    mut add_block: impl FnMut(&mut S, i64, i64),
    mut add: impl FnMut(&mut S, i128),
) {
    let mut add_each = |values: &[T], validity: Option<&Bitmap>, group_ids: &[u32], states: &mut [S]| {
        for_each_value(values, validity, group_ids, |value, group| add(&mut states[group], value.into()));
    };
    let Some(blocks) = few_groups::blocks(values.len(), states.len()) else {
        return add_each(values, validity, group_ids, states);
    };
    for rows in blocks {
        let (values, ids) = (&values[rows.clone()], &group_ids[rows.clone()]);
        let validity = validity.map(|validity| validity.sliced(rows.start, rows.len()));
        let num_groups = states.len();
        let added =
            few_groups::add_integers(values, validity.as_ref(), ids, num_groups, |group, sum, count| {
                add_block(&mut states[group], sum, count);
            });
        if !added {
            add_each(values, validity.as_ref(), ids, states);
        }
    }
}

/// A sum of 128-bit integers that can't overflow: high parts and low parts add up apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecimalSum {
    high: i128,
    low: u128,
}

impl DecimalSum {
    /// The sum, if 128 bits can hold it.
    pub fn to_i128(self) -> Option<i128> {
        let high = self.high + (self.low >> 64) as i128;
        let low = self.low & u128::from(u64::MAX);
        let high = i64::try_from(high).ok()?;
        Some(i128::from(high) << 64 | low as i128)
    }

    /// The nearest float, give or take its last bit.
    pub fn to_f64(self) -> f64 {
        match self.to_i128() {
            Some(sum) => sum as f64,
            None => (self.high + (self.low >> 64) as i128) as f64 * 2f64.powi(64),
        }
    }

    /// Two integers that [`DecimalSum::from_parts`] makes this sum of again.
    pub fn parts(self) -> (i128, u128) {
        (self.high, self.low)
    }

    /// The sum with these [`DecimalSum::parts`].
    pub fn from_parts(high: i128, low: u128) -> Self {
        Self { high, low }
    }
}

impl AddAssign<i128> for DecimalSum {
    #[inline]
    fn add_assign(&mut self, value: i128) {
        self.high += value >> 64;
        self.low += value as u128 & u128::from(u64::MAX);
    }
}

impl AddAssign for DecimalSum {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.high += other.high;
        self.low += other.low;
    }
}

/// The sum of all decimals of one scale that count.
pub fn sum_decimals(values: &[i128], validity: Option<&Bitmap>) -> DecimalSum {
    let mut sum = DecimalSum::default();
    match validity {
        None => values.iter().for_each(|&value| sum += value),
        Some(validity) => for_each_valid(values.len(), validity, |row| sum += values[row]),
    }
    sum
}

/// Adds decimals of one scale to the sums of their groups.
pub fn grouped_sum_decimals(
    values: &[i128],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    sums: &mut [DecimalSum],
) {
    let Some(blocks) = few_groups::blocks(values.len(), sums.len()) else {
        return for_each_value(values, validity, group_ids, |value, group| sums[group] += value);
    };
    for rows in blocks {
        let (values, ids) = (&values[rows.clone()], &group_ids[rows.clone()]);
        let validity = validity.map(|validity| validity.sliced(rows.start, rows.len()));
        if !few_groups::add_decimals(values, validity.as_ref(), ids, sums) {
            for_each_value(values, validity.as_ref(), ids, |value, group| sums[group] += value);
        }
    }
}
