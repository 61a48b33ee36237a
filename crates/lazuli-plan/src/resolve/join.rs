//! Joins: keys of common types, columns of the result spelled out.
//!
//! A pair of keys that are both plain columns becomes one column: the left one in inner and left joins, the right one in
//! right joins, both in one in full joins that coalesce. Full joins that don't, and keys that are computed, keep all
//! columns. A right column whose name is there already gets the suffix; if that is there too it is an error.

use lazuli_array::{DataType, Name};
use lazuli_expr::typing::{self, Typed};
use lazuli_expr::{Expr, supertype};

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb};
use crate::lossless::is_exact;
use crate::{Join, JoinColumn, JoinSide, JoinType, LogicalPlan, Node, PlanMistake, Project};

/// One pair of keys.
struct KeyPair {
    left: Typed,
    right: Typed,
    common: DataType,
}

impl KeyPair {
    /// The two names, if both keys are plain columns.
    fn columns(&self) -> Option<(&Name, &Name)> {
        match (self.left.expr.without_alias(), self.right.expr.without_alias()) {
            (Expr::Column(left), Expr::Column(right)) => Some((left, right)),
            _ => None,
        }
    }
}

pub(super) fn resolve(join: &Join, left: Resolved, right: Resolved, verb: &mut Verb<'_>) -> Resolved {
    let (left_scope, right_scope) = (left.scope(), right.scope());
    if !join.output.is_empty()
        && let (Resolved::Plan(left), Resolved::Plan(right)) = (&left, &right)
    {
        // It was resolved before, and its columns say what became of the keys, which may have casts now.
        let (left, right) = (left.clone(), right.clone());
        return verb.plan_of(Node::Join(Join { left, right, ..join.clone() }));
    }
    let pairs = key_pairs(join, &left_scope, &right_scope, verb);
    let output = outputs(join, &left_scope, &right_scope, &pairs, verb);
    let known = Scope::of(
        output.iter().map(|column| known_column(column, &left_scope, &right_scope, &pairs)),
        left_scope.is_open() || right_scope.is_open() || !verb.is_clean,
    );
    match (left.plan(), right.plan()) {
        (Some(left), Some(right)) if verb.is_clean => {
            Resolved::Plan(build(verb, join, left, right, &pairs, output))
        }
        _ => Resolved::Broken(known),
    }
}

/// The keys in pairs, with the types that hold both sides; reports what does not fit.
fn key_pairs(join: &Join, left_scope: &Scope, right_scope: &Scope, verb: &mut Verb<'_>) -> Vec<KeyPair> {
    let left = verb.row_values(&join.left_keys, left_scope, "a join key");
    let right = verb.row_values(&join.right_keys, right_scope, "a join key");
    let is_known = !left_scope.is_open() && !right_scope.is_open() && verb.is_clean;
    if left.len() != right.len() && is_known {
        verb.report(PlanMistake::JoinKeyCount { left: left.len(), right: right.len() });
    } else if join.join_type == JoinType::Cross && !left.is_empty() {
        verb.invalid("a cross join pairs every row with every row and takes no keys; use an inner join");
    } else if join.join_type != JoinType::Cross && left.is_empty() && is_known {
        verb.invalid("a join needs at least one key; use a cross join to pair every row with every row");
    }
    let mut pairs = Vec::new();
    for (left, right) in left.into_iter().zip(right) {
        let (Some(left), Some(right)) = (left, right) else { continue };
        match common_key_type(&left.data_type, &right.data_type) {
            Some(common) => pairs.push(KeyPair { left, right, common }),
            None => verb.report(PlanMistake::JoinKeyTypes {
                left_key: left.expr.to_string(),
                left: left.data_type,
                right_key: right.expr.to_string(),
                right: right.data_type,
            }),
        }
    }
    pairs
}

/// The type in which keys of two types are compared: one that holds the values of both exactly. Text is not a number:
/// keys that would only meet as text do not meet.
fn common_key_type(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right {
        return Some(left.clone());
    }
    let common = supertype(left, right)?;
    let meets_as_text = common == DataType::String
        && [left, right].iter().any(|side| !side.is_text() && **side != DataType::Null);
    (is_exact(left, &common) && is_exact(right, &common) && !meets_as_text).then_some(common)
}

