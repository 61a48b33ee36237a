//! Joins by predicates against nested loops.

use lazuli_array::DataFrame;
use lazuli_exec::{CancelFlag, Engine, ExecError, ExecOptions};
use lazuli_expr::{Expr, col};

use crate::builder::{Query, column, frame, query, scattered, texts};
use crate::configurations::{answer, error};

/// Two values a row, the first null now and then.
type Rows = Vec<(Option<i64>, i64)>;

fn rows(count: u64, bound: u64, step: i64) -> Rows {
    let values = scattered(count, bound).map(move |value| value * step);
    let others: Vec<i64> = scattered(count + 7, bound).skip(7).collect();
    values.zip(others).map(|(value, other)| ((value % 7 != 5).then_some(value), other)).collect()
}

fn to_frame(rows: &Rows, names: [&str; 2]) -> DataFrame {
    frame(vec![
        (names[0], column(rows.iter().map(|(value, _)| *value))),
        (names[1], column(rows.iter().map(|(_, value)| *value))),
    ])
}

fn joined(left: &Rows, right: &Rows, predicates: Vec<Expr>) -> Query {
    query(&to_frame(left, ["a", "b"])).join_where(query(&to_frame(right, ["x", "y"])), predicates)
}

/// Nested loops. `is_pair` sees values that are there.
fn expected(left: &Rows, right: &Rows, is_pair: impl Fn([i64; 4]) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    for &(a, b) in left {
        for &(x, y) in right {
            if let (Some(a), Some(x)) = (a, x)
                && is_pair([a, b, x, y])
            {
                lines.push(format!("{a} {b} {x} {y}"));
            }
        }
    }
    lines
}

/// Whether a pair is asked for, given the four values of its rows.
type IsPair = fn([i64; 4]) -> bool;

#[test]
fn joins_are_nested_loops() {
    let [a, b, x, y] = ["a", "b", "x", "y"].map(col);
    let cases: Vec<(Vec<Expr>, IsPair)> = vec![
        (vec![a.clone().lt(x.clone())], |[a, _, x, _]| a < x),
        (vec![x.clone().lt_eq(a.clone()), b.clone().gt(y.clone())], |[a, b, x, y]| x <= a && b > y),
        (vec![a.clone().eq(x.clone()), b.clone().lt(y.clone())], |[a, b, x, y]| a == x && b < y),
        (vec![(a.clone() - 3).lt(x.clone()), (a.clone() + 3).gt(x.clone())], |[a, _, x, _]| {
            a - 3 < x && x < a + 3
        }),
        (
            vec![
                a.clone().gt_eq(x.clone()),
                b.clone().lt_eq(y.clone()),
                (a.clone() + y.clone()).gt(b.clone()),
            ],
            |[a, b, x, y]| a >= x && b <= y && a + y > b,
        ),
        (vec![((a + b) % 3).eq((x + y) % 4)], |[a, b, x, y]| (a + b) % 3 == (x + y) % 4),
    ];
    for (left, right) in [
        (rows(150, 40, 1), rows(90, 60, 1)),
        (rows(40, 5, 3), rows(130, 900, 2)),
        (Vec::new(), rows(10, 4, 1)),
        (rows(10, 4, 1), Vec::new()),
    ] {
        for (predicates, is_pair) in &cases {
            let plan = joined(&left, &right, predicates.clone());
            let mut expected = expected(&left, &right, is_pair);
            assert!(texts(&answer(&plan)) == expected, "{predicates:?}");
            expected.truncate(5);
            assert_eq!(texts(&answer(&plan.slice(0, Some(5)))), expected, "{predicates:?}");
        }
    }
}

#[test]
fn what_no_pair_asks_for_does_not_fail() {
    let left = vec![(Some(1), 1), (Some(i64::MAX), 0), (Some(2), 1)];
    let right = vec![(Some(3), 1), (Some(0), 1)];
    // The sum overflows for a left row that the first predicate leaves without a partner.
    let plan = joined(&left, &right, vec![col("b").eq(col("y")), (col("a") + 1).lt(col("x"))]);
    assert_eq!(texts(&answer(&plan)), ["1 1 3 1"]);
    let plan = joined(&left, &right, vec![col("b").gt_eq(col("y")), (col("a") + 1).lt(col("x"))]);
    assert_eq!(texts(&answer(&plan)), ["1 1 3 1"]);
    let plan = joined(&left, &right, vec![(col("a") + 1).lt(col("x")), col("b").gt_eq(col("y"))]);
    let failure = error(&plan);
    assert!(failure.to_string().contains("overflow"), "{failure}");
    // Of the right side, and without any left row to ask.
    let failing = vec![col("a").lt(col("y") + i64::MAX)];
    assert!(matches!(error(&joined(&left, &right, failing.clone())), ExecError::Evaluate { .. }));
    assert_eq!(answer(&joined(&Vec::new(), &right, failing)).height(), 0);
}

#[test]
fn cancelling_ends_a_loop_over_all_pairs() {
    let numbers = |name| query(&frame(vec![(name, column(0..60_000i64))]));
    let endless = numbers("a").join_where(numbers("x"), [(col("a") + col("x")).eq(-1)]);
    let cancel = CancelFlag::default();
    let options = ExecOptions { cancel: cancel.clone(), ..ExecOptions::default() };
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        cancel.cancel();
    });
    let ended = Engine::global().execute(&endless.0, &options);
    canceller.join().expect("it sleeps and cancels");
    assert!(matches!(ended, Err(ExecError::Cancelled)));
}
