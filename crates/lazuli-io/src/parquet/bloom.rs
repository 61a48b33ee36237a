//! Bloom filters of column chunks: whether a value may be among those of a chunk, by the bits of its hash. Blocks of 256
//! bits of which each value sets eight ("split block": Putze, Sanders, Singler, "Cache-, hash- and space-efficient Bloom
//! filters", 2007); hashes are XXH64 of a value's bytes as they lie in a page of plain values.

use super::metadata::{Chunk, ParquetFile};
use super::schema::{Leaf, Meaning, Physical};
use super::thrift;
use lazuli_array::Scalar;

const BLOCK_BYTES: usize = 32;
/// Larger ones are not read: looking at the column is hardly more.
const MAX_BYTES: usize = 1 << 20;
/// What is read at first: the header, and of small filters the rest too.
const FIRST_READ_BYTES: usize = 256;

/// The odd numbers of the format that make eight places out of a hash.
const SALTS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// The bits of a filter.
#[derive(Debug)]
pub(super) struct Bloom {
    bytes: Vec<u8>,
}

impl Bloom {
    /// The filter of a chunk; `None` if it has none, or one that is not as it should be: it is a help and nothing more.
    pub(super) fn read(file: &ParquetFile, chunk: &Chunk) -> Option<Self> {
        let offset = chunk.bloom_filter?;
        let available = usize::try_from(file.bytes.len().checked_sub(offset)?).ok()?;
        let mut bytes = Vec::new();
        file.bytes.read(offset, available.min(FIRST_READ_BYTES), &mut bytes).ok()?;
        let (header, length) = thrift::read_bloom_filter_header(&bytes).ok()?;
        let num_bytes = usize::try_from(header.num_bytes).ok()?;
        let is_sound = num_bytes > 0
            && num_bytes.is_multiple_of(BLOCK_BYTES)
            && num_bytes <= MAX_BYTES
            && num_bytes <= available - length;
        if !is_sound {
            return None;
        }
        file.bytes.read(offset + length as u64, num_bytes, &mut bytes).ok()?;
        Some(Self { bytes })
    }

