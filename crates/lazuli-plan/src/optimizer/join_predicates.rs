//! Join predicates: filters over cross joins become predicates of the join, and equalities among those its keys.
//!
//! ```text
//! Filter [a < x, b != y]        JoinWhere [a < x, b != y]       Project [a, x]
//!   Join cross            =>      left                            Filter [a < x]
//!     left                        right                             Join inner on [k == l]
//!     right                                                           left
//!                               JoinWhere [k == l, a < x]     =>      right
//! ```
//!
//! Valid: a join by predicates is defined as the filter over the cross join. The answer is the same row for row, and the
//! executor sorts a side and searches, where the filter would look at each pair. An equality as a key means what it means as
//! a predicate: neither is null and they are equal, NaN included; the pairs come in the same order.
//!
//! Not for a filter of which no predicate reads both sides: those go to the sides by themselves. Not with random numbers
//! in a predicate: they would be drawn for other pairs. An equality does not become a key if its sides can fail, or if a
//! predicate before it can: keys are computed for all rows, and the predicates before it would be asked for fewer.
//! Filters over inner joins with keys stay: few pairs have equal keys.

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::facts::{can_fail, is_deterministic};
use super::predicate_pushdown::key_pair;
use super::{Rule, RuleId};
use crate::{Filter, Join, JoinColumn, JoinSide, JoinType, JoinWhere, LogicalPlan, Node, Project};

pub(super) struct JoinPredicates;

impl Rule for JoinPredicates {
    fn id(&self) -> RuleId {
        RuleId::JoinPredicates
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| match plan.node() {
            Node::Filter(filter) => match filter.input.node() {
                Node::Join(join) if join.join_type == JoinType::Cross => into_join(plan, filter, join),
                _ => None,
            },
            Node::JoinWhere(join) => with_keys(plan, join),
            _ => None,
        })
    }
}

/// The filter over a cross join as one join.
fn into_join(plan: &LogicalPlan, filter: &Filter, join: &Join) -> Option<LogicalPlan> {
    let source = |name: &Name| join.output.iter().find(|column| column.name == *name);
    let reads_both = |predicate: &Expr| {
        let names = predicate.columns();
        let is_left =
            |name: &Name| matches!(source(name), Some(JoinColumn { source: JoinSide::Left(_), .. }));
        names.iter().any(is_left) && !names.iter().all(is_left)
    };
    if !filter.predicates.iter().any(reads_both) || !filter.predicates.iter().all(is_deterministic) {
        return None;
    }
    // The right columns get names that no left column has: those that they have in the result, if those are new.
    let mut right_names: Vec<(Name, Name)> = Vec::new();
    let is_taken = |name: &str, others: &[(Name, Name)]| {
        join.left.schema().contains(name) || others.iter().any(|(_, other)| other == name)
    };
    for name in join.right.schema().names() {
        let mut new = name.clone();
        while is_taken(&new, &right_names)
            || (new != *name && join.right.schema().names().any(|other| *other == new))
        {
            new.push_str(&join.suffix);
            if join.suffix.is_empty() {
                new.push('\'');
            }
        }
        right_names.push((name.clone(), new));
    }
    let new_name = |own: &Name| {
        let found = right_names.iter().find(|(name, _)| name == own);
        found.map(|(_, new)| new.clone()).expect("a column of the right side")
    };
    let output: Vec<JoinColumn> = join
        .output
        .iter()
        .map(|column| match &column.source {
            JoinSide::Right(own) => {
                JoinColumn { source: JoinSide::Right(new_name(own)), name: column.name.clone() }
            }
            _ => column.clone(),
        })
        .collect();
    let over_pairs = |name: &Name| {
        let column = output.iter().find(|column| column.name == *name)?;
        Some(Expr::Column(own_name(column).clone()))
    };
    let predicates =
        filter.predicates.iter().map(|predicate| predicate.replace_columns(&over_pairs)).collect();
    let mut right = join.right.clone();
    if right_names.iter().any(|(own, new)| own != new) {
        let exprs = right_names.iter().map(|(own, new)| Expr::Column(own.clone()).named(new)).collect();
        right = right.with_node(Node::Project(Project { input: right.clone(), exprs, keep_input: false }));
    }
    let (left, suffix) = (join.left.clone(), join.suffix.clone());
    Some(plan.with_node(Node::JoinWhere(JoinWhere { left, right, predicates, suffix, output })))
}

/// The name that a column of the result has in its input.
fn own_name(column: &JoinColumn) -> &Name {
    match &column.source {
        JoinSide::Left(name) | JoinSide::Right(name) | JoinSide::Coalesced(name, _) => name,
    }
}

