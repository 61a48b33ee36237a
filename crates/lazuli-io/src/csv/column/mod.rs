//! One column's fields to one array: a type looked at once, then a loop that knows it.
//!
//! Each loop first takes the field as it stands. Only when that fails does it look for quotes, and only after that is a
//! text a misfit. So quoted numbers work and unquoted ones pay nothing for it.

mod dictionary; // strings as codes
mod fixed; // numbers, dates, times
mod strings; // plain strings and binary

use super::field::{NullTexts, field_text, unquote};
use super::records::Fields;
use super::{DictionaryStrings, OnMisfit};
use lazuli_array::{
    Array, BitmapBuilder, BooleanArray, DataType, Dictionary, DictionaryArray, NullArray, PrimitiveArray,
    memory,
};
use lazuli_kernels::parse::{self, Misfit, TimePattern};
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

    /// The row numbers, for loops that have more to do than to count.
    fn iter(self) -> impl Iterator<Item = usize> {
        let (count, these) = match self {
            Rows::First(count) => (count, None),
            Rows::These(rows) => (rows.len(), Some(rows)),
        };
        (0..count).map(move |index| these.map_or(index, |rows| rows[index] as usize))
    }
}

/// What the loops need to know besides the type.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldRules<'a> {
    pub quote: Option<u8>,
    pub escape: Option<u8>,
    pub null_texts: &'a NullTexts,
    pub on_misfit: OnMisfit,
    pub dictionary_strings: DictionaryStrings,
    /// The form of dates and times, if it is another than ISO's.
    pub pattern: Option<&'a TimePattern>,
}

impl FieldRules<'_> {
    /// What a field says, which is not empty; `None` if it is a text that means null. The way for fields that may be
    /// quoted, escaped or null texts.
    #[inline(never)]
    fn text<'a>(&self, raw: &'a [u8], scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        // `\N` means null in the texts of databases, and would say N.
        if self.escape.is_some() && self.null_texts.contains(raw) {
            return None;
        }
        let text = field_text(raw, self.quote, self.escape, scratch);
        (self.null_texts.is_empty() || !self.null_texts.contains(text)).then_some(text)
    }

    /// The loops may not take fields as they stand.
    #[inline(always)]
    fn is_slow(&self) -> bool {
        !self.null_texts.is_empty() || self.escape.is_some()
    }
}

/// A field that is no value of its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldMisfit {
    pub row: usize,
    pub reason: Misfit,
}

/// Whether delimited text holds this type.
pub(super) fn is_supported(data_type: &DataType) -> bool {
    !matches!(data_type, DataType::Duration(_) | DataType::List(_) | DataType::Struct(_))
}

/// Parses the rows of one column. `fields` must be UTF-8.
pub(super) fn parse_column(
    fields: Fields<'_>,
    rows: Rows<'_>,
    data_type: &DataType,
    rules: FieldRules<'_>,
) -> Result<Array, FieldMisfit> {
    use fixed::{narrow, parse_fixed};
    if let Some(pattern) = rules.pattern {
        return parse_by_pattern(fields, rows, data_type, rules, pattern);
    }
    match data_type {
        DataType::Null => parse_null(fields, rows, rules),
        DataType::Boolean => parse_boolean(fields, rows, rules),
        DataType::Int8 => parse_fixed(fields, rows, rules, narrow::<i8>),
        DataType::Int16 => parse_fixed(fields, rows, rules, narrow::<i16>),
        DataType::Int32 => parse_fixed(fields, rows, rules, narrow::<i32>),
        DataType::Int64 => parse_fixed(fields, rows, rules, parse::parse_i64_at),
        DataType::UInt8 => parse_fixed(fields, rows, rules, narrow::<u8>),
        DataType::UInt16 => parse_fixed(fields, rows, rules, narrow::<u16>),
        DataType::UInt32 => parse_fixed(fields, rows, rules, narrow::<u32>),
        DataType::UInt64 => parse_fixed(fields, rows, rules, parse::parse_u64_at),
        DataType::Float32 => {
            parse_fixed(fields, rows, rules, |buffer, start, end| parse::parse_f32(&buffer[start..end]))
        }
        DataType::Float64 => parse_fixed(fields, rows, rules, parse::parse_f64_at),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = (u32::from(*precision), u32::from(*scale));
            parse_fixed(fields, rows, rules, |buffer, start, end| {
                parse::parse_decimal(&buffer[start..end], precision, scale)
            })
        }
        DataType::Date => parse_fixed(fields, rows, rules, parse::parse_date_at),
        DataType::Time => parse_fixed(fields, rows, rules, parse::parse_time_at),
        DataType::Datetime(unit, zone) => {
            let (unit, zoned) = (*unit, zone.is_some());
            parse_fixed(fields, rows, rules, |buffer, start, end| {
                parse::parse_datetime_ticks_at(buffer, start, end, unit, zoned)
            })
        }
        DataType::String => Ok(match rules.dictionary_strings {
            DictionaryStrings::Never => strings::parse_strings(fields, rows, rules).into(),
            DictionaryStrings::Auto => dictionary::parse_if_repeating(fields, rows, rules),
            DictionaryStrings::Always => dictionary::parse_dictionary(fields, rows, rules).into(),
        }),
        DataType::Categorical => Ok(dictionary::parse_dictionary(fields, rows, rules).into()),
        DataType::Enum(categories) => parse_enum(fields, rows, rules, categories),
        DataType::Binary => Ok(strings::parse_binary(fields, rows, rules).into()),
        DataType::Duration(_) | DataType::List(_) | DataType::Struct(_) => {
            unreachable!("opening the table checked that delimited text holds the type")
        }
    }
}

