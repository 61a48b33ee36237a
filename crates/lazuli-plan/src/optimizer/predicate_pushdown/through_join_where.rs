//! Filters over joins by predicates become predicates of the join; what reads one side only goes there.
//!
//! ```text
//! Filter [a > 1]                     JoinWhere [a < x]
//!   JoinWhere [a < x, x > 2]   =>      Filter [a > 1]
//!     left                               left
//!     right                            Filter [x > 2]
//!                                        right
//! ```
//!
//! Valid: such a join is the cross join under a filter with its predicates, in this order, so one more filter is one more
//! predicate behind them; and a pair goes if either half goes. What can fail is not asked for rows that find no partner,
//! so it stays in the join.

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::super::facts::{as_boolean, is_deterministic};
use super::{Split, sift};
use crate::{Join, JoinSide, JoinType, JoinWhere, Node};

pub(super) fn split(join: &JoinWhere, predicates: Vec<Expr>) -> Split {
    let pair_schema = join.pair_schema();
    let over_pairs = |predicate: &Expr| predicate.replace_columns(&|name| pair_column(join, name));
    let mut above = predicates;
    let stays = above.iter().position(|predicate| !is_deterministic(predicate)).unwrap_or(above.len());
    let absorbed: Vec<Expr> = above.drain(..stays).map(|predicate| over_pairs(&predicate)).collect();
    let all = join.predicates.iter().cloned().chain(absorbed).collect();

    let (left_schema, right_schema) = (join.left.schema(), join.right.schema());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let kept = sift(all, &pair_schema, |predicate, fails| {
        let names = predicate.columns();
        if as_boolean(predicate) == Some(Some(true)) {
            return true;
        }
        if fails || names.is_empty() {
            return false;
        }
        if names.iter().all(|name| left_schema.contains(name)) {
            left.push(predicate.clone());
            return true;
        }
        if names.iter().all(|name| right_schema.contains(name)) {
            right.push(predicate.clone());
            return true;
        }
        false
    });
    let node = (kept != join.predicates).then(|| with_predicates(join, kept));
    Split { node, below: vec![left, right], above }
}

/// The same pairs by other predicates; all pairs if there are none.
fn with_predicates(join: &JoinWhere, predicates: Vec<Expr>) -> Node {
    if !predicates.is_empty() {
        return Node::JoinWhere(JoinWhere { predicates, ..join.clone() });
    }
    Node::Join(Join {
        left: join.left.clone(),
        right: join.right.clone(),
        left_keys: Vec::new(),
        right_keys: Vec::new(),
        join_type: JoinType::Cross,
        suffix: join.suffix.clone(),
        coalesce: false,
        nulls_equal: false,
        output: join.output.clone(),
    })
}

/// The column of pairs that a column of the result is.
fn pair_column(join: &JoinWhere, name: &Name) -> Option<Expr> {
    let column = join.output.iter().find(|column| column.name == *name)?;
    match &column.source {
        JoinSide::Left(own) | JoinSide::Right(own) | JoinSide::Coalesced(own, _) => {
            Some(Expr::Column(own.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, lit};

    use super::super::super::RuleId;
    use super::super::super::tests::with_rule;
    use crate::LogicalPlan;
    use crate::test_plan::table;

    fn pushed(plan: &LogicalPlan) -> String {
        with_rule(RuleId::PredicatePushdown, plan)
    }

    fn joined(predicates: Vec<lazuli_expr::Expr>) -> LogicalPlan {
        table("l", "k i64, a i64").join_where(&table("r", "k i64, x i64"), predicates)
    }

    #[test]
    fn what_reads_one_side_goes_there() {
        let plan = joined(vec![col("a").lt(col("x")), col("k_right").gt(2)]).filter(col("a").gt(1));
        assert_snapshot!(pushed(&plan), @r"
            JoinWhere [a < x] -> [k, a, k_right, x]
              Scan l  columns: all 2  where: [a > 1]
              Project [k as k_right, x]
                Scan r  columns: all 2  where: [k > 2]
        ");
    }

    #[test]
    fn what_reads_both_or_may_fail_is_asked_of_pairs() {
        let plan =
            joined(vec![col("a").lt(col("x"))]).filter(col("k").neq(col("k_right")) & (col("a") + 1).gt(1));
        assert_snapshot!(pushed(&plan), @r"
            JoinWhere [a < x, k != k_right, a + 1 > 1] -> [k, a, k_right, x]
              Scan l  columns: all 2
              Project [k as k_right, x]
                Scan r  columns: all 2
        ");
    }

    #[test]
    fn without_predicates_it_is_a_cross_join() {
        assert_snapshot!(pushed(&joined(vec![lit(true), col("a").gt(1)])), @r"
            Join cross -> [k, a, k_right, x]
              Scan l  columns: all 2  where: [a > 1]
              Project [k as k_right, x]
                Scan r  columns: all 2
        ");
    }
}
