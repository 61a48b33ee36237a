//! The one error type of the library: a thin pointer to what the crates below say.

use std::fmt;

use lazuli_array::ArrayError;
use lazuli_exec::ExecError;
use lazuli_plan::PlanErrors;

use crate::TableFormatError;

/// The result of everything that may fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong. One pointer wide; [`Error::kind`] tells more than the text.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

/// The kinds of failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Mistakes in the query, found before it ran.
    Plan(PlanErrors),
    /// A failure while the query ran.
    Exec(ExecError),
    /// Columns that do not fit together.
    Array(ArrayError),
    /// A text that says nothing about how tables are drawn.
    TableFormat(TableFormatError),
}

impl Error {
    /// What went wrong, as fields.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Plan(errors) => errors.fmt(f),
            ErrorKind::Exec(error) => error.fmt(f),
            ErrorKind::Array(error) => error.fmt(f),
            ErrorKind::TableFormat(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Plan(errors) => Some(errors),
            ErrorKind::Exec(error) => Some(error),
            ErrorKind::Array(error) => Some(error),
            ErrorKind::TableFormat(error) => Some(error),
        }
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        Self(Box::new(match error {
            ExecError::Plan(errors) => ErrorKind::Plan(errors),
            other => ErrorKind::Exec(other),
        }))
    }
}

impl From<PlanErrors> for Error {
    fn from(errors: PlanErrors) -> Self {
        Self(Box::new(ErrorKind::Plan(errors)))
    }
}

impl From<ArrayError> for Error {
    fn from(error: ArrayError) -> Self {
        Self(Box::new(ErrorKind::Array(error)))
    }
}

impl From<TableFormatError> for Error {
    fn from(error: TableFormatError) -> Self {
        Self(Box::new(ErrorKind::TableFormat(error)))
    }
}
