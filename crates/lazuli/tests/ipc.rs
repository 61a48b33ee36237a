//! Arrow IPC files and streams through whole queries; the same under every configuration.
#![cfg(feature = "ipc")]

mod configurations; // ways to run a query that must not matter

use configurations::configurations;
use lazuli::prelude::*;
use lazuli::{
    IpcCompression, IpcOptions, IpcWriteOptions, ReadCounters, read_ipc, read_ipc_schema, read_ipc_stream,
    scan_ipc, scan_ipc_files, scan_ipc_with,
};
use lazuli_testkit::folder::Folder;

const ROWS: i64 = 5000;

/// Rows in order of `n`; words repeat, names do not, amounts are missing now and then.
fn frame() -> DataFrame {
    let rows = || 0..ROWS;
    df! {
        "n" => rows().collect::<Vec<i64>>(),
        "word" => rows().map(|row| ["tools", "toys", "Ω"][row as usize % 3]).collect::<Vec<_>>(),
        "name" => rows().map(|row| format!("name {row}")).collect::<Vec<_>>(),
        "amount" => rows().map(|row| (row % 11 != 0).then_some(row as f64 / 8.0)).collect::<Vec<_>>(),
        "day" => rows().map(|row| (row % 7) as i32).collect::<Vec<i32>>(),
    }
    .expect("columns of one length")
    .lazy()
    .with_columns([col("word").cast(DataType::Categorical).alias("kind")])
    .collect()
    .expect("texts are categories")
}

fn small_batches() -> IpcWriteOptions {
    IpcWriteOptions { record_batch_size: 600, ..IpcWriteOptions::default() }
}

#[test]
fn queries_over_a_file_are_those_over_the_frame() {
    let folder = Folder::new();
    let path = folder.path("rows.arrow");
    frame().lazy().sink_ipc_with(&path, small_batches()).expect("it can be written");
    type Query = fn(LazyFrame) -> LazyFrame;
    let queries: [Query; 9] = [
        |rows| rows,
        |rows| rows.filter(col("n").gt(4000).and(col("word").eq("toys"))),
        |rows| rows.filter(col("amount").is_null()).select([col("name"), col("n")]),
        |rows| rows.group_by("word").agg([col("amount").sum(), len().alias("rows")]),
        |rows| rows.select([col("day")]).head(1300),
        |rows| rows.filter(col("day").eq(3)).head(50),
        |rows| rows.filter(col("n").is_between(599, 601)),
        |rows| rows.filter(col("name").eq("name 4999")).select([len()]),
        |rows| rows.sort(col("word").desc()).tail(5),
    ];
    for options in configurations() {
        for (number, query) in queries.iter().enumerate() {
            let expected = query(frame().lazy()).with_options(options.clone()).collect().expect("it runs");
            let found = query(scan_ipc(&path)).with_options(options.clone()).collect().expect("it runs");
            assert_eq!(found, expected, "query {number}");
        }
    }
}

#[test]
fn any_number_of_threads_writes_the_same_rows() {
    let folder = Folder::new();
    for (number, options) in configurations().into_iter().enumerate() {
        let path = folder.path(&format!("{number}.arrow"));
        let query = frame().lazy().filter(col("day").neq(2)).with_options(options);
        query.clone().sink_ipc_with(&path, small_batches()).expect("it can be written");
        assert_eq!(read_ipc(&path).expect("it can be read"), query.collect().expect("it runs"));
    }
    for compression in [IpcCompression::Uncompressed, IpcCompression::Zstd, IpcCompression::Lz4] {
        let path = folder.path("compressed.arrow");
        let options = IpcWriteOptions { compression, ..IpcWriteOptions::default() };
        frame().lazy().sink_ipc_with(&path, options).expect("it replaces the one before");
        assert_eq!(read_ipc(&path).expect("it can be read"), frame());
    }
}

#[test]
fn streams_and_files_hold_the_same() {
    let folder = Folder::new();
    let path = folder.path("rows.arrows");
    let mut bytes = Vec::new();
    frame().write_ipc_stream(&mut bytes).expect("memory takes it");
    assert_eq!(read_ipc_stream(bytes.as_slice()).expect("what we write we read"), frame());
    std::fs::write(&path, &bytes).expect("the folder can be written");
    assert_eq!(read_ipc(&path).expect("a stream in a file"), frame());
    assert_eq!(read_ipc_schema(&path).expect("a schema"), *frame().schema());
    bytes.truncate(bytes.len() / 2);
    let error = read_ipc_stream(bytes.as_slice()).expect_err("it breaks off").to_string();
    assert!(error.contains("ipc stream"), "{error}");
}

