//! Which column of a table is where in each of its files, by name.

use super::{FileError, FilesError};
use lazuli_array::{
    Array, Column, DataType, Dictionary, DictionaryArray, Name, PrimitiveArray, Scalar, StringArray,
};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// What happens when a file of several lacks a column of the table.
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

/// Where a column of a table comes from, in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The file's column at this position.
    Column(usize),
    /// The file has no such column.
    Missing,
    /// The value of a folder's key, the same for all rows.
    Key(Scalar),
    /// The path of the file.
    Path,
}

impl Origin {
    /// The rows of a column that is not in the file. One that is would be null.
    pub(crate) fn made_array(&self, data_type: &DataType, path: &Path, num_rows: usize) -> Array {
        match self {
            Self::Key(Scalar::String(text)) if *data_type == DataType::String => repeated(text, num_rows),
            Self::Key(value) if !value.is_null() => {
                let values = std::iter::repeat_n(value.clone(), num_rows);
                let column = Column::from_scalars(data_type, values);
                column.expect("keys were cast to the type of their column").array().clone()
            }
            Self::Path => repeated(&path.display().to_string(), num_rows),
            Self::Column(_) | Self::Missing | Self::Key(_) => Array::new_null(data_type, num_rows),
        }
    }
}

/// A text in every row.
fn repeated(text: &str, num_rows: usize) -> Array {
    let dictionary = Arc::new(Dictionary::new(StringArray::from_iter([Some(text)])));
    let codes = PrimitiveArray::from_vec(vec![0u8; num_rows]);
    Array::from(DictionaryArray::new(codes, dictionary))
}

/// What becomes of a column that only a later file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    Raise,
    Ignore,
    /// It is a column of the table, behind the others.
    Add,
}

impl From<ExtraColumns> for Extra {
    fn from(extra: ExtraColumns) -> Self {
        match extra {
            ExtraColumns::Raise => Self::Raise,
            ExtraColumns::Ignore => Self::Ignore,
        }
    }
}

/// The columns of a table, and where they are in each file.
pub(crate) struct Matched {
    pub names: Vec<Name>,
    pub origins: Vec<Vec<Origin>>,
}

/// Finds the columns of files by their names. The table's are `base`, or those of the first file.
pub(crate) fn match_names<E: FileError>(
    files: &[(&Path, &[Name])],
    base: Option<Vec<Name>>,
    missing: MissingColumns,
    extra: Extra,
) -> Result<Matched, E> {
    let Some(((first, first_names), others)) = files.split_first() else {
        return Err(FilesError::NoFiles.into());
    };
    let mut names = base.unwrap_or_else(|| first_names.to_vec());
    let mut known: HashSet<Name> = names.iter().cloned().collect();
    for (path, here) in others {
        // Mostly files have the same columns in the same order.
        if *here == names.as_slice() {
            continue;
        }
        for name in here.iter().filter(|name| !known.contains(*name)).cloned().collect::<Vec<_>>() {
            match extra {
                Extra::Ignore => {}
                Extra::Raise => {
                    let first = (*first).to_owned();
                    return Err(E::from(FilesError::ExtraColumn { name, first }).in_file(path));
                }
                Extra::Add => {
                    if known.insert(name.clone()) {
                        names.push(name);
                    }
                }
            }
        }
        if missing == MissingColumns::Raise {
            let here: HashSet<&Name> = here.iter().collect();
            if let Some(name) = names.iter().find(|name| !here.contains(name)) {
                let (name, first) = (name.clone(), (*first).to_owned());
                return Err(E::from(FilesError::MissingColumn { name, first }).in_file(path));
            }
        }
    }
    let origins = files.iter().map(|(_, here)| origins(&names, here)).collect();
    Ok(Matched { names, origins })
}

fn origins(names: &[Name], here: &[Name]) -> Vec<Origin> {
    if here == names {
        return (0..names.len()).map(Origin::Column).collect();
    }
    let positions: HashMap<&Name, usize> =
        here.iter().enumerate().map(|(position, name)| (name, position)).collect();
    let origin = |name| positions.get(name).map_or(Origin::Missing, |&position| Origin::Column(position));
    names.iter().map(origin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::error::tests::Failure;
    use proptest::prelude::*;

    /// The columns one by one, as the rules say them.
    fn naive(
        files: &[Vec<Name>],
        missing: MissingColumns,
        extra: Extra,
    ) -> Option<(Vec<Name>, Vec<Vec<Origin>>)> {
        let mut names = files[0].clone();
        for file in files {
            for name in file {
                match extra {
                    _ if names.contains(name) => {}
                    Extra::Add => names.push(name.clone()),
                    Extra::Ignore => {}
                    Extra::Raise => return None,
                }
            }
            if missing == MissingColumns::Raise && names.iter().any(|name| !file.contains(name)) {
                return None;
            }
        }
        let origin = |file: &Vec<Name>, name: &Name| {
            file.iter().position(|other| other == name).map_or(Origin::Missing, Origin::Column)
        };
        let origins =
            files.iter().map(|file| names.iter().map(|name| origin(file, name)).collect()).collect();
        Some((names, origins))
    }

    proptest! {
        #[test]
        fn columns_are_where_their_names_are(
            files in prop::collection::vec(
                prop::sample::subsequence(vec!["a", "b", "c", "d"], 0..=4).prop_shuffle(),
                1..4,
            ),
            inserts in any::<bool>(),
            extra in prop::sample::select(vec![Extra::Raise, Extra::Ignore, Extra::Add]),
        ) {
            let files: Vec<Vec<Name>> =
                files.into_iter().map(|names| names.into_iter().map(Name::from).collect()).collect();
            let missing = if inserts { MissingColumns::Insert } else { MissingColumns::Raise };
            let places: Vec<(&Path, &[Name])> =
                files.iter().map(|names| (Path::new("f"), names.as_slice())).collect();
            let found = match_names::<Failure>(&places, None, missing, extra).ok();
            prop_assert_eq!(found.map(|found| (found.names, found.origins)), naive(&files, missing, extra));
        }
    }
}
