//! Tables in memory, before the clock starts.

pub mod files; // tables read from the files in BENCH_DATA
pub mod generated; // seeded tables: the same values on every machine
