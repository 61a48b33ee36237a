//! Spans of calendar time as text: `1mo`, `2w`, `1h30m`.
//!
//! A month or a day has no fixed length (months differ, days with a change of the clock have 23 or 25 hours), so an
//! interval keeps them apart from what has: [`Interval`] is months, weeks, days and nanoseconds.

use std::fmt;

use lazuli_array::TimeUnit;
use lazuli_array::calendar::{NANOS_PER_DAY, NANOS_PER_SECOND};

/// A span of calendar time. All parts have the sign of the whole.
///
/// | unit | means |
/// |---|---|
/// | `ns` `us` `ms` `s` `m` `h` | nanoseconds to hours |
/// | `d` | a calendar day |
/// | `w` | a calendar week, which begins on Monday |
/// | `mo` `q` `y` | calendar months, quarters (3 months), years (12 months) |
///
/// ```
/// use lazuli_kernels::temporal::Interval;
///
/// let interval: Interval = "-1y2mo1d12h".parse()?;
/// assert_eq!((interval.months, interval.days, interval.nanos), (-14, -1, -43_200_000_000_000));
/// assert_eq!(interval.to_string(), "-14mo1d12h");
/// # Ok::<(), lazuli_kernels::temporal::IntervalFault>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    /// Calendar months.
    pub months: i64,
    /// Calendar weeks.
    pub weeks: i64,
    /// Calendar days.
    pub days: i64,
    /// Nanoseconds.
    pub nanos: i64,
}

/// Why a text is no interval, or an interval does not fit its use.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntervalFault {
    /// Not numbers with units.
    Syntax {
        /// The text.
        text: String,
    },
    /// A unit that is not known.
    UnknownUnit {
        /// The text.
        text: String,
        /// The unit.
        unit: String,
    },
    /// More than 64 bits of nanoseconds, days or months.
    TooLarge {
        /// The text.
        text: String,
    },
    /// Zero or negative where a grid needs a width.
    NotPositive {
        /// The interval.
        interval: Interval,
    },
    /// Months beside weeks or days, weeks beside days: windows of such a length do not tile the calendar.
    Mixed {
        /// The interval.
        interval: Interval,
    },
    /// Not a whole number of the values' ticks, or of days.
    TooFine {
        /// The interval.
        interval: Interval,
        /// What it must be a whole number of.
        unit: &'static str,
    },
}

impl fmt::Display for IntervalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { text } => {
                write!(f, "{text:?} is no interval; write numbers with units, such as \"1h30m\" or \"1mo\"")
            }
            Self::UnknownUnit { text, unit } => write!(
                f,
                "{unit:?} in {text:?} is no unit of time; there are ns, us, ms, s, m, h, d, w, mo, q, y"
            ),
            Self::TooLarge { text } => write!(f, "{text:?} is longer than an interval can be"),
            Self::NotPositive { interval } => {
                write!(f, "the interval must be longer than nothing, not {interval}")
            }
            Self::Mixed { interval } => write!(
                f,
                "{interval} mixes units of no common length: months, weeks, and days or less can't stand together here"
            ),
            Self::TooFine { interval, unit } => write!(f, "{interval} is not a whole number of {unit}"),
        }
    }
}

impl std::error::Error for IntervalFault {}

/// Units, their part of an interval, and how many of that part they are.
const UNITS: [(&str, Part, i64); 11] = [
    ("ns", Part::Nanos, 1),
    ("us", Part::Nanos, 1_000),
    ("ms", Part::Nanos, 1_000_000),
    ("s", Part::Nanos, NANOS_PER_SECOND),
    ("m", Part::Nanos, 60 * NANOS_PER_SECOND),
    ("h", Part::Nanos, 3_600 * NANOS_PER_SECOND),
    ("d", Part::Days, 1),
    ("w", Part::Weeks, 1),
    ("mo", Part::Months, 1),
    ("q", Part::Months, 3),
    ("y", Part::Months, 12),
];

#[derive(Debug, Clone, Copy)]
enum Part {
    Months,
    Weeks,
    Days,
    Nanos,
}

impl std::str::FromStr for Interval {
    type Err = IntervalFault;

