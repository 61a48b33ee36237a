//! `list.head` and `list.tail`.

use lazuli_array::{Column, DataType};
use lazuli_kernels::{Datum, KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, is_integer, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The first or last items of each list: 5, or as many as the second argument says; all but so many for a negative number.
#[derive(Debug)]
pub struct Ends {
    name: &'static str,
    kernel: fn(&list::Lists, Datum<'_>) -> Result<Column, KernelError>,
}

pub(super) static HEAD: Ends = Ends { name: "list.head", kernel: list::head };
pub(super) static TAIL: Ends = Ends { name: "list.tail", kernel: list::tail };

/// How many items there are unless the call says it.
const DEFAULT: i64 = 5;

impl ScalarFunction for Ends {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, n) = match arguments {
            [list] => (list, None),
            [list, n] if is_integer(n) => (list, Some(DataType::Int64)),
            _ => return Err(expected("a list and a whole number")),
        };
        let list = list_of(item_type(list).ok_or_else(|| expected("a list and a whole number"))?);
        Ok(Signature { inputs: std::iter::once(list.clone()).chain(n).collect(), output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let default = lazuli_kernels::Constant::from_scalar(&DEFAULT.into());
        over_lists(self.name, inputs, num_rows, &|lists, rest| {
            (self.kernel)(lists, rest.first().copied().unwrap_or(Datum::Constant(&default)))
        })
    }
}

impl ListNamespace {
    /// The first `n` items of each list; all but the last for a negative `n`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().head(2).to_string(), "list.head(tags, 2)");
    /// ```
    pub fn head(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(super::HEAD, [n.into()])
    }

    /// The last `n` items of each list; all but the first for a negative `n`.
    pub fn tail(self, n: impl Into<Expr>) -> Expr {
        self.0.call_with(super::TAIL, [n.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::col;

    #[test]
    fn ends_of_lists() {
        assert_eq!(show(a().head(2)), "[1,2] [] - [3,1]");
        assert_eq!(show(a().tail(1)), "[-] [] - [1]");
        assert_eq!(show(a().head(-1)), "[1,2,2] [] - [3]");
        assert_eq!(show(a().tail(-1)), "[2,2,-] [] - [1]");
        assert_eq!(show(a().head(col("n"))), "[] [] - [3]");
        assert_eq!(show(a().head(i64::MIN)), "[] [] - []");
        assert_eq!(show(a().tail(i64::MIN)), "[] [] - []");
        assert_eq!(show(col("a").call(super::super::TAIL)), "[1,2,2,-] [] - [3,1]");
        assert!(show(a().head("x")).contains("list.head takes a list and a whole number"));
    }
}
