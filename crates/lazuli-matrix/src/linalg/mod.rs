//! Linear algebra: products, inverses and decompositions, as methods of [`Matrix`].
//!
//! ```
//! use lazuli_matrix::Matrix;
//!
//! let a = Matrix::from([[2.0, 1.0], [1.0, 3.0]]);
//! let x = a.solve(Matrix::from_column([3.0, 5.0]))?;
//! assert!(a.matmul(&x)?.is_close([[3.0], [5.0]], 1e-12));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The work is nalgebra's (`docs/decisions/linear-algebra.md` says why), but for eigenvectors, which are found here from
//! its Schur form, and for singular values that it gets wrong, which are checked and found another way.
//! One thread computes, so an answer does not depend on how many there are; on another kind of processor its last bits may
//! differ. Where an answer is free to choose signs, it is chosen as the methods say, so that equal matrices have equal
//! answers.
//!
//! A product takes any numbers. Everything else needs finite ones, and says where there is none.

mod eigen; // eigenvalues and eigenvectors
mod jacobi; // singular values where nalgebra's are wrong
mod lu; // solve, inverse, determinant
mod product; // products of matrices
mod qr; // orthogonal and triangular
mod svd; // singular values, and what they are for

use nalgebra::DMatrix;

pub use eigen::{Eigen, SymmetricEigen};
pub use qr::Qr;
pub use svd::{LeastSquares, Svd};

use crate::{Matrix, MatrixError, Order, Result, Shape};

/// How often an iteration may be repeated for each row of a matrix: LAPACK's bound. Two or three times are usual.
const STEPS_OF_ROW: usize = 30;

impl Matrix {
    /// Whether shapes are equal, and all values as close as this, for numbers below 1 as they are, above relatively.
    pub fn is_close(&self, other: impl Into<Matrix>, tolerance: f64) -> bool {
        let other = other.into();
        let close = |left: f64, right: f64| {
            left == right || (left - right).abs() <= tolerance * left.abs().max(right.abs()).max(1.0)
        };
        self.shape() == other.shape() && self.iter().zip(other.iter()).all(|(left, right)| close(left, right))
    }

    fn to_nalgebra(&self) -> DMatrix<f64> {
        DMatrix::from_vec(self.num_rows(), self.num_columns(), self.to_vec(Order::ColumnMajor))
    }

    fn from_nalgebra(matrix: DMatrix<f64>) -> Self {
        let shape = Shape::new(matrix.nrows(), matrix.ncols());
        Self::from_order(matrix.data.into(), shape, Order::ColumnMajor)
    }

    /// As many rows as columns.
    fn check_square(&self, operation: &'static str) -> Result<()> {
        match self.shape().is_square() {
            true => Ok(()),
            false => Err(MatrixError::NotSquare { operation, shape: self.shape() }),
        }
    }

    /// No NaN and nothing infinite: iterations would not end.
    fn check_finite(&self, operation: &'static str) -> Result<()> {
        match self.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(place) => {
                let (row, column) = (place / self.num_columns(), place % self.num_columns());
                Err(MatrixError::NotFinite { operation, row, column })
            }
        }
    }

    fn no_convergence(&self, operation: &'static str) -> MatrixError {
        MatrixError::NoConvergence { operation, shape: self.shape() }
    }

    /// The number of steps after which an iteration gives up.
    fn max_steps(&self) -> usize {
        STEPS_OF_ROW * self.num_rows().max(self.num_columns()).max(10)
    }
}

/// Whether the number of the greatest magnitude, the first of several, is negative.
fn has_negative_lead(column: impl Iterator<Item = f64>) -> bool {
    let lead = column.fold(0.0f64, |lead, value| if value.abs() > lead.abs() { value } else { lead });
    lead < 0.0
}
