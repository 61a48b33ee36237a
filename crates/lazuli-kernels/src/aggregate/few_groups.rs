//! Sums of few groups: a block of rows goes into narrow states that stay in the nearest cache and never round or overflow;
//! those are added to the groups' own states once a block.
//!
//! Floats as whole numbers of a unit and rests (see `double_double::fixed_point`): five additions a row where a sum in three
//! floats takes fourteen. Integers below 2^32 with their number in one word: one addition a row.
//! Not here: many groups, whose states would be visited more often than there are rows.

use std::ops::Range;

use lazuli_array::{Bitmap, Native};

use super::{DecimalSum, FloatSum, for_each_valid, max_id};
use crate::double_double::FloatValue;
use crate::double_double::fixed_point::{Grid, MAX_ROWS, Magnitudes, magnitudes};
use crate::double_double::for_each_block;
use crate::level::Level;

/// There must be at least so many rows for each group, or adding up blocks costs what narrow states save.
const ROWS_OF_A_GROUP: usize = 8;

/// Blocks of rows if there are few groups; else none.
pub(super) fn blocks(num_rows: usize, num_groups: usize) -> Option<impl Iterator<Item = Range<usize>>> {
    let blocks = (0..num_rows).step_by(MAX_ROWS).map(move |start| start..num_rows.min(start + MAX_ROWS));
    (num_groups <= num_rows.min(MAX_ROWS) / ROWS_OF_A_GROUP).then_some(blocks)
}

/// A group's floats of a block.
#[derive(Clone, Copy, Default)]
struct FloatBlock {
    wholes: i64,
    rests: f64,
    count: usize,
}

/// Adds a block of floats to the states of their groups; false, and nothing is added, if they are too far apart for that.
pub(super) fn add_floats<T: FloatValue>(
    level: Level,
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    states: &mut [FloatSum],
) -> bool {
    assert!(
        (max_id(group_ids) as usize) < states.len() && values.len() == group_ids.len(),
        "a state for each row"
    );
    let mut range = Magnitudes::NONE;
    for_each_block(values, validity, |block| range = range.and(magnitudes(level, block)));
    let Some(grid) = Grid::new(range, values.len()) else { return false };
    let mut sums = vec![FloatBlock::default(); states.len()];
    let mut add = |value: T, id: u32| {
        let (whole, rest) = grid.split(value.into());
        let sum = &mut sums[id as usize];
        sum.wholes = sum.wholes.wrapping_add(whole);
        sum.rests += rest;
        sum.count += 1;
    };
    match validity {
        None => values.iter().zip(group_ids).for_each(|(&value, &id)| add(value, id)),
        Some(validity) => for_each_valid(values.len(), validity, |row| add(values[row], group_ids[row])),
    }
    for (sum, state) in sums.iter().zip(states).filter(|(sum, _)| sum.count > 0) {
        state.count += sum.count as i64;
        grid.parts(sum.wholes, sum.rests, sum.count).add_to(&mut state.sum);
    }
    true
}

/// Bits of a word for the sum of up to [`MAX_ROWS`] integers of at most 32 bits and a sign; the rest count them.
const SUM_BITS: u32 = 48;

/// Calls `add` with group, sum and number of the integers of a block; false, and it is not called, if one of them has more
/// than 32 bits.
pub(super) fn add_integers<T: Native + Into<i128>>(
    values: &[T],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    num_groups: usize,
    mut add: impl FnMut(usize, i64, i64),
) -> bool {
    assert!(
        (max_id(group_ids) as usize) < num_groups && values.len() == group_ids.len(),
        "a state for each row"
    );
    let is_narrow = |value: T| value.into().wrapping_add(1 << 32) >> 33 == 0;
    // No early end, so that it vectorises.
    if size_of::<T>() > 4 && !values.iter().fold(true, |narrow, &value| narrow & is_narrow(value)) {
        return false;
    }
    let mut words = vec![0i64; num_groups];
    let mut put = |value: T, id: u32| {
        let value: i128 = value.into();
        let word = &mut words[id as usize];
        *word = word.wrapping_add(value as i64).wrapping_add(1 << SUM_BITS);
    };
    match validity {
        None => values.iter().zip(group_ids).for_each(|(&value, &id)| put(value, id)),
        Some(validity) => for_each_valid(values.len(), validity, |row| put(values[row], group_ids[row])),
    }
    for (group, &word) in words.iter().enumerate().filter(|(_, word)| **word != 0) {
        let sum = word << (i64::BITS - SUM_BITS) >> (i64::BITS - SUM_BITS);
        // The number of rows is at most 2^15: the uppermost bit may be its.
        add(group, sum, (word.wrapping_sub(sum).cast_unsigned() >> SUM_BITS) as i64);
    }
    true
}

