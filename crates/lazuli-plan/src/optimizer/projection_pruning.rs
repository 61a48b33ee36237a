//! Projection pruning: columns that nobody reads are not computed, moved or even read from files.
//!
//! ```text
//! Aggregate [k] -> [sum(a)]           Aggregate [k] -> [sum(a)]
//!   Project [k, a, b * c as d]   =>     Project [k, a]
//!     Scan t  columns: all 9              Scan t  columns: k, a (2 of 9)
//! ```
//!
//! One walk from the top with the set of columns that are still needed. Each plan gives at least those, in the order it
//! had. Where rows are held or copied (joins, sorts, distinct, unions), what only a filter below has read is dropped
//! first.
//!
//! A plan that runs once for several readers ([`Held`]) gives what any of them needs.
//!
//! Valid: a column that nothing above reads can't change the answer. Errors of its computation go with it. Kept although
//! unread: group keys (they make the groups), what makes rows distinct, all columns of a pivot; and the number of rows,
//! which a plan without columns still has.

use std::collections::{BTreeSet, HashMap};

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::held::Held;
use super::{Rule, RuleId};
use crate::plan::Memo;
use crate::{
    Aggregate, AsofJoin, Distinct, Filter, HorizontalConcat, Join, JoinColumn, JoinSide, JoinWhere,
    LogicalPlan, Node, Pivot, Project, Scan, Slice, Sort, Union, Unpivot, Window,
};

pub(super) struct ProjectionPruning;

impl Rule for ProjectionPruning {
    fn id(&self) -> RuleId {
        RuleId::ProjectionPruning
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        let needed = plan.schema().names().cloned().collect();
        let mut walk = Walk { held: Held::of(plan), ..Walk::default() };
        loop {
            let pruned = walk.prune(plan, &needed);
            // What one reader needs of a held plan may have come up after another had it pruned.
            if !std::mem::take(&mut walk.needs_grew) {
                return pruned;
            }
            walk.done = Memo::default();
        }
    }
}

/// The columns that are needed.
type Needed = BTreeSet<Name>;

#[derive(Default)]
struct Walk {
    done: Memo<(usize, Vec<Name>)>,
    /// Plans that are pruned once, to what all their readers need.
    held: Held,
    /// What the readers of held plans need, as far as known.
    held_needs: HashMap<usize, Needed>,
    /// Whether that grew.
    needs_grew: bool,
}

impl Walk {
    /// A plan that gives at least the needed columns, in the order they had.
    fn prune(&mut self, plan: &LogicalPlan, needed: &Needed) -> LogicalPlan {
        if self.held.contains(plan) {
            let all_needs = match self.held_needs.get_mut(&plan.address()) {
                Some(known) => {
                    let num_known = known.len();
                    known.extend(needed.iter().cloned());
                    self.needs_grew |= known.len() > num_known;
                    known.clone()
                }
                None => {
                    self.held_needs.insert(plan.address(), needed.clone());
                    needed.clone()
                }
            };
            return self.prune_as(plan, &all_needs);
        }
        self.prune_as(plan, needed)
    }

    fn prune_as(&mut self, plan: &LogicalPlan, needed: &Needed) -> LogicalPlan {
        let key = (plan.address(), needed.iter().cloned().collect());
        if let Some(done) = self.done.get(&key) {
            return done;
        }
        let pruned = self.pruned(plan, needed);
        self.done.insert(key, plan, &pruned);
        pruned
    }

    /// A plan that gives the needed columns and no others.
    fn prune_to(&mut self, plan: &LogicalPlan, needed: &Needed) -> LogicalPlan {
        let pruned = self.prune(plan, needed);
        if pruned.schema().len() == needed.len() {
            return pruned;
        }
        let exprs = pruned
            .schema()
            .names()
            .filter(|name| needed.contains(*name))
            .cloned()
            .map(Expr::Column)
            .collect();
        let project = Project { input: pruned.clone(), exprs, keep_input: false };
        pruned.with_node(Node::Project(project))
    }

