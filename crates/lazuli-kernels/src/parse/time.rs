//! Text to time of day: nanoseconds since midnight.

use super::Misfit;
use lazuli_array::calendar::NANOS_PER_SECOND;

/// Reads `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f` with 1 to 9 fraction digits; 00:00 to 23:59:59.999999999.
///
/// # Errors
/// [`Misfit::NotTime`] for another form, [`Misfit::NoSuchTime`] for `24:00`, minute or second 60.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, parse_time};
/// assert_eq!(parse_time(b"00:00:01.5"), Ok(1_500_000_000));
/// assert_eq!(parse_time(b"24:00:00"), Err(Misfit::NoSuchTime));
/// ```
pub fn parse_time(text: &[u8]) -> Result<i64, Misfit> {
    match leading_time(text)? {
        (time, b"") => Ok(time),
        _ => Err(Misfit::NotTime),
    }
}

/// [`parse_time`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_time`].
#[inline]
pub fn parse_time_at(buffer: &[u8], start: usize, end: usize) -> Result<i64, Misfit> {
    parse_time(&buffer[start..end])
}

/// The time at the head of `text` and what follows it.
#[inline]
pub(super) fn leading_time(text: &[u8]) -> Result<(i64, &[u8]), Misfit> {
    let &[h1, h2, b':', m1, m2, ref rest @ ..] = text else { return Err(Misfit::NotTime) };
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (two_digits(*s1, *s2)?, rest),
        // A colon must be followed by seconds.
        [b':', ..] => return Err(Misfit::NotTime),
        _ => return Ok((clock(two_digits(h1, h2)?, two_digits(m1, m2)?, 0)?, rest)),
    };
    let whole = clock(two_digits(h1, h2)?, two_digits(m1, m2)?, second)?;
    match rest {
        [b'.', fraction @ ..] => {
            let (ns, rest) = leading_fraction(fraction)?;
            Ok((whole + ns, rest))
        }
        _ => Ok((whole, rest)),
    }
}

#[inline]
fn clock(hour: i64, minute: i64, second: i64) -> Result<i64, Misfit> {
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Misfit::NoSuchTime);
    }
    Ok(((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND)
}

#[inline]
fn leading_fraction(text: &[u8]) -> Result<(i64, &[u8]), Misfit> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return Err(Misfit::NotTime);
    }
    let (fraction, rest) = text.split_at(digits);
    let value = fraction.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    Ok((value * 10_i64.pow(9 - digits as u32), rest))
}

#[inline]
pub(super) fn two_digits(tens: u8, ones: u8) -> Result<i64, Misfit> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return Err(Misfit::NotTime);
    }
    Ok(i64::from(tens * 10 + ones))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::calendar::write_time;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        for (text, result) in [
            ("00:00", Ok(0)),
            ("23:59", Ok(86_340 * NANOS_PER_SECOND)),
            ("23:59:59.999999999", Ok(86_400 * NANOS_PER_SECOND - 1)),
            ("01:02:03.000001", Ok(3_723_000_001_000)),
            ("24:00", Err(Misfit::NoSuchTime)),
            ("12:60", Err(Misfit::NoSuchTime)),
            ("12:00:60", Err(Misfit::NoSuchTime)),
            ("1:00", Err(Misfit::NotTime)),
            ("12:00:", Err(Misfit::NotTime)),
            ("12:00:0", Err(Misfit::NotTime)),
            ("12:00:00.", Err(Misfit::NotTime)),
            ("12:00:00.1234567890", Err(Misfit::NotTime)),
            ("12:00.5", Err(Misfit::NotTime)),
            ("12:00:00Z", Err(Misfit::NotTime)),
            ("ab:cd", Err(Misfit::NotTime)),
            ("", Err(Misfit::NotTime)),
        ] {
            assert_eq!(parse_time(text.as_bytes()), result, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_is_written(ns in 0..86_400 * NANOS_PER_SECOND) {
            let mut text = String::new();
            write_time(&mut text, ns).expect("a string takes any text");
            prop_assert_eq!(parse_time(text.as_bytes()), Ok(ns));
        }
    }
}
