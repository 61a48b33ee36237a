//! Steps along the calendar: to the start of a window, to the nearest one, by an interval, to an end of the month.
//!
//! All go by the wall clock of the column's zone. A window that would begin at a time that the clock leaves out begins
//! where the clock goes on; hours and less that are added are time that passes.

use lazuli_array::calendar::{
    NANOS_PER_SECOND, add_months, civil_from_wide_days, days_in_month, wide_days_from_civil,
};
use lazuli_array::{Array, Bitmap, Column, DataType, PrimitiveArray, TimeUnit};

use super::interval::{Grid, Interval, IntervalFault};
use super::values::{Clock, Gap, clock, from_clock, invalid, overflow, unsupported};
#[cfg(doc)]
use crate::KernelError;
use crate::Result;
use crate::arity::try_unary;
use crate::cast::{CastMode, cast};

/// The windows of an interval over the values of a type.
///
/// # Errors
/// [`IntervalFault`] if there are none.
pub fn grid_of(every: &Interval, data_type: &DataType) -> std::result::Result<Grid, IntervalFault> {
    match data_type {
        DataType::Datetime(unit, zone) => {
            // A day of the wall clock may have 23 hours, so nothing is a day and 12 hours long.
            if zone.is_some() && every.has_time() && every.whole_days() != Some(0) {
                return Err(IntervalFault::Mixed { interval: *every });
            }
            every.grid(*unit)
        }
        DataType::Duration(unit) => match (every.grid(*unit)?, every.ticks(*unit)) {
            (Grid::Ticks { .. }, Some(width)) => Ok(Grid::Ticks { width, origin: 0 }),
            _ => Err(IntervalFault::Mixed { interval: *every }),
        },
        _ => every.date_grid(),
    }
}

fn checked_grid(operation: &'static str, column: &Column, every: &Interval) -> Result<Grid> {
    grid_of(every, column.data_type()).map_err(|_| unsupported(operation, column))
}

/// Each row at the start of the window that it is in.
///
/// # Errors
/// [`KernelError::Overflow`] for a start beyond the type; [`KernelError::Unsupported`] for other types than dates,
/// datetimes and durations, and intervals of which [`grid_of`] says no.
pub fn truncate(column: &Column, every: &Interval) -> Result<Column> {
    const OPERATION: &str = "dt.truncate";
    let grid = checked_grid(OPERATION, column, every)?;
    if let (DataType::Duration(_), Array::Int64(array)) = (column.data_type(), column.array()) {
        let ticks = try_unary(array, |ticks| or_failed(floor(grid, 1, ticks)));
        let ticks = ticks.map_err(|row| overflow(OPERATION, column, row))?;
        return Ok(Column::new(column.data_type().clone(), ticks));
    }
    let Clock { ticks, per_day } = clock(OPERATION, column)?;
    let floors = floors(&ticks, grid, per_day).map_err(|row| overflow(OPERATION, column, row))?;
    from_clock(OPERATION, column, floors, Gap::Behind)
}

/// Each row at the nearest start of a window; in the middle the later one.
///
/// # Errors
/// As [`truncate`].
pub fn round(column: &Column, every: &Interval) -> Result<Column> {
    const OPERATION: &str = "dt.round";
    let grid = checked_grid(OPERATION, column, every)?;
    let failed = |row| overflow(OPERATION, column, row);
    match (grid, column.data_type(), column.array()) {
        (Grid::Ticks { width, .. }, DataType::Datetime(..) | DataType::Duration(_), Array::Int64(array))
            if every.whole_days() == Some(0) =>
        {
            // Half a window of time passes; then the start of the window.
            let later = try_unary(array, |ticks| or_failed(ticks.checked_add(width / 2))).map_err(failed)?;
            truncate(&Column::new(column.data_type().clone(), later), every)
        }
        (grid, DataType::Duration(_), Array::Int64(array)) => {
            let ticks = try_unary(array, |ticks| or_failed(nearest(grid, 1, ticks))).map_err(failed)?;
            Ok(Column::new(column.data_type().clone(), ticks))
        }
        (grid, ..) => {
            let Clock { ticks, per_day } = clock(OPERATION, column)?;
            let ticks =
                try_unary(&ticks, |ticks| or_failed(nearest(grid, per_day, ticks))).map_err(failed)?;
            from_clock(OPERATION, column, ticks, Gap::Behind)
        }
    }
}

