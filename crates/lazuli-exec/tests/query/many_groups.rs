//! Ways of merging that only large inputs take: about as many groups as rows, whose rows workers keep by partition instead of
//! numbering groups; large states of few groups, merged by ranges. Nobody may notice.

use lazuli_array::{Column, DataType, DictionaryArray, StringArray};
use lazuli_exec::{Engine, ExecOptions};
use lazuli_expr::{Expr, col, len};

use crate::builder::{Query, column, frame, query, scattered, texts, union};

pub(crate) const ROWS: u64 = 3000;

/// The rows of the answer, or the message.
fn answer(query: &Query, threads: usize, morsel_rows: usize) -> Result<Vec<String>, String> {
    let options =
        ExecOptions { threads: Some(threads), morsel_rows, single_thread_rows: 0, ..ExecOptions::default() };
    let answer = Engine::global().execute(&query.0, &options);
    answer.map(|frame| texts(&frame)).map_err(|error| error.to_string())
}

/// All ways to run it agree with the one where a single worker numbers all groups.
fn check(name: &str, query: &Query) {
    let expected = answer(query, 1, 1 << 20);
    for threads in [1, 2, 5] {
        for morsel_rows in [20, 70, 300] {
            let found = answer(query, threads, morsel_rows);
            assert_eq!(found, expected, "{name}, {threads} threads, morsels of {morsel_rows}");
        }
    }
}

pub(crate) fn aggregates() -> Vec<Expr> {
    vec![
        col("i").sum().alias("sum"),
        col("f").mean().alias("mean"),
        col("f").median().alias("median"),
        col("i").first().alias("first"),
        col("t").last().alias("last"),
        col("t").min().alias("min"),
        col("i").n_unique().alias("kinds"),
        col("f").std().alias("std"),
        len().alias("len"),
    ]
}

/// Rows with this key.
pub(crate) fn rows(key: Column) -> Query {
    let rows = key.len() as u64;
    let words: Vec<String> = scattered(rows, 50).map(|number| format!("text {number}")).collect();
    query(&frame(vec![
        ("key", key),
        ("i", column(scattered(rows, 1000))),
        ("f", column(scattered(rows, 777).map(|number| number as f64 / 8.0))),
        ("t", column(words.iter().map(String::as_str))),
    ]))
}

pub(crate) fn names(bound: u64) -> Vec<String> {
    scattered(ROWS, bound).map(|number| format!("key {number}")).collect()
}

pub(crate) fn plain(texts: &[String]) -> Column {
    Column::new(DataType::String, texts.iter().map(|text| Some(text.as_str())).collect::<StringArray>())
}

pub(crate) fn coded(texts: &[String]) -> Column {
    Column::new(DataType::String, texts.iter().map(|text| Some(text.as_str())).collect::<DictionaryArray>())
}

#[test]
fn keys_of_all_kinds_come_out_in_order_of_first_rows() {
    let narrow = || column(scattered(ROWS, ROWS * 2));
    let with_nulls = || column(scattered(ROWS, ROWS).map(|key| (key % 7 > 0).then_some(key)));
    let wide = || column(scattered(ROWS, ROWS * 2).map(|key| (key - 3000) << 48));
    let cases: Vec<(&str, Query)> = vec![
        ("integers", rows(narrow())),
        ("few integers", rows(column(scattered(ROWS, 40)))),
        ("nulls", rows(with_nulls())),
        ("floats", rows(column(scattered(ROWS, ROWS).map(|key| key as f64 / 4.0)))),
        ("plain texts", rows(plain(&names(ROWS * 2)))),
        ("coded texts", rows(coded(&names(ROWS * 2)))),
        ("wider integers later", union(vec![rows(narrow()), rows(wide())])),
        ("nulls later", union(vec![rows(narrow()), rows(with_nulls())])),
        ("another dictionary later", union(vec![rows(coded(&names(ROWS * 2))), rows(coded(&names(ROWS)))])),
        ("plain texts later", union(vec![rows(coded(&names(ROWS * 2))), rows(plain(&names(ROWS)))])),
        ("first many, then few", union(vec![rows(narrow()), rows(column(scattered(ROWS, 3)))])),
        ("first few, then many", union(vec![rows(column(scattered(ROWS, 3))), rows(narrow())])),
    ];
    for (name, query) in cases {
        check(name, &query.clone().group_by([col("key")], aggregates()));
        check(
            name,
            &query.clone().group_by([col("key"), col("f"), col("t")], [col("i").sum(), len().alias("n")]),
        );
        check(name, &query.group_by([col("key"), col("i")], [len().alias("n")]));
    }
}

