//! Eigenvalues and eigenvectors.
//!
//! nalgebra finds the Schur form `A = Q T Qᵀ`, where `T` has zeros under its diagonal but for blocks of two rows, whose
//! eigenvalues are a pair of complex numbers. Its eigenvectors are found here, from the last row to the first, as LAPACK's
//! `trevc` does: that of the eigenvalue of block `b` has zeros behind `b` and solves `(T - λ) x = 0` before it.

use nalgebra::{Complex, DMatrix, Schur, SymmetricEigen as Symmetric};

use super::has_negative_lead;
use crate::{Matrix, MatrixError, Order, Result, Shape};

/// The eigenvalues and eigenvectors of a matrix, which may be complex though it is not: for each place `k`
/// `A v = λ v`, where `λ` is `real[k] + i imaginary[k]`, and `v` is column `k` of `vectors` and `i imaginary_vectors`.
///
/// They are in order of the real parts, the least first, then of the imaginary ones. Vectors have length 1, and their number
/// of the greatest magnitude, the first of several, is real and positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The real parts of the eigenvalues.
    pub real: Vec<f64>,
    /// The imaginary parts; those that are not zero come in pairs of both signs.
    pub imaginary: Vec<f64>,
    /// The real parts of the eigenvectors, one a column.
    pub vectors: Matrix,
    /// The imaginary parts of the eigenvectors, one a column.
    pub imaginary_vectors: Matrix,
}

impl Eigen {
    /// Whether all eigenvalues are real; their eigenvectors are then real too.
    pub fn is_real(&self) -> bool {
        self.imaginary.iter().all(|part| *part == 0.0)
    }
}

/// The eigenvalues of a symmetric matrix, which are real, the least first, and eigenvectors of length 1 at right angles, one a
/// column; their number of the greatest magnitude, the first of several, is positive.
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetricEigen {
    /// The eigenvalues, the least first.
    pub values: Vec<f64>,
    /// The eigenvectors, one a column.
    pub vectors: Matrix,
}

