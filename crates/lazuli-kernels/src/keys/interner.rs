//! Byte strings as small numbers: each distinct one gets the next id, and is kept once.
//!
//! With it every key column has a fixed width, so one table serves all key types. A row of a dictionary column costs one
//! array load: per dictionary a memo maps codes to ids, filled as codes are met (engine-notes 1.4; DuckDB resolves
//! dictionary groups the same way).

use std::ops::Range;
use std::sync::Arc;

use lazuli_array::{Array, Dictionary, DictionaryArray, StringArray};

use super::id_table::IdTable;
use super::nested;
use crate::Result;
use crate::hash::hash_bytes;

/// What a null row has instead of an id plus one.
pub(crate) const NULL: u32 = 0;
/// What a row has whose value was never interned. No id reaches it.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Dictionaries whose memos are kept. Scans give one dictionary a chunk and come back to it for a few morsels at most.
const MAX_MEMOS: usize = 8;

#[derive(Debug, Clone)]
pub(crate) struct Interner {
    table: IdTable,
    /// One offset more than values.
    offsets: Vec<i64>,
    bytes: Vec<u8>,
    /// Most recent last.
    memos: Vec<Memo>,
    scratch: Vec<u8>,
}

/// Codes of one dictionary to ids plus one; 0 where not yet known.
#[derive(Debug, Clone)]
struct Memo {
    dictionary: Arc<Dictionary>,
    ids: Vec<u32>,
}

impl Interner {
    pub(crate) fn new() -> Self {
        Self {
            table: IdTable::new(),
            offsets: vec![0],
            bytes: Vec::new(),
            memos: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    pub(crate) fn value(&self, id: u32) -> &[u8] {
        value_at(&self.offsets, &self.bytes, id)
    }

    #[inline]
    fn intern(&mut self, value: &[u8]) -> Result<u32> {
        let Self { table, offsets, bytes, .. } = self;
        let (id, new) =
            table.find_or_insert(hash_bytes(value), |id| value_at(offsets, bytes, id) == value)?;
        if new {
            bytes.extend_from_slice(value);
            offsets.push(bytes.len() as i64);
        }
        Ok(id)
    }

    #[inline]
    fn find(&self, value: &[u8]) -> Option<u32> {
        self.table.find(hash_bytes(value), |id| self.value(id) == value)
    }

    /// Appends one number a row: id plus one, or [`NULL`].
    pub(crate) fn intern_rows(
        &mut self,
        array: &Array,
        rows: Range<usize>,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        match array {
            Array::Dictionary(array) => self.intern_codes(array, rows, ids)?,
            Array::String(array) => {
                for row in rows {
                    let valid = array.validity().is_none_or(|validity| validity.get(row));
                    ids.push(if valid { self.intern(array.value_bytes(row))? + 1 } else { NULL });
                }
            }
            Array::Binary(array) => {
                for row in rows {
                    ids.push(array.get(row).map_or(Ok(NULL), |value| self.intern(value).map(|id| id + 1))?);
                }
            }
            nested => {
                for row in rows {
                    if !nested.is_valid(row) {
                        ids.push(NULL);
                        continue;
                    }
                    let mut bytes = std::mem::take(&mut self.scratch);
                    bytes.clear();
                    nested::encode(nested, row, &mut bytes);
                    let id = self.intern(&bytes);
                    self.scratch = bytes;
                    ids.push(id? + 1);
                }
            }
        }
        Ok(())
    }

    fn intern_codes(
        &mut self,
        array: &DictionaryArray,
        rows: Range<usize>,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let dictionary = array.dictionary();
        let position = self.memos.iter().position(|memo| Arc::ptr_eq(&memo.dictionary, dictionary));
        let mut memo = match position {
            Some(position) => self.memos.remove(position),
            None => {
                if self.memos.len() == MAX_MEMOS {
                    self.memos.remove(0);
                }
                Memo { dictionary: dictionary.clone(), ids: vec![0; dictionary.len()] }
            }
        };
        let (codes, validity) = (array.codes().values(), array.validity());
        let mut outcome = Ok(());
        for row in rows {
            if validity.is_some_and(|validity| !validity.get(row)) {
                ids.push(NULL);
                continue;
            }
            let code = codes[row];
            let mut id = memo.ids[code as usize];
            if id == 0 {
                match self.intern(dictionary.values().value_bytes(code as usize)) {
                    Ok(new) => id = new + 1,
                    Err(error) => {
                        outcome = Err(error);
                        break;
                    }
                }
                memo.ids[code as usize] = id;
            }
            ids.push(id);
        }
        self.memos.push(memo);
        outcome
    }

    /// As [`Interner::intern_rows`], but a value that was never interned gives [`UNKNOWN`] and stays so.
    ///
    /// `memo`: scratch that the caller keeps for all blocks of one array.
    pub(crate) fn find_rows(
        &self,
        array: &Array,
        rows: Range<usize>,
        memo: &mut Vec<u32>,
        ids: &mut Vec<u32>,
    ) {
        let known = |value: &[u8]| self.find(value).map_or(UNKNOWN, |id| id + 1);
        match array {
            Array::Dictionary(array) => {
                let dictionary = array.dictionary();
                // A memo is worth its memory only when codes repeat.
                let memoize = dictionary.len() <= 2 * array.len();
                if memoize {
                    memo.resize(dictionary.len(), 0);
                }
                for row in rows {
                    ids.push(match array.codes().get(row) {
                        None => NULL,
                        Some(code) if memoize => {
                            let id = &mut memo[code as usize];
                            if *id == 0 {
                                *id = known(dictionary.values().value_bytes(code as usize));
                            }
                            *id
                        }
                        Some(code) => known(dictionary.values().value_bytes(code as usize)),
                    });
                }
            }
            Array::String(array) => {
                ids.extend(rows.map(|row| array.get(row).map_or(NULL, |text| known(text.as_bytes()))));
            }
            Array::Binary(array) => ids.extend(rows.map(|row| array.get(row).map_or(NULL, known))),
            nested => {
                let mut bytes = Vec::new();
                ids.extend(rows.map(|row| {
                    if !nested.is_valid(row) {
                        return NULL;
                    }
                    bytes.clear();
                    nested::encode(nested, row, &mut bytes);
                    known(&bytes)
                }));
            }
        }
    }

    /// The interned texts in order of their ids. The caller knows that only texts were interned.
    pub(crate) fn texts(&self) -> StringArray {
        StringArray::try_new(self.offsets.clone().into(), self.bytes.clone().into(), None)
            .expect("only whole texts were interned")
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let memos = self
            .memos
            .iter()
            .map(|memo| memo.ids.capacity() * 4 + memo.dictionary.values().memory_bytes())
            .sum::<usize>();
        self.table.memory_bytes() + self.offsets.capacity() * 8 + self.bytes.capacity() + memos
    }

    pub(crate) fn clear(&mut self) {
        self.table.clear();
        self.offsets.truncate(1);
        self.bytes.clear();
        self.memos.clear();
    }
}

#[inline]
fn value_at<'a>(offsets: &[i64], bytes: &'a [u8], id: u32) -> &'a [u8] {
    &bytes[offsets[id as usize] as usize..offsets[id as usize + 1] as usize]
}
