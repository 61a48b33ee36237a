//! Too little memory is an error that says who needed it.

use lazuli_exec::{Engine, ExecError, ExecOptions};
use lazuli_expr::{col, len};
use lazuli_plan::JoinType;

use crate::builder::{Query, column, frame, query, scattered, side_by_side};

const ROWS: u64 = 20_000;

fn numbers(name: &'static str) -> Query {
    let first = column(scattered(ROWS, ROWS / 2));
    query(&frame(vec![("key", first), (name, column(0..ROWS as i64))]))
}

fn run(query: &Query, memory_bytes: usize, threads: usize) -> Result<usize, ExecError> {
    let options = ExecOptions {
        memory_bytes: Some(memory_bytes),
        threads: Some(threads),
        morsel_rows: 1000,
        single_thread_rows: 0,
        ..ExecOptions::default()
    };
    Engine::global().execute(&query.0, &options).map(|frame| frame.height())
}

#[test]
fn each_collecting_operator_is_named() {
    let count = || [len().alias("len")];
    let cases: [(&str, Query); 9] = [
        (
            "window",
            numbers("a")
                .with_columns([col("a").cum_sum().over(()).alias("w")])
                .group_by([], [col("w").max()]),
        ),
        ("collect", numbers("a")),
        ("top k", numbers("a").sort([col("key").asc()]).slice(0, Some(15_000)).group_by([], count())),
        ("group_by", numbers("a").group_by([col("key")], [col("a").sum()]).group_by([], count())),
        (
            "join",
            numbers("a").slice(0, Some(1)).join(numbers("b"), [], JoinType::Cross).group_by([], count()),
        ),
        (
            "join_where",
            numbers("a").join_where(numbers("b"), [(col("a") + 19_990).lt(col("b"))]).group_by([], count()),
        ),
        ("unpivot", numbers("a").unpivot(&["a", "key"], &[]).group_by([], count())),
        ("slice from the end", numbers("a").slice(-15_000, None).group_by([], [col("a").last()])),
        (
            "horizontal concat",
            side_by_side(vec![numbers("a"), numbers("b").select([col("b")])])
                .group_by([], [col("a").sum(), col("b").sum()]),
        ),
    ];
    for (operator, query) in cases {
        for threads in [1, 2] {
            let error = run(&query, 20_000, threads).expect_err(operator);
            let ExecError::MemoryBudget { operator: found, requested_bytes, budget_bytes, .. } = error else {
                panic!("{operator}: {error}");
            };
            assert_eq!((found, budget_bytes), (operator, 20_000));
            assert!(requested_bytes > 0);
            run(&query, 64 << 20, threads).expect("enough");
        }
    }
}

#[test]
fn what_streams_needs_no_budget() {
    let query = numbers("a").filter(col("key").gt(5)).select([(col("a") + 1).alias("b")]);
    assert_eq!(run(&query.clone().slice(100, Some(10)), 20_000, 2).expect("ten rows fit"), 10);
    assert_eq!(run(&query.group_by([], [col("b").sum()]), 20_000, 2).expect("one group fits"), 1);
}

#[test]
fn a_pivot_reserves_its_cells() {
    let input = frame(vec![("k", column(0..500i64)), ("on", column(0..500i64)), ("v", column(0..500i64))]);
    let pivot = query(&input).pivot(&["on"], &["k"], &["v"], None).group_by([], [len().alias("len")]);
    let error = run(&pivot, 600_000, 2).expect_err("a quarter of a million cells");
    assert!(matches!(error, ExecError::MemoryBudget { operator: "pivot", .. }), "{error}");
    assert_eq!(run(&pivot, 64 << 20, 2).expect("enough"), 1);
}
