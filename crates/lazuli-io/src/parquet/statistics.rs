//! What a row group says of the values of a column: bounds as scalars, where they can be relied on.

use super::convert::{decimal_of_bytes, fits_decimal};
use super::metadata::{Group, ParquetFile};
use super::schema::{Leaf, Meaning, Node, Physical};
use crate::filter::ColumnFacts;
use lazuli_array::{DataType, Scalar};
use parquet_format_safe::Statistics;

/// What is known of a column of a row group.
pub(super) fn facts(file: &ParquetFile, group: &Group, node: &Node) -> ColumnFacts {
    let Node::Leaf { leaf } = node else { return ColumnFacts::UNKNOWN };
    let Some(statistics) = &group.chunks[*leaf].statistics else { return ColumnFacts::UNKNOWN };
    facts_of_chunk(&file.schema.leaves[*leaf], statistics)
}

fn facts_of_chunk(leaf: &Leaf, statistics: &Statistics) -> ColumnFacts {
    let is_float = matches!(leaf.data_type, DataType::Float32 | DataType::Float64);
    // The fields of the first days compare bytes and unsigned numbers as if they were signed.
    let is_signed = leaf.data_type.is_signed_integer()
        || is_float
        || matches!(leaf.data_type, DataType::Boolean | DataType::Date | DataType::Datetime(..));
    let old = |bound: &Option<Vec<u8>>| bound.clone().filter(|_| is_signed);
    let min = statistics.min_value.clone().or_else(|| old(&statistics.min));
    let max = statistics.max_value.clone().or_else(|| old(&statistics.max));
    facts_of(leaf, min, max, statistics.null_count)
}

/// Bounds and a number of nulls as a file has them.
pub(super) fn facts_of(
    leaf: &Leaf,
    min: Option<Vec<u8>>,
    max: Option<Vec<u8>>,
    null_count: Option<i64>,
) -> ColumnFacts {
    let null_count = null_count.and_then(|count| usize::try_from(count).ok());
    let is_float = matches!(leaf.data_type, DataType::Float32 | DataType::Float64);
    let bound = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| scalar(leaf, &bytes)).unwrap_or(Scalar::Null);
    ColumnFacts { min: bound(min), max: if is_float { Scalar::Null } else { bound(max) }, null_count }
}

/// A bound as a value of the column; `None` where it is none.
fn scalar(leaf: &Leaf, bytes: &[u8]) -> Option<Scalar> {
    let four = || Some(i32::from_le_bytes(bytes.try_into().ok()?));
    let eight = || Some(i64::from_le_bytes(bytes.try_into().ok()?));
    let whole = || match leaf.physical {
        Physical::Int32 => four().map(i64::from),
        Physical::Int64 => eight(),
        _ => None,
    };
    let decimal = |value: i128| match leaf.data_type {
        DataType::Decimal { precision, scale } => {
            fits_decimal(&leaf.data_type)(value).map(|value| Scalar::Decimal { value, precision, scale })
        }
        _ => None,
    };
    Some(match (leaf.meaning, &leaf.data_type) {
        (Meaning::Plain, DataType::Boolean) => Scalar::Boolean(*bytes.first()? != 0),
        (Meaning::Plain, DataType::Int32) => Scalar::Int32(four()?),
        (Meaning::Plain, DataType::Date) => Scalar::Date(four()?),
        (Meaning::Plain, DataType::Int64) => Scalar::Int64(eight()?),
        (Meaning::Plain, DataType::Datetime(unit, zone)) => Scalar::Datetime(eight()?, *unit, zone.clone()),
        (Meaning::Plain, DataType::Duration(unit)) => Scalar::Duration(eight()?, *unit),
        (Meaning::Plain, DataType::Float32) => Some(f32::from_le_bytes(bytes.try_into().ok()?))
            .filter(|bound| !bound.is_nan())
            .map(Scalar::Float32)?,
        (Meaning::Plain, DataType::Float64) => Some(f64::from_le_bytes(bytes.try_into().ok()?))
            .filter(|bound| !bound.is_nan())
            .map(Scalar::Float64)?,
        // A bound may be cut off in the middle of a character: then nothing is known, which is rare.
        (Meaning::Plain, DataType::String) => Scalar::String(std::str::from_utf8(bytes).ok()?.into()),
        (Meaning::Narrow, DataType::Int8) => Scalar::Int8(four()?.try_into().ok()?),
        (Meaning::Narrow, DataType::Int16) => Scalar::Int16(four()?.try_into().ok()?),
        (Meaning::Narrow, DataType::UInt8) => Scalar::UInt8(four()?.try_into().ok()?),
        (Meaning::Narrow, DataType::UInt16) => Scalar::UInt16(four()?.try_into().ok()?),
        (Meaning::Narrow, DataType::UInt32) => Scalar::UInt32(four()? as u32),
        (Meaning::Narrow, DataType::UInt64) => Scalar::UInt64(eight()? as u64),
        (Meaning::Times(factor), _) => Scalar::Time(whole()?.checked_mul(factor)?),
        (Meaning::Decimal, _) => decimal(i128::from(whole()?))?,
        (Meaning::DecimalBytes, _) => decimal(decimal_of_bytes(bytes)?)?,
        _ => return None,
    })
}
