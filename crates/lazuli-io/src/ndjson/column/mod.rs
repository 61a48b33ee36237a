//! One column's values to one array: a type looked at once, then a loop that knows it.
//!
//! A struct is a table of its own: the members of its objects are walked as those of records are, and each field is a column
//! of what was found. A list is a column of all of its items. So one set of loops does for any nesting, and what recurses
//! here is the type, never the text.
//!
//! | type | written as |
//! |---|---|
//! | Boolean, integers, floats | the word or number; integers without fraction or exponent, within range; a number past all floats is none |
//! | Decimal | a number without exponent, or its text as a string |
//! | String, Categorical | a string; any other value as it is written |
//! | Enum, Date, Time, Datetime, Duration, Binary | a string: one of the list, ISO 8601, base64 |
//! | List, Struct | an array, an object; keys that are missing are null |

mod dictionary; // strings as codes
mod fixed; // numbers, dates, times
mod nested; // lists and structs
mod strings; // plain strings and binary

use super::OnUnknownKey;
use super::records::Values;
use super::syntax::{Span, unescape};
use crate::policy::{DictionaryStrings, OnMisfit};
use lazuli_array::{
    Array, BitmapBuilder, BooleanArray, DataType, Dictionary, DictionaryArray, NullArray, PrimitiveArray,
    memory,
};
use lazuli_kernels::parse::{self, Misfit};
use std::collections::HashMap;
use std::sync::Arc;

/// The rows of a chunk to parse.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rows<'a> {
    /// The first so many.
    First(usize),
    /// These, ascending.
    These(&'a [u32]),
}

impl Rows<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Rows::First(count) => *count,
            Rows::These(rows) => rows.len(),
        }
    }

    /// The row at a place among these.
    fn at(&self, place: usize) -> usize {
        match self {
            Rows::First(_) => place,
            Rows::These(rows) => rows[place] as usize,
        }
    }

    /// The row numbers, for loops that have more to do than to count.
    fn iter(self) -> impl ExactSizeIterator<Item = usize> {
        let (count, these) = match self {
            Rows::First(count) => (count, None),
            Rows::These(rows) => (rows.len(), Some(rows)),
        };
        (0..count).map(move |index| these.map_or(index, |rows| rows[index] as usize))
    }
}

/// What the loops need to know besides the type.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueRules {
    pub on_misfit: OnMisfit,
    pub on_unknown_key: OnUnknownKey,
    pub dictionary_strings: DictionaryStrings,
}

/// A value that is none of its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ValueMisfit {
    /// The row of the column.
    pub row: usize,
    /// The value, which may be one within the column's.
    pub span: Span,
    pub data_type: DataType,
    pub reason: Misfit,
}

/// Parses the rows of one column, whose values were accepted as JSON and are UTF-8.
pub(super) fn parse_values(
    values: Values<'_>,
    rows: Rows<'_>,
    data_type: &DataType,
    rules: ValueRules,
) -> Result<Array, ValueMisfit> {
    use fixed::{narrow, parse_fixed, parse_quoted};
    let lenient = rules.on_misfit == OnMisfit::Null;
    let parsed = match data_type {
        DataType::Null => parse_null(values, rows, lenient),
        DataType::Boolean => parse_boolean(values, rows, lenient),
        DataType::Int8 => parse_fixed(values, rows, lenient, narrow::<i8>),
        DataType::Int16 => parse_fixed(values, rows, lenient, narrow::<i16>),
        DataType::Int32 => parse_fixed(values, rows, lenient, narrow::<i32>),
        DataType::Int64 => parse_fixed(values, rows, lenient, parse::parse_i64_at),
        DataType::UInt8 => parse_fixed(values, rows, lenient, narrow::<u8>),
        DataType::UInt16 => parse_fixed(values, rows, lenient, narrow::<u16>),
        DataType::UInt32 => parse_fixed(values, rows, lenient, narrow::<u32>),
        DataType::UInt64 => parse_fixed(values, rows, lenient, parse::parse_u64_at),
        DataType::Float32 => parse_fixed(values, rows, lenient, |text, start, end| {
            let value = parse::parse_f32(&text[start..end])?;
            if value.is_finite() { Ok(value) } else { Err(Misfit::OutOfRange) }
        }),
        DataType::Float64 => parse_fixed(values, rows, lenient, |text, start, end| {
            let value = parse::parse_f64_at(text, start, end)?;
            if value.is_finite() { Ok(value) } else { Err(Misfit::OutOfRange) }
        }),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = (u32::from(*precision), u32::from(*scale));
            parse_quoted(values, rows, lenient, true, move |text| {
                parse::parse_decimal(text, precision, scale)
            })
        }
        DataType::Date => parse_quoted(values, rows, lenient, false, parse::parse_date),
        DataType::Time => parse_quoted(values, rows, lenient, false, parse::parse_time),
        DataType::Datetime(unit, zone) => {
            let (unit, zoned) = (*unit, zone.is_some());
            parse_quoted(values, rows, lenient, false, move |text| {
                parse::parse_datetime_ticks(text, unit, zoned)
            })
        }
        DataType::Duration(unit) => {
            let unit = *unit;
            parse_quoted(values, rows, lenient, false, move |text| {
                if matches!(text, [b'P', ..] | [b'-', b'P', ..]) {
                    fixed::parse_iso_duration(text, unit)
                } else {
                    parse::parse_duration(text, unit)
                }
            })
        }
        DataType::String => Ok(match rules.dictionary_strings {
            DictionaryStrings::Never => strings::parse_strings(values, rows).into(),
            DictionaryStrings::Auto => dictionary::parse_if_repeating(values, rows),
            DictionaryStrings::Always => dictionary::parse_dictionary(values, rows).into(),
        }),
        DataType::Categorical => Ok(dictionary::parse_dictionary(values, rows).into()),
        DataType::Enum(categories) => parse_enum(values, rows, lenient, categories),
        DataType::Binary => strings::parse_binary(values, rows, lenient),
        DataType::List(item) => return nested::parse_list(values, rows, item, rules),
        DataType::Struct(fields) => return nested::parse_struct(values, rows, data_type, fields, rules),
    };
    parsed.map_err(|RowMisfit { row, reason }| ValueMisfit {
        row,
        span: values.span(row),
        data_type: data_type.clone(),
        reason,
    })
}

