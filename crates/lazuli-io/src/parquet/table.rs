//! Files as one table before any row is wanted: their schema, where each column is in each file.

use super::metadata::ParquetFile;
use super::widen::widened;
use super::{ParquetError, Result};
use crate::files::{self, ExtraColumns, FileTable, FilesOptions, MissingColumns, TypedFile};
use lazuli_array::{DataType, Field, Name, SchemaRef};
use std::path::Path;

/// What to make of Parquet files.
#[derive(Clone, Debug)]
pub struct ParquetOptions {
    /// What happens when a later file lacks a column of the first.
    pub missing_columns: MissingColumns,
    /// What happens when a later file has a column that the first has not.
    pub extra_columns: ExtraColumns,
    /// Whether folders named `key=value` give columns, behind those of the files. A filter on one leaves out files.
    pub hive_partitioning: bool,
    /// Types of such columns; others are whole numbers, dates or texts, whichever all values are.
    pub hive_schema: Vec<(Name, DataType)>,
    /// Whether values that are all dates, such as `2024-02-29`, give a column of dates; if not, of texts. True by default.
    pub try_parse_hive_dates: bool,
    /// A column of this name, behind all others, with the path of each row's file.
    pub include_file_paths: Option<Name>,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self {
            missing_columns: MissingColumns::default(),
            extra_columns: ExtraColumns::default(),
            hive_partitioning: false,
            hive_schema: Vec::new(),
            try_parse_hive_dates: true,
            include_file_paths: None,
        }
    }
}

/// One Parquet file or several: where they are, their schema. Reads nothing but footers.
#[derive(Debug)]
pub struct ParquetTable {
    pub(super) parts: Vec<Part>,
    schema: SchemaRef,
}

/// A file of a table.
pub(super) type Part = files::Part<ParquetFile>;

impl TypedFile for ParquetFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn fields(&self) -> &[Field] {
        &self.schema.fields
    }

    fn common_type(left: &DataType, right: &DataType) -> Option<DataType> {
        widened(left, right)
    }
}

impl ParquetTable {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// No such file, one that is no Parquet file, a footer that is damaged or of a kind that is not read.
    pub fn open(path: impl AsRef<Path>, options: &ParquetOptions) -> Result<Self> {
        Self::open_all(&[path.as_ref()], options)
    }

    /// Opens several files as one table: their rows one file after the other. Columns are those of the first file, found
    /// by name in the others. Where types differ, the column has the least that holds the values of all exactly: integers of 32
    /// and of 64 bits are ones of 64.
    ///
    /// # Errors
    /// As [`ParquetTable::open`]; [`FilesError`](files::FilesError): no files, a column that a later file lacks, has beyond the others
    /// as the options say, or has in a type with which there is none that holds both.
    pub fn open_all(paths: &[impl AsRef<Path>], options: &ParquetOptions) -> Result<Self> {
        let files = paths.iter().map(|path| ParquetFile::open(path.as_ref())).collect::<Result<Vec<_>>>()?;
        let options = FilesOptions {
            missing_columns: options.missing_columns,
            extra_columns: options.extra_columns,
            hive_partitioning: options.hive_partitioning,
            hive_schema: options.hive_schema.clone(),
            try_parse_hive_dates: options.try_parse_hive_dates,
            include_file_paths: options.include_file_paths.clone(),
        };
        let FileTable { parts, schema } = FileTable::join::<ParquetError>(files, &options)?;
        Ok(Self { parts, schema })
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Number of rows of all files.
    pub fn num_rows(&self) -> usize {
        self.parts.iter().map(|part| part.file.num_rows()).sum()
    }

    /// Number of row groups of all files.
    pub fn num_row_groups(&self) -> usize {
        self.parts.iter().map(|part| part.file.row_groups.len()).sum()
    }

    /// Bytes of all files.
    pub fn file_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.file.bytes.len()).sum()
    }

    /// The files, in order.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> + '_ {
        self.parts.iter().map(|part| part.file.path.as_path())
    }

    /// The keys and values that the first file's writer has put into its footer.
    pub fn key_value_metadata(&self) -> impl Iterator<Item = (&str, Option<&str>)> + '_ {
        let pairs = self.parts.iter().take(1).flat_map(|part| &part.file.key_values);
        pairs.map(|pair| (pair.key.as_str(), pair.value.as_deref()))
    }

    /// The program that wrote the first file, if it says.
    pub fn created_by(&self) -> Option<&str> {
        self.parts.first().and_then(|part| part.file.created_by.as_deref())
    }
}
