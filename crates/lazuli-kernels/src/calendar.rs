//! Calendar: days and clock ticks to civil dates and times, and back; and their ISO 8601 text.
//!
//! The calendar is the proleptic Gregorian one with a year 0. Pure arithmetic, no time zones, no clock. The one place
//! for this: temporal functions, display, CSV writing and the parsers use it. Method: Howard Hinnant,
//! "chrono-compatible low-level date algorithms" (days in eras of 400 years, years starting in March).

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_SHIFT: i64 = 719_468;
/// Days in 400 years.
const ERA_DAYS: i64 = 146_097;

/// A calendar date. Ordered as time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate {
    /// Astronomical year: 0 is 1 BC.
    pub year: i32,
    /// 1..=12.
    pub month: u32,
    /// 1..=31.
    pub day: u32,
}

/// True if `year` has a 29 February.
#[inline]
pub fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days in `month` (1..=12) of `year`; 0 for no such month.
#[inline]
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(is_leap_year(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Days since 1970-01-01 of a date; `None` when 32 bits can't hold them. `month` and `day` must be in range.
///
/// ```
/// use lazuli_kernels::calendar::days_from_civil;
/// assert_eq!(days_from_civil(2000, 3, 1), Some(11_017));
/// ```
#[inline]
pub fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * ERA_DAYS + day_of_era - EPOCH_SHIFT).ok()
}

/// The date of a day number (days since 1970-01-01).
///
/// ```
/// use lazuli_kernels::calendar::{CivilDate, civil_from_days};
/// assert_eq!(civil_from_days(-1), CivilDate { year: 1969, month: 12, day: 31 });
/// ```
#[inline]
pub fn civil_from_days(days: i32) -> CivilDate {
    let (year, month, day) = civil_from_days_i64(i64::from(days));
    CivilDate { year: year as i32, month, day }
}

#[inline]
fn civil_from_days_i64(days: i64) -> (i64, u32, u32) {
    let days = days + EPOCH_SHIFT;
    let era = days.div_euclid(ERA_DAYS);
    let day_of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// How a datetime is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatetimeStyle {
    /// `2020-01-01T01:02:03.000000`: all digits of the unit, as CSV files have it.
    Iso,
    /// `2020-01-01 01:02:03.5`: a space, no trailing zeros in the fraction, for people.
    Display,
}

/// Appends `YYYY-MM-DD`; years outside 0..=9999 get a sign, as ISO 8601 wants.
///
/// ```
/// let mut text = Vec::new();
/// lazuli_kernels::calendar::write_date(0, &mut text);
/// assert_eq!(text, b"1970-01-01");
/// ```
pub fn write_date(days: i32, out: &mut Vec<u8>) {
    write_civil(i64::from(days), out);
}

fn write_civil(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days_i64(days);
    if (0..=9_999).contains(&year) {
        write_two(year as u32 / 100, out);
        write_two(year as u32 % 100, out);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        let digits = format!("{:04}", year.unsigned_abs());
        out.extend_from_slice(digits.as_bytes());
    }
    out.push(b'-');
    write_two(month, out);
    out.push(b'-');
    write_two(day, out);
}

/// Appends `HH:MM:SS` and, if `fraction_digits` (0..=9) is not 0, a dot and so many digits (the rest is cut off).
/// `ns_of_day` counts from midnight and is below 86,400 * 10^9.
///
/// ```
/// let mut text = Vec::new();
/// lazuli_kernels::calendar::write_time(3_723_000_001_000, 6, &mut text);
/// assert_eq!(text, b"01:02:03.000001");
/// ```
pub fn write_time(ns_of_day: i64, fraction_digits: u32, out: &mut Vec<u8>) {
    let seconds = (ns_of_day / 1_000_000_000) as u32;
    write_two(seconds / 3_600, out);
    out.push(b':');
    write_two(seconds / 60 % 60, out);
    out.push(b':');
    write_two(seconds % 60, out);
    if fraction_digits > 0 {
        out.push(b'.');
        let mut scale = 100_000_000;
        let fraction = (ns_of_day % 1_000_000_000) as u32;
        for _ in 0..fraction_digits.min(9) {
            out.push(b'0' + (fraction / scale % 10) as u8);
            scale /= 10;
        }
    }
}

