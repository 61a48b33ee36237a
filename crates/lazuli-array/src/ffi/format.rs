//! Format strings: how the interface spells types.

use crate::{ArrayError, DataType, PhysicalType, Result, TimeUnit};

/// What a format string says about one column, children apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Format {
    Null,
    Boolean,
    /// Values of the type's own physical form.
    Fixed(DataType),
    /// `i32` values that have to be multiplied to be values of the type, which has `i64`.
    Scaled32(DataType, i64),
    /// `i64` values that have to be multiplied.
    Scaled64(DataType, i64),
    /// Text; with 64-bit offsets if `wide`, else 32-bit ones.
    Text {
        wide: bool,
    },
    /// Bytes, as text.
    Bytes {
        wide: bool,
    },
    /// Text as views: 16 bytes a value, long values in one of any number of buffers.
    TextView,
    /// Bytes as views.
    BytesView,
    /// Lists, as text.
    List {
        wide: bool,
    },
    Struct,
}

impl Format {
    /// Reads a format string.
    pub(super) fn parse(format: &str) -> Result<Self> {
        use TimeUnit::{Microseconds, Milliseconds, Nanoseconds};
        let fixed = |data_type| Ok(Self::Fixed(data_type));
        match format {
            "n" => Ok(Self::Null),
            "b" => Ok(Self::Boolean),
            "c" => fixed(DataType::Int8),
            "C" => fixed(DataType::UInt8),
            "s" => fixed(DataType::Int16),
            "S" => fixed(DataType::UInt16),
            "i" => fixed(DataType::Int32),
            "I" => fixed(DataType::UInt32),
            "l" => fixed(DataType::Int64),
            "L" => fixed(DataType::UInt64),
            "f" => fixed(DataType::Float32),
            "g" => fixed(DataType::Float64),
            "u" => Ok(Self::Text { wide: false }),
            "U" => Ok(Self::Text { wide: true }),
            "z" => Ok(Self::Bytes { wide: false }),
            "Z" => Ok(Self::Bytes { wide: true }),
            "vu" => Ok(Self::TextView),
            "vz" => Ok(Self::BytesView),
            "+l" => Ok(Self::List { wide: false }),
            "+L" => Ok(Self::List { wide: true }),
            "+s" => Ok(Self::Struct),
            "tdD" => fixed(DataType::Date),
            "tdm" => fixed(DataType::Datetime(Milliseconds, None)),
            "tts" => Ok(Self::Scaled32(DataType::Time, 1_000_000_000)),
            "ttm" => Ok(Self::Scaled32(DataType::Time, 1_000_000)),
            "ttu" => Ok(Self::Scaled64(DataType::Time, 1_000)),
            "ttn" => fixed(DataType::Time),
            "tDs" => Ok(Self::Scaled64(DataType::Duration(Milliseconds), 1_000)),
            "tDm" => fixed(DataType::Duration(Milliseconds)),
            "tDu" => fixed(DataType::Duration(Microseconds)),
            "tDn" => fixed(DataType::Duration(Nanoseconds)),
            _ => {
                if let Some((unit, zone)) = format.strip_prefix("ts").and_then(|rest| rest.split_once(':')) {
                    let zone = (!zone.is_empty()).then(|| zone.into());
                    return match unit {
                        "s" => Ok(Self::Scaled64(DataType::Datetime(Milliseconds, zone), 1_000)),
                        "m" => fixed(DataType::Datetime(Milliseconds, zone)),
                        "u" => fixed(DataType::Datetime(Microseconds, zone)),
                        "n" => fixed(DataType::Datetime(Nanoseconds, zone)),
                        _ => Err(unknown(format)),
                    };
                }
                match format.strip_prefix("d:") {
                    Some(parameters) => decimal(format, parameters),
                    None => Err(unknown(format)),
                }
            }
        }
    }

    /// The width of dictionary codes, if this is a format that codes may have.
    pub(super) fn code_type(&self) -> Option<PhysicalType> {
        match self {
            Self::Fixed(data_type) if data_type.is_integer() => Some(data_type.physical()),
            _ => None,
        }
    }
}

