//! Singular values by turning pairs of columns until all stand at right angles: one-sided Jacobi, after M. R. Hestenes, "Inversion
//! of matrices by biorthogonalization and related results", 1958. Slower than by way of two diagonals, and right for every
//! matrix of finite numbers, also where columns depend on each other.

use nalgebra::{DMatrix, DVector};

/// How often all pairs are gone through at most. Six to ten times are usual.
const SWEEPS: usize = 60;

/// Columns at right angles, lengths from the greatest, rows at right angles: `U`, `S`, `V`. `None` if the pairs do not settle.
pub(super) fn svd(matrix: &DMatrix<f64>) -> Option<(DMatrix<f64>, Vec<f64>, DMatrix<f64>)> {
    if matrix.nrows() < matrix.ncols() {
        let (u, lengths, vt) = svd(&matrix.transpose())?;
        return Some((vt.transpose(), lengths, u.transpose()));
    }
    // Numbers around 1, whose squares neither vanish nor overflow.
    let scale = matrix.amax();
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let mut columns = matrix.map(|value| value / scale);
    let mut turns = DMatrix::identity(matrix.ncols(), matrix.ncols());
    if !(0..SWEEPS).any(|_| !turn_pairs(&mut columns, &mut turns)) {
        return None;
    }

    let lengths: Vec<f64> = columns.column_iter().map(|column| column.norm()).collect();
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by(|left, right| lengths[*right].total_cmp(&lengths[*left]));
    let zero = order.first().map_or(0.0, |first| lengths[*first]) * matrix.nrows() as f64 * f64::EPSILON;

    let mut u = DMatrix::zeros(matrix.nrows(), matrix.ncols());
    let mut vt = DMatrix::zeros(matrix.ncols(), matrix.ncols());
    let mut sorted = Vec::with_capacity(order.len());
    for (place, from) in order.into_iter().enumerate() {
        let length = lengths[from];
        // What rounding left of a column that depends on the others points anywhere.
        let direction = match length > zero {
            true => columns.column(from) / length,
            false => at_right_angles(&u, place),
        };
        u.set_column(place, &direction);
        vt.set_row(place, &turns.column(from).transpose());
        sorted.push(length * scale);
    }
    Some((u, sorted, vt))
}

/// Turns each pair of columns that is not at right angles until it is, and says whether there was one.
fn turn_pairs(columns: &mut DMatrix<f64>, turns: &mut DMatrix<f64>) -> bool {
    let mut turned = false;
    let rounding = columns.nrows() as f64 * f64::EPSILON;
    let nothing = columns.norm() * f64::EPSILON;
    for left in 0..columns.ncols() {
        for right in left + 1..columns.ncols() {
            let (a, b) = (columns.column(left).norm_squared(), columns.column(right).norm_squared());
            let both = columns.column(left).dot(&columns.column(right));
            if both.abs() <= rounding * (a * b).sqrt() || a.min(b).sqrt() <= nothing {
                continue;
            }
            turned = true;
            let ratio = (b - a) / (2.0 * both);
            let tangent = ratio.signum() / (ratio.abs() + ratio.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            turn(columns, left, right, cosine, cosine * tangent);
            turn(turns, left, right, cosine, cosine * tangent);
        }
    }
    turned
}

fn turn(matrix: &mut DMatrix<f64>, left: usize, right: usize, cosine: f64, sine: f64) {
    for row in 0..matrix.nrows() {
        let (a, b) = (matrix[(row, left)], matrix[(row, right)]);
        matrix[(row, left)] = cosine * a - sine * b;
        matrix[(row, right)] = sine * a + cosine * b;
    }
}

/// A direction at right angles to the first `count` columns, which are fewer than the rows.
fn at_right_angles(columns: &DMatrix<f64>, count: usize) -> DVector<f64> {
    let known = columns.columns(0, count);
    let free = |row: &usize| 1.0 - known.row(*row).norm_squared();
    let row = (0..columns.nrows()).max_by(|a, b| free(a).total_cmp(&free(b))).unwrap_or(0);
    let mut direction = DVector::zeros(columns.nrows());
    direction[row] = 1.0;
    // The second time takes away what rounding left the first time.
    for _ in 0..2 {
        for column in known.column_iter() {
            let shared = column.dot(&direction);
            direction.axpy(-shared, &column, 1.0);
        }
    }
    direction.normalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_the_matrix_again(
            rows in 1usize..7,
            inner in 1usize..4,
            columns in 1usize..7,
            values in prop::collection::vec(-3i8..4, 48),
        ) {
            // A product of rank `inner` at most, often less.
            let left = DMatrix::from_fn(rows, inner, |row, column| f64::from(values[row * inner + column]));
            let right = DMatrix::from_fn(inner, columns, |row, column| f64::from(values[24 + row * columns + column]));
            let matrix = left * right;
            let (u, lengths, vt) = svd(&matrix).expect("settles");
            let least = rows.min(columns);
            prop_assert_eq!((u.shape(), lengths.len(), vt.shape()), ((rows, least), least, (least, columns)));
            let near = |left: &DMatrix<f64>, right: &DMatrix<f64>| (left - right).amax() <= 1e-12;
            let identity = DMatrix::identity(least, least);
            prop_assert!(near(&(u.transpose() * &u), &identity) && near(&(&vt * vt.transpose()), &identity));
            prop_assert!(lengths.is_sorted_by(|left, right| left >= right));
            let stretched = &u * DMatrix::from_diagonal(&DVector::from_vec(lengths));
            prop_assert!(near(&(stretched * &vt), &matrix));
        }
    }
}
