//! `lz`: Lazuli on the command line.
//!
//! Exit codes: 0 for success, 1 for bad input or a failed query (the reason, with its place, on standard error), 2 for a
//! wrong command line.

#![forbid(unsafe_code)]

mod arguments; // the command line
mod failure; // what went wrong, and the exit code
mod file; // a data file by its name
mod output; // frames to standard output
mod pipeline; // pipeline files to queries
mod size; // sizes such as 200MB
mod statistics; // rows per second

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::ClosedOutput) => ExitCode::SUCCESS,
        Err(Failure::Message(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Run { pipeline, explain, stats, format, engine } => {
            pipeline::run(&pipeline, explain, stats, format, engine.options()?)
        }
        Command::Explain { pipeline, unoptimized, engine } => {
            pipeline::explain(&pipeline, !unoptimized, engine.options()?)
        }
        Command::Head { file, rows, format, engine } => {
            output::write(file::scan(&file, &engine.options()?)?.head(rows), format)
        }
        Command::Schema { file, format, engine } => {
            let schema = file::scan(&file, &engine.options()?)?.collect_schema()?;
            output::write_schema(&schema, format)
        }
        Command::Describe { file, format, engine } => {
            let summary = file::scan(&file, &engine.options()?)?.describe()?;
            output::write_frame(&summary, format)
        }
    }
}
