//! Matrices of Float64: what frames of numbers are to linear algebra.
//!
//! A [`Matrix`] is made from columns, rows or a `.npy` file, and goes back to columns. Its values never change and are
//! shared: a transposed matrix, a part of one and a broadcast one are views of the same memory, and a column of Float64 in
//! one piece without nulls becomes a matrix without a copy.
//!
//! ```
//! use lazuli_array::df;
//! use lazuli_matrix::{Matrix, Nulls};
//!
//! let frame = df! { "x" => [1.0, 2.0], "y" => [3i64, 4] }?;
//! let matrix = Matrix::from_frame(&frame, Nulls::Fail)?;
//! assert_eq!(matrix, Matrix::from_rows([[1.0, 3.0], [2.0, 4.0]])?);
//! assert_eq!(matrix.add([10.0, 20.0])?.transposed().to_rows(), [[11.0, 12.0], [23.0, 24.0]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features, both off, each with a module of its name: `linalg` has products, inverses and decompositions; `ndarray` has
//! arrays of that crate, of any type of numbers.
//!
//! Not here: sums and means of columns and rows, which are queries over frames; arrays of more than two axes.

#![forbid(unsafe_code)]

mod broadcast; // NumPy's rule for shapes that differ
mod display; // matrices as text
mod error; // what can be wrong with matrices
mod frame; // frames to matrices and back
#[cfg(feature = "linalg")]
pub mod linalg; // products, inverses, decompositions
mod matrix; // numbers in rows and columns
#[cfg(feature = "ndarray")]
pub mod ndarray; // arrays of the ndarray crate
mod norm; // sizes of matrices
mod npy; // NumPy's file of one array
mod part; // rows, columns and values taken out
mod shape; // numbers of rows and columns

pub use error::MatrixError;
pub use frame::Nulls;
pub use matrix::{Matrix, Order};
pub use norm::Norm;
pub use npy::{read_npy, write_npy};
pub use shape::Shape;

/// The result of making or computing matrices.
pub type Result<T> = std::result::Result<T, MatrixError>;
