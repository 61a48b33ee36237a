//! Keys to columns: the members of an object, one after the other.
//!
//! Records of one file mostly have the same keys in the same order, written the same way. So each key that was met remembers
//! its text from the end of the value before it to the start of its own (`,"price": `), and which key came behind it. One
//! compare of up to 32 bytes then takes the place of a comma, a string, a look into a table and a colon. What comes
//! differently goes through the grammar and a hash table, and is expected from then on.

use super::syntax::{Fault, Span, Syntax, fault, skip_key, skip_space, skip_value, unescape};
use std::collections::HashMap;

/// Keys that are not in the schema are remembered too, up to so many.
const MAX_UNKNOWN: usize = 256;
/// Keys left out in a row before the table is asked.
const MAX_MISSING: usize = 3;

/// What to do with a key that is in no column, or in no field of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnUnknownKey {
    /// Its value is checked and left out.
    Ignore,
    /// The record is malformed.
    Fail,
}

/// A key as it was last written.
#[derive(Clone, Debug)]
struct Key {
    /// The text before the value, from the end of the value before it; empty until it was met.
    text: Vec<u8>,
    /// Its first 32 bytes, zeros behind, and which of them count.
    words: [u128; 2],
    masks: [u128; 2],
    /// Where its value goes; `usize::MAX` if it is not wanted.
    slot: usize,
    /// The key that came next, last time.
    next: usize,
}

impl Key {
    fn new(slot: usize) -> Self {
        Self { text: Vec::new(), words: [0; 2], masks: [0; 2], slot, next: NONE }
    }

    fn set_text(&mut self, text: &[u8]) {
        if self.text == text {
            return;
        }
        self.text = text.to_vec();
        for half in 0..2 {
            let part = &text[text.len().min(16 * half)..text.len().min(16 * half + 16)];
            let mut word = [0; 16];
            word[..part.len()].copy_from_slice(part);
            self.words[half] = u128::from_le_bytes(word);
            self.masks[half] = if part.len() == 16 { u128::MAX } else { (1 << (8 * part.len())) - 1 };
        }
    }

    /// Whether the text stands at `at`.
    #[inline(always)]
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let length = self.text.len();
        match text.get(at..at + 32) {
            Some(bytes) if length <= 32 => {
                let load = |from: usize| {
                    u128::from_le_bytes(
                        bytes[from..from + 16].try_into().expect("the range is 16 bytes long"),
                    )
                };
                let differs = |half: usize| (load(16 * half) ^ self.words[half]) & self.masks[half] != 0;
                length > 0 && !differs(0) && (length <= 16 || !differs(1))
            }
            _ => length > 0 && text.get(at..at + length) == Some(self.text.as_slice()),
        }
    }
}

/// No key.
const NONE: usize = usize::MAX;
/// The place before the first key.
const START: usize = 0;

/// The keys of objects of one schema, and what was learned of them.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// The start, then two a name: as the first of an object, and as a later one.
    keys: Vec<Key>,
    /// Names and the first of their two places.
    places: HashMap<Box<[u8]>, usize>,
    known: usize,
    on_unknown: OnUnknownKey,
    name: Vec<u8>,
}

/// What stands behind a value, or at the start of an object.
enum Next {
    /// A key at this place; its value begins there.
    Key(usize, usize),
    /// The object ends before this byte.
    End(usize),
    /// At this byte stands a key that no column has, and it may not be there.
    Unknown(usize),
}

impl Keys {
    /// Names and where their values go, if they are wanted.
    pub(super) fn new<'a>(
        names: impl Iterator<Item = (&'a str, Option<usize>)>,
        on_unknown: OnUnknownKey,
    ) -> Self {
        let mut this = Self {
            keys: vec![Key::new(NONE)],
            places: HashMap::new(),
            known: 0,
            on_unknown,
            name: Vec::new(),
        };
        for (name, slot) in names {
            this.add(name.as_bytes(), slot.unwrap_or(NONE));
            this.known += 1;
        }
        this
    }

    fn add(&mut self, name: &[u8], slot: usize) -> usize {
        let place = self.keys.len();
        self.keys.extend([Key::new(slot), Key::new(slot)]);
        self.places.insert(name.into(), place);
        place
    }

