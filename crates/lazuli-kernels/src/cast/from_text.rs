//! Text, plain or coded, as values: every text by the routine of [`crate::parse`] that CSV uses too.

use lazuli_array::{Array, DataType, StringArray};

use super::{Cast, CastMode, text_form};
use crate::parse::{
    parse_bool, parse_date, parse_datetime_ticks, parse_decimal, parse_duration, parse_f32, parse_f64,
    parse_i64, parse_time, parse_u64,
};
use crate::{NO_ROW, Result, take_optional};

pub(super) fn cast_text(cast: &Cast<'_>, to: &DataType) -> Result<Array> {
    match to {
        DataType::String => Ok(cast.array.clone()),
        DataType::Categorical => text_form::to_dictionary(cast.array),
        DataType::Enum(categories) => text_form::to_enum(cast, categories),
        DataType::Binary => Ok(text_form::text_to_binary(cast.array)),
        to => match cast.array {
            Array::String(array) => parse_rows(cast, to, array),
            Array::Dictionary(array) => {
                if array.dictionary().len() > array.len() {
                    let texts = Cast { array: &text_form::to_plain(cast.array), ..*cast };
                    return cast_text(&texts, to).map_err(|error| cast.renamed(error));
                }
                // Each distinct text once; that one fails matters only if a row has it.
                let texts = Array::String(array.dictionary().values().to_array());
                let by_code = cast_text(&Cast { array: &texts, mode: CastMode::Lenient, ..*cast }, to)?;
                if cast.mode == CastMode::Strict && by_code.null_count() > 0 {
                    let row = (0..array.len()).find(|&row| {
                        array.codes().get(row).is_some_and(|code| !by_code.is_valid(code as usize))
                    });
                    if let Some(row) = row {
                        return Err(cast.failed(row));
                    }
                }
                let rows: Vec<u32> = array.codes().iter().map(|code| code.unwrap_or(NO_ROW)).collect();
                Ok(take_optional(&by_code, &rows))
            }
            other => unreachable!("text does not lie as {}", other.physical_name()),
        },
    }
}

fn parse_rows(cast: &Cast<'_>, to: &DataType, texts: &StringArray) -> Result<Array> {
    let text = |row| texts.value_bytes(row);
    match to {
        DataType::Boolean => cast.boolean(|row| parse_bool(text(row)).ok()),
        DataType::Float32 => cast.primitive(|row| parse_f32(text(row)).ok()),
        DataType::Float64 => cast.primitive(|row| parse_f64(text(row)).ok()),
        DataType::Decimal { precision, scale } => {
            let (precision, scale) = ((*precision).into(), (*scale).into());
            cast.primitive(|row| parse_decimal(text(row), precision, scale).ok())
        }
        DataType::Date => cast.primitive(|row| parse_date(text(row)).ok()),
        DataType::Datetime(unit, zone) => {
            cast.primitive(|row| parse_datetime_ticks(text(row), *unit, zone.is_some()).ok())
        }
        DataType::Duration(unit) => cast.primitive(|row| parse_duration(text(row), *unit).ok()),
        DataType::Time => cast.primitive(|row| parse_time(text(row)).ok()),
        to if to.is_unsigned_integer() => {
            cast.integer(to.physical(), |row| parse_u64(text(row)).ok().map(i128::from))
        }
        to if to.is_signed_integer() => cast.integer_of_i64(to.physical(), |row| parse_i64(text(row)).ok()),
        to => unreachable!("can_cast said no to text as {to}"),
    }
}