fn floors(
    ticks: &PrimitiveArray<i64>,
    grid: Grid,
    per_day: i64,
) -> std::result::Result<PrimitiveArray<i64>, usize> {
    match grid {
        // Apart from the months, so that its loop is short.
        Grid::Ticks { width, origin } => {
            try_unary(ticks, |ticks| or_failed(floor_of_width(ticks, width, origin)))
        }
        grid => try_unary(ticks, |ticks| or_failed(floor(grid, per_day, ticks))),
    }
}

fn or_failed(value: Option<i64>) -> (i64, bool) {
    (value.unwrap_or_default(), value.is_none())
}

fn floor_of_width(ticks: i64, width: i64, origin: i64) -> Option<i64> {
    // The origin is taken into the first window, so that the difference can't overflow at the far end.
    let origin = origin.rem_euclid(width);
    let behind = (ticks.rem_euclid(width) - origin).rem_euclid(width);
    ticks.checked_sub(behind)
}

fn floor(grid: Grid, per_day: i64, ticks: i64) -> Option<i64> {
    match grid {
        Grid::Ticks { width, origin } => floor_of_width(ticks, width, origin),
        Grid::Months(months) => {
            let (year, month, _) = civil_from_wide_days(ticks.div_euclid(per_day));
            let since_1970 = year.checked_sub(1970)?.checked_mul(12)?.checked_add(i64::from(month) - 1)?;
            first_of_month(since_1970.checked_sub(since_1970.rem_euclid(months))?)?.checked_mul(per_day)
        }
    }
}

/// The first day of a month, counted from January 1970.
fn first_of_month(month: i64) -> Option<i64> {
    wide_days_from_civil(month.div_euclid(12).checked_add(1970)?, month.rem_euclid(12) as u32 + 1, 1)
}

fn nearest(grid: Grid, per_day: i64, ticks: i64) -> Option<i64> {
    let floor = floor(grid, per_day, ticks)?;
    let next = match grid {
        Grid::Ticks { width, .. } => floor.checked_add(width)?,
        Grid::Months(months) => add_months(floor.div_euclid(per_day), months)?.checked_mul(per_day)?,
    };
    Some(if i128::from(ticks) - i128::from(floor) < i128::from(next) - i128::from(ticks) {
        floor
    } else {
        next
    })
}

/// The intervals that rows are moved by.
#[derive(Debug, Clone, Copy)]
pub enum Steps<'a> {
    /// The same for all.
    Same(Interval),
    /// One a row; null makes null.
    Rows(&'a [Option<Interval>]),
}

