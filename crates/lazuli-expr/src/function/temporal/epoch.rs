//! Times as numbers since 1970 and back: `dt.epoch`, `dt.timestamp`, `dt.cast_time_unit`, `from_epoch`.

use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::cast::{CastMode, cast};
use lazuli_kernels::temporal::{self, EpochUnit};

use super::TemporalNamespace;
use super::arguments::{
    MICROSECONDS, Options, checked, expected, input_type, inputs_as, invalid, is_date_or_datetime, text,
    unit_text,
};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, IntoExpr};

/// Time since 1970-01-01 in UTC, in the unit of the second argument: `'ns'`, `'us'` (if there is none), `'ms'`, `'s'` as
/// Int64, `'d'` as Int32; towards the past.
#[derive(Debug)]
pub struct Epoch {
    name: &'static str,
    units: &'static [(&'static str, EpochUnit)],
}

const UNITS: [(&str, EpochUnit); 5] = [
    ("ns", EpochUnit::Ticks(TimeUnit::Nanoseconds)),
    ("us", EpochUnit::Ticks(TimeUnit::Microseconds)),
    ("ms", EpochUnit::Ticks(TimeUnit::Milliseconds)),
    ("s", EpochUnit::Seconds),
    ("d", EpochUnit::Days),
];

/// Time since 1970, in any unit.
pub const EPOCH: FunctionRef = FunctionRef::Builtin(&Epoch { name: "dt.epoch", units: &UNITS });

/// Ticks since 1970.
pub const TIMESTAMP: FunctionRef =
    FunctionRef::Builtin(&Epoch { name: "dt.timestamp", units: UNITS.split_at(3).0 });

