//! Numbers in rows and columns, as a view of shared memory.

use lazuli_array::Buffer;

use crate::{MatrixError, Result, Shape};

/// In which order values lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Row after row: C's order, NumPy's default. Loops over the values of a row are fast.
    #[default]
    RowMajor,
    /// Column after column: Fortran's order, that of frames. Loops over the values of a column are fast.
    ColumnMajor,
}

/// Float64 numbers in rows and columns. Cloning, transposing and taking parts are O(1) and share memory, which nobody
/// writes to.
///
/// Methods that need another matrix take whatever becomes one: a number, an array as a row, an array of arrays, a
/// reference. Two matrices are equal if shapes and values are, in whatever order they lie; NaN equals nothing.
///
/// ```
/// use lazuli_matrix::Matrix;
///
/// let matrix = Matrix::from_rows([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])?;
/// assert_eq!(matrix.transposed().reshape(2, -1)?.to_rows(), [[1.0, 4.0, 2.0], [5.0, 3.0, 6.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Matrix {
    values: Buffer<f64>,
    /// Where the first value is.
    offset: usize,
    shape: Shape,
    /// From a row, and from a column, to the next; 0 where one stands for all. Every place of the shape lies in `values`.
    strides: (usize, usize),
}

impl Matrix {
    /// A view of this memory. Panics unless every place lies in it.
    pub(crate) fn from_parts(
        values: Buffer<f64>,
        offset: usize,
        shape: Shape,
        strides: (usize, usize),
    ) -> Self {
        let last = |length: usize, stride: usize| length.saturating_sub(1).saturating_mul(stride);
        let end =
            offset.saturating_add(last(shape.rows, strides.0)).saturating_add(last(shape.columns, strides.1));
        let is_empty = shape.rows == 0 || shape.columns == 0;
        assert!(is_empty || end < values.len(), "a matrix reaches beyond its {} values", values.len());
        Self { values, offset, shape, strides }
    }

    /// The matrix of these values, which are as many as the shape has.
    pub(crate) fn from_order(values: Vec<f64>, shape: Shape, order: Order) -> Self {
        let strides = match order {
            Order::RowMajor => (shape.columns, 1),
            Order::ColumnMajor => (1, shape.rows),
        };
        Self::from_parts(values.into(), 0, shape, strides)
    }

