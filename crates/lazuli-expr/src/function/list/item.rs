//! `list.item`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, flag, is_flag, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The only item of each list; a list of another length is an error. Null for an empty list if the second argument is true.
#[derive(Debug)]
pub struct Item;

const EXPECTED: &str = "a list, and maybe whether it may be empty";

impl ScalarFunction for Item {
    fn name(&self) -> &str {
        "list.item"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, rest) = match arguments {
            [list] => (list, None),
            [list, allow_empty] if is_flag(allow_empty) => (list, Some(DataType::Boolean)),
            _ => return Err(expected(EXPECTED)),
        };
        let item = item_type(list).ok_or_else(|| expected(EXPECTED))?;
        Ok(Signature { inputs: std::iter::once(list_of(item.clone())).chain(rest).collect(), output: item })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let allow_empty = flag(inputs, 1, false);
        over_lists("list.item", inputs, num_rows, &|lists, _| list::item(lists, allow_empty))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// The only item of each list; a list of another length is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("answer").list().item().to_string(), "list.item(answer)");
    /// ```
    pub fn item(self) -> Expr {
        self.0.call(super::ITEM)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn only_items() {
        assert_eq!(show(a().tail(1).call_with(super::super::ITEM, [lit(true)])), "- - - 1");
        assert!(show(a().item()).contains("at row 0: 4; expected a list of 1 item"));
        assert!(show(col("n").list().item()).contains("list.item takes a list"));
    }
}
