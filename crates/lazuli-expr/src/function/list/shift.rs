//! `list.shift`.

use lazuli_array::DataType;
use lazuli_kernels::{Constant, Datum, KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, is_integer, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The items of each list some places further on, 1 unless said otherwise; null where none comes.
#[derive(Debug)]
pub struct Shift;

const EXPECTED: &str = "a list, and maybe a whole number";

impl ScalarFunction for Shift {
    fn name(&self) -> &str {
        "list.shift"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, n) = match arguments {
            [list] => (list, None),
            [list, n] if is_integer(n) => (list, Some(DataType::Int64)),
            _ => return Err(expected(EXPECTED)),
        };
        let list = list_of(item_type(list).ok_or_else(|| expected(EXPECTED))?);
        Ok(Signature { inputs: std::iter::once(list.clone()).chain(n).collect(), output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let one = Constant::from_scalar(&1i64.into());
        over_lists("list.shift", inputs, num_rows, &|lists, rest| {
            list::shift(lists, rest.first().copied().unwrap_or(Datum::Constant(&one)))
        })
    }
}

impl ListNamespace {
    /// The items of each list `n` places further on, null where none comes; back for a negative `n`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("prices").list().shift(1).to_string(), "list.shift(prices, 1)");
    /// ```
    pub fn shift(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(super::SHIFT, [n.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn shifted() {
        assert_eq!(show(a().shift(1)), "[-,1,2,2] [] - [-,3]");
        assert_eq!(show(a().shift(-1)), "[2,2,-,-] [] - [1,-]");
        assert_eq!(show(a().shift(col("n"))), "[1,2,2,-] [] - [1,-]");
        assert_eq!(show(a().shift(i64::MIN)), "[-,-,-,-] [] - [-,-]");
        assert_eq!(show(a().shift(lit(None::<i64>))), "- - - -");
    }
}
