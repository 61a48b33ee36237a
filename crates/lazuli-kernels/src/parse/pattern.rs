//! Dates and times of a given form: the directives of `strptime` (POSIX.1-2017), as far as each has one exact meaning.
//!
//! | directive | reads |
//! |---|---|
//! | `%Y` | year, 4 digits, or a sign and up to 7 |
//! | `%y` | year, 2 digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (POSIX) |
//! | `%m` `%d` `%e` | month, day, 1 or 2 digits; `%e` may have a space in front |
//! | `%b` `%B` `%h` | name of a month, English, short or whole, any case |
//! | `%a` `%A` | name of a day of the week, which must be the date's |
//! | `%j` | day of the year, 1 to 3 digits |
//! | `%H` `%M` `%S` | hour, minute, second, 1 or 2 digits; `%k` as `%H` with a space in front |
//! | `%I` `%p` | hour 1 to 12, `AM` or `PM` in any case; `%l` as `%I` with a space in front |
//! | `%f` | fraction of a second, 1 to 9 digits; `%3f` `%6f` `%9f` exactly so many |
//! | `%.f` | a dot and that, or nothing; `%.3f` `%.6f` `%.9f` read the same |
//! | `%z` | `Z`, `+HH`, `+HHMM`, `+HH:MM` |
//! | `%s` | seconds since 1970-01-01T00:00:00Z, and nothing else |
//! | `%F` `%T` `%R` `%D` `%r` | `%Y-%m-%d`, `%H:%M:%S`, `%H:%M`, `%m/%d/%y`, `%I:%M:%S %p` |
//! | `%%` | a percent sign |
//!
//! Every other character stands for itself. The whole text must be read; nothing is guessed or made up, so a pattern
//! that has an hour without a date is a time, and one with a month but no day is refused.

use super::directive::{Directive, Pad, Token, tokens};
use super::{DatetimeText, Misfit};
use lazuli_array::calendar::{NANOS_PER_SECOND, days_from_civil, days_in_month};
use std::fmt;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// 1970-01-01 was a Thursday, so that a week of days since then begins with one.
const WEEKDAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Literal(u8),
    MaybeSpace,
    Year,
    YearOfCentury,
    Month,
    MonthName,
    Day,
    WeekdayName,
    DayOfYear,
    Hour,
    HourOfHalf,
    Half,
    Minute,
    Second,
    Fraction,
    DotFraction,
    Digits(u8),
    Offset,
    Epoch,
}

impl Item {
    fn is_fraction(self) -> bool {
        matches!(self, Self::Fraction | Self::DotFraction | Self::Digits(_))
    }
}

/// Why a pattern can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternFault {
    /// A directive that is not known, such as `%Q`.
    Unknown {
        /// The directive.
        directive: String,
    },
    /// The pattern reads part of a date: year and month and day are needed, or year and day of year.
    PartOfDate,
    /// The pattern reads part of a time of day: a minute without an hour, 12 hours without `%p`.
    PartOfTime,
    /// The pattern reads neither a date nor a time.
    Nothing,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { directive } => write!(f, "{directive} is not a known directive"),
            Self::PartOfDate => f.write_str("a date needs %Y (or %y), %m and %d, or %Y and %j"),
            Self::PartOfTime => f.write_str("a time needs %H, or %I and %p, before its minutes and seconds"),
            Self::Nothing => f.write_str("the pattern reads neither a date nor a time"),
        }
    }
}

impl std::error::Error for PatternFault {}

/// A form of dates or times, read once and used for many texts.
///
/// ```
/// use lazuli_kernels::parse::{Misfit, TimePattern};
/// let pattern = TimePattern::try_new("%d/%m/%Y")?;
/// assert_eq!(pattern.parse_date(b"02/01/1970"), Ok(1));
/// assert_eq!(pattern.parse_date(b"30/02/1970"), Err(Misfit::NoSuchDate));
/// assert_eq!(pattern.parse_date(b"1970-01-02"), Err(Misfit::NotOfPattern));
/// # Ok::<(), lazuli_kernels::parse::PatternFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimePattern {
    text: String,
    items: Vec<Item>,
    fraction_digits: Option<u8>,
}

