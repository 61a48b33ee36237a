//! What rules do with as-of joins: left rows all stay, so what concerns them may happen first.

use insta::assert_snapshot;
use lazuli_array::{Scalar, TimeUnit};
use lazuli_expr::col;

use super::RuleId;
use super::tests::with_rule;
use crate::test_plan::table;
use crate::{LogicalPlan, resolve};

fn joined() -> LogicalPlan {
    let left = table("l", "t i64, k str, x i64, unread i64");
    let right = table("r", "t i64, k str, x i64, y i64");
    left.asof(&right, "t", "k", Some(Scalar::from(5i64)))
}

#[test]
fn left_predicates_go_below_and_right_ones_stay() {
    let plan = joined().filter(col("x").gt(1) & col("y").gt(2) & col("t").lt(9));
    assert_snapshot!(with_rule(RuleId::PredicatePushdown, &plan), @r"
        Filter [y > 2]
          AsofJoin backward on t ~ t  by: [k == k]  within: 5 -> [t, k, x, unread, x_right, y]
            Scan l  columns: all 4  where: [x > 1, t < 9]
            Scan r  columns: all 4
    ");
}

#[test]
fn sides_give_what_is_read_and_keys() {
    let plan = joined().select(["y", "x"]);
    assert_snapshot!(with_rule(RuleId::ProjectionPruning, &plan), @r"
        Project [y, x]
          AsofJoin backward on t ~ t  by: [k == k]  within: 5 -> [x, y]
            Scan l  columns: t, k, x (3 of 4)
            Scan r  columns: t, k, y (3 of 4)
    ");
}

#[test]
fn a_row_for_each_left_row() {
    assert_snapshot!(with_rule(RuleId::LimitPushdown, &joined().slice(2, 3)), @r"
        AsofJoin backward on t ~ t  by: [k == k]  within: 5 -> [t, k, x, unread, x_right, y]
          Slice 3 from 2
            Scan l  columns: all 4  limit: 5
          Scan r  columns: all 4
    ");
}

#[test]
fn keys_without_distances_are_refused() {
    let (left, right) = (table("l", "t i64, s str"), table("r", "t i64, s str"));
    let error = |plan: &LogicalPlan| resolve(plan).expect_err("a mistake").to_string();
    assert_snapshot!(
        error(&left.asof(&right, "s", "t", None)),
        @"type mismatch: an as-of join needs a number, a date or a time, but s is String (in join_asof at the as-of join)"
    );
    let hour = Scalar::Duration(3_600_000, TimeUnit::Milliseconds);
    assert_snapshot!(
        error(&left.asof(&right, "t", "s", Some(hour))),
        @"invalid option: the tolerance of an as-of join on Int64 is a number, not negative and not null, but this is 1h (Duration(ms)) (in join_asof at the as-of join)"
    );
    assert_snapshot!(error(&left.asof(&right, "tt", "s", None)), @r"
    2 mistakes in the query:
      1. column not found: tt; did you mean t? The input has: t, s (in join_asof at the as-of join)
      2. column not found: tt; did you mean t? The input has: t, s (in join_asof at the as-of join)
    ");
}
