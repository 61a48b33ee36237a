//! Every file that another program wrote: each value is what its text says, or the file is refused for a named reason.

use super::{folder, lines, read};
use crate::files::FilesError;
use crate::filter::{FilterError, GroupFacts, RowFilter};
use crate::parquet::{
    ExtraColumns, MissingColumns, ParquetErrorKind, ParquetOptions, ParquetScan, ParquetScanOptions,
    ParquetTable,
};
use lazuli_array::{Batch, Bitmap, DataFrame, Scalar};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// The files, each with the text of its table.
fn files() -> Vec<(PathBuf, Vec<String>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8").to_owned();
        if !name.ends_with(".parquet") {
            continue;
        }
        let table = name.split('.').next().expect("a split has a first part");
        let expected = std::fs::read_to_string(folder().join(format!("{table}.txt"))).unwrap_or_default();
        files.push((path, expected.lines().map(str::to_owned).collect()));
    }
    files.sort();
    assert!(files.len() > 25, "the files of testdata/make/parquet.py");
    files
}

/// What is refused, and why.
fn refusal(name: &str) -> Option<&'static str> {
    if cfg!(not(feature = "brotli")) && name.contains("brotli") {
        return Some("Brotli compression, without the feature `brotli`: not supported");
    }
    (name == "unread.decimal256.parquet")
        .then_some("decimals of 60 digits, 0 of them after the point: not supported")
}

#[test]
fn every_value_is_read_or_refused() {
    for (path, expected) in files() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        match (read(&path, ParquetScanOptions::default()), refusal(name)) {
            (Ok(frame), None) => {
                for (found, expected) in lines(&frame).iter().zip(&expected) {
                    let differs = found.split('\t').zip(expected.split('\t')).position(|(a, b)| a != b);
                    if let Some(column) = differs {
                        let of = |line: &str| line.split('\t').nth(column).unwrap_or("").to_owned();
                        let column = frame.schema().field(column).name();
                        panic!("{name}, column {column}: {:?}, not {:?}", of(found), of(expected));
                    }
                    assert_eq!(found, expected, "{name}");
                }
                assert_eq!(frame.height() + 2, expected.len(), "{name}");
            }
            (Err(error), Some(reason)) => assert!(error.to_string().ends_with(reason), "{name}: {error}"),
            (Err(error), None) => panic!("{name}: {error}"),
            (Ok(_), Some(reason)) => panic!("{name} was read, not refused for {reason}"),
        }
    }
}

/// Rows by their number in the row group, whatever is in the columns that the filter looks at.
struct ByNumber {
    columns: Vec<usize>,
    is_kept: fn(usize) -> bool,
}

/// Few, with long runs without a row, so that pages are left out.
fn every_third(row: usize) -> bool {
    row.is_multiple_of(3) && (row / 20).is_multiple_of(2)
}

fn most(row: usize) -> bool {
    !row.is_multiple_of(7)
}

impl RowFilter for ByNumber {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        Ok(Bitmap::from_fn(batch.num_rows(), self.is_kept))
    }
}

fn filtered(frame: &DataFrame, group_rows: usize, is_kept: fn(usize) -> bool) -> Vec<String> {
    let keep = |row: usize| is_kept(row % group_rows);
    let all = lines(frame);
    let (head, rows) = all.split_at(2);
    head.iter()
        .chain(rows.iter().enumerate().filter(|(row, _)| keep(*row)).map(|(_, row)| row))
        .cloned()
        .collect()
}

#[test]
fn filters_keep_the_rows_that_they_say() {
    for (path, _) in files() {
        let Ok(whole) = read(&path, ParquetScanOptions::default()) else { continue };
        let table = ParquetTable::open(&path, &ParquetOptions::default()).expect("it was read");
        let group_rows = if table.num_row_groups() > 1 { 48 } else { usize::MAX };
        for columns in [vec![], vec![0], vec![whole.width() - 1, 0]] {
            for is_kept in [every_third, most] {
                let options = ParquetScanOptions {
                    filter: Some(Arc::new(ByNumber { columns: columns.clone(), is_kept })),
                    batch_rows: 7,
                    ..ParquetScanOptions::default()
                };
                let frame = read(&path, options).expect("it was read");
                assert_eq!(lines(&frame), filtered(&whole, group_rows, is_kept), "{}", path.display());
            }
        }
    }
}

