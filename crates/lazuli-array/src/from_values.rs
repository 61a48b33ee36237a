//! Columns from Rust values, and the `df!` macro: the type of a column follows from the type of the values.

use crate::{
    BinaryArray, BooleanArray, Column, DataType, ListArray, Name, PrimitiveArray, Series, StringArray,
};

/// A frame of named columns in one batch: `Result<DataFrame>`.
///
/// Values are anything that iterates over numbers, booleans, text, bytes, or vectors or options of them (arrays,
/// vectors, slices by reference, ranges, iterators), a [`Series`] or a [`Column`]. A bare `1` is an `i32`.
///
/// # Errors
/// [`crate::ArrayError::LengthMismatch`], [`crate::ArrayError::DuplicateName`], or
/// [`crate::ArrayError::SchemaMismatch`] if series are chunked differently.
///
/// ```
/// use lazuli_array::{Scalar, df};
///
/// let frame = df! {
///     "a" => [1i64, 2],
///     "b" => [Some("x"), None],
///     "c" => vec![0.5, 1.5],
/// }?;
/// assert_eq!(frame.shape(), (2, 3));
/// assert_eq!(frame.get(1, 1), Scalar::Null);
/// # Ok::<(), lazuli_array::ArrayError>(())
/// ```
#[macro_export]
macro_rules! df {
    ($($name:expr => $values:expr),* $(,)?) => {
        $crate::DataFrame::try_new(::std::vec![$($crate::IntoSeries::into_series($values, $name)),*])
    };
}

/// What `df!` makes a column of.
pub trait IntoSeries {
    /// A series of this name with these values.
    fn into_series(self, name: impl Into<Name>) -> Series;
}

impl IntoSeries for Series {
    fn into_series(self, name: impl Into<Name>) -> Series {
        self.with_name(name)
    }
}

impl IntoSeries for Column {
    fn into_series(self, name: impl Into<Name>) -> Series {
        Series::new(name, self)
    }
}

impl<T, I> IntoSeries for I
where
    I: IntoIterator<Item = T>,
    Column: FromValues<T>,
{
    fn into_series(self, name: impl Into<Name>) -> Series {
        Series::from_iter(name, self)
    }
}

/// Columns from an iterator of Rust values: how `Series::from_iter` and the `df!` macro choose a type.
pub trait FromValues<T> {
    /// A column of these values in order.
    fn from_values(values: impl Iterator<Item = T>) -> Self;
}

macro_rules! from_values {
    ($($type:ty => $data_type:ident, $array:ty);* $(;)?) => {$(
        impl FromValues<$type> for Column {
            fn from_values(values: impl Iterator<Item = $type>) -> Self {
                Column::new(DataType::$data_type, values.map(Some).collect::<$array>())
            }
        }

        impl FromValues<Option<$type>> for Column {
            fn from_values(values: impl Iterator<Item = Option<$type>>) -> Self {
                Column::new(DataType::$data_type, values.collect::<$array>())
            }
        }
    )*};
}

from_values!(
    bool => Boolean, BooleanArray;
    i8 => Int8, PrimitiveArray<i8>;
    i16 => Int16, PrimitiveArray<i16>;
    i32 => Int32, PrimitiveArray<i32>;
    i64 => Int64, PrimitiveArray<i64>;
    u8 => UInt8, PrimitiveArray<u8>;
    u16 => UInt16, PrimitiveArray<u16>;
    u32 => UInt32, PrimitiveArray<u32>;
    u64 => UInt64, PrimitiveArray<u64>;
    f32 => Float32, PrimitiveArray<f32>;
    f64 => Float64, PrimitiveArray<f64>;
    String => String, StringArray;
    Name => String, StringArray;
);

impl<'a> FromValues<&'a str> for Column {
    fn from_values(values: impl Iterator<Item = &'a str>) -> Self {
        Column::new(DataType::String, values.map(Some).collect::<StringArray>())
    }
}

impl<'a> FromValues<Option<&'a str>> for Column {
    fn from_values(values: impl Iterator<Item = Option<&'a str>>) -> Self {
        Column::new(DataType::String, values.collect::<StringArray>())
    }
}

