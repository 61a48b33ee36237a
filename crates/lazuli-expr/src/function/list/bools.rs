//! `list.any` and `list.all`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use lazuli_array::Column;

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Whether one item is true, or none is false; null items do not count. Of an empty list `any` is false, `all` is true.
#[derive(Debug)]
pub struct Bools {
    name: &'static str,
    kernel: fn(&list::Lists) -> Column,
}

pub(super) static ANY: Bools = Bools { name: "list.any", kernel: list::any };
pub(super) static ALL: Bools = Bools { name: "list.all", kernel: list::all };

impl ScalarFunction for Bools {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [list] if matches!(item_type(list), Some(DataType::Boolean | DataType::Null)) => {
                Ok(Signature { inputs: vec![list_of(DataType::Boolean)], output: DataType::Boolean })
            }
            _ => Err(expected("a list of booleans")),
        }
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists(self.name, inputs, num_rows, &|lists, _| Ok((self.kernel)(lists)))
    }
}

impl ListNamespace {
    /// Whether one item of each list is true; nulls do not count.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("flags").list().any().to_string(), "list.any(flags)");
    /// ```
    pub fn any(self) -> Expr {
        self.0.call(super::ANY)
    }

    /// Whether no item of each list is false; nulls do not count.
    pub fn all(self) -> Expr {
        self.0.call(super::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::show;
    use crate::col;

    #[test]
    fn nulls_do_not_count() {
        assert_eq!(show(col("f").list().any()), "true false - false");
        assert_eq!(show(col("f").list().all()), "true true - false");
        assert!(show(col("a").list().any()).contains("takes a list of booleans"));
    }
}
