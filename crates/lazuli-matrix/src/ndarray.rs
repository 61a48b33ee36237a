//! Arrays of the ndarray crate, of any type of numbers: columns and frames to arrays, views of columns, and back.
//!
//! Types are not converted here: an array of `i64` is made from columns of Int64. [`Matrix`] converts to Float64.
//!
//! ```
//! use lazuli_array::df;
//! use lazuli_matrix::ndarray::{FrameToNdarray, SeriesToNdarray};
//! use lazuli_matrix::{Nulls, Order};
//!
//! let frame = df! { "a" => [1i64, 2, 3], "b" => [Some(4i64), None, Some(6)] }?;
//! let array = frame.to_ndarray::<i64>(Order::RowMajor, Nulls::Fill(0))?;
//! assert_eq!(array, ::ndarray::arr2(&[[1, 4], [2, 0], [3, 6]]));
//! assert_eq!(frame.column("a")?.chunks()[0].len(), frame.column("a")?.view_ndarray::<i64>()?.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use ::ndarray::{Array1, Array2, ArrayView1, ArrayView2, ShapeBuilder};
use lazuli_array::{Buffer, Column, DataFrame, DataType, Name, Native, PrimitiveArray, Series};

use crate::{Matrix, MatrixError, Nulls, Order, Result, Shape};

/// A type of numbers that columns and arrays have in common.
pub trait Element: Native {
    /// The type of columns of it.
    const DATA_TYPE: DataType;
}

/// One line for each type.
macro_rules! elements {
    ($($native:ty => $data_type:ident),*) => {$(
        impl Element for $native {
            const DATA_TYPE: DataType = DataType::$data_type;
        }
    )*};
}

elements!(
    i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64, u8 => UInt8, u16 => UInt16, u32 => UInt32, u64 => UInt64,
    f32 => Float32, f64 => Float64
);

/// A column as an array of one axis.
pub trait SeriesToNdarray {
    /// The values as an array of their own.
    ///
    /// # Errors
    /// [`MatrixError::ColumnType`] if the column is of another type, [`MatrixError::Null`] for a null under [`Nulls::Fail`].
    fn to_ndarray<T: Element>(&self, nulls: Nulls<T>) -> Result<Array1<T>>;

    /// The values where they are, without a copy.
    ///
    /// # Errors
    /// [`MatrixError::ColumnType`] if the column is of another type, [`MatrixError::Null`] if it has a null,
    /// [`MatrixError::Pieces`] if it is in several pieces: rechunk the frame first.
    fn view_ndarray<T: Element>(&self) -> Result<ArrayView1<'_, T>>;

    /// The column of an array, without a copy if its values lie beside each other.
    fn from_ndarray<T: Element>(name: impl Into<Name>, array: Array1<T>) -> Self;
}

/// A frame as an array of two axes: a row for each row, a column for each column.
pub trait FrameToNdarray: Sized {
    /// The values as an array of their own, in this order.
    ///
    /// # Errors
    /// [`MatrixError::ColumnType`] if a column is of another type, [`MatrixError::Null`] for a null under [`Nulls::Fail`].
    fn to_ndarray<T: Element>(&self, order: Order, nulls: Nulls<T>) -> Result<Array2<T>>;

    /// The frame of an array, without a copy if its values lie column after column.
    ///
    /// # Errors
    /// [`MatrixError::Names`] unless there is a name for each column, [`MatrixError::Frame`] if one occurs twice.
    ///
    /// ```
    /// use lazuli_array::{DataFrame, df};
    /// use lazuli_matrix::ndarray::FrameToNdarray;
    ///
    /// let frame = DataFrame::from_ndarray(["a", "b"], ::ndarray::arr2(&[[1, 2], [3, 4]]))?;
    /// assert_eq!(frame, df! { "a" => [1, 3], "b" => [2, 4] }?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from_ndarray<T: Element, N: Into<Name>>(
        names: impl IntoIterator<Item = N>,
        array: Array2<T>,
    ) -> Result<Self>;
}

impl SeriesToNdarray for Series {
    fn to_ndarray<T: Element>(&self, nulls: Nulls<T>) -> Result<Array1<T>> {
        let mut values = Vec::with_capacity(self.len());
        append(self, nulls, &mut values)?;
        Ok(values.into())
    }

    fn view_ndarray<T: Element>(&self) -> Result<ArrayView1<'_, T>> {
        check_type::<T>(self)?;
        let column = match self.chunks() {
            [] => return Ok(ArrayView1::from(&[])),
            [column] => column,
            pieces => return Err(MatrixError::Pieces { column: self.name().clone(), pieces: pieces.len() }),
        };
        let array = typed::<T>(self, column)?;
        let null = array.validity().and_then(|_| array.iter().position(|value| value.is_none()));
        match null {
            Some(row) => Err(MatrixError::Null { column: self.name().clone(), row }),
            None => Ok(ArrayView1::from(array.values())),
        }
    }

    fn from_ndarray<T: Element>(name: impl Into<Name>, array: Array1<T>) -> Self {
        let length = array.len();
        let (values, offset) = match array.is_standard_layout() {
            true => array.into_raw_vec_and_offset(),
            false => (array.to_vec(), Some(0)),
        };
        let values = Buffer::from(values).sliced(offset.unwrap_or(0), length);
        Series::new(name, Column::new(T::DATA_TYPE, PrimitiveArray::new(values, None)))
    }
}

