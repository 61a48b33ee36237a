//! Byte strings as small numbers: each distinct one gets the next id, and is kept once.
//!
//! With it every key column has a fixed width, so one table serves all key types. The first dictionary that comes is
//! adopted: its codes are the ids, so its rows cost nothing, and nothing is hashed until another dictionary or plain
//! text comes. For other dictionaries a memo maps codes to ids, filled as codes are met (engine-notes 1.4; DuckDB
//! resolves dictionary groups the same way).

use std::ops::Range;
use std::sync::{Arc, OnceLock};

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
    values: Values,
    /// Ids by value; not there as long as nobody has asked for a value of an adopted dictionary.
    table: OnceLock<IdTable>,
    /// Most recent last.
    memos: Vec<Memo>,
    scratch: Vec<u8>,
}

/// The values in order of their ids.
#[derive(Debug, Clone)]
enum Values {
    /// Those of a dictionary.
    Adopted(Arc<Dictionary>),
    /// One offset more than values.
    Own { offsets: Vec<i64>, bytes: Vec<u8> },
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Adopted(dictionary) => dictionary.len(),
            Self::Own { offsets, .. } => offsets.len() - 1,
        }
    }

    #[inline]
    fn get(&self, id: u32) -> &[u8] {
        match self {
            Self::Adopted(dictionary) => dictionary.values().value_bytes(id as usize),
            Self::Own { offsets, bytes } => value_at(offsets, bytes, id),
        }
    }
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
            values: Values::Own { offsets: vec![0], bytes: Vec::new() },
            table: OnceLock::from(IdTable::new()),
            memos: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// An interner whose ids are the codes of a dictionary.
    pub(crate) fn of(dictionary: Arc<Dictionary>) -> Self {
        Self {
            values: Values::Adopted(dictionary),
            table: OnceLock::new(),
            memos: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Number of ids.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The dictionary whose codes are the ids, if it is one.
    pub(crate) fn dictionary(&self) -> Option<&Arc<Dictionary>> {
        match &self.values {
            Values::Adopted(dictionary) => Some(dictionary),
            Values::Own { .. } => None,
        }
    }

    /// The codes of an array, if they are ids. Adopts its dictionary if there is nothing else yet.
    pub(crate) fn adopt<'a>(&mut self, array: &'a Array) -> Option<&'a DictionaryArray> {
        if let Array::Dictionary(array) = array
            && self.len() == 0
            && !array.dictionary().is_empty()
        {
            *self = Self::of(array.dictionary().clone());
        }
        self.codes(array)
    }

    /// The codes of an array, if they are ids.
    pub(crate) fn codes<'a>(&self, array: &'a Array) -> Option<&'a DictionaryArray> {
        match (array, &self.values) {
            (Array::Dictionary(array), Values::Adopted(dictionary))
                if Arc::ptr_eq(array.dictionary(), dictionary) =>
            {
                Some(array)
            }
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn value(&self, id: u32) -> &[u8] {
        self.values.get(id)
    }

    /// Ids by value, of an adopted dictionary too.
    fn table(&self) -> &IdTable {
        self.table.get_or_init(|| {
            let mut table = IdTable::new();
            for id in 0..self.values.len() as u32 {
                // Values of a dictionary are distinct, so none is there yet.
                let added = table.find_or_insert(hash_bytes(self.values.get(id)), |_| false);
                added.expect("codes have 32 bits, and a dictionary that fits in memory far fewer values");
            }
            table
        })
    }

    /// Copies the values of an adopted dictionary, so that there can be more.
    fn own(&mut self) {
        let Values::Adopted(dictionary) = &self.values else { return };
        self.table();
        let texts = dictionary.values();
        let mut offsets = Vec::with_capacity(texts.len() + 1);
        let mut bytes = Vec::with_capacity(texts.text_bytes());
        offsets.push(0);
        for text in texts.iter() {
            bytes.extend_from_slice(text.as_bytes());
            offsets.push(bytes.len() as i64);
        }
        self.values = Values::Own { offsets, bytes };
    }

    /// The id of a value, a new one if need be.
    #[inline]
    pub(crate) fn intern(&mut self, value: &[u8]) -> Result<u32> {
        let Values::Own { offsets, bytes } = &mut self.values else {
            self.own();
            return self.intern(value);
        };
        let table = self.table.get_mut().expect("made with the values");
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
        self.table().find(hash_bytes(value), |id| self.value(id) == value)
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

    /// The id here of each id of another interner that is used; new ones for values that are not here yet. `None` if the
    /// ids are the same.
    pub(crate) fn absorb(
        &mut self,
        other: &Self,
        used: impl Iterator<Item = u32>,
    ) -> Result<Option<Vec<u32>>> {
        if self.len() == 0
            && let Some(dictionary) = other.dictionary()
        {
            *self = Self::of(dictionary.clone());
        }
        if let (Some(mine), Some(theirs)) = (self.dictionary(), other.dictionary())
            && Arc::ptr_eq(mine, theirs)
        {
            return Ok(None);
        }
        let mut ids = vec![UNKNOWN; other.len()];
        for id in used {
            if ids[id as usize] == UNKNOWN {
                ids[id as usize] = self.intern(other.value(id))?;
            }
        }
        Ok(Some(ids))
    }

    /// The interned texts in order of their ids. The caller knows that only texts were interned.
    pub(crate) fn texts(&self) -> StringArray {
        match &self.values {
            Values::Adopted(dictionary) => dictionary.values().to_array(),
            Values::Own { offsets, bytes } => {
                StringArray::try_new(offsets.clone().into(), bytes.clone().into(), None)
                    .expect("only whole texts were interned")
            }
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let memos = self
            .memos
            .iter()
            .map(|memo| memo.ids.capacity() * 4 + memo.dictionary.memory_bytes())
            .sum::<usize>();
        let values = match &self.values {
            Values::Adopted(dictionary) => dictionary.memory_bytes(),
            Values::Own { offsets, bytes } => offsets.capacity() * 8 + bytes.capacity(),
        };
        self.table.get().map_or(0, IdTable::memory_bytes) + values + memos
    }

    pub(crate) fn clear(&mut self) {
        if let (Values::Own { offsets, bytes }, Some(table)) = (&mut self.values, self.table.get_mut()) {
            table.clear();
            offsets.truncate(1);
            bytes.clear();
        }
        self.memos.clear();
    }
}

#[inline]
fn value_at<'a>(offsets: &[i64], bytes: &'a [u8], id: u32) -> &'a [u8] {
    &bytes[offsets[id as usize] as usize..offsets[id as usize + 1] as usize]
}
