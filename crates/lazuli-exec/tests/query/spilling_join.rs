//! Joins whose built side does not fit the budget go on in files, and the answer and its order are the same.

use lazuli_array::{Column, DataFrame, DataType, DictionaryArray, FromValues};
use lazuli_exec::{Engine, ExecError, ExecOptions, Profiler};
use lazuli_expr::{Expr, col, len};
use lazuli_plan::{Join, JoinType, LogicalPlan, Node};

use crate::builder::{Query, column, frame, query, scattered, texts, union};
use crate::spilling::{Folder, options, streamed};

const ALL: [JoinType; 6] =
    [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full, JoinType::Semi, JoinType::Anti];

fn unlimited(query: &Query) -> Result<DataFrame, ExecError> {
    let options = ExecOptions { threads: Some(1), ..ExecOptions::default() };
    Engine::global().execute(&query.0, &options)
}

/// All ways to run it within these bytes agree with one that has enough, and have written what they could not keep.
fn check(folder: &Folder, name: &str, query: &Query, memory_bytes: usize) {
    let expected = texts(&unlimited(query).expect("enough memory"));
    for (threads, morsel_rows) in [(1, 300), (2, 70), (4, 150)] {
        let profiler = Profiler::default();
        let options = options(folder, memory_bytes, threads, morsel_rows);
        let options = ExecOptions { profiler: Some(profiler.clone()), ..options };
        let place = format!("{name}, {threads} threads, morsels of {morsel_rows}");
        let found = streamed(query, &options).unwrap_or_else(|error| panic!("{place}: {error}"));
        let found = texts(&found);
        let differs =
            found.iter().zip(&expected).enumerate().find(|(_, (found, expected))| found != expected);
        assert_eq!((differs, found.len()), (None, expected.len()), "{place}");
        let profile = profiler.profile();
        let is_join = |operator: &str| operator.contains("join");
        let of_joins = profile.operators.iter().filter(|row| is_join(&row.operator));
        let spilled: u64 = of_joins.map(|row| row.spilled_bytes).sum();
        assert!(spilled > 0, "{place}: {profile}");
        assert!(profile.peak_memory_bytes <= memory_bytes, "{place}: {profile}");
    }
}

/// Numbers and texts with nulls and repetitions, and the number of each row.
fn side(rows: u64, bound: u64, value: &'static str, is_coded: bool) -> DataFrame {
    let numbers: Vec<i64> = scattered(rows, bound).collect();
    let texts: Vec<Option<String>> =
        numbers.iter().map(|number| (number % 11 != 5).then(|| format!("text {}", number / 2))).collect();
    let text = match is_coded {
        true => {
            let codes: DictionaryArray = texts.iter().map(Option::as_deref).collect();
            Column::new(DataType::String, codes)
        }
        false => Column::from_values(texts.into_iter()),
    };
    frame(vec![
        ("n", column(numbers.iter().map(|number| (number % 7 != 3).then_some(number * 1_000_003)))),
        ("t", text),
        ("f", column(numbers.iter().map(|number| if number % 13 == 1 { f64::NAN } else { *number as f64 }))),
        (value, column(0..rows as i64)),
    ])
}

#[test]
fn keys_of_all_kinds() {
    let folder = Folder::new("join-keys");
    let (left, right) = (side(1200, 900, "left", false), side(2400, 1000, "right", true));
    let keys: [&[&str]; 4] = [&["n"], &["t"], &["f"], &["n", "t", "f"]];
    for keys in keys {
        let keys: Vec<Expr> = keys.iter().map(|key| col(*key)).collect();
        for join_type in ALL {
            let join = query(&left).join(query(&right), keys.clone(), join_type);
            // A key weighs at least 8 bytes a row, and a table of these rows three times as much.
            check(&folder, &format!("{join_type:?} join by {keys:?}"), &join, 48_000);
        }
    }
}
