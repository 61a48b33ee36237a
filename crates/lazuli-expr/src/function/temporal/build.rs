//! Dates and times made of numbers: `date`, `datetime`, `time`, `duration`.

use lazuli_array::{Column, DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Ambiguous};

use super::arguments::{Options, checked, expected, map_all, text, text_or_null, unit_text};
use super::zone::ambiguous_word;
use crate::evaluate::Value;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// What is made of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Date,
    Datetime,
    Time,
    Duration,
}

/// Dates and times of whole numbers, each a column or a constant; null where one of them is. What the calendar or the clock
/// lacks is an error.
///
/// | function | numbers, of which the last may be left out | then |
/// |---|---|---|
/// | `date` | year, month, day | |
/// | `datetime` | year, month, day, hour, minute, second, microsecond | unit, time zone, what becomes of a time that its clock shows twice |
/// | `time` | hour, minute, second, microsecond | |
/// | `duration` | weeks, days, hours, minutes, seconds, milli-, micro-, nanoseconds | unit |
#[derive(Debug)]
pub struct FromParts {
    name: &'static str,
    kind: Kind,
    /// Numbers that must be there, and that there may be.
    numbers: (usize, usize),
    /// Options behind them.
    options: usize,
    expected: &'static str,
}

/// Dates of numbers.
pub const DATE: FunctionRef = FunctionRef::Builtin(&FromParts {
    name: "date",
    kind: Kind::Date,
    numbers: (3, 3),
    options: 0,
    expected: "three whole numbers: year, month, day",
});

/// Datetimes of numbers.
pub const DATETIME: FunctionRef = FunctionRef::Builtin(&FromParts {
    name: "datetime",
    kind: Kind::Datetime,
    numbers: (3, 7),
    options: 3,
    expected: "whole numbers: year, month, day, and maybe hour, minute, second, microsecond; then maybe a unit and a time zone",
});

/// Times of numbers.
pub const TIME: FunctionRef = FunctionRef::Builtin(&FromParts {
    name: "time",
    kind: Kind::Time,
    numbers: (1, 4),
    options: 0,
    expected: "whole numbers: hour, and maybe minute, second, microsecond",
});

/// Durations of numbers.
pub const DURATION: FunctionRef = FunctionRef::Builtin(&FromParts {
    name: "duration",
    kind: Kind::Duration,
    numbers: (1, 8),
    options: 1,
    expected: "whole numbers: weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds; then maybe a unit",
});