#[test]
fn only_wanted_columns_are_read() {
    let folder = Folder::new();
    let path = folder.path("rows.arrow");
    frame().write_ipc(&path).expect("it can be written");
    let bytes_read = |query: LazyFrame| {
        let options = ExecOptions { counters: ReadCounters::default(), ..ExecOptions::default() };
        let counters = options.counters.clone();
        query.with_options(options).collect().expect("it runs");
        counters.bytes_read()
    };
    assert_eq!(bytes_read(scan_ipc(&path).select([col("day")])), 4 * ROWS as u64);
    assert_eq!(bytes_read(scan_ipc(&path).select([col("day")]).head(10)), 4 * 10);
    // Nothing is left for the other columns.
    let nothing = scan_ipc(&path).filter(col("n").lt(0)).select([col("name"), col("day")]);
    assert_eq!(bytes_read(nothing), 8 * ROWS as u64);
}

#[test]
fn several_files_and_their_paths() {
    let folder = Folder::new();
    for (name, from) in [("b.arrow", 3), ("a.arrow", 0)] {
        let rows = df! { "n" => [from, from + 1, from + 2] }.expect("one column");
        rows.write_ipc(folder.path(name)).expect("it can be written");
    }
    let all = scan_ipc(folder.path("*.arrow")).collect().expect("they can be read");
    assert_eq!(all, df! { "n" => [0, 1, 2, 3, 4, 5] }.expect("one column"));
    let options = IpcOptions { include_file_paths: Some("file".into()), ..IpcOptions::default() };
    let counts = scan_ipc_files([folder.path("b.arrow"), folder.path("a.arrow")], options.clone())
        .filter(col("n").gt(1))
        .group_by("file")
        .agg([len()])
        .collect()
        .expect("they can be read");
    assert_eq!(counts.column("len").expect("a column").get(0), Scalar::Int64(3));
    assert_eq!(counts.height(), 2);
    let rows = scan_ipc_with(folder.path("a.arrow"), options).collect_schema().expect("an index");
    assert_eq!(rows.to_string(), "n: Int32, file: String");
}

#[test]
fn mistakes_are_found_before_anything_is_read() {
    let folder = Folder::new();
    let path = folder.path("rows.arrow");
    frame().write_ipc(&path).expect("it can be written");
    let error = scan_ipc(&path).filter(col("amuont").gt(3)).collect().expect_err("no such column");
    assert!(error.to_string().contains("amount"), "{error}");

    std::fs::write(folder.path("text.arrow"), "n,word\n1,a\n2,b\n3,c\n").expect("the folder can be written");
    let error = read_ipc(folder.path("text.arrow")).expect_err("it is CSV");
    assert!(error.to_string().contains("this is no Arrow file or stream: it begins otherwise"), "{error}");
    let error = read_ipc(folder.path("nothing.arrow")).expect_err("it is not there");
    assert!(error.to_string().contains("nothing.arrow"), "{error}");
}

#[test]
fn a_query_that_fails_leaves_the_older_file() {
    let folder = Folder::new();
    let path = folder.path("rows.arrow");
    frame().write_ipc(&path).expect("it can be written");
    let overflow = frame().lazy().select([col("n") + i64::MAX]);
    assert!(overflow.sink_ipc(&path).is_err());
    assert_eq!(read_ipc(&path).expect("it is still there"), frame());
    assert_eq!(folder.names(), ["rows.arrow"]);
}

#[test]
fn folders_with_keys_give_columns() {
    let folder = Folder::new();
    for (year, city) in [(2023, "Oslo"), (2024, "Rome"), (2024, "Oslo")] {
        let place = folder.path(&format!("year={year}/city={city}"));
        std::fs::create_dir_all(&place).expect("the folder can be written");
        let rows = df! { "n" => [year * 10, year * 10 + 1] }.expect("one column");
        rows.write_ipc(place.join("part.arrow")).expect("it can be written");
    }
    let scan = || {
        let options = IpcOptions { hive_partitioning: true, ..IpcOptions::default() };
        scan_ipc_with(folder.root(), options)
    };
    assert_eq!(scan().collect_schema().expect("indexes").to_string(), "n: Int32, year: Int64, city: String");
    let options = ExecOptions { counters: ReadCounters::default(), ..ExecOptions::default() };
    let counters = options.counters.clone();
    let rows = scan()
        .filter(col("year").eq(2024).and(col("city").eq("Oslo")))
        .select([col("city"), col("n")])
        .with_options(options)
        .collect()
        .expect("it runs");
    assert_eq!(rows, df! { "city" => ["Oslo", "Oslo"], "n" => [20240, 20241] }.expect("two columns"));
    assert_eq!(counters.rows_read(), 2, "the other files are not read");
    let groups = scan().group_by("year").agg([col("n").sum()]).collect().expect("it runs");
    assert_eq!(groups.height(), 2);
}
