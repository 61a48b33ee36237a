//! Text to integer: optional sign, digits, in range. The grammar of Rust's `i64::from_str` and `u64::from_str`.

use super::Misfit;
use super::digits::{all_digits, eight_digits, load_right, up_to_19_digits};

/// Reads a signed integer.
///
/// # Errors
/// [`Misfit::NotInteger`], or [`Misfit::OutOfRange`] when it is one that 64 bits can't hold.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, parse_i64};
/// assert_eq!(parse_i64(b"+42"), Ok(42));
/// assert_eq!(parse_i64(b"9223372036854775808"), Err(Misfit::OutOfRange));
/// assert_eq!(parse_i64(b"4 "), Err(Misfit::NotInteger));
/// ```
pub fn parse_i64(text: &[u8]) -> Result<i64, Misfit> {
    parse_i64_at(text, 0, text.len())
}

/// [`parse_i64`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_i64`].
#[inline(always)]
pub fn parse_i64_at(buffer: &[u8], start: usize, end: usize) -> Result<i64, Misfit> {
    // Most integers are one to eight digits without a sign: one word, inside the caller's loop. Called as a function,
    // this took a fifth of reading a file of small integers.
    let len = end.wrapping_sub(start);
    if matches!(len, 1..=8) && end <= buffer.len() {
        let word = load_right(buffer, end, len);
        if all_digits(word) {
            return Ok(eight_digits(word) as i64);
        }
    }
    parse_any_i64_at(buffer, start, end)
}

/// [`parse_i64_at`] of any text.
#[inline(never)]
fn parse_any_i64_at(buffer: &[u8], start: usize, end: usize) -> Result<i64, Misfit> {
    let Some(&first) = buffer[..end].get(start) else { return Err(Misfit::NotInteger) };
    let negative = first == b'-';
    let start = start + usize::from(negative | (first == b'+'));
    let magnitude = magnitude(buffer, start, end)?;
    if negative {
        0_i64.checked_sub_unsigned(magnitude).ok_or(Misfit::OutOfRange)
    } else {
        i64::try_from(magnitude).map_err(|_| Misfit::OutOfRange)
    }
}

/// Reads an unsigned integer; a `+` is allowed, a `-` is not.
///
/// # Errors
/// [`Misfit::NotInteger`]; [`Misfit::OutOfRange`] past 64 bits or for a negative integer.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, parse_u64};
/// assert_eq!(parse_u64(b"18446744073709551615"), Ok(u64::MAX));
/// assert_eq!(parse_u64(b"-1"), Err(Misfit::OutOfRange));
/// ```
pub fn parse_u64(text: &[u8]) -> Result<u64, Misfit> {
    parse_u64_at(text, 0, text.len())
}

/// [`parse_u64`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_u64`].
#[inline]
pub fn parse_u64_at(buffer: &[u8], start: usize, end: usize) -> Result<u64, Misfit> {
    let Some(&first) = buffer[..end].get(start) else { return Err(Misfit::NotInteger) };
    if first == b'-' {
        // Only tells "negative" from "nonsense"; a negative integer never fits, not even -0 (as in Rust).
        return Err(match magnitude(buffer, start + 1, end) {
            Err(Misfit::NotInteger) => Misfit::NotInteger,
            _ => Misfit::OutOfRange,
        });
    }
    magnitude(buffer, start + usize::from(first == b'+'), end)
}

/// The number that the digits `buffer[start..end]` write.
#[inline(always)]
fn magnitude(buffer: &[u8], start: usize, end: usize) -> Result<u64, Misfit> {
    match end - start {
        0 => Err(Misfit::NotInteger),
        len @ 1..=19 => up_to_19_digits(buffer, end, len).ok_or(Misfit::NotInteger),
        _ => long_magnitude(&buffer[start..end]),
    }
}

/// Twenty digits and more: leading zeros, u64's last decade, or out of range.
#[cold]
fn long_magnitude(digits: &[u8]) -> Result<u64, Misfit> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Misfit::NotInteger);
    }
    digits
        .iter()
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .ok_or(Misfit::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::IntErrorKind;

    fn naive<T: std::str::FromStr<Err = std::num::ParseIntError>>(text: &str) -> Result<T, Misfit> {
        text.parse::<T>().map_err(|error| match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Misfit::OutOfRange,
            _ => Misfit::NotInteger,
        })
    }

    fn check(text: &str) {
        // Rust reports overflow before it sees a later bad digit, and knows no negative u64: compare those loosely.
        let (ours, rust) = (parse_i64(text.as_bytes()), naive::<i64>(text));
        assert_eq!(ours.ok(), rust.ok(), "{text:?}");
        assert_eq!(parse_u64(text.as_bytes()).ok(), naive::<u64>(text).ok(), "{text:?}");
        for (before, after) in
            [("", ""), ("7", "8"), ("12345678", "9"), ("-", ","), ("123456789012345678901234", "")]
        {
            let buffer = format!("{before}{text}{after}");
            let range = (before.len(), before.len() + text.len());
            assert_eq!(parse_i64_at(buffer.as_bytes(), range.0, range.1), ours, "{buffer:?}");
        }
    }

    #[test]
    fn edges() {
        for text in [
            "",
            "+",
            "-",
            "0",
            "-0",
            "+0",
            "00",
            "1",
            "-1",
            "+1",
            "--1",
            "+-1",
            "1-",
            "1 ",
            " 1",
            "1.0",
            "1e3",
            "12345678",
            "123456789",
            "1234567812345678",
            "12345678123456781",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999",
            "00000000000000000000000000000000000007",
            "1234567\u{663}",
            "/",
            ":",
            "1/",
            "1:",
        ] {
            check(text);
        }
        assert_eq!(parse_i64(b"99999999999999999999"), Err(Misfit::OutOfRange));
        assert_eq!(parse_i64(b"9999999999999999999x"), Err(Misfit::NotInteger));
        assert_eq!(parse_u64(b"-x"), Err(Misfit::NotInteger));
        assert_eq!(parse_u64(b"-0"), Err(Misfit::OutOfRange));
    }

    proptest! {
        #[test]
        fn matches_std_on_numbers(value: i64) { check(&value.to_string()); }

        #[test]
        fn matches_std_on_unsigned(value: u64) { check(&value.to_string()); }

        #[test]
        fn matches_std_on_digit_soup(text in "[+-]?[0-9]{0,24}[0-9a./:]?[0-9]{0,3}") { check(&text); }
    }
}
