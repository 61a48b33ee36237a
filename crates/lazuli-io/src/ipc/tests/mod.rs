//! Files that another program wrote, read value by value; the same files with bytes changed; files of our own.

mod damaged; // bytes changed
mod matrix; // files of another program
mod round_trip; // files of our own

use super::{IpcError, IpcOptions, IpcScan, IpcTable};
use crate::files::ScanOptions;
use lazuli_array::{Batch, DataFrame, Scalar};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files that `testdata/make/ipc_matrix.py` wrote.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ipc")
}

fn read(path: &Path, options: ScanOptions) -> Result<DataFrame, IpcError> {
    let table = Arc::new(IpcTable::open(path, &IpcOptions::default())?);
    let scan = IpcScan::open(table, options);
    let mut batches: Vec<(u64, Batch)> = Vec::new();
    while let Some((number, batch)) = scan.next().map_err(|(_, error)| error)? {
        batches.push((number, batch));
    }
    // Pieces of a batch that was read as a whole come behind those that others read meanwhile.
    batches.sort_by_key(|(number, _)| *number);
    assert!(batches.iter().map(|(number, _)| *number).eq(0..batches.len() as u64), "numbers have no gaps");
    let batches = batches.into_iter().map(|(_, batch)| batch).collect();
    Ok(DataFrame::from_batches(scan.schema().clone(), batches).expect("batches of the scan's schema"))
}

/// A path in the temporary folder, for the test that runs on this thread.
fn temporary(name: &str) -> PathBuf {
    let (process, thread) = (std::process::id(), std::thread::current().id());
    std::env::temp_dir().join(format!("lazuli-{name}-{process}-{thread:?}.arrow"))
}

/// A value as `testdata/make/ipc_matrix.py` writes it.
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
