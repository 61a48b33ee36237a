//! The schema of a file: its tree of groups and leaves, and what columns they are.
//!
//! A column may hold others: structs are groups, lists are repeated fields, mostly inside an annotated group, maps are
//! lists of structs of key and value. How deep a value lies is told by two numbers beside it, its levels: a *definition
//! level* counts the optional and repeated fields on the way to it that are there, a *repetition level* says at which
//! of the repeated fields on the way a new item begins.

use super::{ParquetError, Result};
use lazuli_array::{DataType, Field, Name, TimeUnit};
use parquet_format_safe::{
    ConvertedType, FieldRepetitionType, LogicalType, SchemaElement, TimeUnit as ThriftUnit, Type,
};
use std::collections::HashSet;

/// Groups inside groups that are followed. Levels fit a byte, and so does what recursion takes on the stack.
const MAX_DEPTH: usize = 64;

/// How the values of a leaf lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Physical {
    Boolean,
    Int32,
    Int64,
    Float,
    Double,
    /// Each value with its length.
    Bytes,
    /// So many bytes a value. `INT96` is 12 of them.
    Fixed(usize),
}

/// What becomes of the values of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The type's own values: integers of 32 and 64 bits, floats, booleans, texts, bytes; dates and ticks.
    Plain,
    /// An integer of fewer bits, or an unsigned one; by the type.
    Narrow,
    /// So many nanoseconds each.
    Times(i64),
    /// A decimal number as an integer.
    Decimal,
    /// A decimal number as bytes, the highest first.
    DecimalBytes,
    /// Nanoseconds of a day and a Julian day.
    Int96,
    /// A float of 16 bits.
    Float16,
    /// Nothing but nulls.
    Null,
}

/// A column of values in the file.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its name with those of the groups around it, by dots.
    pub path: String,
    pub physical: Physical,
    pub meaning: Meaning,
    pub data_type: DataType,
    pub max_definition: u8,
    pub max_repetition: u8,
}

/// Where a column of the schema comes from.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf {
        /// Its position among the leaves.
        leaf: usize,
    },
    Struct {
        /// The definition level from which it is there.
        definition: u8,
        fields: Vec<Node>,
    },
    List {
        /// The definition level from which it is there.
        definition: u8,
        /// The definition level from which it has an item.
        item_definition: u8,
        /// The repetition level at which its next item begins.
        repetition: u8,
        item: Box<Node>,
    },
    /// What can't be read, and why.
    Unsupported(String),
}

impl Leaf {
    /// Bytes of a row of its array, without the bytes of texts.
    pub(super) fn row_bytes(&self) -> usize {
        match self.meaning {
            Meaning::Decimal | Meaning::DecimalBytes => 16,
            Meaning::Int96 | Meaning::Times(_) => 8,
            _ => match self.physical {
                Physical::Boolean => 1,
                Physical::Int32 | Physical::Float => 4,
                Physical::Int64 | Physical::Double | Physical::Bytes => 8,
                Physical::Fixed(width) => width.saturating_add(8),
            },
        }
    }
}

impl Node {
    /// Gives the positions of its leaves.
    pub(super) fn for_leaves(&self, take: &mut dyn FnMut(usize)) {
        match self {
            Self::Leaf { leaf } => take(*leaf),
            Self::Struct { fields, .. } => fields.iter().for_each(|field| field.for_leaves(take)),
            Self::List { item, .. } => item.for_leaves(take),
            Self::Unsupported(_) => {}
        }
    }

    /// What of it can't be read.
    pub(super) fn fault(&self) -> Option<&str> {
        match self {
            Self::Leaf { .. } => None,
            Self::Struct { fields, .. } => fields.iter().find_map(Self::fault),
            Self::List { item, .. } => item.fault(),
            Self::Unsupported(reason) => Some(reason),
        }
    }
}

/// The schema of a file.
#[derive(Debug)]
pub(super) struct FileSchema {
    pub fields: Vec<Field>,
    /// One a field.
    pub nodes: Vec<Node>,
    pub leaves: Vec<Leaf>,
}

impl FileSchema {
    pub(super) fn new(elements: &[SchemaElement]) -> Result<Self> {
        let Some((root, _)) = elements.split_first() else {
            return Err(ParquetError::corrupt("it has no schema"));
        };
        let mut reader = Reader { elements, next: 1, leaves: Vec::new(), path: Vec::new() };
        let (mut fields, mut nodes) = (Vec::new(), Vec::new());
        let mut names: HashSet<Name> = HashSet::new();
        for _ in 0..root.num_children.unwrap_or(0) {
            let (field, node) = reader.field(Levels::default())?;
            if !names.insert(field.name().clone()) {
                return Err(ParquetError::unsupported(format!("two columns named {:?}", field.name())));
            }
            fields.push(field);
            nodes.push(node);
        }
        if reader.next != elements.len() {
            return Err(ParquetError::corrupt("its schema has elements that belong to nothing"));
        }
        Ok(Self { fields, nodes, leaves: reader.leaves })
    }
}