    fn from_str(text: &str) -> Result<Self, IntervalFault> {
        let syntax = || IntervalFault::Syntax { text: text.into() };
        let too_large = || IntervalFault::TooLarge { text: text.into() };
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        if rest.is_empty() {
            return Err(syntax());
        }
        let mut interval = Self::default();
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = rest.split_at(digits);
            let letters = behind.find(|letter: char| !letter.is_alphabetic()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at(letters);
            if number.is_empty() || unit.is_empty() {
                return Err(syntax());
            }
            let count: i64 = number.parse().map_err(|_| too_large())?;
            // The micro sign has two code points.
            let known = if matches!(unit, "µs" | "μs") { "us" } else { unit };
            let Some(&(_, part, factor)) = UNITS.iter().find(|(name, ..)| *name == known) else {
                return Err(IntervalFault::UnknownUnit { text: text.into(), unit: unit.into() });
            };
            let slot = match part {
                Part::Months => &mut interval.months,
                Part::Weeks => &mut interval.weeks,
                Part::Days => &mut interval.days,
                Part::Nanos => &mut interval.nanos,
            };
            let more = count.checked_mul(sign * factor).ok_or_else(too_large)?;
            *slot = slot.checked_add(more).ok_or_else(too_large)?;
            rest = behind;
        }
        Ok(interval)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0s");
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        for (count, unit) in [(self.months, "mo"), (self.weeks, "w"), (self.days, "d")] {
            if count != 0 {
                write!(f, "{}{unit}", count.unsigned_abs())?;
            }
        }
        let mut nanos = self.nanos.unsigned_abs();
        for (unit, _, length) in UNITS[..6].iter().rev() {
            let length = length.unsigned_abs();
            if nanos >= length {
                write!(f, "{}{unit}", nanos / length)?;
                nanos %= length;
            }
        }
        Ok(())
    }
}

/// The windows that cut time into pieces of an interval's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// So many calendar months, counted from January 1970.
    Months(i64),
    /// So many ticks, counted from a tick.
    Ticks {
        /// Length of a window.
        width: i64,
        /// Where one begins.
        origin: i64,
    },
}

/// 1970-01-05 was a Monday.
const FIRST_MONDAY: i64 = 4;

impl Interval {
    /// Whether it is no time at all.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it goes back.
    pub fn is_negative(&self) -> bool {
        self.months < 0 || self.weeks < 0 || self.days < 0 || self.nanos < 0
    }

    /// Whether it has a part below a day.
    pub fn has_time(&self) -> bool {
        self.nanos != 0
    }

    /// Weeks and days as days; `None` past 64 bits.
    pub fn whole_days(&self) -> Option<i64> {
        self.weeks.checked_mul(7)?.checked_add(self.days)
    }

    /// The length in ticks if every day has 24 hours: for values without a zone. `None` if it has months, is not a whole
    /// number of ticks, or does not fit.
    pub fn ticks(&self, unit: TimeUnit) -> Option<i64> {
        let nanos_per_tick = NANOS_PER_SECOND / unit.per_second();
        if self.months != 0 || self.nanos % nanos_per_tick != 0 {
            return None;
        }
        let per_day = NANOS_PER_DAY / nanos_per_tick;
        self.whole_days()?.checked_mul(per_day)?.checked_add(self.nanos / nanos_per_tick)
    }

    /// The windows of this length over datetimes of a unit. Weeks begin on Monday; days and less count from 1970-01-01.
    ///
    /// # Errors
    /// [`IntervalFault`] if it is not positive, mixes units of no common length, or is finer than a tick.
    pub fn grid(&self, unit: TimeUnit) -> Result<Grid, IntervalFault> {
        let per_day = 86_400 * unit.per_second();
        let grid = self.checked_grid()?;
        if let Some(grid) = grid {
            return Ok(grid);
        }
        let too_fine = match unit {
            TimeUnit::Milliseconds => "milliseconds",
            TimeUnit::Microseconds => "microseconds",
            TimeUnit::Nanoseconds => "nanoseconds",
        };
        let width = self.ticks(unit).ok_or(IntervalFault::TooFine { interval: *self, unit: too_fine })?;
        Ok(Grid::Ticks { width, origin: if self.weeks > 0 { FIRST_MONDAY * per_day } else { 0 } })
    }

