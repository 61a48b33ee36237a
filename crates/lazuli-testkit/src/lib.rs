//! Development only: what the tests of every other crate share.
//!
//! No crate may depend on this one except as a dev-dependency; [`tidy`] checks that too.

#![forbid(unsafe_code)]

pub mod sales; // the generator behind testdata/sales.csv and the large streaming files
pub mod tidy; // the style rules that a test can check
