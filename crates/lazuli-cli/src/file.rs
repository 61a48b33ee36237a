//! A data file by its name.

use std::path::Path;
use std::sync::Arc;

use lazuli::{Caller, CsvOptions, CsvSource, Dialect, ExecOptions, LazyFrame, scan_as};

use crate::failure::Failure;

/// A query over a file: `.csv` and anything else is separated by commas, `.tsv` and `.tab` by tabs, compressed or not.
pub fn scan(path: &Path, options: &ExecOptions) -> Result<LazyFrame, Failure> {
    let is_compressed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let name = if is_compressed { path.with_extension("") } else { path.to_owned() };
    let extension = name.extension().map(|extension| extension.to_ascii_lowercase());
    let dialect = match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("tsv" | "tab") => Dialect::tsv(),
        Some(known @ ("parquet" | "arrow" | "ipc" | "feather" | "ndjson" | "jsonl" | "json" | "xlsx")) => {
            return Err(Failure::message(format!("{}: {known} files can't be read yet", path.display())));
        }
        _ => Dialect::default(),
    };
    let source = CsvSource::new(path, CsvOptions { dialect, ..CsvOptions::default() });
    let caller = Caller::Text("the command line".into());
    Ok(scan_as(Arc::new(source), caller).with_options(options.clone()))
}
