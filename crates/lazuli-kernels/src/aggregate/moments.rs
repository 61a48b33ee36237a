//! Counts, sums and sums of products of floats, precise enough to be taken from one another.
//!
//! Sums are in three doubles, about 159 bits, products as two doubles each (Dekker 1971), so what is left after
//! cancellation has digits to spare: for values whose mean is 2^20 times their deviation, still more than 100 bits. The
//! result is the same whatever the order, and needs no division per row (Welford) and no shift that would depend on which
//! row came first. A machine that multiplies and adds in one instruction gets the same products faster.

use lazuli_array::Bitmap;

use super::{few_groups, for_each_valid, max_id};
use crate::double_double::{FloatValue, TripleDouble, sum_f64};
use crate::level::Level;

/// The count and the sum of floats.
#[derive(Debug, Clone, Copy, Default)]
pub struct FloatSum {
    /// Number of values.
    pub count: i64,
    /// Their sum.
    pub sum: TripleDouble,
}

/// The count, the sum and the sum of squares of floats.
#[derive(Debug, Clone, Copy, Default)]
pub struct FloatMoments {
    /// Number of values.
    pub count: i64,
    /// Their sum.
    pub sum: TripleDouble,
    /// The sum of their squares.
    pub squares: TripleDouble,
}

/// The count of pairs of floats, their sums, and the sums of their squares and products.
#[derive(Debug, Clone, Copy, Default)]
pub struct FloatPairMoments {
    /// Number of pairs.
    pub count: i64,
    /// Left values, right values, left squares, right squares, products.
    pub sums: [TripleDouble; 5],
}

/// A state that rows of `V` are added to.
trait Sums<V>: Copy + Default {
    fn add<const FMA: bool>(&mut self, row: V);

    fn merge(&mut self, other: &Self);
}

impl Sums<f64> for FloatSum {
    #[inline(always)]
    fn add<const FMA: bool>(&mut self, value: f64) {
        self.count += 1;
        self.sum.add(value);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.merge(other.sum);
    }
}

impl Sums<f64> for FloatMoments {
    #[inline(always)]
    fn add<const FMA: bool>(&mut self, value: f64) {
        self.count += 1;
        self.sum.add(value);
        self.squares.add_product_by::<FMA>(value, value);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.merge(other.sum);
        self.squares.merge(other.squares);
    }
}

impl Sums<(f64, f64)> for FloatPairMoments {
    #[inline(always)]
    fn add<const FMA: bool>(&mut self, (left, right): (f64, f64)) {
        self.count += 1;
        let [lefts, rights, left_squares, right_squares, products] = &mut self.sums;
        lefts.add(left);
        rights.add(right);
        left_squares.add_product_by::<FMA>(left, left);
        right_squares.add_product_by::<FMA>(right, right);
        products.add_product_by::<FMA>(left, right);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        for (sum, other) in self.sums.iter_mut().zip(other.sums) {
            sum.merge(other);
        }
    }
}

macro_rules! merges {
    ($($state:ty: $row:ty),*) => {$(
        impl $state {
            /// Adds what another state has met.
            pub fn merge(&mut self, other: &Self) {
                Sums::<$row>::merge(self, other);
            }
        }
    )*};
}

merges!(FloatSum: f64, FloatMoments: f64, FloatPairMoments: (f64, f64));

/// Adds floats to the counts and sums of their groups: row `i` to `states[group_ids[i]]`, all to the first without ids.
pub fn sum_groups<T: FloatValue>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: Option<&[u32]>,
    states: &mut [FloatSum],
) {
    if values.is_empty() {
        return;
    }
    if let Some(ids) = group_ids {
        return sum_by_group(Level::best(), values, validity, ids, states);
    }
    let state = &mut states[0];
    state.count += validity.map_or(values.len(), Bitmap::count_ones) as i64;
    state.sum.add_double_double(sum_f64(values, validity));
}

