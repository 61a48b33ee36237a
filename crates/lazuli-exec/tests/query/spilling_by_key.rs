//! Rows that meet by key, and do not fit the budget: the answer is the same, in the same order.

use lazuli_array::{Column, DataFrame, DataType, DictionaryArray, FromValues};
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::{Expr, col};
use lazuli_plan::Keep;
use proptest::prelude::*;

use crate::builder::{Query, column, frame, query, scattered};
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
    let profile = profiler.profile();
    assert!(Some(profile.peak_memory_bytes) <= options.memory_bytes, "{profile}");
    profile.operators.iter().map(|row| row.spilled_bytes).sum()
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
