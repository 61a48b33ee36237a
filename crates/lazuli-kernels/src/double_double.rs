//! Sums of floats that do not depend on who added what first.
//!
//! A [`DoubleDouble`] is an unevaluated sum of two floats, 106 bits and more of mantissa. Adding to it keeps what a float
//! would round away (TwoSum, Knuth 1969; products by TwoProduct, Dekker 1971; the arithmetic of Hida, Li and Bailey
//! 2001). Values whose sum needs no more than those bits add up without any rounding, so every order and every split
//! into parts gives the same bits. Beyond that, and when terms cancel by more than some 2^50, the last bits of the float
//! that comes out may differ; nothing says so, as with any float. A partial sum beyond the range of a float is infinite.
//!
//! Infinity and NaN are kept by `high` alone: the error of an infinite sum has no meaning and must not reach it.

mod column_sum; // one column
pub(crate) mod fixed_point; // blocks of values that are not far apart
mod triple; // many values

use lazuli_array::Bitmap;

pub(crate) use self::column_sum::for_each_block;
pub use self::column_sum::{FloatValue, sum_f64};
pub use self::triple::TripleDouble;

/// An unevaluated sum of two floats, `low` at most half a unit in the last place of `high`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    /// Nothing.
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// A float.
    pub const fn new(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    /// An integer, exactly if it has at most 106 bits.
    pub fn from_i128(value: i128) -> Self {
        let high = value as f64;
        // The float lies within the range of i128, but for the very largest, which round up to 2^127.
        let rest = if high >= 2f64.powi(127) { value - i128::MAX } else { value - high as i128 };
        Self::renormalized(high, rest as f64)
    }

    /// The two parts, high and low.
    pub fn parts(self) -> (f64, f64) {
        (self.high, self.low)
    }

    /// The nearest float.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.high
    }

    /// This and a float more.
    #[inline]
    #[must_use]
    pub fn add_f64(self, value: f64) -> Self {
        let (sum, error) = two_sum(self.high, value);
        let low = if sum.is_finite() { self.low + error } else { 0.0 };
        Self::renormalized(sum, low)
    }

    /// This and the exact product of two floats more.
    #[inline]
    #[must_use]
    pub fn add_product(self, left: f64, right: f64) -> Self {
        self + two_product(left, right)
    }

    /// `high + low`, where `low` is the smaller.
    #[inline]
    fn renormalized(high: f64, low: f64) -> Self {
        let sum = high + low;
        let rest = low - (sum - high);
        Self { high: sum, low: if sum.is_finite() { rest } else { 0.0 } }
    }
}

impl std::ops::Add for DoubleDouble {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        let (high, high_error) = two_sum(self.high, other.high);
        if !high.is_finite() {
            return Self::new(high);
        }
        let (low, low_error) = two_sum(self.low, other.low);
        let sum = Self::renormalized(high, high_error + low);
        Self::renormalized(sum.high, sum.low + low_error)
    }
}