#[test]
fn the_first_group_that_fails_is_named() {
    // Each of the failing groups is met twice, far apart; the first of them in order of first rows is that of row 17.
    let keys = (0..ROWS as i64).map(|row| match row {
        2900 => 17,
        1000 | 2000 => -1,
        row => row,
    });
    let values = (0..ROWS as i64).map(|row| match row {
        17 | 2900 | 1000 | 2000 => i64::MAX,
        row => row,
    });
    let input = frame(vec![("key", column(keys)), ("v", column(values))]);
    let query = query(&input).group_by([col("key")], [len().alias("n"), col("v").sum()]);
    let message = answer(&query, 2, 50).expect_err("two sums that do not fit");
    assert!(message.contains("row 17"), "{message}");
    check("overflow", &query);
}

#[test]
fn rows_that_memory_has_no_room_for_are_numbered_after_all() {
    // All keys are new at first, and then come back three hundred times.
    let keys = (0..600_000i64).map(|row| row % 2000 * 1_000_003);
    let input = frame(vec![("key", column(keys)), ("v", column(0..600_000i64))]);
    let query = query(&input).group_by([col("key")], [col("v").sum(), col("v").last().alias("last")]);
    let options = |memory_bytes, threads| ExecOptions {
        threads: Some(threads),
        morsel_rows: 100,
        memory_bytes: Some(memory_bytes),
        ..ExecOptions::default()
    };
    let run = |options: &ExecOptions| Engine::global().execute(&query.0, options).map(|frame| texts(&frame));
    let expected = run(&options(1 << 30, 1)).expect("room enough");
    assert_eq!(expected.len(), 2000);
    // Rows kept for their partitions would take thirteen megabytes.
    for threads in [1, 2] {
        assert_eq!(run(&options(9 << 20, threads)).expect("room for the groups"), expected);
    }
}

/// Enough values that the lists of all groups together are merged by ranges of groups on several threads.
#[test]
fn lists_of_few_groups_are_those_of_one_thread() {
    const ROWS: i64 = 450_000;
    const GROUPS: i64 = 700;
    let key = |row: i64| row * 7919 % 104_729 % GROUPS;
    let value = |row: i64| row * 31 % 10_007;
    let input = frame(vec![
        ("key", column((0..ROWS).map(key))),
        ("value", column((0..ROWS).map(|row| (row % 13 > 0).then(|| value(row))))),
    ]);
    let mut of_group: Vec<(i64, Vec<i64>)> = Vec::new();
    let mut place = vec![None; GROUPS as usize];
    for row in 0..ROWS {
        let place = *place[key(row) as usize].get_or_insert_with(|| {
            of_group.push((key(row), Vec::new()));
            of_group.len() - 1
        });
        if row % 13 > 0 {
            of_group[place].1.push(value(row));
        }
    }
    let expected: Vec<String> = of_group
        .into_iter()
        .map(|(key, mut values)| {
            values.sort_unstable();
            let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
            format!("{key} {:?}", (low + high) as f64 / 2.0)
        })
        .collect();
    let plan = query(&input).group_by([col("key")], [col("value").median().alias("median")]);
    for threads in [1, 2, 3] {
        let options = ExecOptions { threads: Some(threads), single_thread_rows: 0, ..ExecOptions::default() };
        let answer = Engine::global().execute(&plan.0, &options).expect("memory enough");
        assert!(texts(&answer) == expected, "{threads} threads");
    }
}
