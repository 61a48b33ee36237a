//! `check`.

use lazuli_array::{Array, Column, DataType, Scalar};
use lazuli_kernels::KernelError;

use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// The condition itself; a row for which it is not true is an error that says the second argument.
#[derive(Debug)]
pub struct Check;

const EXPECTED: &str = "a condition and a constant text";

impl ScalarFunction for Check {
    fn name(&self) -> &str {
        "check"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        match arguments {
            [condition, Argument { literal: Some(message), .. }]
                if matches!(condition.data_type, DataType::Boolean | DataType::Null)
                    && matches!(message.value, Scalar::String(_)) =>
            {
                let inputs = vec![DataType::Boolean, DataType::String];
                Ok(Signature { inputs, output: DataType::Boolean })
            }
            _ => Err(SignatureError::Expected(EXPECTED.into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |rows| match first_not_true(rows) {
            None => Ok(rows.clone()),
            Some(row) => {
                let message = match inputs[1].as_datum().get(0) {
                    Scalar::String(text) => text.to_string(),
                    _ => "a check failed".into(),
                };
                Err(KernelError::CheckFailed { row, message })
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn first_not_true(rows: &Column) -> Option<usize> {
    match rows.array() {
        Array::Boolean(array) => {
            let mask = array.true_mask();
            (mask.count_ones() < rows.len()).then(|| (0..rows.len()).find(|&row| !mask.get(row))).flatten()
        }
        _ => (!rows.is_empty()).then_some(0),
    }
}

impl Expr {
    /// This condition, which has to be true in every row: where it is false or null, the query fails and says `message`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let expr = col("price").gt(0).check("prices are positive");
    /// assert_eq!(expr.to_string(), "check(price > 0, 'prices are positive')");
    /// ```
    pub fn check(self, message: &str) -> Self {
        self.call_with(super::CHECK, [lit(message)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_kernels::Constant;

    use super::*;

    fn check(rows: Column) -> Result<Column, KernelError> {
        let num_rows = rows.len();
        let message = Value::Constant(Constant::from_scalar(&Scalar::from("all is well")));
        Ok(Check.evaluate(&[rows.into(), message], num_rows)?.into_column(num_rows))
    }

    #[test]
    fn the_first_row_that_is_not_true_fails() {
        let failed = |row| Err(KernelError::CheckFailed { row, message: "all is well".into() });
        let cases = [
            (vec![], None),
            (vec![Some(true), Some(true)], None),
            (vec![Some(true), Some(false), None], Some(1)),
            (vec![None, Some(false)], Some(0)),
        ];
        for (rows, row) in cases {
            let rows = Column::from_values(rows.into_iter());
            assert_eq!(check(rows.clone()), row.map_or(Ok(rows), failed));
        }
        assert_eq!(check(Column::new_null(DataType::Boolean, 2)), failed(0));
        let rows = Column::from_values([Some(false), Some(true), Some(true)].into_iter());
        assert_eq!(check(rows.sliced(1, 2)).map(|rows| rows.len()), Ok(2));
        assert_eq!(failed(3).unwrap_err().to_string(), "all is well (row 3)");
    }

    #[test]
    fn the_message_is_a_constant() {
        let argument = |data_type| Argument { data_type, literal: None };
        let (boolean, string) = (argument(&DataType::Boolean), argument(&DataType::String));
        assert!(Check.signature(&[boolean, string]).is_err());
        assert!(Check.signature(&[boolean]).is_err());
        let literal = crate::Literal::typed(Scalar::from("x"));
        let message = Argument { data_type: &DataType::String, literal: Some(&literal) };
        assert!(Check.signature(&[boolean, message]).is_ok());
        assert!(Check.signature(&[argument(&DataType::Int64), message]).is_err());
    }
}
