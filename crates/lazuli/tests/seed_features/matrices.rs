//! Rows N: what NumPy does with matrices.

use lazuli::prelude::*;
use lazuli_matrix::ndarray::{FrameToNdarray, SeriesToNdarray};
use lazuli_matrix::{Matrix, Norm, Nulls, Order, Shape};

use super::{Tested, value};

/// The matrix of rows 0 to 3, 4 to 7, 8 to 11.
fn matrix() -> Matrix {
    Matrix::from_function(3, 4, |row, column| (row * 4 + column) as f64)
}

#[test]
fn n04_a_matrix_from_rows() -> Tested {
    let matrix = Matrix::from_rows([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])?;
    assert_eq!(matrix.shape(), Shape::new(2, 3));
    let frame = matrix.to_frame(["a", "b", "c"])?;
    assert_eq!(frame, df! { "a" => [1.0, 4.0], "b" => [2.0, 5.0], "c" => [3.0, 6.0] }?);
    assert_eq!(Matrix::from_frame(&frame, Nulls::Fail)?, matrix);
    // Rows of two lengths are no matrix.
    assert!(Matrix::from_rows([vec![1.0, 2.0], vec![3.0]]).is_err());
    Ok(())
}

#[test]
fn n05_zeros() {
    assert_eq!(Matrix::zeros(3, 4).to_rows(), [[0.0; 4]; 3]);
}

#[test]
fn n06_ones() {
    assert_eq!(Matrix::ones(2, 3).to_rows(), [[1.0; 3]; 2]);
    assert_eq!(Matrix::filled(1, 2, 7.0).to_rows(), [[7.0; 2]]);
}

#[test]
fn n08_identity() {
    let one = |place| (0..4).map(|column| f64::from(u8::from(column == place))).collect::<Vec<_>>();
    assert_eq!(Matrix::identity(4).to_rows(), [one(0), one(1), one(2), one(3)]);
}

#[test]
fn n15_shape_and_axes() -> Tested {
    assert_eq!((matrix().shape().to_string().as_str(), matrix().num_axes()), ("(3, 4)", 2));
    let frame = df! { "row" => [vec![1i64, 2], vec![3, 4], vec![5, 6]] }?;
    assert_eq!(frame.shape(), (3, 1));
    // A list is an axis more.
    assert_eq!(frame.data_types()[0].to_string(), "List(Int64)");
    Ok(())
}

#[test]
fn n19_reshape() -> Tested {
    let twelve = Matrix::from_series(&int_range(0, 12, 1)?, Nulls::Fail)?;
    assert_eq!(twelve.reshape(3, 4)?, matrix());
    Ok(())
}

