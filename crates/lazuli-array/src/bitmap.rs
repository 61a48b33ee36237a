//! Packed booleans, least significant bit first, with a known count of set bits.
//!
//! Kernels read whole 64-bit words ([`Bitmap::word`]) and build words ([`Bitmap::from_words`]); nothing outside this
//! file cares that a slice may start in the middle of a byte.

use crate::buffer::assert_slice;

/// An immutable run of bits, shared by reference count. Cloning is O(1); slicing counts the smaller part's bits.
#[derive(Clone)]
pub struct Bitmap(arrow2::bitmap::Bitmap);

impl Bitmap {
    /// `length` bits, all equal to `value`.
    pub fn filled(value: bool, length: usize) -> Self {
        let bytes = vec![if value { 0xFF } else { 0 }; length.div_ceil(8)];
        Self(arrow2::bitmap::Bitmap::from_u8_vec(bytes, length))
    }

    /// The first `length` bits of `words`. Bits beyond `length` are ignored.
    ///
    /// Panics if there are too few words.
    pub fn from_words(words: Vec<u64>, length: usize) -> Self {
        assert!(words.len() * 64 >= length, "{} words can't hold {length} bits", words.len());
        let mut bytes = Vec::with_capacity(words.len() * 8);
        for word in words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.truncate(length.div_ceil(8));
        Self(arrow2::bitmap::Bitmap::from_u8_vec(bytes, length))
    }

    /// One bit for each row of `0..length`, by a function.
    pub fn from_fn(length: usize, mut bit: impl FnMut(usize) -> bool) -> Self {
        let words = (0..length.div_ceil(64))
            .map(|word_index| {
                let start = word_index * 64;
                let end = (start + 64).min(length);
                (start..end).fold(0u64, |word, row| word | (u64::from(bit(row)) << (row - start)))
            })
            .collect();
        Self::from_words(words, length)
    }

    /// Number of bits.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Number of set bits; known, not counted.
    #[inline]
    pub fn count_ones(&self) -> usize {
        self.0.len() - self.0.unset_bits()
    }

    /// Number of unset bits; known, not counted.
    #[inline]
    pub fn count_zeros(&self) -> usize {
        self.0.unset_bits()
    }

    /// The bit at `index`. Panics out of bounds.
    #[inline]
    pub fn get(&self, index: usize) -> bool {
        // arrow2 checks only that the byte exists, so that a slice would show its neighbours' bits.
        assert!(index < self.len(), "bit {index} of {}", self.len());
        self.0.get_bit(index)
    }

    /// The bits from `64 * index` on as one word, lowest bit first; bits past the end are zero.
    #[inline]
    pub fn word(&self, index: usize) -> u64 {
        let (bytes, offset, length) = self.0.as_slice();
        let start = index * 64;
        if start >= length {
            return 0;
        }
        let valid = (length - start).min(64);
        let bit = offset + start;
        let (byte, shift) = (bit / 8, bit % 8);
        let word = if byte + 9 <= bytes.len() {
            let low = u64::from_le_bytes(bytes[byte..byte + 8].try_into().expect("eight bytes"));
            if shift == 0 { low } else { (low >> shift) | (u64::from(bytes[byte + 8]) << (64 - shift)) }
        } else {
            let mut padded = [0u8; 16];
            let rest = &bytes[byte..];
            padded[..rest.len().min(16)].copy_from_slice(&rest[..rest.len().min(16)]);
            (u128::from_le_bytes(padded) >> shift) as u64
        };
        if valid == 64 { word } else { word & ((1u64 << valid) - 1) }
    }

    /// Number of words that [`Bitmap::word`] has something to say about: `len / 64`, rounded up.
    #[inline]
    pub fn num_words(&self) -> usize {
        self.len().div_ceil(64)
    }

    /// All words in order; the last one is padded with zeros.
    pub fn words(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        (0..self.num_words()).map(|index| self.word(index))
    }

    /// All bits in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        self.0.iter()
    }

    /// Positions of the set bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words().enumerate().flat_map(|(index, mut word)| {
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros() as usize;
                word &= word - 1;
                Some(index * 64 + bit)
            })
        })
    }

    /// The `length` bits from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.len());
        Self(self.0.clone().sliced(offset, length))
    }

    /// Word by word combination of two bitmaps of equal length. Panics if the lengths differ.
    pub fn combine(&self, other: &Self, op: impl Fn(u64, u64) -> u64) -> Self {
        assert_eq!(self.len(), other.len(), "bitmaps of different length");
        let words = self.words().zip(other.words()).map(|(a, b)| op(a, b)).collect();
        Self::from_words(words, self.len())
    }

    /// Bits set in both. Panics if the lengths differ.
    pub fn and(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    /// Bits set in either. Panics if the lengths differ.
    pub fn or(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    /// Every bit flipped.
    pub fn not(&self) -> Self {
        Self::from_words(self.words().map(|word| !word).collect(), self.len())
    }

    /// Bytes of memory that these bits occupy.
    pub fn memory_bytes(&self) -> usize {
        self.len().div_ceil(8)
    }

    /// The `length` bits from bit `offset` of `bytes` on. Panics if there are too few bytes.
    pub(crate) fn from_bytes(bytes: Vec<u8>, offset: usize, length: usize) -> Self {
        let whole = Self(arrow2::bitmap::Bitmap::from_u8_vec(bytes, offset + length));
        whole.sliced(offset, length)
    }

    /// The same bits, the first of them at the start of a byte: shared if it is already, else shifted.
    pub(crate) fn to_byte_aligned(&self) -> Self {
        let (_, offset, _) = self.0.as_slice();
        if offset == 0 { self.clone() } else { Self::from_words(self.words().collect(), self.len()) }
    }

    /// The bytes that hold the bits; the first bit is at the start of one only after [`Bitmap::to_byte_aligned`].
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_slice().0
    }
}

