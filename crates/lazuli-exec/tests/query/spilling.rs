//! Rows that do not fit the budget wait in files, and the answer is the same.

use std::path::PathBuf;

use lazuli_array::{Column, DataFrame, DataType, DictionaryArray, FromValues};
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::{SortKey, col};
use proptest::prelude::*;

use crate::builder::{Query, column, frame, query, scattered};

/// A folder of a test's own, which must be empty in the end.
pub struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lazuli-spilling-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let left = std::fs::read_dir(&self.0).map_or(0, Iterator::count);
        let _ = std::fs::remove_dir_all(&self.0);
        if !std::thread::panicking() {
            assert_eq!(left, 0, "files are left");
        }
    }
}

pub fn options(folder: &Folder, memory_bytes: usize, threads: usize, morsel_rows: usize) -> ExecOptions {
    ExecOptions {
        memory_bytes: Some(memory_bytes),
        temp_dir: Some(folder.0.clone()),
        threads: Some(threads),
        morsel_rows,
        single_thread_rows: 0,
        ..ExecOptions::default()
    }
}

/// All rows, which need no room together.
pub fn streamed(query: &Query, options: &ExecOptions) -> Result<DataFrame, ExecError> {
    let batches = Engine::global().execute_batches(&query.0, options, None)?;
    let schema = batches.schema().clone();
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    Ok(DataFrame::from_batches(schema, batches).expect("batches of one schema"))
}

/// How keys may be spread.
#[derive(Debug, Clone, Copy)]
pub enum Spread {
    Even,
    /// One value half of the time.
    Skewed,
    One,
    Sorted,
}

/// A number, a text that is null at times, a text of few values, and the number of the row.
pub(crate) fn input(rows: u64, spread: Spread, seed: u64) -> DataFrame {
    let scattered: Vec<i64> = scattered(rows, rows / 3 + 1).map(|value| value ^ (seed as i64 & 7)).collect();
    let numbers: Vec<i64> = match spread {
        Spread::Even => scattered,
        Spread::Skewed => scattered.iter().map(|value| if value % 2 == 0 { 5 } else { *value }).collect(),
        Spread::One => vec![3; rows as usize],
        Spread::Sorted => (0..rows as i64).collect(),
    };
    let text = |number: &i64| (number % 7 != 0).then(|| format!("text {}", number / 2));
    let texts = Column::from_values(numbers.iter().map(text));
    let few: DictionaryArray =
        numbers.iter().map(|number| Some(["a", "b", "c"][(number % 3) as usize])).collect();
    frame(vec![
        ("n", column(numbers.into_iter())),
        ("t", texts),
        ("few", Column::new(DataType::String, few)),
        ("row", column(0..rows as i64)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_sort_beyond_its_budget(
        spread in prop::sample::select(vec![Spread::Even, Spread::Skewed, Spread::One, Spread::Sorted]),
        rows in 1000u64..20_000,
        seed: u64,
        // A row of the input weighs about 40 bytes, and a worker has a few morsels.
        (memory_bytes, morsel_rows) in prop::sample::select(vec![(100_000, 64), (200_000, 300), (500_000, 1000)]),
        threads in 1usize..4,
        keys in 0usize..5,
    ) {
        let folder = Folder::new("sort");
        let keys: Vec<SortKey> = match keys {
            0 => vec![col("n").asc()],
            1 => vec![col("t").desc().nulls_first()],
            2 => vec![col("few").asc(), col("n").desc()],
            3 => vec![col("few").desc()],
            _ => vec![col("t").asc(), col("few").desc()],
        };
        let sort = query(&input(rows, spread, seed)).sort(keys);
        let all = ExecOptions { threads: Some(1), ..ExecOptions::default() };
        let wanted = Engine::global().execute(&sort.0, &all).expect("enough memory");
        let profiler = Profiler::default();
        let options = options(&folder, memory_bytes, threads, morsel_rows);
        let options = ExecOptions { profiler: Some(profiler.clone()), ..options };
        let found = streamed(&sort, &options).expect("files");
        prop_assert_eq!(found, wanted);
        let profile = profiler.profile();
        let spilled: u64 = profile.operators.iter().map(|row| row.spilled_bytes).sum();
        // Two numbers and two codes a row at least, and no room for them and the sort.
        prop_assert!(spilled > 0 || rows as usize * 2 * 16 < memory_bytes, "{}", profile);
        prop_assert!(profile.peak_memory_bytes <= memory_bytes);
    }
}

#[test]
fn rows_are_read_as_often_as_they_are_asked_for() {
    let folder = Folder::new("twice");
    let sorted = query(&input(20_000, Spread::Even, 1)).sort([col("t").asc()]);
    let twice = crate::builder::union(vec![sorted.clone(), sorted]);
    let found = streamed(&twice, &options(&folder, 200_000, 2, 1000)).expect("files");
    let wanted = Engine::global().execute(&twice.0, &ExecOptions::default()).expect("enough memory");
    assert_eq!(found, wanted);
}

#[test]
fn what_files_can_not_do_is_an_error() {
    let sort = query(&input(20_000, Spread::Even, 1)).sort([col("n").asc()]);
    let folder = Folder::new("errors");
    let full = ExecOptions { max_temp_bytes: Some(100_000), ..options(&folder, 200_000, 2, 1000) };
    let error = streamed(&sort, &full).expect_err("a limit");
    assert!(matches!(&error, ExecError::Spill { operator: "sort", .. }), "{error}");
    assert!(error.to_string().contains("beyond the limit of 100000 bytes"), "{error}");

    let nowhere =
        ExecOptions { temp_dir: Some(folder.0.join("no/such")), ..options(&folder, 200_000, 2, 1000) };
    let error = streamed(&sort, &nowhere).expect_err("no folder").to_string();
    assert!(error.starts_with("sort does not fit in memory and can't use files in "), "{error}");
    assert!(error.contains("no/such"), "{error}");
}

#[test]
fn a_query_that_is_dropped_leaves_no_file() {
    let folder = Folder::new("dropped");
    let sort = query(&input(20_000, Spread::Even, 1)).sort([col("n").asc()]);
    let mut batches =
        Engine::global().execute_batches(&sort.0, &options(&folder, 200_000, 2, 1000), None).expect("starts");
    let first = batches.next().expect("rows").expect("files");
    assert!(first.num_rows() > 0);
    drop(batches);
    let flag = lazuli_exec::CancelFlag::default();
    flag.cancel();
    let cancelled = ExecOptions { cancel: flag, ..options(&folder, 200_000, 2, 1000) };
    assert!(matches!(streamed(&sort, &cancelled), Err(ExecError::Cancelled)));
}
