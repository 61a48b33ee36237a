//! Temporal values as others: the date or time of a datetime, counts of units, instants of another zone.

use lazuli_array::calendar::{NANOS_PER_SECOND, join_ticks, split_ticks};
use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray, TimeUnit};

use super::part::{Days, days};
use super::values::{choose, invalid, local_ticks, no_instant, overflow, unsupported, zone_of};
use super::zone::{self, Ambiguous, NonExistent, Walk, Zone};
#[cfg(doc)]
use crate::KernelError;
use crate::Result;
use crate::arity::{try_unary, unary};
use crate::cast::{CastMode, cast};

/// The date of each datetime, in the column's zone.
///
/// # Errors
/// [`KernelError::Overflow`] for a day beyond 32 bits; [`KernelError::Unsupported`] unless dates or datetimes.
pub fn date_of(column: &Column) -> Result<Column> {
    const OPERATION: &str = "dt.date";
    let days = match days(OPERATION, column)? {
        Days::Near(days) => days,
        Days::Far(days) => try_unary(&days, |day| (day as i32, i32::try_from(day).is_err()))
            .map_err(|row| overflow(OPERATION, column, row))?,
    };
    Ok(Column::new(DataType::Date, days))
}

/// The time of day of each datetime, in the column's zone.
///
/// # Errors
/// [`KernelError::Unsupported`] unless datetimes or times.
pub fn time_of(column: &Column) -> Result<Column> {
    if *column.data_type() == DataType::Time {
        return Ok(column.clone());
    }
    let (ticks, unit) = local_ticks("dt.time", column)?;
    Ok(Column::new(DataType::Time, unary(&ticks, |ticks| split_ticks(ticks, unit).1)))
}

/// The dates of the first column at the times of the second, as datetimes of a unit; in the first column's zone if it has
/// one. Both have as many rows.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a time that is not a whole number of ticks, or that the zone's clock shows twice or
/// never; [`KernelError::Overflow`]; [`KernelError::Unsupported`] for other types.
pub fn combine(dates: &Column, times: &Column, unit: TimeUnit) -> Result<Column> {
    const OPERATION: &str = "dt.combine";
    let days = date_of(dates)?;
    let (Array::Int32(days), (DataType::Time, Array::Int64(nanos))) =
        (days.array(), (times.data_type(), times.array()))
    else {
        return Err(unsupported(OPERATION, times));
    };
    let data_type = match dates.data_type() {
        DataType::Datetime(_, zone) => DataType::Datetime(unit, zone.clone()),
        _ => DataType::Datetime(unit, None),
    };
    let mut locals = Vec::with_capacity(days.len());
    let mut valid = Vec::with_capacity(days.len());
    for row in 0..days.len() {
        let (day, nanos) = (days.get(row), nanos.get(row));
        valid.push(day.is_some() && nanos.is_some());
        let (Some(day), Some(nanos)) = (day, nanos) else {
            locals.push(0);
            continue;
        };
        match join_ticks(day.into(), nanos, unit) {
            Some(ticks) => locals.push(ticks),
            None if nanos % (NANOS_PER_SECOND / unit.per_second()) != 0 => {
                return Err(invalid(OPERATION, times, row, "a time of whole ticks of the unit"));
            }
            None => return Err(overflow(OPERATION, dates, row)),
        }
    }
    let validity: Bitmap = valid.into_iter().collect();
    let locals = PrimitiveArray::new(locals.into(), Some(validity));
    let zone = zone_of(OPERATION, &data_type)?;
    let choose = choose(Ambiguous::Raise, NonExistent::Raise);
    let instants = zone::to_instants(&locals, unit, &zone, &choose)
        .map_err(|fault| no_instant(OPERATION, &locals, unit, fault))?;
    Ok(Column::new(data_type, instants))
}

/// Each row's time since 1970-01-01 in UTC, in a unit; for dates, that of their midnight.
///
/// # Errors
/// [`KernelError::Overflow`] beyond 64 bits; [`KernelError::Unsupported`] unless dates or datetimes.
pub fn timestamp(column: &Column, unit: TimeUnit) -> Result<Column> {
    const OPERATION: &str = "dt.timestamp";
    let zone = match column.data_type() {
        DataType::Date => None,
        DataType::Datetime(_, zone) => zone.clone(),
        _ => return Err(unsupported(OPERATION, column)),
    };
    let datetimes = cast(column, &DataType::Datetime(unit, zone), CastMode::Strict)
        .map_err(|error| error.row().map_or(error, |row| overflow(OPERATION, column, row)))?;
    Ok(Column::new(DataType::Int64, datetimes.into_array()))
}

