//! Types of operators: what both sides are cast to, and what comes out.

use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::ArithmeticOp;

use crate::BinaryOperator;
use crate::supertype::supertype;

/// What the sides of an operator become, and the type of its result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operands {
    pub(super) left: DataType,
    pub(super) right: DataType,
    pub(super) output: DataType,
}

fn both(side: DataType, output: DataType) -> Option<Operands> {
    Some(Operands { left: side.clone(), right: side, output })
}

fn is_decimal(side: &DataType) -> bool {
    matches!(side, DataType::Decimal { .. })
}

/// The types for an operator, or `None` if it has no meaning for these two.
pub(super) fn operands(operator: BinaryOperator, left: &DataType, right: &DataType) -> Option<Operands> {
    if operator.is_logical() {
        let boolean = |side: &DataType| matches!(side, DataType::Boolean | DataType::Null);
        return if boolean(left) && boolean(right) {
            both(DataType::Boolean, DataType::Boolean)
        } else {
            None
        };
    }
    if operator.is_comparison() {
        return comparison(operator, left, right);
    }
    if left.is_temporal() || right.is_temporal() {
        return temporal(operator, left, right);
    }
    arithmetic(operator, left, right)
}

fn comparison(operator: BinaryOperator, left: &DataType, right: &DataType) -> Option<Operands> {
    let by_equality = matches!(
        operator,
        BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::EqualMissing
            | BinaryOperator::NotEqualMissing
    );
    if !by_equality && (left.is_nested() || right.is_nested()) {
        return None;
    }
    if left == right {
        return both(left.clone(), DataType::Boolean);
    }
    let is_enum = |side: &DataType| matches!(side, DataType::Enum(_));
    if !by_equality && left.is_text() && right.is_text() && (is_enum(left) || is_enum(right)) {
        // An enum is ordered by its list, which says nothing of other texts.
        return None;
    }
    match (left, right) {
        (DataType::Null, other) | (other, DataType::Null) => both(other.clone(), DataType::Boolean),
        (left, right) if left.is_numeric() && right.is_numeric() => number_comparison(left, right),
        (left, right) if left.is_text() && right.is_text() => both(DataType::String, DataType::Boolean),
        (DataType::Datetime(_, left_zone), DataType::Datetime(_, right_zone))
            if left_zone.is_some() != right_zone.is_some() =>
        {
            None
        }
        (left, right) if left.is_temporal() && right.is_temporal() => {
            both(supertype(left, right)?, DataType::Boolean)
        }
        (left, right) if left.is_nested() && right.is_nested() => {
            both(supertype(left, right)?, DataType::Boolean)
        }
        _ => None,
    }
}

/// Integers and floats compare by value, exactly: one common type would round 2^53 + 1.
fn number_comparison(left: &DataType, right: &DataType) -> Option<Operands> {
    let wide = |side: &DataType| match side {
        side if side.is_signed_integer() => DataType::Int64,
        side if side.is_unsigned_integer() => DataType::UInt64,
        DataType::Float32 => DataType::Float64,
        other => other.clone(),
    };
    match (is_decimal(left), is_decimal(right)) {
        (false, false) => Some(Operands { left: wide(left), right: wide(right), output: DataType::Boolean }),
        // A whole number is an exact decimal; a float is not, so the decimal becomes a float.
        (true, false) if right.is_float() => both(DataType::Float64, DataType::Boolean),
        (false, true) if left.is_float() => both(DataType::Float64, DataType::Boolean),
        _ => both(supertype(left, right)?, DataType::Boolean),
    }
}

fn arithmetic(operator: BinaryOperator, left: &DataType, right: &DataType) -> Option<Operands> {
    let (left, right) = match (left, right) {
        (DataType::Null, DataType::Null) => return None,
        (DataType::Null, other) | (other, DataType::Null) => (other, other),
        sides => sides,
    };
    if left.is_text() && right.is_text() && operator == BinaryOperator::Add {
        return both(DataType::String, DataType::String);
    }
    // true counts as 1, but two booleans have no arithmetic of their own.
    let (left, right) = match (left, right) {
        (DataType::Boolean, other) | (other, DataType::Boolean) if other.is_numeric() => (other, other),
        sides => sides,
    };
    if !left.is_numeric() || !right.is_numeric() {
        return None;
    }
    if left.is_float() || right.is_float() {
        let common =
            if is_decimal(left) || is_decimal(right) { DataType::Float64 } else { supertype(left, right)? };
        return both(common.clone(), common);
    }
    if is_decimal(left) || is_decimal(right) {
        return decimal_arithmetic(operator, left, right);
    }
    if operator == BinaryOperator::Divide {
        return both(DataType::Float64, DataType::Float64);
    }
    match supertype(left, right)? {
        // Int64 with UInt64: the exact common type is a decimal.
        common if is_decimal(&common) => decimal_arithmetic(operator, left, right),
        common => both(common.clone(), common),
    }
}

/// Digits and scale of a whole number as a decimal: enough for every value.
fn as_decimal(side: &DataType) -> (u8, u8) {
    match side {
        DataType::Decimal { precision, scale } => (*precision, *scale),
        DataType::Int8 | DataType::UInt8 => (3, 0),
        DataType::Int16 | DataType::UInt16 => (5, 0),
        DataType::Int32 | DataType::UInt32 => (10, 0),
        DataType::Int64 => (19, 0),
        _ => (20, 0),
    }
}

/// Decimals keep their own digits; the kernel says what comes out: all digits or an error.
fn decimal_arithmetic(operator: BinaryOperator, left: &DataType, right: &DataType) -> Option<Operands> {
    let side = |side: &DataType| {
        let (precision, scale) = as_decimal(side);
        DataType::Decimal { precision, scale }
    };
    let (left, right) = (side(left), side(right));
    if operator == BinaryOperator::Power {
        return both(DataType::Float64, DataType::Float64);
    }
    let output = arithmetic_op(operator)?.result_type(&left, &right)?;
    Some(Operands { left, right, output })
}

