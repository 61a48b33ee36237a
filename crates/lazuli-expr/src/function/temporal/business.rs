//! Business days: `dt.is_business_day`, `dt.add_business_days`, `business_day_count`.

use lazuli_array::{DataType, Scalar};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Roll};

use super::TemporalNamespace;
use super::arguments::{
    Options, checked, expected, input_type, inputs_as, is_date_or_datetime, map_all, text,
};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExpr};

/// Whether each day is a business day. Further arguments: the week as seven digits, Monday first, 1 for a day that counts
/// (`'1111100'` if there is none); then holidays.
#[derive(Debug)]
pub struct IsBusinessDay;

/// Whether each day is a business day.
pub const IS_BUSINESS_DAY: FunctionRef = FunctionRef::Builtin(&IsBusinessDay);

impl ScalarFunction for IsBusinessDay {
    fn name(&self) -> &str {
        "dt.is_business_day"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a date or datetime, and maybe a week such as '1111100' and holidays";
        let Some(value) = arguments.first() else { return expected(EXPECTED) };
        let input = input_type(value, is_date_or_datetime, DataType::Date, EXPECTED)?;
        Options::of_arguments(arguments).business_days(1)?;
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output: DataType::Boolean })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let days = checked("dt.is_business_day", Options::of_values(inputs).business_days(1))?;
        map_rows(&inputs[0], |column| temporal::is_business_day(column, &days))
    }
}

/// Each day so many business days further, at the same time of day. Further arguments: where to begin if it is no business
/// day (`'raise'`: it is an error, `'forward'`, `'backward'`), then those of [`IsBusinessDay`].
#[derive(Debug)]
pub struct AddBusinessDays;

/// Business days further.
pub const ADD_BUSINESS_DAYS: FunctionRef = FunctionRef::Builtin(&AddBusinessDays);

