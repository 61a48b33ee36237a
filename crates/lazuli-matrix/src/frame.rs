//! Frames of numbers to matrices and back.

use lazuli_array::{Array, Column, DataFrame, DataType, Name, PrimitiveArray, Series, dispatch_integer};

use crate::{Matrix, MatrixError, Order, Result, Shape};

/// What stands for nulls, which matrices do not have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Nulls<T = f64> {
    /// Nothing: a null is an error that names its column and row.
    #[default]
    Fail,
    /// This value.
    Fill(T),
}

impl Matrix {
    /// A frame of numbers: a row for each row, a column for each column, in Fortran's order. Integers and Float32 become the
    /// equal Float64, true is 1 and false 0. One column of Float64 in one piece without nulls shares its memory.
    ///
    /// # Errors
    /// [`MatrixError::ColumnType`] for a column of another type, [`MatrixError::Null`] for a null under [`Nulls::Fail`],
    /// [`MatrixError::Inexact`] for an integer that no Float64 equals; the first of them.
    ///
    /// ```
    /// use lazuli_array::df;
    /// use lazuli_matrix::{Matrix, Nulls};
    ///
    /// let frame = df! { "a" => [Some(1i64), None], "b" => [0.5, 1.5] }?;
    /// assert_eq!(Matrix::from_frame(&frame, Nulls::Fill(0.0))?.to_rows(), [[1.0, 0.5], [0.0, 1.5]]);
    /// let error = Matrix::from_frame(&frame, Nulls::Fail).expect_err("there is a null");
    /// assert!(error.to_string().starts_with("null in column a, row 1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_frame(frame: &DataFrame, nulls: Nulls) -> Result<Self> {
        let columns = frame.get_columns();
        if let [column] = columns.as_slice() {
            return Self::from_series(column, nulls);
        }
        let mut values = Vec::with_capacity(frame.height().saturating_mul(frame.width()));
        for column in &columns {
            append(column, nulls, &mut values)?;
        }
        Ok(Self::from_order(values, Shape::new(frame.height(), frame.width()), Order::ColumnMajor))
    }

    /// A column of numbers as a matrix of one column, as [`Matrix::from_frame`] does it.
    ///
    /// # Errors
    /// As [`Matrix::from_frame`].
    pub fn from_series(series: &Series, nulls: Nulls) -> Result<Self> {
        if let [chunk] = series.chunks()
            && let (DataType::Float64, Array::Float64(array)) = (chunk.data_type(), chunk.array())
            && array.validity().is_none_or(|validity| validity.count_zeros() == 0)
        {
            let shape = Shape::new(array.len(), 1);
            return Ok(Self::from_parts(array.buffer().clone(), 0, shape, (1, array.len())));
        }
        let mut values = Vec::with_capacity(series.len());
        append(series, nulls, &mut values)?;
        Ok(Self::from_column(values))
    }

    /// The frame of these columns, of type Float64. Columns whose values lie beside each other, as those of every matrix
    /// that was made from a frame, share its memory.
    ///
    /// # Errors
    /// [`MatrixError::Names`] unless there is a name for each column, [`MatrixError::Frame`] if one occurs twice.
    ///
    /// ```
    /// use lazuli_array::df;
    /// use lazuli_matrix::Matrix;
    ///
    /// let frame = Matrix::from([[1.0, 2.0], [3.0, 4.0]]).to_frame(["a", "b"])?;
    /// assert_eq!(frame, df! { "a" => [1.0, 3.0], "b" => [2.0, 4.0] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_frame<N: Into<Name>>(&self, names: impl IntoIterator<Item = N>) -> Result<DataFrame> {
        let names: Vec<Name> = names.into_iter().map(Into::into).collect();
        if names.len() != self.num_columns() {
            return Err(MatrixError::Names { expected: self.num_columns(), found: names.len() });
        }
        let columns = names.into_iter().enumerate().map(|(column, name)| (name, self.column_values(column)));
        Ok(DataFrame::from_columns(columns.collect())?)
    }

    /// The values of a matrix of one row or one column as a column of Float64.
    ///
    /// # Errors
    /// [`MatrixError::Names`] if there are several rows and several columns.
    pub fn to_series(&self, name: impl Into<Name>) -> Result<Series> {
        let column = match self.shape() {
            Shape { columns: 1, .. } => self.column_values(0),
            Shape { rows: 1, .. } => self.transposed().column_values(0),
            shape => return Err(MatrixError::Names { expected: shape.columns, found: 1 }),
        };
        Ok(Series::new(name, column))
    }

    /// A column, which is there.
    fn column_values(&self, column: usize) -> Column {
        let rows = self.num_rows();
        let (to_row, to_column) = self.strides();
        let values = if rows <= 1 || to_row == 1 {
            let offset = if rows == 0 { 0 } else { self.offset() + column * to_column };
            self.buffer().sliced(offset, rows)
        } else {
            (0..rows).map(|row| self.at(row, column)).collect()
        };
        Column::new(DataType::Float64, PrimitiveArray::new(values, None))
    }
}

