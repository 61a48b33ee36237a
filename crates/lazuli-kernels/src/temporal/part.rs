//! Parts of dates and times: year, month, hour, and their like.
//!
//! Day numbers within some millions of years are split without branches in 32 bits, which becomes vector code; others take
//! the general way of [`lazuli_array::calendar`]. The short way is Neri and Schneider, "Euclidean affine functions and
//! their application to calendar algorithms" (2022), section 6.

use lazuli_array::calendar::{NANOS_PER_SECOND, civil_from_wide_days, is_leap_year};
use lazuli_array::{Array, BooleanArray, Column, DataType, Native, PrimitiveArray, TimeUnit};

use super::values::{local_ticks, per_day};
use crate::Result;
use crate::arity::{predicate_of, unary};

/// A part of a date or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The year, Int32.
    Year,
    /// The year that the ISO week belongs to, Int32.
    IsoYear,
    /// Years 1 to 100 are century 1; Int32.
    Century,
    /// Years 1 to 1000 are millennium 1; Int32.
    Millennium,
    /// 1 to 4, Int8.
    Quarter,
    /// 1 to 12, Int8.
    Month,
    /// The ISO week, 1 to 53, Int8.
    Week,
    /// Monday is 1, Sunday is 7; Int8.
    Weekday,
    /// 1 to 31, Int8.
    Day,
    /// 1 to 366, Int16.
    OrdinalDay,
    /// 28 to 31, Int8.
    DaysInMonth,
    /// Whether the year has a 29 February, Boolean.
    IsLeapYear,
    /// 0 to 23, Int8.
    Hour,
    /// 0 to 59, Int8.
    Minute,
    /// 0 to 59, Int8.
    Second,
    /// Since the last second, Int32.
    Millisecond,
    /// Since the last second, Int32.
    Microsecond,
    /// Since the last second, Int32.
    Nanosecond,
    /// Seconds with their fraction, Float64.
    FractionalSecond,
}

impl Part {
    /// Whether it is part of a date, not of a time of day.
    pub fn is_of_date(self) -> bool {
        !matches!(
            self,
            Self::Hour
                | Self::Minute
                | Self::Second
                | Self::Millisecond
                | Self::Microsecond
                | Self::Nanosecond
                | Self::FractionalSecond
        )
    }

    /// The type of the part.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Year | Self::IsoYear | Self::Century | Self::Millennium => DataType::Int32,
            Self::Millisecond | Self::Microsecond | Self::Nanosecond => DataType::Int32,
            Self::OrdinalDay => DataType::Int16,
            Self::IsLeapYear => DataType::Boolean,
            Self::FractionalSecond => DataType::Float64,
            Self::Quarter | Self::Month | Self::Week | Self::Weekday | Self::Day | Self::DaysInMonth => {
                DataType::Int8
            }
            Self::Hour | Self::Minute | Self::Second => DataType::Int8,
        }
    }
}

/// A part of each row's date or time, in the column's own time zone; null for null.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] for other types; [`crate::KernelError::Overflow`] for an instant whose wall clock is
/// beyond 64 bits.
///
/// ```
/// use lazuli_array::{Column, DataType, PrimitiveArray, Scalar};
/// use lazuli_kernels::temporal::{Part, part};
///
/// let dates = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![18_262]));
/// assert_eq!(part(&dates, Part::Year)?.get(0), Scalar::Int32(2020));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn part(column: &Column, part: Part) -> Result<Column> {
    let array = if part.is_of_date() {
        of_days(&days("a part of a date", column)?, part)
    } else {
        of_time("a part of a time", column, part)?
    };
    Ok(Column::new(part.data_type(), array))
}

/// Day numbers, in 32 bits where they all allow the short way.
pub(super) enum Days {
    Near(PrimitiveArray<i32>),
    Far(PrimitiveArray<i64>),
}

/// Days that the short way splits: a little less than 2^30 from its own day 0, years -32,000 to 2,900,000.
const NEAR: std::ops::RangeInclusive<i64> = -12_000_000..=1_000_000_000;

/// The day numbers of dates and datetimes, in the column's own time zone.
pub(super) fn days(operation: &'static str, column: &Column) -> Result<Days> {
    let is_near = |least: i64, greatest: i64| NEAR.contains(&least) && NEAR.contains(&greatest);
    if let (DataType::Date, Array::Int32(array)) = (column.data_type(), column.array()) {
        let (least, greatest) = range(array.values());
        return Ok(if array.is_empty() || is_near(least.into(), greatest.into()) {
            Days::Near(array.clone())
        } else {
            Days::Far(unary(array, i64::from))
        });
    }
    let (ticks, unit) = local_ticks(operation, column)?;
    let days = day_numbers(&ticks, unit);
    let (least, greatest) = range(days.values());
    if days.is_empty() || is_near(least, greatest) {
        Ok(Days::Near(unary(&days, |day| day as i32)))
    } else {
        Ok(Days::Far(days))
    }
}

