//! Join tables against naive twins: every row of one side with every row of the other.

use std::collections::HashMap;

use lazuli_array::{Array, Column, DataType, FromValues, Scalar};
use proptest::prelude::*;

use super::*;
use crate::strategies;

/// Tasks in an order that nobody would expect, on several threads.
fn side_by_side(num_tasks: usize, task: &(dyn Fn(usize) + Sync)) -> Result<(), Stopped> {
    std::thread::scope(|scope| {
        for half in [1, 0] {
            scope.spawn(move || (0..num_tasks).rev().filter(|index| index % 2 == half).for_each(task));
        }
    });
    Ok(())
}

fn build(keys: &[Column], rows: usize) -> JoinIndex {
    let plan = JoinPlan::new(keys.to_vec(), rows, &side_by_side).expect("few rows");
    let needed = plan.needed_bytes();
    let is_grouped = plan.ranges.is_none();
    let index = plan.build(&side_by_side).expect("few rows");
    assert!(is_grouped || index.memory_bytes() <= needed, "{} of {needed} bytes", index.memory_bytes());
    index
}

/// A key as values, which are equal as frames see it; `None` if a null is in it.
fn key(columns: &[Column], row: usize) -> Option<Vec<Scalar>> {
    let value = |column: &Column| match column.get(row) {
        Scalar::Null => None,
        value => Some(value),
    };
    columns.iter().map(value).collect()
}

