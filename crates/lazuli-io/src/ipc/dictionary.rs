//! Dictionaries: the values that codes stand for, as they are at a batch: replaced or added to by messages before it.

use super::body::Body;
use super::decode::{Cursor, Rows, array};
use super::message::BatchHead;
use super::schema::IpcField;
use super::{IpcError, IpcErrorKind, Result};
use crate::text_table::TextTable;
use lazuli_array::{Array, Bitmap, Dictionary, DictionaryArray, NullArray, PrimitiveArray, StringArray};
use lazuli_kernels::{NO_ROW, concat, take_optional};
use std::collections::HashMap;
use std::sync::Arc;

/// All dictionaries together may stand for so many bytes in any case, and for so many times those of their file.
/// Finding equal entries takes some ten times as much.
const FREE_BYTES: u64 = 32 << 20;
const MAX_RATIO: u64 = 32;

/// How many bytes the dictionaries of a file may stand for.
pub(super) fn limit(file_bytes: u64) -> u64 {
    FREE_BYTES.max(file_bytes.saturating_mul(MAX_RATIO))
}

/// The values of a dictionary.
#[derive(Debug)]
pub(super) enum Values {
    /// Texts, distinct and without nulls, as ours are; and which of them each of the file's entries is.
    Texts { dictionary: Arc<Dictionary>, entries: Entries },
    /// Other values.
    Plain(Array),
}

/// Which of our entries each of the file's is.
#[derive(Debug)]
pub(super) enum Entries {
    /// The same.
    Same,
    Renumbered(Vec<Option<u32>>),
}

impl Values {
    /// Number of codes that there are.
    pub(super) fn num_codes(&self) -> usize {
        match self {
            Self::Texts { dictionary, entries: Entries::Same } => dictionary.len(),
            Self::Texts { entries: Entries::Renumbered(entries), .. } => entries.len(),
            Self::Plain(values) => values.len(),
        }
    }

    /// Our dictionary, if these are texts.
    pub(super) fn texts(&self) -> Option<&Arc<Dictionary>> {
        match self {
            Self::Texts { dictionary, .. } => Some(dictionary),
            Self::Plain(_) => None,
        }
    }

    /// A dictionary's first values, or those added to earlier ones.
    pub(super) fn with(earlier: Option<&Self>, field: &IpcField, added: Array) -> Result<Self> {
        let is_text = *field.value_type() == lazuli_array::DataType::String;
        match (earlier, added) {
            (None, added) if !is_text => Ok(Self::Plain(added)),
            (Some(Self::Plain(values)), added) if !is_text => Ok(Self::Plain(concat(&[values, &added]))),
            (earlier, added) => {
                let mut texts = Texts::default();
                if let Some(Self::Texts { dictionary, entries }) = earlier {
                    let known = dictionary.values().to_array();
                    texts.add(&known)?;
                    if let Entries::Renumbered(entries) = entries {
                        texts.entries = entries.clone();
                    }
                }
                match &added {
                    Array::String(added) => texts.add(added)?,
                    Array::Dictionary(added) => texts.add(&added.to_plain())?,
                    other => {
                        let what = format!("texts that are {}", other.physical_name());
                        return Err(IpcError::corrupt(what));
                    }
                }
                texts.finish()
            }
        }
    }

