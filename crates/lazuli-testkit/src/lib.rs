//! Development only: what the tests of every other crate share.
//!
//! No crate may depend on this one except as a dev-dependency; [`tidy`] checks that too.

#![forbid(unsafe_code)]

pub mod difference; // two tables, to the last bit
pub mod features; // what of the expected features is here
pub mod folder; // files of one test
pub mod generate; // random frames and plans
pub mod reference; // plans run one row at a time, by the shortest code
pub mod sales; // the generator behind testdata/sales.csv and the large streaming files
pub mod split_mix; // random numbers in a few lines
pub mod tidy; // the style rules that a test can check
