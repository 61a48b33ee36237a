//! Sums of floats without any rounding, where the values of a block are not too far apart.
//!
//! A [`Grid`] takes each value apart into a whole number of units and a rest, by one addition of a large float (the
//! extraction of Rump, Ogita and Oishi 2008). The unit is chosen so that the whole numbers of a block add up in 64 bits and
//! the rests, multiples of the last place of the least value, in the 53 bits of a float: four additions a value, where a sum
//! in three floats takes thirteen, and nothing is ever rounded. So it makes no difference which grid was used, and a block
//! whose values are too far apart is added value by value instead with the same result, as far as that is exact.

use super::TripleDouble;
use crate::level::by_level;

/// The rows of a block at most.
pub(crate) const MAX_ROWS: usize = 1 << MAX_ROWS_BITS;

const MAX_ROWS_BITS: i32 = 15;

/// How small and how large the values of a block are, leaving out zeros: the upper halves of their absolute values, which
/// hold the exponents and order like them. The smaller one less one, so that zero comes out as the largest number.
///
/// Numbers below 2^-1042 look like zeros. No grid is that fine, so they are beyond the last digit of any sum by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Magnitudes {
    least_less_one: u32,
    greatest: u32,
}

impl Magnitudes {
    /// Those of no values.
    pub(crate) const NONE: Self = Self { least_less_one: u32::MAX, greatest: 0 };

    /// Those of two blocks.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            least_less_one: self.least_less_one.min(other.least_less_one),
            greatest: self.greatest.max(other.greatest),
        }
    }
}

by_level! {
    /// The magnitudes of values.
    pub(crate) fn magnitudes(values: &[f64]) -> Magnitudes = magnitudes_body;
    /// The sum of a block by a grid that fits it.
    pub(super) fn sum_block(values: &[f64], grid: Grid) -> Parts = sum_block_body;
}

/// Values side by side: enough for the additions of two pipelines that take four cycles each.
const LANES: usize = 16;

#[inline(always)]
fn magnitudes_body(values: &[f64]) -> Magnitudes {
    let mut found = Magnitudes::NONE;
    for &value in values {
        let upper = upper_half(value);
        found.least_less_one = found.least_less_one.min(upper.wrapping_sub(1));
        found.greatest = found.greatest.max(upper);
    }
    found
}

/// The upper half of a float without its sign.
#[inline(always)]
fn upper_half(value: f64) -> u32 {
    (value.to_bits() >> 32) as u32 & 0x7fff_ffff
}

/// How the values of a block are taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    /// One and a half times a power of two: what is added to a value lands where floats are a unit apart.
    shift: f64,
    unit: f64,
}

impl Grid {
    /// A grid in which up to [`MAX_ROWS`] values of these magnitudes add up exactly, if there is one.
    pub(crate) fn new(magnitudes: Magnitudes, num_rows: usize) -> Option<Self> {
        /// Exponents for which shift and unit are floats of full precision, far from either end.
        const EXPONENTS: std::ops::Range<i32> = -800..900;
        let Magnitudes { least_less_one, greatest } = magnitudes;
        if num_rows > MAX_ROWS {
            return None;
        }
        if greatest == 0 {
            return Some(Self { shift: power_of_two(52) * 1.5, unit: 1.0 });
        }
        // Every value is below 2^end, and a multiple of 2^(start - 52).
        let exponent = |upper: u32| (upper >> 20) as i32 - 1023;
        let (start, end) = (exponent(least_less_one + 1), exponent(greatest) + 1);
        if !EXPONENTS.contains(&end) || !EXPONENTS.contains(&start) {
            return None; // Infinity and NaN have the greatest exponent.
        }
        // Fewer rows leave more bits to the whole numbers: as many of them as fit in 63 bits with their sign, each in 51.
        let row_bits = (num_rows.next_power_of_two().trailing_zeros() as i32).max(MIN_ROWS_BITS);
        let unit = end + row_bits - 62;
        // Rests are at most half a unit, and their sum a float while it is below 2^53 of the places that they are made of.
        let rests_are_exact = row_bits + unit - 1 <= start + 1;
        rests_are_exact.then(|| Self { shift: power_of_two(unit + 52) * 1.5, unit: power_of_two(unit) })
    }

    /// The whole number of units that a value is nearest to, plus [`Grid::zero`], and what is left of the value.
    #[inline(always)]
    pub(crate) fn split(self, value: f64) -> (i64, f64) {
        let shifted = value + self.shift;
        (shifted.to_bits().cast_signed(), value - (shifted - self.shift))
    }

    /// What [`Grid::split`] gives as the whole number of zero.
    #[inline(always)]
    pub(crate) fn zero(self) -> i64 {
        self.shift.to_bits().cast_signed()
    }

    /// Sums of `count` whole numbers, each with a zero too many, and of their rests.
    #[inline(always)]
    pub(crate) fn parts(self, wholes: i64, rests: f64, count: usize) -> Parts {
        let wholes = wholes.wrapping_sub(self.zero().wrapping_mul(count as i64));
        // Both halves are floats.
        let high = (wholes >> 32) as f64 * (self.unit * power_of_two(32));
        let low = (wholes & 0xffff_ffff) as f64 * self.unit;
        Parts([high, low, rests])
    }
}

