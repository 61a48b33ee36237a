//! Pivot and unpivot.

use std::sync::Arc;

use lazuli_array::SchemaRef;
use lazuli_exec::{Engine, ExecError, ExecOptions};
use lazuli_expr::col;
use lazuli_plan::{BatchReader, DataSource, ScanRequest, SourceError};

use crate::builder::{column, frame, query, scan, scattered, texts};
use crate::configurations::{answer, error};

#[test]
fn values_become_columns_in_order_of_value() {
    let input = frame(vec![
        ("city", column(["Rio", "Oslo", "Rio", "Oslo", "Bern"])),
        ("year", column([2021i64, 2020, 2020, 2021, 2022])),
        ("people", column([5i64, 1, 4, 2, 9])),
    ]);
    let pivoted = answer(&query(&input).pivot(&["year"], &["city"], &["people"], None));
    assert_eq!(pivoted.schema().names().collect::<Vec<_>>(), ["city", "2020", "2021", "2022"]);
    assert_eq!(texts(&pivoted), ["Rio 4 5 null", "Oslo 1 2 null", "Bern null null 9"]);
}

#[test]
fn several_values_for_a_cell_need_an_aggregate() {
    let input = frame(vec![
        ("k", column([1i64, 1, 2, 1])),
        ("on", column(["a", "b", "a", "a"])),
        ("v", column([10i64, 20, 30, 40])),
    ]);
    let plan = |aggregate| query(&input).pivot(&["on"], &["k"], &["v"], aggregate);
    assert_eq!(texts(&answer(&plan(Some(col("element").sum())))), ["1 50 20", "2 30 null"]);
    assert_eq!(texts(&answer(&plan(Some(col("element").count())))), ["1 2 1", "2 1 0"]);
    let error = error(&plan(None));
    assert!(matches!(error, ExecError::PivotDuplicate { values: 2, .. }), "{error}");
    assert!(error.to_string().contains("k = 1 and on = a"), "{error}");
}

#[test]
fn pivots_are_nested_loops() {
    let (index, on, values): (Vec<_>, Vec<_>, Vec<_>) = (
        scattered(900, 17).collect(),
        scattered(900, 1000).map(|n| n % 6).collect(),
        scattered(900, 50).collect(),
    );
    let input =
        frame(vec![("k", column(index.clone())), ("on", column(on.clone())), ("v", column(values.clone()))]);
    let pivoted = answer(&query(&input).pivot(&["on"], &["k"], &["v"], Some(col("element").max())));
    let mut rows: Vec<i64> = Vec::new();
    index.iter().for_each(|k| {
        if !rows.contains(k) {
            rows.push(*k)
        }
    });
    let expected: Vec<String> = rows
        .into_iter()
        .map(|k| {
            let cell = |column: i64| {
                let cell =
                    (0..900).filter(|&row| index[row] == k && on[row] == column).map(|row| values[row]).max();
                cell.map_or("null".to_string(), |max| max.to_string())
            };
            format!("{k} {}", (0..6).map(cell).collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(texts(&pivoted), expected);
}

#[test]
fn a_pivot_of_nothing_has_no_rows() {
    let input = frame(vec![("k", column([1i64])), ("on", column([1i64])), ("v", column([1i64]))]);
    let empty = query(&input).filter(col("k").gt(5)).pivot(&["on"], &["k"], &["v"], None);
    assert_eq!(answer(&empty).shape(), (0, 1));
}

#[test]
fn columns_become_rows_column_by_column() {
    let input = frame(vec![
        ("id", column(0..40i64)),
        ("a", column((0..40i32).map(|n| n * 10))),
        ("b", column((0..40).map(|n| f64::from(n) / 2.0))),
    ]);
    let answer = answer(&query(&input).unpivot(&["a", "b"], &["id"]));
    let a = (0..40).map(|n| format!("{n} a {:?}", f64::from(n) * 10.0));
    let b = (0..40).map(|n| format!("{n} b {:?}", f64::from(n) / 2.0));
    assert_eq!(texts(&answer), a.chain(b).collect::<Vec<_>>());
    assert_eq!(answer.schema().names().collect::<Vec<_>>(), ["id", "variable", "value"]);
}

/// Counts how often it is opened.
#[derive(Debug)]
struct Counted(lazuli_exec::FrameSource, std::sync::atomic::AtomicUsize);

impl DataSource for Counted {
    fn name(&self) -> String {
        "counted".into()
    }

    fn schema(&self) -> Result<SchemaRef, SourceError> {
        self.0.schema()
    }

    fn open(&self, request: ScanRequest) -> Result<Box<dyn BatchReader>, SourceError> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.0.open(request)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn a_pivot_that_finds_its_columns_reads_its_source_once() {
    let input = frame(vec![
        ("k", column([1i64, 1, 2])),
        ("on", column(["b", "a", "b"])),
        ("v", column([10i64, 20, 30])),
    ]);
    for aggregate in [Some(col("element").sum()), None] {
        let source = Arc::new(Counted(lazuli_exec::FrameSource::new(input.clone()), Default::default()));
        let plan = scan(source.clone()).pivot(&["on"], &["k"], &["v"], aggregate);
        let found = Engine::global().execute(&plan.0, &ExecOptions::default()).expect("one value a cell");
        assert_eq!(texts(&found), ["1 20 10", "2 null 30"]);
        assert_eq!(source.1.load(std::sync::atomic::Ordering::Relaxed), 1);
        // What is shown reads as it was written.
        let shown = Engine::global().explain(&plan.0, &ExecOptions::default()).expect("no mistakes");
        assert!(shown.contains("Scan counted"), "{shown}");
    }
}
