//! Lengths of texts, in bytes and in characters.

use lazuli_array::{PrimitiveArray, StringArray, memory};

use super::writer::{number_of, used_bytes};

/// Bytes of each text.
pub fn len_bytes(texts: &StringArray) -> PrimitiveArray<i64> {
    let offsets = texts.offsets();
    let mut values = memory::with_capacity(texts.len());
    values.extend(offsets.iter().zip(&offsets[1..]).map(|(start, end)| end - start));
    PrimitiveArray::new(values.into(), texts.validity().cloned())
}

/// Characters (code points) of each text.
pub fn len_chars(texts: &StringArray) -> PrimitiveArray<i64> {
    if used_bytes(texts).is_ascii() {
        return len_bytes(texts);
    }
    number_of(texts, |text| text.chars().count() as i64)
}
