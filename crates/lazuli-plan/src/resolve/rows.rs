//! Aggregates that give rows, in `select` and `with_columns`: their lists are spread out to rows.
//!
//! ```text
//! Project [unique(a) as u, sum(b) as s]   =>   Project [_rows1 as u, _agg1 as s]
//!   input                                        Join cross
//!                                                  Explode [_rows1]
//!                                                    Aggregate -> [unique(a) as _rows1]
//!                                                      input
//!                                                  Aggregate -> [sum(b) as _agg1]
//!                                                    input
//! ```
//!
//! Windows whose results come one after the other are made group by group first:
//!
//! ```text
//! Project [head(a) over (partition by k explode) as h]   =>   Project [_rows1 as h]
//!   input                                                       Explode [_rows1]
//!                                                                 Aggregate -> [explode(_rows1) as _rows1]
//!                                                                   Project [_rows1]
//!                                                                     Aggregate [k as _key1] -> [head(a) as _rows1]
//!                                                                       input
//! ```
//!
//! Beside row by row values the rows stand side by side with those of the input, of which there must be as many.

use std::sync::Arc;

use lazuli_array::Name;
use lazuli_expr::{Expr, Window, aggregate};

use super::aggregate::lift_outputs;
use super::lift::Lifted;
use super::project::{is_row_by_row, one_row};
use super::{Verb, broadcast, names, window};
use crate::{Aggregate, Explode, HorizontalConcat, LogicalPlan, Node, Project, RowIndex, Sort};

/// The projection of `exprs`, in which what gives rows was replaced by the columns of `spread`.
pub(super) fn beside(verb: &Verb<'_>, input: LogicalPlan, spread: Lifted, exprs: &[Expr]) -> LogicalPlan {
    let columns: Vec<Name> = spread.names().cloned().collect();
    let lists = lists(verb, &input, spread.into_exprs());
    let is_spread = |expr: &Expr| matches!(expr, Expr::Column(name) if columns.contains(name));
    let reads_rows = exprs.iter().any(|expr| {
        // Columns of what is spread are no columns of the input.
        is_row_by_row(&expr.rewrite(&mut |part| if is_spread(&part) { Expr::from(true) } else { part }))
    });
    let explode = Explode { input: lists, columns, drop_empty: true };
    let spread = verb.node(Node::Explode(explode));
    let (rows, exprs) = if reads_rows {
        let (rows, exprs) = window::beside(verb, input.clone(), exprs);
        (verb.node(Node::HorizontalConcat(HorizontalConcat { inputs: vec![rows, spread] })), exprs)
    } else {
        (spread, exprs.to_vec())
    };
    let (input, exprs) = broadcast::beside(verb, rows, &input, &exprs);
    verb.node(Node::Project(Project { input, exprs, keep_input: false }))
}

/// One row of lists: what the aggregates over all rows give, and what comes out of windows one after the other.
fn lists(verb: &Verb<'_>, input: &LogicalPlan, parts: Vec<Expr>) -> LogicalPlan {
    let mut of_all = Vec::new();
    let mut of_groups: Vec<(Arc<Window>, Vec<Expr>)> = Vec::new();
    for part in parts {
        let Expr::Over { input, window } = part.without_alias() else {
            of_all.push(part);
            continue;
        };
        let part = input.named(&part.output_name());
        match of_groups.iter_mut().find(|(other, _)| other == window) {
            Some((_, parts)) => parts.push(part),
            None => of_groups.push((window.clone(), vec![part])),
        }
    }
    let of_all = (!of_all.is_empty()).then(|| one_row(verb, input.clone(), &of_all));
    let of_groups =
        of_groups.iter().map(|(window, parts)| group_after_group(verb, input.clone(), window, parts));
    let mut inputs: Vec<LogicalPlan> = of_all.into_iter().chain(of_groups).collect();
    match inputs.len() {
        1 => inputs.remove(0),
        _ => verb.node(Node::HorizontalConcat(HorizontalConcat { inputs })),
    }
}

/// One row: for each part a list of what it gives for all groups, in order of their first rows.
fn group_after_group(
    verb: &Verb<'_>,
    mut input: LogicalPlan,
    window: &Window,
    parts: &[Expr],
) -> LogicalPlan {
    const FIRST: &str = "_first";
    let mut made = parts.to_vec();
    if !window.order_by.is_empty() {
        // Groups stay in the order of their first rows, whatever order their rows are in.
        let name = names::fresh("index", &mut 1, |name| input.schema().contains(name));
        input = verb.node(Node::RowIndex(RowIndex { input, name: name.clone(), offset: 0 }));
        input = verb.node(Node::Sort(Sort { input, keys: window.order_by.clone(), limit: None }));
        made.push(Expr::Column(name).min().alias(FIRST));
    }
    let keys: Vec<Expr> =
        window.partition_by.iter().zip(1..).map(|(key, number)| key.named(&key_name(number))).collect();
    let is_key = |name: &str| (1..=keys.len()).any(|number| key_name(number) == *name);
    let outputs: Vec<Name> = made.iter().map(Expr::output_name).collect();
    let mut lifted = Lifted::new();
    let exprs =
        lift_outputs(&mut lifted, &made, |name| is_key(name) || outputs.iter().any(|other| *other == name));
    let (input, aggregates) = window::of_groups(verb, input, &lifted.into_exprs(), &window.partition_by);
    let groups = verb.node(Node::Aggregate(Aggregate { input, keys, aggregates }));
    let mut groups = verb.node(Node::Project(Project { input: groups, exprs, keep_input: false }));
    if made.len() > parts.len() {
        let keys = vec![Expr::Column(FIRST.into()).asc()];
        groups = verb.node(Node::Sort(Sort { input: groups, keys, limit: None }));
    }
    let of_all = |part: &Expr| {
        let name = part.output_name();
        // Lists that stand for rows are taken apart, single values put together.
        let aggregate = if part.gives_rows() { aggregate::EXPLODE } else { aggregate::IMPLODE };
        Expr::Aggregate { aggregate, inputs: vec![Expr::Column(name.clone())] }.alias(name)
    };
    let aggregates = parts.iter().map(of_all).collect();
    verb.node(Node::Aggregate(Aggregate { input: groups, keys: Vec::new(), aggregates }))
}

fn key_name(number: usize) -> Name {
    format!("_key{number}").into()
}
