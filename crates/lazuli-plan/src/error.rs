//! The user's mistakes in a plan, each with the verb and the line that made it.

use std::fmt;

use lazuli_array::{DataType, Name};
use lazuli_expr::TypeError;

use crate::Caller;

/// What is wrong with one verb.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PlanMistake {
    /// An expression is wrong.
    Type(TypeError),
    /// A source can't say what columns it has.
    Source {
        /// The source.
        name: String,
        /// What it says.
        reason: String,
    },
    /// The two sides of a join have different numbers of keys.
    JoinKeyCount {
        /// Keys of the left side.
        left: usize,
        /// Keys of the right side.
        right: usize,
    },
    /// A join key that has no common type on the two sides.
    JoinKeyTypes {
        /// The left key.
        left_key: String,
        /// Its type.
        left: DataType,
        /// The right key.
        right_key: String,
        /// Its type.
        right: DataType,
    },
    /// The key of an as-of join has no distances.
    AsofKeyType {
        /// The key.
        key: String,
        /// Its type.
        data_type: DataType,
    },
    /// Two columns of the result share a name.
    DuplicateName {
        /// The name.
        name: Name,
        /// How it came to be, and what to do.
        reason: String,
    },
    /// Inputs of a concat that do not fit together.
    ConcatMismatch {
        /// Number of the first input that does not fit, from 0.
        input: usize,
        /// What differs.
        reason: String,
    },
    /// An option out of its range, or options that contradict each other.
    InvalidOption {
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Display for PlanMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(error) => write!(f, "{error}"),
            Self::Source { name, reason } => write!(f, "can't read {name}: {reason}"),
            Self::JoinKeyCount { left, right } => {
                write!(
                    f,
                    "a join needs as many left keys as right keys: {left} on the left, {right} on the right"
                )
            }
            Self::JoinKeyTypes { left_key, left, right_key, right } => {
                write!(
                    f,
                    "type mismatch: join keys {left_key} ({left}) and {right_key} ({right}) can't be compared without loss; cast one"
                )
            }
            Self::AsofKeyType { key, data_type } => {
                write!(
                    f,
                    "type mismatch: an as-of join needs a number, a date or a time, but {key} is {data_type}"
                )
            }
            Self::DuplicateName { name, reason } => write!(f, "duplicate column name: {name}: {reason}"),
            Self::ConcatMismatch { input, reason } => {
                write!(f, "input {input} of concat does not fit: {reason}")
            }
            Self::InvalidOption { reason } => write!(f, "invalid option: {reason}"),
        }
    }
}

/// One mistake, with the verb and the line that made it.
#[derive(Debug, Clone)]
pub struct PlanError {
    /// The verb, such as `filter`.
    pub verb: &'static str,
    /// The line that called it.
    pub caller: Caller,
    /// What is wrong.
    pub mistake: PlanMistake,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (in {} at {})", self.mistake, self.verb, self.caller)
    }
}

impl std::error::Error for PlanError {}

/// All mistakes of a plan, in the order of its verbs.
#[derive(Debug, Clone)]
pub struct PlanErrors(pub Vec<PlanError>);

impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return write!(f, "{only}");
        }
        write!(f, "{} mistakes in the query:", self.0.len())?;
        for (index, error) in self.0.iter().enumerate() {
            write!(f, "\n  {}. {error}", index + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for PlanErrors {}
