//! Where rows go: files that are whole or not there.

mod csv; // delimited files
mod new_file; // a file that appears when it is whole

pub use csv::CsvSink;