/// What the directives have read so far.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: u32,
    day: u32,
    day_of_year: Option<u32>,
    weekday: Option<usize>,
    hour: i64,
    hour_of_half: Option<i64>,
    afternoon: bool,
    minute: i64,
    second: i64,
    ns: i64,
    offset_seconds: Option<i32>,
    epoch: Option<i64>,
}

impl TimePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`PatternFault`]: an unknown directive, or part of a date or time only.
    pub fn try_new(text: &str) -> Result<Self, PatternFault> {
        let pattern = Self::try_new_partial(text)?;
        let items = &pattern.items;
        let has = |item: Item| items.contains(&item);
        let year = has(Item::Year) || has(Item::YearOfCentury);
        let month = has(Item::Month) || has(Item::MonthName);
        let day = has(Item::Day);
        let is_whole_date = year && ((month && day) != has(Item::DayOfYear)) && (month == day);
        let hour = has(Item::Hour) || (has(Item::HourOfHalf) && has(Item::Half));
        if has_any(items, DATE_ITEMS) && !is_whole_date {
            Err(PatternFault::PartOfDate)
        } else if has_any(items, TIME_ITEMS) && !hour {
            Err(PatternFault::PartOfTime)
        } else {
            Ok(pattern)
        }
    }

    /// As [`TimePattern::try_new`], and a year alone, or a year and a month, read as their first day: for callers who ask
    /// for a date and so know what they get.
    ///
    /// # Errors
    /// As [`TimePattern::try_new`].
    ///
    /// ```
    /// use lazuli_kernels::parse::TimePattern;
    /// let pattern = TimePattern::try_new_partial("%Y-%m")?;
    /// assert_eq!(pattern.parse_date(b"1970-02"), Ok(31));
    /// # Ok::<(), lazuli_kernels::parse::PatternFault>(())
    /// ```
    pub fn try_new_partial(text: &str) -> Result<Self, PatternFault> {
        let (items, fraction_digits) = compile(text)?;
        let has = |item: Item| items.contains(&item);
        let year = has(Item::Year) || has(Item::YearOfCentury);
        let month = has(Item::Month) || has(Item::MonthName);
        let part_of_year = month || has(Item::Day) || has(Item::WeekdayName) || has(Item::DayOfYear);
        let hour = has(Item::Hour) || (has(Item::HourOfHalf) && has(Item::Half));
        let pattern = Self { text: text.into(), items, fraction_digits };
        if (part_of_year && !year) || (pattern.items.contains(&Item::Day) && !month) {
            Err(PatternFault::PartOfDate)
        } else if has_any(&pattern.items, TIME_ITEMS) && !hour {
            Err(PatternFault::PartOfTime)
        } else if !pattern.has_date() && !pattern.has_time() {
            Err(PatternFault::Nothing)
        } else {
            Ok(pattern)
        }
    }

    /// The pattern as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it reads a date.
    pub fn has_date(&self) -> bool {
        has_any(&self.items, DATE_ITEMS) || self.items.contains(&Item::Epoch)
    }

    /// Whether it reads a time of day.
    pub fn has_time(&self) -> bool {
        has_any(&self.items, TIME_ITEMS) || self.items.contains(&Item::Epoch)
    }

    /// Whether it reads an offset from UTC: its texts are instants.
    pub fn has_zone(&self) -> bool {
        self.items.contains(&Item::Offset) || self.items.contains(&Item::Epoch)
    }

    /// Whether it reads digits below a second.
    pub fn has_fraction(&self) -> bool {
        self.items.iter().any(|item| item.is_fraction())
    }

    /// The number of digits below a second that it asks for, as in `%3f` or `%.9f`.
    pub fn fraction_digits(&self) -> Option<u8> {
        self.fraction_digits
    }

    /// Days since 1970-01-01.
    ///
    /// # Errors
    /// [`Misfit::NotOfPattern`]; [`Misfit::NoSuchDate`]; [`Misfit::TooPrecise`] if the text has a time that is not
    /// midnight.
    pub fn parse_date(&self, text: &[u8]) -> Result<i32, Misfit> {
        let read = self.parse_datetime(text)?;
        if read.ns_of_day == 0 { Ok(read.days) } else { Err(Misfit::TooPrecise) }
    }

    /// Nanoseconds since midnight; the date, if the pattern has one, is checked and left out by nobody: such a pattern
    /// is refused when it is paired with a type without date.
    ///
    /// # Errors
    /// [`Misfit::NotOfPattern`], [`Misfit::NoSuchTime`].
    pub fn parse_time(&self, text: &[u8]) -> Result<i64, Misfit> {
        self.parts(text)?.ns_of_day()
    }

    /// Date, time of day and offset; midnight if the pattern has no time.
    ///
    /// # Errors
    /// [`Misfit::NotOfPattern`], [`Misfit::NoSuchDate`] (also for another day of the week than the text says),
    /// [`Misfit::NoSuchTime`], [`Misfit::OutOfRange`].
    pub fn parse_datetime(&self, text: &[u8]) -> Result<DatetimeText, Misfit> {
        let parts = self.parts(text)?;
        if let Some(seconds) = parts.epoch {
            let days = i32::try_from(seconds.div_euclid(86_400)).map_err(|_| Misfit::OutOfRange)?;
            let ns_of_day = seconds.rem_euclid(86_400) * NANOS_PER_SECOND + parts.ns;
            return Ok(DatetimeText { days, ns_of_day, offset_seconds: Some(0) });
        }
        Ok(DatetimeText {
            days: parts.days()?,
            ns_of_day: parts.ns_of_day()?,
            offset_seconds: parts.offset_seconds,
        })
    }

    fn parts(&self, text: &[u8]) -> Result<Parts, Misfit> {
        let mut parts = Parts { month: 1, day: 1, ..Parts::default() };
        let mut rest = text;
        for &item in &self.items {
            rest = read_item(item, rest, &mut parts).ok_or(Misfit::NotOfPattern)?;
        }
        if rest.is_empty() { Ok(parts) } else { Err(Misfit::NotOfPattern) }
    }
}

