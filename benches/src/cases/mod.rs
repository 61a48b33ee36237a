//! What is measured: each case a query, with its inputs loaded.

mod expressions; // one expression each
mod files; // reading files, and queries straight from them
mod generated; // the verbs over any number of generated rows
mod groupby; // the ten questions of db-benchmark's groupby task
mod inequality; // joins by inequalities
mod join; // the five questions of db-benchmark's join task
mod reshape; // long to wide and back
mod seed; // the verbs of the published speed table, and the table of its memory table

use std::path::{Path, PathBuf};

use lazuli::{DataFrame, ExecOptions, LazyFrame};

/// What stops a case.
pub type Failure = Box<dyn std::error::Error>;

/// A query to be run again and again.
pub type Query = Box<dyn Fn() -> LazyFrame>;

/// One line of the list.
pub struct Case {
    pub name: &'static str,
    pub title: &'static str,
    pub prepare: fn(&ExecOptions) -> Result<Work, Failure>,
}

/// A case with its inputs loaded.
pub enum Work {
    /// Building and collecting this is timed; its answer is given out for comparison.
    Query(Query),
    /// As `Query`, and its answer is checked here first.
    Checked { query: Query, check: Box<dyn Fn(&DataFrame) -> Result<(), Failure>> },
    /// This is timed: it writes a table to a file, which is removed in the end.
    Write { table: DataFrame, path: PathBuf, write: fn(LazyFrame, &Path) -> Result<(), lazuli::Error> },
    /// The table is held, and its bytes told.
    Hold(DataFrame),
}

impl Work {
    fn query(query: impl Fn() -> LazyFrame + 'static) -> Result<Self, Failure> {
        Ok(Self::Query(Box::new(query)))
    }
}

/// All cases.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        seed::CASES,
        files::CASES,
        groupby::CASES,
        join::CASES,
        reshape::CASES,
        generated::CASES,
        inequality::CASES,
        expressions::CASES,
    ]
    .into_iter()
    .flatten()
}
