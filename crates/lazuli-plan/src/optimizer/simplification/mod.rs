//! Simplification: the same value for less work.
//!
//! ```text
//! Filter [(a > 1 and true) and not(b != 2)]   =>   Filter [a > 1, b == 2]
//! Filter [true]                               =>   (nothing)
//! Filter [false]                              =>   Limit 0
//! ```
//!
//! Valid, rule by rule, for every row with null and NaN in mind:
//! * Kleene logic: `x and true`, `x or false` are `x`; `x and false` is false and `x or true` is true even if `x` is
//!   null; `not not x` is `x`; De Morgan holds.
//! * Comparisons have an order in which NaN is a value, so `not (a < b)` is `a >= b`; both are null together.
//! * Arithmetic and comparisons with null are null, but not the comparisons that take null as a value, nor `and`, `or`.
//! * `x + 0`, `x * 1` and the like are `x` for integers; not for floats, where -0.0 + 0.0 is 0.0.
//! * A cast of a cast is one cast if all three types are integers and the first cast loses nothing. Not across kinds:
//!   the text of 1 as a float is `1.0`.
//! * Branches whose condition is constant are taken or left out. Later predicates that repeat an earlier one go.
//!
//! What goes may take an error with it that would have been met; nothing new is evaluated.

#[cfg(test)]
mod tests;

use lazuli_array::{DataType, Scalar, Schema};
use lazuli_expr::{BinaryOperator, CastMode, Expr, Literal, UnaryOperator, function, typing};

use super::expressions::map_expressions;
use super::facts::{as_boolean, is_deterministic};
use super::{Rule, RuleId};
use crate::identical::is_identical;
use crate::lossless::is_lossless;
use crate::{Filter, LogicalPlan, Node, Scan, Slice};

pub(super) struct Simplification;

impl Rule for Simplification {
    fn id(&self) -> RuleId {
        RuleId::Simplification
    }

    fn apply(&self, plan: &LogicalPlan) -> LogicalPlan {
        plan.rewrite(&mut |plan| {
            let simpler = map_expressions(plan, &simplified);
            let plan = simpler.as_ref().unwrap_or(plan);
            simpler_filter(plan).or_else(|| simpler.clone())
        })
    }
}

