//! Where predicates end, and where they may not go.

use insta::assert_snapshot;
use lazuli_array::DataType;
use lazuli_expr::{col, len, lit};

use super::super::tests::with_rule;
use super::*;
use crate::test_plan::{concat, dumb_table, side_by_side, table};
use crate::{JoinType, Keep, UnionMode, resolve};

fn pushed(plan: &LogicalPlan) -> String {
    with_rule(RuleId::PredicatePushdown, plan)
}

fn t() -> LogicalPlan {
    table("t", "a i64, b i64, f f64, s str")
}

#[test]
fn into_sources_that_filter() {
    assert_snapshot!(pushed(&t().filter(col("a").gt(1)).filter(col("b").gt(2) & col("s").eq("x"))), @"Scan t  columns: all 4  where: [a > 1, b > 2, s == 'x']");
    assert_snapshot!(pushed(&dumb_table("t", "a i64").filter(col("a").gt(1)).filter(col("a").lt(9))), @r"
        Filter [a > 1, a < 9]
          Scan t  columns: all 1
    ");
}

#[test]
fn through_projections_and_sorts() {
    let plan = t()
        .select([col("b").alias("c"), (col("a") + 1).alias("d"), col("s")])
        .sort("c")
        .filter(col("c").gt(1) & col("d").gt(2));
    assert_snapshot!(pushed(&plan), @r"
        Sort [c]
          Project [b as c, a + 1 as d, s]
            Scan t  columns: all 4  where: [b > 1, a + 1 > 2]
    ");
}

#[test]
fn work_is_not_done_twice_for_a_filter() {
    let heavy = (col("a") * 2 + 3) * 4 - 5;
    assert_snapshot!(pushed(&t().select([heavy.alias("h"), col("b")]).filter(col("h").gt(1) & col("b").gt(1))), @r"
        Filter [h > 1]
          Project [(a * 2 + 3) * 4 - 5 as h, b]
            Scan t  columns: all 4  where: [b > 1]
    ");
}

#[test]
fn never_through_limits() {
    assert_snapshot!(pushed(&t().slice(0, 5).filter(col("a").gt(1))), @r"
        Filter [a > 1]
          Slice first 5
            Scan t  columns: all 4
    ");
    assert_snapshot!(pushed(&side_by_side([t(), table("u", "z i64")]).filter(col("a").gt(1))), @r"
        Filter [a > 1]
          HorizontalConcat
            Scan t  columns: all 4
            Scan u  columns: all 1
    ");
    let top = t().sort("a").slice(0, 5).filter(col("a").gt(1));
    assert_snapshot!(super::super::tests::optimized(&top), @r"
        Filter [a > 1]
          Slice first 5
            Sort [a]  limit: 5
              Scan t  columns: all 4
    ");
}

#[test]
fn group_keys() {
    let plan = t()
        .group_by([col("s"), (col("a") % 10).alias("k")], col("b").sum())
        .filter(col("s").eq("x") & col("k").gt(1) & col("b").gt(1) & (col("k") + col("b")).gt(1));
    assert_snapshot!(pushed(&plan), @r"
        Filter [b > 1, k + b > 1]
          Aggregate [s, a % 10 as k] -> [sum(b) as b]
            Scan t  columns: all 4  where: [s == 'x', a % 10 > 1]
    ");
    let all_rows = t().select(col("a").sum()).filter(lit(false));
    assert_snapshot!(pushed(&all_rows), @r"
        Filter [false]
          Aggregate -> [sum(a) as a]
            Scan t  columns: all 4
    ");
}

#[test]
fn float_keys_only_if_minus_zero_counts_as_zero() {
    let grouped = t().group_by("f", col("b").sum());
    assert_snapshot!(pushed(&grouped.filter(col("f").gt(1.5))), @r"
        Aggregate [f] -> [sum(b) as b]
          Scan t  columns: all 4  where: [f > 1.5]
    ");
    assert_snapshot!(pushed(&grouped.filter((lit(1.0) / col("f")).gt(0))), @r"
        Filter [1.0 / f > 0.0]
          Aggregate [f] -> [sum(b) as b]
            Scan t  columns: all 4
    ");
    assert_snapshot!(pushed(&grouped.filter(col("f").cast(DataType::String).eq("0.0"))), @r"
        Filter [cast(f as String) == '0.0']
          Aggregate [f] -> [sum(b) as b]
            Scan t  columns: all 4
    ");
    // The same where the first of equal rows stays, and where rows become columns.
    let is_positive = || (lit(1.0) / col("f")).gt(0);
    let stays =
        |plan: &LogicalPlan| pushed(&plan.filter(is_positive())).starts_with("Filter [1.0 / f > 0.0]");
    assert!(stays(&t().unique(&["f"], Keep::First)) && stays(&t().unique(&[], Keep::Any)));
    let pivoted = t().pivot(&["s"], &["f"], &["b"], None);
    let search = crate::PivotSearch::next(&pivoted).expect("the columns are not known");
    assert!(stays(&search.fill_in(&pivoted, [vec!["x".into()]])));
}

#[test]
fn float_keys_of_joins_only_if_minus_zero_counts_as_zero() {
    let (left, right) = (table("l", "f f64, x i64"), table("r", "f f64, y i64"));
    let is_positive = || (lit(1.0) / col("f")).gt(0);
    // 0.0 and -0.0 are partners, of which the left one is shown.
    assert_snapshot!(pushed(&left.full_join(&right, "f").filter(is_positive())), @r"
        Filter [1.0 / f > 0.0]
          Join full on [f == f] -> [f, x, y]
            Scan l  columns: all 2
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&left.join(&right, JoinType::Inner, "f", "f").filter(is_positive())), @r"
        Join inner on [f == f] -> [f, x, y]
          Scan l  columns: all 2  where: [1.0 / f > 0.0]
          Scan r  columns: all 2
    ");
}

#[test]
fn what_makes_rows_distinct() {
    let distinct =
        |keep| t().unique(&["a", "b"], keep).filter(col("a").gt(1) & col("s").eq("x") & (col("b") + 1).gt(1));
    assert_snapshot!(pushed(&distinct(Keep::First)), @r"
        Filter [s == 'x', b + 1 > 1]
          Distinct [a, b]  keep: first
            Scan t  columns: all 4  where: [a > 1]
    ");
    let can_fail = |keep| pushed(&t().unique(&["a"], keep).filter((col("a") + 1).gt(1)));
    assert_snapshot!(can_fail(Keep::Last), @r"
        Distinct [a]  keep: last
          Scan t  columns: all 4  where: [a + 1 > 1]
    ");
    assert_snapshot!(can_fail(Keep::None), @r"
        Filter [a + 1 > 1]
          Distinct [a]  keep: none
            Scan t  columns: all 4
    ");
    assert_snapshot!(pushed(&t().unique(&[], Keep::Any).filter(col("s").eq("x"))), @r"
        Distinct all columns  keep: any
          Scan t  columns: all 4  where: [s == 'x']
    ");
}

fn joined(join_type: JoinType) -> LogicalPlan {
    let left = table("l", "k i64, x i64, n i64");
    left.join(&table("r", "j i64, y i64"), join_type, "k", "j")
}

#[test]
fn sides_of_joins() {
    let both = || col("x").gt(1) & col("y").gt(2) & (col("x").lt(col("y")));
    assert_snapshot!(pushed(&joined(JoinType::Inner).filter(both())), @r"
        Filter [x < y]
          Join inner on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3  where: [x > 1]
            Scan r  columns: all 2  where: [y > 2]
    ");
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(both())), @r"
        Filter [y > 2, x < y]
          Join left on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3  where: [x > 1]
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Right).filter(both())), @r"
        Filter [x > 1, x < y]
          Join right on [k == j] -> [x, n, j, y]
            Scan l  columns: all 3
            Scan r  columns: all 2  where: [y > 2]
    ");
    assert_snapshot!(pushed(&joined(JoinType::Full).filter(both())), @r"
        Filter [x > 1, y > 2, x < y]
          Join full on [k == j] -> [k, x, n, j, y]
            Scan l  columns: all 3
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Semi).filter(col("x").gt(1))), @r"
        Join semi on [k == j] -> [k, x, n]
          Scan l  columns: all 3  where: [x > 1]
          Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Anti).filter(col("x").gt(1))), @r"
        Join anti on [k == j] -> [k, x, n]
          Scan l  columns: all 3  where: [x > 1]
          Scan r  columns: all 2
    ");
}

#[test]
fn keys_of_joins_filter_both_sides() {
    assert_snapshot!(pushed(&joined(JoinType::Inner).filter(col("k").gt(1))), @r"
        Join inner on [k == j] -> [k, x, n, y]
          Scan l  columns: all 3  where: [k > 1]
          Scan r  columns: all 2  where: [j > 1]
    ");
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(col("k").gt(1))), @r"
        Join left on [k == j] -> [k, x, n, y]
          Scan l  columns: all 3  where: [k > 1]
          Scan r  columns: all 2  where: [j > 1]
    ");
    assert_snapshot!(pushed(&joined(JoinType::Right).filter(col("j").gt(1))), @r"
        Join right on [k == j] -> [x, n, j, y]
          Scan l  columns: all 3  where: [k > 1]
          Scan r  columns: all 2  where: [j > 1]
    ");
    assert_snapshot!(pushed(&joined(JoinType::Semi).filter(col("k").gt(1))), @r"
        Join semi on [k == j] -> [k, x, n]
          Scan l  columns: all 3  where: [k > 1]
          Scan r  columns: all 2  where: [j > 1]
    ");
    let full = table("l", "k i64, x i64").full_join(&table("r", "k i64, y i64"), "k");
    assert_snapshot!(pushed(&full.filter(col("k").gt(1))), @r"
        Join full on [k == k] -> [k, x, y]
          Scan l  columns: all 2  where: [k > 1]
          Scan r  columns: all 2  where: [k > 1]
    ");
    assert_snapshot!(pushed(&full.filter((col("k") + 1).gt(1))), @r"
        Filter [k + 1 > 1]
          Join full on [k == k] -> [k, x, y]
            Scan l  columns: all 2
            Scan r  columns: all 2
    ");
}

#[test]
fn what_can_fail_is_not_asked_for_rows_without_a_partner() {
    let fails = || (col("x") + col("n")).gt(1);
    assert_snapshot!(pushed(&joined(JoinType::Inner).filter(fails())), @r"
        Filter [x + n > 1]
          Join inner on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(fails())), @r"
        Join left on [k == j] -> [k, x, n, y]
          Scan l  columns: all 3  where: [x + n > 1]
          Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Anti).filter(fails())), @r"
        Filter [x + n > 1]
          Join anti on [k == j] -> [k, x, n]
            Scan l  columns: all 3
            Scan r  columns: all 2
    ");
}

#[test]
fn what_can_fail_is_not_asked_before_what_guards_it() {
    let guard = || col("x").lt(col("y"));
    let fails = || (col("x") + col("n")).gt(1);
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(guard() & fails())), @r"
        Filter [x < y, x + n > 1]
          Join left on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(fails() & guard())), @r"
        Filter [x < y]
          Join left on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3  where: [x + n > 1]
            Scan r  columns: all 2
    ");
    assert_snapshot!(pushed(&joined(JoinType::Left).filter(guard() & col("x").gt(1))), @r"
        Filter [x < y]
          Join left on [k == j] -> [k, x, n, y]
            Scan l  columns: all 3  where: [x > 1]
            Scan r  columns: all 2
    ");
}

#[test]
fn equalities_become_keys() {
    let (left, right) = (table("l", "a i64, b i64, f f64"), table("r", "c i64, d i64, e i32"));
    let crossed = left.cross(&right);
    assert_snapshot!(pushed(&crossed.filter(col("a").eq(col("c")) & col("b").gt(1))), @r"
        Join inner on [a == c] -> [a, b, f, c, d, e]
          Scan l  columns: all 3  where: [b > 1]
          Scan r  columns: all 3
    ");
    assert_snapshot!(pushed(&crossed.filter(col("d").eq(col("b")) & col("c").eq(col("a")) & col("a").lt(col("d")))), @r"
        Filter [a < d]
          Join inner on [b == d, a == c] -> [a, b, f, c, d, e]
            Scan l  columns: all 3
            Scan r  columns: all 3
    ");
    assert_snapshot!(pushed(&crossed.filter(col("a").eq(col("e")))), @r"
        Join inner on [a == cast(e as Int64)] -> [a, b, f, c, d, e]
          Scan l  columns: all 3
          Scan r  columns: all 3
    ");
    assert_snapshot!(pushed(&crossed.filter(col("f").eq(col("c")))), @r"
        Filter [f == c]
          Join cross -> [a, b, f, c, d, e]
            Scan l  columns: all 3
            Scan r  columns: all 3
    ");
    assert_snapshot!(pushed(&crossed.filter((col("a") + 1).eq(col("c")))), @r"
        Filter [a + 1 == c]
          Join cross -> [a, b, f, c, d, e]
            Scan l  columns: all 3
            Scan r  columns: all 3
    ");
    assert_snapshot!(pushed(&crossed.filter(col("a").eq_missing(col("c")))), @r"
        Filter [a <=> c]
          Join cross -> [a, b, f, c, d, e]
            Scan l  columns: all 3
            Scan r  columns: all 3
    ");
    let inner = left.join(&right, JoinType::Inner, "a", "c");
    assert_snapshot!(pushed(&inner.filter(col("b").eq(col("d")))), @r"
        Join inner on [a == c, b == d] -> [a, b, f, d, e]
          Scan l  columns: all 3
          Scan r  columns: all 3
    ");
}

#[test]
fn reshapes() {
    let union = concat([t(), dumb_table("u", "a i64, b i64, f f64, s str")], UnionMode::Vertical);
    assert_snapshot!(pushed(&union.filter(col("a").gt(1))), @r"
        Union
          Scan t  columns: all 4  where: [a > 1]
          Filter [a > 1]
            Scan u  columns: all 4
    ");
    let unpivoted = t().unpivot(&["a", "b"], &["s"]);
    assert_snapshot!(pushed(&unpivoted.filter(col("s").eq("x") & col("value").gt(1) & col("variable").eq("a"))), @r"
        Filter [value > 1, variable == 'a']
          Unpivot [a, b] -> [variable, value]  index: [s]
            Scan t  columns: all 4  where: [s == 'x']
    ");
    let pivoted = t().pivot(&["s"], &["a"], &["b"], Some(col("element").sum()));
    let search = crate::PivotSearch::next(&pivoted).expect("the columns are not known");
    let pivoted = search.fill_in(&pivoted, [vec!["x".into()]]);
    assert_snapshot!(pushed(&pivoted.filter(col("a").gt(1) & col("x").gt(1))), @r"
        Filter [x > 1]
          Pivot [s] -> [b]  index: [a]  columns: [x]
            Aggregate [a, s] -> [sum(b) as b]
              Scan t  columns: all 4  where: [a > 1]
    ");
}

#[test]
fn a_plan_that_can_not_be_improved_stays_the_same_in_memory() {
    let plan = joined(JoinType::Full).filter(col("x").gt(1)).slice(0, 3).filter(col("y").gt(1));
    let resolved = resolve(&plan).expect("no mistakes");
    assert!(PredicatePushdown.apply(&resolved).ptr_eq(&resolved));
}

#[test]
fn predicates_on_other_columns_go_below_an_explode() {
    let lists = t().group_by(["a", "s"], [col("b").implode(), col("b").top_k(2).alias("c")]);
    let all = col("s").eq("x") & col("b").gt(1) & (col("a") + 1).gt(2);
    assert_snapshot!(pushed(&lists.explode(&["b"], false).filter(all)), @r"
        Filter [b > 1, a + 1 > 2]
          Explode [b]
            Aggregate [a, s] -> [implode(b) as b, top_k(b, 2) as c]
              Scan t  columns: all 4  where: [s == 'x']
    ");
    // Of a row that is dropped, a predicate that can fail was never asked.
    assert_snapshot!(pushed(&lists.explode(&["b"], true).filter((col("a") + 1).gt(2))), @r"
        Filter [a + 1 > 2]
          Explode [b]  drop empty
            Aggregate [a, s] -> [implode(b) as b, top_k(b, 2) as c]
              Scan t  columns: all 4
    ");
    // Lists of different lengths are an error, which must not depend on a filter above.
    assert_snapshot!(pushed(&lists.explode(&["b", "c"], false).filter(col("s").eq("x"))), @r"
        Filter [s == 'x']
          Explode [b, c]
            Aggregate [a, s] -> [implode(b) as b, top_k(b, 2) as c]
              Scan t  columns: all 4
    ");
}

#[test]
fn through_windows_only_on_the_keys_of_all() {
    let windows = |second: &str| {
        t().with_columns([
            col("a").sum().over("s").alias("x"),
            col("a").rank("min").over(["s", second]).alias("y"),
        ])
    };
    assert_snapshot!(pushed(&windows("b").filter(col("s").eq("p") & col("b").gt(1) & col("y").gt(2))), @r"
        Project [a, b, f, s, _window1 as x, _window2 as y]
          Filter [b > 1, _window2 > 2]
            Window -> [sum(a) over (partition by s) as _window1, rank(a, 'min', false) over (partition by s, b) as _window2]
              Scan t  columns: all 4  where: [s == 'p']
    ");
    // Where a partition holds both zeros, a predicate that tells them apart would cut it.
    let zeros = t().with_columns(len().over("f").alias("n")).filter((lit(1.0) / col("f")).gt(0.0));
    assert!(pushed(&zeros).contains("Filter [1.0 / f > 0.0]"), "{}", pushed(&zeros));
}
