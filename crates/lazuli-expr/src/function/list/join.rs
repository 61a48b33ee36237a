//! `list.join`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, flag, is_flag, is_null, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The texts of each list as one, with a separator between them; nulls are left out, or make the row null if the third
/// argument is false. Empty for an empty list.
#[derive(Debug)]
pub struct Join;

const EXPECTED: &str = "a list of strings, a separator, and maybe whether nulls are left out";

impl ScalarFunction for Join {
    fn name(&self) -> &str {
        "list.join"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, separator, rest) = match arguments {
            [list, separator] => (list, separator, None),
            [list, separator, ignore_nulls] if is_flag(ignore_nulls) => {
                (list, separator, Some(DataType::Boolean))
            }
            _ => return Err(expected(EXPECTED)),
        };
        let is_texts = item_type(list).is_some_and(|item| item.is_text() || item == DataType::Null);
        if !is_texts || !(separator.data_type.is_text() || is_null(separator)) {
            return Err(expected(EXPECTED));
        }
        let inputs = [list_of(DataType::String), DataType::String].into_iter().chain(rest).collect();
        Ok(Signature { inputs, output: DataType::String })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let ignore_nulls = flag(inputs, 2, true);
        over_lists("list.join", inputs, num_rows, &|lists, rest| {
            Ok(list::join_texts(lists, rest[0], ignore_nulls))
        })
    }
}

impl ListNamespace {
    /// The texts of each list as one, with `separator` between them; nulls are left out.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("words").list().join(" ").to_string(), "list.join(words, ' ')");
    /// ```
    pub fn join(self, separator: impl Into<Expr>) -> Expr {
        self.0.call_with(super::JOIN, [separator.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::show;
    use crate::{col, lit};

    #[test]
    fn texts_are_joined() {
        let s = || col("s").list();
        assert_eq!(show(s().join("-")), "x-y  - z");
        assert_eq!(show(s().join(lit(None::<&str>))), "- - - -");
        assert_eq!(show(col("s").call_with(super::super::JOIN, [lit("+"), lit(false)])), "-  - z");
        assert!(show(col("a").list().join("-")).contains("list.join takes a list of strings"));
    }
}