/// Adds floats to the sums of their groups: if there are few, block by block without rounding where that can be done.
fn sum_by_group<T: FloatValue>(
    level: Level,
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [FloatSum],
) {
    let Some(blocks) = few_groups::blocks(values.len(), states.len()) else {
        return add_rows(level, values.len(), |row| values[row].into(), validity, Some(group_ids), states);
    };
    for rows in blocks {
        let (values, ids) = (&values[rows.clone()], &group_ids[rows.clone()]);
        let validity = validity.map(|validity| validity.sliced(rows.start, rows.len()));
        let validity = validity.as_ref();
        if !few_groups::add_floats(level, values, validity, ids, states) {
            add_rows(level, values.len(), |row| values[row].into(), validity, Some(ids), states);
        }
    }
}

/// Adds floats to the moments of their groups.
pub fn moments_of_groups<T: FloatValue>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: Option<&[u32]>,
    states: &mut [FloatMoments],
) {
    add_rows(Level::best(), values.len(), |row| values[row].into(), validity, group_ids, states);
}

/// Adds pairs of floats to the moments of their groups.
pub fn pair_moments_of_groups(
    left: &[f64],
    right: &[f64],
    validity: Option<&Bitmap>,
    group_ids: Option<&[u32]>,
    states: &mut [FloatPairMoments],
) {
    assert_eq!(left.len(), right.len(), "values in pairs");
    add_rows(Level::best(), left.len(), |row| (left[row], right[row]), validity, group_ids, states);
}

/// Takes rows into the states of their groups by what the level has.
#[allow(unsafe_code, reason = "calls to copies of a safe body with more instructions enabled")]
fn add_rows<V, S: Sums<V>>(
    level: Level,
    num_rows: usize,
    value: impl Fn(usize) -> V,
    validity: Option<&Bitmap>,
    group_ids: Option<&[u32]>,
    states: &mut [S],
) {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt,fma")]
    fn with_fma<V, S: Sums<V>>(
        num_rows: usize,
        value: impl Fn(usize) -> V,
        validity: Option<&Bitmap>,
        group_ids: Option<&[u32]>,
        states: &mut [S],
    ) {
        add_rows_by::<true, V, S>(num_rows, value, validity, group_ids, states);
    }
    assert!(group_ids.is_none_or(|ids| ids.len() == num_rows), "one group id a row");
    #[cfg(target_arch = "x86_64")]
    if level.here() >= Level::Avx2 {
        // SAFETY: `here` names only levels that this machine has, and these are features of it.
        return unsafe { with_fma(num_rows, value, validity, group_ids, states) };
    }
    let _ = level;
    add_rows_by::<false, V, S>(num_rows, value, validity, group_ids, states);
}

/// States side by side where there is one group: an addition waits for the one before it.
const LANES: usize = 4;

