//! `lz` over CSV files that are not plain: sniffed, compressed, on standard input, with records set aside.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a run prints, with this on standard input.
fn lz(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lz"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lz was built with this test");
    let mut pipe = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // Who needs no input does not read it.
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it does not panic");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("lz writes UTF-8")
}

/// A folder of its own for each test, removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("lz-csv-{}-{name}", std::process::id()));
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
fn sniff_says_what_and_why() {
    let output = lz(&["sniff", "testdata/messy/strange.csv"], b"");
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(said.contains("separator       ';': 5 of 6 records have 2 fields"), "{said}");
    assert!(said.contains("header          no: the first record has a value, \"1987\""), "{said}");
    let source = "\"source\": {\"csv\":\"testdata/messy/strange.csv\",\"separator\":\";\",\"escape\":\"\\\\\",\
                  \"has_header\":false,\"comment_prefix\":\"#\"}";
    assert!(said.contains(source), "{said}");
    let csv = text(&lz(&["sniff", "testdata/messy/strange.csv", "--format", "csv"], b"").stdout);
    assert!(csv.starts_with("aspect,value,reason\nencoding,utf8,"), "{csv}");
    let folder = lz(&["sniff", "testdata"], b"");
    assert_eq!(
        (folder.status.code(), text(&folder.stderr)),
        (Some(1), "error: testdata: is a directory, not a file\n".into())
    );
}

#[test]
fn records_set_aside_are_written_or_counted() {
    let pipeline = r#"{"source": {"csv": "FOLDER/*.csv", "types": {"b": "Int64"}, "on_misfit": "reject", "on_ragged": "reject"}}"#;
    let files = [("x.csv", "a,b\n1,2\n3,x\n4\n"), ("p.json", pipeline)];
    let folder = Folder::new("rejects", &files);
    let counted = lz(&["run", &folder.path("p.json"), "--format", "csv"], b"");
    assert_eq!(text(&counted.stdout), "a,b\n1,2\n");
    assert_eq!(text(&counted.stderr), "2 records were set aside: --rejects FILE writes them\n");
    let rejects = folder.path("rejects.txt");
    let written = lz(&["run", &folder.path("p.json"), "--format", "csv", "--rejects", &rejects], b"");
    assert_eq!(text(&written.stdout), "a,b\n1,2\n");
    let file = std::fs::read_to_string(&rejects).expect("it was written");
    let expected = "file,line,record,byte_offset,column,raw_text,reason\n\
                    X,3,2,8,b,\"3,x\",\"\"\"x\"\" is no Int64: not an integer\"\n\
                    X,4,3,12,,4,1 field where the file has 2 columns\n";
    assert_eq!(file.replace(&folder.path("x.csv"), "X"), expected);
}

#[test]
fn standard_input_is_a_file_that_is_read_once() {
    let mut long = String::from("a,b\n");
    (0..200_000).for_each(|row| long.push_str(&format!("{row},x\n")));
    let pipeline =
        r#"{"source": {"csv": "-"}, "steps": [{"select": ["sum(a) as total", "count(*) as rows"]}]}"#;
    let twice = r#"{"source": {"csv": "-", "on_misfit": "widen"}}"#;
    let folder = Folder::new("stdin", &[("p.json", pipeline), ("twice.json", twice)]);
    let output = lz(&["run", &folder.path("p.json"), "--format", "csv"], long.as_bytes());
    assert_eq!(text(&output.stdout), "total,rows\n19999900000,200000\n", "{}", text(&output.stderr));
    let output = lz(&["head", "-", "-n", "1", "--format", "csv"], long.as_bytes());
    assert_eq!(text(&output.stdout), "a,b\n0,x\n");
    let output = lz(&["run", &folder.path("twice.json")], long.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("standard input can be read only once"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn every_option_of_a_source() {
    let files = [
        ("a.txt", "made today\nid;when;note\n# no record\n1;31.01.2020;'x;y'\n?;01.02.2020;'it\\'s'\n"),
        ("b.txt", "made today\nwhen;id;note\n;2;-;\n"),
        (
            "p.json",
            r##"{"source": {"csv": ["FOLDER/a.txt", "FOLDER/b.txt"], "separator": ";", "quote": "'", "escape": "\\",
                "encoding": "utf8", "has_header": true, "header_rows": 1, "skip_rows": 1, "comment_prefix": "#",
                "null_values": {"id": ["?"]}, "types": {"id": "Int32"}, "formats": {"when": "%d.%m.%Y"},
                "infer": "full", "on_misfit": "fail", "on_ragged": "truncate", "file_columns": "union",
                "include_file_paths": "file"}}"##,
        ),
        ("wrong.json", r#"{"source": {"csv": "FOLDER/a.txt", "on_misfit": "guess"}}"#),
    ];
    let folder = Folder::new("options", &files);
    let output = lz(&["run", &folder.path("p.json"), "--format", "csv"], b"");
    let expected = format!(
        "id,when,note,file\n1,2020-01-31,x;y,{a}\n,2020-02-01,it's,{a}\n2,,-,{b}\n",
        a = folder.path("a.txt"),
        b = folder.path("b.txt")
    );
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
    let output = lz(&["run", &folder.path("wrong.json")], b"");
    let said = text(&output.stderr);
    assert!(said.contains("on_misfit can't be guess; there are: fail, widen, reject, null"), "{said}");
}

#[test]
fn files_are_looked_at_in_their_own_dialect() {
    let files = Folder::new(
        "dialect",
        &[("odd.txt", "# made by hand\n1;'a;b';31/12/2024\nx;-;\n"), ("tabs.tsv", "a\tb\n1\t2\n")],
    );
    let path = files.path("odd.txt");
    let dialect = [
        "--separator=;",
        "--quote='",
        "--no-header",
        "--comment-prefix=#",
        "--null=-",
        "--type=column_0=Int64",
        "--date-format=column_2=%d/%m/%Y",
        "--on-misfit=null",
    ];
    let with = |command: &str| {
        let arguments: Vec<&str> = [command, &path, "--format=csv"].into_iter().chain(dialect).collect();
        let output = lz(&arguments, b"");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert_eq!(with("head"), "column_0,column_1,column_2\n1,a;b,2024-12-31\n,,\n");
    assert_eq!(with("schema"), "column,type\ncolumn_0,Int64\ncolumn_1,String\ncolumn_2,Date\n");
    assert!(
        with("describe").starts_with("statistic,column_0,column_1,column_2\ncount,1.0,1,1\n"),
        "{}",
        with("describe")
    );
    assert_eq!(text(&lz(&["head", &files.path("tabs.tsv"), "--format=csv"], b"").stdout), "a,b\n1,2\n");
    let refused = lz(&["head", &path, "--on-misfit=forgive"], b"");
    assert_eq!(
        (refused.status.code(), text(&refused.stderr).as_str()),
        (Some(1), "error: on_misfit can't be forgive; there are: fail, widen, reject, null\n")
    );
}

#[test]
fn no_bar_in_a_pipe() {
    let output = lz(&["describe", "testdata/sales.csv", "--format", "csv"], b"");
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "");
}
