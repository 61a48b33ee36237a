//! Dates, times and durations as files of text have them: ISO 8601, all digits of the unit.
//!
//! The calendar is that of `lazuli-array`; here are only the digits, written as bytes.

use lazuli_array::TimeUnit;
use lazuli_array::calendar::{civil_from_wide_days, split_ticks, split_time};

/// `2020-01-31`; years outside 0 to 9999 with a sign.
pub(crate) fn write_date(days: i32, out: &mut Vec<u8>) {
    write_civil(i64::from(days), out);
}

/// `2020-01-31T01:02:03.000000`.
pub(crate) fn write_datetime(ticks: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    let (days, nanos_of_day) = split_ticks(ticks, unit);
    write_civil(days, out);
    out.push(b'T');
    write_time(nanos_of_day, unit.per_second().ilog10(), out);
}

/// `01:02:03.000000`, with so many digits of fraction (1 to 9).
pub(crate) fn write_time(nanos_of_day: i64, fraction_digits: u32, out: &mut Vec<u8>) {
    let (hour, minute, second, nanos) = split_time(nanos_of_day);
    write_two(hour, out);
    out.push(b':');
    write_two(minute, out);
    out.push(b':');
    write_two(second, out);
    out.push(b'.');
    let mut place = 100_000_000;
    for _ in 0..fraction_digits {
        out.push(b'0' + (nanos / place % 10) as u8);
        place /= 10;
    }
}

/// In seconds: `PT90.5S`, `-PT0.001S`.
pub(crate) fn write_duration(ticks: i64, unit: TimeUnit, out: &mut Vec<u8>) {
    if ticks < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(b"PT");
    let (ticks, per_second) = (ticks.unsigned_abs(), unit.per_second().unsigned_abs());
    out.extend_from_slice(itoa::Buffer::new().format(ticks / per_second).as_bytes());
    let mut fraction = ticks % per_second;
    if fraction > 0 {
        out.push(b'.');
        let mut place = per_second / 10;
        while fraction > 0 {
            out.push(b'0' + (fraction / place) as u8);
            fraction %= place;
            place /= 10;
        }
    }
    out.push(b'S');
}

fn write_civil(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_wide_days(days);
    if (0..=9_999).contains(&year) {
        write_two(year as u32 / 100, out);
        write_two(year as u32 % 100, out);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        out.extend_from_slice(format!("{:04}", year.unsigned_abs()).as_bytes());
    }
    out.push(b'-');
    write_two(month, out);
    out.push(b'-');
    write_two(day, out);
}

#[inline]
fn write_two(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}
