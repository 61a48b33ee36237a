//! `select` and `with_columns`: names spelled out, aggregates computed once and put beside the rows.
//!
//! A select in which nothing is a value row by row (`select(sum(a), 1)`) gives one row.

use lazuli_expr::Expr;
use lazuli_expr::typing::{Context, Typed};

use super::expression::OutputColumn;
use super::lift::Lifted;
use super::scope::Scope;
use super::{Resolved, Verb, broadcast, rows, window};
use crate::{Aggregate, LogicalPlan, Node, Project};

pub(super) fn resolve(project: &Project, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let (made, all_told) = verb.output_columns(&project.exprs, &scope, Context::Rows);
    let columns = if project.keep_input { beside_input(made, &scope) } else { made };
    let is_open = !all_told || (project.keep_input && scope.is_open());
    let known = Scope::of(columns.iter().map(OutputColumn::known), is_open);
    let keep_input = project.keep_input;
    verb.finish(input, known, |verb, input| {
        let exprs: Vec<Expr> =
            columns.into_iter().filter_map(|column| column.typed).map(|typed| typed.expr).collect();
        let mut spread = Lifted::rows();
        let lifted: Vec<Expr> =
            exprs.iter().map(|expr| spread.lift(expr, &|name| input.schema().contains(name))).collect();
        if !spread.is_empty() {
            return rows::beside(verb, input, spread, &lifted);
        }
        let is_one_row = matches!(input.node(), Node::Aggregate(aggregate) if aggregate.keys.is_empty());
        if !keep_input && !is_one_row && !exprs.is_empty() && !exprs.iter().any(is_row_by_row) {
            one_row(verb, input, &exprs)
        } else {
            let (rows, exprs) = window::beside(verb, input.clone(), &exprs);
            let (input, exprs) = broadcast::beside(verb, rows, &input, &exprs);
            verb.node(Node::Project(Project { input, exprs, keep_input: false }))
        }
    })
}

/// The input's columns with the made ones in place of those of the same name, and the others behind them.
fn beside_input(made: Vec<OutputColumn>, scope: &Scope) -> Vec<OutputColumn> {
    let mut columns: Vec<OutputColumn> = scope
        .columns()
        .map(|(name, data_type)| {
            let expr = Expr::Column(name.clone());
            let typed = data_type.clone().map(|data_type| Typed { expr: expr.clone(), data_type });
            OutputColumn { name, written: expr, typed, data_type }
        })
        .collect();
    for column in made {
        match columns.iter_mut().find(|other| other.name == column.name) {
            Some(other) => *other = column,
            None => columns.push(column),
        }
    }
    columns
}

/// Whether an expression has a value for each row: it reads a column outside of an aggregate, or is a window.
pub(super) fn is_row_by_row(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Over { .. } => true,
        Expr::Aggregate { .. } => false,
        other => other.children().into_iter().any(is_row_by_row),
    }
}

/// One row: the aggregates over all rows, then what is made of them.
pub(super) fn one_row(verb: &Verb<'_>, input: LogicalPlan, exprs: &[Expr]) -> LogicalPlan {
    let outputs: Vec<_> = exprs.iter().map(Expr::output_name).collect();
    let mut lifted = Lifted::new();
    let projected =
        super::aggregate::lift_outputs(&mut lifted, exprs, |name| outputs.iter().any(|other| *other == name));
    let aggregates = lifted.into_exprs();
    let as_computed = aggregates.iter().map(Expr::output_name).eq(outputs.iter().cloned());
    let (input, aggregates) = window::of_groups(verb, input, &aggregates, &[]);
    let aggregate = verb.node(Node::Aggregate(Aggregate { input, keys: Vec::new(), aggregates }));
    if as_computed {
        return aggregate;
    }
    verb.node(Node::Project(Project { input: aggregate, exprs: projected, keep_input: false }))
}
