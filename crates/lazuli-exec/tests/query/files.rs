//! Delimited files in and out.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use lazuli_exec::{CsvSink, CsvSource, Engine, ExecError, ExecOptions};
use lazuli_expr::{col, lit};
use lazuli_io::csv::{CsvOptions, CsvWriteOptions};

use crate::builder::{Query, column, frame, query, scan, texts};
use crate::configurations::{all, answer, error};

/// A file of its own for each test, removed at the end.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("lazuli-exec-{}-{name}.csv", std::process::id())))
    }

    fn holding(name: &str, text: &str) -> Self {
        let file = Self::new(name);
        fs::write(&file.0, text).expect("a temporary file");
        file
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Small chunks, so that a small file has many.
fn read(file: &TempFile) -> Query {
    let options = CsvOptions { chunk_bytes: 256, ..CsvOptions::default() };
    scan(Arc::new(CsvSource::new(&file.0, options)))
}

fn sales() -> String {
    let mut text = String::from("id,category,amount\n");
    for row in 0..500 {
        text.push_str(&format!("{row},\"kind {}\",{}.5\n", row % 7, row % 13));
    }
    text
}

#[test]
fn the_main_job() {
    let file = TempFile::holding("main-job", &sales());
    let plan = read(&file)
        .filter(col("amount").gt(lit(5)))
        .group_by([col("category")], [col("amount").sum().alias("total"), col("amount").mean().alias("avg")])
        .sort([col("total").desc()]);
    let answer = answer(&plan);
    assert_eq!(answer.shape(), (7, 3));
    let mut totals = [0.0; 7];
    for row in (0..500).filter(|row| row % 13 >= 5) {
        totals[row % 7] += (row % 13) as f64 + 0.5;
    }
    totals.sort_by(|left, right| right.total_cmp(left));
    let found: Vec<String> =
        texts(&answer).iter().map(|row| row.split(' ').nth(2).expect("a total").into()).collect();
    assert_eq!(found, totals.map(|total| format!("{total:?}")));
}

#[test]
fn limits_and_columns_reach_the_file() {
    let file = TempFile::holding("limit", &sales());
    let plan = read(&file).filter(col("id").gt(lit(99))).select([col("id")]).slice(0, Some(3));
    assert_eq!(texts(&answer(&plan)), ["100", "101", "102"]);
    let count = read(&file).group_by([], [lazuli_expr::len().alias("len")]);
    assert_eq!(texts(&answer(&count)), ["500"]);
}

#[test]
fn a_bad_number_is_named_by_line_and_column() {
    let mut text = String::from("id,amount\n");
    for row in 0..50_000 {
        let amount = if row == 23_456 || row == 40_000 { "lots".into() } else { row.to_string() };
        text.push_str(&format!("{row},{amount}\n"));
    }
    let file = TempFile::holding("bad-number", &text);
    let options = CsvOptions {
        chunk_bytes: 4096,
        schema_overrides: vec![("amount".into(), lazuli_array::DataType::Int64)],
        ..CsvOptions::default()
    };
    let plan = scan(Arc::new(CsvSource::new(&file.0, options)));
    let message = error(&plan).to_string();
    for part in ["can't read csv", "line 23458", "\"amount\"", "\"lots\"", "Int64"] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_missing_file_is_a_mistake_of_the_plan() {
    let error = error(&scan(Arc::new(CsvSource::new("no/such/file.csv", CsvOptions::default()))));
    assert!(matches!(error, ExecError::Plan(_)), "{error}");
    assert!(error.to_string().contains("no/such/file.csv"), "{error}");
}

#[test]
fn rows_are_written_in_order() {
    let input = frame(vec![
        ("a", column(0..2000i64)),
        (
            "b",
            column((0..2000i64).map(|n| format!("text {n}")).collect::<Vec<_>>().iter().map(String::as_str)),
        ),
    ]);
    let file = TempFile::new("out");
    let sink = Arc::new(CsvSink::new(&file.0, CsvWriteOptions::default()));
    let plan = query(&input).filter((col("a") % 2).eq(lit(0))).sink(sink);
    let mut written = Vec::new();
    for options in all() {
        Engine::global().execute_sink(&plan.0, &options).expect("written");
        written.push(fs::read_to_string(&file.0).expect("there"));
    }
    written.dedup();
    let [text] = written.as_slice() else { panic!("the file depends on how it was written") };
    assert!(text.starts_with("a,b\n0,text 0\n2,text 2\n") && text.lines().count() == 1001);
    let same = query(&input).filter((col("a") % 2).eq(lit(0)));
    assert_eq!(answer(&read(&file)), answer(&same));
}

#[test]
fn a_sink_that_fails_leaves_what_was_there() {
    let file = TempFile::holding("kept", "old\n");
    let values = (0..1000i64).map(|row| if row == 900 { i64::MAX } else { row });
    let input = frame(vec![("a", column(values))]);
    let sink = Arc::new(CsvSink::new(&file.0, CsvWriteOptions::default()));
    let plan = query(&input).select([(col("a") + 1).alias("b")]).sink(sink);
    let options = ExecOptions { morsel_rows: 10, ..ExecOptions::default() };
    Engine::global().execute_sink(&plan.0, &options).expect_err("row 900 overflows");
    assert_eq!(fs::read_to_string(&file.0).expect("there"), "old\n");
    let error = Engine::global().execute(&plan.0, &options).expect_err("a sink has no rows");
    assert!(matches!(error, ExecError::Unsupported { .. }), "{error}");
}

#[test]
fn rows_that_a_scan_removes_are_told() {
    let file = TempFile::holding("pruned", &sales());
    let plan = read(&file).filter(col("id").lt(30)).group_by([col("category")], [col("amount").sum()]);
    for threads in [1, 2, 4] {
        let options = ExecOptions { threads: Some(threads), ..ExecOptions::default() };
        let (_, profile) = Engine::global().execute_profiled(&plan.0, &options).expect("it runs");
        let scan = &profile.operators[0];
        assert!(scan.operator == "scan" && scan.detail.contains("; filter: "), "{profile}");
        assert_eq!((scan.rows_in, scan.rows_out, scan.rows_pruned), (500, 30, 470));
    }
}
