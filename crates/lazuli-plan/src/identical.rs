//! Whether expressions and nodes are the same to the last bit.
//!
//! `==` on expressions takes the constants 0.0 and -0.0 for equal, as frames do. To put one expression in the place of
//! another that is not enough: `1.0 / (x * 0.0)` and `1.0 / (x * -0.0)` are not the same.

use std::sync::Arc;

use lazuli_array::Scalar;
use lazuli_expr::{Expr, SortKey};

use crate::{LogicalPlan, Node};

/// Whether two expressions give the same values, to the last bit, over any row.
pub(crate) fn is_identical(left: &Expr, right: &Expr) -> bool {
    // Texts tell the zeros apart; only constants that are equal in value differ in nothing but that.
    left == right && (!has_zero(left) || left.to_string() == right.to_string())
}

fn has_zero(expr: &Expr) -> bool {
    expr.has_part(|part| match part {
        Expr::Literal(literal) => match literal.value {
            Scalar::Float32(value) => value == 0.0,
            Scalar::Float64(value) => value == 0.0,
            Scalar::List(_) | Scalar::Struct(_) => true,
            _ => false,
        },
        _ => false,
    })
}

fn are_identical(left: &[Expr], right: &[Expr]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_identical(left, right))
}

fn are_identical_keys(left: &[SortKey], right: &[SortKey]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            is_identical(&left.expr, &right.expr)
                && left.descending == right.descending
                && left.nulls_first == right.nulls_first
        })
}

/// Whether two resolved plans read the very same inputs and do the same with them.
pub(crate) fn is_same_step(left: &LogicalPlan, right: &LogicalPlan) -> bool {
    let (left_inputs, right_inputs) = (left.inputs(), right.inputs());
    if left_inputs.len() != right_inputs.len()
        || !left_inputs.iter().zip(right_inputs).all(|(left, right)| left.ptr_eq(right))
    {
        return false;
    }
    match (left.node(), right.node()) {
        (Node::Scan(left), Node::Scan(right)) => {
            Arc::ptr_eq(&left.source, &right.source)
                && left.schema == right.schema
                && left.projection == right.projection
                && are_identical(&left.predicates, &right.predicates)
                && left.limit == right.limit
        }
        (Node::Filter(left), Node::Filter(right)) => are_identical(&left.predicates, &right.predicates),
        (Node::Project(left), Node::Project(right)) => {
            left.keep_input == right.keep_input && are_identical(&left.exprs, &right.exprs)
        }
        (Node::Aggregate(left), Node::Aggregate(right)) => {
            are_identical(&left.keys, &right.keys) && are_identical(&left.aggregates, &right.aggregates)
        }
        (Node::Join(left), Node::Join(right)) => {
            left.join_type == right.join_type
                && are_identical(&left.left_keys, &right.left_keys)
                && are_identical(&left.right_keys, &right.right_keys)
                && left.output == right.output
        }
        (Node::AsofJoin(left), Node::AsofJoin(right)) => {
            left.strategy == right.strategy
                && left.tolerance == right.tolerance
                && left.allow_exact_matches == right.allow_exact_matches
                && is_identical(&left.left_on, &right.left_on)
                && is_identical(&left.right_on, &right.right_on)
                && are_identical(&left.left_by, &right.left_by)
                && are_identical(&left.right_by, &right.right_by)
                && left.output == right.output
        }
        (Node::JoinWhere(left), Node::JoinWhere(right)) => {
            are_identical(&left.predicates, &right.predicates) && left.output == right.output
        }
        (Node::Sort(left), Node::Sort(right)) => {
            are_identical_keys(&left.keys, &right.keys) && left.limit == right.limit
        }
        (Node::Slice(left), Node::Slice(right)) => left.offset == right.offset && left.length == right.length,
        (Node::Distinct(left), Node::Distinct(right)) => {
            left.keep == right.keep
                && match (&left.subset, &right.subset) {
                    (Some(left), Some(right)) => are_identical(left, right),
                    (None, None) => true,
                    (Some(_), None) | (None, Some(_)) => false,
                }
        }
        (Node::RowIndex(left), Node::RowIndex(right)) => {
            left.name == right.name && left.offset == right.offset
        }
        (Node::Window(left), Node::Window(right)) => are_identical(&left.windows, &right.windows),
        (Node::Union(left), Node::Union(right)) => left.mode == right.mode,
        (Node::HorizontalConcat(_), Node::HorizontalConcat(_)) => true,
        // Texts of their scalars may hide a difference; such plans are rarely written twice.
        (Node::Pivot(_), Node::Pivot(_)) => false,
        (Node::Unpivot(left), Node::Unpivot(right)) => {
            left.on == right.on
                && left.index == right.index
                && left.variable_name == right.variable_name
                && left.value_name == right.value_name
                && left.value_type == right.value_type
        }
        (Node::Explode(left), Node::Explode(right)) => {
            left.columns == right.columns && left.drop_empty == right.drop_empty
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use lazuli_expr::{col, lit};

    use super::*;

    #[test]
    fn zeros_are_told_apart() {
        assert!(is_identical(&(col("x") * 0.0), &(col("x") * 0.0)));
        assert!(!is_identical(&(col("x") * 0.0), &(col("x") * -0.0)));
        assert!(is_identical(&(col("x") * f64::NAN), &(col("x") * f64::NAN)));
        assert!(!is_identical(&lit(1i64), &lit(1)));
    }
}
