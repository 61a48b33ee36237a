//! Sorting against the standard library's stable sort over compared rows.

use std::cmp::Ordering;

use lazuli_array::{Column, DataType, Native, Scalar};
use proptest::prelude::*;

use super::{
    Buckets, CoarseOrder, Plan, RowComparator, SortKey, dictionary_ranks, is_sorted, sort_indices,
    sort_indices_in_tasks, top_k_indices,
};
use crate::strategies::{all_types, columns_of, enum_type, one_of};
use crate::tasks::{Threads, in_any_tasks, one_by_one};
use crate::{concat_columns, take_column};

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
        if let Some(coarse) = keys.first().and_then(CoarseOrder::new) {
            let words: Vec<u64> = naive(&keys[..1], rows).iter().map(|&row| coarse.at(row as usize)).collect();
            prop_assert!(words.is_sorted(), "{:?}", words);
            for bound in [0, u64::MAX, words.get(k).copied().unwrap_or(7)] {
                let within: Vec<u32> = (0..rows as u32).filter(|&row| coarse.at(row as usize) <= bound).collect();
                prop_assert_eq!(coarse.rows_up_to(bound), within);
            }
        }
        let comparator = RowComparator::new(&keys);
        for row in 1..rows {
            prop_assert_eq!(comparator.compare(row - 1, row), compare_rows(&keys, row - 1, row));
        }
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

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// A column of many rows in one of the forms that sorts treat differently.
fn many(form: usize, rows: usize, random: &mut Random) -> Column {
    use lazuli_array::FromValues;
    let words: Vec<u64> = (0..rows).map(|_| random.next()).collect();
    let text =
        |word: u64, digits: u64| format!("customer {:01$}", word % 10u64.pow(digits as u32), digits as usize);
    match form {
        // All words from few bits to all of them.
        0..8 => Column::from_values(words.into_iter().map(move |word| (word as i64) >> (8 * form))),
        8 => Column::from_values(words.into_iter().map(f64::from_bits)),
        9 => Column::from_values(words.into_iter().map(|word| (word % 100_000) as f64 / 100.0)),
        // One value in most rows.
        10 => Column::from_values(
            words.into_iter().map(|word| if word % 10 < 8 { 7 } else { (word >> 4) as i64 }),
        ),
        // Multiples of 1,024, some null.
        11 => Column::from_values(
            words.into_iter().map(|word| (word % 9 > 0).then_some((word % 5000) as i64 * 1024)),
        ),
        12 => Column::from_values(words.into_iter().map(|word| word % 3 == 0)),
        13 => Column::from_values(words.into_iter().map(|word| (word % 7 > 0).then(|| text(word, 6)))),
        14 => Column::from_values(words.into_iter().map(|word| text(word % 3000, 14))),
        // Long texts that differ late, and some that are others with zeros at the end.
        15 => Column::from_values(
            words.into_iter().map(|word| format!("{}{}", "x".repeat((word % 3) as usize * 30), word % 50)),
        ),
        16 => Column::from_values(
            words.into_iter().map(|word| format!("{}{}", word % 4, "\0".repeat((word >> 8) as usize % 20))),
        ),
        17 => {
            let array = words.iter().map(|word| Some(text(word % 4000, 5))).collect::<Vec<_>>();
            let array = array.iter().map(Option::as_deref).collect::<lazuli_array::DictionaryArray>();
            Column::new(DataType::String, array.narrowed())
        }
        18 => {
            let values =
                words.iter().map(|&word| (word % 8 > 0).then_some(word as i128 * (word as i64 >> 8) as i128));
            let array: lazuli_array::PrimitiveArray<i128> = values.collect();
            Column::new(DataType::Decimal { precision: 38, scale: 2 }, array)
        }
        // In order, but for the end.
        19 => Column::from_values(
            (0..rows as i64).map(move |row| if row + 1 < rows as i64 { row / 3 } else { -1 }),
        ),
        20 => Column::from_values((0..rows as i64).map(|row| row / 2)),
        21 => Column::from_values((0..rows as i64).rev()),
        _ => Column::from_values((0..rows as i64).map(|_| 5)),
    }
}

#[test]
fn many_rows_match_std_on_any_number_of_threads() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for rows in [1000, 5000, 40_000, 140_000] {
        for form in 0..23 {
            // Debug builds are slow, and the largest inputs add only buckets that all tasks share.
            if rows > 100_000 && !matches!(form, 0 | 9 | 10 | 13 | 22) {
                continue;
            }
            let first = many(form, rows, &mut random);
            let second = many((random.next() % 23) as usize, rows, &mut random);
            let (descending, nulls_first) =
                (random.next().is_multiple_of(2), random.next().is_multiple_of(2));
            let one = SortKey { column: &first, descending, nulls_first };
            let two = SortKey {
                column: &second,
                descending: !descending,
                nulls_first: random.next().is_multiple_of(2),
            };
            for keys in [&[one][..], &[one, two]] {
                let comparator = RowComparator::new(keys);
                let mut expected: Vec<u32> = (0..rows as u32).collect();
                expected.sort_by(|&left, &right| comparator.compare(left as usize, right as usize));
                let found = sort_indices(keys, rows).expect("few rows");
                assert!(found == expected, "form {form}, {rows} rows: {keys:?}");
                let found = sort_indices_in_tasks(keys, rows, &Threads(3)).expect("few rows");
                assert!(found == expected, "form {form}, {rows} rows in tasks: {keys:?}");
                let k = (random.next() % rows as u64) as usize;
                for k in [k, k / 100] {
                    assert!(
                        top_k_indices(keys, rows, k).expect("few rows") == expected[..k],
                        "form {form}, first {k}"
                    );
                }
            }
        }
    }
}