/// The kernel's word for an operator; `None` if it computes no number.
pub(crate) fn arithmetic_op(operator: BinaryOperator) -> Option<ArithmeticOp> {
    Some(match operator {
        BinaryOperator::Add => ArithmeticOp::Add,
        BinaryOperator::Subtract => ArithmeticOp::Sub,
        BinaryOperator::Multiply => ArithmeticOp::Mul,
        BinaryOperator::Divide => ArithmeticOp::Div,
        BinaryOperator::FloorDivide => ArithmeticOp::FloorDiv,
        BinaryOperator::Modulo => ArithmeticOp::Rem,
        BinaryOperator::Power => ArithmeticOp::Pow,
        _ => return None,
    })
}

fn temporal(operator: BinaryOperator, left: &DataType, right: &DataType) -> Option<Operands> {
    use BinaryOperator::{Add, Divide, FloorDivide, Modulo, Multiply, Subtract};
    use DataType::{Date, Datetime, Duration, Float64, Int64, Null};
    let sides = |left: DataType, right: DataType, output: DataType| Some(Operands { left, right, output });
    match (operator, left, right) {
        (Subtract, Date, Date) => {
            both(Datetime(TimeUnit::Microseconds, None), Duration(TimeUnit::Microseconds))
        }
        (Subtract, Datetime(left_unit, left_zone), Datetime(right_unit, right_zone))
            if left_zone.is_some() == right_zone.is_some() =>
        {
            let unit = *left_unit.max(right_unit);
            sides(Datetime(unit, left_zone.clone()), Datetime(unit, right_zone.clone()), Duration(unit))
        }
        (Subtract, Date, Datetime(unit, None)) | (Subtract, Datetime(unit, None), Date) => {
            both(Datetime(*unit, None), Duration(*unit))
        }
        (Add | Subtract, Datetime(unit, zone), Duration(by)) => {
            let unit = *unit.max(by);
            sides(Datetime(unit, zone.clone()), Duration(unit), Datetime(unit, zone.clone()))
        }
        (Add, Duration(by), Datetime(unit, zone)) => {
            let unit = *unit.max(by);
            sides(Duration(unit), Datetime(unit, zone.clone()), Datetime(unit, zone.clone()))
        }
        // A duration may hold hours, so the sum of a date and a duration is a datetime.
        (Add | Subtract, Date, Duration(unit)) => {
            sides(Datetime(*unit, None), Duration(*unit), Datetime(*unit, None))
        }
        (Add, Duration(unit), Date) => sides(Duration(*unit), Datetime(*unit, None), Datetime(*unit, None)),
        (Add | Subtract | Modulo, Duration(left), Duration(right)) => {
            let unit = *left.max(right);
            both(Duration(unit), Duration(unit))
        }
        (Divide, Duration(left), Duration(right)) => both(Duration(*left.max(right)), Float64),
        (FloorDivide, Duration(left), Duration(right)) => both(Duration(*left.max(right)), Int64),
        (Multiply | FloorDivide, Duration(unit), by) if by.is_integer() => {
            sides(Duration(*unit), Int64, Duration(*unit))
        }
        (Multiply, by, Duration(unit)) if by.is_integer() => sides(Int64, Duration(*unit), Duration(*unit)),
        (Add | Subtract, Duration(unit), Null) | (Add | Subtract, Null, Duration(unit)) => {
            both(Duration(*unit), Duration(*unit))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_say_what_they_take() {
        use BinaryOperator::*;
        use DataType::{Boolean, Date, Float32, Float64, Int8, Int16, Int32, Int64, String, UInt8, UInt64};
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        let milliseconds = DataType::Duration(TimeUnit::Milliseconds);
        let cases = [
            (Add, Int8, Int16, Some("Int16")),
            (Add, Int8, UInt8, Some("Int16")),
            (Add, Int64, UInt64, Some("Decimal(21, 0)")),
            (Add, Int64, Float32, Some("Float64")),
            (Divide, Int32, Int32, Some("Float64")),
            (Divide, Float32, Float32, Some("Float32")),
            (FloorDivide, Int32, Int64, Some("Int64")),
            (Add, String, String, Some("String")),
            (Add, String, Int64, None),
            (Add, Boolean, Boolean, None),
            (Add, Boolean, Int8, Some("Int8")),
            (Subtract, Date, Date, Some("Duration(us)")),
            (Add, Date, Date, None),
            (Add, Date, milliseconds.clone(), Some("Datetime(ms)")),
            (Multiply, milliseconds, Int8, Some("Duration(ms)")),
            (Multiply, decimal(10, 2), decimal(5, 1), Some("Decimal(15, 3)")),
            (Less, Int64, UInt64, Some("Boolean")),
            (Less, Int64, Float64, Some("Boolean")),
            (Less, Int64, String, None),
            (Equal, Boolean, Int64, None),
            (And, Boolean, DataType::Null, Some("Boolean")),
            (And, Boolean, Int64, None),
        ];
        for (operator, left, right, expected) in cases {
            let output = operands(operator, &left, &right).map(|operands| operands.output.to_string());
            assert_eq!(output.as_deref(), expected, "{left} {operator} {right}");
        }
    }

    #[test]
    fn mixed_integers_and_floats_are_not_rounded_before_they_are_compared() {
        let types =
            operands(BinaryOperator::Equal, &DataType::Int32, &DataType::Float32).expect("numbers compare");
        assert_eq!((types.left, types.right), (DataType::Int64, DataType::Float64));
    }
}
