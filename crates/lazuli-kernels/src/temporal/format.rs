//! Dates and times as text of a given form: the directives of `strftime`, as chrono and Polars have them.
//!
//! | directive | writes |
//! |---|---|
//! | `%Y` `%C` `%y` | year, with a sign beyond 0 to 9999; its hundreds; its last two digits |
//! | `%q` `%m` `%b` `%B` | quarter; month as number, short and whole name |
//! | `%d` `%e` `%j` | day of the month with zeros, with spaces; day of the year |
//! | `%a` `%A` `%u` `%w` | day of the week: short and whole name, Monday 1, Sunday 0 |
//! | `%G` `%g` `%V` | ISO year, its last two digits, ISO week |
//! | `%U` `%W` | week of the year, from the first Sunday, from the first Monday |
//! | `%H` `%k` `%I` `%l` `%M` `%S` | hour with zeros and spaces, of 12 too; minute, second |
//! | `%p` `%P` | `AM` or `PM`, `am` or `pm` |
//! | `%f` `%3f` `%6f` `%9f` | nanoseconds, or so many digits of the fraction |
//! | `%.f` `%.3f` ... | a point and the fraction: 0, 3, 6 or 9 digits as needed; so many digits |
//! | `%z` `%:z` `%::z` `%:::z` `%Z` | offset as `+0100`, `+01:00`, `+01:00:00`, `+01`; short name of the zone |
//! | `%s` | seconds since 1970-01-01 in UTC |
//! | `%F` `%T` `%X` `%R` `%D` `%x` `%r` `%v` `%c` `%+` | several of those |
//! | `%%` `%n` `%t` | a percent sign, a new line, a tab |
//!
//! `%-d` writes no zeros, `%_d` spaces, `%0e` zeros. Every other character stands for itself.

use std::fmt::{self, Write};

use lazuli_array::calendar::{civil_from_wide_days, is_leap_year};

use super::zone::offset_text;
use crate::parse::directive::{Directive, Pad, Token, tokens};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Monday on.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A form of dates and times, read once and written many times.
///
/// ```
/// use lazuli_kernels::temporal::{Moment, TimeFormat};
///
/// let format = TimeFormat::try_new("%-d %B %Y, %H:%M")?;
/// let moment = Moment { days: 1, nanos: 5_400_000_000_000, offset: 0, abbreviation: "UTC" };
/// let mut text = String::new();
/// format.write(&mut text, &moment);
/// assert_eq!(text, "2 January 1970, 01:30");
/// # Ok::<(), lazuli_kernels::temporal::FormatFault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    pieces: Vec<Piece>,
    /// What the directives are about.
    needs: Needs,
}

/// A directive that is not known, or that has no meaning for values of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatFault {
    /// The directive.
    pub directive: String,
}

impl fmt::Display for FormatFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a known directive", self.directive)
    }
}

impl std::error::Error for FormatFault {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Needs {
    date: bool,
    time: bool,
    zone: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Directive(Directive),
}

/// What is written: a wall clock and its place on the globe.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Days since 1970-01-01.
    pub days: i64,
    /// Nanoseconds since midnight.
    pub nanos: i64,
    /// Seconds east of Greenwich.
    pub offset: i32,
    /// The zone's short name.
    pub abbreviation: &'a str,
}

