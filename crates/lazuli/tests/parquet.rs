//! Parquet files through whole queries: written, scanned, left out where their bounds allow it; the same under every
//! configuration.
#![cfg(feature = "parquet")]

mod configurations; // ways to run a query that must not matter

use configurations::configurations;
use lazuli::parquet::ParquetCompression;
use lazuli::prelude::*;
use lazuli::{
    OptimizerOptions, ParquetOptions, ParquetWriteOptions, ReadCounters, read_parquet, read_parquet_metadata,
    read_parquet_schema, scan_parquet, scan_parquet_files, scan_parquet_with,
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
}

fn small_groups() -> ParquetWriteOptions {
    ParquetWriteOptions { row_group_size: 600, ..ParquetWriteOptions::default() }
}

#[test]
fn queries_over_a_file_are_those_over_the_frame() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    frame().lazy().sink_parquet_with(&path, small_groups()).expect("it can be written");
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
            let found = query(scan_parquet(&path)).with_options(options.clone()).collect().expect("it runs");
            assert_eq!(found, expected, "query {number}");
        }
    }
}

#[test]
fn joins_with_a_file_are_those_with_the_frame() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    frame().lazy().sink_parquet_with(&path, small_groups()).expect("it can be written");
    // Some keys twice, some that no row has, one missing.
    let few = || {
        let frame = df! {
            "k" => vec![Some(7i64), Some(7), Some(3000), Some(4999), Some(9999), None],
            "half" => vec![Some(0.5), Some(4.125), None, Some(0.5), Some(1e9), Some(3.0)],
            "word" => vec!["toys", "tools", "Ω", "toys", "none", "toys"],
        };
        frame.expect("columns of one length").lazy().filter(col("word").neq("nothing"))
    };
    type Query = fn(LazyFrame, LazyFrame) -> LazyFrame;
    let queries: [Query; 8] = [
        |rows, few| rows.join(few, "n", "k", JoinType::Inner),
        |rows, few| rows.join(few, "n", "k", JoinType::Semi).select([col("name"), col("amount")]),
        |rows, few| rows.join(few, "n", "k", JoinType::Anti),
        |rows, few| rows.join(few, "n", "k", JoinType::Left).filter(col("n").lt(20)),
        |rows, few| rows.filter(col("day").gt(2)).join(few, "amount", "half", JoinType::Inner),
        |rows, few| rows.filter(col("n").lt(50)).join(few, "word", "word", JoinType::Inner),
        |rows, few| rows.join(few, ["n", "word"], ["k", "word"], JoinType::Semi),
        |rows, few| rows.head(3000).join(few, "n", "k", JoinType::Inner),
    ];
    for options in configurations() {
        for (number, query) in queries.iter().enumerate() {
            let over = |rows: LazyFrame| {
                query(rows, few()).with_options(options.clone()).collect().expect("it runs")
            };
            assert_eq!(over(scan_parquet(&path)), over(frame().lazy()), "query {number}");
        }
    }
}

#[test]
fn any_number_of_threads_writes_the_same_rows() {
    let folder = Folder::new();
    for (number, options) in configurations().into_iter().enumerate() {
        let path = folder.path(&format!("{number}.parquet"));
        let query = frame().lazy().filter(col("day").neq(2)).with_options(options);
        query.clone().sink_parquet_with(&path, small_groups()).expect("it can be written");
        assert_eq!(read_parquet(&path).expect("it can be read"), query.collect().expect("it runs"));
    }
    for compression in
        [ParquetCompression::Uncompressed, ParquetCompression::Zstd, ParquetCompression::Lz4Raw]
    {
        let path = folder.path("compressed.parquet");
        let options = ParquetWriteOptions { compression, ..ParquetWriteOptions::default() };
        frame().lazy().sink_parquet_with(&path, options).expect("it replaces the one before");
        assert_eq!(read_parquet(&path).expect("it can be read"), frame());
    }
}

#[test]
fn row_groups_that_cannot_match_are_not_read() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    // A morsel is the least that goes into a row group.
    let options = ExecOptions { morsel_rows: 100, ..ExecOptions::default() };
    frame().lazy().with_options(options).sink_parquet_with(&path, small_groups()).expect("it can be written");
    let rows_read = |predicate: Expr| {
        let options = ExecOptions { counters: ReadCounters::default(), ..ExecOptions::default() };
        let counters = options.counters.clone();
        scan_parquet(&path).filter(predicate).with_options(options).collect().expect("it runs");
        counters.rows_read()
    };
    assert_eq!(rows_read(col("n").gt_eq(0)), 5000);
    assert_eq!(rows_read(col("n").eq(700)), 600);
    assert_eq!(rows_read(col("n").lt(600)), 600);
    assert_eq!(rows_read(col("n").gt(9000)), 0);
    assert_eq!(rows_read(col("n").gt(4700).or(col("n").is_in([3]))), 600 + 800);
    // Floats above all others may be NaN, which bounds leave out.
    assert_eq!(rows_read(col("amount").gt(1e9)), 5000);
    assert_eq!(rows_read(col("amount").lt(10.0)), 600);
}

