//! What can be wrong with columns, as fields; the sentences are made in one place.

use std::fmt;

use crate::{DataType, Name};

/// A mistake in how columns, batches or frames are put together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ArrayError {
    /// An array whose physical form can't hold the logical type.
    PhysicalMismatch {
        /// The logical type asked for.
        data_type: DataType,
        /// What the array is.
        found: &'static str,
    },
    /// Two things that must have equal length do not.
    LengthMismatch {
        /// What was measured, such as a column's name or `validity`.
        what: String,
        /// The length that was needed.
        expected: usize,
        /// The length that was found.
        found: usize,
    },
    /// Two columns of one frame share a name.
    DuplicateName {
        /// The name that occurs twice.
        name: Name,
    },
    /// No column has this name.
    ColumnNotFound {
        /// The name asked for.
        name: Name,
        /// The names there are.
        available: Vec<Name>,
    },
    /// Batches of one frame differ in schema.
    SchemaMismatch {
        /// The column or the place where they differ.
        what: String,
        /// What was needed.
        expected: String,
        /// What was found.
        found: String,
    },
    /// Offsets that do not ascend, or reach beyond their values.
    InvalidOffsets {
        /// Position of the first bad offset.
        index: usize,
    },
    /// Bytes that are not UTF-8.
    InvalidUtf8 {
        /// Row of the first bad value.
        row: usize,
    },
    /// A dictionary code without an entry.
    CodeOutOfBounds {
        /// Row of the first bad code.
        row: usize,
        /// The code.
        code: u64,
        /// Number of entries.
        entries: usize,
    },
    /// A value of another type than the column it was put into.
    ValueType {
        /// Row of the value.
        row: usize,
        /// The column's type.
        expected: DataType,
        /// The value's type.
        found: DataType,
    },
    /// Something handed over the Arrow C data interface breaks its rules.
    ForeignData {
        /// What is wrong, and where.
        reason: String,
    },
    /// A type that Lazuli doesn't hold.
    Unsupported {
        /// What was met.
        what: String,
    },
}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PhysicalMismatch { data_type, found } => {
                write!(f, "a column of type {data_type} can't be held by a {found} array")
            }
            Self::LengthMismatch { what, expected, found } => {
                write!(f, "length mismatch: {what} has {found} rows, expected {expected}")
            }
            Self::DuplicateName { name } => write!(f, "duplicate column name: {name}"),
            Self::ColumnNotFound { name, available } => {
                write!(f, "column not found: {name}; there are: {}", available.join(", "))
            }
            Self::SchemaMismatch { what, expected, found } => {
                write!(f, "schema mismatch at {what}: expected {expected}, found {found}")
            }
            Self::InvalidOffsets { index } => {
                write!(f, "invalid offsets: offset {index} is below the one before it or beyond the values")
            }
            Self::InvalidUtf8 { row } => write!(f, "invalid UTF-8 in row {row}"),
            Self::CodeOutOfBounds { row, code, entries } => {
                write!(f, "dictionary code {code} in row {row}, but the dictionary has {entries} entries")
            }
            Self::ValueType { row, expected, found } => {
                write!(f, "row {row} holds a value of type {found}, but the column is {expected}")
            }
            Self::ForeignData { reason } => write!(f, "invalid Arrow C data: {reason}"),
            Self::Unsupported { what } => write!(f, "not supported: {what}"),
        }
    }
}

impl std::error::Error for ArrayError {}
