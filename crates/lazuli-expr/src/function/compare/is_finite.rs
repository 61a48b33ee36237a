//! `is_finite` and `is_infinite`.

use lazuli_array::{BooleanArray, Column, DataType};
use lazuli_kernels::KernelError;

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// A question to a number: whether it is finite, infinite, not NaN. Null for null; numbers that are no floats are finite.
#[derive(Debug)]
pub struct FloatTest {
    pub(in crate::function) name: &'static str,
    pub(in crate::function) test: fn(&Column) -> Result<BooleanArray, KernelError>,
}

impl ScalarFunction for FloatTest {
    fn name(&self) -> &str {
        self.name
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
        map_rows(&inputs[0], |column| Ok(Column::new(DataType::Boolean, (self.test)(column)?)))
    }
}

impl Expr {
    /// Whether the number is neither infinite nor NaN; null for null.
    pub fn is_finite(self) -> Self {
        self.call(super::IS_FINITE)
    }

    /// Whether the number is infinite; null for null.
    pub fn is_infinite(self) -> Self {
        self.call(super::IS_INFINITE)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;

    use super::super::{IS_FINITE, IS_INFINITE};
    use super::*;
    use crate::function::null::IS_NOT_NAN;

    #[test]
    fn floats_and_integers() {
        let floats =
            Column::from_values([Some(1.0), None, Some(f64::NAN), Some(f64::NEG_INFINITY)].into_iter());
        let integers = Column::from_values([Some(1u8), None].into_iter());
        let rows = |values: &[Option<bool>]| Ok(Value::Column(Column::from_values(values.iter().copied())));
        let of = |function: &crate::FunctionRef, column: &Column| {
            function.evaluate(&[column.clone().into()], column.len())
        };
        assert_eq!(of(&IS_FINITE, &floats), rows(&[Some(true), None, Some(false), Some(false)]));
        assert_eq!(of(&IS_INFINITE, &floats), rows(&[Some(false), None, Some(false), Some(true)]));
        assert_eq!(of(&IS_NOT_NAN, &floats), rows(&[Some(true), None, Some(false), Some(true)]));
        assert_eq!(of(&IS_FINITE, &integers), rows(&[Some(true), None]));
        assert_eq!(of(&IS_INFINITE, &integers), rows(&[Some(false), None]));
        assert_eq!(of(&IS_NOT_NAN, &integers), rows(&[Some(true), None]));
    }
}
