//! Text to date: ISO 8601 calendar dates, days since 1970-01-01.

use super::Misfit;
use super::digits::{all_digits, digit_pairs, pair};
use lazuli_array::calendar::{days_from_civil, days_in_month};

/// Reads `YYYY-MM-DD`; with a sign the year may have 4 to 7 digits (`-0044-03-15`, `+12345-01-01`).
///
/// # Errors
/// [`Misfit::NotDate`] for another form, [`Misfit::NoSuchDate`] for a day that the calendar lacks,
/// [`Misfit::OutOfRange`] past 32 bits of days.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, parse_date};
/// assert_eq!(parse_date(b"1970-01-02"), Ok(1));
/// assert_eq!(parse_date(b"2023-02-29"), Err(Misfit::NoSuchDate));
/// assert_eq!(parse_date(b"01/02/2023"), Err(Misfit::NotDate));
/// ```
pub fn parse_date(text: &[u8]) -> Result<i32, Misfit> {
    if let Ok(text) = <&[u8; 10]>::try_from(text)
        && let Some(result) = four_digit_year(text)
    {
        return result;
    }
    signed_year(text)
}

/// [`parse_date`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_date`].
#[inline]
pub fn parse_date_at(buffer: &[u8], start: usize, end: usize) -> Result<i32, Misfit> {
    parse_date(&buffer[start..end])
}

/// `None` when the text is not of the form `dddd-dd-dd`.
#[inline]
pub(super) fn four_digit_year(text: &[u8; 10]) -> Option<Result<i32, Misfit>> {
    let word = u64::from_le_bytes([text[0], text[1], text[2], text[3], text[4], text[5], text[6], text[7]]);
    let day = u64::from(u16::from_le_bytes([text[8], text[9]]));
    let dashes = (word >> 32) & 0xFF00_00FF;
    let digits = (word & 0xFFFF_FFFF) | ((word >> 8) & 0x0000_FFFF_0000_0000) | (day << 48);
    if dashes != 0x2D00_002D || !all_digits(digits) {
        return None;
    }
    let pairs = digit_pairs(digits);
    Some(checked_day((pair(pairs, 0) * 100 + pair(pairs, 1)) as i32, pair(pairs, 2), pair(pairs, 3)))
}

#[inline]
fn checked_day(year: i32, month: u32, day: u32) -> Result<i32, Misfit> {
    days_from_civil(year, month, day).ok_or_else(|| {
        let is_there = days_in_month(year, month).is_some_and(|days| (1..=days).contains(&day));
        if is_there { Misfit::OutOfRange } else { Misfit::NoSuchDate }
    })
}

/// `+YYYYY-MM-DD` and `-YYYY-MM-DD`.
#[cold]
pub(super) fn signed_year(text: &[u8]) -> Result<i32, Misfit> {
    let (sign, digits) = match text.split_first() {
        Some((b'+', rest)) => (1, rest),
        Some((b'-', rest)) => (-1, rest),
        _ => return Err(Misfit::NotDate),
    };
    let year_digits =
        digits.len().checked_sub(6).filter(|len| (4..=7).contains(len)).ok_or(Misfit::NotDate)?;
    let (year, rest) = digits.split_at(year_digits);
    let &[b'-', m1, m2, b'-', d1, d2] = rest else { return Err(Misfit::NotDate) };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_u32, |n, digit| digit.is_ascii_digit().then(|| n * 10 + u32::from(digit - b'0')))
    };
    match (number(year), number(&[m1, m2]), number(&[d1, d2])) {
        (Some(year), Some(month), Some(day)) => checked_day(sign * year as i32, month, day),
        _ => Err(Misfit::NotDate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::calendar::write_date;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        for (text, result) in [
            ("1970-01-01", Ok(0)),
            ("1969-12-31", Ok(-1)),
            ("2000-02-29", Ok(11_016)),
            ("0000-01-01", Ok(-719_528)),
            ("-0001-12-31", Ok(-719_529)),
            ("+10000-01-01", Ok(2_932_897)),
            ("1900-02-29", Err(Misfit::NoSuchDate)),
            ("2023-13-01", Err(Misfit::NoSuchDate)),
            ("2023-00-01", Err(Misfit::NoSuchDate)),
            ("2023-01-00", Err(Misfit::NoSuchDate)),
            ("2023-04-31", Err(Misfit::NoSuchDate)),
            ("+9999999-01-01", Err(Misfit::OutOfRange)),
            ("2023-1-1", Err(Misfit::NotDate)),
            ("2023/01/01", Err(Misfit::NotDate)),
            ("2023-01/01", Err(Misfit::NotDate)),
            ("20230101", Err(Misfit::NotDate)),
            ("2023-01-0a", Err(Misfit::NotDate)),
            ("a023-01-01", Err(Misfit::NotDate)),
            ("2023-0x-01", Err(Misfit::NotDate)),
            ("+", Err(Misfit::NotDate)),
            ("", Err(Misfit::NotDate)),
            ("12023-01-01", Err(Misfit::NotDate)),
        ] {
            assert_eq!(parse_date(text.as_bytes()), result, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_is_written(days: i32) {
            let mut text = String::new();
            write_date(&mut text, days).expect("a string takes any text");
            prop_assert_eq!(parse_date(text.as_bytes()), Ok(days));
        }

        #[test]
        fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..16)) { let _ = parse_date(&text); }
    }
}