/// Each row moved by an interval: months first (a day that the month lacks becomes its last), then days of the calendar,
/// then time that passes. Dates moved by a part of a day ([`Steps::Same`]) become datetimes in microseconds.
///
/// # Errors
/// [`KernelError::Overflow`] beyond the type; [`KernelError::InvalidOperand`] if an interval of [`Steps::Rows`] is finer
/// than the type; [`KernelError::Unsupported`] for other types.
pub fn offset_by(column: &Column, by: Steps<'_>) -> Result<Column> {
    const OPERATION: &str = "dt.offset_by";
    if let (DataType::Date, Steps::Same(interval)) = (column.data_type(), by)
        && interval.has_time()
    {
        let midnights = cast(column, &DataType::Datetime(TimeUnit::Microseconds, None), CastMode::Strict)?;
        return offset_by(&midnights, by);
    }
    let nanos_per_tick = match column.data_type() {
        DataType::Datetime(unit, _) => NANOS_PER_SECOND / unit.per_second(),
        _ => i64::MAX,
    };
    let of_row = |row: usize| match by {
        Steps::Same(interval) => Some(interval),
        Steps::Rows(rows) => rows[row],
    };
    // Null intervals: nothing is moved, and the row is null in the end.
    let is_missing = |row: usize| of_row(row).is_none();
    let has_missing = matches!(by, Steps::Rows(rows) if rows.iter().any(Option::is_none));
    let validity = if has_missing {
        let before = column.validity();
        Some(Bitmap::from_fn(column.len(), |row| {
            !is_missing(row) && before.as_ref().is_none_or(|validity| validity.get(row))
        }))
    } else {
        column.validity()
    };
    let is_valid = |row: usize| validity.as_ref().is_none_or(|validity| validity.get(row));
    let Clock { ticks, per_day } = clock(OPERATION, column)?;
    let mut moved = Vec::with_capacity(ticks.len());
    for (row, &ticks) in ticks.values().iter().enumerate() {
        let by = of_row(row).filter(|_| is_valid(row)).unwrap_or_default();
        if by.nanos % nanos_per_tick != 0 {
            return Err(invalid(
                OPERATION,
                column,
                row,
                "an interval that is a whole number of the type's ticks",
            ));
        }
        match on_calendar(ticks, per_day, &by) {
            Some(ticks) => moved.push(ticks),
            None if !is_valid(row) => moved.push(0),
            None => return Err(overflow(OPERATION, column, row)),
        }
    }
    let moved = PrimitiveArray::new(moved.into(), validity.clone());
    let column = from_clock(OPERATION, column, moved, Gap::Before)?;
    let Array::Int64(instants) = column.array() else { return Ok(column) };
    if matches!(by, Steps::Same(interval) if interval.nanos == 0) {
        return Ok(column);
    }
    let mut later = Vec::with_capacity(instants.len());
    for (row, &instant) in instants.values().iter().enumerate() {
        let nanos = of_row(row).map_or(0, |by| by.nanos);
        match instant.checked_add(nanos / nanos_per_tick) {
            Some(instant) => later.push(instant),
            None if !is_valid(row) => later.push(0),
            None => return Err(overflow(OPERATION, &column, row)),
        }
    }
    Ok(Column::new(column.data_type().clone(), PrimitiveArray::new(later.into(), validity)))
}

/// Months and days later, on the wall clock.
pub(super) fn on_calendar(ticks: i64, per_day: i64, by: &Interval) -> Option<i64> {
    let days = by.whole_days()?;
    if by.months == 0 {
        return ticks.checked_add(days.checked_mul(per_day)?);
    }
    let (day, rest) = (ticks.div_euclid(per_day), ticks.rem_euclid(per_day));
    add_months(day, by.months)?.checked_add(days)?.checked_mul(per_day)?.checked_add(rest)
}

/// Each row on the first day of its month, at the same time of day.
///
/// # Errors
/// As [`truncate`].
pub fn month_start(column: &Column) -> Result<Column> {
    on_day_of_month("dt.month_start", column, |_, _| 1)
}

/// Each row on the last day of its month, at the same time of day.
///
/// # Errors
/// As [`truncate`].
pub fn month_end(column: &Column) -> Result<Column> {
    on_day_of_month("dt.month_end", column, |year, month| {
        days_in_month(year.rem_euclid(400) as i32, month).unwrap_or(31)
    })
}

fn on_day_of_month(operation: &'static str, column: &Column, pick: fn(i64, u32) -> u32) -> Result<Column> {
    let Clock { ticks, per_day } = clock(operation, column)?;
    let moved = try_unary(&ticks, |ticks| {
        let (year, month, day) = civil_from_wide_days(ticks.div_euclid(per_day));
        let days = i64::from(pick(year, month)) - i64::from(day);
        or_failed(ticks.checked_add(days * per_day))
    });
    from_clock(operation, column, moved.map_err(|row| overflow(operation, column, row))?, Gap::Behind)
}