    /// The values that codes stand for; all codes of valid rows have one. `allow` is asked before memory is taken for them.
    pub(super) fn array(
        &self,
        codes: PrimitiveArray<u32>,
        allow: impl FnOnce(u64) -> Result<()>,
    ) -> Result<Array> {
        match self {
            Self::Texts { dictionary, entries: Entries::Same } => {
                Ok(DictionaryArray::try_new(codes, dictionary.clone())?.into())
            }
            Self::Texts { dictionary, entries: Entries::Renumbered(entries) } => {
                let entry = |code: u32| entries.get(code as usize).copied().flatten();
                let codes: PrimitiveArray<u32> = codes.iter().map(|code| code.and_then(entry)).collect();
                Ok(DictionaryArray::try_new(codes, dictionary.clone())?.into())
            }
            Self::Plain(Array::Null(_)) => Ok(NullArray::new(codes.len()).into()),
            Self::Plain(values) => {
                allow(match values {
                    Array::Binary(values) => {
                        let length = |code: Option<u32>| {
                            code.map_or(0, |code| values.value(code as usize).len() as u64)
                        };
                        codes.iter().map(length).sum()
                    }
                    _ => 16 * codes.len() as u64,
                })?;
                let rows: Vec<u32> = codes.iter().map(|code| code.unwrap_or(NO_ROW)).collect();
                Ok(take_optional(values, &rows))
            }
        }
    }
}

/// Distinct texts, and which of them each entry is.
#[derive(Default)]
struct Texts {
    table: Option<TextTable>,
    entries: Vec<Option<u32>>,
}

impl Texts {
    fn add(&mut self, texts: &StringArray) -> Result<()> {
        let table = self.table.get_or_insert_with(TextTable::new);
        if self.entries.len() + texts.len() >= NO_ROW as usize {
            return Err(IpcError::unsupported("a dictionary of 2^32 entries or more"));
        }
        self.entries.reserve(texts.len());
        let offsets = texts.offsets();
        for row in 0..texts.len() {
            let is_valid = texts.validity().is_none_or(|validity: &Bitmap| validity.get(row));
            // Checked when the array was made: offsets lie within the bytes.
            let code =
                is_valid.then(|| table.code(texts.bytes(), offsets[row] as usize, offsets[row + 1] as usize));
            self.entries.push(code);
        }
        Ok(())
    }

    fn finish(self) -> Result<Values> {
        let table = self.table.unwrap_or_else(TextTable::new);
        let is_same = table.len() == self.entries.len();
        let dictionary = Arc::new(Dictionary::new(table.into_strings()?));
        let entries = if is_same { Entries::Same } else { Entries::Renumbered(self.entries) };
        Ok(Values::Texts { dictionary, entries })
    }
}

/// The fields whose values are coded, by the number of their dictionary.
pub(super) fn coded_fields(fields: &[IpcField]) -> Result<HashMap<i64, IpcField>> {
    let mut found: HashMap<i64, IpcField> = HashMap::new();
    let mut is_odd = false;
    for field in fields {
        field.for_each(&mut |field| {
            if let Some(coded) = &field.coded {
                let values = field.values();
                let known = found.entry(coded.id).or_insert_with(|| values.clone());
                is_odd |= known.layout != values.layout || known.value_type() != values.value_type();
            }
        });
    }
    match is_odd {
        false => Ok(found),
        true => Err(IpcError::corrupt("a dictionary of two types")),
    }
}

/// The values of a dictionary's message.
pub(super) fn decode(field: &IpcField, head: &BatchHead, body: &Body<'_>) -> Result<Array> {
    let nested = |_| Err(IpcError::corrupt("a dictionary of codes"));
    let rows = Rows { start: 0, length: head.num_rows };
    array(body, &mut Cursor::default(), field, rows, &nested)
}

/// The error of codes that no dictionary came for.
pub(super) fn missing(id: i64) -> IpcError {
    IpcError::corrupt(format!("codes without their dictionary, number {id}"))
}

/// Whether a dictionary whose order means something is the one that the type was made of.
pub(super) fn check_categories(values: &Values, categories: Option<&Arc<Dictionary>>) -> Result<()> {
    match (values.texts(), categories) {
        (Some(found), Some(known)) if !Arc::ptr_eq(found, known) && **found != **known => {
            Err(IpcError::new(IpcErrorKind::Unsupported {
                what: "an ordered dictionary that changes".into(),
            }))
        }
        _ => Ok(()),
    }
}