impl<'a> FromValues<&'a [u8]> for Column {
    fn from_values(values: impl Iterator<Item = &'a [u8]>) -> Self {
        Column::new(DataType::Binary, values.map(Some).collect::<BinaryArray>())
    }
}

impl<'a> FromValues<Option<&'a [u8]>> for Column {
    fn from_values(values: impl Iterator<Item = Option<&'a [u8]>>) -> Self {
        Column::new(DataType::Binary, values.collect::<BinaryArray>())
    }
}

/// The values behind references, so that `&[1, 2]` and `&vec` work.
impl<'a, T: Clone> FromValues<&'a T> for Column
where
    Column: FromValues<T>,
{
    fn from_values(values: impl Iterator<Item = &'a T>) -> Self {
        <Column as FromValues<T>>::from_values(values.cloned())
    }
}

/// Lists.
impl<T> FromValues<Vec<T>> for Column
where
    Column: FromValues<T>,
{
    fn from_values(values: impl Iterator<Item = Vec<T>>) -> Self {
        <Column as FromValues<Option<Vec<T>>>>::from_values(values.map(Some))
    }
}

/// Lists with nulls.
impl<T> FromValues<Option<Vec<T>>> for Column
where
    Column: FromValues<T>,
{
    fn from_values(values: impl Iterator<Item = Option<Vec<T>>>) -> Self {
        let (mut offsets, mut items, mut validity) =
            (vec![0i64], Vec::new(), crate::BitmapBuilder::default());
        for value in values {
            validity.push(value.is_some());
            items.extend(value.into_iter().flatten());
            offsets.push(items.len() as i64);
        }
        let items = <Column as FromValues<T>>::from_values(items.into_iter());
        let data_type = DataType::List(Box::new(items.data_type().clone()));
        let validity = validity.finish_validity();
        Column::new(data_type, ListArray::new(offsets.into(), items.into_array(), validity))
    }
}

#[cfg(test)]
mod tests {
    use crate::{ArrayError, Column, DataType, Scalar, Series};

    #[test]
    fn values_of_many_forms_make_columns() {
        let text = String::from("x");
        let vector = vec![1u8, 2];
        let frame = df! {
            "array" => [1i64, 2],
            "vector" => vec![Some(1.5f32), None],
            "reference" => &vector,
            "slice" => &vector[..],
            "references" => [&text, &text],
            "range" => 0..2i16,
            "iterator" => (0..2).map(|row| row == 1),
            "bytes" => [b"a".as_slice(), b""],
            "lists" => [vec![1i32], vec![]],
            "null lists" => [None, Some(vec![Some("a"), None])],
            "series" => Series::from_iter("other", ["a", "b"]),
            "column" => Scalar::Date(0).to_column(2),
            "bare" => [1, 2],
        }
        .expect("two rows each");
        let types: Vec<String> =
            frame.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
        let expected = [
            "Int64",
            "Float32",
            "UInt8",
            "UInt8",
            "String",
            "Int16",
            "Boolean",
            "Binary",
            "List(Int32)",
            "List(String)",
            "String",
            "Date",
            "Int32",
        ];
        assert_eq!(types, expected);
        let row: Vec<String> = frame.rows().nth(1).expect("row 1").iter().map(Scalar::to_string).collect();
        let expected =
            ["2", "null", "2", "2", "x", "1", "true", "b\"\"", "[]", "[\"a\", null]", "b", "1970-01-01", "2"];
        assert_eq!(row, expected);
    }

    #[test]
    fn mistakes_are_errors() {
        assert!(matches!(df! { "a" => [1], "b" => [1, 2] }, Err(ArrayError::LengthMismatch { .. })));
        assert!(matches!(df! { "a" => [1], "a" => [2] }, Err(ArrayError::DuplicateName { .. })));
        assert_eq!(df! {}.expect("no columns").shape(), (0, 0));
        let nulls = df! { "a" => Column::new_null(DataType::Null, 2) }.expect("a column");
        assert_eq!(nulls.shape(), (2, 1));
    }
}
