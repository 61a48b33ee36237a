//! `is_null`.

use lazuli_array::{Bitmap, BooleanArray, Column, DataType};
use lazuli_kernels::KernelError;

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Whether the row is null; never null. NaN is not null.
#[derive(Debug)]
pub struct IsNull;

impl ScalarFunction for IsNull {
    fn name(&self) -> &str {
        "is_null"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [_] => Ok(Signature::unchanged(arguments, DataType::Boolean)),
            _ => Err(SignatureError::Expected("one column".into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| {
            let bits = match column.validity() {
                None => Bitmap::filled(false, column.len()),
                Some(validity) => validity.not(),
            };
            Ok(Column::new(DataType::Boolean, BooleanArray::new(bits, None)))
        })
    }
}

impl Expr {
    /// Whether the row is null.
    pub fn is_null(self) -> Self {
        self.call(super::IS_NULL)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn nulls_of_all_types() {
        let cases = [
            (Column::from_values([Some(1.5), None, Some(f64::NAN)].into_iter()), vec![false, true, false]),
            (Column::from_values(["a", ""].into_iter()), vec![false, false]),
            (Column::new_null(DataType::Null, 2), vec![true, true]),
            (Column::new_null(DataType::Int64, 0), vec![]),
        ];
        for (column, nulls) in cases {
            let expected = Column::from_values(nulls.into_iter());
            let rows = column.len();
            assert_eq!(IsNull.evaluate(&[column.into()], rows), Ok(expected.into()));
        }
        let constant = IsNull.evaluate(&[Value::Constant(Constant::null(DataType::String))], 5);
        assert_eq!(constant, Ok(Value::Constant(Constant::from_scalar(&Scalar::Boolean(true)))));
    }
}
