//! Sums against integers of 2,240 bits, which round nothing.

//! Double-double sums against an exact accumulator, in any order and any split; and where their promise ends.

use proptest::prelude::*;

use super::*;

/// A sum without any rounding: an integer of 2,240 bits, in units of the smallest float, as digits of 32 bits.
#[derive(Clone)]
struct Exact([i64; 70]);

impl Exact {
    fn new() -> Self {
        Self([0; 70])
    }

    fn add(&mut self, value: f64) {
        assert!(value.is_finite());
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7FF) as usize;
        let mantissa = if exponent == 0 { bits << 12 >> 12 } else { (bits << 12 >> 12) | 1 << 52 };
        let position = exponent.max(1) - 1;
        let shifted = u128::from(mantissa) << (position % 32);
        for digit in 0..3 {
            let part = (shifted >> (32 * digit)) as u32;
            self.0[position / 32 + digit] += if value < 0.0 { -i64::from(part) } else { part.into() };
        }
        self.carry();
    }

    fn carry(&mut self) {
        for index in 0..69 {
            let carry = self.0[index] >> 32;
            self.0[index] -= carry << 32;
            self.0[index + 1] += carry;
        }
    }

    fn negated(&self) -> Self {
        let mut other = Self(self.0.map(|digit| -digit));
        other.carry();
        other
    }

    /// Rounded to nearest, ties to even.
    fn to_f64(&self) -> f64 {
        if self.0[69] < 0 {
            return -self.negated().to_f64();
        }
        let bit = |index: usize| self.0[index / 32] >> (index % 32) & 1;
        let Some(top) = (0..70 * 32).rev().find(|&index| bit(index) == 1) else { return 0.0 };
        let lowest = top.saturating_sub(52);
        let mut mantissa =
            (lowest..=top).rev().fold(0u64, |mantissa, index| mantissa << 1 | bit(index) as u64);
        if lowest > 0 && bit(lowest - 1) == 1 {
            let sticky = (0..lowest - 1).any(|index| bit(index) == 1);
            mantissa += u64::from(sticky || mantissa & 1 == 1);
        }
        // Two steps, since the smallest power of two that powi gives exactly is 2^-1022.
        mantissa as f64 * 2f64.powi(lowest as i32 - 1022) * 2f64.powi(-52)
    }
}

fn exact(values: &[f64]) -> f64 {
    let mut sum = Exact::new();
    values.iter().for_each(|&value| sum.add(value));
    sum.to_f64()
}

/// Values whose sums need fewer than 106 bits: full mantissas over 30 binary orders of magnitude.
fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = (any::<i64>(), 0..30i32)
        .prop_map(|(mantissa, exponent)| (mantissa >> 11) as f64 * 2f64.powi(exponent - 40));
    let cents = any::<i32>().prop_map(|cents| f64::from(cents) / 100.0);
    prop::collection::vec(prop_oneof![3 => value, 1 => cents], 0..300)
}

fn one_by_one(values: &[f64]) -> DoubleDouble {
    values.iter().fold(DoubleDouble::ZERO, |sum, &value| sum.add_f64(value))
}

