//! What can be wrong with matrices, as fields; the sentences are made in one place.

use std::fmt;

use lazuli_array::{DataType, Name};

use crate::Shape;

/// A mistake in what is asked of matrices, or numbers for which there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum MatrixError {
    /// Two matrices whose shapes do not go together.
    Shapes {
        /// What was asked for, such as `matmul`.
        operation: &'static str,
        /// The shape of the first.
        left: Shape,
        /// The shape of the second.
        right: Shape,
        /// What has to hold.
        rule: &'static str,
    },
    /// A matrix that must have as many rows as columns.
    NotSquare {
        /// What was asked for.
        operation: &'static str,
        /// What the matrix is.
        shape: Shape,
    },
    /// So many values do not fill this shape.
    Values {
        /// The shape that was asked for; -1 is the axis that was to be found out.
        wanted: (i64, i64),
        /// How many values there are.
        found: usize,
    },
    /// A row of another length than the first.
    Ragged {
        /// The row, from 0.
        row: usize,
        /// The length of the first row.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// A place that the matrix does not have.
    OutOfBounds {
        /// `row` or `column`.
        axis: &'static str,
        /// The place that was asked for; negative ones count from the end.
        place: i64,
        /// How many there are.
        length: usize,
    },
    /// A matrix that has no inverse.
    Singular {
        /// What was asked for.
        operation: &'static str,
        /// What the matrix is.
        shape: Shape,
    },
    /// A value that is not finite, where decompositions need finite ones.
    NotFinite {
        /// What was asked for.
        operation: &'static str,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A matrix that is not symmetric.
    NotSymmetric {
        /// What was asked for.
        operation: &'static str,
        /// Row of a value that differs from its mirror image.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A decomposition that did not come to an end.
    NoConvergence {
        /// What was asked for.
        operation: &'static str,
        /// What the matrix is.
        shape: Shape,
    },
    /// A column that holds no numbers of the type that is needed.
    ColumnType {
        /// Its name.
        column: Name,
        /// Its type.
        found: DataType,
        /// What is needed.
        expected: String,
    },
    /// A null, where there may be none.
    Null {
        /// The name of the column.
        column: Name,
        /// Its row.
        row: usize,
    },
    /// An integer that no Float64 equals.
    Inexact {
        /// The name of the column.
        column: Name,
        /// Its row.
        row: usize,
        /// The integer.
        value: i128,
    },
    /// Another number of names than of columns.
    Names {
        /// How many columns there are.
        expected: usize,
        /// How many names were given.
        found: usize,
    },
    /// A column that is in several pieces, where a view needs one.
    Pieces {
        /// Its name.
        column: Name,
        /// How many there are.
        pieces: usize,
    },
    /// Columns that make no frame.
    Frame(lazuli_array::ArrayError),
    /// A file that is no `.npy` file, or one of a kind that is not read.
    Npy {
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be read or written.
    Io(std::io::Error),
}

impl fmt::Display for MatrixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shapes { operation, left, right, rule } => {
                write!(f, "shapes do not go together in {operation}: {left} and {right}; {rule}")
            }
            Self::NotSquare { operation, shape } => {
                write!(f, "{operation} needs as many rows as columns, found shape {shape}")
            }
            Self::Values { wanted: (rows, columns), found } => {
                write!(f, "{found} values do not fill shape ({rows}, {columns})")
            }
            Self::Ragged { row, expected, found } => {
                write!(f, "row {row} has {found} values, the first row {expected}")
            }
            Self::OutOfBounds { axis, place, length } => {
                write!(f, "{axis} {place} is out of bounds: there are {length}")
            }
            Self::Singular { operation, shape } => {
                write!(f, "{operation} of a singular matrix of shape {shape}")
            }
            Self::NotFinite { operation, row, column } => {
                write!(f, "{operation} needs finite numbers: row {row}, column {column} is NaN or infinite")
            }
            Self::NotSymmetric { operation, row, column } => {
                write!(
                    f,
                    "{operation} needs a symmetric matrix: row {row}, column {column} differs from its mirror image"
                )
            }
            Self::NoConvergence { operation, shape } => {
                write!(f, "{operation} of a matrix of shape {shape} did not converge")
            }
            Self::ColumnType { column, found, expected } => {
                write!(f, "column {column} is {found}, expected {expected}; cast it, or leave it out")
            }
            Self::Null { column, row } => {
                write!(
                    f,
                    "null in column {column}, row {row}; fill or drop nulls, or say what stands for them"
                )
            }
            Self::Inexact { column, row, value } => {
                write!(f, "{value} in column {column}, row {row} has no equal Float64; cast the column")
            }
            Self::Names { expected, found } => write!(f, "{found} names for {expected} columns"),
            Self::Pieces { column, pieces } => {
                write!(
                    f,
                    "column {column} is in {pieces} pieces of memory, a view needs one; rechunk the frame"
                )
            }
            Self::Frame(error) => error.fmt(f),
            Self::Npy { reason } => write!(f, "not a .npy file that can be read: {reason}"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MatrixError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Frame(error) => Some(error),
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<lazuli_array::ArrayError> for MatrixError {
    fn from(error: lazuli_array::ArrayError) -> Self {
        Self::Frame(error)
    }
}

impl From<std::io::Error> for MatrixError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
