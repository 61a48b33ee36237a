//! `is_in`.

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType};
use lazuli_kernels::{KernelError, concat_columns, eq, eq_missing};

use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::null::common_type;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// Whether the first argument is one of the others, row by row; NaN matches NaN. `is_in`: null where the first argument
/// is, and a null among the others matches nothing. `is_in_missing`: null is a value like any other, so the answer is
/// never null.
#[derive(Debug)]
pub struct IsIn {
    pub(super) null_is_a_value: bool,
}

impl ScalarFunction for IsIn {
    fn name(&self) -> &str {
        if self.null_is_a_value { "is_in_missing" } else { "is_in" }
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let input = common_type(arguments)?;
        Ok(Signature { inputs: vec![input; arguments.len()], output: DataType::Boolean })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let (value, others) = inputs.split_first().expect("the signature asks for an argument");
        let mut constants = Vec::new();
        let mut columns = Vec::new();
        for other in others {
            match other {
                Value::Constant(constant) => constants.push(constant.as_column()),
                Value::Column(_) => columns.push(other.as_datum()),
            }
        }
        let set = concat_columns(value.data_type(), &constants);
        let find = if self.null_is_a_value { lazuli_kernels::is_in_missing } else { lazuli_kernels::is_in };
        let found = map_rows(value, |rows| Ok(Column::new(DataType::Boolean, find(rows, &set)?)))?;
        if columns.is_empty() {
            return Ok(found);
        }
        // Columns are compared row by row; only a true counts, so what is null matches nothing.
        let found = found.into_column(num_rows);
        let mut any = true_mask(&found);
        for column in columns {
            let equal = if self.null_is_a_value { eq_missing } else { eq }(value.as_datum(), column)?;
            any = any.or(&equal.true_mask());
        }
        let validity =
            if self.null_is_a_value { None } else { value.clone().into_column(num_rows).validity() };
        Ok(Column::new(DataType::Boolean, BooleanArray::new(any, validity)).into())
    }
}

fn true_mask(column: &Column) -> Bitmap {
    match column.array() {
        Array::Boolean(array) => array.true_mask(),
        other => panic!("a Boolean column over a {} array", other.physical_name()),
    }
}

impl Expr {
    /// Whether the row is one of `values`; null for null.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("status").is_in(["paid", "sent"]).to_string(), "is_in(status, 'paid', 'sent')");
    /// ```
    pub fn is_in<V: Into<Expr>>(self, values: impl IntoIterator<Item = V>) -> Self {
        self.call_with(super::IS_IN, values.into_iter().map(Into::into))
    }

    /// As [`Expr::is_in`], where null is a value: a null row is in `values` if there is a null. Never null.
    pub fn is_in_missing<V: Into<Expr>>(self, values: impl IntoIterator<Item = V>) -> Self {
        self.call_with(super::IS_IN_MISSING, values.into_iter().map(Into::into))
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;
    use proptest::prelude::*;

    use super::*;

    fn is_in(value: Value, others: &[Value], num_rows: usize) -> Column {
        let inputs: Vec<Value> = std::iter::once(value).chain(others.iter().cloned()).collect();
        super::super::IS_IN.evaluate(&inputs, num_rows).unwrap().into_column(num_rows)
    }

    #[test]
    fn nulls_and_nan() {
        let floats = Column::from_values([Some(1.0), None, Some(f64::NAN), Some(-0.0)].into_iter());
        let constant = |value| Value::Constant(Constant::from_scalar(&Scalar::Float64(value)));
        let null = Value::Constant(Constant::null(DataType::Float64));
        let cases = [
            (vec![], [Some(false), None, Some(false), Some(false)]),
            (vec![null.clone()], [Some(false), None, Some(false), Some(false)]),
            (vec![constant(f64::NAN)], [Some(false), None, Some(true), Some(false)]),
            (vec![constant(0.0), null], [Some(false), None, Some(false), Some(true)]),
            (vec![floats.clone().into()], [Some(true), None, Some(true), Some(true)]),
        ];
        for (others, expected) in cases {
            let expected = Column::from_values(expected.into_iter());
            assert_eq!(is_in(floats.clone().into(), &others, 4), expected, "{others:?}");
        }
    }

    #[test]
    fn null_may_be_a_value() {
        let rows = Column::from_values([Some(1i64), None, Some(2)].into_iter());
        let constant = |value: Option<i64>| match value {
            Some(value) => Value::Constant(Constant::from_scalar(&Scalar::Int64(value))),
            None => Value::Constant(Constant::null(DataType::Int64)),
        };
        let column = Column::from_values([Some(5i64), None, Some(2)].into_iter());
        let cases = [
            (vec![constant(Some(1)), constant(None)], [true, true, false]),
            (vec![constant(Some(1))], [true, false, false]),
            (vec![column.into()], [false, true, true]),
        ];
        for (others, expected) in cases {
            let inputs: Vec<Value> = std::iter::once(rows.clone().into()).chain(others).collect();
            let found = super::super::IS_IN_MISSING.evaluate(&inputs, 3);
            assert_eq!(found, Ok(Column::from_values(expected.into_iter()).into()));
        }
    }

    #[test]
    fn a_constant_among_constants_stays_one() {
        let text = |text: &str| Value::Constant(Constant::from_scalar(&Scalar::from(text)));
        let result = super::super::IS_IN.evaluate(&[text("a"), text("b"), text("a")], 3).unwrap();
        assert_eq!(result, Value::Constant(Constant::from_scalar(&Scalar::Boolean(true))));
    }

    proptest! {
        #[test]
        fn rows_match_as_scalars_do(
            values in proptest::collection::vec(proptest::option::of(0i64..20), 0..100),
            constants in proptest::collection::vec(proptest::option::of(0i64..20), 0..20),
            kind in 0usize..3,
            with_column in any::<bool>(),
        ) {
            let of = |values: &[Option<i64>]| match kind {
                0 => Column::from_values(values.iter().copied()),
                1 => Column::from_values(values.iter().map(|value| value.map(|value| value.to_string()))),
                _ => Column::from_values(values.iter().map(|value| value.map(|value| value as f32))),
            };
            let (rows, constants) = (of(&values), of(&constants));
            let num_rows = rows.len();
            let mut others: Vec<Value> = (0..constants.len())
                .map(|row| Value::Constant(Constant::from_column(constants.sliced(row, 1))))
                .collect();
            if with_column {
                let shifted: Vec<Option<i64>> = values.iter().rev().copied().collect();
                others.push(of(&shifted).into());
            }
            let found = is_in(rows.clone().into(), &others, num_rows);
            for row in 0..num_rows {
                let value = rows.get(row);
                let expected = if value.is_null() {
                    Scalar::Null
                } else {
                    Scalar::Boolean(others.iter().any(|other| other.as_datum().get(row) == value))
                };
                prop_assert_eq!(found.get(row), expected);
            }
        }
    }
}
