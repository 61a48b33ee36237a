//! The ticks of temporal columns as numbers: the wall clock's, for columns with a zone.

use lazuli_array::{Array, Column, DataType, PrimitiveArray, Scalar, TimeUnit};

use super::zone::{self, Ambiguous, Local, NoInstant, NonExistent, Zone};
use crate::arity::{try_unary, unary};
use crate::{KernelError, Result};

/// Ticks of a day of 24 hours.
pub(super) fn per_day(unit: TimeUnit) -> i64 {
    86_400 * unit.per_second()
}

/// A column of another type than an operation takes.
pub(super) fn unsupported(operation: &'static str, column: &Column) -> KernelError {
    KernelError::unsupported(operation, [column.data_type()])
}

/// The zone of a column that was typed when the plan was resolved.
pub(super) fn zone_of(operation: &'static str, data_type: &DataType) -> Result<Zone> {
    match data_type {
        DataType::Datetime(_, name) => {
            Zone::of(name.as_deref()).map_err(|_| KernelError::unsupported(operation, [data_type]))
        }
        _ => Ok(Zone::UTC),
    }
}

/// The ticks of a datetime column as the wall clock of its zone shows them.
pub(super) fn local_ticks(
    operation: &'static str,
    column: &Column,
) -> Result<(PrimitiveArray<i64>, TimeUnit)> {
    let (DataType::Datetime(unit, _), Array::Int64(array)) = (column.data_type(), column.array()) else {
        return Err(unsupported(operation, column));
    };
    let zone = zone_of(operation, column.data_type())?;
    let local = zone::to_local(array, *unit, &zone).map_err(|row| overflow(operation, column, row))?;
    Ok((local, *unit))
}

/// A result beyond its type.
pub(super) fn overflow(operation: &'static str, column: &Column, row: usize) -> KernelError {
    KernelError::Overflow {
        operation,
        row,
        left: column.get(row),
        right: Scalar::Null,
        data_type: column.data_type().clone(),
    }
}

/// A value that an operation is not defined for.
pub(super) fn invalid(
    operation: &'static str,
    column: &Column,
    row: usize,
    expected: &'static str,
) -> KernelError {
    KernelError::InvalidOperand { operation, row, value: column.get(row), expected }
}

/// Which offset to take for a time of the wall clock that happened twice or never, as the caller asked.
pub(super) fn choose(
    ambiguous: Ambiguous,
    non_existent: NonExistent,
) -> impl Fn(usize, Local) -> std::result::Result<Option<i32>, NoInstant> {
    move |_, local| match (local, ambiguous, non_existent) {
        (Local::Once(offset), ..) => Ok(Some(offset)),
        (Local::Twice(first, _), Ambiguous::Earliest, _) => Ok(Some(first)),
        (Local::Twice(_, second), Ambiguous::Latest, _) => Ok(Some(second)),
        (Local::Twice(..), Ambiguous::Null, _) | (Local::Never(..), _, NonExistent::Null) => Ok(None),
        (Local::Twice(..), Ambiguous::Raise, _) => Err(NoInstant::Twice),
        (Local::Never(..), _, NonExistent::Raise) => Err(NoInstant::Never),
    }
}

/// The error for a row whose wall clock is no instant; `locals` are what the clock shows.
pub(super) fn no_instant(
    operation: &'static str,
    locals: &PrimitiveArray<i64>,
    unit: TimeUnit,
    (row, why): (usize, NoInstant),
) -> KernelError {
    let value = Scalar::Datetime(locals.values()[row], unit, None);
    let expected = match why {
        NoInstant::Twice => {
            "a time that the zone's clock shows once; this one it shows twice (ambiguous = 'earliest', 'latest' or 'null' decides)"
        }
        NoInstant::Never => {
            "a time that the zone's clock shows; it was put forward over this one (non_existent = 'null' makes it null)"
        }
        NoInstant::OutOfRange => "a time within the range of the type",
    };
    KernelError::InvalidOperand { operation, row, value, expected }
}

/// The wall clock of dates and datetimes, as ticks of some length. A date's tick is the day.
pub(super) struct Clock {
    pub(super) ticks: PrimitiveArray<i64>,
    /// Ticks of a day of 24 hours.
    pub(super) per_day: i64,
}

/// What the clock shows in each row.
pub(super) fn clock(operation: &'static str, column: &Column) -> Result<Clock> {
    match (column.data_type(), column.array()) {
        (DataType::Date, Array::Int32(array)) => Ok(Clock { ticks: unary(array, i64::from), per_day: 1 }),
        _ => {
            let (ticks, unit) = local_ticks(operation, column)?;
            Ok(Clock { ticks, per_day: per_day(unit) })
        }
    }
}

/// Where a step along the calendar ends on a time that the clock leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// As much before the gap as the clock was put forward.
    Before,
    /// As much behind it.
    Behind,
}

/// Dates or datetimes like those of `column`, of which `ticks` say what the clock shows. A time that it shows twice is the
/// one with the offset that the row had before, else the first.
pub(super) fn from_clock(
    operation: &'static str,
    column: &Column,
    ticks: PrimitiveArray<i64>,
    gap: Gap,
) -> Result<Column> {
    let data_type = column.data_type().clone();
    match (&data_type, column.array()) {
        (DataType::Date, _) => {
            let days = try_unary(&ticks, |day| (day as i32, i32::try_from(day).is_err()));
            Ok(Column::new(data_type, days.map_err(|row| overflow(operation, column, row))?))
        }
        (DataType::Datetime(unit, _), Array::Int64(before)) => {
            let zone = zone_of(operation, &data_type)?;
            let per_second = unit.per_second();
            let choose = |row: usize, local: Local| {
                Ok(Some(match (local, gap) {
                    (Local::Once(offset), _) => offset,
                    (Local::Twice(first, second), _) => {
                        let own = zone.offset_at(before.values()[row].div_euclid(per_second));
                        if own == second { second } else { first }
                    }
                    (Local::Never(earlier, _), Gap::Behind) => earlier,
                    (Local::Never(_, later), Gap::Before) => later,
                }))
            };
            let instants = zone::to_instants(&ticks, *unit, &zone, &choose)
                .map_err(|fault| no_instant(operation, &ticks, *unit, fault))?;
            Ok(Column::new(data_type, instants))
        }
        _ => Err(unsupported(operation, column)),
    }
}
