//! Physical arrays: typed values with validity, all immutable, cheap to clone and slice.
//!
//! The enum is closed on purpose: kernels match on it, and a new variant lists every place that has to think.
//! Logical meaning (date, decimal scale, zone) is not known here; see [`crate::Column`].

mod binary;
mod boolean;
mod codes;
mod dictionary;
mod entries;
mod list;
mod null;
mod primitive;
mod string;
mod structs;

pub use binary::BinaryArray;
pub use boolean::BooleanArray;
pub use codes::{Code, Codes};
pub use dictionary::{Dictionary, DictionaryArray};
pub use entries::Entries;
pub use list::ListArray;
pub use null::NullArray;
pub use primitive::{Native, PrimitiveArray};
pub(crate) use string::check_offsets;
pub use string::{StringArray, StringBuilder};
pub use structs::StructArray;

use std::sync::Arc;

use crate::{Bitmap, DataType, PhysicalType, dispatch_array};

/// Values in memory, without their meaning.
///
/// Equality compares rows: nulls are equal to nulls, floats compare by value with NaN equal to NaN and -0.0 equal to
/// 0.0, and a dictionary-encoded array equals a plain one with the same strings.
#[derive(Debug, Clone)]
pub enum Array {
    /// Nothing but nulls.
    Null(NullArray),
    /// Bits.
    Boolean(BooleanArray),
    /// `i8` values.
    Int8(PrimitiveArray<i8>),
    /// `i16` values.
    Int16(PrimitiveArray<i16>),
    /// `i32` values.
    Int32(PrimitiveArray<i32>),
    /// `i64` values.
    Int64(PrimitiveArray<i64>),
    /// `u8` values.
    UInt8(PrimitiveArray<u8>),
    /// `u16` values.
    UInt16(PrimitiveArray<u16>),
    /// `u32` values.
    UInt32(PrimitiveArray<u32>),
    /// `u64` values.
    UInt64(PrimitiveArray<u64>),
    /// `f32` values.
    Float32(PrimitiveArray<f32>),
    /// `f64` values.
    Float64(PrimitiveArray<f64>),
    /// `i128` values, for decimals.
    Int128(PrimitiveArray<i128>),
    /// Plain strings.
    String(StringArray),
    /// Strings as codes into a shared dictionary.
    Dictionary(DictionaryArray),
    /// Byte strings.
    Binary(BinaryArray),
    /// Lists.
    List(ListArray),
    /// Structs.
    Struct(StructArray),
}

