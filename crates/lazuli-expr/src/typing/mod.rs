//! Types of expressions, and the casts that make operands fit.
//!
//! [`resolve`] checks an expression against a schema and writes every conversion into it as a `Cast`, so that what
//! runs later meets exactly the types it was promised and never converts on its own. Constants are converted here,
//! once.

mod expand; // selectors to columns
mod literal; // constants that give way
mod nearest; // the valid name most like a wrong one
mod operands; // types of operators
mod resolve; // the walk

use lazuli_array::{DataType, Schema};

pub use expand::expand;
pub(crate) use expand::is_of_all_fields;
pub(crate) use literal::kernel_mode;
pub use nearest::nearest_name;
pub(crate) use operands::arithmetic_op;
pub use resolve::{Context, Typed, resolve};

use crate::function::Argument;
use crate::{BinaryOperator, Expr, Literal};

/// `expr` of type `from` as type `to`; the same expression if it has that type already. Constants are converted now
/// when they can be.
pub fn cast_to(expr: Expr, from: &DataType, to: &DataType) -> Expr {
    if from == to {
        return expr;
    }
    match &expr {
        Expr::Literal(literal) => match literal::converted(literal, to) {
            Some(converted) => Expr::Literal(converted),
            None => expr.cast(to.clone()),
        },
        Expr::Alias { input, name } => cast_to((**input).clone(), from, to).alias(name.clone()),
        _ => expr.cast(to.clone()),
    }
}

/// The type that a constant takes beside values of `other`: its own, unless it gives way.
pub(crate) fn adapted_type(constant: &Argument<'_>, other: &DataType) -> DataType {
    match constant.literal.map(|literal| literal::adapted(literal, other)) {
        Some(literal::Adapted::To(literal)) => literal.data_type,
        _ => constant.data_type.clone(),
    }
}

/// The type of a resolved expression. Panics for one that was not resolved against a schema like this.
pub fn data_type(expr: &Expr, schema: &Schema) -> DataType {
    // The walk over a resolved expression adds no casts, so its type is the answer. A cheaper walk would be a second
    // place that knows every type rule.
    match resolve(expr, schema, Context::Windows) {
        Ok(typed) => typed.data_type,
        Err(errors) => panic!("not resolved against {schema}: {expr}: {errors:?}"),
    }
}

/// The type that a constant takes beside values of type `other`; its own if it does not give way.
pub(crate) fn beside(literal: &Literal, other: &DataType) -> DataType {
    match literal::adapted(literal, other) {
        literal::Adapted::To(literal) => literal.data_type,
        literal::Adapted::Unchanged | literal::Adapted::Unreadable => literal.data_type.clone(),
    }
}

/// What the sides of an operator are cast to if both have this type, and the type of its result.
pub(crate) fn operator_of(operator: BinaryOperator, side: &DataType) -> Option<(DataType, DataType)> {
    operands::operands(operator, side, side).map(|operands| (operands.left, operands.output))
}

/// The type of an operator's result over sides that have been cast already.
pub(crate) fn operator_output(
    operator: BinaryOperator,
    left: &DataType,
    right: &DataType,
) -> Option<DataType> {
    operands::operands(operator, left, right).map(|operands| operands.output)
}
