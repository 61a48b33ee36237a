//! Texts and byte strings as numbers: the first row among the built side's that has the same.
//!
//! Of a dictionary the codes are those numbers, and a table of its texts is made only when a probing row comes with
//! another dictionary or none. What another dictionary's codes stand for is found once a code and remembered for all
//! workers (engine-notes 1.4).

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lazuli_array::memory::filled_with_zeros;
use lazuli_array::{Array, BinaryArray, Code, Codes, Dictionary, StringArray, dispatch_codes};

use super::NO_KEY;
use super::keys::add;
use super::partition::{Partitioned, partition};
use super::regions::Regions;
use super::tasks::{self, RunTasks, Stopped};
use crate::hash::hash_bytes;

/// Dictionaries whose codes are remembered: scans give one a chunk and come back to it for a few morsels at most.
const MAX_MEMOS: usize = 8;

/// The texts of one key column of the built side.
#[derive(Debug)]
pub(super) struct TextKeys {
    texts: Texts,
    /// Whose codes are the numbers.
    dictionary: Option<Arc<Dictionary>>,
    table: OnceLock<TextTable>,
    /// Most recent last.
    memos: Mutex<Vec<Arc<Memo>>>,
}

/// Byte strings by row.
#[derive(Debug, Clone)]
enum Texts {
    Dictionary(Arc<Dictionary>),
    String(StringArray),
    Binary(BinaryArray),
}

impl Texts {
    #[inline]
    fn get(&self, row: usize) -> &[u8] {
        match self {
            Self::Dictionary(dictionary) => dictionary.values().value_bytes(row),
            Self::String(array) => array.value_bytes(row),
            Self::Binary(array) => array.value(row),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Dictionary(dictionary) => dictionary.len(),
            Self::String(array) => array.len(),
            Self::Binary(array) => array.len(),
        }
    }

    fn is_null(&self, row: usize) -> bool {
        let validity = match self {
            Self::Dictionary(_) => None,
            Self::String(array) => array.validity(),
            Self::Binary(array) => array.validity(),
        };
        validity.is_some_and(|validity| !validity.get(row))
    }
}

/// What the codes of another dictionary stand for, 0 where nobody has asked yet; else a number plus two, or [`ABSENT`].
#[derive(Debug)]
pub(super) struct Memo {
    dictionary: Arc<Dictionary>,
    numbers: Vec<AtomicU32>,
}

/// A text that the built side does not have.
const ABSENT: u32 = 1;

impl TextKeys {
    /// How many numbers a key column may have; `None` if it holds no texts or bytes.
    pub(super) fn domain(array: &Array) -> Option<usize> {
        match array {
            Array::Dictionary(array) => Some(array.dictionary().len()),
            Array::String(array) => Some(array.len()),
            Array::Binary(array) => Some(array.len()),
            _ => None,
        }
    }

    /// Bytes that the texts of a key column need, at most.
    pub(super) fn bytes(array: &Array) -> usize {
        let domain = Self::domain(array).unwrap_or(0);
        // Codes of plain rows, hashes and rows while they are brought together.
        let scratch = if matches!(array, Array::Dictionary(_)) { 0 } else { domain * 24 };
        Regions::max_slots(domain) * 8 + scratch
    }

    /// The texts of a key column, and the number of each row where they are not the codes of its dictionary.
    pub(super) fn build(array: &Array, run: RunTasks<'_>) -> Result<(Self, Option<Vec<u32>>), Stopped> {
        let (texts, dictionary) = match array {
            Array::Dictionary(array) => {
                let dictionary = array.dictionary().clone();
                (Texts::Dictionary(dictionary.clone()), Some(dictionary))
            }
            Array::String(array) => (Texts::String(array.clone()), None),
            Array::Binary(array) => (Texts::Binary(array.clone()), None),
            other => unreachable!("{} holds no texts", other.physical_name()),
        };
        let (table, memos) = (OnceLock::new(), Mutex::default());
        let mut numbers = None;
        if dictionary.is_none() {
            let (built, firsts) = TextTable::build(&texts, run)?;
            numbers = Some(firsts);
            let _ = table.set(built);
        }
        Ok((Self { texts, dictionary, table, memos }, numbers))
    }

    fn table(&self) -> &TextTable {
        self.table.get_or_init(|| {
            let built = TextTable::build(&self.texts, &tasks::one_by_one);
            built.expect("running tasks one by one does not stop").0
        })
    }

    /// How to find the numbers of a probing column.
    pub(super) fn finder<'a>(&'a self, array: &'a Array) -> Finder<'a> {
        match array {
            Array::Dictionary(array) => {
                let (codes, dictionary) = (array.stored_codes(), array.dictionary());
                match &self.dictionary {
                    Some(own) if Arc::ptr_eq(own, dictionary) => Finder::Codes(codes),
                    _ => Finder::Memo { codes, memo: self.memo(dictionary), keys: self },
                }
            }
            Array::String(array) => Finder::Strings { texts: array, keys: self },
            Array::Binary(array) => Finder::Binary { texts: array, keys: self },
            other => unreachable!("{} holds no texts", other.physical_name()),
        }
    }

    fn memo(&self, dictionary: &Arc<Dictionary>) -> Arc<Memo> {
        let mut memos = self.memos.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memo) = memos.iter().find(|memo| Arc::ptr_eq(&memo.dictionary, dictionary)) {
            return memo.clone();
        }
        let numbers = (0..dictionary.len()).map(|_| AtomicU32::new(0)).collect();
        let memo = Arc::new(Memo { dictionary: dictionary.clone(), numbers });
        if memos.len() == MAX_MEMOS {
            memos.remove(0);
        }
        memos.push(memo.clone());
        memo
    }

    #[inline]
    fn number_of(&self, text: &[u8]) -> u64 {
        self.table().find(&self.texts, text).map_or(NO_KEY, u64::from)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        // A table that is made later was reserved for.
        Regions::max_slots(self.texts.len()) * 8
    }
}

