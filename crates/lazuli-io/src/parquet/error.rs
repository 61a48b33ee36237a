//! What can be wrong with a Parquet file, as fields; the sentences are made in one place.

use crate::files::{FileError, FilesError};
use crate::filter::FilterError;
use lazuli_array::{DataType, Name};
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParquetErrorKind {
    /// The system refused to open, read or write.
    Io(io::Error),
    /// The path is a directory.
    IsDirectory,
    /// There is no Parquet file in these bytes.
    NotParquet {
        /// How that shows.
        reason: &'static str,
    },
    /// The bytes contradict themselves or the format.
    Corrupt {
        /// How.
        reason: Cow<'static, str>,
    },
    /// The file is right, and has something that is not read.
    Unsupported {
        /// What.
        what: Cow<'static, str>,
    },
    /// A value that its column's type does not hold.
    OutOfRange {
        /// The type.
        data_type: DataType,
        /// The value.
        value: String,
    },
    /// The files are no table.
    Files(FilesError),
    /// A type that Parquet files are not written with.
    Unwritable {
        /// The column.
        column: Name,
        /// The type.
        data_type: DataType,
    },
    /// The filter failed.
    Filter(FilterError),
}

/// A Parquet file that is not as it should be: what, and where.
#[derive(Debug)]
pub struct ParquetError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ParquetErrorKind,
    path: Option<PathBuf>,
    column: Option<String>,
    row_group: Option<usize>,
}

impl ParquetError {
    pub(super) fn new(kind: ParquetErrorKind) -> Self {
        Self(Box::new(Inner { kind, path: None, column: None, row_group: None }))
    }

    /// The bytes contradict themselves or the format.
    pub(super) fn corrupt(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ParquetErrorKind::Corrupt { reason: reason.into() })
    }

    /// Something that is not read.
    pub(super) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ParquetErrorKind::Unsupported { what: what.into() })
    }

    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.0.path.get_or_insert_with(|| path.to_owned());
        self
    }

    pub(super) fn in_column(mut self, column: &str) -> Self {
        self.0.column.get_or_insert_with(|| column.to_owned());
        self
    }

    pub(super) fn in_row_group(mut self, row_group: usize) -> Self {
        self.0.row_group.get_or_insert(row_group);
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &ParquetErrorKind {
        &self.0.kind
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The column, with the names of those it is in.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// The row group, from 0.
    pub fn row_group(&self) -> Option<usize> {
        self.0.row_group
    }

    /// The same without the file's name, for those who name it themselves.
    pub fn without_path(mut self) -> Self {
        self.0.path = None;
        self
    }
}

impl From<FilesError> for ParquetError {
    fn from(error: FilesError) -> Self {
        Self::new(ParquetErrorKind::Files(error))
    }
}

impl FileError for ParquetError {
    fn path(&self) -> Option<&Path> {
        self.path()
    }

    fn in_file(self, path: &Path) -> Self {
        self.in_file(path)
    }

    fn without_path(self) -> Self {
        self.without_path()
    }
}

impl From<io::Error> for ParquetError {
    fn from(error: io::Error) -> Self {
        Self::new(ParquetErrorKind::Io(error))
    }
}

impl fmt::Display for ParquetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, path, column, row_group } = &*self.0;
        if let Some(path) = path {
            write!(f, "{}: ", path.display())?;
        }
        if let Some(column) = column {
            write!(f, "column {column:?}")?;
            if let Some(row_group) = row_group {
                write!(f, " of row group {row_group}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "{kind}")
    }
}

impl fmt::Display for ParquetErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::IsDirectory => f.write_str("is a directory, not a file"),
            Self::NotParquet { reason } => write!(f, "this is no Parquet file: {reason}"),
            Self::Corrupt { reason } => write!(f, "the file is damaged: {reason}"),
            Self::Unsupported { what } => write!(f, "{what}: not supported"),
            Self::OutOfRange { data_type, value } => write!(f, "{value} is no {data_type}"),
            Self::Files(error) => write!(f, "{error}"),
            Self::Unwritable { column, data_type } => {
                write!(f, "column {column:?}: {data_type} is not written to Parquet files")
            }
            Self::Filter(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ParquetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ParquetErrorKind::Io(error) => Some(error),
            ParquetErrorKind::Files(error) => Some(error),
            ParquetErrorKind::Filter(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
