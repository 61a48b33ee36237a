//! Key columns to packed keys and back.

use std::ops::Range;

use lazuli_array::{
    Array, BinaryArray, Bitmap, BooleanArray, Column, DataType, Dictionary, DictionaryArray, PrimitiveArray,
    StringArray, dispatch_integer, dispatch_physical_primitive,
};

use super::interner::Interner;
use super::layout::{Codec, KeyColumn, Layout, Place};
use super::nested;
use crate::Result;
use crate::hash::{CANONICAL_NAN, canonical_bits};

/// A NaN that no canonical value has.
pub(crate) const NULL_FLOAT: u64 = CANONICAL_NAN | 1;
pub(crate) const NULL_FLOAT_32: u32 = CANONICAL_NAN_32 | 1;
const CANONICAL_NAN_32: u32 = 0x7FC0_0000;

/// Writes the keys of some rows over `words`, `layout.num_words` a row.
///
/// `ids`: for each interned column the numbers that the interner gave for these rows.
pub(crate) fn encode(
    layout: &Layout,
    columns: &[Column],
    ids: &[Vec<u32>],
    rows: Range<usize>,
    words: &mut Vec<u64>,
) {
    words.clear();
    words.resize(rows.len() * layout.num_words, 0);
    let mut target = Target { words, num_words: layout.num_words };
    for (key, column) in layout.columns.iter().zip(columns) {
        encode_column(key, column.array(), ids, rows.clone(), &mut target);
    }
}

struct Target<'a> {
    words: &'a mut [u64],
    num_words: usize,
}

impl Target<'_> {
    /// Sets the bits of one place in all rows, in order. Values must fit.
    #[inline]
    fn put(&mut self, place: Place, values: impl Iterator<Item = u64>) {
        if self.num_words == 1 {
            for (word, value) in self.words.iter_mut().zip(values) {
                *word |= value << place.shift;
            }
        } else {
            for (word, value) in self.words[place.word..].iter_mut().step_by(self.num_words).zip(values) {
                *word |= value << place.shift;
            }
        }
    }

    fn replace(&mut self, row: usize, place: Place, value: u64) {
        let word = &mut self.words[row * self.num_words + place.word];
        *word = *word & !(place.mask() << place.shift) | value << place.shift;
    }
}

#[allow(clippy::unnecessary_cast, reason = "one body for all widths: for one of them it does nothing")]
fn encode_column(
    key: &KeyColumn,
    array: &Array,
    ids: &[Vec<u32>],
    rows: Range<usize>,
    target: &mut Target<'_>,
) {
    let place = key.value;
    match key.codec {
        Codec::Null => {}
        Codec::Boolean => {
            let Array::Boolean(array) = array else { mismatch(key, array) };
            target.put(place, rows.map(|row| array.get(row).map_or(0, |value| u64::from(value) + 1)));
        }
        Codec::Integer => {
            let mask = place.mask();
            dispatch_integer!(
                array,
                |array| target.put(place, array.values()[rows.clone()].iter().map(|&value| value as u64 & mask)),
                else mismatch(key, array)
            );
            clear_nulls(key, array, rows, 0, target);
        }
        Codec::Float32 => {
            let Array::Float32(values) = array else { mismatch(key, array) };
            let bits = |&value: &f32| {
                u64::from(if value.is_nan() { CANONICAL_NAN_32 } else { (value + 0.0).to_bits() })
            };
            target.put(place, values.values()[rows.clone()].iter().map(bits));
            clear_nulls(key, array, rows, NULL_FLOAT_32.into(), target);
        }
        Codec::Float64 => {
            let Array::Float64(values) = array else { mismatch(key, array) };
            target.put(place, values.values()[rows.clone()].iter().map(|&value| canonical_bits(value)));
            clear_nulls(key, array, rows, NULL_FLOAT, target);
        }
        Codec::Int128 { high } => {
            let Array::Int128(values) = array else { mismatch(key, array) };
            target.put(place, values.values()[rows.clone()].iter().map(|&value| value as u64));
            target.put(high, values.values()[rows.clone()].iter().map(|&value| (value >> 64) as u64));
            if let Some(validity) = array.validity() {
                for_each_null(&validity, rows.clone(), |row| target.replace(row, high, 0));
            }
            clear_nulls(key, array, rows, 0, target);
        }
        Codec::Code => {
            let Array::Dictionary(array) = array else { mismatch(key, array) };
            target.put(place, rows.map(|row| array.codes().get(row).map_or(0, |code| u64::from(code) + 1)));
        }
        Codec::Interned { interner } => {
            target.put(place, ids[interner].iter().map(|&id| id.into()));
        }
    }
}

fn mismatch(key: &KeyColumn, array: &Array) -> ! {
    panic!(
        "a key column of type {} over a {} array: lowering gives what it promised",
        key.data_type,
        array.physical_name()
    )
}

