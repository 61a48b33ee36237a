//! Values of expressions that read no columns.

use std::sync::Arc;

use lazuli_array::{Batch, DataType, Scalar, Schema};
use lazuli_expr::evaluate::Evaluator;
use lazuli_expr::{Expr, Literal, typing};

/// The value of a resolved expression without columns and aggregates; `None` if it has none, as in `cast('x' as Int64)`,
/// or may have another one next time.
pub(crate) fn evaluate(expr: &Expr) -> Option<Literal> {
    let is_constant = !expr.has_part(|part| match part {
        Expr::Column(_)
        | Expr::Aggregate { .. }
        | Expr::WindowFunction { .. }
        | Expr::Over { .. }
        | Expr::Selector(_) => true,
        Expr::Function { function, .. } => !function.is_deterministic(),
        _ => false,
    });
    if !is_constant {
        return None;
    }
    let schema = Arc::new(Schema::empty());
    let one_row = Batch::new(schema.clone(), Vec::new(), 1);
    let value = Evaluator::new(expr, &schema).evaluate(&one_row).ok()?;
    let data_type = value.data_type().clone();
    Some(Literal { value: value.into_column(1).get(0), data_type, flexible: false })
}

/// A value as another type; `None` if it does not fit.
pub(crate) fn convert(value: &Scalar, to: &DataType) -> Option<Scalar> {
    if value.is_null() {
        return Some(Scalar::Null);
    }
    let literal = Literal::typed(value.clone());
    let cast = typing::cast_to(Expr::Literal(literal.clone()), &literal.data_type, to);
    let typed = typing::resolve(&cast, &Schema::empty(), typing::Context::RowByRow("a constant")).ok()?;
    evaluate(&typed.expr).map(|literal| literal.value)
}