#[derive(Clone, Copy, Default)]
struct Levels {
    definition: u8,
    repetition: u8,
}

struct Reader<'a> {
    elements: &'a [SchemaElement],
    next: usize,
    leaves: Vec<Leaf>,
    path: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn take(&mut self) -> Result<&'a SchemaElement> {
        let element = self
            .elements
            .get(self.next)
            .ok_or_else(|| ParquetError::corrupt("its schema ends inside of a group"))?;
        self.next += 1;
        Ok(element)
    }

    fn check_depth(&self) -> Result<()> {
        if self.path.len() < MAX_DEPTH {
            return Ok(());
        }
        Err(ParquetError::unsupported(format!("a schema of more than {MAX_DEPTH} levels")))
    }

    /// The next element as a column: one that repeats without a group around it is a list.
    fn field(&mut self, around: Levels) -> Result<(Field, Node)> {
        let element = self.take()?;
        self.check_depth()?;
        self.path.push(&element.name);
        let repetition = element.repetition_type.unwrap_or(FieldRepetitionType::REQUIRED);
        let found = match repetition {
            FieldRepetitionType::REQUIRED => self.value(element, around, around.definition),
            FieldRepetitionType::OPTIONAL => {
                let inside = Levels { definition: around.definition + 1, ..around };
                self.value(element, inside, inside.definition)
            }
            FieldRepetitionType::REPEATED => {
                let inside = Levels { definition: around.definition + 1, repetition: around.repetition + 1 };
                self.value(element, inside, inside.definition).map(|(data_type, item)| {
                    let node = Node::List {
                        definition: around.definition,
                        item_definition: inside.definition,
                        repetition: inside.repetition,
                        item: Box::new(item),
                    };
                    (DataType::List(Box::new(data_type)), node)
                })
            }
            other => Err(ParquetError::corrupt(format!("a repetition of kind {}", other.0))),
        };
        self.path.pop();
        let (data_type, node) = found?;
        Ok((Field::new(element.name.as_str(), data_type), node))
    }

    /// An element apart from its own repetition. `definition`: the level from which it is there.
    fn value(
        &mut self,
        element: &'a SchemaElement,
        inside: Levels,
        definition: u8,
    ) -> Result<(DataType, Node)> {
        // Some writers give leaves a number of children, which is 0. A group without any has no type.
        match element.num_children {
            None => self.leaf(element, inside),
            Some(0) if element.type_.is_some() => self.leaf(element, inside),
            Some(children) if children >= 0 => self.group(element, children, inside, definition),
            Some(children) => Err(ParquetError::corrupt(format!("a group of {children} fields"))),
        }
    }

    fn group(
        &mut self,
        element: &'a SchemaElement,
        children: i32,
        inside: Levels,
        definition: u8,
    ) -> Result<(DataType, Node)> {
        let is_list = matches!(element.logical_type, Some(LogicalType::LIST(_)))
            || element.converted_type == Some(ConvertedType::LIST);
        let is_map = matches!(element.logical_type, Some(LogicalType::MAP(_)))
            || matches!(element.converted_type, Some(ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE));
        let repeats = self
            .elements
            .get(self.next)
            .is_some_and(|child| child.repetition_type == Some(FieldRepetitionType::REPEATED));
        if (is_list || is_map) && children == 1 && repeats {
            return self.annotated_list(element, is_map, inside, definition);
        }
        let (mut fields, mut nodes) = (Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for _ in 0..children {
            let (field, node) = self.field(inside)?;
            if !names.insert(field.name().clone()) {
                return Err(ParquetError::unsupported(format!("two fields named {:?}", field.name())));
            }
            fields.push(field);
            nodes.push(node);
        }
        if nodes.is_empty() {
            // Nothing in the file says how many there are.
            let reason = format!("the struct {:?} without fields", self.path.join("."));
            return Ok((DataType::Struct(fields.into()), Node::Unsupported(reason)));
        }
        Ok((DataType::Struct(fields.into()), Node::Struct { definition, fields: nodes }))
    }

    /// A group that is marked as a list or a map; its only field repeats. By the rules of the format for lists of old
    /// writers, that field is the item itself where it is no group of one field, or has a name that says so.
    fn annotated_list(
        &mut self,
        element: &'a SchemaElement,
        is_map: bool,
        around: Levels,
        definition: u8,
    ) -> Result<(DataType, Node)> {
        let repeated = self.take()?;
        self.check_depth()?;
        self.path.push(&repeated.name);
        let inside = Levels { definition: around.definition + 1, repetition: around.repetition + 1 };
        let only_child_repeats = self
            .elements
            .get(self.next)
            .is_some_and(|child| child.repetition_type == Some(FieldRepetitionType::REPEATED));
        let is_item = is_map
            || repeated.num_children != Some(1)
            || only_child_repeats
            || repeated.name == "array"
            || repeated.name == format!("{}_tuple", element.name);
        let found = if is_item {
            self.value(repeated, inside, inside.definition)
        } else {
            self.field(inside).map(|(field, node)| (field.data_type().clone(), node))
        };
        self.path.pop();
        let (data_type, item) = found?;
        let node = Node::List {
            definition,
            item_definition: inside.definition,
            repetition: inside.repetition,
            item: Box::new(item),
        };
        Ok((DataType::List(Box::new(data_type)), node))
    }

    fn leaf(&mut self, element: &SchemaElement, levels: Levels) -> Result<(DataType, Node)> {
        let physical = physical(element)?;
        let path = self.path.join(".");
        let (data_type, meaning) = match meaning(element, physical) {
            Ok(known) => known,
            Err(reason) => {
                // The other columns can be read all the same. The leaf keeps its place: chunks are told by it.
                let leaf = Leaf {
                    path,
                    physical,
                    meaning: Meaning::Plain,
                    data_type: DataType::Binary,
                    max_definition: levels.definition,
                    max_repetition: levels.repetition,
                };
                self.leaves.push(leaf);
                return Ok((DataType::Binary, Node::Unsupported(reason)));
            }
        };
        let leaf = self.leaves.len();
        self.leaves.push(Leaf {
            path,
            physical,
            meaning,
            data_type: data_type.clone(),
            max_definition: levels.definition,
            max_repetition: levels.repetition,
        });
        Ok((data_type, Node::Leaf { leaf }))
    }
}

