//! `lazuli-bench CASE [REPEATS]`: named cases, run in this process; the last line of output is one JSON object.
//!
//! `times_s` holds the seconds of each repeat: building the query and collecting its answer, with the inputs loaded before
//! (or on disk, where the case reads a file) and the answer freed after. Cases over files in `BENCH_DATA` write the answer
//! of the last repeat to an Arrow file once the clock has stopped and name it in `result`, for whoever compares answers of
//! several engines. Cases over generated rows check their first answer against a plain loop.
//! `hwm_mb` is the peak memory of the process. `BENCH_THREADS` sets the threads, `BENCH_ROWS` the generated rows. Without
//! arguments it lists the cases.

#![forbid(unsafe_code)]

mod cases; // what is measured
mod input; // tables in memory, out of files or out of a generator
mod run; // the clock and the line of JSON

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(name) = arguments.first() else {
        for case in cases::all() {
            println!("{:<20} {}", case.name, case.title);
        }
        return ExitCode::SUCCESS;
    };
    let Ok(repeats) = arguments.get(1).map_or(Ok(5), |repeats| repeats.parse()) else {
        eprintln!("usage: lazuli-bench CASE [REPEATS]");
        return ExitCode::from(2);
    };
    let Some(case) = cases::all().find(|case| case.name == name) else {
        println!("{}", run::unsupported());
        return ExitCode::SUCCESS;
    };
    match run::measure(case, repeats) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}
