//! The files of `testdata/ndjson`: what each gives, by schema, by rows, and by records set aside.

use super::*;

/// Rows, or the start of what is wrong; then rows and records set aside.
const FILES: &[(&str, &str, &str, (usize, usize))] = &[
    ("array.json", "name: String, price: Float64, sizes: List(Int64)", "2", (2, 0)),
    ("bad_lines.ndjson", "a: Int64, b: String", "line 2: malformed JSON: the record ends too early", (2, 9)),
    ("blank.ndjson", "", "0", (0, 0)),
    ("crlf_and_mark.ndjson", "a: Int64", "3", (3, 0)),
    (
        "events.ndjson",
        "id: Int64, type: String, at: String, actor: Struct(login: String, id: Int64, bot: Boolean), commits: \
         List(Struct(sha: String, files: List(String))), payload: Struct(size: Float64)",
        "4",
        (4, 0),
    ),
    ("keys.ndjson", "a: Int64, b: Struct(c: String), : Int64, new: String", "3", (3, 0)),
    ("mixed.jsonl", "v: String, w: String", "4", (4, 0)),
    ("numbers.ndjson", "i: Int64, u: UInt64, big: String, f: String, e: Float64, z: Int64", "2", (2, 0)),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ndjson")
}

#[test]
fn untidy_files_are_read_as_expected() {
    let detect = NdjsonOptions { layout: JsonLayout::Detect, ..options() };
    let reject = NdjsonOptions { on_misfit: OnMisfit::Reject, ..detect.clone() };
    for (name, schema, expected, set_aside) in FILES {
        let text = std::fs::read(folder().join(name)).expect("the file is in the tree");
        match answer(&text, &detect) {
            Ok(found) => {
                assert_eq!(
                    (found.schema.to_string().as_str(), found.rows.len().to_string().as_str()),
                    (*schema, *expected),
                    "{name}"
                );
            }
            Err(error) => assert!(error.starts_with(expected), "{name}: {error}"),
        }
        let found = answer(&text, &reject).expect("misfits are set aside");
        assert_eq!(found.schema.to_string(), *schema, "{name}");
        assert_eq!((found.rows.len(), found.rejects.len()), *set_aside, "{name}");
    }
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder is in the tree")
        .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.iter().map(String::as_str).eq(FILES.iter().map(|(name, ..)| *name)), "{names:?}");
}
