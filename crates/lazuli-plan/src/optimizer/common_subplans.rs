//! Common sub-plans: what was written twice is one plan with two readers.
//!
//! ```text
//! Join                                Join
//!   Aggregate [k] -> [sum(a)]   =>      Aggregate [k] -> [sum(a)]     the same in memory:
//!     Scan t                              Scan t                      the executor runs it once
//!   Aggregate [k] -> [sum(a)]           Aggregate [k] -> [sum(a)]
//!     Scan t                              Scan t
//! ```
//!
//! Valid: the same steps over the same inputs give the same rows in the same order. Sources are the same if they are one
//! object; two scans of one file are not, since the file may change in between. Not for what draws random numbers.
//!
//! Runs once, before the other rules move different filters and columns into the two.

use super::expressions::any_expression;
use super::facts::is_deterministic;
use super::{Rule, RuleId};
use crate::identical::is_same_step;
use crate::{LogicalPlan, explain};

pub(super) struct CommonSubplans;

impl Rule for CommonSubplans {
    fn id(&self) -> RuleId {
        RuleId::CommonSubplans
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        // By kind of node and inputs, so that long plans are not compared with one another step by step.
        let mut known: std::collections::HashMap<(&'static str, Vec<usize>), Vec<LogicalPlan>> =
            std::collections::HashMap::new();
        plan.rewrite(&mut |plan| {
            let inputs = plan.inputs().iter().map(|input| input.address()).collect();
            let alike = known.entry((explain::node_name(plan.node()), inputs)).or_default();
            if let Some(same) = alike.iter().find(|other| is_same_step(other, plan)) {
                return Some(same.clone());
            }
            if !any_expression(plan, &|expr| !is_deterministic(expr)) {
                alike.push(plan.clone());
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use lazuli_expr::{col, lit};

    use super::*;
    use crate::test_plan::{concat, table};
    use crate::{JoinType, Keep, UnionMode, resolve};

    fn num_plans(plan: &LogicalPlan) -> (usize, usize) {
        let resolved = resolve(plan).expect("no mistakes");
        let common = CommonSubplans.apply(&resolved);
        assert_eq!(explain::explain(&common), explain::explain(&resolved));
        (resolved.inputs_first().len(), common.inputs_first().len())
    }

    #[test]
    fn what_was_written_twice_is_one_plan() {
        let t = table("t", "k i64, a f64");
        let grouped = || t.filter(col("a").gt(1)).group_by("k", col("a").sum());
        assert_eq!(num_plans(&concat([grouped(), grouped()], UnionMode::Vertical)), (6, 4));
        let other = t.filter(col("a").gt(2)).group_by("k", col("a").sum());
        assert_eq!(num_plans(&concat([grouped(), other], UnionMode::Vertical)), (6, 6));
    }

    #[test]
    fn what_differs_in_anything_is_not_the_same() {
        let t = table("t", "k i64, a f64");
        let pairs = [
            (t.sort("k"), t.sort(col("k").desc())),
            (t.sort("k"), t.sort(col("k").asc().nulls_first())),
            (t.slice(0, 3), t.slice(1, 3)),
            (t.slice(0, 3), t.slice(0, 4)),
            (t.unique(&["k"], Keep::First), t.unique(&["k"], Keep::Last)),
            (t.unique(&["k"], Keep::First), t.unique(&[], Keep::First)),
            (t.row_index("row", 0), t.row_index("row", 1)),
        ];
        for (left, right) in pairs {
            let both = concat([left, right], UnionMode::Vertical);
            assert_eq!(num_plans(&both), (4, 4), "{}", explain::explain(&both));
        }
        let joined = |join_type| t.join(&t, join_type, "k", "k");
        let both = concat([joined(JoinType::Inner), joined(JoinType::Left)], UnionMode::Vertical);
        assert_eq!(num_plans(&both), (4, 4));
    }

    #[test]
    fn other_sources_and_other_zeros_are_not_the_same() {
        let t = || table("t", "a f64");
        assert_eq!(num_plans(&concat([t(), t()], UnionMode::Vertical)), (3, 3));
        let t = t();
        let times = |zero: f64| t.select((lit(1) / (col("a") * zero)).alias("x"));
        assert_eq!(num_plans(&concat([times(0.0), times(-0.0)], UnionMode::Vertical)), (4, 4));
        assert_eq!(num_plans(&concat([times(0.0), times(0.0)], UnionMode::Vertical)), (4, 3));
    }
}
