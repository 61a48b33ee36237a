//! An answer batch by batch.

use lazuli_array::{Batch, DataFrame};
use lazuli_exec::{Engine, ExecError, ExecOptions};
use lazuli_expr::{col, lit};

use crate::builder::{column, frame, query};
use crate::configurations::{all, answer};

#[test]
fn batches_are_the_answer_in_pieces() {
    let input = frame(vec![("a", column(0..1000i64))]);
    let plan = query(&input).filter((col("a") % 3).eq(lit(1)));
    let expected = answer(&plan);
    for options in all() {
        for batch_rows in [None, Some(1), Some(50), Some(333), Some(5000)] {
            let batches = Engine::global().execute_batches(&plan.0, &options, batch_rows).expect("starts");
            let schema = batches.schema().clone();
            let batches: Vec<Batch> = batches.collect::<Result<_, _>>().expect("runs");
            if let (Some(rows), [full @ .., last]) = (batch_rows, batches.as_slice()) {
                assert!(full.iter().all(|batch| batch.num_rows() == rows) && last.num_rows() <= rows);
            }
            assert_eq!(DataFrame::from_batches(schema, batches).expect("one schema"), expected);
        }
    }
}

#[test]
fn whoever_has_enough_ends_the_query() {
    let input = frame(vec![("a", column(0..1_000_000i64))]);
    for threads in [1, 2] {
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 10,
            single_thread_rows: 0,
            ..Default::default()
        };
        let mut batches = Engine::global().execute_batches(&query(&input).0, &options, None).expect("starts");
        let first = batches.next().expect("rows").expect("runs");
        assert_eq!(first.num_rows(), 10);
        // Another query runs while this one waits.
        assert_eq!(answer(&query(&input).slice(0, Some(5))).height(), 5);
        drop(batches);
    }
}

#[test]
fn an_error_comes_after_the_rows_before_it() {
    let values = (0..1000i64).map(|row| if row == 500 { i64::MAX } else { row });
    let input = frame(vec![("a", column(values))]);
    let plan = query(&input).select([(col("a") + 1).alias("b")]);
    for threads in [1, 2, 4] {
        let options = ExecOptions {
            threads: Some(threads),
            morsel_rows: 100,
            single_thread_rows: 0,
            ..Default::default()
        };
        let batches = Engine::global().execute_batches(&plan.0, &options, None).expect("starts");
        let results: Vec<Result<Batch, ExecError>> = batches.collect();
        let (last, rows) = results.split_last().expect("an error at least");
        assert!(last.as_ref().is_err_and(|error| error.to_string().contains("row 500")));
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(Result::is_ok));
    }
}
