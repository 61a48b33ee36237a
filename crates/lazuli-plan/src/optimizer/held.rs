//! Plans that run once for several readers.
//!
//! A plan is a graph: `total - total.mean()` reads its input twice. The executor runs a plan once, and keeps its rows,
//! if several readers hold the very same plan and its top node keeps rows anyway (groups, sorts, slices, distinct, windows). Rules
//! that would make one plan into several, one for each reader, leave such a plan whole if running it twice would cost
//! much: if there are groups or joins in it. Scans and what goes with them row by row run again for each reader, each
//! with its own filters and columns.

use std::collections::{HashMap, HashSet};

use crate::{LogicalPlan, Node};

/// The plans of a tree that are kept whole.
#[derive(Debug, Default)]
pub(super) struct Held(HashSet<usize>);

impl Held {
    /// Those below `plan`. Means something as long as `plan` lives.
    pub fn of(plan: &LogicalPlan) -> Self {
        let inputs_first = plan.inputs_first();
        let mut costly: HashSet<usize> = HashSet::new();
        for plan in &inputs_first {
            let own = matches!(
                plan.node(),
                Node::Aggregate(_)
                    | Node::Join(_)
                    | Node::AsofJoin(_)
                    | Node::JoinWhere(_)
                    | Node::Pivot(_)
                    | Node::Window(_)
            );
            if own || plan.inputs().iter().any(|input| costly.contains(&input.address())) {
                costly.insert(plan.address());
            }
        }
        // How often each plan would run if nothing was kept, readers first.
        let mut runs: HashMap<usize, usize> = HashMap::from([(plan.address(), 1)]);
        let mut held = HashSet::new();
        for plan in inputs_first.iter().rev() {
            let keeps_rows = matches!(
                plan.node(),
                Node::Aggregate(_) | Node::Sort(_) | Node::Slice(_) | Node::Distinct(_) | Node::Window(_)
            );
            let mut own_runs = runs[&plan.address()];
            if own_runs > 1 && keeps_rows && costly.contains(&plan.address()) {
                held.insert(plan.address());
                own_runs = 1;
            }
            for input in plan.inputs() {
                let runs = runs.entry(input.address()).or_default();
                *runs = runs.saturating_add(own_runs);
            }
        }
        Self(held)
    }

    /// Whether a plan is kept whole.
    pub fn contains(&self, plan: &LogicalPlan) -> bool {
        self.0.contains(&plan.address())
    }
}

#[cfg(test)]
mod tests {
    use lazuli_expr::{col, len};

    use super::super::{OptimizerOptions, optimize};
    use crate::test_plan::table;
    use crate::{JoinType, LogicalPlan, Node, resolve};

    /// How many different plans with this kind of node at the top there are after all rules have run.
    fn count(plan: &LogicalPlan, is_kind: fn(&Node) -> bool) -> usize {
        let resolved = resolve(plan).expect("no mistakes");
        let optimized = optimize(&resolved, &OptimizerOptions::all());
        optimized.inputs_first().into_iter().filter(|plan| is_kind(plan.node())).count()
    }

    fn grouped() -> LogicalPlan {
        table("t", "k i64, a i64, b i64, c i64")
            .group_by("k", [col("a").sum(), col("b").sum(), len().alias("n")])
    }

    #[test]
    fn groups_are_made_once_for_readers_of_different_columns_and_rows() {
        let with_share =
            grouped().with_columns((col("a") / col("a").sum()).alias("share")).select(["k", "share"]);
        let is_keyed = |node: &Node| matches!(node, Node::Aggregate(aggregate) if !aggregate.keys.is_empty());
        assert_eq!(count(&with_share, is_keyed), 1);
        let shared = grouped();
        let few = shared.filter(col("k").gt(5)).select(["k", "a"]);
        let joined = few.join(&shared, JoinType::Inner, "k", "a").select(["k", "b"]);
        assert_eq!(count(&joined, is_keyed), 1);
        let top = shared.sort("a");
        let both = top.slice(0, 3).join(&top.slice(1, 3), JoinType::Inner, "k", "k");
        assert_eq!(count(&both, |node| matches!(node, Node::Sort(_))), 1);
    }

    #[test]
    fn scans_are_read_by_each_reader_for_itself() {
        let t = table("t", "k i64, a i64, b i64").sort("k");
        let joined = t.filter(col("a").gt(1)).join(&t.filter(col("b").gt(1)), JoinType::Semi, "k", "k");
        assert_eq!(count(&joined, |node| matches!(node, Node::Scan(_))), 2);
    }
}
