//! Files that another program wrote, read value by value; the same files with bytes changed; files of our own.

mod damaged; // bytes changed
mod matrix; // files of another program
mod pruning; // what is left out by bounds, dictionaries and Bloom filters
mod round_trip; // files of our own
mod twin; // files of our own as parquet2 reads them

use super::{ParquetError, ParquetOptions, ParquetScan, ParquetScanOptions, ParquetTable};
use lazuli_array::{Batch, DataFrame, Scalar};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that `testdata/make/parquet.py` wrote.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/parquet")
}

fn read(path: &Path, options: ParquetScanOptions) -> Result<DataFrame, ParquetError> {
    let table = Arc::new(ParquetTable::open(path, &ParquetOptions::default())?);
    let scan = ParquetScan::open(table, options);
    let mut batches: Vec<Batch> = Vec::new();
    loop {
        match scan.next() {
            Ok(Some((number, batch))) => {
                assert_eq!(number, batches.len() as u64, "batches come in order");
                batches.push(batch);
            }
            Ok(None) => break,
            Err((number, error)) => {
                assert_eq!(number, batches.len() as u64, "so do errors");
                return Err(error);
            }
        }
    }
    Ok(DataFrame::from_batches(scan.schema().clone(), batches).expect("batches of the scan's schema"))
}

/// A value as `testdata/make/parquet.py` writes it.
fn text(value: &Scalar) -> String {
    let texts = |values: Vec<String>| values.join(", ");
    match value {
        Scalar::Float32(value) => format!("{:08x}", value.to_bits()),
        Scalar::Float64(value) => format!("{:016x}", value.to_bits()),
        Scalar::Decimal { value, .. } => value.to_string(),
        Scalar::Binary(bytes) => bytes.iter().fold("x".into(), |text, byte| format!("{text}{byte:02x}")),
        Scalar::Date(days) => days.to_string(),
        Scalar::Datetime(ticks, ..) | Scalar::Duration(ticks, _) | Scalar::Time(ticks) => ticks.to_string(),
        Scalar::List(values) => {
            format!("[{}]", texts((0..values.len()).map(|row| text(&values.get(row))).collect()))
        }
        Scalar::Struct(fields) => {
            format!(
                "{{{}}}",
                texts(fields.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect())
            )
        }
        other => other.to_string(),
    }
}

/// A frame as the lines of a text: names, types, rows.
fn lines(frame: &DataFrame) -> Vec<String> {
    let fields = frame.schema().fields();
    let names = fields.iter().map(|field| field.name().to_string()).collect::<Vec<_>>().join("\t");
    let types = fields.iter().map(|field| field.data_type().to_string()).collect::<Vec<_>>().join("\t");
    let rows = frame.rows().map(|row| row.iter().map(text).collect::<Vec<_>>().join("\t"));
    [names, types].into_iter().chain(rows).collect()
}