    /// The matrix of so many rows and columns, its values row after row.
    ///
    /// # Errors
    /// [`MatrixError::Values`] unless there are as many values.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// assert_eq!(Matrix::from_vec(2, 2, vec![1.0, 2.0, 3.0, 4.0])?.to_rows(), [[1.0, 2.0], [3.0, 4.0]]);
    /// assert!(Matrix::from_vec(2, 2, vec![1.0]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_vec(rows: usize, columns: usize, values: Vec<f64>) -> Result<Self> {
        let shape = Shape::new(rows, columns);
        if shape.num_values() != Some(values.len()) {
            return Err(MatrixError::Values { wanted: wide(shape), found: values.len() });
        }
        Ok(Self::from_order(values, shape, Order::RowMajor))
    }

    /// The matrix of these rows, which have one length. No rows make a matrix of shape (0, 0).
    ///
    /// # Errors
    /// [`MatrixError::Ragged`] for a row of another length than the first.
    pub fn from_rows<R: AsRef<[f64]>>(rows: impl IntoIterator<Item = R>) -> Result<Self> {
        let (mut values, mut num_rows, mut expected) = (Vec::new(), 0, None);
        for row in rows {
            let row = row.as_ref();
            let expected = *expected.get_or_insert(row.len());
            if row.len() != expected {
                return Err(MatrixError::Ragged { row: num_rows, expected, found: row.len() });
            }
            values.extend_from_slice(row);
            num_rows += 1;
        }
        Ok(Self::from_order(values, Shape::new(num_rows, expected.unwrap_or(0)), Order::RowMajor))
    }

    /// One row of these values.
    pub fn from_row(values: impl Into<Vec<f64>>) -> Self {
        let values = values.into();
        let shape = Shape::new(1, values.len());
        Self::from_order(values, shape, Order::RowMajor)
    }

    /// One column of these values.
    pub fn from_column(values: impl Into<Vec<f64>>) -> Self {
        Self::from_row(values).transposed()
    }

    /// So many rows and columns of one number.
    pub fn filled(rows: usize, columns: usize, value: f64) -> Self {
        let values = std::iter::repeat_n(std::iter::repeat_n(value, columns), rows).flatten().collect();
        Self::from_order(values, Shape::new(rows, columns), Order::RowMajor)
    }

    /// So many rows and columns of 0.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::filled(rows, columns, 0.0)
    }

    /// So many rows and columns of 1.
    pub fn ones(rows: usize, columns: usize) -> Self {
        Self::filled(rows, columns, 1.0)
    }

    /// As many rows as columns, 1 where their numbers are equal, 0 elsewhere.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// assert_eq!(Matrix::identity(2).to_rows(), [[1.0, 0.0], [0.0, 1.0]]);
    /// ```
    pub fn identity(size: usize) -> Self {
        Self::from_function(size, size, |row, column| f64::from(u8::from(row == column)))
    }

    /// The matrix of these numbers on its diagonal, 0 elsewhere.
    pub fn from_diagonal(values: &[f64]) -> Self {
        let value = |row: usize, column: usize| if row == column { values[row] } else { 0.0 };
        Self::from_function(values.len(), values.len(), value)
    }

    /// So many rows and columns of what a function says of their numbers, from 0.
    pub fn from_function(rows: usize, columns: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let mut values = Vec::new();
        for row in 0..rows {
            values.extend((0..columns).map(|column| value(row, column)));
        }
        Self::from_order(values, Shape::new(rows, columns), Order::RowMajor)
    }

    /// The numbers of rows and columns.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of rows.
    pub fn num_rows(&self) -> usize {
        self.shape.rows
    }

    /// Number of columns.
    pub fn num_columns(&self) -> usize {
        self.shape.columns
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.num_values().unwrap_or(usize::MAX)
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of axes: always 2.
    pub fn num_axes(&self) -> usize {
        2
    }

    pub(crate) fn buffer(&self) -> &Buffer<f64> {
        &self.values
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn strides(&self) -> (usize, usize) {
        self.strides
    }

    /// The value of a row and a column, from 0; `None` out of bounds.
    pub fn get(&self, row: usize, column: usize) -> Option<f64> {
        (row < self.shape.rows && column < self.shape.columns).then(|| self.at(row, column))
    }

    /// The value of a row and a column, which are in bounds.
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[self.offset + row * self.strides.0 + column * self.strides.1]
    }

    /// The values row after row.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.shape.rows)
            .flat_map(move |row| (0..self.shape.columns).map(move |column| self.at(row, column)))
    }

    /// Whether a loop in this order reads memory from its start to its end.
    pub fn is_contiguous(&self, order: Order) -> bool {
        let (inner, outer, num_inner, num_outer) = match order {
            Order::RowMajor => (self.strides.1, self.strides.0, self.shape.columns, self.shape.rows),
            Order::ColumnMajor => (self.strides.0, self.strides.1, self.shape.rows, self.shape.columns),
        };
        self.is_empty() || ((num_inner == 1 || inner == 1) && (num_outer == 1 || outer == num_inner))
    }

    /// The values row after row without a copy, if they lie so: NumPy's `ravel`. See [`Matrix::to_vec`].
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let matrix = Matrix::from_rows([[1.0, 2.0], [3.0, 4.0]])?;
    /// assert_eq!(matrix.as_slice(), Some([1.0, 2.0, 3.0, 4.0].as_slice()));
    /// assert_eq!(matrix.transposed().as_slice(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_slice(&self) -> Option<&[f64]> {
        self.slice_in(Order::RowMajor)
    }

    pub(crate) fn slice_in(&self, order: Order) -> Option<&[f64]> {
        if self.is_empty() {
            return Some(&[]);
        }
        self.is_contiguous(order).then(|| &self.values[self.offset..self.offset + self.len()])
    }

    /// The values in a vector of their own, row after row or column after column: NumPy's `flatten`.
    pub fn to_vec(&self, order: Order) -> Vec<f64> {
        if let Some(slice) = self.slice_in(order) {
            return slice.to_vec();
        }
        match order {
            Order::RowMajor => self.iter().collect(),
            Order::ColumnMajor => self.transposed().iter().collect(),
        }
    }

    /// The rows, each a vector of its own.
    pub fn to_rows(&self) -> Vec<Vec<f64>> {
        let row = |row| (0..self.shape.columns).map(|column| self.at(row, column)).collect();
        (0..self.shape.rows).map(row).collect()
    }

    /// The same matrix with its values in this order, without a copy if they are already.
    pub fn to_order(&self, order: Order) -> Self {
        match self.is_contiguous(order) {
            true => self.clone(),
            false => Self::from_order(self.to_vec(order), self.shape, order),
        }
    }

    /// Rows for columns, without a copy.
    pub fn transposed(&self) -> Self {
        Self {
            values: self.values.clone(),
            offset: self.offset,
            shape: self.shape.transposed(),
            strides: (self.strides.1, self.strides.0),
        }
    }

    /// The values, row after row, in so many rows and columns; one of them may be -1 and is found out. Without a copy if
    /// values lie row after row.
    ///
    /// # Errors
    /// [`MatrixError::Values`] unless the values fill the shape.
    ///
    /// ```
    /// use lazuli_matrix::Matrix;
    ///
    /// let row = Matrix::from_row([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(row.reshape(2, -1)?.to_rows(), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert!(row.reshape(4, -1).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reshape(&self, rows: i64, columns: i64) -> Result<Self> {
        let total = self.len();
        let known = |length: i64| usize::try_from(length).ok();
        // The length beside a known one: of no values in rows of none any number would do, so there is no answer.
        let missing = |length: usize| (length > 0 && total.is_multiple_of(length)).then(|| total / length);
        let shape = match (rows, columns) {
            (-1, columns) => known(columns).and_then(|columns| Some(Shape::new(missing(columns)?, columns))),
            (rows, -1) => known(rows).and_then(|rows| Some(Shape::new(rows, missing(rows)?))),
            (rows, columns) => known(rows).and_then(|rows| Some(Shape::new(rows, known(columns)?))),
        };
        let Some(shape) = shape.filter(|shape| shape.num_values() == Some(total)) else {
            return Err(MatrixError::Values { wanted: (rows, columns), found: total });
        };
        let ordered = self.to_order(Order::RowMajor);
        Ok(Self::from_parts(ordered.values, ordered.offset, shape, (shape.columns, 1)))
    }

    /// What a function makes of each value.
    pub fn map(&self, mut function: impl FnMut(f64) -> f64) -> Self {
        // In the order of memory, so that a frame's columns stay such.
        let order = if self.is_contiguous(Order::ColumnMajor) { Order::ColumnMajor } else { Order::RowMajor };
        let values = match self.slice_in(order) {
            Some(values) => values.iter().map(|value| function(*value)).collect(),
            None => self.iter().map(function).collect(),
        };
        Self::from_order(values, self.shape, order)
    }

    /// One matrix under the other: NumPy's `vstack`.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless they have as many columns.
    pub fn vstack(&self, other: impl Into<Matrix>) -> Result<Self> {
        let other = other.into();
        if self.shape.columns != other.shape.columns {
            let rule = "the numbers of columns must be equal";
            return Err(MatrixError::Shapes {
                operation: "vstack",
                left: self.shape,
                right: other.shape,
                rule,
            });
        }
        let mut values = self.to_vec(Order::RowMajor);
        values.extend(other.iter());
        let shape = Shape::new(self.shape.rows + other.shape.rows, self.shape.columns);
        Ok(Self::from_order(values, shape, Order::RowMajor))
    }

    /// One matrix beside the other: NumPy's `hstack`.
    ///
    /// # Errors
    /// [`MatrixError::Shapes`] unless they have as many rows.
    pub fn hstack(&self, other: impl Into<Matrix>) -> Result<Self> {
        let other = other.into();
        if self.shape.rows != other.shape.rows {
            let rule = "the numbers of rows must be equal";
            return Err(MatrixError::Shapes {
                operation: "hstack",
                left: self.shape,
                right: other.shape,
                rule,
            });
        }
        Ok(self.transposed().vstack(other.transposed())?.transposed())
    }
}

