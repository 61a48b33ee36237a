//! One type as another, for the pairs of types that generators make.

use lazuli_array::{DataType, Scalar};
use num_bigint::BigInt;

use super::arithmetic::{decimal_of, half_even_quotient, integer_of};
use super::calendar::{date_text, parse_date};
use super::value::{Number, number, ticks};

const SECONDS_PER_DAY: i128 = 86_400;

/// The value as another type; `None` if that type can't hold it. Null stays null. Panics for pairs of types that have no
/// meaning here.
pub(super) fn cast(value: &Scalar, to: &DataType) -> Option<Scalar> {
    if value.is_null() || value.data_type() == *to {
        return Some(value.clone());
    }
    match (value, to) {
        (Scalar::String(text), to) => from_text(text, to),
        (Scalar::Boolean(value), DataType::String) => {
            Some(Scalar::from(if *value { "true" } else { "false" }))
        }
        (Scalar::Boolean(value), to) => from_number(Number::Integer((*value).into()), to),
        (Scalar::Binary(bytes), DataType::String) => std::str::from_utf8(bytes).ok().map(Scalar::from),
        (value, to) => match number(value) {
            Some(number) if to.is_temporal() => match number {
                Number::Integer(ticks) => to_ticks(ticks, to),
                other => panic!("no cast of {other:?} to {to}"),
            },
            Some(number) => from_number(number, to),
            None => from_time(value, to),
        },
    }
}

fn from_text(text: &str, to: &DataType) -> Option<Scalar> {
    match to {
        DataType::String | DataType::Categorical => Some(text.into()),
        DataType::Enum(categories) => categories.position(text).map(|_| text.into()),
        DataType::Binary => Some(Scalar::Binary(text.as_bytes().into())),
        DataType::Boolean if text.eq_ignore_ascii_case("true") => Some(true.into()),
        DataType::Boolean if text.eq_ignore_ascii_case("false") => Some(false.into()),
        DataType::Boolean => None,
        DataType::Float64 => text.parse::<f64>().ok().map(Scalar::from),
        DataType::Float32 => text.parse::<f32>().ok().map(Scalar::from),
        DataType::Date => parse_date(text).map(Scalar::Date),
        DataType::Decimal { scale, .. } => decimal_of(&decimal_digits(text, *scale)?, to).ok(),
        to if to.is_signed_integer() => integer_of(text.parse::<i64>().ok()?.into(), to).ok(),
        to if to.is_unsigned_integer() => integer_of(text.parse::<u64>().ok()?.into(), to).ok(),
        to => panic!("no cast of text to {to}"),
    }
}

/// The digits of a text such as `-1.50` at a scale; no digit but 0 may be lost.
fn decimal_digits(text: &str, scale: u8) -> Option<BigInt> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let fraction = fraction.trim_end_matches('0');
    let is_number = !whole.is_empty() && [whole, fraction].concat().bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || fraction.len() > scale.into() {
        return None;
    }
    let digits: BigInt = format!("{whole}{fraction:0<width$}", width = scale.into()).parse().expect("digits");
    Some(if text.starts_with('-') { -digits } else { digits })
}

fn from_number(value: Number, to: &DataType) -> Option<Scalar> {
    match to {
        DataType::Boolean => Some(Scalar::Boolean(match value {
            Number::Integer(value) | Number::Decimal(value, _) => value != 0,
            Number::Float(value) => value != 0.0,
        })),
        DataType::Float64 => Some(Scalar::Float64(match value {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
            Number::Decimal(value, scale) => decimal_text(value, scale).parse().expect("a number"),
        })),
        DataType::Float32 => {
            let narrow = match value {
                Number::Integer(value) => value as f32,
                Number::Float(value) if value.is_finite() && !(value as f32).is_finite() => return None,
                Number::Float(value) => value as f32,
                Number::Decimal(value, scale) => decimal_text(value, scale).parse().expect("a number"),
            };
            Some(Scalar::Float32(narrow))
        }
        DataType::Decimal { scale, .. } => {
            let ten = |exponent: u8| BigInt::from(10u8).pow(exponent.into());
            let digits = match value {
                Number::Integer(value) => BigInt::from(value) * ten(*scale),
                Number::Decimal(value, from) => {
                    half_even_quotient(&(BigInt::from(value) * ten(*scale)), &ten(from))
                }
                Number::Float(value) if !value.is_finite() => return None,
                // Formatting rounds the exact value once, ties to even.
                Number::Float(value) => {
                    format!("{value:.*}", usize::from(*scale)).replace('.', "").parse().expect("digits")
                }
            };
            decimal_of(&digits, to).ok()
        }
        DataType::String => Some(Scalar::String(match value {
            Number::Integer(value) => value.to_string().into(),
            Number::Decimal(value, scale) => decimal_text(value, scale).into(),
            Number::Float(value) => {
                panic!("no text of {value}: its form is not specified by more than its code")
            }
        })),
        to if to.is_integer() => {
            let whole = match value {
                Number::Integer(value) => value,
                Number::Float(value) if value.abs() < 1e30 => value.trunc() as i128,
                Number::Float(_) => return None,
                Number::Decimal(value, scale) => value / 10i128.pow(scale.into()),
            };
            integer_of(whole, to).ok()
        }
        to => panic!("no cast of {value:?} to {to}"),
    }
}

fn decimal_text(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let (sign, point) = (if value < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" });
    format!("{sign}{whole}{point}{fraction}")
}

fn to_ticks(ticks: i128, to: &DataType) -> Option<Scalar> {
    let day = SECONDS_PER_DAY * 1_000_000_000;
    if *to == DataType::Time && !(0..day).contains(&ticks) {
        return None;
    }
    integer_of(ticks, to).ok()
}

fn from_time(value: &Scalar, to: &DataType) -> Option<Scalar> {
    let Some(ticks) = ticks(value) else { panic!("no cast of {value:?} to {to}") };
    match (value, to) {
        (Scalar::Date(days), DataType::String) => Some(Scalar::from(date_text(*days).as_str())),
        (Scalar::Date(_), DataType::Datetime(unit, _)) => {
            to_ticks(ticks * SECONDS_PER_DAY * i128::from(unit.per_second()), to)
        }
        (Scalar::Datetime(_, unit, _), DataType::Date) => {
            to_ticks(ticks.div_euclid(SECONDS_PER_DAY * i128::from(unit.per_second())), to)
        }
        (Scalar::Datetime(_, unit, _), DataType::Time) => {
            let per_second = i128::from(unit.per_second());
            to_ticks(ticks.rem_euclid(SECONDS_PER_DAY * per_second) * (1_000_000_000 / per_second), to)
        }
        (Scalar::Datetime(_, from, _), DataType::Datetime(unit, _)) => {
            let (from, unit) = (i128::from(from.per_second()), i128::from(unit.per_second()));
            to_ticks((ticks * unit).div_euclid(from), to)
        }
        (Scalar::Duration(_, from), DataType::Duration(unit)) => {
            to_ticks(ticks * i128::from(unit.per_second()) / i128::from(from.per_second()), to)
        }
        (_, to) if to.is_integer() => integer_of(ticks, to).ok(),
        _ => panic!("no cast of {value:?} to {to}"),
    }
}
