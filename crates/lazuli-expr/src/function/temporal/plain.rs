//! Functions of one column without options: its date, its time of day, the ends of its month, the offsets of its zone.

use lazuli_array::{Column, DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, UtcOffset};

use super::TemporalNamespace;
use super::arguments::{input_type, is_date_or_datetime, is_datetime};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};

/// A function of one column.
#[derive(Debug)]
pub struct Plain {
    name: &'static str,
    takes: fn(&DataType) -> bool,
    /// What it takes, in words.
    expected: &'static str,
    output: fn(DataType) -> DataType,
    kernel: fn(&Column) -> Result<Column, KernelError>,
}

impl ScalarFunction for Plain {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [argument] = arguments else { return Err(SignatureError::Expected(self.expected.into())) };
        let null = DataType::Datetime(TimeUnit::Microseconds, Some("UTC".into()));
        let input = input_type(argument, self.takes, null, self.expected)?;
        Ok(Signature { inputs: vec![input.clone()], output: (self.output)(input) })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        map_rows(&inputs[0], self.kernel)
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

const DATE_OR_DATETIME: &str = "a date or datetime";

/// The date.
pub const DATE_OF: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.date",
    takes: is_date_or_datetime,
    expected: DATE_OR_DATETIME,
    output: |_| DataType::Date,
    kernel: temporal::date_of,
});

/// The time of day.
pub const TIME_OF: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.time",
    takes: |data_type| is_datetime(data_type) || *data_type == DataType::Time,
    expected: "a datetime or time",
    output: |_| DataType::Time,
    kernel: temporal::time_of,
});

/// The first day of the month.
pub const MONTH_START: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.month_start",
    takes: is_date_or_datetime,
    expected: DATE_OR_DATETIME,
    output: |own| own,
    kernel: temporal::month_start,
});

/// The last day of the month.
pub const MONTH_END: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.month_end",
    takes: is_date_or_datetime,
    expected: DATE_OR_DATETIME,
    output: |own| own,
    kernel: temporal::month_end,
});

fn is_zoned(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Datetime(_, Some(_)))
}

const ZONED: &str = "a datetime with a time zone";

/// The offset from UTC without summer time.
pub const BASE_UTC_OFFSET: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.base_utc_offset",
    takes: is_zoned,
    expected: ZONED,
    output: |_| DataType::Duration(TimeUnit::Milliseconds),
    kernel: |column| temporal::utc_offset(column, UtcOffset::Base),
});

/// What summer time adds.
pub const DST_OFFSET: FunctionRef = FunctionRef::Builtin(&Plain {
    name: "dt.dst_offset",
    takes: is_zoned,
    expected: ZONED,
    output: |_| DataType::Duration(TimeUnit::Milliseconds),
    kernel: |column| temporal::utc_offset(column, UtcOffset::Summer),
});

impl TemporalNamespace {
    /// The date of a datetime, in the column's zone.
    pub fn date(self) -> Expr {
        self.0.call(DATE_OF)
    }

    /// The time of day of a datetime, in the column's zone.
    pub fn time(self) -> Expr {
        self.0.call(TIME_OF)
    }

    /// The first day of the month, at the same time of day.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("sold").dt().month_start().to_string(), "dt.month_start(sold)");
    /// ```
    pub fn month_start(self) -> Expr {
        self.0.call(MONTH_START)
    }

    /// The last day of the month, at the same time of day.
    pub fn month_end(self) -> Expr {
        self.0.call(MONTH_END)
    }

    /// How far the column's zone is from UTC without summer time, as a duration in milliseconds.
    pub fn base_utc_offset(self) -> Expr {
        self.0.call(BASE_UTC_OFFSET)
    }

    /// What summer time adds to the offset of the column's zone, as a duration in milliseconds.
    pub fn dst_offset(self) -> Expr {
        self.0.call(DST_OFFSET)
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{PrimitiveArray, Scalar};

    use super::*;

    #[test]
    fn dates_and_ends_of_months() {
        let zone = DataType::Datetime(TimeUnit::Milliseconds, Some("Europe/Paris".into()));
        let array: PrimitiveArray<i64> = [Some(1_719_878_399_000), None].into_iter().collect(); // 2024-07-01 23:59:59 UTC
        let column = Column::new(zone, array);
        for (function, expected) in [
            (DATE_OF, "2024-07-02"),
            (TIME_OF, "01:59:59"),
            (MONTH_START, "2024-06-30 23:59:59 UTC"),
            (MONTH_END, "2024-07-30 23:59:59 UTC"),
            (BASE_UTC_OFFSET, "1h"),
            (DST_OFFSET, "1h"),
        ] {
            let argument = Argument { data_type: column.data_type(), literal: None };
            let output = function.signature(&[argument]).unwrap().output;
            let rows = function.evaluate(&[column.clone().into()], 2).unwrap().into_column(2);
            assert_eq!(rows.data_type(), &output);
            assert_eq!((rows.get(0).to_string(), rows.get(1)), (expected.into(), Scalar::Null));
            let text = Argument { data_type: &DataType::String, literal: None };
            assert!(function.signature(&[text]).is_err());
            let null = Argument { data_type: &DataType::Null, literal: None };
            assert!(function.signature(&[null]).is_ok());
        }
        let naive = Argument { data_type: &DataType::Datetime(TimeUnit::Milliseconds, None), literal: None };
        assert!(BASE_UTC_OFFSET.signature(&[naive]).is_err());
    }
}
