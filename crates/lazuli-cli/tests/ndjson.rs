//! `lz` over JSON files: by name, in pipelines, with records set aside.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn lz(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Command::new(env!("CARGO_BIN_EXE_lz"))
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("lz was built with this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("lz writes UTF-8")
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("lz-ndjson-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        for (name, content) in files {
            let content = content.replace("FOLDER", &folder.display().to_string());
            std::fs::write(folder.join(name), content).expect("the temporary folder can be written");
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_by_their_names() {
    for (file, schema) in [
        ("testdata/ndjson/array.json", "name    String\nprice   Float64\nsizes   List(Int64)\n"),
        ("testdata/ndjson/crlf_and_mark.ndjson", "a  Int64\n"),
        ("testdata/ndjson/mixed.jsonl", "v  String\nw  String\n"),
    ] {
        let output = lz(&["schema", file]);
        let (found, schema) = (text(&output.stdout), schema.split_whitespace().collect::<Vec<_>>());
        assert_eq!(found.split_whitespace().collect::<Vec<_>>(), schema, "{}", text(&output.stderr));
    }
    let output = lz(&["head", "testdata/ndjson/array.json", "-n", "1", "--format", "json"]);
    assert_eq!(text(&output.stdout), "[\n{\"name\":\"hammer\",\"price\":12.5,\"sizes\":null}\n]\n");
    let output =
        lz(&["head", "testdata/ndjson/crlf_and_mark.ndjson", "--type", "a=String", "--format", "csv"]);
    assert_eq!(text(&output.stdout), "a\n1\n2\n3\n");
}

#[test]
fn pipelines_read_and_write_json() {
    let pipeline = r#"{
        "source": { "ndjson": "testdata/ndjson/bad_lines.ndjson", "on_misfit": "reject", "types": { "a": "Int64" } },
        "steps": [ { "filter": "a > 1" }, { "select": ["a", "b"] } ],
        "sink": { "json": "FOLDER/out.json" }
    }"#;
    let folder = Folder::new("pipeline", &[("p.json", pipeline)]);
    let rejects = folder.path("rejects.csv");
    let output = lz(&["run", &folder.path("p.json"), "--rejects", &rejects]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("9 records were set aside"), "{}", text(&output.stderr));
    let written = std::fs::read_to_string(folder.path("out.json")).expect("the sink wrote it");
    assert_eq!(written, "[{\"a\":9,\"b\":\"z\"}\n]\n".replace("[{", "[\n{"));
    let rejects = std::fs::read_to_string(rejects).expect("lz wrote it");
    assert_eq!(rejects.lines().count(), 10, "{rejects}");
    let wrong = r#"{ "source": { "ndjson": "a", "json": "b" }, "steps": [] }"#;
    std::fs::write(folder.path("wrong.json"), wrong).expect("the temporary folder can be written");
    let output = lz(&["run", &folder.path("wrong.json")]);
    assert!(text(&output.stderr).contains("one of ndjson and json"), "{}", text(&output.stderr));
}

#[test]
fn a_key_that_no_sample_has() {
    // Between two samples of a file that is too large to be read in full for its types.
    let mut lines = "{\"a\":1}\n".repeat(120_000);
    lines.insert_str(41_000 * 8, "{\"a\":2,\"late\":3}\n");
    let folder = Folder::new("late", &[("late.ndjson", lines.as_str())]);
    let path = folder.path("late.ndjson");
    let out = folder.path("out.csv");
    let output = lz(&["convert", &path, &out]);
    let error = text(&output.stderr);
    assert!(error.contains("line 41001: malformed JSON: no column has this key"), "{error}");
    assert!(!std::path::Path::new(&out).exists());
    for (flags, header) in [(["--infer", "full"], "a,late"), (["--on-unknown-key", "ignore"], "a")] {
        let output = lz(&[&["convert", &path, &out][..], &flags].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let written = std::fs::read_to_string(&out).expect("the sink wrote it");
        assert_eq!((written.lines().next(), written.lines().count()), (Some(header), 120_002));
    }
}
