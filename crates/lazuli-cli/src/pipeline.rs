//! Pipeline files to queries.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use lazuli::{
    CsvOptions, CsvSink, CsvSource, CsvWriteOptions, DataSink, DataSource, Dialect, ExecOptions, InferMode,
    LazyFrame,
};
use lazuli_sql::pipeline::{CsvSourceSpec, Pipeline, PipelineFiles, PipelinePlan, SinkSpec};

use crate::arguments::Format;
use crate::failure::Failure;
use crate::{output, statistics};

/// Runs a pipeline: rows into its sink, or to standard output.
pub fn run(
    path: &Path,
    explain: bool,
    stats: bool,
    format: Format,
    options: ExecOptions,
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
        let mut dialect = if spec.csv.ends_with(".tsv") { Dialect::tsv() } else { Dialect::default() };
        if let Some(separator) = spec.separator {
            dialect.separator = one_byte("separator", separator)?;
        }
        if let Some(quote) = spec.quote {
            dialect.quote = Some(one_byte("quote", quote)?);
        }
        dialect.has_header = spec.has_header.unwrap_or(true);
        dialect.skip_lines = spec.skip_rows.unwrap_or(0);
        dialect.comment = spec.comment_prefix.clone();
        dialect.null_values = spec.null_values.clone().unwrap_or_default();
        let mut options = CsvOptions { dialect, ..CsvOptions::default() };
        options.infer = match spec.infer.as_deref() {
            None | Some("sample") => InferMode::Sample,
            Some("full") => InferMode::Full,
            Some("never") => InferMode::Never,
            Some(other) => return Err(format!("infer can't be {other}; there are: sample, full, never")),
        };
        for (name, type_name) in &spec.types {
            let data_type = lazuli_sql::parse_data_type(type_name).map_err(|error| error.to_string())?;
            options.schema_overrides.push((name.as_str().into(), data_type));
        }
        Ok(Arc::new(CsvSource::new(&spec.csv, options)))
    }

    fn csv_sink(&self, spec: &SinkSpec) -> Result<Arc<dyn DataSink>, String> {
        let mut options = CsvWriteOptions::default();
        if let Some(separator) = spec.separator {
            options.separator = one_byte("separator", separator)?;
        }
        if let Some(header) = spec.header {
            options.header = header;
        }
        Ok(Arc::new(CsvSink::new(&spec.csv, options)))
    }
}

fn one_byte(option: &str, letter: char) -> Result<u8, String> {
    u8::try_from(letter)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| format!("{option} must be one ASCII character, found {letter}"))
}
