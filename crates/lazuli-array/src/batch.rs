//! Columns of equal length under a schema: the unit that operators pass on.

use std::sync::Arc;

use crate::buffer::assert_slice;
use crate::{ArrayError, Column, Field, Name, Result, Schema, SchemaRef};

/// Columns of equal length. Cloning is cheap: columns share their memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    schema: SchemaRef,
    columns: Vec<Column>,
    num_rows: usize,
}

impl Batch {
    /// A batch of these columns.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] or [`ArrayError::SchemaMismatch`].
    pub fn try_new(schema: SchemaRef, columns: Vec<Column>, num_rows: usize) -> Result<Self> {
        if schema.len() != columns.len() {
            return Err(ArrayError::LengthMismatch {
                what: "the list of columns".into(),
                expected: schema.len(),
                found: columns.len(),
            });
        }
        for (field, column) in schema.fields().iter().zip(&columns) {
            if column.len() != num_rows {
                return Err(ArrayError::LengthMismatch {
                    what: format!("column {}", field.name()),
                    expected: num_rows,
                    found: column.len(),
                });
            }
            if field.data_type() != column.data_type() {
                return Err(ArrayError::SchemaMismatch {
                    what: format!("column {}", field.name()),
                    expected: field.data_type().to_string(),
                    found: column.data_type().to_string(),
                });
            }
        }
        Ok(Self { schema, columns, num_rows })
    }

    /// As [`Batch::try_new`], for columns made here. Panics if they do not fit.
    pub fn new(schema: SchemaRef, columns: Vec<Column>, num_rows: usize) -> Self {
        match Self::try_new(schema, columns, num_rows) {
            Ok(batch) => batch,
            Err(error) => panic!("a batch that does not fit its schema: {error}"),
        }
    }

    /// A batch of named columns.
    ///
    /// # Errors
    /// [`ArrayError::LengthMismatch`] or [`ArrayError::DuplicateName`].
    pub fn from_columns(columns: Vec<(Name, Column)>) -> Result<Self> {
        let num_rows = columns.first().map_or(0, |(_, column)| column.len());
        let fields = columns
            .iter()
            .map(|(name, column)| Field::new(name.clone(), column.data_type().clone()))
            .collect();
        let schema = Arc::new(Schema::try_new(fields)?);
        Self::try_new(schema, columns.into_iter().map(|(_, column)| column).collect(), num_rows)
    }

    /// A batch without rows.
    pub fn new_empty(schema: SchemaRef) -> Self {
        let columns =
            schema.fields().iter().map(|field| Column::new_null(field.data_type().clone(), 0)).collect();
        Self { schema, columns, num_rows: 0 }
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns, owned.
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The column at a position. Panics out of bounds.
    pub fn column(&self, index: usize) -> &Column {
        &self.columns[index]
    }

    /// The column of a name.
    ///
    /// # Errors
    /// [`ArrayError::ColumnNotFound`].
    pub fn column_named(&self, name: &str) -> Result<&Column> {
        Ok(&self.columns[self.schema.require(name)?])
    }

    /// Number of rows. Known even when there are no columns.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Number of columns.
    pub fn num_columns(&self) -> usize {
        self.columns.len()
    }

    /// The `length` rows from `offset` on, sharing memory. Panics out of bounds.
    pub fn sliced(&self, offset: usize, length: usize) -> Self {
        assert_slice(offset, length, self.num_rows);
        if length == self.num_rows {
            return self.clone();
        }
        let columns = self.columns.iter().map(|column| column.sliced(offset, length)).collect();
        Self { schema: self.schema.clone(), columns, num_rows: length }
    }

    /// The rows of batches one after the other without a copy, if each column's parts are neighbouring slices of one
    /// column (see [`Column::rejoined`]). `None` otherwise, and for no batches.
    ///
    /// Panics if the batches differ in their number of columns.
    pub fn rejoined(batches: &[Self]) -> Option<Self> {
        let (first, rest) = batches.split_first()?;
        if rest.is_empty() {
            return Some(first.clone());
        }
        let columns = (0..first.num_columns())
            .map(|position| {
                // Most batches that do not fit are told by two.
                Column::rejoined(&[first.column(position), rest[0].column(position)])?;
                let parts: Vec<&Column> = batches.iter().map(|batch| batch.column(position)).collect();
                Column::rejoined(&parts)
            })
            .collect::<Option<Vec<_>>>()?;
        let num_rows = batches.iter().map(Self::num_rows).sum();
        Some(Self { schema: first.schema.clone(), columns, num_rows })
    }

    /// The columns at these positions, in this order. Panics out of bounds.
    pub fn project(&self, positions: &[usize]) -> Self {
        Self {
            schema: Arc::new(self.schema.project(positions)),
            columns: positions.iter().map(|&position| self.columns[position].clone()).collect(),
            num_rows: self.num_rows,
        }
    }

    /// The same columns under other names. Panics if the types differ.
    pub fn with_schema(self, schema: SchemaRef) -> Self {
        Self::new(schema, self.columns, self.num_rows)
    }

    /// Bytes of memory that the rows refer to; what columns share counts for each.
    pub fn memory_bytes(&self) -> usize {
        self.columns.iter().map(Column::memory_bytes).sum()
    }
}
