//! `lz` as a user meets it: output, errors, exit codes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

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
fn a_profile_leaves_the_result_alone() {
    let pipeline = "testdata/pipelines/top_categories.json";
    let expected = prints(&["run", pipeline, "--format", "csv"]);
    let run = |arguments: &[&str]| {
        let output = lz(&[&["run", pipeline, "--format", "csv"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), expected);
        text(&output.stderr)
    };
    let table = run(&["--profile"]);
    assert!(table.contains("rows pruned") && table.contains("group_by"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&run(&["--profile=json"])).expect("JSON");
    let operators = json["operators"].as_array().expect("an array");
    let scan = &operators[0];
    assert_eq!((&scan["operator"], &scan["rows_in"]), (&"scan".into(), &100_000.into()));
    assert_eq!(
        scan["rows_in"].as_u64(),
        Some(scan["rows_out"].as_u64().expect("a number") + scan["rows_pruned"].as_u64().expect("a number"))
    );
    let last = operators.last().expect("an operator");
    assert_eq!(last["rows_in"].to_string(), (expected.lines().count() - 1).to_string());
    let html = run(&["--profile=html"]);
    assert!(
        html.starts_with("<!DOCTYPE html>") && html.contains("<svg") && !html.contains("<script"),
        "{html}"
    );
    assert!(html.contains("amount &gt; 1000"), "{html}");

    let page = Temporary::new("profile.svg", "");
    assert_eq!(run(&["--profile-to", page.path()]), "");
    let picture = std::fs::read_to_string(page.path()).expect("it was written");
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"), "{picture}");
    for command in ["head", "describe"] {
        let output = lz(&[command, "testdata/sales.csv", "--profile=json", "--threads", "2"]);
        let json: serde_json::Value = serde_json::from_str(&text(&output.stderr)).expect("JSON");
        assert_eq!(json["threads"], 2, "{command}");
    }
    let (code, error) = fails(&["run", pipeline, "--profile-to", "no/such/folder/p.html"]);
    assert!(code == Some(1) && error.contains("can't write no/such/folder/p.html"), "{error}");
    let (code, _) = fails(&["run", pipeline, "--profile=xml"]);
    assert_eq!(code, Some(2));
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
fn a_sort_has_a_small_memory_limit_and_files() {
    let run = |rest: &[&str]| {
        prints(&[&["run", "testdata/pipelines/sorted.json", "--format", "csv"], rest].concat())
    };
    assert_eq!(run(&["--memory-limit", "1MB", "--temp-dir", "target"]), run(&[]));
    let sorted = ["run", "testdata/pipelines/sorted.json", "--memory-limit", "1MB"];
    for (limit, parts) in [
        (["--temp-dir", "no/such/folder"], ["sort does not fit in memory", "no/such/folder"]),
        (["--temp-limit", "100kB"], ["sort does not fit in memory", "beyond the limit of 100000 bytes"]),
    ] {
        let (code, error) = fails(&[&sorted[..], &limit].concat());
        assert_eq!(code, Some(1), "{error}");
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
}

#[test]
fn a_small_memory_limit_is_an_error_that_names_the_operator() {
    let pipeline = Temporary::new(
        "groups.json",
        r#"{"source": {"csv": "testdata/sales.csv"},
            "steps": [{"group_by": {"keys": "order_id", "agg": ["sum(amount) as total"]}}]}"#,
    );
    let (code, error) = fails(&["run", pipeline.path(), "--memory-limit", "1MB"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("memory") && error.contains("group_by"), "{error}");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    assert_eq!(fails(&["run"]).0, Some(2));
    assert_eq!(fails(&["frobnicate"]).0, Some(2));
    assert_eq!(fails(&["head", "testdata/sales.csv", "--memory-limit", "lots"]).0, Some(2));
    assert_eq!(fails(&["head", "no-such-file.csv"]).0, Some(1));
}

#[test]
fn every_step_does_what_its_name_says() {
    let people = Temporary::new("people.csv", "id,name,city\n1,Ada,Rome\n2,Bo,Oslo\n3,Cy,Rome\n4,Di,\n");
    let visits = Temporary::new("visits.csv", "person,year,count\n1,2023,5\n1,2024,7\n2,2024,1\n9,2024,3\n");
    let (people, visits) = (people.path(), visits.path());
    let cases = [
        (r#"{"select": ["id", "upper_id"]}"#, Err("column not found: upper_id")),
        (r#"{"select": ["id * 10 as ten", "name"]}, {"limit": 1}"#, Ok("ten,name\n10,Ada\n")),
        (
            r#"{"with_columns": "id + 1 as next"}, {"drop": ["name", "city"]}, {"tail": 1}"#,
            Ok("id,next\n4,5\n"),
        ),
        (r#"{"filter": ["id > 1", "city is not null"]}, {"select": "id"}"#, Ok("id\n2\n3\n")),
        (
            r#"{"group_by": {"keys": "city", "agg": ["count(*) as n", "min(name) as first"]}}"#,
            Ok("city,n,first\nRome,2,Ada\nOslo,1,Bo\n,1,Di\n"),
        ),
        (
            r#"{"join": {"with": {"csv": "VISITS"}, "left_on": "id", "right_on": "person", "how": "left"}},
               {"select": ["id", "year"]}"#,
            Ok("id,year\n1,2023\n1,2024\n2,2024\n3,\n4,\n"),
        ),
        (
            r#"{"join": {"with": {"source": {"csv": "VISITS"}, "steps": [{"filter": "count > 4"},
               {"rename": {"person": "id"}}]}, "on": "id", "how": "semi"}}, {"select": "name"}"#,
            Ok("name\nAda\n"),
        ),
        (r#"{"sort": ["city desc nulls first", "id desc"]}, {"select": "id"}"#, Ok("id\n4\n3\n1\n2\n")),
        (r#"{"slice": {"offset": -3, "length": 2}}, {"select": "id"}"#, Ok("id\n2\n3\n")),
        (r#"{"unique": {"by": "city", "keep": "last"}}, {"select": "id"}"#, Ok("id\n2\n3\n4\n")),
        (r#"{"rename": {"id": "name", "name": "id"}}, {"head": 1}"#, Ok("name,id,city\n1,Ada,Rome\n")),
        (
            r#"{"select": "id"}, {"concat": {"with": [{"source": {"csv": "VISITS"}, "steps": [{"select": "person as id"}]}]}}"#,
            Ok("id\n1\n2\n3\n4\n1\n1\n2\n9\n"),
        ),
        (
            r#"{"concat": {"with": [{"csv": "VISITS"}], "how": "horizontal"}}, {"select": ["name", "count"]}"#,
            Ok("name,count\nAda,5\nBo,7\nCy,1\nDi,3\n"),
        ),
        (
            r#"{"select": ["city", "id", "name"]}, {"pivot": {"on": "name", "index": "city", "values": "id", "agg": "sum(element)"}}"#,
            Ok("city,Ada,Bo,Cy,Di\nRome,1,,3,\nOslo,,2,,\n,,,,4\n"),
        ),
        (
            r#"{"limit": 1}, {"unpivot": {"on": ["name", "city"], "index": "id", "variable": "what"}}"#,
            Ok("id,what,value\n1,name,Ada\n1,city,Rome\n"),
        ),
        (r#"{"melt": {"index": "id"}}, {"limit": 1}"#, Ok("id,variable,value\n1,name,Ada\n")),
    ];
    for (number, (steps, expected)) in cases.iter().enumerate() {
        let steps = steps.replace("VISITS", visits);
        let pipeline = Temporary::new(
            &format!("steps-{number}.json"),
            &format!(r#"{{"source": {{"csv": "{people}"}}, "steps": [{steps}]}}"#),
        );
        let output = lz(&["run", pipeline.path(), "--format", "csv"]);
        match expected {
            Ok(rows) => assert_eq!(text(&output.stdout), *rows, "{steps}: {}", text(&output.stderr)),
            Err(part) => {
                let error = text(&output.stderr);
                assert!(!output.status.success() && error.contains(part), "{steps}: {error}");
            }
        }
    }
}

#[test]
fn the_schema_for_editors_lists_the_steps_there_are() {
    let schema = std::fs::read_to_string(root().join("docs/pipeline.schema.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let steps = schema["$defs"]["step"]["properties"].as_object().expect("steps");
    let wrong = Temporary::new("nostep.json", r#"{"source": {"csv": "x"}, "steps": [{"nostep": 1}]}"#);
    let (_, error) = fails(&["run", wrong.path()]);
    let known: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
    assert!(known.len() > 10, "{error}");
    for step in &known {
        assert!(steps.contains_key(*step), "{step} is not in docs/pipeline.schema.json");
    }
    for step in steps.keys() {
        assert!(known.contains(&step.as_str()), "docs/pipeline.schema.json has {step}, which is no step");
    }
}

#[test]
fn the_pipelines_of_the_project_run() {
    let folder = root().join("testdata/pipelines");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let path = path.to_str().expect("a plain name");
        assert!(!prints(&["run", path]).is_empty(), "{path}");
        count += 1;
    }
    assert!(count >= 4);
}

/// A pipeline's `key` writes and reads files that are told by this extension; sinks that are wrong, and what is said of them.
fn pipelines_take(key: &str, extension: &str, wrong: &[(&str, &str)]) {
    let path = std::env::temp_dir().join(format!("lz-{}.{extension}", std::process::id()));
    let path = path.to_str().expect("a plain name");
    let file = |kind: &str, text: String| Temporary::new(&format!("{kind}-{key}.json"), &text);
    let write = file(
        "write",
        format!(
            r#"{{"source": {{"csv": "testdata/sales.csv"}}, "steps": [{{"select": ["order_id", "category"]}}, {{"limit": 3}}],
                "sink": {{"{key}": "{path}", "compression": "zstd"}}}}"#
        ),
    );
    assert_eq!(prints(&["run", write.path()]), "");
    let head = prints(&["head", path, "-n", "2", "--format", "csv"]);
    assert_eq!(head.lines().count(), 3, "{head}");
    assert!(prints(&["schema", path]).contains("category"));
    let read = file(
        "read",
        format!(r#"{{"source": {{"{key}": "{path}"}}, "steps": [{{"select": "count(*) as n"}}]}}"#),
    );
    assert_eq!(prints(&["run", read.path(), "--format", "csv"]), "n\n3\n");
    for (option, part) in wrong {
        let wrong = file(
            "wrong",
            format!(
                r#"{{"source": {{"{key}": "{path}"}}, "sink": {{"{key}": "x", {option}}}, "steps": []}}"#
            ),
        );
        let (_, error) = fails(&["run", wrong.path()]);
        assert!(error.contains(part), "{error}");
    }
    std::fs::remove_file(path).expect("it is ours");
}

#[test]
fn pipelines_take_parquet() {
    pipelines_take(
        "parquet",
        "parquet",
        &[
            (r#""compression": "zip""#, "compression is \"zip\""),
            (r#""row_group_size": 0"#, "a row group has at least one row"),
            (r#""separator": ";""#, "separator"),
        ],
    );
}

#[test]
fn pipelines_take_arrow_files() {
    pipelines_take(
        "ipc",
        "arrow",
        &[
            (r#""compression": "gzip""#, "compression is \"gzip\""),
            (r#""record_batch_size": 0"#, "a record batch has at least one row"),
            (r#""separator": ";""#, "separator"),
        ],
    );
}

#[test]
fn files_are_converted_by_their_names() {
    let folder = std::env::temp_dir().join(format!("lz-convert-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let file = |name: &str| folder.join(name).to_str().expect("a plain name").to_owned();
    let first = file("sales.arrow");
    assert_eq!(prints(&["convert", "testdata/sales.csv", &first]), "");
    // Round once through all formats, and the rows are those of the beginning.
    let mut last = first.clone();
    for name in ["a.parquet", "b.feather", "c.csv", "d.tsv", "e.ipc", "f.csv"] {
        let next = file(name);
        assert_eq!(prints(&["convert", &last, &next]), "");
        last = next;
    }
    let rows = |path: &str| prints(&["head", path, "-n", "1000000", "--format", "csv"]);
    assert_eq!(rows(&last), rows("testdata/sales.csv"));
    assert_eq!(prints(&["schema", &first]), prints(&["schema", "testdata/sales.csv"]));

    let (odd, back) = (file("odd"), file("back"));
    assert_eq!(prints(&["convert", &first, &odd, "--to", "parquet"]), "");
    assert_eq!(prints(&["convert", &odd, &back, "--from", "parquet", "--to", "arrow"]), "");
    assert_eq!(prints(&["schema", &back, "--from", "ipc"]), prints(&["schema", &first]));
    assert_eq!(prints(&["head", &odd, "--from", "parquet"]), prints(&["head", &first]));
    assert_eq!(prints(&["describe", &odd, "--from", "parquet"]), prints(&["describe", &first]));
    let (code, error) = fails(&["head", "-", "--from", "parquet"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("parquet can't be read from standard input"), "{error}");
    for (arguments, reason) in [
        (
            vec!["convert", &first, "x.unknown"],
            "its name says no format; give one with --to: csv, ipc, json, ndjson, parquet",
        ),
        (vec!["convert", &first, "x.csv.gz"], "compressed text is not written"),
        (vec!["convert", &first, "x", "--to", "xlsx"], "there is no format xlsx"),
    ] {
        let (_, error) = fails(&arguments);
        assert!(error.contains(reason), "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_conversion_that_fails_leaves_nothing() {
    let folder = std::env::temp_dir().join(format!("lz-convert-fails-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let (input, output, rejects) =
        (folder.join("in.csv"), folder.join("out.arrow"), folder.join("rejects.csv"));
    std::fs::write(&input, "n\n1\ntwo\n3\n").expect("the folder can be written");
    let [input, output, rejects] =
        [&input, &output, &rejects].map(|path| path.to_str().expect("a plain name"));
    let (code, error) = fails(&["convert", input, output, "--type", "n=Int64"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(!Path::new(output).exists());
    assert_eq!(std::fs::read_dir(&folder).expect("the folder is there").count(), 1, "nor anything beside it");
    let set_aside = ["--type", "n=Int64", "--on-misfit", "reject", "--rejects", rejects];
    prints(&[&["convert", input, output][..], &set_aside].concat());
    assert_eq!(prints(&["head", output, "--format", "csv"]), "n\n1\n3\n");
    assert!(std::fs::read_to_string(rejects).expect("it was written").contains("two"));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_deadline_is_an_error() {
    let late = ["describe", "testdata/sales.csv", "--deadline", "1ns"];
    let (code, error) = fails(&late);
    assert_eq!((code, error.as_str()), (Some(1), "error: the query was not done by its deadline\n"));
    let (code, error) = fails(&["describe", "testdata/sales.csv", "--deadline", "soon"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("write 1h30m"), "{error}");
    prints(&["head", "testdata/sales.csv", "--deadline", "1h"]);
}

/// Ctrl-C, as a terminal sends it.
#[cfg(unix)]
fn interrupt(child: &mut Child) -> Option<i32> {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    let limit = Instant::now() + Duration::from_secs(60);
    while Instant::now() < limit {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    panic!("it goes on");
}

/// Starts `lz`, gives it these bytes, and waits until it has a temporary file in this folder.
#[cfg(unix)]
fn start_writing(arguments: &[&str], folder: &Path, input: &[u8]) -> Child {
    let started = Command::new(env!("CARGO_BIN_EXE_lz"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.expect("lz was built with this test");
    // It stays open.
    child.stdin.as_mut().expect("it is a pipe").write_all(input).expect("lz reads it");
    let limit = Instant::now() + Duration::from_secs(60);
    while std::fs::read_dir(folder).expect("the folder is there").count() == 0 {
        let is_over = child.try_wait().expect("it is ours").is_some();
        if is_over || Instant::now() > limit {
            let _ = child.kill();
            panic!("it wrote nothing");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_leaves_nothing() {
    let folder = std::env::temp_dir().join(format!("lz-interrupt-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let output = folder.join("out.csv");
    let output = output.to_str().expect("a plain name");

    // Every row with every other: it would go on for hours.
    let pipeline = format!(
        r#"{{"source": {{"csv": "testdata/sales.csv"}},
            "steps": [{{"join": {{"with": {{"csv": "testdata/sales.csv"}}, "how": "cross"}}}},
                      {{"filter": "amount > amount_right * 1e9"}}],
            "sink": {{"csv": "{output}"}}}}"#
    );
    let pipeline = Temporary::new("interrupt.json", &pipeline);
    let mut busy = start_writing(&["run", pipeline.path()], &folder, b"");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(interrupt(&mut busy), Some(130));
    assert_eq!(std::fs::read_dir(&folder).expect("the folder is there").count(), 0);

    // Input that is not at its end, and does not go on.
    let input = "n,text\n".to_string() + &"1,some text\n".repeat(300_000);
    let mut waiting = start_writing(&["convert", "-", output], &folder, input.as_bytes());
    assert_eq!(interrupt(&mut waiting), Some(130));
    assert_eq!(std::fs::read_dir(&folder).expect("the folder is there").count(), 0);
    let told = text(&waiting.wait_with_output().expect("it has ended").stderr);
    assert!(told.ends_with("interrupted\n"), "{told}");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
