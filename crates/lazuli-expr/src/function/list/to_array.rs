//! `list.to_array`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::KernelError;

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The lists as they are, if each has as many items as the second argument says; another length is an error.
#[derive(Debug)]
pub struct ToArray;

const EXPECTED: &str = "a list and a constant number of items";

fn width_of(value: &Scalar) -> Option<i64> {
    match *value {
        Scalar::Int32(value) => Some(value.into()),
        Scalar::UInt32(value) => Some(value.into()),
        Scalar::Int64(value) => Some(value),
        _ => None,
    }
}

impl ScalarFunction for ToArray {
    fn name(&self) -> &str {
        "list.to_array"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [list, width] = arguments else { return Err(expected(EXPECTED)) };
        let is_width = width.literal.and_then(|width| width_of(&width.value)).is_some_and(|width| width >= 0);
        let (Some(item), true) = (item_type(list), is_width) else { return Err(expected(EXPECTED)) };
        let list = list_of(item);
        Ok(Signature { inputs: vec![list.clone(), DataType::Int64], output: list })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists("list.to_array", inputs, num_rows, &|lists, rest| {
            let width = width_of(&rest[0].get(0)).unwrap_or(0);
            let is_list = |row: usize| lists.validity().is_none_or(|validity| validity.get(row));
            let length = |row: usize| lists.range(row).len() as i64;
            match (0..lists.len()).find(|&row| is_list(row) && length(row) != width) {
                None => Ok(lists.with_items(lists.items().clone())),
                Some(row) => Err(KernelError::InvalidOperand {
                    operation: "list.to_array",
                    row,
                    value: Scalar::Int64(length(row)),
                    expected: "as many items as the width says",
                }),
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// The lists as they are: those of one length are lists already.
    pub fn to_list(self) -> Expr {
        self.0
    }

    /// The same lists, each of which must have `width` items; another length is an error that names the row.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("xyz").list().to_array(3).to_string(), "list.to_array(xyz, 3)");
    /// ```
    pub fn to_array(self, width: u32) -> Expr {
        self.0.call_with(super::TO_ARRAY, [lit(i64::from(width))])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};

    #[test]
    fn lengths_are_checked() {
        assert_eq!(show(a().head(0).list().to_array(0)), "[] [] - []");
        let error = show(a().to_array(4));
        assert!(error.contains("list.to_array at row 1: 0; expected as many items"), "{error}");
    }
}
