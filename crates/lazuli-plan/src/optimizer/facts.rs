//! What rules ask about resolved expressions.

use lazuli_array::{DataType, Scalar, Schema};
use lazuli_expr::function::Argument;
use lazuli_expr::{CastMode, Expr, Literal, UnaryOperator, typing};

use crate::lossless::is_infallible;

/// Whether equal rows always give equal values: false for random numbers and clocks.
pub(crate) fn is_deterministic(expr: &Expr) -> bool {
    !expr.has_part(|part| matches!(part, Expr::Function { function, .. } if !function.is_deterministic()))
}

/// Whether a value costs nothing to compute: a column or a constant.
pub(super) fn is_trivial(expr: &Expr) -> bool {
    matches!(expr.without_alias(), Expr::Column(_) | Expr::Literal(_))
}

/// How much work an expression is: the number of its operators; functions count three.
pub(super) fn weight(expr: &Expr) -> usize {
    let own = match expr {
        Expr::Column(_) | Expr::Literal(_) | Expr::Selector(_) | Expr::Alias { .. } => 0,
        Expr::Binary { .. } | Expr::Unary { .. } | Expr::Cast { .. } | Expr::Conditional { .. } => 1,
        Expr::Over { .. } => 0,
        Expr::Function { .. } | Expr::Aggregate { .. } | Expr::WindowFunction { .. } => 3,
    };
    own + expr.children().into_iter().map(weight).sum::<usize>()
}

/// Whether evaluating the expression over some row may be an error. As [`Expr::is_fallible`], but knows the types: float
/// arithmetic and casts such as `Int32` to `Int64` never fail.
pub(crate) fn can_fail(expr: &Expr, schema: &Schema) -> bool {
    if !expr.is_fallible() {
        return false;
    }
    let own = match expr {
        Expr::Binary { operator, .. } if operator.is_arithmetic() => !matches!(
            typing::data_type(expr, schema),
            DataType::Float32 | DataType::Float64 | DataType::String
        ),
        Expr::Unary { operator: UnaryOperator::Negate, .. } => !typing::data_type(expr, schema).is_float(),
        Expr::Cast { input, to, mode: CastMode::Strict } => {
            !is_infallible(&typing::data_type(input, schema), to)
        }
        Expr::Function { function, inputs } => {
            let types: Vec<DataType> = inputs.iter().map(|input| typing::data_type(input, schema)).collect();
            let arguments: Vec<Argument<'_>> = inputs
                .iter()
                .zip(&types)
                .map(|(input, data_type)| Argument {
                    data_type,
                    literal: if let Expr::Literal(literal) = input { Some(literal) } else { None },
                })
                .collect();
            function.is_fallible_for(&arguments)
        }
        Expr::Aggregate { .. } | Expr::WindowFunction { .. } | Expr::Over { .. } => true,
        Expr::Binary { .. }
        | Expr::Unary { .. }
        | Expr::Cast { .. }
        | Expr::Column(_)
        | Expr::Literal(_)
        | Expr::Selector(_)
        | Expr::Alias { .. }
        | Expr::Conditional { .. } => false,
    };
    own || expr.children().into_iter().any(|child| can_fail(child, schema))
}

/// Whether values that count as equal (0.0 and -0.0 are the only ones that differ) give equal results, so that one row of
/// a group can stand for all.
pub(super) fn respects_equality(expr: &Expr, schema: &Schema) -> bool {
    let is_plain = |side: &Expr| matches!(side, Expr::Column(_));
    match expr {
        Expr::Column(name) => schema.get(name).is_none_or(|field| !holds_floats(field.data_type())),
        Expr::Binary { left, operator, right } if operator.is_comparison() => {
            [left, right].into_iter().all(|side| is_plain(side) || respects_equality(side, schema))
        }
        Expr::Function { function, inputs }
            if ["is_null", "is_not_null", "is_nan", "is_in"].contains(&function.name()) =>
        {
            inputs.iter().all(|side| is_plain(side) || respects_equality(side, schema))
        }
        other => other.children().into_iter().all(|child| respects_equality(child, schema)),
    }
}

/// Whether equal values of a type may differ: floats, 0.0 from -0.0, and what is made of them.
pub(super) fn holds_floats(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(item) => holds_floats(item),
        DataType::Struct(fields) => fields.iter().any(|field| holds_floats(field.data_type())),
        other => other.is_float(),
    }
}

/// The boolean constant that an expression is; `Some(None)` for null.
pub(super) fn as_boolean(expr: &Expr) -> Option<Option<bool>> {
    match expr.without_alias() {
        Expr::Literal(Literal { value: Scalar::Boolean(value), .. }) => Some(Some(*value)),
        Expr::Literal(Literal { value: Scalar::Null, .. }) => Some(None),
        _ => None,
    }
}
