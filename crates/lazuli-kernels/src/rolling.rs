//! Sums and variances over windows of a fixed number of rows.
//!
//! Nothing is ever taken out of a sum: what a large value rounded away would be missing. Rows are cut into blocks as long as a
//! window, so that each window is the end of one block and the start of the next, and sums of all ends and of all starts
//! take two additions a row, whatever the window (van Herk 1992; Gil and Werman 1993, for extremes). Sums have two
//! floats, as [`crate::double_double`] has them. Blocks lie where they lie in the whole column, so the result does not
//! depend on how rows are shared out.

use std::ops::Range;

use crate::double_double::two_sum;
use crate::level::{Level, by_level};

/// Magnitudes whose squares, and the errors of those, are floats with all their bits.
const MAGNITUDES: Range<f64> = 1e-130..1e130;

/// Windows: that of row `i` is `i + behind - size..i + behind`, cut to the rows that there are.
#[derive(Debug, Clone, Copy)]
pub struct RollingWindow {
    /// Rows in a window.
    pub size: usize,
    /// How many of them come after the rows before its own: 1 if the own row is the last.
    pub behind: usize,
}

/// What is made of a window.
#[derive(Debug, Clone, Copy)]
pub enum RollingSum {
    /// The sum of its values.
    Sum,
    /// The variance with so much less than their count as divisor; NaN where nothing is left of it.
    Variance {
        /// What the divisor is less.
        ddof: i64,
    },
}

/// The sum or variance of the window of each of some rows; `None` if values are not finite, or so large or small that their
/// squares are not exact.
///
/// `values` are all that the windows reach, of which the first is row `origin` of its column; `rows` are counted from it.
/// Panics if `size` or `behind` is 0, `behind` above `size`, or `rows` beyond the values.
///
/// ```
/// use lazuli_kernels::{RollingSum, RollingWindow, rolling_sums};
///
/// let window = RollingWindow { size: 2, behind: 1 };
/// let sums = rolling_sums(&[1.0, 2.0, 4.0], 0, window, 0..3, RollingSum::Sum);
/// assert_eq!(sums, Some(vec![1.0, 3.0, 6.0]));
/// ```
pub fn rolling_sums(
    values: &[f64],
    origin: usize,
    window: RollingWindow,
    rows: Range<usize>,
    what: RollingSum,
) -> Option<Vec<f64>> {
    rolling_sums_at(Level::best(), values, origin, window, rows, what)
}

fn rolling_sums_at(
    level: Level,
    values: &[f64],
    origin: usize,
    window: RollingWindow,
    rows: Range<usize>,
    what: RollingSum,
) -> Option<Vec<f64>> {
    assert!((1..=window.size).contains(&window.behind), "the own row or one beside it is in the window");
    assert!(rows.end <= values.len(), "rows {rows:?} of {}", values.len());
    if !are_tame(level, values) {
        return None;
    }
    let mut results = vec![0.0; rows.len()];
    let walk = Walk { values, origin: origin as i64, window, first: rows.start };
    match what {
        RollingSum::Sum => sums(level, walk, &mut results),
        RollingSum::Variance { ddof } => variances(level, walk, ddof, &mut results),
    }
    Some(results)
}

