//! Inputs put one after the other, or side by side.
//!
//! One after the other: every input gets a projection that brings it to the common columns, so that what runs later
//! only passes rows on. The relaxed forms widen as arithmetic does (`Int64` beside `Float64` becomes `Float64`), and to
//! text beside text.

use lazuli_array::{DataType, Name, Scalar};
use lazuli_expr::{Expr, Literal, supertype, typing};

use super::scope::{KnownColumn, Scope};
use super::{Resolved, Verb};
use crate::lossless::is_exact;
use crate::{HorizontalConcat, LogicalPlan, Node, PlanMistake, Project, Union, UnionMode};

pub(super) fn resolve_union(union: &Union, inputs: Vec<Resolved>, verb: &mut Verb<'_>) -> Resolved {
    if inputs.is_empty() {
        verb.invalid("concat needs at least one input");
        return Resolved::Broken(Scope::anything());
    }
    let scopes: Vec<Scope> = inputs.iter().map(Resolved::scope).collect();
    let columns = match union.mode {
        UnionMode::Vertical => vertical(&scopes, false, verb),
        UnionMode::VerticalRelaxed => vertical(&scopes, true, verb),
        UnionMode::Diagonal => diagonal(&scopes, false, verb),
        UnionMode::DiagonalRelaxed => diagonal(&scopes, true, verb),
    };
    let known = Scope::of(columns.clone(), scopes.iter().any(Scope::is_open));
    let plans: Option<Vec<LogicalPlan>> = inputs.into_iter().map(Resolved::plan).collect();
    match plans {
        Some(plans) if verb.is_clean => {
            let mut inputs: Vec<LogicalPlan> =
                plans.into_iter().map(|plan| aligned(verb, plan, &columns)).collect();
            if inputs.len() == 1 {
                return Resolved::Plan(inputs.remove(0));
            }
            verb.plan_of(Node::Union(Union { inputs, mode: UnionMode::Vertical }))
        }
        _ => Resolved::Broken(known),
    }
}

/// The common columns of inputs that have the same names in the same order.
fn vertical(scopes: &[Scope], is_relaxed: bool, verb: &mut Verb<'_>) -> Vec<KnownColumn> {
    let mut columns: Vec<KnownColumn> = scopes[0].columns().collect();
    for (input, scope) in scopes.iter().enumerate().skip(1) {
        if scopes[0].is_open() || scope.is_open() {
            continue;
        }
        if let Some(reason) = name_difference(&columns, scope) {
            verb.report(PlanMistake::ConcatMismatch { input, reason });
            continue;
        }
        for ((name, known), (_, other)) in columns.iter_mut().zip(scope.columns()) {
            merge_type(name, known, other, input, is_relaxed, verb);
        }
    }
    columns
}

/// The common columns of inputs that are matched by name, in order of first appearance.
fn diagonal(scopes: &[Scope], is_relaxed: bool, verb: &mut Verb<'_>) -> Vec<KnownColumn> {
    let mut columns: Vec<KnownColumn> = Vec::new();
    for (input, scope) in scopes.iter().enumerate() {
        for (name, other) in scope.columns() {
            match columns.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => merge_type(&name, known, other, input, is_relaxed, verb),
                None => columns.push((name, other)),
            }
        }
    }
    columns
}

/// How the names of an input differ from those of the first.
fn name_difference(columns: &[KnownColumn], scope: &Scope) -> Option<String> {
    let first: Vec<&Name> = columns.iter().map(|(name, _)| name).collect();
    let names: Vec<&Name> = scope.schema().names().collect();
    if let Some(missing) = first.iter().find(|name| !names.contains(*name)) {
        return Some(format!("column {missing} is missing; a diagonal concat fills it with nulls"));
    }
    if let Some(extra) = names.iter().find(|name| !first.contains(*name)) {
        return Some(format!(
            "column {extra} is not in input 0; a diagonal concat fills it with nulls there"
        ));
    }
    let position = first.iter().zip(&names).position(|(left, right)| left != right)?;
    Some(format!(
        "column {} stands where input 0 has {}; select the same order",
        names[position], first[position]
    ))
}

