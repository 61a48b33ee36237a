//! `list.contains`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{common_item, expected, flag, is_flag, item_type, list_of, over_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// Whether a value is one of the items; null for a null list. A null value is found among nulls; if the third argument is
/// false, a null value gives null.
#[derive(Debug)]
pub struct Contains;

const EXPECTED: &str =
    "a list, a value of the type of its items, and maybe whether null is found among nulls";

impl ScalarFunction for Contains {
    fn name(&self) -> &str {
        "list.contains"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, value, options) = match arguments {
            [list, value] => (list, value, None),
            [list, value, nulls_equal] if is_flag(nulls_equal) => (list, value, Some(DataType::Boolean)),
            _ => return Err(expected(EXPECTED)),
        };
        let item = item_type(list).and_then(|item| common_item(&item, value));
        let Some(item) = item else { return Err(expected(EXPECTED)) };
        let inputs = [list_of(item.clone()), item].into_iter().chain(options).collect();
        Ok(Signature { inputs, output: DataType::Boolean })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let nulls_equal = flag(inputs, 2, true);
        over_lists("list.contains", inputs, num_rows, &|lists, rest| {
            list::contains(lists, rest[0], nulls_equal)
        })
    }
}

impl ListNamespace {
    /// Whether `value` is one of the items; a null is found among nulls.
    ///
    /// ```
    /// use lazuli_expr::{col, lit};
    ///
    /// assert_eq!(col("tags").list().contains(lit("new")).to_string(), "list.contains(tags, 'new')");
    /// ```
    pub fn contains(self, value: impl Into<Expr>) -> Expr {
        self.0.call_with(super::CONTAINS, [value.into()])
    }

    /// As [`ListNamespace::contains`], with null where the value is null.
    pub fn contains_non_null(self, value: impl Into<Expr>) -> Expr {
        self.0.call_with(super::CONTAINS, [value.into(), lit(false)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn values_are_found() {
        assert_eq!(show(a().contains(2)), "true false - false");
        assert_eq!(show(a().contains(col("n") + 2)), "true false - true");
        assert_eq!(show(a().contains(lit(None::<i32>))), "true false - false");
        assert_eq!(show(a().contains_non_null(lit(None::<i32>))), "- - - -");
        assert_eq!(show(a().contains(2.5)), "false false - false");
        assert_eq!(show(col("s").list().contains("z")), "false false - true");
        assert!(show(a().contains("z")).contains("list.contains takes a list, a value"));
    }
}
