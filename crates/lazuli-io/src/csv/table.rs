//! Delimited files as one table before any row is wanted: their schema, their size, where each column is in each file.

use super::field::ColumnNulls;
use super::file::{CsvFile, Evidence, GivenType, Question};
use super::infer::Inference;
use super::{CsvError, CsvErrorKind, CsvOptions, FileColumns, OnMisfit, Result, column};
use crate::files::{self, Extra, FilesError, Matched, MissingColumns, Origin, match_names};
use lazuli_array::{DataType, Field, Name, Schema, SchemaRef, TimeUnit};
use lazuli_kernels::parse::TimePattern;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One delimited file or several: where they are, how they are built, their schema. Reads nothing but headers and
/// samples (or what [`InferMode::Full`](super::InferMode::Full) and [`OnMisfit::Widen`] ask for).
#[derive(Debug)]
pub struct CsvTable {
    pub(super) parts: Vec<Part>,
    options: CsvOptions,
    schema: SchemaRef,
    sampled: Vec<bool>,
    pub(super) patterns: Vec<Option<Arc<TimePattern>>>,
    pub(super) nulls: ColumnNulls,
    bytes_per_row: Option<f64>,
}

/// A file of a table.
pub(super) type Part = files::Part<CsvFile>;

impl CsvTable {
    /// Opens a file, reads its header and finds out its columns' types. `-` is standard input, which can be scanned
    /// once.
    ///
    /// # Errors
    /// Anything of [`CsvErrorKind`] that shows this early: no such file, a directory, an empty file, another encoding, a
    /// type for an unknown column.
    pub fn open(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Self> {
        Self::open_all(&[path.as_ref()], options)
    }

    /// Opens several files as one table: their rows one file after the other. Columns are those of the first file;
    /// later files may have them in another order, found by name. Types hold for all files.
    ///
    /// # Errors
    /// As [`CsvTable::open`]; [`FilesError::NoFiles`]; a column that a later file lacks or has beyond the others,
    /// unless [`FileColumns::Union`] asks for all.
    pub fn open_all(paths: &[impl AsRef<Path>], options: &CsvOptions) -> Result<Self> {
        let Some(first) = paths.first() else { return Err(FilesError::NoFiles.into()) };
        if let Some(reason) = options.dialect.fault() {
            return Err(CsvError::new(CsvErrorKind::Dialect { reason }).in_file(first.as_ref()));
        }
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let path = path.as_ref();
            files.push(CsvFile::open(path, options).map_err(|error| error.in_file(path))?);
        }
        Self::of_files(files, options).map_err(|error| error.in_file_if_none(first.as_ref()))
    }

