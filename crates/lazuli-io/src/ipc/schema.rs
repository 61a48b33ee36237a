//! The schema of a file: how the values of each column lie in its batches, and which type of ours they are.

use super::flat::Table;
use super::{IpcError, Result};
use lazuli_array::{DataType, Dictionary, Field, Name, PhysicalType, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;

/// Types nest no deeper than this.
const MAX_DEPTH: usize = 64;

/// How the values of a column lie in a batch.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Layout {
    Null,
    Boolean,
    /// Values of the form of their type.
    Fixed(PhysicalType),
    /// Floats of 16 bits.
    Half,
    /// Whole numbers that have to be multiplied to be values of the type, which has 64 bits.
    Scaled32(i64),
    Scaled64(i64),
    /// Decimals of so many bits.
    Decimal(usize),
    Text {
        wide: bool,
    },
    Bytes {
        wide: bool,
    },
    /// Texts or bytes as views into several buffers.
    TextView,
    BytesView,
    FixedBytes(usize),
    List {
        wide: bool,
    },
    FixedList(usize),
    Struct,
}

/// Codes instead of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coded {
    /// Which dictionary.
    pub id: i64,
    /// The form of a code.
    pub code: PhysicalType,
    pub is_ordered: bool,
}

/// A column, or one inside another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IpcField {
    pub name: Name,
    pub layout: Layout,
    /// The type of the values; of texts that are coded, plain text.
    data_type: DataType,
    pub children: Vec<IpcField>,
    pub coded: Option<Coded>,
}

impl IpcField {
    /// The type as a column has it. `categories` are the dictionaries whose order means something.
    pub(super) fn data_type(&self, categories: &HashMap<i64, Arc<Dictionary>>) -> DataType {
        match (&self.coded, &self.data_type) {
            (Some(coded), DataType::String) => match categories.get(&coded.id) {
                Some(dictionary) => DataType::Enum(dictionary.clone()),
                None => DataType::Categorical,
            },
            (_, DataType::List(_)) => DataType::List(Box::new(
                self.children.first().map_or(DataType::Null, |item| item.data_type(categories)),
            )),
            (_, DataType::Struct(_)) => DataType::Struct(
                self.children
                    .iter()
                    .map(|child| Field::new(child.name.clone(), child.data_type(categories)))
                    .collect(),
            ),
            (_, data_type) => data_type.clone(),
        }
    }

    /// The field of the values behind codes.
    pub(super) fn values(&self) -> Self {
        Self { coded: None, ..self.clone() }
    }

    /// The type of the values behind codes.
    pub(super) fn value_type(&self) -> &DataType {
        &self.data_type
    }

    /// This field and those in it.
    pub(super) fn for_each<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        self.children.iter().for_each(|child| child.for_each(visit));
    }
}

/// Reads a schema.
///
/// # Errors
/// Types that are not held; what contradicts itself.
pub(super) fn read(schema: Table<'_>, metadata_bytes: usize) -> Result<Vec<IpcField>> {
    if schema.i16(0, 0)? != 0 {
        return Err(IpcError::unsupported("numbers with their highest byte first"));
    }
    // Tables may be reached by several ways, and texts too. What is honest takes bytes of its own.
    let mut left = Left { fields: metadata_bytes / 4, name_bytes: metadata_bytes };
    schema.tables(1)?.map(|field| field_of(field?, MAX_DEPTH, &mut left)).collect()
}

struct Left {
    fields: usize,
    name_bytes: usize,
}

