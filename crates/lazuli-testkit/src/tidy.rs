//! Tidy: the house rules that a program can check, as functions from the source tree to findings.
//!
//! `tests/tidy.rs` runs every rule over this repository, so `cargo test` is the style check and there is no second tool.
//! A rule is a function `fn(&Tree) -> Vec<Finding>`; each has a unit test with a tree that breaks it, because a check that
//! cannot fail is worth nothing. To add one: write it in the file of its subject, run it in `tests/tidy.rs`.
//!
//! The rules read text, not types: they need no compiler, no git and some milliseconds. Where a text search cannot decide,
//! the rule is left out rather than made fuzzy.
//! (After rust-analyzer's and TigerBeetle's tidy tests.)

mod documents; // links and paths in the Markdown files
mod manifests; // crate arrows, sealed packages
mod rust_source; // Rust text with comments and literals blanked out
mod sources; // rules over Rust files
mod tree; // the files of the repository

pub use documents::{dangling_links, dangling_paths, machine_paths, undecided_packages};
pub use manifests::{crate_arrows, lints_inherited, sealed_packages, versions_in_one_place};
pub use rust_source::RustSource;
pub use sources::{
    ambient_settings, drawer_names, ignored_tests, leftovers, long_files, missing_module_docs, sealed_names,
    unargued_unsafe, unsafe_not_forbidden, unsafe_outside_its_rooms, unwraps,
};
pub use tree::{TextFile, Tree};

use std::fmt;

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Finding { path: path.to_string(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}
