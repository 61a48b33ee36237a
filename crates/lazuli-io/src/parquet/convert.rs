//! The values of a leaf as an array of its type.

use super::chunk::{LeafValues, texts_of};
use super::codes::Codes;
use super::schema::{Leaf, Meaning};
use super::values::Values;
use super::{ParquetError, ParquetErrorKind, Result};
use crate::half::float_of_half;
use crate::text_table::{TextTable, are_distinct};
use lazuli_array::{
    Array, ArrayError, BinaryArray, Bitmap, BooleanArray, DataType, Dictionary, DictionaryArray, Native,
    NullArray, PrimitiveArray, StringArray,
};
use std::sync::Arc;

const NANOS_PER_DAY: i64 = 86_400_000_000_000;
/// The Julian day of 1970-01-01.
const JULIAN_EPOCH: i64 = 2_440_588;

/// Texts stay codes while the dictionary has at most one entry for so many rows.
const ROWS_PER_ENTRY: usize = 2;

/// The values as an array.
///
/// # Errors
/// Values that the type does not hold, texts that are no UTF-8.
pub(super) fn into_array(leaf: &Leaf, values: LeafValues, validity: Option<Bitmap>) -> Result<Array> {
    match values {
        LeafValues::Coded { codes, dictionary } if dictionary.len() * ROWS_PER_ENTRY <= codes.len() => {
            coded(codes, dictionary, validity)
        }
        LeafValues::Coded { codes, dictionary } => {
            let values = texts_of(&codes.to_wide(), &dictionary, validity.as_ref())?;
            plain(leaf, values, validity)
        }
        LeafValues::Plain(values) => plain(leaf, values, validity),
    }
}

fn invalid(error: ArrayError) -> ParquetError {
    match error {
        ArrayError::InvalidUtf8 { .. } => ParquetError::corrupt("a text that is no UTF-8"),
        other => ParquetError::corrupt(other.to_string()),
    }
}

fn coded(codes: Codes, dictionary: Values, validity: Option<Bitmap>) -> Result<Array> {
    let Values::Bytes { offsets, bytes } = dictionary else {
        return Err(ParquetError::corrupt("a dictionary of texts that are none"));
    };
    // Ours have distinct entries, theirs should.
    let (codes, entries) = if are_distinct(&offsets, &bytes) {
        (codes, StringArray::try_new(offsets.into(), bytes.into(), None))
    } else {
        let mut table = TextTable::new();
        let recoded: Vec<u32> =
            offsets.windows(2).map(|pair| table.code(&bytes, pair[0] as usize, pair[1] as usize)).collect();
        (codes.renamed(&recoded), table.into_strings())
    };
    let dictionary = Arc::new(Dictionary::new(entries.map_err(invalid)?));
    // Codes were compared with the number of entries as they were read.
    Ok(match codes {
        Codes::Narrow(codes) => {
            DictionaryArray::new(PrimitiveArray::new(codes.into(), validity), dictionary).into()
        }
        Codes::Short(codes) => {
            DictionaryArray::new(PrimitiveArray::new(codes.into(), validity), dictionary).into()
        }
        Codes::Wide(codes) => {
            DictionaryArray::new(PrimitiveArray::new(codes.into(), validity), dictionary).into()
        }
    })
}

fn plain(leaf: &Leaf, values: Values, validity: Option<Bitmap>) -> Result<Array> {
    let data_type = &leaf.data_type;
    Ok(match (leaf.meaning, values) {
        (Meaning::Null, values) => NullArray::new(values.len()).into(),
        (Meaning::Plain, Values::Boolean(bits)) => BooleanArray::new(bits.finish(), validity).into(),
        (Meaning::Plain, Values::Int32(values)) => PrimitiveArray::new(values.into(), validity).into(),
        (Meaning::Plain, Values::Int64(values)) => PrimitiveArray::new(values.into(), validity).into(),
        (Meaning::Plain, Values::Float(values)) => PrimitiveArray::new(values.into(), validity).into(),
        (Meaning::Plain, Values::Double(values)) => PrimitiveArray::new(values.into(), validity).into(),
        (Meaning::Plain, Values::Bytes { offsets, bytes }) if *data_type == DataType::String => {
            StringArray::try_new(offsets.into(), bytes.into(), validity).map_err(invalid)?.into()
        }
        (Meaning::Plain, Values::Bytes { offsets, bytes }) => {
            BinaryArray::try_new(offsets.into(), bytes.into(), validity).map_err(invalid)?.into()
        }
        (Meaning::Plain, Values::Fixed { width, bytes }) => {
            let offsets: Vec<i64> = (0..=bytes.len() / width).map(|row| (row * width) as i64).collect();
            BinaryArray::try_new(offsets.into(), bytes.into(), validity).map_err(invalid)?.into()
        }
        (Meaning::Narrow, Values::Int32(values)) => match data_type {
            DataType::Int8 => mapped::<_, i8>(values, validity, data_type, |value| value.try_into().ok())?,
            DataType::Int16 => mapped::<_, i16>(values, validity, data_type, |value| value.try_into().ok())?,
            DataType::UInt8 => mapped::<_, u8>(values, validity, data_type, |value| value.try_into().ok())?,
            DataType::UInt16 => mapped::<_, u16>(values, validity, data_type, |value| value.try_into().ok())?,
            _ => mapped::<_, u32>(values, validity, data_type, |value| Some(value as u32))?,
        },
        (Meaning::Narrow, Values::Int64(values)) => {
            mapped::<_, u64>(values, validity, data_type, |value| Some(value as u64))?
        }
        (Meaning::Times(factor), Values::Int32(values)) => {
            mapped::<_, i64>(values, validity, data_type, |value| time(i64::from(value), factor))?
        }
        (Meaning::Times(factor), Values::Int64(values)) => {
            mapped::<_, i64>(values, validity, data_type, |value| time(value, factor))?
        }
        (Meaning::Decimal, Values::Decimal { values, .. }) => {
            PrimitiveArray::new(values.into(), validity).into()
        }
        (Meaning::DecimalBytes, values) => {
            let fits = fits_decimal(data_type);
            from_bytes::<i128>(values, validity, data_type, |bytes| decimal_of_bytes(bytes).and_then(&fits))?
        }
        (Meaning::Int96, values) => from_bytes::<i64>(values, validity, data_type, ticks_of_int96)?,
        (Meaning::Float16, values) => from_bytes::<f32>(values, validity, data_type, |bytes| {
            Some(float_of_half(u16::from_le_bytes(bytes.try_into().ok()?)))
        })?,
        (meaning, values) => {
            let reason = format!("{meaning:?} values of {data_type} that are {values:.20?}");
            return Err(ParquetError::corrupt(reason));
        }
    })
}

