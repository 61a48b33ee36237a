//! Calendar arithmetic: day numbers and ticks to civil dates, and the ISO 8601 form of both.
//!
//! The proleptic Gregorian calendar without leap seconds, day 0 is 1970-01-01. This is the one place of the house that
//! knows how long months are: display, CSV, casts and temporal functions all come here. Ticks are split towards the
//! past, so -1 ns is the last nanosecond of 1969. Total: no input panics, results that do not fit are `None`.
//!
//! Not here: time zones (ticks are UTC), guessing at formats, columns (kernels loop over these functions).
//!
//! The conversions follow Howard Hinnant, "chrono-compatible low-level date algorithms" (2013): years that start in
//! March put the leap day last, which makes the month lengths a linear formula.

use std::fmt::{self, Write};

use crate::TimeUnit;

/// Nanoseconds of one day.
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;
/// Nanoseconds of one second.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Days of 400 years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_IN_MARCH_DAYS: i64 = 719_468;

/// Year, month (1 to 12) and day (1 to 31) of a day number.
///
/// ```
/// assert_eq!(lazuli_array::calendar::civil_from_days(18_262), (2020, 1, 1));
/// assert_eq!(lazuli_array::calendar::civil_from_days(-1), (1969, 12, 31));
/// ```
#[inline]
pub fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let (year, month, day) = civil_from_wide_days(i64::from(days));
    (year as i32, month, day) // 2^31 days are fewer than 5,900,000 years
}

/// As [`civil_from_days`], for day numbers of any size: those of a datetime in milliseconds need more than 32 bits.
#[inline]
pub fn civil_from_wide_days(days: i64) -> (i64, u32, u32) {
    // Reduced before the shift, so that no day number overflows.
    let shifted = days.rem_euclid(DAYS_PER_ERA) + EPOCH_IN_MARCH_DAYS;
    let era = days.div_euclid(DAYS_PER_ERA) + shifted / DAYS_PER_ERA;
    let day_of_era = shifted % DAYS_PER_ERA; // 0 to 146,096
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100); // from 1 March
    let march_month = (5 * day_of_year + 2) / 153; // 0 is March
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month as u32, day as u32)
}

/// The day number of a date; `None` if there is no such date or it is beyond 32 bits.
///
/// ```
/// assert_eq!(lazuli_array::calendar::days_from_civil(2020, 2, 29), Some(18_321));
/// assert_eq!(lazuli_array::calendar::days_from_civil(2021, 2, 29), None);
/// ```
#[inline]
pub fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    if day == 0 || day > days_in_month(year, month)? {
        return None;
    }
    let march_year = i64::from(year) - i64::from(month <= 2);
    let (era, year_of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let march_month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * DAYS_PER_ERA + day_of_era - EPOCH_IN_MARCH_DAYS).ok()
}

/// As [`days_from_civil`], for years of any size that a day number of 64 bits has.
///
/// ```
/// assert_eq!(lazuli_array::calendar::wide_days_from_civil(2020, 2, 29), Some(18_321));
/// ```
#[inline]
pub fn wide_days_from_civil(year: i64, month: u32, day: u32) -> Option<i64> {
    // The calendar repeats after 400 years, so the years before that are whole eras.
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days = days_from_civil(year_of_era as i32, month, day)?;
    era.checked_mul(DAYS_PER_ERA)?.checked_add(days.into())
}

/// The day number that many months later: the same day of the month, or the month's last day where it is shorter.
///
/// ```
/// use lazuli_array::calendar::{add_months, wide_days_from_civil};
///
/// let date = |year, month, day| wide_days_from_civil(year, month, day).expect("a date");
/// assert_eq!(add_months(date(2024, 1, 31), 1), Some(date(2024, 2, 29)));
/// assert_eq!(add_months(date(2024, 2, 29), -12), Some(date(2023, 2, 28)));
/// ```
#[inline]
pub fn add_months(days: i64, months: i64) -> Option<i64> {
    let (year, month, day) = civil_from_wide_days(days);
    let month = year.checked_mul(12)?.checked_add(i64::from(month) - 1)?.checked_add(months)?;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) as u32 + 1);
    let last = days_in_month(year.rem_euclid(400) as i32, month)?;
    wide_days_from_civil(year, month, day.min(last))
}

/// Whether the year has a 29 February.
#[inline]
pub fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Number of days of a month; `None` if there is no such month.
#[inline]
pub fn days_in_month(year: i32, month: u32) -> Option<u32> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap_year(year) { 29 } else { 28 }),
        _ => None,
    }
}