/// A shape as it is asked for.
pub(crate) fn wide(shape: Shape) -> (i64, i64) {
    let wide = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    (wide(shape.rows), wide(shape.columns))
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.iter().eq(other.iter())
    }
}

impl From<&Matrix> for Matrix {
    fn from(matrix: &Matrix) -> Self {
        matrix.clone()
    }
}

/// One row and one column, which go with every shape.
impl From<f64> for Matrix {
    fn from(value: f64) -> Self {
        Self::from_row([value])
    }
}

/// One row.
impl<const C: usize> From<[f64; C]> for Matrix {
    fn from(row: [f64; C]) -> Self {
        Self::from_row(row)
    }
}

/// Rows.
impl<const R: usize, const C: usize> From<[[f64; C]; R]> for Matrix {
    fn from(rows: [[f64; C]; R]) -> Self {
        Self::from_order(rows.into_iter().flatten().collect(), Shape::new(R, C), Order::RowMajor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_by_three() -> Matrix {
        Matrix::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    }

    #[test]
    fn views_share_memory() {
        let matrix = two_by_three();
        let first = |matrix: &Matrix| matrix.values.as_ptr();
        for view in [matrix.transposed(), matrix.clone(), matrix.reshape(3, 2).expect("six values")] {
            assert_eq!(first(&view), first(&matrix));
        }
        assert_ne!(first(&matrix.transposed().reshape(1, 6).expect("six values")), first(&matrix));
    }

    #[test]
    fn order_is_that_of_memory() {
        let matrix = two_by_three();
        assert_eq!(matrix.to_vec(Order::RowMajor), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(matrix.to_vec(Order::ColumnMajor), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let turned = matrix.to_order(Order::ColumnMajor);
        assert_eq!(turned, matrix);
        assert_eq!(turned.strides(), (1, 2));
        assert!(turned.transposed().is_contiguous(Order::RowMajor));
        assert_eq!(turned.transposed().as_slice(), Some([1.0, 4.0, 2.0, 5.0, 3.0, 6.0].as_slice()));
    }

    #[test]
    fn shapes_that_values_do_not_fill() {
        let matrix = two_by_three();
        for (rows, columns) in [(4, 2), (-1, 4), (-1, -1), (-2, 3), (0, -1), (i64::MAX, i64::MAX)] {
            let error = matrix.reshape(rows, columns).expect_err("six values");
            assert_eq!(error.to_string(), format!("6 values do not fill shape ({rows}, {columns})"));
        }
        assert!(Matrix::from_rows([vec![1.0], vec![2.0, 3.0]]).is_err());
        assert_eq!(Matrix::zeros(0, 3).reshape(-1, 3).expect("no rows").shape(), Shape::new(0, 3));
        assert!(Matrix::zeros(0, 3).reshape(0, -1).is_err());
    }

    #[test]
    fn no_rows_and_no_columns() {
        for matrix in [Matrix::zeros(0, 3), Matrix::zeros(3, 0), Matrix::identity(0)] {
            assert!(matrix.is_empty() && matrix.iter().next().is_none());
            assert_eq!(matrix.to_vec(Order::ColumnMajor), Vec::<f64>::new());
            assert_eq!(matrix.transposed().transposed(), matrix);
            assert_eq!(matrix.as_slice(), Some([].as_slice()));
            assert_eq!(matrix.map(|value| value + 1.0), matrix);
        }
    }

    #[test]
    fn stacks() {
        let matrix = two_by_three();
        assert_eq!(matrix.vstack([7.0, 8.0, 9.0]).expect("three columns").to_rows()[2], [7.0, 8.0, 9.0]);
        let beside = matrix.hstack(Matrix::from_column([0.0, 1.0])).expect("two rows");
        assert_eq!(beside.to_rows(), [[1.0, 2.0, 3.0, 0.0], [4.0, 5.0, 6.0, 1.0]]);
        let error = matrix.hstack([1.0, 2.0]).expect_err("one row");
        let text =
            "shapes do not go together in hstack: (2, 3) and (1, 2); the numbers of rows must be equal";
        assert_eq!(error.to_string(), text);
    }
}
