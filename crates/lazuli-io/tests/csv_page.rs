//! The table in `docs/csv.md`: what each untidy file gives under each policy. `LAZULI_WRITE_DOCS=1` writes it anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazuli_array::{DataType, Name};
use lazuli_io::csv::{
    CsvError, CsvErrorKind, CsvOptions, CsvScan, CsvTable, InferMode, OnMisfit, OnRagged, sniff,
};

const BEGIN: &str = "<!-- made by crates/lazuli-io/tests/csv_page.rs -->\n";
const END: &str = "<!-- end -->\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Rows, and records set aside if there are any; or what is wrong and where.
fn cell(path: &Path, options: &CsvOptions) -> String {
    match count(path, options) {
        Ok((rows, 0)) => rows.to_string(),
        Ok((rows, aside)) => format!("{rows} + {aside}"),
        Err(error) => {
            let what = match error.kind() {
                CsvErrorKind::Misfit { .. } => "misfit",
                CsvErrorKind::Ragged { .. } => "ragged",
                CsvErrorKind::InvalidUtf8 { .. } => "UTF-8",
                other => return other.to_string(),
            };
            error.place().map_or(what.into(), |place| format!("{what}, line {}", place.line))
        }
    }
}

fn count(path: &Path, options: &CsvOptions) -> Result<(usize, usize), CsvError> {
    let scan = CsvScan::open(Arc::new(CsvTable::open(path, options)?), None, None, None)?;
    let mut rows = 0;
    while let Some((_, batch)) = scan.next()? {
        rows += batch.num_rows();
    }
    Ok((rows, scan.rejects().len()))
}

/// The types that the first record of data alone would give.
fn types_of_first_record(path: &Path, options: &CsvOptions) -> Vec<(Name, DataType)> {
    let as_text = CsvOptions {
        infer: InferMode::Never,
        on_ragged: OnRagged::Reject,
        on_misfit: OnMisfit::Reject,
        ..options.clone()
    };
    let first = || -> Result<Vec<(Name, DataType)>, CsvError> {
        let table = Arc::new(CsvTable::open(path, &as_text)?);
        let scan = CsvScan::open(table.clone(), None, None, None)?;
        let mut types = Vec::new();
        while let Some((_, batch)) = scan.next()? {
            if batch.num_rows() == 0 {
                continue;
            }
            for (name, column) in table.schema().names().zip(batch.columns()) {
                let text = column.get(0).to_string();
                let data_type = match text {
                    _ if lazuli_kernels::parse::parse_i64(text.as_bytes()).is_ok() => DataType::Int64,
                    _ if lazuli_kernels::parse::parse_f64(text.as_bytes()).is_ok() => DataType::Float64,
                    _ if lazuli_kernels::parse::parse_date(text.as_bytes()).is_ok() => DataType::Date,
                    _ => DataType::String,
                };
                types.push((name.clone(), data_type));
            }
            break;
        }
        Ok(types)
    };
    first().unwrap_or_default()
}

fn table() -> String {
    let folder = root().join("testdata/messy");
    let entries = std::fs::read_dir(&folder).expect("the folder is in the tree");
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    let mut out = String::from(
        "| file | sniffed | fail | pad | cut | aside | 1st: fail | 1st: widen | 1st: aside | 1st: null |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "csv")) {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let options = match sniff(path) {
            Ok(sniffed) => sniffed.options,
            Err(error) => panic!("{name}: {error}"),
        };
        let dialect = &options.dialect;
        let mut sniffed = match dialect.separator {
            b'\t' => "tab".into(),
            // A bar would end the cell.
            b'|' => "bar".into(),
            separator => format!("`{}`", char::from(separator)),
        };
        for (is_so, word) in [
            (options.encoding.name() != "utf8", options.encoding.name()),
            (!dialect.has_header, "no header"),
            (dialect.quote == Some(b'\''), "quote `'`"),
            (dialect.quote.is_none(), "no quote"),
            (dialect.escape.is_some(), "escape `\\`"),
            (dialect.comment.is_some(), "comment `#`"),
            (dialect.skip_lines > 0, "lines skipped"),
        ] {
            if is_so {
                sniffed.push_str(&format!(", {word}"));
            }
        }
        let ragged = |on_ragged| cell(path, &CsvOptions { on_ragged, ..options.clone() });
        let schema_overrides = types_of_first_record(path, &options);
        let typed = |on_misfit| {
            let schema_overrides = schema_overrides.clone();
            cell(
                path,
                &CsvOptions { on_misfit, on_ragged: OnRagged::Reject, schema_overrides, ..options.clone() },
            )
        };
        let cells = [
            ragged(OnRagged::Fail),
            ragged(OnRagged::Pad),
            ragged(OnRagged::Truncate),
            ragged(OnRagged::Reject),
            typed(OnMisfit::Fail),
            typed(OnMisfit::Widen),
            typed(OnMisfit::Reject),
            typed(OnMisfit::Null),
        ];
        out.push_str(&format!("| `{name}` | {sniffed} | {} |\n", cells.join(" | ")));
    }
    out
}

#[test]
fn the_table_is_what_the_files_give() {
    let path = root().join("docs/csv.md");
    let page = std::fs::read_to_string(&path).expect("the page is in the tree");
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (found, after) = rest.split_once(END).expect("the place has an end");
    let expected = table();
    if std::env::var_os("LAZULI_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}"))
            .expect("the tree can be written");
        return;
    }
    assert_eq!(found, expected, "docs/csv.md is out of date: run this test with LAZULI_WRITE_DOCS=1");
}