#[test]
fn rows_of_one_word_are_not_split_for_ever() {
    use lazuli_array::FromValues;
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..8 {
        // One value in all rows but a few, wherever it lies in the range of words that these span.
        let (one, others) = (random.next(), [random.next(), random.next(), random.next()]);
        let rows = 40_000;
        let words = (0..rows).map(|row| if row % 10_000 == 7 { others[row / 10_000 % 3] } else { one });
        let words: Vec<u64> = words.collect();
        let columns = [
            Column::from_values(words.iter().map(|&word| word as i64)),
            Column::from_values(words.iter().map(|&word| f64::from_bits(word))),
            Column::from_values(words.iter().map(|word| format!("{word:016x}"))),
        ];
        for column in &columns {
            let keys = [SortKey { column, descending: false, nulls_first: false }];
            let comparator = RowComparator::new(&keys);
            let mut expected: Vec<u32> = (0..rows as u32).collect();
            expected.sort_by(|&left, &right| comparator.compare(left as usize, right as usize));
            assert!(sort_indices(&keys, rows).expect("few rows") == expected, "{one:x} {others:x?}");
            let found = sort_indices_in_tasks(&keys, rows, &Threads(2)).expect("few rows");
            assert!(found == expected, "in tasks: {one:x} {others:x?}");
        }
    }
}

/// All rows in order by way of buckets; `None` if there are none.
fn by_buckets(keys: &[SortKey<'_>], columns: &[&Column], rows: usize) -> Option<(Vec<u32>, Vec<Column>)> {
    let plan = one_by_one(|tasks| Plan::new(keys, tasks));
    let buckets = in_any_tasks(&Threads(2), |tasks| Buckets::new(&plan, rows, tasks)).expect("no errors")?;
    assert_eq!(buckets.rows().iter().sum::<usize>(), rows);
    let numbers = buckets.row_numbers(&Threads(3)).expect("no errors");
    let mut order = Vec::new();
    let mut sorted: Vec<Vec<Column>> = vec![Vec::new(); columns.len()];
    let scatter = |column: &&Column| buckets.scatter(column, &Threads(2)).expect("no errors");
    let moved: Vec<_> = columns.iter().map(scatter).collect();
    for (bucket, numbers) in numbers.iter().enumerate() {
        let columns: Vec<Column> = (columns.iter().zip(&moved))
            .map(|(column, moved)| match moved {
                Some(moved) => moved[bucket].clone(),
                None => take_column(column, numbers),
            })
            .collect();
        let of_bucket = |key: &SortKey<'_>| {
            let position = keys.iter().position(|other| std::ptr::eq(other.column, key.column));
            position.map(|position| SortKey { column: &columns[position], ..*key }).expect("a key")
        };
        let keys: Vec<SortKey<'_>> = keys.iter().map(of_bucket).collect();
        let rows = sort_indices(&keys, numbers.len()).expect("few rows");
        order.extend(rows.iter().map(|&row| numbers[row as usize]));
        sorted.iter_mut().zip(&columns).for_each(|(sorted, column)| sorted.push(take_column(column, &rows)));
    }
    let whole = |(column, parts): (&&Column, &Vec<Column>)| {
        concat_columns(column.data_type(), &parts.iter().collect::<Vec<_>>())
    };
    Some((order, columns.iter().zip(&sorted).map(whole).collect()))
}

#[test]
fn rows_in_buckets_match_std() {
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    let mut with_buckets = 0;
    for rows in [300, 9000, 20_000] {
        for form in 0..23 {
            let first = many(form, rows, &mut random);
            for second in 0..23 {
                // All pairs of a key and another column once, and all of them as second keys.
                if (form + second) % 3 != rows % 3 {
                    continue;
                }
                let second = many(second, rows, &mut random);
                let (descending, nulls_first) =
                    (random.next().is_multiple_of(2), random.next().is_multiple_of(2));
                let one = SortKey { column: &first, descending, nulls_first };
                let two = SortKey { column: &second, descending: !descending, nulls_first };
                for keys in [&[one][..], &[one, two]] {
                    let Some((order, columns)) = by_buckets(keys, &[&first, &second], rows) else { continue };
                    with_buckets += 1;
                    let expected = sort_indices(keys, rows).expect("few rows");
                    assert!(order == expected, "form {form}, {rows} rows: {keys:?}");
                    assert_eq!(columns, [take_column(&first, &expected), take_column(&second, &expected)]);
                }
            }
        }
    }
    assert!(with_buckets > 150, "{with_buckets} sorts in buckets");
}