#[test]
fn nan_is_found_though_bounds_leave_it_out() {
    let folder = Folder::new();
    let path = folder.path("nan.parquet");
    let values = df! { "x" => [1.0, f64::NAN, 2.0] }.expect("one column");
    values.write_parquet(&path).expect("it can be written");
    for predicate in [col("x").gt(5.0), col("x").eq(f64::NAN), col("x").neq(1.0).and(col("x").gt(2.0))] {
        let rows = scan_parquet(&path).filter(predicate).collect().expect("it runs");
        assert_eq!(rows.height(), 1);
    }
}

#[test]
fn several_files_and_their_paths() {
    let folder = Folder::new();
    for (name, from) in [("b.parquet", 3), ("a.parquet", 0)] {
        let rows = df! { "n" => [from, from + 1, from + 2] }.expect("one column");
        rows.write_parquet(folder.path(name)).expect("it can be written");
    }
    let all = scan_parquet(folder.path("*.parquet")).collect().expect("they can be read");
    assert_eq!(all, df! { "n" => [0, 1, 2, 3, 4, 5] }.expect("one column"));
    let options = ParquetOptions { include_file_paths: Some("file".into()), ..ParquetOptions::default() };
    let counts = scan_parquet_files([folder.path("b.parquet"), folder.path("a.parquet")], options.clone())
        .filter(col("n").gt(1))
        .group_by("file")
        .agg([len()])
        .collect()
        .expect("they can be read");
    assert_eq!(counts.column("len").expect("a column").get(0), Scalar::Int64(3));
    assert_eq!(counts.height(), 2);
    let rows = scan_parquet_with(folder.path("a.parquet"), options).collect_schema().expect("a footer");
    assert_eq!(rows.to_string(), "n: Int32, file: String");
}

#[test]
fn mistakes_are_found_before_anything_is_read() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    frame().write_parquet(&path).expect("it can be written");
    let error = scan_parquet(&path).filter(col("amuont").gt(3)).collect().expect_err("no such column");
    assert!(error.to_string().contains("amount"), "{error}");

    std::fs::write(folder.path("text.parquet"), "n,word\n1,a\n2,b\n3,c\n")
        .expect("the folder can be written");
    let error = read_parquet(folder.path("text.parquet")).expect_err("it is CSV");
    assert!(error.to_string().contains("this is no Parquet file: it does not end with PAR1"), "{error}");
    let error = read_parquet(folder.path("nothing.parquet")).expect_err("it is not there");
    assert!(error.to_string().contains("nothing.parquet"), "{error}");
}

#[test]
fn a_query_that_fails_leaves_the_older_file() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    frame().write_parquet(&path).expect("it can be written");
    let overflow = frame().lazy().select([col("n") + i64::MAX]);
    assert!(overflow.sink_parquet(&path).is_err());
    assert_eq!(read_parquet(&path).expect("it is still there"), frame());
    assert_eq!(folder.names(), ["rows.parquet"]);
}

#[test]
fn footers_alone() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    frame().write_parquet(&path).expect("it can be written");
    let schema = read_parquet_schema(&path).expect("a footer");
    assert_eq!(schema, *frame().schema());
    assert!(read_parquet_metadata(&path).expect("a footer").is_empty());
    let spans = frame().lazy().select([col("n").cast(DataType::Duration(TimeUnit::Milliseconds))]);
    spans.clone().sink_parquet(&path).expect("it can be written");
    let pairs = read_parquet_metadata(&path).expect("a footer");
    assert_eq!(pairs[0].1.as_deref(), Some("0=duration[ms]"));
    assert_eq!(read_parquet(&path).expect("it can be read"), spans.collect().expect("it runs"));
}

#[test]
fn folders_with_keys_give_columns() {
    let folder = Folder::new();
    for (year, city) in [(2023, "Oslo"), (2024, "Rome"), (2024, "Oslo")] {
        let place = folder.path(&format!("year={year}/city={city}"));
        std::fs::create_dir_all(&place).expect("the folder can be written");
        let rows = df! { "n" => [year * 10, year * 10 + 1] }.expect("one column");
        rows.write_parquet(place.join("part.parquet")).expect("it can be written");
    }
    let scan = || {
        let options = ParquetOptions { hive_partitioning: true, ..ParquetOptions::default() };
        scan_parquet_with(folder.root(), options)
    };
    assert_eq!(scan().collect_schema().expect("footers").to_string(), "n: Int32, year: Int64, city: String");
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

#[test]
fn a_profile_tells_what_was_not_read() {
    let folder = Folder::new();
    let path = folder.path("rows.parquet");
    let options = ExecOptions { morsel_rows: 100, ..ExecOptions::default() };
    frame().lazy().with_options(options).sink_parquet_with(&path, small_groups()).expect("it can be written");
    let query = || scan_parquet(&path).filter(col("n").lt(700)).select([col("word")]);
    for options in configurations().into_iter().filter(|options| options.optimizer == OptimizerOptions::all())
    {
        let (answer, profile) = query().with_options(options).collect_profiled().expect("it runs");
        let scan = &profile.operators[0];
        assert_eq!((answer.height(), scan.rows_out), (700, 700));
        assert_eq!((scan.rows_in, scan.rows_pruned), (5000, 4300), "{profile}");
        assert_eq!(scan.row_groups_pruned, 7, "of 9, the third on");
    }
}
