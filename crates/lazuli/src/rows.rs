//! Rust structs as rows: names and types are checked once, then columns are read and written whole.

use lazuli_array::{
    ArrayError, Column, ColumnValue, DataFrame, DataType, Field, FromValues, Name, Schema, Series,
};

use crate::{LazyFrame, Result};

/// A struct whose fields are the columns of a frame. `#[derive(Row)]`, of the crate `lazuli-derive` or this one's feature
/// `derive`, writes it.
///
/// ```
/// use lazuli::prelude::*;
/// use lazuli::Row;
/// use lazuli_derive::Row;
///
/// #[derive(Debug, PartialEq, Row)]
/// struct Sale {
///     item: String,
///     #[row(rename = "unit price")]
///     price: f64,
///     count: Option<i64>,
/// }
///
/// let sales = vec![
///     Sale { item: "pen".into(), price: 1.5, count: Some(3) },
///     Sale { item: "ink".into(), price: 4.0, count: None },
/// ];
/// let frame = Sale::to_frame(sales)?;
/// assert_eq!(frame.column_names(), ["item", "unit price", "count"]);
/// let dear = frame.lazy().filter(col("unit price").gt(2)).collect_rows::<Sale>()?;
/// assert_eq!(dear, [Sale { item: "ink".into(), price: 4.0, count: None }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Row: Sized {
    /// Names and types of the columns.
    fn schema() -> Schema;

    /// A frame of these rows.
    ///
    /// # Errors
    /// Two fields of one name.
    fn to_frame(rows: impl IntoIterator<Item = Self>) -> Result<DataFrame>;

    /// The rows of a frame, found by the names of their columns; other columns are passed over.
    ///
    /// # Errors
    /// A column that is missing or of another type; null where the field is no `Option`.
    fn from_frame(frame: &DataFrame) -> Result<Vec<Self>>;
}

/// A Rust type whose values are a column.
pub trait RowValue: Sized {
    /// The type of the column.
    fn data_type() -> DataType;

    /// The column of these values.
    fn column(values: Vec<Self>) -> Column;

    /// The values of a column.
    ///
    /// # Errors
    /// A column of another type; null if there is no place for it.
    fn read(series: &Series) -> Result<Vec<Self>>;
}

macro_rules! row_values {
    ($($type:ty => $data_type:ident),* $(,)?) => {$(
        impl RowValue for $type {
            fn data_type() -> DataType {
                DataType::$data_type
            }

            fn column(values: Vec<Self>) -> Column {
                Column::from_values(values.into_iter())
            }

            fn read(series: &Series) -> Result<Vec<Self>> {
                all_there(series, read_as(series, &DataType::$data_type)?)
            }
        }

        impl RowValue for Option<$type> {
            fn data_type() -> DataType {
                DataType::$data_type
            }

            fn column(values: Vec<Self>) -> Column {
                Column::from_values(values.into_iter())
            }

            fn read(series: &Series) -> Result<Vec<Self>> {
                read_as(series, &DataType::$data_type)
            }
        }
    )*};
}

row_values!(
    bool => Boolean,
    i8 => Int8,
    i16 => Int16,
    i32 => Int32,
    i64 => Int64,
    u8 => UInt8,
    u16 => UInt16,
    u32 => UInt32,
    u64 => UInt64,
    f32 => Float32,
    f64 => Float64,
    String => String,
);

fn read_as<T: ColumnValue>(series: &Series, data_type: &DataType) -> Result<Vec<Option<T>>> {
    if series.data_type() != data_type {
        return Err(mismatch(format!("column {}", series.name()), data_type, series.data_type()));
    }
    Ok(series.to_vec()?)
}

fn all_there<T>(series: &Series, values: Vec<Option<T>>) -> Result<Vec<T>> {
    match values.iter().position(Option::is_none) {
        Some(row) => Err(mismatch(format!("row {row} of column {}", series.name()), "a value", "null")),
        None => Ok(values.into_iter().flatten().collect()),
    }
}

fn mismatch(what: String, expected: impl ToString, found: impl ToString) -> crate::Error {
    ArrayError::SchemaMismatch { what, expected: expected.to_string(), found: found.to_string() }.into()
}

/// The schema of these columns, the first of each name.
pub fn schema(columns: Vec<(&str, DataType)>) -> Schema {
    let mut fields: Vec<Field> = Vec::new();
    for (name, data_type) in columns {
        if fields.iter().all(|field| field.name() != name) {
            fields.push(Field::new(name, data_type));
        }
    }
    Schema::try_new(fields).unwrap_or_default()
}

/// The frame of these columns.
///
/// # Errors
/// Two columns of one name.
pub fn frame(columns: Vec<(&str, Column)>) -> Result<DataFrame> {
    let columns = columns.into_iter().map(|(name, column)| (Name::from(name), column)).collect();
    Ok(DataFrame::from_columns(columns)?)
}

/// The values of the column of this name.
///
/// # Errors
/// As [`RowValue::read`], and a column that is not there.
pub fn values<T: RowValue>(frame: &DataFrame, name: &str) -> Result<Vec<T>> {
    T::read(&frame.column(name)?)
}

impl LazyFrame {
    /// Runs the query and gives its rows as structs.
    ///
    /// # Errors
    /// As [`LazyFrame::collect`] and [`Row::from_frame`].
    pub fn collect_rows<R: Row>(self) -> Result<Vec<R>> {
        R::from_frame(&self.collect()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::df;

    #[test]
    fn values_come_back_and_mistakes_are_named() {
        let frame = df! { "a" => [Some(1i64), None], "s" => ["x", "y"] }.expect("two rows");
        assert_eq!(values::<Option<i64>>(&frame, "a").ok(), Some(vec![Some(1), None]));
        assert_eq!(values::<String>(&frame, "s").ok(), Some(vec!["x".to_string(), "y".to_string()]));
        let text = |result: Result<Vec<i64>>| result.expect_err("a mistake").to_string();
        assert!(text(values(&frame, "a")).contains("row 1 of column a"));
        assert!(text(values(&frame, "s")).contains("column s"));
        assert!(text(values(&frame, "z")).contains('z'));
    }

    #[test]
    fn columns_are_made_of_values() {
        let column = <Option<f64> as RowValue>::column(vec![Some(0.5), None]);
        assert_eq!((column.len(), column.null_count()), (2, 1));
        assert_eq!(schema(vec![("a", DataType::Int8), ("a", DataType::Int16)]).len(), 1);
        let made = frame(vec![("a", i32::column(vec![1])), ("b", bool::column(vec![true]))]);
        assert_eq!(made.ok(), df! { "a" => [1], "b" => [true] }.ok());
    }
}
