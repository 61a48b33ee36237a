//! Ranges: for each row a list from one value to another.
//!
//! Lists are counted before they are made, so that a range that no memory holds is an error.

use lazuli_array::calendar::NANOS_PER_SECOND;
use lazuli_array::{Array, Column, DataType, ListArray, PrimitiveArray};

use super::interval::Interval;
use super::step::on_calendar;
use super::values::{Clock, Gap, clock, from_clock, invalid, unsupported};
use crate::compare::Closed;
use crate::{KernelError, Result};

/// The most items that the lists of one batch have together.
const MOST_ITEMS: usize = u32::MAX as usize;

/// Lists as they are made.
struct Lists<T> {
    operation: &'static str,
    items: Vec<T>,
    offsets: Vec<i64>,
    valid: Vec<bool>,
}

impl<T> Lists<T> {
    fn new(operation: &'static str, rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { operation, items: Vec::new(), offsets, valid: Vec::with_capacity(rows) }
    }

    /// Whether there is room for so many more items.
    fn check(&self, more: u128) -> Result<()> {
        let rows = usize::try_from(more).unwrap_or(usize::MAX).saturating_add(self.items.len());
        if rows > MOST_ITEMS { Err(KernelError::TooLong { operation: self.operation, rows }) } else { Ok(()) }
    }

    fn end_row(&mut self, valid: bool) {
        self.offsets.push(self.items.len() as i64);
        self.valid.push(valid);
    }

    fn finish(self, item: DataType, items: impl FnOnce(Vec<T>) -> Result<Array>) -> Result<Column> {
        let (offsets, valid) = (self.offsets, self.valid);
        let array = ListArray::new(offsets.into(), items(self.items)?, Some(valid.into_iter().collect()));
        Ok(Column::new(DataType::List(Box::new(item)), array))
    }
}

fn keeps_start(closed: Closed) -> bool {
    matches!(closed, Closed::Both | Closed::Left)
}

fn keeps_end(closed: Closed) -> bool {
    matches!(closed, Closed::Both | Closed::Right)
}