/// The filter without predicates that are true, its conjunctions split, or a limit of 0 if nothing can pass.
fn simpler_filter(plan: &LogicalPlan) -> Option<LogicalPlan> {
    match plan.node() {
        Node::Filter(filter) => match simpler_predicates(&filter.predicates) {
            None => {
                let nothing = Slice { input: filter.input.clone(), offset: 0, length: Some(0) };
                Some(plan.with_node(Node::Slice(nothing)))
            }
            Some(predicates) if predicates.is_empty() => Some(filter.input.clone()),
            Some(predicates) if predicates == filter.predicates => None,
            Some(predicates) => Some(plan.with_node(Node::Filter(Filter { predicates, ..filter.clone() }))),
        },
        Node::Scan(scan) => match simpler_predicates(&scan.predicates) {
            Some(predicates) if predicates != scan.predicates => {
                Some(plan.with_node(Node::Scan(Scan { predicates, ..scan.clone() })))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The predicates that still have to be asked, or `None` if no row can pass them.
fn simpler_predicates(predicates: &[Expr]) -> Option<Vec<Expr>> {
    let mut kept: Vec<Expr> = Vec::new();
    for predicate in predicates.iter().flat_map(Expr::conjuncts) {
        match as_boolean(&predicate) {
            Some(Some(true)) => {}
            Some(None | Some(false)) => return None,
            None if kept.iter().any(|kept| is_identical(kept, &predicate))
                && is_deterministic(&predicate) => {}
            None => kept.push(predicate),
        }
    }
    Some(kept)
}

fn simplified(expr: &Expr, schema: &Schema) -> Expr {
    expr.rewrite(&mut |mut part| {
        while let Some(simpler) = simpler(&part, schema) {
            part = simpler;
        }
        part
    })
}

/// A simpler expression of the same value, if there is one; the parts are simple already.
fn simpler(expr: &Expr, schema: &Schema) -> Option<Expr> {
    match expr {
        Expr::Unary { operator: UnaryOperator::Not, input } => simpler_not(input),
        Expr::Binary { left, operator: operator @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            simpler_logic(left, *operator, right)
        }
        Expr::Binary { left, operator, right } => simpler_operator(expr, left, *operator, right, schema),
        Expr::Cast { input, to, mode } => simpler_cast(input, to, *mode, schema),
        Expr::Conditional { branches, otherwise } => {
            simpler_conditional(expr, branches, otherwise.as_deref(), schema)
        }
        _ => None,
    }
}

fn simpler_not(input: &Expr) -> Option<Expr> {
    match input {
        Expr::Unary { operator: UnaryOperator::Not, input } => Some((**input).clone()),
        Expr::Binary { left, operator, right } => {
            use BinaryOperator::{
                And, Equal, EqualMissing, Greater, GreaterEqual, Less, LessEqual, NotEqual, NotEqualMissing,
                Or,
            };
            let opposite = match operator {
                Equal => NotEqual,
                NotEqual => Equal,
                Less => GreaterEqual,
                GreaterEqual => Less,
                Greater => LessEqual,
                LessEqual => Greater,
                EqualMissing => NotEqualMissing,
                NotEqualMissing => EqualMissing,
                Or => return Some((!(**left).clone()).and(!(**right).clone())),
                And => return Some((!(**left).clone()).or(!(**right).clone())),
                _ => return None,
            };
            Some(Expr::Binary { left: left.clone(), operator: opposite, right: right.clone() })
        }
        Expr::Function { function, inputs } => {
            let opposite = match function.name() {
                "is_null" => function::IS_NOT_NULL,
                "is_not_null" => function::IS_NULL,
                _ => return None,
            };
            Some(Expr::Function { function: opposite, inputs: inputs.clone() })
        }
        _ => None,
    }
}

fn simpler_logic(left: &Expr, operator: BinaryOperator, right: &Expr) -> Option<Expr> {
    // The constant that decides alone, and the one that changes nothing.
    let decides = operator == BinaryOperator::Or;
    for (constant, other) in [(left, right), (right, left)] {
        match as_boolean(constant) {
            Some(Some(value)) if value == decides => return Some(constant.without_alias().clone()),
            Some(Some(_)) => return Some(other.clone()),
            _ => {}
        }
    }
    (is_identical(left, right) && is_deterministic(left)).then(|| left.clone())
}

fn simpler_operator(
    expr: &Expr,
    left: &Expr,
    operator: BinaryOperator,
    right: &Expr,
    schema: &Schema,
) -> Option<Expr> {
    let is_null = |side: &Expr| matches!(side, Expr::Literal(Literal { value: Scalar::Null, .. }));
    let takes_null = matches!(operator, BinaryOperator::EqualMissing | BinaryOperator::NotEqualMissing);
    if !takes_null && (is_null(left) || is_null(right)) {
        return Some(null_of(typing::data_type(expr, schema)));
    }
    if !operator.is_arithmetic() {
        return None;
    }
    let (kept, constant, is_right) = match (left, right) {
        (other, Expr::Literal(literal)) => (other, literal, true),
        (Expr::Literal(literal), other) => (other, literal, false),
        _ => return None,
    };
    let unit = match operator {
        BinaryOperator::Add => 0,
        BinaryOperator::Subtract if is_right => 0,
        BinaryOperator::Multiply => 1,
        BinaryOperator::FloorDivide if is_right => 1,
        _ => return None,
    };
    let is_unit = constant.data_type.is_integer() && as_integer(&constant.value) == Some(unit);
    (is_unit && typing::data_type(kept, schema) == typing::data_type(expr, schema)).then(|| kept.clone())
}

fn as_integer(value: &Scalar) -> Option<i128> {
    Some(match value {
        Scalar::Int8(value) => i128::from(*value),
        Scalar::Int16(value) => i128::from(*value),
        Scalar::Int32(value) => i128::from(*value),
        Scalar::Int64(value) => i128::from(*value),
        Scalar::UInt8(value) => i128::from(*value),
        Scalar::UInt16(value) => i128::from(*value),
        Scalar::UInt32(value) => i128::from(*value),
        Scalar::UInt64(value) => i128::from(*value),
        _ => return None,
    })
}

fn simpler_cast(input: &Expr, to: &DataType, mode: CastMode, schema: &Schema) -> Option<Expr> {
    let from = typing::data_type(input, schema);
    if from == *to {
        return Some(input.clone());
    }
    // The inner cast can't fail if it loses nothing, so its mode says nothing.
    let Expr::Cast { input: inner, to: middle, mode: _ } = input else { return None };
    let first = typing::data_type(inner, schema);
    let is_integers = first.is_integer() && middle.is_integer() && to.is_integer();
    if !is_integers || !is_lossless(&first, middle) {
        return None;
    }
    if first == *to {
        return Some((**inner).clone());
    }
    Some(Expr::Cast { input: inner.clone(), to: to.clone(), mode })
}

fn simpler_conditional(
    expr: &Expr,
    branches: &[(Expr, Expr)],
    otherwise: Option<&Expr>,
    schema: &Schema,
) -> Option<Expr> {
    if !branches.iter().any(|(condition, _)| as_boolean(condition).is_some()) {
        return None;
    }
    let mut kept = Vec::new();
    let mut last = otherwise.cloned();
    for (condition, value) in branches {
        match as_boolean(condition) {
            Some(Some(true)) => {
                last = Some(value.clone());
                break;
            }
            Some(None | Some(false)) => {}
            None => kept.push((condition.clone(), value.clone())),
        }
    }
    Some(match (kept.is_empty(), last) {
        (true, Some(value)) => value,
        (true, None) => null_of(typing::data_type(expr, schema)),
        (false, last) => Expr::Conditional { branches: kept, otherwise: last.map(Into::into) },
    })
}

fn null_of(data_type: DataType) -> Expr {
    Expr::Literal(Literal { value: Scalar::Null, data_type, flexible: false })
}
