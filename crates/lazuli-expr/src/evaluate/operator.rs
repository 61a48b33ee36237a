//! Signs to kernels.

use lazuli_array::{Column, DataType};
use lazuli_kernels::{
    CompareOp, Datum, KernelError, LogicalOp, Value, arithmetic, compare, concat_text, logical, neg, not,
};

use crate::typing::arithmetic_op;
use crate::{BinaryOperator, UnaryOperator};

/// An operator over two sides of the types that typing gave it.
pub(super) fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, KernelError> {
    let (left, right) = (left.as_datum(), right.as_datum());
    let column = if let Some(op) = arithmetic_op(operator) {
        match left.data_type() {
            DataType::String => concat_text(left, right)?,
            _ => arithmetic(op, left, right)?,
        }
    } else if let Some(op) = compare_op(operator) {
        Column::new(DataType::Boolean, compare(op, left, right)?)
    } else {
        Column::new(DataType::Boolean, logical(logical_op(operator), left, right)?)
    };
    Ok(Value::from_result(column, &[left, right]))
}

/// An operator over one side.
pub(super) fn unary(operator: UnaryOperator, input: &Value) -> Result<Value, KernelError> {
    let datum = input.as_datum();
    let column = match datum {
        Datum::Column(column) => column,
        Datum::Constant(constant) => constant.as_column(),
    };
    let result = match operator {
        UnaryOperator::Negate => neg(column)?,
        UnaryOperator::Not => match column.array() {
            lazuli_array::Array::Boolean(array) => Column::new(DataType::Boolean, not(array)),
            _ => panic!("typing casts the operand of `not` to Boolean"),
        },
    };
    Ok(Value::from_result(result, &[datum]))
}

fn compare_op(operator: BinaryOperator) -> Option<CompareOp> {
    Some(match operator {
        BinaryOperator::Equal => CompareOp::Eq,
        BinaryOperator::NotEqual => CompareOp::NotEq,
        BinaryOperator::Less => CompareOp::Lt,
        BinaryOperator::LessEqual => CompareOp::LtEq,
        BinaryOperator::Greater => CompareOp::Gt,
        BinaryOperator::GreaterEqual => CompareOp::GtEq,
        BinaryOperator::EqualMissing => CompareOp::EqMissing,
        BinaryOperator::NotEqualMissing => CompareOp::NotEqMissing,
        _ => return None,
    })
}

fn logical_op(operator: BinaryOperator) -> LogicalOp {
    match operator {
        BinaryOperator::And => LogicalOp::And,
        BinaryOperator::Or => LogicalOp::Or,
        BinaryOperator::Xor => LogicalOp::Xor,
        other => panic!("{other} is neither arithmetic nor a comparison nor logic"),
    }
}
