//! `list.count_matches`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{common_item, expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// How often a value is among the items, null among nulls; null for a null list. Int64.
#[derive(Debug)]
pub struct CountMatches;

const EXPECTED: &str = "a list and a value of the type of its items";

impl ScalarFunction for CountMatches {
    fn name(&self) -> &str {
        "list.count_matches"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [list, value] = arguments else { return Err(expected(EXPECTED)) };
        let item = item_type(list).and_then(|item| common_item(&item, value));
        let Some(item) = item else { return Err(expected(EXPECTED)) };
        Ok(Signature { inputs: vec![list_of(item.clone()), item], output: DataType::Int64 })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.count_matches", inputs, num_rows, &|lists, rest| list::count_matches(lists, rest[0]))
    }
}

impl ListNamespace {
    /// How often `value` is among the items of each list, a null among nulls.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("dice").list().count_matches(6).to_string(), "list.count_matches(dice, 6)");
    /// ```
    pub fn count_matches(self, value: impl Into<Expr>) -> Expr {
        self.0.call_with(super::COUNT_MATCHES, [value.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn matches_are_counted() {
        assert_eq!(show(a().count_matches(2)), "2 0 - 0");
        assert_eq!(show(a().count_matches(lit(None::<i64>))), "1 0 - 0");
        assert_eq!(show(a().count_matches(col("n") + 2)), "2 0 - 1");
    }
}
