//! Parts of dates and times: `dt.year`, `dt.month`, `dt.hour` and their like.

use lazuli_array::DataType;
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Part};

use super::TemporalNamespace;
use super::arguments::{Options, checked, input_type, inputs_as, is_date_or_datetime, is_datetime};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// A part of each date or time, in the column's own time zone; null for null.
#[derive(Debug)]
pub struct PartOf {
    name: &'static str,
    part: Part,
}

impl ScalarFunction for PartOf {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [argument] = arguments else { return Err(SignatureError::Expected("one date or time".into())) };
        let input = of_type(argument, self.part)?;
        Ok(Signature { inputs: vec![input], output: self.part.data_type() })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], |column| temporal::part(column, self.part))
    }
}

fn of_type(argument: &Argument<'_>, part: Part) -> Result<DataType, SignatureError> {
    if part.is_of_date() {
        input_type(argument, is_date_or_datetime, DataType::Date, "a date or datetime")
    } else {
        let takes = |data_type: &DataType| is_datetime(data_type) || *data_type == DataType::Time;
        input_type(argument, takes, DataType::Time, "a datetime or time")
    }
}

/// The seconds of the minute; with `true` as second argument with their fraction, Float64.
#[derive(Debug)]
pub struct Second;

impl ScalarFunction for Second {
    fn name(&self) -> &str {
        "dt.second"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (1 | 2, Some(first)) = (arguments.len(), arguments.first()) else {
            return Err(SignatureError::Expected(
                "a datetime or time, and maybe true for its fraction".into(),
            ));
        };
        let part = self.part(&Options::of_arguments(arguments))?;
        let inputs = inputs_as(arguments, &[of_type(first, part)?]);
        Ok(Signature { inputs, output: part.data_type() })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let part = checked("dt.second", self.part(&Options::of_values(inputs)))?;
        map_rows(&inputs[0], |column| temporal::part(column, part))
    }
}

impl Second {
    fn part(&self, options: &Options) -> Result<Part, SignatureError> {
        Ok(if options.flag(1, false)? { Part::FractionalSecond } else { Part::Second })
    }
}

