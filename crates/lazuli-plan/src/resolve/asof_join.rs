//! As-of joins: keys of common types that have an order and a distance, columns of the result spelled out.
//!
//! All columns of the left side stay, then come those of the right side, but for keys that repeat: `by` keys that are
//! plain columns on both sides, and the `on` key if it is a column of the same name on both sides, unless the user wants
//! to see which key was found.

use lazuli_array::DataType;
use lazuli_expr::Expr;
use lazuli_expr::typing::{self, Typed};

use super::join::{KeyPair, known_column, push_right};
use super::scope::Scope;
use super::{Resolved, Verb};
use crate::asof_tolerance::asof_tolerance;
use crate::{AsofJoin, JoinColumn, JoinSide, Node, PlanMistake};

pub(super) fn resolve(join: &AsofJoin, left: Resolved, right: Resolved, verb: &mut Verb<'_>) -> Resolved {
    if !join.output.is_empty()
        && let (Resolved::Plan(left), Resolved::Plan(right)) = (&left, &right)
    {
        let (left, right) = (left.clone(), right.clone());
        return verb.plan_of(Node::AsofJoin(AsofJoin { left, right, ..join.clone() }));
    }
    let (left_scope, right_scope) = (left.scope(), right.scope());
    let on = on_pair(join, &left_scope, &right_scope, verb);
    let by = by_pairs(join, &left_scope, &right_scope, verb);
    let output = outputs(join, &left_scope, &right_scope, on.as_ref(), &by, verb);
    let known = Scope::of(
        output.iter().map(|column| known_column(column, &left_scope, &right_scope, &[])),
        left_scope.is_open() || right_scope.is_open() || !verb.is_clean,
    );
    let (Some(left), Some(right), Some(on), true) = (left.plan(), right.plan(), on, verb.is_clean) else {
        return Resolved::Broken(known);
    };
    let cast =
        |key: &Typed, to: &DataType| typing::cast_to(key.expr.without_alias().clone(), &key.data_type, to);
    let left_key = |pair: &KeyPair| cast(&pair.left, &pair.common);
    let right_key = |pair: &KeyPair| cast(&pair.right, &pair.common);
    verb.plan_of(Node::AsofJoin(AsofJoin {
        left,
        right,
        left_on: left_key(&on),
        right_on: right_key(&on),
        left_by: by.iter().map(left_key).collect(),
        right_by: by.iter().map(right_key).collect(),
        output,
        ..join.clone()
    }))
}

/// The two keys that are compared by order; reports what has none, and a tolerance that does not fit.
fn on_pair(join: &AsofJoin, left_scope: &Scope, right_scope: &Scope, verb: &mut Verb<'_>) -> Option<KeyPair> {
    let mut key = |expr: &Expr, scope: &Scope| {
        let mut keys = verb.row_values(std::slice::from_ref(expr), scope, "a join key");
        if keys.len() != 1 && !scope.is_open() {
            verb.invalid(
                "an as-of join compares one key of each side; put keys that must be equal into `by`",
            );
        }
        keys.pop().flatten()
    };
    let (left, right) = (key(&join.left_on, left_scope), key(&join.right_on, right_scope));
    let pair = KeyPair::new(left?, right?, verb)?;
    if !(pair.common.is_numeric() || pair.common.is_temporal()) {
        verb.report(PlanMistake::AsofKeyType { key: pair.left.expr.to_string(), data_type: pair.common });
        return None;
    }
    if let Some(tolerance) = &join.tolerance
        && let Err(reason) = asof_tolerance(&pair.common, tolerance)
    {
        verb.invalid(reason);
    }
    Some(pair)
}

fn by_pairs(join: &AsofJoin, left_scope: &Scope, right_scope: &Scope, verb: &mut Verb<'_>) -> Vec<KeyPair> {
    let left = verb.row_values(&join.left_by, left_scope, "a join key");
    let right = verb.row_values(&join.right_by, right_scope, "a join key");
    if left.len() != right.len() && !left_scope.is_open() && !right_scope.is_open() {
        verb.report(PlanMistake::JoinKeyCount { left: left.len(), right: right.len() });
    }
    let mut pairs = Vec::new();
    for (left, right) in left.into_iter().zip(right) {
        if let (Some(left), Some(right)) = (left, right) {
            pairs.extend(KeyPair::new(left, right, verb));
        }
    }
    pairs
}

fn outputs(
    join: &AsofJoin,
    left_scope: &Scope,
    right_scope: &Scope,
    on: Option<&KeyPair>,
    by: &[KeyPair],
    verb: &mut Verb<'_>,
) -> Vec<JoinColumn> {
    let mut columns: Vec<JoinColumn> = left_scope
        .schema()
        .names()
        .map(|name| JoinColumn { source: JoinSide::Left(name.clone()), name: name.clone() })
        .collect();
    let repeated =
        on.filter(|_| join.coalesce).and_then(KeyPair::columns).filter(|(left, right)| left == right);
    for name in right_scope.schema().names() {
        let is_by = by.iter().filter_map(KeyPair::columns).any(|(_, right)| right == name);
        if !is_by && repeated.is_none_or(|(_, right)| right != name) {
            push_right(&mut columns, name, &join.suffix, verb);
        }
    }
    columns
}
