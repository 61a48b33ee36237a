//! Aggregates against sums, counts and extremes taken row by row, for one group and for several.

use lazuli_array::{Array, Column, DataType, PrimitiveArray, Scalar};
use proptest::prelude::*;

use super::*;
use crate::strategies::{column, flat_types, one_of};

/// A column of the type and a group for each of its rows.
fn grouped(data_type: DataType) -> impl Strategy<Value = (Column, Vec<u32>)> {
    column(&data_type, 0..200).prop_flat_map(|column| {
        let rows = column.len();
        // One group is the case of lanes, several the other.
        let ids = prop_oneof![Just(vec![0; rows]), prop::collection::vec(0..5u32, rows)];
        (Just(column), ids)
    })
}

fn primitive<T: lazuli_array::Native>(column: &Column) -> &PrimitiveArray<T> {
    T::unwrap(column.array()).expect("a column of this width")
}

/// The rows of a group that hold a value.
fn rows_of(column: &Column, ids: &[u32], group: u32) -> Vec<usize> {
    (0..ids.len()).filter(|&row| ids[row] == group && column.array().is_valid(row)).collect()
}

const GROUPS: usize = 5;

proptest! {
    #[test]
    fn integer_sums_and_counts_match_naive((column, ids) in grouped(DataType::Int64)) {
        let array = primitive::<i64>(&column);
        let (values, validity) = (array.values(), array.validity());
        let (mut sums, mut counts, mut rows) = ([0i128; GROUPS], [0; GROUPS], [0; GROUPS]);
        grouped_sum_integers(values, validity, &ids, &mut sums);
        grouped_count(validity, &ids, &mut counts);
        grouped_count_rows(&ids, &mut rows);
        for group in 0..GROUPS as u32 {
            let expected = rows_of(&column, &ids, group);
            let total: i128 = expected.iter().map(|&row| i128::from(values[row])).sum();
            prop_assert_eq!(sums[group as usize], total);
            prop_assert_eq!(counts[group as usize], expected.len() as i64);
            prop_assert_eq!(rows[group as usize], ids.iter().filter(|&&id| id == group).count() as i64);
        }
        prop_assert_eq!(sum_integers(values, validity), sums.iter().sum::<i128>());
    }

    #[test]
    fn narrow_sums_match_naive((column, ids) in grouped(DataType::Int16)) {
        let array = primitive::<i16>(&column);
        let mut sums = [0; GROUPS];
        grouped_sum_integers(array.values(), array.validity(), &ids, &mut sums);
        prop_assert_eq!(sum_integers(array.values(), array.validity()), sums.iter().sum::<i128>());
    }

    #[test]
    fn decimal_sums_overflow_by_the_result_only(
        (column, ids) in grouped(DataType::Decimal { precision: 38, scale: 0 }),
    ) {
        let array = primitive::<i128>(&column);
        let mut sums = [DecimalSum::default(); GROUPS];
        grouped_sum_decimals(array.values(), array.validity(), &ids, &mut sums);
        let mut all = DecimalSum::default();
        for group in 0..GROUPS as u32 {
            // Halves of the values and their last bits, so that the sum of the halves can't overflow.
            let rows = rows_of(&column, &ids, group);
            let shift = 16;
            let high: i128 = rows.iter().map(|&row| array.values()[row] >> shift).sum();
            let low: i128 = rows.iter().map(|&row| array.values()[row] & ((1 << shift) - 1)).sum();
            let high = high + (low >> shift);
            let expected = high
                .checked_mul(1 << shift)
                .and_then(|high| high.checked_add(low & ((1 << shift) - 1)));
            prop_assert_eq!(sums[group as usize].to_i128(), expected);
            all += sums[group as usize];
        }
        prop_assert_eq!(all.to_i128(), sum_decimals(array.values(), array.validity()).to_i128());
    }

    #[test]
    fn extremes_of_floats_ignore_nan((column, ids) in grouped(DataType::Float64)) {
        let array = primitive::<f64>(&column);
        let (values, validity) = (array.values(), array.validity());
        let naive = |rows: &[usize], least: bool| {
            let mut sorted: Vec<f64> = rows.iter().map(|&row| values[row] + 0.0).collect();
            sorted.sort_by(|left, right| lazuli_array::Native::total_cmp(*left, *right));
            let numbers: Vec<f64> = sorted.iter().copied().filter(|value| !value.is_nan()).collect();
            let from = if numbers.is_empty() { sorted } else { numbers };
            if least { from.first().copied() } else { from.last().copied() }
        };
        // Bit by bit, so that a zero with a sign is seen; NaNs differ in nothing that counts.
        let bits = |value: Option<f64>| value.map(|value| if value.is_nan() { u64::MAX } else { value.to_bits() });
        let (mut least, mut greatest) = ([None; GROUPS], [None; GROUPS]);
        grouped_min(values, validity, &ids, &mut least);
        grouped_max(values, validity, &ids, &mut greatest);
        for group in 0..GROUPS as u32 {
            let rows = rows_of(&column, &ids, group);
            prop_assert_eq!(bits(least[group as usize]), bits(naive(&rows, true)));
            prop_assert_eq!(bits(greatest[group as usize]), bits(naive(&rows, false)));
        }
        let all: Vec<usize> = (0..values.len()).filter(|&row| array.get(row).is_some()).collect();
        prop_assert_eq!(bits(min(values, validity)), bits(naive(&all, true)));
        prop_assert_eq!(bits(max(values, validity)), bits(naive(&all, false)));
    }

    #[test]
    fn extremes_of_integers_match_naive((column, ids) in grouped(DataType::UInt16)) {
        let array = primitive::<u16>(&column);
        let (mut least, mut greatest) = ([None; GROUPS], [None; GROUPS]);
        grouped_min(array.values(), array.validity(), &ids, &mut least);
        grouped_max(array.values(), array.validity(), &ids, &mut greatest);
        for group in 0..GROUPS as u32 {
            let values = || rows_of(&column, &ids, group).into_iter().map(|row| array.values()[row]);
            prop_assert_eq!(least[group as usize], values().min());
            prop_assert_eq!(greatest[group as usize], values().max());
        }
        prop_assert_eq!(min(array.values(), array.validity()), array.iter().flatten().min());
        prop_assert_eq!(max(array.values(), array.validity()), array.iter().flatten().max());
    }

    #[test]
    fn extremes_of_booleans_match_naive((column, ids) in grouped(DataType::Boolean)) {
        let Array::Boolean(array) = column.array() else { panic!("a boolean column") };
        let (mut least, mut greatest) = ([None; GROUPS], [None; GROUPS]);
        grouped_min_booleans(array, &ids, &mut least);
        grouped_max_booleans(array, &ids, &mut greatest);
        for group in 0..GROUPS as u32 {
            let values = || rows_of(&column, &ids, group).into_iter().map(|row| array.values().get(row));
            prop_assert_eq!(least[group as usize], values().min());
            prop_assert_eq!(greatest[group as usize], values().max());
        }
    }

    #[test]
    fn extremes_of_texts_match_naive(
        (column, ids) in one_of(vec![DataType::String, DataType::Categorical, DataType::Binary]).prop_flat_map(grouped),
    ) {
        let bytes = |row: usize| -> Box<[u8]> {
            match column.get(row) {
                Scalar::String(text) => text.as_bytes().into(),
                Scalar::Binary(bytes) => bytes.to_vec().into(),
                other => panic!("{other:?}"),
            }
        };
        let (mut least, mut greatest) = (vec![None; GROUPS], vec![None; GROUPS]);
        grouped_min_bytes(column.array(), &ids, &mut least);
        grouped_max_bytes(column.array(), &ids, &mut greatest);
        for group in 0..GROUPS as u32 {
            let values = || rows_of(&column, &ids, group).into_iter().map(bytes);
            prop_assert_eq!(&least[group as usize], &values().min());
            prop_assert_eq!(&greatest[group as usize], &values().max());
        }
    }

    #[test]
    fn arg_extremes_point_at_the_first_extreme(column in one_of(flat_types()).prop_flat_map(|data_type| column(&data_type, 0..50))) {
        let key = |descending| crate::sort::SortKey { column: &column, descending, nulls_first: false };
        let is_nan = |row: usize| match column.get(row) {
            Scalar::Float32(value) => value.is_nan(),
            Scalar::Float64(value) => value.is_nan(),
            _ => false,
        };
        for (found, descending) in [(arg_min(&column), false), (arg_max(&column), true)] {
            let order = crate::sort::sort_indices(&[key(descending)], column.len()).expect("few rows");
            let mut valid = order.iter().map(|&row| row as usize).filter(|&row| column.array().is_valid(row));
            let first = valid.clone().find(|&row| !is_nan(row)).or_else(|| valid.next());
            prop_assert_eq!(found, first);
        }
    }
}