/// A value that is none of its column's type, as the loops tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RowMisfit {
    row: usize,
    reason: Misfit,
}

/// Every misfit among these rows of one column, in their order.
///
/// Asks the very loops that parse, some rows at a time, so that a misfit costs the rows of its window and no more.
pub(super) fn all_misfits(
    values: Values<'_>,
    rows: &[u32],
    data_type: &DataType,
    rules: ValueRules,
    mut found: impl FnMut(ValueMisfit),
) {
    const WINDOW_ROWS: usize = 256;
    for window in rows.chunks(WINDOW_ROWS) {
        let mut rest = window;
        while let Err(misfit) = parse_values(values, Rows::These(rest), data_type, rules) {
            rest = &rest[rest.partition_point(|&row| row as usize <= misfit.row)..];
            found(misfit);
        }
    }
}

/// The inside of a string as it stands or unescaped; `None` of any other value.
#[inline(always)]
fn string_of<'a>(text: &'a [u8], span: Span, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let raw = &text[span.start()..span.end()];
    if raw.first() != Some(&b'"') {
        return None;
    }
    let inside = &raw[1..raw.len() - 1];
    if !span.is_escaped() {
        return Some(inside);
    }
    scratch.clear();
    unescape(inside, scratch);
    Some(scratch)
}

fn parse_null(values: Values<'_>, rows: Rows<'_>, lenient: bool) -> Result<Array, RowMisfit> {
    match rows.iter().find(|&row| !lenient && !values.span(row).is_null()) {
        Some(row) => Err(RowMisfit { row, reason: Misfit::NotNull }),
        None => Ok(NullArray::new(rows.len()).into()),
    }
}

fn parse_boolean(values: Values<'_>, rows: Rows<'_>, lenient: bool) -> Result<Array, RowMisfit> {
    let mut bits = BitmapBuilder::with_capacity(rows.len());
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    for row in rows.iter() {
        let span = values.span(row);
        let value = match span.is_null() {
            true => None,
            false => match values.text[span.start()] {
                b't' => Some(true),
                b'f' => Some(false),
                _ if lenient => None,
                _ => return Err(RowMisfit { row, reason: Misfit::NotBoolean }),
            },
        };
        bits.push(value.unwrap_or(false));
        validity.push(value.is_some());
    }
    Ok(BooleanArray::new(bits.finish(), validity.finish_validity()).into())
}

/// Codes of the distinct texts first, then each distinct text looked up once.
fn parse_enum(
    values: Values<'_>,
    rows: Rows<'_>,
    lenient: bool,
    categories: &Arc<Dictionary>,
) -> Result<Array, RowMisfit> {
    let parsed = dictionary::parse_dictionary(values, rows);
    let known: HashMap<&str, u32> =
        (0..categories.len() as u32).map(|code| (categories.value(code), code)).collect();
    let code_of: Vec<Option<u32>> = (0..parsed.dictionary().len() as u32)
        .map(|code| known.get(parsed.dictionary().value(code)).copied())
        .collect();
    let mut codes = memory::with_capacity(rows.len());
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    for (row, code) in rows.iter().zip(parsed.codes().iter()) {
        let code = match code {
            None => None,
            Some(code) => {
                let span = values.span(row);
                let is_string = values.text[span.start()] == b'"';
                match code_of[code as usize].filter(|_| is_string) {
                    None if lenient => None,
                    None => return Err(RowMisfit { row, reason: Misfit::NotInEnum }),
                    known => known,
                }
            }
        };
        codes.push(code.unwrap_or(0));
        validity.push(code.is_some());
    }
    let codes = PrimitiveArray::new(codes.into(), validity.finish_validity());
    let array = DictionaryArray::try_new(codes, categories.clone()).expect("codes come from the categories");
    Ok(array.into())
}
