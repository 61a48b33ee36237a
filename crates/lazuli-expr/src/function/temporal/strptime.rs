//! Texts as dates and times: `str.to_date`, `str.to_datetime`, `str.to_time`, `str.strptime`.

use lazuli_array::{Column, DataType, TimeUnit};
use lazuli_kernels::KernelError;
use lazuli_kernels::cast::{CastMode, cast};
use lazuli_kernels::parse::TimePattern;
use lazuli_kernels::temporal::{self, Ambiguous, NonExistent};

use super::arguments::{Options, checked, expected, input_type, inputs_as, invalid, text, text_or_null};
use crate::evaluate::Value;
use crate::function::constants::map_rows;
use crate::function::text::StringNamespace;
use crate::function::{Argument, FunctionRef, ScalarFunction, Signature, SignatureError};
use crate::{Expr, lit};

/// Texts of a form as dates, datetimes or times; of ISO 8601 form where none is given, nothing is guessed. The directives
/// are those of [`TimePattern`]; `%Y` and `%Y-%m` alone are the first day.
///
/// A text that is not of the form is an error, or null where `strict` is false. Arguments behind the texts:
///
/// | function | arguments |
/// |---|---|
/// | `str.to_date`, `str.to_time` | form, strict |
/// | `str.to_datetime` | form, unit, time zone, strict, what becomes of a time that the zone's clock shows twice |
/// | `str.strptime` | `'date'`, `'datetime'` or `'time'`, form, strict |
///
/// The unit of a datetime is what its form asks for (`%.3f`, `%.9f`), else microseconds. Texts that name an offset (`%z`)
/// become instants: in the zone that is given, else in UTC; others are what the clock of the zone shows.
#[derive(Debug)]
pub struct Strptime {
    name: &'static str,
    kind: Kind,
    expected: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Date,
    Datetime,
    Time,
    /// The first option says which.
    Named,
}

/// Texts as dates.
pub const TO_DATE: FunctionRef = FunctionRef::Builtin(&Strptime {
    name: "str.to_date",
    kind: Kind::Date,
    expected: "a text, and maybe a form such as '%d.%m.%Y' and whether it is strict",
});

/// Texts as datetimes.
pub const TO_DATETIME: FunctionRef = FunctionRef::Builtin(&Strptime {
    name: "str.to_datetime",
    kind: Kind::Datetime,
    expected: "a text, and maybe a form such as '%d.%m.%Y %H:%M', a unit, a time zone, whether it is strict",
});

/// Texts as times of day.
pub const TO_TIME: FunctionRef = FunctionRef::Builtin(&Strptime {
    name: "str.to_time",
    kind: Kind::Time,
    expected: "a text, and maybe a form such as '%H.%M' and whether it is strict",
});

/// Texts as dates, datetimes or times.
pub const STRPTIME: FunctionRef = FunctionRef::Builtin(&Strptime {
    name: "str.strptime",
    kind: Kind::Named,
    expected: "a text, one of 'date', 'datetime' and 'time', and maybe a form and whether it is strict",
});

/// How the texts are read.
struct Reading {
    /// `None`: ISO 8601.
    pattern: Option<TimePattern>,
    /// What the texts are before a zone's clock is looked at.
    read_as: DataType,
    /// The zone whose clock shows them.
    clock_of: Option<String>,
    output: DataType,
    mode: CastMode,
    ambiguous: Ambiguous,
}

impl ScalarFunction for Strptime {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self, arguments: &[Argument<'_>]) -> Result<Signature, SignatureError> {
        let most = match self.kind {
            Kind::Date | Kind::Time => 3,
            Kind::Datetime => 6,
            Kind::Named => 4,
        };
        let fewest = if self.kind == Kind::Named { 2 } else { 1 };
        let Some(value) = arguments.first().filter(|_| (fewest..=most).contains(&arguments.len())) else {
            return expected(self.expected);
        };
        input_type(value, DataType::is_text, DataType::String, self.expected)?;
        let reading = self.reading(&Options::of_arguments(arguments))?;
        Ok(Signature { inputs: inputs_as(arguments, &[DataType::String]), output: reading.output })
    }

