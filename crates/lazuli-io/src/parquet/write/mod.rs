//! Batches to Parquet files: row groups as bytes, then a footer that says where they are.
//!
//! | file | what |
//! |---|---|
//! | `schema` | our schema as that of a file |
//! | `shred` | columns to leaves and levels |
//! | `dense` | values in the form of the file: pages, codes, bounds |
//! | `column` | a leaf as a column chunk |
//!
//! Nothing here reads or writes files: whoever does so puts the bytes one after the other.

mod column; // column chunks
mod dense; // values in the form of the file
mod schema; // our schema as theirs
mod shred; // columns to leaves

use super::compression::ParquetCompression;
use super::metadata::MAGIC;
use super::{Result, hints, thrift};
use lazuli_array::{Batch, Schema, SchemaRef};
use lazuli_kernels::concat_batches;
use parquet_format_safe::{
    ColumnChunk, ColumnMetaData, ColumnOrder, FileMetaData, RowGroup, TypeDefinedOrder,
};
use schema::FilePlan;

/// How Parquet files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetWriteOptions {
    /// How pages are compressed; Snappy by default.
    pub compression: ParquetCompression,
    /// Whether the footer has the bounds of each column of each row group. Readers skip row groups by them.
    pub statistics: bool,
    /// Rows of a row group, but for the last; some more where batches do not divide it. 262,144 by default.
    pub row_group_size: usize,
}

impl Default for ParquetWriteOptions {
    fn default() -> Self {
        Self { compression: ParquetCompression::default(), statistics: true, row_group_size: 1 << 18 }
    }
}

/// Makes the bytes of Parquet files of one schema.
///
/// ```
/// use lazuli_array::{Batch, Column, FromValues};
/// use lazuli_io::parquet::{ParquetFooter, ParquetWriteOptions, ParquetWriter};
///
/// let batch = Batch::from_columns(vec![("n".into(), Column::from_values([1i64, 2, 3].into_iter()))])?;
/// let writer = ParquetWriter::try_new(batch.schema(), ParquetWriteOptions::default())?;
/// let mut footer = ParquetFooter::default();
/// let mut file = ParquetWriter::HEAD.to_vec();
/// let group = writer.encode_row_group(&[batch])?;
/// file.extend_from_slice(group.bytes());
/// footer.push(group);
/// file.extend(writer.encode_footer(footer)?);
/// assert!(file.ends_with(b"PAR1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ParquetWriter {
    schema: SchemaRef,
    plan: FilePlan,
    options: ParquetWriteOptions,
}

/// A row group, ready to be written behind those before it.
#[derive(Debug)]
pub struct EncodedRowGroup {
    bytes: Vec<u8>,
    /// Offsets count from the beginning of the row group.
    columns: Vec<ColumnMetaData>,
    num_rows: usize,
}

impl EncodedRowGroup {
    /// What is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of its rows.
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }
}

/// What a footer will say of the row groups that were written.
#[derive(Debug, Default)]
pub struct ParquetFooter {
    row_groups: Vec<RowGroup>,
    /// Bytes of them.
    length: u64,
}

impl ParquetFooter {
    /// Notes a row group, whose bytes were written behind those of the ones before it.
    pub fn push(&mut self, group: EncodedRowGroup) {
        let start = (ParquetWriter::HEAD.len() as u64 + self.length) as i64;
        self.length += group.bytes.len() as u64;
        let total_byte_size = group.columns.iter().map(|column| column.total_uncompressed_size).sum();
        let total_compressed_size = group.columns.iter().map(|column| column.total_compressed_size).sum();
        let columns = group
            .columns
            .into_iter()
            .map(|mut column| {
                column.data_page_offset += start;
                column.dictionary_page_offset = column.dictionary_page_offset.map(|offset| offset + start);
                ColumnChunk {
                    file_path: None,
                    file_offset: 0,
                    meta_data: Some(column),
                    offset_index_offset: None,
                    offset_index_length: None,
                    column_index_offset: None,
                    column_index_length: None,
                    crypto_metadata: None,
                    encrypted_column_metadata: None,
                }
            })
            .collect();
        self.row_groups.push(RowGroup {
            columns,
            total_byte_size,
            num_rows: group.num_rows as i64,
            sorting_columns: None,
            file_offset: Some(start),
            total_compressed_size: Some(total_compressed_size),
            ordinal: i16::try_from(self.row_groups.len()).ok(),
        });
    }
}

impl ParquetWriter {
    /// What a file begins with.
    pub const HEAD: &[u8; 4] = MAGIC;

    /// A writer of files of this schema.
    ///
    /// # Errors
    /// [`ParquetErrorKind::Unwritable`](super::ParquetErrorKind::Unwritable) for a type that has no place in a file: a
    /// struct without fields, or one nested too deep.
    pub fn try_new(schema: &SchemaRef, options: ParquetWriteOptions) -> Result<Self> {
        Ok(Self { schema: schema.clone(), plan: FilePlan::new(schema)?, options })
    }

    /// The options.
    pub fn options(&self) -> &ParquetWriteOptions {
        &self.options
    }

    /// The rows of batches of the schema as a row group.
    ///
    /// # Errors
    /// What a codec says; ours say nothing.
    ///
    /// # Panics
    /// If a batch has another schema.
    pub fn encode_row_group(&self, batches: &[Batch]) -> Result<EncodedRowGroup> {
        let rows = concat_batches(&self.schema, batches);
        let mut bytes = Vec::new();
        let mut columns = Vec::with_capacity(self.plan.leaves.len());
        let mut leaves = Vec::new();
        for column in rows.columns() {
            shred::shred(column.array(), &mut leaves);
            for leaf in leaves.drain(..) {
                let plan = &self.plan.leaves[columns.len()];
                columns.push(column::write_chunk(plan, &leaf, &self.options, &mut bytes)?);
            }
        }
        Ok(EncodedRowGroup { bytes, columns, num_rows: rows.num_rows() })
    }

    /// What a file ends with, behind its row groups.
    ///
    /// # Errors
    /// None that are known of.
    pub fn encode_footer(&self, footer: ParquetFooter) -> Result<Vec<u8>> {
        let metadata = FileMetaData {
            version: 2,
            schema: self.plan.elements.clone(),
            num_rows: footer.row_groups.iter().map(|group| group.num_rows).sum(),
            row_groups: footer.row_groups,
            key_value_metadata: hints::of_schema(&self.schema).map(|pair| vec![pair]),
            created_by: Some(concat!("lazuli ", env!("CARGO_PKG_VERSION")).into()),
            // Readers believe bounds only of columns that say how they are ordered.
            column_orders: Some(
                self.plan.leaves.iter().map(|_| ColumnOrder::TYPEORDER(TypeDefinedOrder {})).collect(),
            ),
            encryption_algorithm: None,
            footer_signing_key_metadata: None,
        };
        let mut bytes = thrift::write_file_metadata(&metadata)?;
        let length = bytes.len() as u32;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MAGIC);
        Ok(bytes)
    }

    /// The schema that files are written with.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}
