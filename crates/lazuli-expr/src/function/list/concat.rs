//! `list.concat` and `concat_list`.

use lazuli_array::DataType;
use lazuli_kernels::list::{Lists, concat_lists};
use lazuli_kernels::{Constant, KernelError};

use super::ListNamespace;
use super::arguments::{expected, is_null, list_of};
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs, supertype};

/// The items of lists one after the other; a value that is no list is an item of its own. Null where a list is null.
#[derive(Debug)]
pub struct Concat {
    name: &'static str,
    /// Whether lists are items too, so that the result is a list of them.
    wraps: bool,
}

pub(super) static AS_LIST: Concat = Concat { name: "as_list", wraps: true };
pub(super) static CONCAT: Concat = Concat { name: "list.concat", wraps: false };
pub(super) static CONCAT_LIST: Concat = Concat { name: "concat_list", wraps: false };

const EXPECTED: &str = "lists and values of one type, or of types that one type holds";

/// How many lists are around the values of a type.
fn depth(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(item) => 1 + depth(item),
        _ => 0,
    }
}

impl ScalarFunction for Concat {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let deepest = arguments.iter().filter(|argument| !is_null(argument)).map(|one| depth(one.data_type));
        // Without any list all values are items.
        let list_depth = deepest.max().unwrap_or(0).max(1);
        let is_list = |argument: &Argument<'_>| {
            !self.wraps && !is_null(argument) && depth(argument.data_type) == list_depth
        };
        let mut item = DataType::Null;
        for argument in arguments {
            let own = match argument.data_type {
                _ if is_null(argument) => continue,
                DataType::List(own) if is_list(argument) => &**own,
                own => own,
            };
            item = supertype(&item, own).ok_or_else(|| expected(EXPECTED))?;
        }
        if arguments.is_empty() {
            return Err(expected("at least one argument"));
        }
        let list = list_of(item.clone());
        let input = |argument| if is_list(argument) { list.clone() } else { item.clone() };
        Ok(Signature { inputs: arguments.iter().map(input).collect(), output: list })
    }

    fn spreads_selectors(&self) -> bool {
        true
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let is_constant = inputs.iter().all(Value::is_constant);
        let rows = if is_constant { 1 } else { num_rows };
        let deepest = inputs.iter().map(|input| depth(input.data_type())).max().unwrap_or(0);
        // Types are cast already: what is as deep as the deepest is a list, unless there are none.
        let lists_of = |input: &Value| -> Result<Lists, KernelError> {
            let column = input.clone().into_column(rows);
            let is_list = !self.wraps && deepest > 0 && depth(column.data_type()) == deepest;
            if is_list { Lists::new(self.name, &column) } else { Ok(Lists::of_single(&column)) }
        };
        let lists: Vec<Lists> = inputs.iter().map(lists_of).collect::<Result<_, _>>()?;
        let result = concat_lists(&lists.iter().collect::<Vec<_>>())?;
        Ok(if is_constant { Constant::from_column(result).into() } else { result.into() })
    }
}

impl ListNamespace {
    /// The items of this list and then those of the others; null where one of them is. A value that is no list is an item.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("a").list().concat(["b", "c"]).to_string(), "list.concat(a, b, c)");
    /// ```
    pub fn concat(self, others: impl IntoExprs) -> Expr {
        self.0.call_with(super::CONCAT, others.into_exprs())
    }
}

/// A list of values for each row; the items of those that are lists themselves. Null where such a list is null.
///
/// ```
/// use lazuli_expr::concat_list;
///
/// assert_eq!(concat_list(["x", "y"]).to_string(), "concat_list(x, y)");
/// ```
pub fn concat_list(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::CONCAT_LIST, inputs: exprs.into_exprs() }
}

/// A list of values for each row; values that are lists themselves become items of a list of lists.
///
/// ```
/// use lazuli_expr::as_list;
///
/// assert_eq!(as_list(["x", "y"]).to_string(), "as_list(x, y)");
/// ```
pub fn as_list(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::AS_LIST, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::{as_list, col, concat_list, lit};

    #[test]
    fn items_after_items() {
        assert_eq!(show(a().concat("b")), "[1,2,2,-,2,5] [1] - [3,1,1,3,4]");
        assert_eq!(show(concat_list([col("a"), lit(9)])), "[1,2,2,-,9] [9] - [3,1,9]");
        assert_eq!(show(concat_list(["n", "n"])), "[0,0] [1,1] [-,-] [-1,-1]");
        assert_eq!(show(concat_list([lit(1), lit(None::<i32>)])), "[1,-] [1,-] [1,-] [1,-]");
        assert_eq!(show(concat_list([col("n"), lit(0.5)])), "[0.0,0.5] [1.0,0.5] [-,0.5] [-1.0,0.5]");
        assert!(show(concat_list(["n", "s"])).contains("concat_list takes lists and values of one type"));
    }

    #[test]
    fn lists_beside_lists_of_lists_are_items() {
        let nested = concat_list([concat_list([lit(1)]), lit(2)]);
        assert_eq!(show(nested), "[1,2] [1,2] [1,2] [1,2]");
        assert_eq!(show(as_list(["a", "b"])), "[[1,2,2,-],[2,5]] [[],[1]] [-,[1]] [[3,1],[1,3,4]]");
        assert_eq!(show(as_list(["n"])), "[0] [1] [-] [-1]");
    }
}
