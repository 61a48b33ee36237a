//! Time zones: from instants to the clock on the wall and back.
//!
//! UTC and fixed offsets are arithmetic. Zones with a name come from the IANA database that the package `jiff` brings, if
//! the feature `timezones` is on; the database of the machine is never asked, so that an answer does not depend on it.
//! Looking a rule up is slow and neighbours mostly share it, so a [`Walk`] over a column keeps the span of time in which
//! the last answer holds.
//!
//! When clocks are put back, an hour of the wall clock happens twice; when they are put forward, one does not happen.
//! [`Local`] says so, and whoever asks decides.

use std::fmt;

use lazuli_array::{Bitmap, PrimitiveArray, TimeUnit};

#[cfg(any(test, feature = "timezones"))]
use super::database::Named;
#[cfg(not(any(test, feature = "timezones")))]
use super::no_database::Named;

/// A time zone.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: Rules,
}

#[derive(Debug, Clone)]
enum Rules {
    /// Seconds east of Greenwich, always.
    Fixed(i32),
    /// By the rules of a database.
    Named(Named),
}

/// Why a text names no time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZoneFault {
    /// The database has no such zone.
    Unknown {
        /// The name.
        name: String,
    },
    /// This build has no database of zones.
    NoDatabase {
        /// The name.
        name: String,
    },
}

impl fmt::Display for ZoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => {
                write!(
                    f,
                    "no time zone is called {name:?}; write a name such as \"Europe/Paris\", or \"+01:00\""
                )
            }
            Self::NoDatabase { name } => write!(
                f,
                "the time zone {name:?} needs the feature `timezones`; without it there are UTC and offsets such as \"+01:00\""
            ),
        }
    }
}

impl std::error::Error for ZoneFault {}

/// What becomes of a time of the wall clock that happened twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ambiguous {
    /// It is an error.
    #[default]
    Raise,
    /// The first of the two.
    Earliest,
    /// The second of the two.
    Latest,
    /// Null.
    Null,
}

/// What becomes of a time of the wall clock that never happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NonExistent {
    /// It is an error.
    #[default]
    Raise,
    /// Null.
    Null,
}

/// A span of instants, in seconds since 1970 in UTC, with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The first second.
    pub(super) start: i64,
    /// The second after the last.
    pub(super) end: i64,
    /// Seconds east of Greenwich.
    pub(super) offset: i32,
}

/// Which offsets a time of the wall clock may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// It happened once.
    Once(i32),
    /// It happened twice, with these offsets in order.
    Twice(i32, i32),
    /// It was left out; the offsets before and after the gap.
    Never(i32, i32),
}