/// Finds the numbers of one column's rows.
pub(super) enum Finder<'a> {
    /// Codes of the built side's dictionary.
    Codes(&'a Codes),
    /// Codes of another dictionary.
    Memo { codes: &'a Codes, memo: Arc<Memo>, keys: &'a TextKeys },
    /// Texts.
    Strings { texts: &'a StringArray, keys: &'a TextKeys },
    /// Byte strings.
    Binary { texts: &'a BinaryArray, keys: &'a TextKeys },
}

impl Finder<'_> {
    /// Adds the numbers of some rows, times `stride`, to their keys; [`NO_KEY`] where the built side does not have the
    /// text. What a null row gets means nothing.
    pub(super) fn add(&self, rows: Range<usize>, stride: u64, keys: &mut [u64]) {
        match self {
            Self::Codes(codes) => dispatch_codes!(codes, |codes| {
                let codes = &codes.values()[rows][..keys.len()];
                add(keys, stride, |row| codes[row].into());
            }),
            Self::Memo { codes, memo, keys: own } => dispatch_codes!(codes, |codes| {
                let codes = &codes.values()[rows][..keys.len()];
                add(keys, stride, |row| memo.number(codes[row].index(), own));
            }),
            Self::Strings { texts, keys: own } => {
                let number = |row| match texts.validity() {
                    Some(validity) if !validity.get(row) => NO_KEY,
                    _ => own.number_of(texts.value_bytes(row)),
                };
                add(keys, stride, |row| number(rows.start + row));
            }
            Self::Binary { texts, keys: own } => {
                let number = |row| match texts.validity() {
                    Some(validity) if !validity.get(row) => NO_KEY,
                    _ => own.number_of(texts.value(row)),
                };
                add(keys, stride, |row| number(rows.start + row));
            }
        }
    }
}

impl Memo {
    #[inline]
    fn number(&self, code: usize, keys: &TextKeys) -> u64 {
        let Some(known) = self.numbers.get(code) else { return NO_KEY }; // a null over no texts
        match known.load(Ordering::Relaxed) {
            0 => {
                let number = keys.number_of(self.dictionary.values().value_bytes(code));
                let note = if number == NO_KEY { ABSENT } else { number as u32 + 2 };
                known.store(note, Ordering::Relaxed);
                number
            }
            ABSENT => NO_KEY,
            note => u64::from(note - 2),
        }
    }
}

/// From a text to the first row that has it. A slot is the high half of the hash and the row plus one; 0 is free.
#[derive(Debug)]
struct TextTable {
    regions: Regions,
    slots: Vec<u64>,
}

impl TextTable {
    /// The table of all rows that are not null, and the first row with the same text for each row, itself for null.
    fn build(texts: &Texts, run: RunTasks<'_>) -> Result<(Self, Vec<u32>), Stopped> {
        let bits = Regions::bits(texts.len());
        // A text with the hash of no key is looked for under another one, here and by `find`.
        let hashes = |rows: Range<usize>, hashes: &mut Vec<u64>| {
            hashes.clear();
            hashes.extend(rows.map(|row| if texts.is_null(row) { NO_KEY } else { hash(texts.get(row)) }));
        };
        let parts: Partitioned =
            partition(texts.len(), 1 << bits, &hashes, |hash| Regions::part(bits, hash), run)?;
        let num_parts = parts.num_parts();
        let regions = Regions::new(bits, (0..num_parts).map(|part| parts.part(part).0.len()));
        let mut slots = filled_with_zeros::<u64>(regions.num_slots());
        let pieces = tasks::split(&mut slots, regions.lengths());
        let mut firsts: Vec<u32> = (0..texts.len() as u32).collect();
        let repeated: Vec<Mutex<Vec<(u32, u32)>>> = (0..num_parts).map(|_| Mutex::default()).collect();
        tasks::each(run, pieces, |part, slots| {
            let region = regions.region(part);
            let (hashes, rows) = parts.part(part);
            let mut found = Vec::new();
            for (&hash, &row) in hashes.iter().zip(rows) {
                let mut at = region.offset(hash);
                let first = loop {
                    let slot = slots[at];
                    if slot == 0 {
                        slots[at] = hash >> 32 << 32 | u64::from(row + 1);
                        break row;
                    }
                    let first = slot as u32 - 1;
                    if (slot ^ hash) >> 32 == 0 && texts.get(first as usize) == texts.get(row as usize) {
                        break first;
                    }
                    at = if at + 1 == slots.len() { 0 } else { at + 1 };
                };
                if first != row {
                    found.push((row, first));
                }
            }
            *repeated[part].lock().unwrap_or_else(PoisonError::into_inner) = found;
        })?;
        for (row, first) in repeated.into_iter().flat_map(|found| found.into_inner().unwrap_or_default()) {
            firsts[row as usize] = first;
        }
        Ok((Self { regions, slots }, firsts))
    }

    fn find(&self, texts: &Texts, text: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash(text);
        let (region, mut at) = self.regions.first_slot(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            let first = slot as u32 - 1;
            if (slot ^ hash) >> 32 == 0 && texts.get(first as usize) == text {
                return Some(first);
            }
            at = region.after(at);
        }
    }
}

/// The hash of a text; never [`NO_KEY`].
#[inline]
fn hash(text: &[u8]) -> u64 {
    let hash = hash_bytes(text);
    if hash == NO_KEY { 0 } else { hash }
}