fn physical(element: &SchemaElement) -> Result<Physical> {
    Ok(match element.type_ {
        Some(Type::BOOLEAN) => Physical::Boolean,
        Some(Type::INT32) => Physical::Int32,
        Some(Type::INT64) => Physical::Int64,
        Some(Type::INT96) => Physical::Fixed(12),
        Some(Type::FLOAT) => Physical::Float,
        Some(Type::DOUBLE) => Physical::Double,
        Some(Type::BYTE_ARRAY) => Physical::Bytes,
        Some(Type::FIXED_LEN_BYTE_ARRAY) => {
            let width = element.type_length.and_then(|length| usize::try_from(length).ok());
            match width {
                Some(width) if width > 0 => Physical::Fixed(width),
                _ => {
                    let reason = format!("column {:?} has values of no length", element.name);
                    return Err(ParquetError::corrupt(reason));
                }
            }
        }
        Some(other) => return Err(ParquetError::corrupt(format!("a column of type {}", other.0))),
        None => return Err(ParquetError::corrupt(format!("column {:?} has no type", element.name))),
    })
}

/// The type of a leaf, and how its values become that; or what keeps it from being read.
fn meaning(element: &SchemaElement, physical: Physical) -> std::result::Result<(DataType, Meaning), String> {
    if let Some(logical) = &element.logical_type
        && let Some(known) = logical_meaning(logical, physical)?
    {
        return Ok(known);
    }
    if let Some(converted) = element.converted_type
        && let Some(known) = converted_meaning(converted, element, physical)?
    {
        return Ok(known);
    }
    let plain = match physical {
        Physical::Boolean => DataType::Boolean,
        Physical::Int32 => DataType::Int32,
        Physical::Int64 => DataType::Int64,
        Physical::Float => DataType::Float32,
        Physical::Double => DataType::Float64,
        Physical::Bytes => DataType::Binary,
        Physical::Fixed(_) if element.type_ == Some(Type::INT96) => {
            return Ok((DataType::Datetime(TimeUnit::Nanoseconds, None), Meaning::Int96));
        }
        Physical::Fixed(_) => DataType::Binary,
    };
    Ok((plain, Meaning::Plain))
}

type Known = std::result::Result<Option<(DataType, Meaning)>, String>;

