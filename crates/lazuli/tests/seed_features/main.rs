//! What people learn first, from arrays to frames to a pipeline for a model: each row of the list of expected features that
//! a program of this library can run, by the smallest input whose answer was worked out by hand.
//!
//! Rows have a letter and a number: N is what NumPy does, P what pandas does, M a pipeline for machine learning. The tests
//! are named after them (`n09_int_range`), and [`every_row_is_tested_or_listed`] compares them with this table of rows
//! that are not here:
//!
//! | row | what it asks | why there is no test |
//! |---|---|---|
//! | N4 | a matrix from rows | needs the matrix |
//! | N5 | zeros of a shape | needs the matrix |
//! | N6 | ones of a shape | needs the matrix |
//! | N7 | memory that holds anything | not wanted: buffers never change, so they are made with their values |
//! | N8 | identity | needs the matrix |
//! | N15 | shape and number of axes | needs the matrix |
//! | N19 | reshape | needs the matrix |
//! | N20 | reshape with -1 | needs the matrix |
//! | N22 | a flat view | needs the matrix |
//! | N23 | transposed | needs the matrix |
//! | N38 | matrix and row | needs the matrix |
//! | N39 | matrix and column | needs the matrix |
//! | N40 | broadcasting | needs the matrix |
//! | N55 | matrix product | needs the matrix |
//! | N56 | dot product | needs the matrix |
//! | N57 | inverse | needs the matrix |
//! | N58 | determinant | needs the matrix |
//! | N59 | norm | needs the matrix |
//! | N60 | eigenvalues | needs the matrix |
//! | N61 | singular values | needs the matrix |
//! | N62 | QR | needs the matrix |
//! | N63 | solve | needs the matrix |
//! | N66 | numbers that lie beside each other in a cache line | no answer to compare: `docs/architecture.md`, lazuli-array |
//! | N67 | loops that compilers turn into vectors | no answer to compare: `docs/benchmarks.md` has times |
//! | N68 | types looked at once a column | no answer to compare: `crates/lazuli-array/src/dispatch.rs` |
//! | N69 | a loop over rows against one over columns | a time, not an answer |
//! | N70 | sums along an axis | a time; the answers are N51 and N53 |
//! | N71 | order of rows or of columns | needs the matrix |
//! | N72 | the caller chooses the order | needs the matrix |
//! | N74 | reshape, not resize | needs the matrix |
//! | P5 | read Excel | lacking |
//! | P6 | write Excel | lacking |
//! | P7 | read JSON | lacking |
//! | P8 | write JSON | lacking |
//! | P9 | read SQLite | lacking |
//! | P10 | write SQLite | lacking |
//! | P11 | read Parquet | lacking |
//! | P12 | write Parquet | lacking |
//! | P14 | Arrow memory | tested against another implementation in `crates/lazuli-array/src/ffi/` |
//! | P48 | a switch for copy on write | not wanted: frames never change |
//! | M3 | four charts | lacking: no charts |
//! | M11 | scaler: fit | needs the scaler |
//! | M12 | scaler: transform | needs the scaler |
//!
//! The numbers of rows are the list's; times, plots, SQL and files of other formats are rows of other letters.

mod cleaning; // P54 to P76, M4 to M6
mod frames; // P1 to P53
mod groups; // P93 to P100
mod joins; // P101 to P112
mod numbers; // N: arrays as columns
mod pipeline; // M: from a file to two sets to learn from
mod strings; // P77 to P92: texts, bins, dummies, dates

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use lazuli::prelude::*;

/// What a test gives.
type Tested = Result<(), Box<dyn std::error::Error>>;

/// One column of the result of one expression over `frame`.
fn eval(frame: &DataFrame, expr: impl Into<Expr>) -> lazuli::Result<Series> {
    let expr: Expr = expr.into();
    Ok(frame.lazy().select([expr.alias("out")]).collect()?.column_at(0))
}

/// The one value of an expression over `frame`.
fn value(frame: &DataFrame, expr: Expr) -> lazuli::Result<Scalar> {
    Ok(frame.lazy().select([expr]).collect()?.only_item()?)
}

/// The column that an expression should give.
fn out<T, I>(values: I) -> Series
where
    I: IntoIterator<Item = T>,
    lazuli::Column: lazuli::FromValues<T>,
{
    Series::from_iter("out", values)
}

/// Asserts that two numbers are the same up to rounding.
#[track_caller]
fn close(found: Scalar, wanted: f64) {
    let Scalar::Float64(found) = found else { panic!("{found} is no Float64") };
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

/// Asserts that a query fails, and that what it says has these parts.
#[track_caller]
fn fails_with(result: lazuli::Result<impl std::fmt::Debug>, parts: &[&str]) {
    let text = result.expect_err("this must fail").to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}

/// A file of this text that is removed at the end.
struct TextFile(PathBuf);

impl TextFile {
    fn new(text: &str) -> std::io::Result<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lazuli-seed-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, text)?;
        Ok(Self(path))
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn every_row_is_tested_or_listed() {
    let sources = [
        include_str!("cleaning.rs"),
        include_str!("frames.rs"),
        include_str!("groups.rs"),
        include_str!("joins.rs"),
        include_str!("numbers.rs"),
        include_str!("pipeline.rs"),
        include_str!("strings.rs"),
    ];
    let listed = include_str!("main.rs");
    for (letter, num_rows) in [("N", 80), ("P", 112), ("M", 14)] {
        for number in 1..=num_rows {
            let test = format!("fn {}{number:02}_", letter.to_lowercase());
            let is_tested = sources.iter().any(|source| source.lines().any(|line| line.starts_with(&test)));
            let is_listed = listed.lines().any(|line| line.starts_with(&format!("//! | {letter}{number} |")));
            assert!(is_tested != is_listed, "row {letter}{number}: tested {is_tested}, listed {is_listed}");
        }
    }
}
