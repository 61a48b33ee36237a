//! Compaction by vectors: AVX-512's compress, AVX2's permutations by table, BMI2's `pext` for bits.
//!
//! Each loop loads only whole blocks of 64 rows and walks over the rest, and looks once a block that all its stores fit,
//! so that no argument here leans on what the caller has counted.
#![allow(unsafe_code, reason = "machine instructions and unwritten memory; every block is argued")]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::values::{compact_portable, compact_walk};

/// `$lanes` rows a vector of `$bytes` bytes; `$move_to_front` packs the kept ones of a vector.
macro_rules! compact {
    ($name:ident, $feature:literal, $width:ty, $vector:ty, $lanes:literal, $load:ident, $store:ident, $move_to_front:expr) => {
        #[target_feature(enable = $feature)]
        pub(super) fn $name(values: &[$width], words: &[u64], slots: &mut [MaybeUninit<$width>]) -> usize {
            const { assert!($lanes * size_of::<$width>() == size_of::<$vector>()) };
            let (blocks, rest) = values.as_chunks::<64>();
            let mut end = 0;
            for (block, &word) in blocks.iter().zip(words) {
                if word == 0 {
                    continue;
                }
                let set = word.count_ones() as usize;
                assert!(end + set + $lanes <= slots.len(), "room for a vector beyond the end");
                let from = block.as_ptr().cast::<$vector>();
                for part in 0..64 / $lanes {
                    let bits = word >> (part * $lanes) & (u64::MAX >> (64 - $lanes));
                    // SAFETY: a block of 64 rows is `64 / $lanes` vectors; loads need no alignment.
                    let vector = unsafe { $load(from.add(part).cast()) };
                    let packed = $move_to_front(bits, vector);
                    // SAFETY: `end` is at most its value at the start of the block plus `set`, and one vector more than that
                    // fits, as asserted; stores need no alignment.
                    unsafe { $store(slots.as_mut_ptr().add(end).cast(), packed) };
                    end += bits.count_ones() as usize;
                }
            }
            if let (false, Some(&word)) = (rest.is_empty(), words.get(blocks.len())) {
                end += compact_walk(rest, word & (u64::MAX >> (64 - rest.len())), &mut slots[end..]);
            }
            end
        }
    };
}

compact!(
    avx512_8,
    "avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt",
    u8,
    __m512i,
    64,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    |bits: u64, vector| _mm512_maskz_compress_epi8(bits, vector)
);
compact!(
    avx512_16,
    "avx512f,avx512bw,avx512vl,avx512vbmi2,popcnt,bmi1,bmi2,lzcnt",
    u16,
    __m512i,
    32,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    |bits: u64, vector| _mm512_maskz_compress_epi16(bits as u32, vector)
);
compact!(
    avx512_32,
    "avx512f,avx512bw,avx512vl,popcnt,bmi1,bmi2,lzcnt",
    u32,
    __m512i,
    16,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    |bits: u64, vector| _mm512_maskz_compress_epi32(bits as u16, vector)
);
compact!(
    avx512_64,
    "avx512f,avx512bw,avx512vl,popcnt,bmi1,bmi2,lzcnt",
    u64,
    __m512i,
    8,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    |bits: u64, vector| _mm512_maskz_compress_epi64(bits as u8, vector)
);
// Each row is two lanes of 64 bits.
compact!(
    avx512_128,
    "avx512f,avx512bw,avx512vl,popcnt,bmi1,bmi2,lzcnt",
    u128,
    __m512i,
    4,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    |bits: u64, vector| _mm512_maskz_compress_epi64((_pdep_u64(bits, 0b0101_0101) * 0b11) as u8, vector)
);
compact!(
    avx2_32,
    "avx2,popcnt,bmi1,bmi2,lzcnt",
    u32,
    __m256i,
    8,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    |bits: u64, vector| _mm256_permutevar8x32_epi32(vector, permutation(&EIGHT_LANES, bits))
);
compact!(
    avx2_64,
    "avx2,popcnt,bmi1,bmi2,lzcnt",
    u64,
    __m256i,
    4,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    |bits: u64, vector| _mm256_permutevar8x32_epi32(vector, permutation(&FOUR_LANES, bits))
);

/// AVX2 has no permutation of bytes across a vector's halves; the loop for all machines, with BMI.
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn avx2_8(values: &[u8], words: &[u64], slots: &mut [MaybeUninit<u8>]) -> usize {
    compact_portable(values, words, slots)
}

/// As [`avx2_8`].
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn avx2_16(values: &[u16], words: &[u64], slots: &mut [MaybeUninit<u16>]) -> usize {
    compact_portable(values, words, slots)
}

/// Two rows a vector are too few for a permutation to pay.
#[target_feature(enable = "avx2,popcnt,bmi1,bmi2,lzcnt")]
pub(super) fn avx2_128(values: &[u128], words: &[u64], slots: &mut [MaybeUninit<u128>]) -> usize {
    compact_portable(values, words, slots)
}

#[inline]
#[target_feature(enable = "avx2")]
fn permutation<const N: usize>(table: &[[u32; 8]; N], bits: u64) -> __m256i {
    // SAFETY: an entry is 32 bytes; the load needs no alignment.
    unsafe { _mm256_loadu_si256(table[bits as usize & (N - 1)].as_ptr().cast()) }
}

/// For each set of eight lanes, their positions in order.
static EIGHT_LANES: [[u32; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut lane, mut next) = (0, 0);
        while lane < 8 {
            if bits >> lane & 1 == 1 {
                table[bits][next] = lane;
                next += 1;
            }
            lane += 1;
        }
        bits += 1;
    }
    table
};

/// For each set of four lanes of 64 bits, their positions in order, as lanes of 32 bits.
static FOUR_LANES: [[u32; 8]; 16] = {
    let mut table = [[0; 8]; 16];
    let mut bits = 0;
    while bits < 16 {
        let (mut lane, mut next) = (0, 0);
        while lane < 4 {
            if bits >> lane & 1 == 1 {
                table[bits][next] = 2 * lane;
                table[bits][next + 1] = 2 * lane + 1;
                next += 2;
            }
            lane += 1;
        }
        bits += 1;
    }
    table
};
