//! Orders against a stable sort of scalars.

//! Sorting against the standard library's stable sort over compared rows.

use std::cmp::Ordering;

use lazuli_array::{Column, DataType, Native, Scalar};
use proptest::prelude::*;

use super::{RowComparator, SortKey, dictionary_ranks, is_sorted, sort_indices, top_k_indices};
use crate::strategies::{all_types, columns_of, enum_type, one_of};

/// The order of values that are not null at the top, by their meaning.
fn compare(data_type: &DataType, left: &Scalar, right: &Scalar) -> Ordering {
    use Scalar::*;
    match (left, right) {
        (Null, Null) => Ordering::Equal,
        (Null, _) => Ordering::Greater,
        (_, Null) => Ordering::Less,
        (Boolean(left), Boolean(right)) => left.cmp(right),
        (Int8(left), Int8(right)) => left.cmp(right),
        (Int16(left), Int16(right)) => left.cmp(right),
        (Int32(left), Int32(right)) | (Date(left), Date(right)) => left.cmp(right),
        (Int64(left), Int64(right))
        | (Datetime(left, ..), Datetime(right, ..))
        | (Duration(left, _), Duration(right, _))
        | (Time(left), Time(right)) => left.cmp(right),
        (UInt8(left), UInt8(right)) => left.cmp(right),
        (UInt16(left), UInt16(right)) => left.cmp(right),
        (UInt32(left), UInt32(right)) => left.cmp(right),
        (UInt64(left), UInt64(right)) => left.cmp(right),
        (Float32(left), Float32(right)) => Native::total_cmp(*left, *right),
        (Float64(left), Float64(right)) => Native::total_cmp(*left, *right),
        (Decimal { value: left, .. }, Decimal { value: right, .. }) => left.cmp(right),
        (String(left), String(right)) => match data_type {
            DataType::Enum(categories) => categories.position(left).cmp(&categories.position(right)),
            _ => left.as_bytes().cmp(right.as_bytes()),
        },
        (Binary(left), Binary(right)) => left.cmp(right),
        (List(left), List(right)) => {
            let items = left.len().min(right.len());
            (0..items)
                .map(|item| compare(left.data_type(), &left.get(item), &right.get(item)))
                .find(|order| order.is_ne())
                .unwrap_or(left.len().cmp(&right.len()))
        }
        (Struct(left), Struct(right)) => {
            let DataType::Struct(fields) = data_type else { panic!("a struct of type {data_type}") };
            (0..left.len())
                .map(|field| compare(fields[field].data_type(), &left[field].1, &right[field].1))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        }
        (left, right) => panic!("{left:?} against {right:?}"),
    }
}

