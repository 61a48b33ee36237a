//! A data file by its name.

use std::path::Path;

use lazuli::{CsvOptions, Dialect, ExecOptions, LazyFrame, scan_csv_with};

use crate::failure::Failure;

/// A query over a file: `.csv` and anything else is separated by commas, `.tsv` and `.tab` by tabs.
pub fn scan(path: &Path, options: &ExecOptions) -> Result<LazyFrame, Failure> {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    let dialect = match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("tsv" | "tab") => Dialect::tsv(),
        Some(known @ ("parquet" | "arrow" | "ipc" | "feather" | "ndjson" | "jsonl" | "json" | "xlsx")) => {
            return Err(Failure::message(format!("{}: {known} files can't be read yet", path.display())));
        }
        _ => Dialect::default(),
    };
    Ok(scan_csv_with(path, CsvOptions { dialect, ..CsvOptions::default() }).with_options(options.clone()))
}