impl ScalarFunction for Epoch {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a date or datetime, and maybe a unit such as 'ms'";
        let (1 | 2, Some(value)) = (arguments.len(), arguments.first()) else { return expected(EXPECTED) };
        let input = input_type(value, is_date_or_datetime, MICROSECONDS, EXPECTED)?;
        let output = match self.unit(&Options::of_arguments(arguments))? {
            EpochUnit::Days => DataType::Int32,
            EpochUnit::Seconds | EpochUnit::Ticks(_) => DataType::Int64,
        };
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let unit = checked(self.name, self.unit(&Options::of_values(inputs)))?;
        map_rows(&inputs[0], |column| match unit {
            EpochUnit::Days => temporal::epoch_days(column),
            EpochUnit::Seconds => temporal::epoch_seconds(column),
            EpochUnit::Ticks(unit) => temporal::timestamp(column, unit),
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl Epoch {
    fn unit(&self, options: &Options) -> Result<EpochUnit, SignatureError> {
        options.choice(1, EpochUnit::Ticks(TimeUnit::Microseconds), self.units)
    }
}

/// Datetimes and durations in another unit: an overflow is an error, finer digits are dropped as a cast does.
#[derive(Debug)]
pub struct CastTimeUnit;

/// Another unit.
pub const CAST_TIME_UNIT: FunctionRef = FunctionRef::Builtin(&CastTimeUnit);

impl ScalarFunction for CastTimeUnit {
    fn name(&self) -> &str {
        "dt.cast_time_unit"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a datetime or duration, and the unit 'ms', 'us' or 'ns'";
        let [value, _] = arguments else { return expected(EXPECTED) };
        let takes = |own: &DataType| matches!(own, DataType::Datetime(..) | DataType::Duration(_));
        let input = input_type(value, takes, MICROSECONDS, EXPECTED)?;
        let Some(unit) = Options::of_arguments(arguments).unit(1)? else { return expected(EXPECTED) };
        let output = in_unit(&input, unit);
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let unit = checked("dt.cast_time_unit", Options::of_values(inputs).unit(1))?;
        let to = in_unit(inputs[0].data_type(), unit.unwrap_or(TimeUnit::Microseconds));
        map_rows(&inputs[0], |column| cast(column, &to, CastMode::Strict))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn in_unit(data_type: &DataType, unit: TimeUnit) -> DataType {
    match data_type {
        DataType::Duration(_) => DataType::Duration(unit),
        DataType::Datetime(_, zone) => DataType::Datetime(unit, zone.clone()),
        other => other.clone(),
    }
}

/// Numbers since 1970-01-01 as dates (unit `'d'`) or datetimes (`'s'`, if there is none, `'ms'` and `'us'` in
/// microseconds, `'ns'` in nanoseconds).
#[derive(Debug)]
pub struct FromEpoch;

/// Numbers since 1970 as dates or datetimes.
pub const FROM_EPOCH: FunctionRef = FunctionRef::Builtin(&FromEpoch);

impl ScalarFunction for FromEpoch {
    fn name(&self) -> &str {
        "from_epoch"
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        const EXPECTED: &str = "a whole number, and maybe a unit such as 'ms'";
        let (1 | 2, Some(value)) = (arguments.len(), arguments.first()) else { return expected(EXPECTED) };
        if !(value.data_type.is_integer() || *value.data_type == DataType::Null) {
            return invalid("from_epoch takes whole numbers; multiply and cast what has a fraction".into());
        }
        let output = match from_unit(&Options::of_arguments(arguments))? {
            EpochUnit::Days => DataType::Date,
            EpochUnit::Ticks(TimeUnit::Nanoseconds) => DataType::Datetime(TimeUnit::Nanoseconds, None),
            EpochUnit::Seconds | EpochUnit::Ticks(_) => MICROSECONDS,
        };
        Ok(Signature { inputs: inputs_as(arguments, &[DataType::Int64]), output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let unit = checked("from_epoch", from_unit(&Options::of_values(inputs)))?;
        map_rows(&inputs[0], |column| {
            let times = temporal::from_epoch(column, unit)?;
            match unit {
                EpochUnit::Ticks(TimeUnit::Milliseconds) => cast(&times, &MICROSECONDS, CastMode::Strict),
                _ => Ok(times),
            }
        })
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn from_unit(options: &Options) -> Result<EpochUnit, SignatureError> {
    options.choice(1, EpochUnit::Seconds, &UNITS)
}

/// Whole numbers since 1970-01-01 as dates (unit `d`) or datetimes (`s`, `ms`, `us`, `ns`).
///
/// ```
/// use lazuli_expr::{col, from_epoch};
///
/// assert_eq!(from_epoch(col("created"), "ms").to_string(), "from_epoch(created, 'ms')");
/// ```
pub fn from_epoch(column: impl IntoExpr, unit: &str) -> Expr {
    column.into_expr().call_with(FROM_EPOCH, [text(unit)])
}

impl TemporalNamespace {
    /// Time since 1970-01-01 in UTC, in `ns`, `us`, `ms`, `s` or `d`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("at").dt().epoch("s").to_string(), "dt.epoch(at, 's')");
    /// ```
    pub fn epoch(self, unit: &str) -> Expr {
        self.0.call_with(EPOCH, [text(unit)])
    }

    /// Ticks since 1970-01-01 in UTC.
    pub fn timestamp(self, unit: TimeUnit) -> Expr {
        self.0.call_with(TIMESTAMP, [unit_text(unit)])
    }

    /// A datetime or duration in another unit; finer digits are dropped, towards the past and towards zero.
    pub fn cast_time_unit(self, unit: TimeUnit) -> Expr {
        self.0.call_with(CAST_TIME_UNIT, [unit_text(unit)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, FromValues, PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;

    fn call(function: &FunctionRef, column: &Column, unit: &str) -> Result<Scalar, KernelError> {
        let unit = Value::Constant(Constant::from_scalar(&Scalar::from(unit)));
        let rows = column.len();
        Ok(function.evaluate(&[column.clone().into(), unit], rows)?.into_column(rows).get(0))
    }

    #[test]
    fn there_and_back() {
        let array = PrimitiveArray::from_vec(vec![-1_500i64]);
        let column = Column::new(DataType::Datetime(TimeUnit::Milliseconds, None), array);
        for (unit, expected) in [
            ("ns", Scalar::Int64(-1_500_000_000)),
            ("us", Scalar::Int64(-1_500_000)),
            ("ms", Scalar::Int64(-1_500)),
            ("s", Scalar::Int64(-2)),
            ("d", Scalar::Int32(-1)),
        ] {
            assert_eq!(call(&EPOCH, &column, unit), Ok(expected));
        }
        assert!(call(&TIMESTAMP, &column, "s").is_err());
        let cast = call(&CAST_TIME_UNIT, &column, "us");
        assert_eq!(cast, Ok(Scalar::Datetime(-1_500_000, TimeUnit::Microseconds, None)));
        let numbers = Column::from_values([90_000i64].into_iter());
        for (unit, expected) in [
            ("d", "2216-05-31"),
            ("s", "1970-01-02 01:00:00"),
            ("ms", "1970-01-01 00:01:30"),
            ("us", "1970-01-01 00:00:00.090"),
            ("ns", "1970-01-01 00:00:00.000090"),
        ] {
            assert_eq!(call(&FROM_EPOCH, &numbers, unit).map(|value| value.to_string()), Ok(expected.into()));
        }
        let large = Column::from_values([i64::MAX].into_iter());
        assert!(call(&FROM_EPOCH, &large, "s").is_err() && call(&FROM_EPOCH, &large, "d").is_err());
    }
}
