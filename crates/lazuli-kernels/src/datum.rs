//! Operands of kernels: rows, or one value that stands for every row and is never expanded.
//!
//! A [`Constant`] is a column of exactly one row, so a kernel meets the same arrays on both sides and typed nulls need no
//! case of their own. [`Datum`] borrows an operand; [`Value`] owns one, as the result of evaluating an expression.

use lazuli_array::{
    Array, Bitmap, Column, DataType, DictionaryArray, Native, PrimitiveArray, Scalar, dispatch_primitive,
};

use crate::{KernelError, Result, take};

/// One value for every row.
///
/// ```
/// use lazuli_array::{DataType, Scalar};
/// use lazuli_kernels::Constant;
///
/// let constant = Constant::try_new(&DataType::Float64, Scalar::Float64(0.5))?;
/// assert_eq!(constant.to_column(3).get(2), Scalar::Float64(0.5));
/// # Ok::<(), lazuli_kernels::KernelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Constant {
    column: Column,
}

impl Constant {
    /// A value of a column type; null fits every type, text every text type.
    ///
    /// # Errors
    /// [`KernelError::Array`] if the value has another type.
    pub fn try_new(data_type: &DataType, value: Scalar) -> Result<Self> {
        Ok(Self { column: Column::from_scalars(data_type, [value])? })
    }

    /// A value of its own type; null has type [`DataType::Null`].
    pub fn from_scalar(value: &Scalar) -> Self {
        Self { column: value.to_column(1) }
    }

    /// No value, of some type.
    pub fn null(data_type: DataType) -> Self {
        Self { column: Column::new_null(data_type, 1) }
    }

    /// The value of a column of one row. Panics if it has another length.
    pub fn from_column(column: Column) -> Self {
        assert_eq!(column.len(), 1, "a constant is one row");
        Self { column }
    }

    /// The type.
    pub fn data_type(&self) -> &DataType {
        self.column.data_type()
    }

    /// The value.
    pub fn value(&self) -> Scalar {
        self.column.get(0)
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        self.column.null_count() == 1
    }

    /// The value as a column of one row.
    pub fn as_column(&self) -> &Column {
        &self.column
    }

    /// A column of `rows` rows that all hold the value. Text becomes codes into a dictionary of one entry.
    pub fn to_column(&self, rows: usize) -> Column {
        fn repeat<T: Native>(array: &PrimitiveArray<T>, rows: usize) -> Array {
            PrimitiveArray::from_vec(vec![array.values()[0]; rows]).into()
        }
        if rows == 1 {
            return self.column.clone();
        }
        if self.is_null() || rows == 0 {
            return Column::new_null(self.data_type().clone(), rows);
        }
        let array = dispatch_primitive!(
            self.column.array(),
            |array| repeat(array, rows),
            else match self.column.array() {
                Array::String(text) => take(&DictionaryArray::from_iter([text.get(0)]).into(), &vec![0; rows]),
                other => take(other, &vec![0; rows]),
            }
        );
        Column::new(self.data_type().clone(), array)
    }
}

/// A borrowed operand of a kernel.
#[derive(Debug, Clone, Copy)]
pub enum Datum<'a> {
    /// One value a row.
    Column(&'a Column),
    /// The same value in every row.
    Constant(&'a Constant),
}

impl<'a> Datum<'a> {
    /// The type.
    pub fn data_type(self) -> &'a DataType {
        self.one_or_all().data_type()
    }

    /// The values: all rows of a column, the one row of a constant.
    pub fn array(self) -> &'a Array {
        self.one_or_all().array()
    }

    /// Whether this is one value for all rows.
    pub fn is_constant(self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// The value of a row. Panics out of bounds of a column.
    pub fn get(self, row: usize) -> Scalar {
        match self {
            Self::Column(column) => column.get(row),
            Self::Constant(constant) => constant.value(),
        }
    }

    /// Whether no row holds a value: a null constant, or a column of nothing but nulls or without rows.
    pub(crate) fn is_all_null(self) -> bool {
        let column = self.one_or_all();
        column.null_count() == column.len()
    }

    /// Which rows hold a value; `None` when all do. Constants must have been checked with [`Datum::is_all_null`].
    pub(crate) fn validity(self) -> Option<Bitmap> {
        match self {
            Self::Column(column) => column.validity(),
            Self::Constant(constant) => {
                debug_assert!(!constant.is_null(), "null constants are dealt with first");
                None
            }
        }
    }

    /// The typed values, if they are of this width.
    pub(crate) fn side<T: Native>(self) -> Option<Side<'a, T>> {
        let values = T::unwrap(self.array())?.values();
        Some(match self {
            Self::Column(_) => Side::Rows(values),
            Self::Constant(_) => Side::Constant(values[0]),
        })
    }

    /// The column, or the one row of a constant.
    pub(crate) fn one_or_all(self) -> &'a Column {
        match self {
            Self::Column(column) => column,
            Self::Constant(constant) => constant.as_column(),
        }
    }
}

