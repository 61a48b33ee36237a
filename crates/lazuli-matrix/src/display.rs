//! Matrices as text: rows in brackets, numbers aligned; the middle of large ones is left out.

use std::fmt::{self, Debug, Display, Formatter};

use crate::Matrix;

/// Rows and columns of a larger matrix that are shown at each end.
const EDGE: usize = 3;

/// Which of `length` places are shown; `None` stands for those that are not.
fn shown(length: usize) -> Vec<Option<usize>> {
    match length <= 2 * EDGE {
        true => (0..length).map(Some).collect(),
        false => (0..EDGE).map(Some).chain([None]).chain((length - EDGE..length).map(Some)).collect(),
    }
}

impl Display for Matrix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let cell = |row: Option<usize>, column: Option<usize>| match (row, column) {
            (Some(row), Some(column)) => self.at(row, column).to_string(),
            _ => "…".to_string(),
        };
        let (rows, columns) = (shown(self.num_rows()), shown(self.num_columns()));
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| columns.iter().map(|column| cell(*row, *column)).collect()).collect();
        let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns.len()).map(width).collect();
        f.write_str("[")?;
        for (index, row) in cells.iter().enumerate() {
            f.write_str(if index == 0 { "[" } else { "\n [" })?;
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let separator = if index == 0 { "" } else { ", " };
                write!(f, "{separator}{cell:>width$}")?;
            }
            f.write_str("]")?;
        }
        f.write_str("]")
    }
}

impl Debug for Matrix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix {} {self}", self.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_brackets() {
        let matrix = Matrix::from([[1.0, -2.5], [10.0, f64::NAN]]);
        assert_eq!(matrix.to_string(), "[[ 1, -2.5]\n [10,  NaN]]");
        assert_eq!(format!("{:?}", Matrix::zeros(0, 2)), "Matrix (0, 2) []");
        let long = Matrix::from_function(1, 9, |_, column| column as f64);
        assert_eq!(long.to_string(), "[[0, 1, 2, …, 6, 7, 8]]");
    }
}
