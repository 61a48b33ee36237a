//! The clock: a case's query run again and again, and what is told about it.

use std::time::Instant;

use lazuli::{DataFrame, EagerFrame, ExecOptions, IntoLazy};

use crate::cases::{Case, Failure, Work};

/// No further repeat after so many seconds on the clock.
const BUDGET_SECONDS: f64 = 60.0;

/// The line for a case that is not there.
pub fn unsupported() -> String {
    format!("{{\"version\": \"{}\", \"status\": \"unsupported\"}}", env!("CARGO_PKG_VERSION"))
}

/// Prepares the case, runs it `repeats` times, and gives the line that tells of it.
pub fn measure(case: &Case, repeats: usize) -> Result<String, Failure> {
    let mut options = ExecOptions::default();
    if let Ok(threads) = std::env::var("BENCH_THREADS") {
        options.threads = Some(threads.parse()?);
    }
    let start = Instant::now();
    let work = (case.prepare)(&options)?;
    let prepared = start.elapsed().as_secs_f64();
    let (query, check) = match work {
        Work::Write { table, path, write } => {
            let mut times = Vec::with_capacity(repeats);
            while times.len() < repeats.max(1) && times.iter().sum::<f64>() < BUDGET_SECONDS {
                let start = Instant::now();
                write(table.lazy().with_options(options.clone()), &path)?;
                times.push(start.elapsed().as_secs_f64());
            }
            let bytes = std::fs::metadata(&path)?.len();
            std::fs::remove_file(&path)?;
            return Ok(line(&times, &format!("\"hwm_mb\": {:.1}, \"bytes\": {bytes}", peak_mb())));
        }
        Work::Hold(frame) => {
            return Ok(line(&[prepared], &format!("\"bytes\": {}", frame.memory_bytes())));
        }
        Work::Checked { query, check } => (query, Some(check)),
        Work::Query(query) => (query, None),
    };
    let mut times: Vec<f64> = Vec::with_capacity(repeats);
    let mut last: Option<DataFrame> = None;
    while times.len() < repeats.max(1) && times.iter().sum::<f64>() < BUDGET_SECONDS {
        drop(last.take()); // outside of the clock
        let start = Instant::now();
        let result = query().with_options(options.clone()).collect()?;
        times.push(start.elapsed().as_secs_f64());
        if let (1, Some(check)) = (times.len(), &check) {
            check(&result)?;
        }
        last = Some(result);
    }
    let peak = peak_mb();
    let answer = last.expect("at least one repeat ran");
    let mut rest =
        format!("\"hwm_mb\": {peak:.1}, \"rows\": {}, \"cols\": {}", answer.height(), answer.width());
    if check.is_none() {
        let file = format!("lazuli-bench-{}-{}.arrow", case.name, std::process::id());
        let path = std::env::temp_dir().join(file);
        answer.write_ipc(&path)?;
        rest += &format!(", \"result\": \"{}\"", path.display());
    }
    Ok(line(&times, &rest))
}

fn line(times: &[f64], rest: &str) -> String {
    let times: Vec<String> = times.iter().map(|seconds| format!("{seconds:.6}")).collect();
    format!(
        "{{\"version\": \"{}\", \"status\": \"ok\", \"times_s\": [{}], {rest}}}",
        env!("CARGO_PKG_VERSION"),
        times.join(", ")
    )
}

/// The most memory this process has had, in MB, as Linux tells it; elsewhere 0.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
