//! Order observance: sorts whose order nobody sees go.
//!
//! ```text
//! Aggregate -> [len(), max(a)]         Aggregate -> [len(), max(a)]
//!   Sort [b]                      =>     Scan t
//!     Scan t
//! Join semi on [k == k]                Join semi on [k == k]
//!   Scan t                        =>     Scan t
//!   Sort [b]                             Scan u
//!     Scan u
//! ```
//!
//! One walk from the top: the answer's order is seen, and each node says whether it hands the order of an input on, takes a
//! value from it, or loses it. Lost it is
//! * in groups without keys, if all aggregates are of the kind that order does not change: counts, least and greatest
//!   values, sums and means that are exact. Under groups with keys only if nobody sees the order of the groups, which is that
//!   of their first rows,
//! * on the right side of semi and anti joins,
//! * below a sort by keys that no two rows agree in, as the keys of groups are.
//!
//! **Floats.** Sums of floats are the same in any order only as far as double-double goes
//! (`docs/decisions/double-double-sums.md`), so a sort below one stays. A group by floats shows the first of 0.0 and -0.0,
//! which are one key; a sort below stays as well.
//!
//! Not below a limit, a row index, a horizontal concat: those count rows. Not below windows, as-of joins (of equal keys the
//! last row is the partner), random numbers, `unique` that keeps the first or the last of rows that differ elsewhere. A
//! sort with a limit says which rows there are and stays; so does one that keeps costly rows for several readers. With a sort
//! go the errors of its keys.

use std::collections::HashSet;

use lazuli_array::{DataType, Name, Schema};
use lazuli_expr::{Expr, SortKey, typing};

use super::expressions::any_expression;
use super::facts::{holds_floats, is_deterministic};
use super::held::Held;
use super::{Rule, RuleId};
use crate::unique::is_unique_by;
use crate::{Aggregate, Distinct, JoinType, Keep, LogicalPlan, Node, Window};

pub(super) struct OrderObservance;

impl Rule for OrderObservance {
    fn id(&self) -> RuleId {
        RuleId::OrderObservance
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        let (observed, held) = (Observed::of(plan), Held::of(plan));
        let is_idle = |plan: &LogicalPlan| !observed.contains(plan) && !held.contains(plan);
        plan.rewrite_from(&mut |original, over| match over.node() {
            Node::Sort(sort) if sort.limit.is_none() && is_idle(original) => Some(sort.input.clone()),
            _ => None,
        })
    }
}

/// The plans of a tree whose order of rows somebody sees.
pub(super) struct Observed(HashSet<usize>);

impl Observed {
    /// Those of `plan` itself, whose order is the answer's, and below. Means something as long as `plan` lives.
    pub fn of(plan: &LogicalPlan) -> Self {
        let mut observed = HashSet::from([plan.address()]);
        // Readers first: a plan's order is seen if one of them sees it.
        for reader in plan.inputs_first().into_iter().rev() {
            let is_observed = observed.contains(&reader.address());
            for (index, input) in reader.inputs().into_iter().enumerate() {
                if observes(reader, is_observed, index) {
                    observed.insert(input.address());
                }
            }
        }
        Self(observed)
    }

    /// Whether somebody sees the order of this plan.
    pub fn contains(&self, plan: &LogicalPlan) -> bool {
        self.0.contains(&plan.address())
    }
}

/// Whether a node's rows, or their order if that `is_observed`, depend on the order of an input.
fn observes(plan: &LogicalPlan, is_observed: bool, input: usize) -> bool {
    if any_expression(plan, &|expr| !is_deterministic(expr)) {
        return true;
    }
    match plan.node() {
        Node::Filter(_) | Node::Project(_) | Node::Union(_) | Node::Unpivot(_) | Node::Explode(_) => {
            is_observed
        }
        Node::JoinWhere(_) => is_observed,
        Node::Aggregate(node) => groups_observe(node, is_observed),
        Node::Join(node) => match node.join_type {
            JoinType::Semi | JoinType::Anti => is_observed && input == 0,
            _ => is_observed,
        },
        Node::AsofJoin(_) => is_observed || input == 1,
        Node::Sort(node) => {
            let sees_ties = is_observed || node.limit.is_some();
            sees_ties && !is_unique_by(&node.input, &keys_of(&node.keys))
        }
        Node::Distinct(node) => is_observed || distinct_observes(node),
        Node::Pivot(node) => {
            let schema = node.input.schema();
            let is_float =
                |name: &Name| schema.get(name).is_some_and(|field| holds_floats(field.data_type()));
            is_observed || node.index.iter().any(is_float)
        }
        Node::Window(node) => is_observed || windows_observe(node),
        Node::Slice(_) | Node::HorizontalConcat(_) | Node::RowIndex(_) => true,
        Node::Scan(_) | Node::Derived(_) | Node::Sink(_) => true,
    }
}

