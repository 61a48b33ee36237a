//! Rows that meet by key, and do not fit the budget: the answer is the same, in the same order.

use lazuli_array::{Array, Column, DataFrame, DataType, DictionaryArray, FromValues};
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::window::{Decay, random_int, random_sample, random_uniform, row_number};
use lazuli_expr::{Expr, col, len};
use lazuli_plan::{AsofStrategy, Keep};
use proptest::prelude::*;

use crate::builder::{Query, column, frame, query, scattered, union};
use crate::spilling::{Folder, options, streamed};

/// How many kinds of rows there are, and how they are spread.
#[derive(Debug, Clone, Copy)]
pub enum Kinds {
    /// A third as many as rows.
    Many,
    /// A hundred.
    Few,
    /// One most of the time, the others as many as there are.
    Skewed,
    One,
    /// Each row its own, in order.
    Each,
}

pub const KINDS: [Kinds; 5] = [Kinds::Many, Kinds::Few, Kinds::Skewed, Kinds::One, Kinds::Each];

/// Numbers that are null at times, texts of many and of few values, floats with all that is special about them, and the
/// number of the row.
pub fn input(rows: u64, kinds: Kinds, seed: u64) -> DataFrame {
    let scattered =
        |kinds: u64| -> Vec<i64> { scattered(rows, kinds).map(|value| value ^ (seed as i64 & 7)).collect() };
    let numbers: Vec<i64> = match kinds {
        Kinds::Many => scattered(rows / 3 + 1),
        Kinds::Few => scattered(100),
        Kinds::Skewed => {
            scattered(rows).into_iter().map(|value| if value % 8 == 0 { value } else { 5 }).collect()
        }
        Kinds::One => vec![3; rows as usize],
        Kinds::Each => (0..rows as i64).collect(),
    };
    let text = |number: &i64| (number % 7 != 0).then(|| format!("text {}", number / 2));
    let few: DictionaryArray =
        numbers.iter().map(|number| Some(["a", "b", "c"][(number % 3) as usize])).collect();
    let float = |(row, number): (usize, &i64)| match number % 11 {
        0 => None,
        1 => Some(f64::NAN),
        2 => Some(if row % 2 == 0 { 0.0 } else { -0.0 }),
        _ => Some(*number as f64 / 4.0),
    };
    frame(vec![
        ("n", column(numbers.iter().map(|number| (number % 13 != 0).then_some(*number)))),
        ("t", Column::from_values(numbers.iter().map(text))),
        ("few", Column::new(DataType::String, few)),
        ("x", Column::from_values(numbers.iter().enumerate().map(float))),
        ("row", column(0..rows as i64)),
    ])
}

/// The answer with little memory, which has to be that with enough of it, and how much was written to files for it.
pub fn check(query: &Query, options: &ExecOptions) -> u64 {
    let all = ExecOptions { threads: Some(1), ..ExecOptions::default() };
    let wanted = Engine::global().execute(&query.0, &all).expect("enough memory");
    let profiler = Profiler::default();
    let options = ExecOptions { profiler: Some(profiler.clone()), ..options.clone() };
    let found = streamed(query, &options).expect("files");
    assert_eq!(found.height(), wanted.height());
    assert_eq!(found, wanted);
    assert_eq!(float_bits(&found), float_bits(&wanted));
    let profile = profiler.profile();
    assert!(Some(profile.peak_memory_bytes) <= options.memory_bytes, "{profile}");
    profile.operators.iter().map(|row| row.spilled_bytes).sum()
}

/// All floats of a frame, column by column, to the last bit.
fn float_bits(frame: &DataFrame) -> Vec<Option<u64>> {
    let mut bits = Vec::new();
    for position in 0..frame.width() {
        for batch in frame.batches() {
            if let Array::Float64(values) = batch.column(position).array() {
                bits.extend(values.iter().map(|value| value.map(f64::to_bits)));
            }
        }
    }
    bits
}