/// Widens a column's type to hold that of another input.
fn merge_type(
    name: &Name,
    known: &mut Option<DataType>,
    other: Option<DataType>,
    input: usize,
    is_relaxed: bool,
    verb: &mut Verb<'_>,
) {
    let (Some(left), Some(right)) = (&*known, &other) else {
        *known = None;
        return;
    };
    if left == right {
        return;
    }
    let advice = if is_relaxed {
        match supertype(left, right).or_else(|| common_type(left, right)) {
            Some(common) => return *known = Some(common),
            None => "no type holds both; cast one",
        }
    } else {
        "cast one, or use the relaxed form"
    };
    let reason = format!("column {name} is {right} here and {left} before; {advice}");
    verb.report(PlanMistake::ConcatMismatch { input, reason });
}

/// The type that holds both without loss; text if one of them is text.
pub(super) fn common_type(left: &DataType, right: &DataType) -> Option<DataType> {
    if let Some(common) = supertype(left, right)
        && is_exact(left, &common)
        && is_exact(right, &common)
    {
        return Some(common);
    }
    let other = match (left.is_text(), right.is_text()) {
        (true, true) => return Some(DataType::String),
        (true, false) => right,
        (false, true) => left,
        (false, false) => return None,
    };
    is_exact(other, &DataType::String).then_some(DataType::String)
}

/// The input brought to these columns.
fn aligned(verb: &Verb<'_>, input: LogicalPlan, columns: &[KnownColumn]) -> LogicalPlan {
    let schema = input.schema().clone();
    let is_same = schema.len() == columns.len()
        && schema.fields().iter().zip(columns).all(|(field, (name, data_type))| {
            field.name() == name && Some(field.data_type()) == data_type.as_ref()
        });
    if is_same {
        return input;
    }
    let exprs = columns
        .iter()
        .map(|(name, data_type)| {
            let to = data_type.as_ref().expect("a concat without mistakes knows its types");
            match schema.get(name) {
                Some(field) => typing::cast_to(Expr::Column(name.clone()), field.data_type(), to).named(name),
                None => null_of(to).alias(name.clone()),
            }
        })
        .collect();
    verb.node(Node::Project(Project { input, exprs, keep_input: false }))
}

fn null_of(data_type: &DataType) -> Expr {
    Expr::Literal(Literal { value: Scalar::Null, data_type: data_type.clone(), flexible: false })
}

pub(super) fn resolve_horizontal(inputs: Vec<Resolved>, verb: &mut Verb<'_>) -> Resolved {
    if inputs.is_empty() {
        verb.invalid("concat needs at least one input");
        return Resolved::Broken(Scope::anything());
    }
    let mut columns: Vec<KnownColumn> = Vec::new();
    let mut is_open = false;
    for (index, input) in inputs.iter().enumerate() {
        let scope = input.scope();
        is_open |= scope.is_open();
        for (name, data_type) in scope.columns() {
            if columns.iter().any(|(other, _)| *other == name) {
                let reason = format!("input {index} of concat has it, and one before it; rename one");
                verb.report(PlanMistake::DuplicateName { name, reason });
            } else {
                columns.push((name, data_type));
            }
        }
    }
    let plans: Option<Vec<LogicalPlan>> = inputs.into_iter().map(Resolved::plan).collect();
    match plans {
        Some(mut inputs) if verb.is_clean => {
            if inputs.len() == 1 {
                return Resolved::Plan(inputs.remove(0));
            }
            verb.plan_of(Node::HorizontalConcat(HorizontalConcat { inputs }))
        }
        _ => Resolved::Broken(Scope::of(columns, is_open)),
    }
}