fn keys_of(keys: &[SortKey]) -> Vec<Expr> {
    keys.iter().map(|key| key.expr.clone()).collect()
}

fn groups_observe(node: &Aggregate, is_observed: bool) -> bool {
    let schema = node.input.schema();
    let shows_first = |key: &Expr| holds_floats(&typing::data_type(key, schema));
    is_observed && !node.keys.is_empty()
        || node.keys.iter().any(shows_first)
        || !node.aggregates.iter().all(|aggregate| is_free_of_order(aggregate, schema))
}

/// Whether rows in another order give the same value, to the last bit. Aggregates that are not listed are taken to see
/// the order, so that a new one has to be thought of.
fn is_free_of_order(expr: &Expr, schema: &Schema) -> bool {
    let Expr::Aggregate { aggregate, inputs } = expr.without_alias() else { return false };
    if aggregate.is_ordered() {
        return false;
    }
    let input = inputs.first().map(|input| typing::data_type(input, schema));
    match aggregate.name() {
        "len" | "count" | "null_count" | "has_nulls" | "n_unique" | "all" | "any" => true,
        // Of floats these see whether 0.0 or -0.0 came first, or round.
        "min" | "max" | "sum" | "mean" => input.is_some_and(|input| is_exact(&input)),
        _ => false,
    }
}

/// Whether equal values are the same, and sums of them exact.
fn is_exact(data_type: &DataType) -> bool {
    !data_type.is_nested() && !data_type.is_float()
}

fn distinct_observes(node: &Distinct) -> bool {
    let schema = node.input.schema();
    let shows_all = |subset: &[Expr]| {
        schema.names().all(|name| subset.iter().any(|key| matches!(key, Expr::Column(own) if own == name)))
    };
    let is_whole = node.subset.as_deref().is_none_or(shows_all);
    // Of rows that are the same any may stay.
    let are_the_same = is_whole && !schema.fields().iter().any(|field| holds_floats(field.data_type()));
    node.keep != Keep::None && !are_the_same
}

