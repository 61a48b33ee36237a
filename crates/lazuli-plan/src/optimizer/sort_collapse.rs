//! Sort collapse: a sort of sorted rows is one sort by the keys of both.
//!
//! ```text
//! Sort [a desc]            Sort [a desc, b]
//!   Sort [b]          =>     Scan t
//!     Scan t
//! Sort [a]                 Sort [a, c]
//!   Project [b as c, ..] =>  Project [b as c, ..]
//!     Sort [b]                 Scan t
//! ```
//!
//! Valid: sorts are stable, so rows that the upper sort takes for equal are in the order of the lower one, and those that
//! both take for equal in the order of the input. Each key keeps its direction and its place for nulls. A lower key that
//! is an upper key too decides nothing more and goes.
//!
//! Between the two may stand a projection: it works row by row. The lower keys then have to be columns of its result.
//!
//! Not if the lower sort has a limit: then it also says which rows there are. Not with random numbers, which would be
//! drawn for the rows in another order. Not if the lower sort runs once for several readers.

use lazuli_array::Name;
use lazuli_expr::{Expr, SortKey};

use super::facts::is_deterministic;
use super::held::Held;
use super::{Rule, RuleId};
use crate::identical::is_identical;
use crate::{LogicalPlan, Node, Project, Sort};

pub(super) struct SortCollapse;

impl Rule for SortCollapse {
    fn id(&self) -> RuleId {
        RuleId::SortCollapse
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        let held = Held::of(plan);
        plan.rewrite_down(&mut |plan| match plan.node() {
            Node::Sort(sort) => collapsed(plan, sort, &held),
            _ => None,
        })
    }
}

fn collapsed(plan: &LogicalPlan, upper: &Sort, held: &Held) -> Option<LogicalPlan> {
    let lower = |input: &LogicalPlan| match input.node() {
        Node::Sort(lower) if lower.limit.is_none() && !held.contains(input) => Some(lower.clone()),
        _ => None,
    };
    let (input, lower_keys) = match upper.input.node() {
        Node::Project(project) if !held.contains(&upper.input) => {
            let lower = lower(&project.input)?;
            let keys = lower.keys.iter().map(|key| over(key, project)).collect::<Option<Vec<_>>>()?;
            if !project.exprs.iter().all(is_deterministic) {
                return None;
            }
            let project = Project { input: lower.input, ..project.clone() };
            (upper.input.with_node(Node::Project(project)), keys)
        }
        _ => {
            let lower = lower(&upper.input)?;
            (lower.input, lower.keys)
        }
    };
    let mut keys = upper.keys.clone();
    for key in lower_keys {
        if !keys.iter().any(|known| is_identical(&known.expr, &key.expr)) {
            keys.push(key);
        }
    }
    let are_fixed = keys.iter().all(|key| is_deterministic(&key.expr));
    are_fixed.then(|| plan.with_node(Node::Sort(Sort { input, keys, limit: upper.limit })))
}

/// The key over the columns of the projection's result, if those that it reads are there unchanged.
fn over(key: &SortKey, project: &Project) -> Option<SortKey> {
    let result_name = |wanted: &Name| {
        let is_it = |expr: &&Expr| matches!(expr.without_alias(), Expr::Column(name) if name == wanted);
        project.exprs.iter().find(is_it).map(Expr::output_name)
    };
    let is_there = key.expr.columns().iter().all(|name| result_name(name).is_some());
    is_there.then(|| SortKey {
        expr: key.expr.replace_columns(&|name| result_name(name).map(Expr::Column)),
        ..key.clone()
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::col;

    use super::super::tests::{optimized, with_rule};
    use super::*;
    use crate::JoinType;
    use crate::test_plan::table;

    fn t() -> LogicalPlan {
        table("t", "a i64, b i64, c i64")
    }

    fn collapsed(plan: &LogicalPlan) -> String {
        with_rule(RuleId::SortCollapse, plan)
    }

    #[test]
    fn a_sort_of_sorted_rows_is_one_sort() {
        assert_snapshot!(collapsed(&t().sort("b").sort(col("a").desc())), @r"
            Sort [a desc, b]
              Scan t  columns: all 3
        ");
        let keys = [col("b").desc().nulls_first(), (col("c") % 2).asc()];
        assert_snapshot!(collapsed(&t().sort("c").sort(keys).sort("a")), @r"
            Sort [a, b desc nulls first, c % 2, c]
              Scan t  columns: all 3
        ");
    }

    #[test]
    fn a_key_that_was_sorted_by_already_decides_nothing() {
        assert_snapshot!(collapsed(&t().sort(["a", "b"]).sort([col("b").asc(), col("a").desc()])), @r"
            Sort [b, a desc]
              Scan t  columns: all 3
        ");
    }

    #[test]
    fn a_limit_above_goes_into_both() {
        assert_snapshot!(optimized(&t().sort("b").sort("a").slice(0, 5)), @r"
            Slice first 5
              Sort [a, b]  limit: 5
                Scan t  columns: all 3
        ");
    }

    #[test]
    fn a_limited_sort_says_which_rows_there_are() {
        assert_snapshot!(optimized(&t().sort("b").slice(0, 5).sort("a")), @r"
            Sort [a]
              Slice first 5
                Sort [b]  limit: 5
                  Scan t  columns: all 3
        ");
        assert_snapshot!(collapsed(&t().sort("b").select(col("a").cum_sum()).sort("a")), @r"
            Sort [a]
              Project [_window1 as a]
                Window -> [cum_sum(a) over () as _window1]
                  Sort [b]
                    Scan t  columns: all 3
        ");
    }

    #[test]
    fn projections_between_pass_the_lower_keys_on() {
        let between = |exprs: Vec<Expr>| t().sort([col("b").desc()]).select(exprs).sort("a");
        assert_snapshot!(collapsed(&between(vec![col("a"), col("b").alias("x"), (col("c") + 1).alias("b")])), @r"
            Sort [a, x desc]
              Project [a, b as x, c + 1 as b]
                Scan t  columns: all 3
        ");
        assert_snapshot!(collapsed(&between(vec![col("a"), (col("b") + 1).alias("b")])), @r"
            Sort [a]
              Project [a, b + 1 as b]
                Sort [b desc]
                  Scan t  columns: all 3
        ");
    }

    #[test]
    fn a_sort_of_several_readers_stays() {
        let costly = t().group_by("a", [col("b").sum(), col("c").sum()]).sort("b");
        let both = costly.sort("c").join(&costly, JoinType::Inner, "a", "a");
        assert_snapshot!(collapsed(&both), @r"
            Join inner on [a == a] -> [a, b, c, b_right, c_right]
              Sort [c]
                Sort [b]
                  Aggregate [a] -> [sum(b) as b, sum(c) as c]
                    Scan t  columns: all 3
              Sort [b]
                Aggregate [a] -> [sum(b) as b, sum(c) as c]
                  Scan t  columns: all 3
        ");
    }
}
