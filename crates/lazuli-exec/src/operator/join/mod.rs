//! Join: pairs of rows with equal keys.
//!
//! One side is built: all its rows, and a table from key to rows ([`build`]). The other side is probed morsel by morsel
//! and gives the order of the result ([`probe`]). That is the left side, except for a right join. The rows of the built
//! side that found no match, which a full join wants, are one more lane behind the probing ones ([`unmatched`]).
//!
//! A cross join is one with the same key in every row. Where other joins stand between a join and the scan that it probes
//! with, rows without a match leave right behind the scan, or inside of it ([`built_keys`], `lower/semi_join_filter.rs`).

mod build; // all rows of a side, by key
mod built_keys; // its keys, for scans
mod late; // rows that come behind the probing ones
mod pairs_in_files; // both sides in files
mod probe; // rows of the other side, one by one
mod unmatched; // rows of a built side that found no match
mod waiting; // rows of a side in files

use lazuli_array::SchemaRef;

pub(crate) use build::{BuildSide, JoinBuild, JoinTable};
pub(crate) use built_keys::BuiltKeys;
pub(crate) use late::late_rows;
pub(crate) use probe::{JoinProbe, Matching};

const OPERATOR: &str = "join";

/// The columns of a join's result.
pub(crate) struct JoinOutput {
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) schema: SchemaRef,
}

/// Where a column of the result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputColumn {
    /// The probing side's column at this position; null where only the built side has a row.
    Probe(usize),
    /// The built side's column at this position; null where only the probing side has a row.
    Build(usize),
    /// The probing side's where it has a row, else the built side's. Keys: where both have a row, they are equal.
    Either {
        /// Position among the probing side's columns.
        probe: usize,
        /// Position among the built side's columns.
        build: usize,
    },
}
