//! Text to datetime: an ISO 8601 date, `T` or a space, a time of day, and perhaps `Z` or an offset.
//!
//! A type without zone takes texts without zone, a type with zone (an instant) takes texts with one: otherwise part of
//! the text would be dropped or made up. A date alone reads as its midnight in a type without zone.

use super::Misfit;
use super::date::{four_digit_year, parse_date};
use super::time::{leading_time, two_digits};
use lazuli_array::TimeUnit;
use lazuli_array::calendar::NANOS_PER_SECOND;

const SECONDS_PER_DAY: i64 = 86_400;

/// What a datetime text says, before it is put on a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatetimeText {
    /// Days since 1970-01-01.
    pub days: i32,
    /// Nanoseconds since midnight.
    pub ns_of_day: i64,
    /// Seconds east of Greenwich; `Z` is 0, no zone is `None`.
    pub offset_seconds: Option<i32>,
}

impl DatetimeText {
    /// The datetime in ticks since 1970-01-01T00:00:00. With `zoned` the text must name a zone and the result is in UTC;
    /// without, it must not.
    ///
    /// # Errors
    /// [`Misfit::ZoneMissing`], [`Misfit::ZoneUnexpected`], [`Misfit::TooPrecise`] when the fraction has digits below
    /// one tick, [`Misfit::OutOfRange`] past 64 bits.
    #[inline]
    pub fn ticks(&self, unit: TimeUnit, zoned: bool) -> Result<i64, Misfit> {
        let offset = match (self.offset_seconds, zoned) {
            (None, false) => 0,
            (Some(offset), true) => i64::from(offset),
            (None, true) => return Err(Misfit::ZoneMissing),
            (Some(_), false) => return Err(Misfit::ZoneUnexpected),
        };
        let per_second = unit.per_second();
        let ns_per_tick = NANOS_PER_SECOND / per_second;
        if self.ns_of_day % ns_per_tick != 0 {
            return Err(Misfit::TooPrecise);
        }
        // In 128 bits: days before 1677-09-22 overflow as nanoseconds although the sum may fit.
        let seconds = i64::from(self.days) * SECONDS_PER_DAY - offset;
        let ticks = i128::from(seconds) * i128::from(per_second) + i128::from(self.ns_of_day / ns_per_tick);
        i64::try_from(ticks).map_err(|_| Misfit::OutOfRange)
    }
}

/// Reads a datetime: `YYYY-MM-DD`, or with `T` or one space `HH:MM[:SS[.f]]` and then nothing, `Z`, `+HH:MM`, `+HHMM`
/// or `+HH` (or `-`).
///
/// # Errors
/// [`Misfit::NotDatetime`], [`Misfit::NoSuchDate`], [`Misfit::NoSuchTime`].
///
/// ```
/// use lazuli_array::TimeUnit;
/// use lazuli_kernels::parse::parse_datetime;
/// let text = parse_datetime(b"1970-01-02T00:00:01+01:00")?;
/// assert_eq!((text.days, text.ns_of_day, text.offset_seconds), (1, 1_000_000_000, Some(3600)));
/// assert_eq!(text.ticks(TimeUnit::Milliseconds, true), Ok(86_401_000 - 3_600_000));
/// # Ok::<(), lazuli_kernels::parse::Misfit>(())
/// ```
#[inline]
pub fn parse_datetime(text: &[u8]) -> Result<DatetimeText, Misfit> {
    let (days, rest) = match text.split_first_chunk::<10>() {
        Some((date, rest)) => match four_digit_year(date) {
            Some(days) => (days?, rest),
            None => signed_date(text)?,
        },
        None => return Err(Misfit::NotDatetime),
    };
    let time = match rest {
        [] => return Ok(DatetimeText { days, ns_of_day: 0, offset_seconds: None }),
        [b'T' | b' ', time @ ..] => time,
        _ => return Err(Misfit::NotDatetime),
    };
    let (ns_of_day, zone) = leading_time(time).map_err(as_datetime)?;
    Ok(DatetimeText { days, ns_of_day, offset_seconds: offset(zone)? })
}

/// [`parse_datetime`] followed by [`DatetimeText::ticks`].
///
/// # Errors
/// As those two.
///
/// ```
/// use lazuli_array::TimeUnit::{Microseconds, Milliseconds};
/// use lazuli_kernels::parse::{Misfit, parse_datetime_ticks};
/// assert_eq!(parse_datetime_ticks(b"1970-01-01 00:00:01.5", Microseconds, false), Ok(1_500_000));
/// assert_eq!(parse_datetime_ticks(b"1970-01-01 00:00:01Z", Milliseconds, false), Err(Misfit::ZoneUnexpected));
/// ```
#[inline]
pub fn parse_datetime_ticks(text: &[u8], unit: TimeUnit, zoned: bool) -> Result<i64, Misfit> {
    parse_datetime(text)?.ticks(unit, zoned)
}

/// [`parse_datetime_ticks`] of `buffer[start..end]`.
///
/// # Errors
/// As [`parse_datetime_ticks`].
#[inline]
pub fn parse_datetime_ticks_at(
    buffer: &[u8],
    start: usize,
    end: usize,
    unit: TimeUnit,
    zoned: bool,
) -> Result<i64, Misfit> {
    parse_datetime_ticks(&buffer[start..end], unit, zoned)
}