    fn evaluate(&self, inputs: &[Value], _: usize) -> Result<Value, KernelError> {
        let reading = checked(self.name, self.reading(&Options::of_values(inputs)))?;
        map_rows(&inputs[0], |column| reading.read(column))
    }

    fn is_fallible(&self) -> bool {
        true
    }
}

impl Strptime {
    fn reading(&self, options: &Options) -> Result<Reading, SignatureError> {
        const KINDS: [(&str, Option<Kind>); 3] =
            [("date", Some(Kind::Date)), ("datetime", Some(Kind::Datetime)), ("time", Some(Kind::Time))];
        let (kind, form) = match self.kind {
            Kind::Named => match options.choice(1, None, &KINDS)? {
                Some(kind) => (kind, options.text(2)?),
                None => return expected(self.expected),
            },
            kind => (kind, options.text(1)?),
        };
        let is_strict = options.flag(
            match self.kind {
                Kind::Named => 3,
                Kind::Datetime => 4,
                _ => 2,
            },
            true,
        )?;
        let pattern = match form.map(TimePattern::try_new_partial).transpose() {
            Ok(pattern) => pattern,
            Err(fault) => return invalid(fault.to_string()),
        };
        let has = |reads: fn(&TimePattern) -> bool, iso: bool| pattern.as_ref().map_or(iso, reads);
        let form = form.unwrap_or_default();
        let (has_date, has_time) = (has(TimePattern::has_date, true), has(TimePattern::has_time, true));
        let mut reading = Reading {
            read_as: DataType::Date,
            clock_of: None,
            output: DataType::Date,
            mode: if is_strict { CastMode::Strict } else { CastMode::Lenient },
            ambiguous: Ambiguous::Raise,
            pattern: None,
        };
        match kind {
            Kind::Date if !has_date => return invalid(format!("'{form}' reads no date")),
            Kind::Datetime if !has_date => return invalid(format!("'{form}' reads no date")),
            Kind::Time if !has_time => return invalid(format!("'{form}' reads no time of day")),
            Kind::Time if pattern.is_some() && has_date => {
                return invalid(format!("'{form}' reads a date, which a time has not"));
            }
            Kind::Time => (reading.read_as, reading.output) = (DataType::Time, DataType::Time),
            Kind::Date | Kind::Named => {}
            Kind::Datetime => {
                let (given, zone, ambiguous) = match self.kind {
                    Kind::Datetime => (options.unit(2)?, options.zone(3)?, options.ambiguous(5)?),
                    _ => (None, None, Ambiguous::Raise),
                };
                let of_form = match pattern.as_ref().and_then(TimePattern::fraction_digits) {
                    Some(3) => TimeUnit::Milliseconds,
                    Some(9) => TimeUnit::Nanoseconds,
                    _ => TimeUnit::Microseconds,
                };
                let unit = given.unwrap_or(of_form);
                let is_instant = has(TimePattern::has_zone, false);
                let shown_in = if is_instant { zone.or(Some("UTC")) } else { zone };
                reading.output = DataType::Datetime(unit, shown_in.map(Into::into));
                if is_instant {
                    reading.read_as = reading.output.clone();
                } else {
                    reading.read_as = DataType::Datetime(unit, None);
                    reading.clock_of = zone.map(Into::into);
                }
                reading.ambiguous = ambiguous;
            }
        }
        if kind != Kind::Datetime && has(TimePattern::has_zone, false) {
            return invalid(format!("'{form}' reads an offset, which only datetimes keep"));
        }
        Ok(Reading { pattern, ..reading })
    }
}

impl Reading {
    fn read(&self, column: &Column) -> Result<Column, KernelError> {
        let read = match &self.pattern {
            Some(pattern) => temporal::parse_column(column, &self.read_as, pattern, self.mode)?,
            None => cast(column, &self.read_as, self.mode)?,
        };
        let Some(zone) = &self.clock_of else { return Ok(read) };
        let non_existent = match self.mode {
            CastMode::Strict => NonExistent::Raise,
            CastMode::Lenient => NonExistent::Null,
        };
        let ambiguous = match (self.ambiguous, self.mode) {
            (Ambiguous::Raise, CastMode::Lenient) => Ambiguous::Null,
            (asked, _) => asked,
        };
        temporal::replace_time_zone(&read, Some(zone), ambiguous, non_existent)
    }
}

