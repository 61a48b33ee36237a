//! What can be wrong with an expression: mistakes found when it is typed, failures met when it runs.

use std::fmt;

use lazuli_array::{DataType, Name};
use lazuli_kernels::KernelError;

/// A mistake in an expression, found before any data is touched. `expr` is always the part that is wrong, as text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TypeError {
    /// No column has this name.
    ColumnNotFound {
        /// The name asked for.
        name: Name,
        /// The valid name that is most like it.
        nearest: Option<Name>,
        /// The names there are.
        available: Vec<Name>,
    },
    /// An operator that has no meaning for these two types.
    OperandMismatch {
        /// The expression.
        expr: String,
        /// The operator.
        operator: String,
        /// Type of the left side.
        left: DataType,
        /// Type of the right side.
        right: DataType,
    },
    /// A function, aggregate or operator that has no meaning for these types.
    UnsupportedInput {
        /// The expression.
        expr: String,
        /// The function's name.
        function: String,
        /// What it takes, in words.
        expected: String,
        /// The types it got.
        found: Vec<DataType>,
    },
    /// A condition that is not boolean.
    NotBoolean {
        /// The condition.
        expr: String,
        /// Its type.
        found: DataType,
    },
    /// An aggregate where only row by row values can stand.
    MisplacedAggregate {
        /// The aggregate.
        expr: String,
        /// Where it stands, in words.
        place: &'static str,
    },
    /// An aggregate inside an aggregate.
    NestedAggregate {
        /// The outer aggregate.
        expr: String,
    },
    /// A window where no rows of a frame are at hand.
    MisplacedWindow {
        /// The window.
        expr: String,
        /// Where it stands, in words.
        place: &'static str,
    },
    /// A window inside a window or an aggregate.
    NestedWindow {
        /// The inner window.
        expr: String,
    },
    /// Row by row values where an aggregate is needed.
    NotAnAggregate {
        /// The expression.
        expr: String,
    },
    /// Values that can't become this type.
    NoCast {
        /// The expression.
        expr: String,
        /// Its type.
        from: DataType,
        /// The type asked for.
        to: DataType,
    },
    /// Values that have no common type.
    NoSupertype {
        /// Where they meet.
        expr: String,
        /// One type.
        left: DataType,
        /// The other.
        right: DataType,
    },
    /// A constant that can't be read as the type it is compared with.
    InvalidLiteral {
        /// The expression.
        expr: String,
        /// The constant.
        value: String,
        /// The type it would have to be.
        data_type: DataType,
    },
    /// An argument out of its range.
    InvalidArgument {
        /// The expression.
        expr: String,
        /// What is wrong.
        reason: String,
    },
    /// Two columns of the result share a name.
    DuplicateName {
        /// The name.
        name: Name,
        /// The expression that makes it a second time.
        expr: String,
    },
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnNotFound { name, nearest, available } => {
                write!(f, "column not found: {name}")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean {nearest}? The input has: ")?;
                } else {
                    f.write_str("; the input has: ")?;
                }
                let shown: Vec<&str> = available.iter().take(20).map(Name::as_str).collect();
                let more = available.len() - shown.len();
                f.write_str(&shown.join(", "))?;
                if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
            }
            Self::OperandMismatch { expr, operator, left, right } => {
                write!(f, "type mismatch: `{operator}` has no meaning for {left} and {right}, in: {expr}")
            }
            Self::UnsupportedInput { expr, function, expected, found } => {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "type mismatch: {function} takes {expected}, found {}, in: {expr}",
                    found.join(", ")
                )
            }
            Self::NotBoolean { expr, found } => {
                write!(f, "type mismatch: a condition must be Boolean, found {found}, in: {expr}")
            }
            Self::MisplacedAggregate { expr, place } => {
                write!(f, "an aggregate can't stand in {place}: {expr}")
            }
            Self::NestedAggregate { expr } => write!(f, "an aggregate inside an aggregate: {expr}"),
            Self::MisplacedWindow { expr, place } => {
                write!(f, "a window can't stand in {place}: {expr}; compute it in with_columns before")
            }
            Self::NestedWindow { expr } => write!(
                f,
                "a window inside a window or an aggregate: {expr}; compute the inner one in with_columns before"
            ),
            Self::NotAnAggregate { expr } => write!(
                f,
                "not an aggregate: {expr} gives one value a row, but each group needs one value; use first(), sum(), ..."
            ),
            Self::NoCast { expr, from, to } => write!(f, "no cast from {from} to {to}, in: {expr}"),
            Self::NoSupertype { expr, left, right } => {
                write!(f, "type mismatch: no type holds both {left} and {right}, in: {expr}")
            }
            Self::InvalidLiteral { expr, value, data_type } => {
                write!(f, "type mismatch: {value} is not a {data_type}, in: {expr}")
            }
            Self::InvalidArgument { expr, reason } => write!(f, "invalid argument: {reason}, in: {expr}"),
            Self::DuplicateName { name, expr } => {
                write!(
                    f,
                    "duplicate column name: {name} is made a second time by: {expr}; use alias() to rename one"
                )
            }
        }
    }
}

impl std::error::Error for TypeError {}

/// A failure met while an expression ran over a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluateError {
    /// The part of the expression that failed, as text.
    pub expr: String,
    /// What failed; its row counts from the start of the batch.
    pub source: KernelError,
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, in: {}", self.source, self.expr)
    }
}

impl std::error::Error for EvaluateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
