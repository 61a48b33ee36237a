//! Bytes as text and back: hexadecimal digits, base64 with padding (RFC 4648).

use lazuli_array::{BinaryArray, Bitmap, BitmapBuilder, StringArray, memory};

use super::writer::{TextWriter, is_valid};

/// How bytes are written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Two digits a byte; written in lower case, read in either.
    Hex,
    /// Four characters for three bytes, `=` at the end where there are fewer.
    Base64,
}

impl Encoding {
    /// The encoding of this name: `hex` or `base64`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "hex" => Some(Self::Hex),
            "base64" => Some(Self::Base64),
            _ => None,
        }
    }

    /// What a text in it is, for messages.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Hex => "hex digits, two a byte",
            Self::Base64 => "base64, padded with `=`",
        }
    }
}

/// Rows of bytes, which may be those of text.
#[derive(Debug, Clone, Copy)]
pub struct ByteRows<'a> {
    offsets: &'a [i64],
    bytes: &'a [u8],
    validity: Option<&'a Bitmap>,
}

impl<'a> From<&'a StringArray> for ByteRows<'a> {
    fn from(texts: &'a StringArray) -> Self {
        Self { offsets: texts.offsets(), bytes: texts.bytes(), validity: texts.validity() }
    }
}

impl<'a> From<&'a BinaryArray> for ByteRows<'a> {
    fn from(rows: &'a BinaryArray) -> Self {
        Self { offsets: rows.offsets(), bytes: rows.bytes(), validity: rows.validity() }
    }
}

impl<'a> ByteRows<'a> {
    /// One offset more than rows.
    pub fn offsets(&self) -> &'a [i64] {
        self.offsets
    }

    /// The bytes that offsets point into.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Which rows hold a value; `None` when all do.
    pub fn validity(&self) -> Option<&'a Bitmap> {
        self.validity
    }

    fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    fn get(&self, row: usize) -> Option<&'a [u8]> {
        is_valid(self.validity, row)
            .then(|| &self.bytes[self.offsets[row] as usize..self.offsets[row + 1] as usize])
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
const BASE64_DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text; null for null.
///
/// ```
/// use lazuli_array::StringArray;
/// use lazuli_kernels::strings::{Encoding, encode};
///
/// let texts = StringArray::from_iter([Some("a")]);
/// assert_eq!(encode((&texts).into(), Encoding::Hex).get(0), Some("61"));
/// assert_eq!(encode((&texts).into(), Encoding::Base64).get(0), Some("YQ=="));
/// ```
pub fn encode(rows: ByteRows<'_>, encoding: Encoding) -> StringArray {
    let used = (rows.offsets[rows.len()] - rows.offsets[0]) as usize;
    let mut writer = TextWriter::with_capacity(rows.len(), 2 * used);
    for row in 0..rows.len() {
        let bytes = rows.get(row).unwrap_or_default();
        match encoding {
            Encoding::Hex => {
                for byte in bytes {
                    writer.text().push(char::from(HEX_DIGITS[usize::from(byte >> 4)]));
                    writer.text().push(char::from(HEX_DIGITS[usize::from(byte & 15)]));
                }
            }
            Encoding::Base64 => bytes.chunks(3).for_each(|chunk| push_base64(chunk, writer.text())),
        }
        writer.end_row();
    }
    writer.finish(rows.validity.cloned())
}

/// One to three bytes.
fn push_base64(chunk: &[u8], out: &mut String) {
    let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for digit in 0..4 {
        let index = bits >> (18 - 6 * digit) & 63;
        out.push(if digit <= chunk.len() { char::from(BASE64_DIGITS[index as usize]) } else { '=' });
    }
}

/// The bytes that texts are written for; null for null. With `strict` a text that is not in the encoding fails, else it is
/// null.
///
/// # Errors
/// The first row that fails.
pub fn decode(rows: ByteRows<'_>, encoding: Encoding, strict: bool) -> Result<BinaryArray, usize> {
    let mut bytes = Vec::with_capacity((rows.offsets[rows.len()] - rows.offsets[0]) as usize);
    let mut offsets = memory::with_capacity(rows.len() + 1);
    offsets.push(0);
    let mut validity = BitmapBuilder::with_capacity(rows.len());
    for row in 0..rows.len() {
        let start = bytes.len();
        let text = rows.get(row);
        let read = text.is_some_and(|text| {
            match encoding {
                Encoding::Hex => read_hex(text, &mut bytes),
                Encoding::Base64 => read_base64(text, &mut bytes),
            }
            .is_some()
        });
        if !read {
            if strict && text.is_some() {
                return Err(row);
            }
            bytes.truncate(start);
        }
        validity.push(read);
        offsets.push(bytes.len() as i64);
    }
    let rows = BinaryArray::try_new(offsets.into(), bytes.into(), validity.finish_validity());
    Ok(rows.expect("offsets were pushed in order, each the length of the bytes"))
}

fn read_hex(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (pairs, rest) = text.as_chunks::<2>();
    for pair in pairs {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        out.push((high? << 4 | low?) as u8);
    }
    rest.is_empty().then_some(())
}

fn read_base64(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (chunks, rest) = text.as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    for (index, chunk) in chunks.iter().enumerate() {
        let padding = chunk.iter().rev().take_while(|&&digit| digit == b'=').count();
        if padding > 2 || padding > 0 && index + 1 < chunks.len() {
            return None;
        }
        let mut bits = 0u32;
        for &digit in &chunk[..4 - padding] {
            bits = bits << 6 | base64_digit(digit)?;
        }
        bits <<= 6 * padding;
        // Bits that belong to no byte are zero, so that each run of bytes has one text only.
        if bits & ((1 << (8 * padding)) - 1) != 0 {
            return None;
        }
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(())
}

fn base64_digit(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}
