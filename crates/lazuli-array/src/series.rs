//! One named column of a frame, in as many chunks as the frame has batches.

use crate::frame::common_slices;
use crate::{ArrayError, Column, DataType, FromValues, Name, Result, Scalar};

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
        let lengths = |series: &Self| series.chunks.iter().map(Column::len).collect::<Vec<_>>();
        self.name == other.name
            && self.data_type == other.data_type
            && self.len() == other.len()
            && common_slices(&lengths(self), &lengths(other)).all(|slice| {
                let left = self.chunks[slice.left.0].sliced(slice.left.1, slice.length);
                left == other.chunks[slice.right.0].sliced(slice.right.1, slice.length)
            })
    }
}
