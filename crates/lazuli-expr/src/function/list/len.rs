//! `list.len`.

use lazuli_array::DataType;
use lazuli_kernels::KernelError;

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The number of items of each list, nulls among them; null for a null list. Int64.
#[derive(Debug)]
pub struct Len;

impl ScalarFunction for Len {
    fn name(&self) -> &str {
        "list.len"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [list] => match item_type(list) {
                Some(item) => Ok(Signature { inputs: vec![list_of(item)], output: DataType::Int64 }),
                None => Err(expected("a list")),
            },
            _ => Err(expected("a list")),
        }
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.len", inputs, num_rows, &|lists, _| Ok(lists.lengths()))
    }
}

impl ListNamespace {
    /// The number of items of each list, nulls among them.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().len().to_string(), "list.len(tags)");
    /// ```
    #[allow(clippy::len_without_is_empty, reason = "an expression, not a collection")]
    pub fn len(self) -> Expr {
        self.0.call(super::LEN)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn lengths_count_nulls() {
        assert_eq!(show(a().len()), "4 0 - 2");
        assert_eq!(show(lit(None::<i32>).list().len()), "- - - -");
        assert!(show(col("n").list().len()).contains("list.len takes a list, found Int64"));
    }
}