impl TimeFormat {
    /// Reads a form.
    ///
    /// # Errors
    /// [`FormatFault`] for a directive that is not known.
    pub fn try_new(text: &str) -> Result<Self, FormatFault> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut needs = Needs::default();
        for token in tokens(text).map_err(|directive| FormatFault { directive })? {
            match (token, pieces.last_mut()) {
                (Token::Text(letter), Some(Piece::Text(text))) => text.push(letter),
                (Token::Text(letter), _) => pieces.push(Piece::Text(letter.into())),
                (Token::Directive(directive), _) => {
                    match directive.letter {
                        'Y' | 'C' | 'y' | 'q' | 'm' | 'b' | 'B' | 'd' | 'e' | 'j' | 'a' | 'A' | 'u' | 'w'
                        | 'G' | 'g' | 'V' | 'U' | 'W' => needs.date = true,
                        'H' | 'k' | 'I' | 'l' | 'M' | 'S' | 'p' | 'P' | 'f' => needs.time = true,
                        's' => (needs.date, needs.time) = (true, true),
                        'z' | 'Z' => needs.zone = true,
                        letter => return Err(FormatFault { directive: format!("%{letter}") }),
                    }
                    pieces.push(Piece::Directive(directive));
                }
            }
        }
        Ok(Self { pieces, needs })
    }

    /// Whether it writes parts of a date.
    pub fn needs_date(&self) -> bool {
        self.needs.date
    }

    /// Whether it writes parts of a time of day.
    pub fn needs_time(&self) -> bool {
        self.needs.time
    }

    /// Whether it writes the zone.
    pub fn needs_zone(&self) -> bool {
        self.needs.zone
    }

    /// Writes a moment at the end of a text.
    pub fn write(&self, out: &mut String, moment: &Moment<'_>) {
        let date = if self.needs.date { DateParts::of(moment.days) } else { DateParts::default() };
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Directive(directive) => write_directive(out, directive, moment, &date),
            }
        }
    }
}

#[derive(Default)]
struct DateParts {
    year: i64,
    month: u32,
    day: u32,
    /// From 1.
    ordinal: i64,
    /// Monday is 0.
    weekday: i64,
}

impl DateParts {
    fn of(days: i64) -> Self {
        let (year, month, day) = civil_from_wide_days(days);
        let is_leap = is_leap_year(year.rem_euclid(400) as i32);
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
        let ordinal = before + i64::from(day) + i64::from(month > 2 && is_leap);
        Self { year, month, day, ordinal, weekday: (days.rem_euclid(7) + 3) % 7 }
    }

    /// The year that the ISO week belongs to, and its number.
    fn iso_week(&self) -> (i64, i64) {
        let length = |year: i64| if is_leap_year(year.rem_euclid(400) as i32) { 366 } else { 365 };
        let thursday = self.ordinal - self.weekday + 3;
        if thursday < 1 {
            (self.year - 1, (thursday + length(self.year - 1) - 1) / 7 + 1)
        } else if thursday > length(self.year) {
            (self.year + 1, 1)
        } else {
            (self.year, (thursday - 1) / 7 + 1)
        }
    }
}

fn write_directive(out: &mut String, directive: &Directive, moment: &Moment<'_>, date: &DateParts) {
    let seconds = moment.nanos.max(0) / 1_000_000_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let of_12 = (hour + 11) % 12 + 1;
    let (zeros, spaces) = (Pad::Zero, Pad::Space);
    let (value, width, pad) = match directive.letter {
        'Y' => return write_year(out, date.year, directive.pad),
        'G' => return write_year(out, date.iso_week().0, directive.pad),
        'C' => (date.year.div_euclid(100), 2, zeros),
        'y' => (date.year.rem_euclid(100), 2, zeros),
        'g' => (date.iso_week().0.rem_euclid(100), 2, zeros),
        'q' => (i64::from(date.month.div_ceil(3)), 1, zeros),
        'm' => (date.month.into(), 2, zeros),
        'd' => (date.day.into(), 2, zeros),
        'e' => (date.day.into(), 2, spaces),
        'j' => (date.ordinal, 3, zeros),
        'u' => (date.weekday + 1, 1, zeros),
        'w' => ((date.weekday + 1) % 7, 1, zeros),
        'V' => (date.iso_week().1, 2, zeros),
        'U' => ((date.ordinal + 6 - (date.weekday + 1) % 7) / 7, 2, zeros),
        'W' => ((date.ordinal + 6 - date.weekday) / 7, 2, zeros),
        'H' => (hour, 2, zeros),
        'k' => (hour, 2, spaces),
        'I' => (of_12, 2, zeros),
        'l' => (of_12, 2, spaces),
        'M' => (minute, 2, zeros),
        'S' => (second, 2, zeros),
        's' => {
            let since = i128::from(moment.days) * 86_400 + i128::from(seconds) - i128::from(moment.offset);
            return written(write!(out, "{since}"));
        }
        'b' | 'B' => {
            let name = MONTHS[(date.month.max(1) - 1) as usize];
            return out.push_str(if directive.letter == 'b' { &name[..3] } else { name });
        }
        'a' | 'A' => {
            let name = WEEKDAYS[date.weekday as usize];
            return out.push_str(if directive.letter == 'a' { &name[..3] } else { name });
        }
        'p' => return out.push_str(if hour % 24 < 12 { "AM" } else { "PM" }),
        'P' => return out.push_str(if hour % 24 < 12 { "am" } else { "pm" }),
        'f' => return write_fraction(out, directive, moment.nanos.max(0) % 1_000_000_000),
        'Z' => return out.push_str(moment.abbreviation),
        _ => return write_offset(out, directive.colons, moment.offset),
    };
    write_number(out, value, width, directive.pad.unwrap_or(pad));
}

