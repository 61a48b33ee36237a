//! The strings of a dictionary: text and where each entry begins.

use crate::{Buffer, StringArray};

/// Strings without nulls, the entries of a [`crate::Dictionary`]. As a [`StringArray`], but offsets take 32 bits while
/// the text is shorter than 4 GiB: a dictionary of short strings is offsets in good part.
#[derive(Debug, Clone)]
pub struct Entries {
    offsets: Offsets,
    /// Invariant: what lies between neighbouring offsets is UTF-8.
    bytes: Buffer<u8>,
}

/// Where entries begin, and where the last one ends.
#[derive(Debug, Clone)]
enum Offsets {
    Narrow(Buffer<u32>),
    Wide(Buffer<i64>),
}

impl Entries {
    /// Number of strings.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.offsets {
            Offsets::Narrow(offsets) => offsets.len() - 1,
            Offsets::Wide(offsets) => offsets.len() - 1,
        }
    }

    /// Whether there are no strings.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A string. Panics out of bounds.
    #[inline]
    #[allow(
        unsafe_code,
        reason = "as in `StringArray`: checking UTF-8 at every access would double the cost"
    )]
    pub fn value(&self, index: usize) -> &str {
        // SAFETY: the invariant of `bytes`, which are those of a `StringArray` between its offsets.
        unsafe { std::str::from_utf8_unchecked(self.value_bytes(index)) }
    }

    /// The bytes of a string. Panics out of bounds.
    #[inline]
    pub fn value_bytes(&self, index: usize) -> &[u8] {
        match &self.offsets {
            Offsets::Narrow(offsets) => &self.bytes[offsets[index] as usize..offsets[index + 1] as usize],
            Offsets::Wide(offsets) => &self.bytes[offsets[index] as usize..offsets[index + 1] as usize],
        }
    }

    /// All strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + '_ {
        (0..self.len()).map(|index| self.value(index))
    }

    /// The strings as an array. The text is shared, offsets are copied.
    #[allow(unsafe_code, reason = "what came from an array of strings need not be checked again")]
    pub fn to_array(&self) -> StringArray {
        let offsets = match &self.offsets {
            Offsets::Narrow(offsets) => offsets.iter().map(|&offset| i64::from(offset)).collect(),
            Offsets::Wide(offsets) => offsets.clone(),
        };
        // SAFETY: offsets and bytes are those of the array that this was made from, shifted together, so they ascend,
        // end within the bytes and have UTF-8 between them.
        unsafe { StringArray::new_unchecked(offsets, self.bytes.clone(), None) }
    }

    /// Bytes of text.
    pub fn text_bytes(&self) -> usize {
        match &self.offsets {
            Offsets::Narrow(offsets) => (offsets[offsets.len() - 1] - offsets[0]) as usize,
            Offsets::Wide(offsets) => (offsets[offsets.len() - 1] - offsets[0]) as usize,
        }
    }

    /// Bytes of memory that the strings refer to.
    pub fn memory_bytes(&self) -> usize {
        let offsets = match &self.offsets {
            Offsets::Narrow(offsets) => size_of_val(offsets.as_slice()),
            Offsets::Wide(offsets) => size_of_val(offsets.as_slice()),
        };
        self.text_bytes() + offsets
    }
}

impl Default for Entries {
    fn default() -> Self {
        Self { offsets: Offsets::Narrow(vec![0].into()), bytes: Buffer::default() }
    }
}

/// The strings of an array, whether or not they count. The text is shared.
impl From<StringArray> for Entries {
    fn from(array: StringArray) -> Self {
        let (offsets, bytes, _) = array.into_parts();
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        if u32::try_from(last - first).is_err() {
            return Self { offsets: Offsets::Wide(offsets), bytes };
        }
        let narrow = offsets.iter().map(|offset| (offset - first) as u32).collect();
        let bytes = bytes.sliced(first as usize, (last - first) as usize);
        Self { offsets: Offsets::Narrow(narrow), bytes }
    }
}
