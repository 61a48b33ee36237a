//! The sum of one column, block by block: without rounding where a block's values are near enough to one another, else by
//! as many lanes as hide the latency of an addition. Lanes and blocks are the same for every level, and so is each of
//! their roundings: a level changes nothing.

use lazuli_array::Bitmap;

use super::fixed_point::{Grid, magnitudes, sum_block};
use super::{DoubleDouble, TripleDouble, two_sum};
use crate::level::{Level, by_level};

/// Values of a block: they are looked at twice, so they should stay in the nearest cache.
const BLOCK: usize = 2048;

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
    let mut sum = TripleDouble::default();
    for_each_block(values, validity, |block| add_block(level, block, &mut sum));
    sum.total()
}

/// Calls `each` with the values that count, zeros between them, up to [`BLOCK`] at a time.
///
/// Panics if the validity has another length.
pub(crate) fn for_each_block<T: FloatValue>(
    values: &[T],
    validity: Option<&Bitmap>,
    mut each: impl FnMut(&[f64]),
) {
    assert!(validity.is_none_or(|validity| validity.len() == values.len()), "as many bits as values");
    let validity = validity.filter(|validity| validity.count_zeros() > 0);
    if let (Some(values), None) = (T::doubles(values), validity) {
        return values.chunks(BLOCK).for_each(each);
    }
    let mut scratch = [0.0; BLOCK];
    for (number, chunk) in values.chunks(BLOCK).enumerate() {
        let block = &mut scratch[..chunk.len()];
        for (slot, &value) in block.iter_mut().zip(chunk) {
            *slot = value.into();
        }
        if let Some(validity) = validity {
            for (word, values) in block.chunks_mut(64).enumerate() {
                let word = validity.word(number * (BLOCK / 64) + word);
                if word != u64::MAX {
                    for (bit, value) in values.iter_mut().enumerate() {
                        *value = if word >> bit & 1 == 1 { *value } else { 0.0 };
                    }
                }
            }
        }
        each(block);
    }
}

fn add_block(level: Level, block: &[f64], sum: &mut TripleDouble) {
    match Grid::new(magnitudes(level, block), block.len()) {
        Some(grid) => sum_block(level, block, grid).add_to(sum),
        None => add_lanes(lanes(level, block), sum),
    }
}

/// The lanes of each part.
type Lanes = [[f64; LANES]; 3];

/// Adds all lanes to a sum.
fn add_lanes([high, low, rest]: Lanes, sum: &mut TripleDouble) {
    for lane in 0..LANES {
        sum.merge(TripleDouble::from_parts([high[lane], low[lane], rest[lane]]));
    }
}

by_level! {
    fn lanes(values: &[f64]) -> Lanes = lanes_body;
}

#[inline(always)]
fn lanes_body(values: &[f64]) -> Lanes {
    let mut lanes = Lanes::default();
    let (blocks, rest) = values.as_chunks::<LANES>();
    for &block in blocks {
        add(&mut lanes, block);
    }
    let mut last = [0.0; LANES];
    last[..rest.len()].copy_from_slice(rest);
    add(&mut lanes, last);
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