fn field_of(field: Table<'_>, depth: usize, left: &mut Left) -> Result<IpcField> {
    if depth == 0 {
        return Err(IpcError::unsupported(format!("types nested deeper than {MAX_DEPTH} levels")));
    }
    let name = field.text(0)?.unwrap_or("");
    let enough = left.fields.checked_sub(1).zip(left.name_bytes.checked_sub(name.len()));
    let (fields, name_bytes) = enough.ok_or_else(|| IpcError::corrupt("a schema larger than its bytes"))?;
    *left = Left { fields, name_bytes };
    let children =
        field.tables(5)?.map(|child| field_of(child?, depth - 1, left)).collect::<Result<Vec<_>>>()?;
    let (data_type, layout) = type_of(&field, &children).map_err(|error| error.in_column(name))?;
    let coded = field.table(4)?.map(|dictionary| coded(&dictionary)).transpose()?;
    let has_codes_within = children.iter().any(|child| {
        let mut has = false;
        child.for_each(&mut |field| has |= field.coded.is_some());
        has
    });
    if coded.is_some() && (has_codes_within || !children.is_empty()) {
        return Err(IpcError::unsupported("a dictionary of nested values").in_column(name));
    }
    Ok(IpcField { name: name.into(), layout, data_type, children, coded })
}

fn coded(dictionary: &Table<'_>) -> Result<Coded> {
    let code = match dictionary.table(1)? {
        Some(int) => int_of(&int)?,
        None => PhysicalType::Int32,
    };
    Ok(Coded { id: dictionary.i64(0)?, code, is_ordered: dictionary.bool(2)? })
}

fn int_of(int: &Table<'_>) -> Result<PhysicalType> {
    Ok(match (int.i32(0, 0)?, int.bool(1)?) {
        (8, true) => PhysicalType::Int8,
        (16, true) => PhysicalType::Int16,
        (32, true) => PhysicalType::Int32,
        (64, true) => PhysicalType::Int64,
        (8, false) => PhysicalType::UInt8,
        (16, false) => PhysicalType::UInt16,
        (32, false) => PhysicalType::UInt32,
        (64, false) => PhysicalType::UInt64,
        (bits, _) => return Err(IpcError::corrupt(format!("whole numbers of {bits} bits"))),
    })
}

fn fixed(data_type: DataType) -> (DataType, Layout) {
    let layout = Layout::Fixed(data_type.physical());
    (data_type, layout)
}

