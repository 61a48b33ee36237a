//! Sums without rounding: floats as integers of 2^-1074, quotients rounded once.

use num_bigint::{BigInt, BigUint, Sign};

use super::Failure;

/// The exponent of the smallest float above 0; every finite float is a whole number of these.
const UNIT_EXPONENT: i64 = -1074;

/// What the engine's double-double sums may be off by, as a share of the sum of magnitudes: they keep 104 bits and
/// more; 95 leaves room for some hundred roundings.
const PROMISED_BITS: usize = 95;

/// A float as a whole number of 2^-1074. Panics for NaN and infinities.
fn units(value: f64) -> BigInt {
    assert!(value.is_finite());
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7FF, bits & ((1 << 52) - 1));
    let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    let magnitude = BigUint::from(mantissa) << exponent.saturating_sub(1);
    BigInt::from_biguint(if value < 0.0 { Sign::Minus } else { Sign::Plus }, magnitude)
}

/// The float nearest to `dividend / divisor * 2^exponent`, ties to even; below the normal
/// numbers it may be rounded twice.
pub(super) fn nearest(dividend: &BigInt, divisor: &BigUint, exponent: i64) -> f64 {
    let magnitude = dividend.magnitude();
    if magnitude == &BigUint::ZERO {
        return 0.0;
    }
    // A quotient of 66 to 68 bits, and one bit for all that the division left.
    let shift = 67 - (magnitude.bits() as i64 - divisor.bits() as i64);
    let (shifted, divisor) = if shift >= 0 {
        (magnitude << shift, divisor.clone())
    } else {
        (magnitude.clone(), divisor << -shift)
    };
    let (quotient, rest) = (&shifted / &divisor, &shifted % &divisor);
    let digits = u128::try_from(quotient).expect("68 bits") << 1 | u128::from(rest != BigUint::ZERO);
    let mut value = digits as f64; // Rounds to nearest, ties to even.
    let mut exponent = exponent - shift - 1;
    while exponent != 0 {
        let step = exponent.clamp(-1000, 1000);
        value *= 2f64.powi(step as i32);
        exponent -= step;
    }
    if dividend.sign() == Sign::Minus { -value } else { value }
}

/// The sum of floats, divided by `count`: NaN and infinities as IEEE has them, else rounded once.
///
/// # Errors
/// [`Failure::BeyondPromise`] if the terms cancel so much that double-double sums need not agree.
pub(super) fn sum_over(values: &[f64], count: u64) -> Result<f64, Failure> {
    if let Some(special) = special_sum(values) {
        return Ok(special / count as f64);
    }
    let mut sum = BigInt::ZERO;
    let mut magnitudes = BigUint::ZERO;
    for value in values {
        let value = units(*value);
        magnitudes += value.magnitude();
        sum += value;
    }
    if magnitudes.bits() as i64 + UNIT_EXPONENT > 1000 {
        return Err(Failure::BeyondPromise);
    }
    let count = BigUint::from(count);
    let rounded = nearest(&sum, &count, UNIT_EXPONENT);
    if rounded != 0.0 && !rounded.is_normal() {
        return Err(Failure::BeyondPromise);
    }
    // Sums of so few bits are exact in two doubles, however much cancels.
    let trailing = values.iter().filter_map(|value| units(*value).trailing_zeros()).min().unwrap_or(0);
    if magnitudes.bits() - trailing <= 105 {
        return Ok(rounded);
    }
    let slack = BigInt::from(magnitudes >> PROMISED_BITS);
    let around = [&sum - &slack, &sum + &slack].map(|sum| nearest(&sum, &count, UNIT_EXPONENT));
    if around == [rounded; 2] { Ok(rounded) } else { Err(Failure::BeyondPromise) }
}

/// The sum, if it is NaN or infinite.
fn special_sum(values: &[f64]) -> Option<f64> {
    let any = |wanted: fn(f64) -> bool| values.iter().copied().any(wanted);
    let (up, down) = (any(|value| value == f64::INFINITY), any(|value| value == f64::NEG_INFINITY));
    if any(f64::is_nan) || (up && down) {
        Some(f64::NAN)
    } else if up {
        Some(f64::INFINITY)
    } else {
        down.then_some(f64::NEG_INFINITY)
    }
}

