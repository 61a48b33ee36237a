//! Ranges, a list in each row: `date_ranges`, `datetime_ranges`, `time_ranges`, `int_ranges`, `linear_spaces`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::temporal::{self, Interval};
use lazuli_kernels::{Closed, KernelError};

use super::arguments::{
    MICROSECONDS, Options, checked, expected, input_type, inputs_as, invalid, map_all, text,
};
use crate::evaluate::Value;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::supertype::supertype;
use crate::{Expr, IntoExpr};

/// For each row the list of times from the first argument to the second, an interval apart (third argument); with both
/// ends, or those that the fourth argument names: `'both'`, `'left'`, `'right'`, `'none'`. Null where either end is.
#[derive(Debug)]
pub struct TimeRanges {
    name: &'static str,
    takes: fn(&DataType) -> bool,
    /// The type of what has none, and that dates become, if any.
    item: DataType,
    /// The interval if there is none.
    every: &'static str,
    expected: &'static str,
}

/// Lists of dates.
pub const DATE_RANGES: FunctionRef = FunctionRef::Builtin(&TimeRanges {
    name: "date_ranges",
    takes: |own| matches!(own, DataType::Date),
    item: DataType::Date,
    every: "1d",
    expected: "two dates, and maybe an interval such as '1mo' and which ends belong",
});

/// Lists of datetimes.
pub const DATETIME_RANGES: FunctionRef = FunctionRef::Builtin(&TimeRanges {
    name: "datetime_ranges",
    takes: |own| matches!(own, DataType::Date | DataType::Datetime(..)),
    item: MICROSECONDS,
    every: "1d",
    expected: "two datetimes of one time zone, and maybe an interval such as '1h' and which ends belong",
});

/// Lists of times of day.
pub const TIME_RANGES: FunctionRef = FunctionRef::Builtin(&TimeRanges {
    name: "time_ranges",
    takes: |own| matches!(own, DataType::Time),
    item: DataType::Time,
    every: "1h",
    expected: "two times, and maybe an interval such as '15m' and which ends belong",
});