const DATE_ITEMS: &[Item] = &[
    Item::Year,
    Item::YearOfCentury,
    Item::Month,
    Item::MonthName,
    Item::Day,
    Item::WeekdayName,
    Item::DayOfYear,
];

const TIME_ITEMS: &[Item] = &[
    Item::Hour,
    Item::HourOfHalf,
    Item::Half,
    Item::Minute,
    Item::Second,
    Item::Fraction,
    Item::DotFraction,
    Item::Digits(3),
    Item::Digits(6),
    Item::Digits(9),
    Item::Offset,
];

fn has_any(items: &[Item], of: &[Item]) -> bool {
    // A fraction may also follow seconds since 1970, which need no hour.
    let is_epoch = items.contains(&Item::Epoch);
    items.iter().any(|item| of.contains(item) && !(is_epoch && item.is_fraction()))
}

impl Parts {
    fn days(&self) -> Result<i32, Misfit> {
        let year = self.year.ok_or(Misfit::NotOfPattern)?;
        let days = match self.day_of_year {
            Some(day) => {
                let length = if days_in_month(year, 2) == Some(29) { 366 } else { 365 };
                if !(1..=length).contains(&day) {
                    return Err(Misfit::NoSuchDate);
                }
                let first = days_from_civil(year, 1, 1).ok_or(Misfit::OutOfRange)?;
                first.checked_add(day as i32 - 1).ok_or(Misfit::OutOfRange)?
            }
            None => {
                let is_there =
                    days_in_month(year, self.month).is_some_and(|days| (1..=days).contains(&self.day));
                let misfit = if is_there { Misfit::OutOfRange } else { Misfit::NoSuchDate };
                days_from_civil(year, self.month, self.day).ok_or(misfit)?
            }
        };
        match self.weekday {
            Some(weekday) if weekday as i32 != days.rem_euclid(7) => Err(Misfit::NoSuchDate),
            _ => Ok(days),
        }
    }

