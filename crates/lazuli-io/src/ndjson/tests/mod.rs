//! Whole files in, whole frames out.

mod cases; // what files mean
mod messy; // real files that are not tidy
mod misfits; // what does not fit, and where it is told
mod round_trip; // written and read back
mod twin; // serde_json as the slow, obvious reader

use super::*;
use crate::Reject;
use crate::policy::{DictionaryStrings, InferMode, OnMisfit};
use lazuli_array::{Batch, DataType, Scalar, Schema};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A file that is there as long as this value.
struct TempFile(PathBuf);

impl TempFile {
    fn new(bytes: impl AsRef<[u8]>) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lazuli-io-{}-{number}.ndjson", std::process::id()));
        std::fs::write(&path, bytes).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn options() -> NdjsonOptions {
    NdjsonOptions { infer: InferMode::Full, infer_threads: 1, ..NdjsonOptions::default() }
}

/// What a scan gives: batches in order, or the first error by place.
fn run(scan: &NdjsonScan, threads: usize) -> Result<Vec<Batch>> {
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

/// What a file gives.
#[derive(Debug, PartialEq)]
struct Answer {
    schema: Schema,
    rows: Vec<Vec<Scalar>>,
    rejects: Vec<Reject>,
}

fn read_path(path: &Path, options: &NdjsonOptions, threads: usize) -> Result<Answer> {
    let table = Arc::new(NdjsonTable::open(path, options)?);
    let scan = NdjsonScan::open(table, None, None, None)?;
    let batches = run(&scan, threads)?;
    let rejects = scan.rejects();
    assert_eq!(scan.rows_done(), batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>());
    Ok(Answer { schema: scan.schema().as_ref().clone(), rows: rows(&batches), rejects })
}

fn rows(batches: &[Batch]) -> Vec<Vec<Scalar>> {
    let row = |batch: &Batch, row| batch.columns().iter().map(|column| column.get(row)).collect();
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect()
}

/// Schema, rows and rejects of a text, or its error, the same for any chunk size and number of threads.
fn answer(text: impl AsRef<[u8]>, options: &NdjsonOptions) -> std::result::Result<Answer, String> {
    let text = text.as_ref();
    let file = TempFile::new(text);
    let mut first: Option<std::result::Result<Answer, String>> = None;
    for (chunk_bytes, threads) in [(1 << 24, 1), (1, 2), (17, 3)] {
        let options = NdjsonOptions { chunk_bytes, infer_threads: threads, ..options.clone() };
        let mut found =
            read_path(&file.0, &options, threads).map_err(|error| error.without_path().to_string());
        if let Ok(answer) = &mut found {
            answer.rejects.iter_mut().for_each(|reject| reject.file.clear());
        }
        match &first {
            None => first = Some(found),
            Some(first) => assert_eq!(&found, first, "{chunk_bytes} bytes, {threads} threads: {text:?}"),
        }
    }
    first.expect("some rounds")
}

/// An answer as these tests write it: the schema, a row a line, null as `-`; or the error.
fn show(text: impl AsRef<[u8]>, options: &NdjsonOptions) -> String {
    match answer(text, options) {
        Ok(Answer { schema, rows, rejects }) => {
            let mut lines = vec![schema.to_string()];
            lines.extend(rows.iter().map(|row| row.iter().map(show_value).collect::<Vec<_>>().join(" ")));
            lines.extend(rejects.iter().map(|reject| {
                let Reject { line, record, byte_offset, column, raw_text, reason, .. } = reject;
                let column = column.as_deref().unwrap_or("-");
                format!("! line {line} record {record} byte {byte_offset} {column} {raw_text}: {reason}")
            }));
            lines.join("\n")
        }
        Err(error) => error,
    }
}

fn show_value(value: &Scalar) -> String {
    match value {
        Scalar::Null => "-".into(),
        Scalar::String(text) => format!("{:?}", text.as_str()),
        Scalar::List(items) => {
            let items: Vec<String> = (0..items.len()).map(|row| show_value(&items.get(row))).collect();
            format!("[{}]", items.join(" "))
        }
        Scalar::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}={}", show_value(value))).collect();
            format!("({})", fields.join(" "))
        }
        Scalar::Float64(value) => format!("{value:?}"),
        other => other.to_string(),
    }
}
