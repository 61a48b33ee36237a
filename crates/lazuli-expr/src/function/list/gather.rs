//! `list.gather`.

use lazuli_array::DataType;
use lazuli_kernels::{Constant, KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, flag, is_flag, item_type, list_of};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExpr, lit};

/// The items at the places that a second list says, in that order; null for a null place.
#[derive(Debug)]
pub struct Gather;

const EXPECTED: &str = "a list, a list of places, and maybe whether places beyond the ends give null";

impl ScalarFunction for Gather {
    fn name(&self) -> &str {
        "list.gather"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, places, rest) = match arguments {
            [list, places] => (list, places, None),
            [list, places, or_null] if is_flag(or_null) => (list, places, Some(DataType::Boolean)),
            _ => return Err(expected(EXPECTED)),
        };
        let is_places = item_type(places).is_some_and(|item| item.is_integer() || item == DataType::Null);
        let (Some(item), true) = (item_type(list), is_places) else { return Err(expected(EXPECTED)) };
        let inputs = [list_of(item.clone()), list_of(DataType::Int64)].into_iter().chain(rest).collect();
        Ok(Signature { inputs, output: list_of(item) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let or_null = flag(inputs, 2, false);
        let is_constant = inputs.iter().all(Value::is_constant);
        let rows = if is_constant { 1 } else { num_rows };
        let of = |input: &Value| list::Lists::new("list.gather", &input.clone().into_column(rows));
        let result = list::gather(&of(&inputs[0])?, &of(&inputs[1])?, or_null)?;
        Ok(if is_constant { Constant::from_column(result).into() } else { result.into() })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// The items at `places`, a list for each row; places count from the end if negative, one beyond the ends is an error.
    ///
    /// ```
    /// use lazuli_expr::{col, concat_list, lit};
    ///
    /// let ends = col("tags").list().gather(concat_list([lit(0), lit(-1)]));
    /// assert_eq!(ends.to_string(), "list.gather(tags, concat_list(0, -1))");
    /// ```
    pub fn gather(self, places: impl IntoExpr) -> Expr {
        self.0.call_with(super::GATHER, [places.into_expr()])
    }

    /// As [`ListNamespace::gather`], with null for a place beyond the ends.
    pub fn gather_or_null(self, places: impl IntoExpr) -> Expr {
        self.0.call_with(super::GATHER, [places.into_expr(), lit(true)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{concat_list, lit};

    #[test]
    fn items_at_places() {
        let ends = || concat_list([lit(0), lit(-1), lit(None::<i64>)]);
        assert_eq!(show(a().gather_or_null(ends())), "[1,-,-] [-,-,-] - [3,1,-]");
        assert_eq!(show(a().gather_or_null("b")), "[2,-] [-] - [1,-,-]");
        let error = show(a().gather(ends()));
        assert!(error.contains("list.gather at row 1: 0"), "{error}");
        assert!(show(a().gather("n")).contains("list.gather takes a list, a list of places"));
    }
}
