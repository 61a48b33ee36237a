//! Operators on numbers, texts and times: two values to one.

use lazuli_array::{DataType, Scalar};
use lazuli_expr::BinaryOperator;
use num_bigint::BigInt;

use super::value::{Number, integer, number, ticks};
use super::{Cell, Failure};

/// An arithmetic operator over two values of the types that resolving gave it, none of them null.
pub(super) fn arithmetic(operator: BinaryOperator, left: &Scalar, right: &Scalar, output: &DataType) -> Cell {
    match (left, right) {
        (Scalar::String(left), Scalar::String(right)) => Ok(Scalar::String(format!("{left}{right}").into())),
        (Scalar::Float32(left), Scalar::Float32(right)) => {
            Ok(Scalar::Float32(floats32(operator, *left, *right)))
        }
        (Scalar::Float64(left), Scalar::Float64(right)) => {
            Ok(Scalar::Float64(floats64(operator, *left, *right)))
        }
        _ => match (number(left), number(right)) {
            (Some(Number::Integer(left)), Some(Number::Integer(right))) => {
                integers(operator, left, right, output)
            }
            (Some(Number::Decimal(left, left_scale)), Some(Number::Decimal(right, right_scale))) => {
                decimals(operator, (left, left_scale), (right, right_scale), output)
            }
            _ => times(operator, left, right, output),
        },
    }
}

/// The value of an integer type; an error if it does not fit.
pub(super) fn integer_of(value: i128, data_type: &DataType) -> Cell {
    fn fit<T: TryFrom<i128>>(value: i128, wrap: fn(T) -> Scalar) -> Cell {
        T::try_from(value).map(wrap).map_err(|_| Failure::Overflow)
    }
    match data_type {
        DataType::Int8 => fit(value, Scalar::Int8),
        DataType::Int16 => fit(value, Scalar::Int16),
        DataType::Int32 => fit(value, Scalar::Int32),
        DataType::Int64 => fit(value, Scalar::Int64),
        DataType::UInt8 => fit(value, Scalar::UInt8),
        DataType::UInt16 => fit(value, Scalar::UInt16),
        DataType::UInt32 => fit(value, Scalar::UInt32),
        DataType::UInt64 => fit(value, Scalar::UInt64),
        DataType::Date => fit(value, Scalar::Date),
        DataType::Time => fit(value, Scalar::Time),
        DataType::Duration(unit) => {
            Ok(Scalar::Duration(value.try_into().map_err(|_| Failure::Overflow)?, *unit))
        }
        DataType::Datetime(unit, zone) => {
            let ticks = value.try_into().map_err(|_| Failure::Overflow)?;
            Ok(Scalar::Datetime(ticks, *unit, zone.clone()))
        }
        other => panic!("{other} is no type of integers"),
    }
}