/// Bits, sign included, of decimals of which 64 bits hold the sum of [`MAX_ROWS`].
const DECIMAL_BITS: u32 = 48;

/// Adds a block of decimals to the sums of their groups; false, and nothing is added, if one of them has more than
/// [`DECIMAL_BITS`].
pub(super) fn add_decimals(
    values: &[i128],
    validity: Option<&Bitmap>,
    group_ids: &[u32],
    sums: &mut [DecimalSum],
) -> bool {
    assert!(
        (max_id(group_ids) as usize) < sums.len() && values.len() == group_ids.len(),
        "a state for each row"
    );
    // Two sums a group, for every other row each: else a row waits for the one before, whose group is often the same.
    let mut words = vec![[0i64; 2]; sums.len()];
    // Bits that no narrow value has. Looked at once, at the end: what was added by then is thrown away.
    let mut wide = 0u64;
    let mut put = |value: i128, id: u32, lane: usize| {
        let (low, high) = (value as i64, (value >> 64) as i64);
        wide |= (high ^ low >> 63).cast_unsigned();
        wide |= low.wrapping_add(1 << (DECIMAL_BITS - 1)).cast_unsigned() >> DECIMAL_BITS;
        let word = &mut words[id as usize][lane];
        *word = word.wrapping_add(low);
    };
    match validity {
        None => {
            let (value_pairs, value_rest) = values.as_chunks::<2>();
            let (id_pairs, id_rest) = group_ids.as_chunks::<2>();
            for (values, ids) in value_pairs.iter().zip(id_pairs) {
                put(values[0], ids[0], 0);
                put(values[1], ids[1], 1);
            }
            value_rest.iter().zip(id_rest).for_each(|(&value, &id)| put(value, id, 0));
        }
        Some(validity) => for_each_valid(values.len(), validity, |row| put(values[row], group_ids[row], 0)),
    }
    if wide != 0 {
        return false;
    }
    for (sum, [even, odd]) in sums.iter_mut().zip(words) {
        *sum += i128::from(even) + i128::from(odd);
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::{
        CountedSum, grouped_counted_sum_integers, grouped_sum_decimals, grouped_sum_integers, sum_groups,
    };
    use crate::double_double::TripleDouble;

    /// Few enough that blocks are used for all but the shortest inputs below.
    const GROUPS: usize = 3;

    fn naive_integers<T: Native + Into<i128>>(
        values: &[T],
        validity: Option<&Bitmap>,
        ids: &[u32],
    ) -> [CountedSum; GROUPS] {
        let mut states = [CountedSum::default(); GROUPS];
        for (row, &value) in values.iter().enumerate() {
            if validity.is_none_or(|validity| validity.get(row)) {
                states[ids[row] as usize].sum += value.into();
                states[ids[row] as usize].count += 1;
            }
        }
        states
    }

    fn check_integers<T: Native + Into<i128>>(values: &[T], validity: Option<&Bitmap>, ids: &[u32]) {
        let expected = naive_integers(values, validity, ids);
        let (mut states, mut sums) = ([CountedSum::default(); GROUPS], [0; GROUPS]);
        grouped_counted_sum_integers(values, validity, ids, &mut states);
        grouped_sum_integers(values, validity, ids, &mut sums);
        assert_eq!(states, expected);
        assert_eq!(sums, expected.map(|state| state.sum));
    }

    proptest! {
        #[test]
        fn integers_of_any_width(
            rows in prop::collection::vec((any::<i64>(), 0..65u32, any::<bool>(), 0..GROUPS as u32), 0..200),
            has_nulls in any::<bool>(),
        ) {
            let ids: Vec<u32> = rows.iter().map(|row| row.3).collect();
            let validity = Bitmap::from_fn(rows.len(), |row| rows[row].2);
            let validity = has_nulls.then_some(&validity);
            // Most inputs have wide values, some have none.
            let least = rows.first().map_or(0, |row| row.1);
            let wide = |row: &(i64, u32, bool, u32)| row.0.checked_shr(least.max(row.1)).unwrap_or(0);
            check_integers(&rows.iter().map(wide).collect::<Vec<i64>>(), validity, &ids);
            let unsigned = |row| (wide(row) as u64) >> 1 << least.min(1);
            check_integers(&rows.iter().map(unsigned).collect::<Vec<u64>>(), validity, &ids);
            check_integers(&rows.iter().map(|row| row.0 as i32).collect::<Vec<i32>>(), validity, &ids);
            check_integers(&rows.iter().map(|row| row.0 as u32).collect::<Vec<u32>>(), validity, &ids);
            check_integers(&rows.iter().map(|row| row.0 as i8).collect::<Vec<i8>>(), validity, &ids);
        }

        #[test]
        fn decimals_of_any_width(
            rows in prop::collection::vec((any::<i128>(), 0..129u32, any::<bool>(), 0..GROUPS as u32), 0..200),
            has_nulls in any::<bool>(),
        ) {
            let least = rows.first().map_or(0, |row| row.1);
            let values: Vec<i128> =
                rows.iter().map(|row| row.0.checked_shr(least.max(row.1)).unwrap_or(0)).collect();
            let ids: Vec<u32> = rows.iter().map(|row| row.3).collect();
            let validity = Bitmap::from_fn(rows.len(), |row| rows[row].2);
            let validity = has_nulls.then_some(&validity);
            let (mut sums, mut expected) = ([DecimalSum::default(); GROUPS], [DecimalSum::default(); GROUPS]);
            grouped_sum_decimals(&values, validity, &ids, &mut sums);
            for (row, &value) in values.iter().enumerate() {
                if validity.is_none_or(|validity| validity.get(row)) {
                    expected[ids[row] as usize] += value;
                }
            }
            prop_assert_eq!(sums.map(DecimalSum::to_i128), expected.map(DecimalSum::to_i128));
        }

        /// Values whose sums a sum in three floats has exactly, in blocks or not.
        #[test]
        fn floats_in_blocks_are_floats_one_by_one(
            rows in prop::collection::vec((any::<i32>(), 0..50i32, any::<bool>(), 0..GROUPS as u32), 0..200),
            special in prop::option::of((any::<prop::sample::Index>(), prop_oneof![Just(f64::NAN), Just(f64::INFINITY)])),
            has_nulls in any::<bool>(),
        ) {
            let mut values: Vec<f64> = rows.iter().map(|row| f64::from(row.0) * 2f64.powi(-row.1)).collect();
            if let (Some((index, special)), false) = (special, rows.is_empty()) {
                values[index.index(rows.len())] = special;
            }
            let ids: Vec<u32> = rows.iter().map(|row| row.3).collect();
            let validity = Bitmap::from_fn(rows.len(), |row| rows[row].2);
            let validity = has_nulls.then_some(&validity);
            let (mut counts, mut sums) = ([0; GROUPS], [TripleDouble::default(); GROUPS]);
            for (row, &value) in values.iter().enumerate() {
                if validity.is_none_or(|validity| validity.get(row)) {
                    counts[ids[row] as usize] += 1;
                    sums[ids[row] as usize].add(value);
                }
            }
            let bits = |sum: TripleDouble| {
                let (high, low) = sum.total().parts();
                if high.is_nan() { (0, 0) } else { ((high + 0.0).to_bits(), (low + 0.0).to_bits()) }
            };
            let mut states = [FloatSum::default(); GROUPS];
            sum_groups(&values, validity, Some(&ids), &mut states);
            prop_assert_eq!(states.map(|state| state.count), counts);
            prop_assert_eq!(states.map(|state| bits(state.sum)), sums.map(bits));
        }
    }

    #[test]
    fn the_fullest_blocks_of_decimals_fit() {
        let num_rows = 2 * MAX_ROWS + 101;
        for value in [-(1i128 << 47), (1 << 47) - 1, 1 << 47] {
            let mut sums = [DecimalSum::default(); 2];
            let ids: Vec<u32> = (0..num_rows).map(|row| u32::from(row % 1000 == 0)).collect();
            grouped_sum_decimals(&vec![value; num_rows], None, &ids, &mut sums);
            let count = ids.iter().filter(|&&id| id == 1).count() as i128;
            let expected = [value * (num_rows as i128 - count), value * count];
            assert_eq!(sums.map(DecimalSum::to_i128), expected.map(Some));
        }
    }

    #[test]
    fn the_fullest_blocks_of_integers_fit() {
        let num_rows = 2 * MAX_ROWS + 100;
        let ids: Vec<u32> = (0..num_rows).map(|row| u32::from(row % 1000 == 0)).collect();
        check_integers(&vec![i32::MIN; num_rows], None, &ids);
        check_integers(&vec![i32::MAX; num_rows], None, &ids);
        check_integers(&vec![u32::MAX; num_rows], None, &ids);
        check_integers(&vec![-(1i64 << 32); num_rows], None, &ids);
        check_integers(&vec![-(1i64 << 32) - 1; num_rows], None, &ids);
        check_integers(&vec![u64::MAX; num_rows], None, &ids);
    }
}
