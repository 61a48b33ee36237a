//! `list.arg_min` and `list.arg_max`.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::aggregate::of_lists;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::Expr;
use crate::aggregate::{self, AggregateRef};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The place of the least or greatest item, of the first if there are several; null of an empty list. NaN is passed over
/// unless there is nothing else, as by `min` and `max`.
#[derive(Debug)]
pub struct ArgExtreme {
    name: &'static str,
    extreme: AggregateRef,
}

pub(super) static ARG_MIN: ArgExtreme = ArgExtreme { name: "list.arg_min", extreme: aggregate::MIN };
pub(super) static ARG_MAX: ArgExtreme = ArgExtreme { name: "list.arg_max", extreme: aggregate::MAX };

impl ScalarFunction for ArgExtreme {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [list] = arguments else { return Err(expected("a list")) };
        let Some(item) = item_type(list) else { return Err(expected("a list")) };
        let extreme = self.extreme.signature(&[Argument { data_type: &item, literal: None }])?;
        Ok(Signature { inputs: vec![list_of(extreme.inputs[0].clone())], output: DataType::Int64 })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        over_lists(self.name, inputs, num_rows, &|lists, _| {
            let item = Argument { data_type: lists.items().data_type(), literal: None };
            let extremes = of_lists(&*self.extreme, &[item], &[lists.items().clone()], lists)?;
            list::first_match(lists, &extremes)
        })
    }
}

impl ListNamespace {
    /// The place of the least item of each list, from 0, of the first if there are several; null of an empty one.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("prices").list().arg_min().to_string(), "list.arg_min(prices)");
    /// ```
    pub fn arg_min(self) -> Expr {
        self.0.call(super::ARG_MIN)
    }

    /// The place of the greatest item of each list, from 0, of the first if there are several; null of an empty one.
    pub fn arg_max(self) -> Expr {
        self.0.call(super::ARG_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::col;

    #[test]
    fn the_first_of_equals_counts() {
        assert_eq!(show(a().arg_min()), "0 - - 1");
        assert_eq!(show(a().arg_max()), "1 - - 0");
        assert_eq!(show(col("s").list().arg_max()), "2 - - 0");
    }
}
