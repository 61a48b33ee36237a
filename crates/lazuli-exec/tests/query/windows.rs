//! Windows.

use lazuli_exec::{Engine, ExecError, ExecOptions};
use lazuli_expr::{col, len, row_number};

use crate::builder::{column, frame, query, scattered, texts};
use crate::configurations::{answer, error};

#[test]
fn windows_are_nested_loops() {
    let keys: Vec<i64> = scattered(700, 23).collect();
    let values: Vec<i64> = scattered(700, 90).collect();
    let input = frame(vec![("k", column(keys.clone())), ("v", column(values.clone()))]);
    let found = answer(&query(&input).with_columns([
        col("v").sum().over("k").alias("sum"),
        col("v").last().over("k").alias("last"),
        col("v").first().over_sorted("k", col("v").desc()).alias("most"),
        col("v").cum_sum().over_sorted("k", "v").alias("so_far"),
        row_number().over_sorted("k", "v").alias("place"),
        col("v").rank("min").over("k").alias("rank"),
        len().over(()).alias("rows"),
    ]));
    let expected: Vec<String> = (0..keys.len())
        .map(|row| {
            let mut members: Vec<usize> = (0..keys.len()).filter(|&other| keys[other] == keys[row]).collect();
            let of = |members: &[usize]| members.iter().map(|&member| values[member]).collect::<Vec<i64>>();
            let in_order = of(&members);
            members.sort_by_key(|&member| values[member]);
            let sorted = of(&members);
            let place = members.iter().position(|&member| member == row).expect("it is one of them");
            let (key, value) = (keys[row], values[row]);
            let (sum, last): (i64, i64) = (in_order.iter().sum(), in_order[in_order.len() - 1]);
            let (most, so_far): (i64, i64) = (sorted[sorted.len() - 1], sorted[..=place].iter().sum());
            let rank = 1 + sorted.iter().filter(|other| **other < value).count();
            format!("{key} {value} {sum} {last} {most} {so_far} {} {rank} 700", place + 1)
        })
        .collect();
    assert_eq!(texts(&found), expected);
}

#[test]
fn many_small_partitions() {
    let keys: Vec<i64> = (0..30_000).map(|row| row / 2).collect();
    let input = frame(vec![("k", column(keys)), ("v", column(0..30_000i64))]);
    let plan = query(&input).with_columns([col("v").max().over("k").alias("max")]);
    for threads in [1, 3] {
        let options = ExecOptions {
            threads: Some(threads),
            single_thread_rows: 0,
            morsel_rows: 1000,
            ..ExecOptions::default()
        };
        let found = Engine::global().execute(&plan.0, &options).expect("it does not fail");
        let expected: Vec<String> = (0..30_000).map(|row| format!("{} {row} {}", row / 2, row | 1)).collect();
        assert_eq!(texts(&found), expected);
    }
}

#[test]
fn a_sum_that_does_not_fit_names_the_window() {
    let input = frame(vec![("k", column([1i64, 2, 1])), ("v", column([i64::MAX, 1, 1]))]);
    for window in [col("v").sum().over("k"), col("v").cum_sum().over("k")] {
        let error = error(&query(&input).with_columns([window.clone().alias("w")]));
        assert!(matches!(error, ExecError::Aggregate { .. }), "{error}");
        assert!(error.to_string().ends_with(&format!("in: {window}")), "{error}");
    }
}
