//! The footer of a file: its schema, and where the chunks of its row groups lie. Everything in it that a reader relies
//! on is checked here, against the length of the file first of all.

use super::schema::{FileSchema, Leaf, Physical};
use super::{ParquetError, ParquetErrorKind, Result, bytes::FileBytes, hints, thrift};
use parquet_format_safe::{CompressionCodec, KeyValue, RowGroup, Statistics};
use std::path::{Path, PathBuf};

/// What a Parquet file begins and ends with.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";
/// What one with an encrypted footer ends with.
const ENCRYPTED_MAGIC: &[u8; 4] = b"PARE";
/// The length of the footer and the magic bytes.
pub(super) const TAIL_BYTES: u64 = 8;
/// What is read at first: most footers are smaller.
const FIRST_READ_BYTES: u64 = 64 << 10;

/// The most rows of a row group. Runs of one value take no bytes in the file, so that a few of them could ask for any
/// amount of memory; 64 Mi rows were once a default of writers, more are not seen.
const MAX_GROUP_ROWS: i64 = 1 << 27;

/// A file: where it is, what is in it.
#[derive(Debug)]
pub(super) struct ParquetFile {
    pub(crate) path: PathBuf,
    pub(crate) bytes: FileBytes,
    pub(crate) schema: FileSchema,
    pub(crate) row_groups: Vec<Group>,
    pub(crate) created_by: Option<String>,
    pub(crate) key_values: Vec<KeyValue>,
}

/// A row group.
#[derive(Debug)]
pub(super) struct Group {
    pub(crate) num_rows: usize,
    /// One a leaf.
    pub(crate) chunks: Vec<Chunk>,
}

/// The values of a leaf in a row group.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where its pages begin.
    pub(crate) offset: u64,
    /// Bytes of all its pages.
    pub(crate) length: usize,
    /// What these are without compression, as far as that can be.
    pub(crate) uncompressed: usize,
    pub(crate) codec: CompressionCodec,
    /// Values, nulls and empty lists included.
    pub(crate) num_values: usize,
    pub(crate) statistics: Option<Statistics>,
    /// Offset and length of what is said of its pages: where they are.
    pub(crate) offset_index: Option<(u64, usize)>,
    /// And what is in them.
    pub(crate) column_index: Option<(u64, usize)>,
    /// Where its Bloom filter is.
    pub(crate) bloom_filter: Option<u64>,
}

impl Chunk {
    /// About how many bytes the texts of a leaf have in memory.
    pub(super) fn text_bytes(&self, leaf: &Leaf) -> usize {
        match leaf.physical {
            // What a file says of itself is believed only so far.
            Physical::Bytes => self.uncompressed.min(self.length.saturating_mul(1 << 10)),
            _ => 0,
        }
    }
}

impl ParquetFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Self::read(path).map_err(|error| error.in_file(path))
    }

    fn read(path: &Path) -> Result<Self> {
        let bytes = FileBytes::open(path)?;
        let footer = read_footer(&bytes)?;
        let metadata = thrift::read_file_metadata(&footer)?;
        if metadata.encryption_algorithm.is_some() {
            return Err(ParquetError::unsupported("encryption"));
        }
        let mut schema = FileSchema::new(&metadata.schema)?;
        let key_values = metadata.key_value_metadata.unwrap_or_default();
        hints::apply(&key_values, &mut schema);
        let mut row_groups = Vec::with_capacity(metadata.row_groups.len());
        for (index, group) in metadata.row_groups.into_iter().enumerate() {
            let group =
                checked_group(group, &schema, bytes.len()).map_err(|error| error.in_row_group(index))?;
            row_groups.push(group);
        }
        let num_rows: usize = row_groups.iter().map(|group| group.num_rows).sum();
        if usize::try_from(metadata.num_rows) != Ok(num_rows) {
            return Err(ParquetError::corrupt(format!(
                "{} rows are announced, its row groups have {num_rows}",
                metadata.num_rows
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            bytes,
            schema,
            row_groups,
            created_by: metadata.created_by,
            key_values,
        })
    }

    pub(super) fn num_rows(&self) -> usize {
        self.row_groups.iter().map(|group| group.num_rows).sum()
    }
}

fn not_parquet(reason: &'static str) -> ParquetError {
    ParquetError::new(ParquetErrorKind::NotParquet { reason })
}

/// The bytes of the metadata.
fn read_footer(file: &FileBytes) -> Result<Vec<u8>> {
    if file.len() < MAGIC.len() as u64 + TAIL_BYTES {
        return Err(not_parquet("it is too short"));
    }
    let mut end = Vec::new();
    let first = file.len().min(FIRST_READ_BYTES);
    file.read(file.len() - first, first as usize, &mut end)?;
    let tail = end.split_off(end.len() - TAIL_BYTES as usize);
    let (length, magic) = tail.split_at(4);
    if magic == ENCRYPTED_MAGIC {
        return Err(ParquetError::unsupported("encryption"));
    }
    if magic != MAGIC {
        return Err(not_parquet("it does not end with PAR1"));
    }
    let length = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]]));
    if length > file.len() - TAIL_BYTES - MAGIC.len() as u64 {
        return Err(ParquetError::corrupt("its footer is longer than the file"));
    }
    let length = length as usize;
    if length > end.len() {
        let start = file.len() - TAIL_BYTES - length as u64;
        file.read(start, length, &mut end)?;
        return Ok(end);
    }
    Ok(end.split_off(end.len() - length))
}

