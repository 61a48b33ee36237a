//! Tables of `BENCH_DATA`, read from CSV with the types that the same tables have as Parquet files.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use lazuli::prelude::*;
use lazuli::{Field, scan_csv_with};

use crate::cases::Failure;

/// A table and its columns.
pub struct Table {
    pub file: &'static str,
    pub columns: &'static [(&'static str, DataType)],
}

pub static OPS: Table = Table {
    file: "ops_1m.csv",
    columns: &[
        ("id", DataType::Int64),
        ("category", DataType::String),
        ("status", DataType::String),
        ("amount", DataType::Float64),
        ("quantity", DataType::Int64),
        ("price", DataType::Float64),
        ("flag", DataType::Boolean),
        ("date", DataType::Date),
        ("name", DataType::String),
        ("score", DataType::Float64),
    ],
};

pub static OPS_DIM: Table = Table {
    file: "ops_dim.csv",
    columns: &[
        ("id", DataType::Int64),
        ("region", DataType::String),
        ("tier", DataType::Int64),
        ("weight", DataType::Float64),
    ],
};

pub static G1: Table = Table {
    file: "G1_1e7_1e2_0_0.csv",
    columns: &[
        ("id1", DataType::String),
        ("id2", DataType::String),
        ("id3", DataType::String),
        ("id4", DataType::Int32),
        ("id5", DataType::Int32),
        ("id6", DataType::Int32),
        ("v1", DataType::Int32),
        ("v2", DataType::Int32),
        ("v3", DataType::Float64),
    ],
};

pub static J1_LEFT: Table = Table {
    file: "J1_1e7_NA_0_0.csv",
    columns: &[
        ("id1", DataType::Int32),
        ("id2", DataType::Int32),
        ("id3", DataType::Int32),
        ("id4", DataType::String),
        ("id5", DataType::String),
        ("id6", DataType::String),
        ("v1", DataType::Float64),
    ],
};

pub static J1_SMALL: Table = Table {
    file: "J1_1e7_1e1_0_0.csv",
    columns: &[("id1", DataType::Int32), ("id4", DataType::String), ("v2", DataType::Float64)],
};

pub static J1_MEDIUM: Table = Table {
    file: "J1_1e7_1e4_0_0.csv",
    columns: &[
        ("id1", DataType::Int32),
        ("id2", DataType::Int32),
        ("id4", DataType::String),
        ("id5", DataType::String),
        ("v2", DataType::Float64),
    ],
};

pub static J1_BIG: Table = Table {
    file: "J1_1e7_1e7_0_0.csv",
    columns: &[
        ("id1", DataType::Int32),
        ("id2", DataType::Int32),
        ("id3", DataType::Int32),
        ("id4", DataType::String),
        ("id5", DataType::String),
        ("id6", DataType::String),
        ("v2", DataType::Float64),
    ],
};

pub static EXPRESSIONS: Table = Table {
    file: "expressions.csv",
    columns: &[
        ("i", DataType::Int64),
        ("k", DataType::Int32),
        ("f", DataType::Float64),
        ("g", DataType::Float64),
        ("b", DataType::Boolean),
        ("s", DataType::String),
        ("w", DataType::String),
        ("n", DataType::String),
        ("d", DataType::Date),
        ("ds", DataType::String),
        ("t", DataType::Datetime(TimeUnit::Microseconds, None)),
        ("digits", DataType::String),
    ],
};

/// Where a file of the benchmark lies.
pub fn path(file: &str) -> PathBuf {
    let folder = std::env::var_os("BENCH_DATA").map(PathBuf::from);
    folder.unwrap_or_else(|| std::env::temp_dir().join("bench-data")).join(file)
}

/// Reads a file once, so that cases over files find it in the page cache.
pub fn warm(file: &str) -> Result<(), Failure> {
    let mut source = File::open(path(file))?;
    let mut buffer = vec![0; 4 << 20];
    while source.read(&mut buffer)? > 0 {}
    Ok(())
}

/// The table in memory, in one piece.
pub fn load(table: &Table, options: &ExecOptions) -> Result<DataFrame, Failure> {
    Ok(scan(table)?.with_options(options.clone()).collect()?.rechunk())
}

/// Some of its columns in memory, each in one piece.
pub fn load_columns(table: &Table, names: &[&str], options: &ExecOptions) -> Result<DataFrame, Failure> {
    let columns: Vec<Expr> = names.iter().map(|name| col(*name)).collect();
    Ok(scan(table)?.select(columns).with_options(options.clone()).collect()?.rechunk())
}

fn scan(table: &Table) -> Result<LazyFrame, Failure> {
    let fields = table.columns.iter().map(|(name, data_type)| Field::new(*name, data_type.clone())).collect();
    let csv = CsvOptions { schema: Some(Arc::new(Schema::try_new(fields)?)), ..CsvOptions::default() };
    Ok(scan_csv_with(path(table.file), csv))
}
