//! Projection merge: projections over one another, or over a node that picks columns itself, become one.
//!
//! ```text
//! Project [b + 1 as c]         Project [a * 2 + 1 as c]
//!   Project [a * 2 as b]   =>    Scan t
//!     Scan t
//! ```
//!
//! * Projection over projection, and groups over projection: what is read is written in its place.
//! * Projection that only picks columns, over a scan or a join: the scan or join picks them (a join also renames).
//! * Projection that gives what it gets: goes.
//!
//! Valid: a projection gives one row for each row, from that row alone. Not if something that takes work is read more
//! than once: then it is computed once, below. Not if it is random: it would be drawn anew, or drawn for other rows.

use std::collections::HashMap;

use lazuli_array::Name;
use lazuli_expr::Expr;

use super::facts::{is_deterministic, is_trivial};
use super::{Rule, RuleId};
use crate::{Aggregate, AsofJoin, Join, JoinColumn, JoinWhere, LogicalPlan, Node, Project, Scan};

pub(super) struct ProjectionMerge;

impl Rule for ProjectionMerge {
    fn id(&self) -> RuleId {
        RuleId::ProjectionMerge
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| match plan.node() {
            Node::Project(project) => merge_project(plan, project),
            Node::Aggregate(aggregate) => merge_aggregate(plan, aggregate),
            _ => None,
        })
    }
}

fn merge_project(plan: &LogicalPlan, project: &Project) -> Option<LogicalPlan> {
    let names = project.input.schema().names();
    if project.exprs.len() == names.len()
        && project
            .exprs
            .iter()
            .zip(names)
            .all(|(expr, name)| matches!(expr, Expr::Column(own) if own == name))
    {
        return Some(project.input.clone());
    }
    match project.input.node() {
        Node::Project(below) => {
            let exprs = written_over(project.exprs.iter(), below)?;
            let merged = Project { input: below.input.clone(), exprs, keep_input: false };
            Some(plan.with_node(Node::Project(merged)))
        }
        Node::Scan(scan) => {
            let projection: Vec<Name> = project
                .exprs
                .iter()
                .map(|expr| match expr {
                    Expr::Column(name) => Some(name.clone()),
                    _ => None,
                })
                .collect::<Option<_>>()?;
            Some(project.input.with_node(Node::Scan(Scan { projection: Some(projection), ..scan.clone() })))
        }
        Node::Join(join) => {
            let output = picked_columns(&join.output, &project.exprs)?;
            Some(project.input.with_node(Node::Join(Join { output, ..join.clone() })))
        }
        Node::AsofJoin(join) => {
            let output = picked_columns(&join.output, &project.exprs)?;
            Some(project.input.with_node(Node::AsofJoin(AsofJoin { output, ..join.clone() })))
        }
        Node::JoinWhere(join) => {
            let output = picked_columns(&join.output, &project.exprs)?;
            Some(project.input.with_node(Node::JoinWhere(JoinWhere { output, ..join.clone() })))
        }
        _ => None,
    }
}

/// The columns of a join that are picked, under their new names. Each is picked at most once.
fn picked_columns(columns: &[JoinColumn], exprs: &[Expr]) -> Option<Vec<JoinColumn>> {
    let mut output: Vec<JoinColumn> = Vec::with_capacity(exprs.len());
    for expr in exprs {
        let Expr::Column(picked) = expr.without_alias() else { return None };
        let column = columns.iter().find(|column| column.name == *picked)?;
        if output.iter().any(|other| other.source == column.source) {
            return None;
        }
        output.push(JoinColumn { source: column.source.clone(), name: expr.output_name() });
    }
    Some(output)
}

fn merge_aggregate(plan: &LogicalPlan, aggregate: &Aggregate) -> Option<LogicalPlan> {
    let Node::Project(below) = aggregate.input.node() else { return None };
    let mut exprs = written_over(aggregate.keys.iter().chain(&aggregate.aggregates), below)?;
    let aggregates = exprs.split_off(aggregate.keys.len());
    let merged = Aggregate { input: below.input.clone(), keys: exprs, aggregates };
    Some(plan.with_node(Node::Aggregate(merged)))
}

