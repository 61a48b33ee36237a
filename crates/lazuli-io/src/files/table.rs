//! Files that say their types, as one table.

use super::columns::match_names;
use super::{ExtraColumns, FileError, FilesError, MissingColumns, Origin, hive};
use lazuli_array::{ArrayError, DataType, Field, Name, Schema, SchemaRef};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// What to make of several files.
#[derive(Clone, Debug)]
pub struct FilesOptions {
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

impl Default for FilesOptions {
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

/// A file that says names and types of its columns.
pub trait TypedFile {
    /// Where it is.
    fn path(&self) -> &Path;

    /// Its columns.
    fn fields(&self) -> &[Field];

    /// The type of a column that has these types in two files, if scans cast to it; `None` for a mistake.
    fn common_type(left: &DataType, right: &DataType) -> Option<DataType> {
        let _ = (left, right);
        None
    }
}

/// A file of a table.
#[derive(Debug)]
pub struct Part<F> {
    /// The file.
    pub file: F,
    /// Where each column of the table comes from.
    pub origins: Vec<Origin>,
    /// The columns of the table, by position, that have another type in this file: scans cast them.
    pub casts: Vec<usize>,
}

/// Files as one table.
#[derive(Debug)]
pub struct FileTable<F> {
    /// The files, in order.
    pub parts: Vec<Part<F>>,
    /// Names and types of the columns.
    pub schema: SchemaRef,
}

impl<F: TypedFile> FileTable<F> {
    /// Columns are those of the first file, found by name in the others, where they must have the same types or ones that
    /// have a [`TypedFile::common_type`].
    ///
    /// # Errors
    /// Those of [`FilesError`], with the file.
    pub fn join<E: FileError>(files: Vec<F>, options: &FilesOptions) -> Result<Self, E> {
        let names: Vec<Vec<Name>> = files
            .iter()
            .map(|file| file.fields().iter().map(|field| field.name().clone()).collect())
            .collect();
        let paths: Vec<&Path> = files.iter().map(TypedFile::path).collect();
        let places: Vec<(&Path, &[Name])> =
            paths.iter().copied().zip(names.iter().map(Vec::as_slice)).collect();
        let matched = match_names::<E>(&places, None, options.missing_columns, options.extra_columns.into())?;
        let (mut fields, mut origins) = (Vec::with_capacity(matched.names.len()), matched.origins);
        for (column, name) in matched.names.into_iter().enumerate() {
            let data_type = type_of::<F, E>(column, &name, &files, &origins)?;
            fields.push(Field::new(name, data_type));
        }
        let (keys, values) = hive::columns::<E>(&paths, options)?;
        let mut taken: HashSet<&Name> = fields.iter().map(Field::name).collect();
        let made = keys.iter().map(Field::name).chain(&options.include_file_paths);
        for name in made {
            if !taken.insert(name) {
                return Err(E::from(FilesError::NameTaken { name: name.clone() }).in_file(paths[0]));
            }
        }
        for (origins, values) in origins.iter_mut().zip(values) {
            origins.extend(values.into_iter().map(Origin::Key));
            origins.extend(options.include_file_paths.as_ref().map(|_| Origin::Path));
        }
        fields.extend(keys);
        fields.extend(options.include_file_paths.clone().map(|name| Field::new(name, DataType::String)));
        let schema = Arc::new(Schema::try_new(fields).map_err(|error| {
            let name = match error {
                ArrayError::DuplicateName { name } => name,
                error => error.to_string().into(),
            };
            E::from(FilesError::DuplicateName { name }).in_file(paths[0])
        })?);
        let part = |(file, origins): (F, Vec<Origin>)| {
            let differs = |(position, origin): (usize, &Origin)| match origin {
                Origin::Column(column) => {
                    let own = file.fields()[*column].data_type();
                    (own != schema.field(position).data_type()).then_some(position)
                }
                _ => None,
            };
            let casts = origins.iter().enumerate().filter_map(differs).collect();
            Part { file, origins, casts }
        };
        let parts = files.into_iter().zip(origins).map(part).collect();
        Ok(Self { parts, schema })
    }
}

/// The type of a column, which all files that have it must agree on.
fn type_of<F: TypedFile, E: FileError>(
    column: usize,
    name: &Name,
    files: &[F],
    origins: &[Vec<Origin>],
) -> Result<DataType, E> {
    let mut known: Option<(&Path, DataType)> = None;
    for (file, origins) in files.iter().zip(origins) {
        let Origin::Column(position) = origins[column] else { continue };
        let found = file.fields()[position].data_type();
        match known.take() {
            None => known = Some((file.path(), found.clone())),
            Some((first, expected)) if expected == *found => known = Some((first, expected)),
            Some((first, expected)) => {
                if let Some(common) = F::common_type(&expected, found) {
                    known = Some((first, common));
                    continue;
                }
                let error = FilesError::TypeDiffers {
                    name: name.clone(),
                    found: found.clone(),
                    expected,
                    first: first.to_owned(),
                };
                return Err(E::from(error).in_file(file.path()));
            }
        }
    }
    Ok(known.map_or(DataType::Null, |(_, data_type)| data_type))
}
