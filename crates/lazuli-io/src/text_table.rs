//! Distinct texts in order of first appearance, and the code of each: how readers make dictionaries.
//!
//! The table is open addressing over codes, at most half full. A text of up to 16 bytes is one 128-bit word and its
//! length, so that a repeated short value costs a few loads and no call; longer ones compare their bytes.

use lazuli_array::{ArrayError, StringArray};

/// A text as far as it fits 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    /// The first 16 bytes; behind the text's end, zeros.
    prefix: u128,
    len: usize,
}

impl Key {
    /// The key of `bytes[start..end]`: one load and a mask, without a branch on the length, where 16 bytes lie there.
    #[inline(always)]
    fn new(bytes: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let prefix = match bytes.get(start..start + 16) {
            Some(prefix) => u128::from_le_bytes(prefix.try_into().expect("the range is 16 bytes long")),
            None => load_at_end(&bytes[start..end]),
        };
        let unused_bits = 128 - 8 * len.min(16) as u32;
        // Two shifts, since a shift by all 128 bits is none.
        let mask = (u128::MAX >> (unused_bits / 2)) >> (unused_bits - unused_bits / 2);
        Self { prefix: prefix & mask, len }
    }

    #[inline(always)]
    fn hash(&self, text: &[u8]) -> u64 {
        let (low, high) = (self.prefix as u64, (self.prefix >> 64) as u64);
        let mut hash = fold(low ^ 0x9E37_79B9_7F4A_7C15, high ^ (self.len as u64) ^ 0xD6E8_FEB8_6659_FD93);
        if self.len > 16 {
            for chunk in text[16..].chunks(8) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                hash = fold(hash ^ u64::from_le_bytes(word), 0xA076_1D64_78BD_642F);
            }
        }
        hash
    }
}

#[cold]
fn load_at_end(text: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let len = text.len().min(16);
    bytes[..len].copy_from_slice(&text[..len]);
    u128::from_le_bytes(bytes)
}

/// Both halves of a 128-bit product (Yi, wyhash).
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// Whether no two of the texts between `offsets` are equal: a table of hashes alone, since most are told apart by these.
#[cfg(feature = "parquet")]
pub(crate) fn are_distinct(offsets: &[i64], bytes: &[u8]) -> bool {
    /// The half of a hash that is not the place in the table.
    const TAG: u64 = !(u32::MAX as u64);
    let text = |index: usize| (offsets[index] as usize, offsets[index + 1] as usize);
    let count = offsets.len().saturating_sub(1);
    let mask = (count * 2).next_power_of_two().max(8) - 1;
    let mut slots = vec![0u64; mask + 1];
    for index in 0..count {
        let (start, end) = text(index);
        let hash = Key::new(bytes, start, end).hash(&bytes[start..end]);
        let mut slot = hash as usize & mask;
        while slots[slot] != 0 {
            if (slots[slot] ^ hash) & TAG == 0 {
                let (first, last) = text((slots[slot] & !TAG) as usize - 1);
                if bytes[first..last] == bytes[start..end] {
                    return false;
                }
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = hash & TAG | (index as u64 + 1);
    }
    true
}

/// Distinct texts in order of first appearance.
pub(crate) struct TextTable {
    /// Code + 1, or 0 for an empty slot; a power of two of them.
    slots: Vec<u32>,
    keys: Vec<Key>,
    hashes: Vec<u64>,
    offsets: Vec<i64>,
    bytes: Vec<u8>,
}

impl TextTable {
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![0; 256],
            keys: Vec::new(),
            hashes: Vec::new(),
            offsets: vec![0],
            bytes: Vec::new(),
        }
    }

    /// Number of distinct texts.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The code of `bytes[start..end]`.
    #[inline(always)]
    pub(crate) fn code(&mut self, bytes: &[u8], start: usize, end: usize) -> u32 {
        let text = &bytes[start..end];
        let key = Key::new(bytes, start, end);
        let hash = key.hash(text);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                0 => return self.insert(text, key, hash, slot),
                taken => {
                    let code = (taken - 1) as usize;
                    if self.keys[code] == key && (key.len <= 16 || self.text(code) == text) {
                        return taken - 1;
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    fn text(&self, code: usize) -> &[u8] {
        &self.bytes[self.offsets[code] as usize..self.offsets[code + 1] as usize]
    }

    #[inline(never)]
    fn insert(&mut self, text: &[u8], key: Key, hash: u64, slot: usize) -> u32 {
        let code = self.keys.len() as u32;
        self.keys.push(key);
        self.hashes.push(hash);
        self.bytes.extend_from_slice(text);
        self.offsets.push(self.bytes.len() as i64);
        self.slots[slot] = code + 1;
        if self.keys.len() * 2 > self.slots.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots = vec![0; mask + 1];
        for (code, &hash) in self.hashes.iter().enumerate() {
            let mut slot = hash as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = code as u32 + 1;
        }
    }

    /// Bytes of all texts.
    #[cfg(feature = "parquet")]
    pub(crate) fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Where each text begins, the end of the last one behind them, and the bytes.
    #[cfg(feature = "parquet")]
    pub(crate) fn into_parts(self) -> (Vec<i64>, Vec<u8>) {
        (self.offsets, self.bytes)
    }

    /// The texts in order of their codes.
    ///
    /// # Errors
    /// [`ArrayError::InvalidUtf8`] if one is no UTF-8.
    pub(crate) fn into_strings(self) -> Result<StringArray, ArrayError> {
        StringArray::try_new(self.offsets.into(), self.bytes.into(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn codes_are_those_of_a_map(texts in prop::collection::vec(prop_oneof!["[ab\0]{0,4}", "[ab]{5,20}", "a{14,40}b?"], 0..600)) {
            let mut table = TextTable::new();
            let mut known: HashMap<&str, u32> = HashMap::new();
            for text in &texts {
                let next = known.len() as u32;
                let expected = *known.entry(text).or_insert(next);
                prop_assert_eq!(table.code(text.as_bytes(), 0, text.len()), expected);
            }
            let strings = table.into_strings().expect("texts are UTF-8");
            prop_assert_eq!(strings.len(), known.len());
            for (text, code) in known {
                prop_assert_eq!(strings.value(code as usize), text);
            }
        }
    }
}
