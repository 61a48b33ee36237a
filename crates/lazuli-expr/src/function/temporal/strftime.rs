//! `dt.strftime` and `dt.to_string`.

use lazuli_array::{DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::temporal::{self, DurationForm, TimeFormat};

use super::TemporalNamespace;
use super::arguments::{MICROSECONDS, Options, checked, expected, input_type, inputs_as, invalid, text};
use crate::Expr;
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};

/// Dates and times as text of a form, with the directives of [`TimeFormat`]; in the column's zone.
///
/// Without a form, or with `'iso'`, as ISO 8601 with a space between date and time and the digits of the unit
/// (`'iso:strict'` has a `T`). Durations are `'iso'` (`P1DT2H`) or `'polars'` (`1d 2h`).
#[derive(Debug)]
pub struct ToText {
    name: &'static str,
    /// Whether the form may be left out.
    has_default: bool,
}

/// Texts of a form.
pub const STRFTIME: FunctionRef = FunctionRef::Builtin(&ToText { name: "dt.strftime", has_default: false });

/// Texts of a form, or ISO 8601.
pub const TO_STRING: FunctionRef = FunctionRef::Builtin(&ToText { name: "dt.to_string", has_default: true });

const EXPECTED: &str = "a date, datetime, time or duration, and a form such as '%Y-%m-%d'";

/// How the rows are written.
enum Form {
    Time(TimeFormat),
    Duration(DurationForm),
}

impl ScalarFunction for ToText {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let fits = arguments.len() == 2 || (self.has_default && arguments.len() == 1);
        let (true, Some(value)) = (fits, arguments.first()) else { return expected(EXPECTED) };
        let input = input_type(value, DataType::is_temporal, MICROSECONDS, EXPECTED)?;
        self.form(&Options::of_arguments(arguments), &input)?;
        Ok(Signature { inputs: inputs_as(arguments, &[input]), output: DataType::String })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let form = checked(self.name, self.form(&Options::of_values(inputs), inputs[0].data_type()))?;
        map_rows(&inputs[0], |column| match &form {
            Form::Time(format) => temporal::format(column, format),
            Form::Duration(form) => temporal::format_duration(column, *form),
        })
    }
}

impl ToText {
    fn form(&self, options: &Options, data_type: &DataType) -> Result<Form, SignatureError> {
        let text = match options.text(1)? {
            Some(text) => text,
            None if self.has_default => "iso",
            None => return expected(EXPECTED),
        };
        if let DataType::Duration(_) = data_type {
            return match text {
                "iso" | "iso:strict" => Ok(Form::Duration(DurationForm::Iso)),
                "polars" => Ok(Form::Duration(DurationForm::Units)),
                other => invalid(format!("durations are written as 'iso' or 'polars', not as '{other}'")),
            };
        }
        let text = match text {
            "iso" => iso(data_type, ' '),
            "iso:strict" => iso(data_type, 'T'),
            text => text.to_string(),
        };
        let format = match TimeFormat::try_new(&text) {
            Ok(format) => format,
            Err(fault) => return invalid(fault.to_string()),
        };
        let (has_date, has_time, has_zone) = match data_type {
            DataType::Date => (true, false, false),
            DataType::Time => (false, true, false),
            DataType::Datetime(_, zone) => (true, true, zone.is_some()),
            _ => (false, false, false),
        };
        for (needs, has, what) in [
            (format.needs_date(), has_date, "date"),
            (format.needs_time(), has_time, "time of day"),
            (format.needs_zone(), has_zone, "time zone"),
        ] {
            if needs && !has {
                return invalid(format!("'{text}' writes a {what}, and {data_type} has none"));
            }
        }
        Ok(Form::Time(format))
    }
}

/// The ISO 8601 form of a type.
fn iso(data_type: &DataType, separator: char) -> String {
    match data_type {
        DataType::Date => "%Y-%m-%d".into(),
        DataType::Datetime(unit, zone) => {
            let digits = match unit {
                TimeUnit::Milliseconds => 3,
                TimeUnit::Microseconds => 6,
                TimeUnit::Nanoseconds => 9,
            };
            let zone = if zone.is_some() { "%:z" } else { "" };
            format!("%Y-%m-%d{separator}%H:%M:%S%.{digits}f{zone}")
        }
        _ => "%H:%M:%S%.f".into(),
    }
}

impl TemporalNamespace {
    /// Each date or time as text of a form, such as `%d.%m.%Y`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// assert_eq!(col("sold").dt().strftime("%Y-%m").to_string(), "dt.strftime(sold, '%Y-%m')");
    /// ```
    pub fn strftime(self, format: &str) -> Expr {
        self.0.call_with(STRFTIME, [text(format)])
    }

    /// As [`TemporalNamespace::strftime`]; with `iso` in ISO 8601 form, with `polars` durations as `1d 2h`.
    #[allow(clippy::inherent_to_string, reason = "the name that users of Polars look for; it takes a form")]
    pub fn to_string(self, format: &str) -> Expr {
        self.0.call_with(TO_STRING, [text(format)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{Column, PrimitiveArray, Scalar};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::Literal;

    fn written(function: &FunctionRef, column: Column, form: Option<&str>) -> Result<Scalar, SignatureError> {
        let literal = form.map(|form| Literal::typed(Scalar::from(form)));
        let mut arguments = vec![Argument { data_type: column.data_type(), literal: None }];
        arguments.extend(
            literal.as_ref().map(|literal| Argument { data_type: &DataType::String, literal: Some(literal) }),
        );
        function.signature(&arguments)?;
        let mut inputs = vec![Value::from(column.clone())];
        inputs.extend(form.map(|form| Value::Constant(Constant::from_scalar(&Scalar::from(form)))));
        let rows = column.len();
        Ok(function.evaluate(&inputs, rows).unwrap().into_column(rows).get(0))
    }

    #[test]
    fn forms_and_types() {
        let one =
            |data_type: DataType, value: i64| Column::new(data_type, PrimitiveArray::from_vec(vec![value]));
        let date = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![1i32]));
        let datetime =
            |zone: Option<&str>| one(DataType::Datetime(TimeUnit::Milliseconds, zone.map(Into::into)), 500);
        let duration = one(DataType::Duration(TimeUnit::Milliseconds), 93_784_500);
        let time = one(DataType::Time, 1_500_000_000);
        for (column, form, expected) in [
            (date.clone(), None, "1970-01-02"),
            (date.clone(), Some("%d/%m/%y"), "02/01/70"),
            (datetime(None), None, "1970-01-01 00:00:00.500"),
            (datetime(None), Some("iso:strict"), "1970-01-01T00:00:00.500"),
            (datetime(Some("Europe/Paris")), None, "1970-01-01 01:00:00.500+01:00"),
            (duration.clone(), None, "P1DT2H3M4.5S"),
            (duration.clone(), Some("polars"), "1d 2h 3m 4s 500ms"),
            (time.clone(), None, "00:00:01.500"),
        ] {
            assert_eq!(written(&TO_STRING, column, form), Ok(Scalar::from(expected)), "{form:?}");
        }
        for (column, form) in [
            (date.clone(), "%H"),
            (time, "%d"),
            (datetime(None), "%Z"),
            (duration, "%H"),
            (date.clone(), "%Q"),
        ] {
            assert!(written(&STRFTIME, column, Some(form)).is_err(), "{form}");
        }
        assert!(written(&STRFTIME, date, None).is_err());
    }
}
