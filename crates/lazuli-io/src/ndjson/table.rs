//! JSON files as one table before any row is wanted: their schema and their size.

use super::file::{Evidence, NdjsonFile, Question, max_records};
use super::{NdjsonError, NdjsonOptions, Result};
use crate::files::FilesError;
use crate::input::InputError;
use crate::policy::{InferMode, OnMisfit};
use lazuli_array::{DataType, Field, Name, Schema, SchemaRef};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One JSON file or several: where they are, and their schema. Reads nothing but samples (or what [`InferMode::Full`] and
/// [`OnMisfit::Widen`] ask for).
#[derive(Debug)]
pub struct NdjsonTable {
    pub(super) files: Vec<NdjsonFile>,
    options: NdjsonOptions,
    schema: SchemaRef,
    sampled: Vec<bool>,
    bytes_per_record: Option<f64>,
}

impl NdjsonTable {
    /// Opens a file and finds out its columns and their types. `-` is standard input, which can be scanned once.
    ///
    /// # Errors
    /// Anything of [`NdjsonErrorKind`](super::NdjsonErrorKind) that shows this early: no such file, a directory, another format.
    pub fn open(path: impl AsRef<Path>, options: &NdjsonOptions) -> Result<Self> {
        Self::open_all(&[path.as_ref()], options)
    }

    /// Opens several files as one table: their rows one file after the other. Columns are the keys of all files, in the
    /// order in which they appear; types hold for all files.
    ///
    /// # Errors
    /// As [`NdjsonTable::open`]; [`FilesError::NoFiles`].
    pub fn open_all(paths: &[impl AsRef<Path>], options: &NdjsonOptions) -> Result<Self> {
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let path = path.as_ref();
            files.push(NdjsonFile::open(path).map_err(|error| error.in_file(path))?);
        }
        if files.is_empty() {
            return Err(FilesError::NoFiles.into());
        }
        Self::of_files(files, options)
    }

    fn of_files(files: Vec<NdjsonFile>, options: &NdjsonOptions) -> Result<Self> {
        let given = given_types(options);
        let mut total = Evidence::new(given.len());
        let mut bytes_per_record = None;
        if options.schema.is_none() || options.on_misfit == OnMisfit::Widen {
            let question = Question { given: &given, options };
            for file in &files {
                let path = &file.input.path;
                if options.infers_from_all() && !file.input.is_repeatable() {
                    return Err(NdjsonError::from(InputError::ReadTwice).in_file(path));
                }
                let evidence = file.evidence(&question).map_err(|error| error.in_file(path))?;
                total.merge(&evidence);
            }
            bytes_per_record = (total.records > 0).then(|| total.bytes as f64 / total.records as f64);
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut sampled = Vec::new();
        let inferred: Vec<(Name, DataType)> =
            total.members.fields().map(|(name, data_type)| (name.clone(), data_type)).collect();
        // A hundred thousand keys are a file of a mebibyte: none may be looked for among all others.
        let inferred_types: HashMap<&Name, &DataType> =
            inferred.iter().map(|(name, data_type)| (name, data_type)).collect();
        let places: HashMap<&Name, usize> =
            given.iter().enumerate().map(|(place, (name, _))| (name, place)).collect();
        let inferred_type =
            |name: &Name| inferred_types.get(name).map_or(DataType::String, |data_type| (*data_type).clone());
        let type_of = |name: &Name| match places.get(name).copied() {
            Some(place) if total.fits[place] => (given[place].1.clone(), false),
            // A decimal is exact, and the floats that inference knows are not.
            Some(place) if matches!(given[place].1, DataType::Decimal { .. }) => (DataType::String, false),
            None if options.infer == InferMode::Never && options.on_misfit != OnMisfit::Widen => {
                (DataType::String, false)
            }
            place => (inferred_type(name), place.is_none() && total.is_sample),
        };
        let mut known = HashSet::new();
        let names: Vec<Name> = match &options.schema {
            Some(schema) => schema.names().cloned().collect(),
            None => inferred.iter().chain(&given).map(|(name, _)| name.clone()).collect(),
        };
        for name in names {
            if known.insert(name.clone()) {
                let (data_type, is_sampled) = type_of(&name);
                fields.push(Field::new(name, data_type));
                sampled.push(is_sampled);
            }
        }
        if let Some(name) = &options.include_file_paths {
            if known.contains(name) {
                let path = &files[0].input.path;
                return Err(NdjsonError::from(FilesError::NameTaken { name: name.clone() }).in_file(path));
            }
            fields.push(Field::new(name.clone(), DataType::String));
            sampled.push(false);
        }
        let schema = Arc::new(Schema::try_new(fields).expect("each name was taken once"));
        Ok(Self { files, options: options.clone(), schema, sampled, bytes_per_record })
    }

    /// The file, or the first of them.
    pub fn path(&self) -> &Path {
        &self.files[0].input.path
    }

    /// All files, in order.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &PathBuf> {
        self.files.iter().map(|file| &file.input.path)
    }

    /// Names and types of all columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How the files are read.
    pub fn options(&self) -> &NdjsonOptions {
        &self.options
    }

    /// Size of the files.
    pub fn file_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.input.file_bytes).sum()
    }

    /// About how many rows there are, from the records of the samples; `None` when nothing was sampled, or of compressed
    /// files.
    pub fn estimated_rows(&self) -> Option<u64> {
        let is_plain = self.files.iter().all(|file| file.input.is_plain());
        let bytes_per_record = self.bytes_per_record.filter(|_| is_plain)?;
        Some((self.file_bytes() as f64 / bytes_per_record).ceil() as u64)
    }

    /// The type of each column comes from samples, not from the caller or the whole file.
    pub(super) fn sampled(&self) -> &[bool] {
        &self.sampled
    }

    /// The column that has the path of the file.
    pub(super) fn path_column(&self) -> Option<usize> {
        self.options.include_file_paths.as_ref().map(|_| self.schema.len() - 1)
    }

    /// Most records of a chunk.
    pub(super) fn max_records(&self) -> usize {
        max_records(self.schema.fields().iter().map(Field::data_type))
    }
}

/// The types that the caller has given, by name; of two for one name the override.
fn given_types(options: &NdjsonOptions) -> Vec<(Name, DataType)> {
    let mut given: Vec<(Name, DataType)> = Vec::new();
    let mut places: HashMap<Name, usize> = HashMap::new();
    let of_schema = options.schema.iter().flat_map(|schema| schema.fields());
    let of_schema = of_schema.map(|field| (field.name().clone(), field.data_type().clone()));
    for (name, data_type) in of_schema.chain(options.schema_overrides.iter().cloned()) {
        match places.get(&name) {
            Some(&place) => given[place].1 = data_type,
            None => {
                places.insert(name.clone(), given.len());
                given.push((name, data_type));
            }
        }
    }
    given
}