/// The sample variance of floats, rounded once; NaN if one of them is no number or infinite. At least two values.
pub(super) fn variance_of_floats(values: &[f64]) -> f64 {
    if values.iter().any(|value| !value.is_finite()) {
        return f64::NAN;
    }
    let values: Vec<BigInt> = values.iter().map(|value| units(*value)).collect();
    variance(&values, 2 * UNIT_EXPONENT, &BigUint::from(1u8))
}

/// The sample variance of whole numbers, rounded once, times 2^`exponent` over `divisor`. At least two values.
pub(super) fn variance(values: &[BigInt], exponent: i64, divisor: &BigUint) -> f64 {
    let count = BigInt::from(values.len());
    let sum: BigInt = values.iter().sum();
    let squares: BigInt = values.iter().map(|value| value * value).sum();
    let numerator = &count * squares - &sum * &sum;
    let divisor = BigUint::from(values.len()) * BigUint::from(values.len() - 1) * divisor;
    nearest(&numerator, &divisor, exponent)
}

/// The sum of products of deviations from the means over `divisor`, rounded once; NaN if a value is no number or infinite.
pub(super) fn covariance(left: &[f64], right: &[f64], divisor: i128) -> f64 {
    if left.iter().chain(right).any(|value| !value.is_finite()) {
        return f64::NAN;
    }
    let whole = |values: &[f64]| values.iter().map(|value| units(*value)).collect::<Vec<BigInt>>();
    let (left, right) = (whole(left), whole(right));
    let products: BigInt = left.iter().zip(&right).map(|(left, right)| left * right).sum();
    let numerator =
        BigInt::from(left.len()) * products - left.iter().sum::<BigInt>() * right.iter().sum::<BigInt>();
    let divisor = BigUint::from(left.len()) * BigUint::from(divisor.unsigned_abs());
    nearest(&numerator, &divisor, 2 * UNIT_EXPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_rounded_once() {
        let cases: &[(&[f64], u64, f64)] = &[
            (&[], 1, 0.0),
            (&[-0.0], 1, 0.0),
            (&[0.1, 0.2, 0.3], 1, 0.6),
            (&[0.1; 10], 10, 0.1),
            (&[1e16, 1.0, -1e16], 1, 1.0),
            (&[1.0, 2.0], 2, 1.5),
            (&[9007199254740993.0, 1.0], 1, 9007199254740993.0),
            (&[f64::INFINITY, 1.0], 2, f64::INFINITY),
        ];
        for (values, count, expected) in cases {
            assert_eq!(sum_over(values, *count), Ok(*expected), "{values:?}");
        }
        assert!(sum_over(&[f64::INFINITY, f64::NEG_INFINITY], 1).unwrap().is_nan());
        assert_eq!(sum_over(&[1e300, 1.0, -1e300], 1), Err(Failure::BeyondPromise));
    }

    #[test]
    fn variances_are_rounded_once() {
        assert_eq!(variance_of_floats(&[1.0, 2.0, 4.0]), 7.0 / 3.0);
        assert_eq!(variance_of_floats(&[1e9 + 0.5, 1e9 + 0.5]), 0.0);
        assert!(variance_of_floats(&[1.0, f64::INFINITY]).is_nan());
    }

    #[test]
    fn quotients_round_to_even() {
        let quotient = |dividend: i128, divisor: u64| nearest(&dividend.into(), &divisor.into(), 0);
        assert_eq!(quotient((1 << 53) + 1, 1), 9007199254740992.0);
        assert_eq!(quotient((1 << 53) + 3, 1), 9007199254740996.0);
        assert_eq!(quotient(-10, 3), -10.0 / 3.0);
        assert_eq!(quotient(1, 3), 1.0 / 3.0);
    }
}
