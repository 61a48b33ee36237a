//! What is wrong with files, and where: each mistake is an error with its place, the same whatever the chunks.

use super::*;
use lazuli_array::{DataType, Field};

fn message(text: impl AsRef<[u8]>, options: &CsvOptions) -> String {
    let file = TempFile::new(text);
    let mut messages: Vec<String> = [1, 5, 100, ONE_CHUNK]
        .into_iter()
        .flat_map(|chunk_bytes| {
            let options = CsvOptions { chunk_bytes, ..options.clone() };
            [1, 3].map(|threads| {
                let error = CsvTable::open(&file.0, &options)
                    .and_then(|table| CsvScan::open(Arc::new(table), None, None, None))
                    .and_then(|scan| run(&scan, threads))
                    .expect_err("there is a mistake");
                error.to_string().replace(&file.0.display().to_string(), "FILE")
            })
        })
        .collect();
    messages.dedup();
    assert_eq!(messages.len(), 1, "the message depends on chunks or threads: {messages:#?}");
    messages.pop().expect("one message")
}

#[test]
fn values_that_do_not_fit() {
    for (text, types, expected) in [
        (
            "a,b\n1,2\n\n\"x\ny\",3\n4,\"1\"\"2\"\n",
            typed(&[("a", DataType::String), ("b", DataType::Int64)]),
            "FILE, line 6: column \"b\": \"1\\\"2\" is no Int64: not an integer (byte 19)",
        ),
        (
            "a\n300\n",
            typed(&[("a", DataType::Int8)]),
            "FILE, line 2: column \"a\": \"300\" is no Int8: out of the type's range (byte 2)",
        ),
        (
            "a,b\n1,x\ny,2\n",
            typed(&[("a", DataType::Int64), ("b", DataType::Int64)]),
            "FILE, line 2: column \"b\": \"x\" is no Int64: not an integer (byte 6)",
        ),
        (
            "a,b\n1,2\ny,x\n",
            typed(&[("a", DataType::Int64), ("b", DataType::Int64)]),
            "FILE, line 3: column \"a\": \"y\" is no Int64: not an integer (byte 8)",
        ),
    ] {
        assert_eq!(message(text, &types), expected);
    }
}

#[test]
fn the_first_mistake_by_place_is_told() {
    let types = typed(&[("a", DataType::Int64), ("b", DataType::Int64)]);
    for (text, expected) in [
        ("a,b\n1,x\n2\n", "line 2: column \"b\": \"x\" is no Int64: not an integer (byte 6)"),
        ("a,b\n1\n2,x\n", "line 2: 1 field where the file has 2 columns: \"1\" (byte 4)"),
        ("a,b\n1,2,3\n\"x", "line 2: 3 fields where the file has 2 columns: \"1,2,3\" (byte 4)"),
        ("a,b\n1,2\n3,\"x", "line 3: a quote opens here and the file ends before it closes (byte 10)"),
        ("a,b\n1,x\n3,\"x", "line 2: column \"b\": \"x\" is no Int64: not an integer (byte 6)"),
    ] {
        assert_eq!(message(text, &types), format!("FILE, {expected}"));
    }
    let text = typed(&[("a", DataType::String), ("b", DataType::Int64)]);
    for (bytes, expected) in [
        (
            &b"a,b\nx,1\n\xff\xfe,2\n"[..],
            "line 3: column \"a\": invalid UTF-8: \"\u{fffd}\u{fffd}\" (byte 8)",
        ),
        (b"a,b\nx,y\n\xff,2\n", "line 2: column \"b\": \"y\" is no Int64: not an integer (byte 6)"),
        (b"a,b\nx\n\xff,2\n", "line 2: 1 field where the file has 2 columns: \"x\" (byte 4)"),
        (b"a,b\nx,1\n\xff\n", "line 3: invalid UTF-8: \"\u{fffd}\" (byte 8)"),
        (b"a,b\n\xc3,1\n\xa9,2\n", "line 2: column \"a\": invalid UTF-8: \"\u{fffd}\" (byte 4)"),
    ] {
        assert_eq!(message(bytes, &text), format!("FILE, {expected}"));
    }
}

