//! What the functions of this family are told by constants: units, intervals, zones, forms, choices.

use lazuli_array::{Column, DataType, Name, Scalar, TimeUnit};
use lazuli_kernels::temporal::{Ambiguous, BusinessDays, Interval, NonExistent, Roll, Zone};
use lazuli_kernels::{Closed, Constant, KernelError};

use crate::evaluate::Value;
use crate::function::{Argument, SignatureError};
use crate::{Expr, Literal};

/// The constants of a call, by position: known when it is typed, and again when it is evaluated.
pub(super) struct Options(Vec<Option<Scalar>>);

impl Options {
    /// Those of a call that is typed.
    pub(super) fn of_arguments(arguments: &[Argument<'_>]) -> Self {
        Self(arguments.iter().map(|argument| argument.literal.map(|literal| literal.value.clone())).collect())
    }

    /// Those of a call that is evaluated.
    pub(super) fn of_values(values: &[Value]) -> Self {
        let constant = |value: &Value| match value {
            Value::Constant(constant) => Some(constant.value()),
            Value::Column(_) => None,
        };
        Self(values.iter().map(constant).collect())
    }

    /// The constant at a position; `None` where there is none, or null.
    fn get(&self, position: usize) -> Result<Option<&Scalar>, SignatureError> {
        match self.0.get(position) {
            None | Some(Some(Scalar::Null)) => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => invalid(format!("argument {} must be a constant", position + 1)),
        }
    }

    pub(super) fn text(&self, position: usize) -> Result<Option<&str>, SignatureError> {
        match self.get(position)? {
            None => Ok(None),
            Some(Scalar::String(text)) => Ok(Some(text)),
            Some(_) => invalid(format!("argument {} must be a text", position + 1)),
        }
    }

    pub(super) fn flag(&self, position: usize, default: bool) -> Result<bool, SignatureError> {
        match self.get(position)? {
            None => Ok(default),
            Some(Scalar::Boolean(flag)) => Ok(*flag),
            Some(_) => invalid(format!("argument {} must be true or false", position + 1)),
        }
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(
        &self,
        position: usize,
        default: T,
        choices: &[(&str, T)],
    ) -> Result<T, SignatureError> {
        let Some(text) = self.text(position)? else { return Ok(default) };
        let words = || choices.iter().map(|(word, _)| format!("'{word}'")).collect::<Vec<_>>().join(", ");
        match choices.iter().find(|(word, _)| *word == text) {
            Some((_, choice)) => Ok(*choice),
            None => invalid(format!("'{text}' is none of {}", words())),
        }
    }

    pub(super) fn unit(&self, position: usize) -> Result<Option<TimeUnit>, SignatureError> {
        const UNITS: [(&str, Option<TimeUnit>); 3] = [
            ("ms", Some(TimeUnit::Milliseconds)),
            ("us", Some(TimeUnit::Microseconds)),
            ("ns", Some(TimeUnit::Nanoseconds)),
        ];
        self.choice(position, None, &UNITS)
    }

    pub(super) fn interval(&self, position: usize, default: &str) -> Result<Interval, SignatureError> {
        read_interval(self.text(position)?.unwrap_or(default))
    }

    /// The name of a zone that there is.
    pub(super) fn zone(&self, position: usize) -> Result<Option<&str>, SignatureError> {
        let name = self.text(position)?;
        if let Some(name) = name {
            Zone::named(name).or_else(|fault| invalid(fault.to_string()))?;
        }
        Ok(name)
    }

    pub(super) fn ambiguous(&self, position: usize) -> Result<Ambiguous, SignatureError> {
        let choices = [
            ("raise", Ambiguous::Raise),
            ("earliest", Ambiguous::Earliest),
            ("latest", Ambiguous::Latest),
            ("null", Ambiguous::Null),
        ];
        self.choice(position, Ambiguous::Raise, &choices)
    }

    pub(super) fn non_existent(&self, position: usize) -> Result<NonExistent, SignatureError> {
        let choices = [("raise", NonExistent::Raise), ("null", NonExistent::Null)];
        self.choice(position, NonExistent::Raise, &choices)
    }

    pub(super) fn closed(&self, position: usize) -> Result<Closed, SignatureError> {
        let choices = [
            ("both", Closed::Both),
            ("left", Closed::Left),
            ("right", Closed::Right),
            ("none", Closed::Neither),
        ];
        self.choice(position, Closed::Both, &choices)
    }

    pub(super) fn roll(&self, position: usize) -> Result<Roll, SignatureError> {
        let choices = [("raise", Roll::Raise), ("forward", Roll::Forward), ("backward", Roll::Backward)];
        self.choice(position, Roll::Raise, &choices)
    }

    /// A week as seven digits, Monday first, 1 for a day that counts; then any number of holidays.
    pub(super) fn business_days(&self, position: usize) -> Result<BusinessDays, SignatureError> {
        let week = self.text(position)?.unwrap_or("1111100");
        let digits: Option<[u8; 7]> = week.as_bytes().try_into().ok();
        let Some(digits) = digits.filter(|digits| digits.iter().all(|digit| matches!(digit, b'0' | b'1')))
        else {
            return invalid(format!("'{week}' is no week: seven digits, Monday first, 1 for a business day"));
        };
        let holidays = (position + 1..self.0.len()).map(|position| self.holiday(position));
        let holidays = holidays.collect::<Result<Vec<_>, _>>()?;
        let days =
            BusinessDays::new(digits.map(|digit| digit == b'1'), holidays.into_iter().flatten().collect());
        days.ok_or_else(|| SignatureError::InvalidArgument("a week without business days".into()))
    }

    fn holiday(&self, position: usize) -> Result<Option<i32>, SignatureError> {
        let value = match self.get(position)? {
            None => return Ok(None),
            Some(Scalar::Date(day)) => return Ok(Some(*day)),
            Some(value) => value,
        };
        let date = lazuli_kernels::cast::cast(
            &value.to_column(1),
            &DataType::Date,
            lazuli_kernels::cast::CastMode::Strict,
        );
        match date.map(|date| date.get(0)) {
            Ok(Scalar::Date(day)) => Ok(Some(day)),
            _ => invalid(format!("'{value}' is no date, which holidays are")),
        }
    }
}

pub(super) fn read_interval(text: &str) -> Result<Interval, SignatureError> {
    text.parse::<Interval>().or_else(|fault| invalid(fault.to_string()))
}

/// The types are right, a constant is not.
pub(super) fn invalid<T>(reason: String) -> Result<T, SignatureError> {
    Err(SignatureError::InvalidArgument(reason))
}

/// The types are wrong.
pub(super) fn expected<T>(what: &str) -> Result<T, SignatureError> {
    Err(SignatureError::Expected(what.into()))
}

/// What the signature has checked before.
pub(super) fn checked<T>(
    operation: &'static str,
    result: Result<T, SignatureError>,
) -> Result<T, KernelError> {
    result.map_err(|_| KernelError::Unsupported { operation, data_types: Vec::new() })
}

/// The type that an argument is read as: its own, if `takes` says so; an untyped null is one of `null`.
pub(super) fn input_type(
    argument: &Argument<'_>,
    takes: impl Fn(&DataType) -> bool,
    null: DataType,
    what: &str,
) -> Result<DataType, SignatureError> {
    match argument.data_type {
        DataType::Null => Ok(null),
        own if takes(own) => Ok(own.clone()),
        _ => expected(what),
    }
}

pub(super) const MICROSECONDS: DataType = DataType::Datetime(TimeUnit::Microseconds, None);

pub(super) fn is_date_or_datetime(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date | DataType::Datetime(..))
}

pub(super) fn is_datetime(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Datetime(..))
}

