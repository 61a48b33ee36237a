//! Every file that another program wrote: each value is what its text says, or the file is refused for a named reason.

use super::{folder, lines, read, temporary};
use crate::files::{FilesError, ScanOptions};
use crate::filter::{FilterError, RowFilter};
use crate::ipc::{
    ExtraColumns, IpcErrorKind, IpcOptions, IpcScan, IpcStreamReader, IpcTable, MissingColumns,
};
use lazuli_array::{Batch, Bitmap, DataFrame, Scalar};
use std::path::PathBuf;
use std::sync::Arc;

/// The files, each with the text of its table.
fn files() -> Vec<(PathBuf, Vec<String>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8").to_owned();
        if name.ends_with(".txt") {
            continue;
        }
        let table = name.split('.').next().expect("a split has a first part");
        let expected = std::fs::read_to_string(folder().join(format!("{table}.txt"))).unwrap_or_default();
        files.push((path, expected.lines().map(str::to_owned).collect()));
    }
    files.sort();
    assert!(files.len() > 20, "the files of testdata/make/ipc_matrix.py");
    files
}

/// What is refused, and why.
fn refusal(name: &str) -> Option<&'static str> {
    Some(match name.strip_prefix("unread.")? {
        "interval.arrow" => "intervals of months, days and nanoseconds: not supported",
        "union.arrow" => "unions: not supported",
        "run-ends.arrow" => "runs with their ends: not supported",
        "list-view.arrow" => "lists as views: not supported",
        "decimal256.arrow" => "decimals of 60 digits, 0 behind the point: not supported",
        "feather-1.arrow" => "Feather files of version 1: not supported",
        other => panic!("{other} is not among the files"),
    })
}

fn compare(name: &str, frame: &DataFrame, expected: &[String]) {
    for (found, expected) in lines(frame).iter().zip(expected) {
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

#[test]
fn every_value_is_read_or_refused() {
    for (path, expected) in files() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        for batch_rows in [1 << 20, 7, 16] {
            match (read(&path, ScanOptions { batch_rows, ..ScanOptions::default() }), refusal(name)) {
                (Ok(frame), None) => compare(name, &frame, &expected),
                (Err(error), Some(reason)) => {
                    assert!(error.to_string().ends_with(reason), "{name}: {error}")
                }
                (Err(error), None) => panic!("{name}: {error}"),
                (Ok(_), Some(reason)) => panic!("{name} was read, not refused for {reason}"),
            }
        }
    }
}

#[test]
fn streams_are_read_as_they_come() {
    for (path, expected) in files() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if !name.ends_with(".arrows") {
            continue;
        }
        let file = std::fs::File::open(&path).expect("it is there");
        let reader = IpcStreamReader::try_new(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let schema = reader.schema().clone();
        let batches = reader.collect::<Result<Vec<_>, _>>().unwrap_or_else(|error| panic!("{name}: {error}"));
        compare(name, &DataFrame::from_batches(schema, batches).expect("of the schema"), &expected);
    }
}

/// Rows whose number in the batch leaves no rest by three.
struct EveryThird {
    columns: Vec<usize>,
}

impl RowFilter for EveryThird {
    fn columns(&self) -> &[usize] {
        &self.columns
    }

    fn keep(&self, batch: &Batch) -> Result<Bitmap, FilterError> {
        Ok(Bitmap::from_fn(batch.num_rows(), |row| row % 3 == 0))
    }
}

/// Any two columns by themselves are what they are among all.
#[test]
fn columns_and_rows_that_are_wanted() {
    for (path, expected) in files() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if refusal(name).is_some() {
            continue;
        }
        let columns = expected[0].split('\t').count();
        let picked = |line: &String, wanted: &[usize]| {
            let cells: Vec<&str> = line.split('\t').collect();
            wanted.iter().map(|&column| cells[column]).collect::<Vec<_>>().join("\t")
        };
        for first in 0..columns {
            let wanted = vec![first, (first + columns / 2 + 1) % columns];
            if wanted[0] == wanted[1] {
                continue;
            }
            let options =
                ScanOptions { projection: Some(wanted.clone()), batch_rows: 9, ..ScanOptions::default() };
            let frame = read(&path, options).expect("it can be read");
            let all: Vec<String> = expected.iter().map(|line| picked(line, &wanted)).collect();
            assert_eq!(lines(&frame), all, "{name}");
            let filter = Arc::new(EveryThird { columns: vec![wanted[1]] });
            let options = ScanOptions {
                projection: Some(wanted.clone()),
                filter: Some(filter),
                batch_rows: 1 << 20,
                ..ScanOptions::default()
            };
            let kept = read(&path, options).expect("it can be read");
            let whole = read(
                &path,
                ScanOptions { projection: Some(wanted), batch_rows: 1 << 20, ..ScanOptions::default() },
            );
            let mut rows = lines(&whole.expect("it can be read"))[..2].to_vec();
            let table = IpcTable::open(&path, &IpcOptions::default()).expect("it can be opened");
            let mut at = 2;
            for batch in &table.parts[0].file.batches {
                rows.extend((0..batch.num_rows).step_by(3).map(|row| all[at + row].clone()));
                at += batch.num_rows;
            }
            assert_eq!(lines(&kept), rows, "{name}");
        }
    }
}