#[test]
fn files_that_are_none() {
    let missing = CsvTable::open("no/such/file.csv", &options()).expect_err("it is not there");
    assert!(
        matches!(missing.kind(), CsvErrorKind::Io(error) if error.kind() == std::io::ErrorKind::NotFound)
    );
    assert!(missing.to_string().starts_with("no/such/file.csv: "), "{missing}");
    let folder = CsvTable::open(std::env::temp_dir(), &options()).expect_err("a directory");
    assert!(matches!(folder.kind(), CsvErrorKind::IsDirectory), "{folder}");
    for (bytes, expected) in [
        (&b""[..], "FILE: the file has no header and no record"),
        (b"\n\r\n\n", "FILE: the file has no header and no record"),
        (b"\xef\xbb\xbf", "FILE: the file has no header and no record"),
        (b"a,\"b\nc", "FILE, line 1: a quote opens here and the file ends before it closes (byte 2)"),
        (b"a,\xff\n1,2\n", "FILE, line 1: invalid UTF-8: \"\u{fffd}\" (byte 2)"),
        (b"\xff\xfea\0\n", "FILE: byte 4 is no utf16-le: the file ends within a character"),
        (b"PAR1\0\0", "FILE: not UTF-8 text: this looks like a Parquet file"),
        (b"BZh91AY", "FILE: not UTF-8 text: this looks like a bzip2 file"),
    ] {
        assert_eq!(message(bytes, &options()), expected);
    }
}

#[test]
fn options_that_can_not_be() {
    assert_eq!(
        message("a,b\n1,2\n", &typed(&[("c", DataType::Int64)])),
        "FILE: a type was given for column \"c\", but the file has: a, b"
    );
    let list = DataType::List(Box::new(DataType::Int64));
    assert_eq!(
        message("a,b\n1,2\n", &typed(&[("a", list)])),
        "FILE: column \"a\": delimited text does not hold List(Int64)"
    );
    let dialect = Dialect { separator: b'"', ..Dialect::default() };
    assert!(message("a\n", &CsvOptions { dialect, ..options() }).starts_with("FILE: the quote must be"));
    let schema = Schema::try_new(vec![Field::new("a", DataType::Int64)]).expect("one name");
    assert_eq!(
        message("a,b\n1,2\n", &CsvOptions { schema: Some(Arc::new(schema)), ..options() }),
        "FILE: column 2 of the file is \"b\", where the given schema has no column"
    );
}

#[test]
fn a_record_without_end() {
    let text = format!("a,b\n1,2\n3,\"{}", "x\n".repeat(10_000));
    let with = |max_record_bytes| CsvOptions { max_record_bytes, infer: InferMode::Never, ..options() };
    let expected = "FILE, line 3: the record that begins here is longer than 1000 bytes; a quote that opens on line 3 has \
                    not closed by then (byte 8)";
    for chunk_bytes in [1, 100] {
        let error = read(&text, &CsvOptions { chunk_bytes, ..with(1000) }).expect_err("too long").to_string();
        assert!(error.ends_with(&expected[4..]), "{error}");
    }
    let error = read(&text, &with(1 << 20)).expect_err("open").to_string();
    assert!(
        error.ends_with(", line 3: a quote opens here and the file ends before it closes (byte 10)"),
        "{error}"
    );
}

#[test]
fn a_file_that_shrinks() {
    let file = TempFile::new("a\n1\n2\n3\n");
    let table = Arc::new(CsvTable::open(&file.0, &options()).expect("fine"));
    std::fs::write(&file.0, "a\n1\n").expect("the file can be written");
    let error = run(&CsvScan::open(table, None, None, None).expect("fine"), 1).expect_err("shrunk");
    assert!(matches!(error.kind(), CsvErrorKind::Shrunk { expected: 8, found: 4 }), "{error}");
}

#[test]
fn many_columns_and_long_fields_are_fine() {
    let header: Vec<String> = (0..50_000).map(|column| format!("c{column}")).collect();
    let text = format!("{}\n{}\n", header.join(","), vec!["1"; 50_000].join(","));
    let (schema, rows) = read(&text, &options()).expect("fine");
    assert_eq!((schema.len(), rows[0].len()), (50_000, 50_000));
    let long = "é".repeat(3_000_000);
    let (_, rows) = read(format!("a,b\n1,\"{long}\"\n2,x\n"), &options()).expect("fine");
    assert_eq!(show(&rows[1][0]), "2");
    assert!(matches!(&rows[0][1], Scalar::String(text) if text.len() == long.len()));
}

#[test]
fn nul_is_a_character() {
    let (_, rows) = read("a,b\n\0,1\nx\0y,2\n", &options()).expect("fine");
    assert_eq!(show_rows(&rows), "\"\\0\" 1\n\"x\\0y\" 2");
}