/// Rounded towards negative infinity; `None` for a divisor of 0.
fn floor_quotient(left: i128, right: i128) -> Option<i128> {
    let quotient = left.checked_div(right)?;
    Some(if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

fn integers(operator: BinaryOperator, left: i128, right: i128, output: &DataType) -> Cell {
    let result = match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left.checked_mul(right).ok_or(Failure::Overflow)?,
        BinaryOperator::FloorDivide | BinaryOperator::Modulo => match floor_quotient(left, right) {
            None => return Ok(Scalar::Null),
            Some(quotient) if operator == BinaryOperator::FloorDivide => quotient,
            Some(quotient) => left - quotient * right,
        },
        BinaryOperator::Power => power(left, right)?,
        other => panic!("{other} of integers was resolved to floats"),
    };
    integer_of(result, output)
}

/// By repeated multiplication; whatever leaves 64 bits has overflown.
fn power(base: i128, exponent: i128) -> Result<i128, Failure> {
    if exponent < 0 {
        return Err(Failure::NegativePower);
    }
    match base {
        0 | 1 => Ok(if exponent == 0 { 1 } else { base }),
        -1 => Ok(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => (0..exponent).try_fold(1i128, |product, _| {
            let product = product.checked_mul(base).filter(|product| product.abs() < 1 << 65);
            product.ok_or(Failure::Overflow)
        }),
    }
}

macro_rules! floats {
    ($name:ident, $type:ty) => {
        fn $name(operator: BinaryOperator, left: $type, right: $type) -> $type {
            match operator {
                BinaryOperator::Add => left + right,
                BinaryOperator::Subtract => left - right,
                BinaryOperator::Multiply => left * right,
                BinaryOperator::Divide => left / right,
                BinaryOperator::Power => left.powf(right),
                // As Python has both: the floor of the exact quotient, and what is left.
                BinaryOperator::FloorDivide if right == 0.0 || left.is_infinite() => (left / right).floor(),
                BinaryOperator::FloorDivide => {
                    let rest = left % right;
                    let mut quotient = (left - rest) / right;
                    if rest != 0.0 && (right < 0.0) != (rest < 0.0) {
                        quotient -= 1.0;
                    }
                    if quotient == 0.0 {
                        return (0.0 as $type).copysign(left / right);
                    }
                    let floor = quotient.floor();
                    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
                }
                BinaryOperator::Modulo => {
                    let rest = left % right;
                    if rest == 0.0 {
                        (0.0 as $type).copysign(right)
                    } else if (right < 0.0) != (rest < 0.0) {
                        rest + right
                    } else {
                        rest
                    }
                }
                other => panic!("{other} is not arithmetic"),
            }
        }
    };
}

floats!(floats32, f32);
floats!(floats64, f64);

fn power_of_ten(exponent: u8) -> BigInt {
    BigInt::from(10u8).pow(exponent.into())
}

/// Digits of a decimal type; an error beyond its precision.
pub(super) fn decimal_of(value: &BigInt, data_type: &DataType) -> Cell {
    let DataType::Decimal { precision, scale } = *data_type else { panic!("{data_type} is no decimal") };
    if *value.magnitude() >= *power_of_ten(precision).magnitude() {
        return Err(Failure::Overflow);
    }
    let value = i128::try_from(value.clone()).expect("38 digits fit 128 bits");
    Ok(Scalar::Decimal { value, precision, scale })
}

/// The whole number nearest to the quotient, ties to even.
pub(super) fn half_even_quotient(left: &BigInt, right: &BigInt) -> BigInt {
    let floor = big_floor_quotient(left, right);
    // What the floor left, doubled, over the divisor: below 1, 1, or above.
    let doubled: BigInt = (left - &floor * right) * 2;
    let up = match doubled.magnitude().cmp(right.magnitude()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => floor.bit(0),
        std::cmp::Ordering::Greater => true,
    };
    floor + i32::from(up)
}

fn big_floor_quotient(left: &BigInt, right: &BigInt) -> BigInt {
    let (quotient, rest) = (left / right, left % right);
    let zero = BigInt::ZERO;
    if rest != zero && (rest < zero) != (*right < zero) { quotient - 1 } else { quotient }
}

fn decimals(
    operator: BinaryOperator,
    (left, left_scale): (i128, u8),
    (right, right_scale): (i128, u8),
    output: &DataType,
) -> Cell {
    let common = left_scale.max(right_scale);
    let aligned = |value: i128, scale: u8| BigInt::from(value) * power_of_ten(common - scale);
    let (left_digits, right_digits) = (aligned(left, left_scale), aligned(right, right_scale));
    // The engine brings both sides to one scale in 128 bits, and says so.
    let is_aligned =
        [&left_digits, &right_digits].iter().all(|digits| i128::try_from((*digits).clone()).is_ok());
    let divides =
        matches!(operator, BinaryOperator::Divide | BinaryOperator::FloorDivide | BinaryOperator::Modulo);
    if divides && right == 0 {
        return Err(Failure::DivisionByZero);
    }
    let result = match operator {
        BinaryOperator::Multiply => BigInt::from(left) * right,
        BinaryOperator::Divide => {
            let DataType::Decimal { scale, .. } = output else { panic!("decimals give decimals") };
            half_even_quotient(&(left_digits * power_of_ten(*scale)), &right_digits)
        }
        BinaryOperator::FloorDivide => big_floor_quotient(&left_digits, &right_digits),
        _ if !is_aligned => return Err(Failure::Overflow),
        BinaryOperator::Add => left_digits + right_digits,
        BinaryOperator::Subtract => left_digits - right_digits,
        BinaryOperator::Modulo => {
            let quotient = big_floor_quotient(&left_digits, &right_digits);
            left_digits - quotient * right_digits
        }
        other => panic!("{other} of decimals was resolved to floats"),
    };
    decimal_of(&result, output)
}

/// Dates, times and durations: whole ticks, in units that resolving has made the same.
fn times(operator: BinaryOperator, left: &Scalar, right: &Scalar, output: &DataType) -> Cell {
    let amount = |value: &Scalar| ticks(value).or_else(|| integer(value)).expect("times and whole numbers");
    let (left, right) = (amount(left), amount(right));
    match operator {
        BinaryOperator::Divide => Ok(Scalar::Float64(left as f64 / right as f64)),
        operator => integers(operator, left, right, output),
    }
}