fn range<T: Native + Ord>(values: &[T]) -> (T, T) {
    let start = values.first().copied().unwrap_or_default();
    values.iter().fold((start, start), |(least, greatest), &value| (least.min(value), greatest.max(value)))
}

/// The day that ticks lie in, towards the past.
fn day_numbers(ticks: &PrimitiveArray<i64>, unit: TimeUnit) -> PrimitiveArray<i64> {
    // Each unit a loop of its own: dividing by a constant is a multiplication.
    match unit {
        TimeUnit::Milliseconds => unary(ticks, |ticks| ticks.div_euclid(86_400_000)),
        TimeUnit::Microseconds => unary(ticks, |ticks| ticks.div_euclid(86_400_000_000)),
        TimeUnit::Nanoseconds => unary(ticks, |ticks| ticks.div_euclid(86_400_000_000_000)),
    }
}

/// A day as a date.
#[derive(Clone, Copy)]
struct Civil {
    year: i32,
    month: u32,
    day: u32,
    /// From 1.
    ordinal: u32,
}

/// A day number that dates may be made of.
trait DayNumber: Native {
    fn civil(self) -> Civil;
    /// Monday is 0.
    fn weekday(self) -> i32;
    fn plus(self, days: i32) -> Self;
}

impl DayNumber for i32 {
    #[inline(always)]
    fn civil(self) -> Civil {
        // Day 0 of the algorithm is so many eras of 400 years before 0000-03-01.
        const ERAS: u32 = 82;
        let shifted = (self as u32).wrapping_add(719_468 + 146_097 * ERAS);
        let n1 = shifted.wrapping_mul(4).wrapping_add(3);
        let century = n1 / 146_097;
        let n2 = (n1 % 146_097) | 3;
        let product = u64::from(n2) * 2_939_745;
        let year_of_century = (product >> 32) as u32;
        let day_of_year = (product as u32) / 2_939_745 / 4; // from 1 March
        let n3 = day_of_year * 2_141 + 197_913;
        let (month, day) = (n3 >> 16, (n3 & 0xFFFF) / 2_141 + 1);
        let is_next_year = day_of_year >= 306; // January and February
        let year = (100 * century + year_of_century) as i32 - (400 * ERAS) as i32 + i32::from(is_next_year);
        let month = if is_next_year { month - 12 } else { month };
        let ordinal =
            if is_next_year { day_of_year - 305 } else { day_of_year + 60 + u32::from(is_leap_year(year)) };
        Civil { year, month, day, ordinal }
    }

    #[inline(always)]
    fn weekday(self) -> i32 {
        ((self as u32).wrapping_add(3 + 7 * 100_000_000) % 7) as i32
    }

    #[inline(always)]
    fn plus(self, days: i32) -> Self {
        self.wrapping_add(days)
    }
}

impl DayNumber for i64 {
    fn civil(self) -> Civil {
        let (year, month, day) = civil_from_wide_days(self);
        // 64 bits of milliseconds are fewer than 300 million years.
        let year = year as i32;
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
        let ordinal = before + day + u32::from(month > 2 && is_leap_year(year));
        Civil { year, month, day, ordinal }
    }

    fn weekday(self) -> i32 {
        (self.rem_euclid(7) as i32 + 3) % 7
    }

    fn plus(self, days: i32) -> Self {
        self.wrapping_add(days.into())
    }
}

fn of_days(days: &Days, part: Part) -> Array {
    match days {
        Days::Near(days) => of_day_numbers(days, part),
        Days::Far(days) => of_far_days(days, part),
    }
}

/// The ISO week belongs to the year that its Thursday is in.
#[inline(always)]
fn thursday<D: DayNumber>(day: D) -> Civil {
    day.plus(3 - day.weekday()).civil()
}

fn of_day_numbers(days: &PrimitiveArray<i32>, part: Part) -> Array {
    match part {
        Part::Year => unary(days, |day| day.civil().year).into(),
        Part::IsoYear => unary(days, |day| thursday(day).year).into(),
        Part::Century => unary(days, |day| hundreds(day.civil().year, 100)).into(),
        Part::Millennium => unary(days, |day| hundreds(day.civil().year, 1_000)).into(),
        Part::Quarter => unary(days, |day| day.civil().month.div_ceil(3) as i8).into(),
        Part::Month => unary(days, |day| day.civil().month as i8).into(),
        Part::Week => unary(days, |day| ((thursday(day).ordinal - 1) / 7 + 1) as i8).into(),
        Part::Weekday => unary(days, |day| day.weekday() as i8 + 1).into(),
        Part::Day => unary(days, |day| day.civil().day as i8).into(),
        Part::OrdinalDay => unary(days, |day| day.civil().ordinal as i16).into(),
        Part::DaysInMonth => unary(days, |day| days_in_month(day.civil())).into(),
        Part::IsLeapYear => {
            let leap = predicate_of(days.values(), |day| is_leap_year(day.civil().year));
            BooleanArray::new(leap, days.validity().cloned()).into()
        }
        of_time => unreachable!("{of_time:?} is part of a time"),
    }
}