impl ScalarFunction for FromParts {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let is_number = |argument: &Argument<'_>| {
            argument.data_type.is_integer() || *argument.data_type == DataType::Null
        };
        let numbers =
            arguments.iter().take(self.numbers.1).take_while(|argument| is_number(argument)).count();
        // Options stand behind all numbers that there may be, or behind the last that there is.
        if numbers < self.numbers.0 || arguments.len() - numbers > self.options {
            return expected(self.expected);
        }
        let given = Options::of_arguments(&arguments[numbers..]);
        let (unit, zone, _) = options(&given)?;
        let mut inputs = vec![DataType::Int64; numbers];
        inputs.extend(arguments[numbers..].iter().map(|option| option.data_type.clone()));
        let output = match self.kind {
            Kind::Date => DataType::Date,
            Kind::Datetime => DataType::Datetime(unit, zone.map(Into::into)),
            Kind::Time => DataType::Time,
            Kind::Duration => DataType::Duration(unit),
        };
        Ok(Signature { inputs, output })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let numbers = inputs.iter().take_while(|input| *input.data_type() == DataType::Int64).count();
        let given = Options::of_values(&inputs[numbers..]);
        let (unit, zone, ambiguous) = checked(self.name, options(&given))?;
        map_all(&inputs[..numbers], num_rows, |columns| {
            let rows = columns.first().map_or(0, Column::len);
            let missing = self.numbers.1 - columns.len();
            let zeros =
                Column::new(DataType::Int64, lazuli_array::PrimitiveArray::from_vec(vec![0i64; rows]));
            let parts: Vec<Column> =
                columns.iter().cloned().chain(std::iter::repeat_n(zeros, missing)).collect();
            match self.kind {
                Kind::Date => temporal::dates_from_parts(&parts),
                Kind::Datetime => temporal::datetimes_from_parts(&parts, unit, zone, ambiguous),
                Kind::Time => temporal::times_from_parts(&parts),
                Kind::Duration => temporal::durations_from_parts(&parts, unit),
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn options(options: &Options) -> Result<(TimeUnit, Option<&str>, Ambiguous), SignatureError> {
    Ok((options.unit(0)?.unwrap_or(TimeUnit::Microseconds), options.zone(1)?, options.ambiguous(2)?))
}

fn call(function: FunctionRef, inputs: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Function { function, inputs: inputs.into_iter().collect() }
}

/// Dates of year, month and day; a day that the calendar lacks is an error.
///
/// ```
/// use lazuli_expr::{col, date};
///
/// assert_eq!(date(col("year"), col("month"), 1).to_string(), "date(year, month, 1)");
/// ```
pub fn date(year: impl Into<Expr>, month: impl Into<Expr>, day: impl Into<Expr>) -> Expr {
    call(DATE, [year.into(), month.into(), day.into()])
}

/// Times of hour, minute, second and microsecond; one that the clock lacks is an error.
pub fn time(
    hour: impl Into<Expr>,
    minute: impl Into<Expr>,
    second: impl Into<Expr>,
    microsecond: impl Into<Expr>,
) -> Expr {
    call(TIME, [hour.into(), minute.into(), second.into(), microsecond.into()])
}

/// The parts of a datetime: numbers or columns; the time is midnight by default.
#[derive(Debug, Clone)]
pub struct DatetimeParts {
    /// The year.
    pub year: Expr,
    /// The month, 1 to 12.
    pub month: Expr,
    /// The day of the month.
    pub day: Expr,
    /// The hour, 0 to 23.
    pub hour: Expr,
    /// The minute.
    pub minute: Expr,
    /// The second.
    pub second: Expr,
    /// Microseconds since the second.
    pub microsecond: Expr,
    /// The unit.
    pub unit: TimeUnit,
    /// The zone whose clock shows this.
    pub time_zone: Option<String>,
    /// What becomes of a time that its clock shows twice.
    pub ambiguous: Ambiguous,
}

impl Default for DatetimeParts {
    /// 1970-01-01 00:00:00 in microseconds, without a zone.
    fn default() -> Self {
        Self {
            year: lit(1970),
            month: lit(1),
            day: lit(1),
            hour: lit(0),
            minute: lit(0),
            second: lit(0),
            microsecond: lit(0),
            unit: TimeUnit::Microseconds,
            time_zone: None,
            ambiguous: Ambiguous::Raise,
        }
    }
}

/// Datetimes of their parts.
///
/// ```
/// use lazuli_expr::{DatetimeParts, col, datetime};
///
/// let at = datetime(DatetimeParts { year: col("year"), hour: 12.into(), ..DatetimeParts::default() });
/// assert_eq!(at.to_string(), "datetime(year, 1, 1, 12, 0, 0, 0, 'us')");
/// ```
pub fn datetime(parts: DatetimeParts) -> Expr {
    let DatetimeParts { year, month, day, hour, minute, second, microsecond, .. } = parts;
    let mut inputs = vec![year, month, day, hour, minute, second, microsecond, unit_text(parts.unit)];
    if parts.time_zone.is_some() {
        inputs.push(text_or_null(parts.time_zone.as_deref()));
        inputs.push(text(ambiguous_word(parts.ambiguous)));
    }
    call(DATETIME, inputs)
}

/// The parts of a duration: numbers or columns, 0 by default.
#[derive(Debug, Clone)]
pub struct DurationParts {
    /// Weeks of 7 days.
    pub weeks: Expr,
    /// Days of 24 hours.
    pub days: Expr,
    /// Hours.
    pub hours: Expr,
    /// Minutes.
    pub minutes: Expr,
    /// Seconds.
    pub seconds: Expr,
    /// Milliseconds.
    pub milliseconds: Expr,
    /// Microseconds.
    pub microseconds: Expr,
    /// Nanoseconds.
    pub nanoseconds: Expr,
    /// The unit.
    pub unit: TimeUnit,
}

impl Default for DurationParts {
    /// No time, in microseconds.
    fn default() -> Self {
        Self {
            weeks: lit(0),
            days: lit(0),
            hours: lit(0),
            minutes: lit(0),
            seconds: lit(0),
            milliseconds: lit(0),
            microseconds: lit(0),
            nanoseconds: lit(0),
            unit: TimeUnit::Microseconds,
        }
    }
}

/// Durations of their parts; a sum beyond 64 bits of ticks, or that is not a whole number of them, is an error.
///
/// ```
/// use lazuli_expr::{DurationParts, col, duration};
///
/// let wait = duration(DurationParts { days: col("days"), ..DurationParts::default() });
/// assert_eq!(wait.to_string(), "duration(0, days, 0, 0, 0, 0, 0, 0, 'us')");
/// ```
pub fn duration(parts: DurationParts) -> Expr {
    let DurationParts { weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds, unit } =
        parts;
    let unit = unit_text(unit);
    call(DURATION, [weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds, unit])
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    #[test]
    fn columns_and_constants_together() {
        let years = Column::from_values([Some(2024i64), None].into_iter());
        let number = |value: i64| Value::Constant(Constant::from_scalar(&Scalar::Int64(value)));
        let rows = DATE.evaluate(&[years.clone().into(), number(2), number(29)], 2).unwrap().into_column(2);
        assert_eq!((rows.get(0).to_string(), rows.get(1)), ("2024-02-29".into(), Scalar::Null));
        let all = DATE.evaluate(&[number(2024), number(2), number(29)], 2).unwrap();
        assert_eq!(all, Value::Constant(Constant::from_scalar(&Scalar::Date(19_782))));
        let unit = Value::Constant(Constant::from_scalar(&Scalar::from("ms")));
        let inputs = [years.into(), number(1), number(1), number(5), unit];
        let rows = DATETIME.evaluate(&inputs, 2).unwrap().into_column(2);
        assert_eq!(rows.get(0).to_string(), "2024-01-01 05:00:00");
        assert_eq!(
            TIME.evaluate(&[number(5)], 1).unwrap().into_column(1).get(0),
            Scalar::Time(18_000_000_000_000)
        );
        let week = DURATION.evaluate(&[number(1)], 1).unwrap().into_column(1).get(0);
        assert_eq!(week, Scalar::Duration(604_800_000_000, TimeUnit::Microseconds));
    }

    #[test]
    fn numbers_then_options() {
        let number = Argument { data_type: &DataType::Int32, literal: None };
        let text = Argument { data_type: &DataType::String, literal: None };
        assert!(DATE.signature(&[number, number]).is_err());
        assert!(DATE.signature(&[number, number, number, number]).is_err());
        assert!(DATE.signature(&[number, number, text]).is_err());
        assert!(DATETIME.signature(&[number, number, number, text]).is_err()); // no constant
        assert_eq!(DATETIME.signature(&[number; 5]).unwrap().inputs, vec![DataType::Int64; 5]);
    }
}