/// The twin: every row of the one side with every row of the other.
fn check(built: &[Column], built_rows: usize, probing: &[Column], probing_rows: usize) {
    let index = build(built, built_rows);
    let mut expected: Vec<(Vec<Scalar>, Vec<u32>)> = Vec::new();
    for row in 0..built_rows {
        let Some(key) = key(built, row) else { continue };
        match expected.iter_mut().find(|(known, _)| *known == key) {
            Some((_, rows)) => rows.push(row as u32),
            None => expected.push((key, vec![row as u32])),
        }
    }
    if index.is_unique() {
        assert!(expected.iter().all(|(_, rows)| rows.len() == 1));
    }
    let repeated: usize = expected.iter().filter(|(_, rows)| rows.len() > 1).count();
    // Rows with a null in their key are in groups, too, though nothing finds them.
    assert!(matches!(index.form, Form::Groups(_)) || index.repeated().count() == repeated);
    let mut places = vec![7];
    index.lookup(probing, probing_rows, &mut places);
    assert_eq!(places.len(), probing_rows);
    let no_rows = Vec::new();
    let mut pairs = Vec::new();
    for (row, place) in places.iter().enumerate() {
        let key = key(probing, row);
        let found = key.and_then(|key| expected.iter().find(|(known, _)| *known == key));
        let rows = found.map_or(&no_rows, |(_, rows)| rows);
        assert_eq!(index.rows_of(place), rows, "row {row}");
        assert_eq!(*place == NO_ROWS, rows.is_empty());
        assert!(!index.is_unique() || rows.is_empty() || *place == rows[0]);
        pairs.extend(rows.iter().map(|&built| (row as u32, built)));
        if rows.is_empty() {
            pairs.push((row as u32, NO_ROWS));
        }
    }
    for (keep_unmatched, capacity) in [(true, 1), (true, 3), (false, 2), (false, 1000)] {
        let (mut cursor, mut found, mut probe, mut build) = (PairCursor::default(), vec![], vec![], vec![]);
        while index.pairs(&places, keep_unmatched, capacity, &mut cursor, &mut probe, &mut build) {
            assert!(!build.is_empty() && build.len() <= capacity && build.len() == probe.len());
            found.extend(probe.iter().copied().zip(build.iter().copied()));
        }
        let kept = pairs.iter().copied().filter(|&(_, built)| keep_unmatched || built != NO_ROWS);
        assert_eq!(found, kept.collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_keys_match_as_their_values_do(
        (built, probing) in prop::collection::vec(strategies::one_of(strategies::all_types()), 0..4).prop_flat_map(|types| {
            (strategies::columns_of(&types, 0..40), strategies::columns_of(&types, 0..40))
        }),
    ) {
        let rows = |columns: &[Column]| columns.first().map_or(3, Column::len);
        check(&built, rows(&built), &probing, rows(&probing));
    }

    #[test]
    fn integers_near_and_far(
        start in prop_oneof![Just(i64::MIN), Just(-5), Just(0), Just(i64::MAX - 60), any::<i64>()],
        built in prop::collection::vec(prop::option::weighted(0.9, 0u64..60), 0..100),
        factor in prop_oneof![Just(1u64), Just(7), Just(1 << 40), Just(1 << 58)],
        probing in prop::collection::vec(prop::option::weighted(0.9, -10i64..70), 0..100),
    ) {
        let built: Vec<Option<i64>> =
            built.into_iter().map(|key| key.map(|key| start.wrapping_add(key.wrapping_mul(factor) as i64))).collect();
        let probing: Vec<Option<i64>> = probing
            .into_iter()
            .map(|key| key.map(|key| start.wrapping_add(key.wrapping_mul(factor as i64))))
            .collect();
        check(&[strategies::ints(&built)], built.len(), &[strategies::ints(&probing)], probing.len());
        // The same with a second key, which tells some of them apart.
        let second = |keys: &[Option<i64>]| {
            let values: Vec<Option<i64>> = (0..keys.len() as i64).map(|row| Some(row % 3 - 1)).collect();
            strategies::ints(&values)
        };
        check(
            &[strategies::ints(&built), second(&built)], built.len(),
            &[strategies::ints(&probing), second(&probing)], probing.len(),
        );
    }
}

/// Rows enough for several tasks, partitions and blocks; keys made from `seed` by splitmix.
fn mixed(rows: usize, seed: u64) -> impl Iterator<Item = u64> {
    (0..rows as u64).map(move |row| crate::hash::hash_u64(row ^ seed.rotate_left(32)))
}

#[test]
fn many_rows_in_every_form() {
    let rows = 200_000usize;
    type Keys = Box<dyn Fn(u64) -> i64>;
    // What keys are made of the mixed numbers, and which form and uniqueness they lead to.
    let cases: [(&str, Keys, fn(&Table) -> bool); 4] = [
        ("dense", Box::new(|mixed| (mixed % 1_000_000) as i64 - 500_000), |table| {
            matches!(table, Table::Dense(_))
        }),
        ("few", Box::new(|mixed| (mixed % 1000) as i64), |table| matches!(table, Table::Dense(_))),
        ("hashed", Box::new(|mixed| (mixed % 100_000) as i64 * 1_000_003), |table| {
            matches!(table, Table::Hashed(_))
        }),
        ("wide", Box::new(|mixed| (mixed >> 1) as i64), |table| matches!(table, Table::Hashed(_))),
    ];
    for (name, make, is_expected) in cases {
        let built: Vec<i64> = mixed(rows, 1).map(&make).collect();
        let probing: Vec<i64> = built.iter().copied().step_by(3).chain(mixed(rows, 2).map(&make)).collect();
        let index = build(&[Column::from_values(built.iter().copied())], rows);
        let Form::Numbers { table, .. } = &index.form else { panic!("{name}: integers are numbers") };
        assert!(is_expected(table), "{name}");
        let mut expected: HashMap<i64, Vec<u32>> = HashMap::new();
        built.iter().enumerate().for_each(|(row, &key)| expected.entry(key).or_default().push(row as u32));
        assert_eq!(index.is_unique(), expected.len() == rows, "{name}");
        let mut places = Vec::new();
        index.lookup(&[Column::from_values(probing.iter().copied())], probing.len(), &mut places);
        for (key, place) in probing.iter().zip(&places) {
            assert_eq!(
                index.rows_of(place),
                expected.get(key).map_or(&[] as &[u32], Vec::as_slice),
                "{name}: {key}"
            );
        }
    }
}

#[test]
fn ascending_keys_are_rows() {
    let keys = |range: std::ops::Range<i64>| [Column::from_values(range)];
    let index = build(&keys(-3..100_000), 100_003);
    assert!(matches!(&index.form, Form::Numbers { table: Table::Identity { .. }, .. }));
    check(&keys(-3..50), 53, &keys(-10..60), 70);
}

#[test]
fn texts_match_through_any_form() {
    let texts = |seed: u64| -> Vec<Option<String>> {
        mixed(70_000, seed).map(|mixed| (mixed % 9 > 0).then(|| format!("text {}", mixed % 30_000))).collect()
    };
    let (built, probing) = (texts(3), texts(4));
    let plain = |texts: &[Option<String>]| Column::from_values(texts.iter().map(Option::as_deref));
    let dictionary = |texts: &[Option<String>]| {
        let array: lazuli_array::DictionaryArray = texts.iter().map(Option::as_deref).collect();
        Column::new(DataType::String, array)
    };
    let mut expected: HashMap<&str, Vec<u32>> = HashMap::new();
    for (row, text) in built.iter().enumerate() {
        if let Some(text) = text {
            expected.entry(text).or_default().push(row as u32);
        }
    }
    for built in [plain(&built), dictionary(&built)] {
        let index = build(std::slice::from_ref(&built), built.len());
        for probing_column in [plain(&probing), dictionary(&probing), built.clone().sliced(1, 69_000)] {
            let own = probing_column.array().physical_name() == built.array().physical_name();
            let texts: Vec<Option<String>> = (0..probing_column.len())
                .map(|row| match probing_column.get(row) {
                    Scalar::String(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect();
            let mut places = Vec::new();
            for _ in 0..2 {
                // The second time from what is remembered.
                index.lookup(std::slice::from_ref(&probing_column), probing_column.len(), &mut places);
                for (text, place) in texts.iter().zip(&places) {
                    let rows = text.as_deref().and_then(|text| expected.get(text));
                    assert_eq!(
                        index.rows_of(place),
                        rows.map_or(&[] as &[u32], Vec::as_slice),
                        "own form: {own}"
                    );
                }
            }
        }
    }
}

#[test]
fn wide_decimals_and_full_ranges_match() {
    let decimal = DataType::Decimal { precision: 38, scale: 2 };
    let column = |values: &[i128]| {
        let array: lazuli_array::PrimitiveArray<i128> = values.iter().copied().map(Some).collect();
        Column::new(decimal.clone(), Array::from(array))
    };
    let top = 10i128.pow(37);
    check(&[column(&[5, -5, 5, 0])], 4, &[column(&[5, top, -5, 5 + (1 << 64), -6, 1])], 6);
    check(&[column(&[top, -top, 0])], 3, &[column(&[top, 0, -top, 1])], 4);
    let extremes = [Some(i64::MIN), Some(i64::MAX), Some(0)].to_vec();
    let others = [Some(-1), Some(i64::MAX), None, Some(i64::MIN)].to_vec();
    check(&[strategies::ints(&extremes)], 3, &[strategies::ints(&others)], 4);
}

#[test]
fn a_caller_may_stop() {
    let stop: RunTasks<'_> = &|_, _| Err(Stopped);
    let keys = || vec![Column::from_values([5i64, 3, 9].into_iter())];
    assert!(matches!(JoinPlan::new(keys(), 3, stop), Err(BuildError::Stopped)));
    let plan = JoinPlan::new(keys(), 3, &one_by_one).expect("three rows");
    assert!(matches!(plan.build(stop), Err(BuildError::Stopped)));
}

#[test]
fn the_smaller_form_is_taken_when_asked() {
    let keys: Vec<i64> = mixed(50_000, 9).map(|mixed| (mixed % 700_000) as i64).collect();
    let keys = vec![Column::from_values(keys.into_iter())];
    let mut plan = JoinPlan::new(keys, 50_000, &one_by_one).expect("few rows");
    let before = plan.needed_bytes();
    plan.smaller();
    assert!(plan.needed_bytes() <= before);
}