/// Gives null rows the one form of null, whatever their slots hold.
fn clear_nulls(key: &KeyColumn, array: &Array, rows: Range<usize>, value: u64, target: &mut Target<'_>) {
    let Some(validity) = array.validity() else { return };
    for_each_null(&validity, rows, |row| {
        target.replace(row, key.value, value);
        if let Some(null) = key.null {
            target.replace(row, null, 1);
        }
    });
}

/// Calls `each` with the position of every unset bit, counted from the start of `rows`.
pub(crate) fn for_each_null(validity: &Bitmap, rows: Range<usize>, mut each: impl FnMut(usize)) {
    let validity = validity.sliced(rows.start, rows.len());
    if validity.count_zeros() == 0 {
        return;
    }
    for (index, word) in validity.words().enumerate() {
        let mut missing = !word;
        while missing != 0 {
            let row = index * 64 + missing.trailing_zeros() as usize;
            if row >= validity.len() {
                break;
            }
            each(row);
            missing &= missing - 1;
        }
    }
}

/// The column that these packed keys came from.
pub(crate) fn decode(
    layout: &Layout,
    key: &KeyColumn,
    interners: &[Interner],
    words: &[u64],
) -> Result<Column> {
    let rows = || words.chunks_exact(layout.num_words);
    let num_rows = words.len() / layout.num_words;
    let array: Array = match key.codec {
        Codec::Null => return Ok(Column::new_null(key.data_type.clone(), num_rows)),
        Codec::Boolean => rows()
            .map(|row| match key.value.get(row) {
                0 => None,
                value => Some(value == 2),
            })
            .collect::<BooleanArray>()
            .into(),
        Codec::Integer => {
            let validity = key.null.map(|null| rows().map(|row| null.get(row) == 0).collect::<Bitmap>());
            let values = rows().map(|row| key.value.get(row));
            dispatch_physical_primitive!(
                key.data_type.physical(),
                // The low bits are all there is: values were cut to their width on the way in.
                |T| PrimitiveArray::new(values.map(|bits| bits as T).collect::<Vec<T>>().into(), validity).into(),
                else unreachable!("an integer codec is for integers")
            )
        }
        Codec::Float32 => rows()
            .map(|row| {
                let bits = key.value.get(row) as u32;
                (bits != NULL_FLOAT_32).then(|| f32::from_bits(bits))
            })
            .collect::<PrimitiveArray<f32>>()
            .into(),
        Codec::Float64 => rows()
            .map(|row| {
                let bits = key.value.get(row);
                (bits != NULL_FLOAT).then(|| f64::from_bits(bits))
            })
            .collect::<PrimitiveArray<f64>>()
            .into(),
        Codec::Int128 { high } => rows()
            .map(|row| {
                let value = i128::from(key.value.get(row)) | i128::from(high.get(row)) << 64;
                key.null.is_none_or(|null| null.get(row) == 0).then_some(value)
            })
            .collect::<PrimitiveArray<i128>>()
            .into(),
        Codec::Code => {
            let DataType::Enum(categories) = &key.data_type else { unreachable!("codes are for Enum") };
            let codes = rows().map(|row| (key.value.get(row) as u32).checked_sub(1)).collect();
            DictionaryArray::try_new(codes, categories.clone())?.into()
        }
        Codec::Interned { interner } => {
            let ids = rows().map(|row| (key.value.get(row) as u32).checked_sub(1));
            return decode_interned(&key.data_type, &interners[interner], ids, num_rows);
        }
    };
    Ok(Column::try_new(key.data_type.clone(), array)?)
}

fn decode_interned(
    data_type: &DataType,
    interner: &Interner,
    ids: impl ExactSizeIterator<Item = Option<u32>> + Clone,
    num_rows: usize,
) -> Result<Column> {
    let value = |id: u32| interner.value(id);
    let array: Array = match data_type {
        DataType::String | DataType::Categorical => {
            let texts = interner.texts();
            // Few distinct texts stay a dictionary, as does what is one by type.
            if *data_type == DataType::Categorical || interner.len() * 2 <= num_rows {
                let dictionary = Dictionary::new(texts);
                DictionaryArray::try_new(ids.collect(), dictionary.into())?.into()
            } else if interner.len() == num_rows
                && ids.clone().enumerate().all(|(row, id)| id == Some(row as u32))
            {
                texts.into() // The one text key: ids were given out in the order of the groups.
            } else {
                ids.map(|id| id.map(|id| texts.value(id as usize))).collect::<StringArray>().into()
            }
        }
        DataType::Binary => ids.map(|id| id.map(value)).collect::<BinaryArray>().into(),
        nested => return nested::decode_column(nested, ids.map(|id| id.map(value))),
    };
    Ok(Column::try_new(data_type.clone(), array)?)
}