fn type_of(field: &Table<'_>, children: &[IpcField]) -> Result<(DataType, Layout)> {
    let kind = field.u8(2)?;
    let parameters = || field.needed(3, "the parameters of a type");
    let size = |slot: usize| -> Result<usize> {
        usize::try_from(parameters()?.i32(slot, 0)?).map_err(|_| IpcError::corrupt("a type of negative size"))
    };
    let item = || -> Result<DataType> {
        match children {
            [item] => Ok(item.own_type()),
            _ => Err(IpcError::corrupt(format!("a list of {} kinds of items", children.len()))),
        }
    };
    let list =
        |layout: Layout| -> Result<(DataType, Layout)> { Ok((DataType::List(Box::new(item()?)), layout)) };
    // Numbers are those of the union `Type` in the format's `Schema.fbs`.
    Ok(match kind {
        1 => (DataType::Null, Layout::Null),
        2 => fixed(match int_of(&parameters()?)? {
            PhysicalType::Int8 => DataType::Int8,
            PhysicalType::Int16 => DataType::Int16,
            PhysicalType::Int32 => DataType::Int32,
            PhysicalType::Int64 => DataType::Int64,
            PhysicalType::UInt8 => DataType::UInt8,
            PhysicalType::UInt16 => DataType::UInt16,
            PhysicalType::UInt32 => DataType::UInt32,
            _ => DataType::UInt64,
        }),
        3 => match parameters()?.i16(0, 0)? {
            0 => (DataType::Float32, Layout::Half),
            1 => fixed(DataType::Float32),
            2 => fixed(DataType::Float64),
            other => return Err(IpcError::corrupt(format!("floats of precision {other}"))),
        },
        4 => (DataType::Binary, Layout::Bytes { wide: false }),
        5 => (DataType::String, Layout::Text { wide: false }),
        6 => (DataType::Boolean, Layout::Boolean),
        7 => decimal(&parameters()?)?,
        8 => match parameters()?.i16(0, 1)? {
            0 => fixed(DataType::Date),
            1 => fixed(DataType::Datetime(TimeUnit::Milliseconds, None)),
            other => return Err(IpcError::corrupt(format!("dates of unit {other}"))),
        },
        9 => match (parameters()?.i16(0, 1)?, parameters()?.i32(1, 32)?) {
            (0, 32) => (DataType::Time, Layout::Scaled32(1_000_000_000)),
            (1, 32) => (DataType::Time, Layout::Scaled32(1_000_000)),
            (2, 64) => (DataType::Time, Layout::Scaled64(1_000)),
            (3, 64) => fixed(DataType::Time),
            (unit, bits) => return Err(IpcError::corrupt(format!("times of unit {unit} and {bits} bits"))),
        },
        10 => {
            let zone = parameters()?.text(1)?.filter(|zone| !zone.is_empty()).map(Arc::from);
            match unit_of(parameters()?.i16(0, 0)?)? {
                Some(unit) => fixed(DataType::Datetime(unit, zone)),
                None => (DataType::Datetime(TimeUnit::Milliseconds, zone), Layout::Scaled64(1_000)),
            }
        }
        12 => list(Layout::List { wide: false })?,
        13 => {
            let fields = children.iter().map(|child| Field::new(child.name.clone(), child.own_type()));
            (DataType::Struct(fields.collect()), Layout::Struct)
        }
        15 => (DataType::Binary, Layout::FixedBytes(size(0)?)),
        16 => list(Layout::FixedList(size(0)?))?,
        // A map is a list of pairs.
        17 => list(Layout::List { wide: false })?,
        18 => match unit_of(parameters()?.i16(0, 1)?)? {
            Some(unit) => fixed(DataType::Duration(unit)),
            None => (DataType::Duration(TimeUnit::Milliseconds), Layout::Scaled64(1_000)),
        },
        19 => (DataType::Binary, Layout::Bytes { wide: true }),
        20 => (DataType::String, Layout::Text { wide: true }),
        21 => list(Layout::List { wide: true })?,
        23 => (DataType::Binary, Layout::BytesView),
        24 => (DataType::String, Layout::TextView),
        11 => return Err(IpcError::unsupported("intervals of months, days and nanoseconds")),
        14 => return Err(IpcError::unsupported("unions")),
        22 => return Err(IpcError::unsupported("runs with their ends")),
        25 | 26 => return Err(IpcError::unsupported("lists as views")),
        0 => return Err(IpcError::corrupt("a column without a type")),
        other => return Err(IpcError::unsupported(format!("type number {other}"))),
    })
}

impl IpcField {
    /// The type, categories not told apart.
    fn own_type(&self) -> DataType {
        match (&self.coded, &self.data_type) {
            (Some(_), DataType::String) => DataType::Categorical,
            (_, data_type) => data_type.clone(),
        }
    }
}

/// The unit; `None` for seconds.
fn unit_of(unit: i16) -> Result<Option<TimeUnit>> {
    Ok(match unit {
        0 => None,
        1 => Some(TimeUnit::Milliseconds),
        2 => Some(TimeUnit::Microseconds),
        3 => Some(TimeUnit::Nanoseconds),
        other => return Err(IpcError::corrupt(format!("time of unit {other}"))),
    })
}

fn decimal(parameters: &Table<'_>) -> Result<(DataType, Layout)> {
    let (precision, scale, bits) = (parameters.i32(0, 0)?, parameters.i32(1, 0)?, parameters.i32(2, 128)?);
    let held = || match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision => Some((precision, scale)),
        _ => None,
    };
    let (precision, scale) = held().ok_or_else(|| {
        IpcError::unsupported(format!("decimals of {precision} digits, {scale} behind the point"))
    })?;
    match bits {
        32 | 64 | 128 | 256 => {
            Ok((DataType::Decimal { precision, scale }, Layout::Decimal(bits as usize / 8)))
        }
        other => Err(IpcError::corrupt(format!("decimals of {other} bits"))),
    }
}
