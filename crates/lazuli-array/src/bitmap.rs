//! Packed booleans, least significant bit first, with a known count of set bits.
//!
//! Bits lie in 64-bit words, shared by reference count; a slice is a first bit and a length. Kernels read whole words
//! ([`Bitmap::words`], or [`Bitmap::whole_words`] where bits start at a word) and build words ([`Bitmap::from_words`]);
//! nothing outside this file cares that a slice may start in the middle of one.

use crate::Buffer;
use crate::buffer::assert_slice;

/// An immutable run of bits, shared by reference count. Cloning is O(1); slicing counts the smaller part's bits.
#[derive(Clone)]
pub struct Bitmap {
    /// Words whose bytes, in memory order, are those of Arrow: on machines that store the highest byte of a number first,
    /// the bytes of each word are swapped. Cut down to the words that hold bits of this bitmap.
    words: Buffer<u64>,
    /// The first bit, within the first word: below 64.
    start: usize,
    length: usize,
    ones: usize,
}

impl Bitmap {
    /// `length` bits, all equal to `value`.
    pub fn filled(value: bool, length: usize) -> Self {
        let words = vec![if value { u64::MAX } else { 0 }; length.div_ceil(64)];
        Self { words: words.into(), start: 0, length, ones: if value { length } else { 0 } }
    }

    /// The first `length` bits of `words`. Bits beyond `length` are ignored.
    ///
    /// Panics if there are too few words.
    pub fn from_words(mut words: Vec<u64>, length: usize) -> Self {
        assert!(words.len() * 64 >= length, "{} words can't hold {length} bits", words.len());
        words.truncate(length.div_ceil(64));
        if cfg!(target_endian = "big") {
            words.iter_mut().for_each(|word| *word = word.to_le());
        }
        Self::counted(words.into(), 0, length)
    }

    /// One bit for each row of `0..length`, by a function.
    pub fn from_fn(length: usize, mut bit: impl FnMut(usize) -> bool) -> Self {
        // Counted by hand: compiled for each function, and adapters of iterators would be as many functions again.
        let mut words = Vec::with_capacity(length.div_ceil(64));
        let mut row = 0;
        while row < length {
            let end = (row + 64).min(length);
            let (mut word, mut mask) = (0u64, 1u64);
            while row < end {
                word |= if bit(row) { mask } else { 0 };
                mask <<= 1;
                row += 1;
            }
            words.push(word);
        }
        Self::from_words(words, length)
    }

    fn counted(words: Buffer<u64>, start: usize, length: usize) -> Self {
        let mut bitmap = Self { words, start, length, ones: 0 };
        bitmap.ones = count_ones(&bitmap);
        bitmap
    }

    /// Number of bits.
    #[inline]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no bits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Number of set bits; known, not counted.
    #[inline]
    pub fn count_ones(&self) -> usize {
        self.ones
    }

    /// Number of unset bits; known, not counted.
    #[inline]
    pub fn count_zeros(&self) -> usize {
        self.length - self.ones
    }

    /// The bit at `index`. Panics out of bounds.
    #[inline]
    pub fn get(&self, index: usize) -> bool {
        assert!(index < self.length, "bit {index} of {}", self.length);
        let bit = self.start + index;
        u64::from_le(self.words[bit / 64]) >> (bit % 64) & 1 == 1
    }

    /// The bits from `64 * index` on as one word, lowest bit first; bits past the end are zero.
    #[inline]
    pub fn word(&self, index: usize) -> u64 {
        let first = index * 64;
        if first >= self.length {
            return 0;
        }
        let low = u64::from_le(self.words[index]);
        let word = match self.start {
            0 => low,
            shift => {
                let high = self.words.get(index + 1).map_or(0, |word| u64::from_le(*word));
                low >> shift | high << (64 - shift)
            }
        };
        word & low_bits(self.length - first)
    }

    /// Number of words that [`Bitmap::word`] has something to say about: `len / 64`, rounded up.
    #[inline]
    pub fn num_words(&self) -> usize {
        self.length.div_ceil(64)
    }

