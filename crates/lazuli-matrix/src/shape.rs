//! Numbers of rows and columns.

use std::fmt;

/// How many rows and columns a matrix has, written `(rows, columns)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
}

impl Shape {
    /// The shape of so many rows and columns.
    pub fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns }
    }

    /// Number of values, if there can be so many.
    pub fn num_values(self) -> Option<usize> {
        self.rows.checked_mul(self.columns)
    }

    /// Rows for columns.
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows }
    }

    /// Whether there are as many rows as columns.
    pub fn is_square(self) -> bool {
        self.rows == self.columns
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.rows, self.columns)
    }
}