/// Whole seconds since 1970-01-01 in UTC, towards the past.
///
/// # Errors
/// [`KernelError::Unsupported`] unless dates or datetimes.
pub fn epoch_seconds(column: &Column) -> Result<Column> {
    let seconds = match (column.data_type(), column.array()) {
        (DataType::Date, Array::Int32(days)) => unary(days, |day| i64::from(day) * 86_400),
        (DataType::Datetime(unit, _), Array::Int64(ticks)) => {
            let per_second = unit.per_second();
            unary(ticks, |ticks| ticks.div_euclid(per_second))
        }
        _ => return Err(unsupported("dt.epoch", column)),
    };
    Ok(Column::new(DataType::Int64, seconds))
}

/// Days since 1970-01-01 in UTC, Int32.
///
/// # Errors
/// [`KernelError::Overflow`] beyond 32 bits; [`KernelError::Unsupported`] unless dates or datetimes.
pub fn epoch_days(column: &Column) -> Result<Column> {
    let days = match (column.data_type(), column.array()) {
        (DataType::Datetime(unit, Some(_)), Array::Int64(_)) => {
            date_of(&Column::new(DataType::Datetime(*unit, None), column.array().clone()))?
        }
        _ => date_of(column)?,
    };
    Ok(Column::new(DataType::Int32, days.into_array()))
}

/// How many units of so many nanoseconds each duration has, whole ones (towards zero).
///
/// # Errors
/// [`KernelError::Overflow`] beyond 64 bits; [`KernelError::Unsupported`] unless durations.
pub fn total(operation: &'static str, column: &Column, unit_nanos: i64) -> Result<Column> {
    let (DataType::Duration(unit), Array::Int64(ticks)) = (column.data_type(), column.array()) else {
        return Err(unsupported(operation, column));
    };
    let nanos_per_tick = NANOS_PER_SECOND / unit.per_second();
    let counts = if unit_nanos >= nanos_per_tick {
        let ticks_per_unit = unit_nanos / nanos_per_tick;
        unary(ticks, |ticks| ticks / ticks_per_unit)
    } else {
        let units_per_tick = nanos_per_tick / unit_nanos;
        try_unary(ticks, |ticks| ticks.overflowing_mul(units_per_tick))
            .map_err(|row| overflow(operation, column, row))?
    };
    Ok(Column::new(DataType::Int64, counts))
}

/// As [`total`] with the fraction, Float64.
///
/// # Errors
/// [`KernelError::Unsupported`] unless durations.
pub fn total_fractional(operation: &'static str, column: &Column, unit_nanos: i64) -> Result<Column> {
    let (DataType::Duration(unit), Array::Int64(ticks)) = (column.data_type(), column.array()) else {
        return Err(unsupported(operation, column));
    };
    let nanos_per_tick = NANOS_PER_SECOND / unit.per_second();
    // One of the two is 1, so the quotient is rounded once.
    let (factor, divisor) = match unit_nanos / nanos_per_tick {
        0 => ((nanos_per_tick / unit_nanos) as f64, 1.0),
        ticks_per_unit => (1.0, ticks_per_unit as f64),
    };
    Ok(Column::new(DataType::Float64, unary(ticks, |ticks| ticks as f64 * factor / divisor)))
}

/// The same wall clock in another zone, or in none.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a time that the zone's clock shows twice or never, unless `ambiguous` and
/// `non_existent` say what becomes of it; [`KernelError::Overflow`]; [`KernelError::Unsupported`] unless datetimes.
pub fn replace_time_zone(
    column: &Column,
    zone: Option<&str>,
    ambiguous: Ambiguous,
    non_existent: NonExistent,
) -> Result<Column> {
    const OPERATION: &str = "dt.replace_time_zone";
    let (locals, unit) = local_ticks(OPERATION, column)?;
    let data_type = DataType::Datetime(unit, zone.map(Into::into));
    let zone = zone_of(OPERATION, &data_type)?;
    let instants = zone::to_instants(&locals, unit, &zone, &choose(ambiguous, non_existent))
        .map_err(|fault| no_instant(OPERATION, &locals, unit, fault))?;
    Ok(Column::new(data_type, instants))
}

