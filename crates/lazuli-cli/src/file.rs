//! A data file by its name.

use std::path::Path;
use std::sync::Arc;

use lazuli::{Caller, CsvSource, ExecOptions, LazyFrame, scan_as};

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;

/// A query over a file: `.csv` and anything else is separated by commas, `.tsv` and `.tab` by tabs, compressed or not.
pub fn scan(path: &Path, csv: &CsvArguments, options: &ExecOptions) -> Result<LazyFrame, Failure> {
    if let Some(known @ ("parquet" | "arrow" | "ipc" | "feather" | "ndjson" | "jsonl" | "json" | "xlsx")) =
        extension(path).as_deref()
    {
        return Err(Failure::message(format!("{}: {known} files can't be read yet", path.display())));
    }
    let source = CsvSource::new(path, csv.options(path)?);
    let caller = Caller::Text("the command line".into());
    Ok(scan_as(Arc::new(source), caller).with_options(options.clone()))
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