/// Dates and times of a given form.
fn parse_by_pattern(
    fields: Fields<'_>,
    rows: Rows<'_>,
    data_type: &DataType,
    rules: FieldRules<'_>,
    pattern: &TimePattern,
) -> Result<Array, FieldMisfit> {
    use fixed::parse_fixed;
    match data_type {
        DataType::Date => {
            parse_fixed(fields, rows, rules, |buffer, start, end| pattern.parse_date(&buffer[start..end]))
        }
        DataType::Time => {
            parse_fixed(fields, rows, rules, |buffer, start, end| pattern.parse_time(&buffer[start..end]))
        }
        DataType::Datetime(unit, zone) => parse_fixed(fields, rows, rules, |buffer, start, end| {
            pattern.parse_datetime(&buffer[start..end])?.ticks(*unit, zone.is_some())
        }),
        _ => unreachable!("opening the table checked that the form goes with the type"),
    }
}

/// Every misfit among these rows of one column, in their order.
///
/// Asks the very loops that parse, some rows at a time, so that a misfit costs the rows of its window and no more.
pub(super) fn all_misfits(
    fields: Fields<'_>,
    rows: &[u32],
    data_type: &DataType,
    rules: FieldRules<'_>,
    mut found: impl FnMut(FieldMisfit),
) {
    const WINDOW_ROWS: usize = 256;
    for window in rows.chunks(WINDOW_ROWS) {
        let mut rest = window;
        while let Err(misfit) = parse_column(fields, Rows::These(rest), data_type, rules) {
            found(misfit);
            rest = &rest[rest.partition_point(|&row| row as usize <= misfit.row)..];
        }
    }
}

/// What a field says, for types whose text is the value.
#[inline(always)]
fn text_of<'a>(
    fields: Fields<'a>,
    row: usize,
    rules: FieldRules<'_>,
    scratch: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    let (start, end) = fields.span(row);
    if start >= end {
        return None;
    }
    let raw = &fields.bytes[start..end];
    if rules.is_slow() {
        rules.text(raw, scratch)
    } else if rules.quote == Some(raw[0]) {
        Some(unquote(raw, raw[0], scratch))
    } else {
        Some(raw)
    }
}

fn parse_null(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> Result<Array, FieldMisfit> {
    let mut scratch = Vec::new();
    for row in rows.iter() {
        match text_of(fields, row, rules, &mut scratch) {
            Some(text) if !text.is_empty() && rules.on_misfit != OnMisfit::Null => {
                return Err(FieldMisfit { row, reason: Misfit::NotNull });
            }
            _ => {}
        }
    }
    Ok(NullArray::new(rows.len()).into())
}

fn parse_boolean(fields: Fields<'_>, rows: Rows<'_>, rules: FieldRules<'_>) -> Result<Array, FieldMisfit> {
    let mut values = BitmapBuilder::with_capacity(rows.len());
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    let mut scratch = Vec::new();
    for row in rows.iter() {
        let value = match text_of(fields, row, rules, &mut scratch) {
            None | Some([]) => None,
            Some(text) => match (parse::parse_bool(text), rules.on_misfit) {
                (Ok(value), _) => Some(value),
                (Err(_), OnMisfit::Null) => None,
                (Err(reason), _) => return Err(FieldMisfit { row, reason }),
            },
        };
        values.push(value.unwrap_or(false));
        validity.push(value.is_some());
    }
    Ok(BooleanArray::new(values.finish(), validity.finish_validity()).into())
}

/// Codes of the distinct texts first, then each distinct text looked up once.
fn parse_enum(
    fields: Fields<'_>,
    rows: Rows<'_>,
    rules: FieldRules<'_>,
    categories: &Arc<Dictionary>,
) -> Result<Array, FieldMisfit> {
    let parsed = dictionary::parse_dictionary(fields, rows, rules);
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
            Some(code) => match code_of[code as usize] {
                // A quoted empty field is null in types that have no empty text.
                None if rules.on_misfit == OnMisfit::Null || parsed.dictionary().value(code).is_empty() => {
                    None
                }
                None => return Err(FieldMisfit { row, reason: Misfit::NotInEnum }),
                known => known,
            },
        };
        codes.push(code.unwrap_or(0));
        validity.push(code.is_some());
    }
    let codes = PrimitiveArray::new(codes.into(), validity.finish_validity());
    let array = DictionaryArray::try_new(codes, categories.clone()).expect("codes come from the categories");
    Ok(array.into())
}
