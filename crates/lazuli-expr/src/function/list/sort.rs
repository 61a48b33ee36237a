//! `list.sort`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, flag, is_flag, item_type, list_of, over_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The items of each list in order, equal ones as they were; nulls last unless the third argument is false.
#[derive(Debug)]
pub struct Sort;

const EXPECTED: &str = "a list, and maybe whether the greatest comes first, and whether nulls come last";

impl ScalarFunction for Sort {
    fn name(&self) -> &str {
        "list.sort"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let Some((list, flags)) = arguments.split_first() else { return Err(expected(EXPECTED)) };
        if flags.len() > 2 || !flags.iter().all(is_flag) {
            return Err(expected(EXPECTED));
        }
        let list = list_of(item_type(list).ok_or_else(|| expected(EXPECTED))?);
        let flags = flags.iter().map(|_| DataType::Boolean);
        Ok(Signature { inputs: std::iter::once(list.clone()).chain(flags).collect(), output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let (descending, nulls_last) = (flag(inputs, 1, false), flag(inputs, 2, true));
        over_lists("list.sort", inputs, num_rows, &|lists, _| list::sort(lists, descending, !nulls_last))
    }
}

impl ListNamespace {
    /// The items of each list in order, the greatest first if `descending`; nulls last.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("prices").list().sort(true).to_string(), "list.sort(prices, true)");
    /// ```
    pub fn sort(self, descending: bool) -> Expr {
        self.0.call_with(super::SORT, [lit(descending)])
    }

    /// As [`ListNamespace::sort`], with nulls first.
    pub fn sort_nulls_first(self, descending: bool) -> Expr {
        self.0.call_with(super::SORT, [lit(descending), lit(false)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::col;

    #[test]
    fn sorted() {
        assert_eq!(show(a().sort(false)), "[1,2,2,-] [] - [1,3]");
        assert_eq!(show(a().sort(true)), "[2,2,1,-] [] - [3,1]");
        assert_eq!(show(a().sort_nulls_first(true)), "[-,2,2,1] [] - [3,1]");
        assert_eq!(show(col("s").list().sort(true)), "[y,x,-] [] - [z]");
        assert!(show(col("n").list().sort(true)).contains("list.sort takes a list"));
    }
}
