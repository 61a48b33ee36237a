//! Places in texts, as messages have them.

use crate::files::Place;

impl Place {
    /// The first byte of a file.
    pub(crate) const START: Self = Self { line: 1, byte: 0 };

    /// The place behind `bytes`, which begin here.
    pub(crate) fn behind(self, bytes: &[u8], newline: u8) -> Self {
        Self {
            line: self.line + memchr::memchr_iter(newline, bytes).count() as u64,
            byte: self.byte + bytes.len() as u64,
        }
    }
}

/// The text of a field or record for a message: bad bytes replaced, at most some 80 characters.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const LONGEST: usize = 80;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * LONGEST)]);
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None if bytes.len() > 4 * LONGEST => format!("{text}…"),
        None => text.into_owned(),
    }
}

/// Where the bytes stop to be UTF-8. One fast pass; the place is only looked for when there is one.
pub(crate) fn first_bad_byte(bytes: &[u8]) -> Option<usize> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(_) => None,
        Err(_) => simdutf8::compat::from_utf8(bytes).err().map(|error| error.valid_up_to()),
    }
}
