//! The group table and hashes against a table by linear search.

//! Row keys against naive twins: equal rows and only equal rows share a number, in order of first appearance.

use lazuli_array::{Column, DataType, Field, FromValues, Scalar, TimeUnit};
use proptest::prelude::*;

use super::GroupTable;
use crate::hash::{NULL_HASH, hash_column, hash_rows};
use crate::strategies::{all_types, columns_of, one_of};

/// What the table stands for: ids by linear search over rows of scalars.
#[derive(Default)]
struct Naive {
    groups: Vec<Vec<Scalar>>,
}

impl Naive {
    fn insert(&mut self, row: Vec<Scalar>) -> u32 {
        self.find(&row).unwrap_or_else(|| {
            self.groups.push(row);
            self.groups.len() as u32 - 1
        })
    }

    fn find(&self, row: &[Scalar]) -> Option<u32> {
        self.groups.iter().position(|group| group == row).map(|id| id as u32)
    }
}

fn row_of(columns: &[Column], row: usize) -> Vec<Scalar> {
    columns.iter().map(|column| column.get(row)).collect()
}

/// A value of a type from a small number, so that keys repeat; null for 0.
fn scalar(data_type: &DataType, number: u8) -> Scalar {
    let text = ["", "a", "b", "ab", "abcdefgh", "abcdefghi", "a text of more than thirty-two bytes", "ü"];
    let text = text[usize::from(number) % text.len()];
    if number == 0 {
        return Scalar::Null;
    }
    let signed = i64::from(number) - 4;
    match data_type {
        DataType::Null => Scalar::Null,
        DataType::Boolean => Scalar::Boolean(number.is_multiple_of(2)),
        DataType::Int8 => Scalar::Int8(signed as i8),
        DataType::Int16 => Scalar::Int16(signed as i16 * 300),
        DataType::Int32 => Scalar::Int32(signed as i32 * 70_000),
        DataType::Int64 => Scalar::Int64(signed * (i64::MAX / 5)),
        DataType::UInt64 => Scalar::UInt64(u64::MAX - u64::from(number)),
        DataType::Date => Scalar::Date(signed as i32),
        DataType::Datetime(unit, zone) => Scalar::Datetime(signed, *unit, zone.clone()),
        DataType::Float32 => {
            Scalar::Float32([f32::NAN, -f32::NAN, 0.0, -0.0, 1.5, f32::INFINITY][usize::from(number) % 6])
        }
        DataType::Float64 => {
            Scalar::Float64([f64::NAN, -f64::NAN, 0.0, -0.0, 1.5, f64::NEG_INFINITY][usize::from(number) % 6])
        }
        DataType::Decimal { precision, scale } => Scalar::Decimal {
            value: i128::from(signed) * (i128::MAX / 100),
            precision: *precision,
            scale: *scale,
        },
        DataType::Binary => Scalar::Binary(text.as_bytes().into()),
        DataType::String | DataType::Categorical => Scalar::String(text.into()),
        DataType::Enum(categories) => {
            Scalar::String(categories.value(u32::from(number) % categories.len() as u32).into())
        }
        DataType::List(item) => {
            let items = (0..number % 4).map(|item_number| scalar(item, item_number));
            Scalar::List(Box::new(Column::from_scalars(item, items).expect("items of the type")))
        }
        DataType::Struct(fields) => Scalar::Struct(
            fields
                .iter()
                .enumerate()
                .map(|(index, field)| {
                    (field.name().clone(), scalar(field.data_type(), number >> (index % 3)))
                })
                .collect(),
        ),
        other => panic!("no values for {other}"),
    }
}

fn key_types() -> impl Strategy<Value = DataType> {
    let categories = lazuli_array::Dictionary::new([Some("z"), Some("y"), Some("x")].into_iter().collect());
    prop::sample::select(vec![
        DataType::Null,
        DataType::Boolean,
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt64,
        DataType::Date,
        DataType::Datetime(TimeUnit::Milliseconds, None),
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal { precision: 38, scale: 3 },
        DataType::Binary,
        DataType::String,
        DataType::Categorical,
        DataType::Enum(categories.into()),
        DataType::List(Box::new(DataType::Float64)),
        DataType::List(Box::new(DataType::String)),
        DataType::Struct([Field::new("a", DataType::Int8), Field::new("b", DataType::String)].into()),
    ])
}

