//! What NumPy makes of the same matrices, as `testdata/make/linalg.py` recorded it, and files that NumPy wrote.

#![cfg(feature = "linalg")]

use std::fs::File;
use std::path::PathBuf;

use lazuli_matrix::{Matrix, MatrixError, Norm, Shape, read_npy, write_npy};
use serde_json::Value;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/linalg").join(name)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn matrix(value: &Value) -> Result<Matrix, MatrixError> {
    Matrix::from_rows(value.as_array().into_iter().flatten().map(numbers))
}

/// As close as two good programs come, for numbers of the size of the matrix.
#[track_caller]
fn close(what: &str, found: &Matrix, wanted: &Matrix) {
    assert!(found.is_close(wanted, 1e-9), "{what}:\n{found}\nis not\n{wanted}");
}

#[test]
fn answers_are_numpys() -> Tested {
    let cases: Value = serde_json::from_reader(File::open(path("cases.json"))?)?;
    let mut num_cases = 0;
    for case in cases.as_array().into_iter().flatten() {
        num_cases += 1;
        let name = case["name"].as_str().unwrap_or("");
        let (a, b) = (matrix(&case["a"])?, matrix(&case["b"])?);
        close(name, &a.transposed().matmul(&b)?, &matrix(&case["at_b"])?);
        let qr = a.qr()?;
        let rank = a.rank(None)?;
        assert_eq!(Some(rank as u64), case["rank"].as_u64(), "{name}");
        // Directions that the matrix does not have are anyone's choice.
        close(name, &qr.q.slice(.., ..rank)?, &matrix(&case["qr"]["q"])?.slice(.., ..rank)?);
        close(name, &qr.r, &matrix(&case["qr"]["r"])?);
        let svd = a.svd()?;
        let values = |values: &[f64]| Matrix::from_row(values.to_vec());
        close(name, &values(&svd.singular_values), &values(&numbers(&case["svd"]["s"])));
        // As above, where a singular value is zero.
        close(name, &svd.u.slice(.., ..rank)?, &matrix(&case["svd"]["u"])?.slice(.., ..rank)?);
        close(name, &svd.vt.slice(..rank, ..)?, &matrix(&case["svd"]["vt"])?.slice(..rank, ..)?);
        close(name, &a.lstsq(&b)?.solution, &matrix(&case["lstsq"])?);
        close(name, &a.pinv()?, &matrix(&case["pinv"])?);
        let norms = [a.norm(Norm::Frobenius), a.norm(Norm::One), a.norm(Norm::Infinity), a.norm_2()?];
        close(name, &Matrix::from(norms), &values(&numbers(&case["norms"])));
        if let Some(det) = case["det"].as_f64() {
            close(name, &a.det()?.into(), &det.into());
            close(name, &a.trace().into(), &case["trace"].as_f64().unwrap_or(f64::NAN).into());
            let (eig, wanted) = (a.eig()?, &case["eig"]);
            close(name, &values(&eig.real), &values(&numbers(&wanted["real"])));
            close(name, &values(&eig.imaginary), &values(&numbers(&wanted["imaginary"])));
            close(name, &eig.vectors, &matrix(&wanted["vectors"])?);
            close(name, &eig.imaginary_vectors, &matrix(&wanted["imaginary_vectors"])?);
        }
        if !case["inv"].is_null() {
            close(name, &a.inv()?, &matrix(&case["inv"])?);
            close(name, &a.solve(&b)?, &matrix(&case["solve"])?);
        }
        if !case["eigh"].is_null() {
            let eigh = a.eigh()?;
            close(name, &values(&eigh.values), &values(&numbers(&case["eigh"]["values"])));
            close(name, &eigh.vectors, &matrix(&case["eigh"]["vectors"])?);
        }
    }
    assert_eq!(num_cases, 10);
    Ok(())
}

#[test]
fn files_that_numpy_wrote() -> Tested {
    let read = |name: &str| read_npy(File::open(path(name))?);
    assert_eq!(read("float64_rows.npy")?.to_rows(), [[0.0, 0.25, 0.5], [0.75, 1.0, 1.25]]);
    assert_eq!(read("int16_columns.npy")?.to_rows(), [[-3.0, -2.0], [-1.0, 0.0], [1.0, 2.0]]);
    assert_eq!(read("bool_one_axis.npy")?.to_rows(), [[1.0], [0.0], [1.0]]);
    assert_eq!(read("float32_number.npy")?.shape(), Shape::new(1, 1));
    assert!(read("text.npy").is_err_and(|error| error.to_string().contains("<U1")));
    // What is written is, byte by byte, what NumPy wrote.
    let mut bytes = Vec::new();
    write_npy(&read("float64_rows.npy")?, &mut bytes)?;
    assert_eq!(bytes, std::fs::read(path("float64_rows.npy"))?);
    Ok(())
}