#[test]
fn columns_and_first_rows() {
    for (path, _) in files() {
        let Ok(whole) = read(&path, ParquetScanOptions::default()) else { continue };
        let projection = vec![whole.width() - 1, 0];
        for limit in [0, 1, 47, 50, 1000] {
            let options = ParquetScanOptions {
                projection: Some(projection.clone()),
                limit: Some(limit),
                batch_rows: 10,
                ..ParquetScanOptions::default()
            };
            let frame = read(&path, options).expect("it was read");
            assert_eq!(frame.height(), limit.min(whole.height()), "{}", path.display());
            let all = lines(&whole);
            for (found, expected) in lines(&frame).iter().zip(&all) {
                let fields: Vec<&str> = expected.split('\t').collect();
                assert_eq!(*found, format!("{}\t{}", fields[projection[0]], fields[0]), "{}", path.display());
            }
        }
    }
}

#[test]
fn no_columns_are_rows_all_the_same() {
    let options = ParquetScanOptions { projection: Some(vec![]), ..ParquetScanOptions::default() };
    let frame = read(&folder().join("types.v1-plain.parquet"), options).expect("it was read");
    assert_eq!((frame.height(), frame.width()), (70, 0));
}

#[test]
fn several_threads_get_all_batches() {
    let path = folder().join("types.v2-dictionary.parquet");
    let whole = read(&path, ParquetScanOptions::default()).expect("it can be read");
    for with_filter in [false, true] {
        let table =
            Arc::new(ParquetTable::open(&path, &ParquetOptions::default()).expect("it can be opened"));
        let filter: Option<Arc<dyn RowFilter>> = if with_filter {
            Some(Arc::new(ByNumber { columns: vec![3], is_kept: every_third }))
        } else {
            None
        };
        let options =
            ParquetScanOptions { threads: 4, batch_rows: 5, filter, ..ParquetScanOptions::default() };
        let scan = ParquetScan::open(table, options);
        let batches = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(next) = scan.next().expect("it can be read") {
                        batches.lock().expect("no panics").push(next);
                    }
                });
            }
        });
        let mut batches = batches.into_inner().expect("no panics");
        batches.sort_by_key(|(number, _)| *number);
        assert!(batches.iter().enumerate().all(|(index, (number, _))| index as u64 == *number));
        let batches = batches.into_iter().map(|(_, batch)| batch).collect();
        let frame = DataFrame::from_batches(scan.schema().clone(), batches).expect("batches of one schema");
        let expected = if with_filter { filtered(&whole, 48, every_third) } else { lines(&whole) };
        assert_eq!(lines(&frame), expected);
    }
}