fn compare_rows(keys: &[SortKey<'_>], left: usize, right: usize) -> Ordering {
    keys.iter()
        .map(|key| {
            let (left, right) = (key.column.get(left), key.column.get(right));
            if left.is_null() || right.is_null() {
                let order = left.is_null().cmp(&right.is_null());
                return if key.nulls_first { order.reverse() } else { order };
            }
            let order = compare(key.column.data_type(), &left, &right);
            if key.descending { order.reverse() } else { order }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn naive(keys: &[SortKey<'_>], rows: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.sort_by(|&left, &right| compare_rows(keys, left as usize, right as usize));
    order
}

type Directions = Vec<(bool, bool)>;

fn columns_and_directions() -> impl Strategy<Value = (Vec<Column>, Directions)> {
    prop::collection::vec(one_of(all_types()), 0..4).prop_flat_map(|types| {
        let directions = prop::collection::vec(any::<(bool, bool)>(), types.len());
        (columns_of(&types, 0..60), directions)
    })
}

fn keys<'a>(columns: &'a [Column], directions: &[(bool, bool)]) -> Vec<SortKey<'a>> {
    columns
        .iter()
        .zip(directions)
        .map(|(column, &(descending, nulls_first))| SortKey { column, descending, nulls_first })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn order_matches_naive((columns, directions) in columns_and_directions(), k in 0..70usize) {
        let keys = keys(&columns, &directions);
        let rows = columns.first().map_or(5, Column::len);
        let expected = naive(&keys, rows);
        prop_assert_eq!(&sort_indices(&keys, rows).expect("few rows"), &expected);
        let top = &expected[..k.min(rows)];
        prop_assert_eq!(top_k_indices(&keys, rows, k).expect("few rows"), top);
        prop_assert_eq!(top_k_indices(&keys, rows, k / 10).expect("few rows"), &expected[..(k / 10).min(rows)]);
        prop_assert_eq!(is_sorted(&keys, rows), expected.is_sorted());
        let comparator = RowComparator::new(&keys);
        for row in 1..rows {
            prop_assert_eq!(comparator.compare(row - 1, row), compare_rows(&keys, row - 1, row));
        }
    }

    #[test]
    fn many_rows_match_std(
        seed in any::<u64>(),
        bits in 0..64u32,
        rows in prop::sample::select(vec![1023usize, 1024, 5000]),
        descending in any::<bool>(),
    ) {
        // Enough rows for digits to be counted; 0 to 63 bits, so that row numbers do and do not ride along.
        let mut state = seed | 1;
        let values: Vec<i64> = (0..rows)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state as i64) >> bits
            })
            .collect();
        let column = <Column as lazuli_array::FromValues<i64>>::from_values(values.iter().copied());
        let key = SortKey { column: &column, descending, nulls_first: false };
        let mut expected: Vec<u32> = (0..rows as u32).collect();
        expected.sort_by_key(|&row| {
            let value = values[row as usize];
            if descending { !value } else { value }
        });
        prop_assert_eq!(sort_indices(&[key], rows).expect("few rows"), expected);
    }

    #[test]
    fn texts_with_much_in_common_match_std(
        texts in prop::collection::vec("https://(a|b|aa\u{0}?)(/[ab\u{0}]{0,12})?", 0..50),
        dictionary in any::<bool>(),
    ) {
        let options = texts.iter().map(|text| Some(text.as_str()));
        let column = if dictionary {
            Column::new(DataType::String, options.collect::<lazuli_array::DictionaryArray>())
        } else {
            Column::new(DataType::String, options.collect::<lazuli_array::StringArray>())
        };
        let mut expected: Vec<u32> = (0..texts.len() as u32).collect();
        expected.sort_by_key(|&row| &texts[row as usize]);
        let key = SortKey { column: &column, descending: false, nulls_first: false };
        prop_assert_eq!(sort_indices(&[key], texts.len()).expect("few rows"), expected);
        if let lazuli_array::Array::Dictionary(array) = column.array() {
            let ranks = dictionary_ranks(array.dictionary());
            for (left, left_rank) in ranks.iter().enumerate() {
                for (right, right_rank) in ranks.iter().enumerate() {
                    let order = array.dictionary().value(left as u32).cmp(array.dictionary().value(right as u32));
                    prop_assert_eq!(order, left_rank.cmp(right_rank));
                }
            }
        }
    }
}

#[test]
fn a_small_slice_of_a_large_dictionary_is_sorted_by_its_texts() {
    let texts: Vec<String> = (0..200).map(|number| format!("{:03}", (number * 77) % 200)).collect();
    let array = texts.iter().map(|text| Some(text.as_str())).collect::<lazuli_array::DictionaryArray>();
    let column = Column::new(DataType::String, array).sliced(10, 30);
    let key = SortKey { column: &column, descending: true, nulls_first: false };
    assert_eq!(sort_indices(&[key], 30).expect("few rows"), naive(&[key], 30));
}

#[test]
fn texts_sort_by_all_their_bytes() {
    // Seven and eight bytes are where a prefix ends to say everything; zeros at the end where padding could hide.
    let texts = ["abcdefgh", "abcdefg", "abcdefgi", "abcdefg\0", "abcdefg\0\0", "abcdefgha", "", "\0", "b"];
    for texts in [&texts[..], &texts[..4], &texts[5..], &["x", "abcdefgi", "abcdefgh"], &["b\0", "b"]] {
        let column = <Column as lazuli_array::FromValues<&str>>::from_values(texts.iter().copied());
        for descending in [false, true] {
            let key = SortKey { column: &column, descending, nulls_first: false };
            assert_eq!(sort_indices(&[key], texts.len()).expect("few rows"), naive(&[key], texts.len()));
        }
    }
}

#[test]
fn enums_sort_by_declaration() {
    let column =
        Column::from_scalars(&enum_type(), ["high", "", "low"].map(Scalar::from)).expect("categories");
    let key = SortKey { column: &column, descending: false, nulls_first: false };
    assert_eq!(sort_indices(&[key], 3).expect("few rows"), [2, 1, 0]);
}
