//! Strings as codes into a shared dictionary of distinct values.

use std::sync::{Arc, OnceLock};

use crate::{Array, ArrayError, Bitmap, Codes, Entries, PrimitiveArray, Result, StringArray, dispatch_codes};

/// The distinct strings that codes point at, in any order, without nulls.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    values: Entries,
}

impl Dictionary {
    /// A dictionary of these values.
    ///
    /// Panics if there is a null. Values must be distinct (kernels compare codes instead of strings); debug builds
    /// check it.
    pub fn new(values: StringArray) -> Self {
        assert!(values.validity().is_none(), "a dictionary has no nulls");
        debug_assert!(
            {
                let mut seen = std::collections::HashSet::new();
                values.iter().all(|value| seen.insert(value))
            },
            "a dictionary has distinct values"
        );
        Self { values: values.into() }
    }

    /// The strings.
    #[inline]
    pub fn values(&self) -> &Entries {
        &self.values
    }

    /// Number of strings.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no strings.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The string of a code. Panics out of bounds.
    #[inline]
    pub fn value(&self, code: u32) -> &str {
        self.values.value(code as usize)
    }

    /// The code of a string, by linear search.
    pub fn position(&self, text: &str) -> Option<u32> {
        self.values.iter().position(|value| value == text).map(|code| code as u32)
    }

    /// Bytes of memory that the strings take.
    pub fn memory_bytes(&self) -> usize {
        self.values.memory_bytes()
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        self.values.iter().eq(other.values.iter())
    }
}

/// Codes with validity, and the dictionary they point into.
///
/// Codes lie in memory in one of three widths ([`Codes`]): [`DictionaryArray::narrowed`] chooses the least one. Most
/// code need not know and asks for [`DictionaryArray::codes`]; what moves whole rows keeps the width they have.
///
/// Invariant: every code of a valid row is below the dictionary's length; codes of null rows are too, or 0.
#[derive(Debug)]
pub struct DictionaryArray {
    codes: Codes,
    dictionary: Arc<Dictionary>,
    /// Narrow codes as they were once asked for. Clones and slices do not share it: what a query widens to read the rows
    /// at hand must not stay with the frame.
    wide: OnceLock<PrimitiveArray<u32>>,
}

impl Clone for DictionaryArray {
    fn clone(&self) -> Self {
        Self::of(self.codes.clone(), self.dictionary.clone())
    }
}

impl DictionaryArray {
    fn of(codes: Codes, dictionary: Arc<Dictionary>) -> Self {
        Self { codes, dictionary, wide: OnceLock::new() }
    }

    /// Codes and their dictionary.
    ///
    /// # Errors
    /// [`ArrayError::CodeOutOfBounds`] if a code has no entry. Codes of null rows that have none become 0.
    pub fn try_new(codes: PrimitiveArray<u32>, dictionary: Arc<Dictionary>) -> Result<Self> {
        let entries = dictionary.len() as u64;
        if codes.values().iter().all(|&code| u64::from(code) < entries) {
            return Ok(Self::of(codes.into(), dictionary));
        }
        for (row, code) in codes.iter().enumerate() {
            if let Some(code) = code
                && u64::from(code) >= entries
            {
                return Err(ArrayError::CodeOutOfBounds {
                    row,
                    code: code.into(),
                    entries: dictionary.len(),
                });
            }
        }
        let cleaned =
            codes.values().iter().map(|&code| if u64::from(code) < entries { code } else { 0 }).collect();
        let codes = PrimitiveArray::new(cleaned, codes.validity().cloned());
        Ok(Self::of(codes.into(), dictionary))
    }

    /// As [`DictionaryArray::try_new`], for codes of any width that were taken from an array over this dictionary or
    /// made for it. Debug builds check them; a wrong code panics where it is looked up.
    pub fn new(codes: impl Into<Codes>, dictionary: Arc<Dictionary>) -> Self {
        let codes = codes.into();
        debug_assert!(
            (0..codes.len()).filter_map(|row| codes.get(row)).all(|code| (code as usize) < dictionary.len()),
            "a code without an entry"
        );
        Self::of(codes, dictionary)
    }

    /// `length` nulls.
    pub fn new_null(dictionary: Arc<Dictionary>, length: usize) -> Self {
        let validity = (length > 0).then(|| Bitmap::filled(false, length));
        Self::of(PrimitiveArray::new(vec![0u8; length].into(), validity).into(), dictionary)
    }

    /// The codes. Narrow ones are widened at the first call and kept with this array, not with its clones.
    #[inline]
    pub fn codes(&self) -> &PrimitiveArray<u32> {
        match &self.codes {
            Codes::UInt32(codes) => codes,
            narrow => self.wide.get_or_init(|| narrow.to_wide()),
        }
    }

    /// The codes as they lie in memory.
    #[inline]
    pub fn stored_codes(&self) -> &Codes {
        &self.codes
    }

    /// The same rows with codes of the least width that the dictionary allows; shared if they have it.
    #[must_use]
    pub fn narrowed(&self) -> Self {
        Self::of(self.codes.narrowed(self.dictionary.len()), self.dictionary.clone())
    }

    /// The same rows with codes of 32 bits; shared if they are.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self::of(self.codes().clone().into(), self.dictionary.clone())
    }

    /// The dictionary.
    #[inline]
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// Which rows hold a value; `None` when all do.
    #[inline]
    pub fn validity(&self) -> Option<&Bitmap> {
        self.codes.validity()
    }

    /// The same rows with another validity. Panics if the lengths differ.
    pub fn with_validity(&self, validity: Option<Bitmap>) -> Self {
        let codes = dispatch_codes!(&self.codes, |codes| codes.with_validity(validity).into());
        Self::of(codes, self.dictionary.clone())
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The string of a row. Panics out of bounds.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes.get(row).map(|code| self.dictionary.value(code))
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The same rows as plain strings.
    pub fn to_plain(&self) -> StringArray {
        self.iter().collect()
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        let codes = dispatch_codes!(&self.codes, |codes| codes.sliced(offset, length).into());
        Self::of(codes, self.dictionary.clone())
    }

    /// Bytes of memory that the codes of the rows take.
    pub fn code_bytes(&self) -> usize {
        let wide = self.wide.get().map_or(0, |wide| size_of_val(wide.values()));
        dispatch_codes!(&self.codes, |codes| codes.memory_bytes()) + wide
    }

    /// Bytes of memory that the rows refer to, with the whole dictionary.
    pub fn memory_bytes(&self) -> usize {
        self.code_bytes() + self.dictionary.memory_bytes()
    }
}

impl<'a> FromIterator<Option<&'a str>> for DictionaryArray {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(iter: I) -> Self {
        let mut known: std::collections::HashMap<&'a str, u32> = std::collections::HashMap::new();
        let mut values = crate::StringBuilder::default();
        let codes: PrimitiveArray<u32> = iter
            .into_iter()
            .map(|text| {
                text.map(|text| {
                    *known.entry(text).or_insert_with(|| {
                        values.push(Some(text));
                        (values.len() - 1) as u32
                    })
                })
            })
            .collect();
        Self::of(codes.into(), Arc::new(Dictionary { values: values.finish().into() }))
    }
}

impl From<DictionaryArray> for Array {
    fn from(array: DictionaryArray) -> Self {
        Self::Dictionary(array)
    }
}