/// The day number of a tick and the nanoseconds since that day's midnight, 0 to 86,399,999,999,999.
///
/// ```
/// use lazuli_array::{TimeUnit, calendar::split_ticks};
///
/// assert_eq!(split_ticks(-1, TimeUnit::Milliseconds), (-1, 86_399_999_000_000));
/// ```
#[inline]
pub fn split_ticks(ticks: i64, unit: TimeUnit) -> (i64, i64) {
    let per_second = unit.per_second();
    let per_day = 86_400 * per_second;
    (ticks.div_euclid(per_day), ticks.rem_euclid(per_day) * (NANOS_PER_SECOND / per_second))
}

/// The tick of a day number and the nanoseconds since its midnight: [`split_ticks`] turned round.
///
/// `None` if it overflows, or if the nanoseconds are not a whole number of ticks (nothing is rounded).
#[inline]
pub fn join_ticks(days: i64, nanos_of_day: i64, unit: TimeUnit) -> Option<i64> {
    let per_second = unit.per_second();
    let nanos_per_tick = NANOS_PER_SECOND / per_second;
    if nanos_of_day % nanos_per_tick != 0 {
        return None;
    }
    // In 128 bits, since days before 1677-09-22 overflow as nanoseconds although the sum may fit.
    let ticks =
        i128::from(days) * i128::from(86_400 * per_second) + i128::from(nanos_of_day / nanos_per_tick);
    i64::try_from(ticks).ok()
}

/// Hour, minute, second and nanosecond of the nanoseconds since midnight; hours go past 23 when they do.
///
/// `nanos_of_day` must not be negative; a negative one counts as 0.
#[inline]
pub fn split_time(nanos_of_day: i64) -> (u32, u32, u32, u32) {
    let nanos = nanos_of_day.max(0);
    let seconds = nanos / NANOS_PER_SECOND;
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    (hours as u32, (minutes % 60) as u32, (seconds % 60) as u32, (nanos % NANOS_PER_SECOND) as u32)
}

/// Writes a date as `2020-01-31`. Years outside 0 to 9999 have a sign: `-0001-01-01`, `+12020-01-31`.
///
/// # Errors
/// Those of `out`.
pub fn write_date(out: &mut impl Write, days: i32) -> fmt::Result {
    write_wide_date(out, i64::from(days))
}

fn write_wide_date(out: &mut impl Write, days: i64) -> fmt::Result {
    let (year, month, day) = civil_from_wide_days(days);
    match year {
        0..=9999 => write!(out, "{year:04}-{month:02}-{day:02}"),
        10_000.. => write!(out, "+{year}-{month:02}-{day:02}"),
        _ => write!(out, "-{:04}-{month:02}-{day:02}", year.unsigned_abs()),
    }
}

/// Writes nanoseconds since midnight as `03:04:05`, with 3, 6 or 9 digits of fraction where they are needed.
///
/// # Errors
/// Those of `out`.
pub fn write_time(out: &mut impl Write, nanos_of_day: i64) -> fmt::Result {
    let (hour, minute, second, nano) = split_time(nanos_of_day);
    write!(out, "{hour:02}:{minute:02}:{second:02}")?;
    match nano {
        0 => Ok(()),
        nano if nano % 1_000_000 == 0 => write!(out, ".{:03}", nano / 1_000_000),
        nano if nano % 1_000 == 0 => write!(out, ".{:06}", nano / 1_000),
        nano => write!(out, ".{nano:09}"),
    }
}

/// Writes ticks as date, `separator` (a space or a `T`) and time, as [`write_date`] and [`write_time`] do.
///
/// # Errors
/// Those of `out`.
pub fn write_datetime(out: &mut impl Write, ticks: i64, unit: TimeUnit, separator: char) -> fmt::Result {
    let (days, nanos) = split_ticks(ticks, unit);
    write_wide_date(out, days)?;
    out.write_char(separator)?;
    write_time(out, nanos)
}

