//! Ranges as columns: dates, datetimes, times, numbers from one to another.

use lazuli_array::{Scalar, Series};
use lazuli_expr::{Closed, Expr, date_ranges, datetime_ranges, int_ranges, linear_spaces, lit, time_ranges};

use crate::Result;

/// The dates from `start` to `end`, an interval such as `1d` or `1mo` apart. Bounds are constants: ISO texts, or what
/// [`crate::date`] makes of numbers.
///
/// Each item is so many intervals from the start: `1mo` from 31 January gives 29 February and 31 March.
///
/// ```
/// use lazuli::prelude::*;
///
/// let days = date_range("2024-01-31", "2024-04-30", "1mo", Closed::Left)?;
/// assert_eq!(days.iter().map(|day| day.to_string()).collect::<Vec<_>>(), ["2024-01-31", "2024-02-29", "2024-03-31"]);
/// # Ok::<(), lazuli::Error>(())
/// ```
///
/// # Errors
/// Bounds that are no dates, an interval that is none, or is no whole number of days.
#[track_caller]
pub fn date_range(
    start: impl Into<Expr>,
    end: impl Into<Expr>,
    every: &str,
    closed: Closed,
) -> Result<Series> {
    one_list("date", date_ranges(start.into(), end.into(), every, closed))
}

/// The datetimes from `start` to `end`, an interval such as `1h` or `1d` apart; see [`date_range`].
///
/// # Errors
/// As [`date_range`].
#[track_caller]
pub fn datetime_range(
    start: impl Into<Expr>,
    end: impl Into<Expr>,
    every: &str,
    closed: Closed,
) -> Result<Series> {
    one_list("datetime", datetime_ranges(start.into(), end.into(), every, closed))
}

/// The times of day from `start` to `end`, an interval such as `15m` apart; see [`date_range`].
///
/// # Errors
/// As [`date_range`].
#[track_caller]
pub fn time_range(
    start: impl Into<Expr>,
    end: impl Into<Expr>,
    every: &str,
    closed: Closed,
) -> Result<Series> {
    one_list("time", time_ranges(start.into(), end.into(), every, closed))
}

/// The whole numbers from `start` on and before `end`, by steps.
///
/// ```
/// use lazuli::prelude::*;
///
/// assert_eq!(int_range(0, 10, 4)?, Series::from_iter("int", [0i64, 4, 8]));
/// # Ok::<(), lazuli::Error>(())
/// ```
///
/// # Errors
/// A step of 0; more than 2^28 numbers.
#[track_caller]
pub fn int_range(start: i64, end: i64, step: i64) -> Result<Series> {
    one_list("int", int_ranges(lit(start), lit(end), lit(step)))
}

/// So many numbers from `start` to `end`, equally far apart.
///
/// ```
/// use lazuli::prelude::*;
///
/// assert_eq!(linear_space(0.0, 1.0, 5, Closed::Both)?, Series::from_iter("linear", [0.0, 0.25, 0.5, 0.75, 1.0]));
/// # Ok::<(), lazuli::Error>(())
/// ```
///
/// # Errors
/// More than 2^28 numbers.
#[track_caller]
pub fn linear_space(start: f64, end: f64, count: u32, closed: Closed) -> Result<Series> {
    one_list("linear", linear_spaces(lit(start), lit(end), lit(count), closed))
}

/// The items of the one list that a constant expression is.
#[track_caller]
fn one_list(name: &str, list: Expr) -> Result<Series> {
    let lists = crate::select(list.alias(name)).collect()?;
    match lists.get(0, 0) {
        Scalar::List(items) => Ok(Series::new(name, *items)),
        // A bound was null.
        _ => {
            let item = match lists.column_at(0).data_type() {
                lazuli_array::DataType::List(item) => (**item).clone(),
                other => other.clone(),
            };
            Ok(Series::new(name, lazuli_array::Column::new_null(item, 0)))
        }
    }
}
