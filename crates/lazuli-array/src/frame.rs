//! A frame: batches that share a schema.

use std::sync::Arc;

use crate::{ArrayError, Batch, Column, Name, Result, Scalar, Schema, SchemaRef, Series};

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

    /// Bytes of memory that the rows refer to.
    pub fn memory_bytes(&self) -> usize {
        self.batches.iter().map(Batch::memory_bytes).sum()
    }
}

/// Frames are equal if schemas and rows are, in order; batches and the form of strings do not matter.
impl PartialEq for DataFrame {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema && self.height == other.height && self.rows().eq(other.rows())
    }
}
