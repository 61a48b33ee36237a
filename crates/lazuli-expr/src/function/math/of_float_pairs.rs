//! Functions of two numbers whose result is a float: `arctan2`, `hypot`, and `log`, whose base may be left out.

use lazuli_array::DataType;
use lazuli_kernels::{KernelError, map_float_pairs, map_floats};

use super::of_floats::float_type;
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// A function of two numbers, computed as floats: Float32 if both are, else Float64; null where either is.
#[derive(Debug)]
pub struct OfFloatPair {
    pub(super) name: &'static str,
    pub(super) compute: fn(f64, f64) -> f64,
    /// What it is of one argument alone.
    pub(super) alone: Option<fn(f64) -> f64>,
}

impl ScalarFunction for OfFloatPair {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = if self.alone.is_some() { "one or two numbers" } else { "two numbers" };
        let is_number = |argument: &Argument<'_>| {
            argument.data_type.is_numeric() || *argument.data_type == DataType::Null
        };
        match arguments {
            [_] if self.alone.is_none() => Err(SignatureError::Expected(expected.into())),
            [_] | [_, _] if arguments.iter().all(is_number) => {
                let all_narrow = arguments.iter().all(|argument| *argument.data_type == DataType::Float32);
                let float = float_type(if all_narrow { &DataType::Float32 } else { &DataType::Float64 });
                Ok(Signature { inputs: vec![float.clone(); arguments.len()], output: float })
            }
            _ => Err(SignatureError::Expected(expected.into())),
        }
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        match (inputs, self.alone) {
            ([input], Some(alone)) => map_rows(input, |column| map_floats(self.name, column, alone)),
            _ => {
                let operands = [inputs[0].as_datum(), inputs[1].as_datum()];
                let column = map_float_pairs(self.name, operands[0], operands[1], self.compute)?;
                Ok(Value::from_result(column, &operands))
            }
        }
    }
}

/// The logarithm of a base; the exact ones of bases 2 and 10, so that `log(1000, 10)` is 3.
pub(super) fn log(value: f64, base: f64) -> f64 {
    if base == 10.0 {
        value.log10()
    } else if base == 2.0 {
        value.log2()
    } else {
        value.ln() / base.ln()
    }
}

impl Expr {
    /// The angle, in radians, between the x axis and the point whose y this is, from -pi to pi.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("y").arctan2(col("x")).to_string(), "arctan2(y, x)");
    /// ```
    pub fn arctan2(self, x: impl Into<Expr>) -> Self {
        self.call_with(super::ARCTAN2, [x.into()])
    }

    /// The length of the hypotenuse over these two sides, without overflow on the way.
    pub fn hypot(self, other: impl Into<Expr>) -> Self {
        self.call_with(super::HYPOT, [other.into()])
    }

    /// The logarithm of a base. For that of e see [`Expr::ln`].
    pub fn log(self, base: impl Into<Expr>) -> Self {
        self.call_with(super::LOG, [base.into()])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::super::{ARCTAN2, HYPOT, LOG};
    use super::*;

    #[test]
    fn values_and_types() {
        let column = |values: [Option<f64>; 2]| Value::Column(Column::from_values(values.into_iter()));
        let constant = |value: f64| Value::Constant(Constant::from_scalar(&Scalar::Float64(value)));
        let cases = [
            (ARCTAN2, vec![column([Some(0.0), None]), column([Some(1.0); 2])], column([Some(0.0), None])),
            (HYPOT, vec![column([Some(3.0), None]), constant(4.0)], column([Some(5.0), None])),
            (LOG, vec![column([Some(8.0), None]), constant(2.0)], column([Some(3.0), None])),
            (LOG, vec![column([Some(9.0), None]), constant(3.0)], column([Some(2.0), None])),
            (LOG, vec![column([Some(1.0), None])], column([Some(0.0), None])),
            (LOG, vec![constant(1000.0), constant(10.0)], constant(3.0)),
        ];
        for (function, inputs, expected) in cases {
            assert_eq!(function.evaluate(&inputs, 2), Ok(expected), "{function:?} {inputs:?}");
        }
        let argument = |data_type| Argument { data_type, literal: None };
        let (narrow, wide) = (argument(&DataType::Float32), argument(&DataType::Int64));
        assert_eq!(HYPOT.signature(&[narrow, narrow]).map(|types| types.output), Ok(DataType::Float32));
        assert_eq!(HYPOT.signature(&[narrow, wide]).map(|types| types.output), Ok(DataType::Float64));
        assert!(HYPOT.signature(&[narrow]).is_err());
        assert!(LOG.signature(&[argument(&DataType::String)]).is_err());
    }
}
