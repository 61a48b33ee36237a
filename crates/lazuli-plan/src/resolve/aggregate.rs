//! Groups: expressions over aggregates are split into pure aggregates, each computed once, and what is made of them.
//!
//! ```text
//! Aggregate [k] -> [sum(a) / sum(b) as r]   =>   Project [k, _agg1 / _agg2 as r]
//!                                                  Aggregate [k] -> [sum(a) as _agg1, sum(b) as _agg2]
//! ```
//!
//! Outside of aggregates an expression may read keys and constants: those have one value a group.

use lazuli_array::Name;
use lazuli_expr::typing::{Context, Typed};
use lazuli_expr::{Expr, Selector, TypeError};

use super::expression::OutputColumn;
use super::lift::Lifted;
use super::scope::Scope;
use super::{Resolved, Verb, window};
use crate::identical::is_identical;
use crate::{Aggregate, Node, PlanMistake, Project};

pub(super) fn resolve(aggregate: &Aggregate, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let (keys, keys_told) = verb.output_columns(&aggregate.keys, &scope, Context::RowByRow("a group key"));
    let key_names: Vec<Name> = keys.iter().map(|key| key.name.clone()).collect();
    let exprs: Vec<Expr> =
        aggregate.aggregates.iter().map(|expr| without_keys(expr, &key_names, &scope)).collect();
    let (mut made, made_told) = verb.output_columns(&exprs, &scope, Context::Aggregation);

    let key_exprs: Vec<(Expr, Name)> = keys
        .iter()
        .filter_map(|key| {
            key.typed.as_ref().map(|typed| (typed.expr.without_alias().clone(), key.name.clone()))
        })
        .collect();
    let keys_known = key_exprs.len() == keys.len() && keys_told;
    for column in &mut made {
        if key_names.contains(&column.name) {
            verb.report(PlanMistake::DuplicateName {
                name: column.name.clone(),
                reason: "a group key has this name too; use alias() to rename one".into(),
            });
        }
        let Some(Typed { expr, .. }) = &mut column.typed else { continue };
        let over_keys = read_keys(expr, &key_exprs);
        match over_keys {
            Ok(over_keys) => *expr = over_keys.named(&column.name),
            // Whether a column is a key can't be told if a key is wrong.
            Err(()) if keys_known => {
                verb.type_error(TypeError::NotAnAggregate { expr: column.written.to_string() });
            }
            Err(()) => {}
        }
    }

    let known = Scope::of(keys.iter().chain(&made).map(OutputColumn::known), !(keys_told && made_told));
    verb.finish(input, known, |verb, input| {
        let typed = |columns: Vec<OutputColumn>| -> Vec<Expr> {
            columns.into_iter().filter_map(|column| column.typed).map(|typed| typed.expr).collect()
        };
        let (keys, made) = (typed(keys), typed(made));
        let outputs: Vec<Name> = made.iter().map(Expr::output_name).collect();
        let mut lifted = Lifted::new();
        let projected = lift_outputs(&mut lifted, &made, |name| {
            key_names.iter().chain(&outputs).any(|other| *other == name)
        });
        let aggregates = lifted.into_exprs();
        let as_computed = aggregates.iter().map(Expr::output_name).eq(outputs);
        let (input, aggregates) = window::of_groups(verb, input, &aggregates, &keys);
        let grouped = verb.node(Node::Aggregate(Aggregate { input, keys, aggregates }));
        if as_computed {
            return grouped;
        }
        let exprs = key_names.into_iter().map(Expr::Column).chain(projected).collect();
        verb.node(Node::Project(Project { input: grouped, exprs, keep_input: false }))
    })
}

/// The expressions over an `Aggregate` node that computes `lifted`. What is one aggregate keeps its own name there.
pub(super) fn lift_outputs(
    lifted: &mut Lifted,
    exprs: &[Expr],
    is_taken: impl Fn(&str) -> bool,
) -> Vec<Expr> {
    // Pure ones first, so that they get their own names even where an expression before them has them as a part.
    for expr in exprs {
        if let pure @ Expr::Aggregate { .. } = expr.without_alias() {
            lifted.name_of(pure, Some(&expr.output_name()), &is_taken);
        }
    }
    exprs.iter().map(|expr| lifted.lift(expr.without_alias(), &is_taken).named(&expr.output_name())).collect()
}

/// The expression with `all()` meaning all columns but the keys.
fn without_keys(expr: &Expr, keys: &[Name], scope: &Scope) -> Expr {
    let is_key = |name: &&Name| scope.schema().contains(name);
    expr.rewrite(&mut |part| match part {
        Expr::Selector(Selector::All) => {
            Expr::Selector(Selector::Except(keys.iter().filter(is_key).cloned().collect()))
        }
        Expr::Selector(Selector::Except(mut names)) => {
            for key in keys.iter().filter(is_key) {
                if !names.contains(key) {
                    names.push(key.clone());
                }
            }
            Expr::Selector(Selector::Except(names))
        }
        // Columns that are named or counted out are meant, keys or not.
        listed @ Expr::Selector(Selector::Names(_) | Selector::Places(_) | Selector::Renamed(_)) => listed,
        Expr::Selector(selector) => {
            let keys = keys.iter().filter(is_key).cloned().collect();
            Expr::Selector(selector - Selector::Names(keys))
        }
        other => other,
    })
}

/// The expression with everything outside of aggregates that is a key replaced by that key's name; an error if there is
/// a column left.
fn read_keys(expr: &Expr, keys: &[(Expr, Name)]) -> Result<Expr, ()> {
    if let Some((_, name)) = keys.iter().find(|(key, _)| is_identical(key, expr)) {
        return Ok(Expr::Column(name.clone()));
    }
    match expr {
        Expr::Column(_) => Err(()),
        Expr::Aggregate { .. } => Ok(expr.clone()),
        other => other.try_map_children(&mut |child| read_keys(child, keys)),
    }
}