impl Matrix {
    /// The eigenvalues and eigenvectors. A symmetric matrix has [`Matrix::eigh`], which is faster and closer.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`], [`MatrixError::NotFinite`], [`MatrixError::NoConvergence`].
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// // A quarter turn: i and -i.
    /// let turn = Matrix::from([[0.0, -1.0], [1.0, 0.0]]).eig()?;
    /// assert_eq!((turn.real, turn.imaginary), (vec![0.0, 0.0], vec![-1.0, 1.0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn eig(&self) -> Result<Eigen> {
        self.check_square("eig")?;
        self.check_finite("eig")?;
        let size = self.num_rows();
        if size == 0 {
            let none = || Matrix::zeros(0, 0);
            return Ok(Eigen { real: vec![], imaginary: vec![], vectors: none(), imaginary_vectors: none() });
        }
        let (q, t) = self.schur().ok_or_else(|| self.no_convergence("eig"))?;
        let mut pairs = eigenpairs(&q, &t);
        pairs
            .sort_by(|(left, _), (right, _)| left.re.total_cmp(&right.re).then(left.im.total_cmp(&right.im)));
        let part = |part: fn(&Complex<f64>) -> f64| {
            let values = pairs.iter().flat_map(|(_, vector)| vector.iter().map(part)).collect();
            Matrix::from_order(values, Shape::new(size, size), Order::ColumnMajor)
        };
        Ok(Eigen {
            real: pairs.iter().map(|(value, _)| value.re).collect(),
            imaginary: pairs.iter().map(|(value, _)| value.im).collect(),
            vectors: part(|value| value.re),
            imaginary_vectors: part(|value| value.im),
        })
    }

    /// The eigenvalues and eigenvectors of a symmetric matrix.
    ///
    /// # Errors
    /// [`MatrixError::NotSquare`], [`MatrixError::NotFinite`], [`MatrixError::NotSymmetric`],
    /// [`MatrixError::NoConvergence`].
    pub fn eigh(&self) -> Result<SymmetricEigen> {
        self.check_square("eigh")?;
        self.check_finite("eigh")?;
        let size = self.num_rows();
        for row in 0..size {
            if let Some(column) = (0..row).find(|column| self.at(row, *column) != self.at(*column, row)) {
                return Err(MatrixError::NotSymmetric { operation: "eigh", row, column });
            }
        }
        if size == 0 {
            return Ok(SymmetricEigen { values: Vec::new(), vectors: self.clone() });
        }
        let eigen = Symmetric::try_new(self.to_nalgebra(), f64::EPSILON, self.max_steps());
        let Symmetric { eigenvectors, eigenvalues } = eigen.ok_or_else(|| self.no_convergence("eigh"))?;
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|left, right| eigenvalues[*left].total_cmp(&eigenvalues[*right]));
        let mut vectors = Vec::with_capacity(size * size);
        for column in &order {
            let column = eigenvectors.column(*column);
            let sign = if has_negative_lead(column.iter().copied()) { -1.0 } else { 1.0 };
            vectors.extend(column.iter().map(|value| value * sign));
        }
        Ok(SymmetricEigen {
            values: order.iter().map(|place| eigenvalues[*place]).collect(),
            vectors: Matrix::from_order(vectors, self.shape(), Order::ColumnMajor),
        })
    }

    /// The Schur form: orthogonal `Q`, and `T` with zeros under its blocks.
    fn schur(&self) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
        let steps = self.max_steps();
        let schur = |matrix| Some(Schur::try_new(matrix, f64::EPSILON, steps)?.unpack());
        if let Some(parts) = schur(self.to_nalgebra()) {
            return Some(parts);
        }
        // The iteration stands still at matrices that its steps only turn, such as one that exchanges places in a circle. Seen
        // in a mirror that lies askew, the same matrix is none of these.
        let size = self.num_rows();
        let normal = DMatrix::from_fn(size, 1, |row, _| 1.0 / (row as f64 + 1.5));
        let length = normal.norm_squared();
        let mirror = DMatrix::identity(size, size) - &normal * normal.transpose() * (2.0 / length);
        let (q, t) = schur(&mirror * self.to_nalgebra() * &mirror)?;
        Some((mirror * q, t))
    }
}

/// The eigenvalue and the eigenvector of each place, in the order of the blocks of `T`.
fn eigenpairs(q: &DMatrix<f64>, t: &DMatrix<f64>) -> Vec<(Complex<f64>, Vec<Complex<f64>>)> {
    let size = t.nrows();
    let blocks = blocks(t);
    // What stands for a difference of eigenvalues that is zero: then any vector does, and this one stays finite.
    let most = t.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let least = if most == 0.0 { 1.0 } else { most * f64::EPSILON };
    let mut pairs = Vec::with_capacity(size);
    for (place, (start, length)) in blocks.iter().copied().enumerate() {
        let [first, second] = match length {
            1 => [Some(Complex::from(t[(start, start)])), None],
            _ => of_block(t, start).map(Some),
        };
        for value in [first, second].into_iter().flatten() {
            let mut x = vec![Complex::from(0.0); size];
            match length {
                1 => x[start] = Complex::from(1.0),
                _ => {
                    let (a, b, c, d) = (
                        t[(start, start)],
                        t[(start, start + 1)],
                        t[(start + 1, start)],
                        t[(start + 1, start + 1)],
                    );
                    (x[start], x[start + 1]) = match b.abs() >= c.abs() {
                        true => (Complex::from(b), value - a),
                        false => (value - d, Complex::from(c)),
                    };
                }
            }
            for (row, rows) in blocks[..place].iter().copied().rev() {
                substitute(t, value, least, row, rows, &mut x);
            }
            pairs.push((value, normalised(turned(q, &x))));
        }
    }
    pairs
}