/// Appends the time with as many fraction digits as it needs: none, or up to the last that is not zero.
///
/// ```
/// let mut text = Vec::new();
/// lazuli_kernels::calendar::write_time_trimmed(1_500_000_000, &mut text);
/// assert_eq!(text, b"00:00:01.5");
/// ```
pub fn write_time_trimmed(ns_of_day: i64, out: &mut Vec<u8>) {
    write_time(ns_of_day, needed_digits(ns_of_day), out);
}

fn needed_digits(ns_of_day: i64) -> u32 {
    let mut fraction = ns_of_day % 1_000_000_000;
    let mut digits = 9;
    while digits > 0 && fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    digits
}

/// Appends a datetime given in ticks since 1970-01-01T00:00:00; `ticks_per_second` is 1, 10^3, 10^6 or 10^9. Any i64
/// has a text. No zone is written.
///
/// ```
/// use lazuli_kernels::calendar::{DatetimeStyle, write_datetime};
/// let mut text = Vec::new();
/// write_datetime(-500_000, 1_000_000, DatetimeStyle::Iso, &mut text);
/// assert_eq!(text, b"1969-12-31T23:59:59.500000");
/// ```
pub fn write_datetime(ticks: i64, ticks_per_second: i64, style: DatetimeStyle, out: &mut Vec<u8>) {
    let ticks_per_day = 86_400 * ticks_per_second;
    write_civil(ticks.div_euclid(ticks_per_day), out);
    let ns_of_day = ticks.rem_euclid(ticks_per_day) * (1_000_000_000 / ticks_per_second);
    match style {
        DatetimeStyle::Iso => {
            out.push(b'T');
            write_time(ns_of_day, ticks_per_second.ilog10(), out);
        }
        DatetimeStyle::Display => {
            out.push(b' ');
            write_time_trimmed(ns_of_day, out);
        }
    }
}

#[inline]
fn write_two(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counting_day_by_day_agrees() {
        // The naive twin: walk the calendar one day at a time from 1899 to 2101.
        let mut date = CivilDate { year: 1899, month: 1, day: 1 };
        for days in days_from_civil(1899, 1, 1).expect("fits")..days_from_civil(2101, 1, 1).expect("fits") {
            assert_eq!(civil_from_days(days), date);
            assert_eq!(days_from_civil(date.year, date.month, date.day), Some(days));
            date.day += 1;
            if date.day > days_in_month(date.year, date.month) {
                (date.day, date.month) = (1, date.month + 1);
            }
            if date.month > 12 {
                (date.month, date.year) = (1, date.year + 1);
            }
        }
    }

    #[test]
    fn texts() {
        let written = |ticks, per_second, style| {
            let mut out = Vec::new();
            write_datetime(ticks, per_second, style, &mut out);
            String::from_utf8(out).expect("ASCII")
        };
        assert_eq!(written(0, 1, DatetimeStyle::Iso), "1970-01-01T00:00:00");
        assert_eq!(written(1, 1_000, DatetimeStyle::Iso), "1970-01-01T00:00:00.001");
        assert_eq!(written(1_500, 1_000, DatetimeStyle::Display), "1970-01-01 00:00:01.5");
        assert_eq!(written(0, 1_000_000_000, DatetimeStyle::Display), "1970-01-01 00:00:00");
        assert_eq!(written(-1, 1_000_000_000, DatetimeStyle::Iso), "1969-12-31T23:59:59.999999999");
        assert_eq!(written(i64::MAX, 1, DatetimeStyle::Iso), "+292277026596-12-04T15:30:07");
        assert_eq!(written(i64::MIN, 1, DatetimeStyle::Display), "-292277022657-01-27 08:29:52");
    }

    proptest! {
        #[test]
        fn round_trip(days: i32) {
            let date = civil_from_days(days);
            prop_assert_eq!(days_from_civil(date.year, date.month, date.day), Some(days));
            prop_assert!((1..=days_in_month(date.year, date.month)).contains(&date.day));
        }
    }
}
