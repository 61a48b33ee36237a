//! `min_horizontal` and `max_horizontal`.

use lazuli_kernels::{KernelError, Value, extreme_of_two};

use crate::function::null::common_type;
use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs};

/// The least or the greatest value of each row; null and NaN give way to all others. The type holds all arguments'.
#[derive(Debug)]
pub struct Extreme {
    pub(super) name: &'static str,
    pub(super) least: bool,
}

impl ScalarFunction for Extreme {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let output = common_type(arguments)?;
        if output.is_nested() {
            return Err(SignatureError::Expected("columns of values that have an order".into()));
        }
        Ok(Signature { inputs: vec![output.clone(); arguments.len()], output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let operands: Vec<_> = inputs.iter().map(Value::as_datum).collect();
        let rows = if operands.iter().all(|operand| operand.is_constant()) { 1 } else { num_rows };
        let mut columns = inputs.iter().map(|input| input.clone().into_column(rows));
        let first = columns.next().expect("the signature asks for an argument");
        let extreme = columns.try_fold(first, |best, next| extreme_of_two(self.least, &best, &next))?;
        Ok(Value::from_result(extreme, &operands))
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// The least value of each row over these columns; null and NaN give way to all others.
///
/// ```
/// use lazuli_expr::function::min_horizontal;
///
/// assert_eq!(min_horizontal(["a", "b"]).to_string(), "min_horizontal(a, b)");
/// ```
pub fn min_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::MIN_HORIZONTAL, inputs: exprs.into_exprs() }
}

/// The greatest value of each row over these columns; null and NaN give way to all others.
pub fn max_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::MAX_HORIZONTAL, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, DataType, FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::super::{MAX_HORIZONTAL, MIN_HORIZONTAL};
    use super::*;

    #[test]
    fn extremes_of_rows() {
        let nan = f64::NAN;
        let left = Value::Column(Column::from_values([Some(1.0), Some(nan), None, Some(nan)].into_iter()));
        let right = Value::Column(Column::from_values([Some(3.0), Some(2.0), None, Some(nan)].into_iter()));
        let rows = |values: [Option<f64>; 4]| Ok(Value::Column(Column::from_values(values.into_iter())));
        let both = [left, right];
        assert_eq!(MIN_HORIZONTAL.evaluate(&both, 4), rows([Some(1.0), Some(2.0), None, Some(nan)]));
        assert_eq!(MAX_HORIZONTAL.evaluate(&both, 4), rows([Some(3.0), Some(2.0), None, Some(nan)]));
        let words = Value::Column(Column::from_values([Some("b"), None].into_iter()));
        let a = Value::Constant(Constant::from_scalar(&Scalar::from("a")));
        let expected = Value::Column(Column::from_values(["b", "a"].into_iter()));
        assert_eq!(MAX_HORIZONTAL.evaluate(&[words, a.clone()], 2), Ok(expected));
        assert_eq!(MAX_HORIZONTAL.evaluate(&[a.clone(), a.clone()], 2), Ok(a));
        let argument = |data_type| Argument { data_type, literal: None };
        let list = DataType::List(Box::new(DataType::Int8));
        assert!(MIN_HORIZONTAL.signature(&[argument(&list)]).is_err());
        assert!(MIN_HORIZONTAL.signature(&[argument(&DataType::Int8), argument(&DataType::String)]).is_err());
        assert!(MIN_HORIZONTAL.signature(&[]).is_err());
    }
}
