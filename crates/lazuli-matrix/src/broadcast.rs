//! Matrices of different shapes, value by value, by NumPy's rule: along each axis lengths are equal, or one of them is 1
//! and its one row or column stands for all.

use crate::{Matrix, MatrixError, Order, Result, Shape};

impl Shape {
    /// The shape that both take on, if there is one.
    ///
    /// ```
    /// use lazuli_matrix::Shape;
    ///
    /// assert_eq!(Shape::new(3, 4).broadcast(Shape::new(3, 1)), Some(Shape::new(3, 4)));
    /// assert_eq!(Shape::new(3, 4).broadcast(Shape::new(1, 3)), None);
    /// ```
    pub fn broadcast(self, other: Self) -> Option<Self> {
        let length = |left: usize, right: usize| match (left, right) {
            (left, right) if left == right => Some(left),
            (1, length) | (length, 1) => Some(length),
            _ => None,
        };
        Some(Self::new(length(self.rows, other.rows)?, length(self.columns, other.columns)?))
    }
}

impl Matrix {
    /// The matrix in a larger shape without a copy: its one row, or column, stands for all.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless each axis has the wanted length or 1.
    pub fn broadcast_to(&self, rows: usize, columns: usize) -> Result<Self> {
        let (from, to) = (self.shape(), Shape::new(rows, columns));
        if from.broadcast(to) != Some(to) {
            let rule = "each axis must have the wanted length or 1";
            return Err(MatrixError::Shapes { operation: "broadcast_to", left: from, right: to, rule });
        }
        let (to_row, to_column) = self.strides();
        let strides = (
            if from.rows == to.rows { to_row } else { 0 },
            if from.columns == to.columns { to_column } else { 0 },
        );
        Ok(Self::from_parts(self.buffer().clone(), self.offset(), to, strides))
    }

    /// What a function makes of each value and that of another matrix, after both have taken on one shape.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] if there is no such shape; it names both.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let larger = Matrix::from([[1.0, 9.0], [5.0, 6.0]]).zip_with([4.0, 8.0], f64::max)?;
    /// assert_eq!(larger.to_rows(), [[4.0, 9.0], [5.0, 8.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn zip_with(&self, other: impl Into<Matrix>, function: impl FnMut(f64, f64) -> f64) -> Result<Self> {
        self.zipped("zip_with", &other.into(), function)
    }

    fn zipped(
        &self,
        operation: &'static str,
        other: &Matrix,
        mut function: impl FnMut(f64, f64) -> f64,
    ) -> Result<Self> {
        let (left, right) = (self.shape(), other.shape());
        let Some(shape) = left.broadcast(right) else {
            let rule = "along each axis lengths must be equal, or one of them 1";
            return Err(MatrixError::Shapes { operation, left, right, rule });
        };
        let left = self.broadcast_to(shape.rows, shape.columns)?;
        let right = other.broadcast_to(shape.rows, shape.columns)?;
        let values = left.iter().zip(right.iter()).map(|(left, right)| function(left, right)).collect();
        Ok(Self::from_order(values, shape, Order::RowMajor))
    }
}

/// Methods that work value by value, after both matrices have taken on one shape.
macro_rules! value_by_value {
    ($($(#[$doc:meta])* $name:ident: $function:expr;)*) => {
        impl Matrix {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`MatrixError::Shapes`] if shapes do not go together; it names both.
            pub fn $name(&self, other: impl Into<Matrix>) -> Result<Self> {
                self.zipped(stringify!($name), &other.into(), $function)
            }
        )*}
    };
}

value_by_value! {
    /// The sum of each value and that of another matrix, row, column or number.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let matrix = Matrix::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(matrix.add([10.0, 20.0, 30.0])?.to_rows(), [[11.0, 22.0, 33.0], [14.0, 25.0, 36.0]]);
    /// assert_eq!(matrix.add(Matrix::from_column([10.0, 20.0]))?.to_rows(), [[11.0, 12.0, 13.0], [24.0, 25.0, 26.0]]);
    /// let error = matrix.add([1.0, 2.0]).expect_err("three columns and two");
    /// assert!(error.to_string().contains("(2, 3) and (1, 2)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    add: |left, right| left + right;
    /// The difference of each value and that of another matrix, row, column or number.
    sub: |left, right| left - right;
    /// The product of each value and that of another matrix, row, column or number; not the product of matrices.
    mul: |left, right| left * right;
    /// The quotient of each value and that of another matrix, row, column or number.
    div: |left, right| left / right;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule, by repeating rows and columns.
    fn naive(left: &Matrix, right: &Matrix) -> Option<Vec<Vec<f64>>> {
        let (rows, columns) =
            (left.num_rows().max(right.num_rows()), left.num_columns().max(right.num_columns()));
        let fits = |length: usize, most: usize| length == most || length == 1;
        let none = left.is_empty() || right.is_empty();
        let all = [(left, rows, columns), (right, rows, columns)];
        if none
            || !all
                .iter()
                .all(|(m, rows, columns)| fits(m.num_rows(), *rows) && fits(m.num_columns(), *columns))
        {
            return None;
        }
        let value = |matrix: &Matrix, row: usize, column: usize| {
            matrix.to_rows()[row % matrix.num_rows()][column % matrix.num_columns()]
        };
        let row =
            |row| (0..columns).map(|column| value(left, row, column) - value(right, row, column)).collect();
        Some((0..rows).map(row).collect())
    }

    proptest! {
        #[test]
        fn broadcasting_repeats(shape in (1usize..4, 1usize..4), other in (1usize..4, 1usize..4), turn: bool) {
            let left = Matrix::from_function(shape.0, shape.1, |row, column| (row * 10 + column) as f64);
            let right = Matrix::from_function(other.0, other.1, |row, column| (row * 7 + column * 3) as f64);
            let (left, right) = if turn { (left.transposed(), right.transposed()) } else { (left, right) };
            prop_assert_eq!(left.sub(&right).ok().map(|matrix| matrix.to_rows()), naive(&left, &right));
        }
    }

    #[test]
    fn no_rows_go_with_one() {
        let none = Matrix::zeros(0, 3);
        assert_eq!(none.add([1.0, 2.0, 3.0]).expect("one row for none").shape(), Shape::new(0, 3));
        assert_eq!(none.mul(2.0).expect("a number").shape(), Shape::new(0, 3));
        assert!(none.add(Matrix::zeros(2, 3)).is_err());
        let error = Matrix::from([1.0, 2.0]).broadcast_to(2, 3).expect_err("two columns");
        assert!(error.to_string().contains("(1, 2) and (2, 3)"));
    }
}
