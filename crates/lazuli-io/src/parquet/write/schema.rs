//! Our schema as that of a file: every field may be null, lists have three levels.

use super::super::{ParquetError, ParquetErrorKind, Result};
use lazuli_array::{DataType, Field, Schema, TimeUnit};
use parquet_format_safe::{
    ConvertedType, DecimalType, FieldRepetitionType, IntType, ListType, LogicalType, SchemaElement,
    StringType, TimeType, TimestampType, Type,
};

/// How the values of a leaf are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    /// 32 bits; whether as unsigned ones.
    Int32 {
        is_unsigned: bool,
    },
    /// 64 bits; whether as unsigned ones.
    Int64 {
        is_unsigned: bool,
    },
    Float,
    Double,
    Text,
    Bytes,
    /// A decimal number in so many bytes, the highest first.
    Decimal {
        width: usize,
    },
}

impl Kind {
    pub(super) fn physical(self) -> Type {
        match self {
            Self::Boolean => Type::BOOLEAN,
            Self::Int32 { .. } => Type::INT32,
            Self::Int64 { .. } => Type::INT64,
            Self::Float => Type::FLOAT,
            Self::Double => Type::DOUBLE,
            Self::Text | Self::Bytes => Type::BYTE_ARRAY,
            Self::Decimal { .. } => Type::FIXED_LEN_BYTE_ARRAY,
        }
    }
}

/// A leaf to be written.
#[derive(Clone, Debug)]
pub(super) struct LeafPlan {
    pub path: Vec<String>,
    pub kind: Kind,
    pub max_definition: u8,
    pub max_repetition: u8,
}

/// What a schema is in a file.
#[derive(Debug, Default)]
pub(super) struct FilePlan {
    pub(crate) elements: Vec<SchemaElement>,
    /// In the order of the elements.
    pub leaves: Vec<LeafPlan>,
}

/// Levels up to which columns are nested: what our own reader follows, too.
const MAX_DEPTH: usize = 20;

impl FilePlan {
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        let mut plan = Self::default();
        let mut root = element("schema", None);
        root.repetition_type = None;
        root.num_children = Some(schema.len() as i32);
        plan.elements.push(root);
        for field in schema.fields() {
            let mut path = Vec::new();
            plan.field(field.name(), field.data_type(), &mut path, 0, 0).map_err(|data_type| {
                let column = field.name().clone();
                ParquetError::new(ParquetErrorKind::Unwritable { column, data_type })
            })?;
        }
        Ok(plan)
    }

    /// Adds a field; on failure, the type that can't be written.
    fn field(
        &mut self,
        name: &str,
        data_type: &DataType,
        path: &mut Vec<String>,
        definition: u8,
        repetition: u8,
    ) -> std::result::Result<(), DataType> {
        if path.len() > MAX_DEPTH {
            return Err(data_type.clone());
        }
        path.push(name.to_owned());
        match data_type {
            DataType::List(item) => {
                let mut list = element(name, None);
                list.num_children = Some(1);
                list.converted_type = Some(ConvertedType::LIST);
                list.logical_type = Some(LogicalType::LIST(ListType {}));
                let mut repeated = element("list", None);
                repeated.num_children = Some(1);
                repeated.repetition_type = Some(FieldRepetitionType::REPEATED);
                self.elements.extend([list, repeated]);
                path.push("list".to_owned());
                self.field("element", item, path, definition + 2, repetition + 1)?;
                path.pop();
            }
            DataType::Struct(fields) if !fields.is_empty() => {
                let mut group = element(name, None);
                group.num_children = Some(fields.len() as i32);
                self.elements.push(group);
                for field in fields.iter().map(|field: &Field| field) {
                    self.field(field.name(), field.data_type(), path, definition + 1, repetition)?;
                }
            }
            _ => {
                let (kind, leaf) = leaf(name, data_type).ok_or_else(|| data_type.clone())?;
                self.elements.push(leaf);
                self.leaves.push(LeafPlan {
                    path: path.clone(),
                    kind,
                    max_definition: definition + 1,
                    max_repetition: repetition,
                });
            }
        }
        path.pop();
        Ok(())
    }
}

