//! Values of one type as values of another.
//!
//! A cast never makes a value up: what the other type can't say fails, with its row and text, or becomes null if the
//! caller asked for that ([`CastMode`]). What a cast may drop is what its type says it drops:
//!
//! | from | to | rule |
//! |---|---|---|
//! | integer, boolean | integer, decimal | in range, or fails |
//! | integer | float | nearest float |
//! | float, decimal | integer | digits after the point dropped, towards zero; NaN, infinite or out of range fails |
//! | Float64 | Float32 | nearest; a finite value beyond its range fails |
//! | float, decimal | decimal | nearest at the scale, ties to even; too many digits before the point fails |
//! | number | boolean | whether it is not zero |
//! | any text | boolean, number, date, datetime, time | what [`crate::parse`] reads, as CSV does |
//! | any text | duration | `1d 2h 3m 4.5s`, a minus before all of it; digits that its unit does not keep fail |
//! | boolean, number, temporal | text | shortest that reads back: `1.0`, `1e+20`, `NaN`, `-inf`, ISO 8601 |
//! | text | `Enum` | one of its texts, or fails |
//! | text, binary | binary, text | the bytes; what is not UTF-8 fails |
//! | date, datetime | datetime, date | midnight; the day, towards the past |
//! | datetime, duration | other unit | overflow fails; to a coarser unit towards the past, durations towards zero |
//! | datetime | time | time of day, in the column's zone as the day above |
//! | time | duration, and back | the span since midnight; back only within a day |
//! | temporal | number, and back | the ticks (days of a date), as an integer is cast |
//! | list, struct | list, struct | their items; struct fields go by name |
//! | null | anything | nulls |
//!
//! A datetime with a zone casts to one without, and back, only where the zone is UTC: `dt.replace_time_zone` says what
//! becomes of times that a clock shows twice or never. Dictionaries are cast once per distinct text.
//!
//! Not here: formats chosen by the user, guessing at types.

mod decimal; // scaled integers
mod from_text; // text to value
mod nested; // lists and structs
mod number; // booleans, integers, floats
mod rows; // the driver: nulls and failures, once
mod temporal; // dates, datetimes, durations, times
#[cfg(test)]
mod tests;
mod text_form; // plain, dictionary, Enum, binary
mod to_text; // value to text
mod wrapping; // integers modulo a power of 2

use lazuli_array::{Array, Column, DataType, Scalar, TimeZone};

pub use self::text_form::{to_dictionary, to_plain};
pub use self::wrapping::{can_wrap, wrapping_cast};
use crate::temporal::Zone;
use crate::{KernelError, Result};

/// What becomes of a value that the other type can't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastMode {
    /// The cast fails, and says the row and the value.
    Strict,
    /// The row becomes null.
    Lenient,
}

/// The rows of a column as another type; null rows stay null.
///
/// # Errors
/// [`KernelError::CastFailed`] with the first row that fails, in [`CastMode::Strict`]; [`KernelError::Unsupported`] for
/// types of which [`can_cast`] says no.
///
/// ```
/// use lazuli_array::{Column, DataType, FromValues};
/// use lazuli_kernels::cast::{CastMode, cast};
///
/// let texts = Column::from_values(["1", "two"].into_iter());
/// let error = cast(&texts, &DataType::Int64, CastMode::Strict).expect_err("not a number");
/// assert_eq!(error.to_string(), "cast from String to Int64 failed at row 1: \"two\"");
/// assert_eq!(
///     cast(&texts, &DataType::Int64, CastMode::Lenient)?,
///     Column::from_values([Some(1i64), None].into_iter()),
/// );
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
pub fn cast(column: &Column, to: &DataType, mode: CastMode) -> Result<Column> {
    let from = column.data_type();
    if from == to {
        return Ok(column.clone());
    }
    if !can_cast(from, to) {
        return Err(KernelError::unsupported("cast", [from, to]));
    }
    let array = cast_array(column.array(), from, to, mode)?;
    Ok(Column::try_new(to.clone(), array)?)
}

