//! Whole files in, whole frames out.

mod cases; // what files mean
mod files; // several files as one table
mod forms; // dates of a given form, null texts by column
mod hard; // very long, very wide, broken off
mod messy; // real files that are not tidy
mod misuse; // what is wrong with files, and where
mod rejects; // records that are set aside
mod round_trip; // written and read back
mod sniffed; // what files seem to be
mod texts; // encodings, compression, escapes, headers
mod twin; // the csv crate as the slow, obvious reader
mod widen; // types that hold every text

use super::*;
use lazuli_array::{Batch, Scalar, Schema};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A file that is there as long as this value.
struct TempFile(PathBuf);

impl TempFile {
    fn new(bytes: impl AsRef<[u8]>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lazuli-io-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A chunk size no file here fills.
const ONE_CHUNK: usize = 1 << 24;

fn options() -> CsvOptions {
    CsvOptions::default()
}

/// All columns String, in chunks of so many bytes.
fn as_text(chunk_bytes: usize) -> CsvOptions {
    CsvOptions { infer: InferMode::Never, chunk_bytes, ..options() }
}

/// What a scan gives: batches in order, or the first error by place.
fn run(scan: &CsvScan, threads: usize) -> Result<Vec<Batch>> {
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let (sequence, result) = match scan.next() {
                Ok(None) => break,
                Ok(Some((sequence, batch))) => (sequence, Ok(batch)),
                Err(error) => (error.sequence().expect("errors of a scan have one"), Err(error)),
            };
            results.lock().expect("no test panics while it holds this").push((sequence, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().expect("as above");
    results.sort_by_key(|(sequence, _)| *sequence);
    let sequences: Vec<u64> = results.iter().map(|(sequence, _)| *sequence).collect();
    assert!(sequences.iter().copied().eq(0..results.len() as u64), "a gap: {sequences:?}");
    results.into_iter().map(|(_, result)| result).collect()
}

fn read_path(path: &Path, options: &CsvOptions) -> Result<(Schema, Vec<Vec<Scalar>>)> {
    let table = Arc::new(CsvTable::open(path, options)?);
    let scan = CsvScan::open(table, None, None, None)?;
    let batches = run(&scan, 1)?;
    Ok((scan.schema().as_ref().clone(), rows(&batches)))
}

/// Schema and rows of a text.
fn read(text: impl AsRef<[u8]>, options: &CsvOptions) -> Result<(Schema, Vec<Vec<Scalar>>)> {
    read_path(&TempFile::new(text).0, options)
}

fn rows(batches: &[Batch]) -> Vec<Vec<Scalar>> {
    let row = |batch: &Batch, row| batch.columns().iter().map(|column| column.get(row)).collect();
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect()
}

/// A value as these tests write it: null is `-`.
fn show(value: &Scalar) -> String {
    match value {
        Scalar::Null => "-".into(),
        Scalar::String(text) => format!("{:?}", text.as_str()),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Int64(value) => value.to_string(),
        Scalar::Float64(value) => format!("{value:?}"),
        Scalar::Date(days) => {
            let mut out = String::new();
            lazuli_array::calendar::write_date(&mut out, *days).expect("a string takes any text");
            out
        }
        other => format!("{other:?}"),
    }
}

fn show_rows(rows: &[Vec<Scalar>]) -> String {
    let lines: Vec<String> =
        rows.iter().map(|row| row.iter().map(show).collect::<Vec<_>>().join(" ")).collect();
    lines.join("\n")
}

/// Schema, rows and errors of a text, the same for any chunk size and number of threads.
fn answer(text: impl AsRef<[u8]>, options: &CsvOptions) -> String {
    answer_of_files(&[text.as_ref()], options)
}

/// As [`answer`], for several files; paths are written `FILE0`, `FILE1`.
fn answer_of_files(texts: &[&[u8]], options: &CsvOptions) -> String {
    let files: Vec<TempFile> = texts.iter().map(TempFile::new).collect();
    let paths: Vec<&Path> = files.iter().map(|file| file.0.as_path()).collect();
    let mut answers: Vec<String> = [1, 7, ONE_CHUNK]
        .into_iter()
        .flat_map(|chunk_bytes| {
            let options = CsvOptions { chunk_bytes, ..options.clone() };
            [1, 3].map(|threads| {
                let answer = CsvTable::open_all(&paths, &options).and_then(|table| {
                    let scan = CsvScan::open(Arc::new(table), None, None, None)?;
                    let rows = rows(&run(&scan, threads)?);
                    let told = |reject: CsvReject| {
                        let CsvReject { line, record, byte_offset, column, raw_text, reason, .. } = reject;
                        let column = column.unwrap_or("-".into());
                        format!("{line} {record} {byte_offset} {column} {raw_text:?} {reason}")
                    };
                    let rejects: Vec<String> = scan.rejects().into_iter().map(told).collect();
                    let mut answer = format!("{}\n{}", scan.schema(), show_rows(&rows));
                    if !rejects.is_empty() {
                        answer.push_str(&format!("\nset aside:\n{}", rejects.join("\n")));
                    }
                    Ok(answer)
                });
                let mut answer = answer.unwrap_or_else(|error| error.to_string());
                for (number, path) in paths.iter().enumerate() {
                    answer = answer.replace(&path.display().to_string(), &format!("FILE{number}"));
                }
                answer
            })
        })
        .collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answer depends on chunks or threads: {answers:#?}");
    answers.remove(0)
}

/// Types of some columns.
fn typed(types: &[(&str, lazuli_array::DataType)]) -> CsvOptions {
    let schema_overrides =
        types.iter().map(|(name, data_type)| ((*name).into(), data_type.clone())).collect();
    CsvOptions { schema_overrides, ..options() }
}