impl ScalarFunction for AddBusinessDays {
    fn name(&self) -> &str {
        "dt.add_business_days"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a date or datetime and a whole number; maybe 'raise', 'forward' or 'backward', a week \
                                such as '1111100', and holidays";
        let [value, count, ..] = arguments else { return expected(EXPECTED) };
        let input = input_type(value, is_date_or_datetime, DataType::Date, EXPECTED)?;
        let is_null = count.literal.is_some_and(|literal| literal.value.is_null());
        if !is_null {
            input_type(count, DataType::is_integer, DataType::Int64, EXPECTED)?;
        }
        let options = Options::of_arguments(arguments);
        options.roll(2)?;
        options.business_days(3)?;
        Ok(Signature { inputs: inputs_as(arguments, &[input.clone(), DataType::Int64]), output: input })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let options = Options::of_values(inputs);
        let roll = checked("dt.add_business_days", options.roll(2))?;
        let days = checked("dt.add_business_days", options.business_days(3))?;
        map_all(&inputs[..2], num_rows, |columns| {
            temporal::add_business_days(&columns[0], &columns[1], &days, roll)
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

/// The number of business days from the first date on and before the second, Int64; negative where the second is first.
/// Further arguments as [`IsBusinessDay`].
#[derive(Debug)]
pub struct BusinessDayCount;

/// Business days between two dates.
pub const BUSINESS_DAY_COUNT: FunctionRef = FunctionRef::Builtin(&BusinessDayCount);

impl ScalarFunction for BusinessDayCount {
    fn name(&self) -> &str {
        "business_day_count"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "two dates, and maybe a week such as '1111100' and holidays";
        let [start, end, ..] = arguments else { return expected(EXPECTED) };
        for date in [start, end] {
            input_type(date, |own| *own == DataType::Date, DataType::Date, EXPECTED)?;
        }
        Options::of_arguments(arguments).business_days(2)?;
        Ok(Signature {
            inputs: inputs_as(arguments, &[DataType::Date, DataType::Date]),
            output: DataType::Int64,
        })
    }

    fn evaluate(&self, inputs: &[Value], num_rows: usize) -> Result<Value, KernelError> {
        let days = checked("business_day_count", Options::of_values(inputs).business_days(2))?;
        map_all(&inputs[..2], num_rows, |columns| {
            temporal::business_day_count(&columns[0], &columns[1], &days)
        })
    }
}

/// The days of the week that count, and the holidays that don't: Monday to Friday by default.
///
/// ```
/// use lazuli_expr::{BusinessWeek, col};
///
/// let week = BusinessWeek { holidays: vec![19_723], ..BusinessWeek::default() };
/// let due = col("sent").dt().add_business_days(10, &week);
/// assert_eq!(due.to_string(), "dt.add_business_days(sent, 10, 'raise', '1111100', '2024-01-01')");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessWeek {
    /// Which days count, Monday first.
    pub days: [bool; 7],
    /// Days since 1970-01-01 that do not.
    pub holidays: Vec<i32>,
    /// Where to begin on a day that is no business day.
    pub roll: Roll,
}

impl Default for BusinessWeek {
    fn default() -> Self {
        let days = [true, true, true, true, true, false, false];
        Self { days, holidays: Vec::new(), roll: Roll::Raise }
    }
}

impl BusinessWeek {
    fn exprs(&self) -> impl Iterator<Item = Expr> {
        let week: String = self.days.iter().map(|&counts| if counts { '1' } else { '0' }).collect();
        let holidays = self.holidays.iter().map(|&day| text(Scalar::Date(day).to_string()));
        std::iter::once(text(week)).chain(holidays)
    }
}

impl TemporalNamespace {
    /// Whether each day is a business day.
    pub fn is_business_day(self, week: &BusinessWeek) -> Expr {
        self.0.call_with(IS_BUSINESS_DAY, week.exprs())
    }

    /// Each day so many business days further, at the same time of day.
    pub fn add_business_days(self, count: impl Into<Expr>, week: &BusinessWeek) -> Expr {
        let roll = match week.roll {
            Roll::Raise => "raise",
            Roll::Forward => "forward",
            Roll::Backward => "backward",
        };
        self.0.call_with(ADD_BUSINESS_DAYS, [count.into(), text(roll)].into_iter().chain(week.exprs()))
    }
}

/// The number of business days from `start` on and before `end`.
pub fn business_day_count(start: impl IntoExpr, end: impl IntoExpr, week: &BusinessWeek) -> Expr {
    start.into_expr().call_with(BUSINESS_DAY_COUNT, std::iter::once(end.into_expr()).chain(week.exprs()))
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, PrimitiveArray};
    use lazuli_kernels::Constant;

    use super::*;

    fn constant(value: impl Into<Scalar>) -> Value {
        Value::Constant(Constant::from_scalar(&value.into()))
    }

    fn dates() -> Column {
        // Friday, Saturday
        Column::new(DataType::Date, [Some(1), Some(2), None].into_iter().collect::<PrimitiveArray<i32>>())
    }

    #[test]
    fn days_that_count() {
        let rows = IsBusinessDay.evaluate(&[dates().into()], 3).unwrap().into_column(3);
        assert_eq!(rows, Column::from_values([Some(true), Some(false), None].into_iter()));
        let inputs = [dates().into(), constant("0000011"), constant("1970-01-03")];
        let rows = IsBusinessDay.evaluate(&inputs, 3).unwrap().into_column(3);
        assert_eq!(rows, Column::from_values([Some(false), Some(false), None].into_iter()));
        let moved =
            AddBusinessDays.evaluate(&[dates().into(), constant(1i64), constant("forward")], 3).unwrap();
        let moved = moved.into_column(3);
        assert_eq!(
            (moved.get(0), moved.get(1), moved.get(2)),
            (Scalar::Date(4), Scalar::Date(5), Scalar::Null)
        );
        assert_eq!(
            AddBusinessDays.evaluate(&[dates().into(), constant(1i64)], 3).unwrap_err().row(),
            Some(1)
        );
        let end = Value::Constant(Constant::from_scalar(&Scalar::Date(8)));
        let counts = BusinessDayCount.evaluate(&[dates().into(), end], 3).unwrap().into_column(3);
        assert_eq!(counts, Column::from_values([Some(5i64), Some(4), None].into_iter()));
    }
}
