//! Sort, slice, unique, concat.

use lazuli_expr::{Expr, col, lit};
use lazuli_plan::Keep;

use crate::builder::{column, frame, query, scattered, side_by_side, texts, union};
use crate::configurations::answer;

#[test]
fn sorting_is_stable() {
    let keys: Vec<i64> = scattered(1500, 7).collect();
    let input = frame(vec![("key", column(keys.clone())), ("row", column(0..1500i64))]);
    for descending in [false, true] {
        let key = if descending { col("key").desc() } else { col("key").asc() };
        let mut expected: Vec<usize> = (0..1500).collect();
        expected.sort_by_key(|&row| if descending { -keys[row] } else { keys[row] });
        let sorted = |limit: usize| -> Vec<String> {
            expected.iter().take(limit).map(|&row| format!("{} {row}", keys[row])).collect()
        };
        let plan = query(&input).sort([key]);
        assert_eq!(texts(&answer(&plan)), sorted(1500));
        // A limit above a sort becomes a top k when the optimizer runs.
        for limit in [0, 1, 10, 400, 2000] {
            assert_eq!(texts(&answer(&plan.clone().slice(0, Some(limit)))), sorted(limit), "{limit}");
        }
    }
}

/// With small morsels these are rows enough to be moved to buckets with their values, of every kind of column.
#[test]
fn many_rows_take_all_their_values_along() {
    const ROWS: i64 = 12_000;
    let keys: Vec<i64> = scattered(ROWS as u64, 9000).collect();
    let input = frame(vec![
        ("row", column(0..ROWS)),
        ("key", column(keys.iter().map(|&key| (key % 11 > 0).then_some(key)))),
        ("float", column(keys.iter().map(|&key| (key % 7 > 0).then_some(key as f64 / 8.0)))),
        ("small", column(keys.iter().map(|&key| key as i8))),
        ("flag", column(keys.iter().map(|&key| (key % 5 > 0).then_some(key % 3 == 0)))),
        ("text", column(keys.iter().map(|&key| (key % 4 > 0).then(|| format!("text {}", key % 100))))),
    ]);
    let texts_of = texts(&input);
    for descending in [false, true] {
        let mut expected: Vec<usize> = (0..keys.len()).collect();
        expected.sort_by_key(|&row| match keys[row] % 11 > 0 {
            true => (0, if descending { -keys[row] } else { keys[row] }),
            false => (1, 0),
        });
        let key = if descending { col("key").desc() } else { col("key").asc() };
        let found = texts(&answer(&query(&input).sort([key.clone()])));
        assert!(found.iter().eq(expected.iter().map(|&row| &texts_of[row])), "descending: {descending}");
        // Ties by a second key, and keys that do not go out.
        let plan = query(&input)
            .sort([key, col("float").asc(), col("row").desc()])
            .select([col("text"), col("row")]);
        expected.sort_by_key(|&row| match keys[row] % 11 > 0 {
            true => (0, if descending { -keys[row] } else { keys[row] }, 0, -(row as i64)),
            false => (1, 0, if keys[row] % 7 > 0 { keys[row] } else { i64::MAX }, -(row as i64)),
        });
        let rows: Vec<String> = texts(&answer(&plan));
        let row_of = |text: &String| text.rsplit(' ').next().and_then(|row| row.parse::<usize>().ok());
        let found: Vec<usize> = rows.iter().filter_map(row_of).collect();
        assert!(found == expected, "descending: {descending}, then by other keys");
    }
}

#[test]
fn nulls_are_last_unless_asked() {
    let input = frame(vec![("a", column([Some(2i64), None, Some(1), None])), ("row", column(0..4i64))]);
    let rows = |key| texts(&answer(&query(&input).sort([key]).select([col("row")])));
    assert_eq!(rows(col("a").asc()), ["2", "0", "1", "3"]);
    assert_eq!(rows(col("a").desc()), ["0", "2", "1", "3"]);
    assert_eq!(rows(col("a").desc().nulls_first()), ["1", "3", "0", "2"]);
}