/// How texts become datetimes: [`StringNamespace::to_datetime_with`].
#[derive(Debug, Clone, Default)]
pub struct DatetimeForm {
    /// The form; ISO 8601 if there is none.
    pub format: Option<String>,
    /// The unit; what the form asks for if there is none.
    pub unit: Option<TimeUnit>,
    /// The zone.
    pub time_zone: Option<String>,
    /// Whether a text that is not of the form becomes null; otherwise it is an error.
    pub lenient: bool,
    /// What becomes of a time that the zone's clock shows twice.
    pub ambiguous: Ambiguous,
}

impl StringNamespace {
    /// Texts of a form as dates; a text that is not of it is an error. ISO 8601 needs no form.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let day = col("sold").str().to_date(Some("%d.%m.%Y"));
    /// assert_eq!(day.to_string(), "str.to_date(sold, '%d.%m.%Y')");
    /// ```
    pub fn to_date(self, format: Option<&str>) -> Expr {
        self.0.call_with(TO_DATE, format.map(text))
    }

    /// As [`StringNamespace::to_date`]; a text that is not of the form becomes null.
    pub fn try_to_date(self, format: Option<&str>) -> Expr {
        self.0.call_with(TO_DATE, [text_or_null(format), lit(false)])
    }

    /// Texts of a form as datetimes without a zone, or instants in UTC if the form reads an offset; a text that is not of it
    /// is an error. ISO 8601 needs no form.
    pub fn to_datetime(self, format: Option<&str>) -> Expr {
        self.0.call_with(TO_DATETIME, format.map(text))
    }

    /// Texts as datetimes, in a unit and a zone of choice.
    ///
    /// ```
    /// use lazuli_expr::{DatetimeForm, col};
    ///
    /// let form = DatetimeForm { time_zone: Some("UTC".into()), ..DatetimeForm::default() };
    /// let at = col("at").str().to_datetime_with(&form);
    /// assert_eq!(at.to_string(), "str.to_datetime(at, null, null, 'UTC', true, 'raise')");
    /// ```
    pub fn to_datetime_with(self, form: &DatetimeForm) -> Expr {
        let unit = form.unit.map(|unit| unit.to_string());
        let options = [
            text_or_null(form.format.as_deref()),
            text_or_null(unit.as_deref()),
            text_or_null(form.time_zone.as_deref()),
            lit(!form.lenient),
            text(super::zone::ambiguous_word(form.ambiguous)),
        ];
        self.0.call_with(TO_DATETIME, options)
    }

    /// Texts of a form as times of day; a text that is not of it is an error. ISO 8601 needs no form.
    pub fn to_time(self, format: Option<&str>) -> Expr {
        self.0.call_with(TO_TIME, format.map(text))
    }

    /// As [`StringNamespace::to_time`]; a text that is not of the form becomes null.
    pub fn try_to_time(self, format: Option<&str>) -> Expr {
        self.0.call_with(TO_TIME, [text_or_null(format), lit(false)])
    }

    /// Texts of a form as dates, datetimes or times, as `kind` says: `date`, `datetime`, `time`.
    ///
    /// ```
    /// use lazuli_expr::col;
    ///
    /// let at = col("at").str().strptime("time", "%H.%M");
    /// assert_eq!(at.to_string(), "str.strptime(at, 'time', '%H.%M')");
    /// ```
    pub fn strptime(self, kind: &str, format: &str) -> Expr {
        self.0.call_with(STRPTIME, [text(kind), text(format)])
    }
}

#[cfg(test)]
mod tests {
    use lazuli_array::{FromValues, Scalar};
    use lazuli_kernels::Constant;

    use super::*;
    use crate::Literal;

