//! Logical types: what the values of a column mean.

use std::fmt;
use std::sync::Arc;

use crate::{Array, Dictionary, Field};

/// Unit of a timestamp or a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// 1/1,000 s.
    Milliseconds,
    /// 1/1,000,000 s.
    Microseconds,
    /// 1/1,000,000,000 s.
    Nanoseconds,
}

impl TimeUnit {
    /// How many of this unit make one second.
    pub fn per_second(self) -> i64 {
        match self {
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1_000_000,
            Self::Nanoseconds => 1_000_000_000,
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::Nanoseconds => "ns",
        })
    }
}

/// Name of a time zone of the IANA database, such as `Europe/Paris`.
pub type TimeZone = Arc<str>;

/// The logical type of a column.
///
/// How its values lie in memory is [`DataType::physical`]'s business, with one freedom: a `String` column is plain or
/// dictionary-encoded, as the engine likes, chunk by chunk.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum DataType {
    /// Nothing but nulls.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean,
    /// 8-bit signed integer.
    Int8,
    /// 16-bit signed integer.
    Int16,
    /// 32-bit signed integer.
    Int32,
    /// 64-bit signed integer.
    Int64,
    /// 8-bit unsigned integer.
    UInt8,
    /// 16-bit unsigned integer.
    UInt16,
    /// 32-bit unsigned integer.
    UInt32,
    /// 64-bit unsigned integer.
    UInt64,
    /// 32-bit IEEE 754 number; NaN equals NaN and is the largest value.
    Float32,
    /// 64-bit IEEE 754 number; NaN equals NaN and is the largest value.
    Float64,
    /// Exact decimal number: an integer of at most `precision` digits, times 10^-`scale`.
    Decimal {
        /// Digits in all, at most 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// UTF-8 text, ordered by its bytes.
    String,
    /// Bytes.
    Binary,
    /// Days since 1970-01-01.
    Date,
    /// Ticks since 1970-01-01T00:00:00; with a zone: in UTC, shown in that zone.
    Datetime(TimeUnit, Option<TimeZone>),
    /// A span of time in ticks.
    Duration(TimeUnit),
    /// Nanoseconds since midnight.
    Time,
    /// Text with few distinct values, declared as such; ordered as text.
    Categorical,
    /// Text out of a fixed list; ordered by the list.
    Enum(Arc<Dictionary>),
    /// Lists of values of one type.
    List(Box<DataType>),
    /// Named fields.
    Struct(Arc<[Field]>),
}

/// How the values of a type lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhysicalType {
    /// No values, only a length.
    Null,
    /// One bit a value.
    Boolean,
    /// `i8`
    Int8,
    /// `i16`
    Int16,
    /// `i32`
    Int32,
    /// `i64`
    Int64,
    /// `u8`
    UInt8,
    /// `u16`
    UInt16,
    /// `u32`
    UInt32,
    /// `u64`
    UInt64,
    /// `f32`
    Float32,
    /// `f64`
    Float64,
    /// `i128`
    Int128,
    /// `i64` offsets into UTF-8 bytes.
    String,
    /// `u32` codes into a shared dictionary of strings.
    Dictionary,
    /// `i64` offsets into bytes.
    Binary,
    /// `i64` offsets into another array.
    List,
    /// One array a field.
    Struct,
}

impl DataType {
    /// How values of this type lie in memory; for `String` the plain form.
    pub fn physical(&self) -> PhysicalType {
        match self {
            Self::Null => PhysicalType::Null,
            Self::Boolean => PhysicalType::Boolean,
            Self::Int8 => PhysicalType::Int8,
            Self::Int16 => PhysicalType::Int16,
            Self::Int32 | Self::Date => PhysicalType::Int32,
            Self::Int64 | Self::Datetime(..) | Self::Duration(_) | Self::Time => PhysicalType::Int64,
            Self::UInt8 => PhysicalType::UInt8,
            Self::UInt16 => PhysicalType::UInt16,
            Self::UInt32 => PhysicalType::UInt32,
            Self::UInt64 => PhysicalType::UInt64,
            Self::Float32 => PhysicalType::Float32,
            Self::Float64 => PhysicalType::Float64,
            Self::Decimal { .. } => PhysicalType::Int128,
            Self::String => PhysicalType::String,
            Self::Categorical | Self::Enum(_) => PhysicalType::Dictionary,
            Self::Binary => PhysicalType::Binary,
            Self::List(_) => PhysicalType::List,
            Self::Struct(_) => PhysicalType::Struct,
        }
    }

    /// Whether `array` can hold values of this type, all levels down.
    pub fn accepts(&self, array: &Array) -> bool {
        match (self, array) {
            (Self::String, Array::String(_) | Array::Dictionary(_)) => true,
            (Self::List(item), Array::List(list)) => item.accepts(list.values()),
            (Self::Struct(fields), Array::Struct(array)) => {
                fields.len() == array.fields().len()
                    && fields
                        .iter()
                        .zip(array.fields())
                        .all(|(field, array)| field.data_type().accepts(array))
            }
            (Self::Enum(categories), Array::Dictionary(array)) => {
                Arc::ptr_eq(categories, array.dictionary()) || **categories == **array.dictionary()
            }
            _ => self.physical() == array.physical(),
        }
    }

    /// Whether this is a signed or unsigned integer.
    pub fn is_integer(&self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// Whether this is a signed integer.
    pub fn is_signed_integer(&self) -> bool {
        matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    /// Whether this is an unsigned integer.
    pub fn is_unsigned_integer(&self) -> bool {
        matches!(self, Self::UInt8 | Self::UInt16 | Self::UInt32 | Self::UInt64)
    }

    /// Whether this is a 32 or 64-bit float.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// Whether this is an integer, a float or a decimal.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || self.is_float() || matches!(self, Self::Decimal { .. })
    }

    /// Whether this is a date, a datetime, a duration or a time.
    pub fn is_temporal(&self) -> bool {
        matches!(self, Self::Date | Self::Datetime(..) | Self::Duration(_) | Self::Time)
    }

    /// Whether this is text in any form: `String`, `Categorical` or `Enum`.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Categorical | Self::Enum(_))
    }

    /// Whether this holds other columns: `List` or `Struct`.
    pub fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal { precision, scale } => write!(f, "Decimal({precision}, {scale})"),
            Self::Datetime(unit, None) => write!(f, "Datetime({unit})"),
            Self::Datetime(unit, Some(zone)) => write!(f, "Datetime({unit}, {zone})"),
            Self::Duration(unit) => write!(f, "Duration({unit})"),
            Self::Enum(categories) => write!(f, "Enum({} categories)", categories.len()),
            Self::List(item) => write!(f, "List({item})"),
            Self::Struct(fields) => {
                f.write_str("Struct(")?;
                for (index, field) in fields.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{}: {}", field.name(), field.data_type())?;
                }
                f.write_str(")")
            }
            plain => write!(f, "{plain:?}"),
        }
    }
}