    /// All words in order; the last one is padded with zeros.
    #[inline]
    pub fn words(&self) -> Words<'_> {
        Words { words: &self.words, shift: self.start as u32, left: self.length }
    }

    /// The words in memory, without a copy, if the first bit is the first of a word: `len / 64` of them, rounded up. The
    /// bits of the last one past the end mean nothing.
    #[inline]
    pub fn whole_words(&self) -> Option<&[u64]> {
        (self.start == 0 && cfg!(target_endian = "little")).then(|| &self.words[..self.num_words()])
    }

    /// The words in memory and the position of the first bit within the first of them: bit `i` is bit `(start + i) % 64` of
    /// word `(start + i) / 64`. Words are little-endian in memory (`u64::from_le` reads them).
    #[inline]
    pub fn words_from(&self) -> (&[u64], usize) {
        (&self.words, self.start)
    }

    /// All bits in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        (0..self.length).map(|index| {
            let bit = self.start + index;
            u64::from_le(self.words[bit / 64]) >> (bit % 64) & 1 == 1
        })
    }

    /// Positions of the set bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        Ones { words: self.words(), word: 0, next_start: 0 }
    }

    /// The `length` bits from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.length);
        if length == self.length {
            return self.clone();
        }
        let first = self.start + offset;
        let start = first % 64;
        let words = self.words.sliced(first / 64, (start + length).div_ceil(64));
        match self.ones {
            0 => Self { words, start, length, ones: 0 },
            ones if ones == self.length => Self { words, start, length, ones: length },
            _ => Self::counted(words, start, length),
        }
    }

    /// Word by word combination of two bitmaps of equal length. Panics if the lengths differ.
    #[inline]
    pub fn combine(&self, other: &Self, op: impl Fn(u64, u64) -> u64) -> Self {
        assert_eq!(self.length, other.length, "bitmaps of different length");
        let words = match (self.whole_words(), other.whole_words()) {
            (Some(left), Some(right)) => left.iter().zip(right).map(|(&a, &b)| op(a, b)).collect(),
            _ => self.words().zip(other.words()).map(|(a, b)| op(a, b)).collect(),
        };
        Self::from_words(words, self.length)
    }

    /// Each word by a function of it.
    #[inline]
    pub fn map_words(&self, op: impl Fn(u64) -> u64) -> Self {
        let words = match self.whole_words() {
            Some(words) => words.iter().map(|&word| op(word)).collect(),
            None => self.words().map(op).collect(),
        };
        Self::from_words(words, self.length)
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
        self.map_words(|word| !word)
    }

    /// Bytes of memory that these bits occupy.
    pub fn memory_bytes(&self) -> usize {
        self.length.div_ceil(8)
    }

    /// The `length` bits from bit `offset` of `bytes` on. Panics if there are too few bytes.
    pub(crate) fn from_bytes(bytes: &[u8], offset: usize, length: usize) -> Self {
        assert_slice(offset, length, bytes.len() * 8);
        let (whole, rest) = bytes.as_chunks::<8>();
        let mut words: Vec<u64> = whole.iter().map(|eight| u64::from_le_bytes(*eight)).collect();
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            words.push(u64::from_le_bytes(last));
        }
        let num_bits = words.len() * 64;
        Self::from_words(words, num_bits).sliced(offset, length)
    }

    /// The same bits, the first of them at the start of a byte: shared if it is already, else shifted.
    pub(crate) fn to_byte_aligned(&self) -> Self {
        if self.start.is_multiple_of(8) { self.clone() } else { self.map_words(|word| word) }
    }

    /// The bytes that hold the bits. Panics unless the bits start at a byte, as after [`Bitmap::to_byte_aligned`].
    #[allow(unsafe_code, reason = "words as the bytes that they are made of")]
    pub(crate) fn bytes(&self) -> &[u8] {
        assert!(self.start.is_multiple_of(8), "bits that start in the middle of a byte");
        let words = self.words.as_slice();
        // SAFETY: the words are initialised memory of `8 * len` bytes, bytes need no alignment, and the result borrows
        // `self`, which keeps the words alive and unchanged.
        let bytes = unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), size_of_val(words)) };
        &bytes[self.start / 8..(self.start + self.length).div_ceil(8)]
    }
}

/// A word with the lowest `count` bits set; all of them from 64 on.
#[inline]
fn low_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1u64 << count) - 1 }
}

/// The rows whose bit is set. One type by hand: adapters of adapters are compiled anew for whatever is done with the rows.
struct Ones<'a> {
    words: Words<'a>,
    /// The bits of a word that are still to come.
    word: u64,
    /// The row of the first bit of the word behind it.
    next_start: usize,
}

impl Iterator for Ones<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            self.word = self.words.next()?;
            self.next_start += 64;
        }
        let bit = self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(self.next_start - 64 + bit)
    }
}

/// The words of a bitmap in order, see [`Bitmap::words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    /// From the word on that holds the next bit.
    words: &'a [u64],
    /// Bits of the first word that come before the next bit: below 64, the same for all words.
    shift: u32,
    /// Bits to come.
    left: usize,
}

impl Iterator for Words<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        if self.left == 0 {
            return None;
        }
        let (&first, rest) = self.words.split_first()?;
        // Shifting by up to 63 and then by one more gives zero for a shift of 0, where nothing of the next word belongs.
        let high = rest.first().map_or(0, |word| u64::from_le(*word) << 1 << (63 - self.shift));
        let word = (u64::from_le(first) >> self.shift | high) & low_bits(self.left);
        self.words = rest;
        self.left = self.left.saturating_sub(64);
        Some(word)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let words = self.left.div_ceil(64);
        (words, Some(words))
    }
}

impl ExactSizeIterator for Words<'_> {}

fn count_ones(bitmap: &Bitmap) -> usize {
    #[inline(always)]
    fn count(bitmap: &Bitmap) -> usize {
        match bitmap.whole_words() {
            Some(words) => {
                let (whole, last) = words.split_at(bitmap.length / 64);
                let whole: u64 = whole.iter().map(|word| u64::from(word.count_ones())).sum();
                let last = last.first().map_or(0, |word| (word & low_bits(bitmap.length % 64)).count_ones());
                whole as usize + last as usize
            }
            None => bitmap.words().map(|word| word.count_ones() as usize).sum(),
        }
    }

    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "popcnt,avx2")]
        fn with_popcnt(bitmap: &Bitmap) -> usize {
            count(bitmap)
        }

        if is_x86_feature_detected!("popcnt") && is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has both features, as has just been seen.
            #[allow(unsafe_code, reason = "a safe body with more instructions enabled")]
            return unsafe { with_popcnt(bitmap) };
        }
    }
    count(bitmap)
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
