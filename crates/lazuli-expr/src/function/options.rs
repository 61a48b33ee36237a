//! Constant arguments that choose how a function works: whole numbers, words, yes or no, lists.
//!
//! A bare number beside a column has become one of the column's type by the time a function sees it, so `2` may come as a
//! Float64 or a decimal: what counts is that it is whole.

use lazuli_array::{Column, DataType, Scalar};
use lazuli_kernels::cast::{CastMode, cast};

use crate::evaluate::Value;
use crate::function::{Argument, SignatureError};
use crate::supertype;

/// The value of the argument at `index` if it is a constant; `None` if it is not there or not a constant.
pub(crate) fn literal<'a>(arguments: &[Argument<'a>], index: usize) -> Option<&'a Scalar> {
    arguments.get(index)?.literal.map(|literal| &literal.value)
}

/// The constant at `index` when a function runs; `None` if it is not there.
pub(crate) fn constant(inputs: &[Value], index: usize) -> Option<Scalar> {
    match inputs.get(index)? {
        Value::Constant(constant) => Some(constant.value()),
        Value::Column(_) => None,
    }
}

/// A whole number, of whatever type.
pub(crate) fn whole(value: &Scalar) -> Option<i64> {
    Some(match value {
        Scalar::Int8(value) => (*value).into(),
        Scalar::Int16(value) => (*value).into(),
        Scalar::Int32(value) => (*value).into(),
        Scalar::Int64(value) => *value,
        Scalar::UInt8(value) => (*value).into(),
        Scalar::UInt16(value) => (*value).into(),
        Scalar::UInt32(value) => (*value).into(),
        Scalar::UInt64(value) => i64::try_from(*value).ok()?,
        Scalar::Float32(value) => return whole(&Scalar::Float64((*value).into())),
        Scalar::Float64(value) if value.trunc() == *value && value.abs() < 9e18 => *value as i64,
        Scalar::Decimal { value, scale, .. } => {
            let unit = 10i128.checked_pow((*scale).into())?;
            (value % unit == 0).then(|| i64::try_from(value / unit).ok())??
        }
        _ => return None,
    })
}

/// A number as a float.
pub(crate) fn number(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Float32(value) => Some((*value).into()),
        Scalar::Float64(value) => Some(*value),
        Scalar::Decimal { value, scale, .. } => Some(*value as f64 / 10f64.powi((*scale).into())),
        other => whole(other).map(|value| value as f64),
    }
}

/// Yes or no; `missing` if the argument is not there. `None` if it is something else.
pub(crate) fn flag(value: Option<&Scalar>, missing: bool) -> Option<bool> {
    match value {
        None => Some(missing),
        Some(Scalar::Boolean(value)) => Some(*value),
        Some(_) => None,
    }
}

/// The items of a constant list.
pub(crate) fn list(value: Option<&Scalar>) -> Option<&Column> {
    match value {
        Some(Scalar::List(items)) => Some(items),
        _ => None,
    }
}

/// Texts out of a constant list that has no nulls.
pub(crate) fn texts(value: Option<&Scalar>) -> Option<Vec<String>> {
    let items = list(value)?;
    (0..items.len())
        .map(|row| match items.get(row) {
            Scalar::String(text) => Some(text.to_string()),
            _ => None,
        })
        .collect()
}

/// The items of a list as another type, or a message that names the first that has no value there.
pub(crate) fn items_as(items: &Column, to: &DataType) -> Result<Column, SignatureError> {
    let refused = |reason: String| SignatureError::InvalidArgument(reason);
    // A cast reads numbers out of texts, which nobody meant here; dates are written as texts.
    let from = items.data_type();
    if supertype(from, to).is_none() && !(*from == DataType::String && to.is_temporal()) {
        return Err(refused(format!("constants of type {from} where {to} is needed")));
    }
    let cast_to = |column: &Column, to| cast(column, to, CastMode::Strict);
    let converted = cast_to(items, to).map_err(|error| refused(format!("{error}")))?;
    // A cast cuts 10.5 to 10, which nobody meant either.
    if from.is_float() && !to.is_float() && cast_to(&converted, from).as_ref() != Ok(items) {
        return Err(refused(format!("constants that are no {to}")));
    }
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_all_types() {
        for (value, expected) in [
            (Scalar::Int8(-2), Some(-2)),
            (Scalar::UInt64(u64::MAX), None),
            (Scalar::Float64(2.0), Some(2)),
            (Scalar::Float32(2.5), None),
            (Scalar::Float64(f64::NAN), None),
            (Scalar::Decimal { value: 300, precision: 10, scale: 2 }, Some(3)),
            (Scalar::Decimal { value: 301, precision: 10, scale: 2 }, None),
            (Scalar::from("2"), None),
            (Scalar::Null, None),
        ] {
            assert_eq!(whole(&value), expected, "{value:?}");
        }
        assert_eq!(number(&Scalar::Decimal { value: 25, precision: 10, scale: 1 }), Some(2.5));
    }
}