impl<'a> From<&'a Column> for Datum<'a> {
    fn from(column: &'a Column) -> Self {
        Self::Column(column)
    }
}

impl<'a> From<&'a Constant> for Datum<'a> {
    fn from(constant: &'a Constant) -> Self {
        Self::Constant(constant)
    }
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Column(column) => Self::Column(column),
            Value::Constant(constant) => Self::Constant(constant),
        }
    }
}

/// An owned operand: what an expression evaluates to over the rows of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One value a row.
    Column(Column),
    /// The same value in every row.
    Constant(Constant),
}

impl Value {
    /// The type.
    pub fn data_type(&self) -> &DataType {
        Datum::from(self).data_type()
    }

    /// Whether this is one value for all rows.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// The operand, borrowed.
    pub fn as_datum(&self) -> Datum<'_> {
        self.into()
    }

    /// The result of a kernel whose operands were these: one row for every row, or one row that stands for all of them
    /// when all operands were constants.
    pub fn from_result(column: Column, operands: &[Datum<'_>]) -> Self {
        if operands.iter().all(|operand| operand.is_constant()) {
            Self::Constant(Constant::from_column(column))
        } else {
            Self::Column(column)
        }
    }

    /// A column of `rows` rows; constants are expanded.
    pub fn into_column(self, rows: usize) -> Column {
        match self {
            Self::Column(column) => {
                debug_assert_eq!(column.len(), rows, "a value of another batch");
                column
            }
            Self::Constant(constant) => constant.to_column(rows),
        }
    }
}

impl From<Column> for Value {
    fn from(column: Column) -> Self {
        Self::Column(column)
    }
}

impl From<Constant> for Value {
    fn from(constant: Constant) -> Self {
        Self::Constant(constant)
    }
}

/// The typed values of an operand: a slice for hot loops, or one value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side<'a, T> {
    Rows(&'a [T]),
    Constant(T),
}

impl<T> Side<'_, T> {
    /// The values, a constant as the only one, and what a row number is cut with to find its value among them.
    pub(crate) fn rows_and_mask(&self) -> (&[T], usize) {
        match self {
            Self::Rows(rows) => (rows, usize::MAX),
            Self::Constant(value) => (std::slice::from_ref(value), 0),
        }
    }
}

/// Two operands of as many rows as each other, and that number. Two constants come back as columns of one row, so that
/// at most one of the two is a [`Datum::Constant`].
pub(crate) fn paired<'a>(
    operation: &'static str,
    left: Datum<'a>,
    right: Datum<'a>,
) -> Result<(Datum<'a>, Datum<'a>, usize)> {
    let rows = match (left, right) {
        (Datum::Column(left), Datum::Column(right)) if left.len() != right.len() => {
            return Err(KernelError::LengthMismatch { operation, left: left.len(), right: right.len() });
        }
        (Datum::Column(column), _) | (_, Datum::Column(column)) => column.len(),
        (Datum::Constant(left), Datum::Constant(right)) => {
            return Ok((Datum::Column(left.as_column()), Datum::Column(right.as_column()), 1));
        }
    };
    Ok((left, right, rows))
}

/// Rows in which both operands hold a value; `None` when all do.
pub(crate) fn both_valid(left: Datum<'_>, right: Datum<'_>) -> Option<Bitmap> {
    match (left.validity(), right.validity()) {
        (Some(left), Some(right)) => Some(left.and(&right)),
        (one, None) | (None, one) => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategies;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_constant_repeats_its_value(column in strategies::any_column(1..2), rows in 0usize..70) {
            let constant = Constant::from_column(column.clone());
            let repeated = constant.to_column(rows);
            prop_assert_eq!(repeated.data_type(), column.data_type());
            prop_assert_eq!(repeated.len(), rows);
            for row in 0..rows {
                prop_assert_eq!(repeated.get(row), column.get(0));
            }
        }
    }
}
