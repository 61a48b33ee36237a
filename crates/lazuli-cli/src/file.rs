//! A data file by its name.

use std::path::Path;
use std::sync::Arc;

use lazuli::{
    Caller, CsvSource, DataSource, ExecOptions, LazyFrame, NdjsonSource, ParquetOptions, ParquetSource,
    scan_as,
};

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;

/// A query over a file: `.parquet` is Parquet; `.ndjson`, `.jsonl` and `.json` are JSON, which is an array if it begins with
/// a bracket; `.csv` and anything else is separated by commas, `.tsv` and `.tab` by tabs,
/// compressed or not.
pub fn scan(path: &Path, csv: &CsvArguments, options: &ExecOptions) -> Result<LazyFrame, Failure> {
    let source: Arc<dyn DataSource> = match extension(path).as_deref() {
        Some("parquet" | "pq") => Arc::new(ParquetSource::new(path, ParquetOptions::default())),
        Some("ndjson" | "jsonl" | "json") => Arc::new(NdjsonSource::new(path, csv.ndjson_options()?)),
        Some(known @ ("arrow" | "ipc" | "feather" | "xlsx")) => {
            return Err(Failure::message(format!("{}: {known} files can't be read yet", path.display())));
        }
        _ => Arc::new(CsvSource::new(path, csv.options(path)?)),
    };
    let caller = Caller::Text("the command line".into());
    Ok(scan_as(source, caller).with_options(options.clone()))
}

/// Whether a file of this name has tabs between fields.
pub fn is_tab_separated(path: &Path) -> bool {
    matches!(extension(path).as_deref(), Some("tsv" | "tab"))
}

/// What kind of file a name says, in small letters, whether compressed or not.
fn extension(path: &Path) -> Option<String> {
    let is_compressed = path.extension().is_some_and(|extension| extension == "gz" || extension == "zst");
    let name = if is_compressed { path.with_extension("") } else { path.to_owned() };
    Some(name.extension()?.to_str()?.to_ascii_lowercase())
}
