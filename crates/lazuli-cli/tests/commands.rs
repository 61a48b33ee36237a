//! `lz` as a user meets it: output, errors, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of the project, where a user stands when typing README's commands.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lz(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lz"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .expect("lz was built with this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("lz writes UTF-8")
}

/// What a successful run prints.
fn prints(arguments: &[&str]) -> String {
    let output = lz(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// What a failed run says, and its exit code.
fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let output = lz(arguments);
    (output.status.code(), text(&output.stderr))
}

/// A file of its own for each test, removed with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lz-test-{}-{name}", std::process::id()));
        std::fs::write(&path, content).expect("the temporary folder can be written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the temporary folder has a plain name")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_pipeline_runs_and_shows_its_plan() {
    let output = lz(&["run", "testdata/pipelines/top_categories.json", "--explain", "--stats"]);
    let (table, notes) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{notes}");
    assert!(table.contains("category") && table.contains("total"), "{table}");
    let scan = notes.lines().find(|line| line.contains("Scan csv")).expect("the plan has a scan");
    assert!(scan.contains("amount > 1000"), "the filter is in the scan: {scan}");
    assert!(scan.contains("(2 of 11)"), "only the needed columns are read: {scan}");
    assert!(notes.contains("100,000 rows read") && notes.contains("rows/s"), "{notes}");
}

#[test]
fn the_result_is_the_same_in_every_format_and_on_any_number_of_threads() {
    let csv = prints(&["run", "testdata/pipelines/stores.json", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 101, "a header and 100 stores");
    assert_eq!(csv.lines().next(), Some("store,orders,total,avg,most"));
    for threads in ["1", "2", "4"] {
        let again =
            prints(&["run", "testdata/pipelines/stores.json", "--format", "csv", "--threads", threads]);
        assert_eq!(again, csv, "{threads} threads");
    }
    let json: serde_json::Value =
        serde_json::from_str(&prints(&["run", "testdata/pipelines/stores.json", "--format", "json"]))
            .expect("the output is JSON");
    let rows = json.as_array().expect("an array of objects");
    assert_eq!(rows.len(), 100);
    let first: Vec<&str> = csv.lines().nth(1).expect("a first row").split(',').collect();
    assert_eq!(rows[0]["store"], first[0]);
    assert_eq!(rows[0]["orders"].to_string(), first[1]);
    assert_eq!(rows[0]["total"].to_string(), first[2]);
}

#[test]
fn explain_shows_the_plan_before_and_after() {
    let before = prints(&["explain", "testdata/pipelines/top_categories.json", "--unoptimized"]);
    let after = prints(&["explain", "testdata/pipelines/top_categories.json"]);
    assert!(before.contains("Filter"), "{before}");
    assert!(!after.contains("Filter"), "the filter moved into the scan: {after}");
}

#[test]
fn files_can_be_looked_at() {
    let head = prints(&["head", "testdata/sales.csv", "-n", "3", "--format", "csv"]);
    assert_eq!(head.lines().count(), 4, "{head}");
    assert!(head.starts_with("order_id,date,store,"), "{head}");
    let schema = prints(&["schema", "testdata/sales.csv"]);
    let line =
        |name: &str| schema.lines().find(|line| line.starts_with(name)).expect("the column").to_string();
    assert!(line("order_id").ends_with("Int64") && line("date").ends_with("Date"), "{schema}");
    assert!(line("amount").ends_with("Float64") && line("store").ends_with("String"), "{schema}");
    let summary = prints(&["describe", "testdata/sales.csv", "--format", "csv"]);
    assert!(summary.starts_with("statistic,order_id,"), "{summary}");
    assert!(summary.contains("count,100000") && summary.contains("50%,"), "{summary}");
}

#[test]
fn sinks_are_written_whole_or_not_at_all() {
    let target = Temporary::new("sink.csv", "old\n");
    let good = Temporary::new(
        "good.json",
        &format!(
            r#"{{"source": {{"csv": "testdata/sales.csv"}}, "steps": [{{"limit": 2}}, {{"select": "order_id"}}],
                "sink": {{"csv": {:?}}}}}"#,
            target.path()
        ),
    );
    assert_eq!(prints(&["run", good.path()]), "");
    assert_eq!(std::fs::read_to_string(target.path()).expect("the sink"), "order_id\n1\n2\n");
    let bad = Temporary::new(
        "bad.json",
        &format!(
            r#"{{"source": {{"csv": "testdata/sales.csv"}}, "steps": [{{"select": "cast(category as Int64) as n"}}],
                "sink": {{"csv": {:?}}}}}"#,
            target.path()
        ),
    );
    let (code, error) = fails(&["run", bad.path()]);
    assert_eq!(code, Some(1), "{error}");
    assert_eq!(
        std::fs::read_to_string(target.path()).expect("the sink"),
        "order_id\n1\n2\n",
        "left as it was"
    );
}

#[test]
fn mistakes_name_their_place() {
    let pipeline = |name: &str, steps: &str| {
        Temporary::new(name, &format!(r#"{{"source": {{"csv": "testdata/sales.csv"}}, "steps": [{steps}]}}"#))
    };
    for (name, steps, parts) in [
        (
            "name.json",
            r#"{"filter": "amuont > 1000"}, {"select": "catgory"}"#,
            vec![
                "column not found: amuont",
                "did you mean amount?",
                "did you mean category?",
                "step 1 (filter)",
            ],
        ),
        ("type.json", r#"{"filter": "category > 1000"}"#, vec!["type mismatch", "String", "step 1 (filter)"]),
        (
            "text.json",
            r#"{"limit": 5}, {"filter": "amount >"}"#,
            vec!["can't read expression", "step 2 (filter)"],
        ),
        ("step.json", r#"{"fliter": "amount > 1"}"#, vec!["unknown variant `fliter`", "line 1"]),
        ("join.json", r#"{"join": {"with": {"cvs": "x"}}}"#, vec!["a source is an object with `csv`"]),
    ] {
        let file = pipeline(name, steps);
        let (code, error) = fails(&["run", file.path()]);
        assert_eq!(code, Some(1), "{error}");
        for part in parts {
            assert!(error.contains(part), "{name}: no `{part}` in: {error}");
        }
    }
}

#[test]
fn bad_bytes_name_file_line_and_column() {
    let mut content = String::from("id,amount\n");
    for row in 0..200_000 {
        content.push_str(&format!(
            "{row},{}\n",
            if row == 150_000 { "12,5".replace(',', ";") } else { "1.5".into() }
        ));
    }
    let data = Temporary::new("misfit.csv", &content);
    let pipeline = Temporary::new(
        "misfit.json",
        &format!(
            r#"{{"source": {{"csv": {:?}}}, "steps": [{{"select": "sum(amount) as total"}}]}}"#,
            data.path()
        ),
    );
    let (code, error) = fails(&["run", pipeline.path()]);
    assert_eq!(code, Some(1), "{error}");
    for part in ["misfit.csv", "line 150002", "amount", "12;5", "Float64"] {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
}

#[test]
fn a_small_memory_limit_is_an_error_that_names_the_operator() {
    let (code, error) = fails(&["run", "testdata/pipelines/sorted.json", "--memory-limit", "1MB"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("memory") && error.contains("sort"), "{error}");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    assert_eq!(fails(&["run"]).0, Some(2));
    assert_eq!(fails(&["frobnicate"]).0, Some(2));
    assert_eq!(fails(&["head", "testdata/sales.csv", "--memory-limit", "lots"]).0, Some(2));
    assert_eq!(fails(&["head", "no-such-file.csv"]).0, Some(1));
}
