//! A frame: batches that share a schema.

use std::collections::HashSet;
use std::sync::Arc;

use crate::{ArrayError, Batch, Column, Dictionary, Name, Result, Scalar, Schema, SchemaRef, Series};

/// A table in memory: a schema and a list of batches, aligned across columns. Cloning is cheap.
///
/// The verbs (`filter`, `group_by`, ...) come with the `lazuli` crate: eager is lazy plus collect.
#[derive(Debug, Clone)]
pub struct DataFrame {
    schema: SchemaRef,
    batches: Arc<[Batch]>,
    height: usize,
}

impl DataFrame {
    /// A frame of series, chunked as the first one is.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`], [`ArrayError::DuplicateName`], or [`ArrayError::SchemaMismatch`] if series are
    /// chunked differently.
    pub fn try_new(series: Vec<Series>) -> Result<Self> {
        let fields = series
            .iter()
            .map(|series| crate::Field::new(series.name().clone(), series.data_type().clone()))
            .collect();
        let schema = Arc::new(Schema::try_new(fields)?);
        let Some(first) = series.first() else { return Ok(Self::empty(schema)) };
        if let Some(other) = series.iter().find(|other| other.len() != first.len()) {
            return Err(ArrayError::LengthMismatch {
                what: format!("column {}", other.name()),
                expected: first.len(),
                found: other.len(),
            });
        }
        let chunk_count = first.chunks().len();
        if let Some(other) = series.iter().find(|other| other.chunks().len() != chunk_count) {
            return Err(ArrayError::SchemaMismatch {
                what: format!("chunks of column {}", other.name()),
                expected: chunk_count.to_string(),
                found: other.chunks().len().to_string(),
            });
        }
        let batches = (0..chunk_count)
            .map(|chunk| {
                let columns = series.iter().map(|series| series.chunks()[chunk].clone()).collect();
                Batch::try_new(schema.clone(), columns, first.chunks()[chunk].len())
            })
            .collect::<Result<Vec<_>>>()?;
        Self::from_batches(schema, batches)
    }

    /// A frame of batches. Batches without rows are dropped.
    ///
    /// # Errors
    /// [`ArrayError::SchemaMismatch`] if a batch has another schema.
    pub fn from_batches(schema: SchemaRef, batches: Vec<Batch>) -> Result<Self> {
        if let Some(other) = batches.iter().find(|batch| **batch.schema() != *schema) {
            return Err(ArrayError::SchemaMismatch {
                what: "a batch of the frame".into(),
                expected: schema.to_string(),
                found: other.schema().to_string(),
            });
        }
        let batches: Arc<[Batch]> = batches.into_iter().filter(|batch| batch.num_rows() > 0).collect();
        let height = batches.iter().map(Batch::num_rows).sum();
        Ok(Self { schema, batches, height })
    }

    /// A frame of named columns in one batch.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] or [`ArrayError::DuplicateName`].
    pub fn from_columns(columns: Vec<(Name, Column)>) -> Result<Self> {
        let batch = Batch::from_columns(columns)?;
        Self::from_batches(batch.schema().clone(), vec![batch])
    }

