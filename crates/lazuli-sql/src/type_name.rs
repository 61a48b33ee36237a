//! Types by name: Lazuli's own names first (`Int8` has 8 bits), then SQL's.

use lazuli_array::{DataType, TimeUnit};
use sqlparser::ast::{self, ExactNumberInfo};

/// The type of a parsed type name, or `None`.
pub(crate) fn data_type(parsed: &ast::DataType) -> Option<DataType> {
    use ast::DataType as Sql;
    Some(match parsed {
        Sql::Bool | Sql::Boolean => DataType::Boolean,
        Sql::Int8(_) | Sql::TinyInt(_) => DataType::Int8,
        Sql::Int16 | Sql::SmallInt(_) | Sql::Int2(_) => DataType::Int16,
        Sql::Int32 | Sql::Int(_) | Sql::Integer(_) | Sql::Int4(_) => DataType::Int32,
        Sql::Int64 | Sql::BigInt(_) => DataType::Int64,
        Sql::UInt8 | Sql::UTinyInt => DataType::UInt8,
        Sql::UInt16 | Sql::USmallInt => DataType::UInt16,
        Sql::UInt32 | Sql::IntUnsigned(_) => DataType::UInt32,
        Sql::UInt64 | Sql::UBigInt | Sql::BigIntUnsigned(_) => DataType::UInt64,
        Sql::Float32 | Sql::Float4 | Sql::Real => DataType::Float32,
        Sql::Float64 | Sql::Float8 | Sql::Double(_) | Sql::DoublePrecision | Sql::Float(_) => {
            DataType::Float64
        }
        Sql::Decimal(info) | Sql::Numeric(info) | Sql::Dec(info) => decimal(info)?,
        Sql::String(_) | Sql::Text | Sql::Varchar(_) | Sql::Char(_) | Sql::CharVarying(_) => DataType::String,
        Sql::Binary(_) | Sql::Blob(_) | Sql::Bytea | Sql::Varbinary(_) => DataType::Binary,
        Sql::Date => DataType::Date,
        Sql::Datetime(digits) | Sql::Timestamp(digits, _) => DataType::Datetime(unit(*digits)?, None),
        Sql::Time(..) => DataType::Time,
        Sql::Array(ast::ArrayElemTypeDef::SquareBracket(item, None)) => {
            DataType::List(Box::new(data_type(item)?))
        }
        Sql::Custom(name, arguments) => {
            own(&name.to_string(), &arguments.iter().map(ToString::to_string).collect::<Vec<_>>())?
        }
        _ => return None,
    })
}

/// Names that SQL does not have.
fn own(name: &str, arguments: &[String]) -> Option<DataType> {
    let unit = || match arguments {
        [] => Some(TimeUnit::Microseconds),
        [unit] if unit == "ms" => Some(TimeUnit::Milliseconds),
        [unit] if unit == "us" => Some(TimeUnit::Microseconds),
        [unit] if unit == "ns" => Some(TimeUnit::Nanoseconds),
        _ => None,
    };
    match name.to_ascii_lowercase().as_str() {
        "null" => Some(DataType::Null),
        "utf8" | "str" => Some(DataType::String),
        "categorical" => Some(DataType::Categorical),
        "duration" => Some(DataType::Duration(unit()?)),
        "datetime" => Some(DataType::Datetime(unit()?, None)),
        _ => None,
    }
}

fn decimal(info: &ExactNumberInfo) -> Option<DataType> {
    let (precision, scale) = match info {
        ExactNumberInfo::None => (38, 9),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, u64::try_from(*scale).ok()?),
    };
    let fits = (1..=38).contains(&precision) && scale <= precision;
    fits.then_some(DataType::Decimal { precision: precision as u8, scale: scale as u8 })
}

/// The unit for so many digits after the second.
fn unit(digits: Option<u64>) -> Option<TimeUnit> {
    match digits {
        Some(3) => Some(TimeUnit::Milliseconds),
        None | Some(6) => Some(TimeUnit::Microseconds),
        Some(9) => Some(TimeUnit::Nanoseconds),
        Some(_) => None,
    }
}
