//! `lazuli-bench CASE REPEATS`: named cases, run in this process; the last line of output is one JSON object.
//!
//! `times_s` holds the seconds of each repeat, `rows` the rows that went in, `answer` what came out, checked against a
//! plain loop before anything is timed: a fast wrong answer fails. `BENCH_THREADS` sets the threads, `BENCH_DATA` a folder
//! with larger files. Without arguments it lists the cases.

#![forbid(unsafe_code)]

mod cases; // what is measured
mod data; // seeded tables in memory

use std::process::ExitCode;
use std::time::Instant;

use lazuli::ExecOptions;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, repeats) = match arguments.as_slice() {
        [] => {
            for case in cases::CASES {
                println!("{:<16} {}", case.name, case.title);
            }
            return ExitCode::SUCCESS;
        }
        [name] => (name, 5),
        [name, repeats, ..] => match repeats.parse() {
            Ok(repeats) => (name, repeats),
            Err(_) => {
                eprintln!("usage: lazuli-bench CASE [REPEATS]");
                return ExitCode::from(2);
            }
        },
    };
    let Some(case) = cases::CASES.iter().find(|case| case.name == name) else {
        println!("{{\"version\": \"{}\", \"status\": \"unsupported\"}}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    };
    match measure(case, repeats) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", case.name);
            ExitCode::FAILURE
        }
    }
}

fn measure(case: &cases::Case, repeats: usize) -> Result<String, Box<dyn std::error::Error>> {
    let mut options = ExecOptions::default();
    if let Ok(threads) = std::env::var("BENCH_THREADS") {
        options.threads = Some(threads.parse()?);
    }
    let prepared = (case.prepare)()?;
    let query = || prepared.query.clone().with_options(options.clone());
    let answer = query().collect()?;
    (prepared.check)(&answer)?;
    let mut times = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let query = query();
        let start = Instant::now();
        let result = query.collect()?;
        times.push(format!("{:.6}", start.elapsed().as_secs_f64()));
        // The result is freed outside of the clock.
        drop(result);
    }
    Ok(format!(
        "{{\"version\": \"{}\", \"status\": \"ok\", \"rows\": {}, \"answer\": \"{} rows x {} columns\", \"times_s\": [{}]}}",
        env!("CARGO_PKG_VERSION"),
        prepared.rows,
        answer.height(),
        answer.width(),
        times.join(", ")
    ))
}
