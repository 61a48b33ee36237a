//! Dates, times and durations: exact ticks.
//!
//! | left | | right | result |
//! |---|---|---|---|
//! | Datetime | `+` `-` | Duration | Datetime (and Duration + Datetime) |
//! | Date | `+` `-` | Duration | Datetime in the duration's unit (and Duration + Date) |
//! | Datetime | `-` | Datetime | Duration |
//! | Date | `-` | Date | Duration(ms), which holds any two dates |
//! | Time | `-` | Time | Duration(ns) |
//! | Duration | `+` `-` `%` | Duration | Duration |
//! | Duration | `*` `//` | Int64 | Duration (and Int64 * Duration) |
//! | Duration | `/` | Duration | Float64 |
//! | Duration | `//` | Duration | Int64 |
//!
//! Units must agree. [`add_whole_days`] and [`sub_whole_days`] keep a Date a Date, for durations known to be days.

use lazuli_array::{Column, DataType, PrimitiveArray, Scalar, TimeUnit};

use super::integer::Integer;
use super::{ArithmeticOp, Operands, integer};
use crate::arity::try_binary;
use crate::datum::{Datum, Side, both_valid, paired};
use crate::{KernelError, Result};

const SECONDS_PER_DAY: i64 = 86_400;

fn ticks_per_day(unit: TimeUnit) -> i64 {
    SECONDS_PER_DAY * unit.per_second()
}

pub(super) fn result_type(op: ArithmeticOp, left: &DataType, right: &DataType) -> Option<DataType> {
    use ArithmeticOp::{Add, Div, FloorDiv, Mul, Rem, Sub};
    use DataType::{Date, Datetime, Duration, Float64, Int64, Time};
    match (op, left, right) {
        (Add | Sub, Datetime(unit, _), Duration(other)) if unit == other => Some(left.clone()),
        (Add, Duration(other), Datetime(unit, _)) if unit == other => Some(right.clone()),
        (Add | Sub, Date, Duration(unit)) | (Add, Duration(unit), Date) => Some(Datetime(*unit, None)),
        (Sub, Datetime(unit, zone), Datetime(other_unit, other_zone)) => {
            (unit == other_unit && zone.is_some() == other_zone.is_some()).then_some(Duration(*unit))
        }
        (Sub, Date, Date) => Some(Duration(TimeUnit::Milliseconds)),
        (Sub, Time, Time) => Some(Duration(TimeUnit::Nanoseconds)),
        (Add | Sub | Rem, Duration(unit), Duration(other)) if unit == other => Some(left.clone()),
        (Div, Duration(unit), Duration(other)) if unit == other => Some(Float64),
        (FloorDiv, Duration(unit), Duration(other)) if unit == other => Some(Int64),
        (Mul | FloorDiv, Duration(_), Int64) => Some(left.clone()),
        (Mul, Int64, Duration(_)) => Some(right.clone()),
        _ => None,
    }
}

/// The type when one side is of type Null: as if it were a duration of the other's unit.
pub(super) fn type_with_null(op: ArithmeticOp, other: &DataType) -> Option<DataType> {
    match other {
        DataType::Datetime(unit, _) => result_type(op, other, &DataType::Duration(*unit)),
        DataType::Date => result_type(op, other, &DataType::Duration(TimeUnit::Microseconds)),
        _ => None,
    }
}

pub(super) fn compute(operands: Operands<'_>) -> Result<Column> {
    use DataType::{Date, Duration};
    match (operands.left.data_type(), operands.right.data_type()) {
        (Date, Date) => date_difference(&operands),
        (Date, Duration(unit)) => {
            let sign = if operands.op == ArithmeticOp::Sub { i64::minus } else { i64::plus };
            date_and_duration(&operands, operands.left, operands.right, *unit, sign)
        }
        (Duration(unit), Date) => {
            date_and_duration(&operands, operands.right, operands.left, *unit, i64::plus)
        }
        // All else is ticks in 64 bits on both sides: integers under another name.
        _ => integer::compute(&PrimitiveArray::<i64>::from_vec(Vec::new()), operands),
    }
}

