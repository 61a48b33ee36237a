//! Join narrowing: outer joins whose extra rows a filter removes anyway.
//!
//! ```text
//! Filter [r > 1]            Filter [r > 1]
//!   Join left       =>        Join inner
//! ```
//!
//! Valid: a predicate that can't be true when all columns of a side are null removes the rows that the outer join adds
//! with nulls on that side. The order of the other rows is the same: left joins and full joins give matches in left
//! order, as inner joins do.
//!
//! A full join becomes a left join if the rows without a left side go, and an inner join if both kinds go. Not when only
//! the rows without a right side go: what is left would be a right join in another order. Right joins stay: an inner
//! join gives its rows in left order.

use lazuli_array::Name;
use lazuli_expr::{BinaryOperator, Expr};

use super::facts::as_boolean;
use super::{Rule, RuleId};
use crate::{Filter, Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};

pub(super) struct JoinNarrowing;

impl Rule for JoinNarrowing {
    fn id(&self) -> RuleId {
        RuleId::JoinNarrowing
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| {
            let Node::Filter(filter) = plan.node() else { return None };
            let Node::Join(join) = filter.input.node() else { return None };
            let narrower = narrower(join, &filter.predicates)?;
            let input = filter.input.with_node(Node::Join(narrower));
            Some(plan.with_node(Node::Filter(Filter { input, ..filter.clone() })))
        })
    }
}

fn narrower(join: &Join, predicates: &[Expr]) -> Option<Join> {
    let names_of = |is_of_side: fn(&JoinSide) -> bool| -> Vec<Name> {
        join.output
            .iter()
            .filter(|column| is_of_side(&column.source))
            .map(|column| column.name.clone())
            .collect()
    };
    let rejects = |names: &[Name]| predicates.iter().any(|predicate| is_not_true(predicate, names));
    let left_is_there = || rejects(&names_of(|side| matches!(side, JoinSide::Left(_))));
    let right_is_there = || rejects(&names_of(|side| matches!(side, JoinSide::Right(_))));
    let join_type = match join.join_type {
        JoinType::Left if right_is_there() => JoinType::Inner,
        JoinType::Full if left_is_there() => {
            if right_is_there() {
                JoinType::Inner
            } else {
                JoinType::Left
            }
        }
        _ => return None,
    };
    // The left row is there now, and with it the left half of what was put together from both.
    let output = join
        .output
        .iter()
        .map(|column| match &column.source {
            JoinSide::Coalesced(left, _) => {
                JoinColumn { source: JoinSide::Left(left.clone()), name: column.name.clone() }
            }
            _ => column.clone(),
        })
        .collect();
    Some(Join { join_type, coalesce: false, output, ..join.clone() })
}

/// Whether a predicate can't be true when all these columns are null.
fn is_not_true(predicate: &Expr, nulls: &[Name]) -> bool {
    if matches!(as_boolean(predicate), Some(None | Some(false))) || is_null(predicate, nulls) {
        return true;
    }
    match predicate {
        Expr::Binary { left, operator: BinaryOperator::And, right } => {
            is_not_true(left, nulls) || is_not_true(right, nulls)
        }
        Expr::Binary { left, operator: BinaryOperator::Or, right } => {
            is_not_true(left, nulls) && is_not_true(right, nulls)
        }
        Expr::Function { function, inputs } if function.name() == "is_not_null" => {
            inputs.iter().any(|input| is_null(input, nulls))
        }
        _ => false,
    }
}

/// Whether an expression is null when all these columns are.
fn is_null(expr: &Expr, nulls: &[Name]) -> bool {
    match expr {
        Expr::Column(name) => nulls.contains(name),
        Expr::Alias { input, .. } | Expr::Cast { input, .. } | Expr::Unary { input, .. } => {
            is_null(input, nulls)
        }
        Expr::Binary { left, operator, right } => match operator {
            BinaryOperator::EqualMissing
            | BinaryOperator::NotEqualMissing
            | BinaryOperator::And
            | BinaryOperator::Or => false,
            _ => is_null(left, nulls) || is_null(right, nulls),
        },
        Expr::Function { function, inputs } if ["abs", "is_in", "is_nan"].contains(&function.name()) => {
            inputs.first().is_some_and(|input| is_null(input, nulls))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, lit};

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::table;

    fn narrowed(join_type: JoinType, predicate: Expr) -> String {
        let left = table("l", "a i64, x i64");
        let right = table("r", "b i64, y i64");
        let text =
            with_rule(RuleId::JoinNarrowing, &left.join(&right, join_type, "a", "b").filter(predicate));
        text.lines().nth(1).expect("the join").trim().to_string()
    }

    #[test]
    fn left_joins_become_inner_where_nulls_on_the_right_are_refused() {
        assert_snapshot!(narrowed(JoinType::Left, col("y").gt(1)), @"Join inner on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, (col("y") + col("x")).eq(1)), @"Join inner on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").is_not_null()), @"Join inner on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").gt(1) | col("y").lt(-1)), @"Join inner on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, !col("y").is_in([1, 2])), @"Join inner on [a == b] -> [a, x, y]");
    }

    #[test]
    fn what_may_be_true_for_nulls_changes_nothing() {
        assert_snapshot!(narrowed(JoinType::Left, col("x").gt(1)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").is_null()), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").gt(1) | col("x").gt(1)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").neq_missing(1)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").eq_missing(col("x"))), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").eq_missing(None::<i64>)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, !col("y").is_not_null()), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").is_null() & col("x").gt(1)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, col("y").fill_null(5).gt(1)), @"Join left on [a == b] -> [a, x, y]");
        assert_snapshot!(narrowed(JoinType::Left, lit(true)), @"Join left on [a == b] -> [a, x, y]");
    }

    #[test]
    fn full_joins_lose_the_kind_of_rows_that_is_refused() {
        assert_snapshot!(narrowed(JoinType::Full, col("x").gt(1)), @"Join left on [a == b] -> [a, x, b, y]");
        assert_snapshot!(narrowed(JoinType::Full, col("x").gt(1) & col("y").gt(1)), @"Join inner on [a == b] -> [a, x, b, y]");
        // What would be left is a right join in the order of a full join.
        assert_snapshot!(narrowed(JoinType::Full, col("y").gt(1)), @"Join full on [a == b] -> [a, x, b, y]");
        // A right join is in right order, an inner join is not.
        assert_snapshot!(narrowed(JoinType::Right, col("x").gt(1)), @"Join right on [a == b] -> [x, b, y]");
    }

    #[test]
    fn columns_of_both_sides_become_left_ones() {
        let left = table("l", "k i64, x i64");
        let right = table("r", "k i64, y i64");
        let plan = left.full_join(&right, "k").filter(col("x").gt(1));
        assert_snapshot!(with_rule(RuleId::JoinNarrowing, &plan), @r"
            Filter [x > 1]
              Join left on [k == k] -> [k, x, y]
                Scan l  columns: all 2
                Scan r  columns: all 2
        ");
        let by_key = left.full_join(&right, "k").filter(col("k").gt(1));
        assert_snapshot!(with_rule(RuleId::JoinNarrowing, &by_key), @r"
            Filter [k > 1]
              Join full on [k == k] -> [k, x, y]
                Scan l  columns: all 2
                Scan r  columns: all 2
        ");
    }
}