/// A column of the type: numbers to values, sliced out of a longer one, texts as a dictionary if asked for.
fn column(data_type: &DataType, numbers: &[u8], offset: usize, dictionary: bool) -> Column {
    let padding = std::iter::repeat_n(&1u8, offset);
    let values = padding.clone().chain(numbers).chain(padding).map(|&number| scalar(data_type, number));
    let column = Column::from_scalars(data_type, values).expect("values of the type");
    let column = column.sliced(offset, numbers.len());
    match column.array() {
        lazuli_array::Array::String(array) if dictionary => {
            Column::new(data_type.clone(), array.iter().collect::<lazuli_array::DictionaryArray>())
        }
        _ => column,
    }
}

/// Batches as scans give them: any values, and any bytes in the slots of nulls.
fn wild_batches() -> impl Strategy<Value = Vec<Vec<Column>>> {
    prop::collection::vec(one_of(all_types()), 0..4)
        .prop_flat_map(|types| prop::collection::vec(columns_of(&types, 0..40), 0..4))
}

fn batches() -> impl Strategy<Value = Vec<Vec<Column>>> {
    prop::collection::vec(key_types(), 0..4).prop_flat_map(|types| {
        // Without the 0 a batch has no nulls: tables must cope with nulls that come late.
        let batch = (0..40usize, 0..10usize, any::<bool>(), 0..2u8).prop_flat_map(
            move |(rows, offset, dictionary, least)| {
                let types = types.clone();
                prop::collection::vec(prop::collection::vec(least..8, rows), types.len()).prop_map(
                    move |numbers| {
                        types
                            .iter()
                            .zip(&numbers)
                            .map(|(data_type, numbers)| column(data_type, numbers, offset, dictionary))
                            .collect::<Vec<_>>()
                    },
                )
            },
        );
        prop::collection::vec(batch, 0..4)
    })
}

/// Batches as a frame in memory gives them: one dictionary for all.
fn slices_of_one_batch() -> impl Strategy<Value = Vec<Vec<Column>>> {
    let types = prop::collection::vec(key_types(), 1..4);
    (types, any::<bool>(), 1..20usize).prop_flat_map(|(types, dictionary, slice)| {
        prop::collection::vec(prop::collection::vec(0u8..8, 60), types.len()).prop_map(move |numbers| {
            let batch: Vec<Column> = types
                .iter()
                .zip(&numbers)
                .map(|(data_type, numbers)| column(data_type, numbers, 3, dictionary))
                .collect();
            (0..60 / slice)
                .map(|index| batch.iter().map(|column| column.sliced(index * slice, slice)).collect())
                .collect()
        })
    })
}

fn num_rows(batch: &[Column]) -> usize {
    batch.first().map_or(3, Column::len)
}

