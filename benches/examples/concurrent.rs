//! `concurrent [QUERIES] [MEMORY_MB]`: queries at once on one engine, half of them heavy, with one budget in all.
//!
//! `BENCH_DATA` has G1_1e7_1e2_0_0.parquet (heavy: ten million groups, sorted; a sort by a text) and ops_1m.parquet (light). Each answer
//! is compared to that of the query alone. Printed are the seconds that light and heavy queries took from the moment when all
//! were started, those of each alone, and the peak memory of the process.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Instant;

use lazuli::prelude::*;
use lazuli::{Engine, scan_parquet};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn heavy(data: &std::path::Path, number: usize) -> LazyFrame {
    let rows = scan_parquet(data.join("G1_1e7_1e2_0_0.parquet"));
    match number % 2 {
        0 => rows
            .group_by(["id1", "id2", "id3", "id4", "id5", "id6"])
            .agg([col("v3").sum().alias("s")])
            .sort([col("s").desc(), col("id6").asc()])
            .select([col("s"), col("id6")])
            .slice(5_000_000, Some(10)),
        _ => rows
            .select([col("id3"), col("v3"), col("v1")])
            .sort([col("id3").asc(), col("v3").asc()])
            .slice(-10, Some(10)),
    }
}

fn light(data: &std::path::Path) -> LazyFrame {
    scan_parquet(data.join("ops_1m.parquet")).group_by(["category"]).agg([col("amount").sum()])
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let queries: usize = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let memory_mb: usize = arguments.next().map_or(Ok(2048), |text| text.parse())?;
    let data = PathBuf::from(std::env::var("BENCH_DATA").map_err(|_| "BENCH_DATA is not set")?);
    let engine = Engine::with_memory(memory_mb << 20);
    let options = || ExecOptions { engine: Some(engine.clone()), threads: Some(2), ..ExecOptions::default() };
    let query = |number: usize| {
        let query = if number.is_multiple_of(2) { heavy(&data, number / 2) } else { light(&data) };
        query.with_options(options())
    };
    let mut expected = Vec::new();
    for number in 0..4 {
        let begin = Instant::now();
        expected.push(query(number).collect()?);
        println!("alone: {} {:.2} s", ["heavy", "light"][number % 2], begin.elapsed().as_secs_f64());
    }
    let begin = Instant::now();
    let mut waiting = Vec::new();
    for number in 0..queries {
        let handle = query(number).start()?;
        waiting.push(std::thread::spawn(move || (handle.wait(), begin.elapsed().as_secs_f64())));
    }
    let mut seconds = [Vec::new(), Vec::new()];
    for (number, thread) in waiting.into_iter().enumerate() {
        let (answer, took) = thread.join().map_err(|_| "a waiting thread panicked")?;
        if answer? != expected[number % 4] {
            return Err(format!("query {number} has another answer than alone").into());
        }
        seconds[number % 2].push(took);
    }
    for (name, mut seconds) in ["heavy", "light"].into_iter().zip(seconds) {
        seconds.sort_by(f64::total_cmp);
        let (median, most) = (seconds[seconds.len() / 2], seconds[seconds.len() - 1]);
        println!("{name}: {} queries, all right; median {median:.2} s, most {most:.2} s", seconds.len());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown");
    println!("{peak}; reserved now: {:?}", engine.memory_used());
    Ok(())
}