/// A zone's distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UtcOffset {
    /// Without summer time.
    Base,
    /// What summer time adds.
    Summer,
}

/// How far the zone of each instant is from UTC, as a duration in milliseconds.
///
/// # Errors
/// [`KernelError::Unsupported`] unless datetimes with a zone.
pub fn utc_offset(column: &Column, which: UtcOffset) -> Result<Column> {
    let operation = match which {
        UtcOffset::Base => "dt.base_utc_offset",
        UtcOffset::Summer => "dt.dst_offset",
    };
    let (DataType::Datetime(unit, Some(_)), Array::Int64(ticks)) = (column.data_type(), column.array())
    else {
        return Err(unsupported(operation, column));
    };
    let zone = zone_of(operation, column.data_type())?;
    let offsets = unary(&seconds_of(ticks, *unit), summer_walk(&zone, which));
    Ok(Column::new(DataType::Duration(TimeUnit::Milliseconds), offsets))
}

fn seconds_of(ticks: &PrimitiveArray<i64>, unit: TimeUnit) -> PrimitiveArray<i64> {
    let per_second = unit.per_second();
    unary(ticks, |ticks| ticks.div_euclid(per_second))
}

/// Milliseconds at a second; the summer time's share is looked up once for each span of one offset.
fn summer_walk(zone: &Zone, which: UtcOffset) -> impl Fn(i64) -> i64 {
    let state = std::cell::RefCell::new((Walk::new(zone), None, 0));
    move |second| {
        let mut state = state.borrow_mut();
        let (walk, last, summer) = &mut *state;
        let offset = walk.offset_at(second);
        let span = Some(walk.span_start());
        if *last != span {
            (*last, *summer) = (span, zone.summer_offset_at(second));
        }
        let seconds = match which {
            UtcOffset::Base => offset - *summer,
            UtcOffset::Summer => *summer,
        };
        i64::from(seconds) * 1_000
    }
}

/// Numbers since 1970-01-01 as dates or datetimes: days, seconds, or ticks of a unit.
///
/// # Errors
/// [`KernelError::Overflow`] beyond the type; [`KernelError::Unsupported`] unless Int64.
pub fn from_epoch(column: &Column, unit: EpochUnit) -> Result<Column> {
    const OPERATION: &str = "from_epoch";
    let Array::Int64(numbers) = column.array() else { return Err(unsupported(OPERATION, column)) };
    let datetime = |unit| DataType::Datetime(unit, None);
    match unit {
        EpochUnit::Days => {
            let days = try_unary(numbers, |day| (day as i32, i32::try_from(day).is_err()));
            Ok(Column::new(DataType::Date, days.map_err(|row| overflow(OPERATION, column, row))?))
        }
        EpochUnit::Seconds => {
            let ticks = try_unary(numbers, |second| second.overflowing_mul(1_000_000));
            let ticks = ticks.map_err(|row| overflow(OPERATION, column, row))?;
            Ok(Column::new(datetime(TimeUnit::Microseconds), ticks))
        }
        EpochUnit::Ticks(unit) => Ok(Column::new(datetime(unit), numbers.clone())),
    }
}

/// What numbers since 1970 count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochUnit {
    /// Days: they become dates.
    Days,
    /// Seconds: they become datetimes in microseconds.
    Seconds,
    /// Ticks: they become datetimes of that unit.
    Ticks(TimeUnit),
}

#[cfg(test)]
mod tests {
    use lazuli_array::FromValues;
    use lazuli_array::calendar::NANOS_PER_DAY;

    use super::*;

    fn datetimes(ticks: &[i64], unit: TimeUnit, zone: Option<&str>) -> Column {
        Column::new(DataType::Datetime(unit, zone.map(Into::into)), PrimitiveArray::from_vec(ticks.to_vec()))
    }

    fn durations(ticks: &[i64]) -> Column {
        Column::new(DataType::Duration(TimeUnit::Microseconds), PrimitiveArray::from_vec(ticks.to_vec()))
    }

    fn ints(column: Result<Column>) -> Vec<Option<i64>> {
        let column = column.unwrap();
        let column = cast(&column, &DataType::Int64, CastMode::Strict).unwrap();
        match column.array() {
            Array::Int64(array) => array.iter().collect(),
            other => panic!("{}", other.physical_name()),
        }
    }