    fn pruned(&mut self, plan: &LogicalPlan, needed: &Needed) -> LogicalPlan {
        match plan.node() {
            Node::Scan(scan) => prune_scan(plan, scan, needed),
            Node::Filter(Filter { input, predicates }) => {
                let input = self.prune(input, &and_reads(needed.clone(), predicates));
                plan.over(vec![input])
            }
            Node::Project(project) => {
                let exprs = read_outputs(&project.exprs, needed);
                let input = self.prune(&project.input, &and_reads(Needed::new(), &exprs));
                if exprs.len() == project.exprs.len() {
                    return plan.over(vec![input]);
                }
                plan.with_node(Node::Project(Project { input, exprs, keep_input: false }))
            }
            Node::Aggregate(aggregate) => {
                let aggregates = read_outputs(&aggregate.aggregates, needed);
                let reads = and_reads(and_reads(Needed::new(), &aggregates), &aggregate.keys);
                let input = self.prune(&aggregate.input, &reads);
                if aggregates.len() == aggregate.aggregates.len() {
                    return plan.over(vec![input]);
                }
                plan.with_node(Node::Aggregate(Aggregate { input, aggregates, ..aggregate.clone() }))
            }
            Node::Join(join) => {
                let keys =
                    (and_reads(Needed::new(), &join.left_keys), and_reads(Needed::new(), &join.right_keys));
                let (left, right, output) =
                    self.prune_sides(&join.left, &join.right, keys, &join.output, needed);
                if output.len() == join.output.len() {
                    return plan.over(vec![left, right]);
                }
                plan.with_node(Node::Join(Join { left, right, output, ..join.clone() }))
            }
            Node::AsofJoin(join) => {
                let reads = |on, by: &[Expr]| and_reads(and_reads(Needed::new(), [on]), by);
                let keys = (reads(&join.left_on, &join.left_by), reads(&join.right_on, &join.right_by));
                let (left, right, output) =
                    self.prune_sides(&join.left, &join.right, keys, &join.output, needed);
                if output.len() == join.output.len() {
                    return plan.over(vec![left, right]);
                }
                plan.with_node(Node::AsofJoin(AsofJoin { left, right, output, ..join.clone() }))
            }
            Node::JoinWhere(join) => {
                let reads = and_reads(Needed::new(), &join.predicates);
                let of = |side: &LogicalPlan| -> Needed {
                    reads.iter().filter(|name| side.schema().contains(name)).cloned().collect()
                };
                let (left, right, output) = self.prune_sides(
                    &join.left,
                    &join.right,
                    (of(&join.left), of(&join.right)),
                    &join.output,
                    needed,
                );
                if output.len() == join.output.len() {
                    return plan.over(vec![left, right]);
                }
                plan.with_node(Node::JoinWhere(JoinWhere { left, right, output, ..join.clone() }))
            }
            Node::Sort(Sort { input, keys, limit: _ }) => {
                let reads = and_reads(needed.clone(), keys.iter().map(|key| &key.expr));
                plan.over(vec![self.prune_to(input, &reads)])
            }
            Node::Slice(Slice { input, offset: _, length: _ }) => plan.over(vec![self.prune(input, needed)]),
            Node::Distinct(Distinct { input, subset, keep: _ }) => {
                let reads = match subset {
                    Some(subset) => and_reads(needed.clone(), subset),
                    None => input.schema().names().cloned().collect(),
                };
                plan.over(vec![self.prune_to(input, &reads)])
            }
            Node::Union(Union { inputs, mode: _ }) => {
                plan.over(inputs.iter().map(|input| self.prune_to(input, needed)).collect())
            }
            Node::HorizontalConcat(HorizontalConcat { inputs }) => {
                let own = |input: &LogicalPlan| -> Needed {
                    input.schema().names().filter(|name| needed.contains(*name)).cloned().collect()
                };
                plan.over(inputs.iter().map(|input| self.prune_to(input, &own(input))).collect())
            }
            Node::Pivot(Pivot { input, on, index, values, aggregate: _, columns: _, fill: _ }) => {
                let reads = on.iter().chain(index).chain(values).cloned().collect();
                plan.over(vec![self.prune(input, &reads)])
            }
            Node::Unpivot(unpivot) => {
                let index: Vec<Name> =
                    unpivot.index.iter().filter(|name| needed.contains(*name)).cloned().collect();
                let reads = index.iter().chain(&unpivot.on).cloned().collect();
                let input = self.prune(&unpivot.input, &reads);
                if index.len() == unpivot.index.len() {
                    return plan.over(vec![input]);
                }
                plan.with_node(Node::Unpivot(Unpivot { input, index, ..unpivot.clone() }))
            }
            // The lists say how many rows there are, so all are read.
            Node::Explode(explode) => {
                let reads = needed.iter().chain(&explode.columns).cloned().collect();
                plan.over(vec![self.prune(&explode.input, &reads)])
            }
            Node::Window(window) => {
                let windows = read_outputs(&window.windows, needed);
                let outputs: Vec<Name> = window.windows.iter().map(Expr::output_name).collect();
                let passed = needed.iter().filter(|name| !outputs.contains(name)).cloned().collect();
                if windows.is_empty() {
                    return self.prune(&window.input, &passed);
                }
                let input = self.prune_to(&window.input, &and_reads(passed, &windows));
                if windows.len() == window.windows.len() {
                    return plan.over(vec![input]);
                }
                plan.with_node(Node::Window(Window { input, windows }))
            }
            Node::RowIndex(node) => {
                let passed: Needed = needed.iter().filter(|name| **name != node.name).cloned().collect();
                if !needed.contains(&node.name) {
                    return self.prune(&node.input, &passed);
                }
                plan.over(vec![self.prune_to(&node.input, &passed)])
            }
            Node::Derived(_) => plan.clone(),
            Node::Sink(sink) => {
                let all = sink.input.schema().names().cloned().collect();
                plan.over(vec![self.prune(&sink.input, &all)])
            }
        }
    }

