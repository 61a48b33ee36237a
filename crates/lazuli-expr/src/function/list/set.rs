//! `list.set_union`, `list.set_intersection`, `list.set_difference`, `list.set_symmetric_difference`.

use lazuli_kernels::KernelError;
use lazuli_kernels::list::{SetOperation, set_operation};

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_all_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExpr, supertype};

/// Two lists as sets: null is an item like any other, NaN equals NaN; null where one list is null. Items come in the order
/// of the left list, then of the right.
#[derive(Debug)]
pub struct Set {
    name: &'static str,
    operation: SetOperation,
}

pub(super) static UNION: Set = Set { name: "list.set_union", operation: SetOperation::Union };
pub(super) static INTERSECTION: Set =
    Set { name: "list.set_intersection", operation: SetOperation::Intersection };
pub(super) static DIFFERENCE: Set = Set { name: "list.set_difference", operation: SetOperation::Difference };
pub(super) static SYMMETRIC_DIFFERENCE: Set =
    Set { name: "list.set_symmetric_difference", operation: SetOperation::SymmetricDifference };

const EXPECTED: &str = "two lists of one type, or of types that one type holds";

impl ScalarFunction for Set {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [left, right] = arguments else { return Err(expected(EXPECTED)) };
        let items = item_type(left).zip(item_type(right));
        let item = items.and_then(|(left, right)| supertype(&left, &right));
        let list = list_of(item.ok_or_else(|| expected(EXPECTED))?);
        Ok(Signature { inputs: vec![list.clone(); 2], output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_all_lists(self.name, inputs, num_rows, &|lists| {
            set_operation(self.operation, &lists[0], &lists[1])
        })
    }
}

impl ListNamespace {
    /// The distinct items of this list and the other.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").list().set_union("b").to_string(), "list.set_union(a, b)");
    /// ```
    pub fn set_union(self, other: impl IntoExpr) -> Expr {
        self.0.call_with(super::SET_UNION, [other.into_expr()])
    }

    /// The distinct items of this list that are in the other too.
    pub fn set_intersection(self, other: impl IntoExpr) -> Expr {
        self.0.call_with(super::SET_INTERSECTION, [other.into_expr()])
    }

    /// The distinct items of this list that are not in the other.
    pub fn set_difference(self, other: impl IntoExpr) -> Expr {
        self.0.call_with(super::SET_DIFFERENCE, [other.into_expr()])
    }

    /// The distinct items that are in one of the two lists only.
    pub fn set_symmetric_difference(self, other: impl IntoExpr) -> Expr {
        self.0.call_with(super::SET_SYMMETRIC_DIFFERENCE, [other.into_expr()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};

    #[test]
    fn lists_as_sets() {
        assert_eq!(show(a().set_union("b")), "[1,2,-,5] [1] - [3,1,4]");
        assert_eq!(show(a().set_intersection("b")), "[2] [] - [3,1]");
        assert_eq!(show(a().set_difference("b")), "[1,-] [] - []");
        assert_eq!(show(a().set_symmetric_difference("b")), "[1,-,5] [1] - [4]");
        assert!(show(a().set_union("s")).contains("list.set_union takes two lists of one type"));
    }
}