/// What a logical type says; `None` where it stands on values that it does not belong to, or says nothing of them.
fn logical_meaning(logical: &LogicalType, physical: Physical) -> Known {
    Ok(match (logical, physical) {
        (LogicalType::STRING(_) | LogicalType::ENUM(_) | LogicalType::JSON(_), Physical::Bytes) => {
            Some((DataType::String, Meaning::Plain))
        }
        // How `super::thrift` hands on `FLOAT16`.
        (LogicalType::ENUM(_), Physical::Fixed(2)) => Some((DataType::Float32, Meaning::Float16)),
        (LogicalType::DECIMAL(decimal), _) => {
            return decimal_meaning(decimal.precision, decimal.scale, physical);
        }
        (LogicalType::DATE(_), Physical::Int32) => Some((DataType::Date, Meaning::Plain)),
        (LogicalType::TIME(time), Physical::Int32 | Physical::Int64) => {
            let nanoseconds = 1_000_000_000 / unit(&time.unit).per_second();
            Some((DataType::Time, Meaning::Times(nanoseconds)))
        }
        (LogicalType::TIMESTAMP(timestamp), Physical::Int64) => {
            let zone = timestamp.is_adjusted_to_u_t_c.then(|| "UTC".into());
            Some((DataType::Datetime(unit(&timestamp.unit), zone), Meaning::Plain))
        }
        (LogicalType::INTEGER(integer), Physical::Int32 | Physical::Int64) => {
            integer_meaning(integer.bit_width, integer.is_signed, physical)
        }
        (LogicalType::UNKNOWN(_), _) => Some((DataType::Null, Meaning::Null)),
        _ => None,
    })
}

fn unit(unit: &ThriftUnit) -> TimeUnit {
    match unit {
        ThriftUnit::MILLIS(_) => TimeUnit::Milliseconds,
        ThriftUnit::MICROS(_) => TimeUnit::Microseconds,
        ThriftUnit::NANOS(_) => TimeUnit::Nanoseconds,
    }
}

fn integer_meaning(bits: i8, is_signed: bool, physical: Physical) -> Option<(DataType, Meaning)> {
    Some(match (bits, is_signed, physical) {
        (8, true, Physical::Int32) => (DataType::Int8, Meaning::Narrow),
        (16, true, Physical::Int32) => (DataType::Int16, Meaning::Narrow),
        (32, true, Physical::Int32) => (DataType::Int32, Meaning::Plain),
        (64, true, Physical::Int64) => (DataType::Int64, Meaning::Plain),
        (8, false, Physical::Int32) => (DataType::UInt8, Meaning::Narrow),
        (16, false, Physical::Int32) => (DataType::UInt16, Meaning::Narrow),
        (32, false, Physical::Int32) => (DataType::UInt32, Meaning::Narrow),
        (64, false, Physical::Int64) => (DataType::UInt64, Meaning::Narrow),
        _ => return None,
    })
}

fn decimal_meaning(precision: i32, scale: i32, physical: Physical) -> Known {
    let (Ok(precision), Ok(scale)) = (u8::try_from(precision), u8::try_from(scale)) else {
        return Err(format!("decimals of {precision} digits, {scale} of them after the point"));
    };
    if precision == 0 || precision > 38 || scale > precision {
        return Err(format!("decimals of {precision} digits, {scale} of them after the point"));
    }
    let meaning = match physical {
        Physical::Int32 | Physical::Int64 => Meaning::Decimal,
        Physical::Bytes | Physical::Fixed(_) => Meaning::DecimalBytes,
        Physical::Boolean | Physical::Float | Physical::Double => return Ok(None),
    };
    Ok(Some((DataType::Decimal { precision, scale }, meaning)))
}

/// The same for the types of before there were logical ones.
fn converted_meaning(converted: ConvertedType, element: &SchemaElement, physical: Physical) -> Known {
    let ticks = |unit| (DataType::Datetime(unit, None), Meaning::Plain);
    Ok(match (converted, physical) {
        (ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON, Physical::Bytes) => {
            Some((DataType::String, Meaning::Plain))
        }
        (ConvertedType::DECIMAL, _) => {
            return decimal_meaning(element.precision.unwrap_or(0), element.scale.unwrap_or(0), physical);
        }
        (ConvertedType::DATE, Physical::Int32) => Some((DataType::Date, Meaning::Plain)),
        (ConvertedType::TIME_MILLIS, Physical::Int32) => Some((DataType::Time, Meaning::Times(1_000_000))),
        (ConvertedType::TIME_MICROS, Physical::Int64) => Some((DataType::Time, Meaning::Times(1_000))),
        (ConvertedType::TIMESTAMP_MILLIS, Physical::Int64) => Some(ticks(TimeUnit::Milliseconds)),
        (ConvertedType::TIMESTAMP_MICROS, Physical::Int64) => Some(ticks(TimeUnit::Microseconds)),
        (ConvertedType::INT_8, _) => integer_meaning(8, true, physical),
        (ConvertedType::INT_16, _) => integer_meaning(16, true, physical),
        (ConvertedType::UINT_8, _) => integer_meaning(8, false, physical),
        (ConvertedType::UINT_16, _) => integer_meaning(16, false, physical),
        (ConvertedType::UINT_32, _) => integer_meaning(32, false, physical),
        (ConvertedType::UINT_64, _) => integer_meaning(64, false, physical),
        _ => None,
    })
}