    /// A frame without rows.
    pub fn empty(schema: SchemaRef) -> Self {
        Self { schema, batches: Arc::new([]), height: 0 }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batches in order; none of them is empty.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.schema.len()
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.height, self.width())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.height == 0
    }

    /// One column by name.
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`] with the names there are.
    pub fn column(&self, name: &str) -> Result<Series> {
        Ok(self.column_at(self.schema.require(name)?))
    }

    /// One column by position. Panics out of bounds.
    pub fn column_at(&self, index: usize) -> Series {
        let field = self.schema.field(index);
        let chunks = self.batches.iter().map(|batch| batch.column(index).clone()).collect();
        Series::try_from_chunks(field.name().clone(), field.data_type().clone(), chunks)
            .expect("batches of one frame share its schema")
    }

    /// The value in a row of a column. Panics out of bounds.
    pub fn get(&self, row: usize, column: usize) -> Scalar {
        let mut left = row;
        for batch in self.batches.iter() {
            if left < batch.num_rows() {
                return batch.column(column).get(left);
            }
            left -= batch.num_rows();
        }
        panic!("row {row} of {}", self.height)
    }

    /// The rows in order, as scalars. Slow: meant for small data, tests and edges.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Scalar>> + '_ {
        self.batches.iter().flat_map(|batch| {
            (0..batch.num_rows()).map(|row| batch.columns().iter().map(|column| column.get(row)).collect())
        })
    }

    /// Bytes of memory that the rows refer to. A dictionary counts once, however many columns and batches share it.
    pub fn memory_bytes(&self) -> usize {
        let mut known: HashSet<*const Dictionary> = HashSet::new();
        let columns = self.batches.iter().flat_map(Batch::columns);
        columns
            .map(|column| {
                let mut repeated_bytes = 0;
                column.array().for_each_dictionary(&mut |dictionary| {
                    if !known.insert(Arc::as_ptr(dictionary)) {
                        repeated_bytes += dictionary.memory_bytes();
                    }
                });
                column.memory_bytes() - repeated_bytes
            })
            .sum()
    }
}

/// Frames are equal if schemas and rows are, in order; batches and the form of strings do not matter.
impl PartialEq for DataFrame {
    fn eq(&self, other: &Self) -> bool {
        let heights = |frame: &Self| frame.batches.iter().map(Batch::num_rows).collect::<Vec<_>>();
        self.schema == other.schema
            && self.height == other.height
            && common_slices(&heights(self), &heights(other)).all(|slice| {
                let left = self.batches[slice.left.0].sliced(slice.left.1, slice.length);
                left == other.batches[slice.right.0].sliced(slice.right.1, slice.length)
            })
    }
}

/// A run of rows that lies within one chunk on both sides: for each side the chunk and where in it the run starts.
pub(crate) struct CommonSlice {
    pub(crate) left: (usize, usize),
    pub(crate) right: (usize, usize),
    pub(crate) length: usize,
}

/// Two divisions of the same rows into chunks, as the slices that respect both, in order.
pub(crate) fn common_slices(left: &[usize], right: &[usize]) -> impl Iterator<Item = CommonSlice> {
    /// The next row of a side: its chunk and its place there, past chunks that have no rows left.
    fn settle(lengths: &[usize], mut place: (usize, usize)) -> Option<(usize, usize)> {
        while place.1 == *lengths.get(place.0)? {
            place = (place.0 + 1, 0);
        }
        Some(place)
    }
    let (mut left_place, mut right_place) = ((0, 0), (0, 0));
    std::iter::from_fn(move || {
        let (at_left, at_right) = (settle(left, left_place)?, settle(right, right_place)?);
        let length = (left[at_left.0] - at_left.1).min(right[at_right.0] - at_right.1);
        left_place = (at_left.0, at_left.1 + length);
        right_place = (at_right.0, at_right.1 + length);
        Some(CommonSlice { left: at_left, right: at_right, length })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataType, DictionaryArray, df};

    /// The rows of a frame in batches of these sizes.
    fn cut(frame: &DataFrame, sizes: &[usize]) -> DataFrame {
        let (mut start, mut batches) = (0, Vec::new());
        for &size in sizes {
            batches.push(frame.batches()[0].sliced(start, size));
            start += size;
        }
        DataFrame::from_batches(frame.schema().clone(), batches).expect("one schema")
    }

    #[test]
    fn batches_do_not_matter_to_equality() {
        let frame =
            df! { "a" => 0..10i64, "b" => (0..10).map(|row| (row != 3).then_some("x")) }.expect("ten rows");
        let cuts: [&[usize]; 5] = [&[10], &[5, 5], &[1, 0, 9], &[3, 3, 4], &[9, 1]];
        for (left, right) in cuts.iter().flat_map(|left| cuts.iter().map(move |right| (left, right))) {
            assert_eq!(cut(&frame, left), cut(&frame, right));
            assert_eq!(cut(&frame, left).column_at(1), cut(&frame, right).column_at(1));
        }
        assert_ne!(cut(&frame, &[5, 4]), frame);
        assert_ne!(cut(&frame, &[5, 4]).column_at(0), frame.column_at(0));
        let other =
            df! { "a" => (0..10i64).map(|row| row.min(8)), "b" => frame.column_at(1) }.expect("ten rows");
        assert_ne!(cut(&other, &[2, 8]), cut(&frame, &[4, 6]));
        assert_ne!(other.column_at(0), frame.column_at(0));
    }

    #[test]
    fn a_shared_dictionary_counts_once() {
        let codes: DictionaryArray = [Some("a long text"), Some("b"), None, Some("b")].into_iter().collect();
        let dictionary_bytes = codes.dictionary().memory_bytes();
        let column = Column::new(DataType::String, codes);
        let frame = df! { "a" => column.clone(), "b" => column }.expect("a column");
        // Four codes of 4 bytes and a byte of validity, twice.
        assert_eq!(frame.memory_bytes(), dictionary_bytes + 2 * (4 * 4 + 1));
        assert_eq!(cut(&frame, &[2, 2]).memory_bytes(), dictionary_bytes + 2 * (4 * 4 + 1));
    }

    #[test]
    fn the_form_of_strings_does_not_matter_to_equality() {
        let codes: DictionaryArray = [Some("x"), None, Some("y")].into_iter().collect();
        let coded = df! { "s" => Column::new(DataType::String, codes) }.expect("a column");
        let plain = df! { "s" => [Some("x"), None, Some("y")] }.expect("a column");
        assert_eq!(coded, plain);
        assert_ne!(coded, df! { "s" => [Some("x"), None, Some("z")] }.expect("a column"));
    }
}
