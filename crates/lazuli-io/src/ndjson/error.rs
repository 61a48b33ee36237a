//! What can be wrong with a JSON file, as fields; the sentences are made in one place.

use crate::files::{FileError, FilesError, Place};
use crate::filter::FilterError;
use crate::input::InputError;
use crate::place::excerpt;
use lazuli_array::{DataType, Name};
use lazuli_kernels::parse::Misfit;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum NdjsonErrorKind {
    /// The path gives no text.
    Input(InputError),
    /// A record that is no JSON object, or a text that is no array of them.
    Malformed {
        /// What is wrong at the error's place.
        reason: String,
        /// The text from there on; long ones are cut.
        text: String,
    },
    /// Bytes that are not UTF-8.
    InvalidUtf8 {
        /// The record, bad bytes replaced; long ones are cut.
        text: String,
    },
    /// A value that is none of its column's type.
    Misfit {
        /// The column.
        column: Name,
        /// The type that was wanted: the column's, or of a value within it.
        data_type: DataType,
        /// The value as it is written; long ones are cut.
        text: String,
        /// Why.
        reason: Misfit,
        /// The type came from samples of the file.
        sampled: bool,
    },
    /// A record begins at the error's place and is longer than allowed.
    RecordTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// The files are no table.
    Files(FilesError),
    /// The filter on rows failed.
    Filter(FilterError),
}

/// What is wrong with a JSON file, and where.
#[derive(Debug)]
pub struct NdjsonError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: NdjsonErrorKind,
    path: Option<PathBuf>,
    place: Option<Place>,
    sequence: Option<u64>,
}

impl NdjsonError {
    pub(super) fn new(kind: NdjsonErrorKind) -> Self {
        Self(Box::new(Parts { kind, path: None, place: None, sequence: None }))
    }

    pub(super) fn malformed(reason: impl fmt::Display, text: &[u8]) -> Self {
        Self::new(NdjsonErrorKind::Malformed { reason: reason.to_string(), text: excerpt(text) })
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.0.path = Some(path.to_owned());
        self
    }

    pub(super) fn in_chunk(mut self, sequence: u64) -> Self {
        self.0.sequence = Some(sequence);
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &NdjsonErrorKind {
        &self.0.kind
    }

    /// The same without the file's name, for those who name it themselves.
    pub fn without_path(mut self) -> Self {
        self.0.path = None;
        self
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// Where in the file.
    pub fn place(&self) -> Option<Place> {
        self.0.place
    }

    /// The chunk of a scan. Of several errors the one with the smallest is the first by place.
    pub fn sequence(&self) -> Option<u64> {
        self.0.sequence
    }
}

impl From<InputError> for NdjsonError {
    fn from(error: InputError) -> Self {
        Self::new(NdjsonErrorKind::Input(error))
    }
}

impl From<FilesError> for NdjsonError {
    fn from(error: FilesError) -> Self {
        Self::new(NdjsonErrorKind::Files(error))
    }
}

impl FileError for NdjsonError {
    fn path(&self) -> Option<&Path> {
        self.path()
    }

    fn in_file(self, path: &Path) -> Self {
        if self.path().is_some() { self } else { self.in_file(path) }
    }

    fn without_path(self) -> Self {
        self.without_path()
    }
}

impl From<io::Error> for NdjsonError {
    fn from(error: io::Error) -> Self {
        InputError::from(error).into()
    }
}

impl fmt::Display for NdjsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write!(f, "{}", path.display())?;
            if let Some(place) = self.0.place {
                write!(f, ", line {}", place.line)?;
            }
            f.write_str(": ")?;
        } else if let Some(place) = self.0.place {
            write!(f, "line {}: ", place.line)?;
        }
        write!(f, "{}", self.0.kind)?;
        if let Some(place) = self.0.place {
            write!(f, " (byte {})", place.byte)?;
        }
        Ok(())
    }
}

impl fmt::Display for NdjsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => write!(f, "{error}"),
            Self::Malformed { reason, text } if text.is_empty() => write!(f, "malformed JSON: {reason}"),
            Self::Malformed { reason, text } => write!(f, "malformed JSON: {reason}: {text:?}"),
            Self::InvalidUtf8 { text } => write!(f, "invalid UTF-8: {text:?}"),
            Self::Misfit { column, data_type, text, reason, sampled } => {
                write!(f, "column {column:?}: {text} is no {data_type}: {reason}")?;
                if *sampled {
                    f.write_str(
                        "; the type was inferred from samples of the file: give the column's type, or infer from the \
                         whole file",
                    )?;
                }
                Ok(())
            }
            Self::RecordTooLong { limit } => {
                write!(f, "the record that begins here is longer than {limit} bytes")
            }
            Self::Files(error) => write!(f, "{error}"),
            Self::Filter(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for NdjsonError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            NdjsonErrorKind::Input(error) => Some(error),
            NdjsonErrorKind::Filter(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
