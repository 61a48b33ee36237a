//! `count_horizontal`.

use lazuli_array::{Column, DataType, PrimitiveArray};
use lazuli_kernels::{KernelError, Value};

use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs};

/// The number of values in each row that are not null, an Int64. Any types.
#[derive(Debug)]
pub struct CountHorizontal;

impl ScalarFunction for CountHorizontal {
    fn name(&self) -> &str {
        "count_horizontal"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        if arguments.is_empty() {
            return Err(SignatureError::Expected("at least one column".into()));
        }
        Ok(Signature::unchanged(arguments, DataType::Int64))
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let mut counts = vec![0i64; rows];
        for input in inputs {
            let validity = match input {
                Value::Column(column) => column.validity(),
                Value::Constant(constant) if constant.is_null() => continue,
                Value::Constant(_) => None,
            };
            match validity {
                None if *input.data_type() == DataType::Null => {}
                None => counts.iter_mut().for_each(|count| *count += 1),
                Some(validity) => {
                    let bits = counts.iter_mut().zip(validity.iter());
                    bits.for_each(|(count, is_valid)| *count += i64::from(is_valid));
                }
            }
        }
        let counts = Column::new(DataType::Int64, PrimitiveArray::from_vec(counts));
        Ok(Value::from_result(counts, &operands))
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// The number of values in each row over these columns that are not null.
///
/// ```
/// use lazuli_expr::{all, function::count_horizontal};
///
/// assert_eq!(count_horizontal(["a", "b"]).to_string(), "count_horizontal(a, b)");
/// assert_eq!(count_horizontal(all()).to_string(), "count_horizontal(cs.all())");
/// ```
pub fn count_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::COUNT_HORIZONTAL, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn nulls_do_not_count() {
        let numbers = Value::Column(Column::from_values([Some(1i64), None, None].into_iter()));
        let words = Value::Column(Column::from_values([Some("a"), Some("b"), None].into_iter()));
        let nothing = Value::Column(Column::new_null(DataType::Null, 3));
        let null = Value::Constant(Constant::null(DataType::Int64));
        let counts = CountHorizontal.evaluate(&[numbers, words, nothing, null.clone()], 3);
        assert_eq!(counts, Ok(Value::Column(Column::from_values([2i64, 1, 0].into_iter()))));
        let none = CountHorizontal.evaluate(&[null], 3).unwrap();
        assert!(none.is_constant());
    }
}