#[inline(always)]
fn days_in_month(civil: Civil) -> i8 {
    match civil.month {
        2 => 28 + i8::from(is_leap_year(civil.year)),
        // 31 and 30 alternate, and start again in August.
        month => 30 + ((month + month / 8) % 2) as i8,
    }
}

/// As [`of_day_numbers`], for days that are seldom: one loop for all parts.
fn of_far_days(days: &PrimitiveArray<i64>, part: Part) -> Array {
    let numbers = unary(days, |day| far_part(day, part));
    match part.data_type() {
        DataType::Int8 => unary(&numbers, |number| number as i8).into(),
        DataType::Int16 => unary(&numbers, |number| number as i16).into(),
        DataType::Boolean => {
            let bits = predicate_of(numbers.values(), |number| number != 0);
            BooleanArray::new(bits, numbers.validity().cloned()).into()
        }
        _ => numbers.into(),
    }
}

#[inline(never)]
fn far_part(day: i64, part: Part) -> i32 {
    match part {
        Part::Year => day.civil().year,
        Part::IsoYear => thursday(day).year,
        Part::Century => hundreds(day.civil().year, 100),
        Part::Millennium => hundreds(day.civil().year, 1_000),
        Part::Quarter => day.civil().month.div_ceil(3) as i32,
        Part::Month => day.civil().month as i32,
        Part::Week => ((thursday(day).ordinal - 1) / 7 + 1) as i32,
        Part::Weekday => day.weekday() + 1,
        Part::Day => day.civil().day as i32,
        Part::OrdinalDay => day.civil().ordinal as i32,
        Part::DaysInMonth => days_in_month(day.civil()).into(),
        Part::IsLeapYear => is_leap_year(day.civil().year).into(),
        of_time => unreachable!("{of_time:?} is part of a time"),
    }
}

/// The number of the hundred (or thousand) years that a year is in: 1 to 100 are the first; years up to 0 count back from 0.
fn hundreds(year: i32, size: i32) -> i32 {
    (year - 1).div_euclid(size) + 1
}

