//! `list.get`, `list.first`, `list.last`.

use lazuli_array::DataType;
use lazuli_kernels::{Constant, Datum, KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, flag, is_flag, is_integer, item_type, list_of, over_lists};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The item at a place: one that the call says, or the first or the last.
#[derive(Debug)]
pub struct Get {
    name: &'static str,
    /// The place, unless the call says it.
    place: Option<i64>,
}

pub(super) static GET: Get = Get { name: "list.get", place: None };
pub(super) static FIRST: Get = Get { name: "list.first", place: Some(0) };
pub(super) static LAST: Get = Get { name: "list.last", place: Some(-1) };

const EXPECTED: &str = "a list, a place, and maybe whether places beyond the ends give null";

impl ScalarFunction for Get {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, rest) = match (self.place, arguments) {
            (Some(_), [list]) => (list, vec![]),
            (Some(_), _) => return Err(expected("a list")),
            (None, [list, place]) if is_integer(place) => (list, vec![DataType::Int64]),
            (None, [list, place, or_null]) if is_integer(place) && is_flag(or_null) => {
                (list, vec![DataType::Int64, DataType::Boolean])
            }
            (None, _) => return Err(expected(EXPECTED)),
        };
        let words = if self.place.is_some() { "a list" } else { EXPECTED };
        let item = item_type(list).ok_or_else(|| expected(words))?;
        Ok(Signature { inputs: std::iter::once(list_of(item.clone())).chain(rest).collect(), output: item })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let fixed = self.place.map(|place| Constant::from_scalar(&place.into()));
        let or_null = self.place.is_some() || flag(inputs, 2, false);
        over_lists(self.name, inputs, num_rows, &|lists, rest| match &fixed {
            Some(place) => list::get(lists, Datum::Constant(place), or_null),
            None => list::get(lists, rest[0], or_null),
        })
    }

    fn is_fallible(&self) -> bool {
        self.place.is_none()
    }
}

impl ListNamespace {
    /// The item at a place, from 0, or from the end if negative; a place beyond the ends is an error.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("tags").list().get(0).to_string(), "list.get(tags, 0)");
    /// ```
    pub fn get(self, place: impl Into<Expr>) -> Expr {
        self.0.call_with(super::GET, [place.into()])
    }

    /// As [`ListNamespace::get`], with null for a place beyond the ends.
    pub fn get_or_null(self, place: impl Into<Expr>) -> Expr {
        self.0.call_with(super::GET, [place.into(), lit(true)])
    }

    /// The first item; null of an empty list.
    pub fn first(self) -> Expr {
        self.0.call(super::FIRST)
    }

    /// The last item; null of an empty list.
    pub fn last(self) -> Expr {
        self.0.call(super::LAST)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{col, lit};

    #[test]
    fn items_by_place() {
        assert_eq!(show(a().get_or_null(0)), "1 - - 3");
        assert_eq!(show(a().get_or_null(-2)), "2 - - 3");
        assert_eq!(show(a().get_or_null(i64::MIN)), "- - - -");
        assert_eq!(show(a().get(lit(None::<i64>))), "- - - -");
        assert_eq!(show(a().get_or_null(col("n"))), "1 - - 1");
        assert_eq!(show(a().first()), "1 - - 3");
        assert_eq!(show(a().last()), "- - - 1");
        assert_eq!(show(col("s").list().last()), "y - - z");
        let error = show(a().get(0));
        assert!(error.starts_with("invalid operand of list.get at row 1: 0; expected a place"), "{error}");
        assert!(show(a().get("x")).contains("list.get takes a list, a place"));
    }
}
