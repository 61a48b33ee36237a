//! Rows, columns and values taken out of a matrix.

use std::ops::{Bound, RangeBounds};

use crate::{Matrix, MatrixError, Order, Result, Shape};

impl Matrix {
    /// The value of a row and a column; negative numbers count from the end.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`].
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let matrix = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!((matrix.item(0, 1)?, matrix.item(-1, -1)?), (2.0, 4.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn item(&self, row: i64, column: i64) -> Result<f64> {
        let row = place("row", row, self.num_rows())?;
        Ok(self.at(row, place("column", column, self.num_columns())?))
    }

    /// A row as a matrix of one row, without a copy; negative numbers count from the end.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`].
    pub fn row(&self, row: i64) -> Result<Self> {
        let row = place("row", row, self.num_rows())?;
        self.slice(row..=row, ..)
    }

    /// A column as a matrix of one column, without a copy; negative numbers count from the end.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`].
    pub fn column(&self, column: i64) -> Result<Self> {
        let column = place("column", column, self.num_columns())?;
        self.slice(.., column..=column)
    }

    /// The rows and columns of these ranges, without a copy.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`] for a range that ends beyond the matrix or before its own start.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let matrix = Matrix::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(matrix.slice(0..1, 1..)?.to_rows(), [[2.0, 3.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn slice(&self, rows: impl RangeBounds<usize>, columns: impl RangeBounds<usize>) -> Result<Self> {
        let (first_row, num_rows) = bounds("row", &rows, self.num_rows())?;
        let (first_column, num_columns) = bounds("column", &columns, self.num_columns())?;
        let (to_row, to_column) = self.strides();
        let offset = self.offset() + first_row * to_row + first_column * to_column;
        Ok(Self::from_parts(
            self.buffer().clone(),
            offset,
            Shape::new(num_rows, num_columns),
            (to_row, to_column),
        ))
    }

    /// Every `step`th row from the first on, without a copy; a step of 0 is taken for 1.
    pub fn every_row(&self, step: usize) -> Self {
        let step = step.max(1);
        let shape = Shape::new(self.num_rows().div_ceil(step), self.num_columns());
        let (to_row, to_column) = self.strides();
        // A step beyond the end leaves one row, so how far it is does not matter.
        let strides = (to_row.saturating_mul(step), to_column);
        Self::from_parts(self.buffer().clone(), self.offset(), shape, strides)
    }

    /// Every `step`th column from the first on, without a copy; a step of 0 is taken for 1.
    pub fn every_column(&self, step: usize) -> Self {
        self.transposed().every_row(step).transposed()
    }

    /// The rows of these numbers, in this order; negative numbers count from the end.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`].
    pub fn take_rows(&self, rows: &[i64]) -> Result<Self> {
        let mut values = Vec::with_capacity(rows.len().saturating_mul(self.num_columns()));
        for row in rows {
            let row = place("row", *row, self.num_rows())?;
            values.extend((0..self.num_columns()).map(|column| self.at(row, column)));
        }
        Ok(Self::from_order(values, Shape::new(rows.len(), self.num_columns()), Order::RowMajor))
    }

    /// The columns of these numbers, in this order; negative numbers count from the end.
    ///
    /// # Errors
    /// [`MatrixError::OutOfBounds`].
    pub fn take_columns(&self, columns: &[i64]) -> Result<Self> {
        match self.transposed().take_rows(columns) {
            Ok(taken) => Ok(taken.transposed()),
            Err(MatrixError::OutOfBounds { place, length, .. }) => {
                Err(MatrixError::OutOfBounds { axis: "column", place, length })
            }
            Err(error) => Err(error),
        }
    }

    /// The values on the diagonal from the first on.
    pub fn diagonal(&self) -> Vec<f64> {
        (0..self.num_rows().min(self.num_columns())).map(|place| self.at(place, place)).collect()
    }

    /// The sum of the diagonal.
    pub fn trace(&self) -> f64 {
        self.diagonal().iter().sum()
    }
}

/// A place from 0 on, from one that may count from the end.
fn place(axis: &'static str, place: i64, length: usize) -> Result<usize> {
    let from_start = if place < 0 { place.checked_add_unsigned(length as u64) } else { Some(place) };
    from_start
        .and_then(|place| usize::try_from(place).ok())
        .filter(|place| *place < length)
        .ok_or(MatrixError::OutOfBounds { axis, place, length })
}

/// Start and length of a range.
fn bounds(axis: &'static str, range: &impl RangeBounds<usize>, length: usize) -> Result<(usize, usize)> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => length,
    };
    if start > end || end > length {
        let place = i64::try_from(start.max(end)).unwrap_or(i64::MAX);
        return Err(MatrixError::OutOfBounds { axis, place, length });
    }
    Ok((start, end - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> Matrix {
        Matrix::from_function(3, 4, |row, column| (row * 4 + column) as f64)
    }

    #[test]
    fn parts_are_views() {
        let matrix = matrix();
        let part = matrix.slice(..2, 1..3).expect("in bounds");
        assert_eq!(part.to_rows(), [[1.0, 2.0], [5.0, 6.0]]);
        assert_eq!(part.buffer().as_ptr(), matrix.buffer().as_ptr());
        assert_eq!(part.transposed().row(-1).expect("two rows").to_rows(), [[2.0, 6.0]]);
        assert_eq!(matrix.column(3).expect("four columns").to_rows(), [[3.0], [7.0], [11.0]]);
        assert_eq!(matrix.every_row(2).to_rows(), [matrix.to_rows()[0].clone(), matrix.to_rows()[2].clone()]);
        assert_eq!(matrix.every_column(usize::MAX).to_rows(), [[0.0], [4.0], [8.0]]);
        assert_eq!(matrix.slice(3.., ..).expect("an empty end").shape(), Shape::new(0, 4));
    }

    #[test]
    fn places_count_from_both_ends() {
        let matrix = matrix();
        assert_eq!(
            matrix.take_rows(&[-1, 0]).expect("in bounds").column(0).expect("one").to_rows(),
            [[8.0], [0.0]]
        );
        assert_eq!(matrix.take_columns(&[0, 3]).expect("in bounds").to_rows()[1], [4.0, 7.0]);
        let error = matrix.take_columns(&[4]).expect_err("four columns");
        assert_eq!(error.to_string(), "column 4 is out of bounds: there are 4");
        for place in [3, -4, i64::MIN, i64::MAX] {
            assert!(matrix.row(place).is_err(), "{place}");
        }
        #[allow(clippy::reversed_empty_ranges, reason = "it is what must be refused")]
        let reversed = matrix.slice(2..1, ..);
        assert!(
            reversed.is_err() && matrix.slice(..4, ..).is_err() && matrix.slice(..=usize::MAX, ..).is_err()
        );
    }

    #[test]
    fn diagonals() {
        assert_eq!(matrix().diagonal(), [0.0, 5.0, 10.0]);
        assert_eq!(matrix().trace(), 15.0);
        assert_eq!(Matrix::from_diagonal(&[1.0, 2.0]).to_rows(), [[1.0, 0.0], [0.0, 2.0]]);
    }
}
