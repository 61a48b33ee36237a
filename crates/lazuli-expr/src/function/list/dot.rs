//! `list.dot`.

use lazuli_array::DataType;
use lazuli_kernels::{ArithmeticOp, Datum, KernelError, arithmetic};

use super::ListNamespace;
use super::aggregate::of_lists;
use super::arguments::{expected, item_type, list_of, over_all_lists};
use crate::aggregate;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExpr};

/// The sum of the products of two lists of equal length, item by item; pairs with a null are left out. Float64.
#[derive(Debug)]
pub struct Dot;

const EXPECTED: &str = "two lists of numbers";

impl ScalarFunction for Dot {
    fn name(&self) -> &str {
        "list.dot"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let is_numbers = |list: &Argument<'_>| {
            item_type(list).is_some_and(|item| item.is_numeric() || item == DataType::Null)
        };
        if arguments.len() != 2 || !arguments.iter().all(is_numbers) {
            return Err(expected(EXPECTED));
        }
        Ok(Signature { inputs: vec![list_of(DataType::Float64); 2], output: DataType::Float64 })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_all_lists("list.dot", inputs, num_rows, &|lists| {
            let (left, right) = (&lists[0], &lists[1]);
            let is_list = |row: usize, list: &lazuli_kernels::list::Lists| {
                list.validity().is_none_or(|validity| validity.get(row))
            };
            // Rows of which one side is null have no pairs; their items are left out of both sides.
            let both =
                lazuli_array::Bitmap::from_fn(left.len(), |row| is_list(row, left) && is_list(row, right));
            let (left, right) = (left.restricted(&both)?, right.restricted(&both)?);
            for row in 0..left.len() {
                let (count, other) = (left.range(row).len(), right.range(row).len());
                if count != other {
                    return Err(KernelError::InvalidOperand {
                        operation: "list.dot",
                        row,
                        value: lazuli_array::Scalar::Int64(other as i64),
                        expected: "two lists of the same length",
                    });
                }
            }
            let (x, y) = (Datum::Column(left.items()), Datum::Column(right.items()));
            let products = arithmetic(ArithmeticOp::Mul, x, y)?;
            let item = Argument { data_type: &DataType::Float64, literal: None };
            left.masked(of_lists(&*aggregate::SUM, &[item], &[products], &left)?)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// The inner product with another list of as many items.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("x").list().dot("y").to_string(), "list.dot(x, y)");
    /// ```
    pub fn dot(self, other: impl IntoExpr) -> Expr {
        self.0.call_with(super::DOT, [other.into_expr()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};

    #[test]
    fn inner_products() {
        assert_eq!(show(a().dot("a")), "9.0 0.0 - 10.0");
        assert!(show(a().dot("b")).contains("at row 0: 2; expected two lists of the same length"));
        assert!(show(a().dot("n")).contains("takes two lists of numbers"));
    }
}
