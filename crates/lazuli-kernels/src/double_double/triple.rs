//! Running sums in three floats, for many values and few orders.
//!
//! Nothing is lost that a [`DoubleDouble`] would keep, and no value waits for more than one addition of the value before
//! it, where [`DoubleDouble::add_f64`] waits for eight in a row and looks whether they were finite.

use super::{DoubleDouble, product_error, two_sum};

/// A sum in three floats: each takes what rounding took from the one before it (SumK of Ogita, Rump and Oishi 2005, with
/// three parts). They are put in order when the sum is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct TripleDouble([f64; 3]);

impl TripleDouble {
    /// The three floats.
    #[inline]
    pub fn parts(self) -> [f64; 3] {
        self.0
    }

    /// The sum of these [`TripleDouble::parts`].
    #[inline]
    pub fn from_parts(parts: [f64; 3]) -> Self {
        Self(parts)
    }

    /// Adds a float.
    #[inline(always)]
    pub fn add(&mut self, value: f64) {
        let (sum, error) = two_sum(self.0[0], value);
        self.0[0] = sum;
        self.add_error(error);
    }

    /// Adds something as small as a rounding error.
    #[inline(always)]
    fn add_error(&mut self, error: f64) {
        let (sum, error) = two_sum(self.0[1], error);
        self.0[1] = sum;
        self.0[2] += error;
    }

    /// Adds the exact product of two floats.
    #[inline]
    pub fn add_product(&mut self, left: f64, right: f64) {
        self.add_product_by::<false>(left, right);
    }

    /// As [`TripleDouble::add_product`]; `FMA` says that the function which this becomes a part of is compiled for a machine
    /// that multiplies and adds in one instruction.
    #[inline(always)]
    pub(crate) fn add_product_by<const FMA: bool>(&mut self, left: f64, right: f64) {
        let product = left * right;
        self.add(product);
        self.add_error(if FMA { left.mul_add(right, -product) } else { product_error(left, right, product) });
    }

    /// Adds another sum.
    #[inline]
    pub fn merge(&mut self, other: Self) {
        self.add(other.0[0]);
        self.add_error(other.0[1]);
        self.0[2] += other.0[2];
    }

    /// Adds a sum in two floats.
    #[inline]
    pub fn add_double_double(&mut self, other: DoubleDouble) {
        self.add(other.high);
        self.add_error(other.low);
    }

    /// The sum in two floats.
    #[inline]
    pub fn total(self) -> DoubleDouble {
        let [high, low, rest] = self.0;
        // The errors of an infinite sum have no meaning.
        if !high.is_finite() {
            return DoubleDouble::new(high);
        }
        let (high, low) = two_sum(high, low);
        let (high, low) = two_sum(high, low + rest);
        DoubleDouble { high, low: if high.is_finite() { low } else { 0.0 } }
    }
}
