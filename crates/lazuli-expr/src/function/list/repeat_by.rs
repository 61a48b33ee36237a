//! `repeat_by`.

use lazuli_array::DataType;
use lazuli_kernels::list::repeat_by;
use lazuli_kernels::{Constant, KernelError};

use super::arguments::{expected, list_of};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// A list of the value so many times, in each row; null where the number is null, an error where it is negative.
#[derive(Debug)]
pub struct RepeatBy;

impl ScalarFunction for RepeatBy {
    fn name(&self) -> &str {
        "repeat_by"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [value, count] if count.data_type.is_integer() || *count.data_type == DataType::Null => {
                let inputs = vec![value.data_type.clone(), DataType::Int64];
                Ok(Signature { inputs, output: list_of(value.data_type.clone()) })
            }
            _ => Err(expected("values, and how often each is to come, as whole numbers")),
        }
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let is_constant = inputs.iter().all(Value::is_constant);
        let values = inputs[0].clone().into_column(if is_constant { 1 } else { num_rows });
        let lists = repeat_by(&values, inputs[1].as_datum())?;
        Ok(if is_constant { Constant::from_column(lists).into() } else { lists.into() })
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn adapts_constants(&self) -> bool {
        false
    }
}

impl Expr {
    /// A list of the value so many times, in each row; null where the number is null, an error where it is negative.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("item").repeat_by(col("quantity")).to_string(), "repeat_by(item, quantity)");
    /// ```
    pub fn repeat_by(self, by: impl Into<Expr>) -> Self {
        self.call_with(super::REPEAT_BY, [by.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::testing::show;
    use crate::{col, lit};

    #[test]
    fn lists_of_equal_items() {
        assert_eq!(show(lit(7).repeat_by(2)), "[7,7] [7,7] [7,7] [7,7]");
        assert_eq!(show(col("n").repeat_by(1)), "[0] [1] [-] [-1]");
        assert_eq!(show(col("n").repeat_by(lit(None::<i32>))), "- - - -");
        assert!(show(lit(7).repeat_by(col("n"))).contains("a number from 0"));
        assert!(show(col("n").repeat_by(0.5)).contains("repeat_by takes values, and how often"));
    }
}
