//! Bytes of other encodings to UTF-8, in front of the parser, some tens of kibibytes at a time.
//!
//! What a byte means is decided once, at the head of a file: by a byte order mark, or by name. Nothing is guessed here;
//! `sniff` may suggest a name. Windows-1252 is read as the WHATWG Encoding Standard has it: every byte is a character,
//! the five that the code page leaves open are control characters.

use std::fmt;
use std::io::{self, Read};

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-16 if the file begins with its byte order mark, else UTF-8.
    #[default]
    Detect,
    /// UTF-8; what is not is an error.
    Utf8,
    /// UTF-8; each sequence that is not becomes U+FFFD.
    Utf8Lossy,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, of which Latin-1 is the printable part: one byte, one character, none refused.
    Latin1,
}

impl Encoding {
    /// The name, as options and messages have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Utf8 => "utf8",
            Self::Utf8Lossy => "utf8-lossy",
            Self::Utf16Le => "utf16-le",
            Self::Utf16Be => "utf16-be",
            Self::Latin1 => "latin1",
        }
    }

    /// The encoding of this name.
    ///
    /// ```
    /// use lazuli_io::Encoding;
    /// assert_eq!(Encoding::from_name("windows-1252"), Some(Encoding::Latin1));
    /// assert_eq!(Encoding::from_name("ebcdic"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "detect" => Self::Detect,
            "utf8" | "utf-8" => Self::Utf8,
            "utf8-lossy" | "utf-8-lossy" => Self::Utf8Lossy,
            "utf16-le" | "utf-16-le" | "utf-16le" => Self::Utf16Le,
            "utf16-be" | "utf-16-be" | "utf-16be" => Self::Utf16Be,
            "latin1" | "latin-1" | "iso-8859-1" | "windows-1252" | "cp1252" => Self::Latin1,
            _ => return None,
        })
    }

    /// What is to be done with a file that begins with `head`.
    pub(super) fn decided_by(self, head: &[u8]) -> Self {
        match (self, head) {
            (Self::Detect, [0xFF, 0xFE, ..]) => Self::Utf16Le,
            (Self::Detect, [0xFE, 0xFF, ..]) => Self::Utf16Be,
            (Self::Detect, _) => Self::Utf8,
            (named, _) => named,
        }
    }
}

/// Bytes that the encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecodable {
    pub encoding: Encoding,
    /// Byte of the file, after decompression.
    pub byte: u64,
    pub reason: &'static str,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} is no {}: {}", self.byte, self.encoding.name(), self.reason)
    }
}

impl std::error::Error for Undecodable {}

