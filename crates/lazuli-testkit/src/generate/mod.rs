//! Random queries: frames of every type, and plans over them that resolve.
//!
//! A seed is all it takes to make a query again, on any machine. A query that shows a mistake is made smaller by
//! [`smaller`]: parts of its plan are left out and rows of its frames, as long as the mistake stays.
//!
//! What is left out on purpose, because the reference has no answer of its own: texts of floats, floats whose sums cancel
//! beyond what is promised, functions of the user's own.

mod expression; // random expressions
mod frame; // random frames
mod plan; // random verbs
mod smaller; // less of a query
mod source; // frames as sources
mod value; // random values

use lazuli_array::DataFrame;
use lazuli_plan::LogicalPlan;

pub use plan::largest_step;
pub use smaller::smaller;
pub use source::{MemorySource, frames_of, with_sources};

use crate::split_mix::SplitMix64;

/// Columns of a query's result whose names begin so may differ from the reference in the last digits: deviations and
/// variances, which no rule rounds only once.
pub const APPROXIMATE: &str = "approximate";

/// A plan as a user writes it, over frames in [`MemorySource`]s. It resolves.
#[derive(Debug, Clone)]
pub struct Query {
    /// The plan.
    pub plan: LogicalPlan,
    /// How often a verb had to be drawn anew because it did not resolve.
    pub rejected: usize,
    /// How many verbs were drawn.
    pub drawn: usize,
}

/// The query of a seed.
pub fn query(seed: u64) -> Query {
    plan::Builder::new(SplitMix64(seed)).query()
}

/// The frame of a seed: up to six columns of any types, up to 40 rows in up to four batches.
pub fn frame(seed: u64) -> DataFrame {
    frame::any(&mut SplitMix64(seed))
}