fn write_number(out: &mut String, value: i64, width: usize, pad: Pad) {
    if let (Pad::Zero, 2, 0..100) = (pad, width, value) {
        // Nearly all numbers are of this kind.
        out.push((b'0' + (value / 10) as u8) as char);
        out.push((b'0' + (value % 10) as u8) as char);
        return;
    }
    written(match pad {
        Pad::Nothing => write!(out, "{value}"),
        Pad::Space => write!(out, "{value:width$}"),
        Pad::Zero => write!(out, "{value:0width$}"),
    });
}

fn write_year(out: &mut String, year: i64, pad: Option<Pad>) {
    match year {
        0..10_000 if pad.is_none_or(|pad| pad == Pad::Zero) => {
            write_number(out, year / 100, 2, Pad::Zero);
            write_number(out, year % 100, 2, Pad::Zero);
        }
        0..10_000 => write_number(out, year, 4, pad.unwrap_or(Pad::Zero)),
        10_000.. => written(write!(out, "+{year}")),
        _ => written(write!(out, "-{:04}", year.unsigned_abs())),
    }
}

fn write_fraction(out: &mut String, directive: &Directive, nanos: i64) {
    let digits = match (directive.digits, directive.point) {
        (Some(digits), _) => digits,
        (None, false) => 9,
        (None, true) if nanos == 0 => return,
        (None, true) if nanos % 1_000_000 == 0 => 3,
        (None, true) if nanos % 1_000 == 0 => 6,
        (None, true) => 9,
    };
    if directive.point {
        out.push('.');
    }
    let width = usize::from(digits);
    written(write!(out, "{:0width$}", nanos / 10_i64.pow(9 - u32::from(digits))));
}