impl ScalarFunction for TimeRanges {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let (2..=4, [start, end, ..]) = (arguments.len(), arguments) else { return expected(self.expected) };
        let mut item = self.item.clone();
        let mut is_known = false;
        for bound in [start, end] {
            // Two bare texts have no date beside them that would make them ones.
            let is_text = bound
                .literal
                .is_some_and(|literal| literal.flexible && literal.data_type == DataType::String);
            let own = if is_text {
                DataType::Null
            } else {
                input_type(bound, self.takes, DataType::Null, self.expected)?
            };
            match own {
                DataType::Datetime(..) if is_known => match supertype(&item, &own) {
                    Some(common) => item = common,
                    None => return expected(self.expected),
                },
                DataType::Datetime(..) => (item, is_known) = (own, true),
                _ => {}
            }
        }
        let options = Options::of_arguments(arguments);
        let every = self.interval(&options)?;
        options.closed(3)?;
        self.check(&every, &item)?;
        let inputs = inputs_as(arguments, &[item.clone(), item.clone()]);
        Ok(Signature { inputs, output: DataType::List(Box::new(item)) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let options = Options::of_values(inputs);
        let every = checked(self.name, self.interval(&options))?;
        let closed = checked(self.name, options.closed(3))?;
        map_all(&inputs[..2], num_rows, |columns| {
            temporal::temporal_ranges(&columns[0], &columns[1], &every, closed)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl TimeRanges {
    fn interval(&self, options: &Options) -> Result<Interval, SignatureError> {
        options.interval(2, self.every)
    }

    fn check(&self, every: &Interval, item: &DataType) -> Result<(), SignatureError> {
        if every.is_zero() || every.is_negative() {
            return invalid(format!("the interval must be longer than nothing, not {every}"));
        }
        let time = Interval { nanos: every.nanos, ..Interval::default() };
        let (fits, what) = match item {
            DataType::Date => (every.nanos % 86_400_000_000_000 == 0, "days".to_string()),
            DataType::Datetime(_, Some(_))
                if every.has_time() && (every.months != 0 || every.whole_days() != Some(0)) =>
            {
                (false, "calendar days, or of hours alone: days of a time zone have no fixed length".into())
            }
            DataType::Datetime(unit, _) => (time.ticks(*unit).is_some(), unit.to_string()),
            _ => (every.months == 0 && every.whole_days() == Some(0), "hours or less".into()),
        };
        if fits { Ok(()) } else { invalid(format!("{every} is not a whole number of {what}")) }
    }
}

/// For each row the list of whole numbers from the first argument on and before the second, by steps of the third (1 if
/// there is none). With one argument, from 0 on. Null where one of them is.
#[derive(Debug)]
pub struct IntRanges;

/// Lists of whole numbers.
pub const INT_RANGES: FunctionRef = FunctionRef::Builtin(&IntRanges);

impl ScalarFunction for IntRanges {
    fn name(&self) -> &str {
        "int_ranges"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let is_number = |own: &DataType| own.is_integer() || *own == DataType::Null;
        if !(1..=3).contains(&arguments.len())
            || !arguments.iter().all(|argument| is_number(argument.data_type))
        {
            return expected("one to three whole numbers: start, end, step");
        }
        let inputs = vec![DataType::Int64; arguments.len()];
        Ok(Signature { inputs, output: DataType::List(Box::new(DataType::Int64)) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        map_all(inputs, num_rows, |columns| {
            let all = |value: i64| Scalar::Int64(value).to_column(columns[0].len());
            match columns {
                [end] => temporal::int_ranges(&all(0), end, &all(1)),
                [start, end] => temporal::int_ranges(start, end, &all(1)),
                [start, end, step, ..] => temporal::int_ranges(start, end, step),
                [] => Err(KernelError::Unsupported { operation: "int_ranges", data_types: Vec::new() }),
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

/// For each row the list of so many numbers (third argument) from the first to the second, equally far apart; with both
/// ends, or those that the fourth argument names. Null where one of them is.
#[derive(Debug)]
pub struct LinearSpaces;

/// Lists of numbers equally far apart.
pub const LINEAR_SPACES: FunctionRef = FunctionRef::Builtin(&LinearSpaces);

impl ScalarFunction for LinearSpaces {
    fn name(&self) -> &str {
        "linear_spaces"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "two numbers, how many there are to be, and maybe which ends belong";
        let (3 | 4, [start, end, count, ..]) = (arguments.len(), arguments) else {
            return expected(EXPECTED);
        };
        input_type(start, DataType::is_numeric, DataType::Float64, EXPECTED)?;
        input_type(end, DataType::is_numeric, DataType::Float64, EXPECTED)?;
        let is_whole = count.literal.is_some_and(|literal| match literal.value {
            // Beside a float a bare number was read as one.
            Scalar::Float64(value) => value.fract() == 0.0,
            _ => false,
        });
        if !is_whole {
            input_type(count, DataType::is_integer, DataType::Int64, EXPECTED)?;
        }
        Options::of_arguments(arguments).closed(3)?;
        let inputs = inputs_as(arguments, &[DataType::Float64, DataType::Float64, DataType::Int64]);
        Ok(Signature { inputs, output: DataType::List(Box::new(DataType::Float64)) })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let closed = checked("linear_spaces", Options::of_values(inputs).closed(3))?;
        map_all(&inputs[..3], num_rows, |columns| {
            temporal::linear_spaces(&columns[0], &columns[1], &columns[2], closed)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn closed_text(closed: Closed) -> Expr {
    text(match closed {
        Closed::Both => "both",
        Closed::Left => "left",
        Closed::Right => "right",
        Closed::Neither => "none",
    })
}

/// For each row the list of dates from one to the other, an interval such as `1d` or `1mo` apart.
///
/// ```
/// use lazuli_expr::{col, date_ranges};
/// use lazuli_kernels::Closed;
///
/// let days = date_ranges(col("from"), col("to"), "1d", Closed::Left);
/// assert_eq!(days.to_string(), "date_ranges(from, to, '1d', 'left')");
/// ```
pub fn date_ranges(start: impl IntoExpr, end: impl IntoExpr, every: &str, closed: Closed) -> Expr {
    start.into_expr().call_with(DATE_RANGES, [end.into_expr(), text(every), closed_text(closed)])
}

/// For each row the list of datetimes from one to the other, an interval such as `1h` or `1d` apart.
pub fn datetime_ranges(start: impl IntoExpr, end: impl IntoExpr, every: &str, closed: Closed) -> Expr {
    start.into_expr().call_with(DATETIME_RANGES, [end.into_expr(), text(every), closed_text(closed)])
}

/// For each row the list of times of day from one to the other, an interval such as `15m` apart.
pub fn time_ranges(start: impl IntoExpr, end: impl IntoExpr, every: &str, closed: Closed) -> Expr {
    start.into_expr().call_with(TIME_RANGES, [end.into_expr(), text(every), closed_text(closed)])
}

/// For each row the list of whole numbers from `start` on and before `end`, by steps of `step`.
///
/// ```
/// use lazuli_expr::{col, int_ranges};
///
/// assert_eq!(int_ranges(0, col("n"), 2).to_string(), "int_ranges(0, n, 2)");
/// ```
pub fn int_ranges(start: impl Into<Expr>, end: impl Into<Expr>, step: impl Into<Expr>) -> Expr {
    start.into().call_with(INT_RANGES, [end.into(), step.into()])
}

/// For each row the list of `count` numbers from `start` to `end`, equally far apart.
pub fn linear_spaces(
    start: impl Into<Expr>,
    end: impl Into<Expr>,
    count: impl Into<Expr>,
    closed: Closed,
) -> Expr {
    start.into().call_with(LINEAR_SPACES, [end.into(), count.into(), closed_text(closed)])
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, PrimitiveArray};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::Literal;

    #[test]
    fn lists_of_dates() {
        let dates = |days: [Option<i32>; 2]| Column::new(DataType::Date, PrimitiveArray::from_iter(days));
        let end = Value::Constant(Constant::from_scalar(&Scalar::Date(2)));
        let rows =
            DATE_RANGES.evaluate(&[dates([Some(0), None]).into(), end.clone()], 2).unwrap().into_column(2);
        assert_eq!(rows.get(0).to_string(), "[1970-01-01, 1970-01-02, 1970-01-03]");
        assert!(rows.get(1).is_null());
        let constant = DATE_RANGES.evaluate(&[end.clone(), end], 2).unwrap();
        assert!(constant.is_constant());
    }

    #[test]
    fn bounds_and_intervals_are_checked_with_the_plan() {
        let date = Argument { data_type: &DataType::Date, literal: None };
        let output = |function: &FunctionRef, every: &str| {
            let literal = Literal::typed(Scalar::from(every));
            let every = Argument { data_type: &DataType::String, literal: Some(&literal) };
            function.signature(&[date, date, every]).ok().map(|signature| signature.output)
        };
        assert_eq!(output(&DATE_RANGES, "1mo"), Some(DataType::List(Box::new(DataType::Date))));
        assert_eq!(output(&DATETIME_RANGES, "12h"), Some(DataType::List(Box::new(MICROSECONDS))));
        for every in ["1h", "0d", "-1d", "x"] {
            assert_eq!(output(&DATE_RANGES, every), None, "{every}");
        }
        assert_eq!(output(&TIME_RANGES, "1h"), None);
    }

    #[test]
    fn lists_of_numbers() {
        let numbers = Column::from_values([Some(3i64), None].into_iter());
        let rows = IntRanges.evaluate(&[numbers.into()], 2).unwrap().into_column(2);
        assert_eq!((rows.get(0).to_string(), rows.get(1)), ("[0, 1, 2]".into(), Scalar::Null));
        let float = |value: f64| Value::Constant(Constant::from_scalar(&value.into()));
        let count = Value::Constant(Constant::from_scalar(&Scalar::Int64(3)));
        let list = LinearSpaces.evaluate(&[float(0.0), float(1.0), count], 2).unwrap().into_column(1);
        assert_eq!(list.get(0).to_string(), "[0.0, 0.5, 1.0]");
    }
}