/// The first row of each block of `T`, and how many it has: one or two.
fn blocks(t: &DMatrix<f64>) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    let mut row = 0;
    while row < t.nrows() {
        let length = if row + 1 < t.nrows() && t[(row + 1, row)] != 0.0 { 2 } else { 1 };
        blocks.push((row, length));
        row += length;
    }
    blocks
}

/// The two eigenvalues of a block of two rows.
fn of_block(t: &DMatrix<f64>, start: usize) -> [Complex<f64>; 2] {
    let (a, b, c, d) =
        (t[(start, start)], t[(start, start + 1)], t[(start + 1, start)], t[(start + 1, start + 1)]);
    let (middle, half) = ((a + d) / 2.0, (a - d) / 2.0);
    let square = half * half + b * c;
    let root = square.abs().sqrt();
    match square < 0.0 {
        true => [Complex::new(middle, -root), Complex::new(middle, root)],
        false => [Complex::from(middle - root), Complex::from(middle + root)],
    }
}

/// Finds the rows of `x` that a block decides, from those behind it: `(T - λ) x = 0` there.
fn substitute(
    t: &DMatrix<f64>,
    value: Complex<f64>,
    least: f64,
    row: usize,
    rows: usize,
    x: &mut [Complex<f64>],
) {
    let behind = |row: usize, from: usize, x: &[Complex<f64>]| {
        (from..x.len()).fold(Complex::from(0.0), |sum, column| sum - x[column] * t[(row, column)])
    };
    let or_least = |number: Complex<f64>, least: f64| {
        if number.norm() < least { Complex::from(least) } else { number }
    };
    if rows == 1 {
        x[row] = behind(row, row + 1, x) / or_least(-value + t[(row, row)], least);
    } else {
        let (first, second) = (behind(row, row + 2, x), behind(row + 1, row + 2, x));
        let (a, b) = (-value + t[(row, row)], t[(row, row + 1)]);
        let (c, d) = (t[(row + 1, row)], -value + t[(row + 1, row + 1)]);
        // By elimination from the larger number: a determinant would lose all its digits where eigenvalues are nearly equal.
        let (pivot, beside, of_pivot, other, below, of_other) = match a.norm() >= c.abs() {
            true => (a, Complex::from(b), first, Complex::from(c), d, second),
            false => (Complex::from(c), d, second, a, Complex::from(b), first),
        };
        let times = other / pivot;
        x[row + 1] = (of_other - times * of_pivot) / or_least(below - times * beside, least);
        x[row] = (of_pivot - beside * x[row + 1]) / pivot;
    }
    // Nearly equal eigenvalues make vectors grow; only their direction counts.
    let most = x.iter().fold(0.0f64, |most, value| most.max(value.re.abs()).max(value.im.abs()));
    if most > 1e100 {
        x.iter_mut().for_each(|value| *value /= most);
    }
}

/// `Q x`.
fn turned(q: &DMatrix<f64>, x: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let row = |row: usize| x.iter().enumerate().map(|(column, value)| value * q[(row, column)]).sum();
    (0..x.len()).map(row).collect()
}

/// Of length 1, the number of the greatest magnitude real and positive.
fn normalised(mut vector: Vec<Complex<f64>>) -> Vec<Complex<f64>> {
    let most = vector.iter().fold(0.0f64, |most, value| most.max(value.re.abs()).max(value.im.abs()));
    if most == 0.0 {
        return vector;
    }
    vector.iter_mut().for_each(|value| *value /= most);
    let length = vector.iter().map(|value| value.norm_sqr()).sum::<f64>().sqrt();
    // Magnitudes that rounding alone tells apart are equal, so that the first of a pair of conjugates leads in both.
    let lead = vector.iter().copied().fold(Complex::from(0.0), |lead: Complex<f64>, value| {
        if value.norm() > lead.norm() * (1.0 + 1e-12) { value } else { lead }
    });
    let turn = if lead.im == 0.0 { Complex::from(lead.re.signum()) } else { lead.conj() / lead.norm() };
    vector.iter_mut().for_each(|value| *value = *value * turn / length);
    vector
}