/// The arguments as they come, with the first ones as these types.
pub(super) fn inputs_as(arguments: &[Argument<'_>], first: &[DataType]) -> Vec<DataType> {
    let own = arguments.iter().map(|argument| argument.data_type.clone()).skip(first.len());
    first.iter().take(arguments.len()).cloned().chain(own).collect()
}

/// A function of several columns; of one row that stands for all where all are constants.
pub(super) fn map_all(
    inputs: &[Value],
    num_rows: usize,
    function: impl FnOnce(&[Column]) -> Result<Column, KernelError>,
) -> Result<Value, KernelError> {
    let all_constant = inputs.iter().all(Value::is_constant);
    let rows = if all_constant { 1 } else { num_rows };
    let columns: Vec<Column> = inputs.iter().map(|input| input.clone().into_column(rows)).collect();
    let column = function(&columns)?;
    Ok(if all_constant { Constant::from_column(column).into() } else { column.into() })
}

/// A text that stays one beside dates and times.
pub(super) fn text(text: impl Into<Name>) -> Expr {
    Expr::Literal(Literal::typed(Scalar::String(text.into())))
}

/// A text, or null for none.
pub(super) fn text_or_null(value: Option<&str>) -> Expr {
    value.map_or_else(|| Expr::Literal(Literal::flexible(Scalar::Null)), text)
}

/// A unit as a text.
pub(super) fn unit_text(unit: TimeUnit) -> Expr {
    text(unit.to_string())
}