    /// The windows of this length over dates. Parts of a day that divide it leave dates as they are.
    ///
    /// # Errors
    /// [`IntervalFault`] if it is not positive, mixes units of no common length, or is no whole number of days.
    pub fn date_grid(&self) -> Result<Grid, IntervalFault> {
        if let Some(grid) = self.checked_grid()? {
            return Ok(grid);
        }
        let too_fine = IntervalFault::TooFine { interval: *self, unit: "days" };
        let days = match self.nanos {
            nanos if nanos % NANOS_PER_DAY == 0 => {
                self.whole_days().and_then(|days| days.checked_add(nanos / NANOS_PER_DAY))
            }
            nanos if NANOS_PER_DAY % nanos == 0 && self.whole_days() == Some(0) => Some(1),
            _ => None,
        };
        Ok(Grid::Ticks {
            width: days.ok_or(too_fine)?,
            origin: if self.weeks > 0 { FIRST_MONDAY } else { 0 },
        })
    }

    /// The grid of months, if it has those; checks what all grids need.
    fn checked_grid(&self) -> Result<Option<Grid>, IntervalFault> {
        if self.is_zero() || self.is_negative() {
            return Err(IntervalFault::NotPositive { interval: *self });
        }
        let is_short = self.days != 0 || self.nanos != 0;
        if (self.months != 0 && (self.weeks != 0 || is_short)) || (self.weeks != 0 && is_short) {
            return Err(IntervalFault::Mixed { interval: *self });
        }
        Ok((self.months != 0).then_some(Grid::Months(self.months)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(i64, i64, i64, i64), String> {
        text.parse::<Interval>()
            .map(|interval| (interval.months, interval.weeks, interval.days, interval.nanos))
            .map_err(|fault| fault.to_string())
    }

    #[test]
    fn units() {
        let hour = 3_600 * NANOS_PER_SECOND;
        for (text, expected) in [
            ("1y", (12, 0, 0, 0)),
            ("1q", (3, 0, 0, 0)),
            ("1mo", (1, 0, 0, 0)),
            ("2w", (0, 2, 0, 0)),
            ("3d", (0, 0, 3, 0)),
            ("1h30m", (0, 0, 0, hour + hour / 2)),
            ("1s1ms1us1ns", (0, 0, 0, 1_001_001_001)),
            ("5µs", (0, 0, 0, 5_000)),
            ("-1y3mo", (-15, 0, 0, 0)),
            ("0d", (0, 0, 0, 0)),
            ("1d1d", (0, 0, 2, 0)),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for (text, part) in [
            ("", "is no interval"),
            ("-", "is no interval"),
            ("1", "is no interval"),
            ("d", "is no interval"),
            ("1.5h", "is no interval"),
            ("1 d", "is no interval"),
            ("1d-2h", "is no interval"),
            ("1i", "\"i\" in \"1i\" is no unit"),
            ("1month", "is no unit"),
            ("99999999999999999999d", "longer than"),
            ("9999999999h", "longer than"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn grids() {
        let grid = |text: &str| text.parse::<Interval>().unwrap().grid(TimeUnit::Milliseconds);
        let day = 86_400_000;
        assert_eq!(grid("1q"), Ok(Grid::Months(3)));
        assert_eq!(grid("2w"), Ok(Grid::Ticks { width: 14 * day, origin: 4 * day }));
        assert_eq!(grid("1d12h"), Ok(Grid::Ticks { width: day + day / 2, origin: 0 }));
        for (text, part) in [
            ("0d", "longer than nothing"),
            ("-1d", "longer than nothing"),
            ("1mo1d", "mixes"),
            ("1w1d", "mixes"),
            ("1us", "whole number of milliseconds"),
        ] {
            let error = grid(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        let grid = |text: &str| text.parse::<Interval>().unwrap().date_grid();
        assert_eq!(grid("48h"), Ok(Grid::Ticks { width: 2, origin: 0 }));
        assert_eq!(grid("1h"), Ok(Grid::Ticks { width: 1, origin: 0 }));
        assert_eq!(grid("1w"), Ok(Grid::Ticks { width: 7, origin: 4 }));
        assert!(grid("25h").is_err());
        assert!(grid("1d1h").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(months in 0i64..100, weeks in 0i64..100, days in 0i64..100, nanos: i32, negative: bool) {
            let sign = if negative { -1 } else { 1 };
            let nanos = i64::from(nanos).abs() * 1_000;
            let interval =
                Interval { months: sign * months, weeks: sign * weeks, days: sign * days, nanos: sign * nanos };
            prop_assert_eq!(interval.to_string().parse(), Ok(interval));
        }

        #[test]
        fn nothing_panics(text in "-?[0-9a-z]{0,24}") {
            if let Ok(interval) = text.parse::<Interval>() {
                let _ = interval.grid(TimeUnit::Nanoseconds);
                let _ = interval.date_grid();
                let _ = interval.to_string();
            }
        }
    }
}
