//! Groups that do not fit the budget wait in files as states, and the answer is the same.

use lazuli_array::DataFrame;
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::{Expr, col, len};

use crate::builder::{Query, column, frame, query, scattered, texts, union};
use crate::many_groups::{aggregates, coded, plain, rows};
use crate::spilling::{Folder, options, streamed};

const ROWS: u64 = 20_000;

/// So far apart that a table of them is no array.
const APART: i64 = 1_000_003;

fn names(bound: u64) -> Vec<String> {
    scattered(ROWS, bound).map(|number| format!("key {number}")).collect()
}

fn keys(bound: u64) -> impl Iterator<Item = i64> {
    scattered(ROWS, bound).map(|key| key * APART)
}

fn unlimited(query: &Query) -> Result<DataFrame, ExecError> {
    let options = ExecOptions { threads: Some(1), ..ExecOptions::default() };
    Engine::global().execute(&query.0, &options)
}

/// All ways to run it within these bytes agree with one that has enough; whether they wrote anything.
fn check(folder: &Folder, name: &str, query: &Query, memory_bytes: usize) {
    let expected = unlimited(query).expect("enough memory");
    for (threads, morsel_rows) in [(1, 400), (2, 50), (3, 400)] {
        let profiler = Profiler::default();
        let options = options(folder, memory_bytes, threads, morsel_rows);
        let options = ExecOptions { profiler: Some(profiler.clone()), ..options };
        let place = format!("{name}, {threads} threads, morsels of {morsel_rows}");
        let found = streamed(query, &options).unwrap_or_else(|error| panic!("{place}: {error}"));
        let (found, expected) = (texts(&found), texts(&expected));
        let differs =
            found.iter().zip(&expected).enumerate().find(|(_, (found, expected))| found != expected);
        assert_eq!((differs, found.len()), (None, expected.len()), "{place}");
        let profile = profiler.profile();
        let spilled: u64 = profile.operators.iter().map(|row| row.spilled_bytes).sum();
        assert!(spilled > 0, "{place}: {profile}");
        assert!(profile.peak_memory_bytes <= memory_bytes, "{place}: {profile}");
    }
}

#[test]
fn keys_of_all_kinds() {
    let folder = Folder::new("groups");
    let narrow = || column(keys(ROWS * 2));
    let with_nulls = || column(keys(ROWS).map(|key| (key % 7 > 0).then_some(key)));
    let wide = || column(scattered(ROWS, ROWS * 2).map(|key| (key - 3000) << 48));
    let floats = scattered(ROWS, ROWS).map(|key| match key % 50 {
        0 => f64::NAN,
        1 => -0.0,
        2 => 0.0,
        _ => key as f64 / 4.0,
    });
    let cases: Vec<(&str, Query)> = vec![
        ("integers", rows(narrow())),
        ("nulls", rows(with_nulls())),
        ("floats", rows(column(floats))),
        ("plain texts", rows(plain(&names(ROWS * 2)))),
        ("coded texts", rows(coded(&names(ROWS * 2)))),
        ("wider integers later", union(vec![rows(narrow()), rows(wide())])),
        ("plain texts later", union(vec![rows(coded(&names(ROWS * 2))), rows(plain(&names(ROWS)))])),
        ("first many, then few", union(vec![rows(narrow()), rows(column(keys(3)))])),
        ("first few, then many", union(vec![rows(column(keys(3))), rows(narrow())])),
    ];
    for (name, query) in cases {
        check(&folder, name, &query.clone().group_by([col("key")], aggregates()), 1_500_000);
        check(&folder, name, &query.group_by([col("key"), col("i")], [len().alias("n")]), 500_000);
    }
}

#[test]
fn aggregates_of_all_kinds() {
    let folder = Folder::new("aggregates");
    let number = || col("i");
    let aggregates: Vec<Expr> = vec![
        number().implode(),
        number().max(),
        number().mean(),
        number().var(),
        number().quantile(0.3),
        number().mode(),
        number().product(),
        number().last(),
        number().null_count(),
        col("f").sum(),
        col("f").min(),
        col("t").first(),
        col("t").implode(),
        col("t").n_unique(),
        col("t").max(),
    ];
    for aggregate in aggregates {
        let name = aggregate.to_string();
        let rows = rows(plain(&names(ROWS)));
        let query = rows.group_by([col("key")], [aggregate.alias("result")]);
        check(&folder, &name, &query, 600_000);
    }
}

#[test]
fn one_key_of_most_rows_does_no_harm() {
    let folder = Folder::new("skew");
    let keys = scattered(60_000, 90_000).map(|key| if key % 2 == 0 { 7 } else { key * APART });
    let input = frame(vec![("key", column(keys)), ("v", column(0..60_000i64))]);
    let sums = query(&input).group_by([col("key")], [col("v").sum(), col("v").last().alias("last")]);
    check(&folder, "skew", &sums, 600_000);
}

#[test]
fn groups_of_groups() {
    let folder = Folder::new("groups-of-groups");
    let input = frame(vec![("key", column(keys(30_000))), ("v", column(0..20_000i64))]);
    let inner = query(&input).group_by([col("key")], [col("v").sum()]);
    let outer = inner.clone().group_by([col("v")], [len().alias("n")]);
    check(&folder, "groups of groups", &outer, 1_000_000);
    check(&folder, "sorted groups", &inner.clone().sort([col("v").desc()]), 1_000_000);
    check(&folder, "groups twice", &union(vec![inner.clone(), inner]), 1_000_000);
}

#[test]
fn the_first_group_that_fails_is_named() {
    let folder = Folder::new("failing-groups");
    let keys = (0..20_000i64).map(|row| match row {
        19_000 => 17 * APART,
        10_000 | 12_000 => -1,
        row => row * APART,
    });
    let values = (0..20_000i64).map(|row| match row {
        17 | 19_000 | 10_000 | 12_000 => i64::MAX,
        row => row,
    });
    let input = frame(vec![("key", column(keys)), ("v", column(values))]);
    let query = query(&input).group_by([col("key")], [len().alias("n"), col("v").sum()]);
    let expected = unlimited(&query).expect_err("two sums that do not fit").to_string();
    assert!(expected.contains("row 17"), "{expected}");
    for threads in [1, 3] {
        let error = streamed(&query, &options(&folder, 400_000, threads, 500)).expect_err("too large");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    let folder = Folder::new("full-groups");
    let input = frame(vec![("key", column(keys(30_000))), ("v", column(0..20_000i64))]);
    let query = query(&input).group_by([col("key")], [col("v").sum()]);
    let full = ExecOptions { max_temp_bytes: Some(100_000), ..options(&folder, 300_000, 2, 1000) };
    let error = streamed(&query, &full).expect_err("a limit");
    assert!(matches!(&error, ExecError::Spill { operator: "group_by", .. }), "{error}");
}
