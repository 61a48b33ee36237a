//! `lz`: Lazuli on the command line.
//!
//! Exit codes: 0 for success, 1 for bad input or a failed query (the reason, with its place, on standard error), 2 for a
//! wrong command line, 130 when it was interrupted.

#![forbid(unsafe_code)]

mod arguments; // the command line
mod convert; // a file in another format
mod csv_arguments; // what a command line says of a CSV file
mod csv_source; // what a pipeline says of a CSV file
mod failure; // what went wrong, and the exit code
mod file; // a data file by its name
mod formats; // the formats of files
mod interrupt; // Ctrl-C
mod ndjson_source; // what a pipeline says of a JSON file
mod output; // frames to standard output
mod pipeline; // pipeline files to queries
mod profile; // what each operator did
mod size; // sizes such as 200MB
mod sniff; // what a file seems to be
mod statistics; // rows per second
mod watch; // progress, and records set aside

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use watch::Watch;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::ClosedOutput) => ExitCode::SUCCESS,
        Err(Failure::Interrupted) => {
            eprintln!("interrupted");
            ExitCode::from(interrupt::EXIT_CODE)
        }
        Err(Failure::Message(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Run { pipeline, explain, stats, format, rejects, engine, profile } => {
            let watch = Watch::new(rejects);
            let options = profile.over(watch.over(engine.options()?));
            pipeline::run(&pipeline, explain, stats, format, options.clone(), &watch)?;
            profile.end(&options)
        }
        Command::Explain { pipeline, unoptimized, engine } => {
            pipeline::explain(&pipeline, !unoptimized, engine.options()?)
        }
        Command::Head { file, from, rows, format, csv, engine, profile } => {
            let options = profile.over(engine.options()?);
            output::write(file::scan(&file, from, &csv, &options)?.head(rows), format)?;
            profile.end(&options)
        }
        Command::Schema { file, from, format, csv, engine } => {
            let schema = file::scan(&file, from, &csv, &engine.options()?)?.collect_schema()?;
            output::write_schema(&schema, format)
        }
        Command::Describe { file, from, format, csv, engine, profile } => {
            let watch = Watch::new(None);
            let options = profile.over(watch.over(engine.options()?));
            let summary = file::scan(&file, from, &csv, &options)?.describe().collect()?;
            watch.end()?;
            output::write_frame(&summary, format)?;
            profile.end(&options)
        }
        Command::Convert { input, output, from, to, rejects, csv, engine, profile } => {
            let watch = Watch::new(rejects);
            let options = profile.over(watch.over(engine.options()?));
            convert::run((&input, from), (&output, to), &csv, &options, &watch)?;
            profile.end(&options)
        }
        Command::Sniff { file, format } => sniff::run(&file, format),
    }
}
