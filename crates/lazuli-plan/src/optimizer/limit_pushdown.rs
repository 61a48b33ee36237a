//! Limit pushdown: fewer rows asked for.
//!
//! ```text
//! Limit 10                     Project [a + 1 as b]        Limit 10         Limit 10
//!   Project [a + 1 as b]  =>     Limit 10                    Sort [a]  =>     Sort [a] limit 10
//!     Scan t                       Scan t  limit: 10
//! ```
//!
//! * Slice over slice: one slice.
//! * Below a projection: it gives one row for each row. Rows beyond the limit are then not computed, errors included.
//! * Union: each input needs at most offset plus length rows; the slice stays above.
//! * Below a row index, if the slice begins with the first row.
//! * Below an as-of join, on its left side: it too gives one row for each.
//! * Left join: each left row gives one row or more, in left order, so more left rows than that are not needed.
//! * Explode: each row gives one row or more, unless rows of empty lists are dropped.
//! * Sort: only the first rows in order need be found; the slice stays, it drops the offset.
//! * Scan: as a hint; the slice stays. Not with predicates in the scan.
//!
//! Never below filters, groups, windows, distinct, or other joins: those change which rows come first. Slices that count from the
//! end stay where they are: the rows before them have to be counted anyway. What runs once for several readers is not
//! cut short for one of them.

use super::held::Held;
use super::{Rule, RuleId};
use crate::{
    AsofJoin, Explode, Join, JoinType, LogicalPlan, Node, Project, RowIndex, Scan, Slice, Sort, Union,
};

pub(super) struct LimitPushdown;

impl Rule for LimitPushdown {
    fn id(&self) -> RuleId {
        RuleId::LimitPushdown
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        let held = Held::of(plan);
        plan.rewrite_down(&mut |plan| match plan.node() {
            Node::Slice(slice) if slice.offset >= 0 && !held.contains(&slice.input) => lower(plan, slice),
            _ => None,
        })
    }
}

fn lower(plan: &LogicalPlan, slice: &Slice) -> Option<LogicalPlan> {
    let offset = slice.offset.unsigned_abs() as usize;
    if offset == 0 && slice.length.is_none() {
        return Some(slice.input.clone());
    }
    let over = |input: &LogicalPlan, node: Node| {
        let input = input.with_node(node);
        Some(plan.with_node(Node::Slice(Slice { input, ..slice.clone() })))
    };
    let sliced =
        |input: &LogicalPlan| plan.with_node(Node::Slice(Slice { input: input.clone(), ..slice.clone() }));
    // How many rows of the input matter, if not all.
    let needed = slice.length.map(|length| offset.saturating_add(length));
    let first_needed = |input: &LogicalPlan| {
        let needed = needed.filter(|needed| max_rows(input).is_none_or(|rows| rows > *needed))?;
        let slice = Slice { input: input.clone(), offset: 0, length: Some(needed) };
        Some(plan.with_node(Node::Slice(slice)))
    };
    match slice.input.node() {
        Node::Slice(inner) if inner.offset >= 0 => {
            Some(plan.with_node(Node::Slice(merged(offset, slice, inner)?)))
        }
        Node::Project(project) => {
            let project = Project { input: sliced(&project.input), ..project.clone() };
            Some(slice.input.with_node(Node::Project(project)))
        }
        Node::Union(union) => {
            let inputs: Vec<Option<LogicalPlan>> = union.inputs.iter().map(first_needed).collect();
            if inputs.iter().all(Option::is_none) {
                return None;
            }
            let inputs = inputs
                .into_iter()
                .zip(&union.inputs)
                .map(|(new, old)| new.unwrap_or_else(|| old.clone()))
                .collect();
            over(&slice.input, Node::Union(Union { inputs, ..union.clone() }))
        }
        Node::Join(join) if join.join_type == JoinType::Left => {
            let left = first_needed(&join.left)?;
            over(&slice.input, Node::Join(Join { left, ..join.clone() }))
        }
        Node::Explode(explode) if !explode.drop_empty => {
            let input = first_needed(&explode.input)?;
            over(&slice.input, Node::Explode(Explode { input, ..explode.clone() }))
        }
        // Only with no rows left out before: the numbers of the others would change.
        Node::RowIndex(node) if offset == 0 => {
            let node = RowIndex { input: sliced(&node.input), ..node.clone() };
            Some(slice.input.with_node(Node::RowIndex(node)))
        }
        Node::AsofJoin(join) => {
            let join = AsofJoin { left: sliced(&join.left), ..join.clone() };
            Some(slice.input.with_node(Node::AsofJoin(join)))
        }
        Node::Sort(sort) => {
            let needed = needed.filter(|needed| sort.limit.is_none_or(|limit| limit > *needed))?;
            over(&slice.input, Node::Sort(Sort { limit: Some(needed), ..sort.clone() }))
        }
        Node::Scan(scan) if scan.predicates.is_empty() => {
            let needed = needed.filter(|needed| scan.limit.is_none_or(|limit| limit > *needed))?;
            over(&slice.input, Node::Scan(Scan { limit: Some(needed), ..scan.clone() }))
        }
        _ => None,
    }
}