    /// A filter with room for so many values: one in a hundred others seems to be among them.
    pub(super) fn with_room(values: usize) -> Self {
        let bytes = (values.saturating_mul(21) / 16).clamp(BLOCK_BYTES, MAX_BYTES).next_power_of_two();
        Self { bytes: vec![0; bytes] }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn insert(&mut self, hash: u64) {
        let block = self.block(hash);
        for (word, bit) in
            self.bytes[block..block + BLOCK_BYTES].as_chunks_mut::<4>().0.iter_mut().zip(places(hash))
        {
            *word = (u32::from_le_bytes(*word) | bit).to_le_bytes();
        }
    }

    /// False if no value of this hash was inserted.
    pub(super) fn may_have(&self, hash: u64) -> bool {
        let block = self.block(hash);
        let words = self.bytes[block..block + BLOCK_BYTES].as_chunks::<4>().0;
        words.iter().zip(places(hash)).all(|(word, bit)| u32::from_le_bytes(*word) & bit != 0)
    }

    /// Where the block of a hash begins.
    fn block(&self, hash: u64) -> usize {
        let blocks = (self.bytes.len() / BLOCK_BYTES) as u64;
        (((hash >> 32) * blocks) >> 32) as usize * BLOCK_BYTES
    }
}

/// A bit of each word of a block.
fn places(hash: u64) -> impl Iterator<Item = u32> {
    SALTS.iter().map(move |salt| 1 << ((hash as u32).wrapping_mul(*salt) >> 27))
}

/// The hash of a value of a leaf; `None` for types of which equal values may differ in their bytes, and for values that are
/// none of the leaf's.
pub(super) fn hash_of(leaf: &Leaf, value: &Scalar) -> Option<u64> {
    let whole = |value: i64| match leaf.physical {
        Physical::Int32 => Some(hash(&i32::try_from(value).ok()?.to_le_bytes())),
        Physical::Int64 => Some(hash(&value.to_le_bytes())),
        _ => None,
    };
    match (leaf.meaning, value) {
        (Meaning::Plain, Scalar::String(text)) => Some(hash(text.as_bytes())),
        (Meaning::Plain, Scalar::Binary(bytes)) if leaf.physical == Physical::Bytes => Some(hash(bytes)),
        (Meaning::Plain, Scalar::Int32(value) | Scalar::Date(value)) => whole((*value).into()),
        (Meaning::Plain, Scalar::Int64(ticks) | Scalar::Datetime(ticks, ..) | Scalar::Duration(ticks, _)) => {
            whole(*ticks)
        }
        (Meaning::Narrow, Scalar::Int8(value)) => whole((*value).into()),
        (Meaning::Narrow, Scalar::Int16(value)) => whole((*value).into()),
        (Meaning::Narrow, Scalar::UInt8(value)) => whole((*value).into()),
        (Meaning::Narrow, Scalar::UInt16(value)) => whole((*value).into()),
        (Meaning::Narrow, Scalar::UInt32(value)) => whole((*value as i32).into()),
        (Meaning::Narrow, Scalar::UInt64(value)) => whole(*value as i64),
        (Meaning::Decimal, Scalar::Decimal { value, .. }) => whole(i64::try_from(*value).ok()?),
        _ => None,
    }
}

const PRIMES: [u64; 5] = [
    0x9E37_79B1_85EB_CA87,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5,
];

/// XXH64 with the seed 0 (Collet, <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>).
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let [first, second, third, fourth, fifth] = PRIMES;
    let round =
        |sum: u64, word: u64| sum.wrapping_add(word.wrapping_mul(second)).rotate_left(31).wrapping_mul(first);
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut hash = fifth;
    if !stripes.is_empty() {
        let mut sums = [first.wrapping_add(second), second, 0, first.wrapping_neg()];
        for stripe in stripes {
            for (sum, word) in sums.iter_mut().zip(stripe.as_chunks::<8>().0) {
                *sum = round(*sum, u64::from_le_bytes(*word));
            }
        }
        let [a, b, c, d] = sums;
        hash = a
            .rotate_left(1)
            .wrapping_add(b.rotate_left(7))
            .wrapping_add(c.rotate_left(12))
            .wrapping_add(d.rotate_left(18));
        for sum in sums {
            hash = (hash ^ round(0, sum)).wrapping_mul(first).wrapping_add(fourth);
        }
    }
    hash = hash.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        hash = (hash ^ round(0, u64::from_le_bytes(*word)))
            .rotate_left(27)
            .wrapping_mul(first)
            .wrapping_add(fourth);
    }
    let (halves, rest) = rest.as_chunks::<4>();
    for half in halves {
        let word = u64::from(u32::from_le_bytes(*half));
        hash = (hash ^ word.wrapping_mul(first)).rotate_left(23).wrapping_mul(second).wrapping_add(third);
    }
    for &byte in rest {
        hash = (hash ^ u64::from(byte).wrapping_mul(fifth)).rotate_left(11).wrapping_mul(first);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(second);
    hash = (hash ^ hash >> 29).wrapping_mul(third);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet2::bloom_filter;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hashes_and_filters_are_those_of_parquet2(
            values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..100),
            other in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let mut ours = Bloom::with_room(values.len());
            let mut theirs = vec![0; ours.bytes().len()];
            for value in &values {
                prop_assert_eq!(hash(value), bloom_filter::hash_byte(value));
                ours.insert(hash(value));
                bloom_filter::insert(&mut theirs, hash(value));
            }
            prop_assert_eq!(ours.bytes(), theirs.as_slice());
            prop_assert!(values.iter().all(|value| ours.may_have(hash(value))));
            prop_assert_eq!(ours.may_have(hash(&other)), bloom_filter::is_in_set(&theirs, hash(&other)));
        }
    }

    #[test]
    fn few_others_seem_to_be_there() {
        let mut bloom = Bloom::with_room(10_000);
        (0..10_000u64).for_each(|value| bloom.insert(hash(&value.to_le_bytes())));
        let seem = (10_000..110_000u64).filter(|value| bloom.may_have(hash(&value.to_le_bytes()))).count();
        assert!(seem < 2_000, "{seem} of 100,000");
    }
}
