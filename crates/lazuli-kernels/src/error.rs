//! What can go wrong in a kernel, as fields; the sentences are made in one place.
//!
//! Rows count from 0 within the arrays that the kernel was given; whoever knows the place of those arrays in a file or
//! frame adds it.

use std::fmt;

use lazuli_array::{ArrayError, DataType, Scalar};

/// A kernel that could not give an exact answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum KernelError {
    /// A result that its type can't hold. Nothing is wrapped, rounded or saturated unless asked for by name.
    Overflow {
        /// What was computed, such as `+` or `sum`.
        operation: &'static str,
        /// The first row whose result does not fit.
        row: usize,
        /// The left operand in that row; the only operand of a unary operation.
        left: Scalar,
        /// The right operand in that row; [`Scalar::Null`] when there is none.
        right: Scalar,
        /// The type that can't hold the result.
        data_type: DataType,
    },
    /// A decimal divided by zero, which has no exact answer (integers give null, floats infinity or NaN).
    DivisionByZero {
        /// What was computed.
        operation: &'static str,
        /// The first row with a zero divisor.
        row: usize,
        /// The type of the operands.
        data_type: DataType,
    },
    /// An operand outside of what the operation is defined for, such as a negative exponent of an integer.
    InvalidOperand {
        /// What was computed.
        operation: &'static str,
        /// The first row with such an operand.
        row: usize,
        /// The operand.
        value: Scalar,
        /// What the operand has to be.
        expected: &'static str,
    },
    /// A value that the other type can't hold exactly.
    CastFailed {
        /// The row of the value.
        row: usize,
        /// The value as text.
        value: String,
        /// The type of the value.
        from: DataType,
        /// The type it was to become.
        to: DataType,
    },
    /// A row for which a condition, that must be true, is not.
    CheckFailed {
        /// The first such row.
        row: usize,
        /// What was to be true, in words.
        message: String,
    },
    /// Columns that must have as many rows as each other do not.
    LengthMismatch {
        /// What was computed.
        operation: &'static str,
        /// Rows of the first operand.
        left: usize,
        /// Rows of the other.
        right: usize,
    },
    /// Types that an operation is not defined for. Resolving a plan finds this before any row is read.
    Unsupported {
        /// What was to be computed.
        operation: &'static str,
        /// The types of the operands.
        data_types: Vec<DataType>,
    },
    /// More rows than row indices of 32 bits can name.
    TooLong {
        /// What was computed.
        operation: &'static str,
        /// Number of rows.
        rows: usize,
    },
    /// More distinct keys or texts than one table can number.
    TooManyGroups {
        /// The largest number of them.
        limit: usize,
    },
    /// A row index beyond the end of the rows.
    OutOfBounds {
        /// What was computed.
        operation: &'static str,
        /// The index.
        index: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A function that the user brought failed, or gave what it had not promised.
    Custom {
        /// The function's name.
        function: String,
        /// What is wrong, in its own words.
        reason: String,
    },
    /// Arrays that do not fit together.
    Array(ArrayError),
}

