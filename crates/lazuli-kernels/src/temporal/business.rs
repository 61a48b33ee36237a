//! Business days: days of the week that count, without holidays.

use lazuli_array::{Array, Bitmap, BooleanArray, Column, DataType, PrimitiveArray};

use super::values::{Clock, Gap, clock, from_clock, invalid, overflow, unsupported};
use crate::Result;

/// Which days are business days.
///
/// ```
/// use lazuli_kernels::temporal::BusinessDays;
///
/// let week = BusinessDays::new([true, true, true, true, true, false, false], vec![0]).expect("days that count");
/// assert!(!week.contains(0)); // a holiday
/// assert!(week.contains(1)); // Friday, 1970-01-02
/// assert!(!week.contains(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDays {
    /// Monday first.
    week: [bool; 7],
    /// Ascending, each on a day of the week that counts.
    holidays: Vec<i64>,
}

/// What becomes of a day that is no business day, before days are added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Roll {
    /// It is an error.
    #[default]
    Raise,
    /// The next business day.
    Forward,
    /// The last business day before.
    Backward,
}

impl BusinessDays {
    /// The days of the week that count, Monday first, and days since 1970 that do not; `None` if no day of the week does.
    pub fn new(week: [bool; 7], holidays: Vec<i32>) -> Option<Self> {
        if !week.contains(&true) {
            return None;
        }
        let mut days = Self { week, holidays: Vec::new() };
        let mut holidays: Vec<i64> =
            holidays.into_iter().map(i64::from).filter(|&day| days.is_in_week(day)).collect();
        holidays.sort_unstable();
        holidays.dedup();
        days.holidays = holidays;
        Some(days)
    }

    /// The day of the week; Monday is 0.
    fn weekday(day: i64) -> usize {
        ((day.rem_euclid(7) + 3) % 7) as usize
    }

    fn is_in_week(&self, day: i64) -> bool {
        self.week[Self::weekday(day)]
    }

    /// Whether a day since 1970 is a business day.
    pub fn contains(&self, day: i64) -> bool {
        self.is_in_week(day) && self.holidays.binary_search(&day).is_err()
    }

    fn per_week(&self) -> i64 {
        self.week.iter().filter(|&&counts| counts).count() as i64
    }

    /// The nearest business day from `day` on, going by `step` of 1 or -1. Ends, because holidays do.
    fn nearest(&self, mut day: i64, step: i64) -> Option<i64> {
        while !self.contains(day) {
            day = day.checked_add(step)?;
        }
        Some(day)
    }

    /// `count` days of the week that count further, holidays or not.
    fn further_in_week(&self, day: i64, count: i64) -> Option<i64> {
        let (weeks, mut rest) = (count / self.per_week(), count % self.per_week());
        let mut day = day.checked_add(weeks.checked_mul(7)?)?;
        let step = rest.signum();
        while rest != 0 {
            day = day.checked_add(step)?;
            if self.is_in_week(day) {
                rest -= step;
            }
        }
        Some(day)
    }

    /// The number of holidays before a day.
    fn holidays_before(&self, day: i64) -> i64 {
        self.holidays.partition_point(|&holiday| holiday < day) as i64
    }

    /// `count` business days further from a business day; `None` beyond 64 bits.
    fn further(&self, mut day: i64, mut count: i64) -> Option<i64> {
        // Holidays on the way don't count: go on by as many days, which may pass holidays again.
        while count != 0 {
            let end = self.further_in_week(day, count)?;
            count = if count > 0 {
                self.holidays_before(end.checked_add(1)?) - self.holidays_before(day + 1)
            } else {
                self.holidays_before(end) - self.holidays_before(day)
            };
            day = end;
        }
        Some(day)
    }

    /// Business days from `start` on and before `end`.
    fn between(&self, start: i64, end: i64) -> i64 {
        let days = end - start;
        let whole = days.div_euclid(7);
        let rest =
            (0..days.rem_euclid(7)).filter(|offset| self.is_in_week(start + whole * 7 + offset)).count();
        whole * self.per_week() + rest as i64 - (self.holidays_before(end) - self.holidays_before(start))
    }
}

/// Whether each day is a business day; null for null.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] unless dates or datetimes.
pub fn is_business_day(column: &Column, days: &BusinessDays) -> Result<Column> {
    let Clock { ticks, per_day } = clock("dt.is_business_day", column)?;
    let found = Bitmap::from_fn(ticks.len(), |row| days.contains(ticks.values()[row].div_euclid(per_day)));
    Ok(Column::new(DataType::Boolean, BooleanArray::new(found, ticks.validity().cloned())))
}

