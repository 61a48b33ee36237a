//! What must hold of every decomposition, whatever the matrix: also for those of low rank, with equal rows, with zeros.

#![cfg(feature = "linalg")]

use lazuli_matrix::{Matrix, MatrixError};
use proptest::prelude::*;

/// Matrices of up to `most` rows and columns: of any numbers, of few whole ones (so that ranks are low), or nearly empty.
fn matrices(most: usize) -> impl Strategy<Value = Matrix> {
    let number = prop_oneof![3 => -100.0..100.0f64, 2 => (-2i8..3).prop_map(f64::from), 3 => Just(0.0)];
    let whole = prop_oneof![Just(0.0), Just(1.0), Just(-1.0), Just(2.0)];
    let of = move |value: BoxedStrategy<f64>| {
        (1..=most, 1..=most).prop_flat_map(move |(rows, columns)| {
            let values = proptest::collection::vec(value.clone(), rows * columns);
            values.prop_map(move |values| {
                Matrix::from_function(rows, columns, |row, column| values[row * columns + column])
            })
        })
    };
    prop_oneof![of(number.boxed()), of(whole.boxed()), of((-1e3..1e3f64).boxed())]
}

/// The square at the start of a matrix.
fn square(matrix: &Matrix) -> Matrix {
    let size = matrix.num_rows().min(matrix.num_columns());
    matrix.slice(..size, ..size).expect("in bounds")
}

fn is_identity(matrix: &Matrix) -> bool {
    matrix.is_close(Matrix::identity(matrix.num_rows()), 1e-9)
}

/// How far rounding may take a product with this matrix.
fn tolerance(matrix: &Matrix) -> f64 {
    1e-10 * matrix.norm(Default::default()).max(1.0)
}

fn is_near(found: &Matrix, wanted: &Matrix, tolerance: f64) -> bool {
    found.sub(wanted).is_ok_and(|difference| difference.norm(lazuli_matrix::Norm::Max) <= tolerance)
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    left.matmul(right).expect("shapes go together")
}