impl FromIterator<bool> for Bitmap {
    fn from_iter<I: IntoIterator<Item = bool>>(iter: I) -> Self {
        let mut builder = BitmapBuilder::default();
        for bit in iter {
            builder.push(bit);
        }
        builder.finish()
    }
}

impl PartialEq for Bitmap {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.words().eq(other.words())
    }
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bitmap[")?;
        for bit in self.iter() {
            f.write_str(if bit { "1" } else { "0" })?;
        }
        f.write_str("]")
    }
}

/// A growing run of bits.
#[derive(Debug, Default, Clone)]
pub struct BitmapBuilder {
    words: Vec<u64>,
    length: usize,
}

impl BitmapBuilder {
    /// An empty builder with room for `bits` bits.
    pub fn with_capacity(bits: usize) -> Self {
        Self { words: Vec::with_capacity(bits.div_ceil(64)), length: 0 }
    }

    /// Appends one bit.
    #[inline]
    pub fn push(&mut self, bit: bool) {
        let offset = self.length % 64;
        if offset == 0 {
            self.words.push(u64::from(bit));
        } else if bit {
            *self.words.last_mut().expect("offset > 0 means that there is a word") |= 1u64 << offset;
        }
        self.length += 1;
    }

    /// Appends `count` equal bits.
    pub fn push_many(&mut self, bit: bool, count: usize) {
        let mut left = count;
        while left > 0 && !self.length.is_multiple_of(64) {
            self.push(bit);
            left -= 1;
        }
        let whole = left / 64;
        self.words.extend(std::iter::repeat_n(if bit { u64::MAX } else { 0 }, whole));
        self.length += whole * 64;
        for _ in 0..left % 64 {
            self.push(bit);
        }
    }

    /// Appends the low `count` bits of `word`. Panics if `count > 64`.
    #[inline]
    pub fn push_word(&mut self, word: u64, count: usize) {
        assert!(count <= 64, "a word has 64 bits");
        if count == 0 {
            return;
        }
        let word = if count == 64 { word } else { word & ((1u64 << count) - 1) };
        let offset = self.length % 64;
        if offset == 0 {
            self.words.push(word);
        } else {
            *self.words.last_mut().expect("offset > 0 means that there is a word") |= word << offset;
            if offset + count > 64 {
                self.words.push(word >> (64 - offset));
            }
        }
        self.length += count;
    }

    /// Appends all bits of `bitmap`.
    pub fn extend_from(&mut self, bitmap: &Bitmap) {
        let mut left = bitmap.len();
        for word in bitmap.words() {
            let count = left.min(64);
            self.push_word(word, count);
            left -= count;
        }
    }

    /// Number of bits so far.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no bits so far.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bits.
    pub fn finish(self) -> Bitmap {
        Bitmap::from_words(self.words, self.length)
    }

    /// The bits as a validity map: `None` when all of them are set.
    pub fn finish_validity(self) -> Option<Bitmap> {
        let bitmap = self.finish();
        (bitmap.count_zeros() > 0).then_some(bitmap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_of_slices_match_the_bits(
            bits in proptest::collection::vec(any::<bool>(), 0..300),
            start in 0usize..300,
            length in 0usize..300,
        ) {
            let start = start.min(bits.len());
            let length = length.min(bits.len() - start);
            let whole: Bitmap = bits.iter().copied().collect();
            let slice = whole.sliced(start, length);
            let expected = &bits[start..start + length];
            prop_assert_eq!(slice.iter().collect::<Vec<_>>(), expected);
            prop_assert_eq!(slice.count_ones(), expected.iter().filter(|bit| **bit).count());
            let rebuilt = Bitmap::from_words(slice.words().collect(), length);
            prop_assert_eq!(&rebuilt, &slice);
            let ones: Vec<usize> = (0..length).filter(|row| expected[*row]).collect();
            prop_assert_eq!(slice.ones().collect::<Vec<_>>(), ones);
            prop_assert_eq!(slice.not().count_ones(), slice.count_zeros());
        }

        #[test]
        fn a_builder_holds_what_was_pushed(parts in proptest::collection::vec((any::<u64>(), 0usize..65, any::<bool>()), 0..20)) {
            let mut builder = BitmapBuilder::default();
            let mut expected = Vec::new();
            for (word, count, many) in parts {
                if many {
                    builder.push_many(word & 1 == 1, count);
                    expected.extend(std::iter::repeat_n(word & 1 == 1, count));
                } else {
                    builder.push_word(word, count);
                    expected.extend((0..count).map(|bit| word >> bit & 1 == 1));
                }
            }
            prop_assert_eq!(builder.finish().iter().collect::<Vec<_>>(), expected);
        }
    }
}
