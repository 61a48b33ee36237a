//! `clip`.

use lazuli_array::DataType;
use lazuli_kernels::KernelError;

use crate::Expr;
use crate::evaluate::Value;
use crate::function::null::common_type;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};

/// The value, or the bound that it lies beyond; the lower bound counts first. Null and NaN stay as they are, and a bound
/// that is null does not bind. The type is the one that holds all three. Numbers, dates and times.
#[derive(Debug)]
pub struct Clip;

impl ScalarFunction for Clip {
    fn name(&self) -> &str {
        "clip"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let expected = || {
            SignatureError::Expected("a number, a date or a time, and one or two bounds of its kind".into())
        };
        if !matches!(arguments.len(), 2 | 3) {
            return Err(expected());
        }
        let common = common_type(arguments)?;
        if !common.is_numeric() && !common.is_temporal() && common != DataType::Null {
            return Err(expected());
        }
        Ok(Signature { inputs: vec![common.clone(); arguments.len()], output: common })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let values = inputs[0].clone().into_column(rows);
        let clipped = lazuli_kernels::clip(&values, operands.get(1).copied(), operands.get(2).copied())?;
        Ok(Value::from_result(clipped, &operands))
    }
}

impl Expr {
    /// At least `lower` and at most `upper`; `None::<i64>` for no such bound. The type widens to hold the bounds.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("age").clip(0, 120).to_string(), "clip(age, 0, 120)");
    /// ```
    pub fn clip(self, lower: impl Into<Expr>, upper: impl Into<Expr>) -> Self {
        self.call_with(super::CLIP, [lower.into(), upper.into()])
    }

    /// At least `lower`.
    pub fn clip_min(self, lower: impl Into<Expr>) -> Self {
        self.call_with(super::CLIP, [lower.into()])
    }

    /// At most `upper`.
    pub fn clip_max(self, upper: impl Into<Expr>) -> Self {
        self.clip(crate::lit(None::<i64>), upper)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn bounds() {
        let nan = f64::NAN;
        let values = Column::from_values([Some(-1.0), None, Some(nan), Some(9.0)].into_iter());
        let constant = |value: f64| Value::Constant(Constant::from_scalar(&Scalar::Float64(value)));
        let nothing = Value::Constant(Constant::null(DataType::Float64));
        let rows = Value::Column(Column::from_values([None, Some(1.0), Some(1.0), Some(10.0)].into_iter()));
        let cases = [
            (vec![constant(0.0), constant(5.0)], [Some(0.0), None, Some(nan), Some(5.0)]),
            (vec![constant(0.0)], [Some(0.0), None, Some(nan), Some(9.0)]),
            (vec![nothing, constant(5.0)], [Some(-1.0), None, Some(nan), Some(5.0)]),
            (vec![rows, constant(5.0)], [Some(-1.0), None, Some(nan), Some(10.0)]),
            (vec![constant(5.0), constant(2.0)], [Some(5.0), None, Some(nan), Some(2.0)]),
        ];
        for (bounds, expected) in cases {
            let inputs: Vec<Value> = std::iter::once(values.clone().into()).chain(bounds).collect();
            let expected = Column::from_values(expected.into_iter());
            assert_eq!(Clip.evaluate(&inputs, 4), Ok(expected.into()), "{inputs:?}");
        }
        let constants = [constant(7.0), constant(0.0), constant(5.0)];
        assert_eq!(Clip.evaluate(&constants, 4), Ok(constant(5.0)));
    }

    #[test]
    fn types_widen() {
        let argument = |data_type| Argument { data_type, literal: None };
        let types = Clip.signature(&[argument(&DataType::UInt8), argument(&DataType::Int8)]);
        assert_eq!(types.map(|types| types.output), Ok(DataType::Int16));
        assert!(Clip.signature(&[argument(&DataType::String), argument(&DataType::String)]).is_err());
        assert!(Clip.signature(&[argument(&DataType::Int8)]).is_err());
        assert!(Clip.signature(&[argument(&DataType::Date), argument(&DataType::Int8)]).is_err());
    }
}