impl Array {
    /// Number of rows.
    pub fn len(&self) -> usize {
        dispatch_array!(self, |array| array.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which rows hold a value; `None` when all do. A [`NullArray`] gives an all-unset map.
    pub fn validity(&self) -> Option<Bitmap> {
        match self {
            Self::Null(array) => (!array.is_empty()).then(|| Bitmap::filled(false, array.len())),
            other => dispatch_array!(other, |array| array.validity().cloned()),
        }
    }

    /// Number of null rows; known, not counted.
    pub fn null_count(&self) -> usize {
        match self {
            Self::Null(array) => array.len(),
            other => dispatch_array!(other, |array| array.validity().map_or(0, Bitmap::count_zeros)),
        }
    }

    /// Whether the row holds a value. Panics out of bounds.
    pub fn is_valid(&self, row: usize) -> bool {
        assert!(row < self.len(), "row {row} of {}", self.len());
        match self {
            Self::Null(_) => false,
            other => {
                dispatch_array!(other, |array| array.validity().is_none_or(|validity| validity.get(row)))
            }
        }
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        dispatch_array!(self, |array| array.sliced(offset, length).into())
    }

    /// How the values lie in memory.
    pub fn physical(&self) -> PhysicalType {
        match self {
            Self::Null(_) => PhysicalType::Null,
            Self::Boolean(_) => PhysicalType::Boolean,
            Self::Int8(_) => PhysicalType::Int8,
            Self::Int16(_) => PhysicalType::Int16,
            Self::Int32(_) => PhysicalType::Int32,
            Self::Int64(_) => PhysicalType::Int64,
            Self::UInt8(_) => PhysicalType::UInt8,
            Self::UInt16(_) => PhysicalType::UInt16,
            Self::UInt32(_) => PhysicalType::UInt32,
            Self::UInt64(_) => PhysicalType::UInt64,
            Self::Float32(_) => PhysicalType::Float32,
            Self::Float64(_) => PhysicalType::Float64,
            Self::Int128(_) => PhysicalType::Int128,
            Self::String(_) => PhysicalType::String,
            Self::Dictionary(_) => PhysicalType::Dictionary,
            Self::Binary(_) => PhysicalType::Binary,
            Self::List(_) => PhysicalType::List,
            Self::Struct(_) => PhysicalType::Struct,
        }
    }

    /// The name of the physical form, for messages.
    pub fn physical_name(&self) -> &'static str {
        match self.physical() {
            PhysicalType::Null => "null",
            PhysicalType::Boolean => "boolean",
            PhysicalType::Int8 => "i8",
            PhysicalType::Int16 => "i16",
            PhysicalType::Int32 => "i32",
            PhysicalType::Int64 => "i64",
            PhysicalType::UInt8 => "u8",
            PhysicalType::UInt16 => "u16",
            PhysicalType::UInt32 => "u32",
            PhysicalType::UInt64 => "u64",
            PhysicalType::Float32 => "f32",
            PhysicalType::Float64 => "f64",
            PhysicalType::Int128 => "i128",
            PhysicalType::String => "string",
            PhysicalType::Dictionary => "dictionary",
            PhysicalType::Binary => "binary",
            PhysicalType::List => "list",
            PhysicalType::Struct => "struct",
        }
    }

    /// Bytes of memory that the rows refer to. Shared dictionaries count in full.
    pub fn memory_bytes(&self) -> usize {
        dispatch_array!(self, |array| array.memory_bytes())
    }

    /// Calls `visit` with each dictionary that [`Array::memory_bytes`] counts.
    pub(crate) fn for_each_dictionary<'a>(&'a self, visit: &mut impl FnMut(&'a Arc<Dictionary>)) {
        match self {
            Self::Dictionary(array) => visit(array.dictionary()),
            Self::List(array) => array.values().for_each_dictionary(visit),
            Self::Struct(array) => array.fields().iter().for_each(|field| field.for_each_dictionary(visit)),
            _ => {}
        }
    }

    /// An array of `length` nulls that a column of type `data_type` accepts.
    pub fn new_null(data_type: &DataType, length: usize) -> Self {
        let none = (length > 0).then(|| Bitmap::filled(false, length));
        fn zeros<T: Native>(length: usize, validity: Option<Bitmap>) -> Array {
            PrimitiveArray::new(vec![T::default(); length].into(), validity).into()
        }
        match data_type.physical() {
            PhysicalType::Null => NullArray::new(length).into(),
            PhysicalType::Boolean => BooleanArray::new(Bitmap::filled(false, length), none).into(),
            PhysicalType::Int8 => zeros::<i8>(length, none),
            PhysicalType::Int16 => zeros::<i16>(length, none),
            PhysicalType::Int32 => zeros::<i32>(length, none),
            PhysicalType::Int64 => zeros::<i64>(length, none),
            PhysicalType::UInt8 => zeros::<u8>(length, none),
            PhysicalType::UInt16 => zeros::<u16>(length, none),
            PhysicalType::UInt32 => zeros::<u32>(length, none),
            PhysicalType::UInt64 => zeros::<u64>(length, none),
            PhysicalType::Float32 => zeros::<f32>(length, none),
            PhysicalType::Float64 => zeros::<f64>(length, none),
            PhysicalType::Int128 => zeros::<i128>(length, none),
            PhysicalType::String => StringArray::new_null(length).into(),
            PhysicalType::Dictionary => {
                let dictionary = match data_type {
                    DataType::Enum(categories) => categories.clone(),
                    _ => Default::default(),
                };
                DictionaryArray::new_null(dictionary, length).into()
            }
            PhysicalType::Binary => BinaryArray::new_null(length).into(),
            PhysicalType::List => {
                let DataType::List(item) = data_type else { unreachable!("only List lies as a list") };
                ListArray::new(vec![0; length + 1].into(), Self::new_null(item, 0), none).into()
            }
            PhysicalType::Struct => {
                let DataType::Struct(fields) = data_type else {
                    unreachable!("only Struct lies as a struct")
                };
                let arrays = fields.iter().map(|field| Self::new_null(field.data_type(), length)).collect();
                StructArray::new(length, arrays, none).into()
            }
        }
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        match (self, other) {
            (Self::Dictionary(left), Self::String(right)) => left.iter().eq(right.iter()),
            (Self::String(left), Self::Dictionary(right)) => left.iter().eq(right.iter()),
            (Self::Null(_), Self::Null(_)) => true,
            (Self::Boolean(left), Self::Boolean(right)) => left.iter().eq(right.iter()),
            (Self::Int8(left), Self::Int8(right)) => left == right,
            (Self::Int16(left), Self::Int16(right)) => left == right,
            (Self::Int32(left), Self::Int32(right)) => left == right,
            (Self::Int64(left), Self::Int64(right)) => left == right,
            (Self::UInt8(left), Self::UInt8(right)) => left == right,
            (Self::UInt16(left), Self::UInt16(right)) => left == right,
            (Self::UInt32(left), Self::UInt32(right)) => left == right,
            (Self::UInt64(left), Self::UInt64(right)) => left == right,
            (Self::Float32(left), Self::Float32(right)) => left == right,
            (Self::Float64(left), Self::Float64(right)) => left == right,
            (Self::Int128(left), Self::Int128(right)) => left == right,
            (Self::String(left), Self::String(right)) => left.iter().eq(right.iter()),
            (Self::Dictionary(left), Self::Dictionary(right)) => left.iter().eq(right.iter()),
            (Self::Binary(left), Self::Binary(right)) => left.iter().eq(right.iter()),
            (Self::List(left), Self::List(right)) => left.iter().eq(right.iter()),
            (Self::Struct(left), Self::Struct(right)) => left == right,
            _ => false,
        }
    }
}
