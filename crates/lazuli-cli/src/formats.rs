//! The formats that files are read and written in: one table, by name and by extension.

use std::path::Path;
use std::sync::Arc;

use lazuli::{
    CsvSink, CsvSource, CsvWriteOptions, DataSink, DataSource, IpcOptions, IpcSink, IpcSource,
    IpcWriteOptions, JsonLayout, NdjsonSink, NdjsonSource, ParquetOptions, ParquetSink, ParquetSource,
    ParquetWriteOptions,
};

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;

/// A format of files.
#[derive(Debug)]
pub struct FileFormat {
    /// As `--from` and `--to` have it.
    pub name: &'static str,
    /// What names of such files end with.
    pub extensions: &'static [&'static str],
    /// Whether such a file can be read as it comes, from standard input.
    pub reads_stdin: bool,
    /// A source of a file.
    pub source: fn(&Path, &CsvArguments) -> Result<Arc<dyn DataSource>, Failure>,
    /// A sink into a file.
    pub sink: fn(&Path) -> Arc<dyn DataSink>,
}

/// All of them. The first is what a file is whose name says nothing.
pub static FORMATS: &[FileFormat] = &[
    FileFormat {
        name: "csv",
        extensions: &["csv", "tsv", "tab", "txt"],
        reads_stdin: true,
        source: |path, csv| Ok(Arc::new(CsvSource::new(path, csv.options(path)?))),
        sink: |path| {
            let mut options = CsvWriteOptions::default();
            if is_tab_separated(path) {
                options.separator = b'\t';
            }
            Arc::new(CsvSink::new(path, options))
        },
    },
    FileFormat {
        name: "ipc",
        extensions: &["arrow", "arrows", "ipc", "feather"],
        reads_stdin: false,
        source: |path, _| Ok(Arc::new(IpcSource::new(path, IpcOptions::default()))),
        sink: |path| Arc::new(IpcSink::new(path, IpcWriteOptions::default())),
    },
    FileFormat {
        name: "json",
        extensions: &["json"],
        reads_stdin: true,
        source: |path, csv| Ok(Arc::new(NdjsonSource::new(path, csv.ndjson_options()?))),
        sink: |path| Arc::new(NdjsonSink::new(path, JsonLayout::Array)),
    },
    FileFormat {
        name: "ndjson",
        extensions: &["ndjson", "jsonl"],
        reads_stdin: true,
        source: |path, csv| Ok(Arc::new(NdjsonSource::new(path, csv.ndjson_options()?))),
        sink: |path| Arc::new(NdjsonSink::new(path, JsonLayout::Lines)),
    },
    FileFormat {
        name: "parquet",
        extensions: &["parquet", "pq"],
        reads_stdin: false,
        source: |path, _| Ok(Arc::new(ParquetSource::new(path, ParquetOptions::default()))),
        sink: |path| Arc::new(ParquetSink::new(path, ParquetWriteOptions::default())),
    },
];

/// The format of this name: `--from` and `--to`.
pub fn by_name(name: &str) -> Result<&'static FileFormat, String> {
    let is_it = |format: &&FileFormat| format.name == name || format.extensions.contains(&name);
    FORMATS.iter().find(is_it).ok_or_else(|| format!("there is no format {name}; there are: {}", names()))
}

/// The format that a name of a file says, compressed or not.
pub fn by_extension(path: &Path) -> Option<&'static FileFormat> {
    let extension = extension(path)?;
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

/// The names of all formats.
pub fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

/// Whether a file of this name has tabs between fields.
pub fn is_tab_separated(path: &Path) -> bool {
    matches!(extension(path).as_deref(), Some("tsv" | "tab"))
}

/// Whether a name says that the file is compressed as a whole.
pub fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz" || extension == "zst")
}

/// What kind of file a name says, in small letters, whether compressed or not.
pub fn extension(path: &Path) -> Option<String> {
    let name = if is_compressed(path) { path.with_extension("") } else { path.to_owned() };
    Some(name.extension()?.to_str()?.to_ascii_lowercase())
}
