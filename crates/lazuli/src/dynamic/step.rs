//! Distances along an index: calendar intervals for dates and datetimes, whole numbers for integers.

use lazuli_array::DataType;
use lazuli_expr::{Closed, Expr, Interval, date_ranges, datetime_ranges, int_ranges, lit};
use lazuli_plan::PlanMistake;

use crate::verb::invalid;

/// A distance.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// `5i`.
    Integer(i64),
    /// `1h30m`, `1mo`.
    Calendar(String),
}

impl Step {
    /// Reads a distance along an index of this type.
    pub fn read(text: &str, index: &DataType) -> std::result::Result<Self, PlanMistake> {
        let number = text.strip_suffix('i').map(str::parse::<i64>);
        match (index.is_integer(), number) {
            (true, Some(Ok(number))) => Ok(Self::Integer(number)),
            (true, _) => Err(invalid(format!("{text:?} is no distance of integers; write it as \"5i\""))),
            (false, Some(Ok(_))) => {
                Err(invalid(format!("{text:?} is a distance of integers, but the index is {index}")))
            }
            (false, _) => match text.parse::<Interval>() {
                Ok(_) => Ok(Self::Calendar(text.into())),
                Err(fault) => Err(invalid(fault.to_string())),
            },
        }
    }

    /// As [`Step::read`], for a distance that has to be longer than nothing.
    pub fn read_positive(text: &str, index: &DataType) -> std::result::Result<Self, PlanMistake> {
        let step = Self::read(text, index)?;
        let is_positive = match &step {
            Self::Integer(number) => *number > 0,
            Self::Calendar(text) => {
                text.parse::<Interval>().is_ok_and(|interval| !interval.is_zero() && !interval.is_negative())
            }
        };
        if is_positive { Ok(step) } else { Err(invalid(format!("{text:?} has to be longer than nothing"))) }
    }

    /// The same distance the other way.
    pub fn back(&self) -> Self {
        match self {
            Self::Integer(number) => Self::Integer(-number),
            Self::Calendar(text) => Self::Calendar(match text.strip_prefix('-') {
                Some(text) => text.into(),
                None => format!("-{text}"),
            }),
        }
    }

    /// The value moved by this distance.
    pub fn after(&self, value: Expr) -> Expr {
        match self {
            Self::Integer(number) => value + *number,
            Self::Calendar(text) => value.dt().offset_by(text.as_str()),
        }
    }

    /// The last multiple of this distance that is not after the value.
    pub fn floor(&self, value: Expr) -> Expr {
        match self {
            Self::Integer(number) => value.floor_div(*number) * *number,
            Self::Calendar(text) => value.dt().truncate(text),
        }
    }

    /// For each row the list of values from one to the other, both included, this far apart.
    pub fn ranges(&self, start: Expr, end: Expr, index: &DataType) -> Expr {
        match (self, index) {
            (Self::Integer(number), _) => {
                let to = |value: Expr| value.cast(DataType::Int64);
                int_ranges(to(start), to(end) + 1i64, lit(*number))
            }
            (Self::Calendar(text), DataType::Date) => date_ranges(start, end, text, Closed::Both),
            (Self::Calendar(text), _) => datetime_ranges(start, end, text, Closed::Both),
        }
    }
}
