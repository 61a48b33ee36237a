//! Text, plain or coded, as values: every text by the routine of [`crate::parse`] that CSV uses too.

use lazuli_array::{Array, DataType};

use super::{Cast, CastMode, text_form};
use crate::parse::{
    parse_bool, parse_date, parse_datetime_ticks, parse_decimal, parse_f32, parse_f64, parse_i64, parse_time,
    parse_u64,
};
use crate::{NO_ROW, Result, take_optional};

pub(super) fn cast_text(cast: &Cast<'_>, to: &DataType) -> Result<Array> {
    match to {
        DataType::String => Ok(cast.array.clone()),
        DataType::Categorical => text_form::to_dictionary(cast.array),
        DataType::Enum(categories) => text_form::to_enum(cast, categories),
        DataType::Binary => Ok(text_form::text_to_binary(cast.array)),
        to => match cast.array {
            Array::String(array) => parse_rows(cast, to, |row| array.value_bytes(row)),
            Array::Dictionary(array) => {
                let (codes, values) = (array.codes().values(), array.dictionary().values());
                if array.dictionary().len() > array.len() {
                    return parse_rows(cast, to, |row| values.value_bytes(codes[row] as usize));
                }
                // Each distinct text once; that one fails matters only if a row has it.
                let texts = Array::String(values.to_array());
                let by_code = Cast { array: &texts, mode: CastMode::Lenient, ..*cast };
                let by_code = parse_rows(&by_code, to, |code| values.value_bytes(code))?;
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

fn parse_rows<'a>(cast: &Cast<'_>, to: &DataType, text: impl Fn(usize) -> &'a [u8]) -> Result<Array> {
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
        DataType::Time => cast.primitive(|row| parse_time(text(row)).ok()),
        to if to.is_unsigned_integer() => {
            cast.integer(to.physical(), |row| parse_u64(text(row)).ok().map(i128::from))
        }
        to if to.is_signed_integer() => {
            cast.integer(to.physical(), |row| parse_i64(text(row)).ok().map(i128::from))
        }
        to => unreachable!("can_cast said no to text as {to}"),
    }
}