fn element(name: &str, type_: Option<Type>) -> SchemaElement {
    SchemaElement {
        type_,
        type_length: None,
        repetition_type: Some(FieldRepetitionType::OPTIONAL),
        name: name.to_owned(),
        num_children: None,
        converted_type: None,
        scale: None,
        precision: None,
        field_id: None,
        logical_type: None,
    }
}

/// A field without fields of its own; `None` if its type has no place in a file.
fn leaf(name: &str, data_type: &DataType) -> Option<(Kind, SchemaElement)> {
    let (signed32, signed64) = (Kind::Int32 { is_unsigned: false }, Kind::Int64 { is_unsigned: false });
    let integer = |bit_width, is_signed| Some(LogicalType::INTEGER(IntType { bit_width, is_signed }));
    let (kind, logical, converted) = match data_type {
        DataType::Null => (signed32, Some(LogicalType::UNKNOWN(Default::default())), None),
        DataType::Boolean => (Kind::Boolean, None, None),
        DataType::Int8 => (signed32, integer(8, true), Some(ConvertedType::INT_8)),
        DataType::Int16 => (signed32, integer(16, true), Some(ConvertedType::INT_16)),
        DataType::Int32 => (signed32, None, None),
        DataType::Int64 | DataType::Duration(_) => (signed64, None, None),
        DataType::UInt8 => {
            (Kind::Int32 { is_unsigned: true }, integer(8, false), Some(ConvertedType::UINT_8))
        }
        DataType::UInt16 => {
            (Kind::Int32 { is_unsigned: true }, integer(16, false), Some(ConvertedType::UINT_16))
        }
        DataType::UInt32 => {
            (Kind::Int32 { is_unsigned: true }, integer(32, false), Some(ConvertedType::UINT_32))
        }
        DataType::UInt64 => {
            (Kind::Int64 { is_unsigned: true }, integer(64, false), Some(ConvertedType::UINT_64))
        }
        DataType::Float32 => (Kind::Float, None, None),
        DataType::Float64 => (Kind::Double, None, None),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = (i32::from(*precision), i32::from(*scale));
            let kind = match precision {
                ..=9 => signed32,
                10..=18 => signed64,
                // Bytes for 10^precision and a sign: log2(10) bits a digit, rounded up.
                _ => Kind::Decimal {
                    width: ((precision as usize * 3322).div_ceil(1000) + 1).div_ceil(8).min(16),
                },
            };
            (kind, Some(LogicalType::DECIMAL(DecimalType { scale, precision })), Some(ConvertedType::DECIMAL))
        }
        DataType::String | DataType::Categorical | DataType::Enum(_) => {
            (Kind::Text, Some(LogicalType::STRING(StringType {})), Some(ConvertedType::UTF8))
        }
        DataType::Binary => (Kind::Bytes, None, None),
        DataType::Date => (signed32, Some(LogicalType::DATE(Default::default())), Some(ConvertedType::DATE)),
        DataType::Datetime(unit, zone) => {
            let timestamp = TimestampType { is_adjusted_to_u_t_c: zone.is_some(), unit: thrift_unit(*unit) };
            (signed64, Some(LogicalType::TIMESTAMP(timestamp)), None)
        }
        DataType::Time => {
            let time = TimeType { is_adjusted_to_u_t_c: false, unit: thrift_unit(TimeUnit::Nanoseconds) };
            (signed64, Some(LogicalType::TIME(time)), None)
        }
        DataType::List(_) | DataType::Struct(_) => return None,
    };
    let mut leaf = element(name, Some(kind.physical()));
    leaf.logical_type = logical;
    leaf.converted_type = converted;
    if let Kind::Decimal { width } = kind {
        leaf.type_length = Some(width as i32);
    }
    if let DataType::Decimal { precision, scale } = data_type {
        leaf.precision = Some(i32::from(*precision));
        leaf.scale = Some(i32::from(*scale));
    }
    Some((kind, leaf))
}

fn thrift_unit(unit: TimeUnit) -> parquet_format_safe::TimeUnit {
    match unit {
        TimeUnit::Milliseconds => parquet_format_safe::TimeUnit::MILLIS(Default::default()),
        TimeUnit::Microseconds => parquet_format_safe::TimeUnit::MICROS(Default::default()),
        TimeUnit::Nanoseconds => parquet_format_safe::TimeUnit::NANOS(Default::default()),
    }
}
