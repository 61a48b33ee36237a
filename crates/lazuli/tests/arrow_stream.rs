//! Queries that go out as Arrow C streams and come in again.

use std::sync::Arc;

use lazuli::arrow::{ArrowStreamReader, scan_arrow_stream};
use lazuli::prelude::*;
use lazuli::{Batch, OnceSource, scan};

fn there_and_back(query: LazyFrame) -> LazyFrame {
    let stream = query.to_arrow_stream().expect("no mistakes");
    scan_arrow_stream(ArrowStreamReader::import_own(stream).expect("types that both sides hold"))
}

fn frame() -> DataFrame {
    let rows = || 0..10_000i64;
    df! {
        "n" => rows().collect::<Vec<_>>(),
        "word" => rows().map(|row| ["tools", "toys", "Ω"][row as usize % 3]).collect::<Vec<_>>(),
        "amount" => rows().map(|row| (row % 11 != 0).then_some(row as f64 / 8.0)).collect::<Vec<_>>(),
    }
    .expect("columns of one length")
}

#[test]
fn rows_come_back_as_they_went() {
    for threads in [1, 3] {
        let options = ExecOptions { threads: Some(threads), morsel_rows: 700, ..ExecOptions::default() };
        let query = frame().lazy().filter(col("n").gt(100)).with_options(options.clone());
        let expected = query.clone().collect().expect("it runs");
        assert_eq!(there_and_back(query.clone()).with_options(options).collect().expect("it runs"), expected);
        let groups =
            |query: LazyFrame| query.group_by("word").agg([col("amount").sum()]).collect().expect("it runs");
        assert_eq!(groups(there_and_back(query.clone())), groups(query));
    }
}

#[test]
fn a_failure_on_the_way_is_told() {
    // Behind the first batch, which is read when a stream is taken over.
    let options = ExecOptions { morsel_rows: 700, ..ExecOptions::default() };
    let overflow = frame().lazy().select([col("n") + (i64::MAX - 5000)]).with_options(options);
    let error = there_and_back(overflow).collect().expect_err("it overflows");
    assert!(error.to_string().contains("arrow stream"), "{error}");
}

#[test]
fn what_is_not_wanted_is_not_made() {
    // Endless, so that reading it to its end would be noticed.
    let batch: Batch = frame().batches()[0].clone();
    let batches = std::iter::repeat_with(move || Ok(batch.clone()));
    let source = OnceSource::new("endless", frame().schema().clone(), batches);
    let first =
        scan(Arc::new(source)).select([col("word"), col("n")]).head(20_500).collect().expect("it runs");
    assert_eq!(first.height(), 20_500);
}

#[test]
fn batches_come_once() {
    let rows = there_and_back(frame().lazy());
    assert!(rows.clone().collect().is_ok());
    assert!(rows.collect().expect_err("a second query").to_string().contains("only once"));
}