fn write_offset(out: &mut String, colons: u8, offset: i32) {
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match colons {
        0 => written(write!(out, "{sign}{hours:02}{minutes:02}")),
        1 => out.push_str(&offset_text(offset)[..6]),
        2 => written(write!(out, "{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)),
        _ => written(write!(out, "{sign}{hours:02}")),
    }
}

fn written(result: fmt::Result) {
    result.expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use lazuli_array::calendar::days_from_civil;
    use proptest::prelude::*;

    use super::*;
    use crate::parse::TimePattern;

    fn text(form: &str, (year, month, day): (i32, u32, u32), nanos: i64) -> String {
        let days = days_from_civil(year, month, day).unwrap().into();
        let mut out = String::new();
        let moment = Moment { days, nanos, offset: 3_600, abbreviation: "CET" };
        TimeFormat::try_new(form).unwrap().write(&mut out, &moment);
        out
    }

    #[test]
    fn directives() {
        let nanos = 11_109_123_456_000; // 03:05:09.123456
        for (form, expected) in [
            ("%Y-%m-%d %H:%M:%S%.f", "2024-02-09 03:05:09.123456"),
            ("%C %y %b %B %h %d %e %a %A %w %u", "20 24 Feb February Feb 09  9 Fri Friday 5 5"),
            ("%U %W %G %g %V %j %q", "05 06 2024 24 06 040 1"),
            ("%D|%x|%F|%v", "02/09/24|02/09/24|2024-02-09| 9-Feb-2024"),
            ("%k|%l|%P|%p|%I", " 3| 3|am|AM|03"),
            ("%f|%.f|%.3f|%.6f|%.9f", "123456000|.123456|.123|.123456|.123456000"),
            ("%3f|%6f|%9f", "123|123456|123456000"),
            ("%R|%T|%X|%r", "03:05|03:05:09|03:05:09|03:05:09 AM"),
            ("%Z|%z|%:z|%::z|%:::z", "CET|+0100|+01:00|+01:00:00|+01"),
            ("%c|%+|%s", "Fri Feb  9 03:05:09 2024|2024-02-09T03:05:09.123456+01:00|1707444309"),
            ("%-d|%_d|%0e|%-H|%_m|%-j|%_j|%-Y", "9| 9|09|3| 2|40| 40|2024"),
            ("%t%n%%é", "\t\n%é"),
        ] {
            assert_eq!(text(form, (2024, 2, 9), nanos), expected, "{form}");
        }
        assert_eq!(text("%Y %y %C", (-1, 1, 1), 0), "-0001 99 -1");
        assert_eq!(text("%Y %G", (12_020, 1, 1), 0), "+12020 +12020");
        assert_eq!(text("%I %p %l %.f", (2024, 1, 1), 43_200_000_000_000), "12 PM 12 ");
        assert_eq!(text("%I %p", (2024, 1, 1), 0), "12 AM");
        for form in ["%Q", "%", "%-", "%4f"] {
            assert!(TimeFormat::try_new(form).is_err(), "{form}");
        }
        let format = TimeFormat::try_new("%H").unwrap();
        assert!(format.needs_time() && !format.needs_date() && !format.needs_zone());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(days in -700_000i32..2_900_000, nanos in 0i64..86_400_000_000_000) {
            for form in ["%Y-%m-%d %H:%M:%S%.f", "%d/%B/%Y %I:%M:%S.%9f %p", "%A %e %b %Y %k:%M:%S%.9f", "%Y%j %-H %-M %-S%.f"] {
                let year = civil_from_wide_days(days.into()).0;
                prop_assume!((0..10_000).contains(&year));
                let mut out = String::new();
                let moment = Moment { days: days.into(), nanos, offset: 0, abbreviation: "" };
                TimeFormat::try_new(form).unwrap().write(&mut out, &moment);
                let read = TimePattern::try_new(form).unwrap().parse_datetime(out.as_bytes());
                prop_assert_eq!(read.map(|read| (read.days, read.ns_of_day)), Ok((days, nanos)), "{} {}", form, out);
            }
        }

        #[test]
        fn iso_weeks_are_those_of_their_thursday(days in -700_000i64..2_900_000) {
            let date = DateParts::of(days);
            let thursday = days - date.weekday + 3;
            let (year, ..) = civil_from_wide_days(thursday);
            let first = i64::from(days_from_civil(year as i32, 1, 1).unwrap());
            prop_assert_eq!(date.iso_week(), (year, (thursday - first) / 7 + 1));
        }

        #[test]
        fn nothing_panics(form in "[%a-zA-Z0-9.:_-]{0,10}", days: i64, nanos: i64, offset in -86_000i32..86_000) {
            if let Ok(format) = TimeFormat::try_new(&form) {
                format.write(&mut String::new(), &Moment { days, nanos, offset, abbreviation: "X" });
            }
        }
    }
}
