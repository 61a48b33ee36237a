//! The command line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lazuli::ExecOptions;

use crate::csv_arguments::CsvArguments;
use crate::failure::Failure;
use crate::formats::{self, FileFormat};
use crate::profile::ProfileArguments;
use crate::{interrupt, size};

/// Fast, exact queries over files larger than memory.
#[derive(Debug, Parser)]
#[command(name = "lz", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a pipeline (see docs/pipeline.md)
    Run {
        /// A JSON file; `-` reads standard input
        pipeline: PathBuf,
        /// Print the optimized plan too, to standard error
        #[arg(long)]
        explain: bool,
        /// Print rows, time and memory too, to standard error
        #[arg(long)]
        stats: bool,
        /// How rows are written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Write the records that are set aside to this CSV file (`"on_misfit": "reject"`)
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
        #[command(flatten)]
        engine: EngineArguments,
        #[command(flatten)]
        profile: ProfileArguments,
    },
    /// Print the plan of a pipeline without running it
    Explain {
        /// A JSON file; `-` reads standard input
        pipeline: PathBuf,
        /// The plan as the steps built it
        #[arg(long)]
        unoptimized: bool,
        #[command(flatten)]
        engine: EngineArguments,
    },
    /// Print the first rows of a file
    Head {
        /// A CSV, JSON, Parquet or Arrow IPC file; `-` is standard input, CSV unless `--from` says otherwise
        file: PathBuf,
        /// Its format, if its name does not say
        #[arg(long, value_name = "FORMAT", value_parser = formats::by_name)]
        from: Option<&'static FileFormat>,
        /// How many
        #[arg(short = 'n', long, default_value_t = 10)]
        rows: usize,
        /// How rows are written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        #[command(flatten)]
        csv: CsvArguments,
        #[command(flatten)]
        engine: EngineArguments,
        #[command(flatten)]
        profile: ProfileArguments,
    },
    /// Print names and types of the columns of a file
    Schema {
        /// A CSV, JSON, Parquet or Arrow IPC file
        file: PathBuf,
        /// Its format, if its name does not say
        #[arg(long, value_name = "FORMAT", value_parser = formats::by_name)]
        from: Option<&'static FileFormat>,
        /// How rows are written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        #[command(flatten)]
        csv: CsvArguments,
        #[command(flatten)]
        engine: EngineArguments,
    },
    /// Print count, mean, spread and quartiles of every column of a file
    Describe {
        /// A CSV, JSON, Parquet or Arrow IPC file
        file: PathBuf,
        /// Its format, if its name does not say
        #[arg(long, value_name = "FORMAT", value_parser = formats::by_name)]
        from: Option<&'static FileFormat>,
        /// How rows are written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        #[command(flatten)]
        csv: CsvArguments,
        #[command(flatten)]
        engine: EngineArguments,
        #[command(flatten)]
        profile: ProfileArguments,
    },
    /// Write a file in another format
    Convert {
        /// A CSV, JSON, Parquet or Arrow IPC file, several by wildcards; `-` is standard input
        input: PathBuf,
        /// The file to be written; it appears when it is whole
        output: PathBuf,
        /// The format of the input, if its name does not say
        #[arg(long, value_name = "FORMAT", value_parser = formats::by_name)]
        from: Option<&'static FileFormat>,
        /// The format of the output, if its name does not say
        #[arg(long, value_name = "FORMAT", value_parser = formats::by_name)]
        to: Option<&'static FileFormat>,
        /// Write the records that are set aside to this CSV file (`--on-misfit reject`)
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
        #[command(flatten)]
        csv: CsvArguments,
        #[command(flatten)]
        engine: EngineArguments,
        #[command(flatten)]
        profile: ProfileArguments,
    },
    /// Print what a file seems to be, and why: encoding, separator, header, types
    Sniff {
        /// A CSV file
        file: PathBuf,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}

/// How rows are written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people; long results are shortened
    Table,
    /// CSV with a header
    Csv,
    /// One JSON array of objects
    Json,
}

/// How queries run.
#[derive(Debug, Args)]
pub struct EngineArguments {
    /// Threads to use; all of the machine's if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Memory that the query may hold, such as 200MB; most of the machine's if not given
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    memory_limit: Option<usize>,
    /// Folder for rows that do not fit in memory; the system's for temporary files if not given
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
    /// Room that the query may take there, such as 50GB; as much as there is if not given
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    temp_limit: Option<usize>,
    /// How long the query may run, such as 30s or 1h30m; for as long as it takes if not given
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let nanoseconds = lazuli_sql::pipeline::parse_duration(text)?;
    Ok(Duration::from_nanos(nanoseconds.unsigned_abs()))
}

impl EngineArguments {
    /// The options of the engine.
    pub fn options(&self) -> Result<ExecOptions, Failure> {
        let mut options = ExecOptions::default();
        if let Some(threads) = self.threads {
            if threads == 0 {
                return Err(Failure::message("--threads must be at least 1"));
            }
            options.threads = Some(threads);
        }
        if let Some(bytes) = self.memory_limit {
            options.memory_bytes = Some(bytes);
        }
        options.temp_dir = self.temp_dir.clone();
        options.max_temp_bytes = self.temp_limit.map(|bytes| bytes as u64);
        options.deadline = self.deadline.and_then(|limit| Instant::now().checked_add(limit));
        options.cancel = interrupt::flag();
        Ok(options)
    }
}
