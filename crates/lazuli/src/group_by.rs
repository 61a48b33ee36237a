//! `group_by(keys).agg(aggregates)`.

use lazuli_expr::{Expr, IntoExprs, len};
use lazuli_plan::{Aggregate, Caller, LogicalPlan, Node};

use crate::LazyFrame;

/// Groups that wait for their aggregates.
#[derive(Debug, Clone)]
#[must_use = "groups do nothing until they are aggregated"]
pub struct LazyGroupBy {
    frame: LazyFrame,
    keys: Vec<Expr>,
    caller: Caller,
}

impl LazyGroupBy {
    pub(crate) fn new(frame: LazyFrame, keys: Vec<Expr>, caller: Caller) -> Self {
        Self { frame, keys, caller }
    }

    /// One row a group: the keys, then these aggregates. Each may combine aggregates, as in
    /// `col("a").sum() / col("b").sum()`.
    pub fn agg(self, aggregates: impl IntoExprs) -> LazyFrame {
        let aggregates = aggregates.into_exprs();
        let (keys, options) = (self.keys, self.frame.options().clone());
        let node = Node::Aggregate(Aggregate { input: self.frame.plan().clone(), keys, aggregates });
        LazyFrame::from_plan(LogicalPlan::new(node, self.caller)).with_options(options)
    }

    /// The number of rows of each group, as column `len`.
    pub fn len(self) -> LazyFrame {
        self.agg(len().alias("len"))
    }
}
