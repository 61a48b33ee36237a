//! Pipeline files to queries.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use lazuli::parquet::{ExtraColumns, MissingColumns, ParquetCompression};
use lazuli::{
    CsvSink, CsvSource, CsvWriteOptions, DataSink, DataSource, ExecOptions, IpcCompression, IpcOptions,
    IpcSink, IpcSource, IpcWriteOptions, JsonLayout, LazyFrame, NdjsonSink, NdjsonSource, ParquetOptions,
    ParquetSink, ParquetSource, ParquetWriteOptions,
};
use lazuli_sql::pipeline::{
    CsvSinkSpec, CsvSourceSpec, IpcSinkSpec, IpcSourceSpec, NdjsonSinkSpec, NdjsonSourceSpec,
    ParquetSinkSpec, ParquetSourceSpec, Pipeline, PipelineFiles, PipelinePlan,
};

use crate::arguments::Format;
use crate::csv_source::{self, one_byte};
use crate::failure::Failure;
use crate::watch::Watch;
use crate::{ndjson_source, output, statistics};

/// Runs a pipeline: rows into its sink, or to standard output.
pub fn run(
    path: &Path,
    explain: bool,
    stats: bool,
    format: Format,
    options: ExecOptions,
    watch: &Watch,
) -> Result<(), Failure> {
    let PipelinePlan { plan, sink } = read(path)?;
    let query = LazyFrame::from_plan(plan).with_options(options);
    if explain {
        eprintln!("{}\n", query.explain(true)?.trim_end());
    }
    let counters = query.options().counters.clone();
    let start = Instant::now();
    match sink {
        Some(sink) => query.sink(sink)?,
        None => output::write(query, format)?,
    }
    watch.end()?;
    if stats {
        eprintln!("\n{}", statistics::line(counters.rows_read(), counters.bytes_read(), start.elapsed()));
    }
    Ok(())
}

/// Prints the plan of a pipeline.
pub fn explain(path: &Path, optimized: bool, options: ExecOptions) -> Result<(), Failure> {
    let query = LazyFrame::from_plan(read(path)?.plan).with_options(options);
    println!("{}", query.explain(optimized)?.trim_end());
    Ok(())
}

fn read(path: &Path) -> Result<PipelinePlan, Failure> {
    let file = path.display().to_string();
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| Failure::message(format!("can't read {file}: {error}")))?;
    Ok(Pipeline::from_json(&text, &file)?.to_plan(&file, &Files)?)
}

/// Files, for pipelines. Paths are relative to the current directory.
struct Files;

impl PipelineFiles for Files {
    fn csv_source(&self, spec: &CsvSourceSpec) -> Result<Arc<dyn DataSource>, String> {
        let source = CsvSource::of_files(spec.csv.texts(), csv_source::options(spec)?);
        Ok(Arc::new(source))
    }

    fn csv_sink(&self, spec: &CsvSinkSpec) -> Result<Arc<dyn DataSink>, String> {
        let mut options = CsvWriteOptions::default();
        if let Some(separator) = spec.separator {
            options.separator = one_byte("separator", separator)?;
        }
        if let Some(header) = spec.header {
            options.header = header;
        }
        Ok(Arc::new(CsvSink::new(&spec.csv, options)))
    }

    fn ndjson_source(&self, spec: &NdjsonSourceSpec) -> Result<Arc<dyn DataSource>, String> {
        let (paths, options) = ndjson_source::options(spec)?;
        Ok(Arc::new(NdjsonSource::of_files(paths.texts(), options)))
    }

    fn ndjson_sink(&self, spec: &NdjsonSinkSpec) -> Result<Arc<dyn DataSink>, String> {
        match (&spec.ndjson, &spec.json) {
            (Some(path), None) => Ok(Arc::new(NdjsonSink::new(path, JsonLayout::Lines))),
            (None, Some(path)) => Ok(Arc::new(NdjsonSink::new(path, JsonLayout::Array))),
            _ => Err("a sink has one of ndjson and json".into()),
        }
    }

    fn ipc_source(&self, spec: &IpcSourceSpec) -> Result<Arc<dyn DataSource>, String> {
        let options = IpcOptions {
            missing_columns: missing_columns(spec.missing_columns.as_deref())?,
            extra_columns: extra_columns(spec.extra_columns.as_deref())?,
            hive_partitioning: spec.hive_partitioning,
            include_file_paths: spec.include_file_paths.as_deref().map(Into::into),
            ..IpcOptions::default()
        };
        Ok(Arc::new(IpcSource::of_files(spec.ipc.texts(), options)))
    }

    fn ipc_sink(&self, spec: &IpcSinkSpec) -> Result<Arc<dyn DataSink>, String> {
        let mut options = IpcWriteOptions::default();
        if let Some(word) = &spec.compression {
            options.compression = match word.as_str() {
                "uncompressed" => IpcCompression::Uncompressed,
                "lz4" => IpcCompression::Lz4,
                "zstd" => IpcCompression::Zstd,
                _ => return Err(format!("compression is {word:?}; it can be uncompressed, lz4 or zstd")),
            };
        }
        if let Some(rows) = spec.record_batch_size {
            if rows == 0 {
                return Err("record_batch_size is 0; a record batch has at least one row".into());
            }
            options.record_batch_size = rows;
        }
        Ok(Arc::new(IpcSink::new(&spec.ipc, options)))
    }

    fn parquet_source(&self, spec: &ParquetSourceSpec) -> Result<Arc<dyn DataSource>, String> {
        let options = ParquetOptions {
            missing_columns: missing_columns(spec.missing_columns.as_deref())?,
            extra_columns: extra_columns(spec.extra_columns.as_deref())?,
            hive_partitioning: spec.hive_partitioning,
            include_file_paths: spec.include_file_paths.as_deref().map(Into::into),
            ..ParquetOptions::default()
        };
        Ok(Arc::new(ParquetSource::of_files(spec.parquet.texts(), options)))
    }

    fn parquet_sink(&self, spec: &ParquetSinkSpec) -> Result<Arc<dyn DataSink>, String> {
        let mut options = ParquetWriteOptions::default();
        if let Some(word) = &spec.compression {
            options.compression = match word.as_str() {
                "uncompressed" => ParquetCompression::Uncompressed,
                "snappy" => ParquetCompression::Snappy,
                "lz4" => ParquetCompression::Lz4Raw,
                "gzip" => ParquetCompression::Gzip,
                "zstd" => ParquetCompression::Zstd,
                _ => {
                    return Err(format!(
                        "compression is {word:?}; it can be uncompressed, snappy, lz4, gzip or zstd"
                    ));
                }
            };
        }
        if let Some(rows) = spec.row_group_size {
            if rows == 0 {
                return Err("row_group_size is 0; a row group has at least one row".into());
            }
            options.row_group_size = rows;
        }
        Ok(Arc::new(ParquetSink::new(&spec.parquet, options)))
    }
}

fn missing_columns(word: Option<&str>) -> Result<MissingColumns, String> {
    match word {
        None | Some("raise") => Ok(MissingColumns::Raise),
        Some("insert") => Ok(MissingColumns::Insert),
        Some(word) => Err(format!("missing_columns is {word:?}; it can be \"raise\" or \"insert\"")),
    }
}

fn extra_columns(word: Option<&str>) -> Result<ExtraColumns, String> {
    match word {
        None | Some("raise") => Ok(ExtraColumns::Raise),
        Some("ignore") => Ok(ExtraColumns::Ignore),
        Some(word) => Err(format!("extra_columns is {word:?}; it can be \"raise\" or \"ignore\"")),
    }
}
