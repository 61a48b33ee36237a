//! Writes a sales table as CSV to standard output: `make_sales [--rows N | --bytes N] [--seed N]`.
//!
//! Without arguments it writes `testdata/sales.csv`. The rows are described in `lazuli_testkit::sales`.

use std::io::{self, Write};
use std::process::ExitCode;

use lazuli_testkit::sales::{DEFAULT_ROWS, DEFAULT_SEED, Extent, write_sales};

const USAGE: &str = "usage: make_sales [--rows N | --bytes N] [--seed N]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (extent, seed) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("make_sales: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write_sales(&mut io::stdout().lock(), extent, seed) {
        Ok(_) => ExitCode::SUCCESS,
        // The reader has seen enough, as in `make_sales | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "make_sales: standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<(Extent, u64), String> {
    let (mut extent, mut seed) = (None, DEFAULT_SEED);
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let mut number = || -> Result<u64, String> {
            let text = rest.next().ok_or_else(|| format!("{option} needs a number"))?;
            text.replace('_', "").parse().map_err(|_| format!("{option}: not a number: {text}"))
        };
        match option.as_str() {
            "--seed" => seed = number()?,
            "--rows" | "--bytes" if extent.is_some() => {
                return Err("--rows and --bytes: give one, once".into());
            }
            "--rows" => extent = Some(Extent::Rows(number()?)),
            "--bytes" => extent = Some(Extent::Bytes(number()?)),
            _ => return Err(format!("unknown argument: {option}")),
        }
    }
    Ok((extent.unwrap_or(Extent::Rows(DEFAULT_ROWS)), seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_or_refused() {
        let parse = |line: &str| parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>());
        assert_eq!(parse(""), Ok((Extent::Rows(100_000), DEFAULT_SEED)));
        assert_eq!(parse("--bytes 1_000 --seed 9"), Ok((Extent::Bytes(1_000), 9)));
        for wrong in ["--rows", "--rows x", "--rows 1 --bytes 2", "5", "--seed -1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