/// No two offsets of a zone differ by more, so further than this from a change of the clock nothing is ambiguous.
const FAR_FROM_CHANGES: i64 = 2 * 86_400;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self { rules: Rules::Fixed(0) };

    /// The zone of this name: `UTC`, an offset such as `+05:30`, or a name of the IANA database.
    ///
    /// # Errors
    /// [`ZoneFault`] if there is none.
    ///
    /// ```
    /// use lazuli_kernels::temporal::Zone;
    ///
    /// assert_eq!(Zone::named("+05:30")?.offset_at(0), 19_800);
    /// assert!(Zone::named("Mars/Olympus").is_err());
    /// # Ok::<(), lazuli_kernels::temporal::ZoneFault>(())
    /// ```
    pub fn named(name: &str) -> Result<Self, ZoneFault> {
        if matches!(name, "UTC" | "Etc/UTC" | "Z") {
            return Ok(Self::UTC);
        }
        match fixed_offset(name) {
            Some(offset) => Ok(Self { rules: Rules::Fixed(offset) }),
            None => Ok(Self { rules: Rules::Named(Named::get(name)?) }),
        }
    }

    /// The zone of a datetime column: its name's, or UTC where it has none.
    ///
    /// # Errors
    /// [`ZoneFault`] if there is no such zone.
    pub fn of(name: Option<&str>) -> Result<Self, ZoneFault> {
        name.map_or(Ok(Self::UTC), Self::named)
    }

    /// Whether instants and the wall clock are the same.
    pub fn is_utc(&self) -> bool {
        matches!(self.rules, Rules::Fixed(0))
    }

    /// Seconds east of Greenwich at an instant.
    pub fn offset_at(&self, utc_second: i64) -> i32 {
        self.span_at(utc_second).offset
    }

    /// The short name in use at an instant, such as `CET`; an offset where there is none.
    pub fn abbreviation_at(&self, utc_second: i64) -> String {
        match &self.rules {
            Rules::Fixed(0) => "UTC".into(),
            Rules::Fixed(offset) => offset_text(*offset),
            Rules::Named(zone) => zone.abbreviation_at(utc_second),
        }
    }

    /// Seconds that summer time adds at an instant. The database says whether it is summer time; by how much is the
    /// difference from the nearest time that is not, as is the custom.
    pub fn summer_offset_at(&self, utc_second: i64) -> i32 {
        match &self.rules {
            Rules::Fixed(_) => 0,
            Rules::Named(zone) => zone.summer_offset_at(utc_second),
        }
    }

    fn span_at(&self, utc_second: i64) -> Span {
        match &self.rules {
            Rules::Fixed(offset) => Span { start: i64::MIN, end: i64::MAX, offset: *offset },
            Rules::Named(zone) => zone.span_at(utc_second),
        }
    }

    /// Which instants a second of the wall clock may be.
    pub fn local(&self, local_second: i64) -> Local {
        self.local_near(local_second, self.span_at(local_second))
    }

    /// As [`Zone::local`], looking from a span nearby.
    fn local_near(&self, local_second: i64, near: Span) -> Local {
        let guess = local_second.saturating_sub(near.offset.into());
        let here = if guess >= near.start && guess < near.end { near } else { self.span_at(guess) };
        let before = if here.start == i64::MIN { here } else { self.span_at(here.start - 1) };
        let after = if here.end == i64::MAX { here } else { self.span_at(here.end) };
        let spans = [before, here, after];
        let holds = |span: &Span| {
            let utc = local_second.saturating_sub(span.offset.into());
            utc >= span.start && utc < span.end
        };
        match (spans.iter().find(|span| holds(span)), spans.iter().rev().find(|span| holds(span))) {
            (Some(first), Some(last)) if first.offset != last.offset => {
                Local::Twice(first.offset, last.offset)
            }
            (Some(first), _) => Local::Once(first.offset),
            (None, _) => {
                let at_gap = |earlier: &Span, later: &Span| {
                    let change = earlier.end;
                    local_second >= change.saturating_add(earlier.offset.into())
                        && local_second < change.saturating_add(later.offset.into())
                };
                if at_gap(&before, &here) {
                    Local::Never(before.offset, here.offset)
                } else {
                    Local::Never(here.offset, after.offset)
                }
            }
        }
    }
}

