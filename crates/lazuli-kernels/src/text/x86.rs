//! Sixty-four bytes to bit masks with AVX2 or AVX-512, prefix XOR by carry-less multiplication.
//!
//! The structs here may only be made where [`Level::here`](crate::Level::here) lists the level: their methods
//! are inlined into functions that enable the instructions.
#![allow(unsafe_code, reason = "machine instructions and unwritten memory; every block is argued")]

use super::block::{Blocks, Masks};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// AVX2: two halves of 32 bytes.
#[derive(Clone, Copy)]
pub(super) struct Avx2 {
    separator: u8,
    newline: u8,
    quote: u8,
    has_quote: bool,
}

impl Avx2 {
    /// # Safety
    /// The machine must have AVX2, BMI1, BMI2, POPCNT, LZCNT and PCLMULQDQ, and the value may only be used inside
    /// functions that enable them.
    pub(super) unsafe fn new(marks: super::Marks) -> Self {
        Self {
            separator: marks.separator,
            newline: marks.newline,
            quote: marks.quote.unwrap_or(0),
            has_quote: marks.quote.is_some(),
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal_32(low: __m256i, high: __m256i, needle: u8) -> u64 {
    let needle = _mm256_set1_epi8(needle as i8);
    let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, needle)) as u32;
    let high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, needle)) as u32;
    u64::from(low) | (u64::from(high) << 32)
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks_avx2(this: &Avx2, block: &[u8; 64]) -> Masks {
    let pointer = block.as_ptr().cast::<__m256i>();
    // SAFETY: `block` has 64 bytes; the loads take bytes 0..32 and 32..64 and need no alignment.
    let (low, high) = unsafe { (_mm256_loadu_si256(pointer), _mm256_loadu_si256(pointer.add(1))) };
    Masks {
        separator: equal_32(low, high, this.separator),
        newline: equal_32(low, high, this.newline),
        quote: if this.has_quote { equal_32(low, high, this.quote) } else { 0 },
    }
}

#[inline]
#[target_feature(enable = "pclmulqdq")]
fn prefix_xor_clmul(mask: u64) -> u64 {
    // Multiplying by all ones without carries adds (XORs) every shifted copy of the mask.
    let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, mask as i64), _mm_set1_epi8(-1), 0);
    _mm_cvtsi128_si64(product) as u64
}

impl Blocks for Avx2 {
    #[inline(always)]
    fn masks(&self, block: &[u8; 64]) -> Masks {
        // SAFETY: whoever made `self` promised the instructions (see `Avx2::new`).
        unsafe { masks_avx2(self, block) }
    }

    #[inline(always)]
    fn prefix_xor(&self, mask: u64) -> u64 {
        // SAFETY: as above.
        unsafe { prefix_xor_clmul(mask) }
    }

    #[inline(always)]
    fn flatten(&self, mask: u64, base: u32, out: &mut [MaybeUninit<u32>; 64]) {
        super::flatten::flatten(mask, base, out);
    }
}

/// AVX-512: one compare per mark.
#[derive(Clone, Copy)]
pub(super) struct Avx512 {
    separator: u8,
    newline: u8,
    quote: u8,
    has_quote: bool,
}

impl Avx512 {
    /// # Safety
    /// As [`Avx2::new`], with AVX512F, AVX512BW and AVX512VBMI2 as well.
    pub(super) unsafe fn new(marks: super::Marks) -> Self {
        Self {
            separator: marks.separator,
            newline: marks.newline,
            quote: marks.quote.unwrap_or(0),
            has_quote: marks.quote.is_some(),
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn masks_avx512(this: &Avx512, block: &[u8; 64]) -> Masks {
    // SAFETY: `block` has 64 bytes; the load needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    Masks {
        separator: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(this.separator as i8)),
        newline: _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(this.newline as i8)),
        quote: if this.has_quote {
            _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(this.quote as i8))
        } else {
            0
        },
    }
}

/// Byte i is i.
static BYTE_INDEX: [u8; 64] = {
    let mut index = [0; 64];
    let mut i = 0;
    while i < 64 {
        index[i] = i as u8;
        i += 1;
    }
    index
};

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
fn flatten_avx512(mask: u64, base: u32, out: &mut [MaybeUninit<u32>; 64]) {
    // SAFETY: `BYTE_INDEX` has 64 bytes; the load needs no alignment.
    let index = unsafe { _mm512_loadu_si512(BYTE_INDEX.as_ptr().cast()) };
    // The indices of the set bits move to the front as bytes, then widen sixteen at a time.
    let packed = _mm512_maskz_compress_epi8(mask, index);
    let base = _mm512_set1_epi32(base as i32);
    let count = mask.count_ones();
    let pointer = out.as_mut_ptr().cast::<__m512i>();
    // SAFETY: `out` has 64 slots of 32 bits: four stores of sixteen, at 0, 16, 32 and 48.
    unsafe {
        _mm512_storeu_si512(
            pointer,
            _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))),
        );
        if count > 16 {
            let part = _mm512_extracti32x4_epi32::<1>(packed);
            _mm512_storeu_si512(pointer.add(1), _mm512_add_epi32(base, _mm512_cvtepu8_epi32(part)));
        }
        if count > 32 {
            let part = _mm512_extracti32x4_epi32::<2>(packed);
            _mm512_storeu_si512(pointer.add(2), _mm512_add_epi32(base, _mm512_cvtepu8_epi32(part)));
            let part = _mm512_extracti32x4_epi32::<3>(packed);
            _mm512_storeu_si512(pointer.add(3), _mm512_add_epi32(base, _mm512_cvtepu8_epi32(part)));
        }
    }
}

impl Blocks for Avx512 {
    #[inline(always)]
    fn masks(&self, block: &[u8; 64]) -> Masks {
        // SAFETY: whoever made `self` promised the instructions (see `Avx512::new`).
        unsafe { masks_avx512(self, block) }
    }

    #[inline(always)]
    fn prefix_xor(&self, mask: u64) -> u64 {
        // SAFETY: as above.
        unsafe { prefix_xor_clmul(mask) }
    }

    #[inline(always)]
    fn flatten(&self, mask: u64, base: u32, out: &mut [MaybeUninit<u32>; 64]) {
        // SAFETY: as above.
        unsafe { flatten_avx512(mask, base, out) }
    }
}