    fn ns_of_day(&self) -> Result<i64, Misfit> {
        let hour = match self.hour_of_half {
            Some(hour) if !(1..=12).contains(&hour) => return Err(Misfit::NoSuchTime),
            Some(hour) => hour % 12 + if self.afternoon { 12 } else { 0 },
            None => self.hour,
        };
        if hour > 23 || self.minute > 59 || self.second > 59 {
            return Err(Misfit::NoSuchTime);
        }
        Ok(((hour * 60 + self.minute) * 60 + self.second) * NANOS_PER_SECOND + self.ns)
    }
}

/// The items of a form, and the digits below a second that it asks for.
fn compile(text: &str) -> Result<(Vec<Item>, Option<u8>), PatternFault> {
    let (mut items, mut fraction_digits) = (Vec::new(), None);
    for token in tokens(text).map_err(|directive| PatternFault::Unknown { directive })? {
        match token {
            Token::Text(letter) => {
                let mut buffer = [0; 4];
                items.extend(letter.encode_utf8(&mut buffer).bytes().map(Item::Literal));
            }
            Token::Directive(directive) => {
                let item = item_of(&directive).ok_or_else(|| PatternFault::Unknown {
                    directive: format!("%{}{}", if directive.point { "." } else { "" }, directive.letter),
                })?;
                if directive.pad == Some(Pad::Space) || matches!(directive.letter, 'e' | 'k' | 'l') {
                    items.push(Item::MaybeSpace);
                }
                fraction_digits = fraction_digits.or(directive.digits);
                items.push(item);
            }
        }
    }
    Ok((items, fraction_digits))
}

fn item_of(directive: &Directive) -> Option<Item> {
    Some(match directive.letter {
        'Y' => Item::Year,
        'y' => Item::YearOfCentury,
        'm' => Item::Month,
        'b' | 'B' => Item::MonthName,
        'd' | 'e' => Item::Day,
        'a' | 'A' => Item::WeekdayName,
        'j' => Item::DayOfYear,
        'H' | 'k' => Item::Hour,
        'I' | 'l' => Item::HourOfHalf,
        'p' | 'P' => Item::Half,
        'M' => Item::Minute,
        'S' => Item::Second,
        'f' => match (directive.digits, directive.point) {
            (_, true) => Item::DotFraction,
            (Some(digits), false) => Item::Digits(digits),
            (None, false) => Item::Fraction,
        },
        'z' => Item::Offset,
        's' => Item::Epoch,
        _ => return None,
    })
}

/// Reads one item from the head of `text`; what follows it, or `None` if it is not there.
fn read_item<'a>(item: Item, text: &'a [u8], parts: &mut Parts) -> Option<&'a [u8]> {
    let two = |text: &'a [u8]| number(text, 1, 2);
    let rest = match item {
        Item::Literal(byte) => text.strip_prefix(&[byte])?,
        Item::MaybeSpace => text.strip_prefix(b" ").unwrap_or(text),
        Item::Year => {
            let (sign, digits, longest) = match text.split_first()? {
                (b'-', rest) => (-1, rest, 7),
                (b'+', rest) => (1, rest, 7),
                _ => (1, text, 4),
            };
            let (year, rest) = number(digits, 4, longest)?;
            parts.year = Some(sign * year as i32);
            rest
        }
        Item::YearOfCentury => {
            let (year, rest) = number(text, 2, 2)?;
            parts.year = Some(year as i32 + if year < 69 { 2000 } else { 1900 });
            rest
        }
        Item::Month => set(two(text)?, |month| parts.month = month as u32),
        Item::MonthName => {
            let (month, rest) = name(text, &MONTHS)?;
            parts.month = month as u32 + 1;
            rest
        }
        Item::Day => set(two(text)?, |day| parts.day = day as u32),
        Item::WeekdayName => {
            let (weekday, rest) = name(text, &WEEKDAYS)?;
            parts.weekday = Some(weekday);
            rest
        }
        Item::DayOfYear => set(number(text, 1, 3)?, |day| parts.day_of_year = Some(day as u32)),
        Item::Hour => set(two(text)?, |hour| parts.hour = hour),
        Item::HourOfHalf => set(two(text)?, |hour| parts.hour_of_half = Some(hour)),
        Item::Half => {
            let (half, rest) = text.split_at_checked(2)?;
            parts.afternoon = match half.to_ascii_lowercase().as_slice() {
                b"am" => false,
                b"pm" => true,
                _ => return None,
            };
            rest
        }
        Item::Minute => set(two(text)?, |minute| parts.minute = minute),
        Item::Second => set(two(text)?, |second| parts.second = second),
        Item::Fraction => {
            let (fraction, rest) = number(text, 1, 9)?;
            let digits = text.len() - rest.len();
            // A tenth digit would be lost.
            if rest.first().is_some_and(u8::is_ascii_digit) {
                return None;
            }
            parts.ns = fraction * 10_i64.pow(9 - digits as u32);
            rest
        }
        Item::Digits(digits) => {
            let (fraction, rest) = number(text, digits.into(), digits.into())?;
            parts.ns = fraction * 10_i64.pow(9 - u32::from(digits));
            rest
        }
        Item::DotFraction => match text.strip_prefix(b".") {
            Some(fraction) => read_item(Item::Fraction, fraction, parts)?,
            None => text,
        },
        Item::Offset => offset(text, parts)?,
        Item::Epoch => {
            let (sign, digits) = match text.split_first()? {
                (b'-', rest) => (-1, rest),
                _ => (1, text),
            };
            let (seconds, rest) = number(digits, 1, 15)?;
            parts.epoch = Some(sign * seconds);
            rest
        }
    };
    Some(rest)
}