/// The values of a column behind those that are there.
fn append(series: &Series, nulls: Nulls, values: &mut Vec<f64>) -> Result<()> {
    let mut first_row = 0;
    for chunk in series.chunks() {
        append_chunk(series.name(), first_row, chunk, nulls, values)?;
        first_row += chunk.len();
    }
    // A column without chunks still has a type.
    check_type(series.name(), series.data_type())
}

fn check_type(name: &Name, data_type: &DataType) -> Result<()> {
    if data_type.is_integer()
        || matches!(data_type, DataType::Float32 | DataType::Float64 | DataType::Boolean)
    {
        return Ok(());
    }
    let expected = "a number or a Boolean".to_string();
    Err(MatrixError::ColumnType { column: name.clone(), found: data_type.clone(), expected })
}

fn append_chunk(
    name: &Name,
    first_row: usize,
    chunk: &Column,
    nulls: Nulls,
    values: &mut Vec<f64>,
) -> Result<()> {
    // Dates and durations are integers in memory.
    check_type(name, chunk.data_type())?;
    let null = |row: usize| match nulls {
        Nulls::Fill(value) => Ok(value),
        Nulls::Fail => Err(MatrixError::Null { column: name.clone(), row: first_row + row }),
    };
    let mut put = |row: usize, value: Option<f64>| -> Result<()> {
        values.push(match value {
            Some(value) => value,
            None => null(row)?,
        });
        Ok(())
    };
    match chunk.array() {
        Array::Float64(array) => array.iter().enumerate().try_for_each(|(row, value)| put(row, value)),
        Array::Float32(array) => {
            array.iter().enumerate().try_for_each(|(row, value)| put(row, value.map(f64::from)))
        }
        Array::Boolean(array) => array
            .iter()
            .enumerate()
            .try_for_each(|(row, value)| put(row, value.map(|v| f64::from(u8::from(v))))),
        array => dispatch_integer!(array, |array| array.iter().enumerate().try_for_each(|(row, value)| {
            let value = match value {
                Some(value) => Some(exact(i128::from(value)).ok_or_else(|| MatrixError::Inexact {
                    column: name.clone(),
                    row: first_row + row,
                    value: i128::from(value),
                })?),
                None => None,
            };
            put(row, value)
        }), else check_type(name, &DataType::Null)),
    }
}

/// The equal float, if there is one.
fn exact(value: i128) -> Option<f64> {
    let float = value as f64;
    (float as i128 == value).then_some(float)
}

