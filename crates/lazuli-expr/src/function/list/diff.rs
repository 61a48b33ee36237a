//! `list.diff`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::{KernelError, list};

use super::ListNamespace;
use super::arguments::{expected, item_type, list_of, over_lists};
use crate::BinaryOperator;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::typing::operator_of;
use crate::{Expr, lit};

/// Each item less the one `n` places before, 1 unless said otherwise; null where there is none. Types are those of `-`.
#[derive(Debug)]
pub struct Diff;

const EXPECTED: &str = "a list of numbers, dates or times, and maybe a constant whole number";

fn distance(value: &Scalar) -> Option<i64> {
    match *value {
        Scalar::Int32(value) => Some(value.into()),
        Scalar::Int64(value) => Some(value),
        _ => None,
    }
}

impl ScalarFunction for Diff {
    fn name(&self) -> &str {
        "list.diff"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (list, n) = match arguments {
            [list] => (list, None),
            [list, n] if n.literal.is_some_and(|n| distance(&n.value).is_some()) => {
                (list, Some(DataType::Int64))
            }
            _ => return Err(expected(EXPECTED)),
        };
        let item = item_type(list).ok_or_else(|| expected(EXPECTED))?;
        // A difference of unsigned integers may be below 0.
        let item = if item.is_unsigned_integer() || item == DataType::Null { DataType::Int64 } else { item };
        let types = operator_of(BinaryOperator::Subtract, &item).ok_or_else(|| expected(EXPECTED))?;
        let inputs = std::iter::once(list_of(types.0)).chain(n).collect();
        Ok(Signature { inputs, output: list_of(types.1) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let n = match inputs.get(1) {
            Some(Value::Constant(n)) => distance(&n.value()).unwrap_or(1),
            _ => 1,
        };
        over_lists("list.diff", inputs, num_rows, &|lists, _| list::diff(lists, n))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl ListNamespace {
    /// Each item less the one `n` places before it; null where there is none.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("prices").list().diff(1).to_string(), "list.diff(prices, 1)");
    /// ```
    pub fn diff(self, n: i64) -> Expr {
        self.0.call_with(super::DIFF, [lit(n)])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::{a, show};
    use crate::col;

    #[test]
    fn differences() {
        assert_eq!(show(a().diff(1)), "[-,1,0,-] [] - [-,-2]");
        assert_eq!(show(a().diff(2)), "[-,-,1,-] [] - [-,-]");
        assert_eq!(show(a().diff(-1)), "[-1,0,-,-] [] - [2,-]");
        assert_eq!(show(a().diff(i64::MAX)), "[-,-,-,-] [] - [-,-]");
        assert!(show(col("s").list().diff(1)).contains("list.diff takes"));
    }
}
