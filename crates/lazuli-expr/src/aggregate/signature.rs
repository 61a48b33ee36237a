//! What most aggregates ask of their arguments.

use lazuli_array::{DataType, TimeUnit};

use crate::function::{Argument, Signature, SignatureError};

/// The type of the only argument; otherwise says what is expected.
pub(super) fn only<'a>(arguments: &[Argument<'a>], expected: &str) -> Result<&'a DataType, SignatureError> {
    match arguments {
        [argument] => Ok(argument.data_type),
        _ => Err(SignatureError::Expected(expected.into())),
    }
}

/// One argument, cast to `input`, and this result.
pub(super) fn one_to_one(input: &DataType, output: DataType) -> Signature {
    Signature { inputs: vec![input.clone()], output }
}

/// The type of values between values of this type, as `mean` and `median` give them: Float64 between numbers and
/// booleans, Datetime between dates, the same type between other points or spans of time.
pub(super) fn between(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Null | DataType::Boolean | DataType::Decimal { .. } => DataType::Float64,
        number if number.is_numeric() => DataType::Float64,
        DataType::Date => DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Datetime(..) | DataType::Duration(_) | DataType::Time => data_type.clone(),
        _ => return None,
    })
}

/// The type to cast to before numbers are read: an untyped null becomes a Float64.
pub(super) fn numbers_as(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Null => DataType::Float64,
        typed => typed.clone(),
    }
}

/// How many units of the type that [`between`] gives make one unit of this type: microseconds in a day for dates.
pub(super) fn ticks_per_unit(data_type: &DataType) -> i128 {
    match data_type {
        DataType::Date => 86_400_000_000,
        _ => 1,
    }
}
