//! `all_horizontal` and `any_horizontal`.

use lazuli_array::{Column, DataType};
use lazuli_kernels::{KernelError, LogicalOp, Value, logical};

use crate::function::{Argument, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExprs};

/// Whether all, or any, of a row's booleans are true, by Kleene's logic: null if it depends on what a null is.
#[derive(Debug)]
pub struct Logic {
    pub(super) name: &'static str,
    pub(super) op: LogicalOp,
}

impl ScalarFunction for Logic {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let boolean =
            |argument: &Argument<'_>| matches!(argument.data_type, DataType::Boolean | DataType::Null);
        if arguments.is_empty() || !arguments.iter().all(boolean) {
            return Err(SignatureError::Expected("columns of booleans".into()));
        }
        Ok(Signature { inputs: vec![DataType::Boolean; arguments.len()], output: DataType::Boolean })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let (first, rest) = inputs.split_first().expect("the signature asks for an argument");
        rest.iter().try_fold(first.clone(), |result, next| {
            let operands = [result.as_datum(), next.as_datum()];
            let column = Column::new(DataType::Boolean, logical(self.op, operands[0], operands[1])?);
            Ok(Value::from_result(column, &operands))
        })
    }

    fn spreads_selectors(&self) -> bool {
        true
    }
}

/// Whether all of each row's booleans are true; null if it depends on what a null is.
///
/// ```
/// use lazuli_expr::function::all_horizontal;
///
/// assert_eq!(all_horizontal(["paid", "sent"]).to_string(), "all_horizontal(paid, sent)");
/// ```
pub fn all_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::ALL_HORIZONTAL, inputs: exprs.into_exprs() }
}

/// Whether any of each row's booleans is true; null if it depends on what a null is.
pub fn any_horizontal(exprs: impl IntoExprs) -> Expr {
    Expr::Function { function: super::ANY_HORIZONTAL, inputs: exprs.into_exprs() }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::super::{ALL_HORIZONTAL, ANY_HORIZONTAL};
    use super::*;

    #[test]
    fn kleene_logic_of_rows() {
        let rows = |values: [Option<bool>; 3]| Value::Column(Column::from_values(values.into_iter()));
        let yes = Value::Constant(Constant::from_scalar(&Scalar::Boolean(true)));
        let inputs = [rows([Some(true), Some(false), None]), rows([Some(true), None, None])];
        assert_eq!(ALL_HORIZONTAL.evaluate(&inputs, 3), Ok(rows([Some(true), Some(false), None])));
        assert_eq!(ANY_HORIZONTAL.evaluate(&inputs, 3), Ok(rows([Some(true), None, None])));
        let with_yes = [inputs[0].clone(), yes.clone()];
        assert_eq!(ANY_HORIZONTAL.evaluate(&with_yes, 3), Ok(rows([Some(true); 3])));
        assert_eq!(ALL_HORIZONTAL.evaluate(&[yes.clone(), yes.clone()], 3), Ok(yes));
        let argument = Argument { data_type: &DataType::Int8, literal: None };
        assert!(ALL_HORIZONTAL.signature(&[argument]).is_err() && ALL_HORIZONTAL.signature(&[]).is_err());
    }
}
