//! One byte string a group, side by side in one buffer: values that are replaced now and then.

use std::sync::Arc;

use lazuli_array::{
    Array, BinaryArray, BitmapBuilder, Column, DataType, Dictionary, DictionaryArray, StringArray,
};

use crate::Groups;
use crate::aggregate::valid_rows::for_each_valid;

/// Byte strings by group. Replacing one reuses its place when the new one fits; else the place is left behind, and the
/// buffer is packed when more than half of it was.
#[derive(Debug, Default)]
pub(super) struct ByteSlots {
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    /// Bytes that belong to slots.
    used: usize,
    /// Texts that group 0 has met and that have not been compared.
    pending: Option<Pending>,
}

/// Which entries of a dictionary occur. Texts of a large one lie far apart: each is read once, in order, not for each row.
#[derive(Debug)]
struct Pending {
    dictionary: Arc<Dictionary>,
    occurs: Vec<bool>,
    greatest: bool,
}

impl Pending {
    /// The least or greatest text that occurs.
    fn best(&self) -> Option<&[u8]> {
        let texts = self.dictionary.values();
        let codes = (0..texts.len()).filter(|&code| self.occurs[code]);
        let texts = codes.map(|code| texts.value_bytes(code));
        if self.greatest { texts.max() } else { texts.min() }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The first bytes, big endian, so that most comparisons need not follow `offset`.
    prefix: u64,
    offset: usize,
    length: usize,
    capacity: usize,
    seen: bool,
}

/// The first eight bytes as a number that compares as they do; short strings are padded with zeros.
#[inline]
fn prefix_of(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut padded = [0; 8];
            padded[..bytes.len()].copy_from_slice(bytes);
            u64::from_be_bytes(padded)
        }
    }
}

/// Buffers below this are not worth packing.
const PACK_BYTES: usize = 4096;

impl ByteSlots {
    /// Makes room for groups `0..num_groups`.
    pub(super) fn resize(&mut self, num_groups: usize) {
        if num_groups > self.slots.len() {
            self.slots.resize(num_groups, Slot::default());
        }
    }

    /// The string of a group; `None` before the first.
    pub(super) fn get(&self, group: usize) -> Option<&[u8]> {
        let slot = &self.slots[group];
        let own = slot.seen.then(|| &self.bytes[slot.offset..slot.offset + slot.length]);
        match &self.pending {
            Some(pending) if group == 0 => match (own, pending.best()) {
                (Some(own), Some(other)) => Some(if (other > own) == pending.greatest { other } else { own }),
                (own, other) => own.or(other),
            },
            _ => own,
        }
    }

    /// Marks the texts of rows of group 0; those of another dictionary are compared first.
    fn wait<const GREATEST: bool>(&mut self, array: &DictionaryArray) {
        let dictionary = array.dictionary();
        let mut pending = match self.pending.take() {
            Some(pending) if Arc::ptr_eq(&pending.dictionary, dictionary) => pending,
            other => {
                if let Some(best) = other.as_ref().and_then(Pending::best) {
                    self.improve::<GREATEST>(0, best);
                }
                let occurs = vec![false; dictionary.len()];
                Pending { dictionary: dictionary.clone(), occurs, greatest: GREATEST }
            }
        };
        let codes = array.codes().values();
        for_each_valid(array.validity(), array.len(), |row| pending.occurs[codes[row] as usize] = true);
        self.pending = Some(pending);
    }

    /// Gives a group its string.
    fn set(&mut self, group: usize, value: &[u8]) {
        let slot = &mut self.slots[group];
        slot.seen = true;
        slot.prefix = prefix_of(value);
        slot.length = value.len();
        if value.len() <= slot.capacity {
            self.bytes[slot.offset..slot.offset + value.len()].copy_from_slice(value);
            return;
        }
        self.used += value.len() - slot.capacity;
        slot.capacity = value.len();
        slot.offset = self.bytes.len();
        self.bytes.extend_from_slice(value);
        if self.bytes.len() > PACK_BYTES && self.bytes.len() / 2 > self.used {
            self.pack();
        }
    }

    fn pack(&mut self) {
        let mut packed = Vec::with_capacity(self.used + self.used / 2);
        for slot in &mut self.slots {
            let offset = packed.len();
            packed.extend_from_slice(&self.bytes[slot.offset..slot.offset + slot.length]);
            (slot.offset, slot.capacity) = (offset, slot.length);
        }
        self.used = packed.len();
        self.bytes = packed;
    }