#[cfg(test)]
mod tests {
    use lazuli_array::df;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_column_of_floats_is_not_copied() {
        let series = Series::from_iter("a", [1.0, 2.0, 3.0]);
        let pointer =
            |column: &Column| column.array().as_primitive::<f64>().expect("floats").values().as_ptr();
        let matrix = Matrix::from_series(&series, Nulls::Fail).expect("floats");
        assert_eq!(matrix.buffer().as_ptr(), pointer(&series.chunks()[0]));
        let back = matrix.to_series("a").expect("one column");
        assert_eq!(pointer(&back.chunks()[0]), pointer(&series.chunks()[0]));
        // Two of them lie apart.
        let frame = df! { "a" => [1.0, 2.0], "b" => [3.0, 4.0] }.expect("two columns");
        let matrix = Matrix::from_frame(&frame, Nulls::Fail).expect("floats");
        let second = matrix.to_frame(["a", "b"]).expect("two names").column_at(1);
        assert_eq!(pointer(&second.chunks()[0]), matrix.buffer()[2..].as_ptr());
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        let said =
            |frame: &DataFrame| Matrix::from_frame(frame, Nulls::Fail).expect_err("no numbers").to_string();
        let frame = df! { "a" => [1.0], "t" => ["x"] }.expect("two columns");
        assert_eq!(
            said(&frame),
            "column t is String, expected a number or a Boolean; cast it, or leave it out"
        );
        let date = Column::new(DataType::Date, PrimitiveArray::from_vec(vec![1i32]));
        let frame = DataFrame::from_columns(vec![("d".into(), date)]).expect("one column");
        assert!(said(&frame).starts_with("column d is Date"));
        let large = df! { "n" => [1i64, (1 << 53) + 1] }.expect("one column");
        assert!(said(&large).starts_with("9007199254740993 in column n, row 1"));
        assert!(
            said(&df! { "a" => [None::<f64>] }.expect("one column")).starts_with("null in column a, row 0")
        );
        let none = df! { "t" => Vec::<&str>::new() }.expect("one column");
        assert!(said(&none).starts_with("column t is String"));
    }

    #[test]
    fn integers_of_all_widths_and_ends() {
        let frame = df! {
            "a" => [i8::MIN, 1], "b" => [u64::MAX - 2047, 0], "c" => [i64::MIN, 0], "d" => [Some(true), None],
            "e" => [0.1f32, -0.0],
        }
        .expect("columns");
        let matrix = Matrix::from_frame(&frame, Nulls::Fill(-1.0)).expect("exact numbers");
        let first = [-128.0, 18446744073709549568.0, -9223372036854775808.0, 1.0, f64::from(0.1f32)];
        assert_eq!(matrix.to_rows(), [first, [1.0, 0.0, 0.0, -1.0, 0.0]]);
    }

    #[test]
    fn names_and_shapes() {
        let matrix = Matrix::zeros(2, 2);
        let said = |result: Result<DataFrame>| result.expect_err("names").to_string();
        assert_eq!(said(matrix.to_frame(["a"])), "1 names for 2 columns");
        assert!(said(matrix.to_frame(["a", "a"])).contains('a'));
        assert!(matrix.to_series("a").is_err());
        assert_eq!(Matrix::zeros(0, 1).to_frame(["a"]).expect("a name").shape(), (0, 1));
        assert_eq!(Matrix::from([1.0, 2.0]).to_series("a").expect("one row").len(), 2);
    }

    proptest! {
        #[test]
        fn frames_come_back(
            rows in proptest::collection::vec([any::<i32>(), any::<i32>(), any::<i32>()], 0..20),
            cut in 0usize..20,
            turned: bool,
        ) {
            let column = |index: usize| rows.iter().map(move |row| f64::from(row[index]));
            let names = ["a", "b", "c"];
            let series = names.iter().enumerate().map(|(index, name)| Series::from_iter(*name, column(index)));
            let frame = DataFrame::try_new(series.collect()).expect("three columns");
            // In two pieces.
            let cut = cut.min(frame.height());
            let pieces = frame.sliced(0, cut).vstack(&frame.sliced(cut, frame.height() - cut)).expect("one schema");
            let matrix = Matrix::from_frame(&pieces, Nulls::Fail).expect("numbers");
            let matrix = if turned { matrix.to_order(Order::RowMajor) } else { matrix };
            prop_assert_eq!(matrix.to_frame(names).expect("three names"), frame);
        }
    }
}
