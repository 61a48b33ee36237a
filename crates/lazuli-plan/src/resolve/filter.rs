//! Filters: boolean predicates, one conjunct each.
//!
//! `filter(a & b)` means "`a`, and of the rows that are left, `b`": a failure of `b` counts only where `a` is true.
//! Predicates with aggregates and windows see all rows of the input, not those that are left.

use lazuli_expr::Expr;
use lazuli_expr::typing::Context;

use super::{Resolved, Verb, broadcast, window};
use crate::{Filter, LogicalPlan, Node, Project};

pub(super) fn resolve(filter: &Filter, input: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let scope = input.scope();
    let (exprs, _) = verb.expand(&filter.predicates, &scope);
    let mut predicates = Vec::new();
    for expr in &exprs {
        if let Some(predicate) = verb.condition(expr, &scope, Context::Windows) {
            predicates.extend(predicate.conjuncts());
        }
    }
    verb.finish(input, scope, |verb, input| keep_rows(verb, input, predicates))
}

fn keep_rows(verb: &Verb<'_>, input: LogicalPlan, predicates: Vec<Expr>) -> LogicalPlan {
    if predicates.is_empty() {
        return input;
    }
    let columns: Vec<Expr> = input.schema().names().cloned().map(Expr::Column).collect();
    let (beside, predicates_over) = window::beside(verb, input.clone(), &predicates);
    let (beside, predicates_over) = broadcast::beside(verb, beside, &input, &predicates_over);
    let has_helper_columns = !beside.ptr_eq(&input);
    let filtered = verb.node(Node::Filter(Filter { input: beside, predicates: predicates_over }));
    if !has_helper_columns {
        return filtered;
    }
    verb.node(Node::Project(Project { input: filtered, exprs: columns, keep_input: false }))
}
