//! Strings as codes into a shared dictionary of distinct values.

use std::sync::Arc;

use crate::{Array, ArrayError, Bitmap, PrimitiveArray, Result, StringArray};

/// The distinct strings that codes point at, in any order, without nulls.
#[derive(Debug, Clone)]
pub struct Dictionary {
    values: StringArray,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { values: StringArray::new_null(0) }
    }
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
        Self { values }
    }

    /// The strings.
    pub fn values(&self) -> &StringArray {
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
        (0..self.len()).find(|&code| self.values.value(code) == text).map(|code| code as u32)
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        self.values.iter().eq(other.values.iter())
    }
}

/// Codes with validity, and the dictionary they point into.
///
/// Invariant: every code of a valid row is below the dictionary's length; codes of null rows are too, or 0.
#[derive(Debug, Clone)]
pub struct DictionaryArray {
    codes: PrimitiveArray<u32>,
    dictionary: Arc<Dictionary>,
}

impl DictionaryArray {
    /// Codes and their dictionary.
    ///
    /// # Errors
    /// [`ArrayError::CodeOutOfBounds`] if a code has no entry. Codes of null rows that have none become 0.
    pub fn try_new(codes: PrimitiveArray<u32>, dictionary: Arc<Dictionary>) -> Result<Self> {
        let entries = dictionary.len() as u64;
        if codes.values().iter().all(|&code| u64::from(code) < entries) {
            return Ok(Self { codes, dictionary });
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
        Ok(Self { codes: PrimitiveArray::new(cleaned, codes.validity().cloned()), dictionary })
    }

    /// As [`DictionaryArray::try_new`], for codes that were taken from an array over this dictionary or made for it.
    /// Debug builds check them; a wrong code panics where it is looked up.
    pub fn new(codes: PrimitiveArray<u32>, dictionary: Arc<Dictionary>) -> Self {
        debug_assert!(
            codes.iter().flatten().all(|code| (code as usize) < dictionary.len()),
            "a code without an entry"
        );
        Self { codes, dictionary }
    }

    /// `length` nulls.
    pub fn new_null(dictionary: Arc<Dictionary>, length: usize) -> Self {
        let validity = (length > 0).then(|| Bitmap::filled(false, length));
        Self { codes: PrimitiveArray::new(vec![0; length].into(), validity), dictionary }
    }

    /// The codes.
    #[inline]
    pub fn codes(&self) -> &PrimitiveArray<u32> {
        &self.codes
    }

    /// The dictionary.
    #[inline]
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.codes.validity()
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
        Self { codes: self.codes.sliced(offset, length), dictionary: self.dictionary.clone() }
    }

    /// Bytes of memory that the rows refer to, with the whole dictionary.
    pub fn memory_bytes(&self) -> usize {
        self.codes.memory_bytes() + self.dictionary.values().memory_bytes()
    }
}

impl<'a> FromIterator<Option<&'a str>> for DictionaryArray {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(iter: I) -> Self {
        let mut known: std::collections::HashMap<&'a str, u32> = std::collections::HashMap::new();
        let mut values = crate::StringBuilder::default();
        let codes = iter
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
        Self { codes, dictionary: Arc::new(Dictionary { values: values.finish() }) }
    }
}

impl From<DictionaryArray> for Array {
    fn from(array: DictionaryArray) -> Self {
        Self::Dictionary(array)
    }
}
