//! What can be wrong with an Arrow IPC file or stream, as fields; the sentences are made in one place.

use crate::files::{FileError, FilesError};
use crate::filter::FilterError;
use lazuli_array::{ArrayError, DataType, Name};
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum IpcErrorKind {
    /// The system refused to open, read or write.
    Io(io::Error),
    /// The path is a directory.
    IsDirectory,
    /// There is no Arrow file or stream in these bytes.
    NotIpc {
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
    /// What a batch stands for would take more memory than its bytes can vouch for.
    TooLarge {
        /// Bytes that were allowed.
        limit: u64,
    },
    /// The files are no table.
    Files(FilesError),
    /// A type that Arrow files are not written with.
    Unwritable {
        /// The column.
        column: Name,
        /// The type.
        data_type: DataType,
    },
    /// The filter failed.
    Filter(FilterError),
}

/// An Arrow file or stream that is not as it should be: what, and where.
#[derive(Debug)]
pub struct IpcError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: IpcErrorKind,
    path: Option<PathBuf>,
    column: Option<String>,
    batch: Option<usize>,
}

impl IpcError {
    pub(super) fn new(kind: IpcErrorKind) -> Self {
        Self(Box::new(Inner { kind, path: None, column: None, batch: None }))
    }

    /// The bytes contradict themselves or the format.
    pub(super) fn corrupt(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(IpcErrorKind::Corrupt { reason: reason.into() })
    }

    /// Something that is not read.
    pub(super) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(IpcErrorKind::Unsupported { what: what.into() })
    }

    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.0.path.get_or_insert_with(|| path.to_owned());
        self
    }

    pub(super) fn in_column(mut self, column: &str) -> Self {
        self.0.column.get_or_insert_with(|| column.to_owned());
        self
    }

    pub(super) fn in_batch(mut self, batch: usize) -> Self {
        self.0.batch.get_or_insert(batch);
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &IpcErrorKind {
        &self.0.kind
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The column.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// The record batch, from 0.
    pub fn batch(&self) -> Option<usize> {
        self.0.batch
    }

    /// The same without the file's name, for those who name it themselves.
    pub fn without_path(mut self) -> Self {
        self.0.path = None;
        self
    }
}

impl From<io::Error> for IpcError {
    fn from(error: io::Error) -> Self {
        Self::new(IpcErrorKind::Io(error))
    }
}

impl From<FilesError> for IpcError {
    fn from(error: FilesError) -> Self {
        Self::new(IpcErrorKind::Files(error))
    }
}

/// What arrays say of parts that were read.
impl From<ArrayError> for IpcError {
    fn from(error: ArrayError) -> Self {
        match error {
            ArrayError::InvalidUtf8 { .. } => Self::corrupt("a text that is no UTF-8"),
            ArrayError::InvalidOffsets { .. } => {
                Self::corrupt("offsets that do not ascend within their values")
            }
            ArrayError::Unsupported { what } => Self::unsupported(what),
            other => Self::corrupt(other.to_string()),
        }
    }
}

impl FileError for IpcError {
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

impl fmt::Display for IpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, path, column, batch } = &*self.0;
        if let Some(path) = path {
            write!(f, "{}: ", path.display())?;
        }
        match (column, batch) {
            (Some(column), Some(batch)) => write!(f, "column {column:?} of batch {batch}: ")?,
            (Some(column), None) => write!(f, "column {column:?}: ")?,
            (None, Some(batch)) => write!(f, "batch {batch}: ")?,
            (None, None) => {}
        }
        write!(f, "{kind}")
    }
}

impl fmt::Display for IpcErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::IsDirectory => f.write_str("is a directory, not a file"),
            Self::NotIpc { reason } => write!(f, "this is no Arrow file or stream: {reason}"),
            Self::Corrupt { reason } => write!(f, "the file is damaged: {reason}"),
            Self::Unsupported { what } => write!(f, "{what}: not supported"),
            Self::OutOfRange { data_type, value } => write!(f, "{value} is no {data_type}"),
            Self::TooLarge { limit } => write!(
                f,
                "a batch that stands for more than {limit} bytes, which its length can't vouch for; written in smaller \
                 batches it can be read"
            ),
            Self::Files(error) => write!(f, "{error}"),
            Self::Unwritable { column, data_type } => {
                write!(f, "column {column:?}: {data_type} is not written to Arrow files")
            }
            Self::Filter(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for IpcError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            IpcErrorKind::Io(error) => Some(error),
            IpcErrorKind::Files(error) => Some(error),
            IpcErrorKind::Filter(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