#[test]
fn a_limit_ends_a_scan() {
    for name in ["types.pieces.arrow", "types.lz4.arrow"] {
        for limit in [0, 1, 16, 17, 50, 1000] {
            let options = ScanOptions { limit: Some(limit), batch_rows: 5, ..ScanOptions::default() };
            let frame = read(&folder().join(name), options).expect("it can be read");
            assert!(frame.height() >= limit.min(70), "{name} {limit} {}", frame.height());
            assert!(limit > 0 || frame.height() == 0);
        }
    }
}

#[test]
fn several_threads_read_one_file() {
    for name in ["types.pieces.arrow", "coded.lz4.arrow", "nested.zstd.arrow", "growing.file.arrow"] {
        let expected = read(&folder().join(name), ScanOptions::default()).expect("it can be read");
        let table = IpcTable::open(folder().join(name), &IpcOptions::default()).expect("it can be opened");
        let options = ScanOptions { batch_rows: 3, threads: 4, ..ScanOptions::default() };
        let scan = IpcScan::open(Arc::new(table), options);
        let mut batches: Vec<(u64, Batch)> = std::thread::scope(|scope| {
            let work = || {
                let mut batches = Vec::new();
                while let Some(next) = scan.next().map_err(|(_, error)| error).expect("it can be read") {
                    batches.push(next);
                }
                batches
            };
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
        });
        batches.sort_by_key(|(number, _)| *number);
        let batches = batches.into_iter().map(|(_, batch)| batch).collect();
        let frame = DataFrame::from_batches(scan.schema().clone(), batches).expect("of the schema");
        assert_eq!(lines(&frame), lines(&expected), "{name}");
    }
}

#[test]
fn several_files_are_one_table() {
    let [coded, pieces, empty] =
        ["coded.arrow", "coded.lz4.arrow", "types.arrow"].map(|name| folder().join(name));
    let open = |paths: &[&PathBuf], options: &IpcOptions| IpcTable::open_all(paths, options);
    let both = IpcOptions { include_file_paths: Some("file".into()), ..IpcOptions::default() };
    let table = open(&[&coded, &pieces], &both).expect("the same columns");
    let scan = IpcScan::open(Arc::new(table), ScanOptions::default());
    let mut rows = 0;
    while let Some((number, batch)) = scan.next().map_err(|(_, error)| error).expect("they can be read") {
        rows += batch.num_rows();
        let path = batch.column_named("file").expect("it was asked for").get(0);
        let expected = if number == 0 { &coded } else { &pieces };
        assert_eq!(path, Scalar::String(expected.display().to_string().into()));
    }
    assert_eq!(rows, 140);
    let error = open(&[&coded, &empty], &IpcOptions::default()).expect_err("other columns");
    assert!(matches!(error.kind(), IpcErrorKind::Files(FilesError::ExtraColumn { .. })), "{error}");
    let lenient = IpcOptions {
        missing_columns: MissingColumns::Insert,
        extra_columns: ExtraColumns::Ignore,
        ..IpcOptions::default()
    };
    assert_eq!(open(&[&coded, &empty], &lenient).expect("nulls").num_rows(), 140);
}

#[test]
fn what_is_no_arrow_file_is_refused_by_name() {
    let path = temporary("no-arrow");
    for (bytes, reason) in [
        (&b""[..], "this is no Arrow file or stream: it is empty"),
        (b"PAR1 and more", "this is no Arrow file or stream: it begins otherwise"),
        (b"ARROW1\0\0", "the file is damaged: it does not end as a file does: it was not written to its end"),
        (b"ARROW1\0\0\xFF\xFF\xFF\x7FARROW1", "the file is damaged: a footer that is longer than the file"),
    ] {
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        let error = read(&path, ScanOptions::default()).expect_err("it is none");
        assert_eq!(error.without_path().to_string(), reason);
    }
    std::fs::remove_file(&path).expect("it is ours");
    let error = read(&folder(), ScanOptions::default()).expect_err("a folder");
    assert_eq!(error.without_path().to_string(), "is a directory, not a file");
}