fn out_of_range(data_type: &DataType, value: String) -> ParquetError {
    ParquetError::new(ParquetErrorKind::OutOfRange { data_type: data_type.clone(), value })
}

/// Value by value. What nulls stand on is not looked at.
fn mapped<T: Native, O: Native>(
    values: Vec<T>,
    validity: Option<Bitmap>,
    data_type: &DataType,
    make: impl Fn(T) -> Option<O>,
) -> Result<Array>
where
    PrimitiveArray<O>: Into<Array>,
{
    let mut out = Vec::with_capacity(values.len());
    for (row, &value) in values.iter().enumerate() {
        out.push(match make(value) {
            Some(value) => value,
            None if validity.as_ref().is_some_and(|validity| !validity.get(row)) => O::default(),
            None => return Err(out_of_range(data_type, format!("{value:?}"))),
        });
    }
    Ok(PrimitiveArray::new(out.into(), validity).into())
}

/// The same for values that are bytes.
fn from_bytes<O: Native>(
    values: Values,
    validity: Option<Bitmap>,
    data_type: &DataType,
    make: impl Fn(&[u8]) -> Option<O>,
) -> Result<Array>
where
    PrimitiveArray<O>: Into<Array>,
{
    let mut out = Vec::with_capacity(values.len());
    let mut push = |value: &[u8]| {
        let is_null = validity.as_ref().is_some_and(|validity| !validity.get(out.len()));
        out.push(match make(value) {
            Some(value) => value,
            None if is_null => O::default(),
            None => return Err(out_of_range(data_type, format!("{value:02x?}"))),
        });
        Ok(())
    };
    match &values {
        Values::Fixed { width, bytes } => bytes.chunks_exact(*width).try_for_each(&mut push)?,
        Values::Bytes { offsets, bytes } => {
            offsets.windows(2).try_for_each(|pair| push(&bytes[pair[0] as usize..pair[1] as usize]))?;
        }
        _ => return Err(ParquetError::corrupt("values that are no bytes")),
    }
    Ok(PrimitiveArray::new(out.into(), validity).into())
}

fn time(value: i64, factor: i64) -> Option<i64> {
    value.checked_mul(factor).filter(|time| (0..NANOS_PER_DAY).contains(time))
}

/// Whether a number has no more digits than the type.
pub(super) fn fits_decimal(data_type: &DataType) -> impl Fn(i128) -> Option<i128> + use<> {
    let precision = if let DataType::Decimal { precision, .. } = data_type { *precision } else { 38 };
    let limit = 10u128.pow(u32::from(precision));
    move |value| (value.unsigned_abs() < limit).then_some(value)
}

/// A number of any length, the highest byte first; `None` if it needs more than 128 bits.
pub(super) fn decimal_of_bytes(bytes: &[u8]) -> Option<i128> {
    let is_negative = *bytes.first()? >= 0x80;
    let filler = if is_negative { 0xFF } else { 0 };
    let (high, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut all = [filler; 16];
    all[16 - low.len()..].copy_from_slice(low);
    let value = i128::from_be_bytes(all);
    let is_whole = high.iter().all(|&byte| byte == filler) && (high.is_empty() || (value < 0) == is_negative);
    is_whole.then_some(value)
}

fn ticks_of_int96(bytes: &[u8]) -> Option<i64> {
    let (nanos, day) = bytes.split_first_chunk::<8>()?;
    let days = i64::from(i32::from_le_bytes(day.try_into().ok()?)) - JULIAN_EPOCH;
    days.checked_mul(NANOS_PER_DAY)?.checked_add(i64::from_le_bytes(*nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_any_length() {
        for (bytes, expected) in [
            (vec![0x01], Some(1)),
            (vec![0xFF], Some(-1)),
            (vec![0x00, 0xFF], Some(255)),
            (vec![0xFF; 20], Some(-1)),
            ([vec![0; 5], 7i128.to_be_bytes().to_vec()].concat(), Some(7)),
            ([vec![1], vec![0; 16]].concat(), None),
            ([vec![0], vec![0xFF; 16]].concat(), None),
            (i128::MIN.to_be_bytes().to_vec(), Some(i128::MIN)),
            (vec![], None),
        ] {
            assert_eq!(decimal_of_bytes(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn julian_days() {
        let of = |nanos: i64, day: i32| {
            ticks_of_int96(&[nanos.to_le_bytes().as_slice(), &day.to_le_bytes()].concat())
        };
        assert_eq!(of(5, 2_440_588), Some(5));
        assert_eq!(of(0, 2_440_587), Some(-NANOS_PER_DAY));
        assert_eq!(of(0, i32::MAX), None);
    }
}
