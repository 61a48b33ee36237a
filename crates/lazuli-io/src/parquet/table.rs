//! Files as one table before any row is wanted: their schema, where each column is in each file.

use super::metadata::ParquetFile;
use super::widen::widened;
use super::{ParquetError, ParquetErrorKind, Result, hive};
use lazuli_array::{DataType, Field, Name, Scalar, Schema, SchemaRef};
use std::path::Path;
use std::sync::Arc;

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

/// What happens when a file of several lacks a column of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingColumns {
    /// An error.
    #[default]
    Raise,
    /// The column is null in the rows of that file.
    Insert,
}

/// What happens when a file of several has a column that the first has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtraColumns {
    /// An error.
    #[default]
    Raise,
    /// The column is not read.
    Ignore,
}

/// One Parquet file or several: where they are, their schema. Reads nothing but footers.
#[derive(Debug)]
pub struct ParquetTable {
    pub(super) parts: Vec<Part>,
    schema: SchemaRef,
}

/// A file of a table.
#[derive(Debug)]
pub(super) struct Part {
    pub file: ParquetFile,
    /// Where each column of the table comes from.
    pub origins: Vec<Origin>,
}

/// Where a column of a table comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The file's column at this position.
    Column(usize),
    /// The same, of a type that the table's holds.
    Cast(usize),
    /// The file has no such column.
    Missing,
    /// The value of a folder's key, the same for all rows.
    Key(Scalar),
    /// The path of the file.
    Path,
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
    /// As [`ParquetTable::open`]; [`ParquetErrorKind::NoFiles`]; a column that a later file lacks, has beyond the others
    /// as the options say, or has in a type with which there is none that holds both.
    pub fn open_all(paths: &[impl AsRef<Path>], options: &ParquetOptions) -> Result<Self> {
        let Some(first) = paths.first() else { return Err(ParquetError::new(ParquetErrorKind::NoFiles)) };
        let first = first.as_ref();
        let files = paths.iter().map(|path| ParquetFile::open(path.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut fields = files[0].schema.fields.clone();
        let num_own = fields.len();
        for other in files[1..].iter().flat_map(|file| &file.schema.fields) {
            if let Some(field) = fields.iter_mut().find(|field| field.name() == other.name())
                && let Some(common) = widened(field.data_type(), other.data_type())
            {
                *field = Field::new(field.name().clone(), common);
            }
        }
        let places: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let (keys, values) = hive::columns(&places, options)?;
        fields.extend(keys);
        if let Some(name) = &options.include_file_paths {
            fields.push(Field::new(name.clone(), DataType::String));
        }
        let (own, made) = fields.split_at(num_own);
        if let Some(taken) = made.iter().find(|made| own.iter().any(|field| field.name() == made.name())) {
            let kind = ParquetErrorKind::PathColumn { name: taken.name().clone() };
            return Err(ParquetError::new(kind).in_file(first));
        }
        let parts = files
            .into_iter()
            .zip(values)
            .map(|(file, keys)| {
                let mut origins =
                    origins(own, &file, first, options).map_err(|error| error.in_file(&file.path))?;
                origins.extend(keys.into_iter().map(Origin::Key));
                origins.extend(options.include_file_paths.as_ref().map(|_| Origin::Path));
                Ok(Part { file, origins })
            })
            .collect::<Result<Vec<_>>>()?;
        let schema = Schema::try_new(fields)
            .map_err(|error| ParquetError::unsupported(error.to_string()).in_file(first))?;
        Ok(Self { parts, schema: Arc::new(schema) })
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

fn origins(
    fields: &[Field],
    file: &ParquetFile,
    first: &Path,
    options: &ParquetOptions,
) -> Result<Vec<Origin>> {
    let known = &file.schema.fields;
    let mut origins = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let name = field.name();
        // Mostly they are in the same order.
        let is_it = |other: &Field| other.name() == name;
        let position =
            if known.get(index).is_some_and(is_it) { Some(index) } else { known.iter().position(is_it) };
        match position {
            Some(position) if known[position].data_type() == field.data_type() => {
                origins.push(Origin::Column(position));
            }
            Some(position)
                if widened(known[position].data_type(), field.data_type()).as_ref()
                    == Some(field.data_type()) =>
            {
                origins.push(Origin::Cast(position));
            }
            Some(position) => {
                return Err(ParquetError::new(ParquetErrorKind::TypeDiffers {
                    name: name.clone(),
                    found: known[position].data_type().clone(),
                    expected: field.data_type().clone(),
                    first: first.to_owned(),
                }));
            }
            None if options.missing_columns == MissingColumns::Insert => origins.push(Origin::Missing),
            None => {
                let kind = ParquetErrorKind::MissingColumn { name: name.clone(), first: first.to_owned() };
                return Err(ParquetError::new(kind));
            }
        }
    }
    if options.extra_columns == ExtraColumns::Raise
        && let Some(extra) =
            known.iter().find(|known| fields.iter().all(|field| field.name() != known.name()))
    {
        let kind = ParquetErrorKind::ExtraColumn { name: extra.name().clone(), first: first.to_owned() };
        return Err(ParquetError::new(kind));
    }
    Ok(origins)
}
