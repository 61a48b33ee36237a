//! Which conversions keep every value, and which can't fail.

use lazuli_array::DataType;

/// Whether a strict cast keeps every value or fails, and never rounds: `Date` to `Datetime` does (a day beyond the range
/// is an error), `Int64` to `Float64` does not.
pub(crate) fn is_exact(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Date, DataType::Datetime(_, None)) => true,
        (DataType::Datetime(from, from_zone), DataType::Datetime(to, to_zone)) => {
            from_zone == to_zone && from.per_second() <= to.per_second()
        }
        (DataType::Duration(from), DataType::Duration(to)) => from.per_second() <= to.per_second(),
        _ => is_lossless(from, to),
    }
}

/// Whether a strict cast never fails, though it may round: integers to floats.
pub(crate) fn is_infallible(from: &DataType, to: &DataType) -> bool {
    let rounds = from.is_integer() && to.is_float();
    rounds || is_lossless(from, to)
}

/// Whether a cast keeps every value apart from every other and never fails: `Int32` to `Int64` does, `Int64` to
/// `Float64` does not.
///
/// Text of a value counts as keeping it.
pub(crate) fn is_lossless(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Binary, Boolean, Categorical, Date, Datetime, Decimal, Duration, Enum, Float32, Float64, Int8, Int16,
        Int32, Int64, List, Null, String, Struct, Time, UInt8, UInt16, UInt32, UInt64,
    };
    if from == to {
        return true;
    }
    match (from, to) {
        (Null, _) => true,
        (Boolean, Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float32 | Float64) => {
            true
        }
        (Int8, Int16 | Int32 | Int64 | Float32 | Float64) => true,
        (Int16, Int32 | Int64 | Float32 | Float64) => true,
        (Int32, Int64 | Float64) => true,
        (UInt8, Int16 | Int32 | Int64 | UInt16 | UInt32 | UInt64 | Float32 | Float64) => true,
        (UInt16, Int32 | Int64 | UInt32 | UInt64 | Float32 | Float64) => true,
        (UInt32, Int64 | UInt64 | Float64) => true,
        (Float32, Float64) => true,
        (integer, Decimal { precision, scale }) if integer.is_integer() => {
            integer_digits(integer) <= precision.saturating_sub(*scale)
        }
        (Decimal { precision: from_precision, scale: from_scale }, Decimal { precision, scale }) => {
            scale >= from_scale
                && precision.saturating_sub(*scale) >= from_precision.saturating_sub(*from_scale)
        }
        (Categorical | Enum(_), String | Categorical) | (String, Categorical) => true,
        (Boolean | Date | Datetime(..) | Duration(_) | Time | Decimal { .. }, String) => true,
        (number, String) => number.is_integer() || number.is_float(),
        (List(from), List(to)) => is_lossless(from, to),
        (Struct(from), Struct(to)) => {
            from.len() == to.len()
                && from.iter().zip(to.iter()).all(|(from, to)| {
                    from.name() == to.name() && is_lossless(from.data_type(), to.data_type())
                })
        }
        (String, Binary) => true,
        _ => false,
    }
}

/// Decimal digits of the largest value of an integer type.
fn integer_digits(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Int8 | DataType::UInt8 => 3,
        DataType::Int16 | DataType::UInt16 => 5,
        DataType::Int32 | DataType::UInt32 => 10,
        DataType::Int64 => 19,
        _ => 20,
    }
}
