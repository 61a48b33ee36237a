//! `list.slice`.

use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{list_and_numbers, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Some items of each list that stand together: from a place, from the end if negative, and so many of them, or all.
#[derive(Debug)]
pub struct Slice;

const EXPECTED: &str = "a list, the place of the first item, and maybe a number of items";

impl ScalarFunction for Slice {
    fn name(&self) -> &str {
        "list.slice"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        list_and_numbers(arguments, EXPECTED)
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.slice", inputs, num_rows, &|lists, rest| {
            list::slice(lists, rest[0], rest.get(1).copied())
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// `length` items from place `offset` on, which counts from the end if negative.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().slice(1, 2).to_string(), "list.slice(tags, 1, 2)");
    /// ```
    pub fn slice(self, offset: impl Into<Expr>, length: impl Into<Expr>) -> Expr {
        self.0.call_with(super::SLICE, [offset.into(), length.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn slices() {
        assert_eq!(show(a().slice(1, 2)), "[2,2] [] - [1]");
        assert_eq!(show(a().slice(-3, 2)), "[2,2] [] - [3]");
        assert_eq!(show(a().slice(-10, 9)), "[1,2,2] [] - [3]");
        assert_eq!(show(a().slice(col("n"), 1)), "[1] [] - [1]");
        assert_eq!(show(a().slice(lit(None::<i64>), 1)), "- - - -");
        assert_eq!(show(a().slice(i64::MIN, i64::MAX)), "[1,2,2] [] - [3]");
        assert_eq!(show(col("a").call_with(super::super::SLICE, [lit(2)])), "[2,-] [] - []");
        let error = show(a().slice(0, -1));
        assert!(error.contains("at row 0: -1; expected a number from 0"), "{error}");
    }
}
