//! What the types of the format do not say of ours: a text among the key-value pairs of the footer, one entry for each
//! column that needs one, told by its position. Files of others have none, and then nothing is lost but these.
//!
//! `0=duration[us];3=zone[Europe/Paris]`

use super::schema::{FileSchema, Meaning, Node, Physical};
use lazuli_array::{DataType, Field, Schema, TimeUnit};
use parquet_format_safe::KeyValue;

/// The key of the text.
const KEY: &str = "lazuli.types";

/// The text for a schema; `None` where nothing would be lost.
pub(super) fn of_schema(schema: &Schema) -> Option<KeyValue> {
    let entries: Vec<String> = schema
        .fields()
        .iter()
        .enumerate()
        .filter_map(|(index, field)| match field.data_type() {
            DataType::Duration(unit) => Some(format!("{index}=duration[{unit}]")),
            DataType::Datetime(_, Some(zone)) if &**zone != "UTC" => Some(format!("{index}=zone[{zone}]")),
            DataType::Categorical => Some(format!("{index}=categorical[]")),
            _ => None,
        })
        .collect();
    (!entries.is_empty()).then(|| KeyValue { key: KEY.into(), value: Some(entries.join(";")) })
}

/// Puts in the types that a file says it lost. What does not fit is not believed.
pub(super) fn apply(key_values: &[KeyValue], schema: &mut FileSchema) {
    let text = key_values.iter().find(|pair| pair.key == KEY).and_then(|pair| pair.value.as_deref());
    for entry in text.unwrap_or("").split(';') {
        apply_entry(entry, schema);
    }
}

fn apply_entry(entry: &str, schema: &mut FileSchema) -> Option<()> {
    let (index, hint) = entry.split_once('=')?;
    let index: usize = index.parse().ok()?;
    let (kind, argument) = hint.strip_suffix(']')?.split_once('[')?;
    let field = schema.fields.get_mut(index)?;
    let Node::Leaf { leaf } = schema.nodes.get(index)? else { return None };
    let leaf = schema.leaves.get_mut(*leaf)?;
    let data_type = match (kind, leaf.meaning, field.data_type()) {
        ("duration", Meaning::Plain, DataType::Int64) => DataType::Duration(match argument {
            "ms" => TimeUnit::Milliseconds,
            "us" => TimeUnit::Microseconds,
            "ns" => TimeUnit::Nanoseconds,
            _ => return None,
        }),
        ("zone", Meaning::Plain, DataType::Datetime(unit, Some(_))) => {
            DataType::Datetime(*unit, Some(argument.into()))
        }
        ("categorical", Meaning::Plain, DataType::String) if leaf.physical == Physical::Bytes => {
            DataType::Categorical
        }
        _ => return None,
    };
    // Texts are read as texts: what they are declared as is put around them.
    if data_type != DataType::Categorical {
        leaf.data_type = data_type.clone();
    }
    *field = Field::new(field.name().clone(), data_type);
    Some(())
}
