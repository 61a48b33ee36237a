//! `dt.truncate` and `dt.round`.

use lazuli_array::{Column, DataType};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, Interval};

use super::TemporalNamespace;
use super::arguments::{Options, checked, expected, input_type, inputs_as, invalid, text};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};

/// Each date or datetime at a window's start: of the window that it is in, or of the nearest. Windows are as long as the
/// interval of the second argument, as `'1h'`, `'1d'`, `'1w'` or `'1mo'`. Weeks begin on Monday, other windows count from
/// 1970-01-01; all by the clock of the column's zone.
#[derive(Debug)]
pub struct ToWindow {
    name: &'static str,
    kernel: fn(&Column, &Interval) -> Result<Column, KernelError>,
}

/// The start of the window that each row is in.
pub const TRUNCATE: FunctionRef =
    FunctionRef::Builtin(&ToWindow { name: "dt.truncate", kernel: temporal::truncate });

/// The nearest start of a window; in the middle the later one.
pub const ROUND: FunctionRef = FunctionRef::Builtin(&ToWindow { name: "dt.round", kernel: temporal::round });

const EXPECTED: &str = "a date, datetime or duration, and a constant interval such as '1h'";

impl ScalarFunction for ToWindow {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let [value, _] = arguments else { return expected(EXPECTED) };
        let takes =
            |own: &DataType| matches!(own, DataType::Date | DataType::Datetime(..) | DataType::Duration(_));
        let input = input_type(value, takes, DataType::Date, EXPECTED)?;
        let every = every(&Options::of_arguments(arguments))?;
        if let Err(fault) = temporal::grid_of(&every, &input) {
            return invalid(fault.to_string());
        }
        Ok(Signature { inputs: inputs_as(arguments, std::slice::from_ref(&input)), output: input })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let every = checked(self.name, every(&Options::of_values(inputs)))?;
        map_rows(&inputs[0], |column| (self.kernel)(column, &every))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

fn every(options: &Options) -> Result<Interval, SignatureError> {
    // Without an interval there is nothing to say, and the empty text says what one looks like.
    options.interval(1, "")
}

impl TemporalNamespace {
    /// The start of the window that each row is in, such as the hour (`1h`), the week (`1w`), the month (`1mo`).
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("at").dt().truncate("1h30m").to_string(), "dt.truncate(at, '1h30m')");
    /// ```
    pub fn truncate(self, every: &str) -> Expr {
        self.0.call_with(TRUNCATE, [text(every)])
    }

    /// The nearest start of a window; in the middle the later one.
    pub fn round(self, every: &str) -> Expr {
        self.0.call_with(ROUND, [text(every)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::Literal;

    fn signature(data_type: &DataType, every: &str) -> Result<DataType, SignatureError> {
        let literal = Literal::typed(Scalar::from(every));
        let every = Argument { data_type: &DataType::String, literal: Some(&literal) };
        TRUNCATE.signature(&[Argument { data_type, literal: None }, every]).map(|signature| signature.output)
    }

    #[test]
    fn intervals_are_checked_with_the_plan() {
        assert_eq!(signature(&DataType::Date, "1mo"), Ok(DataType::Date));
        for (data_type, every) in [
            (DataType::Date, "25h"),
            (DataType::Date, "0d"),
            (DataType::Date, "1 day"),
            (DataType::Date, ""),
            (DataType::Datetime(lazuli_array::TimeUnit::Milliseconds, None), "1us"),
            (DataType::Datetime(lazuli_array::TimeUnit::Milliseconds, Some("UTC".into())), "1d1h"),
            (DataType::Duration(lazuli_array::TimeUnit::Milliseconds), "1mo"),
            (DataType::Time, "1h"),
        ] {
            assert!(signature(&data_type, every).is_err(), "{data_type} {every}");
        }
    }

    #[test]
    fn rows_and_constants() {
        let dates =
            Column::new(DataType::Date, [Some(45), None].into_iter().collect::<PrimitiveArray<i32>>());
        let month = Value::Constant(Constant::from_scalar(&Scalar::from("1mo")));
        let rows = TRUNCATE.evaluate(&[dates.clone().into(), month.clone()], 2).unwrap().into_column(2);
        assert_eq!((rows.get(0), rows.get(1)), (Scalar::Date(31), Scalar::Null));
        let constant = Value::Constant(Constant::from_column(dates.sliced(0, 1)));
        let constant = ROUND.evaluate(&[constant, month], 2).unwrap();
        assert_eq!(constant, Value::Constant(Constant::from_scalar(&Scalar::Date(59))));
    }
}