proptest! {
    #[test]
    fn ids_and_keys_match_the_naive_table(
        batches in prop_oneof![batches(), wild_batches(), slices_of_one_batch()],
    ) {
        let Some(first) = batches.first() else { return Ok(()) };
        let types: Vec<DataType> = first.iter().map(|column| column.data_type().clone()).collect();
        let mut table = GroupTable::new(&types);
        let mut naive = Naive::default();
        let mut ids = Vec::new();
        for batch in &batches {
            let rows = num_rows(batch);
            table.lookup(batch, rows, true, &mut ids);
            let expected: Vec<u32> = (0..rows)
                .map(|row| naive.find(&row_of(batch, row)).unwrap_or(GroupTable::NO_GROUP))
                .collect();
            prop_assert_eq!(&ids, &expected);

            table.lookup(batch, rows, false, &mut ids);
            let expected: Vec<u32> = (0..rows)
                .map(|row| {
                    let row = row_of(batch, row);
                    let null = row.iter().any(Scalar::is_null);
                    if null { GroupTable::NO_GROUP } else { naive.find(&row).unwrap_or(GroupTable::NO_GROUP) }
                })
                .collect();
            prop_assert_eq!(&ids, &expected);

            table.insert(batch, rows, &mut ids).expect("few groups");
            let expected: Vec<u32> = (0..rows).map(|row| naive.insert(row_of(batch, row))).collect();
            prop_assert_eq!(&ids, &expected);
            prop_assert_eq!(table.len(), naive.groups.len());
        }
        let keys = table.keys().expect("keys of the table");
        for (id, group) in naive.groups.iter().enumerate() {
            prop_assert_eq!(&row_of(&keys, id), group);
        }
        // Merging into another table keeps order; so does a cleared table.
        let mut merged = GroupTable::new(&types);
        merged.insert(&keys, table.len(), &mut ids).expect("few groups");
        prop_assert_eq!(&ids, &(0..table.len() as u32).collect::<Vec<_>>());
        table.clear();
        prop_assert!(table.is_empty());
        table.insert(&keys, merged.len(), &mut ids).expect("few groups");
        prop_assert_eq!(&ids, &(0..merged.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn tables_merge_as_if_all_rows_were_put_in_one(
        batches in prop_oneof![batches(), wild_batches(), slices_of_one_batch()],
        split in any::<u8>(),
    ) {
        let Some(first) = batches.first() else { return Ok(()) };
        let types: Vec<DataType> = first.iter().map(|column| column.data_type().clone()).collect();
        let mut tables = [GroupTable::new(&types), GroupTable::new(&types)];
        let mut naive = [Naive::default(), Naive::default()];
        let mut ids = Vec::new();
        for (index, batch) in batches.iter().enumerate() {
            let side = usize::from(split >> (index % 8) & 1);
            tables[side].insert(batch, num_rows(batch), &mut ids).expect("few groups");
            for row in 0..num_rows(batch) {
                naive[side].insert(row_of(batch, row));
            }
        }
        let [mut table, other] = tables;
        let [mut naive, others] = naive;
        table.insert_table(&other, &mut ids).expect("few groups");
        let expected: Vec<u32> = others.groups.into_iter().map(|row| naive.insert(row)).collect();
        prop_assert_eq!(&ids, &expected);
        let keys = table.keys().expect("keys of the table");
        prop_assert_eq!(table.len(), naive.groups.len());
        for (id, group) in naive.groups.iter().enumerate() {
            prop_assert_eq!(&row_of(&keys, id), group);
        }
        // What the merged table learned holds for rows that come later.
        for batch in &batches {
            table.lookup(batch, num_rows(batch), true, &mut ids);
            prop_assert!(!ids.contains(&GroupTable::NO_GROUP));
        }
    }

    #[test]
    fn plans_give_equal_words_to_equal_rows(
        batches in prop_oneof![batches(), wild_batches(), slices_of_one_batch()],
    ) {
        let Some(first) = batches.first() else { return Ok(()) };
        let types: Vec<DataType> = first.iter().map(|column| column.data_type().clone()).collect();
        let mut table = GroupTable::new(&types);
        let mut ids = Vec::new();
        table.insert(first, num_rows(first), &mut ids).expect("few groups");
        let Some(mut plan) = table.plan() else { return Ok(()) };
        prop_assert!(plan.widened_by(&table).is_none() && plan.is_for_table(&table));
        let mut seen: Vec<(Vec<Scalar>, Vec<u64>)> = Vec::new();
        for (words, id) in table.words_of(&plan).chunks(plan.num_words()).zip(0..) {
            let keys = table.keys().expect("keys of the table");
            seen.push((row_of(&keys, id), words.to_vec()));
        }
        let mut words = Vec::new();
        for batch in &batches {
            if !plan.is_for(batch) {
                continue;
            }
            if let Some(wider) = plan.widened(batch) {
                for (_, words) in &mut seen {
                    *words = plan.recode(words, &wider);
                }
                plan = wider;
            }
            plan.encode(batch, num_rows(batch), &mut words);
            prop_assert_eq!(words.len(), num_rows(batch) * plan.num_words());
            let columns = plan.decode(&words, num_rows(batch)).expect("words of the plan");
            for (row, words) in words.chunks(plan.num_words()).enumerate() {
                prop_assert_eq!(row_of(&columns, row), row_of(batch, row));
                seen.push((row_of(batch, row), words.to_vec()));
            }
        }
        for (left, left_words) in &seen {
            for (right, right_words) in &seen {
                prop_assert_eq!(left == right, left_words == right_words, "{:?} {:?}", left, right);
            }
        }
        let words: Vec<u64> = seen.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let mut table = plan.table();
        table.expect_groups(seen.len()).expect("few groups");
        table.insert_words(&words, &mut ids).expect("few groups");
        let mut naive = Naive::default();
        let expected: Vec<u32> = seen.into_iter().map(|(row, _)| naive.insert(row)).collect();
        prop_assert_eq!(&ids, &expected);
    }

    #[test]
    fn equal_rows_have_equal_hashes(batches in prop_oneof![batches(), wild_batches()]) {
        let mut seen: Vec<(Vec<Scalar>, u64)> = Vec::new();
        for batch in &batches {
            let mut hashes = Vec::new();
            hash_rows(batch, num_rows(batch), &mut hashes);
            for (row, &hash) in hashes.iter().enumerate() {
                let row = row_of(batch, row);
                match seen.iter().find(|(other, _)| *other == row) {
                    Some((_, other)) => prop_assert_eq!(hash, *other, "{:?}", row),
                    None => {
                        prop_assert!(seen.iter().all(|(_, other)| *other != hash), "collision at {:?}", row);
                        seen.push((row, hash));
                    }
                }
            }
        }
    }
}

#[test]
fn hashes_ignore_width_and_form() {
    let wide = hash_column(&Column::from_values([Some(-5i64), None].into_iter()));
    let narrow = hash_column(&Column::from_values([Some(-5i8), None].into_iter()));
    assert_eq!(wide, narrow);
    assert_eq!(wide[1], NULL_HASH);
    let long = hash_column(&Column::from_values([0.25f64, f64::NAN].into_iter()));
    let short = hash_column(&Column::from_values([0.25f32, -f32::NAN].into_iter()));
    assert_eq!(long, short);
    let plain = Column::from_values(["x", "yy", "x"].into_iter());
    let coded = column(&DataType::String, &[], 0, true);
    assert_eq!(hash_column(&coded), []);
    let coded = Column::new(
        DataType::String,
        ["x", "yy", "x"].into_iter().map(Some).collect::<lazuli_array::DictionaryArray>(),
    );
    assert_eq!(hash_column(&plain), hash_column(&coded));
}

#[test]
fn hashes_are_the_same_forever() {
    // Spilled partitions of one run are read by the same run, but a silent change would also change what tests cover.
    let texts = ["", "a", "lazuli", "lazuli engine", "a text of more than thirty-two bytes"];
    assert_eq!(
        hash_column(&Column::from_values(texts.into_iter())),
        [
            0x84A0_FB51_82C1_EE2F,
            0x9BBE_0EB5_52B1_B641,
            0x5915_2E4B_D4BB_955F,
            0xD0AA_14CF_20BB_789C,
            0x4345_ED22_9043_B8F9
        ]
    );
    assert_eq!(
        hash_column(&Column::from_values([0u64, 1].into_iter())),
        [0xF277_31F5_2F31_8A74, 0xBE57_EF54_147D_F69D]
    );
}

#[test]
fn every_byte_of_a_text_counts() {
    let mut seen = std::collections::HashSet::new();
    for length in 0..100 {
        let mut bytes = vec![0u8; length];
        assert!(seen.insert(crate::hash::hash_bytes(&bytes)), "{length} zeros");
        for position in 0..length {
            for flip in [1, 0x80] {
                bytes[position] ^= flip;
                assert!(seen.insert(crate::hash::hash_bytes(&bytes)), "byte {position} of {length}");
                bytes[position] ^= flip;
            }
        }
    }
}

#[test]
fn dictionaries_of_chunks_long_gone_are_let_go() {
    let chunk = || Column::from_values(["some", "texts", "again"].into_iter());
    let coded = || crate::cast::to_dictionary(chunk().array()).expect("few texts");
    let mut table = GroupTable::new(&[DataType::String]);
    let mut ids = Vec::new();
    let mut insert = |times| {
        for _ in 0..times {
            table.insert(&[Column::new(DataType::String, coded())], 3, &mut ids).expect("few groups");
            assert_eq!(ids, [0, 1, 2]);
        }
        table.memory_bytes()
    };
    let few = insert(10);
    assert_eq!(insert(100), few);
}

#[test]
fn hash_bits_are_spread_for_regular_keys() {
    // Multiples of powers of two and floats with few digits are where weak hashes cluster.
    for keys in [
        (0..4096u64).map(|key| key << 40).collect::<Vec<_>>(),
        (0..4096u64).collect(),
        (0..4096u64).map(|key| (key as f64).to_bits()).collect(),
        (0..4096u64).map(|key| key * 1_000_000_007).collect(),
    ] {
        for shift in [0, 20, 32, 52] {
            let mut buckets = [0u32; 4096];
            for &key in &keys {
                buckets[(crate::hash::hash_u64(key) >> shift) as usize & 4095] += 1;
            }
            // A random function leaves 1507 buckets of 4096 empty, give or take 30, and fills none with more than 8 or so.
            let empty = buckets.iter().filter(|&&count| count == 0).count();
            assert!(empty < 1700, "{empty} empty buckets, shift {shift}");
            assert!(buckets.iter().all(|&count| count <= 12));
        }
    }
}

/// Tables change their form as they grow and as ranges widen; ids must not.
#[test]
fn ids_stay_through_all_forms() {
    let mut table = GroupTable::new(&[DataType::Int64]);
    let mut known = std::collections::HashMap::new();
    let mut ids = Vec::new();
    // Narrow, then some 17 bits with few and many rows, then all 64 bits, then two words by way of a null.
    let mut batch = |values: Vec<Option<i64>>| {
        let column = Column::from_values(values.iter().copied());
        table.insert(&[column], values.len(), &mut ids).expect("few groups");
        for (value, &id) in values.iter().zip(&ids) {
            let next = known.len() as u32;
            assert_eq!(*known.entry(*value).or_insert(next), id);
        }
        assert_eq!(table.len(), known.len());
        table.is_dense()
    };
    let spread =
        |count: i64, factor: i64| (0..count).map(|n| Some(n.wrapping_mul(factor))).collect::<Vec<_>>();
    assert!(batch(spread(100, 3)));
    assert!(!batch(spread(300, 400)));
    assert!(batch(spread(300_000, 1)));
    assert!(!batch(spread(10_000, 0x1234_5678_9ABC_DEF1)));
    assert!(!batch(vec![Some(i64::MIN), Some(i64::MAX), None, Some(0)]));
    // Runs.
    assert!(!batch((0..5000).map(|n| Some(n / 50)).collect()));
}

/// A layout has room beyond the values it was made for. Those that took it must be found in the next one too.
#[test]
fn values_that_took_spare_room_stay() {
    let mut table = GroupTable::new(&[DataType::Int64]);
    let mut ids = Vec::new();
    let batches: [&[Option<i64>]; 5] =
        [&[Some(0), Some(4)], &[Some(6)], &[Some(-1)], &[Some(9), None], &[Some(1 << 40), Some(i64::MIN)]];
    for batch in batches {
        table
            .insert(&[Column::from_values(batch.iter().copied())], batch.len(), &mut ids)
            .expect("few groups");
    }
    let expected = batches.concat();
    assert_eq!(table.keys().expect("keys")[0], Column::from_values(expected.into_iter()));
}