/// Bytes read at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// Characters of the bytes 0x80 to 0x9F in Windows-1252; the others are those of Latin-1, which are the first 256 of
/// Unicode.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads another encoding as UTF-8.
pub(crate) struct Decoding<R> {
    source: R,
    encoding: Encoding,
    /// Bytes read and not decoded: part of a character.
    raw: Vec<u8>,
    /// Place of the first of them.
    raw_start: u64,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoding<R> {
    /// `encoding` must be decided, and not be plain UTF-8.
    pub(crate) fn new(source: R, encoding: Encoding) -> Self {
        debug_assert!(!matches!(encoding, Encoding::Detect | Encoding::Utf8));
        Self { source, encoding, raw: Vec::new(), raw_start: 0, text: Vec::new(), given: 0, ended: false }
    }

    fn decode_next(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        let before = self.raw.len();
        let read = (&mut self.source).take(BLOCK_BYTES as u64).read_to_end(&mut self.raw)?;
        self.ended = read < BLOCK_BYTES;
        debug_assert!(before < 4);
        let decoded = match self.encoding {
            Encoding::Utf16Le => self.decode_utf16(u16::from_le_bytes)?,
            Encoding::Utf16Be => self.decode_utf16(u16::from_be_bytes)?,
            Encoding::Latin1 => self.decode_windows_1252(),
            Encoding::Utf8Lossy | Encoding::Utf8 | Encoding::Detect => self.decode_lossy(),
        };
        self.raw.drain(..decoded);
        self.raw_start += decoded as u64;
        Ok(())
    }

    fn decode_windows_1252(&mut self) -> usize {
        for &byte in &self.raw {
            let letter = match byte {
                0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
                _ => char::from(byte),
            };
            self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.raw.len()
    }

    fn decode_lossy(&mut self) -> usize {
        let mut decoded = 0;
        for chunk in self.raw.utf8_chunks() {
            self.text.extend_from_slice(chunk.valid().as_bytes());
            decoded += chunk.valid().len();
            let bad = chunk.invalid();
            if bad.is_empty() {
                continue;
            }
            // At the end it may be the first part of a character whose rest is still to be read.
            let is_last = decoded + bad.len() == self.raw.len();
            if is_last
                && !self.ended
                && std::str::from_utf8(bad).is_err_and(|error| error.error_len().is_none())
            {
                break;
            }
            self.text.extend_from_slice("\u{FFFD}".as_bytes());
            decoded += bad.len();
        }
        decoded
    }

    fn decode_utf16(&mut self, unit: fn([u8; 2]) -> u16) -> io::Result<usize> {
        let fault = |at: usize, reason| {
            let byte = self.raw_start + at as u64;
            io::Error::new(io::ErrorKind::InvalidData, Undecodable { encoding: self.encoding, byte, reason })
        };
        let mut at = 0;
        while let Some(first) = self.raw.get(at..at + 2) {
            let first = unit([first[0], first[1]]);
            let (letter, length) = match first {
                0xDC00..=0xDFFF => return Err(fault(at, "the second half of a pair without the first")),
                0xD800..=0xDBFF => {
                    let Some(second) = self.raw.get(at + 2..at + 4) else { break };
                    let second = unit([second[0], second[1]]);
                    if !(0xDC00..=0xDFFF).contains(&second) {
                        return Err(fault(at, "the first half of a pair without the second"));
                    }
                    let code = 0x1_0000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00);
                    (char::from_u32(code), 4)
                }
                _ => (char::from_u32(u32::from(first)), 2),
            };
            // A byte order mark at the head is no part of the text.
            if let Some(letter) =
                letter.filter(|&letter| self.raw_start + at as u64 > 0 || letter != '\u{FEFF}')
            {
                self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            at += length;
        }
        if self.ended && at < self.raw.len() {
            return Err(fault(at, "the file ends within a character"));
        }
        Ok(at)
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.decode_next()?;
        }
        let length = out.len().min(self.text.len() - self.given);
        out[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8], encoding: Encoding) -> io::Result<String> {
        let mut text = String::new();
        Decoding::new(bytes, encoding).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn bytes_of_windows_1252() {
        assert_eq!(
            decode(b"caf\xe9 \x80 \x81", Encoding::Latin1).expect("every byte is fine"),
            "café € \u{81}"
        );
    }

    #[test]
    fn what_utf16_does_not_have() {
        for (bytes, byte) in [(&b"a\0\0\xDC"[..], 2), (b"a\0\0\xD8b\0", 2), (b"a\0b", 2), (b"\0\xD8", 0)] {
            let error = decode(bytes, Encoding::Utf16Le).expect_err("not UTF-16");
            let fault = error.get_ref().and_then(|fault| fault.downcast_ref::<Undecodable>());
            assert_eq!(fault.map(|fault| fault.byte), Some(byte), "{bytes:?}");
        }
    }

    #[test]
    fn blocks_may_cut_characters() {
        for length in [BLOCK_BYTES - 1, BLOCK_BYTES - 2, BLOCK_BYTES - 3] {
            let text = format!("{}\u{1F600}é{}", "x".repeat(length), "y".repeat(BLOCK_BYTES));
            assert_eq!(decode(text.as_bytes(), Encoding::Utf8Lossy).expect("reads"), text);
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode(&wide, Encoding::Utf16Be).expect("reads"), text);
        }
    }

    proptest! {
        #[test]
        fn lossy_is_what_the_standard_library_has(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(decode(&bytes, Encoding::Utf8Lossy).expect("reads"), String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn utf16_comes_back(text in any::<String>()) {
            let low: Vec<u8> = "\u{FEFF}".chars().chain(text.chars()).collect::<String>()
                .encode_utf16().flat_map(u16::to_le_bytes).collect();
            prop_assert_eq!(decode(&low, Encoding::Utf16Le).expect("reads"), text);
        }
    }
}