/// `+HH:MM` or `+HHMM`, less than a day.
fn fixed_offset(name: &str) -> Option<i32> {
    let sign = match name.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match name.as_bytes().get(1..)? {
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => ([*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let number = |digits: [u8; 2]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| i32::from(digits[0] - b'0') * 10 + i32::from(digits[1] - b'0'))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// An offset as `+01:00`, with seconds where it has some.
pub(super) fn offset_text(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let text = format!("{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    if seconds.is_multiple_of(60) { text } else { format!("{text}:{:02}", seconds % 60) }
}

/// A walk over a column's instants, which remembers the last span.
#[derive(Debug)]
pub struct Walk<'a> {
    zone: &'a Zone,
    span: Span,
}

impl<'a> Walk<'a> {
    /// A walk that has seen nothing.
    pub fn new(zone: &'a Zone) -> Self {
        Self { zone, span: Span { start: 0, end: 0, offset: 0 } }
    }

    /// Seconds east of Greenwich at an instant.
    #[inline]
    pub fn offset_at(&mut self, utc_second: i64) -> i32 {
        if utc_second < self.span.start || utc_second >= self.span.end {
            self.span = self.zone.span_at(utc_second);
        }
        self.span.offset
    }

    /// Where the span of the last answer begins.
    pub(super) fn span_start(&self) -> i64 {
        self.span.start
    }

    /// Which instants a second of the wall clock may be.
    #[inline]
    pub fn local(&mut self, local_second: i64) -> Local {
        let utc = local_second.saturating_sub(self.span.offset.into());
        let start = self.span.start.saturating_add(FAR_FROM_CHANGES);
        let end = self.span.end.saturating_sub(FAR_FROM_CHANGES);
        if utc >= start && utc < end {
            return Local::Once(self.span.offset);
        }
        self.offset_at(utc);
        self.zone.local_near(local_second, self.span)
    }
}

/// The wall clock's ticks of instants.
///
/// # Errors
/// The first row that holds a value whose wall clock is beyond 64 bits.
pub(crate) fn to_local(
    instants: &PrimitiveArray<i64>,
    unit: TimeUnit,
    zone: &Zone,
) -> Result<PrimitiveArray<i64>, usize> {
    if zone.is_utc() {
        return Ok(instants.clone());
    }
    let per_second = unit.per_second();
    let mut walk = Walk::new(zone);
    // The span in ticks, so that most rows need no division.
    let (mut start, mut end, mut shift) = (0i64, 0i64, 0i64);
    let mut values = Vec::with_capacity(instants.len());
    let is_valid = validity_of(instants);
    for (row, &ticks) in instants.values().iter().enumerate() {
        if ticks < start || ticks >= end {
            if !is_valid(row) {
                values.push(0);
                continue;
            }
            walk.offset_at(ticks.div_euclid(per_second));
            start = walk.span.start.saturating_mul(per_second);
            end = walk.span.end.saturating_mul(per_second);
            shift = i64::from(walk.span.offset) * per_second;
        }
        match ticks.checked_add(shift) {
            Some(local) => values.push(local),
            None if is_valid(row) => return Err(row),
            None => values.push(0),
        }
    }
    Ok(PrimitiveArray::new(values.into(), instants.validity().cloned()))
}

/// Why a time of the wall clock is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoInstant {
    /// The clock shows it twice.
    Twice,
    /// The clock never shows it.
    Never,
    /// It is beyond 64 bits of ticks.
    OutOfRange,
}

/// The instants of the wall clock's ticks. `choose` says for a row that happened twice or never which offset to take, if
/// any; `None` makes it null.
///
/// # Errors
/// The first row that holds a value and has no instant.
pub(crate) fn to_instants(
    locals: &PrimitiveArray<i64>,
    unit: TimeUnit,
    zone: &Zone,
    choose: &dyn Fn(usize, Local) -> Result<Option<i32>, NoInstant>,
) -> Result<PrimitiveArray<i64>, (usize, NoInstant)> {
    if zone.is_utc() {
        return Ok(locals.clone());
    }
    let per_second = unit.per_second();
    let mut walk = Walk::new(zone);
    let is_valid = validity_of(locals);
    let mut values = Vec::with_capacity(locals.len());
    let mut nulls = Vec::new();
    for (row, &ticks) in locals.values().iter().enumerate() {
        if !is_valid(row) {
            values.push(0);
            continue;
        }
        let offset = match walk.local(ticks.div_euclid(per_second)) {
            Local::Once(offset) => offset,
            other => match choose(row, other).map_err(|why| (row, why))? {
                Some(offset) => offset,
                None => {
                    nulls.push(row);
                    values.push(0);
                    continue;
                }
            },
        };
        let instant = ticks.checked_sub(i64::from(offset) * per_second);
        values.push(instant.ok_or((row, NoInstant::OutOfRange))?);
    }
    let validity = if nulls.is_empty() {
        locals.validity().cloned()
    } else {
        let mut nulls = nulls.into_iter().peekable();
        Some(Bitmap::from_fn(values.len(), |row| nulls.next_if_eq(&row).is_none() && is_valid(row)))
    };
    Ok(PrimitiveArray::new(values.into(), validity))
}

fn validity_of(array: &PrimitiveArray<i64>) -> impl Fn(usize) -> bool + '_ {
    let validity = array.validity();
    move |row| validity.is_none_or(|validity| validity.get(row))
}

#[cfg(test)]
mod tests {
    use lazuli_array::calendar::days_from_civil;
    use proptest::prelude::*;

    use super::*;

    fn second(year: i32, month: u32, day: u32, hour: i64, minute: i64) -> i64 {
        i64::from(days_from_civil(year, month, day).unwrap()) * 86_400 + hour * 3_600 + minute * 60
    }

    #[test]
    fn fixed_offsets() {
        for (name, offset) in [
            ("UTC", Some(0)),
            ("+01:00", Some(3_600)),
            ("-0530", Some(-19_800)),
            ("+24:00", None),
            ("+1:00", None),
            ("+", None),
            ("", None),
            ("Nowhere/Else", None),
            ("Etc/Unknown", None),
        ] {
            assert_eq!(Zone::named(name).ok().map(|zone| zone.offset_at(0)), offset, "{name:?}");
        }
        assert_eq!(offset_text(-19_800), "-05:30");
        assert_eq!(offset_text(561), "+00:09:21");
    }

    #[test]
    fn paris() {
        let zone = Zone::named("Europe/Paris").unwrap();
        assert_eq!(zone.offset_at(second(2024, 1, 1, 0, 0)), 3_600);
        assert_eq!(zone.offset_at(second(2024, 7, 1, 0, 0)), 7_200);
        assert_eq!(zone.offset_at(second(2024, 3, 31, 0, 59)), 3_600);
        assert_eq!(zone.offset_at(second(2024, 3, 31, 1, 0)), 7_200);
        assert_eq!(zone.local(second(2024, 3, 31, 1, 59)), Local::Once(3_600));
        assert_eq!(zone.local(second(2024, 3, 31, 2, 0)), Local::Never(3_600, 7_200));
        assert_eq!(zone.local(second(2024, 3, 31, 2, 59)), Local::Never(3_600, 7_200));
        assert_eq!(zone.local(second(2024, 3, 31, 3, 0)), Local::Once(7_200));
        assert_eq!(zone.local(second(2024, 10, 27, 1, 59)), Local::Once(7_200));
        assert_eq!(zone.local(second(2024, 10, 27, 2, 0)), Local::Twice(7_200, 3_600));
        assert_eq!(zone.local(second(2024, 10, 27, 2, 59)), Local::Twice(7_200, 3_600));
        assert_eq!(zone.local(second(2024, 10, 27, 3, 0)), Local::Once(3_600));
        assert_eq!(zone.abbreviation_at(second(2024, 7, 1, 0, 0)), "CEST");
        assert_eq!(zone.summer_offset_at(second(2024, 7, 1, 0, 0)), 3_600);
        assert_eq!(zone.summer_offset_at(second(2024, 1, 1, 0, 0)), 0);
        // Far beyond the database.
        for second in [i64::MIN, -1_000_000_000_000, 1_000_000_000_000, i64::MAX] {
            let _ = zone.offset_at(second);
            let _ = zone.local(second);
        }
    }

    proptest! {
        #[test]
        fn every_instant_is_one_of_its_wall_clock(
            start in -6_000_000_000i64..6_000_000_000,
            steps in proptest::collection::vec(-200_000i64..400_000, 1..60),
            name in prop::sample::select(vec![
                "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "+03:00",
            ]),
        ) {
            let zone = Zone::named(name).unwrap();
            let (mut walk, mut back) = (Walk::new(&zone), Walk::new(&zone));
            let mut at = start;
            for step in steps {
                at += step;
                let offset = walk.offset_at(at);
                prop_assert_eq!(offset, zone.offset_at(at));
                let local = back.local(at + i64::from(offset));
                prop_assert_eq!(local, zone.local(at + i64::from(offset)));
                prop_assert!(
                    matches!(local, Local::Once(one) if one == offset)
                        || matches!(local, Local::Twice(one, two) if one == offset || two == offset),
                    "{} {} {:?}", name, at, local
                );
            }
        }

        #[test]
        fn columns_come_back(
            ticks in proptest::collection::vec(proptest::option::of(-60_000_000_000_000i64..60_000_000_000_000), 0..80),
        ) {
            let zone = Zone::named("Europe/Paris").unwrap();
            let array: PrimitiveArray<i64> = ticks.into_iter().collect();
            let local = to_local(&array, TimeUnit::Milliseconds, &zone).unwrap();
            let offsets = array.clone();
            let choose = |row: usize, local: Local| match local {
                Local::Twice(first, second) => {
                    let own = zone.offset_at(offsets.values()[row].div_euclid(1_000));
                    Ok(Some(if own == second { second } else { first }))
                }
                _ => Err(NoInstant::Never),
            };
            prop_assert_eq!(to_instants(&local, TimeUnit::Milliseconds, &zone, &choose), Ok(array));
        }
    }
}