fn checked_group(group: RowGroup, schema: &FileSchema, file_bytes: u64) -> Result<Group> {
    if group.columns.len() != schema.leaves.len() {
        return Err(ParquetError::corrupt(format!(
            "a row group has {} columns, the schema has {}",
            group.columns.len(),
            schema.leaves.len()
        )));
    }
    if !(0..=MAX_GROUP_ROWS).contains(&group.num_rows) {
        return Err(ParquetError::unsupported(format!("a row group of {} rows", group.num_rows)));
    }
    let num_rows = group.num_rows as usize;
    let mut chunks = Vec::with_capacity(group.columns.len());
    for (column, leaf) in group.columns.into_iter().zip(&schema.leaves) {
        let failed = |error: ParquetError| error.in_column(&leaf.path);
        if column.file_path.is_some() {
            return Err(failed(ParquetError::unsupported("columns in other files")));
        }
        let Some(metadata) = column.meta_data else {
            return Err(failed(match column.crypto_metadata {
                Some(_) => ParquetError::unsupported("encryption"),
                None => ParquetError::corrupt("it has no metadata"),
            }));
        };
        // These are helps: what is not in the file is not asked for.
        let place = |offset: Option<i64>, length: Option<i32>| {
            let (offset, length) = (u64::try_from(offset?).ok()?, u64::try_from(length?).ok()?);
            (offset.checked_add(length)? <= file_bytes).then_some((offset, length as usize))
        };
        let offset_index = place(column.offset_index_offset, column.offset_index_length);
        let column_index = place(column.column_index_offset, column.column_index_length);
        // A dictionary comes first; some writers say 0 where there is none.
        let dictionary = metadata.dictionary_page_offset.filter(|&offset| offset > 0);
        let start =
            dictionary.map_or(metadata.data_page_offset, |offset| offset.min(metadata.data_page_offset));
        let range = (u64::try_from(start), u64::try_from(metadata.total_compressed_size));
        let (offset, length) = match range {
            (Ok(offset), Ok(length)) if offset.checked_add(length).is_some_and(|end| end <= file_bytes) => {
                (offset, length as usize)
            }
            _ => {
                return Err(failed(ParquetError::corrupt(format!(
                    "{} bytes from {start} on, in a file of {file_bytes}",
                    metadata.total_compressed_size
                ))));
            }
        };
        let num_values = match usize::try_from(metadata.num_values) {
            Ok(values)
                if values == num_rows || leaf.max_repetition > 0 && values as i64 <= MAX_GROUP_ROWS =>
            {
                values
            }
            _ => {
                return Err(failed(ParquetError::corrupt(format!(
                    "{} values in a row group of {num_rows} rows",
                    metadata.num_values
                ))));
            }
        };
        chunks.push(Chunk {
            offset,
            length,
            uncompressed: usize::try_from(metadata.total_uncompressed_size).unwrap_or(length),
            codec: metadata.codec,
            num_values,
            statistics: metadata.statistics,
            offset_index,
            column_index,
            bloom_filter: metadata.bloom_filter_offset.and_then(|offset| u64::try_from(offset).ok()),
        });
    }
    Ok(Group { num_rows, chunks })
}
