//! The sum of one column, by as many lanes as hide the latency of an addition. Lanes are the same for every level, and so
//! is each of their roundings: a level changes nothing.

use lazuli_array::Bitmap;

use super::{DoubleDouble, TripleDouble, for_each_block, two_sum};
use crate::level::{Level, by_level};

/// Sums that run side by side: one register of the largest vectors for each part, four of the smallest.
const LANES: usize = 8;

/// A float that sums are made of.
pub trait FloatValue: Copy + Into<f64> {
    #[doc(hidden)]
    fn doubles(values: &[Self]) -> Option<&[f64]>;
}

impl FloatValue for f32 {
    fn doubles(_: &[Self]) -> Option<&[f64]> {
        None
    }
}

impl FloatValue for f64 {
    fn doubles(values: &[Self]) -> Option<&[f64]> {
        Some(values)
    }
}

/// The sum of all values that count; [`DoubleDouble::ZERO`] if there are none. NaN makes it NaN.
///
/// Panics if the validity has another length.
///
/// ```
/// use lazuli_kernels::double_double::sum_f64;
///
/// assert_eq!(sum_f64(&[1e16, 1.0, -1e16], None).to_f64(), 1.0);
/// ```
pub fn sum_f64<T: FloatValue>(values: &[T], validity: Option<&Bitmap>) -> DoubleDouble {
    sum_at(Level::best(), values, validity)
}

/// [`sum_f64`] at a level.
pub(super) fn sum_at<T: FloatValue>(level: Level, values: &[T], validity: Option<&Bitmap>) -> DoubleDouble {
    assert!(validity.is_none_or(|validity| validity.len() == values.len()), "as many bits as values");
    #[cfg(target_arch = "x86_64")]
    if let (Level::Avx512, Some(values)) = (level.here(), T::doubles(values)) {
        return total(x86::sum(values, validity));
    }
    total(lanes(level, values, validity))
}

/// The lanes of each part.
type Lanes = [[f64; LANES]; 3];

/// The sum of all lanes.
fn total([high, low, rest]: Lanes) -> DoubleDouble {
    let lane = |lane: usize| TripleDouble::from_parts([high[lane], low[lane], rest[lane]]).total();
    (0..LANES).map(lane).fold(DoubleDouble::ZERO, |sum, lane| sum + lane)
}

by_level! {
    fn lanes<T: FloatValue>(values: &[T], validity: Option<&Bitmap>) -> Lanes = lanes_body;
}

#[inline(always)]
fn lanes_body<T: FloatValue>(values: &[T], validity: Option<&Bitmap>) -> Lanes {
    let mut lanes = Lanes::default();
    match validity {
        None => {
            let (blocks, rest) = values.as_chunks::<LANES>();
            for block in blocks {
                add(&mut lanes, block.map(Into::into));
            }
            let mut last = [0.0; LANES];
            for (slot, &value) in last.iter_mut().zip(rest) {
                *slot = value.into();
            }
            add(&mut lanes, last);
        }
        Some(_) => for_each_block(values, validity, |block| {
            for &values in block.as_chunks::<LANES>().0 {
                add(&mut lanes, values);
            }
        }),
    }
    lanes
}

#[inline(always)]
fn add([high, low, rest]: &mut Lanes, values: [f64; LANES]) {
    for lane in 0..LANES {
        let (sum, error) = two_sum(high[lane], values[lane]);
        high[lane] = sum;
        let (sum, error) = two_sum(low[lane], error);
        low[lane] = sum;
        rest[lane] += error;
    }
}

/// The same in whole registers: left to itself the compiler uses half of them.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions")]
mod x86 {
    use std::arch::x86_64::*;

    use lazuli_array::Bitmap;

    use super::{LANES, Lanes};

    /// The lanes of all values that count. The machine has AVX-512, and the validity is as long as the values.
    pub(super) fn sum(values: &[f64], validity: Option<&Bitmap>) -> Lanes {
        // SAFETY: the caller matched on `Level::here`, which names only what this machine has.
        unsafe { sum_avx512(values, validity) }
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    fn two_sum(left: __m512d, right: __m512d) -> (__m512d, __m512d) {
        let sum = _mm512_add_pd(left, right);
        let right_part = _mm512_sub_pd(sum, left);
        let left_part = _mm512_sub_pd(sum, right_part);
        (sum, _mm512_add_pd(_mm512_sub_pd(left, left_part), _mm512_sub_pd(right, right_part)))
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    fn sum_avx512(values: &[f64], validity: Option<&Bitmap>) -> Lanes {
        let zero = _mm512_setzero_pd();
        let (mut high, mut low, mut rest) = (zero, zero, zero);
        let mut add = |values: __m512d| {
            let (sum, error) = two_sum(high, values);
            high = sum;
            let (sum, error) = two_sum(low, error);
            low = sum;
            rest = _mm512_add_pd(rest, error);
        };
        let (blocks, tail) = values.as_chunks::<LANES>();
        let num_blocks = blocks.len();
        // SAFETY: a block is as long as a register.
        let load = |block: &[f64; LANES], mask: u8| unsafe { _mm512_maskz_loadu_pd(mask, block.as_ptr()) };
        match validity {
            None => blocks.iter().for_each(|block| add(load(block, u8::MAX))),
            Some(validity) => {
                for (word_index, blocks) in blocks.chunks(8).enumerate() {
                    let word = validity.word(word_index);
                    for (block, mask) in blocks.iter().zip(word.to_le_bytes()) {
                        add(load(block, mask));
                    }
                }
            }
        }
        let mask = validity
            .filter(|_| !tail.is_empty())
            .map_or(u8::MAX, |validity| validity.word(num_blocks / 8).to_le_bytes()[num_blocks % 8]);
        let mut last = [0.0; LANES];
        last[..tail.len()].copy_from_slice(tail);
        add(load(&last, mask));
        [high, low, rest].map(|part| {
            let mut lanes = [0.0; LANES];
            // SAFETY: the array is as long as a register.
            unsafe { _mm512_storeu_pd(lanes.as_mut_ptr(), part) };
            lanes
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Any floats at all: levels agree where rounding shows, too.
        #[test]
        fn levels_give_the_same_bits(
            rows in prop::collection::vec((any::<f64>(), any::<bool>()), 0..300),
            offset in 0..70usize,
            has_nulls in any::<bool>(),
        ) {
            let offset = offset.min(rows.len());
            let values: Vec<f64> = rows[offset..].iter().map(|row| row.0).collect();
            let validity: Bitmap = rows.iter().map(|row| row.1).collect();
            let validity = has_nulls.then(|| validity.sliced(offset, values.len()));
            let bits = |sum: DoubleDouble| match sum.high.is_nan() {
                true => (0, 0),
                false => (sum.high.to_bits(), sum.low.to_bits()),
            };
            let portable = bits(sum_at(Level::Portable, &values, validity.as_ref()));
            for level in Level::available() {
                prop_assert_eq!(bits(sum_at(level, &values, validity.as_ref())), portable, "{:?}", level);
            }
        }
    }
}
