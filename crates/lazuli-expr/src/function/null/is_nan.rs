//! `is_nan`.

use lazuli_array::{Column, DataType};
use lazuli_kernels::KernelError;

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Whether the row is NaN; null for null. Numbers that can't be NaN are not.
#[derive(Debug)]
pub struct IsNan;

impl ScalarFunction for IsNan {
    fn name(&self) -> &str {
        "is_nan"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [argument] if argument.data_type.is_numeric() || *argument.data_type == DataType::Null => {
                Ok(Signature::unchanged(arguments, DataType::Boolean))
            }
            _ => Err(SignatureError::Expected("one number".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| Ok(Column::new(DataType::Boolean, lazuli_kernels::is_nan(column)?)))
    }
}

impl Expr {
    /// Whether the row is NaN; null for null.
    pub fn is_nan(self) -> Self {
        self.call(super::IS_NAN)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::*;

    #[test]
    fn nan_is_found_and_null_stays_null() {
        let cases = [
            (
                Column::from_values([Some(1.5f32), None, Some(f32::NAN), Some(f32::INFINITY)].into_iter()),
                vec![Some(false), None, Some(true), Some(false)],
            ),
            (Column::from_values([-f64::NAN, 0.0].into_iter()), vec![Some(true), Some(false)]),
            (Column::from_values([Some(1i64), None].into_iter()), vec![Some(false), None]),
            (Column::new_null(DataType::Null, 1), vec![None]),
        ];
        for (column, expected) in cases {
            let rows = column.len();
            let expected = Column::from_values(expected.into_iter());
            assert_eq!(IsNan.evaluate(&[column.into()], rows), Ok(expected.into()));
        }
    }
}