/// A date with a signed year at the head of `text`, and what follows it.
#[cold]
fn signed_date(text: &[u8]) -> Result<(i32, &[u8]), Misfit> {
    let end = text.iter().position(|&byte| byte == b'T' || byte == b' ').unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    Ok((parse_date(date).map_err(as_datetime)?, rest))
}

/// In a datetime, a malformed part is a malformed datetime.
fn as_datetime(misfit: Misfit) -> Misfit {
    match misfit {
        Misfit::NotDate | Misfit::NotTime => Misfit::NotDatetime,
        other => other,
    }
}

#[inline]
fn offset(zone: &[u8]) -> Result<Option<i32>, Misfit> {
    let (sign, hours, minutes) = match *zone {
        [] => return Ok(None),
        [b'Z'] => return Ok(Some(0)),
        [sign @ (b'+' | b'-'), h1, h2] => (sign, two_digits(h1, h2), Ok(0)),
        [sign @ (b'+' | b'-'), h1, h2, m1, m2] => (sign, two_digits(h1, h2), two_digits(m1, m2)),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign, two_digits(h1, h2), two_digits(m1, m2)),
        _ => return Err(Misfit::NotDatetime),
    };
    let (hours, minutes) = (hours.map_err(as_datetime)?, minutes.map_err(as_datetime)?);
    if hours > 23 || minutes > 59 {
        return Err(Misfit::NoSuchTime);
    }
    let seconds = (hours * 3_600 + minutes * 60) as i32;
    Ok(Some(if sign == b'-' { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::calendar::write_datetime;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        let us = 1_000_000;
        for (text, zoned, result) in [
            ("1970-01-01T00:00:00", false, Ok(0)),
            ("1970-01-01 00:00", false, Ok(0)),
            ("1970-01-02", false, Ok(86_400 * us)),
            ("1969-12-31 23:59:59.999999", false, Ok(-1)),
            ("1970-01-01 00:00:00.1234560", false, Ok(123_456)),
            ("1970-01-01 00:00:00.1234567", false, Err(Misfit::TooPrecise)),
            ("1970-01-01T01:00:00+01:00", true, Ok(0)),
            ("1970-01-01T01:00:00-0130", true, Ok(9_000 * us)),
            ("1970-01-01T01:00:00+01", true, Ok(0)),
            ("1970-01-01T00:00:00Z", true, Ok(0)),
            ("1970-01-01T00:00:00Z", false, Err(Misfit::ZoneUnexpected)),
            ("1970-01-01T00:00:00", true, Err(Misfit::ZoneMissing)),
            ("1970-01-01", true, Err(Misfit::ZoneMissing)),
            ("-0001-12-31T00:00:00", false, Ok(-719_529 * 86_400 * us)),
            ("1970-02-30T00:00:00", false, Err(Misfit::NoSuchDate)),
            ("1970-01-01T24:00:00", false, Err(Misfit::NoSuchTime)),
            ("1970-01-01T00:00:00+24:00", true, Err(Misfit::NoSuchTime)),
            ("1970-01-01T", false, Err(Misfit::NotDatetime)),
            ("1970-01-01  00:00", false, Err(Misfit::NotDatetime)),
            ("1970-01-01t00:00", false, Err(Misfit::NotDatetime)),
            ("1970-01-01 00:00:00 ", false, Err(Misfit::NotDatetime)),
            ("1970-01-01 00:00:00+1:00", true, Err(Misfit::NotDatetime)),
            ("03/10/2024 01:25:58", false, Err(Misfit::NotDatetime)),
            ("", false, Err(Misfit::NotDatetime)),
        ] {
            assert_eq!(
                parse_datetime_ticks(text.as_bytes(), TimeUnit::Microseconds, zoned),
                result,
                "{text:?}"
            );
        }
        assert_eq!(
            parse_datetime_ticks(b"2500-01-01 00:00:00", TimeUnit::Nanoseconds, false),
            Err(Misfit::OutOfRange)
        );
    }

    proptest! {
        #[test]
        fn reads_what_is_written(
            ticks: i64,
            unit in prop::sample::select(vec![TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds]),
            zoned: bool,
        ) {
            // Years past what 32 bits of days hold are outside this grammar.
            let ticks = if unit == TimeUnit::Milliseconds { ticks % 100_000_000_000_000 } else { ticks };
            let mut text = String::new();
            write_datetime(&mut text, ticks, unit, if zoned { 'T' } else { ' ' }).expect("a string takes any text");
            if zoned { text.push('Z'); }
            prop_assert_eq!(parse_datetime_ticks(text.as_bytes(), unit, zoned), Ok(ticks), "{}", text);
        }

        #[test]
        fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..40)) { let _ = parse_datetime(&text); }

        #[test]
        fn never_panics_on_look_alikes(text in "[-+0-9]{4,6}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.Z+-]{0,20}") {
            let _ = parse_datetime(text.as_bytes());
        }
    }
}
