//! One value of any type as bytes, and back: for the keys that have no fixed width of their own, lists and structs.
//!
//! ```text
//! value    0 (null)  |  1, content
//! content  boolean: 1 byte   integer, float, decimal: little endian, NaN and zero in one form
//!          text, bytes: length u64, bytes   list: length u64, values   struct: one value a field
//! ```
//! Equal values have equal bytes, whichever physical form a text has. Slow by comparison; such keys are rare.

use lazuli_array::{Array, Column, DataType, Name, PhysicalType, Scalar, dispatch_integer};

use crate::Result;
use crate::hash::canonical_bits;

/// Appends the value of a row.
pub(crate) fn encode(array: &Array, row: usize, bytes: &mut Vec<u8>) {
    if !array.is_valid(row) {
        bytes.push(0);
        return;
    }
    bytes.push(1);
    dispatch_integer!(array, |array| bytes.extend_from_slice(&array.values()[row].to_le_bytes()), else match array {
        Array::Null(_) => unreachable!("no row of a null array is valid"),
        Array::Boolean(array) => bytes.push(array.values().get(row).into()),
        // A NaN of 32 bits keeps its place when it is narrowed again.
        Array::Float32(array) => {
            let value = f64::from_bits(canonical_bits(array.values()[row].into())) as f32;
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        Array::Float64(array) => bytes.extend_from_slice(&canonical_bits(array.values()[row]).to_le_bytes()),
        Array::Int128(array) => bytes.extend_from_slice(&array.values()[row].to_le_bytes()),
        Array::String(array) => push_bytes(array.value_bytes(row), bytes),
        Array::Dictionary(array) => {
            push_bytes(array.dictionary().value(array.stored_codes().value(row)).as_bytes(), bytes);
        }
        Array::Binary(array) => push_bytes(array.value(row), bytes),
        Array::List(array) => {
            let (start, end) = (array.offsets()[row] as usize, array.offsets()[row + 1] as usize);
            bytes.extend_from_slice(&((end - start) as u64).to_le_bytes());
            (start..end).for_each(|item| encode(array.values(), item, bytes));
        }
        Array::Struct(array) => array.fields().iter().for_each(|field| encode(field, row, bytes)),
        _ => unreachable!("integers are dispatched above"),
    });
}

fn push_bytes(value: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
    bytes.extend_from_slice(value);
}

/// The column of these encoded values; `None` is null.
pub(crate) fn decode_column<'a>(
    data_type: &DataType,
    values: impl Iterator<Item = Option<&'a [u8]>>,
) -> Result<Column> {
    let scalars = values.map(|value| value.map_or(Scalar::Null, |mut bytes| decode(data_type, &mut bytes)));
    Ok(Column::from_scalars(data_type, scalars)?)
}

/// Takes one value off the front of bytes that [`encode`] wrote for this type.
fn decode(data_type: &DataType, bytes: &mut &[u8]) -> Scalar {
    let [valid] = take(bytes);
    if valid == 0 {
        return Scalar::Null;
    }
    match data_type.physical() {
        PhysicalType::Null => Scalar::Null,
        PhysicalType::Boolean => Scalar::Boolean(take::<1>(bytes) == [1]),
        PhysicalType::Int8 => Scalar::Int8(i8::from_le_bytes(take(bytes))),
        PhysicalType::Int16 => Scalar::Int16(i16::from_le_bytes(take(bytes))),
        PhysicalType::Int32 => {
            let value = i32::from_le_bytes(take(bytes));
            if *data_type == DataType::Date { Scalar::Date(value) } else { Scalar::Int32(value) }
        }
        PhysicalType::Int64 => {
            let value = i64::from_le_bytes(take(bytes));
            match data_type {
                DataType::Datetime(unit, zone) => Scalar::Datetime(value, *unit, zone.clone()),
                DataType::Duration(unit) => Scalar::Duration(value, *unit),
                DataType::Time => Scalar::Time(value),
                _ => Scalar::Int64(value),
            }
        }
        PhysicalType::UInt8 => Scalar::UInt8(u8::from_le_bytes(take(bytes))),
        PhysicalType::UInt16 => Scalar::UInt16(u16::from_le_bytes(take(bytes))),
        PhysicalType::UInt32 => Scalar::UInt32(u32::from_le_bytes(take(bytes))),
        PhysicalType::UInt64 => Scalar::UInt64(u64::from_le_bytes(take(bytes))),
        PhysicalType::Float32 => Scalar::Float32(f32::from_le_bytes(take(bytes))),
        PhysicalType::Float64 => Scalar::Float64(f64::from_le_bytes(take(bytes))),
        PhysicalType::Int128 => {
            let value = i128::from_le_bytes(take(bytes));
            let DataType::Decimal { precision, scale } = *data_type else {
                unreachable!("only Decimal lies as i128")
            };
            Scalar::Decimal { value, precision, scale }
        }
        PhysicalType::String | PhysicalType::Dictionary => {
            let text = std::str::from_utf8(take_bytes(bytes)).expect("the bytes of a text");
            Scalar::String(Name::from(text))
        }
        PhysicalType::Binary => Scalar::Binary(take_bytes(bytes).into()),
        PhysicalType::List => {
            let DataType::List(item) = data_type else { unreachable!("only List lies as a list") };
            let length = u64::from_le_bytes(take(bytes));
            let items: Vec<Scalar> = (0..length).map(|_| decode(item, bytes)).collect();
            let items = Column::from_scalars(item, items).expect("values of the list's own type");
            Scalar::List(Box::new(items))
        }
        PhysicalType::Struct => {
            let DataType::Struct(fields) = data_type else { unreachable!("only Struct lies as a struct") };
            Scalar::Struct(
                fields.iter().map(|field| (field.name().clone(), decode(field.data_type(), bytes))).collect(),
            )
        }
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (value, rest) = bytes.split_first_chunk().expect("as many bytes as were written");
    *bytes = rest;
    *value
}

fn take_bytes<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let length = u64::from_le_bytes(take(bytes)) as usize;
    let (value, rest) = bytes.split_at(length);
    *bytes = rest;
    value
}