#[cfg(test)]
mod tests {
    use lazuli_array::Scalar;
    use lazuli_array::calendar::days_from_civil;
    use proptest::prelude::*;

    use super::*;
    use crate::parse::{parse_date, parse_datetime_ticks};

    fn interval(text: &str) -> Interval {
        text.parse().unwrap()
    }

    fn date(text: &str) -> Column {
        let day = parse_date(text.as_bytes()).unwrap();
        Column::new(DataType::Date, PrimitiveArray::from_vec(vec![day]))
    }

    fn datetime(text: &str, zone: Option<&str>) -> Column {
        let ticks = parse_datetime_ticks(text.as_bytes(), TimeUnit::Milliseconds, zone.is_some()).unwrap();
        let data_type = DataType::Datetime(TimeUnit::Milliseconds, zone.map(Into::into));
        Column::new(data_type, PrimitiveArray::from_vec(vec![ticks]))
    }

    fn text(result: Result<Column>) -> String {
        match result {
            Ok(column) => column.get(0).to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn windows_begin_and_are_near() {
        for (value, every, start, near) in [
            ("2024-02-29 13:45:59", "5mo", "2023-10-01 00:00:00", "2024-03-01 00:00:00"),
            ("2024-02-29 13:45:59", "1q", "2024-01-01 00:00:00", "2024-04-01 00:00:00"),
            ("1969-12-31 23:59:59", "3y", "1967-01-01 00:00:00", "1970-01-01 00:00:00"),
            ("2024-02-29 13:45:59", "2w", "2024-02-19 00:00:00", "2024-03-04 00:00:00"),
            ("1969-12-31 23:59:59", "3w", "1969-12-15 00:00:00", "1970-01-05 00:00:00"),
            ("2024-02-29 13:45:59", "5d", "2024-02-27 00:00:00", "2024-03-03 00:00:00"),
            ("2023-01-01 00:00:00", "7s", "2022-12-31 23:59:56", "2023-01-01 00:00:03"),
            ("2024-02-29 13:45:59", "1h30m", "2024-02-29 13:30:00", "2024-02-29 13:30:00"),
            ("1969-12-31 23:59:59", "1d12h", "1969-12-30 12:00:00", "1970-01-01 00:00:00"),
        ] {
            let column = datetime(value, None);
            assert_eq!(text(truncate(&column, &interval(every))), start, "{value} {every}");
            assert_eq!(text(round(&column, &interval(every))), near, "{value} {every}");
        }
        assert_eq!(text(truncate(&date("2024-02-29"), &interval("48h"))), "2024-02-29");
        assert_eq!(text(round(&date("2024-01-17"), &interval("48h"))), "2024-01-18");
        assert_eq!(text(truncate(&date("2024-01-17"), &interval("1h"))), "2024-01-17");
        assert!(text(truncate(&date("2024-01-17"), &interval("25h"))).starts_with("error"));
    }

    #[test]
    fn windows_of_a_zone_follow_its_clock() {
        let paris = |text: &str| datetime(text, Some("Europe/Paris"));
        for (value, every, start, near) in [
            ("2024-03-31T01:30:00Z", "2h", "2024-03-31 01:00:00 UTC", "2024-03-31 02:00:00 UTC"),
            ("2024-10-27T00:30:00Z", "1h", "2024-10-27 00:00:00 UTC", "2024-10-27 01:00:00 UTC"),
            ("2024-10-27T01:30:00Z", "1h", "2024-10-27 01:00:00 UTC", "2024-10-27 02:00:00 UTC"),
            ("2024-10-27T01:30:00Z", "1d", "2024-10-26 22:00:00 UTC", "2024-10-26 22:00:00 UTC"),
            ("2024-03-31T01:30:00Z", "6h", "2024-03-30 23:00:00 UTC", "2024-03-31 04:00:00 UTC"),
            ("2024-03-31T01:30:00Z", "1mo", "2024-02-29 23:00:00 UTC", "2024-03-31 22:00:00 UTC"),
        ] {
            assert_eq!(text(truncate(&paris(value), &interval(every))), start, "{value} {every}");
            assert_eq!(text(round(&paris(value), &interval(every))), near, "{value} {every}");
        }
        assert!(text(truncate(&paris("2024-03-31T01:30:00Z"), &interval("1d12h"))).starts_with("error"));
    }

    #[test]
    fn steps() {
        for (value, by, expected) in [
            ("2024-01-31 05:00:00", "1mo", "2024-02-29 05:00:00"),
            ("2024-02-29 05:00:00", "1y", "2025-02-28 05:00:00"),
            ("2024-02-29 05:00:00", "-1mo", "2024-01-29 05:00:00"),
            ("1969-12-31 23:59:59", "1mo1d2h", "1970-02-02 01:59:59"),
            ("2023-01-01 00:00:00", "1w1d1h", "2023-01-09 01:00:00"),
        ] {
            assert_eq!(text(offset_by(&datetime(value, None), Steps::Same(interval(by)))), expected);
        }
        let paris = |text: &str| datetime(text, Some("Europe/Paris"));
        for (value, by, expected) in [
            ("2024-03-31T00:30:00Z", "1d", "2024-03-31 23:30:00 UTC"),
            ("2024-03-31T00:30:00Z", "24h", "2024-04-01 00:30:00 UTC"),
            ("2024-10-27T00:30:00Z", "1h", "2024-10-27 01:30:00 UTC"),
            ("2024-03-30T01:30:00Z", "1d", "2024-03-31 00:30:00 UTC"), // 02:30 is left out
            ("2024-10-26T00:30:00Z", "1d", "2024-10-27 00:30:00 UTC"), // the first 02:30
        ] {
            assert_eq!(text(offset_by(&paris(value), Steps::Same(interval(by)))), expected, "{value} {by}");
        }
        assert_eq!(text(offset_by(&date("2024-01-31"), Steps::Same(interval("1mo")))), "2024-02-29");
        assert_eq!(text(offset_by(&date("2024-01-31"), Steps::Same(interval("1h")))), "2024-01-31 01:00:00");
        let rows = [Some(interval("1d")), None];
        let dates = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![0, 0]));
        let moved = offset_by(&dates, Steps::Rows(&rows)).unwrap();
        assert_eq!((moved.get(0), moved.get(1)), (Scalar::Date(1), Scalar::Null));
        assert!(offset_by(&dates, Steps::Rows(&[Some(interval("1h")), None])).is_err());
        let last = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![i32::MAX]));
        assert!(text(offset_by(&last, Steps::Same(interval("1d")))).starts_with("error: overflow"));
    }

    #[test]
    fn ends_of_months() {
        assert_eq!(text(month_start(&datetime("2024-02-09 03:05:09", None))), "2024-02-01 03:05:09");
        assert_eq!(text(month_end(&datetime("2024-02-09 03:05:09", None))), "2024-02-29 03:05:09");
        assert_eq!(text(month_end(&date("2023-02-09"))), "2023-02-28");
    }

    proptest! {
        #[test]
        fn starts_are_the_last_before(ticks: i64, width in 1i64..1_000_000_000, origin in 0i64..1_000_000_000) {
            let expected = (i128::from(ticks) - i128::from(origin)).div_euclid(width.into()) * i128::from(width)
                + i128::from(origin);
            prop_assert_eq!(floor_of_width(ticks, width, origin), i64::try_from(expected).ok());
        }

        #[test]
        fn months_begin_on_their_first(days in -700_000i32..2_000_000, months in 1i64..40) {
            let floor = floor(Grid::Months(months), 1, days.into()).unwrap();
            let (year, month, day) = civil_from_wide_days(floor);
            prop_assert_eq!(day, 1);
            prop_assert_eq!(((year - 1970) * 12 + i64::from(month) - 1) % months, 0);
            prop_assert!(floor <= days.into() && add_months(floor, months).unwrap() > days.into());
            prop_assert!(days_from_civil(year as i32, month, 1).is_some());
        }
    }
}
