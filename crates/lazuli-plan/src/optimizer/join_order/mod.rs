//! Join order: of joins one on the other, those that leave rows out come first and those that multiply rows last.
//!
//! ```text
//! Join semi on [a == v]                   Join left on [b == k]
//!   Join left on [b == k]                   Join semi on [a == v]
//!     Scan t                       =>         Scan t
//!     Scan u                                  Scan s
//!   Scan s                                  Scan u
//! ```
//!
//! A chain is joined from the left: inner, left, semi, anti and cross joins whose left side is the next one. Each is a step
//! that gives for a row of the rows so far some rows in their place; this rule puts the steps in another order.
//!
//! **Valid.** Two neighbours may change places
//! * if the upper one's keys are no columns of the lower one's right side: then each asks the same of a row, and
//! * if for each row one of them gives one row at most: semi and anti joins, and joins whose right side is known to be
//!   unique on its keys ([`crate::unique`]). If both may give several, all matches of the lower one stand together for each
//!   match of the upper one, and the other way round after the change; that is allowed only where nobody sees the order of
//!   the result ([`Observed`]).
//!
//! Columns keep their places and names: the last join picks them.
//!
//! **When.** Steps that never add a row go below those that never take one away, whatever the numbers are. Beyond that
//! [`crate::estimate_rows`] has to know both, and the one to come first must be clearly the more selective. Greedy and by
//! neighbours: with each row costing each step the same, going by the factor by which steps multiply rows is the best order.
//!
//! Where nobody sees the order, an inner join that ends a chain and whose right side is clearly the larger is turned round, since the right
//! side is the one that the executor builds a table of.
//!
//! **Not** if a left key can fail or draws random numbers: it would be asked for other rows. Not across anything but joins;
//! projections that only pick columns have been merged into joins before.

mod chain; // joins as a list of steps, and back

use std::collections::HashSet;

use super::order_observance::Observed;
use super::{Rule, RuleId};
use crate::estimate::Estimates;
use crate::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node};
use chain::Chain;

pub(super) struct JoinOrder;

impl Rule for JoinOrder {
    fn id(&self) -> RuleId {
        RuleId::JoinOrder
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        let observed = Observed::of(plan);
        let mut estimates = Estimates::default();
        // Joins that go on in another one stay as they are, so that the chain can be seen whole.
        let goes_on: HashSet<usize> = plan
            .inputs_first()
            .into_iter()
            .filter_map(|plan| match plan.node() {
                Node::Join(join) => Some(join.left.address()),
                _ => None,
            })
            .collect();
        plan.rewrite_from(&mut |original, over| {
            let Node::Join(join) = over.node() else { return None };
            let is_free = !observed.contains(original);
            let ordered = ordered(over, is_free, &mut estimates);
            if ordered.is_some() || !is_free || goes_on.contains(&original.address()) {
                return ordered;
            }
            turned_round(over, join, &mut estimates)
        })
    }
}

/// The chain that ends with this join, in a better order. `is_free`: nobody sees the order of its rows.
fn ordered(plan: &LogicalPlan, is_free: bool, estimates: &mut Estimates) -> Option<LogicalPlan> {
    let mut chain = Chain::of(plan, estimates)?;
    let mut is_changed = false;
    // Each exchange puts one pair in its order for good.
    while let Some(upper) = (1..chain.len()).find(|&upper| {
        chain.comes_first(upper, upper - 1) && (is_free || chain.may_change_order(upper, upper - 1))
    }) {
        chain.exchange(upper - 1, upper);
        is_changed = true;
    }
    is_changed.then(|| chain.into_plan(plan)).flatten()
}

/// How many times as many rows the right side must have.
const TURN_FROM_TIMES: f64 = 2.0;

