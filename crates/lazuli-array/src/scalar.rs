//! One value, with its type.

use std::sync::Arc;

use crate::{
    Array, BinaryArray, BooleanArray, Column, DataType, DictionaryArray, ListArray, Name, PrimitiveArray,
    StringArray, StructArray, TimeUnit, TimeZone,
};

/// One value of a column, or a literal.
///
/// Equality is that of frames: NaN equals NaN, -0.0 equals 0.0, null equals null.
#[derive(Debug, Clone)]
pub enum Scalar {
    /// No value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// 8-bit signed integer.
    Int8(i8),
    /// 16-bit signed integer.
    Int16(i16),
    /// 32-bit signed integer.
    Int32(i32),
    /// 64-bit signed integer.
    Int64(i64),
    /// 8-bit unsigned integer.
    UInt8(u8),
    /// 16-bit unsigned integer.
    UInt16(u16),
    /// 32-bit unsigned integer.
    UInt32(u32),
    /// 64-bit unsigned integer.
    UInt64(u64),
    /// 32-bit float.
    Float32(f32),
    /// 64-bit float.
    Float64(f64),
    /// `value` times 10^-`scale`.
    Decimal {
        /// The digits.
        value: i128,
        /// Digits in all.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Text; also of `Categorical` and `Enum` columns.
    String(Name),
    /// Bytes.
    Binary(Arc<[u8]>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Ticks since 1970-01-01T00:00:00.
    Datetime(i64, TimeUnit, Option<TimeZone>),
    /// Ticks.
    Duration(i64, TimeUnit),
    /// Nanoseconds since midnight.
    Time(i64),
    /// A list.
    List(Box<Column>),
    /// Named values.
    Struct(Vec<(Name, Scalar)>),
}

impl Scalar {
    /// The type; [`DataType::Null`] for null, `String` for all text.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Boolean(_) => DataType::Boolean,
            Self::Int8(_) => DataType::Int8,
            Self::Int16(_) => DataType::Int16,
            Self::Int32(_) => DataType::Int32,
            Self::Int64(_) => DataType::Int64,
            Self::UInt8(_) => DataType::UInt8,
            Self::UInt16(_) => DataType::UInt16,
            Self::UInt32(_) => DataType::UInt32,
            Self::UInt64(_) => DataType::UInt64,
            Self::Float32(_) => DataType::Float32,
            Self::Float64(_) => DataType::Float64,
            Self::Decimal { precision, scale, .. } => {
                DataType::Decimal { precision: *precision, scale: *scale }
            }
            Self::String(_) => DataType::String,
            Self::Binary(_) => DataType::Binary,
            Self::Date(_) => DataType::Date,
            Self::Datetime(_, unit, zone) => DataType::Datetime(*unit, zone.clone()),
            Self::Duration(_, unit) => DataType::Duration(*unit),
            Self::Time(_) => DataType::Time,
            Self::List(values) => DataType::List(Box::new(values.data_type().clone())),
            Self::Struct(fields) => DataType::Struct(
                fields
                    .iter()
                    .map(|(name, value)| crate::Field::new(name.clone(), value.data_type()))
                    .collect(),
            ),
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value of a row of an array that a column of type `data_type` holds. Panics out of bounds.
    pub fn from_array(data_type: &DataType, array: &Array, row: usize) -> Self {
        fn value<T: crate::Native>(
            array: &PrimitiveArray<T>,
            row: usize,
            wrap: impl Fn(T) -> Scalar,
        ) -> Scalar {
            array.get(row).map_or(Scalar::Null, wrap)
        }
        let text = |text: Option<&str>| text.map_or(Self::Null, |text| Self::String(text.into()));
        match array {
            Array::Null(array) => {
                assert!(row < array.len(), "row {row} of {}", array.len());
                Self::Null
            }
            Array::Boolean(array) => array.get(row).map_or(Self::Null, Self::Boolean),
            Array::Int8(array) => value(array, row, Self::Int8),
            Array::Int16(array) => value(array, row, Self::Int16),
            Array::Int32(array) => match data_type {
                DataType::Date => value(array, row, Self::Date),
                _ => value(array, row, Self::Int32),
            },
            Array::Int64(array) => match data_type {
                DataType::Datetime(unit, zone) => {
                    value(array, row, |ticks| Self::Datetime(ticks, *unit, zone.clone()))
                }
                DataType::Duration(unit) => value(array, row, |ticks| Self::Duration(ticks, *unit)),
                DataType::Time => value(array, row, Self::Time),
                _ => value(array, row, Self::Int64),
            },
            Array::UInt8(array) => value(array, row, Self::UInt8),
            Array::UInt16(array) => value(array, row, Self::UInt16),
            Array::UInt32(array) => value(array, row, Self::UInt32),
            Array::UInt64(array) => value(array, row, Self::UInt64),
            Array::Float32(array) => value(array, row, Self::Float32),
            Array::Float64(array) => value(array, row, Self::Float64),
            Array::Int128(array) => {
                let (precision, scale) = match data_type {
                    DataType::Decimal { precision, scale } => (*precision, *scale),
                    _ => (38, 0),
                };
                value(array, row, |value| Self::Decimal { value, precision, scale })
            }
            Array::String(array) => text(array.get(row)),
            Array::Dictionary(array) => text(array.get(row)),
            Array::Binary(array) => array.get(row).map_or(Self::Null, |bytes| Self::Binary(bytes.into())),
            Array::List(array) => array.get(row).map_or(Self::Null, |values| {
                let item = match data_type {
                    DataType::List(item) => (**item).clone(),
                    _ => DataType::Null,
                };
                Self::List(Box::new(Column::new(item, values)))
            }),
            Array::Struct(array) => match data_type {
                DataType::Struct(fields) if array.validity().is_none_or(|validity| validity.get(row)) => {
                    Self::Struct(
                        fields
                            .iter()
                            .zip(array.fields())
                            .map(|(field, array)| {
                                (field.name().clone(), Self::from_array(field.data_type(), array, row))
                            })
                            .collect(),
                    )
                }
                _ => Self::Null,
            },
        }
    }

    /// A column of `length` rows that all hold this value. Text becomes one dictionary entry.
    pub fn to_column(&self, length: usize) -> Column {
        fn repeat<T: crate::Native>(value: T, length: usize) -> Array {
            PrimitiveArray::from_vec(vec![value; length]).into()
        }
        let array: Array = match self {
            Self::Null => return Column::new_null(DataType::Null, length),
            Self::Boolean(value) => BooleanArray::new(crate::Bitmap::filled(*value, length), None).into(),
            Self::Int8(value) => repeat(*value, length),
            Self::Int16(value) => repeat(*value, length),
            Self::Int32(value) | Self::Date(value) => repeat(*value, length),
            Self::Int64(value) | Self::Datetime(value, ..) | Self::Duration(value, _) | Self::Time(value) => {
                repeat(*value, length)
            }
            Self::UInt8(value) => repeat(*value, length),
            Self::UInt16(value) => repeat(*value, length),
            Self::UInt32(value) => repeat(*value, length),
            Self::UInt64(value) => repeat(*value, length),
            Self::Float32(value) => repeat(*value, length),
            Self::Float64(value) => repeat(*value, length),
            Self::Decimal { value, .. } => repeat(*value, length),
            Self::String(text) => {
                if length == 0 {
                    StringArray::new_null(0).into()
                } else {
                    let dictionary = crate::Dictionary::new(std::iter::once(Some(text.as_str())).collect());
                    DictionaryArray::try_new(PrimitiveArray::from_vec(vec![0; length]), Arc::new(dictionary))
                        .expect("code 0 is the one entry")
                        .into()
                }
            }
            Self::Binary(bytes) => std::iter::repeat_n(Some(bytes), length).collect::<BinaryArray>().into(),
            Self::List(values) => {
                return repeat_list(values, length);
            }
            Self::Struct(fields) => {
                let arrays = fields.iter().map(|(_, value)| value.to_column(length).into_array()).collect();
                StructArray::new(length, arrays, None).into()
            }
        };
        Column::new(self.data_type(), array)
    }
}

/// `length` rows that all hold the same list: the values once, repeated by scalar, since lists have no views.
fn repeat_list(values: &Column, length: usize) -> Column {
    let scalars = (0..length).flat_map(|_| (0..values.len()).map(|row| values.get(row)));
    let items = Column::from_scalars(values.data_type(), scalars).expect("values of the list's own type");
    let offsets: Vec<i64> = (0..=length).map(|row| (row * values.len()) as i64).collect();
    let data_type = DataType::List(Box::new(values.data_type().clone()));
    Column::new(data_type, ListArray::new(offsets.into(), items.into_array(), None))
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        use crate::Native;
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Int8(left), Self::Int8(right)) => left == right,
            (Self::Int16(left), Self::Int16(right)) => left == right,
            (Self::Int32(left), Self::Int32(right)) => left == right,
            (Self::Int64(left), Self::Int64(right)) => left == right,
            (Self::UInt8(left), Self::UInt8(right)) => left == right,
            (Self::UInt16(left), Self::UInt16(right)) => left == right,
            (Self::UInt32(left), Self::UInt32(right)) => left == right,
            (Self::UInt64(left), Self::UInt64(right)) => left == right,
            (Self::Float32(left), Self::Float32(right)) => left.same(*right),
            (Self::Float64(left), Self::Float64(right)) => left.same(*right),
            (
                Self::Decimal { value, precision, scale },
                Self::Decimal { value: other_value, precision: other_precision, scale: other_scale },
            ) => value == other_value && precision == other_precision && scale == other_scale,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Binary(left), Self::Binary(right)) => left == right,
            (Self::Date(left), Self::Date(right)) => left == right,
            (Self::Datetime(left, left_unit, left_zone), Self::Datetime(right, right_unit, right_zone)) => {
                left == right && left_unit == right_unit && left_zone == right_zone
            }
            (Self::Duration(left, left_unit), Self::Duration(right, right_unit)) => {
                left == right && left_unit == right_unit
            }
            (Self::Time(left), Self::Time(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Struct(left), Self::Struct(right)) => left == right,
            _ => false,
        }
    }
}

macro_rules! scalar_from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Scalar {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

scalar_from!(
    bool => Boolean, i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64, u8 => UInt8, u16 => UInt16, u32 => UInt32,
    u64 => UInt64, f32 => Float32, f64 => Float64, &str => String, String => String, Name => String,
);

impl<T: Into<Scalar>> From<Option<T>> for Scalar {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
