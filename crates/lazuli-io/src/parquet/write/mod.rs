//! Batches to Parquet files: row groups as bytes, then a footer that says where they are.
//!
//! | file | what |
//! |---|---|
//! | `schema` | our schema as that of a file |
//! | `shred` | columns to leaves and levels |
//! | `dense` | values in the form of the file: pages, codes, bounds |
//! | `column` | a leaf as a column chunk |
//! | `page_index` | where pages are and what is in them |
//!
//! Nothing here reads or writes files: whoever does so puts the bytes one after the other.

mod column; // column chunks
mod dense; // values in the form of the file
mod page_index; // what is said of pages
mod schema; // our schema as theirs
mod shred; // columns to leaves

use super::bloom::Bloom;
use super::compression::ParquetCompression;
use super::metadata::MAGIC;
use super::{Result, hints, thrift};
use column::EncodedChunk;
use lazuli_array::{Batch, Name, Schema, SchemaRef};
use lazuli_kernels::concat_batches;
use page_index::PageNotes;
use parquet_format_safe::{
    BloomFilterAlgorithm, BloomFilterCompression, BloomFilterHash, BloomFilterHeader, ColumnChunk,
    ColumnMetaData, ColumnOrder, FileMetaData, RowGroup, SplitBlockAlgorithm, TypeDefinedOrder, Uncompressed,
    XxHash,
};
use schema::FilePlan;

/// How Parquet files are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetWriteOptions {
    /// How pages are compressed; Snappy by default.
    pub compression: ParquetCompression,
    /// Whether the file has the bounds of each column of each row group and each page. Readers skip both by them.
    pub statistics: bool,
    /// Rows of a row group, but for the last; some more where batches do not divide it. 262,144 by default.
    pub row_group_size: usize,
    /// The most rows of a page, but that lists are not cut: readers leave out pages by their bounds. 20,000 by default; pages
    /// of long values have fewer.
    pub page_rows: usize,
    /// Columns of whole numbers, dates, times and texts whose row groups get a Bloom filter: readers then skip row groups that
    /// do not have a value they look for. None by default; a filter takes about 10 bits for each distinct value.
    pub bloom_filter_columns: Vec<Name>,
}

impl Default for ParquetWriteOptions {
    fn default() -> Self {
        Self {
            compression: ParquetCompression::default(),
            statistics: true,
            row_group_size: 1 << 18,
            page_rows: 20_000,
            bloom_filter_columns: Vec::new(),
        }
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
    columns: Vec<EncodedChunk>,
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
    /// For each row group, where it begins, and of its chunks the pages and the Bloom filter.
    notes: Vec<(i64, Vec<(PageNotes, Option<Bloom>)>)>,
    /// Bytes of them.
    length: u64,
}

impl ParquetFooter {
    /// Notes a row group, whose bytes were written behind those of the ones before it.
    pub fn push(&mut self, group: EncodedRowGroup) {
        let start = (ParquetWriter::HEAD.len() as u64 + self.length) as i64;
        self.length += group.bytes.len() as u64;
        let (chunks, notes): (Vec<ColumnMetaData>, Vec<_>) =
            group.columns.into_iter().map(|chunk| (chunk.metadata, (chunk.pages, chunk.bloom))).unzip();
        self.notes.push((start, notes));
        let total_byte_size = chunks.iter().map(|column| column.total_uncompressed_size).sum();
        let total_compressed_size = chunks.iter().map(|column| column.total_compressed_size).sum();
        let columns = chunks
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

impl ParquetFooter {
    /// Bloom filters and what is said of pages, and notes where that will be: first of all row groups what is in their pages,
    /// then of all where they are, so that one read gets the indexes of a kind.
    fn write_helps(&mut self) -> Result<Vec<u8>> {
        let start = ParquetWriter::HEAD.len() as u64 + self.length;
        let mut bytes = Vec::new();
        for (group, (_, notes)) in self.row_groups.iter_mut().zip(&self.notes) {
            for (chunk, (_, bloom)) in group.columns.iter_mut().zip(notes) {
                let (Some(bloom), Some(metadata)) = (bloom, &mut chunk.meta_data) else { continue };
                metadata.bloom_filter_offset = Some((start + bytes.len() as u64) as i64);
                let header = BloomFilterHeader {
                    num_bytes: bloom.bytes().len() as i32,
                    algorithm: BloomFilterAlgorithm::BLOCK(SplitBlockAlgorithm {}),
                    hash: BloomFilterHash::XXHASH(XxHash {}),
                    compression: BloomFilterCompression::UNCOMPRESSED(Uncompressed {}),
                };
                thrift::write_bloom_filter_header(&header, &mut bytes)?;
                bytes.extend_from_slice(bloom.bytes());
            }
        }
        for (group, (_, notes)) in self.row_groups.iter_mut().zip(&self.notes) {
            for (chunk, (pages, _)) in group.columns.iter_mut().zip(notes) {
                let Some(index) = pages.column_index() else { continue };
                let before = bytes.len();
                thrift::write_column_index(&index, &mut bytes)?;
                chunk.column_index_offset = Some((start + before as u64) as i64);
                chunk.column_index_length = Some((bytes.len() - before) as i32);
            }
        }
        for (group, (group_start, notes)) in self.row_groups.iter_mut().zip(&self.notes) {
            for (chunk, (pages, _)) in group.columns.iter_mut().zip(notes) {
                let before = bytes.len();
                thrift::write_offset_index(&pages.offset_index(*group_start), &mut bytes)?;
                chunk.offset_index_offset = Some((start + before as u64) as i64);
                chunk.offset_index_length = Some((bytes.len() - before) as i32);
            }
        }
        Ok(bytes)
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
        for (column, field) in rows.columns().iter().zip(self.schema.fields()) {
            let has_bloom = self.options.bloom_filter_columns.contains(field.name());
            shred::shred(column.array(), &mut leaves);
            for leaf in leaves.drain(..) {
                let plan = &self.plan.leaves[columns.len()];
                columns.push(column::write_chunk(plan, &leaf, &self.options, has_bloom, &mut bytes)?);
            }
        }
        Ok(EncodedRowGroup { bytes, columns, num_rows: rows.num_rows() })
    }

    /// What a file ends with, behind its row groups.
    ///
    /// # Errors
    /// None that are known of.
    pub fn encode_footer(&self, mut footer: ParquetFooter) -> Result<Vec<u8>> {
        let mut bytes = footer.write_helps()?;
        let before = bytes.len();
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
        thrift::write_file_metadata(&metadata, &mut bytes)?;
        let length = (bytes.len() - before) as u32;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MAGIC);
        Ok(bytes)
    }

    /// The schema that files are written with.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}
