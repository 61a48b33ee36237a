//! `list.unique`, `list.reverse`, `list.drop_nulls`.

use lazuli_array::Column;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The items of each list in another order, or fewer of them.
#[derive(Debug)]
pub struct Rearrange {
    name: &'static str,
    kernel: fn(&list::Lists) -> Result<Column, KernelError>,
}

pub(super) static UNIQUE: Rearrange = Rearrange { name: "list.unique", kernel: list::unique };
pub(super) static REVERSE: Rearrange = Rearrange { name: "list.reverse", kernel: list::reverse };
pub(super) static DROP_NULLS: Rearrange = Rearrange { name: "list.drop_nulls", kernel: list::drop_nulls };

impl ScalarFunction for Rearrange {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [list] = arguments else { return Err(expected("a list")) };
        let list = list_of(item_type(list).ok_or_else(|| expected("a list"))?);
        Ok(Signature { inputs: vec![list.clone()], output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists(self.name, inputs, num_rows, &|lists, _| (self.kernel)(lists))
    }
}

impl ListNamespace {
    /// The distinct items of each list, in the order of their first appearance; null is one of them.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().unique().to_string(), "list.unique(tags)");
    /// ```
    pub fn unique(self) -> Expr {
        self.0.call(super::UNIQUE)
    }

    /// The items of each list from the last to the first.
    pub fn reverse(self) -> Expr {
        self.0.call(super::REVERSE)
    }

    /// The items of each list that are not null.
    pub fn drop_nulls(self) -> Expr {
        self.0.call(super::DROP_NULLS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn rearranged() {
        assert_eq!(show(a().unique()), "[1,2,-] [] - [3,1]");
        assert_eq!(show(a().reverse()), "[-,2,2,1] [] - [1,3]");
        assert_eq!(show(a().drop_nulls()), "[1,2,2] [] - [3,1]");
        assert_eq!(show(lit(None::<i32>).list().unique()), "- - - -");
        assert!(show(col("n").list().reverse()).contains("list.reverse takes a list"));
    }
}
