//! Text to float, correctly rounded: the grammar and the answers of Rust's `f64::from_str`.
//!
//! Fast path (Clinger 1990): at most 16 characters of digits with at most one dot are one exact integer below 2^53 and
//! one exact power of ten up to 10^15, so a single division rounds once, correctly. The dot is squeezed out inside the
//! word, so there is no loop over digits. Everything else goes to `fast-float2` (Eisel and Lemire).

use super::Misfit;
use super::digits::{all_digits, eight_digits, load_right};

/// Powers of ten that an f64 holds exactly and that the fast path can need.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads a float: the nearest f64, ties to even.
///
/// # Errors
/// [`Misfit::NotNumber`].
///
/// ```
/// use lazuli_kernels::parse::parse_f64;
/// assert_eq!(parse_f64(b"-12.5"), Ok(-12.5));
/// assert_eq!(parse_f64(b"1e3"), Ok(1000.0));
/// assert!(parse_f64(b"NaN").is_ok_and(f64::is_nan));
/// assert!(parse_f64(b"1,5").is_err());
/// ```
pub fn parse_f64(text: &[u8]) -> Result<f64, Misfit> {
    parse_f64_at(text, 0, text.len())
}

/// [`parse_f64`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_f64`].
#[inline]
pub fn parse_f64_at(buffer: &[u8], start: usize, end: usize) -> Result<f64, Misfit> {
    let Some(&first) = buffer[..end].get(start) else { return Err(Misfit::NotNumber) };
    let negative = first == b'-';
    let digits_start = start + usize::from(negative | (first == b'+'));
    let plain = match end - digits_start {
        len @ 1..=8 => short(load_right(buffer, end, len), len),
        len @ 9..=16 => medium(load_right(buffer, end - 8, len - 8), load_right(buffer, end, 8)),
        _ => None,
    };
    match plain {
        Some(value) => Ok(if negative { -value } else { value }),
        None => any_float(&buffer[start..end]),
    }
}

/// Reads an f32, rounded once from the text (not by way of f64).
///
/// # Errors
/// [`Misfit::NotNumber`].
///
/// ```
/// assert_eq!(lazuli_kernels::parse::parse_f32(b"0.1"), Ok(0.1_f32));
/// ```
pub fn parse_f32(text: &[u8]) -> Result<f32, Misfit> {
    fast_float2::parse(text).map_err(|_| Misfit::NotNumber)
}

#[inline(never)]
fn any_float(text: &[u8]) -> Result<f64, Misfit> {
    fast_float2::parse(text).map_err(|_| Misfit::NotNumber)
}

/// Up to eight characters, right-aligned in the word and filled with `'0'`.
#[inline]
fn short(word: u64, len: usize) -> Option<f64> {
    if all_digits(word) {
        return Some(eight_digits(word) as f64);
    }
    let dot = first_dot(word)?;
    let shift = 8 * dot;
    let left = word & ((1_u64 << shift) - 1);
    let right = word & ((u64::MAX << shift) << 8);
    let word = right | (left << 8) | u64::from(b'0');
    // A lone dot is no number; the general routine says so.
    (len > 1 && all_digits(word)).then(|| eight_digits(word) as f64 / POWERS[7 - dot as usize])
}

/// Nine to sixteen characters: the first up to eight, right-aligned, and the last eight.
#[inline]
fn medium(high: u64, low: u64) -> Option<f64> {
    const TEN_8: u64 = 100_000_000;
    if all_digits(low) & all_digits(high) {
        let value = eight_digits(high) * TEN_8 + eight_digits(low);
        return (value <= 1 << f64::MANTISSA_DIGITS).then_some(value as f64);
    }
    let (word, fraction_digits) = match (first_dot(high), first_dot(low)) {
        (Some(dot), None) => (u128::from(high) | (u128::from(low) << 64), 15 - dot),
        (None, Some(dot)) => (u128::from(high) | (u128::from(low) << 64), 7 - dot),
        _ => return None,
    };
    let shift = 8 * (15 - fraction_digits);
    let left = word & ((1_u128 << shift) - 1);
    let right = word & ((u128::MAX << shift) << 8);
    let word = right | (left << 8) | u128::from(b'0');
    let (high, low) = (word as u64, (word >> 64) as u64);
    // At most 15 digits are left: below 2^53.
    (all_digits(low) & all_digits(high))
        .then(|| (eight_digits(high) * TEN_8 + eight_digits(low)) as f64 / POWERS[fraction_digits as usize])
}

/// Index of the first byte that is a dot.
#[inline]
fn first_dot(word: u64) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let difference = word ^ (ONES * b'.' as u64);
    // The lowest flag is exact; flags above a true one may be false, which a later digit test finds out.
    let flags = difference.wrapping_sub(ONES) & !difference & (ONES << 7);
    (flags != 0).then(|| flags.trailing_zeros() / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) {
        let bits = |value: Result<f64, Misfit>| {
            value.ok().map(|v| if v.is_nan() { 0x7ff8 << 48 } else { v.to_bits() })
        };
        let rust = bits(text.parse::<f64>().map_err(|_| Misfit::NotNumber));
        assert_eq!(bits(parse_f64(text.as_bytes())), rust, "{text:?}");
        for (before, after) in [("9", "1"), ("12345678.", "9"), ("1234567890123456", ",")] {
            let buffer = format!("{before}{text}{after}");
            let found = parse_f64_at(buffer.as_bytes(), before.len(), before.len() + text.len());
            assert_eq!(bits(found), rust, "{buffer:?}");
        }
        let rust32 = text.parse::<f32>().ok().filter(|v| !v.is_nan()).map(f32::to_bits);
        assert_eq!(
            parse_f32(text.as_bytes()).ok().filter(|v| !v.is_nan()).map(f32::to_bits),
            rust32,
            "{text:?}"
        );
    }

    #[test]
    fn edges() {
        for text in [
            "",
            ".",
            "+",
            "-",
            "-.",
            "+.",
            "..",
            "0",
            "-0",
            "-0.0",
            ".5",
            "5.",
            "-.5",
            "+5.",
            "1.2.3",
            "1..2",
            "1e3",
            "1E3",
            "1e",
            "e3",
            "1e+3",
            "1e-3",
            "inf",
            "-inf",
            "+inf",
            "Inf",
            "INF",
            "infinity",
            "nan",
            "NaN",
            "NAN",
            "-nan",
            "1_000",
            "1,5",
            " 1",
            "1 ",
            "0x10",
            "1/2",
            "./",
            "/.",
            "1./",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994",
            "123456789.123456",
            "1234567.12345678",
            "12345678.1234567",
            ".123456789012345",
            "123456789012345.",
            "1234567890.1.34567",
            "0.1",
            "0.3",
            "2.675",
            "1.005",
            "1e308",
            "1e309",
            "4.9e-324",
            "1e-400",
            "99999999",
            "999999999",
            "0.00000000000001",
            "123456789012345678901234567890.5",
            "82544000000000707.52",
        ] {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn matches_std_on_short_decimals(text in "[+-]?[0-9]{0,9}[.]?[0-9]{0,9}") { check(&text); }

        #[test]
        fn matches_std_on_number_soup(text in "[-+]?[0-9.]{0,12}[eE.]?[-+0-9.,/]{0,6}") { check(&text); }

        #[test]
        fn shortest_text_reads_back(value: f64) { check(&value.to_string()); check(&format!("{value:e}")); }
    }
}