const KEEPS: [Keep; 4] = [Keep::First, Keep::Any, Keep::Last, Keep::None];

fn columns(names: &[&str]) -> Vec<Expr> {
    names.iter().map(|name| col(*name)).collect()
}

/// Keys of one kind or several; `None`: all columns.
const KEYS: [Option<&[&str]>; 7] = [
    Some(&["n"]),
    Some(&["t"]),
    Some(&["few"]),
    Some(&["x"]),
    Some(&["few", "x"]),
    Some(&["t", "few", "x", "n"]),
    None,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn distinct_rows_beyond_the_budget(
        kinds in prop::sample::select(KINDS.to_vec()),
        rows in 1000u64..20_000,
        seed: u64,
        // A row of the input weighs about 60 bytes.
        (memory_bytes, morsel_rows) in prop::sample::select(vec![(150_000, 64), (300_000, 300), (600_000, 1000)]),
        threads in 1usize..4,
        keep in prop::sample::select(KEEPS.to_vec()),
        keys in prop::sample::select(KEYS.to_vec()),
    ) {
        let folder = Folder::new("distinct");
        let distinct = query(&input(rows, kinds, seed)).unique(keys.map(columns), keep);
        let spilled = check(&distinct, &options(&folder, memory_bytes, threads, morsel_rows));
        let are_kept = matches!(keep, Keep::Last | Keep::None) || keys.is_none();
        prop_assert!(spilled > 0 || !are_kept || rows as usize * 32 < memory_bytes);
    }
}

/// One kind most of the time takes no room, whichever of its rows are wanted.
#[test]
fn a_kind_of_most_rows_is_read_in_parts() {
    let rows = input(60_000, Kinds::Skewed, 0);
    for threads in [1, 2] {
        for keep in KEEPS {
            let folder = Folder::new("skew");
            let distinct = query(&rows).unique(Some(columns(&["n", "t"])), keep);
            assert!(check(&distinct, &options(&folder, 600_000, threads, 1000)) > 0);
        }
    }
}

#[test]
fn distinct_rows_of_more_than_the_disk_takes_are_an_error() {
    let folder = Folder::new("distinct-limit");
    let distinct = query(&input(50_000, Kinds::Each, 0)).unique(None, Keep::First);
    let full = ExecOptions { max_temp_bytes: Some(100_000), ..options(&folder, 1 << 20, 2, 1000) };
    let error = streamed(&distinct, &full).expect_err("a limit");
    assert!(matches!(&error, ExecError::Spill { operator: "unique", .. }), "{error}");
}

