//! Columns to Rust values, the way back from [`crate::FromValues`].

use crate::{Array, ArrayError, Column, Native, PrimitiveArray, Result, Series, StringArray};

/// A Rust type that rows can be read as: the primitive numbers, `i128`, `bool`, `String`, `Vec<u8>`.
///
/// Reading is by physical form and never converts: dates are `i32`, datetimes, durations and times `i64`, decimals
/// `i128` (without their point), every kind of text `String`.
pub trait ColumnValue: Sized {
    /// The rows of an array in order; `None` if they are of another form.
    fn read(array: &Array) -> Option<Vec<Option<Self>>>;

    /// The name of the form, for messages.
    fn form() -> String;
}

impl<T: Native> ColumnValue for T {
    fn read(array: &Array) -> Option<Vec<Option<Self>>> {
        array.as_primitive::<T>().map(|array| array.iter().collect())
    }

    fn form() -> String {
        std::any::type_name::<T>().into()
    }
}

impl ColumnValue for bool {
    fn read(array: &Array) -> Option<Vec<Option<Self>>> {
        match array {
            Array::Boolean(array) => Some(array.iter().collect()),
            _ => None,
        }
    }

    fn form() -> String {
        "bool".into()
    }
}

impl ColumnValue for String {
    fn read(array: &Array) -> Option<Vec<Option<Self>>> {
        match array {
            Array::String(array) => Some(array.iter().map(|text| text.map(Into::into)).collect()),
            Array::Dictionary(array) => Some(array.iter().map(|text| text.map(Into::into)).collect()),
            _ => None,
        }
    }

    fn form() -> String {
        "text".into()
    }
}

impl ColumnValue for Vec<u8> {
    fn read(array: &Array) -> Option<Vec<Option<Self>>> {
        match array {
            Array::Binary(array) => Some(array.iter().map(|bytes| bytes.map(Into::into)).collect()),
            _ => None,
        }
    }

    fn form() -> String {
        "bytes".into()
    }
}

impl Array {
    /// The typed array, if its values are of this Rust type.
    pub fn as_primitive<T: Native>(&self) -> Option<&PrimitiveArray<T>> {
        T::unwrap(self)
    }

    /// The rows as plain strings, decoded if they are dictionary codes; `None` if they are not text.
    pub fn to_strings(&self) -> Option<StringArray> {
        match self {
            Self::String(array) => Some(array.clone()),
            Self::Dictionary(array) => Some(array.to_plain()),
            _ => None,
        }
    }
}

impl Column {
    /// All rows as Rust values, by physical form (see [`ColumnValue`]).
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if the rows are of another form.
    pub fn to_vec<T: ColumnValue>(&self) -> Result<Vec<Option<T>>> {
        T::read(self.array()).ok_or_else(|| ArrayError::SchemaMismatch {
            what: "values read from a column".into(),
            expected: T::form(),
            found: self.data_type().to_string(),
        })
    }
}

impl Series {
    /// All rows as Rust values, by physical form (see [`ColumnValue`]).
    ///
    /// ```
    /// use lazuli_array::Series;
    ///
    /// let series = Series::from_iter("price", [Some(1.5), None]);
    /// assert_eq!(series.to_vec::<f64>()?, [Some(1.5), None]);
    /// assert!(series.to_vec::<i64>().is_err());
    /// # Ok::<(), lazuli_array::ArrayError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if the rows are of another form.
    pub fn to_vec<T: ColumnValue>(&self) -> Result<Vec<Option<T>>> {
        // Of a series without chunks, only the type can tell.
        let mut rows = Column::new_null(self.data_type().clone(), 0).to_vec()?;
        for chunk in self.chunks() {
            rows.extend(chunk.to_vec()?);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Column, DataType, DictionaryArray, Scalar, Series};

    #[test]
    fn rows_come_back_as_they_went_in() {
        let numbers = [Some(1i64), None, Some(3)];
        assert_eq!(Series::from_iter("a", numbers).to_vec::<i64>().as_deref(), Ok(&numbers[..]));
        let flags = [Some(true), None];
        assert_eq!(Series::from_iter("a", flags).to_vec::<bool>().as_deref(), Ok(&flags[..]));
        let codes: DictionaryArray = [Some("a"), None, Some("a")].into_iter().collect();
        let text = Column::new(DataType::String, codes).to_vec::<String>().expect("text");
        assert_eq!(text, [Some("a".to_string()), None, Some("a".to_string())]);
        let bytes = [b"a".as_slice(), b""];
        let back = Series::from_iter("a", bytes).to_vec::<Vec<u8>>().expect("bytes");
        assert_eq!(back, [Some(b"a".to_vec()), Some(vec![])]);
        assert_eq!(Scalar::Date(3).to_column(1).to_vec::<i32>(), Ok(vec![Some(3)]));
    }

    #[test]
    fn another_type_is_an_error_even_without_rows() {
        let empty = Series::try_from_chunks("a", DataType::Int64, vec![]).expect("no chunks");
        assert_eq!(empty.to_vec::<i64>(), Ok(vec![]));
        assert!(empty.to_vec::<i32>().is_err());
        assert!(empty.to_vec::<String>().is_err());
    }
}