impl FrameToNdarray for DataFrame {
    fn to_ndarray<T: Element>(&self, order: Order, nulls: Nulls<T>) -> Result<Array2<T>> {
        let (rows, columns) = self.shape();
        let mut values = Vec::with_capacity(rows.saturating_mul(columns));
        for column in self.get_columns() {
            append(&column, nulls, &mut values)?;
        }
        let array = Array2::from_shape_vec((rows, columns).f(), values);
        let array = array.expect("each column has a value for each row");
        Ok(match order {
            Order::ColumnMajor => array,
            Order::RowMajor => array.as_standard_layout().into_owned(),
        })
    }

    fn from_ndarray<T: Element, N: Into<Name>>(
        names: impl IntoIterator<Item = N>,
        array: Array2<T>,
    ) -> Result<Self> {
        let names: Vec<Name> = names.into_iter().map(Into::into).collect();
        let (rows, columns) = array.dim();
        if names.len() != columns {
            return Err(MatrixError::Names { expected: columns, found: names.len() });
        }
        let turned = array.reversed_axes();
        let turned = match turned.is_standard_layout() {
            true => turned,
            false => turned.as_standard_layout().into_owned(),
        };
        let (values, offset) = turned.into_raw_vec_and_offset();
        let (values, offset) = (Buffer::from(values), offset.unwrap_or(0));
        let column = |(index, name): (usize, Name)| {
            let values = values.sliced(offset + index * rows, rows);
            (name, Column::new(T::DATA_TYPE, PrimitiveArray::new(values, None)))
        };
        Ok(DataFrame::from_columns(names.into_iter().enumerate().map(column).collect())?)
    }
}

impl Matrix {
    /// The matrix where it is, without a copy.
    pub fn view_ndarray(&self) -> ArrayView2<'_, f64> {
        let Shape { rows, columns } = self.shape();
        let values = if self.is_empty() { &[] } else { &self.buffer()[self.offset()..] };
        // Where there is nothing, strides would count as reaching somewhere.
        let strides = if self.is_empty() { (0, 0) } else { self.strides() };
        ArrayView2::from_shape((rows, columns).strides(strides), values)
            .expect("every place of a matrix lies in its values")
    }

    /// The matrix as an array of its own, in this order.
    pub fn to_ndarray(&self, order: Order) -> Array2<f64> {
        let Shape { rows, columns } = self.shape();
        let shape = (rows, columns).set_f(order == Order::ColumnMajor);
        Array2::from_shape_vec(shape, self.to_vec(order)).expect("as many values as the shape has")
    }
}

/// Without a copy if the values lie row after row or column after column.
impl From<Array2<f64>> for Matrix {
    fn from(array: Array2<f64>) -> Self {
        let (rows, columns) = array.dim();
        let shape = Shape::new(rows, columns);
        if array.t().is_standard_layout() && !array.is_standard_layout() {
            return Matrix::from(array.reversed_axes()).transposed();
        }
        let array = match array.is_standard_layout() {
            true => array,
            false => array.as_standard_layout().into_owned(),
        };
        let (values, offset) = array.into_raw_vec_and_offset();
        Matrix::from_parts(values.into(), offset.unwrap_or(0), shape, (columns, 1))
    }
}

fn check_type<T: Element>(series: &Series) -> Result<()> {
    if *series.data_type() == T::DATA_TYPE {
        return Ok(());
    }
    let (column, found) = (series.name().clone(), series.data_type().clone());
    Err(MatrixError::ColumnType { column, found, expected: T::DATA_TYPE.to_string() })
}

fn typed<'a, T: Element>(series: &Series, column: &'a Column) -> Result<&'a PrimitiveArray<T>> {
    column.array().as_primitive::<T>().ok_or_else(|| MatrixError::ColumnType {
        column: series.name().clone(),
        found: column.data_type().clone(),
        expected: T::DATA_TYPE.to_string(),
    })
}

