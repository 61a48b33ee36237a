//! Sizes of matrices that need no decomposition.

use crate::Matrix;

/// How the size of a matrix is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Norm {
    /// The root of the sum of squares: of a row or a column its length. NumPy's default.
    #[default]
    Frobenius,
    /// The greatest sum of magnitudes of a column.
    One,
    /// The greatest sum of magnitudes of a row.
    Infinity,
    /// The greatest magnitude.
    Max,
}

impl Matrix {
    /// The size of the matrix; 0 of one without values, NaN if there is a NaN. Squares neither overflow nor vanish.
    ///
    /// ```
    /// use lazuli_matrix::{Matrix, Norm};
    ///
    /// let matrix = Matrix::from([[3.0, 0.0], [0.0, -4.0]]);
    /// assert_eq!((matrix.norm(Norm::Frobenius), matrix.norm(Norm::One)), (5.0, 4.0));
    /// assert!((Matrix::from([3e200, 4e200]).norm(Norm::Frobenius) / 5e200 - 1.0).abs() < 1e-15);
    /// ```
    pub fn norm(&self, norm: Norm) -> f64 {
        let largest = |values: &mut dyn Iterator<Item = f64>| {
            values.fold(
                0.0f64,
                |largest, value| if value > largest || value.is_nan() { value } else { largest },
            )
        };
        let sums = |matrix: &Matrix| {
            let row = |row| (0..matrix.num_columns()).map(|column| matrix.at(row, column).abs()).sum();
            largest(&mut (0..matrix.num_rows()).map(row))
        };
        match norm {
            Norm::Max => {
                if self.iter().any(f64::is_nan) {
                    return f64::NAN;
                }
                largest(&mut self.iter().map(f64::abs))
            }
            Norm::Infinity => sums(self),
            Norm::One => sums(&self.transposed()),
            Norm::Frobenius => {
                let scale = self.norm(Norm::Max);
                if scale == 0.0 || !scale.is_finite() {
                    return scale;
                }
                // By a power of two, so that dividing rounds nothing; halved, so that the square of the largest is at most 1.
                let scale = power_of_two_at_most(scale);
                let squares: f64 = self.iter().map(|value| (value / scale) * (value / scale)).sum();
                squares.sqrt() * scale
            }
        }
    }
}

/// The greatest power of two that is at most a positive finite number.
fn power_of_two_at_most(number: f64) -> f64 {
    match f64::from_bits(number.to_bits() & 0x7ff0_0000_0000_0000) {
        // A subnormal number has no exponent of its own.
        0.0 => f64::MIN_POSITIVE,
        power => power,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_of_odd_matrices() {
        assert_eq!(Matrix::zeros(0, 3).norm(Norm::Frobenius), 0.0);
        assert_eq!(Matrix::from([5e-324, 0.0]).norm(Norm::Frobenius), 5e-324);
        assert_eq!(Matrix::from([1.0, f64::NEG_INFINITY]).norm(Norm::Frobenius), f64::INFINITY);
        for norm in [Norm::Frobenius, Norm::One, Norm::Infinity, Norm::Max] {
            for row in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
                assert!(Matrix::from(row).norm(norm).is_nan(), "{norm:?}");
            }
        }
        assert_eq!(Matrix::from([[1.0, -7.0], [2.0, 3.0]]).norm(Norm::Infinity), 8.0);
        assert_eq!(Matrix::from([[1.0, -7.0], [2.0, 3.0]]).norm(Norm::One), 10.0);
        assert_eq!(Matrix::from([3e-200, 4e-200]).norm(Norm::Frobenius), 5e-200);
    }
}