/// Whether there is a cast between two types at all; single values may still fail.
pub fn can_cast(from: &DataType, to: &DataType) -> bool {
    use DataType::{Binary, Boolean, Date, Datetime, Duration, List, Null, Struct, Time};
    let is_plain_number = |data_type: &DataType| data_type.is_numeric() || *data_type == Boolean;
    match (from, to) {
        (Null, _) => true,
        (from, to) if from == to => true,
        (List(from), List(to)) => can_cast(from, to),
        (Struct(from), Struct(to)) => {
            from.len() == to.len()
                && to.iter().all(|to| {
                    from.iter()
                        .find(|from| from.name() == to.name())
                        .is_some_and(|from| can_cast(from.data_type(), to.data_type()))
                })
        }
        (from, to) if is_plain_number(from) && is_plain_number(to) => true,
        (from, to) if from.is_text() && to.is_text() => true,
        (from, Date | Time | Datetime(..) | Duration(_) | Binary) if from.is_text() => true,
        (from, to) if from.is_text() => is_plain_number(to),
        (from, to) if to.is_text() => is_plain_number(from) || from.is_temporal() || *from == Binary,
        (from, to) if from.is_numeric() => to.is_temporal(),
        (from, to) if to.is_numeric() => from.is_temporal(),
        (Duration(_), Duration(_) | Time) | (Time, Duration(_)) => true,
        (Datetime(_, from), Datetime(_, to)) => {
            (from.is_some() && to.is_some()) || (is_utc(from) && is_utc(to))
        }
        (Date, Datetime(_, zone)) => is_utc(zone),
        (Datetime(_, zone), Date | Time) => Zone::of(zone.as_deref()).is_ok(),
        _ => false,
    }
}

/// Numbers and times meet in whole ticks. What fails in either step fails, the first such row first.
fn by_ticks(cast: &Cast<'_>) -> Result<Array> {
    let ticks = cast_array(cast.array, cast.from, &DataType::Int64, CastMode::Lenient)?;
    let result = cast_array(&ticks, &DataType::Int64, cast.to, CastMode::Lenient)?;
    let failed = |&row: &usize| cast.array.is_valid(row) && !result.is_valid(row);
    if cast.mode == CastMode::Strict
        && result.null_count() > cast.array.null_count()
        && let Some(row) = (0..result.len()).find(failed)
    {
        return Err(cast.failed(row));
    }
    Ok(result)
}

fn is_fractional(data_type: &DataType) -> bool {
    data_type.is_float() || matches!(data_type, DataType::Decimal { .. })
}

/// Whether the ticks of this zone are its local time.
fn is_utc(zone: &Option<TimeZone>) -> bool {
    zone.as_deref().is_none_or(|zone| matches!(zone, "UTC" | "Etc/UTC"))
}

/// What is cast to what.
#[derive(Debug, Clone, Copy)]
struct Cast<'a> {
    array: &'a Array,
    from: &'a DataType,
    to: &'a DataType,
    mode: CastMode,
}

impl Cast<'_> {
    fn failed(&self, row: usize) -> KernelError {
        KernelError::CastFailed {
            row,
            value: Scalar::from_array(self.from, self.array, row).to_string(),
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }

    /// The error of a cast's second step as that of the whole.
    fn renamed(&self, error: KernelError) -> KernelError {
        match error {
            KernelError::CastFailed { row, .. } => self.failed(row),
            other => other,
        }
    }
}

/// The rows of an array of type `from`, which [`can_cast`] to `to`.
fn cast_array(array: &Array, from: &DataType, to: &DataType, mode: CastMode) -> Result<Array> {
    let cast = Cast { array, from, to, mode };
    if from == to {
        return Ok(array.clone());
    }
    match (from, to) {
        (DataType::Null, to) => Ok(Array::new_null(to, array.len())),
        (DataType::List(from), DataType::List(to)) => nested::lists(&cast, from, to),
        (DataType::Struct(from), DataType::Struct(to)) => nested::structs(&cast, from, to),
        (from, to) if from.is_text() => from_text::cast_text(&cast, to),
        (DataType::Binary, to) => {
            let texts = text_form::binary_to_text(&cast)?;
            cast_array(&texts, &DataType::String, to, mode).map_err(|error| cast.renamed(error))
        }
        (from, to) if to.is_text() => {
            let texts = to_text::write(array, from);
            cast_array(&texts.into(), &DataType::String, to, mode).map_err(|error| cast.renamed(error))
        }
        (from, to)
            if (is_fractional(from) && to.is_temporal()) || (from.is_temporal() && is_fractional(to)) =>
        {
            by_ticks(&cast)
        }
        (from, to) if from.is_temporal() || to.is_temporal() => temporal::cast_temporal(&cast),
        (DataType::Decimal { scale, .. }, _) => decimal::from_decimal(&cast, *scale),
        (_, DataType::Decimal { precision, scale }) => decimal::to_decimal(&cast, *precision, *scale),
        _ => number::cast_number(&cast),
    }
}