by_level! {
    fn are_tame(values: &[f64]) -> bool = are_tame_body;
    fn sums(walk: Walk<'_>, results: &mut [f64]) = sums_body;
    fn variances(walk: Walk<'_>, ddof: i64, results: &mut [f64]) = variances_body;
}

#[inline(always)]
fn are_tame_body(values: &[f64]) -> bool {
    let is_tame = |value: f64| value == 0.0 || MAGNITUDES.contains(&value.abs());
    values.iter().fold(true, |all, &value| all & is_tame(value))
}

#[inline(always)]
fn sums_body(walk: Walk<'_>, results: &mut [f64]) {
    walk.each::<Sum>(results, |_, sum, _| sum.0.high);
}

#[inline(always)]
fn variances_body(walk: Walk<'_>, ddof: i64, results: &mut [f64]) {
    walk.each::<Moments>(results, |count, moments, all_equal| match count - ddof {
        left if left <= 0 => f64::NAN,
        _ if all_equal => 0.0,
        left => moments.variance(count as f64, left as f64),
    });
}

/// Two floats, the second small beside the first. As `DoubleDouble`, without its care for what is not finite.
#[derive(Clone, Copy, Default)]
struct Pair {
    high: f64,
    low: f64,
}

impl Pair {
    #[inline(always)]
    fn of(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self { high: sum, low: low - (sum - high) }
    }

    #[inline(always)]
    fn product(left: f64, right: f64) -> Self {
        let product = left * right;
        Self { high: product, low: left.mul_add(right, -product) }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let (sum, error) = two_sum(self.high, other.high);
        Self::of(sum, error + (self.low + other.low))
    }

    #[inline(always)]
    fn times(self, factor: f64) -> Self {
        let product = Self::product(self.high, factor);
        Self::of(product.high, self.low.mul_add(factor, product.low))
    }
}

/// What rows are summed up in.
trait Total: Copy + Default {
    fn of(value: f64) -> Self;

    fn plus(self, other: Self) -> Self;
}

#[derive(Clone, Copy, Default)]
struct Sum(Pair);

impl Total for Sum {
    #[inline(always)]
    fn of(value: f64) -> Self {
        Self(Pair { high: value, low: 0.0 })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(self.0.plus(other.0))
    }
}

/// A sum, and that of the squares.
#[derive(Clone, Copy, Default)]
struct Moments {
    sum: Pair,
    squares: Pair,
}

impl Total for Moments {
    #[inline(always)]
    fn of(value: f64) -> Self {
        Self { sum: Pair { high: value, low: 0.0 }, squares: Pair::product(value, value) }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self { sum: self.sum.plus(other.sum), squares: self.squares.plus(other.squares) }
    }
}

impl Moments {
    /// (count * squares - sum^2) / (count * left).
    #[inline(always)]
    fn variance(self, count: f64, left: f64) -> f64 {
        let square = Pair::product(self.sum.high, self.sum.high);
        let square = Pair::of(square.high, (2.0 * self.sum.high).mul_add(self.sum.low, square.low));
        let scaled = self.squares.times(count);
        let difference = scaled.plus(Pair { high: -square.high, low: -square.low });
        difference.high.max(0.0) / (count * left)
    }
}

/// The rows of which windows are wanted, as many as there is room for results, and all values around them.
#[derive(Clone, Copy)]
struct Walk<'a> {
    values: &'a [f64],
    origin: i64,
    window: RollingWindow,
    first: usize,
}

impl Walk<'_> {
    /// Calls `finish` with the number of values of each window, their total, and whether all are equal.
    #[inline(always)]
    fn each<T: Total>(self, results: &mut [f64], finish: impl Fn(i64, T, bool) -> f64) {
        let num_rows = self.values.len() as i64;
        let (size, behind) = (self.window.size as i64, self.window.behind as i64);
        let total = |row: i64| match self.values.get(row as usize) {
            Some(&value) if row >= 0 => T::of(value),
            _ => T::default(),
        };
        let mut ends: Vec<T> = Vec::new();
        let mut done = 0;
        while done < results.len() {
            // The first window starts here, and the next block there.
            let start = (self.first + done) as i64 + behind - size;
            let block = ((start + self.origin).div_euclid(size) + 1) * size - self.origin;
            let wanted = ((block - start) as usize).min(results.len() - done);

            ends.clear();
            ends.resize((block - start) as usize, T::default());
            let mut sum = T::default();
            for row in (start..block).rev() {
                sum = sum.plus(total(row));
                ends[(row - start) as usize] = sum;
            }

            let mut sum = (block..start + size).fold(T::default(), |sum, row| sum.plus(total(row)));
            // Where the values that equal the last one of the window begin.
            let mut equal_from = self.first_equal(start.max(0), (start + size).min(num_rows));
            for (place, result) in results[done..done + wanted].iter_mut().enumerate() {
                let start = start + place as i64;
                let (from, to) = (start.max(0), (start + size).min(num_rows));
                if place > 0 {
                    sum = sum.plus(total(start + size - 1));
                    let last = start + size - 1;
                    if last < num_rows
                        && last > 0
                        && self.values[last as usize] != self.values[last as usize - 1]
                    {
                        equal_from = last;
                    }
                }
                *result = finish(to - from, ends[place].plus(sum), equal_from <= from);
            }
            done += wanted;
        }
    }

    /// The first of the rows at the end of this range whose values are equal.
    fn first_equal(self, from: i64, to: i64) -> i64 {
        let mut first = to - 1;
        while first > from && self.values[first as usize - 1] == self.values[first as usize] {
            first -= 1;
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::{FloatSum, sum_groups};

    fn naive(values: &[f64], window: RollingWindow, row: usize, what: RollingSum) -> f64 {
        let from = (row + window.behind).saturating_sub(window.size);
        let rows = &values[from..(row + window.behind).min(values.len())];
        match what {
            RollingSum::Sum => {
                let mut state = [FloatSum::default()];
                sum_groups(rows, None, None, &mut state);
                state[0].sum.total().to_f64()
            }
            RollingSum::Variance { ddof } if rows.len() as i64 <= ddof => f64::NAN,
            RollingSum::Variance { ddof } => {
                let count = rows.len() as f64;
                let mean = rows.iter().sum::<f64>() / count;
                rows.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - ddof as f64)
            }
        }
    }

    proptest! {
        #[test]
        fn windows_are_summed_as_if_alone(
            values in prop::collection::vec(prop_oneof![-100.0..100.0f64, Just(0.1), -1e15..1e15f64], 1..80),
            size in 1usize..30,
            behind in 1usize..30,
            cut in 0usize..80,
            ddof in 0i64..3,
        ) {
            let window = RollingWindow { size, behind: behind.min(size) };
            for level in [Level::Portable, Level::best()] {
                for what in [RollingSum::Sum, RollingSum::Variance { ddof }] {
                    let all = rolling_sums_at(level, &values, 0, window, 0..values.len(), what).unwrap();
                    for (row, &found) in all.iter().enumerate() {
                        let expected = naive(&values, window, row, what);
                        let scale = 1e-13 * values.iter().fold(1.0, |most: f64, value| most.max(value.abs())).powi(2);
                        let is_close = (found - expected).abs() <= 1e-12 * expected.abs()
                            || (found - expected).abs() <= 1e-10 * scale;
                        prop_assert!(is_close || found.is_nan() && expected.is_nan(), "{found} {expected}");
                    }
                    // A part of the rows, given no more than its windows reach, to the last bit.
                    let cut = cut.min(values.len());
                    let from = (cut + window.behind).saturating_sub(size);
                    let part =
                        rolling_sums_at(level, &values[from..], from, window, cut - from..values.len() - from, what);
                    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                    prop_assert_eq!(bits(&part.unwrap()), bits(&all[cut..]));
                }
            }
        }
    }

    #[test]
    fn equal_values_have_no_variance() {
        let window = RollingWindow { size: 7, behind: 1 };
        let values = [0.1; 40];
        let found = rolling_sums(&values, 0, window, 0..40, RollingSum::Variance { ddof: 0 }).unwrap();
        assert!(found.iter().all(|variance| *variance == 0.0), "{found:?}");
    }

    #[test]
    fn what_is_not_exact_is_left_to_others() {
        let window = RollingWindow { size: 2, behind: 1 };
        for value in [f64::NAN, f64::INFINITY, 1e200, 1e-200] {
            assert_eq!(rolling_sums(&[1.0, value], 0, window, 0..2, RollingSum::Sum), None);
        }
    }
}