/// Writes a span of time as `1d 2h 3m 4.5s`: parts that are 0 are left out, a minus stands before all of it.
///
/// # Errors
/// Those of `out`.
pub fn write_duration(out: &mut impl Write, ticks: i64, unit: TimeUnit) -> fmt::Result {
    let per_second = unit.per_second().unsigned_abs();
    let magnitude = ticks.unsigned_abs();
    let (seconds, fraction) = (magnitude / per_second, magnitude % per_second);
    if magnitude == 0 {
        return out.write_str("0s");
    }
    if ticks < 0 {
        out.write_char('-')?;
    }
    let mut separator = "";
    for (amount, letter) in [(seconds / 86_400, 'd'), (seconds / 3_600 % 24, 'h'), (seconds / 60 % 60, 'm')] {
        if amount > 0 {
            write!(out, "{separator}{amount}{letter}")?;
            separator = " ";
        }
    }
    let whole = seconds % 60;
    if fraction > 0 {
        let nanos = fraction * (NANOS_PER_SECOND.unsigned_abs() / per_second);
        let digits = format!("{nanos:09}");
        write!(out, "{separator}{whole}.{}s", digits.trim_end_matches('0'))
    } else if whole > 0 {
        write!(out, "{separator}{whole}s")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
        let mut out = String::new();
        write(&mut out).expect("a string takes any text");
        out
    }

    #[test]
    fn days_follow_a_calendar_that_is_counted_by_hand() {
        // The naive twin: walk day by day from 1583 to 2500 with month lengths, nothing else.
        let (mut year, mut month, mut day) = (1583, 1, 1);
        let first = days_from_civil(year, month, day).expect("a date");
        for days in first..first + 335_000 {
            assert_eq!(civil_from_days(days), (year, month, day));
            assert_eq!(days_from_civil(year, month, day), Some(days));
            day += 1;
            if day > days_in_month(year, month).expect("a month") {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), Some(0));
    }

    #[test]
    fn dates_that_are_not_have_no_day_number() {
        for (year, month, day) in [
            (2020, 0, 1),
            (2020, 13, 1),
            (2020, 1, 0),
            (2020, 1, 32),
            (2019, 2, 29),
            (1900, 2, 29),
            (2020, 4, 31),
            (i32::MAX, 1, 1),
            (i32::MIN, 1, 1),
        ] {
            assert_eq!(days_from_civil(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(days_from_civil(2000, 2, 29).is_some());
    }

    #[test]
    fn text_is_iso() {
        let date = |year, month, day| {
            let days = days_from_civil(year, month, day).expect("a date");
            written(|out| write_date(out, days))
        };
        assert_eq!(date(2020, 1, 31), "2020-01-31");
        assert_eq!(date(0, 12, 1), "0000-12-01");
        assert_eq!(date(-1, 1, 2), "-0001-01-02");
        assert_eq!(date(12_020, 1, 2), "+12020-01-02");

        let datetime = |ticks, unit| written(|out| write_datetime(out, ticks, unit, ' '));
        assert_eq!(datetime(0, TimeUnit::Milliseconds), "1970-01-01 00:00:00");
        assert_eq!(datetime(-1, TimeUnit::Milliseconds), "1969-12-31 23:59:59.999");
        assert_eq!(datetime(-1, TimeUnit::Microseconds), "1969-12-31 23:59:59.999999");
        assert_eq!(datetime(-1, TimeUnit::Nanoseconds), "1969-12-31 23:59:59.999999999");
        assert_eq!(datetime(1_500_000_000, TimeUnit::Nanoseconds), "1970-01-01 00:00:01.500");
        assert_eq!(datetime(i64::MAX, TimeUnit::Milliseconds), "+292278994-08-17 07:12:55.807");
        assert_eq!(datetime(i64::MIN, TimeUnit::Milliseconds), "-292275055-05-16 16:47:04.192");
    }

    #[test]
    fn durations_leave_out_what_is_zero() {
        let duration = |ticks, unit| written(|out| write_duration(out, ticks, unit));
        for (milliseconds, text) in [
            (0, "0s"),
            (93_784_500, "1d 2h 3m 4.5s"),
            (-93_784_500, "-1d 2h 3m 4.5s"),
            (86_400_000, "1d"),
            (90_000_000, "1d 1h"),
            (60_000, "1m"),
            (500, "0.5s"),
            (-1, "-0.001s"),
        ] {
            assert_eq!(duration(milliseconds, TimeUnit::Milliseconds), text);
        }
        assert_eq!(duration(1, TimeUnit::Nanoseconds), "0.000000001s");
        assert_eq!(duration(i64::MIN, TimeUnit::Nanoseconds), "-106751d 23h 47m 16.854775808s");
    }

    proptest! {
        #[test]
        fn day_numbers_round_trip(days in any::<i32>()) {
            let (year, month, day) = civil_from_days(days);
            prop_assert_eq!(days_from_civil(year, month, day), Some(days));
        }

        #[test]
        fn wide_days_have_a_date(days in any::<i64>()) {
            let (_, month, day) = civil_from_wide_days(days);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
        }

        #[test]
        fn ticks_round_trip(ticks in any::<i64>()) {
            for unit in [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds] {
                let (days, nanos) = split_ticks(ticks, unit);
                prop_assert!((0..NANOS_PER_DAY).contains(&nanos));
                prop_assert_eq!(join_ticks(days, nanos, unit), Some(ticks));
            }
        }
    }

    #[test]
    fn joining_neither_rounds_nor_wraps() {
        assert_eq!(join_ticks(0, 1, TimeUnit::Microseconds), None);
        assert_eq!(join_ticks(i64::MAX, 0, TimeUnit::Milliseconds), None);
        assert_eq!(join_ticks(106_752, 0, TimeUnit::Nanoseconds), None);
    }
}