impl KernelError {
    /// [`KernelError::Unsupported`] for operands of these types.
    pub fn unsupported<'a>(
        operation: &'static str,
        data_types: impl IntoIterator<Item = &'a DataType>,
    ) -> Self {
        Self::Unsupported { operation, data_types: data_types.into_iter().cloned().collect() }
    }

    /// The row at which the kernel failed, when the error is about one.
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::Overflow { row, .. }
            | Self::DivisionByZero { row, .. }
            | Self::InvalidOperand { row, .. }
            | Self::CastFailed { row, .. }
            | Self::CheckFailed { row, .. } => Some(*row),
            _ => None,
        }
    }

    /// The same error with its row counted from `offset` rows earlier: for a kernel that saw a slice, a morsel or a
    /// chunk of something longer.
    #[must_use]
    pub fn with_row_offset(self, offset: usize) -> Self {
        self.with_row(|row| row + offset)
    }

    /// The same error with `place` of its row in place of the row: for a kernel that saw some rows picked out of others.
    #[must_use]
    pub fn with_row(mut self, place: impl FnOnce(usize) -> usize) -> Self {
        match &mut self {
            Self::Overflow { row, .. }
            | Self::DivisionByZero { row, .. }
            | Self::InvalidOperand { row, .. }
            | Self::CastFailed { row, .. }
            | Self::CheckFailed { row, .. } => *row = place(*row),
            _ => {}
        }
        self
    }
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow { operation, row, left, right, data_type } => {
                write!(f, "overflow in {operation} at row {row}: the result does not fit {data_type}: ")?;
                let left = Value(left);
                match right {
                    Scalar::Null => write!(f, "{operation} of {left}"),
                    right => write!(f, "{left} {operation} {}", Value(right)),
                }
            }
            Self::DivisionByZero { operation, row, data_type } => {
                write!(f, "division by zero in {operation} at row {row} ({data_type})")
            }
            Self::InvalidOperand { operation, row, value, expected } => {
                write!(
                    f,
                    "invalid operand of {operation} at row {row}: {}; expected {expected}",
                    Value(value)
                )
            }
            Self::CastFailed { row, value, from, to } => {
                write!(f, "cast from {from} to {to} failed at row {row}: {value:?}")
            }
            Self::CheckFailed { row, message } => write!(f, "{message} (row {row})"),
            Self::LengthMismatch { operation, left, right } => {
                write!(f, "length mismatch in {operation}: {left} rows against {right}")
            }
            Self::Unsupported { operation, data_types } => {
                write!(f, "{operation} is not defined for ")?;
                for (index, data_type) in data_types.iter().enumerate() {
                    write!(f, "{}{data_type}", if index == 0 { "" } else { " and " })?;
                }
                Ok(())
            }
            Self::TooLong { operation, rows } => {
                write!(f, "too many rows for {operation}: {rows}, at most {}", u32::MAX)
            }
            Self::TooManyGroups { limit } => {
                write!(f, "too many distinct keys: one table numbers at most {limit}")
            }
            Self::OutOfBounds { operation, index, rows } => {
                write!(f, "row index out of bounds in {operation}: {index} of {rows} rows")
            }
            Self::Custom { function, reason } => write!(f, "{function} failed: {reason}"),
            Self::Array(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for KernelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Array(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ArrayError> for KernelError {
    fn from(error: ArrayError) -> Self {
        Self::Array(error)
    }
}

/// A scalar as it stands in a message.
struct Value<'a>(&'a Scalar);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scalar::Null => f.write_str("null"),
            Scalar::Boolean(value) => write!(f, "{value}"),
            Scalar::Int8(value) => write!(f, "{value}"),
            Scalar::Int16(value) => write!(f, "{value}"),
            Scalar::Int32(value) => write!(f, "{value}"),
            Scalar::Int64(value) => write!(f, "{value}"),
            Scalar::UInt8(value) => write!(f, "{value}"),
            Scalar::UInt16(value) => write!(f, "{value}"),
            Scalar::UInt32(value) => write!(f, "{value}"),
            Scalar::UInt64(value) => write!(f, "{value}"),
            Scalar::Float32(value) => write!(f, "{value:?}"),
            Scalar::Float64(value) => write!(f, "{value:?}"),
            Scalar::Decimal { value, scale, .. } => {
                let (sign, digits) = (if *value < 0 { "-" } else { "" }, value.unsigned_abs().to_string());
                let scale = usize::from(*scale);
                let digits = format!("{digits:0>width$}", width = scale + 1);
                let (whole, fraction) = digits.split_at(digits.len() - scale);
                write!(f, "{sign}{whole}{}{fraction}", if scale == 0 { "" } else { "." })
            }
            Scalar::String(text) => write!(f, "{:?}", text.as_str()),
            Scalar::Date(days) => write!(f, "{days} days since 1970-01-01"),
            Scalar::Datetime(ticks, unit, _) => write!(f, "{ticks} {unit} since 1970-01-01"),
            Scalar::Duration(ticks, unit) => write!(f, "{ticks} {unit}"),
            Scalar::Time(nanoseconds) => write!(f, "{nanoseconds} ns since midnight"),
            nested @ (Scalar::Binary(_) | Scalar::List(_) | Scalar::Struct(_)) => write!(f, "{nested:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_where_and_why() {
        let decimal = |value| Scalar::Decimal { value, precision: 4, scale: 2 };
        let cases = [
            (
                KernelError::Overflow {
                    operation: "+",
                    row: 7,
                    left: Scalar::Int64(i64::MAX),
                    right: Scalar::Int64(1),
                    data_type: DataType::Int64,
                },
                "overflow in + at row 7: the result does not fit Int64: 9223372036854775807 + 1",
            ),
            (
                KernelError::Overflow {
                    operation: "abs",
                    row: 0,
                    left: Scalar::Int8(-128),
                    right: Scalar::Null,
                    data_type: DataType::Int8,
                },
                "overflow in abs at row 0: the result does not fit Int8: abs of -128",
            ),
            (
                KernelError::InvalidOperand {
                    operation: "/",
                    row: 3,
                    value: decimal(-5),
                    expected: "anything else",
                },
                "invalid operand of / at row 3: -0.05; expected anything else",
            ),
            (
                KernelError::unsupported("+", [&DataType::String, &DataType::Int64]),
                "+ is not defined for String and Int64",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn row_offsets_add_up() {
        let error = KernelError::DivisionByZero { operation: "/", row: 2, data_type: DataType::Null };
        assert_eq!(error.clone().with_row_offset(10).row(), Some(12));
        assert_eq!(error.with_row(|row| row * 100).row(), Some(200));
        assert_eq!(KernelError::TooLong { operation: "take", rows: 1 }.with_row_offset(10).row(), None);
    }
}