    fn of_files(files: Vec<CsvFile>, options: &CsvOptions) -> Result<Self> {
        let Matched { names, mut origins } = match_columns(&files, options)?;
        let given = given_types(&names, options)?;
        let nulls = nulls_by_column(&names, options)?;
        let mut total = Evidence {
            inference: Inference::new(names.len()),
            fits: vec![true; names.len()],
            is_sample: false,
        };
        let mut bytes_per_row = None;
        for (file, origins) in files.iter().zip(&origins) {
            // A type that is given is looked up by the file's own positions, and what is found out is put back.
            let mut columns: Vec<Option<usize>> = vec![None; file.names.len()];
            for (column, origin) in origins.iter().enumerate() {
                if let Origin::Column(position) = *origin {
                    columns[position] = Some(column);
                }
            }
            let question = Question {
                given: &columns
                    .iter()
                    .map(|column| column.and_then(|column| given[column].clone()))
                    .collect::<Vec<_>>(),
                nulls: &nulls.at(&columns),
                options,
            };
            let needs_all = options.infer == super::InferMode::Full || options.on_misfit == OnMisfit::Widen;
            let evidence =
                if question.given.iter().all(Option::is_some) && options.on_misfit != OnMisfit::Widen {
                    Evidence {
                        inference: Inference::new(file.names.len()),
                        fits: vec![true; file.names.len()],
                        is_sample: false,
                    }
                } else if needs_all && !file.input.is_repeatable() {
                    return Err(CsvError::new(CsvErrorKind::ReadTwice).in_file(&file.input.path));
                } else {
                    file.evidence(&question).map_err(|error| error.in_file(&file.input.path))?
                };
            for (position, column) in columns.iter().enumerate() {
                if let Some(column) = *column {
                    total.inference.merge_column(column, &evidence.inference, position);
                    total.fits[column] &= evidence.fits[position];
                }
            }
            total.is_sample |= evidence.is_sample;
            bytes_per_row = bytes_per_row.or(evidence.inference.bytes_per_row());
        }
        let mut fields = Vec::with_capacity(names.len() + 1);
        let mut patterns = Vec::with_capacity(names.len() + 1);
        let mut sampled = Vec::with_capacity(names.len() + 1);
        for (column, name) in names.iter().enumerate() {
            let (data_type, pattern) = match &given[column] {
                Some(given) if total.fits[column] => (given.data_type.clone(), given.pattern.clone()),
                // A decimal is exact, and the floats that inference knows are not.
                Some(GivenType { data_type: DataType::Decimal { .. }, .. }) => (DataType::String, None),
                _ => (total.inference.data_type(column), None),
            };
            if !column::is_supported(&data_type) {
                return Err(CsvError::new(CsvErrorKind::Unsupported { column: name.clone(), data_type }));
            }
            fields.push(Field::new(name.clone(), data_type));
            patterns.push(pattern);
            sampled.push(given[column].is_none() && total.is_sample);
        }
        if let Some(name) = &options.include_file_paths {
            if names.contains(name) {
                return Err(FilesError::NameTaken { name: name.clone() }.into());
            }
            fields.push(Field::new(name.clone(), DataType::String));
            patterns.push(None);
            sampled.push(false);
            origins.iter_mut().for_each(|origins| origins.push(Origin::Path));
        }
        let schema = Arc::new(Schema::try_new(fields).expect("names were made distinct"));
        let parts = files
            .into_iter()
            .zip(origins)
            .map(|(file, origins)| Part { file, origins, casts: Vec::new() })
            .collect();
        Ok(Self { parts, options: options.clone(), schema, sampled, patterns, nulls, bytes_per_row })
    }

    /// The file, or the first of them.
    pub fn path(&self) -> &Path {
        &self.parts[0].file.input.path
    }

    /// All files, in order.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &PathBuf> {
        self.parts.iter().map(|part| &part.file.input.path)
    }

    /// Names and types of all columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How the files are read.
    pub fn options(&self) -> &CsvOptions {
        &self.options
    }

    /// Size of the files.
    pub fn file_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.file.input.file_bytes).sum()
    }

    /// About how many rows there are, from the rows of the samples; `None` when nothing was sampled, or of compressed
    /// files and other encodings.
    pub fn estimated_rows(&self) -> Option<u64> {
        let data_bytes: u64 = self.parts.iter().map(|part| part.file.data_bytes()).sum::<Option<u64>>()?;
        self.bytes_per_row.map(|bytes_per_row| (data_bytes as f64 / bytes_per_row).ceil() as u64)
    }

    /// The type of each column comes from samples, not from the caller or the whole file.
    pub(super) fn sampled(&self) -> &[bool] {
        &self.sampled
    }
}

/// The columns of all files: those of the first, or of the given schema; with [`FileColumns::Union`] also the others, in
/// the order in which they appear.
fn match_columns(files: &[CsvFile], options: &CsvOptions) -> Result<Matched> {
    let base = match (&options.schema, files.first()) {
        (Some(schema), Some(first)) => {
            check_header(schema, &first.names, options.dialect.has_header)
                .map_err(|error| error.in_file(&first.input.path))?;
            Some(schema.names().cloned().collect())
        }
        _ => None,
    };
    let places: Vec<(&Path, &[Name])> =
        files.iter().map(|file| (file.input.path.as_path(), file.names.as_slice())).collect();
    let (missing, extra) = match options.file_columns {
        FileColumns::Same => (MissingColumns::Raise, Extra::Raise),
        FileColumns::Union => (MissingColumns::Insert, Extra::Add),
    };
    let mut matched = match_names::<CsvError>(&places, base, missing, extra)?;
    // A text without header whose records are shorter or longer than the schema given is ragged, not short of columns.
    if !options.dialect.has_header {
        let num_columns = matched.names.len();
        for (file, origins) in files.iter().zip(&mut matched.origins) {
            if file.names.len() == num_columns {
                *origins = (0..num_columns).map(Origin::Column).collect();
            }
        }
    }
    Ok(matched)
}

