//! How the files of a table can differ, as fields; the sentences are made in one place.

use lazuli_array::{DataType, Name};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What keeps files from being one table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FilesError {
    /// There are no files.
    NoFiles,
    /// A later file of a table lacks a column of the first.
    MissingColumn {
        /// The column.
        name: Name,
        /// The first file.
        first: PathBuf,
    },
    /// A later file of a table has a column that the first has not.
    ExtraColumn {
        /// The column.
        name: Name,
        /// The first file.
        first: PathBuf,
    },
    /// A column has another type in a later file of a table.
    TypeDiffers {
        /// The column.
        name: Name,
        /// Its type in this file.
        found: DataType,
        /// Its type in the first that has it.
        expected: DataType,
        /// That file.
        first: PathBuf,
    },
    /// Two columns of the first file have one name.
    DuplicateName {
        /// The name.
        name: Name,
    },
    /// The column of file paths, or that of a folder's key, has the name of a column of the file.
    NameTaken {
        /// The name.
        name: Name,
    },
    /// The folders of a later file have other keys than those of the first.
    FolderKeys {
        /// The keys of this file.
        found: Vec<Name>,
        /// Those of the first.
        expected: Vec<Name>,
        /// The first file.
        first: PathBuf,
    },
    /// The value of a folder's key is none of the type that was given.
    KeyValue {
        /// The key.
        name: Name,
        /// Its value.
        text: String,
        /// The type.
        data_type: DataType,
    },
}

impl fmt::Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFiles => f.write_str("there are no files to read"),
            Self::MissingColumn { name, first } => {
                write!(f, "there is no column {name:?}, which {} has", first.display())
            }
            Self::ExtraColumn { name, first } => {
                write!(f, "there is a column {name:?}, which {} has not", first.display())
            }
            Self::TypeDiffers { name, found, expected, first } => {
                write!(f, "column {name:?} is {found} here and {expected} in {}", first.display())
            }
            Self::DuplicateName { name } => write!(f, "duplicate column name: {name}"),
            Self::NameTaken { name } => write!(
                f,
                "a column made of the file's path can't be named {name:?}: the file has a column of that name"
            ),
            Self::FolderKeys { found, expected, first } => {
                let keys = |names: &[Name]| match names {
                    [] => "no keys".to_owned(),
                    names => names.iter().map(Name::as_str).collect::<Vec<_>>().join(", "),
                };
                let (found, expected) = (keys(found), keys(expected));
                write!(f, "its folders have {found}, those of {} have {expected}", first.display())
            }
            Self::KeyValue { name, text, data_type } => {
                write!(f, "column {name:?}: {text:?} is no {data_type}")
            }
        }
    }
}

impl std::error::Error for FilesError {}

/// The error of a format: it knows the file that it is about.
pub trait FileError:
    std::error::Error + From<io::Error> + From<FilesError> + Send + Sync + Sized + 'static
{
    /// The file.
    fn path(&self) -> Option<&Path>;

    /// The same, in this file, unless it is known already in which.
    fn in_file(self, path: &Path) -> Self;

    /// The same without the file's name, for those who name it themselves.
    fn without_path(self) -> Self;
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The error of no format.
    #[derive(Debug)]
    pub(in crate::files) struct Failure(pub FilesError);

    impl fmt::Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    impl std::error::Error for Failure {}

    impl From<io::Error> for Failure {
        fn from(error: io::Error) -> Self {
            unreachable!("these tests read nothing: {error}")
        }
    }

    impl From<FilesError> for Failure {
        fn from(error: FilesError) -> Self {
            Self(error)
        }
    }

    impl FileError for Failure {
        fn path(&self) -> Option<&Path> {
            None
        }

        fn in_file(self, _: &Path) -> Self {
            self
        }

        fn without_path(self) -> Self {
            self
        }
    }
}
