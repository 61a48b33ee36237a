//! Names and types as metadata.

use super::flat::{Builder, Fields, Place};
use crate::ipc::{IpcError, IpcErrorKind, Result};
use lazuli_array::{DataType, Field, Schema, TimeUnit};

/// Version 5 of the metadata, of Arrow 1.0.
pub(super) const VERSION: i16 = 4;
/// Types nest no deeper than readers allow.
const MAX_DEPTH: usize = 63;

/// Whether files can be written with these columns.
///
/// # Errors
/// [`IpcErrorKind::Unwritable`] for types nested too deep.
pub(super) fn check(schema: &Schema) -> Result<()> {
    for field in schema.fields() {
        if depth(field.data_type()) > MAX_DEPTH {
            let (column, data_type) = (field.name().clone(), field.data_type().clone());
            return Err(IpcError::new(IpcErrorKind::Unwritable { column, data_type }));
        }
    }
    Ok(())
}

fn depth(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(item) => 1 + depth(item),
        DataType::Struct(fields) => {
            1 + fields.iter().map(|field| depth(field.data_type())).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// Dictionaries are numbered in the order of their columns.
pub(super) fn schema(builder: &mut Builder, fields: &[Field]) -> Place {
    let mut next_dictionary = 0;
    let places: Vec<Place> = fields
        .iter()
        .map(|each| field(builder, each.name(), each.data_type(), &mut next_dictionary))
        .collect();
    let fields = builder.tables(&places);
    let mut schema = Fields::default();
    schema.i16(0, 0);
    schema.offset(1, fields);
    builder.table(schema)
}

/// The number of dictionaries of columns of a type.
pub(super) fn num_dictionaries(data_type: &DataType) -> usize {
    match data_type {
        DataType::Categorical | DataType::Enum(_) => 1,
        DataType::List(item) => num_dictionaries(item),
        DataType::Struct(fields) => fields.iter().map(|field| num_dictionaries(field.data_type())).sum(),
        _ => 0,
    }
}

fn field(builder: &mut Builder, name: &str, data_type: &DataType, next_dictionary: &mut i64) -> Place {
    let children: Vec<Place> = match data_type {
        DataType::List(item) => vec![field(builder, "item", item, next_dictionary)],
        DataType::Struct(fields) => fields
            .iter()
            .map(|child| field(builder, child.name(), child.data_type(), next_dictionary))
            .collect(),
        _ => Vec::new(),
    };
    let children = builder.tables(&children);
    let dictionary = match data_type {
        DataType::Categorical | DataType::Enum(_) => {
            let code = int(builder, 32, false);
            let mut fields = Fields::default();
            fields.i64(0, *next_dictionary);
            fields.offset(1, code);
            fields.bool(2, matches!(data_type, DataType::Enum(_)));
            *next_dictionary += 1;
            Some(builder.table(fields))
        }
        _ => None,
    };
    let (kind, parameters) = type_of(builder, data_type);
    let name = builder.text(name);
    let mut fields = Fields::default();
    fields.offset(0, name);
    fields.bool(1, true);
    fields.u8(2, kind);
    fields.offset(3, parameters);
    if let Some(dictionary) = dictionary {
        fields.offset(4, dictionary);
    }
    fields.offset(5, children);
    builder.table(fields)
}

fn int(builder: &mut Builder, bits: i32, is_signed: bool) -> Place {
    let mut fields = Fields::default();
    fields.i32(0, bits);
    fields.bool(1, is_signed);
    builder.table(fields)
}

fn unit_of(unit: TimeUnit) -> i16 {
    match unit {
        TimeUnit::Milliseconds => 1,
        TimeUnit::Microseconds => 2,
        TimeUnit::Nanoseconds => 3,
    }
}

/// The number of a type in the union `Type` of the format's `Schema.fbs`, and its parameters.
fn type_of(builder: &mut Builder, data_type: &DataType) -> (u8, Place) {
    let mut fields = Fields::default();
    let kind = match data_type {
        DataType::Null => 1,
        DataType::Int8 => return (2, int(builder, 8, true)),
        DataType::Int16 => return (2, int(builder, 16, true)),
        DataType::Int32 => return (2, int(builder, 32, true)),
        DataType::Int64 => return (2, int(builder, 64, true)),
        DataType::UInt8 => return (2, int(builder, 8, false)),
        DataType::UInt16 => return (2, int(builder, 16, false)),
        DataType::UInt32 => return (2, int(builder, 32, false)),
        DataType::UInt64 => return (2, int(builder, 64, false)),
        DataType::Float32 => {
            fields.i16(0, 1);
            3
        }
        DataType::Float64 => {
            fields.i16(0, 2);
            3
        }
        DataType::Boolean => 6,
        DataType::Decimal { precision, scale } => {
            fields.i32(0, i32::from(*precision));
            fields.i32(1, i32::from(*scale));
            fields.i32(2, 128);
            7
        }
        DataType::Date => {
            fields.i16(0, 0);
            8
        }
        DataType::Time => {
            fields.i16(0, 3);
            fields.i32(1, 64);
            9
        }
        DataType::Datetime(unit, zone) => {
            let zone = zone.as_ref().map(|zone| builder.text(zone));
            fields.i16(0, unit_of(*unit));
            if let Some(zone) = zone {
                fields.offset(1, zone);
            }
            10
        }
        DataType::Duration(unit) => {
            fields.i16(0, unit_of(*unit));
            18
        }
        DataType::Struct(_) => 13,
        DataType::Binary => 19,
        DataType::String | DataType::Categorical | DataType::Enum(_) => 20,
        DataType::List(_) => 21,
    };
    (kind, builder.table(fields))
}