    fn read(
        function: &FunctionRef,
        texts: &[Option<&str>],
        options: &[Scalar],
    ) -> Result<Vec<String>, String> {
        let literals: Vec<Literal> = options.iter().cloned().map(Literal::typed).collect();
        let mut arguments = vec![Argument { data_type: &DataType::String, literal: None }];
        arguments.extend(
            literals.iter().map(|literal| Argument { data_type: &literal.data_type, literal: Some(literal) }),
        );
        let output = match function.signature(&arguments) {
            Ok(signature) => signature.output,
            Err(SignatureError::InvalidArgument(reason) | SignatureError::Expected(reason)) => {
                return Err(reason);
            }
        };
        let mut inputs = vec![Value::from(Column::from_values(texts.iter().copied()))];
        inputs.extend(options.iter().map(|option| Value::Constant(Constant::from_scalar(option))));
        let rows = function
            .evaluate(&inputs, texts.len())
            .map_err(|error| error.to_string())?
            .into_column(texts.len());
        assert_eq!(rows.data_type(), &output);
        Ok((0..rows.len()).map(|row| rows.get(row).to_string()).collect())
    }

    #[test]
    fn forms() {
        let text = |text: &str| Scalar::from(text);
        for (function, value, options, expected) in [
            (TO_DATE, "2024-01-02", vec![], "2024-01-02"),
            (TO_DATE, "2.1.2024", vec![text("%d.%m.%Y")], "2024-01-02"),
            (TO_DATE, "2024-03", vec![text("%Y-%m")], "2024-03-01"),
            (TO_DATE, "2024-03-01 05:00", vec![text("%F %R")], "2024-03-01"),
            (TO_DATE, "x", vec![Scalar::Null, false.into()], "null"),
            (TO_TIME, "03:04", vec![], "03:04:00"),
            (TO_TIME, "3:04 PM", vec![text("%I:%M %p")], "15:04:00"),
            (TO_DATETIME, "2024-01-02T03:04:05.5", vec![], "2024-01-02 03:04:05.500"),
            (TO_DATETIME, "2024-01-02 03:04:05+01:00", vec![text("%F %T%z")], "2024-01-02 02:04:05 UTC"),
            (
                TO_DATETIME,
                "2024-01-02 03:04:05",
                vec![Scalar::Null, text("ms"), text("Europe/Paris")],
                "2024-01-02 02:04:05 UTC",
            ),
            (
                TO_DATETIME,
                "2024-03-31 02:30:00",
                vec![Scalar::Null, Scalar::Null, text("Europe/Paris"), false.into()],
                "null",
            ),
            (STRPTIME, "2024 033", vec![text("date"), text("%Y %j")], "2024-02-02"),
        ] {
            let rows = read(&function, &[Some(value), None], &options);
            assert_eq!(rows, Ok(vec![expected.into(), "null".into()]), "{value} {options:?}");
        }
    }

    #[test]
    fn mistakes() {
        let text = |text: &str| Scalar::from(text);
        for (function, options, part) in [
            (TO_DATE, vec![text("%H:%M")], "reads no date"),
            (TO_DATE, vec![text("%Q")], "%Q is not a known directive"),
            (TO_DATE, vec![text("%F %z")], "before its minutes"),
            (TO_TIME, vec![text("%F")], "reads no time"),
            (TO_TIME, vec![text("%F %T")], "reads a date"),
            (TO_DATETIME, vec![Scalar::Null, Scalar::Null, text("Nowhere/X")], "no time zone is called"),
            (TO_DATETIME, vec![Scalar::Null, text("s")], "'s' is none of"),
            (STRPTIME, vec![text("day"), text("%F")], "'day' is none of"),
        ] {
            let error = read(&function, &[Some("2024-01-02")], &options).unwrap_err();
            assert!(error.contains(part), "{options:?}: {error}");
        }
        let error = read(&TO_DATE, &[None, Some("02/01/2024")], &[]).unwrap_err();
        assert_eq!(error, "cast from String to Date failed at row 1: \"02/01/2024\"");
    }
}
