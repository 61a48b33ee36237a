//! `coalesce`.

use lazuli_array::DataType;
use lazuli_kernels::{Datum, KernelError};

use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::supertype;

/// The first argument that is not null, row by row; null where all are. The type is the one that holds all arguments'.
#[derive(Debug)]
pub struct Coalesce;

impl ScalarFunction for Coalesce {
    fn name(&self) -> &str {
        "coalesce"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = common_type(arguments)?;
        Ok(Signature { inputs: vec![output.clone(); arguments.len()], output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<Datum<'_>> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        Ok(Value::from_result(lazuli_kernels::coalesce(&operands, rows)?, &operands))
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// The type that holds all arguments'.
pub(in crate::function) fn common_type(arguments: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(SignatureError::Expected("at least one argument".into()));
    };
    rest.iter().try_fold(first.data_type.clone(), |common, argument| {
        supertype(&common, argument.data_type).ok_or_else(|| {
            SignatureError::Expected(format!(
                "arguments of one type, or of types that one type holds; none holds {common} and {}",
                argument.data_type
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DictionaryArray, FromValues, Scalar};
    use lazuli_kernels::Constant;
    use proptest::prelude::*;

    use super::*;

    fn coalesce(inputs: &[Value], num_rows: usize) -> Column {
        Coalesce.evaluate(inputs, num_rows).unwrap().into_column(num_rows)
    }

    fn naive(inputs: &[Value], row: usize) -> Scalar {
        inputs
            .iter()
            .map(|input| input.as_datum().get(row))
            .find(|value| !value.is_null())
            .unwrap_or(Scalar::Null)
    }

    /// An integer column, its text form plain and as a dictionary, and its list form; or one value for all rows.
    fn inputs_of(rows: Vec<Vec<Option<i64>>>, constants: &[bool], kind: usize) -> Vec<Value> {
        let columns = rows.into_iter().map(|values| {
            let texts = values.iter().map(|value| value.map(|value| value.to_string()));
            match kind {
                0 => Column::from_values(values.into_iter()),
                1 => Column::from_values(texts),
                2 => {
                    let texts: Vec<_> = texts.collect();
                    let array: DictionaryArray = texts.iter().map(Option::as_deref).collect();
                    Column::new(DataType::String, array)
                }
                _ => {
                    let item = |value| Scalar::List(Box::new(Column::from_values([value].into_iter())));
                    let lists = values.into_iter().map(|value: Option<i64>| value.map_or(Scalar::Null, item));
                    Column::from_scalars(&DataType::List(Box::new(DataType::Int64)), lists).unwrap()
                }
            }
        });
        columns
            .zip(constants)
            .map(|(column, &constant)| {
                if constant && !column.is_empty() {
                    Value::Constant(Constant::from_column(column.sliced(0, 1)))
                } else {
                    column.into()
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_first_value_wins(
            rows in (0usize..80).prop_flat_map(|rows| {
                let column = proptest::collection::vec(proptest::option::of(0i64..5), rows);
                proptest::collection::vec(column, 1..4)
            }),
            constants in proptest::collection::vec(any::<bool>(), 4),
            kind in 0usize..4,
        ) {
            let num_rows = rows[0].len();
            let inputs = inputs_of(rows, &constants, kind);
            let result = coalesce(&inputs, num_rows);
            prop_assert_eq!(result.len(), num_rows);
            for row in 0..num_rows {
                prop_assert_eq!(result.get(row), naive(&inputs, row));
            }
        }
    }

    #[test]
    fn types_meet_or_the_call_is_refused() {
        let argument = |data_type| Argument { data_type, literal: None };
        let signature =
            Coalesce.signature(&[argument(&DataType::Int8), argument(&DataType::Float64)]).unwrap();
        assert_eq!(signature.output, DataType::Float64);
        assert_eq!(signature.inputs, [DataType::Float64, DataType::Float64]);
        assert!(Coalesce.signature(&[argument(&DataType::Int8), argument(&DataType::String)]).is_err());
        assert!(Coalesce.signature(&[]).is_err());
    }
}