/// Fewer rows would ask for shifts beyond the bits of a float.
const MIN_ROWS_BITS: i32 = 11;

/// A sum as three floats that are still to be added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts([f64; 3]);

impl Parts {
    pub(crate) fn add_to(self, sum: &mut TripleDouble) {
        self.0.into_iter().for_each(|part| sum.add(part));
    }
}

#[inline(always)]
fn sum_block_body(values: &[f64], grid: Grid) -> Parts {
    let (mut wholes, mut rests) = ([0i64; LANES], [0.0; LANES]);
    let mut add = |lane: usize, value: f64| {
        let (whole, rest) = grid.split(value);
        wholes[lane] = wholes[lane].wrapping_add(whole);
        rests[lane] += rest;
    };
    let (blocks, last) = values.as_chunks::<LANES>();
    // Loops, not `for_each`: that would be a function of its own, without the instructions of this level.
    for block in blocks {
        for (lane, &value) in block.iter().enumerate() {
            add(lane, value);
        }
    }
    for (lane, &value) in last.iter().enumerate() {
        add(lane, value);
    }
    grid.parts(wholes.into_iter().fold(0, i64::wrapping_add), rests.into_iter().sum(), values.len())
}

/// Two to a power of a normal float.
const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::level::Level;

    /// Values that are multiples of a power of two, some of them far below the others.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = (any::<i32>(), 0..40i32, any::<bool>()).prop_map(|(digits, down, zero)| {
            if zero { 0.0 } else { f64::from(digits) * power_of_two(-down) }
        });
        (prop::collection::vec(value, 0..300), -500..500i32)
            .prop_map(|(values, scale)| values.iter().map(|value| value * power_of_two(scale)).collect())
    }

    fn one_by_one(values: &[f64]) -> TripleDouble {
        let mut sum = TripleDouble::default();
        values.iter().for_each(|&value| sum.add(value));
        sum
    }

    proptest! {
        /// Sums of three floats are exact for these values, and so is every grid that says it fits.
        #[test]
        fn a_grid_loses_nothing(values in values(), rows_more in 0..MAX_ROWS) {
            let expected = one_by_one(&values).total();
            for level in Level::available() {
                let num_rows = (values.len() + rows_more).min(MAX_ROWS);
                if let Some(grid) = Grid::new(magnitudes(level, &values), num_rows) {
                    let mut sum = TripleDouble::default();
                    sum_block(level, &values, grid).add_to(&mut sum);
                    prop_assert_eq!(sum.total(), expected, "{:?}", level);
                }
            }
        }

        #[test]
        fn levels_find_the_same_magnitudes(values in prop::collection::vec(any::<f64>(), 0..100)) {
            let uppers = || values.iter().map(|value| (value.abs().to_bits() >> 32) as u32).filter(|&upper| upper > 0);
            let naive = Magnitudes {
                least_less_one: uppers().min().map_or(u32::MAX, |least| least - 1),
                greatest: uppers().max().unwrap_or(0),
            };
            for level in Level::available() {
                prop_assert_eq!(magnitudes(level, &values), naive);
            }
        }
    }

    #[test]
    fn the_fullest_block_fits() {
        // The greatest values of all rows, whose last bits all count, beside the least that the grid allows.
        let greatest = 1024.0 - power_of_two(-43);
        let least = power_of_two(-24) + power_of_two(-76);
        for sign in [1.0, -1.0] {
            let mut values = vec![sign * greatest; MAX_ROWS];
            values[0] = sign * least;
            for level in Level::available() {
                let grid = Grid::new(magnitudes(level, &values), MAX_ROWS).expect("they are near enough");
                let mut sum = TripleDouble::default();
                sum_block(level, &values, grid).add_to(&mut sum);
                assert_eq!(sum.total(), one_by_one(&values).total(), "{level:?}");
            }
        }
    }

    #[test]
    fn values_too_far_apart_have_no_grid() {
        let grid = |values: &[f64], num_rows| Grid::new(magnitudes(Level::Portable, values), num_rows);
        assert!(grid(&[1e-10, 1e10], MAX_ROWS).is_none());
        assert!(grid(&[1.0, f64::INFINITY], 1).is_none());
        assert!(grid(&[1.0, f64::NAN], 1).is_none());
        assert!(grid(&[f64::MIN_POSITIVE, f64::MIN_POSITIVE * 2.0], 1).is_none());
        assert!(grid(&[1.0, f64::MAX], 1).is_none());
        assert!(grid(&[1.0], MAX_ROWS + 1).is_none());
        assert!(grid(&[1.0, 0.0, -2.0], MAX_ROWS).is_some());
        assert!(grid(&[0.0, -0.0], 1).is_some());
        assert!(Grid::new(Magnitudes::NONE, 0).is_some());
    }
}
