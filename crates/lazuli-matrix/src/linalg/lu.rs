//! Systems of equations, inverses and determinants, by LU with exchange of rows.

use crate::{Matrix, MatrixError, Result};

impl Matrix {
    /// The solution `X` of `A X = B`, a column for each column of `B`.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`], [`MatrixError::Shapes`] unless `B` has as many rows, [`MatrixError::NotFinite`],
    /// [`MatrixError::Singular`] if elimination meets nothing but zeros. A matrix that is nearly singular has an answer, and
    /// not a good one: [`Matrix::cond`] tells how good.
    pub fn solve(&self, b: impl Into<Matrix>) -> Result<Self> {
        let b = b.into();
        self.check_square("solve")?;
        if self.num_rows() != b.num_rows() {
            let rule = "the right side must have as many rows";
            let (left, right) = (self.shape(), b.shape());
            return Err(MatrixError::Shapes { operation: "solve", left, right, rule });
        }
        self.check_finite("solve")?;
        b.check_finite("solve")?;
        if self.is_empty() || b.is_empty() {
            return Ok(b);
        }
        let solution = self.to_nalgebra().lu().solve(&b.to_nalgebra());
        solution.map(Self::from_nalgebra).ok_or_else(|| self.singular("solve"))
    }

    /// The inverse: the matrix whose product with this one is the identity. To solve equations, [`Matrix::solve`] is faster
    /// and closer.
    ///
    /// # Errors
    /// As [`Matrix::solve`].
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// assert_eq!(Matrix::from([[2.0, 0.0], [0.0, 4.0]]).inv()?.to_rows(), [[0.5, 0.0], [0.0, 0.25]]);
    /// assert!(Matrix::from([[1.0, 2.0], [2.0, 4.0]]).inv().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inv(&self) -> Result<Self> {
        self.check_square("inv")?;
        self.check_finite("inv")?;
        if self.is_empty() {
            return Ok(self.clone());
        }
        let identity = Matrix::identity(self.num_rows()).to_nalgebra();
        let inverse = self.to_nalgebra().lu().solve(&identity);
        inverse.map(Self::from_nalgebra).ok_or_else(|| self.singular("inv"))
    }

    /// The determinant; 1 of a matrix without rows.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`], [`MatrixError::NotFinite`].
    pub fn det(&self) -> Result<f64> {
        self.check_square("det")?;
        self.check_finite("det")?;
        if self.is_empty() {
            return Ok(1.0);
        }
        Ok(self.to_nalgebra().lu().determinant())
    }

    fn singular(&self, operation: &'static str) -> MatrixError {
        MatrixError::Singular { operation, shape: self.shape() }
    }
}