    /// The sides of a join and its columns, as far as they are needed; `keys` are what its keys read of each side.
    fn prune_sides(
        &mut self,
        left: &LogicalPlan,
        right: &LogicalPlan,
        keys: (Needed, Needed),
        output: &[JoinColumn],
        needed: &Needed,
    ) -> (LogicalPlan, LogicalPlan, Vec<JoinColumn>) {
        let output: Vec<_> = output.iter().filter(|column| needed.contains(&column.name)).cloned().collect();
        let (mut left_reads, mut right_reads) = keys;
        for column in &output {
            match &column.source {
                JoinSide::Left(name) => {
                    left_reads.insert(name.clone());
                }
                JoinSide::Right(name) => {
                    right_reads.insert(name.clone());
                }
                JoinSide::Coalesced(left, right) => {
                    left_reads.insert(left.clone());
                    right_reads.insert(right.clone());
                }
            }
        }
        (self.prune_to(left, &left_reads), self.prune_to(right, &right_reads), output)
    }
}

fn prune_scan(plan: &LogicalPlan, scan: &Scan, needed: &Needed) -> LogicalPlan {
    let names: Vec<Name> = plan.schema().names().filter(|name| needed.contains(*name)).cloned().collect();
    if names.len() == plan.schema().len() {
        return plan.clone();
    }
    plan.with_node(Node::Scan(Scan { projection: Some(names), ..scan.clone() }))
}

/// The expressions whose columns are needed.
fn read_outputs(exprs: &[Expr], needed: &Needed) -> Vec<Expr> {
    exprs.iter().filter(|expr| needed.contains(&expr.output_name())).cloned().collect()
}