/// For each row the values from `starts` to `ends`, an interval apart; null where either is. Both are dates, datetimes of one
/// type, or times. Each item is so many intervals from the start, so that `1mo` from 31 January gives 29 February and
/// 31 March.
///
/// # Errors
/// [`KernelError::TooLong`] for more than 2^32 items; [`KernelError::Unsupported`] for other types, an interval that is not
/// positive, or is finer than the type.
pub fn temporal_ranges(starts: &Column, ends: &Column, every: &Interval, closed: Closed) -> Result<Column> {
    const OPERATION: &str = "a range of times";
    let data_type = starts.data_type().clone();
    if every.is_zero() || every.is_negative() || *ends.data_type() != data_type {
        return Err(unsupported(OPERATION, starts));
    }
    // Hours are time that passes, days are days of the clock: instants for the one, the clock for the other.
    let is_passing = every.months == 0 && every.whole_days() == Some(0);
    let clock = |column: &Column| match (column.data_type(), column.array()) {
        (DataType::Datetime(unit, _), Array::Int64(ticks)) if is_passing => {
            Ok(Clock { ticks: ticks.clone(), per_day: 86_400 * unit.per_second() })
        }
        (DataType::Time, Array::Int64(ticks)) => {
            Ok(Clock { ticks: ticks.clone(), per_day: 86_400 * NANOS_PER_SECOND })
        }
        _ => clock(OPERATION, column),
    };
    let (from, to) = (clock(starts)?, clock(ends)?);
    let per_day = from.per_day;
    let nanos_per_tick = NANOS_PER_SECOND.checked_mul(86_400).map_or(1, |nanos| nanos / per_day);
    if every.nanos % nanos_per_tick != 0 {
        return Err(unsupported(OPERATION, starts));
    }
    // Dates step by whole days, of which hours may make some.
    let passing = every.nanos / nanos_per_tick;
    let width = every.whole_days().and_then(|days| days.checked_mul(per_day)?.checked_add(passing));
    let Some(width) = width else { return Err(unsupported(OPERATION, starts)) };
    // A month has at least 28 days: enough to know that a list is too long.
    let least_width = (i128::from(width) + i128::from(every.months) * 28 * i128::from(per_day)).max(1);
    let item = |start: i64, index: i64| -> Option<i64> {
        if every.months == 0 {
            return start.checked_add(width.checked_mul(index)?);
        }
        let months = Interval { months: every.months.checked_mul(index)?, ..Interval::default() };
        on_calendar(start, per_day, &months)?.checked_add(width.checked_mul(index)?)
    };
    let mut lists = Lists::new(OPERATION, starts.len());
    // The instant that each item's list begins with: of a time that the clock shows twice it says which.
    let mut origins = Vec::new();
    let instants = match (&data_type, starts.array()) {
        (DataType::Datetime(_, Some(_)), Array::Int64(instants)) if !is_passing => Some(instants.values()),
        _ => None,
    };
    for row in 0..starts.len() {
        let (Some(start), Some(end)) = (from.ticks.get(row), to.ticks.get(row)) else {
            lists.end_row(false);
            continue;
        };
        let length = (i128::from(end) - i128::from(start)).max(0) / least_width;
        lists.check(length as u128)?;
        let mut index = i64::from(!keeps_start(closed));
        while let Some(value) = item(start, index) {
            if value > end || (value == end && !keeps_end(closed)) {
                break;
            }
            lists.items.push(value);
            origins.extend(instants.map(|instants| instants[row]));
            index += 1;
        }
        lists.end_row(true);
    }
    lists.finish(data_type.clone(), |items| {
        let items = PrimitiveArray::from_vec(items);
        let like = match &data_type {
            DataType::Date => Column::new_null(DataType::Date, 0),
            _ if instants.is_none() => return Ok(items.into()),
            other => Column::new(other.clone(), PrimitiveArray::from_vec(origins)),
        };
        Ok(from_clock(OPERATION, &like, items, Gap::Behind)?.into_array())
    })
}

/// For each row the integers from `starts` on and before `ends`, `steps` apart; null where one of them is. All are Int64.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a step of 0; [`KernelError::TooLong`] for more than 2^32 items;
/// [`KernelError::Unsupported`] for other types.
///
/// ```
/// use lazuli_array::{Column, FromValues};
/// use lazuli_kernels::temporal::int_ranges;
///
/// let of = |value: i64| Column::from_values([value].into_iter());
/// assert_eq!(int_ranges(&of(1), &of(8), &of(3))?.get(0).to_string(), "[1, 4, 7]");
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn int_ranges(starts: &Column, ends: &Column, steps: &Column) -> Result<Column> {
    const OPERATION: &str = "int_ranges";
    let (Array::Int64(from), Array::Int64(to), Array::Int64(step)) =
        (starts.array(), ends.array(), steps.array())
    else {
        return Err(unsupported(OPERATION, starts));
    };
    let mut lists = Lists::new(OPERATION, starts.len());
    for row in 0..starts.len() {
        let (Some(start), Some(end), Some(step)) = (from.get(row), to.get(row), step.get(row)) else {
            lists.end_row(false);
            continue;
        };
        if step == 0 {
            return Err(invalid(OPERATION, steps, row, "a step other than 0"));
        }
        let (start, distance) = (i128::from(start), i128::from(end) - i128::from(start));
        let step = i128::from(step);
        let length =
            if distance.signum() == step.signum() { distance.abs().div_euclid(step.abs()) } else { 0 };
        let length =
            if distance.signum() == step.signum() && distance % step != 0 { length + 1 } else { length };
        lists.check(length as u128)?;
        lists.items.extend((0..length).map(|index| (start + index * step) as i64));
        lists.end_row(true);
    }
    lists.finish(DataType::Int64, |items| Ok(PrimitiveArray::from_vec(items).into()))
}