/// Three loops.
fn naive_product(left: &Matrix, right: &Matrix) -> Matrix {
    let value = |row: usize, column: usize| {
        let terms = (0..left.num_columns())
            .map(|k| left.get(row, k).zip(right.get(k, column)).map_or(0.0, |(l, r)| l * r));
        terms.sum()
    };
    Matrix::from_function(left.num_rows(), right.num_columns(), value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn products(a in matrices(6), b in matrices(6), turned: bool) {
        let b = if turned { b.transposed() } else { b };
        match a.matmul(&b) {
            Ok(found) => prop_assert!(is_near(&found, &naive_product(&a, &b), tolerance(&a) * b.norm(Default::default()).max(1.0))),
            Err(error) => {
                prop_assert!(a.num_columns() != b.num_rows());
                let both = format!("{} and {}", a.shape(), b.shape());
                prop_assert!(error.to_string().contains(&both));
            }
        }
    }

    #[test]
    fn an_inverse_undoes(a in matrices(6)) {
        let a = square(&a);
        match a.inv() {
            Ok(inverse) => {
                // Matrices that are nearly singular have inverses that are hardly any.
                let condition = a.cond().expect("finite numbers");
                if condition < 1e8 {
                    prop_assert!(is_near(&product(&a, &inverse), &Matrix::identity(a.num_rows()), 1e-15 * condition * 100.0));
                }
            }
            Err(MatrixError::Singular { .. }) => prop_assert!(a.rank(None).expect("finite numbers") < a.num_rows()),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn a_solution_solves(a in matrices(6), b in matrices(6)) {
        let a = square(&a);
        let Ok(b) = b.broadcast_to(a.num_rows(), b.num_columns()) else { return Ok(()) };
        let condition = a.cond().expect("finite numbers");
        if condition < 1e8 {
            let x = a.solve(&b).expect("it has an inverse");
            prop_assert!(is_near(&product(&a, &x), &b, tolerance(&a) * x.norm(Default::default()).max(1.0)));
        }
    }

    #[test]
    fn the_determinant_of_a_product(a in matrices(5), b in matrices(5)) {
        let (a, b) = (square(&a), square(&b));
        if a.shape() == b.shape() {
            let (both, each) = (product(&a, &b).det().expect("square"), a.det().expect("square") * b.det().expect("square"));
            let size = (a.norm(Default::default()) * b.norm(Default::default())).max(1.0).powi(a.num_rows() as i32);
            prop_assert!((both - each).abs() <= 1e-12 * size, "{} {}", both, each);
        }
    }

    #[test]
    fn qr(a in matrices(7)) {
        let qr = a.qr().expect("finite numbers");
        prop_assert!(is_identity(&product(&qr.q.transposed(), &qr.q)));
        prop_assert!(is_near(&product(&qr.q, &qr.r), &a, tolerance(&a)));
        for row in 0..qr.r.num_rows() {
            prop_assert!(qr.r.get(row, row).is_some_and(|value| value >= 0.0));
            prop_assert!((0..row).all(|column| qr.r.get(row, column) == Some(0.0)));
        }
    }

    #[test]
    fn svd(a in matrices(7)) {
        let svd = a.svd().expect("finite numbers");
        prop_assert!(svd.singular_values.is_sorted_by(|left, right| left >= right));
        prop_assert!(svd.singular_values.iter().all(|value| *value >= 0.0));
        prop_assert!(is_identity(&product(&svd.u.transposed(), &svd.u)), "{:?}", svd.u);
        prop_assert!(is_identity(&product(&svd.vt, &svd.vt.transposed())));
        let stretched = product(&svd.u, &Matrix::from_diagonal(&svd.singular_values));
        prop_assert!(is_near(&product(&stretched, &svd.vt), &a, tolerance(&a)));
        // The squares of the singular values are what the squares of the numbers sum to.
        let length = Matrix::from_row(svd.singular_values).norm(Default::default());
        prop_assert!((length - a.norm(Default::default())).abs() <= tolerance(&a));
    }

    #[test]
    fn the_pseudo_inverse(a in matrices(6)) {
        // Penrose's four conditions, where it is well known what a zero is.
        let values = a.svd().expect("finite numbers").singular_values;
        let most = values.first().copied().unwrap_or(0.0);
        prop_assume!(values.iter().all(|value| *value <= most * 1e-14 || *value >= most * 1e-6));
        let inverse = a.pinv().expect("finite numbers");
        prop_assert!(is_near(&product(&product(&a, &inverse), &a), &a, tolerance(&a) * 1e3));
        let (left, right) = (product(&a, &inverse), product(&inverse, &a));
        prop_assert!(is_near(&left, &left.transposed(), 1e-6) && is_near(&right, &right.transposed(), 1e-6));
    }

    #[test]
    fn least_squares_stand_at_right_angles(a in matrices(6), b in matrices(6)) {
        let Ok(b) = b.broadcast_to(a.num_rows(), b.num_columns()) else { return Ok(()) };
        let found = a.lstsq(&b).expect("finite numbers");
        let values = &found.singular_values;
        let most = values.first().copied().unwrap_or(0.0);
        prop_assume!(values.iter().all(|value| *value <= most * 1e-14 || *value >= most * 1e-6));
        let left = b.sub(product(&a, &found.solution)).expect("one shape");
        let size = a.norm(Default::default()).max(1.0) * found.solution.norm(Default::default()).max(1.0);
        prop_assert!(product(&a.transposed(), &left).norm(lazuli_matrix::Norm::Max) <= 1e-8 * size * size);
    }

    #[test]
    fn eigenvectors_are_only_stretched(a in matrices(7)) {
        let a = square(&a);
        let eigen = a.eig().expect("finite numbers");
        let (v, w) = (&eigen.vectors, &eigen.imaginary_vectors);
        let (real, imaginary) = (Matrix::from_row(eigen.real.clone()), Matrix::from_row(eigen.imaginary.clone()));
        // A (v + iw) = (λ + iμ) (v + iw)
        let wanted = v.mul(&real).and_then(|x| x.sub(w.mul(&imaginary)?)).expect("one shape");
        prop_assert!(is_near(&product(&a, v), &wanted, tolerance(&a) * 1e2), "{:?} {:?}", a, eigen);
        let wanted = w.mul(&real).and_then(|x| x.add(v.mul(&imaginary)?)).expect("one shape");
        prop_assert!(is_near(&product(&a, w), &wanted, tolerance(&a) * 1e2), "{:?} {:?}", a, eigen);
        for column in 0..a.num_rows() {
            let length = v.column(column as i64).expect("one").hstack(w.column(column as i64).expect("one"));
            prop_assert!((length.expect("one row").norm(Default::default()) - 1.0).abs() < 1e-12);
        }
        // Their sum is the trace, and complex ones come in pairs.
        prop_assert!((eigen.real.iter().sum::<f64>() - a.trace()).abs() <= tolerance(&a) * 1e2);
        prop_assert!(eigen.imaginary.iter().sum::<f64>().abs() <= tolerance(&a));
    }

    #[test]
    fn symmetric_matrices(a in matrices(7)) {
        let a = square(&a);
        let a = a.add(a.transposed()).expect("one shape");
        let eigen = a.eigh().expect("symmetric");
        prop_assert!(eigen.values.is_sorted());
        prop_assert!(is_identity(&product(&eigen.vectors.transposed(), &eigen.vectors)));
        let stretched = product(&eigen.vectors, &Matrix::from_diagonal(&eigen.values));
        prop_assert!(is_near(&product(&stretched, &eigen.vectors.transposed()), &a, tolerance(&a)));
    }
}

#[test]
fn matrices_that_turn_in_a_circle() {
    for size in 2..9 {
        let circle =
            Matrix::from_function(size, size, |row, column| f64::from(u8::from((row + 1) % size == column)));
        let eigen = circle.eig().expect("the mirror helps");
        for (real, imaginary) in eigen.real.iter().zip(&eigen.imaginary) {
            assert!((real.hypot(*imaginary) - 1.0).abs() < 1e-12, "{size}: {real} {imaginary}");
        }
    }
}

#[test]
fn what_is_not_there_is_an_error() {
    let said = |error: MatrixError| error.to_string();
    let wide = Matrix::zeros(2, 3);
    for (operation, error) in [
        ("inv", wide.inv().map(drop)),
        ("det", wide.det().map(drop)),
        ("eig", wide.eig().map(drop)),
        ("eigh", wide.eigh().map(drop)),
        ("solve", wide.solve(Matrix::zeros(2, 1)).map(drop)),
    ] {
        let error = said(error.expect_err("two rows, three columns"));
        assert_eq!(error, format!("{operation} needs as many rows as columns, found shape (2, 3)"));
    }
    let nan = Matrix::from([[1.0, 2.0], [f64::NAN, 3.0]]);
    for error in [
        nan.inv().map(drop),
        nan.svd().map(drop),
        nan.qr().map(drop),
        nan.eig().map(drop),
        nan.rank(None).map(drop),
    ] {
        assert!(said(error.expect_err("a NaN")).contains("row 1, column 0 is NaN"));
    }
    let error = said(Matrix::from([[1.0, 2.0], [3.0, 1.0]]).eigh().expect_err("not symmetric"));
    assert!(error.contains("row 1, column 0"), "{error}");
    let error = said(Matrix::identity(2).solve([1.0, 2.0]).expect_err("one row"));
    assert!(error.contains("solve: (2, 2) and (1, 2)"), "{error}");
    assert!(Matrix::from([1.0, 2.0]).dot([[1.0, 2.0], [3.0, 4.0]]).is_err());
}

#[test]
fn singular_values_of_columns_that_depend_on_each_other() {
    // Two of those that nalgebra 0.35 gets wrong.
    for a in
        [Matrix::from([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), Matrix::from([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])]
    {
        let svd = a.svd().expect("finite numbers");
        let stretched = product(&svd.u, &Matrix::from_diagonal(&svd.singular_values));
        assert!(is_near(&product(&stretched, &svd.vt), &a, 1e-14), "{svd:?}");
        assert!((svd.singular_values[0] - 10f64.sqrt()).abs() < 1e-14, "{svd:?}");
        assert_eq!(a.rank(None).ok(), Some(1));
    }
}

#[test]
fn eigenvectors_beside_nearly_equal_eigenvalues() {
    // Zero three times, which rounding makes a pair of conjugates and a zero.
    let a = Matrix::from([
        [0.0, 0.0, 0.0, 0.0],
        [23.702711660351056, 13.476168861278822, 29.110904319422264, -76.01274690787035],
        [-68.15826867962674, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ]);
    let eigen = a.eig().expect("finite numbers");
    let stretched = eigen.vectors.mul(Matrix::from_row(eigen.real.clone())).expect("one shape");
    let turned = eigen.imaginary_vectors.mul(Matrix::from_row(eigen.imaginary.clone())).expect("one shape");
    let wanted = stretched.sub(turned).expect("one shape");
    assert!(is_near(&product(&a, &eigen.vectors), &wanted, 1e-12), "{eigen:?}");
}

#[test]
fn matrices_without_values() {
    let none = Matrix::zeros(0, 0);
    assert_eq!((none.det().ok(), none.rank(None).ok(), none.cond().ok()), (Some(1.0), Some(0), Some(0.0)));
    assert_eq!(none.inv().ok(), Some(none.clone()));
    assert!(none.eig().is_ok_and(|eigen| eigen.real.is_empty() && eigen.is_real()));
    for (rows, columns) in [(0, 3), (3, 0)] {
        let flat = Matrix::zeros(rows, columns);
        assert_eq!(flat.matmul(flat.transposed()).ok(), Some(Matrix::zeros(rows, rows)));
        assert!(flat.qr().is_ok_and(|qr| qr.q.shape().rows == rows && qr.r.shape().columns == columns));
        assert!(flat.svd().is_ok_and(|svd| svd.singular_values.is_empty()));
        assert_eq!(flat.pinv().ok(), Some(Matrix::zeros(columns, rows)));
        assert!(
            flat.lstsq(Matrix::ones(rows, 2)).is_ok_and(|found| found.solution == Matrix::zeros(columns, 2))
        );
    }
}