/// The values of a column behind those that are there.
fn append<T: Element>(series: &Series, nulls: Nulls<T>, values: &mut Vec<T>) -> Result<()> {
    check_type::<T>(series)?;
    let mut first_row = 0;
    for column in series.chunks() {
        let array = typed::<T>(series, column)?;
        match array.validity() {
            None => values.extend_from_slice(array.values()),
            Some(_) => {
                for (row, value) in array.iter().enumerate() {
                    values.push(match (value, nulls) {
                        (Some(value), _) | (None, Nulls::Fill(value)) => value,
                        (None, Nulls::Fail) => {
                            let (column, row) = (series.name().clone(), first_row + row);
                            return Err(MatrixError::Null { column, row });
                        }
                    });
                }
            }
        }
        first_row += column.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ::ndarray::{Axis, Slice, arr1, arr2};
    use lazuli_array::df;
    use proptest::prelude::*;

    use super::*;

    fn frame() -> DataFrame {
        df! { "a" => [1i64, 2, 3], "b" => [4i64, 5, 6] }.expect("two columns")
    }

    #[test]
    fn both_orders() {
        let rows = frame().to_ndarray::<i64>(Order::RowMajor, Nulls::Fail).expect("integers");
        let columns = frame().to_ndarray::<i64>(Order::ColumnMajor, Nulls::Fail).expect("integers");
        assert_eq!((rows.strides(), columns.strides()), ([2, 1].as_slice(), [1, 3].as_slice()));
        assert_eq!(rows, columns);
        assert_eq!(rows, arr2(&[[1, 4], [2, 5], [3, 6]]));
        for array in [rows, columns] {
            assert_eq!(DataFrame::from_ndarray(["a", "b"], array).expect("two names"), frame());
        }
    }

    #[test]
    fn views_do_not_copy() {
        let series = Series::from_iter("a", [1.5f32, 2.5]);
        let view = series.view_ndarray::<f32>().expect("one piece");
        assert_eq!(view, arr1(&[1.5, 2.5]));
        assert_eq!(
            view.as_ptr(),
            series.chunks()[0].array().as_primitive::<f32>().expect("floats").values().as_ptr()
        );
        let array = arr2(&[[1.0, 2.0], [3.0, 4.0]]);
        let pointer = array.as_ptr();
        let matrix = Matrix::from(array);
        assert_eq!(matrix.transposed().view_ndarray(), arr2(&[[1.0, 3.0], [2.0, 4.0]]));
        assert_eq!(matrix.view_ndarray().as_ptr(), pointer);
        assert_eq!(matrix.broadcast_to(2, 2).expect("its own shape").view_ndarray()[[1, 0]], 3.0);
        let wide = Matrix::from(7.0).broadcast_to(2, 3).expect("a number");
        assert_eq!(wide.view_ndarray(), Array2::from_elem((2, 3), 7.0));
        assert_eq!(wide.to_ndarray(Order::ColumnMajor), wide.view_ndarray());
    }

    #[test]
    fn columns_that_are_no_arrays() {
        let said = |result: Result<Array1<i64>>| result.expect_err("no array").to_string();
        let column = |frame: &DataFrame| frame.column_at(0);
        let null = column(&df! { "n" => [Some(1i64), None] }.expect("one column"));
        assert!(said(null.to_ndarray(Nulls::Fail)).starts_with("null in column n, row 1"));
        assert!(null.view_ndarray::<i64>().is_err());
        assert_eq!(null.to_ndarray(Nulls::Fill(7i64)).expect("filled"), arr1(&[1, 7]));
        let small = column(&df! { "n" => [1i32] }.expect("one column"));
        assert!(said(small.to_ndarray(Nulls::Fail)).starts_with("column n is Int32, expected Int64"));
        let pieces = frame().vstack(&frame()).expect("one schema").column_at(0);
        let error = pieces.view_ndarray::<i64>().expect_err("two pieces").to_string();
        assert!(error.contains("in 2 pieces"), "{error}");
        assert_eq!(pieces.to_ndarray::<i64>(Nulls::Fail).expect("integers"), arr1(&[1, 2, 3, 1, 2, 3]));
        assert!(DataFrame::from_ndarray(["a"], arr2(&[[1, 2]])).is_err());
    }

    proptest! {
        #[test]
        fn parts_of_arrays_come_back(rows in 0usize..5, columns in 0usize..5, turned: bool, step in 1isize..3, back: bool) {
            let array = Array2::from_shape_fn((rows, columns), |(row, column)| (row * 10 + column) as f64);
            let array = if turned { array.reversed_axes() } else { array };
            let mut part = array;
            part.slice_axis_inplace(Axis(0), Slice::new(0, None, if back { -step } else { step }));
            let names: Vec<String> = (0..part.ncols()).map(|index| index.to_string()).collect();
            let frame = DataFrame::from_ndarray(names, part.clone()).expect("names");
            if part.ncols() > 0 {
                prop_assert_eq!(&frame.to_ndarray::<f64>(Order::RowMajor, Nulls::Fail).expect("floats"), &part);
            }
            let matrix = Matrix::from(part.clone());
            prop_assert_eq!(matrix.view_ndarray(), part.view());
            if part.ncols() > 0 {
                let column = part.column(0).to_owned();
                let series = Series::from_ndarray("a", column.clone());
                prop_assert_eq!(series.view_ndarray::<f64>().expect("one piece"), column);
            }
        }
    }
}
