//! Orthogonal times triangular.

use crate::{Matrix, Result, Shape};

/// `A = Q R`: with `k` the lesser of the numbers of rows and columns, `Q` has `k` columns of length 1 at right angles, and
/// `R` has `k` rows and zeros under its diagonal.
#[derive(Debug, Clone, PartialEq)]
pub struct Qr {
    /// Columns at right angles.
    pub q: Matrix,
    /// Zeros under the diagonal, and no negative number on it.
    pub r: Matrix,
}

impl Matrix {
    /// The decomposition into a matrix of columns at right angles and a triangular one, by reflections. Of the answers that
    /// there are, the one whose triangular matrix has no negative number on its diagonal.
    ///
    /// # Errors
    /// [`crate::MatrixError::NotFinite`].
    pub fn qr(&self) -> Result<Qr> {
        self.check_finite("qr")?;
        let Shape { rows, columns } = self.shape();
        let inner = rows.min(columns);
        if self.is_empty() {
            return Ok(Qr { q: Matrix::zeros(rows, inner), r: Matrix::zeros(inner, columns) });
        }
        let qr = self.to_nalgebra().qr();
        let (mut q, mut r) = (qr.q(), qr.r());
        for place in 0..inner {
            if r[(place, place)] < 0.0 {
                q.column_mut(place).neg_mut();
                r.row_mut(place).neg_mut();
            }
        }
        Ok(Qr { q: Self::from_nalgebra(q), r: Self::from_nalgebra(r) })
    }
}