/// The type of each column that the caller has given one, by schema, by name, or by the form of its dates.
fn given_types(names: &[Name], options: &CsvOptions) -> Result<Vec<Option<GivenType>>> {
    let mut given: Vec<Option<GivenType>> = vec![None; names.len()];
    let plain = |data_type: &DataType| GivenType { data_type: data_type.clone(), pattern: None };
    if let Some(schema) = &options.schema {
        for (field, given) in schema.fields().iter().zip(&mut given) {
            *given = Some(plain(field.data_type()));
        }
    }
    for (name, data_type) in &options.schema_overrides {
        given[position(names, name)?] = Some(plain(data_type));
    }
    for (name, text) in &options.formats {
        let column = position(names, name)?;
        let fault = |reason: String| {
            CsvError::new(CsvErrorKind::Format { column: name.clone(), format: text.clone(), reason })
        };
        let pattern = TimePattern::try_new(text).map_err(|error| fault(error.to_string()))?;
        let data_type = match &given[column] {
            Some(given) => given.data_type.clone(),
            None => type_of(&pattern),
        };
        if let Some(reason) = mismatch(&pattern, &data_type) {
            return Err(fault(format!("{reason}, and the column is {data_type}")));
        }
        given[column] = Some(GivenType { data_type, pattern: Some(Arc::new(pattern)) });
    }
    Ok(given)
}

/// The type that holds what a pattern reads.
fn type_of(pattern: &TimePattern) -> DataType {
    let zone = pattern.has_zone().then(|| "UTC".into());
    match (pattern.has_date(), pattern.has_time()) {
        (true, false) => DataType::Date,
        (false, true) => DataType::Time,
        // Nanoseconds hold all digits that a fraction may have, but no year before 1677 or behind 2262.
        _ if pattern.has_fraction() => DataType::Datetime(TimeUnit::Nanoseconds, zone),
        _ => DataType::Datetime(TimeUnit::Microseconds, zone),
    }
}

/// Why a type does not go with a pattern.
fn mismatch(pattern: &TimePattern, data_type: &DataType) -> Option<&'static str> {
    match data_type {
        DataType::Date if !pattern.has_date() => Some("it reads no date"),
        DataType::Time if !pattern.has_time() => Some("it reads no time"),
        DataType::Time if pattern.has_date() => Some("it reads a date"),
        DataType::Datetime(..) if !pattern.has_date() => Some("it reads no date"),
        DataType::Datetime(_, Some(_)) if !pattern.has_zone() => Some("it reads no offset"),
        DataType::Date | DataType::Time | DataType::Datetime(_, None) if pattern.has_zone() => {
            Some("it reads an offset from UTC")
        }
        DataType::Date | DataType::Time | DataType::Datetime(..) => None,
        _ => Some("it reads dates or times"),
    }
}

fn nulls_by_column(names: &[Name], options: &CsvOptions) -> Result<ColumnNulls> {
    let mut own = Vec::with_capacity(options.null_values_of.len());
    for (name, texts) in &options.null_values_of {
        own.push((position(names, name)?, texts.as_slice()));
    }
    Ok(ColumnNulls::new(&options.dialect.null_values, own))
}

fn position(names: &[Name], name: &Name) -> Result<usize> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        CsvError::new(CsvErrorKind::UnknownColumn { name: name.clone(), available: names.to_vec() })
    })
}

/// With a header, names must be those of the schema.
fn check_header(schema: &Schema, names: &[Name], has_header: bool) -> Result<()> {
    if !has_header {
        return Ok(());
    }
    for index in 0..schema.len().max(names.len()) {
        let expected = schema.fields().get(index).map(|field| field.name().clone());
        let found = names.get(index).cloned();
        if expected != found {
            return Err(CsvError::new(CsvErrorKind::Header { index, expected, found }));
        }
    }
    Ok(())
}
