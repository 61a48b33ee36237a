//! What can be wrong with a delimited file, as fields; the sentences are made in one place.

use super::Place;
use crate::files::{FileError, FilesError};
use crate::input::InputError;
use lazuli_array::{DataType, Name};
use lazuli_kernels::parse::Misfit;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum CsvErrorKind {
    /// The system refused to open or read.
    Io(io::Error),
    /// The path is a directory.
    IsDirectory,
    /// The path is neither a file nor a directory.
    NotAFile,
    /// There is no header and no record.
    Empty,
    /// The file had more bytes when it was opened than when it was read.
    Shrunk {
        /// Bytes at opening.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The bytes are not plain UTF-8 text.
    Encoding {
        /// What they seem to be.
        found: &'static str,
    },
    /// The dialect contradicts itself.
    Dialect {
        /// How.
        reason: &'static str,
    },
    /// A text that is no value of its column's type.
    Misfit {
        /// The column.
        column: Name,
        /// Its type.
        data_type: DataType,
        /// The text without quotes; long ones are cut.
        text: String,
        /// Why.
        reason: Misfit,
        /// The type came from samples of the file.
        sampled: bool,
    },
    /// A record of the wrong number of fields.
    Ragged {
        /// Fields of the record.
        found: usize,
        /// Columns of the file.
        expected: usize,
        /// The record; long ones are cut.
        text: String,
    },
    /// Bytes that are not UTF-8.
    InvalidUtf8 {
        /// The column; `None` in the header, in comments and in dropped fields.
        column: Option<Name>,
        /// The field, bad bytes replaced; long ones are cut.
        text: String,
    },
    /// A quote opens at the error's place and the file ends before it closes.
    UnclosedQuote,
    /// A record begins at the error's place and is longer than allowed.
    RecordTooLong {
        /// Bytes allowed.
        limit: usize,
        /// Line where a quote opens that had not closed by then.
        open_quote_line: Option<u64>,
    },
    /// A type was given for a column that is not there.
    UnknownColumn {
        /// The name.
        name: Name,
        /// The names there are.
        available: Vec<Name>,
    },
    /// A type that this format can't hold.
    Unsupported {
        /// The column.
        column: Name,
        /// Its type.
        data_type: DataType,
    },
    /// The header differs from the schema that was given.
    Header {
        /// Position of the first difference.
        index: usize,
        /// The name in the schema.
        expected: Option<Name>,
        /// The name in the file.
        found: Option<Name>,
    },
    /// A byte that the named encoding does not have.
    Undecodable {
        /// The encoding.
        encoding: super::Encoding,
        /// The byte of the file, after decompression.
        byte: u64,
        /// Why.
        reason: &'static str,
    },
    /// The file ends with an escape that nothing follows.
    DanglingEscape,
    /// Another number of names was given than the header has fields.
    NumNames {
        /// Names given.
        given: usize,
        /// Fields of the header.
        found: usize,
    },
    /// A form of dates that can't be, or does not go with the column's type.
    Format {
        /// The column.
        column: Name,
        /// The form.
        format: String,
        /// Why.
        reason: String,
    },
    /// Standard input was to be read a second time.
    ReadTwice,
    /// The files are no table.
    Files(FilesError),
    /// The filter on rows failed.
    Filter(super::FilterError),
}

/// What is wrong with a file, and where.
#[derive(Debug)]
pub struct CsvError(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: CsvErrorKind,
    path: Option<PathBuf>,
    place: Option<Place>,
    sequence: Option<u64>,
}

impl CsvError {
    pub(super) fn new(kind: CsvErrorKind) -> Self {
        Self(Box::new(Parts { kind, path: None, place: None, sequence: None }))
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

    /// In this file, unless it is known already in which.
    pub(super) fn in_file_if_none(self, path: &Path) -> Self {
        if self.0.path.is_some() { self } else { self.in_file(path) }
    }

    /// What is wrong.
    pub fn kind(&self) -> &CsvErrorKind {
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

impl From<InputError> for CsvError {
    fn from(error: InputError) -> Self {
        Self::new(match error {
            InputError::Io(error) => CsvErrorKind::Io(error),
            InputError::IsDirectory => CsvErrorKind::IsDirectory,
            InputError::NotAFile => CsvErrorKind::NotAFile,
            InputError::Shrunk { expected, found } => CsvErrorKind::Shrunk { expected, found },
            InputError::Encoding { found } => CsvErrorKind::Encoding { found },
            InputError::Undecodable { encoding, byte, reason } => {
                CsvErrorKind::Undecodable { encoding, byte, reason }
            }
            InputError::ReadTwice => CsvErrorKind::ReadTwice,
        })
    }
}

impl From<FilesError> for CsvError {
    fn from(error: FilesError) -> Self {
        Self::new(CsvErrorKind::Files(error))
    }
}

impl FileError for CsvError {
    fn path(&self) -> Option<&Path> {
        self.path()
    }

    fn in_file(self, path: &Path) -> Self {
        self.in_file_if_none(path)
    }

    fn without_path(self) -> Self {
        self.without_path()
    }
}

impl From<io::Error> for CsvError {
    fn from(error: io::Error) -> Self {
        InputError::from(error).into()
    }
}

impl fmt::Display for CsvError {
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

impl fmt::Display for CsvErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::IsDirectory => f.write_str("is a directory, not a file"),
            Self::NotAFile => f.write_str("is not a regular file"),
            Self::Empty => f.write_str("the file has no header and no record"),
            Self::Shrunk { expected, found } => {
                write!(f, "the file shrank while it was read: {expected} bytes at first, then {found}")
            }
            Self::Encoding { found } => write!(f, "not UTF-8 text: this looks like {found}"),
            Self::Dialect { reason } => f.write_str(reason),
            Self::Misfit { column, data_type, text, reason, sampled } => {
                write!(f, "column {column:?}: {text:?} is no {data_type}: {reason}")?;
                if *sampled {
                    f.write_str(
                        "; the type was inferred from samples of the file: give the column's type, or infer from the \
                         whole file",
                    )?;
                }
                Ok(())
            }
            Self::Ragged { found, expected, text } => {
                write!(f, "{}: {text:?}", Self::ragged_reason(*found, *expected))
            }
            Self::InvalidUtf8 { column: Some(column), text } => {
                write!(f, "column {column:?}: invalid UTF-8: {text:?}")
            }
            Self::InvalidUtf8 { column: None, text } => write!(f, "invalid UTF-8: {text:?}"),
            Self::UnclosedQuote => f.write_str("a quote opens here and the file ends before it closes"),
            Self::RecordTooLong { limit, open_quote_line } => {
                write!(f, "the record that begins here is longer than {limit} bytes")?;
                match open_quote_line {
                    Some(line) => write!(f, "; a quote that opens on line {line} has not closed by then"),
                    None => Ok(()),
                }
            }
            Self::UnknownColumn { name, available } => {
                write!(f, "a type was given for column {name:?}, but the file has: {}", available.join(", "))
            }
            Self::Unsupported { column, data_type } => {
                write!(f, "column {column:?}: delimited text does not hold {data_type}")
            }
            Self::Header { index, expected, found } => {
                let name = |name: &Option<Name>| {
                    name.as_ref().map_or("no column".into(), |name| format!("{name:?}"))
                };
                write!(
                    f,
                    "column {} of the file is {}, where the given schema has {}",
                    index + 1,
                    name(found),
                    name(expected)
                )
            }
            Self::Undecodable { encoding, byte, reason } => {
                write!(f, "byte {byte} is no {}: {reason}", encoding.name())
            }
            Self::DanglingEscape => f.write_str("the file ends with an escape that nothing follows"),
            Self::NumNames { given, found } => {
                write!(f, "{} given where the header has {}", counted(*given, "name"), counted(*found, "field"))
            }
            Self::Format { column, format, reason } => {
                write!(f, "column {column:?}: the format {format:?} does not do: {reason}")
            }
            Self::ReadTwice => f.write_str(
                "standard input can be read only once, and this query needs it twice (as widening and full inference \
                 do): write it to a file first",
            ),
            Self::Files(error) => {
                write!(f, "{error}")?;
                match error {
                    FilesError::MissingColumn { .. } => {
                        f.write_str("; ask for the union of columns to read it as nulls")
                    }
                    FilesError::ExtraColumn { .. } => {
                        f.write_str("; ask for the union of columns to have it in all")
                    }
                    _ => Ok(()),
                }
            }
            Self::Filter(error) => write!(f, "{error}"),
        }
    }
}

impl CsvErrorKind {
    /// What is wrong with a record of so many fields.
    pub(super) fn ragged_reason(found: usize, expected: usize) -> String {
        format!("{} where the file has {}", counted(found, "field"), counted(expected, "column"))
    }
}

/// `1 field`, `2 fields`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

impl std::error::Error for CsvError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            CsvErrorKind::Io(error) => Some(error),
            CsvErrorKind::Files(error) => Some(error),
            CsvErrorKind::Filter(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