proptest! {
    #[test]
    fn any_order_and_any_split_give_the_exact_sum(
        (sorted, shuffled) in values().prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
        cuts in prop::collection::vec(0..300usize, 0..6),
    ) {
        let expected = exact(&sorted);
        for values in [&sorted, &shuffled] {
            prop_assert_eq!(one_by_one(values).to_f64().to_bits(), expected.to_bits());
            prop_assert_eq!(sum_f64(values, None).to_f64().to_bits(), expected.to_bits());
            let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut.min(values.len())).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let parts: Vec<DoubleDouble> =
                cuts.windows(2).map(|cut| sum_f64(&values[cut[0]..cut[1]], None)).collect();
            let forward = parts.iter().fold(DoubleDouble::ZERO, |sum, &part| sum + part);
            let backward = parts.iter().rev().fold(DoubleDouble::ZERO, |sum, &part| part + sum);
            prop_assert_eq!(forward.to_f64().to_bits(), expected.to_bits());
            prop_assert_eq!(backward.to_f64().to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn sums_of_anything_are_close(values in prop::collection::vec(-1e300..1e300f64, 1..200)) {
        let magnitude: f64 = values.iter().map(|value| value.abs()).sum();
        let error = (sum_f64(&values, None).to_f64() - exact(&values)).abs();
        // One rounding of the result, and 2^-104 of the magnitude for each addition.
        prop_assert!(error <= exact(&values).abs() * f64::EPSILON + magnitude * 200.0 * 2f64.powi(-104));
    }

    #[test]
    fn rows_that_do_not_count_are_left_out(
        rows in prop::collection::vec((any::<f64>(), any::<i32>(), any::<bool>()), 0..300),
        offset in 0..70usize,
    ) {
        let offset = offset.min(rows.len());
        // Where a row does not count anything may lie, NaN too.
        let values: Vec<f64> = rows
            .iter()
            .map(|&(wild, tame, valid)| if valid { f64::from(tame) / 1000.0 } else { wild })
            .collect();
        let validity: Bitmap = rows.iter().map(|row| row.2).collect();
        let (values, validity) = (&values[offset..], validity.sliced(offset, rows.len() - offset));
        let kept: Vec<f64> = validity.ones().map(|row| values[row]).collect();
        prop_assert_eq!(sum_f64(values, Some(&validity)).to_f64(), exact(&kept));
        let squares = kept.iter().fold(DoubleDouble::ZERO, |sum, &value| sum.add_product(value, value));
        let found = sum_of_squares_f64(values, Some(&validity)).to_f64();
        prop_assert!((found - squares.to_f64()).abs() <= squares.to_f64() * 2f64.powi(-90));
    }

    #[test]
    fn products_are_exact(left in any::<f64>(), right in any::<f64>()) {
        prop_assume!(left.is_finite() && right.is_finite());
        let product = two_product(left, right);
        let expected = left * right;
        prop_assert_eq!(product.high.to_bits(), expected.to_bits());
        let error = if expected.is_finite() { left.mul_add(right, -expected) } else { 0.0 };
        prop_assert_eq!(product.low, error);
    }

    #[test]
    fn arithmetic_has_twice_the_digits_of_a_float(left in -1e9..1e9f64, right in -1e9..1e9f64, small in -1e-9..1e-9f64) {
        prop_assume!(right.abs() > 1e-3);
        let (left, right) = (DoubleDouble::new(left).add_f64(small), DoubleDouble::new(right).add_f64(small));
        let back = left / right * right - left;
        prop_assert!(back.to_f64().abs() <= left.high.abs() * 2f64.powi(-98));
        let back = (left + right) - right - left;
        prop_assert!(back.to_f64().abs() <= (left.high.abs() + right.high.abs()) * 2f64.powi(-100));
    }

    #[test]
    fn sums_that_cancel_keep_their_digits(
        value in 0.5..2f64,
        ulps in -3..4i64,
        left in -1e-17..1e-17f64,
        right in -1e-17..1e-17f64,
    ) {
        let near = f64::from_bits((value.to_bits() as i64 + ulps) as u64);
        let (left, right) = (DoubleDouble::new(value).add_f64(left), DoubleDouble::new(-near).add_f64(right));
        let sum = left + right;
        let mut error = Exact::new();
        [left.high, left.low, right.high, right.low, -sum.high, -sum.low].into_iter().for_each(|part| error.add(part));
        prop_assert!(error.to_f64().abs() <= sum.high.abs() * 2f64.powi(-100));
    }

    #[test]
    fn integers_of_106_bits_are_exact(value in any::<i128>()) {
        let value = value >> 22;
        let number = DoubleDouble::from_i128(value);
        prop_assert_eq!(number.high as i128 + number.low as i128, value);
        prop_assert_eq!(number.high, value as f64);
    }
}

#[test]
fn infinity_and_nan_are_those_of_a_plain_sum() {
    let infinity = f64::INFINITY;
    let cases: [(&[f64], f64); 10] = [
        (&[], 0.0),
        (&[-0.0], 0.0),
        (&[infinity, 1.0, 2.5], infinity),
        (&[1.0, -infinity, 2.5], -infinity),
        (&[infinity, 1.0, -infinity], f64::NAN),
        (&[infinity, infinity], infinity),
        (&[1.0, f64::NAN, infinity], f64::NAN),
        (&[f64::MAX, f64::MAX], infinity),
        (&[f64::MAX, 2f64.powi(970)], infinity),
        (&[f64::MAX, 2f64.powi(969)], f64::MAX),
    ];
    for (values, expected) in cases {
        let same = |found: f64| found == expected || (found.is_nan() && expected.is_nan());
        assert!(same(one_by_one(values).to_f64()), "{values:?}");
        assert!(same(sum_f64(values, None).to_f64()), "{values:?}");
        for cut in 0..=values.len() {
            let parts = sum_f64(&values[..cut], None) + sum_f64(&values[cut..], None);
            assert!(same(parts.to_f64()), "{values:?} cut at {cut}: {parts:?}");
        }
    }
}

#[test]
fn means_and_variances() {
    let moments =
        |values: &[f64]| (values.len() as u64, sum_f64(values, None), sum_of_squares_f64(values, None));
    let (count, sum, squares) = moments(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
    assert_eq!(mean(count, sum), Some(5.0));
    assert_eq!(variance(count, sum, squares, 0), Some(4.0));
    assert_eq!(variance(count, sum, squares, 1), Some(32.0 / 7.0));
    assert_eq!(mean(0, DoubleDouble::ZERO), None);
    assert_eq!(variance(1, sum, squares, 1), None);
    // Deviations of 1 around 2^26: squares need 53 bits and more, which a float alone would lose.
    let (count, sum, squares) = moments(&[67_108_864.0, 67_108_865.0, 67_108_866.0]);
    assert_eq!(variance(count, sum, squares, 1), Some(1.0));
    let (count, sum, squares) = moments(&[0.1; 10]);
    assert_eq!(mean(count, sum), Some(0.1));
    assert!(variance(count, sum, squares, 1).is_some_and(|variance| variance < 1e-30));
    let (count, sum, squares) = moments(&[1.0, f64::INFINITY]);
    assert_eq!(mean(count, sum), Some(f64::INFINITY));
    assert!(variance(count, sum, squares, 1).is_some_and(f64::is_nan));
}

/// The honest limit, as `docs/decisions/double-double-sums.md` states it: three magnitudes that are 66 bits apart do not
/// fit into 106 bits, and then cancel.
#[test]
fn beyond_the_limit_the_order_shows() {
    assert_eq!(one_by_one(&[1e40, 1.0, -1e40]).to_f64(), 1.0, "two magnitudes always fit");
    assert_eq!(one_by_one(&[1e40, -1e40, 1e20, -1e20, 1.0]).to_f64(), 1.0);
    assert_eq!(one_by_one(&[1e40, 1e20, 1.0, -1e40, -1e20]).to_f64(), 0.0, "the 1 was rounded away");
}