    #[test]
    fn dates_and_times() {
        let column = datetimes(&[-1, 86_400_000], TimeUnit::Milliseconds, None);
        assert_eq!(ints(date_of(&column)), [Some(-1), Some(1)]);
        assert_eq!(ints(time_of(&column)), [Some(NANOS_PER_DAY - 1_000_000), Some(0)]);
        let paris = datetimes(&[-1], TimeUnit::Milliseconds, Some("Europe/Paris"));
        assert_eq!(ints(date_of(&paris)), [Some(0)]);
        assert!(date_of(&datetimes(&[i64::MAX], TimeUnit::Milliseconds, None)).is_err());
        assert_eq!(date_of(&datetimes(&[], TimeUnit::Milliseconds, None)).unwrap().len(), 0);
        let times = Column::new(DataType::Time, PrimitiveArray::from_vec(vec![1_000_000i64, 1]));
        let combined = combine(&paris, &times.sliced(0, 1), TimeUnit::Milliseconds);
        assert_eq!(ints(combined), [Some(1 - 3_600_000)]);
        let error = combine(&paris, &times.sliced(1, 1), TimeUnit::Milliseconds).unwrap_err();
        assert!(error.to_string().contains("whole ticks"), "{error}");
    }

    #[test]
    fn counts() {
        let column = durations(&[93_784_500_000, -90_000_000_000, 1]);
        assert_eq!(ints(total("t", &column, NANOS_PER_DAY)), [Some(1), Some(-1), Some(0)]);
        assert_eq!(
            ints(total("t", &column, 1)),
            [Some(93_784_500_000_000), Some(-90_000_000_000_000), Some(1_000)]
        );
        assert!(total("t", &durations(&[i64::MAX]), 1).is_err());
        let hours = total_fractional("t", &column, 3_600_000_000_000).unwrap();
        assert_eq!(hours.sliced(0, 2), Column::from_values([26.051_25, -25.0].into_iter()));
        let column = datetimes(&[-1_500], TimeUnit::Milliseconds, None);
        assert_eq!(ints(timestamp(&column, TimeUnit::Nanoseconds)), [Some(-1_500_000_000)]);
        assert_eq!(ints(epoch_seconds(&column)), [Some(-2)]);
        assert_eq!(ints(epoch_days(&column)), [Some(-1)]);
        assert!(
            timestamp(&datetimes(&[i64::MAX], TimeUnit::Milliseconds, None), TimeUnit::Nanoseconds).is_err()
        );
    }

    #[test]
    fn zones() {
        // 2024-03-31 02:30 and 2024-10-27 02:30
        let column = datetimes(&[1_711_852_200_000, 1_729_996_200_000], TimeUnit::Milliseconds, None);
        let to = |ambiguous, non_existent| {
            replace_time_zone(&column, Some("Europe/Paris"), ambiguous, non_existent)
        };
        let error = to(Ambiguous::Earliest, NonExistent::Raise).unwrap_err();
        assert_eq!(error.row(), Some(0));
        let error = to(Ambiguous::Raise, NonExistent::Null).unwrap_err();
        assert_eq!(error.row(), Some(1));
        let hour = 3_600_000;
        let second = 1_729_996_200_000;
        assert_eq!(ints(to(Ambiguous::Earliest, NonExistent::Null)), [None, Some(second - 2 * hour)]);
        assert_eq!(ints(to(Ambiguous::Latest, NonExistent::Null)), [None, Some(second - hour)]);
        assert_eq!(ints(to(Ambiguous::Null, NonExistent::Null)), [None, None]);
        let summer = datetimes(&[1_719_878_400_000], TimeUnit::Milliseconds, Some("Europe/Paris"));
        assert_eq!(ints(utc_offset(&summer, UtcOffset::Base)), [Some(hour)]);
        assert_eq!(ints(utc_offset(&summer, UtcOffset::Summer)), [Some(hour)]);
        assert!(utc_offset(&column, UtcOffset::Base).is_err());
        let local = replace_time_zone(&summer, None, Ambiguous::Raise, NonExistent::Raise);
        assert_eq!(ints(local), [Some(1_719_878_400_000 + 2 * hour)]);
    }
}