fn of_time(operation: &'static str, column: &Column, part: Part) -> Result<Array> {
    let (ticks, unit) = match (column.data_type(), column.array()) {
        (DataType::Time, Array::Int64(array)) => (array.clone(), TimeUnit::Nanoseconds),
        _ => local_ticks(operation, column)?,
    };
    let (per_second, per_day) = (unit.per_second(), per_day(unit));
    let second = |ticks: i64| ticks.rem_euclid(per_second);
    let nanos_per_tick = NANOS_PER_SECOND / per_second;
    Ok(match part {
        Part::Hour => unary(&ticks, |ticks| (ticks.rem_euclid(per_day) / (3_600 * per_second)) as i8).into(),
        Part::Minute => {
            unary(&ticks, |ticks| (ticks.rem_euclid(3_600 * per_second) / (60 * per_second)) as i8).into()
        }
        Part::Second => unary(&ticks, |ticks| (ticks.rem_euclid(60 * per_second) / per_second) as i8).into(),
        Part::Millisecond => {
            unary(&ticks, |ticks| (second(ticks) * nanos_per_tick / 1_000_000) as i32).into()
        }
        Part::Microsecond => unary(&ticks, |ticks| (second(ticks) * nanos_per_tick / 1_000) as i32).into(),
        Part::Nanosecond => unary(&ticks, |ticks| (second(ticks) * nanos_per_tick) as i32).into(),
        Part::FractionalSecond => {
            unary(&ticks, |ticks| ticks.rem_euclid(60 * per_second) as f64 / per_second as f64).into()
        }
        of_date => unreachable!("{of_date:?} is part of a date"),
    })
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;
    use lazuli_array::calendar::{civil_from_days, days_from_civil};
    use proptest::prelude::*;

    use super::*;

    const OF_DATE: [Part; 12] = [
        Part::Year,
        Part::IsoYear,
        Part::Century,
        Part::Millennium,
        Part::Quarter,
        Part::Month,
        Part::Week,
        Part::Weekday,
        Part::Day,
        Part::OrdinalDay,
        Part::DaysInMonth,
        Part::IsLeapYear,
    ];

    fn dates(days: Vec<Option<i32>>) -> Column {
        Column::new(DataType::Date, days.into_iter().collect::<PrimitiveArray<i32>>())
    }

    fn of(column: &Column, part: Part) -> Vec<Option<i64>> {
        let column = super::part(column, part).unwrap();
        (0..column.len())
            .map(|row| match column.get(row) {
                Scalar::Null => None,
                Scalar::Int8(value) => Some(value.into()),
                Scalar::Int16(value) => Some(value.into()),
                Scalar::Int32(value) => Some(value.into()),
                Scalar::Boolean(value) => Some(value.into()),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    /// The slow twin: from year, month and day alone.
    fn naive(day: i32, part: Part) -> i64 {
        let (year, month, of_month) = civil_from_days(day);
        let new_year = |year: i32| days_from_civil(year, 1, 1).unwrap();
        let weekday = (day - 4).rem_euclid(7); // 1970-01-05 was a Monday
        let thursday = day - weekday + 3;
        let iso_year = civil_from_days(thursday).0;
        match part {
            Part::Year => year.into(),
            Part::IsoYear => iso_year.into(),
            Part::Century => (f64::from(year) / 100.0).ceil() as i64,
            Part::Millennium => (f64::from(year) / 1000.0).ceil() as i64,
            Part::Quarter => i64::from(month - 1) / 3 + 1,
            Part::Month => month.into(),
            Part::Week => i64::from((thursday - new_year(iso_year)) / 7 + 1),
            Part::Weekday => i64::from(weekday) + 1,
            Part::Day => of_month.into(),
            Part::OrdinalDay => i64::from(day - new_year(year) + 1),
            Part::DaysInMonth => lazuli_array::calendar::days_in_month(year, month).unwrap().into(),
            Part::IsLeapYear => (new_year(year + 1) - new_year(year) == 366).into(),
            _ => unreachable!(),
        }
    }

    proptest! {
        #[test]
        fn parts_of_dates_are_counted_by_hand(
            days in proptest::collection::vec(proptest::option::of(-800_000i32..3_000_000), 0..40),
            far in proptest::option::of(prop_oneof![-2_000_000_000i32..-13_000_000, 1_100_000_000i32..2_000_000_000]),
            offset in 0usize..3,
        ) {
            let mut days = days;
            days.extend(far.map(Some));
            let column = dates(days.clone());
            let offset = offset.min(days.len());
            let column = column.sliced(offset, days.len() - offset);
            for part in OF_DATE {
                let expected: Vec<_> = days[offset..].iter().map(|day| day.map(|day| naive(day, part))).collect();
                prop_assert_eq!(of(&column, part), expected, "{:?}", part);
            }
        }

        #[test]
        fn datetimes_have_the_parts_of_their_date(ticks in any::<i64>(), unit in 0usize..3) {
            let unit = [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds][unit];
            let datetimes = Column::new(DataType::Datetime(unit, None), PrimitiveArray::from_vec(vec![ticks]));
            let (day, nanos) = lazuli_array::calendar::split_ticks(ticks, unit);
            if let Ok(day) = i32::try_from(day) {
                for part in OF_DATE {
                    prop_assert_eq!(of(&datetimes, part), [Some(naive(day, part))]);
                }
            }
            prop_assert_eq!(of(&datetimes, Part::Hour), [Some(nanos / 3_600_000_000_000)]);
            prop_assert_eq!(of(&datetimes, Part::Minute), [Some(nanos / 60_000_000_000 % 60)]);
            prop_assert_eq!(of(&datetimes, Part::Second), [Some(nanos / 1_000_000_000 % 60)]);
            prop_assert_eq!(of(&datetimes, Part::Millisecond), [Some(nanos % 1_000_000_000 / 1_000_000)]);
            prop_assert_eq!(of(&datetimes, Part::Microsecond), [Some(nanos % 1_000_000_000 / 1_000)]);
            prop_assert_eq!(of(&datetimes, Part::Nanosecond), [Some(nanos % 1_000_000_000)]);
        }
    }

    #[test]
    fn zones_move_the_clock() {
        let zone = DataType::Datetime(TimeUnit::Milliseconds, Some("Europe/Paris".into()));
        let column = Column::new(zone, PrimitiveArray::from_vec(vec![0i64, 1_719_878_400_000]));
        assert_eq!(of(&column, Part::Hour), [Some(1), Some(2)]);
        assert_eq!(of(&column, Part::Day), [Some(1), Some(2)]);
        let text = Column::new_null(DataType::String, 1);
        assert!(super::part(&text, Part::Day).is_err());
    }
}