/// `precision,scale` or `precision,scale,bits`.
fn decimal(format: &str, parameters: &str) -> Result<Format> {
    let numbers: Option<Vec<i32>> = parameters.split(',').map(|number| number.parse().ok()).collect();
    let (precision, scale, bits) = match numbers.as_deref() {
        Some([precision, scale]) => (*precision, *scale, 128),
        Some([precision, scale, bits]) => (*precision, *scale, *bits),
        _ => return Err(unknown(format)),
    };
    let unsupported = || ArrayError::Unsupported { what: format!("Arrow decimal of format `{format}`") };
    if bits != 128 {
        return Err(unsupported());
    }
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => {
            Ok(Format::Fixed(DataType::Decimal { precision, scale }))
        }
        _ => Err(unsupported()),
    }
}

/// An error for a format that is not in the table: one we know of and do not hold, or one that nobody knows.
fn unknown(format: &str) -> ArrayError {
    let known = ["e", "w:", "+m", "+w:", "+vl", "+vL", "+ud:", "+us:", "+r", "tiM", "tiD", "tin"];
    if known.iter().any(|known| format == *known || (known.ends_with(':') && format.starts_with(known))) {
        ArrayError::Unsupported { what: format!("Arrow type of format `{format}`") }
    } else {
        ArrayError::ForeignData { reason: format!("unknown format `{format}`") }
    }
}

/// The format string of a type; of a `Categorical` or an `Enum` that of its codes.
pub(super) fn format_of(data_type: &DataType) -> String {
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::Milliseconds => 'm',
        TimeUnit::Microseconds => 'u',
        TimeUnit::Nanoseconds => 'n',
    };
    match data_type {
        DataType::Null => "n".into(),
        DataType::Boolean => "b".into(),
        DataType::Int8 => "c".into(),
        DataType::Int16 => "s".into(),
        DataType::Int32 => "i".into(),
        DataType::Int64 => "l".into(),
        DataType::UInt8 => "C".into(),
        DataType::UInt16 => "S".into(),
        DataType::UInt32 => "I".into(),
        DataType::UInt64 => "L".into(),
        DataType::Float32 => "f".into(),
        DataType::Float64 => "g".into(),
        DataType::Decimal { precision, scale } => format!("d:{precision},{scale}"),
        DataType::String => "U".into(),
        DataType::Binary => "Z".into(),
        DataType::Date => "tdD".into(),
        DataType::Datetime(ticks, zone) => format!("ts{}:{}", unit(ticks), zone.as_deref().unwrap_or("")),
        DataType::Duration(ticks) => format!("tD{}", unit(ticks)),
        DataType::Time => "ttn".into(),
        DataType::Categorical | DataType::Enum(_) => "I".into(),
        DataType::List(_) => "+L".into(),
        DataType::Struct(_) => "+s".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_are_written_are_read_back() {
        for data_type in [
            DataType::Int8,
            DataType::UInt64,
            DataType::Float32,
            DataType::Decimal { precision: 38, scale: 10 },
            DataType::Date,
            DataType::Datetime(TimeUnit::Microseconds, None),
            DataType::Datetime(TimeUnit::Nanoseconds, Some("Europe/Paris".into())),
            DataType::Duration(TimeUnit::Milliseconds),
            DataType::Time,
        ] {
            assert_eq!(Format::parse(&format_of(&data_type)), Ok(Format::Fixed(data_type)));
        }
        assert_eq!(Format::parse(&format_of(&DataType::String)), Ok(Format::Text { wide: true }));
        assert_eq!(Format::parse("d:5,2,128"), Format::parse("d:5,2"));
    }

    #[test]
    fn what_we_do_not_hold_is_told_from_what_nobody_knows() {
        for format in [
            "e",
            "w:16",
            "+m",
            "+w:3",
            "+vl",
            "+ud:0,1",
            "+r",
            "tiM",
            "d:5,2,256",
            "d:5,-2",
            "d:2,5",
            "d:39,0",
        ] {
            assert!(matches!(Format::parse(format), Err(ArrayError::Unsupported { .. })), "{format}");
        }
        for format in ["", "x", "ii", "ts", "tsx:", "tsm", "d:", "d:a,b", "d:1,2,3,4", "+", "w"] {
            assert!(matches!(Format::parse(format), Err(ArrayError::ForeignData { .. })), "{format}");
        }
    }
}
