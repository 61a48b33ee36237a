//! The golden suite: every query under every configuration gives the bytes that are kept in `testdata/golden/`.
//!
//! The expected answers are computed with another engine (see `testdata/make/README.md`), never taken from ours.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use lazuli::prelude::*;

/// A theme's queries, by the names of their functions.
macro_rules! queries {
    ($($name:ident),* $(,)?) => {
        pub const QUERIES: &[crate::Query] = &[$(crate::Query { name: stringify!($name), run: $name }),*];
    };
}

#[path = "golden/answer.rs"]
mod answer; // a frame as the text that is kept
#[path = "golden/configuration.rs"]
mod configuration; // how a query may be run
#[path = "golden/failures.rs"]
mod failures; // what queries without an answer say
#[path = "golden/files.rs"]
mod files; // CSV files
#[path = "golden/frames.rs"]
mod frames; // verbs that other verbs make up
#[path = "golden/groups.rs"]
mod groups; // groups and aggregates
#[path = "golden/inputs.rs"]
mod inputs; // the frames and files that queries read
#[path = "golden/joins.rs"]
mod joins; // joins
#[path = "golden/reshapes.rs"]
mod reshapes; // concat, pivot, unpivot, describe
#[path = "golden/rows.rs"]
mod rows; // filter, sort, slice, unique, columns
#[path = "golden/values.rs"]
mod values; // expressions over rows
#[path = "golden/windows.rs"]
mod windows; // values made of the rows of a partition

use answer::{difference, to_text};
use configuration::Configuration;
use inputs::Inputs;

/// A query with an expected answer.
#[derive(Clone)]
pub struct Query {
    name: &'static str,
    run: fn(&Inputs) -> LazyFrame,
}

/// Every query, theme by theme.
const GOLDEN: [&[Query]; 8] = [
    rows::QUERIES,
    groups::QUERIES,
    joins::QUERIES,
    reshapes::QUERIES,
    values::QUERIES,
    windows::QUERIES,
    frames::QUERIES,
    files::QUERIES,
];

fn folder() -> PathBuf {
    inputs::testdata().join("golden")
}

/// Runs the queries under all configurations; all wrong answers are reported at once.
fn check(queries: &[Query], configurations: &[Configuration]) {
    let mut wrong = Vec::new();
    for configuration in configurations {
        let inputs = Inputs::new(configuration);
        for query in queries {
            let path = folder().join(format!("{}.txt", query.name));
            let expected =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let start = Instant::now();
            let found = match configuration.collect((query.run)(&inputs)) {
                Ok(frame) => to_text(&frame),
                Err(error) => format!("error: {error}\n"),
            };
            let spent = start.elapsed();
            assert!(spent.as_secs() < 60, "{} took {spent:?} with {configuration}", query.name);
            if found != expected {
                wrong.push(format!("{} with {configuration}\n{}", query.name, difference(&expected, &found)));
            }
        }
    }
    let total = wrong.len();
    assert!(wrong.is_empty(), "{total} wrong answers; the first:\n\n{}", wrong[..total.min(10)].join("\n"));
}

#[test]
fn rows_are_as_expected() {
    check(rows::QUERIES, &Configuration::all());
}

#[test]
fn groups_are_as_expected() {
    check(groups::QUERIES, &Configuration::all());
}

#[test]
fn joins_are_as_expected() {
    check(joins::QUERIES, &Configuration::all());
}

#[test]
fn reshapes_are_as_expected() {
    check(reshapes::QUERIES, &Configuration::all());
}

#[test]
fn values_are_as_expected() {
    check(values::QUERIES, &Configuration::all());
}

#[test]
fn windows_are_as_expected() {
    check(windows::QUERIES, &Configuration::all());
}

#[test]
fn frames_are_as_expected() {
    check(frames::QUERIES, &Configuration::all());
}

#[test]
fn files_are_as_expected() {
    let (small, large): (Vec<_>, Vec<_>) =
        files::QUERIES.iter().cloned().partition(|query| query.name.starts_with("orders_"));
    check(&small, &Configuration::all());
    check(&large, &Configuration::for_large_files());
}

#[test]
fn every_query_has_an_answer_and_every_answer_a_query() {
    let names: Vec<&str> = GOLDEN.iter().flat_map(|theme| theme.iter().map(|query| query.name)).collect();
    assert!(names.len() >= 80, "{} queries", names.len());
    let queries: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
    assert_eq!(queries.len(), names.len(), "two queries share a name");
    let answers: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder of answers")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(queries, answers);
}