/// Aggregates over whole partitions are like those of groups; everything else counts rows.
fn windows_observe(node: &Window) -> bool {
    let schema = node.input.schema();
    !node.windows.iter().all(|window| match window.without_alias() {
        Expr::Over { input, window } => window.order_by.is_empty() && is_free_of_order(input, schema),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{IntoExprs, col, len};

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::{concat, side_by_side, table};
    use crate::{UnionMode, explain, resolve};

    fn t() -> LogicalPlan {
        table("t", "k i64, a i64, f f64, s str")
    }

    fn observed(plan: &LogicalPlan) -> String {
        with_rule(RuleId::OrderObservance, plan)
    }

    /// Whether the sort goes that stands below.
    fn goes(above: impl Fn(&LogicalPlan) -> LogicalPlan) -> bool {
        !observed(&above(&t().sort("s"))).contains("Sort [s]")
    }

    #[test]
    fn groups_without_keys_do_not_see_order() {
        let plan = t().sort("s").filter(col("a").gt(1)).select([len().alias("n"), col("a").sum()]);
        assert_snapshot!(observed(&plan), @r"
            Aggregate -> [len() as n, sum(a) as a]
              Filter [a > 1]
                Scan t  columns: all 4
        ");
        let aggregate = |expr: Expr| goes(|sorted| sorted.select(expr.clone()));
        for expr in [col("a").mean(), col("s").min(), col("f").count(), col("f").n_unique(), col("a").max()] {
            assert!(aggregate(expr.clone()), "{expr}");
        }
        for expr in [
            col("a").first(),
            col("a").last(),
            col("a").implode(),
            col("f").sum(),
            col("f").mean(),
            col("f").min(),
            col("a").cum_sum().max(),
            col("a").std(),
        ] {
            assert!(!aggregate(expr.clone()), "{expr}");
        }
    }

    #[test]
    fn groups_with_keys_are_in_the_order_of_their_first_rows() {
        let groups = |keys: &'static str| move |sorted: &LogicalPlan| sorted.group_by(keys, col("a").sum());
        assert!(!goes(groups("k")));
        assert!(goes(|sorted| groups("k")(sorted).sort("k")));
        assert!(goes(|sorted| groups("k")(sorted).select(col("a").max())));
        assert!(!goes(|sorted| groups("k")(sorted).sort("a")), "groups of equal sums");
        assert!(!goes(|sorted| groups("f")(sorted).sort("f")), "the first of 0.0 and -0.0 is shown");
    }

    #[test]
    fn the_right_side_of_semi_joins_is_asked_for_being_there_only() {
        let join = |join_type| move |sorted: &LogicalPlan| t().join(sorted, join_type, "k", "k");
        for join_type in [JoinType::Semi, JoinType::Anti] {
            assert!(goes(join(join_type)));
            assert!(!goes(|sorted| sorted.join(&t(), join_type, "k", "k")));
        }
        for join_type in [JoinType::Inner, JoinType::Left, JoinType::Right, JoinType::Full] {
            assert!(!goes(join(join_type)), "matches come in the right side's order");
            assert!(goes(|sorted| join(join_type)(sorted).select(len())));
        }
    }

    #[test]
    fn whoever_counts_rows_sees_their_order() {
        let counted = |plan: LogicalPlan| plan.select(len());
        assert!(!goes(|sorted| counted(sorted.slice(1, 5).unique(&["k"], Keep::Any))));
        assert!(!goes(|sorted| sorted.row_index("row", 0).select(col("row").max())));
        assert!(!goes(|sorted| counted(side_by_side([sorted.select("a"), t().select("k")]))));
        assert!(!goes(|sorted| sorted.select(col("a") - col("a").shift(1)).select(col("a").max())));
        assert!(!goes(|sorted| counted(t().asof(sorted, "a", "k", None))));
        assert!(!goes(|sorted| sorted.sort("a").slice(0, 3).select(col("k").sum())));
    }

    #[test]
    fn rows_that_are_the_same_may_come_in_any_order() {
        let unique = |names: &'static [&'static str], keep| {
            move |sorted: &LogicalPlan| sorted.select(["k", "s"]).unique(names, keep).select(col("k").sum())
        };
        assert!(goes(unique(&[], Keep::First)) && goes(unique(&["s", "k"], Keep::Any)));
        assert!(goes(unique(&["s"], Keep::None)));
        assert!(!goes(unique(&["s"], Keep::First)) && !goes(unique(&["s"], Keep::Any)));
        assert!(!goes(|sorted| sorted.unique(&[], Keep::First).select(col("f").n_unique())));
        let over = |expr: Expr| {
            move |sorted: &LogicalPlan| sorted.with_columns(expr.clone().alias("w")).select(len())
        };
        assert!(goes(over(col("a").sum().over("k"))) && !goes(over(col("a").first().over("k"))));
        assert!(!goes(over(col("a").sum().over_sorted("k".into_exprs(), ["a"]))));
    }

    #[test]
    fn one_reader_that_sees_it_is_enough() {
        let sorted = t().sort("s");
        let both =
            concat([sorted.select(len().alias("n")), sorted.select(col("a").first())], UnionMode::Diagonal);
        let resolved = resolve(&both).expect("no mistakes");
        let text = explain(&OrderObservance.apply(&resolved));
        assert_eq!(text.matches("Sort [s]").count(), 2, "{text}");
        // The answer itself is seen.
        assert!(!goes(Clone::clone));
    }
}