fn set((value, rest): (i64, &[u8]), write: impl FnOnce(i64)) -> &[u8] {
    write(value);
    rest
}

/// As many digits as there are, between `fewest` and `most`.
fn number(text: &[u8], fewest: usize, most: usize) -> Option<(i64, &[u8])> {
    let digits = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits).filter(|(digits, _)| digits.len() >= fewest)?;
    Some((digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')), rest))
}

/// The longest of: a whole name, its first three letters.
fn name<'a>(text: &'a [u8], names: &[&str]) -> Option<(usize, &'a [u8])> {
    let starts =
        |name: &str| text.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()));
    let whole = names.iter().position(|name| starts(name)).map(|index| (index, names[index].len()));
    let (index, length) =
        whole.or_else(|| names.iter().position(|name| starts(&name[..3])).map(|index| (index, 3)))?;
    Some((index, &text[length..]))
}

fn offset<'a>(text: &'a [u8], parts: &mut Parts) -> Option<&'a [u8]> {
    let (sign, rest) = match text.split_first()? {
        (b'Z' | b'z', rest) => {
            parts.offset_seconds = Some(0);
            return Some(rest);
        }
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2, 2)?;
    let minutes = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = match number(minutes, 2, 2) {
        Some(read) => read,
        None if rest.starts_with(b":") => return None,
        None => (0, rest),
    };
    // As ISO offsets are read: beyond a day there is none.
    if hours > 23 || minutes > 59 {
        return None;
    }
    parts.offset_seconds = Some(sign * (hours * 3600 + minutes * 60) as i32);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazuli_array::calendar::civil_from_days;
    use proptest::prelude::*;

    fn datetime(pattern: &str, text: &str) -> Result<(i32, i64, Option<i32>), Misfit> {
        let pattern = TimePattern::try_new(pattern).expect("a good pattern");
        pattern
            .parse_datetime(text.as_bytes())
            .map(|read| (read.days, read.ns_of_day / NANOS_PER_SECOND, read.offset_seconds))
    }

    #[test]
    fn forms_of_dates_and_times() {
        for (pattern, text, expected) in [
            ("%d.%m.%Y", "2.1.1970", Ok((1, 0, None))),
            ("%m/%d/%y", "12/31/69", Ok((-1, 0, None))),
            ("%m/%d/%y", "01/01/68", Ok((35_794, 0, None))),
            ("%e %B %Y", " 2 January 1970", Ok((1, 0, None))),
            ("%d-%b-%Y", "02-JAN-1970", Ok((1, 0, None))),
            ("%d-%b-%Y", "02-May-1970", Ok((121, 0, None))),
            ("%A, %F", "Thursday, 1970-01-01", Ok((0, 0, None))),
            ("%a, %F", "Fri, 1970-01-01", Err(Misfit::NoSuchDate)),
            ("%Y%j", "1970365", Ok((364, 0, None))),
            ("%Y%j", "1970366", Err(Misfit::NoSuchDate)),
            ("%Y%m%dT%H%M%S", "19700102T030405", Ok((1, 11_045, None))),
            ("%F %I:%M %p", "1970-01-01 12:05 AM", Ok((0, 300, None))),
            ("%F %I:%M %p", "1970-01-01 12:05 pm", Ok((0, 43_500, None))),
            ("%F %I:%M %p", "1970-01-01 13:05 pm", Err(Misfit::NoSuchTime)),
            ("%F %T%z", "1970-01-01 00:00:01+01:30", Ok((0, 1, Some(5400)))),
            ("%F %T %z", "1970-01-01 00:00:01 -0800", Ok((0, 1, Some(-28_800)))),
            ("%s", "-1", Ok((-1, 86_399, Some(0)))),
            ("%F", "1970-02-30", Err(Misfit::NoSuchDate)),
            ("%F", "1970-01-01 ", Err(Misfit::NotOfPattern)),
            ("%F", "70-01-01", Err(Misfit::NotOfPattern)),
            ("%F %T", "1970-01-01 24:00:00", Err(Misfit::NoSuchTime)),
            ("100%% %F", "100% 1970-01-01", Ok((0, 0, None))),
            ("%Y年%m月%d日", "1970年1月2日", Ok((1, 0, None))),
        ] {
            assert_eq!(datetime(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn fractions_keep_all_their_digits() {
        let pattern = TimePattern::try_new("%H:%M:%S%.f").expect("good");
        for (text, expected) in [
            ("00:00:01", Ok(1_000_000_000)),
            ("00:00:01.5", Ok(1_500_000_000)),
            ("00:00:01.000000001", Ok(1_000_000_001)),
            ("00:00:01.0000000001", Err(Misfit::NotOfPattern)),
            ("00:00:01.", Err(Misfit::NotOfPattern)),
        ] {
            assert_eq!(pattern.parse_time(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_date_has_no_time() {
        let pattern = TimePattern::try_new("%F %T").expect("good");
        assert_eq!(pattern.parse_date(b"1970-01-02 00:00:00"), Ok(1));
        assert_eq!(pattern.parse_date(b"1970-01-02 00:00:01"), Err(Misfit::TooPrecise));
    }

    #[test]
    fn patterns_that_can_not_be() {
        for (pattern, fault) in [
            ("%Y-%m", PatternFault::PartOfDate),
            ("%m/%d", PatternFault::PartOfDate),
            ("%Y-%m-%d %j", PatternFault::PartOfDate),
            ("%M:%S", PatternFault::PartOfTime),
            ("%I:%M", PatternFault::PartOfTime),
            ("today", PatternFault::Nothing),
            ("%Q", PatternFault::Unknown { directive: "%Q".into() }),
            ("%U", PatternFault::Unknown { directive: "%U".into() }),
            ("%", PatternFault::Unknown { directive: "%".into() }),
        ] {
            assert_eq!(TimePattern::try_new(pattern), Err(fault), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(days in -700_000_i32..2_900_000, second in 0_i64..86_400) {
            let (year, month, day) = civil_from_days(days);
            prop_assume!((0..=9999).contains(&year));
            let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
            let text = format!("{day}/{month}/{year:04} {hour}h{minute:02}m{rest}");
            prop_assert_eq!(datetime("%d/%m/%Y %Hh%Mm%S", &text), Ok((days, second, None)));
        }

        #[test]
        fn nothing_panics(pattern in "[%YymdbBaAjHIpMSfzsFT .:x-]{0,12}", text in "[0-9A-Za-z+: ./-]{0,20}") {
            if let Ok(pattern) = TimePattern::try_new(&pattern) {
                let _ = pattern.parse_datetime(text.as_bytes());
                let _ = pattern.parse_time(text.as_bytes());
            }
        }
    }
}
