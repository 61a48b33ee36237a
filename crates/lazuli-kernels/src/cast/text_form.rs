//! Text in its forms: plain, dictionary, `Enum`, bytes.

use std::sync::Arc;

use lazuli_array::{
    Array, BinaryArray, Dictionary, DictionaryArray, PrimitiveArray, StringArray, StringBuilder,
};

use super::{Cast, CastMode};
use crate::Result;
use crate::dictionary::position_map;
use crate::keys::Interner;

/// Text as plain strings; other arrays as they are.
pub fn to_plain(array: &Array) -> Array {
    match array {
        Array::Dictionary(array) => array.to_plain().into(),
        other => other.clone(),
    }
}

/// Text as codes into a dictionary of its distinct values in order of appearance; other arrays, and text that is coded
/// already, as they are.
///
/// # Errors
/// [`crate::KernelError::TooManyGroups`] for more distinct values than codes.
pub fn to_dictionary(array: &Array) -> Result<Array> {
    let Array::String(texts) = array else { return Ok(array.clone()) };
    let mut interner = Interner::new();
    let mut numbers = Vec::with_capacity(texts.len());
    interner.intern_rows(array, 0..texts.len(), &mut numbers)?;
    for number in &mut numbers {
        *number = number.saturating_sub(1); // Ids plus one; 0 is null, whose code does not matter.
    }
    let codes = PrimitiveArray::new(numbers.into(), texts.validity().cloned());
    let dictionary = Arc::new(Dictionary::new(interner.texts()));
    Ok(DictionaryArray::try_new(codes, dictionary)?.into())
}

/// Text as codes of an `Enum`; a text that it does not have fails.
pub(super) fn to_enum(cast: &Cast<'_>, categories: &Arc<Dictionary>) -> Result<Array> {
    let positions = position_map(categories);
    let codes = match cast.array {
        Array::Dictionary(array) => {
            let dictionary = array.dictionary();
            // Each distinct text is looked up once, when a row first needs it.
            let by_code: Vec<std::cell::OnceCell<Option<u32>>> = vec![Default::default(); dictionary.len()];
            let codes = array.codes().values();
            cast.rows(|row| {
                let code = codes[row];
                *by_code[code as usize].get_or_init(|| positions.get(dictionary.value(code)).copied())
            })?
        }
        Array::String(array) => cast.rows(|row| positions.get(array.value(row)).copied())?,
        other => unreachable!("text does not lie as {}", other.physical_name()),
    };
    let (codes, validity) = codes;
    Ok(DictionaryArray::try_new(PrimitiveArray::new(codes.into(), validity), categories.clone())?.into())
}

/// Text as its bytes, shared where it is plain.
pub(super) fn text_to_binary(array: &Array) -> Array {
    let Array::String(texts) = to_plain(array) else { unreachable!("text is plain now") };
    let (offsets, bytes, validity) = texts.into_parts();
    BinaryArray::try_new(offsets, bytes, validity).expect("offsets of a string array").into()
}

/// Bytes as text; what is not UTF-8 fails.
pub(super) fn binary_to_text(cast: &Cast<'_>) -> Result<Array> {
    let Array::Binary(array) = cast.array else { unreachable!("bytes lie as binary") };
    let (offsets, bytes, validity) = array.clone().into_parts();
    // All rows at once and without copying, if every one of them is text.
    if let Ok(texts) = StringArray::try_new(offsets, bytes, validity) {
        return Ok(texts.into());
    }
    let mut texts = StringBuilder::with_capacity(array.len(), array.bytes().len());
    for (row, value) in array.iter().enumerate() {
        let text = value.and_then(|bytes| std::str::from_utf8(bytes).ok());
        if value.is_some() && text.is_none() && cast.mode == CastMode::Strict {
            return Err(cast.failed(row));
        }
        texts.push(text);
    }
    Ok(texts.finish().into())
}