/// For each row so many numbers from `starts` to `ends`, equally far apart; null where one of them is. Bounds are Float64,
/// `counts` Int64. Without a bound, that one is left out and the others stay equally far apart.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a negative count; [`KernelError::TooLong`] for more than 2^32 items;
/// [`KernelError::Unsupported`] for other types.
pub fn linear_spaces(starts: &Column, ends: &Column, counts: &Column, closed: Closed) -> Result<Column> {
    const OPERATION: &str = "linear_spaces";
    let (Array::Float64(from), Array::Float64(to), Array::Int64(counted)) =
        (starts.array(), ends.array(), counts.array())
    else {
        return Err(unsupported(OPERATION, starts));
    };
    let mut lists = Lists::new(OPERATION, starts.len());
    for row in 0..starts.len() {
        let (Some(start), Some(end), Some(count)) = (from.get(row), to.get(row), counted.get(row)) else {
            lists.end_row(false);
            continue;
        };
        if count < 0 {
            return Err(invalid(OPERATION, counts, row, "a count of at least 0"));
        }
        lists.check(count as u128)?;
        let steps = match closed {
            Closed::Both => (count - 1).max(1),
            Closed::Left | Closed::Right => count.max(1),
            Closed::Neither => count + 1,
        };
        let first = i64::from(!keeps_start(closed));
        let step = (end - start) / steps as f64;
        lists.items.extend((0..count).map(|index| match index + first {
            last if last == steps && keeps_end(closed) => end,
            index => start + index as f64 * step,
        }));
        lists.end_row(true);
    }
    lists.finish(DataType::Float64, |items| Ok(PrimitiveArray::from_vec(items).into()))
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, TimeUnit};
    use proptest::prelude::*;

    use super::*;
    use crate::parse::{parse_date, parse_datetime_ticks};

    fn date(text: &str) -> Column {
        Column::new(DataType::Date, PrimitiveArray::from_vec(vec![parse_date(text.as_bytes()).unwrap()]))
    }

    fn dates(start: &str, end: &str, every: &str, closed: Closed) -> String {
        temporal_ranges(&date(start), &date(end), &every.parse().unwrap(), closed)
            .map_or_else(|error| format!("error: {error}"), |column| column.get(0).to_string())
    }

    #[test]
    fn of_dates() {
        for (start, end, every, closed, expected) in [
            (
                "2024-01-31",
                "2024-04-30",
                "1mo",
                Closed::Both,
                "[2024-01-31, 2024-02-29, 2024-03-31, 2024-04-30]",
            ),
            ("2024-01-31", "2024-04-30", "1mo", Closed::Left, "[2024-01-31, 2024-02-29, 2024-03-31]"),
            ("2024-01-31", "2024-04-30", "1mo", Closed::Right, "[2024-02-29, 2024-03-31, 2024-04-30]"),
            ("2024-01-31", "2024-04-30", "1mo", Closed::Neither, "[2024-02-29, 2024-03-31]"),
            ("2024-01-01", "2024-01-20", "1w", Closed::Both, "[2024-01-01, 2024-01-08, 2024-01-15]"),
            ("2024-01-01", "2024-01-01", "1d", Closed::Both, "[2024-01-01]"),
            ("2024-01-01", "2024-01-01", "1d", Closed::Neither, "[]"),
            ("2024-01-02", "2024-01-01", "1d", Closed::Both, "[]"),
            ("2024-01-01", "2024-01-05", "48h", Closed::Both, "[2024-01-01, 2024-01-03, 2024-01-05]"),
        ] {
            assert_eq!(dates(start, end, every, closed), expected, "{start} {end} {every} {closed:?}");
        }
        assert!(dates("2024-01-01", "2024-01-05", "1h", Closed::Both).starts_with("error"));
        assert!(dates("2024-01-01", "2024-01-05", "-1d", Closed::Both).starts_with("error"));
    }

    #[test]
    fn of_instants() {
        let zone = DataType::Datetime(TimeUnit::Nanoseconds, Some("Europe/Paris".into()));
        let instant = |text: &str| {
            let ticks = parse_datetime_ticks(text.as_bytes(), TimeUnit::Nanoseconds, true).unwrap();
            Column::new(zone.clone(), PrimitiveArray::from_vec(vec![ticks]))
        };
        let (start, end) = (instant("2024-03-30T12:00:00Z"), instant("2024-04-01T12:00:00Z"));
        let range = |every: &str| {
            temporal_ranges(&start, &end, &every.parse().unwrap(), Closed::Both)
                .map(|column| column.get(0).to_string())
        };
        let days = "[2024-03-30 12:00:00 UTC, 2024-03-31 11:00:00 UTC, 2024-04-01 11:00:00 UTC]";
        assert_eq!(range("1d").as_deref(), Ok(days));
        let hours = "[2024-03-30 12:00:00 UTC, 2024-03-31 12:00:00 UTC, 2024-04-01 12:00:00 UTC]";
        assert_eq!(range("24h").as_deref(), Ok(hours));
        assert!(matches!(range("1ns"), Err(KernelError::TooLong { .. })));
    }

    #[test]
    fn of_numbers() {
        let ints = |values: [Option<i64>; 2]| Column::from_values(values.into_iter());
        let both =
            |start, end, step| int_ranges(&ints([start, None]), &ints([end, end]), &ints([step, step]));
        let text = |start: i64, end: i64, step: i64| {
            both(Some(start), Some(end), Some(step)).unwrap().get(0).to_string()
        };
        assert_eq!(text(1, 4, 1), "[1, 2, 3]");
        assert_eq!(text(4, 1, 1), "[]");
        assert_eq!(text(5, -2, -3), "[5, 2, -1]");
        assert_eq!(text(i64::MAX - 1, i64::MAX, 5), format!("[{}]", i64::MAX - 1));
        assert!(both(Some(0), Some(1), Some(0)).is_err());
        assert!(matches!(both(Some(i64::MIN), Some(i64::MAX), Some(1)), Err(KernelError::TooLong { .. })));
        assert!(both(None, Some(1), Some(1)).unwrap().get(0).is_null());
        let float = |value: f64| Column::from_values([value].into_iter());
        let count = |value: i64| Column::from_values([value].into_iter());
        for (number, closed, expected) in [
            (3, Closed::Both, "[1.0, 2.5, 4.0]"),
            (3, Closed::Left, "[1.0, 2.0, 3.0]"),
            (3, Closed::Right, "[2.0, 3.0, 4.0]"),
            (3, Closed::Neither, "[1.75, 2.5, 3.25]"),
            (1, Closed::Both, "[1.0]"),
            (0, Closed::Both, "[]"),
        ] {
            let list = linear_spaces(&float(1.0), &float(4.0), &count(number), closed).unwrap();
            assert_eq!(list.get(0).to_string(), expected, "{number} {closed:?}");
        }
        assert!(linear_spaces(&float(1.0), &float(4.0), &count(-1), Closed::Both).is_err());
    }

    proptest! {
        #[test]
        fn integers_are_counted(start in -50i64..50, end in -50i64..50, step in -7i64..8) {
            prop_assume!(step != 0);
            let of = |value: i64| Column::from_values([value].into_iter());
            let mut naive = Vec::new();
            let mut value = start;
            while (step > 0 && value < end) || (step < 0 && value > end) {
                naive.push(value);
                value += step;
            }
            let list = int_ranges(&of(start), &of(end), &of(step)).unwrap();
            prop_assert_eq!(list.get(0).to_string(), format!("{naive:?}"));
        }
    }
}