/// The columns of the result; reports names that clash.
fn outputs(
    join: &Join,
    left_scope: &Scope,
    right_scope: &Scope,
    pairs: &[KeyPair],
    verb: &mut Verb<'_>,
) -> Vec<JoinColumn> {
    let plain: Vec<(&Name, &Name)> = pairs.iter().filter_map(KeyPair::columns).collect();
    let coalesces = join.join_type == JoinType::Full && join.coalesce;
    let mut columns: Vec<JoinColumn> = Vec::new();
    for name in left_scope.schema().names() {
        let pair = plain.iter().find(|(left, _)| *left == name);
        let source = match pair {
            Some(_) if join.join_type == JoinType::Right => continue,
            Some((_, right)) if coalesces => JoinSide::Coalesced(name.clone(), (*right).clone()),
            _ => JoinSide::Left(name.clone()),
        };
        columns.push(JoinColumn { source, name: name.clone() });
    }
    let drops_right_keys = match join.join_type {
        JoinType::Semi | JoinType::Anti => return columns,
        JoinType::Inner | JoinType::Left => true,
        JoinType::Full => coalesces,
        JoinType::Right | JoinType::Cross => false,
    };
    for name in right_scope.schema().names() {
        if drops_right_keys && plain.iter().any(|(_, right)| *right == name) {
            continue;
        }
        let is_taken = |name: &str| columns.iter().any(|column| column.name == name);
        let mut output_name = name.clone();
        if is_taken(name) {
            output_name.push_str(&join.suffix);
            if is_taken(&output_name) {
                verb.report(PlanMistake::DuplicateName {
                    name: output_name,
                    reason: format!(
                        "the left side has {name} and {name}{} already; use another suffix",
                        join.suffix
                    ),
                });
                continue;
            }
        }
        columns.push(JoinColumn { source: JoinSide::Right(name.clone()), name: output_name });
    }
    columns
}

fn known_column(column: &JoinColumn, left: &Scope, right: &Scope, pairs: &[KeyPair]) -> KnownColumn {
    let data_type = match &column.source {
        JoinSide::Left(name) => left.data_type(name).cloned(),
        JoinSide::Right(name) => right.data_type(name).cloned(),
        JoinSide::Coalesced(name, _) => pairs
            .iter()
            .find(|pair| pair.columns().is_some_and(|(left, _)| left == name))
            .map(|pair| pair.common.clone()),
    };
    (column.name.clone(), data_type)
}

fn build(
    verb: &Verb<'_>,
    join: &Join,
    left: LogicalPlan,
    right: LogicalPlan,
    pairs: &[KeyPair],
    output: Vec<JoinColumn>,
) -> LogicalPlan {
    let coalesced: Vec<&KeyPair> = pairs
        .iter()
        .filter(|pair| {
            pair.columns().is_some_and(|(left, _)| {
                output
                    .iter()
                    .any(|column| matches!(&column.source, JoinSide::Coalesced(name, _) if name == left))
            })
        })
        .collect();
    // Two columns become one only if they are of one type.
    let left = recast(verb, left, coalesced.iter().map(|pair| (pair.left.expr.output_name(), &pair.common)));
    let right =
        recast(verb, right, coalesced.iter().map(|pair| (pair.right.expr.output_name(), &pair.common)));
    let key = |side: &Typed, common: &DataType, input: &LogicalPlan| {
        let expr = side.expr.without_alias().clone();
        let from = typing::data_type(&expr, input.schema());
        typing::cast_to(expr, &from, common)
    };
    let left_keys = pairs.iter().map(|pair| key(&pair.left, &pair.common, &left)).collect();
    let right_keys = pairs.iter().map(|pair| key(&pair.right, &pair.common, &right)).collect();
    verb.node(Node::Join(Join { left, right, left_keys, right_keys, output, ..join.clone() }))
}

/// The input with some columns as other types.
fn recast<'a>(
    verb: &Verb<'_>,
    input: LogicalPlan,
    types: impl Iterator<Item = (Name, &'a DataType)>,
) -> LogicalPlan {
    let types: Vec<(Name, &DataType)> = types.collect();
    let exprs: Vec<Expr> = input
        .schema()
        .fields()
        .iter()
        .map(|field| match types.iter().find(|(name, _)| name == field.name()) {
            Some((name, to)) => {
                typing::cast_to(Expr::Column(name.clone()), field.data_type(), to).named(name)
            }
            None => Expr::Column(field.name().clone()),
        })
        .collect();
    if exprs.iter().all(|expr| matches!(expr, Expr::Column(_))) {
        return input;
    }
    verb.node(Node::Project(Project { input, exprs, keep_input: false }))
}
