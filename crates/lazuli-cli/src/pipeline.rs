//! Pipeline files to queries.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use lazuli::{CsvSink, CsvSource, CsvWriteOptions, DataSink, DataSource, ExecOptions, LazyFrame};
use lazuli_sql::pipeline::{CsvSourceSpec, Pipeline, PipelineFiles, PipelinePlan, SinkSpec};

use crate::arguments::Format;
use crate::csv_source::{self, one_byte};
use crate::failure::Failure;
use crate::watch::Watch;
use crate::{output, statistics};

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
