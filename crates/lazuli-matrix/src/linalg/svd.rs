//! Singular values, and what they are for: rank, pseudo-inverse, least squares.

use nalgebra::{DMatrix, SVD};

use super::{has_negative_lead, jacobi};
use crate::{Matrix, MatrixError, Result, Shape};

/// `A = U S V`: with `k` the lesser of the numbers of rows and columns, `U` has `k` columns and `V` has `k` rows, of length 1
/// at right angles; `S` has the singular values on its diagonal.
#[derive(Debug, Clone, PartialEq)]
pub struct Svd {
    /// Columns at right angles.
    pub u: Matrix,
    /// What remains of the lengths, the greatest first; none is negative.
    pub singular_values: Vec<f64>,
    /// Rows at right angles; the number of the greatest magnitude of each, the first of several, is positive.
    pub vt: Matrix,
}

/// The answer of [`Matrix::lstsq`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    /// The solution, a column for each column of the right side; the shortest of several.
    pub solution: Matrix,
    /// For each column of the right side the sum of squares of what is left of it.
    pub residuals: Vec<f64>,
    /// How many singular values count.
    pub rank: usize,
    /// All of them, the greatest first.
    pub singular_values: Vec<f64>,
}

impl Matrix {
    /// The decomposition into two matrices of directions at right angles, and lengths between them.
    ///
    /// # Errors
    /// [`MatrixError::NotFinite`], [`MatrixError::NoConvergence`].
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let svd = Matrix::from([[0.0, 2.0], [-3.0, 0.0]]).svd()?;
    /// assert_eq!(svd.singular_values, [3.0, 2.0]);
    /// assert!(svd.u.matmul(Matrix::from_diagonal(&svd.singular_values))?.matmul(&svd.vt)?.is_close([[0.0, 2.0], [-3.0, 0.0]], 1e-15));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn svd(&self) -> Result<Svd> {
        self.svd_for("svd")
    }

    fn svd_for(&self, operation: &'static str) -> Result<Svd> {
        self.check_finite(operation)?;
        let Shape { rows, columns } = self.shape();
        let inner = rows.min(columns);
        if self.is_empty() {
            let (u, vt) = (Matrix::zeros(rows, inner), Matrix::zeros(inner, columns));
            return Ok(Svd { u, singular_values: Vec::new(), vt });
        }
        let matrix = self.to_nalgebra();
        let Some((mut u, singular_values, mut vt)) =
            self.by_two_diagonals(&matrix).or_else(|| jacobi::svd(&matrix))
        else {
            return Err(self.no_convergence(operation));
        };
        for place in 0..inner {
            if has_negative_lead(vt.row(place).iter().copied()) {
                u.column_mut(place).neg_mut();
                vt.row_mut(place).neg_mut();
            }
        }
        Ok(Svd { u: Self::from_nalgebra(u), singular_values, vt: Self::from_nalgebra(vt) })
    }

    /// nalgebra's answer, if it is one: of some matrices whose columns depend on each other it is not (its issue 1172).
    fn by_two_diagonals(&self, matrix: &DMatrix<f64>) -> Option<(DMatrix<f64>, Vec<f64>, DMatrix<f64>)> {
        let svd = SVD::try_new(matrix.clone(), true, true, f64::EPSILON, self.max_steps())?;
        let (u, vt, values) = (svd.u?, svd.v_t?, svd.singular_values);
        let rounding = 64.0 * self.num_rows().max(self.num_columns()) as f64 * f64::EPSILON;
        let is_identity = |product: DMatrix<f64>| {
            (product - DMatrix::identity(values.len(), values.len())).amax() <= rounding
        };
        let again = &u * DMatrix::from_diagonal(&values) * &vt;
        // Not `>`: what is no number is not near.
        let is_near = (again - matrix).amax() <= rounding * values.max();
        let holds = is_near && is_identity(u.tr_mul(&u)) && is_identity(&vt * vt.transpose());
        holds.then(|| (u, values.as_slice().to_vec(), vt))
    }

    /// The number of directions that rows and columns span: how many singular values are above `tolerance`, or, without one,
    /// above what rounding makes of zeros: the greatest, times the larger number of rows and columns, times 2^-52.
    ///
    /// # Errors
    /// As [`Matrix::svd`].
    pub fn rank(&self, tolerance: Option<f64>) -> Result<usize> {
        let values = self.svd_for("rank")?.singular_values;
        let tolerance = tolerance.unwrap_or_else(|| self.rounding(&values));
        Ok(count_above(&values, tolerance))
    }

    /// The greatest singular value: how much longer than a vector its product with the matrix can be.
    ///
    /// # Errors
    /// As [`Matrix::svd`].
    pub fn norm_2(&self) -> Result<f64> {
        Ok(self.svd_for("norm_2")?.singular_values.first().copied().unwrap_or(0.0))
    }

    /// The greatest singular value over the least: how much larger relative errors of a solution may be than those of the
    /// right side. Infinite for a singular matrix.
    ///
    /// # Errors
    /// As [`Matrix::svd`].
    pub fn cond(&self) -> Result<f64> {
        let values = self.svd_for("cond")?.singular_values;
        Ok(match (values.first(), values.last()) {
            (Some(_), Some(0.0)) => f64::INFINITY,
            (Some(greatest), Some(least)) => greatest / least,
            _ => 0.0,
        })
    }

    /// The pseudo-inverse: the inverse, if there is one, else what comes nearest. Singular values that rounding makes of
    /// zeros count as such, see [`Matrix::rank`].
    ///
    /// # Errors
    /// As [`Matrix::svd`].
    pub fn pinv(&self) -> Result<Self> {
        let svd = self.svd_for("pinv")?;
        svd.solve(&Matrix::identity(self.num_rows()), self.rounding(&svd.singular_values))
    }

    /// The `X` for which the squares of `A X - B` have the least sum, the shortest of several; for each column of `B` a column.
    ///
    /// # Errors
    /// As [`Matrix::svd`], and [`MatrixError::Shapes`] unless `B` has as many rows.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// // The line through (0, 1), (1, 3), (2, 5): 1 + 2 x.
    /// let a = Matrix::from([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// let line = a.lstsq(Matrix::from_column([1.0, 3.0, 5.0]))?;
    /// assert!(line.solution.is_close([[1.0], [2.0]], 1e-14));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lstsq(&self, b: impl Into<Matrix>) -> Result<LeastSquares> {
        let b = b.into();
        if self.num_rows() != b.num_rows() {
            let rule = "the right side must have as many rows";
            let (left, right) = (self.shape(), b.shape());
            return Err(MatrixError::Shapes { operation: "lstsq", left, right, rule });
        }
        b.check_finite("lstsq")?;
        let svd = self.svd_for("lstsq")?;
        let tolerance = self.rounding(&svd.singular_values);
        let solution = svd.solve(&b, tolerance)?;
        let left = b.sub(self.matmul(&solution)?)?.transposed();
        let residuals =
            left.to_rows().iter().map(|row| row.iter().map(|value| value * value).sum()).collect();
        let rank = count_above(&svd.singular_values, tolerance);
        Ok(LeastSquares { solution, residuals, rank, singular_values: svd.singular_values })
    }

    /// What rounding makes of singular values that are zeros, at most.
    fn rounding(&self, values: &[f64]) -> f64 {
        let size = self.num_rows().max(self.num_columns()) as f64;
        values.first().copied().unwrap_or(0.0) * size * f64::EPSILON
    }
}

fn count_above(values: &[f64], tolerance: f64) -> usize {
    values.iter().filter(|value| **value > tolerance).count()
}

impl Svd {
    /// The pseudo-inverse times `b`, singular values up to `tolerance` taken for zeros.
    fn solve(&self, b: &Matrix, tolerance: f64) -> Result<Matrix> {
        let inverse = |value: &f64| if *value > tolerance { 1.0 / value } else { 0.0 };
        let scales = Matrix::from_column(self.singular_values.iter().map(inverse).collect::<Vec<_>>());
        let turned = self.u.transposed().matmul(b)?.mul(scales)?;
        self.vt.transposed().matmul(turned)
    }
}
