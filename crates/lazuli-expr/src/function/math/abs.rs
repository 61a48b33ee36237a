//! `abs`.

use lazuli_array::DataType;
use lazuli_kernels::KernelError;

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The distance from 0, of the argument's type; null for null. Numbers and durations.
///
/// The least signed integer has no distance that fits: that is an error.
#[derive(Debug)]
pub struct Abs;

const EXPECTED: &str = "one number or duration";

impl ScalarFunction for Abs {
    fn name(&self) -> &str {
        "abs"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [argument]
                if argument.data_type.is_numeric()
                    || matches!(argument.data_type, DataType::Null | DataType::Duration(_)) =>
            {
                Ok(Signature::unchanged(arguments, argument.data_type.clone()))
            }
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], lazuli_kernels::abs)
    }

    fn is_fallible(&self) -> bool {
        true
    }

    fn is_fallible_for(&self, arguments: &[Argument<'_>]) -> bool {
        arguments.iter().any(|argument| {
            argument.data_type.is_signed_integer() || matches!(argument.data_type, DataType::Duration(_))
        })
    }
}

impl Expr {
    /// The distance from 0; an overflow is an error.
    pub fn abs(self) -> Self {
        self.call(super::ABS)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, PrimitiveArray, Scalar, TimeUnit};
    use lazuli_kernels::Constant;

    use super::*;

    fn abs(column: Column) -> Result<Column, KernelError> {
        let rows = column.len();
        Ok(Abs.evaluate(&[column.into()], rows)?.into_column(rows))
    }

    #[test]
    fn distances() {
        let cases = [
            (
                Column::from_values([Some(-3i8), None, Some(127)].into_iter()),
                Column::from_values([Some(3i8), None, Some(127)].into_iter()),
            ),
            (
                Column::from_values([-1.5f64, f64::NEG_INFINITY, 0.0].into_iter()),
                Column::from_values([1.5f64, f64::INFINITY, 0.0].into_iter()),
            ),
            (Column::from_values([7u64].into_iter()), Column::from_values([7u64].into_iter())),
            (
                Column::new(
                    DataType::Duration(TimeUnit::Microseconds),
                    PrimitiveArray::from_vec(vec![-5i64]),
                ),
                Column::new(DataType::Duration(TimeUnit::Microseconds), PrimitiveArray::from_vec(vec![5i64])),
            ),
            (Column::new_null(DataType::Null, 2), Column::new_null(DataType::Null, 2)),
        ];
        for (input, expected) in cases {
            assert_eq!(abs(input), Ok(expected));
        }
        assert!(
            matches!(abs(Column::from_values([f64::NAN].into_iter())).unwrap().get(0), Scalar::Float64(x) if x.is_nan())
        );
    }

    #[test]
    fn the_least_integer_is_an_error_unless_its_row_is_null() {
        let error = abs(Column::from_values([1i64, i64::MIN].into_iter())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "overflow in abs at row 1: the result does not fit Int64: abs of -9223372036854775808"
        );
        let validity = [true, false].into_iter().collect();
        let masked = PrimitiveArray::new(vec![-1i32, i32::MIN].into(), Some(validity));
        let expected = Column::from_values([Some(1i32), None].into_iter());
        assert_eq!(abs(Column::new(DataType::Int32, masked)), Ok(expected));
    }

    #[test]
    fn a_constant_stays_one() {
        let result = Abs.evaluate(&[Value::Constant(Constant::from_scalar(&Scalar::Int32(-4)))], 10);
        assert_eq!(result, Ok(Value::Constant(Constant::from_scalar(&Scalar::Int32(4)))));
    }
}