/// The expressions over the input of the projection that they read, under their own names; `None` if that would compute
/// something twice or draw lots again.
fn written_over<'a>(exprs: impl Iterator<Item = &'a Expr> + Clone, below: &Project) -> Option<Vec<Expr>> {
    let definitions: HashMap<Name, &Expr> =
        below.exprs.iter().map(|expr| (expr.output_name(), expr.without_alias())).collect();
    let mut uses: HashMap<Name, usize> = HashMap::new();
    for expr in exprs.clone() {
        expr.walk(&mut |part| {
            if let Expr::Column(name) = part {
                *uses.entry(name.clone()).or_default() += 1;
            }
            true
        });
    }
    let may_move = definitions.iter().all(|(name, definition)| {
        is_trivial(definition) || (uses.get(name).copied().unwrap_or(0) <= 1 && is_deterministic(definition))
    });
    if !may_move {
        return None;
    }
    let over = |expr: &Expr| {
        let name = expr.output_name();
        expr.replace_columns(&|column| definitions.get(column).map(|&definition| definition.clone()))
            .named(&name)
    };
    Some(exprs.map(over).collect())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use lazuli_expr::col;

    use super::super::tests::with_rule;
    use super::*;
    use crate::JoinType;
    use crate::test_plan::table;

    fn merged(plan: &LogicalPlan) -> String {
        with_rule(RuleId::ProjectionMerge, plan)
    }

    fn t() -> LogicalPlan {
        table("t", "a i64, b i64, c i64")
    }

    #[test]
    fn what_is_read_once_is_written_in_its_place() {
        let plan =
            t().select([(col("a") * 2).alias("x"), col("b")]).select([(col("x") + col("b")).alias("y")]);
        assert_snapshot!(merged(&plan), @r"
            Project [a * 2 + b as y]
              Scan t  columns: all 3
        ");
        let grouped =
            t().select([(col("a") * 2).alias("x"), col("b").alias("k")]).group_by("k", col("x").sum());
        assert_snapshot!(merged(&grouped), @r"
            Aggregate [b as k] -> [sum(a * 2) as x]
              Scan t  columns: all 3
        ");
        let swapped = t()
            .select([col("a").alias("b"), col("b").alias("a")])
            .select([col("a"), (col("b") + 1).alias("c")]);
        assert_snapshot!(merged(&swapped), @r"
            Project [b as a, a + 1 as c]
              Scan t  columns: all 3
        ");
    }

    #[test]
    fn work_that_is_read_twice_is_done_once() {
        let plan = t()
            .select([(col("a") * 2).alias("x")])
            .select([(col("x") + 1).alias("y"), (col("x") - 1).alias("z")]);
        assert_snapshot!(merged(&plan), @r"
            Project [x + 1 as y, x - 1 as z]
              Project [a * 2 as x]
                Scan t  columns: all 3
        ");
    }

    #[test]
    fn nodes_that_pick_columns_take_the_picking_over() {
        assert_snapshot!(merged(&t().select(["c", "a"])), @"Scan t  columns: c, a (2 of 3)");
        assert_snapshot!(merged(&t().select([col("c"), col("a").alias("x")])), @r"
            Project [c, a as x]
              Scan t  columns: all 3
        ");
        let joined = t().join(&table("u", "k i64, z i64"), JoinType::Left, "a", "k");
        assert_snapshot!(merged(&joined.select([col("z").alias("x"), col("b")])), @r"
            Join left on [a == k] -> [x, b]
              Scan t  columns: all 3
              Scan u  columns: all 2
        ");
        assert_snapshot!(merged(&joined.select([col("z").alias("x"), col("z")])), @r"
            Project [z as x, z]
              Join left on [a == k] -> [a, b, c, z]
                Scan t  columns: all 3
                Scan u  columns: all 2
        ");
    }

    #[test]
    fn a_projection_of_everything_goes() {
        assert_snapshot!(merged(&t().sort("a").select(["a", "b", "c"])), @r"
            Sort [a]
              Scan t  columns: all 3
        ");
        assert_snapshot!(merged(&t().sort("a").select(["a", "c", "b"])), @r"
            Project [a, c, b]
              Sort [a]
                Scan t  columns: all 3
        ");
    }
}