/// The one slice that a slice of a slice is.
fn merged(offset: usize, outer: &Slice, inner: &Slice) -> Option<Slice> {
    let total_offset = i64::try_from(offset).ok()?.checked_add(inner.offset)?;
    let rest = inner.length.map(|length| length.saturating_sub(offset));
    let length = match (outer.length, rest) {
        (Some(length), Some(rest)) => Some(length.min(rest)),
        (length, rest) => length.or(rest),
    };
    let offset = if length == Some(0) { 0 } else { total_offset };
    Some(Slice { input: inner.input.clone(), offset, length })
}

/// A bound for the number of rows, if the plan itself sets one.
fn max_rows(plan: &LogicalPlan) -> Option<usize> {
    match plan.node() {
        Node::Slice(slice) => match (slice.length, max_rows(&slice.input)) {
            (Some(length), Some(rows)) => Some(length.min(rows)),
            (length, rows) => length.or(rows),
        },
        Node::Filter(filter) => max_rows(&filter.input),
        Node::Project(project) => max_rows(&project.input),
        Node::AsofJoin(join) => max_rows(&join.left),
        Node::Sort(sort) => max_rows(&sort.input),
        Node::Window(window) => max_rows(&window.input),
        Node::RowIndex(node) => max_rows(&node.input),
        Node::Distinct(distinct) => max_rows(&distinct.input),
        Node::Aggregate(aggregate) if aggregate.keys.is_empty() => Some(1),
        Node::Aggregate(aggregate) => max_rows(&aggregate.input),
        Node::Union(union) => {
            union.inputs.iter().map(max_rows).try_fold(0usize, |sum, rows| Some(sum.saturating_add(rows?)))
        }
        Node::Sink(_) => Some(0),
        Node::Scan(_)
        | Node::Derived(_)
        | Node::Join(_)
        | Node::JoinWhere(_)
        | Node::HorizontalConcat(_)
        | Node::Pivot(_)
        | Node::Unpivot(_)
        | Node::Explode(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::col;

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::{concat, table};
    use crate::{Keep, UnionMode};

    fn lowered(plan: &LogicalPlan) -> String {
        with_rule(RuleId::LimitPushdown, plan)
    }

    #[test]
    fn slices_of_slices_are_one() {
        let t = table("t", "a i64");
        assert_snapshot!(lowered(&t.slice(5, 100).slice(10, 20)), @r"
            Slice 20 from 15
              Scan t  columns: all 1  limit: 35
        ");
        assert_snapshot!(lowered(&t.slice(0, 10).slice(8, 5)), @r"
            Slice 2 from 8
              Scan t  columns: all 1  limit: 10
        ");
        assert_snapshot!(lowered(&t.slice(0, 10).slice(20, 5)), @r"
            Slice first 0
              Scan t  columns: all 1  limit: 0
        ");
        assert_snapshot!(lowered(&t.slice(3, None).slice(4, None)), @r"
            Slice all from 7
              Scan t  columns: all 1
        ");
        assert_snapshot!(lowered(&t.slice(0, None)), @"Scan t  columns: all 1");
        assert_snapshot!(lowered(&t.slice(-10, 5).slice(0, 2)), @r"
            Slice first 2
              Slice 5 from -10
                Scan t  columns: all 1
        ");
    }

    #[test]
    fn limits_pass_projections_and_reach_sources() {
        let plan = table("t", "a i64")
            .select((col("a") + 1).alias("b"))
            .select((col("b") * 2).alias("c"))
            .slice(0, 10);
        assert_snapshot!(lowered(&plan), @r"
            Project [b * 2 as c]
              Project [a + 1 as b]
                Slice first 10
                  Scan t  columns: all 1  limit: 10
        ");
    }

    #[test]
    fn sorts_keep_only_what_is_needed() {
        assert_snapshot!(lowered(&table("t", "a i64").sort("a").slice(20, 10)), @r"
            Slice 10 from 20
              Sort [a]  limit: 30
                Scan t  columns: all 1
        ");
        assert_snapshot!(lowered(&table("t", "a i64").sort("a").slice(20, None)), @r"
            Slice all from 20
              Sort [a]
                Scan t  columns: all 1
        ");
    }

    #[test]
    fn each_input_of_a_union_and_the_left_of_a_left_join_is_limited() {
        let (t, u) = (table("t", "a i64"), table("u", "a i64").slice(0, 3));
        assert_snapshot!(lowered(&concat([t.clone(), u], UnionMode::Vertical).slice(2, 10)), @r"
            Slice 10 from 2
              Union
                Slice first 12
                  Scan t  columns: all 1  limit: 12
                Slice first 3
                  Scan u  columns: all 1  limit: 3
        ");
        assert_snapshot!(lowered(&t.join(&table("r", "b i64"), JoinType::Left, "a", "b").slice(0, 10)), @r"
            Slice first 10
              Join left on [a == b] -> [a]
                Slice first 10
                  Scan t  columns: all 1  limit: 10
                Scan r  columns: all 1
        ");
    }

    #[test]
    fn each_row_gives_a_row_of_its_lists_at_least() {
        let lists = table("t", "a i64, b i64").group_by("a", col("b").implode());
        assert_snapshot!(lowered(&lists.explode(&["b"], false).slice(2, 10)), @r"
            Slice 10 from 2
              Explode [b]
                Slice first 12
                  Aggregate [a] -> [implode(b) as b]
                    Scan t  columns: all 2
        ");
        assert_snapshot!(lowered(&lists.explode(&["b"], true).slice(0, 10)), @r"
            Slice first 10
              Explode [b]  drop empty
                Aggregate [a] -> [implode(b) as b]
                  Scan t  columns: all 2
        ");
    }

    #[test]
    fn limits_stop_where_rows_are_counted_anew() {
        let t = table("t", "a i64, b i64");
        for plan in [
            t.filter(col("a").gt(1)),
            t.unique(&["a"], Keep::First),
            t.group_by("a", col("b").sum()),
            t.join(&t, JoinType::Inner, "a", "a"),
            t.join(&t, JoinType::Right, "a", "a"),
            t.join(&t, JoinType::Full, "a", "a"),
            t.join(&t, JoinType::Semi, "a", "a"),
            t.join(&t, JoinType::Anti, "a", "a"),
            t.cross(&t),
            t.join_where(&t, col("a").lt(col("b_right"))),
            t.unpivot(&[], &["a"]),
            t.select(col("a").cum_sum()),
        ] {
            let text = lowered(&plan.slice(0, 10));
            assert!(!text.contains("limit") && text.matches("Slice").count() == 1, "{text}");
        }
        assert_snapshot!(lowered(&t.select("a").slice(-10, None)), @r"
            Slice last 10
              Project [a]
                Scan t  columns: all 2
        ");
    }

    #[test]
    fn sources_that_filter_are_not_limited() {
        let plan = table("t", "a i64").filter(col("a").gt(1)).slice(0, 10);
        assert_snapshot!(super::super::tests::optimized(&plan), @r"
            Slice first 10
              Scan t  columns: all 1  where: [a > 1]
        ");
    }
}
