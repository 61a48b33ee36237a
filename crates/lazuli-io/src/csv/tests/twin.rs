//! The `csv` crate's reader is the slow, obvious twin: both give the same records, whatever the chunks.

use super::*;
use proptest::prelude::*;

/// The records of the twin, blank lines left out.
fn twin_records(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text);
    let records = reader.byte_records().map(|record| record.expect("reading memory does not fail"));
    records.map(|record| record.iter().map(<[u8]>::to_vec).collect()).collect()
}

/// A row of String values as the twin has it: null is empty.
fn flat(row: &[Scalar]) -> Vec<Vec<u8>> {
    row.iter()
        .map(|value| match value {
            Scalar::Null => Vec::new(),
            Scalar::String(text) => text.as_bytes().to_vec(),
            other => panic!("not a string: {other:?}"),
        })
        .collect()
}

fn headless(chunk_bytes: usize, on_ragged: OnRagged, dictionary_strings: DictionaryStrings) -> CsvOptions {
    let dialect = Dialect { has_header: false, line_end: LineEnd::Lf, ..Dialect::default() };
    CsvOptions { dialect, on_ragged, dictionary_strings, ..as_text(chunk_bytes) }
}

/// Our reader against the twin: all records if every record is allowed, else the error at the first that is not.
fn check(text: &str, chunk_bytes: usize) {
    let expected = twin_records(text.as_bytes());
    let Some(columns) = expected.first().map(Vec::len) else {
        let error = read(text, &headless(chunk_bytes, OnRagged::Fail, DictionaryStrings::Auto))
            .expect_err("nothing there");
        assert!(matches!(error.kind(), CsvErrorKind::Empty), "{error}");
        return;
    };
    let marks = Dialect::default().marks(b"\n");
    let is_open = lazuli_kernels::text::open_quote(text.as_bytes(), marks, None).is_some();
    let fit = |record: &Vec<Vec<u8>>| {
        let mut record = record.clone();
        record.resize(columns, Vec::new());
        record
    };

    let strict = read(text, &headless(chunk_bytes, OnRagged::Fail, DictionaryStrings::Always));
    match expected.iter().find(|record| record.len() != columns) {
        Some(ragged) => match strict.expect_err("a ragged record").kind() {
            CsvErrorKind::Ragged { found, expected, .. } => {
                assert_eq!((*found, *expected), (ragged.len(), columns))
            }
            // The ragged record may be the one that never ends.
            CsvErrorKind::UnclosedQuote => assert!(is_open),
            other => panic!("{other}"),
        },
        None if is_open => assert!(matches!(strict.expect_err("open").kind(), CsvErrorKind::UnclosedQuote)),
        None => assert_rows(&strict.expect("nothing is wrong").1, &expected, columns),
    }

    let lenient = read(text, &headless(chunk_bytes, OnRagged::Truncate, DictionaryStrings::Never));
    match lenient {
        Ok((_, mut rows)) => {
            let mut expected: Vec<_> = expected.iter().map(fit).collect();
            if columns == 1 {
                // `,x` cut to one field is a null row here, as a blank line is.
                let is_empty = |row: &[Scalar]| flat(row)[0].is_empty();
                rows.retain(|row| !is_empty(row));
                expected.retain(|record| !record[0].is_empty());
            }
            assert_rows(&rows, &expected, columns);
        }
        Err(error) => assert!(is_open && matches!(error.kind(), CsvErrorKind::UnclosedQuote), "{error}"),
    }
}

fn assert_rows(rows: &[Vec<Scalar>], expected: &[Vec<Vec<u8>>], columns: usize) {
    let mut rows = rows.to_vec();
    if columns == 1 {
        // Blank lines are rows of a table with one column; the twin leaves them out.
        rows.retain(|row| row[0] != Scalar::Null);
    }
    let rows: Vec<Vec<Vec<u8>>> = rows.iter().map(|row| flat(row)).collect();
    let expected: Vec<_> = expected.to_vec();
    assert_eq!(rows, expected);
}

fn chunk_sizes() -> impl Strategy<Value = usize> {
    prop_oneof![1_usize..20, 20_usize..200, Just(ONE_CHUNK)]
}

/// A field as text: plain, empty, quoted with anything in it, quoted with a tail.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9 é]{0,12}",
        1 => Just(String::new()),
        3 => "([a-z,\n]|\"\"){0,12}".prop_map(|text| format!("\"{text}\"")),
        1 => "[a-z]{60,140}",
        1 => "\"[a,]{0,3}\"[a-z\"]{0,3}",
    ]
}

proptest! {
    #[test]
    fn same_records_on_soup(text in "[ab,\"\n]{0,60}", chunk_bytes in chunk_sizes()) { check(&text, chunk_bytes); }

    #[test]
    fn same_records_on_tables(
        (columns, fields) in (1_usize..5).prop_flat_map(|columns| (Just(columns), prop::collection::vec(field(), columns * 30))),
        chunk_bytes in chunk_sizes(),
        blank in prop::option::of(0_usize..30),
    ) {
        let mut lines: Vec<String> = fields.chunks(columns).map(|fields| fields.join(",")).collect();
        if let Some(at) = blank { lines.insert(at, String::new()); }
        check(&lines.join("\n"), chunk_bytes);
    }

    #[test]
    fn line_ends_of_either_kind_give_the_same(
        fields in prop::collection::vec("[a-z]{0,5}|\"[a-z,\n\r]{0,9}\"", 3..90),
        chunk_bytes in chunk_sizes(),
    ) {
        let lines: Vec<String> = fields.chunks_exact(3).map(|fields| fields.join(",")).collect();
        let options = as_text(chunk_bytes);
        let unix = read(format!("x,y,z\n{}", lines.join("\n")), &options).expect("regular");
        let windows = read(format!("x,y,z\r\n{}", lines.join("\r\n")), &options).expect("regular");
        prop_assert_eq!(unix, windows);
    }

    /// Whatever the bytes and options, an answer or an error: the same for every chunk size.
    #[test]
    fn bytes_never_panic(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b",\n\r\"#1.-:T".to_vec())], 0..200),
        chunk_bytes in chunk_sizes(),
        has_header: bool,
        commented: bool,
        truncate: bool,
        infer in prop::sample::select(vec![InferMode::Sample, InferMode::Full, InferMode::Never]),
    ) {
        let dialect = Dialect { has_header, comment: commented.then(|| "#".into()), ..Dialect::default() };
        let on_ragged = if truncate { OnRagged::Truncate } else { OnRagged::Fail };
        let file = TempFile::new(&bytes);
        let read = |chunk_bytes| {
            let options = CsvOptions { dialect: dialect.clone(), on_ragged, infer, infer_threads: 1, chunk_bytes, ..options() };
            read_path(&file.0, &options).map_err(|error| error.to_string())
        };
        prop_assert_eq!(read(chunk_bytes), read(ONE_CHUNK));
    }
}

#[test]
fn cases_found_by_the_properties() {
    for text in ["\"", "a\n\"", "\"\"", "a,b\n\"", "a\"\n,\"", "\n\na,b\n\nc"] {
        for chunk_bytes in [1, 2, ONE_CHUNK] {
            check(text, chunk_bytes);
        }
    }
}