/// The columns needed, and those that expressions read.
fn and_reads<'a>(mut needed: Needed, exprs: impl IntoIterator<Item = &'a Expr>) -> Needed {
    needed.extend(exprs.into_iter().flat_map(Expr::columns));
    needed
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::{col, len};

    use super::super::tests::with_rule;
    use super::*;
    use crate::test_plan::{concat, dumb_table, side_by_side, table};
    use crate::{JoinType, Keep, UnionMode};

    fn pruned(plan: &LogicalPlan) -> String {
        with_rule(RuleId::ProjectionPruning, plan)
    }

    fn wide() -> LogicalPlan {
        table("t", "a i64, b i64, c i64, d i64, e i64")
    }

    #[test]
    fn only_read_columns_leave_the_source() {
        let plan = wide()
            .with_columns([(col("a") + 1).alias("x"), (col("b") + 1).alias("unread")])
            .filter(col("c").gt(1))
            .group_by("d", [col("x").sum(), col("e").max()])
            .select(["d", "x"]);
        assert_snapshot!(pruned(&plan), @r"
            Project [d, x]
              Aggregate [d] -> [sum(x) as x]
                Filter [c > 1]
                  Project [c, d, a + 1 as x]
                    Scan t  columns: a, c, d (3 of 5)
        ");
    }

    #[test]
    fn rows_are_counted_without_columns() {
        assert_snapshot!(pruned(&wide().select(len())), @r"
            Aggregate -> [len() as len]
              Scan t  columns: none (0 of 5)
        ");
        assert_snapshot!(pruned(&wide().with_columns((col("a") + 1).alias("x")).sort("b").select(len())), @r"
            Aggregate -> [len() as len]
              Sort [b]
                Project [b]
                  Scan t  columns: b (1 of 5)
        ");
    }

    #[test]
    fn what_only_a_filter_reads_is_dropped_before_rows_are_held() {
        let filtered = dumb_table("t", "a i64, b i64, c i64").filter(col("b").gt(1));
        assert_snapshot!(pruned(&filtered.sort("a").select(["a", "c"])), @r"
            Project [a, c]
              Sort [a]
                Project [a, c]
                  Filter [b > 1]
                    Scan t  columns: all 3
        ");
        assert_snapshot!(pruned(&filtered.join(&filtered, JoinType::Inner, "a", "a").select("c")), @r"
            Project [c]
              Join inner on [a == a] -> [c]
                Project [a, c]
                  Filter [b > 1]
                    Scan t  columns: all 3
                Project [a]
                  Filter [b > 1]
                    Scan t  columns: a, b (2 of 3)
        ");
    }

    #[test]
    fn keys_and_what_makes_rows_distinct_stay() {
        assert_snapshot!(pruned(&wide().group_by(["a", "b"], col("c").sum()).select("c")), @r"
            Project [c]
              Aggregate [a, b] -> [sum(c) as c]
                Scan t  columns: a, b, c (3 of 5)
        ");
        assert_snapshot!(pruned(&wide().group_by(["a", "b"], col("c").sum()).select("a")), @r"
            Project [a]
              Aggregate [a, b] -> []
                Scan t  columns: a, b (2 of 5)
        ");
        assert_snapshot!(pruned(&wide().unique(&["b"], Keep::First).select("a")), @r"
            Project [a]
              Distinct [b]  keep: first
                Scan t  columns: a, b (2 of 5)
        ");
        assert_snapshot!(pruned(&wide().select(["a", "b"]).unique(&[], Keep::First).select("a")), @r"
            Project [a]
              Distinct all columns  keep: first
                Project [a, b]
                  Scan t  columns: a, b (2 of 5)
        ");
    }

    #[test]
    fn all_inputs_give_the_same_columns() {
        let plan = concat([wide(), wide().filter(col("e").gt(1))], UnionMode::Vertical).select(["c", "a"]);
        assert_snapshot!(pruned(&plan), @r"
            Project [c, a]
              Union
                Scan t  columns: a, c (2 of 5)
                Project [a, c]
                  Filter [e > 1]
                    Scan t  columns: a, c, e (3 of 5)
        ");
        let sides =
            side_by_side([wide(), table("u", "x i64, y i64"), table("v", "z i64")]).select(["y", "a"]);
        assert_snapshot!(pruned(&sides), @r"
            Project [y, a]
              HorizontalConcat
                Scan t  columns: a (1 of 5)
                Scan u  columns: y (1 of 2)
                Scan v  columns: none (0 of 1)
        ");
    }

    #[test]
    fn reshaped_rows_keep_what_shapes_them() {
        assert_snapshot!(pruned(&wide().unpivot(&["c", "d"], &["a", "b"]).select(["a", "value"])), @r"
            Project [a, value]
              Unpivot [c, d] -> [variable, value]  index: [a]
                Scan t  columns: a, c, d (3 of 5)
        ");
    }

    #[test]
    fn unread_windows_are_not_computed() {
        let windows = [col("a").sum().over("b").alias("x"), col("c").cum_sum().over("d").alias("y")];
        assert_snapshot!(pruned(&wide().with_columns(windows).select(["y", "e"])), @r"
            Project [y, e]
              Project [e, _window2 as y]
                Window -> [cum_sum(c) over (partition by d) as _window2]
                  Scan t  columns: c, d, e (3 of 5)
        ");
        assert_snapshot!(pruned(&wide().with_columns(col("a").sum().over("b").alias("x")).select("e")), @r"
            Project [e]
              Project [e]
                Scan t  columns: e (1 of 5)
        ");
    }

    #[test]
    fn semi_joins_need_only_the_keys_of_the_right() {
        assert_snapshot!(pruned(&wide().join(&wide(), JoinType::Semi, "a", "b").select("c")), @r"
            Project [c]
              Join semi on [a == b] -> [c]
                Scan t  columns: a, c (2 of 5)
                Scan t  columns: b (1 of 5)
        ");
    }
}