#[inline(always)]
#[allow(unsafe_code, reason = "one check of all group ids in place of one a row")]
fn add_rows_by<const FMA: bool, V, S: Sums<V>>(
    num_rows: usize,
    value: impl Fn(usize) -> V,
    validity: Option<&Bitmap>,
    group_ids: Option<&[u32]>,
    states: &mut [S],
) {
    if num_rows == 0 {
        return;
    }
    let Some(ids) = group_ids else {
        let mut lanes = [S::default(); LANES];
        match validity {
            None => {
                let whole = num_rows - num_rows % LANES;
                for start in (0..whole).step_by(LANES) {
                    for (lane, state) in lanes.iter_mut().enumerate() {
                        state.add::<FMA>(value(start + lane));
                    }
                }
                (whole..num_rows).for_each(|row| lanes[0].add::<FMA>(value(row)));
            }
            Some(validity) => {
                for_each_valid(num_rows, validity, |row| lanes[row % LANES].add::<FMA>(value(row)));
            }
        }
        lanes.iter().for_each(|lane| states[0].merge(lane));
        return;
    };
    assert!((max_id(ids) as usize) < states.len(), "a state for each group");
    // SAFETY: no id is above the greatest one, for which there is a state.
    let mut add =
        |row: usize, id: u32| unsafe { states.get_unchecked_mut(id as usize) }.add::<FMA>(value(row));
    match validity {
        None => ids.iter().enumerate().for_each(|(row, &id)| add(row, id)),
        Some(validity) => for_each_valid(num_rows, validity, |row| add(row, ids[row])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GROUPS: usize = 5;

    type Parts = Vec<(i64, Vec<[u64; 3]>)>;

    fn parts(state: (i64, &[TripleDouble])) -> (i64, Vec<[u64; 3]>) {
        (state.0, state.1.iter().map(|sum| sum.parts().map(f64::to_bits)).collect())
    }

    /// All three kinds of states of all groups, bit by bit.
    fn states(
        level: Level,
        left: &[f64],
        right: &[f64],
        validity: Option<&Bitmap>,
        ids: Option<&[u32]>,
    ) -> [Parts; 3] {
        let (mut sums, mut moments) = ([FloatSum::default(); GROUPS], [FloatMoments::default(); GROUPS]);
        let mut pairs = [FloatPairMoments::default(); GROUPS];
        add_rows(level, left.len(), |row| left[row], validity, ids, &mut sums);
        add_rows(level, left.len(), |row| left[row], validity, ids, &mut moments);
        add_rows(level, left.len(), |row| (left[row], right[row]), validity, ids, &mut pairs);
        [
            sums.iter().map(|state| parts((state.count, &[state.sum]))).collect(),
            moments.iter().map(|state| parts((state.count, &[state.sum, state.squares]))).collect(),
            pairs.iter().map(|state| parts((state.count, &state.sums))).collect(),
        ]
    }

    proptest! {
        #[test]
        fn moments_match_sums_of_the_rows_of_a_group(
            rows in prop::collection::vec((-9999i32..9999, any::<i16>(), any::<bool>(), 0..GROUPS as u32), 0..200),
            has_nulls in any::<bool>(),
            is_one in any::<bool>(),
        ) {
            let left: Vec<f64> = rows.iter().map(|row| f64::from(row.0) / 64.0).collect();
            let right: Vec<f64> = rows.iter().map(|row| f64::from(row.1) / 8.0).collect();
            let ids: Vec<u32> = rows.iter().map(|row| if is_one { 0 } else { row.3 }).collect();
            let validity = Bitmap::from_fn(rows.len(), |row| rows[row].2);
            let validity = has_nulls.then_some(&validity);
            let group_ids = (!is_one).then_some(ids.as_slice());
            let portable = states(Level::Portable, &left, &right, validity, group_ids);
            for level in Level::available() {
                prop_assert_eq!(&states(level, &left, &right, validity, group_ids), &portable, "{:?}", level);
            }
            for (group, (count, sums)) in portable[2].iter().enumerate().take(GROUPS) {
                let kept: Vec<usize> = (0..rows.len())
                    .filter(|&row| ids[row] as usize == group && validity.is_none_or(|validity| validity.get(row)))
                    .collect();
                // Few digits: plain sums are exact.
                let sum = |value: &dyn Fn(usize) -> f64| kept.iter().map(|&row| value(row)).sum::<f64>();
                let expected = [
                    sum(&|row| left[row]),
                    sum(&|row| right[row]),
                    sum(&|row| left[row] * left[row]),
                    sum(&|row| right[row] * right[row]),
                    sum(&|row| left[row] * right[row]),
                ];
                let found = |parts: &[u64; 3]| parts.map(f64::from_bits).iter().sum::<f64>();
                prop_assert_eq!(*count, kept.len() as i64);
                prop_assert_eq!(sums.iter().map(found).collect::<Vec<_>>(), expected);
                prop_assert_eq!(found(&portable[0][group].1[0]), expected[0]);
                prop_assert_eq!(found(&portable[1][group].1[1]), expected[2]);
            }
        }
    }
}