/// Windows of these keys, and of these and more.
fn windows(keys: &[&str]) -> Vec<Expr> {
    let over = |expr: Expr| expr.over(columns(keys));
    let sorted = |expr: Expr, by: lazuli_expr::SortKey| expr.over_sorted(columns(keys), [by]);
    let finer = |expr: Expr, key: &str| expr.over(columns(&[keys, &[key]].concat()));
    vec![
        over(col("x").sum()).alias("sum"),
        over((col("x") * 0.1 + col("row") * 1e-3).mean()).alias("mean"),
        over(col("x").std_with(1)).alias("std"),
        over(col("row").median()).alias("median"),
        over(col("t").n_unique()).alias("texts"),
        over(col("t").last()).alias("last"),
        over(len()).alias("len"),
        over(col("row").cum_sum()).alias("cum_sum"),
        over(col("t").shift(2)).alias("shift"),
        over(col("row").diff(1)).alias("diff"),
        over(col("n").rank("average")).alias("rank"),
        over((col("x") * 0.1).ewm_mean(Decay::Alpha(0.3))).alias("ewm_mean"),
        sorted(col("row").cum_sum(), col("x").desc()).alias("sorted"),
        sorted(col("t").first(), col("n").asc()).alias("first"),
        sorted(row_number(), col("t").desc()).alias("row_number"),
        finer(col("x").max(), "few").alias("max"),
        finer(col("row").cum_sum(), "n").alias("finer"),
        over(random_uniform(0.0, 1.0, 7)).alias("uniform"),
        finer(random_int(0, 1000, 8), "few").alias("int"),
        over(random_sample(2, 9)).alias("sample"),
        over(col("row").shuffle(10)).alias("shuffle"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_beyond_the_budget(
        kinds in prop::sample::select(vec![Kinds::Many, Kinds::Few, Kinds::Each]),
        rows in 1000u64..20_000,
        seed: u64,
        (memory_bytes, morsel_rows) in prop::sample::select(vec![(900_000, 64), (1_200_000, 300), (1_600_000, 1000)]),
        threads in 1usize..5,
        keys in prop::sample::select(vec![&["n"] as &[&str], &["t"], &["x", "n"], &["few", "t", "n"]]),
        picked in prop::collection::vec(0usize..21, 1..5),
    ) {
        let folder = Folder::new("window");
        let all = windows(keys);
        let mut picked = picked;
        picked.sort_unstable();
        picked.dedup();
        let picked: Vec<Expr> = picked.into_iter().map(|index| all[index].clone()).collect();
        let window = query(&input(rows, kinds, seed)).with_columns(picked);
        let spilled = check(&window, &options(&folder, memory_bytes, threads, morsel_rows));
        prop_assert!(spilled > 0 || rows as usize * 64 < memory_bytes);
    }
}

/// All of them at once, by one key each of which has few rows.
#[test]
fn many_windows_at_once() {
    let rows = input(30_000, Kinds::Many, 3);
    for threads in [1, 2, 4] {
        let folder = Folder::new("windows");
        let window = query(&rows).with_columns(windows(&["n"]));
        assert!(check(&window, &options(&folder, 4 << 20, threads, 1000)) > 0);
    }
}

#[test]
fn windows_of_one_key_or_none_have_to_fit() {
    let folder = Folder::new("window-skew");
    let error = |window: Expr, kinds: Kinds| {
        let query = query(&input(60_000, kinds, 0)).with_columns([window]);
        let error = streamed(&query, &options(&folder, 1 << 20, 2, 1000)).expect_err("too many rows");
        assert!(matches!(&error, ExecError::MemoryBudget { operator: "window", .. }), "{error}");
    };
    error(col("row").cum_sum().over("n").alias("w"), Kinds::One);
    error(col("row").cum_sum().over(()).alias("w"), Kinds::Each);
}

/// The rows of three keys fit one key at a time, not all at once.
#[test]
fn windows_of_few_keys_have_the_memory_to_themselves() {
    let rows = input(60_000, Kinds::Each, 0);
    for threads in [1, 2, 4] {
        let folder = Folder::new("window-turns");
        let window = query(&rows).with_columns([
            col("row").sum().over("few").alias("sum"),
            col("x").cum_sum().over("few").alias("cum_sum"),
        ]);
        assert!(check(&window, &options(&folder, 5 << 20, threads, 1000)) > 0);
    }
}

/// Of several calls and rows that fail, the one that fails first without a limit.
#[test]
fn failing_windows_name_the_same_row() {
    let rows = 30_000u64;
    let keys: Vec<i64> = scattered(rows, 9000).collect();
    let large = |row: u64| if row % 5000 == 4999 { i64::MAX - 10 } else { 1 };
    let same = |row: u64| keys[row as usize] == keys[4999] || keys[row as usize] == keys[9999];
    let input = frame(vec![
        ("k", column(keys.iter().copied())),
        // Rows of some keys, after a large one or before it.
        ("v", column((0..rows).map(|row| if same(row) { large(row).max(100) } else { large(row) }))),
        ("row", column(0..rows as i64)),
    ]);
    let over = |expr: Expr| expr.over("k");
    let cases: [Vec<Expr>; 7] = [
        vec![over(col("v").sum()).alias("sum")],
        vec![over((col("v") + 10).cum_sum()).alias("cum_sum")],
        vec![(col("v") + 10).cum_sum().over_sorted("k", [col("row").desc()]).alias("sorted")],
        vec![over(col("row").item()).alias("item")],
        vec![over(col("row").get(3)).alias("get")],
        vec![over(len()).alias("len"), over((col("v") * 1).product()).alias("product")],
        vec![
            over(col("v").sum()).alias("sum"),
            over((col("v") + 10).cum_sum()).alias("cum_sum"),
            over(len()).alias("len"),
        ],
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let window = query(&input).with_columns(case);
        let wanted = Engine::global().execute(&window.0, &ExecOptions::default()).expect_err("an overflow");
        assert!(matches!(wanted, ExecError::Aggregate { .. }), "{number}: {wanted}");
        for threads in [1, 2, 4] {
            let folder = Folder::new("window-failure");
            let found =
                streamed(&window, &options(&folder, 700_000, threads, 1000)).expect_err("an overflow");
            assert_eq!(found.to_string(), wanted.to_string(), "{number}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn as_of_joins_beyond_the_budget(
        kinds in prop::sample::select(vec![Kinds::Many, Kinds::Few, Kinds::Each]),
        (left_rows, right_rows) in (500u64..20_000, 500u64..20_000),
        seed: u64,
        (memory_bytes, morsel_rows) in prop::sample::select(vec![(600_000, 64), (900_000, 300), (1_200_000, 1000)]),
        threads in 1usize..5,
        by in prop::sample::select(vec![&["n"] as &[&str], &["t"], &["few", "n"], &["x"]]),
        strategy in prop::sample::select(vec![AsofStrategy::Backward, AsofStrategy::Forward, AsofStrategy::Nearest]),
        is_union: bool,
    ) {
        let folder = Folder::new("asof");
        let (left, right) = (query(&input(left_rows, kinds, seed)), query(&input(right_rows, kinds, seed / 8)));
        // Rows of several lanes are behind one another also where they wait in files.
        let left = if is_union { union(vec![left.clone(), left.slice(3, Some(700))]) } else { left };
        let joined = left.join_asof(right, "row", by, strategy).with_columns([(col("row") + 1).alias("next")]);
        let spilled = check(&joined, &options(&folder, memory_bytes, threads, morsel_rows));
        prop_assert!(spilled > 0 || right_rows as usize * 64 < memory_bytes);
    }
}

/// Left rows of one key need no room; right rows of one key, or without a key, do.
#[test]
fn an_as_of_join_needs_room_for_the_right_rows_of_a_key() {
    let (many, one) = (query(&input(60_000, Kinds::Each, 0)), query(&input(60_000, Kinds::One, 0)));
    for threads in [1, 2, 4] {
        let folder = Folder::new("asof-skew");
        let backward = AsofStrategy::Backward;
        let joined = one.clone().join_asof(many.clone(), "row", &["n"], backward);
        assert!(check(&joined, &options(&folder, 1 << 20, threads, 1000)) > 0);
        let joined = many.clone().join_asof(many.clone(), "row", &["few"], backward);
        assert!(check(&joined, &options(&folder, 5 << 20, threads, 1000)) > 0);
        for (right, by) in [(&one, &["n"] as &[&str]), (&many, &[])] {
            let joined = many.clone().join_asof(right.clone(), "row", by, backward);
            let error =
                streamed(&joined, &options(&folder, 1 << 20, threads, 1000)).expect_err("too many rows");
            assert!(matches!(&error, ExecError::MemoryBudget { operator: "join_asof", .. }), "{error}");
        }
    }
}

/// A limit above stops reading what waits in files.
#[test]
fn the_first_rows_of_an_as_of_join_in_files() {
    let rows = query(&input(60_000, Kinds::Each, 0));
    let folder = Folder::new("asof-limit");
    let joined = rows.clone().join_asof(rows, "row", &["n", "t"], AsofStrategy::Backward).slice(5, Some(10));
    assert!(check(&joined, &options(&folder, 1 << 20, 2, 1000)) > 0);
}