fn date_difference(operands: &Operands<'_>) -> Result<Column> {
    let (left, right) = date_sides(operands, operands.left, operands.right)?;
    let valid = both_valid(operands.left, operands.right);
    let per_day = ticks_per_day(TimeUnit::Milliseconds);
    // At most 2^32 days of less than 2^27 ms.
    let ticks = crate::arity::binary(left, right, valid, |left: i32, right: i32| {
        (i64::from(left) - i64::from(right)) * per_day
    });
    Ok(operands.column(ticks))
}

fn date_sides<'a>(
    operands: &Operands<'_>,
    left: Datum<'a>,
    right: Datum<'a>,
) -> Result<(Side<'a, i32>, Side<'a, i32>)> {
    match (left.side(), right.side()) {
        (Some(left), Some(right)) => Ok((left, right)),
        _ => Err(operands.unsupported()),
    }
}

fn date_and_duration(
    operands: &Operands<'_>,
    date: Datum<'_>,
    duration: Datum<'_>,
    unit: TimeUnit,
    combine: fn(i64, i64) -> (i64, bool),
) -> Result<Column> {
    let (Some(days), Some(ticks)) = (date.side::<i32>(), duration.side::<i64>()) else {
        return Err(operands.unsupported());
    };
    let per_day = ticks_per_day(unit);
    let valid = both_valid(date, duration);
    let result = try_binary(days, ticks, valid, |days: i32, ticks| {
        let (midnight, too_far) = i64::from(days).times(per_day);
        let (result, overflow) = combine(midnight, ticks);
        (result, too_far | overflow)
    });
    match result {
        Ok(array) => Ok(operands.column(array)),
        Err(row) => Err(operands.overflow(row)),
    }
}

/// Dates plus durations of whole days, as dates. Two constants give one row.
///
/// # Errors
/// [`KernelError::InvalidOperand`] for a duration with a part of a day, [`KernelError::Overflow`],
/// [`KernelError::LengthMismatch`], [`KernelError::Unsupported`] unless the operands are Date and Duration.
pub fn add_whole_days(date: Datum<'_>, duration: Datum<'_>) -> Result<Column> {
    whole_days(ArithmeticOp::Add, date, duration)
}

/// Dates minus durations of whole days, as dates; see [`add_whole_days`].
///
/// # Errors
/// As [`add_whole_days`].
pub fn sub_whole_days(date: Datum<'_>, duration: Datum<'_>) -> Result<Column> {
    whole_days(ArithmeticOp::Sub, date, duration)
}

fn whole_days(op: ArithmeticOp, date: Datum<'_>, duration: Datum<'_>) -> Result<Column> {
    let unsupported = || KernelError::unsupported(op.symbol(), [date.data_type(), duration.data_type()]);
    let unit = match (date.data_type(), duration.data_type()) {
        (DataType::Date, DataType::Duration(unit)) => *unit,
        _ => return Err(unsupported()),
    };
    let (left, right, rows) = paired(op.symbol(), date, duration)?;
    if left.is_all_null() || right.is_all_null() {
        return Ok(Column::new_null(DataType::Date, rows));
    }
    let (Some(days), Some(ticks)) = (left.side::<i32>(), right.side::<i64>()) else {
        return Err(unsupported());
    };
    let per_day = ticks_per_day(unit);
    let combine = |days: i32, ticks: i64| {
        let (days, more) = (i64::from(days), ticks / per_day);
        // The quotient is far from the ends of 64 bits.
        let sum = if op == ArithmeticOp::Sub { days - more } else { days + more };
        (sum as i32, ticks % per_day != 0 || i32::try_from(sum).is_err())
    };
    match try_binary(days, ticks, both_valid(left, right), combine) {
        Ok(array) => Ok(Column::new(DataType::Date, array)),
        Err(row) => match right.get(row) {
            value @ Scalar::Duration(ticks, _) if ticks % per_day != 0 => Err(KernelError::InvalidOperand {
                operation: op.symbol(),
                row,
                value,
                expected: "a duration of whole days",
            }),
            value => Err(KernelError::Overflow {
                operation: op.symbol(),
                row,
                left: left.get(row),
                right: value,
                data_type: DataType::Date,
            }),
        },
    }
}