#[test]
fn n20_reshape_with_one_length_found_out() -> Tested {
    assert_eq!(matrix().reshape(2, -1)?.to_rows()[1], [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    let said = matrix().reshape(5, -1).expect_err("twelve values").to_string();
    assert_eq!(said, "12 values do not fill shape (5, -1)");
    Ok(())
}

#[test]
fn n22_a_flat_view() {
    let matrix = matrix();
    let flat = matrix.as_slice();
    assert_eq!(flat.map(<[f64]>::len), Some(12));
    // Of the same memory as every other view.
    assert_eq!(flat.map(<[f64]>::as_ptr), matrix.clone().as_slice().map(<[f64]>::as_ptr));
    // Of a transposed one there is none; a copy there is.
    assert_eq!(matrix.transposed().as_slice(), None);
    assert_eq!(matrix.transposed().to_vec(Order::RowMajor)[..4], [0.0, 4.0, 8.0, 1.0]);
}

#[test]
fn n23_transposed() -> Tested {
    let turned = matrix().transposed();
    assert_eq!(turned.shape(), Shape::new(4, 3));
    assert_eq!(turned.row(1)?.to_rows(), [[1.0, 5.0, 9.0]]);
    // Of a frame: rows become columns.
    let frame = df! { "a" => [1, 2], "b" => [3, 4] }?;
    assert_eq!(
        frame.lazy().transpose(Default::default()).collect()?,
        df! { "column_0" => [1, 3], "column_1" => [2, 4] }?
    );
    Ok(())
}

fn two_by_three() -> Matrix {
    Matrix::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
}

#[test]
fn n38_a_matrix_and_a_row() -> Tested {
    let sum = two_by_three().add([10.0, 20.0, 30.0])?;
    assert_eq!(sum.to_rows(), [[11.0, 22.0, 33.0], [14.0, 25.0, 36.0]]);
    // Of a frame: a number for each column.
    let frame = df! { "a" => [1, 4], "b" => [2, 5] }?;
    assert_eq!(frame.select([col("a") + 10, col("b") + 20])?, df! { "a" => [11, 14], "b" => [22, 25] }?);
    Ok(())
}

#[test]
fn n39_a_matrix_and_a_column() -> Tested {
    let sum = two_by_three().add(Matrix::from_column([10.0, 20.0]))?;
    assert_eq!(sum.to_rows(), [[11.0, 12.0, 13.0], [24.0, 25.0, 26.0]]);
    let frame = df! { "a" => [1, 4], "b" => [2, 5], "x" => [10, 20] }?;
    let sum = frame.select(cs::exclude(["x"]).expr() + col("x"))?;
    assert_eq!(sum, df! { "a" => [11, 24], "b" => [12, 25] }?);
    Ok(())
}

#[test]
fn n40_shapes_that_go_together() -> Tested {
    let ones = Matrix::ones(3, 4);
    assert_eq!(ones.add(Matrix::from([1.0; 4]))?.shape(), Shape::new(3, 4));
    assert_eq!(ones.add(Matrix::from_column([1.0; 3]))?.shape(), Shape::new(3, 4));
    let said = ones.add([1.0; 3]).expect_err("three columns").to_string();
    let wanted = "shapes do not go together in add: (3, 4) and (1, 3); along each axis lengths must be equal, or one of \
                  them 1";
    assert_eq!(said, wanted);
    Ok(())
}

#[test]
fn n55_the_product_of_matrices() -> Tested {
    let product = Matrix::from([[1.0, 2.0], [3.0, 4.0]]).matmul([[5.0, 6.0], [7.0, 8.0]])?;
    assert_eq!(product.to_rows(), [[19.0, 22.0], [43.0, 50.0]]);
    let said = two_by_three().matmul(two_by_three()).expect_err("3 and 2").to_string();
    assert!(said.contains("matmul: (2, 3) and (2, 3)"), "{said}");
    Ok(())
}

#[test]
fn n56_the_product_of_vectors() -> Tested {
    assert_eq!(Matrix::from([1.0, 2.0, 3.0]).dot([4.0, 5.0, 6.0])?, 32.0);
    let frame = df! { "a" => [1.0, 2.0, 3.0], "b" => [4.0, 5.0, 6.0] }?;
    assert_eq!(value(&frame, col("a").dot(col("b")))?, Scalar::Float64(32.0));
    Ok(())
}

fn two_by_two() -> Matrix {
    Matrix::from([[4.0, 7.0], [2.0, 6.0]])
}

#[test]
fn n57_inverse() -> Tested {
    // The determinant is 10.
    let inverse = two_by_two().inv()?;
    assert!(inverse.is_close([[0.6, -0.7], [-0.2, 0.4]], 1e-15));
    assert!(two_by_two().matmul(&inverse)?.is_close(Matrix::identity(2), 1e-15));
    let said = Matrix::from([[1.0, 2.0], [2.0, 4.0]]).inv().expect_err("singular").to_string();
    assert_eq!(said, "inv of a singular matrix of shape (2, 2)");
    Ok(())
}

#[test]
fn n58_determinant() -> Tested {
    assert!((two_by_two().det()? - 10.0).abs() < 1e-14);
    assert_eq!(Matrix::from([[1.0, 2.0], [2.0, 4.0]]).det()?, 0.0);
    Ok(())
}

#[test]
fn n59_norm() -> Tested {
    assert_eq!(Matrix::from([[1.0, 2.0], [2.0, 4.0]]).norm(Norm::Frobenius), 5.0);
    let vector = df! { "a" => [3.0, 4.0] }?;
    assert_eq!(value(&vector, col("a").dot(col("a")).sqrt())?, Scalar::Float64(5.0));
    Ok(())
}

#[test]
fn n60_eigenvalues() -> Tested {
    // (2 - x)^2 = 1, along (1, -1) and (1, 1).
    let eigen = Matrix::from([[2.0, 1.0], [1.0, 2.0]]).eig()?;
    assert!(eigen.is_real() && Matrix::from_row(eigen.real).is_close([1.0, 3.0], 1e-14));
    let half = 0.5f64.sqrt();
    assert!(eigen.vectors.column(1)?.is_close([[half], [half]], 1e-14));
    Ok(())
}

#[test]
fn n61_singular_values() -> Tested {
    let a = Matrix::from([[3.0, 0.0], [4.0, 5.0]]);
    let svd = a.svd()?;
    // The eigenvalues of the product with its transposed are 45 and 5.
    assert!(Matrix::from_row(svd.singular_values.clone()).is_close([45f64.sqrt(), 5f64.sqrt()], 1e-14));
    assert!(svd.u.mul(Matrix::from_row(svd.singular_values))?.matmul(svd.vt)?.is_close(a, 1e-14));
    Ok(())
}

#[test]
fn n62_orthogonal_and_triangular() -> Tested {
    let a = Matrix::from([[3.0, 1.0], [4.0, 2.0]]);
    let qr = a.qr()?;
    // The first column has length 5; the rest of the second is at a right angle to it.
    assert!(qr.q.is_close([[0.6, -0.8], [0.8, 0.6]], 1e-15));
    assert!(qr.r.is_close([[5.0, 2.2], [0.0, 0.4]], 1e-15));
    Ok(())
}

#[test]
fn n63_equations() -> Tested {
    // 3 x + y = 9, x + 2 y = 8.
    let x = Matrix::from([[3.0, 1.0], [1.0, 2.0]]).solve(Matrix::from_column([9.0, 8.0]))?;
    assert!(x.is_close([[2.0], [3.0]], 1e-15));
    // A line through points, from a frame.
    let points = df! { "x" => [0.0, 1.0, 2.0], "y" => [1.0, 3.0, 5.0] }?;
    let a = Matrix::from_frame(&points.select([lit(1.0).alias("one"), col("x")])?, Nulls::Fail)?;
    let y = Matrix::from_series(&points.column("y")?, Nulls::Fail)?;
    assert!(a.lstsq(y)?.solution.is_close([[1.0], [2.0]], 1e-14));
    Ok(())
}

#[test]
fn n71_order_of_rows_or_of_columns() -> Tested {
    let frame = df! { "a" => [1i64, 2, 3], "b" => [4i64, 5, 6] }?;
    let rows = frame.to_ndarray::<i64>(Order::RowMajor, Nulls::Fail)?;
    let columns = frame.to_ndarray::<i64>(Order::ColumnMajor, Nulls::Fail)?;
    assert_eq!(rows, columns);
    assert_eq!(rows.as_slice(), Some([1, 4, 2, 5, 3, 6].as_slice()));
    assert_eq!(columns.t().as_slice(), Some([1, 2, 3, 4, 5, 6].as_slice()));
    // A column is read where it is.
    assert_eq!(frame.column("a")?.view_ndarray::<i64>()?.to_vec(), [1, 2, 3]);
    Ok(())
}

#[test]
fn n72_the_caller_chooses_the_order() -> Tested {
    let frame = df! { "a" => [1.0, 2.0, 3.0], "b" => [4.0, 5.0, 6.0] }?;
    let columns = Matrix::from_frame(&frame, Nulls::Fail)?;
    assert!(columns.is_contiguous(Order::ColumnMajor) && !columns.is_contiguous(Order::RowMajor));
    let rows = columns.to_order(Order::RowMajor);
    assert_eq!((rows.as_slice().is_some(), &rows), (true, &columns));
    Ok(())
}

#[test]
fn n74_reshaped_not_resized() -> Tested {
    // Another shape has the same values: there is no way to lose or to add some.
    let matrix = matrix();
    assert!(matrix.reshape(2, 5).is_err() && matrix.reshape(4, 4).is_err());
    assert_eq!(matrix.reshape(4, 3)?.len(), matrix.len());
    Ok(())
}
