//! `coalesce`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::{Datum, KernelError};

use crate::evaluate::Value;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::supertype;

/// The first argument that is not null, row by row; null where all are. The type is the one that holds all arguments'.
#[derive(Debug)]
pub struct Coalesce {
    /// Whether `all()` among the arguments stands for that many arguments; `all().fill_null(0)` is a call for each column.
    pub(super) spreads: bool,
}

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
        self.spreads
    }
}

/// The type that holds all arguments'. A constant decimal has many digits of room, so it asks for no more than its value
/// needs: `coalesce(price, 0)` has the type of `price`.
pub(in crate::function) fn common_type(arguments: &[Argument<'_>]) -> Result<DataType, SignatureError> {
    if arguments.is_empty() {
        return Err(SignatureError::Expected("at least one argument".into()));
    }
    let is_constant = |argument: &&Argument<'_>| decimal(argument).is_some();
    let others = arguments.iter().filter(|argument| !is_constant(argument));
    let mut in_order = others.chain(arguments.iter().filter(is_constant));
    let first = in_order.next().map_or(DataType::Null, |first| first.data_type.clone());
    in_order.try_fold(first, |common, argument| {
        if decimal(argument).is_some_and(|(value, scale)| fits(value, scale, &common)) {
            return Ok(common);
        }
        supertype(&common, argument.data_type).ok_or_else(|| {
            SignatureError::Expected(format!(
                "arguments of one type, or of types that one type holds; none holds {common} and {}",
                argument.data_type
            ))
        })
    })
}

/// The value of a constant decimal, and its scale.
fn decimal(argument: &Argument<'_>) -> Option<(i128, u8)> {
    match argument.literal?.value {
        Scalar::Decimal { value, scale, .. } => Some((value, scale)),
        _ => None,
    }
}

/// Whether a decimal type holds a value exactly.
fn fits(value: i128, scale: u8, data_type: &DataType) -> bool {
    let DataType::Decimal { precision, scale: to } = data_type else { return false };
    let factor = |exponent: u8| 10i128.pow(exponent.into());
    let scaled = if *to >= scale {
        value.checked_mul(factor(to - scale))
    } else {
        let unit = factor(scale - to);
        (value % unit == 0).then_some(value / unit)
    };
    scaled.is_some_and(|scaled| scaled.unsigned_abs() < 10u128.pow((*precision).into()))
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DictionaryArray, FromValues};
    use lazuli_kernels::Constant;
    use proptest::prelude::*;

    use super::*;
    use crate::Literal;

    fn coalesce(inputs: &[Value], num_rows: usize) -> Column {
        Coalesce { spreads: true }.evaluate(inputs, num_rows).unwrap().into_column(num_rows)
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
        let signature = Coalesce { spreads: true }
            .signature(&[argument(&DataType::Int8), argument(&DataType::Float64)])
            .unwrap();
        assert_eq!(signature.output, DataType::Float64);
        assert_eq!(signature.inputs, [DataType::Float64, DataType::Float64]);
        assert!(
            Coalesce { spreads: true }
                .signature(&[argument(&DataType::Int8), argument(&DataType::String)])
                .is_err()
        );
        assert!(Coalesce { spreads: true }.signature(&[]).is_err());
        // Constant decimals ask for no more than they need.
        let price = DataType::Decimal { precision: 10, scale: 2 };
        let wide = DataType::Decimal { precision: 38, scale: 0 };
        let output = |value: i128| {
            let literal = Literal::typed(Scalar::Decimal { value, precision: 38, scale: 0 });
            let constant = Argument { data_type: &wide, literal: Some(&literal) };
            Coalesce { spreads: true }.signature(&[constant, argument(&price)]).map(|types| types.output)
        };
        assert_eq!(output(7), Ok(price.clone()));
        assert_eq!(output(10i128.pow(8)), Ok(DataType::Decimal { precision: 38, scale: 2 }));
    }
}