    /// Puts the values of the object at `start` where they belong and gives the byte behind it. Of a key that is there
    /// twice the last value counts. `depth`: how deep its values may be nested.
    #[inline(always)]
    pub(super) fn walk<const LINES: bool>(
        &mut self,
        text: &[u8],
        start: usize,
        depth: u32,
        row: &mut [Span],
    ) -> Syntax<usize> {
        let mut before = START;
        let mut at = start;
        loop {
            let expected = self.keys[before].next;
            let (key, value) = match self.keys.get(expected) {
                // There may be more space than there was.
                Some(key) if key.is_at(text, at) => {
                    (expected, skip_space::<LINES>(text, at + key.text.len()))
                }
                _ => match self.next_slowly::<LINES>(text, at, before)? {
                    Next::Key(key, value) => (key, value),
                    Next::End(end) => return Ok(end),
                    Next::Unknown(key_at) => {
                        // What is no JSON at all is told first.
                        skip_value::<LINES>(text, skip_space::<LINES>(text, start), depth + 1)?;
                        return fault(key_at, Fault::UnknownKey);
                    }
                },
            };
            let (span, end) = skip_value::<LINES>(text, value, depth)?;
            if let Some(slot) = row.get_mut(self.keys[key].slot) {
                *slot = span;
            }
            (before, at) = (key, end);
            if text.get(at) == Some(&b'}') {
                return Ok(at + 1);
            }
        }
    }

    #[inline(never)]
    fn next_slowly<const LINES: bool>(&mut self, text: &[u8], at: usize, before: usize) -> Syntax<Next> {
        // A key or two may be missing.
        let mut missing = self.keys[before].next;
        for _ in 0..MAX_MISSING {
            missing = self.keys.get(missing).map_or(NONE, |key| key.next);
            match self.keys.get(missing) {
                // The text of a first key begins with the object's bracket, that of a later one with a comma.
                Some(key) if key.is_at(text, at) => {
                    return Ok(Next::Key(missing, skip_space::<LINES>(text, at + key.text.len())));
                }
                Some(_) => {}
                None => break,
            }
        }
        let is_first = before == START;
        let mut key_at = skip_space::<LINES>(text, at);
        match text.get(key_at) {
            Some(b'{') if is_first => key_at = skip_space::<LINES>(text, key_at + 1),
            Some(b'}') if !is_first => return Ok(Next::End(key_at + 1)),
            Some(b',') if !is_first => key_at = skip_space::<LINES>(text, key_at + 1),
            None | Some(b'\n') => return fault(key_at, Fault::End),
            Some(_) => return fault(key_at, Fault::Comma),
        }
        if is_first && text.get(key_at) == Some(&b'}') {
            return Ok(Next::End(key_at + 1));
        }
        let (quote, is_escaped, value) = skip_key::<LINES>(text, key_at)?;
        let mut raw = &text[key_at + 1..quote];
        let mut name = std::mem::take(&mut self.name);
        name.clear();
        if is_escaped {
            unescape(raw, &mut name);
            raw = &name;
        }
        let place = self.place_of(raw);
        self.name = name;
        let Some(place) = place else {
            return match self.on_unknown {
                OnUnknownKey::Fail => Ok(Next::Unknown(key_at)),
                OnUnknownKey::Ignore => Ok(Next::Key(self.overflow(), value)),
            };
        };
        let key = place + usize::from(!is_first);
        self.keys[key].set_text(&text[at..value]);
        self.keys[before].next = key;
        Ok(Next::Key(key, value))
    }

    /// The place of a name; `None` if there is none and no room for it, or if it may not be there.
    fn place_of(&mut self, name: &[u8]) -> Option<usize> {
        if let Some(&place) = self.places.get(name) {
            return Some(place);
        }
        let has_room = self.places.len() < self.known + MAX_UNKNOWN;
        (self.on_unknown == OnUnknownKey::Ignore && has_room).then(|| self.add(name, NONE))
    }

    /// A key of which nothing is kept: the later one of a name that no JSON can write.
    fn overflow(&mut self) -> usize {
        // Bytes that are no UTF-8 are in no name.
        match self.places.get(&[0xFF][..]) {
            Some(&place) => place + 1,
            None => self.add(&[0xFF], NONE) + 1,
        }
    }
}