macro_rules! parts {
    ($($(#[$doc:meta])* $method:ident, $constant:ident, $part:ident;)*) => {
        $(
            $(#[$doc])*
            pub const $constant: FunctionRef =
                FunctionRef::Builtin(&PartOf { name: concat!("dt.", stringify!($method)), part: Part::$part });
        )*

        impl TemporalNamespace {
            $(
                $(#[$doc])*
                pub fn $method(self) -> Expr {
                    self.0.call($constant)
                }
            )*
        }
    };
}

parts! {
    /// The year of a date or datetime, Int32.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("sold").dt().year().to_string(), "dt.year(sold)");
    /// ```
    year, YEAR, Year;
    /// The year that the ISO week belongs to, Int32.
    iso_year, ISO_YEAR, IsoYear;
    /// The century, Int32: the years 1 to 100 are the first.
    century, CENTURY, Century;
    /// The millennium, Int32: the years 1 to 1000 are the first.
    millennium, MILLENNIUM, Millennium;
    /// The quarter of the year, 1 to 4, Int8.
    quarter, QUARTER, Quarter;
    /// The month, 1 to 12, Int8.
    month, MONTH, Month;
    /// The ISO week of the year, 1 to 53, Int8.
    week, WEEK, Week;
    /// The day of the week, Int8: Monday is 1, Sunday is 7.
    weekday, WEEKDAY, Weekday;
    /// The day of the month, 1 to 31, Int8.
    day, DAY, Day;
    /// The day of the year, 1 to 366, Int16.
    ordinal_day, ORDINAL_DAY, OrdinalDay;
    /// The number of days of the month, Int8.
    days_in_month, DAYS_IN_MONTH, DaysInMonth;
    /// Whether the year has a 29 February.
    is_leap_year, IS_LEAP_YEAR, IsLeapYear;
    /// The hour of a datetime or time, 0 to 23, Int8.
    hour, HOUR, Hour;
    /// The minute of the hour, 0 to 59, Int8.
    minute, MINUTE, Minute;
    /// Milliseconds since the last second, Int32.
    millisecond, MILLISECOND, Millisecond;
    /// Microseconds since the last second, Int32.
    microsecond, MICROSECOND, Microsecond;
    /// Nanoseconds since the last second, Int32.
    nanosecond, NANOSECOND, Nanosecond;
}

/// The second of the minute.
pub const SECOND: FunctionRef = FunctionRef::Builtin(&Second);

impl TemporalNamespace {
    /// The second of the minute, 0 to 59, Int8.
    pub fn second(self) -> Expr {
        self.0.call(SECOND)
    }

    /// The second of the minute with its fraction, Float64.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("at").dt().second_fractional().to_string(), "dt.second(at, true)");
    /// ```
    pub fn second_fractional(self) -> Expr {
        self.0.call_with(SECOND, [lit(true)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, PrimitiveArray, Scalar, TimeUnit};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::function::function_named;

    fn datetime(ticks: Vec<Option<i64>>) -> Column {
        let array: PrimitiveArray<i64> = ticks.into_iter().collect();
        Column::new(DataType::Datetime(TimeUnit::Milliseconds, None), array)
    }

    #[test]
    fn each_part_by_its_name() {
        // 2024-02-09 03:05:09.123, a Friday
        let column = datetime(vec![Some(1_707_447_909_123), None]);
        for (name, expected) in [
            ("dt.year", Scalar::Int32(2024)),
            ("dt.iso_year", Scalar::Int32(2024)),
            ("dt.century", Scalar::Int32(21)),
            ("dt.millennium", Scalar::Int32(3)),
            ("dt.quarter", Scalar::Int8(1)),
            ("dt.month", Scalar::Int8(2)),
            ("dt.week", Scalar::Int8(6)),
            ("dt.weekday", Scalar::Int8(5)),
            ("dt.day", Scalar::Int8(9)),
            ("dt.ordinal_day", Scalar::Int16(40)),
            ("dt.days_in_month", Scalar::Int8(29)),
            ("dt.is_leap_year", Scalar::Boolean(true)),
            ("dt.hour", Scalar::Int8(3)),
            ("dt.minute", Scalar::Int8(5)),
            ("dt.second", Scalar::Int8(9)),
            ("dt.millisecond", Scalar::Int32(123)),
            ("dt.microsecond", Scalar::Int32(123_000)),
            ("dt.nanosecond", Scalar::Int32(123_000_000)),
        ] {
            let function = function_named(name).expect(name);
            let argument = Argument { data_type: column.data_type(), literal: None };
            let output = function.signature(&[argument]).expect(name).output;
            let rows = function.evaluate(&[column.clone().into()], 2).expect(name).into_column(2);
            assert_eq!((rows.get(0), rows.get(1)), (expected.clone(), Scalar::Null), "{name}");
            assert_eq!(rows.data_type(), &output, "{name}");
            let constant = Value::Constant(Constant::from_column(column.sliced(0, 1)));
            let constant = function.evaluate(&[constant], 5).expect(name);
            assert_eq!(constant, Value::Constant(Constant::from_scalar(&expected)), "{name}");
            let text = Argument { data_type: &DataType::String, literal: None };
            assert!(function.signature(&[text]).is_err() && function.signature(&[]).is_err(), "{name}");
        }
    }

    #[test]
    fn fractions_on_request() {
        let rows =
            vec![datetime(vec![Some(9_123)]).into(), Value::Constant(Constant::from_scalar(&true.into()))];
        assert_eq!(Second.evaluate(&rows, 1).unwrap().into_column(1).get(0), Scalar::Float64(9.123));
        let date = Argument { data_type: &DataType::Date, literal: None };
        assert!(Second.signature(&[date]).is_err());
    }
}