#[test]
fn expressions_as_sort_keys() {
    let input = frame(vec![("a", column(0..10i64)), ("b", column(scattered(10, 3)))]);
    let plan =
        query(&input).sort([(col("a") % 3).desc(), Expr::Column("a".into()).desc()]).select([col("a")]);
    assert_eq!(texts(&answer(&plan)), ["8", "5", "2", "7", "4", "1", "9", "6", "3", "0"]);
}

#[test]
fn slices_count_from_either_end() {
    let input = frame(vec![("a", column(0..100i64))]);
    for offset in [0i64, 1, 50, 99, 100, 200, -1, -10, -100, -105, i64::MIN] {
        for length in [None, Some(0), Some(1), Some(7), Some(200)] {
            let start = if offset < 0 { 100 + i128::from(offset) } else { offset.into() };
            let end = start + length.map_or(i128::from(u64::MAX), |length| length as i128);
            let expected: Vec<String> =
                (0..100).filter(|&row| start <= row && row < end).map(|row| row.to_string()).collect();
            let plan = query(&input).slice(offset, length);
            assert_eq!(texts(&answer(&plan)), expected, "{offset} {length:?}");
            // Over a filter, morsels come with different numbers of rows.
            let plan =
                query(&input).filter((col("a") % 3).eq(lit(1))).slice(offset, length).slice(0, Some(2));
            assert!(answer(&plan).height() <= 2);
        }
    }
}

#[test]
fn one_row_of_each_kind() {
    let keys: Vec<i64> = scattered(600, 90).collect();
    let others: Vec<i64> = scattered(600, 1000).collect();
    let input =
        frame(vec![("key", column(keys.clone())), ("other", column(others)), ("row", column(0..600i64))]);
    let count = |row: usize| keys.iter().filter(|&&key| key == keys[row]).count();
    let is_first = |row: usize| !keys[..row].contains(&keys[row]);
    let is_last = |row: usize| !keys[row + 1..].contains(&keys[row]);
    let rows = |keep| {
        let plan = query(&input).unique(Some(vec![col("key")]), keep).select([col("row")]);
        texts(&answer(&plan))
    };
    let expected = |keeps: &dyn Fn(usize) -> bool| -> Vec<String> {
        (0..600).filter(|&row| keeps(row)).map(|row| row.to_string()).collect()
    };
    assert_eq!(rows(Keep::First), expected(&is_first));
    assert_eq!(rows(Keep::Any), expected(&is_first));
    assert_eq!(rows(Keep::Last), expected(&is_last));
    assert_eq!(rows(Keep::None), expected(&|row| count(row) == 1));
    let whole = query(&input).select([col("key")]).unique(None, Keep::First);
    assert_eq!(answer(&whole).height(), expected(&is_first).len());
}

#[test]
fn unions_come_one_after_the_other() {
    let part = |range: std::ops::Range<i64>| query(&frame(vec![("a", column(range))]));
    let plan = || union(vec![part(0..50), part(50..51).filter(col("a").gt(lit(100))), part(51..300)]);
    let expected: Vec<String> = (0..50).chain(51..300).map(|a: i64| a.to_string()).collect();
    assert_eq!(texts(&answer(&plan())), expected);
    // Steps above a union see all of it; steps below only their own input.
    assert_eq!(texts(&answer(&plan().slice(45, Some(10)))), expected[45..55]);
    let plan = union(vec![part(0..50).slice(0, Some(3)), part(50..100).slice(-2, None)]);
    assert_eq!(texts(&answer(&plan)), ["0", "1", "2", "98", "99"]);
    let twice = union(vec![part(0..5), part(3..8)]).unique(None, Keep::Last);
    assert_eq!(texts(&answer(&twice)), ["0", "1", "2", "3", "4", "5", "6", "7"]);
}

#[test]
fn columns_side_by_side() {
    let left = query(&frame(vec![("a", column(0..200i64))])).filter((col("a") % 2).eq(lit(0)));
    let right = query(&frame(vec![("b", column(100..300i64))])).filter((col("b") % 2).eq(lit(1)));
    let expected: Vec<String> = (0..100).map(|row| format!("{} {}", 2 * row, 101 + 2 * row)).collect();
    assert_eq!(texts(&answer(&side_by_side(vec![left, right]))), expected);
}
