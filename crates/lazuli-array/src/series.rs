//! One named column of a frame, in as many chunks as the frame has batches.

use crate::{
    Array, ArrayError, BinaryArray, BooleanArray, Column, DataType, DictionaryArray, ListArray, Name, Native,
    NullArray, PhysicalType, PrimitiveArray, Result, Scalar, StringArray, StructArray,
    dispatch_physical_primitive,
};

/// A named column in chunks.
///
/// ```
/// use lazuli_array::{Scalar, Series};
///
/// let series = Series::from_iter("price", [Some(1.5), None, Some(2.0)]);
/// assert_eq!(series.len(), 3);
/// assert_eq!(series.get(1), Scalar::Null);
/// ```
#[derive(Debug, Clone)]
pub struct Series {
    name: Name,
    data_type: DataType,
    chunks: Vec<Column>,
}

impl Series {
    /// A series of one chunk.
    pub fn new(name: impl Into<Name>, column: Column) -> Self {
        Self { name: name.into(), data_type: column.data_type().clone(), chunks: vec![column] }
    }

    /// A series of chunks of one type.
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if a chunk has another type.
    pub fn try_from_chunks(name: impl Into<Name>, data_type: DataType, chunks: Vec<Column>) -> Result<Self> {
        let name = name.into();
        if let Some(other) = chunks.iter().find(|chunk| *chunk.data_type() != data_type) {
            return Err(ArrayError::SchemaMismatch {
                what: format!("series {name}"),
                expected: data_type.to_string(),
                found: other.data_type().to_string(),
            });
        }
        Ok(Self { name, data_type, chunks })
    }

    /// A series of values: numbers, booleans, strings, or options of them. The type follows from the values' type.
    #[allow(
        clippy::should_implement_trait,
        reason = "a series has a name, so the trait's signature can't fit"
    )]
    pub fn from_iter<T, I>(name: impl Into<Name>, values: I) -> Self
    where
        I: IntoIterator<Item = T>,
        Column: FromValues<T>,
    {
        Self::new(name, Column::from_values(values.into_iter()))
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The type.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The chunks in order.
    pub fn chunks(&self) -> &[Column] {
        &self.chunks
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Column::len).sum()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of null rows.
    pub fn null_count(&self) -> usize {
        self.chunks.iter().map(Column::null_count).sum()
    }

    /// The value of a row. Panics out of bounds.
    pub fn get(&self, row: usize) -> Scalar {
        let mut left = row;
        for chunk in &self.chunks {
            if left < chunk.len() {
                return chunk.get(left);
            }
            left -= chunk.len();
        }
        panic!("row {row} of {}", self.len())
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = Scalar> + '_ {
        self.chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.get(row)))
    }

    /// The same rows under another name.
    pub fn with_name(self, name: impl Into<Name>) -> Self {
        Self { name: name.into(), ..self }
    }
}

/// Series are equal if names, types and rows are; chunks do not matter.
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.data_type == other.data_type
            && self.len() == other.len()
            && self.iter().eq(other.iter())
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

/// A column of type `data_type` with these values; nulls fit every type, text fits every text type.
///
/// # Errors
/// [`ArrayError::ValueType`] with the row if a value has another type.
pub(crate) fn column_from_scalars(data_type: &DataType, values: Vec<Scalar>) -> Result<Column> {
    let mismatch = |row: usize| ArrayError::ValueType {
        row,
        expected: data_type.clone(),
        found: values[row].data_type(),
    };
    for (row, value) in values.iter().enumerate() {
        let fits = match value {
            Scalar::Null => true,
            Scalar::String(_) => data_type.is_text(),
            // Nested values are checked when their own columns are built.
            Scalar::List(_) => matches!(data_type, DataType::List(_)),
            Scalar::Struct(_) => matches!(data_type, DataType::Struct(_)),
            other => other.data_type() == *data_type,
        };
        if !fits {
            return Err(mismatch(row));
        }
    }
    let validity = || values.iter().map(|value| !value.is_null()).collect::<crate::Bitmap>();
    let array: Array = match data_type.physical() {
        PhysicalType::Null => NullArray::new(values.len()).into(),
        PhysicalType::Boolean => values
            .iter()
            .map(|value| match value {
                Scalar::Boolean(value) => Some(*value),
                _ => None,
            })
            .collect::<BooleanArray>()
            .into(),
        PhysicalType::String => values.iter().map(text_of).collect::<StringArray>().into(),
        PhysicalType::Dictionary => match data_type {
            DataType::Enum(categories) => {
                let mut codes = Vec::with_capacity(values.len());
                for (row, value) in values.iter().enumerate() {
                    codes.push(match text_of(value) {
                        None => None,
                        Some(text) => Some(categories.position(text).ok_or_else(|| mismatch(row))?),
                    });
                }
                DictionaryArray::try_new(codes.into_iter().collect(), categories.clone())?.into()
            }
            _ => values.iter().map(text_of).collect::<DictionaryArray>().into(),
        },
        PhysicalType::Binary => values
            .iter()
            .map(|value| match value {
                Scalar::Binary(bytes) => Some(bytes),
                _ => None,
            })
            .collect::<BinaryArray>()
            .into(),
        PhysicalType::List => {
            let DataType::List(item) = data_type else { unreachable!("only List lies as a list") };
            let (mut offsets, mut items) = (vec![0i64], Vec::new());
            for value in &values {
                if let Scalar::List(list) = value {
                    items.extend((0..list.len()).map(|row| list.get(row)));
                }
                offsets.push(items.len() as i64);
            }
            let items = column_from_scalars(item, items)?;
            ListArray::new(offsets.into(), items.into_array(), Some(validity())).into()
        }
        PhysicalType::Struct => {
            let DataType::Struct(fields) = data_type else { unreachable!("only Struct lies as a struct") };
            let mut arrays = Vec::with_capacity(fields.len());
            for (index, field) in fields.iter().enumerate() {
                let items = values.iter().map(|value| match value {
                    Scalar::Struct(items) => items.get(index).map_or(Scalar::Null, |(_, item)| item.clone()),
                    _ => Scalar::Null,
                });
                arrays.push(column_from_scalars(field.data_type(), items.collect())?.into_array());
            }
            StructArray::new(values.len(), arrays, Some(validity())).into()
        }
        physical => dispatch_physical_primitive!(
            physical,
            |T| values.iter().map(native_of::<T>).collect::<PrimitiveArray<T>>().into(),
            else unreachable!("all other physical types are matched above")
        ),
    };
    Column::try_new(data_type.clone(), array)
}

fn text_of(value: &Scalar) -> Option<&str> {
    match value {
        Scalar::String(text) => Some(text),
        _ => None,
    }
}

/// The physical value of a scalar whose type was checked to be the one of `T`.
fn native_of<T: Native>(value: &Scalar) -> Option<T> {
    let column = match value {
        Scalar::Null => return None,
        other => other.to_column(1),
    };
    T::unwrap(column.array()).and_then(|array| array.get(0))
}

impl Column {
    /// A column of type `data_type` with these values. Nulls fit every type, text fits every text type. Slow: meant
    /// for small data, tests and edges.
    ///
    /// # Errors
    /// [`ArrayError::ValueType`] with the row if a value has another type.
    pub fn from_scalars(data_type: &DataType, values: impl IntoIterator<Item = Scalar>) -> Result<Self> {
        column_from_scalars(data_type, values.into_iter().collect())
    }
}
