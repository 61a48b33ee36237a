//! Quotients of integers, rounded once.

/// The double nearest to the quotient of integers, the even one of two.
pub(super) fn quotient(dividend: i128, divisor: u128) -> f64 {
    const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
    let magnitude = dividend.unsigned_abs();
    if magnitude <= EXACT && divisor <= EXACT {
        return dividend as f64 / divisor as f64;
    }
    // With the top bit set, a divisor below 2^72 leaves a quotient of 56 bits or more: enough for the digits and one
    // more bit. The last bit then stands for all that the division left, so the conversion rounds as if it had seen it.
    debug_assert!(divisor < 1 << 72, "the divisor leaves enough bits");
    let shift = magnitude.leading_zeros();
    let shifted = magnitude << shift;
    let digits = (shifted / divisor) | u128::from(!shifted.is_multiple_of(divisor));
    let quotient = digits as f64 * 2f64.powi(-(shift as i32));
    if dividend < 0 { -quotient } else { quotient }
}

/// A decimal, `value` times 10^-`scale`, over `count`: the nearest double where the divisor has 72 bits or fewer.
pub(super) fn decimal_quotient(value: i128, scale: u8, count: u64) -> f64 {
    let unit = 10u128.pow(scale.into());
    match unit.checked_mul(count.into()) {
        Some(divisor) if divisor < 1 << 72 => quotient(value, divisor),
        _ => value as f64 / count as f64 / unit as f64,
    }
}

/// The integer nearest to the quotient, the even one of two. `divisor` is above 0.
pub(super) fn rounded_quotient(dividend: i128, divisor: i128) -> i128 {
    let (floor, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Equal => floor + (floor & 1),
        std::cmp::Ordering::Greater => floor + 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotients_round_once() {
        let cases = [
            (0, 7, 0.0),
            (10, 3, 10.0 / 3.0),
            (-7, 2, -3.5),
            (i128::from(i64::MAX), 1, 9_223_372_036_854_775_807.0),
            ((1 << 53) + 1, 1, 9_007_199_254_740_992.0),
            (((1 << 53) + 1) * 2 + 1, 2, 9_007_199_254_740_994.0),
            (-((1 << 100) + 1), 1 << 50, -1_125_899_906_842_624.0),
        ];
        for (dividend, divisor, expected) in cases {
            assert_eq!(quotient(dividend, divisor), expected, "{dividend} / {divisor}");
        }
        let halves = [(1, 2, 0), (3, 2, 2), (-1, 2, 0), (-3, 2, -2), (5, 3, 2), (-5, 3, -2), (-4, 3, -1)];
        for (dividend, divisor, expected) in halves {
            assert_eq!(rounded_quotient(dividend, divisor), expected, "{dividend} / {divisor}");
        }
    }

    proptest! {
        /// A product of what two doubles hold exactly, divided by one of them, is the other.
        #[test]
        fn quotients_undo_products(left in -(1i128 << 53)..1 << 53, right in 1u128..1 << 53) {
            prop_assert_eq!(quotient(left * right as i128, right), left as f64);
        }
    }
}
