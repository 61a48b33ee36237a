//! What has to be known of the data before a plan has columns.

use super::PivotSearch;
use crate::{FirstPass, LogicalPlan};

/// Something that a query has to find out before the plan can be resolved.
#[derive(Debug, Clone)]
pub enum Search {
    /// The columns of a pivot.
    Pivot(PivotSearch),
    /// What a derived verb asks first.
    FirstPass(FirstPass),
}

impl Search {
    /// A search of this plan that has no other below it. Once its answer is written into the plan the next one can be
    /// asked for.
    pub fn next(plan: &LogicalPlan) -> Option<Self> {
        plan.inputs_first().into_iter().find_map(|plan| {
            let pivot = || PivotSearch::of(plan).map(Self::Pivot);
            FirstPass::of(plan).map(Self::FirstPass).or_else(pivot)
        })
    }
}
