//! Dates, datetimes, durations and times: as ticks, in another unit, or a part of them.

use std::cell::RefCell;

use lazuli_array::calendar::{NANOS_PER_DAY, join_ticks, split_ticks};
use lazuli_array::{Array, DataType, PrimitiveArray, TimeUnit};

use super::Cast;
use super::number::integers;
use crate::Result;
use crate::temporal::{Walk, Zone};

pub(super) fn cast_temporal(cast: &Cast<'_>) -> Result<Array> {
    use DataType::{Date, Datetime, Duration, Time};
    match (cast.from, cast.to) {
        (from, to) if from.is_integer() => from_integer(cast, to),
        (from, to) if to.is_integer() => {
            debug_assert!(from.is_temporal());
            let ticks = integers(cast.array).expect("temporal values lie as integers");
            cast.integer(to.physical(), |row| Some(ticks[row]))
        }
        (Date, Datetime(unit, _)) => {
            let Array::Int32(days) = cast.array else { unreachable!("dates lie as i32") };
            let days = days.values();
            cast.primitive(|row| join_ticks(days[row].into(), 0, *unit))
        }
        (Datetime(unit, zone), to @ (Date | Time)) => {
            let zone = Zone::of(zone.as_deref()).expect("can_cast found the zone");
            let walk = RefCell::new(Walk::new(&zone));
            let ticks = ticks(cast);
            let local = |row: usize| -> Option<(i64, i64)> {
                let ticks: i64 = ticks[row];
                if zone.is_utc() {
                    return Some(split_ticks(ticks, *unit));
                }
                let offset = walk.borrow_mut().offset_at(ticks.div_euclid(unit.per_second()));
                Some(split_ticks(ticks.checked_add(i64::from(offset) * unit.per_second())?, *unit))
            };
            match to {
                Date => cast.primitive(|row| i32::try_from(local(row)?.0).ok()),
                _ => cast.primitive(|row| Some(local(row)?.1)),
            }
        }
        (Datetime(from, _), Datetime(to, _)) => rescale(cast, *from, *to, i64::div_euclid),
        (Time, Duration(unit)) => rescale(cast, TimeUnit::Nanoseconds, *unit, |ticks, factor| ticks / factor),
        (Duration(unit), Time) => {
            let (spans, factor) = (ticks(cast), TimeUnit::Nanoseconds.per_second() / unit.per_second());
            cast.primitive(|row| {
                let nanos = spans[row].checked_mul(factor)?;
                (0..NANOS_PER_DAY).contains(&nanos).then_some(nanos)
            })
        }
        (Duration(from), Duration(to)) => rescale(cast, *from, *to, |ticks, factor| ticks / factor),
        (from, to) => unreachable!("can_cast said no to {from} as {to}"),
    }
}

fn ticks<'a>(cast: &Cast<'a>) -> &'a [i64] {
    let Array::Int64(array) = cast.array else { unreachable!("ticks lie as i64") };
    array.values()
}

fn from_integer(cast: &Cast<'_>, to: &DataType) -> Result<Array> {
    let values = integers(cast.array).expect("an integer type lies as integers");
    if *to == DataType::Time {
        return cast.primitive(|row| {
            let nanos = i64::try_from(values[row]).ok()?;
            (0..NANOS_PER_DAY).contains(&nanos).then_some(nanos)
        });
    }
    cast.integer(to.physical(), |row| Some(values[row]))
}

fn rescale(cast: &Cast<'_>, from: TimeUnit, to: TimeUnit, divide: impl Fn(i64, i64) -> i64) -> Result<Array> {
    let ticks = ticks(cast);
    let (from, to) = (from.per_second(), to.per_second());
    if from == to {
        return Ok(cast.array.clone());
    }
    if to > from {
        return cast.primitive(|row| ticks[row].checked_mul(to / from));
    }
    let values: Vec<i64> = ticks.iter().map(|&ticks| divide(ticks, from / to)).collect();
    Ok(PrimitiveArray::new(values.into(), cast.array.validity()).into())
}
