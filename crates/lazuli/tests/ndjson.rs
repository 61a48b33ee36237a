//! JSON files through whole queries: scanned, filtered, set aside, written; the same under every configuration.
#![cfg(feature = "ndjson")]

mod configurations; // ways to run a query that must not matter

use configurations::configurations;
use lazuli::prelude::*;
use lazuli::{
    ErrorKind, JsonLayout, NdjsonOptions, OnMisfit, Rejects, read_json, read_ndjson, scan_ndjson_files,
    scan_ndjson_with,
};
use lazuli_testkit::folder::Folder;

/// Rows of all sorts: numbers, texts that repeat, lists and structs, nulls.
fn table() -> DataFrame {
    let rows = 2_000_i64;
    let frame = df! {
        "n" => (0..rows).collect::<Vec<_>>(),
        "x" => (0..rows).map(|n| (n % 7 != 0).then_some(n as f64 / 4.0)).collect::<Vec<_>>(),
        "word" => (0..rows).map(|n| ["a", "b\"", "", "é\n"][n as usize % 4]).collect::<Vec<_>>(),
        "flag" => (0..rows).map(|n| n % 3 == 0).collect::<Vec<_>>(),
    };
    let with = [
        as_struct([col("n").alias("k"), col("word")]).alias("pair"),
        concat_list([col("n"), col("n") + lit(1)]).alias("list"),
    ];
    frame.expect("columns of equal length").with_columns(with).expect("a table")
}

#[test]
fn a_table_comes_back_under_every_configuration() {
    let folder = Folder::with(&[]);
    let table = table();
    for (number, options) in configurations().into_iter().enumerate() {
        let path = folder.path(&format!("{number}.ndjson"));
        table.lazy().with_options(options.clone()).sink_ndjson(&path).expect("written");
        let small = NdjsonOptions { chunk_bytes: 1000, ..NdjsonOptions::default() };
        let found = scan_ndjson_with(&path, small).with_options(options.clone()).collect().expect("read");
        assert_eq!(found, table, "{options:?}");
        let kept = |query: LazyFrame| {
            query
                .filter(col("n").gt(1000).and(col("word").eq("a")))
                .select([col("x"), col("pair").struct_().field("k"), col("list").list().len()])
                .collect()
        };
        let scanned = kept(scan_ndjson(&path).with_options(options.clone())).expect("read");
        assert_eq!(scanned, kept(table.lazy()).expect("in memory"), "{options:?}");
        table.lazy().with_options(options).sink_json(folder.path("array.json")).expect("written");
        assert_eq!(read_json(folder.path("array.json")).expect("read"), table);
    }
    assert!(folder.names().iter().all(|name| !name.ends_with(".part")));
}

#[test]
fn little_memory_is_enough() {
    let folder = Folder::with(&[]);
    let path = folder.path("table.ndjson");
    let table = table();
    table.write_ndjson(&path).expect("written");
    let options = ExecOptions { memory_bytes: Some(4 << 20), morsel_rows: 3, ..ExecOptions::default() };
    let copy = folder.path("copy.ndjson");
    scan_ndjson(&path).with_options(options).sink_ndjson(&copy).expect("copied");
    assert_eq!(std::fs::read(&copy).expect("there"), std::fs::read(&path).expect("there"));
}

#[test]
fn empty_frames_and_files() {
    let folder = Folder::with(&[("empty.ndjson", ""), ("blank.json", " \n")]);
    assert_eq!(read_ndjson(folder.path("empty.ndjson")).expect("read").width(), 0);
    assert_eq!(read_json(folder.path("blank.json")).expect("read").height(), 0);
    let none = df! { "a" => [1_i64] }.expect("a frame").lazy().filter(col("a").gt(1));
    none.clone().sink_json(folder.path("none.json")).expect("written");
    assert_eq!(std::fs::read_to_string(folder.path("none.json")).expect("there"), "[]\n");
    none.sink_ndjson(folder.path("none.ndjson")).expect("written");
    assert_eq!(std::fs::read_to_string(folder.path("none.ndjson")).expect("there"), "");
}

#[test]
fn records_are_set_aside_and_files_are_joined() {
    let folder = Folder::with(&[
        ("1.ndjson", "{\"a\":1,\"b\":\"x\"}\n{\"a\":\n{\"a\":\"two\",\"b\":\"y\"}\n"),
        ("2.ndjson", "{\"a\":3,\"c\":true}\n{\"a\":4.5}\n"),
    ]);
    let options = NdjsonOptions {
        schema_overrides: vec![("a".into(), DataType::Int64)],
        on_misfit: OnMisfit::Reject,
        include_file_paths: Some("file".into()),
        ..NdjsonOptions::default()
    };
    for exec in configurations() {
        let rejects = Rejects::default();
        let exec = ExecOptions { rejects: Some(rejects.clone()), ..exec };
        let frame = scan_ndjson_with(folder.path("*.ndjson"), options.clone())
            .with_options(exec)
            .select([col("a"), col("b"), col("c")])
            .collect()
            .expect("misfits are set aside");
        let expected = df! { "a" => [1_i64, 3], "b" => [Some("x"), None], "c" => [None, Some(true)] };
        assert_eq!(frame, expected.expect("a frame"));
        let rejects = rejects.frame();
        let lines = rejects.select([col("line"), col("record"), col("column")]).expect("columns of rejects");
        let expected = df! {
            "line" => [2_i64, 3, 2],
            "record" => [2_i64, 3, 2],
            "column" => [None, Some("a"), Some("a")],
        };
        assert_eq!(lines, expected.expect("a frame"));
    }
    let count =
        scan_ndjson_files([folder.path("1.ndjson"), folder.path("2.ndjson")], options).collect_with_rejects();
    let (rows, rejects) = count.expect("misfits are set aside");
    assert_eq!((rows.height(), rejects.height()), (2, 3));
}

#[test]
fn mistakes_have_a_place() {
    let folder = Folder::with(&[("a.ndjson", "{\"a\":1}\n{\"a\":oops}\n")]);
    let path = folder.path("a.ndjson");
    let given =
        NdjsonOptions { schema_overrides: vec![("a".into(), DataType::Int64)], ..NdjsonOptions::default() };
    for options in configurations() {
        let error =
            scan_ndjson_with(&path, given.clone()).with_options(options).collect().expect_err("malformed");
        assert!(matches!(error.kind(), ErrorKind::Exec(_)), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("line 2") && said.contains("a value is expected here"), "{said}");
    }
    let old = folder.path("old.ndjson");
    std::fs::write(&old, "old").expect("written");
    scan_ndjson(&path).sink_ndjson(&old).expect_err("malformed");
    assert_eq!(std::fs::read_to_string(&old).expect("there"), "old");
    let detect = NdjsonOptions { layout: JsonLayout::Detect, ..NdjsonOptions::default() };
    assert!(scan_ndjson_with(folder.path("none.json"), detect).collect().is_err());
}

#[cfg(feature = "compression")]
#[test]
fn compressed_files_are_told_by_their_content() {
    // `{"a":1}` and a line end, by gzip.
    let gzip: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 229, 2, 0, 70, 163, 232, 116, 8, 0,
        0, 0,
    ];
    let folder = Folder::with(&[]);
    std::fs::write(folder.path("a.json"), gzip).expect("written");
    let frame = read_ndjson(folder.path("a.json"));
    assert_eq!(frame.expect("read"), df! { "a" => [1_i64] }.expect("a frame"));
}