#[test]
fn bounds_of_row_groups_hold() {
    struct Bounds(Mutex<usize>, DataFrame);

    impl RowFilter for Bounds {
        fn columns(&self) -> &[usize] {
            &[]
        }

        fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
            Ok(Bitmap::filled(true, batch.num_rows()))
        }

        fn may_keep(&self, group: &dyn GroupFacts) -> bool {
            let mut first = self.0.lock().expect("no panics");
            let rows = *first..*first + group.num_rows();
            *first = rows.end;
            let mut known = 0;
            for (index, field) in self.1.schema().fields().iter().enumerate() {
                let facts = group.column(index);
                let column = self.1.column_at(index);
                let values: Vec<Scalar> =
                    rows.clone().map(|row| column.get(row)).filter(|value| !value.is_null()).collect();
                if let Some(nulls) = facts.null_count {
                    assert_eq!(nulls, rows.len() - values.len(), "nulls of {}", field.name());
                }
                let number = |value: &Scalar| match value {
                    Scalar::Float32(value) => Some(f64::from(*value)),
                    Scalar::Float64(value) => Some(*value),
                    Scalar::String(_) | Scalar::Binary(_) | Scalar::Boolean(_) | Scalar::Null => None,
                    other => super::text(other).parse().ok(),
                };
                for value in &values {
                    if let (Some(min), Some(value)) = (number(&facts.min), number(value)) {
                        assert!(min <= value || value.is_nan(), "{}: {min} {value}", field.name());
                        known += 1;
                    }
                    if let (Some(max), Some(value)) = (number(&facts.max), number(value)) {
                        assert!(max >= value, "{}: {max} {value}", field.name());
                    }
                    if let (Scalar::String(min), Scalar::String(max), Scalar::String(value)) =
                        (&facts.min, &facts.max, value)
                    {
                        assert!(min.as_str() <= value.as_str() && value.as_str() <= max.as_str());
                        known += 1;
                    }
                }
            }
            assert!(known > 1000, "bounds of most columns are known");
            rows.start > 0
        }
    }

    for variant in ["v1-plain", "v2-dictionary"] {
        let path = folder().join(format!("types.{variant}.parquet"));
        let whole = read(&path, ParquetScanOptions::default()).expect("it can be read");
        let filter = Arc::new(Bounds(Mutex::new(0), whole.clone()));
        let rest = read(&path, ParquetScanOptions { filter: Some(filter), ..ParquetScanOptions::default() });
        assert_eq!(lines(&rest.expect("it can be read"))[2..], lines(&whole)[2 + 48..]);
    }
}

#[test]
fn several_files_are_one_table() {
    let [narrow, types, empty] =
        ["narrow.zstd-v1.parquet", "types.parquet", "empty.parquet"].map(|name| folder().join(name));
    let open = |paths: &[&PathBuf], options: &ParquetOptions| ParquetTable::open_all(paths, options);
    let both = ParquetOptions { include_file_paths: Some("file".into()), ..ParquetOptions::default() };
    let table = open(&[&narrow, &empty, &narrow], &both).expect("the same columns");
    let scan = ParquetScan::open(Arc::new(table), ParquetScanOptions::default());
    let mut rows = 0;
    while let Some((_, batch)) = scan.next().map_err(|(_, error)| error).expect("they can be read") {
        rows += batch.num_rows();
        let path = batch.column_named("file").expect("it was asked for").get(0);
        assert_eq!(path, Scalar::String(narrow.display().to_string().into()));
    }
    assert_eq!(rows, 140);

    let error = open(&[&narrow, &types], &ParquetOptions::default()).expect_err("there are more columns");
    assert!(matches!(error.kind(), ParquetErrorKind::Files(FilesError::ExtraColumn { .. })), "{error}");
    let error = open(&[&types, &narrow], &ParquetOptions::default()).expect_err("there are fewer columns");
    assert!(matches!(error.kind(), ParquetErrorKind::Files(FilesError::MissingColumn { .. })), "{error}");
    let lenient = ParquetOptions {
        missing_columns: MissingColumns::Insert,
        extra_columns: ExtraColumns::Ignore,
        ..ParquetOptions::default()
    };
    assert!(open(&[&narrow, &types], &lenient).is_ok());
    let table = open(&[&types, &narrow], &lenient).expect("missing columns are null");
    let position = table.schema().position("u8_full").expect("it is in the first");
    let options = ParquetScanOptions { projection: Some(vec![position]), ..ParquetScanOptions::default() };
    let scan = ParquetScan::open(Arc::new(table), options);
    let mut nulls = 0;
    while let Some((_, batch)) = scan.next().map_err(|(_, error)| error).expect("they can be read") {
        nulls += batch.column(0).null_count();
    }
    assert_eq!(nulls, 70);
    let path_taken = ParquetOptions { include_file_paths: Some("few".into()), ..ParquetOptions::default() };
    let error = open(&[&narrow], &path_taken).expect_err("the name is taken");
    assert!(matches!(error.kind(), ParquetErrorKind::Files(FilesError::NameTaken { .. })), "{error}");
    assert!(matches!(
        open(&[], &lenient).expect_err("no files").kind(),
        ParquetErrorKind::Files(FilesError::NoFiles)
    ));
}
