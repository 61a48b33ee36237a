//! `list.gather_every`.

use lazuli_kernels::{Constant, Datum, KernelError, list};

use super::ListNamespace;
use super::arguments::{list_and_numbers, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Every `n`-th item of each list, beginning with the place that the third argument says, or with the first.
#[derive(Debug)]
pub struct GatherEvery;

const EXPECTED: &str = "a list, a whole number from 1, and maybe the place of the first item";

impl ScalarFunction for GatherEvery {
    fn name(&self) -> &str {
        "list.gather_every"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        list_and_numbers(arguments, EXPECTED)
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let zero = Constant::from_scalar(&0i64.into());
        over_lists("list.gather_every", inputs, num_rows, &|lists, rest| {
            list::gather_every(lists, rest[0], rest.get(1).copied().unwrap_or(Datum::Constant(&zero)))
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// Every `n`-th item of each list from place `offset` on.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().gather_every(2, 1).to_string(), "list.gather_every(tags, 2, 1)");
    /// ```
    pub fn gather_every(self, n: impl Into<Expr>, offset: impl Into<Expr>) -> Expr {
        self.0.call_with(super::GATHER_EVERY, [n.into(), offset.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};

    #[test]
    fn every_second() {
        assert_eq!(show(a().gather_every(2, 0)), "[1,2] [] - [3]");
        assert_eq!(show(a().gather_every(2, 1)), "[2,-] [] - [1]");
        assert_eq!(show(a().gather_every(i64::MAX, i64::MAX)), "[] [] - []");
        assert!(show(a().gather_every(0, 0)).contains("at row 0: 0; expected a number from"));
        assert!(show(a().gather_every(1, -1)).contains("at row 0: -1; expected a number from 0"));
    }
}