impl std::ops::AddAssign for DoubleDouble {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::ops::Neg for DoubleDouble {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl std::ops::Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl std::ops::Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        if !product.high.is_finite() {
            return product;
        }
        Self::renormalized(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl std::ops::Div for DoubleDouble {
    type Output = Self;

    /// Long division: three digits of a float each.
    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        if !first.is_finite() || !other.high.is_finite() {
            return Self::new(first);
        }
        let rest = self - other * Self::new(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::new(second);
        let third = rest.high / other.high;
        Self::renormalized(first, second).add_f64(third)
    }
}

/// `left + right` and what rounding took from it; the error has no meaning if the sum is not finite.
#[inline(always)]
pub fn two_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let right_part = sum - left;
    let left_part = sum - right_part;
    (sum, (left - left_part) + (right - right_part))
}

/// `left * right`, exactly unless it falls out of a float's range.
#[inline]
pub fn two_product(left: f64, right: f64) -> DoubleDouble {
    let product = left * right;
    if !product.is_finite() {
        return DoubleDouble::new(product);
    }
    DoubleDouble { high: product, low: product_error(left, right, product) }
}

/// `left * right - product`, rounded once.
#[cfg(target_feature = "fma")]
#[inline]
fn product_error(left: f64, right: f64, product: f64) -> f64 {
    left.mul_add(right, -product)
}

/// `left * right - product`, rounded once: by splitting both factors into halves of 26 bits, whose products are exact.
///
/// Without the instruction compiled in, `mul_add` is a call into the C library: 6.6 ns a product where these 17 operations
/// take 1.7, as they are vectorised. (The instruction takes 0.3; choosing it at run time is left to the vector paths.)
#[cfg(not(target_feature = "fma"))]
#[inline]
fn product_error(left: f64, right: f64, product: f64) -> f64 {
    /// Beyond these a split overflows, or a part of the error is too small for a float.
    const SPLITS: std::ops::Range<f64> = 1e-140..1e150;
    if !(SPLITS.contains(&left.abs()) && SPLITS.contains(&right.abs())) {
        return left.mul_add(right, -product);
    }
    let (left_high, left_low) = split(left);
    let (right_high, right_low) = split(right);
    ((left_high * right_high - product) + left_high * right_low + left_low * right_high)
        + left_low * right_low
}

/// A float as the sum of two with 26 bits each (Veltkamp 1968).
#[cfg(not(target_feature = "fma"))]
#[inline]
fn split(value: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0; // 2^27 + 1
    let scaled = SPLITTER * value;
    let high = scaled - (scaled - value);
    (high, value - high)
}

/// Sums that run side by side: as many as hide the latency of one addition.
const LANES: usize = 8;

/// The sum of the squares of all values that count.
///
/// Panics if the validity has another length.
pub fn sum_of_squares_f64<T: FloatValue>(values: &[T], validity: Option<&Bitmap>) -> DoubleDouble {
    let mut lanes = [DoubleDouble::ZERO; LANES];
    for_each_block(values, validity, |block| {
        for values in block.chunks(LANES) {
            for (lane, &value) in lanes.iter_mut().zip(values) {
                *lane = lane.add_product(value, value);
            }
        }
    });
    lanes.into_iter().fold(DoubleDouble::ZERO, |sum, lane| sum + lane)
}

/// The mean of `count` values with this sum; `None` of nothing.
pub fn mean(count: u64, sum: DoubleDouble) -> Option<f64> {
    /// Counts that a float holds.
    const COUNTS: std::ops::Range<u64> = 1..1 << f64::MANTISSA_DIGITS;
    if !COUNTS.contains(&count) {
        return (count > 0).then(|| (sum / DoubleDouble::from_i128(count.into())).to_f64());
    }
    let divisor = count as f64;
    let quotient = sum.high / divisor;
    let product = quotient * divisor;
    if !product.is_finite() {
        return Some(quotient);
    }
    // Long division with two digits: the rest is exact but for the last bits of `low`.
    let rest = ((sum.high - product) - product_error(quotient, divisor, product)) + sum.low;
    Some(quotient + rest / divisor)
}

/// The variance of `count` values from their sum and the sum of their squares, dividing by `count - ddof`; `None` if
/// `count <= ddof`. NaN if a value was infinite or NaN.
///
/// Good to all digits as long as the mean is at most some 2^25 standard deviations.
pub fn variance(count: u64, sum: DoubleDouble, sum_of_squares: DoubleDouble, ddof: u8) -> Option<f64> {
    if count <= u64::from(ddof) {
        return None;
    }
    if !sum_of_squares.high.is_finite() {
        return Some(f64::NAN);
    }
    let count_dd = DoubleDouble::from_i128(count.into());
    let deviations = sum_of_squares - sum * sum / count_dd;
    let divisor = DoubleDouble::from_i128(i128::from(count) - i128::from(ddof));
    let variance = (deviations / divisor).to_f64();
    // Rounding may take a variance of nothing below zero.
    Some(if variance < 0.0 { 0.0 } else { variance })
}

#[cfg(test)]
mod tests;