/// Each day so many business days further, at the same time of day; null where either is.
///
/// # Errors
/// [`crate::KernelError::InvalidOperand`] for a day that is no business day, unless `roll` says where to begin;
/// [`crate::KernelError::Overflow`]; [`crate::KernelError::Unsupported`] for other types than dates, datetimes and Int64.
pub fn add_business_days(
    column: &Column,
    counts: &Column,
    days: &BusinessDays,
    roll: Roll,
) -> Result<Column> {
    const OPERATION: &str = "dt.add_business_days";
    let Array::Int64(counts) = counts.array() else { return Err(unsupported(OPERATION, counts)) };
    let Clock { ticks, per_day } = clock(OPERATION, column)?;
    let mut moved: Vec<Option<i64>> = Vec::with_capacity(ticks.len());
    for row in 0..ticks.len() {
        let (Some(ticks), Some(count)) = (ticks.get(row), counts.get(row)) else {
            moved.push(None);
            continue;
        };
        let (day, rest) = (ticks.div_euclid(per_day), ticks.rem_euclid(per_day));
        let start = match roll {
            Roll::Raise if !days.contains(day) => {
                return Err(invalid(
                    OPERATION,
                    column,
                    row,
                    "a business day (roll = 'forward' or 'backward' finds one)",
                ));
            }
            Roll::Raise => Some(day),
            Roll::Forward => days.nearest(day, 1),
            Roll::Backward => days.nearest(day, -1),
        };
        let end = start.and_then(|start| days.further(start, count));
        let end = end.and_then(|end| end.checked_mul(per_day)?.checked_add(rest));
        moved.push(Some(end.ok_or_else(|| overflow(OPERATION, column, row))?));
    }
    from_clock(OPERATION, column, moved.into_iter().collect(), Gap::Behind)
}

/// The number of business days from each start on and before its end, negative where the end is first; null where either is.
///
/// # Errors
/// [`crate::KernelError::Unsupported`] unless dates.
pub fn business_day_count(starts: &Column, ends: &Column, days: &BusinessDays) -> Result<Column> {
    const OPERATION: &str = "business_day_count";
    let (Array::Int32(from), Array::Int32(to)) = (starts.array(), ends.array()) else {
        return Err(unsupported(OPERATION, starts));
    };
    let counts: PrimitiveArray<i64> = (0..from.len())
        .map(|row| {
            let (from, to) = (i64::from(from.get(row)?), i64::from(to.get(row)?));
            // Backwards the start counts and the end does not, as in numpy.
            Some(if from <= to { days.between(from, to) } else { -days.between(to + 1, from + 1) })
        })
        .collect();
    Ok(Column::new(DataType::Int64, counts))
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;
    use proptest::prelude::*;

    use super::*;

    const FIVE: [bool; 7] = [true, true, true, true, true, false, false];

    fn dates(days: &[i32]) -> Column {
        Column::new(DataType::Date, PrimitiveArray::from_vec(days.to_vec()))
    }

    fn counts(counts: &[i64]) -> Column {
        Column::new(DataType::Int64, PrimitiveArray::from_vec(counts.to_vec()))
    }

    #[test]
    fn weekends_and_holidays() {
        // 1970-01-02 was a Friday.
        let days = BusinessDays::new(FIVE, vec![4]).unwrap(); // Monday
        let add = |day, count, roll| add_business_days(&dates(&[day]), &counts(&[count]), &days, roll);
        assert_eq!(add(1, 1, Roll::Raise).unwrap().get(0), Scalar::Date(5));
        assert_eq!(add(5, -1, Roll::Raise).unwrap().get(0), Scalar::Date(1));
        assert_eq!(add(2, 0, Roll::Forward).unwrap().get(0), Scalar::Date(5));
        assert_eq!(add(2, 0, Roll::Backward).unwrap().get(0), Scalar::Date(1));
        assert!(add(2, 0, Roll::Raise).unwrap_err().to_string().contains("a business day"));
        assert!(add(1, i64::MAX, Roll::Raise).is_err());
        assert!(add(1, i64::MIN, Roll::Raise).is_err());
        assert!(BusinessDays::new([false; 7], Vec::new()).is_none());
    }

    proptest! {
        #[test]
        fn days_are_counted_one_by_one(
            mask in 1u8..128, holidays in proptest::collection::vec(-60i32..60, 0..20), day in -40i32..40, count in -30i64..30,
        ) {
            let week = std::array::from_fn(|day| mask & (1 << day) != 0);
            let days = BusinessDays::new(week, holidays.clone()).unwrap();
            let is_business = |day: i64| {
                week[(day + 700 + 3) as usize % 7] && !holidays.contains(&(day as i32))
            };
            let mut naive = i64::from(day);
            while !is_business(naive) { naive += 1; }
            let mut rest = count;
            while rest != 0 {
                naive += count.signum();
                if is_business(naive) { rest -= count.signum(); }
            }
            let moved = add_business_days(&dates(&[day]), &counts(&[count]), &days, Roll::Forward).unwrap();
            prop_assert_eq!(moved.get(0), Scalar::Date(naive as i32));
            let end = day + count.abs() as i32;
            let naive = (i64::from(day)..i64::from(end)).filter(|&day| is_business(day)).count() as i64;
            let count = business_day_count(&dates(&[day]), &dates(&[end]), &days).unwrap();
            prop_assert_eq!(count.get(0), Scalar::Int64(naive));
        }
    }
}