/// The inner join with its sides exchanged, if the left one is the smaller: of that the table will be built.
fn turned_round(plan: &LogicalPlan, join: &Join, estimates: &mut Estimates) -> Option<LogicalPlan> {
    if join.join_type != JoinType::Inner {
        return None;
    }
    let (left, right) = (estimates.of(&join.left)?, estimates.of(&join.right)?);
    if right.rows <= left.rows * TURN_FROM_TIMES {
        return None;
    }
    let turned = |column: &JoinColumn| {
        let source = match &column.source {
            JoinSide::Left(name) => JoinSide::Right(name.clone()),
            JoinSide::Right(name) => JoinSide::Left(name.clone()),
            JoinSide::Coalesced(left, right) => JoinSide::Coalesced(right.clone(), left.clone()),
        };
        JoinColumn { source, name: column.name.clone() }
    };
    Some(plan.with_node(Node::Join(Join {
        left: join.right.clone(),
        right: join.left.clone(),
        left_keys: join.right_keys.clone(),
        right_keys: join.left_keys.clone(),
        output: join.output.iter().map(turned).collect(),
        ..join.clone()
    })))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, len};

    use super::super::tests::{optimized, with_rule};
    use super::*;
    use crate::Keep;
    use crate::test_plan::{counted_table, table};

    fn t() -> LogicalPlan {
        table("t", "a i64, b i64, x i64")
    }

    fn many() -> LogicalPlan {
        table("many", "k i64, y i64")
    }

    fn unique(name: &str) -> LogicalPlan {
        table(name, "k i64, z i64").unique(&["k"], Keep::Any)
    }

    fn reordered(plan: &LogicalPlan) -> String {
        with_rule(RuleId::JoinOrder, plan)
    }

    #[test]
    fn semi_joins_go_below_joins_that_take_no_row_away() {
        let plan = t().join(&many(), JoinType::Left, "b", "k").join(&many(), JoinType::Semi, "a", "k");
        assert_snapshot!(reordered(&plan), @r"
            Join left on [b == k] -> [a, b, x, y]
              Join semi on [a == k] -> [a, b, x]
                Scan t  columns: all 3
                Scan many  columns: all 2
              Scan many  columns: all 2
        ");
        // Without numbers nobody knows which of these leaves more rows out.
        let inner = t().join(&many(), JoinType::Inner, "b", "k").join(&many(), JoinType::Anti, "a", "k");
        assert_snapshot!(reordered(&inner), @r"
            Join anti on [a == k] -> [a, b, x, y]
              Join inner on [b == k] -> [a, b, x, y]
                Scan t  columns: all 3
                Scan many  columns: all 2
              Scan many  columns: all 2
        ");
    }

    #[test]
    fn unique_sides_come_before_those_that_may_multiply_rows() {
        let plan = t()
            .join(&many(), JoinType::Left, "a", "k")
            .join(&unique("u"), JoinType::Left, "b", "k")
            .join(&unique("v"), JoinType::Inner, "x", "k");
        assert_snapshot!(reordered(&plan), @r"
            Join left on [a == k] -> [a, b, x, y, z, z_right]
              Join left on [b == k] -> [a, b, x, z_right, z]
                Join inner on [x == k] -> [a, b, x, z_right]
                  Scan t  columns: all 3
                  Distinct [k]  keep: any
                    Scan v  columns: all 2
                Distinct [k]  keep: any
                  Scan u  columns: all 2
              Scan many  columns: all 2
        ");
    }

    #[test]
    fn two_sides_that_multiply_rows_keep_their_order_where_it_is_seen() {
        let large = counted_table("large", "k i64, y i64", 1_000_000);
        let small = counted_table("small", "k i64, z i64", 1_000).filter(col("z").eq(1));
        let t = counted_table("t", "a i64, b i64", 100_000);
        let plan = t.join(&large, JoinType::Inner, "a", "k").join(&small, JoinType::Inner, "b", "k");
        assert!(reordered(&plan).starts_with("Join inner on [b == k]"), "{}", reordered(&plan));
        assert_snapshot!(optimized(&plan.select([len(), col("y").max(), col("z").min()])), @r"
            Aggregate -> [len() as len, max(y) as y, min(z) as z]  ~1 rows
              Join inner on [k == a] -> [y, z]  ~100000 rows
                Scan large  columns: all 2  ~1000000 rows
                Join inner on [b == k] -> [a, z]  ~10000 rows
                  Scan t  columns: all 2  ~100000 rows
                  Scan small  columns: all 2  where: [z == 1]  ~100 rows
        ");
        // The order of the groups is that of the rows.
        let groups = plan.group_by("y", len());
        assert!(optimized(&groups).contains("  Join inner on [b == k]"), "{}", optimized(&groups));
    }

    #[test]
    fn the_most_selective_side_comes_first() {
        let t = counted_table("t", "a i64, b i64, x i64", 1_000_000);
        let dimension = |name: &str| counted_table(name, "k i64, z i64", 1_000).unique(&["k"], Keep::Any);
        let plan = t
            .join(&dimension("u"), JoinType::Inner, "a", "k")
            .join(&dimension("v").filter(col("z").eq(1)), JoinType::Inner, "b", "k")
            .select(["z_right", "x", "z"]);
        assert_snapshot!(optimized(&plan), @r"
            Join inner on [a == k] -> [z_right, x, z]  ~100000 rows
              Join inner on [b == k] -> [a, x, z_right]  ~100000 rows
                Scan t  columns: all 3  ~1000000 rows
                Filter [z == 1]  ~18 rows
                  Distinct [k]  keep: any  ~180 rows
                    Scan v  columns: all 2  ~1000 rows
              Distinct [k]  keep: any  ~180 rows
                Scan u  columns: all 2  ~1000 rows
        ");
    }

    #[test]
    fn what_reads_the_joined_columns_stays_above() {
        let plan = t()
            .join(&many(), JoinType::Left, "a", "k")
            .join(&table("s", "v i64"), JoinType::Semi, "y", "v")
            .join(&unique("u"), JoinType::Inner, "y", "k");
        assert_eq!(reordered(&plan), with_rule(RuleId::ConstantFolding, &plan));
        // Its key can fail, for rows that an inner join may leave out.
        let failing = t().join(&unique("u"), JoinType::Left, "a", "k").join(
            &table("s", "v i64"),
            JoinType::Semi,
            col("b") + 1,
            "v",
        );
        assert_eq!(reordered(&failing), with_rule(RuleId::ConstantFolding, &failing));
    }

    #[test]
    fn names_that_clash_in_between_are_told_apart() {
        // The lower join's `z` has gone from the result; the upper one's is called so, and `a` is another column.
        let plan = t()
            .join(&many().select([col("k"), col("y").alias("z")]), JoinType::Left, "a", "k")
            .select([col("x").alias("a"), col("b")])
            .join(&unique("u"), JoinType::Inner, "b", "k")
            .select([col("z").alias("b"), col("a")]);
        assert_snapshot!(optimized(&plan), @r"
            Join left on [_key2 == k] -> [b, a]
              Join inner on [b == k] -> [_key2, a, b]
                Scan t  columns: all 3
                Distinct [k]  keep: any
                  Scan u  columns: all 2
              Scan many  columns: k (1 of 2)
        ");
    }

    #[test]
    fn long_chains_take_no_time() {
        let mut plan = t();
        for _ in 0..200 {
            plan = plan.join(&many().select("k"), JoinType::Left, "a", "k");
            plan = plan.join(&many(), JoinType::Semi, "b", "k");
        }
        let text = reordered(&plan);
        assert!(text.starts_with("Join left"), "{text}");
    }
}
