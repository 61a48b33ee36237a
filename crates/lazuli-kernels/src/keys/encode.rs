//! Key columns to packed keys and back.

use std::ops::Range;

use lazuli_array::{
    Array, BinaryArray, Bitmap, BooleanArray, Codes, Column, DataType, Dictionary, DictionaryArray, Native,
    PhysicalType, PrimitiveArray, StringArray, dispatch_codes,
};

use super::interner::{Interner, UNKNOWN};
use super::layout::{Codec, KeyColumn, Layout, Place};
use super::nested;
use super::range::Integer;
use crate::Result;
use crate::hash::{CANONICAL_NAN, canonical_bits};
use crate::level::{Level, by_level};
use crate::wide::widened;
use crate::width::{bits_of, of_bits};

/// A NaN that no canonical value has.
pub(crate) const NULL_FLOAT: u64 = CANONICAL_NAN | 1;
pub(crate) const NULL_FLOAT_32: u32 = CANONICAL_NAN_32 | 1;
const CANONICAL_NAN_32: u32 = 0x7FC0_0000;

/// Where the numbers of an interned column come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ids<'a> {
    /// The codes are ids.
    Codes(&'a DictionaryArray),
    /// Ids plus one, [`super::interner::NULL`] or [`UNKNOWN`], for all rows.
    Numbers(&'a [u32]),
}

/// Writes the keys of some rows over `words`, `layout.num_words` a row. Values must be in the layout's ranges; what is
/// not gives any key ([`strangers`]).
///
/// `ids`: the numbers of each interned column.
pub(crate) fn encode(
    layout: &Layout,
    columns: &[Column],
    ids: &[Ids<'_>],
    rows: Range<usize>,
    words: &mut Vec<u64>,
) {
    words.clear();
    if rows.is_empty() {
        return;
    }
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
    ///
    /// Counted by hand: compiled for each codec and type.
    #[inline]
    fn put(&mut self, place: Place, value: impl Fn(usize) -> u64) {
        let mut row = 0;
        if self.num_words == 1 {
            while row < self.words.len() {
                self.words[row] |= value(row) << place.shift;
                row += 1;
            }
        } else {
            let mut at = place.word;
            while at < self.words.len() {
                self.words[at] |= value(row) << place.shift;
                at += self.num_words;
                row += 1;
            }
        }
    }

    /// As [`Target::put`], of the low bits of integers less a base, cut to the place.
    fn put_integers<T: Integer>(&mut self, place: Place, values: &[T], base: u64) {
        if self.num_words == 1 {
            or_integers(Level::best(), self.words, values, base, place.mask(), place.shift);
        } else {
            self.put(place, |row| values[row].low_bits().wrapping_sub(base) & place.mask());
        }
    }

    fn replace(&mut self, row: usize, place: Place, value: u64) {
        let word = &mut self.words[row * self.num_words + place.word];
        *word = *word & !(place.mask() << place.shift) | value << place.shift;
    }
}

by_level! {
    fn or_integers<T: Integer>(words: &mut [u64], values: &[T], base: u64, mask: u64, shift: u32)
        = or_integers_body;
}

#[inline(always)]
fn or_integers_body<T: Integer>(words: &mut [u64], values: &[T], base: u64, mask: u64, shift: u32) {
    for (word, value) in words.iter_mut().zip(values) {
        *word |= (value.low_bits().wrapping_sub(base) & mask) << shift;
    }
}

fn encode_column(
    key: &KeyColumn,
    array: &Array,
    ids: &[Ids<'_>],
    rows: Range<usize>,
    target: &mut Target<'_>,
) {
    let place = key.value;
    match key.codec {
        Codec::Null => {}
        Codec::Boolean => {
            let Array::Boolean(array) = array else { mismatch(key, array) };
            target.put(place, |row| array.get(rows.start + row).map_or(0, |value| u64::from(value) + 1));
        }
        Codec::Integer { base, .. } => {
            let base = base as u64;
            match array {
                Array::Int32(array) => target.put_integers(place, &array.values()[rows.clone()], base),
                Array::UInt32(array) => target.put_integers(place, &array.values()[rows.clone()], base),
                Array::Int64(array) => {
                    target.put_integers(place, bits_of(&array.values()[rows.clone()]), base);
                }
                Array::UInt64(array) => target.put_integers(place, &array.values()[rows.clone()], base),
                Array::Int128(array) => target.put_integers(place, &array.values()[rows.clone()], base),
                small => match &*widened(&small.sliced(rows.start, rows.len())) {
                    Array::Int32(array) => target.put_integers(place, array.values(), base),
                    _ => mismatch(key, array),
                },
            }
            clear_nulls(key, array, rows, 0, target);
        }
        Codec::Float32 => {
            let Array::Float32(values) = array else { mismatch(key, array) };
            let values = &values.values()[rows.clone()];
            target.put(place, |row| {
                let value = values[row];
                u64::from(if value.is_nan() { CANONICAL_NAN_32 } else { (value + 0.0).to_bits() })
            });
            clear_nulls(key, array, rows, NULL_FLOAT_32.into(), target);
        }
        Codec::Float64 => {
            let Array::Float64(values) = array else { mismatch(key, array) };
            let values = &values.values()[rows.clone()];
            target.put(place, |row| canonical_bits(values[row]));
            clear_nulls(key, array, rows, NULL_FLOAT, target);
        }
        Codec::Int128 { high } => {
            let Array::Int128(values) = array else { mismatch(key, array) };
            let values = &values.values()[rows.clone()];
            target.put(place, |row| values[row] as u64);
            target.put(high, |row| (values[row] >> 64) as u64);
            if let Some(validity) = array.validity() {
                for_each_null(&validity, rows.clone(), |row| target.replace(row, high, 0));
            }
            clear_nulls(key, array, rows, 0, target);
        }
        Codec::Code => {
            let Array::Dictionary(array) = array else { mismatch(key, array) };
            dispatch_codes!(array.stored_codes(), |codes| target.put_integers(
                place,
                &codes.values()[rows.clone()],
                u64::MAX
            ));
            if let Some(validity) = array.validity() {
                for_each_null(validity, rows, |row| target.replace(row, place, 0));
            }
        }
        Codec::Interned { interner } => match ids[interner] {
            Ids::Codes(array) => {
                // Code 0 is 1, as if the base were -1.
                dispatch_codes!(array.stored_codes(), |codes| target.put_integers(
                    place,
                    &codes.values()[rows.clone()],
                    u64::MAX
                ));
                if let Some(validity) = array.validity() {
                    for_each_null(validity, rows, |row| target.replace(row, place, 0));
                }
            }
            Ids::Numbers(numbers) => target.put_integers(place, &numbers[rows], 0),
        },
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

/// Calls `each` with the rows of a column whose values have no key in this layout.
pub(crate) fn strangers(key: &KeyColumn, array: &Array, ids: &[Ids<'_>], each: &mut dyn FnMut(usize)) {
    if let Codec::Interned { interner } = key.codec {
        if let Ids::Numbers(numbers) = ids[interner] {
            numbers.iter().enumerate().filter(|&(_, &id)| id == UNKNOWN).for_each(|(row, _)| each(row));
        }
        return;
    }
    if let Codec::Integer { .. } = key.codec
        && !key.holds_all
    {
        let (least, greatest) = key.range();
        let mut look = |value: i128, row: usize| {
            // Whatever lies in the slot of a null, the null has a key or is a stranger below.
            if (value < least || value > greatest) && array.is_valid(row) {
                each(row);
            }
        };
        match &*widened(array) {
            Array::Int32(array) => look_at(array.values(), &mut look),
            Array::Int64(array) => look_at(array.values(), &mut look),
            Array::UInt64(array) => look_at(array.values(), &mut look),
            Array::Int128(array) => look_at(array.values(), &mut look),
            _ => mismatch(key, array),
        }
    }
    if !key.holds_null()
        && let Some(validity) = array.validity()
    {
        for_each_null(&validity, 0..array.len(), each);
    }
}

fn look_at<T: Integer>(values: &[T], look: &mut impl FnMut(i128, usize)) {
    for (row, &value) in values.iter().enumerate() {
        look(value.wide(), row);
    }
}

/// The column that these packed keys came from. `num_keys`: how many there are in all, if these are a part.
pub(crate) fn decode(
    layout: &Layout,
    key: &KeyColumn,
    interners: &[Interner],
    words: &[u64],
    num_keys: usize,
) -> Result<Column> {
    let row_at = |row: usize| &words[row * layout.num_words..][..layout.num_words];
    let num_rows = words.len() / layout.num_words;
    let array: Array = match key.codec {
        Codec::Null => return Ok(Column::new_null(key.data_type.clone(), num_rows)),
        Codec::Boolean => BooleanArray::new(
            Bitmap::from_fn(num_rows, |row| key.value.get(row_at(row)) == 2),
            validity_of_codes(layout, key.value, words),
        )
        .into(),
        Codec::Integer { base, nulls } => {
            let validity = match key.null {
                Some(null) => Some(Bitmap::from_fn(num_rows, |row| null.get(row_at(row)) == 0)),
                None if nulls => validity_of_codes(layout, key.value, words),
                None => None,
            };
            let decode = match key.data_type.physical() {
                PhysicalType::Int8 => integers::<i8>,
                PhysicalType::Int16 => integers::<i16>,
                PhysicalType::Int32 => integers::<i32>,
                PhysicalType::Int64 => integers::<i64>,
                PhysicalType::UInt8 => integers::<u8>,
                PhysicalType::UInt16 => integers::<u16>,
                PhysicalType::UInt32 => integers::<u32>,
                PhysicalType::UInt64 => integers::<u64>,
                PhysicalType::Int128 => integers::<i128>,
                other => unreachable!("an integer codec is for integers, not for {other:?}"),
            };
            decode(layout, key.value, words, base, validity)
        }
        Codec::Float32 => {
            let bits = codes_plus::<u32>(layout, key.value, words, 0);
            let validity = validity_but(layout, key.value, words, NULL_FLOAT_32.into());
            PrimitiveArray::new(of_bits::<f32>(bits).into(), validity).into()
        }
        Codec::Float64 => {
            let bits = codes_plus::<u64>(layout, key.value, words, 0);
            let validity = validity_but(layout, key.value, words, NULL_FLOAT);
            PrimitiveArray::new(of_bits::<f64>(bits).into(), validity).into()
        }
        Codec::Int128 { high } => {
            let mut values = Vec::with_capacity(num_rows);
            for row in words.chunks_exact(layout.num_words) {
                values.push(i128::from(key.value.get(row)) | i128::from(high.get(row)) << 64);
            }
            let validity = key.null.and_then(|null| {
                let valid = Bitmap::from_fn(num_rows, |row| null.get(row_at(row)) == 0);
                (valid.count_zeros() > 0).then_some(valid)
            });
            PrimitiveArray::new(values.into(), validity).into()
        }
        Codec::Code => {
            let DataType::Enum(categories) = &key.data_type else { unreachable!("codes are for Enum") };
            // Null rows have a code as well, one that there is.
            let mut codes = codes_plus::<u32>(layout, key.value, words, 0);
            codes.iter_mut().for_each(|code| *code = code.saturating_sub(1));
            let codes = PrimitiveArray::new(codes.into(), validity_of_codes(layout, key.value, words));
            DictionaryArray::try_new(codes, categories.clone())?.into()
        }
        Codec::Interned { interner } => {
            return decode_interned(layout, key, &interners[interner], words, num_keys);
        }
    };
    Ok(Column::try_new(key.data_type.clone(), array)?)
}

/// Integers, or narrow decimals, from their codes.
fn integers<T: Native<Bits: Integer>>(
    layout: &Layout,
    place: Place,
    words: &[u64],
    base: i128,
    validity: Option<Bitmap>,
) -> Array {
    let bits = codes_plus::<T::Bits>(layout, place, words, base);
    T::wrap(PrimitiveArray::new(of_bits::<T>(bits).into(), validity))
}

fn codes_plus<T: Integer>(layout: &Layout, place: Place, words: &[u64], base: i128) -> Vec<T> {
    let mut values = vec![T::default(); words.len() / layout.num_words];
    if layout.num_words > 1 {
        for (value, row) in values.iter_mut().zip(words.chunks_exact(layout.num_words)) {
            *value = T::from_code(base, place.get(row));
        }
        return values;
    }
    add_base(Level::best(), &mut values, words, base, place.mask(), place.shift);
    values
}

by_level! {
    fn add_base<T: Integer>(values: &mut [T], words: &[u64], base: i128, mask: u64, shift: u32) = add_base_body;
}

#[inline(always)]
fn add_base_body<T: Integer>(values: &mut [T], words: &[u64], base: i128, mask: u64, shift: u32) {
    for (value, word) in values.iter_mut().zip(words) {
        *value = T::from_code(base, word >> shift & mask);
    }
}

/// Which rows have a code other than 0; `None` if all do.
fn validity_of_codes(layout: &Layout, place: Place, words: &[u64]) -> Option<Bitmap> {
    validity_but(layout, place, words, 0)
}

/// Which rows have a code other than that of null; `None` if all do.
fn validity_but(layout: &Layout, place: Place, words: &[u64], null: u64) -> Option<Bitmap> {
    let mut any_null = false;
    for row in words.chunks_exact(layout.num_words) {
        any_null |= place.get(row) == null;
    }
    let row_at = |row: usize| &words[row * layout.num_words..][..layout.num_words];
    any_null.then(|| Bitmap::from_fn(words.len() / layout.num_words, |row| place.get(row_at(row)) != null))
}

fn decode_interned(
    layout: &Layout,
    key: &KeyColumn,
    interner: &Interner,
    words: &[u64],
    num_keys: usize,
) -> Result<Column> {
    let (data_type, place) = (&key.data_type, key.value);
    let ids = words.chunks_exact(layout.num_words).map(|row| (place.get(row) as u32).checked_sub(1));
    let value = |id: u32| interner.value(id);
    let array: Array = match data_type {
        DataType::String | DataType::Categorical => {
            // Few distinct texts stay a dictionary, as does what is one by type. A dictionary that is there costs
            // nothing, so it may have texts that no key has.
            let stays = match interner.dictionary() {
                Some(dictionary) => dictionary.len() <= num_keys.saturating_mul(2),
                None => interner.len() <= num_keys / 2,
            };
            if *data_type == DataType::Categorical || stays {
                let dictionary = match interner.dictionary() {
                    Some(dictionary) => dictionary.clone(),
                    None => Dictionary::new(interner.texts()).into(),
                };
                match validity_of_codes(layout, place, words) {
                    None => {
                        let codes: Codes = match dictionary.len() {
                            ..=0x100 => {
                                PrimitiveArray::from_vec(codes_plus::<u8>(layout, place, words, -1)).into()
                            }
                            0x101..=0x1_0000 => {
                                PrimitiveArray::from_vec(codes_plus::<u16>(layout, place, words, -1)).into()
                            }
                            _ => PrimitiveArray::from_vec(codes_plus::<u32>(layout, place, words, -1)).into(),
                        };
                        DictionaryArray::new(codes, dictionary).into()
                    }
                    Some(_) => {
                        let codes: PrimitiveArray<u32> = ids.collect();
                        DictionaryArray::new(codes, dictionary).narrowed().into()
                    }
                }
            } else if let Some(dictionary) = interner.dictionary() {
                ids.map(|id| id.map(|id| dictionary.value(id))).collect::<StringArray>().into()
            } else {
                let texts = interner.texts();
                if texts.len() == words.len() / layout.num_words
                    && ids.clone().enumerate().all(|(row, id)| id == Some(row as u32))
                {
                    texts.into() // The one text key: ids were given out in the order of the groups.
                } else {
                    ids.map(|id| id.map(|id| texts.value(id as usize))).collect::<StringArray>().into()
                }
            }
        }
        DataType::Binary => ids.map(|id| id.map(value)).collect::<BinaryArray>().into(),
        nested => return nested::decode_column(nested, ids.map(|id| id.map(value))),
    };
    Ok(Column::try_new(data_type.clone(), array)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_go_there_and_back_at_every_level(
            values in prop::collection::vec(-500i32..500, 0..100),
            shift in 0u32..40,
        ) {
            for level in Level::available() {
                let mut words = vec![0; values.len()];
                or_integers(level, &mut words, &values, -500i64 as u64, 1023, shift);
                let mut back = vec![0i32; values.len()];
                add_base(level, &mut back, &words, -500, 1023, shift);
                prop_assert_eq!(&back, &values);
            }
        }
    }
}