    /// Gives a group this string if it is less (greater) than the one it has, or the first.
    #[inline]
    fn improve<const GREATEST: bool>(&mut self, group: usize, value: &[u8]) {
        let slot = &self.slots[group];
        let (prefix, old_prefix) = (prefix_of(value), slot.prefix);
        let is_better = if !slot.seen {
            true
        } else if prefix != old_prefix {
            (prefix > old_prefix) == GREATEST
        } else {
            let old = &self.bytes[slot.offset..slot.offset + slot.length];
            if GREATEST { value > old } else { value < old }
        };
        if is_better {
            self.set(group, value);
        }
    }

    /// Takes in rows of text or bytes.
    pub(super) fn update<const GREATEST: bool>(&mut self, input: &Array, groups: Groups<'_>) {
        match input {
            Array::String(array) => for_each_valid(array.validity(), array.len(), |row| {
                self.improve::<GREATEST>(groups.id(row), array.value_bytes(row));
            }),
            Array::Binary(array) => for_each_valid(array.validity(), array.len(), |row| {
                self.improve::<GREATEST>(groups.id(row), array.value(row));
            }),
            Array::Dictionary(array) => self.update_codes::<GREATEST>(array, groups),
            // Untyped nulls have no values.
            Array::Null(_) => {}
            _ => unreachable!("values of fixed width have states of their own"),
        }
    }

    fn update_codes<const GREATEST: bool>(&mut self, array: &DictionaryArray, groups: Groups<'_>) {
        if let Groups::One { .. } = groups {
            return self.wait::<GREATEST>(array);
        }
        let (codes, dictionary) = (array.codes().values(), array.dictionary());
        for_each_valid(array.validity(), array.len(), |row| {
            self.improve::<GREATEST>(groups.id(row), dictionary.values().value_bytes(codes[row] as usize));
        });
    }

    /// The strings of groups as a column of `data_type`, null before the first.
    pub(super) fn to_column(&self, groups: std::ops::Range<usize>, data_type: &DataType) -> Column {
        let (mut offsets, mut bytes) = (Vec::with_capacity(groups.len() + 1), Vec::new());
        offsets.push(0i64);
        let mut validity = BitmapBuilder::with_capacity(groups.len());
        for group in groups {
            let text = self.get(group);
            validity.push(text.is_some());
            bytes.extend_from_slice(text.unwrap_or_default());
            offsets.push(bytes.len() as i64);
        }
        let validity = Some(validity.finish());
        let array: Array = match data_type {
            DataType::Binary => BinaryArray::try_new(offsets.into(), bytes.into(), validity)
                .expect("offsets were made for these bytes")
                .into(),
            text => {
                let strings = StringArray::try_new(offsets.into(), bytes.into(), validity)
                    .expect("texts went in whole, and come out whole");
                match text {
                    DataType::String => strings.into(),
                    _ => strings.iter().collect::<DictionaryArray>().into(),
                }
            }
        };
        Column::new(data_type.clone(), array)
    }

    /// Bytes of memory that the strings occupy.
    pub(super) fn memory_bytes(&self) -> usize {
        let pending = self.pending.as_ref().map_or(0, |pending| pending.occurs.capacity());
        self.slots.capacity() * size_of::<Slot>() + self.bytes.capacity() + pending
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn slots_hold_the_last_string(
            sets in proptest::collection::vec((0usize..4, proptest::collection::vec(any::<u8>(), 0..900)), 0..60),
        ) {
            let mut slots = ByteSlots::default();
            slots.resize(4);
            let mut expected: [Option<&[u8]>; 4] = [None; 4];
            for (group, value) in &sets {
                slots.set(*group, value);
                expected[*group] = Some(value);
                for (group, expected) in expected.iter().enumerate() {
                    prop_assert_eq!(slots.get(group), *expected);
                }
                prop_assert!(slots.bytes.len() <= PACK_BYTES.max(2 * slots.used + 1));
            }
        }

        #[test]
        fn prefixes_compare_as_bytes_do(
            left in proptest::collection::vec(0u8..3, 0..12),
            right in proptest::collection::vec(0u8..3, 0..12),
        ) {
            if prefix_of(&left) != prefix_of(&right) {
                prop_assert_eq!(prefix_of(&left) > prefix_of(&right), left > right);
            }
        }
    }
}