/// A join with equalities among its predicates as an inner join under a filter with the other ones.
fn with_keys(plan: &LogicalPlan, join: &JoinWhere) -> Option<LogicalPlan> {
    if !join.predicates.iter().all(is_deterministic) {
        return None;
    }
    let pair_schema = join.pair_schema();
    let left_names = join.left.schema().names().map(|name| JoinSide::Left(name.clone()));
    let right_names = join.right.schema().names().map(|name| JoinSide::Right(name.clone()));
    let all_columns: Vec<JoinColumn> = left_names
        .chain(right_names)
        .zip(pair_schema.names())
        .map(|(source, name)| JoinColumn { source, name: name.clone() })
        .collect();
    let mut inner = Join {
        left: join.left.clone(),
        right: join.right.clone(),
        left_keys: Vec::new(),
        right_keys: Vec::new(),
        join_type: JoinType::Inner,
        suffix: join.suffix.clone(),
        coalesce: false,
        nulls_equal: false,
        output: all_columns,
    };
    let mut rest: Vec<Expr> = Vec::new();
    for predicate in &join.predicates {
        let may_move = !rest.iter().any(|before| can_fail(before, &pair_schema));
        match key_pair(&inner, predicate) {
            Some((left, right)) if may_move => {
                inner.left_keys.push(left);
                inner.right_keys.push(right);
            }
            _ => rest.push(predicate.clone()),
        }
    }
    if inner.left_keys.is_empty() {
        return None;
    }
    let is_read = |name: &Name| {
        join.output.iter().any(|column| own_name(column) == name)
            || rest.iter().any(|predicate| predicate.columns().contains(name))
    };
    inner.output.retain(|column| is_read(&column.name));
    let mut joined = plan.with_node(Node::Join(inner));
    if !rest.is_empty() {
        joined = plan.with_node(Node::Filter(Filter { input: joined, predicates: rest }));
    }
    let exprs = join.output.iter().map(|column| Expr::Column(own_name(column).clone()).named(&column.name));
    let project = Project { input: joined.clone(), exprs: exprs.collect(), keep_input: false };
    Some(joined.with_node(Node::Project(project)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::col;

    use super::super::tests::{optimized, with_rule};
    use super::*;
    use crate::test_plan::table;

    fn left() -> LogicalPlan {
        table("l", "k i64, a i64, f f64")
    }

    fn right() -> LogicalPlan {
        table("r", "k i64, x i64, g f64")
    }

    fn rewritten(plan: &LogicalPlan) -> String {
        with_rule(RuleId::JoinPredicates, plan)
    }

    #[test]
    fn filters_over_every_pair_become_a_join() {
        let plan = left().cross(&right()).filter(col("a").lt(col("x")) & col("f").neq(col("g")));
        assert_snapshot!(rewritten(&plan), @r"
            JoinWhere [a < x, f != g] -> [k, a, f, k_right, x, g]
              Scan l  columns: all 3
              Project [k as k_right, x, g]
                Scan r  columns: all 3
        ");
        let of_sides = left().cross(&right()).filter(col("a").gt(1) & col("x").gt(2));
        assert_snapshot!(rewritten(&of_sides), @r"
            Filter [a > 1, x > 2]
              Join cross -> [k, a, f, k_right, x, g]
                Scan l  columns: all 3
                Scan r  columns: all 3
        ");
    }

    #[test]
    fn equalities_become_keys() {
        let plan = left().join_where(&right(), [col("a").lt(col("x")), col("k_right").eq(col("k"))]);
        assert_snapshot!(rewritten(&plan), @r"
            Project [k, a, f, k_right, x, g]
              Filter [a < x]
                Join inner on [k == k_right] -> [k, a, f, k_right, x, g]
                  Scan l  columns: all 3
                  Project [k as k_right, x, g]
                    Scan r  columns: all 3
        ");
        // Integers and floats have no type to meet in, and sums of integers may overflow.
        let others = left().join_where(&right(), [col("a").eq(col("g")), (col("a") + 1).eq(col("x"))]);
        assert_snapshot!(rewritten(&others), @r"
            JoinWhere [a == g, a + 1 == x] -> [k, a, f, k_right, x, g]
              Scan l  columns: all 3
              Project [k as k_right, x, g]
                Scan r  columns: all 3
        ");
        let behind = left().join_where(&right(), [(col("a") + 1).lt(col("x")), col("k_right").eq(col("k"))]);
        assert_snapshot!(rewritten(&behind), @r"
            JoinWhere [a + 1 < x, k_right == k] -> [k, a, f, k_right, x, g]
              Scan l  columns: all 3
              Project [k as k_right, x, g]
                Scan r  columns: all 3
        ");
    }

    #[test]
    fn all_rules_together() {
        let predicates = [col("a").gt(1), col("a").lt(col("x")), col("g").lt_eq(2.0)];
        let plan = left().join_where(&right(), predicates).filter(col("f").gt(col("g"))).select(["f", "x"]);
        assert_snapshot!(optimized(&plan), @r"
            JoinWhere [a < x, f > g] -> [f, x]
              Scan l  columns: a, f (2 of 3)  where: [a > 1]
              Scan r  columns: x, g (2 of 3)  where: [g <= 2.0]
        ");
    }
}
