//! Text to decimal: an exact scaled integer, or a refusal.

use super::Misfit;

/// Reads `[+-]digits[.digits]` as `value * 10^scale`, with at most `precision` (1..=38) digits in all.
///
/// # Errors
/// [`Misfit::NotDecimal`] for another form (an exponent too), [`Misfit::TooPrecise`] when non-zero digits stand beyond
/// `scale`, [`Misfit::OutOfRange`] when the number needs more than `precision` digits.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, parse_decimal};
/// assert_eq!(parse_decimal(b"-12.50", 10, 2), Ok(-1250));
/// assert_eq!(parse_decimal(b"0.125", 10, 2), Err(Misfit::TooPrecise));
/// assert_eq!(parse_decimal(b"1000", 3, 0), Err(Misfit::OutOfRange));
/// ```
pub fn parse_decimal(text: &[u8], precision: u32, scale: u32) -> Result<i128, Misfit> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let dot = digits.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match dot {
        Some(dot) => (&digits[..dot], &digits[dot + 1..]),
        None => (digits, &digits[digits.len()..]),
    };
    if whole.is_empty() && fraction.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(Misfit::NotDecimal);
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(scale as usize));
    if beyond.iter().any(|&digit| digit != b'0') {
        return Err(Misfit::TooPrecise);
    }
    let missing_zeros = scale as usize - kept.len();
    let limit = 10_i128.checked_pow(precision).unwrap_or(i128::MAX);
    let magnitude = whole
        .iter()
        .chain(kept)
        .map(|digit| i128::from(digit - b'0'))
        .chain(std::iter::repeat_n(0, missing_zeros))
        .try_fold(0_i128, |value, digit| value.checked_mul(10)?.checked_add(digit))
        .filter(|&magnitude| magnitude < limit)
        .ok_or(Misfit::OutOfRange)?;
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        for (text, result) in [
            ("0", Ok(0)),
            ("1", Ok(100)),
            ("+1.5", Ok(150)),
            ("-.05", Ok(-5)),
            ("5.", Ok(500)),
            ("1.2300", Ok(123)),
            ("999.99", Ok(99_999)),
            ("1000", Err(Misfit::OutOfRange)),
            ("1.234", Err(Misfit::TooPrecise)),
            ("", Err(Misfit::NotDecimal)),
            (".", Err(Misfit::NotDecimal)),
            ("1e3", Err(Misfit::NotDecimal)),
            ("1.2.3", Err(Misfit::NotDecimal)),
            ("--1", Err(Misfit::NotDecimal)),
        ] {
            assert_eq!(parse_decimal(text.as_bytes(), 5, 2), result, "{text:?}");
        }
        assert_eq!(parse_decimal(&[b'9'; 38], 38, 0), Ok(10_i128.pow(38) - 1));
        assert_eq!(parse_decimal(&[b'9'; 60], 38, 0), Err(Misfit::OutOfRange));
    }

    proptest! {
        #[test]
        fn an_integer_shifted_by_the_scale(value in -999_999_999_i64..1_000_000_000, scale in 0_u32..9) {
            let text = format!("{}{}.{:0width$}", if value < 0 { "-" } else { "" }, value.unsigned_abs() / 10_u64.pow(scale),
                value.unsigned_abs() % 10_u64.pow(scale), width = scale as usize);
            let text = if scale == 0 { value.to_string() } else { text };
            prop_assert_eq!(parse_decimal(text.as_bytes(), 38, scale), Ok(i128::from(value)));
        }
    }
}
