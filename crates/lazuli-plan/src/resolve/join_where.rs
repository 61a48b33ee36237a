//! Joins by predicates: names for pairs of rows, conditions over them.
//!
//! Predicates see the left columns and the right ones, those whose name the left side has too with the suffix. The right
//! input is renamed so, once; from then on a name says which side it is of.

use lazuli_array::Name;
use lazuli_expr::Expr;
use lazuli_expr::typing::Context;

use super::join::{known_column, push_right};
use super::scope::Scope;
use super::{Resolved, Verb};
use crate::{JoinColumn, JoinSide, JoinWhere, LogicalPlan, Node, Project};

pub(super) fn resolve(join: &JoinWhere, left: Resolved, right: Resolved, verb: &mut Verb<'_>) -> Resolved {
    if !join.output.is_empty()
        && let (Resolved::Plan(left), Resolved::Plan(right)) = (&left, &right)
    {
        let (left, right) = (left.clone(), right.clone());
        return verb.plan_of(Node::JoinWhere(JoinWhere { left, right, ..join.clone() }));
    }
    let (left_scope, right_scope) = (left.scope(), right.scope());
    let mut pairs: Vec<JoinColumn> = left_scope
        .schema()
        .names()
        .map(|name| JoinColumn { source: JoinSide::Left(name.clone()), name: name.clone() })
        .collect();
    for name in right_scope.schema().names() {
        push_right(&mut pairs, name, &join.suffix, verb);
    }
    let scope = Scope::of(
        pairs.iter().map(|column| known_column(column, &left_scope, &right_scope, &[])),
        left_scope.is_open() || right_scope.is_open() || !verb.is_clean,
    );
    let (exprs, all_told) = verb.expand(&join.predicates, &scope);
    if exprs.is_empty() && all_told {
        verb.invalid(
            "join_where needs at least one predicate; use a cross join to pair every row with every row",
        );
    }
    let mut predicates = Vec::new();
    for expr in &exprs {
        if let Some(predicate) = verb.condition(expr, &scope, Context::RowByRow("a join predicate")) {
            predicates.extend(predicate.conjuncts());
        }
    }
    let (Some(left), Some(right), true) = (left.plan(), right.plan(), verb.is_clean) else {
        return Resolved::Broken(scope);
    };
    let (right, output) = renamed(verb, right, pairs);
    verb.plan_of(Node::JoinWhere(JoinWhere { left, right, predicates, output, ..join.clone() }))
}

/// The right side under the names that pairs of rows have for its columns, and the columns of pairs over that.
fn renamed(verb: &Verb<'_>, right: LogicalPlan, pairs: Vec<JoinColumn>) -> (LogicalPlan, Vec<JoinColumn>) {
    let mut exprs = Vec::new();
    let mut is_changed = false;
    let mut output = Vec::with_capacity(pairs.len());
    for JoinColumn { source, name } in pairs {
        let source = match source {
            JoinSide::Right(own) => {
                is_changed |= own != name;
                exprs.push(named(own, &name));
                JoinSide::Right(name.clone())
            }
            left => left,
        };
        output.push(JoinColumn { source, name });
    }
    if !is_changed {
        return (right, output);
    }
    (verb.node(Node::Project(Project { input: right, exprs, keep_input: false })), output)
}

fn named(column: Name, name: &Name) -> Expr {
    Expr::Column(column).named(name)
}
