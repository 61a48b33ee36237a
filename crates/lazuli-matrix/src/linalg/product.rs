//! Products of matrices.

use crate::{Matrix, MatrixError, Result};

impl Matrix {
    /// The product of two matrices: rows of this one by columns of the other. `A @ B`.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless this one has as many columns as the other has rows; it names both shapes.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let a = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul([[5.0, 6.0], [7.0, 8.0]])?.to_rows(), [[19.0, 22.0], [43.0, 50.0]]);
    /// let error = a.matmul([1.0, 2.0]).expect_err("one row");
    /// assert!(error.to_string().contains("(2, 2) and (1, 2)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn matmul(&self, other: impl Into<Matrix>) -> Result<Self> {
        let other = other.into();
        if self.num_columns() != other.num_rows() {
            let rule = "the first must have as many columns as the second has rows";
            let (left, right) = (self.shape(), other.shape());
            return Err(MatrixError::Shapes { operation: "matmul", left, right, rule });
        }
        Ok(Self::from_nalgebra(self.to_nalgebra() * other.to_nalgebra()))
    }

    /// The sum of the products of the values of two rows or columns of one length: `np.dot` of vectors.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless both are one row or one column, of equal lengths.
    pub fn dot(&self, other: impl Into<Matrix>) -> Result<f64> {
        let other = other.into();
        let is_vector = |matrix: &Matrix| matrix.num_rows() == 1 || matrix.num_columns() == 1;
        if !is_vector(self) || !is_vector(&other) || self.len() != other.len() {
            let rule = "each must be one row or one column, of equal lengths; matrices have matmul";
            let (left, right) = (self.shape(), other.shape());
            return Err(MatrixError::Shapes { operation: "dot", left, right, rule });
        }
        Ok(self.iter().zip(other.iter()).map(|(left, right)| left * right).sum())
    }
}
